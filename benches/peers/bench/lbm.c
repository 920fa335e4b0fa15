#include "../kernels/lbm.h"
#include "../common/autodiff.h"
#include "../common/enzyme.h"
#define B_NAME "lbm"
DIM(G_N, 200); DIM(G_T, 30);
#define B_NN ((size_t)G_N * G_N)
#define B_F ((size_t)(G_N + 2) * (G_N + 2))
#define B_N (9 * B_NN + 1)
#define B_WS (18 * B_F)
#define B_DWS ((size_t)(G_T + 1) * 9 * B_F + 18 * B_F)
#define B_FDH {1e-4, 1e-4}
#define B_SECS {9 * B_NN, 1}
static int *g_solid;
static double *g_t;
static void b_setup(double *X) {
  rng_seed(10);
  for (int q = 0; q < 9; q++)
    for (size_t i = 0; i < B_NN; i++) X[q * B_NN + i] = lbm_w[q] * rng_uni(0.9, 1.1);
  X[9 * B_NN] = 0.8; /* tau */
  g_t = dalloc(B_NN);
  fill_uni(g_t, B_NN, -0.05, 0.05);
  g_solid = (int *)malloc(sizeof(int) * B_NN);
  for (int i = 0; i < G_N; i++) /* a disc of radius N/8 in the middle */
    for (int j = 0; j < G_N; j++) {
      int a = 2 * i + 1 - G_N, b = 2 * j + 1 - G_N;
      g_solid[i * G_N + j] = 16 * (a * a + b * b) < G_N * G_N;
    }
}
static REAL b_fn(const REAL *RESTRICT f0, const REAL *RESTRICT tau, const int *RESTRICT solid,
                 const double *RESTRICT target, REAL *RESTRICT ws) {
  return lbm_objective(G_N, G_T, solid, f0, tau, target, ws);
}
static REAL b_eval(REAL *X, REAL *W) { return b_fn(X, X + 9 * B_NN, g_solid, g_t, W); }
#ifdef ENZYME
static void b_enzyme(double *X, double *G, double *W, double *DW) {
  size_t n = 9 * B_NN;
  __enzyme_autodiff((void *)b_fn, DUP, X, G, DUP, X + n, G + n, CST, g_solid, CST, g_t, DUP, W,
                    DW);
}
#endif
#ifdef MANUAL
/* Populations before each collision are stored; la is the adjoint of f. */
static void lbm_adj_collide(int N, double omega, const int *RESTRICT solid,
                            const double *RESTRICT f, const double *RESTRICT gb,
                            double *RESTRICT fb, double *RESTRICT ob) {
  const int S = N + 2, F = S * S;
  PARFOR_HAND
  for (int i = 1; i <= N; i++) {
    double acc = 0;
    for (int j = 1; j <= N; j++) {
      int c = i * S + j;
      if (solid[(i - 1) * N + j - 1]) {
        for (int q = 0; q < 9; q++) fb[lbm_opp[q] * F + c] = gb[q * F + c];
      } else {
        double rho = 0, mx = 0, my = 0, v[9], b[9];
        for (int q = 0; q < 9; q++) {
          v[q] = f[q * F + c]; b[q] = gb[q * F + c];
          rho += v[q]; mx += lbm_ex[q] * v[q]; my += lbm_ey[q] * v[q];
        }
        double ir = 1.0 / rho, ux = mx * ir, uy = my * ir, us = 1.5 * (ux * ux + uy * uy);
        double rb = 0, ub = 0, xb = 0, yb = 0;
        for (int q = 0; q < 9; q++) {
          double cu = 3.0 * (lbm_ex[q] * ux + lbm_ey[q] * uy);
          double e = lbm_w[q] * (1.0 + cu + 0.5 * cu * cu - us), k = omega * b[q];
          acc += b[q] * (rho * e - v[q]);
          rb += k * e;
          double kw = k * lbm_w[q] * rho, cb = 3.0 * kw * (1.0 + cu);
          ub += kw;
          xb += lbm_ex[q] * cb; yb += lbm_ey[q] * cb;
        }
        xb = (xb - 3.0 * ux * ub) * ir; yb = (yb - 3.0 * uy * ub) * ir;
        rb -= xb * ux + yb * uy;
        for (int q = 0; q < 9; q++)
          fb[q * F + c] = (1.0 - omega) * b[q] + rb + lbm_ex[q] * xb + lbm_ey[q] * yb;
      }
    }
    ob[i] += acc;
  }
}
static void b_manual(double *X, double *G, double *W, double *DW) {
  const int N = G_N, T = G_T, S = N + 2, F = S * S;
  double *tr = DW, *la = DW + (size_t)(T + 1) * 9 * F, *gb = la + 9 * F, *g = W;
  double tau = X[9 * B_NN], omega = 1.0 / tau;
  double *ob = (double *)calloc(S, sizeof(double));
  for (int q = 0; q < 9; q++)
    for (int i = 0; i < N; i++)
      memcpy(tr + q * F + (i + 1) * S + 1, X + q * B_NN + i * N, N * sizeof(double));
  for (int t = 0; t < T; t++) {
    double *f = tr + (size_t)t * 9 * F;
    lbm_collide(N, &tau, g_solid, f, g);
    lbm_halo(N, g);
    lbm_stream(N, g, f + 9 * F);
  }
  double *f = tr + (size_t)T * 9 * F;
  for (int i = 1; i <= N; i++)
    for (int j = 1; j <= N; j++) {
      double m = 0;
      for (int q = 0; q < 9; q++) m += lbm_ex[q] * f[q * F + i * S + j];
      m -= g_t[(i - 1) * N + j - 1];
      for (int q = 0; q < 9; q++) la[q * F + i * S + j] = lbm_ex[q] * m;
    }
  for (int t = T - 1; t >= 0; t--) {
    lbm_halo(N, la);
    PARFOR_HAND
    for (int i = 1; i <= N; i++) /* transposed streaming: push becomes pull */
      for (int q = 0; q < 9; q++)
        for (int j = 1; j <= N; j++)
          gb[q * F + i * S + j] = la[q * F + (i + lbm_cy[q]) * S + j + lbm_cx[q]];
    lbm_adj_collide(N, omega, g_solid, tr + (size_t)t * 9 * F, gb, la, ob);
  }
  for (int q = 0; q < 9; q++)
    for (int i = 0; i < N; i++)
      memcpy(G + q * B_NN + i * N, la + q * F + (i + 1) * S + 1, N * sizeof(double));
  double o = 0;
  for (int i = 1; i <= N; i++) o += ob[i];
  free(ob);
  G[9 * B_NN] = -o * omega * omega;
}
#endif
#ifdef AUTODIFF
double lbm(P3, double, P2, P2, int64_t);
double lbm_gradient(P3, P3, double, P2, P2, int64_t);
static double b_ours(double *X) {
  return lbm(V3(X, 9, G_N, G_N), X[9 * B_NN], V2(g_solid, G_N, G_N), V2(g_t, G_N, G_N), G_T);
}
static void b_autodiff(double *X, double *G) {
  G[9 * B_NN] = lbm_gradient(V3(X, 9, G_N, G_N), V3(G, 9, G_N, G_N), X[9 * B_NN], V2(g_solid, G_N, G_N),
                             V2(g_t, G_N, G_N), G_T);
}
#endif
#include "../common/oo.h"
#include "../common/main.h"
