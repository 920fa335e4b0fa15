#include "../kernels/heat2d.h"
#include "../common/autodiff.h"
#include "../common/enzyme.h"
#define B_NAME "heat2d"
DIM(G_N, 256); DIM(G_T, 400);
#define B_NN ((size_t)G_N * G_N)
#define B_N (2 * B_NN)
#define B_WS (2 * B_NN)
#define B_DWS ((size_t)(G_T + 1) * B_NN + 3 * B_NN)
#define B_FDH {1e-3, 1e-2}
#define B_SECS {B_NN, B_NN}
static double *g_t;
static void b_setup(double *X) {
  rng_seed(9);
  fill_uni(X, B_NN, 0.1, 0.2);    /* coefficient field */
  fill_uni(X + B_NN, B_NN, 0, 1); /* u0 */
  g_t = dalloc(B_NN);
  fill_uni(g_t, B_NN, 0, 1);
}
static REAL b_fn(const REAL *RESTRICT kf, const REAL *RESTRICT u, const double *RESTRICT t,
                 REAL *RESTRICT ws) {
  return heat2d_objective(G_N, G_T, kf, u, t, ws);
}
static REAL b_eval(REAL *X, REAL *W) { return b_fn(X, X + B_NN, g_t, W); }
#ifdef ENZYME
static void b_enzyme(double *X, double *G, double *W, double *DW) {
  __enzyme_autodiff((void *)b_fn, DUP, X, G, DUP, X + B_NN, G + B_NN, CST, g_t, DUP, W, DW);
}
#endif
#ifdef MANUAL
/* mu = k .* lambda with a zero rim: lambda' = lambda + lap(mu), gk += lambda .* lap(u_t) */
static void heat2d_adj_step(int N, const double *RESTRICT kf, const double *RESTRICT u,
                            double *RESTRICT la, double *RESTRICT mu, double *RESTRICT gk) {
  PARFOR_HAND
  for (int i = 1; i < N - 1; i++)
    for (int j = 1; j < N - 1; j++) {
      int k = i * N + j;
      gk[k] += la[k] * (u[k - N] + u[k + N] + u[k - 1] + u[k + 1] - 4.0 * u[k]);
      mu[k] = kf[k] * la[k];
    }
  PARFOR_HAND
  for (int i = 1; i < N - 1; i++)
    for (int j = 1; j < N - 1; j++) {
      int k = i * N + j;
      la[k] += mu[k - N] + mu[k + N] + mu[k - 1] + mu[k + 1] - 4.0 * mu[k];
    }
}
static void b_manual(double *X, double *G, double *W, double *DW) {
  const int N = G_N, T = G_T;
  double *kf = X, *gk = G, *gu = G + B_NN, *tr = DW, *la = DW + (size_t)(T + 1) * B_NN,
         *mu = la + B_NN;
  (void)W;
  memcpy(tr, X + B_NN, sizeof(double) * B_NN);
  for (int t = 0; t < T; t++) {
    double *a = tr + (size_t)t * B_NN, *b = a + B_NN;
    memcpy(b, a, sizeof(double) * N);
    memcpy(b + (size_t)(N - 1) * N, a + (size_t)(N - 1) * N, sizeof(double) * N);
    for (int i = 1; i < N - 1; i++) { b[i * N] = a[i * N]; b[i * N + N - 1] = a[i * N + N - 1]; }
    heat2d_step(N, kf, a, b);
  }
  double *u = tr + (size_t)T * B_NN;
  memset(G, 0, sizeof(double) * 2 * B_NN);
  memset(mu, 0, sizeof(double) * B_NN);
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) {
      int k = i * N + j;
      double v = (u[k] - g_t[k]) / ((double)N * N);
      int rim = i == 0 || j == 0 || i == N - 1 || j == N - 1;
      gu[k] = rim ? v : 0;
      la[k] = rim ? 0 : v;
    }
  for (int t = T - 1; t >= 0; t--) {
    heat2d_adj_step(N, kf, tr + (size_t)t * B_NN, la, mu, gk);
    for (int j = 1; j < N - 1; j++) {
      gu[j] += mu[N + j];
      gu[(N - 1) * N + j] += mu[(N - 2) * N + j];
      gu[j * N] += mu[j * N + 1];
      gu[j * N + N - 1] += mu[j * N + N - 2];
    }
  }
  for (int i = 1; i < N - 1; i++)
    for (int j = 1; j < N - 1; j++) gu[i * N + j] = la[i * N + j];
}
#endif
#ifdef AUTODIFF
double heat2d(P2, P2, P2, int64_t);
void heat2d_gradient(P2, P2, P2, P2, P2, int64_t);
static double b_ours(double *X) { return heat2d(V2(X, G_N, G_N), V2(X + B_NN, G_N, G_N), V2(g_t, G_N, G_N), G_T); }
static void b_autodiff(double *X, double *G) {
  heat2d_gradient(V2(X, G_N, G_N), V2(G, G_N, G_N), V2(X + B_NN, G_N, G_N), V2(G + B_NN, G_N, G_N), V2(g_t, G_N, G_N),
                  G_T);
}
#endif
#include "../common/oo.h"
#include "../common/main.h"
