#include "../kernels/xs.h"
#include "../common/autodiff.h"
#include "../common/enzyme.h"
#define B_NAME "xs"
DIM(G_I, 60); DIM(G_G, 2000); DIM(G_M, 12); DIM(G_P, 24); DIM(G_L, 30000);
#define N_XS ((size_t)G_I * G_G * 5)
#define N_C ((size_t)G_M * G_P)
#define B_N (N_XS + N_C + G_L)
#define B_WS ((size_t)5 * G_L)
#define B_FDH {1e-3, 1e-3, 1e-9}
#define B_FDSUB 97
#define B_SECS {N_XS, N_C, (size_t)G_L}
static double *g_e;
static int *g_nn, *g_nuc, *g_mat;
static void b_setup(double *X) {
  rng_seed(11);
  fill_uni(X, N_XS, 0, 1);
  fill_uni(X + N_XS, N_C, 0, 1);
  fill_uni(X + N_XS + N_C, G_L, 0.001, 0.999);
  g_e = dalloc((size_t)G_I * G_G);
  for (int i = 0; i < G_I; i++) { /* running sums of (u + 0.1), divided by the last + 0.05 */
    double s = 0, *e = g_e + (size_t)i * G_G;
    for (int k = 0; k < G_G; k++) { s += rng_u01() + 0.1; e[k] = s; }
    for (int k = 0; k < G_G; k++) e[k] = e[k] / (s + 0.05);
  }
  g_nn = (int *)malloc(sizeof(int) * G_M);
  g_nuc = (int *)malloc(sizeof(int) * N_C);
  g_mat = (int *)malloc(sizeof(int) * G_L);
  for (int m = 0; m < G_M; m++) g_nn[m] = 4 + rng_int(G_P - 3); /* 4..P */
  for (size_t m = 0; m < N_C; m++) g_nuc[m] = rng_int(G_I);
  for (int l = 0; l < G_L; l++) g_mat[l] = rng_int(G_M);
}
static REAL b_fn(const double *RESTRICT egrid, const REAL *RESTRICT xs,
                 const REAL *RESTRICT conc, const int *RESTRICT nn, const int *RESTRICT nuc,
                 const REAL *RESTRICT E, const int *RESTRICT mat, REAL *RESTRICT ws) {
  return xs_objective(G_G, G_P, G_L, egrid, xs, conc, nn, nuc, E, mat, ws);
}
static REAL b_eval(REAL *X, REAL *W) {
  return b_fn(g_e, X, X + N_XS, g_nn, g_nuc, X + N_XS + N_C, g_mat, W);
}
#ifdef ENZYME
static void b_enzyme(double *X, double *G, double *W, double *DW) {
  size_t a = N_XS, b = a + N_C;
  __enzyme_autodiff((void *)b_fn, CST, g_e, DUP, X, G, DUP, X + a, G + a, CST, g_nn, CST, g_nuc,
                    DUP, X + b, G + b, CST, g_mat, DUP, W, DW);
}
#endif
#ifdef MANUAL
static inline void addto(double *p, double v) {
#ifdef USE_OMP
#pragma omp atomic
#endif
  *p += v;
}
/* One fused pass: search, macro, then the adjoint of the same lookup. */
static void b_manual(double *X, double *G, double *W, double *DW) {
  const double *xs = X, *conc = X + N_XS, *E = conc + N_C;
  double *gx = G, *gc = G + N_XS, *gE = gc + N_C;
  (void)DW;
  memset(G, 0, sizeof(double) * B_N);
  PARFOR_HAND
  for (int l = 0; l < G_L; l++) {
    double m[5] = {0, 0, 0, 0, 0}, F[64], ID[64];
    size_t at[64];
    int mt = g_mat[l], np = g_nn[mt];
    double e_ = E[l];
    for (int p = 0; p < np; p++) {
      int id = g_nuc[mt * G_P + p], lo = 0, hi = G_G - 1;
      const double *e = g_e + (size_t)id * G_G;
      while (hi - lo > 1) {
        int mid = lo + (hi - lo) / 2;
        if (e[mid] > e_) hi = mid; else lo = mid;
      }
      size_t k = ((size_t)id * G_G + lo) * 5;
      double inv = 1.0 / (e[lo + 1] - e[lo]), f = (e[lo + 1] - e_) * inv, c = conc[mt * G_P + p];
      at[p] = k; F[p] = f; ID[p] = inv;
      for (int j = 0; j < 5; j++) m[j] += c * (xs[k + 5 + j] - f * (xs[k + 5 + j] - xs[k + j]));
    }
    for (int j = 0; j < 5; j++) { W[5 * l + j] = m[j]; m[j] /= G_L; }
    double eb = 0;
    for (int p = 0; p < np; p++) {
      size_t k = at[p];
      double f = F[p], c = conc[mt * G_P + p], cb = 0, fb = 0;
      for (int j = 0; j < 5; j++) {
        double a = xs[k + j], b = xs[k + 5 + j], v = c * m[j];
        cb += m[j] * (b - f * (b - a));
        fb -= v * (b - a);
        addto(gx + k + j, v * f);
        addto(gx + k + 5 + j, v * (1.0 - f));
      }
      addto(gc + mt * G_P + p, cb);
      eb -= fb * ID[p];
    }
    gE[l] = eb;
  }
}
#endif
#ifdef AUTODIFF
double xs(P2, P3, P2, P1, P2, P1, P1);
void xs_gradient(P2, P3, P3, P2, P2, P1, P2, P1, P1, P1);
static double b_ours(double *X) {
  return xs(V2(g_e, G_I, G_G), V3(X, G_I, G_G, 5), V2(X + N_XS, G_M, G_P), V1(g_nn, G_M), V2(g_nuc, G_M, G_P),
            V1(X + N_XS + N_C, G_L), V1(g_mat, G_L));
}
static void b_autodiff(double *X, double *G) {
  size_t a = N_XS, b = a + N_C;
  xs_gradient(V2(g_e, G_I, G_G), V3(X, G_I, G_G, 5), V3(G, G_I, G_G, 5), V2(X + a, G_M, G_P), V2(G + a, G_M, G_P),
              V1(g_nn, G_M), V2(g_nuc, G_M, G_P), V1(X + b, G_L), V1(G + b, G_L), V1(g_mat, G_L));
}
#endif
#include "../common/oo.h"
#include "../common/main.h"
