#include "../kernels/matmul.h"
#include "../common/autodiff.h"
#include "../common/enzyme.h"
#define B_NAME "matmul"
DIM(G_n, 512);
#define B_N ((size_t)2 * G_n * G_n)
#define B_WS ((size_t)G_n * G_n)
#define B_DWS ((size_t)G_n * G_n)
#define B_FDH {1e-3, 1e-3}
#define B_SECS {(size_t)G_n * G_n, (size_t)G_n * G_n}
static void b_setup(double *X) {
  rng_seed(6);
  fill_uni(X, (size_t)2 * G_n * G_n, -1, 1); /* A then B */
}
static REAL b_fn(const REAL *RESTRICT A, const REAL *RESTRICT B, REAL *RESTRICT C) {
  return matmul_objective(G_n, A, B, C);
}
static REAL b_eval(REAL *X, REAL *W) { return b_fn(X, X + (size_t)G_n * G_n, W); }
#ifdef ENZYME
static void b_enzyme(double *X, double *G, double *W, double *DW) {
  size_t n = (size_t)G_n * G_n;
  __enzyme_autodiff((void *)b_fn, DUP, X, G, DUP, X + n, G + n, DUP, W, DW);
}
#endif
#ifdef MANUAL
/* dC = C/n; dA = dC B^T (B transposed first), dB = A^T dC */
static void b_manual(double *X, double *G, double *W, double *DW) {
  const int n = G_n;
  const double *RESTRICT A = X, *RESTRICT B = X + (size_t)n * n;
  double *RESTRICT gA = G, *RESTRICT gB = G + (size_t)n * n, *RESTRICT C = W, *RESTRICT Bt = DW;
  matmul_objective(n, A, B, C);
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) Bt[j * n + i] = B[i * n + j];
  memset(G, 0, sizeof(double) * 2 * n * n);
  PARFOR_HAND
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) {
      double c = C[i * n + j] / n;
      for (int k = 0; k < n; k++) gA[i * n + k] += c * Bt[j * n + k];
    }
  PARFOR_HAND
  for (int k = 0; k < n; k++)
    for (int i = 0; i < n; i++) {
      double a = A[i * n + k] / n;
      for (int j = 0; j < n; j++) gB[k * n + j] += a * C[i * n + j];
    }
}
#endif
#ifdef AUTODIFF
double matmul(P2, P2);
void matmul_gradient(P2, P2, P2, P2);
static double b_ours(double *X) { return matmul(V2(X, G_n, G_n), V2(X + (size_t)G_n * G_n, G_n, G_n)); }
static void b_autodiff(double *X, double *G) {
  size_t n = (size_t)G_n * G_n;
  matmul_gradient(V2(X, G_n, G_n), V2(G, G_n, G_n), V2(X + n, G_n, G_n), V2(G + n, G_n, G_n));
}
#endif
#include "../common/oo.h"
#include "../common/main.h"
