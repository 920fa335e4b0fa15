#include "../kernels/ba.h"
#include "../common/autodiff.h"
#include "../common/enzyme.h"
#define B_NAME "ba"
DIM(G_n, 1000); DIM(G_m, 50000); DIM(G_p, 400000);
#define B_N ((size_t)11 * G_n + 3 * (size_t)G_m + G_p)
#define B_WS ((size_t)3 * G_p)
#define B_DWS 64
#define B_GN ((size_t)31 * G_p) /* J[p][2][15] then dwerr[p] */
#define B_FDH {1e-5, 1e-5, 1e-5}
#define B_SECS {(size_t)11 * G_n, (size_t)3 * G_m, (size_t)G_p}
#define B_POST ba_post
#define B_OVERWRITES /* ba_jacobian stores every entry */
static int *g_cam, *g_pt;
static double *g_feat, *g_c;
static void b_setup(double *X) {
  rng_seed(2);
  for (int i = 0; i < G_n; i++) { /* cameras */
    double *c = X + 11 * i;
    fill_uni(c, 3, -0.3, 0.3);     /* rotation */
    fill_uni(c + 3, 3, -1.0, 1.0); /* centre */
    c[6] = rng_uni(0.8, 1.2);      /* focal length */
    fill_uni(c + 7, 2, -0.1, 0.1); /* principal point */
    fill_uni(c + 9, 2, -0.1, 0.1); /* radial distortion */
  }
  double *P = X + (size_t)11 * G_n;
  for (int i = 0; i < G_m; i++) { /* points, in front of every camera */
    fill_uni(P + 3 * i, 2, -2.0, 2.0);
    P[3 * i + 2] = rng_uni(5.0, 9.0);
  }
  fill_uni(P + (size_t)3 * G_m, G_p, 0.5, 1.5); /* weights */
  g_feat = dalloc((size_t)2 * G_p);
  fill_uni(g_feat, (size_t)2 * G_p, -0.5, 0.5);
  g_cam = (int *)malloc(sizeof(int) * G_p);
  g_pt = (int *)malloc(sizeof(int) * G_p);
  for (int i = 0; i < G_p; i++) g_cam[i] = rng_int(G_n);
  for (int i = 0; i < G_p; i++) g_pt[i] = rng_int(G_m);
  g_c = dalloc((size_t)3 * G_p); /* test functional only */
  fill_uni(g_c, (size_t)3 * G_p, -1.0, 1.0);
}
static REAL b_eval(REAL *X, REAL *W) {
  REAL *P = X + (size_t)11 * G_n, *w = P + (size_t)3 * G_m;
  for (int o = 0; o < G_p; o++) {
    ba_residual(X + 11 * g_cam[o], P + 3 * g_pt[o], w + o, g_feat + 2 * o, W + 2 * o);
    W[2 * G_p + o] = ba_werr(w[o]);
  }
  REAL J = 0.0;
  for (int o = 0; o < 3 * G_p; o++) J += g_c[o] * W[o];
  return J;
}
static void ba_post(double *X, double *G) {
  double *J = (double *)malloc(sizeof(double) * 31 * G_p);
  memcpy(J, G, sizeof(double) * 31 * G_p);
  memset(G, 0, sizeof(double) * B_N);
  double *GP = G + (size_t)11 * G_n, *gw = GP + (size_t)3 * G_m;
  (void)X;
  for (int o = 0; o < G_p; o++) {
    for (int r = 0; r < 2; r++) {
      const double *j = J + (size_t)30 * o + 15 * r;
      double c = g_c[2 * o + r];
      for (int q = 0; q < 11; q++) G[11 * g_cam[o] + q] += c * j[q];
      for (int q = 0; q < 3; q++) GP[3 * g_pt[o] + q] += c * j[11 + q];
      gw[o] += c * j[14];
    }
    gw[o] += g_c[2 * G_p + o] * J[(size_t)30 * G_p + o];
  }
  free(J);
}
#ifdef ENZYME
static void ba_res_fn(const double *RESTRICT c, const double *RESTRICT X,
                      const double *RESTRICT w, const double *RESTRICT f, double *RESTRICT e) {
  ba_residual(c, X, w, f, e);
}
static double ba_werr_fn(const double *w) { return ba_werr(*w); }
static void b_enzyme(double *X, double *G, double *W, double *DW) {
  double *P = X + (size_t)11 * G_n, *w = P + (size_t)3 * G_m;
  for (int o = 0; o < G_p; o++) {
    for (int r = 0; r < 2; r++) {
      double e[2], de[2] = {r == 0, r == 1};
      double *j = G + (size_t)30 * o + 15 * r; /* zeroed by the driver */
      __enzyme_autodiff((void *)ba_res_fn, DUP, X + 11 * g_cam[o], j, DUP, P + 3 * g_pt[o],
                        j + 11, DUP, w + o, j + 14, CST, g_feat + 2 * o, enzyme_dupnoneed, e,
                        de);
    }
    __enzyme_autodiff((void *)ba_werr_fn, DUP, w + o, G + (size_t)30 * G_p + o);
  }
}
#endif
#ifdef MANUAL
#include "../kernels/ba_adj.h"
static void b_manual(double *X, double *G, double *W, double *DW) {
  double *P = X + (size_t)11 * G_n, *w = P + (size_t)3 * G_m;
  for (int o = 0; o < G_p; o++) {
    ba_jac(X + 11 * g_cam[o], P + 3 * g_pt[o], w[o], g_feat + 2 * o, G + (size_t)30 * o);
    G[(size_t)30 * G_p + o] = -2.0 * w[o];
  }
}
#endif
#ifdef OO
#define OO_OWN 1
/* per observation: a 15-input tape and two reverse sweeps */
static double oo_J;
static void oo_grad(double *X, double *G) {
  double *P = X + (size_t)11 * G_n, *w = P + (size_t)3 * G_m;
  for (int o = 0; o < G_p; o++) {
    double x[15], y[2];
    memcpy(x, X + 11 * g_cam[o], 88);
    memcpy(x + 11, P + 3 * g_pt[o], 24);
    x[14] = w[o];
    const double *f = g_feat + 2 * o;
    oo_jac(x, 15, 2, [f](AD *a, AD *e) { ba_residual(a, a + 11, a + 14, f, e); },
           G + (size_t)30 * o, y);
    G[(size_t)30 * G_p + o] = -2.0 * w[o];
  }
}
#endif
#ifdef AUTODIFF
void ba(P2, P2, P1, P2, P1, P1, P2, P1);
void ba_jacobian(P2, P2, P1, P2, P1, P1, P3, P1);
static double *B_W; /* the workspace, common/main.h */
static double b_ours(double *X) {
  double *P = X + (size_t)11 * G_n, *w = P + (size_t)3 * G_m, J = 0.0;
  ba(V2(X, G_n, 11), V2(P, G_m, 3), V1(w, G_p), V2(g_feat, G_p, 2), V1(g_cam, G_p), V1(g_pt, G_p), V2(B_W, G_p, 2),
     V1(B_W + 2 * (size_t)G_p, G_p));
  for (int o = 0; o < 3 * G_p; o++) J += g_c[o] * B_W[o];
  return J;
}
static void b_autodiff(double *X, double *G) {
  double *P = X + (size_t)11 * G_n, *w = P + (size_t)3 * G_m;
  ba_jacobian(V2(X, G_n, 11), V2(P, G_m, 3), V1(w, G_p), V2(g_feat, G_p, 2), V1(g_cam, G_p), V1(g_pt, G_p),
              V3(G, G_p, 2, 15), V1(G + (size_t)30 * G_p, G_p));
}
#endif
#include "../common/oo.h"
#include "../common/main.h"
