#include "../kernels/vdp.h"
#include "../common/autodiff.h"
#include "../common/enzyme.h"
#define B_NAME "euler"
DIM(G_n, 4000000);
static const double g_dt = 2.5e-6;
#define B_N ((size_t)3)
#define B_WS 1
#define B_DWS ((size_t)2 * G_n + 2)
#define B_FDH {1e-3, 1e-3, 1e-4}
#define B_SECS {1, 1, 1}
static void b_setup(double *X) { X[0] = 1.5; X[1] = 0.5; X[2] = 1.0; }
static REAL b_fn(const REAL *RESTRICT p) { return vdp_euler(p, G_n, g_dt); }
static REAL b_eval(REAL *X, REAL *W) { (void)W; return b_fn(X); }
#ifdef ENZYME
static void b_enzyme(double *X, double *G, double *W, double *DW) {
  __enzyme_autodiff((void *)b_fn, DUP, X, G);
}
#endif
#ifdef MANUAL
#include "../kernels/vdp_adj.h"
static void b_manual(double *X, double *G, double *W, double *DW) {
  vdp_euler_adjoint(X, G_n, g_dt, G, DW);
}
#endif
#ifdef AUTODIFF
double euler(double, double, double, int64_t, double);
void euler_gradient(double, double, double, int64_t, double, P1);
static double b_ours(double *X) { return euler(X[0], X[1], X[2], G_n, g_dt); }
static void b_autodiff(double *X, double *G) { euler_gradient(X[0], X[1], X[2], G_n, g_dt, V1(G, 3)); }
#endif
#include "../common/oo.h"
#include "../common/main.h"
