#include "../kernels/lstm.h"
#include "../common/autodiff.h"
#include "../common/enzyme.h"
#ifndef LSTM_LAYERS
#define LSTM_LAYERS 2
#define B_NAME "lstm_l2_c16384"
#endif
DIM(G_L, LSTM_LAYERS); DIM(G_h, 14); DIM(G_c, 16384);
#define B_M ((size_t)8 * G_L * G_h)
#define B_N (B_M + 3 * G_h)
#define B_WS ((size_t)2 * G_L * G_h + 2 * G_h)
#define B_DWS ((size_t)G_c * (7 * G_L * G_h + 4 * G_h) + 4 * (size_t)G_L * G_h + 16 * G_h)
#define B_FDH {1e-3, 1e-3}
#define B_SECS {B_M, (size_t)3 * G_h}
static double *g_st, *g_seq;
static void b_setup(double *X) {
  rng_seed(3);
  fill_nrm(X, B_M, 0.5);          /* main params */
  fill_nrm(X + B_M, 3 * G_h, 0.5); /* extra params */
  g_st = dalloc((size_t)2 * G_L * G_h);
  fill_nrm(g_st, (size_t)2 * G_L * G_h, 0.5);
  g_seq = dalloc((size_t)G_c * G_h);
  for (size_t i = 0; i < (size_t)G_c * G_h; i++) g_seq[i] = rng_int(2);
}
static REAL b_fn(const REAL *RESTRICT m, const REAL *RESTRICT e, const double *RESTRICT st,
                 const double *RESTRICT seq, REAL *RESTRICT ws) {
  return lstm_objective(G_L, G_h, G_c, m, e, st, seq, ws);
}
static REAL b_eval(REAL *X, REAL *W) { return b_fn(X, X + B_M, g_st, g_seq, W); }
#ifdef ENZYME
static void b_enzyme(double *X, double *G, double *W, double *DW) {
  __enzyme_autodiff((void *)b_fn, DUP, X, G, DUP, X + B_M, G + B_M, CST, g_st, CST, g_seq,
                    DUP, W, DW);
}
#endif
#ifdef MANUAL
#include "../kernels/lstm_adj.h"
static void b_manual(double *X, double *G, double *W, double *DW) {
  lstm_adjoint(G_L, G_h, G_c, X, X + B_M, g_st, g_seq, G, G + B_M, DW);
}
#endif
#ifdef AUTODIFF
double lstm(P4, P2, P3, P2);
void lstm_gradient(P4, P4, P2, P2, P3, P2);
static double b_ours(double *X) {
  return lstm(V4(X, G_L, 2, 4, G_h), V2(X + B_M, 3, G_h), V3(g_st, G_L, 2, G_h), V2(g_seq, G_c, G_h));
}
static void b_autodiff(double *X, double *G) {
  lstm_gradient(V4(X, G_L, 2, 4, G_h), V4(G, G_L, 2, 4, G_h), V2(X + B_M, 3, G_h), V2(G + B_M, 3, G_h),
                V3(g_st, G_L, 2, G_h), V2(g_seq, G_c, G_h));
}
#endif
#include "../common/oo.h"
#include "../common/main.h"
