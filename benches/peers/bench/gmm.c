#include "../kernels/gmm.h"
#include "../common/autodiff.h"
#include "../common/enzyme.h"
#ifndef GMM_SIZE
#define GMM_SIZE 2500, 10, 200
#define B_NAME "gmm_d10_k200"
#endif
#define GMM_DIMS_(n, d, K) DIM(G_n, n); DIM(G_d, d); DIM(G_K, K);
#define GMM_DIMS(...) GMM_DIMS_(__VA_ARGS__)
GMM_DIMS(GMM_SIZE)
#define IC (G_d * (G_d + 1) / 2)
#define B_N ((size_t)G_K * (1 + G_d + IC))
#define B_WS ((size_t)G_K * G_d + 2 * G_K + 2 * G_d)
#define B_DWS ((size_t)4 * G_K + 3 * G_K * G_d + G_K * IC)
#define B_FDH {1e-5, 1e-5, 1e-5}
#define B_SECS {(size_t)G_K, (size_t)G_K * G_d, (size_t)G_K * IC}
static double *g_x;
static const double g_gamma = 1.0;
static const int g_m = 0;
static double g_cst;
static void b_setup(double *X) {
  rng_seed(1);
  fill_nrm(X, G_K, 1.0);                                        /* alphas */
  fill_uni(X + G_K, (size_t)G_K * G_d, 0, 1);                   /* means */
  fill_nrm(X + G_K + (size_t)G_K * G_d, (size_t)G_K * IC, 0.5); /* icf */
  g_x = dalloc((size_t)G_n * G_d);
  fill_nrm(g_x, (size_t)G_n * G_d, 1.0);
  g_cst = gmm_const(G_n, G_d, G_K, g_gamma, g_m);
}
static REAL b_fn(const REAL *RESTRICT al, const REAL *RESTRICT mu, const REAL *RESTRICT icf,
                 const double *RESTRICT x, double cst, REAL *RESTRICT ws) {
  return gmm_objective(G_n, G_d, G_K, al, mu, icf, x, g_gamma, g_m, cst, ws);
}
static REAL b_eval(REAL *X, REAL *W) {
  return b_fn(X, X + G_K, X + G_K + G_K * G_d, g_x, g_cst, W);
}
#ifdef ENZYME
static void b_enzyme(double *X, double *G, double *W, double *DW) {
  __enzyme_autodiff((void *)b_fn, DUP, X, G, DUP, X + G_K, G + G_K, DUP,
                    X + G_K + G_K * G_d, G + G_K + G_K * G_d, CST, g_x, CST, g_cst, DUP, W,
                    DW);
}
#endif
#ifdef MANUAL
#include "../kernels/gmm_adj.h"
static void b_manual(double *X, double *G, double *W, double *DW) {
#if MANUAL == 2
  gmm_adjoint_alg(
#else
  gmm_adjoint(
#endif
      G_n, G_d, G_K, X, X + G_K, X + G_K + G_K * G_d, g_x, g_gamma, g_m, G, G + G_K,
      G + G_K + G_K * G_d, DW);
}
#endif
#ifdef AUTODIFF
double gmm(P1, P2, P2, P2, double);
void gmm_gradient(P1, P1, P2, P2, P2, P2, P2, double);
static double b_ours(double *X) {
  return gmm(V1(X, G_K), V2(X + G_K, G_K, G_d), V2(X + G_K + G_K * G_d, G_K, IC), V2(g_x, G_n, G_d), g_cst);
}
static void b_autodiff(double *X, double *G) {
  size_t a = G_K, b = a + (size_t)G_K * G_d;
  gmm_gradient(V1(X, G_K), V1(G, G_K), V2(X + a, G_K, G_d), V2(G + a, G_K, G_d), V2(X + b, G_K, IC),
               V2(G + b, G_K, IC), V2(g_x, G_n, G_d), g_cst);
}
#endif
#include "../common/oo.h"
#include "../common/main.h"
