#include "../kernels/hydro.h"
#include "../common/autodiff.h"
#include "../common/enzyme.h"
#define B_NAME "hydro"
DIM(G_n, 4000); DIM(G_T, 1000);
#define B_N ((size_t)3 * G_n + 2)
#define B_WS ((size_t)4 * G_n + 2)
#define B_DWS ((size_t)(G_T + 1) * (3 * G_n + 2) + 4 * G_n + 8)
#define B_FDH {-1e-9, 1e-5, 1e-7}
#define B_FDSUB 97
#define B_SECS {(size_t)G_n + 1, (size_t)G_n + 1, (size_t)G_n}
static const double g_gam = 1.4, g_c1 = 0.5, g_c2 = 2.0;
static double *g_m;
#define G_DT (0.1 / G_n)
static void b_setup(double *X) {
  rng_seed(14);
  for (int i = 0; i <= G_n; i++) X[i] = (double)i / G_n;        /* x0 */
  for (int i = 0; i <= G_n; i++) X[G_n + 1 + i] = rng_uni(-0.01, 0.01); /* u0 */
  double *e = X + 2 * G_n + 2;
  for (int i = 0; i < G_n; i++) e[i] = (2 * i < G_n ? 2.5 : 2.0) * rng_uni(0.99, 1.01);
  g_m = dalloc(G_n);
  for (int i = 0; i < G_n; i++) g_m[i] = (2 * i < G_n ? 1.0 : 0.125) / G_n;
}
static REAL b_fn(const double *RESTRICT m, const REAL *RESTRICT x0, const REAL *RESTRICT u0,
                 const REAL *RESTRICT e0, REAL *RESTRICT ws) {
  return hydro_objective(G_n, G_T, G_DT, g_gam, g_c1, g_c2, m, x0, u0, e0, ws, ws + G_n + 1,
                         ws + 2 * G_n + 2, ws + 3 * G_n + 2);
}
static REAL b_eval(REAL *X, REAL *W) { return b_fn(g_m, X, X + G_n + 1, X + 2 * G_n + 2, W); }
#ifdef ENZYME
static void b_enzyme(double *X, double *G, double *W, double *DW) {
  int a = G_n + 1, b = 2 * G_n + 2;
  __enzyme_autodiff((void *)b_fn, CST, g_m, DUP, X, G, DUP, X + a, G + a, DUP, X + b, G + b, DUP,
                    W, DW);
}
#endif
#ifdef MANUAL
/* (x,u,e) of every step stored, pressures recomputed. */
static void b_manual(double *X, double *G, double *W, double *DW) {
  const int n = G_n, T = G_T;
  const double gam = g_gam, c1 = g_c1, c2 = g_c2, dt = G_DT;
  const double *RESTRICT m = g_m;
  const size_t R = 3 * (size_t)n + 2;
  double *tr = DW, *RESTRICT pt = W, *RESTRICT pb = DW + (size_t)(T + 1) * R,
         *RESTRICT dd = pb + n, *RESTRICT im = dd + n + 2;
  memcpy(tr, X, sizeof(double) * R);
  tr[n + 1] = 0; tr[2 * n + 1] = 0;
  for (int i = 1; i < n; i++) im[i] = dt / (0.5 * (m[i - 1] + m[i]));
  for (int t = 0; t < T; t++) {
    const double *RESTRICT x = tr + (size_t)t * R, *RESTRICT u = x + n + 1, *RESTRICT e = u + n + 1;
    double *RESTRICT xn = tr + (size_t)(t + 1) * R, *RESTRICT un = xn + n + 1,
           *RESTRICT en = un + n + 1;
    for (int i = 0; i < n; i++) {
      double rho = m[i] / (x[i + 1] - x[i]), p = (gam - 1.0) * rho * e[i], du = u[i + 1] - u[i];
      double q = rho * (c2 * du * du - c1 * sqrt(gam * p / rho) * du);
      pt[i] = p + (du < 0.0 ? q : 0.0);
    }
    xn[0] = x[0]; un[0] = u[0]; xn[n] = x[n]; un[n] = u[n];
    for (int i = 1; i < n; i++) {
      un[i] = u[i] + im[i] * (pt[i - 1] - pt[i]);
      xn[i] = x[i] + dt * un[i];
    }
    for (int i = 0; i < n; i++) en[i] = e[i] - dt * pt[i] * (un[i + 1] - un[i]) / m[i];
  }
  double *RESTRICT xb = G, *RESTRICT ub = G + n + 1, *RESTRICT eb = G + 2 * n + 2;
  {
    const double *u = tr + (size_t)T * R + n + 1, *e = u + n + 1;
    for (int i = 0; i <= n; i++) { xb[i] = 0; ub[i] = u[i] / n; }
    for (int i = 0; i < n; i++) eb[i] = 2.0 * m[i] * e[i];
  }
  for (int t = T - 1; t >= 0; t--) {
    const double *RESTRICT x = tr + (size_t)t * R, *RESTRICT u = x + n + 1, *RESTRICT e = u + n + 1;
    const double *RESTRICT un = tr + (size_t)(t + 1) * R + n + 1;
    for (int i = 0; i < n; i++) {
      double rho = m[i] / (x[i + 1] - x[i]), p = (gam - 1.0) * rho * e[i], du = u[i + 1] - u[i];
      double q = rho * (c2 * du * du - c1 * sqrt(gam * p / rho) * du);
      double ptv = p + (du < 0.0 ? q : 0.0), k = -dt * eb[i] / m[i];
      pb[i] = k * (un[i + 1] - un[i]);
      dd[i] = k * ptv;
    }
    for (int i = 1; i < n; i++) ub[i] += dd[i - 1] - dd[i] + dt * xb[i];
    ub[0] -= dd[0]; ub[n] += dd[n - 1];
    /* pt: from node forces (rim nodes feel none) */
    pb[0] += im[1] * ub[1];
    for (int i = 1; i < n - 1; i++) pb[i] += im[i + 1] * ub[i + 1] - im[i] * ub[i];
    pb[n - 1] -= im[n - 1] * ub[n - 1];
    for (int i = 0; i < n; i++) {
      double dx = x[i + 1] - x[i], rho = m[i] / dx, p = (gam - 1.0) * rho * e[i],
             du = u[i + 1] - u[i];
      double cs = sqrt(gam * p / rho), b = pb[i], act = du < 0.0 ? b : 0.0;
      /* cs = sqrt(gam (gam-1) e): only e */
      double csb = -act * rho * c1 * du;
      double rhob = b * p / rho + act * (c2 * du * du - c1 * cs * du);
      double dub = act * rho * (2.0 * c2 * du - c1 * cs);
      eb[i] += b * (gam - 1.0) * rho + csb * 0.5 * cs / e[i];
      pb[i] = -rhob * rho / dx; /* adjoint of dx */
      dd[i] = dub;
    }
    for (int i = 1; i < n; i++) { xb[i] += pb[i - 1] - pb[i]; ub[i] += dd[i - 1] - dd[i]; }
    xb[0] -= pb[0]; xb[n] += pb[n - 1];
    ub[0] -= dd[0]; ub[n] += dd[n - 1];
  }
  ub[0] = 0; ub[n] = 0; /* overwritten by the wall condition */
}
#endif
#ifdef AUTODIFF
double hydro(P1, P1, P1, P1, int64_t, double);
void hydro_gradient(P1, P1, P1, P1, P1, P1, P1, int64_t, double);
static double b_ours(double *X) {
  size_t a = G_n + 1, b = 2 * G_n + 2;
  return hydro(V1(g_m, G_n), V1(X, G_n + 1), V1(X + a, G_n + 1), V1(X + b, G_n), G_T, G_DT);
}
static void b_autodiff(double *X, double *G) {
  size_t a = G_n + 1, b = 2 * G_n + 2;
  hydro_gradient(V1(g_m, G_n), V1(X, G_n + 1), V1(G, G_n + 1), V1(X + a, G_n + 1), V1(G + a, G_n + 1), V1(X + b, G_n),
                 V1(G + b, G_n), G_T, G_DT);
}
#endif
#include "../common/oo.h"
#include "../common/main.h"
