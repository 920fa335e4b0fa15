#include "../kernels/fft.h"
#include "../common/autodiff.h"
#include "../common/enzyme.h"
#define B_NAME "fft"
DIM(G_n, 1 << 18);
#define B_N ((size_t)2 * G_n)
#define B_WS ((size_t)2 * G_n)
#define B_FDH {1e-2}
#define B_SECS {(size_t)2 * G_n}
static int *g_rev;
static double *g_tw, *g_w;
static void b_setup(double *X) {
  rng_seed(4);
  fill_uni(X, (size_t)2 * G_n, -1, 1);
  g_w = dalloc(G_n);
  fill_uni(g_w, G_n, 0.5 / G_n, 1.5 / G_n);
  g_tw = dalloc(G_n);
  for (int k = 0; k < G_n / 2; k++) {
    g_tw[2 * k] = cos(-2.0 * M_PI * k / G_n);
    g_tw[2 * k + 1] = sin(-2.0 * M_PI * k / G_n);
  }
  g_rev = (int *)malloc(sizeof(int) * G_n);
  for (int i = 0; i < G_n; i++) {
    int r = 0;
    for (int b = 1, v = i; b < G_n; b <<= 1, v >>= 1) r = (r << 1) | (v & 1);
    g_rev[i] = r;
  }
}
static REAL b_fn(const REAL *RESTRICT x, const int *RESTRICT rev, const double *RESTRICT tw,
                 const double *RESTRICT w, REAL *RESTRICT a) {
  return fft_objective(G_n, x, rev, tw, w, a);
}
static REAL b_eval(REAL *X, REAL *W) { return b_fn(X, g_rev, g_tw, g_w, W); }
#ifdef ENZYME
static void b_enzyme(double *X, double *G, double *W, double *DW) {
  __enzyme_autodiff((void *)b_fn, DUP, X, G, CST, g_rev, CST, g_tw, CST, g_w, DUP, W, DW);
}
#endif
#ifdef MANUAL
/* Transposed butterflies in reverse order. */
static void b_manual(double *X, double *G, double *W, double *DW) {
  const int n = G_n;
  double *RESTRICT a = W;
  (void)DW;
  fft_objective(n, X, g_rev, g_tw, g_w, a);
  for (int k = 0; k < n; k++) { a[2 * k] *= g_w[k]; a[2 * k + 1] *= g_w[k]; }
  for (int len = n; len >= 2; len /= 2) {
    int half = len / 2, step = n / len;
    for (int i = 0; i < n; i += len)
      for (int j = 0; j < half; j++) {
        double wr = g_tw[2 * (j * step)], wi = g_tw[2 * (j * step) + 1];
        double *p = a + 2 * (i + j), *q = a + 2 * (i + j + half);
        double vr = p[0] - q[0], vi = p[1] - q[1];
        p[0] += q[0]; p[1] += q[1];
        q[0] = vr * wr + vi * wi;
        q[1] = vi * wr - vr * wi;
      }
  }
  for (int i = 0; i < n; i++) {
    G[2 * g_rev[i]] = a[2 * i];
    G[2 * g_rev[i] + 1] = a[2 * i + 1];
  }
}
#endif
#ifdef AUTODIFF
double fft(P2, P1, P2, P1);
void fft_gradient(P2, P2, P1, P2, P1);
static double b_ours(double *X) { return fft(V2(X, G_n, 2), V1(g_rev, G_n), V2(g_tw, G_n / 2, 2), V1(g_w, G_n)); }
static void b_autodiff(double *X, double *G) {
  fft_gradient(V2(X, G_n, 2), V2(G, G_n, 2), V1(g_rev, G_n), V2(g_tw, G_n / 2, 2), V1(g_w, G_n));
}
#endif
#include "../common/oo.h"
#include "../common/main.h"
