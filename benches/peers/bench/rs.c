#include "../kernels/rs.h"
#include "../common/autodiff.h"
#include "../common/enzyme.h"
#define B_NAME "rs"
DIM(G_I, 60); DIM(G_W, 100); DIM(G_Q, 4); DIM(G_M, 12); DIM(G_P, 24); DIM(G_L, 10000);
#define N_PO ((size_t)G_I * G_W * G_Q * 6)
#define N_WI ((size_t)G_I * G_W * 3)
#define N_K ((size_t)G_I * 4)
#define N_C ((size_t)G_M * G_P)
#define B_N (N_PO + N_WI + N_K + N_C)
#define B_WS ((size_t)4 * G_L)
#define B_FDH {1e-4, 1e-3, 1e-4, 1e-3}
#define B_SECS {N_PO, N_WI, N_K, N_C}
static double *g_E;
static int *g_lv, *g_nn, *g_nuc, *g_mat;
static void b_setup(double *X) {
  rng_seed(12);
  for (size_t i = 0; i < N_PO / 6; i++) { /* pole by pole */
    double *a = X + 6 * i;
    a[0] = rng_uni(0, 1);       /* EA.re */
    a[1] = rng_uni(0.05, 0.25); /* EA.im */
    fill_uni(a + 2, 4, -0.1, 0.1); /* RT, RA */
  }
  fill_uni(X + N_PO, N_WI, 0, 1);
  fill_uni(X + N_PO + N_WI, N_K, 0.2, 1.2);
  fill_uni(X + N_PO + N_WI + N_K, N_C, 0, 1);
  g_E = dalloc(G_L);
  fill_uni(g_E, G_L, 0.05, 0.95);
  g_lv = (int *)malloc(sizeof(int) * (N_PO / 6));
  for (size_t i = 0; i < N_PO / 6; i++) g_lv[i] = rng_int(4);
  g_nn = (int *)malloc(sizeof(int) * G_M);
  g_nuc = (int *)malloc(sizeof(int) * N_C);
  g_mat = (int *)malloc(sizeof(int) * G_L);
  for (int m = 0; m < G_M; m++) g_nn[m] = 4 + rng_int(G_P - 3);
  for (size_t m = 0; m < N_C; m++) g_nuc[m] = rng_int(G_I);
  for (int l = 0; l < G_L; l++) g_mat[l] = rng_int(G_M);
}
static REAL b_fn(const REAL *RESTRICT po, const int *RESTRICT lv, const REAL *RESTRICT wi,
                 const REAL *RESTRICT k0, const REAL *RESTRICT conc, const int *RESTRICT nn,
                 const int *RESTRICT nuc, const double *RESTRICT E, const int *RESTRICT mat,
                 REAL *RESTRICT ws) {
  return rs_objective(G_W, G_Q, G_P, G_L, po, lv, wi, k0, conc, nn, nuc, E, mat, ws);
}
static REAL b_eval(REAL *X, REAL *W) {
  return b_fn(X, g_lv, X + N_PO, X + N_PO + N_WI, X + N_PO + N_WI + N_K, g_nn, g_nuc, g_E,
              g_mat, W);
}
#ifdef ENZYME
static void b_enzyme(double *X, double *G, double *W, double *DW) {
  size_t a = N_PO, b = a + N_WI, c = b + N_K;
  __enzyme_autodiff((void *)b_fn, DUP, X, G, CST, g_lv, DUP, X + a, G + a, DUP, X + b, G + b,
                    DUP, X + c, G + c, CST, g_nn, CST, g_nuc, CST, g_E, CST, g_mat, DUP, W, DW);
}
#endif
#ifdef MANUAL
static inline void addto(double *p, double v) {
#ifdef USE_OMP
#pragma omp atomic
#endif
  *p += v;
}
/* Fused: per lookup first the macro sums (micro values kept), then the adjoint. */
static void b_manual(double *X, double *G, double *W, double *DW) {
  const double *po = X, *wi = X + N_PO, *k0 = wi + N_WI, *conc = k0 + N_K;
  double *gp = G, *gw = G + N_PO, *gk = gw + N_WI, *gc = gk + N_K;
  (void)DW;
  memset(G, 0, sizeof(double) * B_N);
  PARFOR_HAND
  for (int l_ = 0; l_ < G_L; l_++) {
    double E = g_E[l_], sE = sqrt(E), m[4] = {0, 0, 0, 0}, FR[64][4], FI[64][4], SG[64][3],
           C[64][32][2];
    int mt = g_mat[l_], np = g_nn[mt], w = (int)(E * G_W);
    if (w == G_W) w = G_W - 1;
    for (int p = 0; p < np; p++) {
      int id = g_nuc[mt * G_P + p];
      for (int l = 0; l < 4; l++) {
        double ph = k0[id * 4 + l] * sE;
        if (l == 1) ph -= atan(ph);
        else if (l == 2) ph -= atan(3.0 * ph / (3.0 - ph * ph));
        else if (l == 3) ph -= atan(ph * (15.0 - ph * ph) / (15.0 - 6.0 * ph * ph));
        FR[p][l] = cos(2.0 * ph); FI[p][l] = -sin(2.0 * ph);
      }
      const double *b = wi + (id * G_W + w) * 3;
      double sT = E * b[0], sA = E * b[1], sF = E * b[2];
      for (int q = 0; q < G_Q; q++) {
        int ip = (id * G_W + w) * G_Q + q, l = g_lv[ip];
        const double *a = po + 6 * (size_t)ip;
        double dr = a[0] - sE, di = a[1], in = 1.0 / ((dr * dr + di * di) * E);
        double cr = di * in, ci = dr * in;
        C[p][q][0] = cr; C[p][q][1] = ci;
        sT += (a[2] * cr - a[3] * ci) * FR[p][l] - (a[2] * ci + a[3] * cr) * FI[p][l];
        sA += a[4] * cr - a[5] * ci;
      }
      double c = conc[mt * G_P + p];
      SG[p][0] = sT; SG[p][1] = sA; SG[p][2] = sF;
      m[0] += c * sT; m[1] += c * sA; m[2] += c * sF; m[3] += c * (sT - sA);
    }
    for (int j = 0; j < 4; j++) { W[4 * l_ + j] = m[j]; m[j] /= G_L; }
    for (int p = 0; p < np; p++) {
      int id = g_nuc[mt * G_P + p];
      double c = conc[mt * G_P + p], cT = c * (m[0] + m[3]), cA = c * (m[1] - m[3]), cF = c * m[2];
      double frb[4] = {0, 0, 0, 0}, fib[4] = {0, 0, 0, 0};
      addto(gc + mt * G_P + p, (m[0] + m[3]) * SG[p][0] + (m[1] - m[3]) * SG[p][1] + m[2] * SG[p][2]);
      double *b = gw + (id * G_W + w) * 3;
      addto(b, E * cT); addto(b + 1, E * cA); addto(b + 2, E * cF);
      for (int q = 0; q < G_Q; q++) {
        int ip = (id * G_W + w) * G_Q + q, l = g_lv[ip];
        const double *a = po + 6 * (size_t)ip;
        double *ga = gp + 6 * (size_t)ip, cr = C[p][q][0], ci = C[p][q][1];
        double dr = a[0] - sE, di = a[1], in = 1.0 / ((dr * dr + di * di) * E);
        double tr = a[2] * cr - a[3] * ci, ti = a[2] * ci + a[3] * cr;
        double tb = cT * FR[p][l], ib = -cT * FI[p][l];
        frb[l] += cT * tr; fib[l] -= cT * ti;
        double crb = tb * a[2] + ib * a[3] + cA * a[4], cib = -tb * a[3] + ib * a[2] - cA * a[5];
        double nb = -(crb * cr + cib * ci) * in * 2.0 * E;
        addto(ga, cib * in + nb * dr);
        addto(ga + 1, crb * in + nb * di);
        addto(ga + 2, tb * cr + ib * ci);
        addto(ga + 3, -tb * ci + ib * cr);
        addto(ga + 4, cA * cr);
        addto(ga + 5, -cA * ci);
      }
      for (int l = 0; l < 4; l++) {
        double ph = k0[id * 4 + l] * sE, s = ph * ph, d = 1.0;
        if (l == 1) d = 1.0 - 1.0 / (1.0 + s);
        else if (l == 2) {
          double q = 3.0 - s, z = 3.0 * ph / q;
          d = 1.0 - 3.0 * (3.0 + s) / (q * q) / (1.0 + z * z);
        } else if (l == 3) {
          double q = 15.0 - 6.0 * s, z = ph * (15.0 - s) / q;
          d = 1.0 - ((15.0 - 3.0 * s) * q + 12.0 * s * (15.0 - s)) / (q * q) / (1.0 + z * z);
        }
        addto(gk + id * 4 + l, 2.0 * (frb[l] * FI[p][l] - fib[l] * FR[p][l]) * d * sE);
      }
    }
  }
}
#endif
#ifdef AUTODIFF
double rs(P4, P3, P3, P2, P2, P1, P2, P1, P1);
void rs_gradient(P4, P4, P3, P3, P3, P2, P2, P2, P2, P1, P2, P1, P1);
static double b_ours(double *X) {
  size_t a = N_PO, b = a + N_WI, c = b + N_K;
  return rs(V4(X, G_I, G_W, G_Q, 6), V3(g_lv, G_I, G_W, G_Q), V3(X + a, G_I, G_W, 3), V2(X + b, G_I, 4),
            V2(X + c, G_M, G_P), V1(g_nn, G_M), V2(g_nuc, G_M, G_P), V1(g_E, G_L), V1(g_mat, G_L));
}
static void b_autodiff(double *X, double *G) {
  size_t a = N_PO, b = a + N_WI, c = b + N_K;
  rs_gradient(V4(X, G_I, G_W, G_Q, 6), V4(G, G_I, G_W, G_Q, 6), V3(g_lv, G_I, G_W, G_Q), V3(X + a, G_I, G_W, 3),
              V3(G + a, G_I, G_W, 3), V2(X + b, G_I, 4), V2(G + b, G_I, 4), V2(X + c, G_M, G_P), V2(G + c, G_M, G_P),
              V1(g_nn, G_M), V2(g_nuc, G_M, G_P), V1(g_E, G_L), V1(g_mat, G_L));
}
#endif
#include "../common/oo.h"
#include "../common/main.h"
