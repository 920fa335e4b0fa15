#include "../kernels/stencil2d.h"
#include "../common/autodiff.h"
#include "../common/enzyme.h"
#define B_NAME "stencil2d"
DIM(G_N, 512); DIM(G_T, 200);
#define B_NN ((size_t)G_N * G_N)
#define B_N B_NN
#define B_WS (2 * B_NN)
#define B_DWS (2 * B_NN)
#define B_FDH {1e-2}
#define B_SECS {B_NN}
static const double g_c = 0.2;
static double *g_t;
static void b_setup(double *X) {
  rng_seed(8);
  fill_uni(X, B_NN, 0, 1);
  g_t = dalloc(B_NN);
  fill_uni(g_t, B_NN, 0, 1);
}
static REAL b_fn(const REAL *RESTRICT u, const double *RESTRICT t, REAL *RESTRICT ws) {
  return stencil2d_objective(G_N, G_T, g_c, u, t, ws);
}
static REAL b_eval(REAL *X, REAL *W) { return b_fn(X, g_t, W); }
#ifdef ENZYME
static void b_enzyme(double *X, double *G, double *W, double *DW) {
  __enzyme_autodiff((void *)b_fn, DUP, X, G, CST, g_t, DUP, W, DW);
}
#endif
#ifdef MANUAL
/* Adjoint in gather form: the interior adjoint has a zero rim, so a step is the
 * primal stencil itself; the rim of the gradient is accumulated apart. */
static void b_manual(double *X, double *G, double *W, double *DW) {
  const int N = G_N, T = G_T;
  const double *u;
  stencil2d_objective(N, T, g_c, X, g_t, W);
  u = W + (T & 1) * B_NN;
  memset(DW, 0, sizeof(double) * 2 * B_NN);
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) {
      int k = i * N + j;
      double v = (u[k] - g_t[k]) / ((double)N * N);
      if (i == 0 || j == 0 || i == N - 1 || j == N - 1) G[k] = v;
      else DW[k] = v;
    }
  for (int t = 0; t < T; t++) {
    double *a = DW + (t & 1) * B_NN, *b = DW + ((t + 1) & 1) * B_NN;
    for (int j = 1; j < N - 1; j++) {
      G[j] += g_c * a[N + j];
      G[(N - 1) * N + j] += g_c * a[(N - 2) * N + j];
      G[j * N] += g_c * a[j * N + 1];
      G[j * N + N - 1] += g_c * a[j * N + N - 2];
    }
    stencil2d_step(N, g_c, a, b);
  }
  double *a = DW + (T & 1) * B_NN;
  for (int i = 1; i < N - 1; i++)
    for (int j = 1; j < N - 1; j++) G[i * N + j] = a[i * N + j];
}
#endif
#ifdef AUTODIFF
double stencil2d(P2, P2, int64_t, double);
void stencil2d_gradient(P2, P2, P2, int64_t, double);
static double b_ours(double *X) { return stencil2d(V2(X, G_N, G_N), V2(g_t, G_N, G_N), G_T, g_c); }
static void b_autodiff(double *X, double *G) {
  stencil2d_gradient(V2(X, G_N, G_N), V2(G, G_N, G_N), V2(g_t, G_N, G_N), G_T, g_c);
}
#endif
#include "../common/oo.h"
#include "../common/main.h"
