#include "../kernels/bruss.h"
#include "../common/autodiff.h"
#include "../common/enzyme.h"
#define B_NAME "bruss"
DIM(G_N, 256); DIM(G_T, 200);
#define B_F ((size_t)(G_N + 2) * (G_N + 2))
#define B_N ((size_t)2 * G_N * G_N)
#define B_WS (4 * B_F)
#define B_DWS ((size_t)(G_T + 1) * 2 * B_F + 4 * B_F)
#define B_FDH {1e-3, 1e-3}
#define B_SECS {(size_t)G_N * G_N, (size_t)G_N * G_N}
static const double g_A = 3.4, g_B = 1.0, g_al = 50.0, g_dt = 1e-3;
static void b_setup(double *X) {
  rng_seed(5);
  fill_uni(X, (size_t)G_N * G_N, 0.5, 1.5);                     /* u0 */
  fill_uni(X + (size_t)G_N * G_N, (size_t)G_N * G_N, 2.0, 3.0); /* v0 */
}
static REAL b_fn(const REAL *RESTRICT u, const REAL *RESTRICT v, REAL *RESTRICT ws) {
  return bruss_objective(G_N, G_T, g_A, g_B, g_al, g_dt, u, v, ws);
}
static REAL b_eval(REAL *X, REAL *W) { return b_fn(X, X + (size_t)G_N * G_N, W); }
#ifdef ENZYME
static void b_enzyme(double *X, double *G, double *W, double *DW) {
  size_t n = (size_t)G_N * G_N;
  __enzyme_autodiff((void *)b_fn, DUP, X, G, DUP, X + n, G + n, DUP, W, DW);
}
#endif
#ifdef MANUAL
/* Trajectory stored, adjoint step in gather form (the periodic Laplacian is symmetric). */
static void bruss_adj_step(int N, double A, double al, double dt, const double *RESTRICT u,
                           const double *RESTRICT v, const double *RESTRICT lu,
                           const double *RESTRICT lv, double *RESTRICT nu,
                           double *RESTRICT nv) {
  const int S = N + 2;
  PARFOR_HAND
  for (int i = 1; i <= N; i++)
    for (int j = 1; j <= N; j++) {
      int c = i * S + j;
      double Lu = lu[c - S] + lu[c + S] + lu[c - 1] + lu[c + 1] - 4.0 * lu[c];
      double Lv = lv[c - S] + lv[c + S] + lv[c - 1] + lv[c + 1] - 4.0 * lv[c];
      double uv2 = 2.0 * u[c] * v[c], uu = u[c] * u[c], df = lu[c] - lv[c];
      nu[c] = lu[c] + dt * (uv2 * df - (A + 1.0) * lu[c] + A * lv[c] + al * Lu);
      nv[c] = lv[c] + dt * (uu * df + al * Lv);
    }
}
static void b_manual(double *X, double *G, double *W, double *DW) {
  const int N = G_N, T = G_T, S = N + 2;
  const size_t F = B_F;
  double *tr = DW, *la = DW + (size_t)(T + 1) * 2 * F;
  (void)W;
  for (int f = 0; f < 2; f++)
    for (int i = 0; i < N; i++)
      memcpy(tr + f * F + (i + 1) * S + 1, X + (size_t)f * N * N + i * N, N * sizeof(double));
  for (int t = 0; t < T; t++) {
    double *s = tr + (size_t)t * 2 * F, *d = s + 2 * F;
    bruss_halo(N, s);
    bruss_halo(N, s + F);
    bruss_step(N, g_A, g_B, g_al, g_dt, s, s + F, d, d + F);
  }
  double *s = tr + (size_t)T * 2 * F;
  for (int f = 0; f < 2; f++)
    for (int i = 1; i <= N; i++)
      for (int j = 1; j <= N; j++)
        la[f * F + i * S + j] = 2.0 / ((double)N * N) * s[f * F + i * S + j];
  for (int t = T - 1; t >= 0; t--) {
    double *a = la + ((T - 1 - t) & 1) * 2 * F, *b = la + ((T - t) & 1) * 2 * F;
    s = tr + (size_t)t * 2 * F;
    bruss_halo(N, a);
    bruss_halo(N, a + F);
    bruss_adj_step(N, g_A, g_al, g_dt, s, s + F, a, a + F, b, b + F);
  }
  double *b = la + (T & 1) * 2 * F;
  for (int f = 0; f < 2; f++)
    for (int i = 0; i < N; i++)
      memcpy(G + (size_t)f * N * N + i * N, b + f * F + (i + 1) * S + 1, N * sizeof(double));
}
#endif
#ifdef AUTODIFF
double bruss(P2, P2, int64_t);
void bruss_gradient(P2, P2, P2, P2, int64_t);
static double b_ours(double *X) { return bruss(V2(X, G_N, G_N), V2(X + (size_t)G_N * G_N, G_N, G_N), G_T); }
static void b_autodiff(double *X, double *G) {
  size_t n = (size_t)G_N * G_N;
  bruss_gradient(V2(X, G_N, G_N), V2(G, G_N, G_N), V2(X + n, G_N, G_N), V2(G + n, G_N, G_N), G_T);
}
#endif
#include "../common/oo.h"
#include "../common/main.h"
