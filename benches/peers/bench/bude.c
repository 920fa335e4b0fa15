#include "../kernels/bude.h"
#include "../common/autodiff.h"
#include "../common/enzyme.h"
#define B_NAME "bude"
DIM(G_M, 256); DIM(G_NL, 26); DIM(G_NP, 938); DIM(G_NT, 16);
#define B_N ((size_t)6 * G_M + 3 * G_NL + 3 * G_NT)
#define B_WS ((size_t)G_M)
#define B_FDH {1e-7, 1e-7, 1e-7}
#define B_SECS {(size_t)6 * G_M, (size_t)3 * G_NL, (size_t)3 * G_NT}
static double *g_pro;
static int *g_lt, *g_pt, *g_hb;
static void b_setup(double *X) {
  rng_seed(13);
  fill_uni(X, (size_t)3 * G_M, -3.0, 3.0);               /* angles x, y, z */
  fill_uni(X + 3 * G_M, (size_t)3 * G_M, -4.0, 4.0);     /* translations */
  double *L = X + 6 * G_M, *F = L + 3 * G_NL;
  fill_uni(L, 3 * G_NL, -5.0, 5.0);
  for (int t = 0; t < G_NT; t++) {
    F[3 * t] = rng_uni(0.8, 1.6);      /* radius */
    F[3 * t + 1] = rng_uni(-1.0, 1.0); /* hydrophobicity */
    F[3 * t + 2] = rng_uni(-1.0, 1.0); /* charge */
  }
  g_pro = dalloc(3 * G_NP);
  fill_uni(g_pro, 3 * G_NP, -15.0, 15.0);
  g_lt = (int *)malloc(sizeof(int) * G_NL);
  g_pt = (int *)malloc(sizeof(int) * G_NP);
  g_hb = (int *)malloc(sizeof(int) * G_NT);
  for (int i = 0; i < G_NL; i++) g_lt[i] = rng_int(G_NT);
  for (int i = 0; i < G_NP; i++) g_pt[i] = rng_int(G_NT);
  for (int i = 0; i < G_NT; i++) g_hb[i] = rng_int(2);
}
static REAL b_fn(const REAL *RESTRICT pose, const REAL *RESTRICT lig, const int *RESTRICT lt,
                 const double *RESTRICT pro, const int *RESTRICT pt, const REAL *RESTRICT ff,
                 const int *RESTRICT hb, REAL *RESTRICT ws) {
  return bude_objective(G_M, G_NL, G_NP, pose, lig, lt, pro, pt, ff, hb, ws);
}
static REAL b_eval(REAL *X, REAL *W) {
  return b_fn(X, X + 6 * G_M, g_lt, g_pro, g_pt, X + 6 * G_M + 3 * G_NL, g_hb, W);
}
#ifdef ENZYME
static void b_enzyme(double *X, double *G, double *W, double *DW) {
  size_t a = 6 * G_M, b = a + 3 * G_NL;
  __enzyme_autodiff((void *)b_fn, DUP, X, G, DUP, X + a, G + a, CST, g_lt, CST, g_pro, CST, g_pt,
                    DUP, X + b, G + b, CST, g_hb, DUP, W, DW);
}
#endif
#ifdef MANUAL
static inline void addto(double *p, double v) {
#ifdef USE_OMP
#pragma omp atomic
#endif
  *p += v;
}
/* The gradient of each pose's energy is found in the pass that finds the energy,
 * then scaled by e/M (J is a sum of squares). */
static void b_manual(double *X, double *G, double *W, double *DW) {
  const int M = G_M, NL = G_NL, NP = G_NP;
  const double *lig = X + 6 * M, *ff = lig + 3 * NL;
  double *gl = G + 6 * M, *gf = gl + 3 * NL;
  const double HARD = 38.0, ELC = 4.0, DSLV = 5.5, CNST = 45.0;
  (void)DW;
  memset(G, 0, sizeof(double) * B_N);
  PARFOR_HAND
  for (int i = 0; i < M; i++) {
    double sx = sin(X[i]), cx = cos(X[i]), sy = sin(X[M + i]), cy = cos(X[M + i]),
           sz = sin(X[2 * M + i]), cz = cos(X[2 * M + i]);
    double m[9] = {cy * cz, sx * sy * cz - cx * sz, cx * sy * cz + sx * sz,
                   cy * sz, sx * sy * sz + cx * cz, cx * sy * sz - sx * cz,
                   -sy, sx * cy, cx * cy};
    double et = 0, R[9] = {0}, T[3] = {0}, lb[128 * 3], fb[64 * 3] = {0};
    for (int l = 0; l < NL; l++) {
      const double *q_ = lig + 3 * l;
      double px = m[0] * q_[0] + m[1] * q_[1] + m[2] * q_[2] + X[3 * M + i];
      double py = m[3] * q_[0] + m[4] * q_[1] + m[5] * q_[2] + X[4 * M + i];
      double pz = m[6] * q_[0] + m[7] * q_[1] + m[8] * q_[2] + X[5 * M + i];
      int tl = g_lt[l];
      double lr = ff[3 * tl], lh = ff[3 * tl + 1], lq = ff[3 * tl + 2];
      double gx = 0, gy = 0, gz = 0, lrb = 0, lhb = 0, lqb = 0;
      for (int p = 0; p < NP; p++) {
        int tp = g_pt[p];
        double dx = px - g_pro[3 * p], dy = py - g_pro[3 * p + 1], dz = pz - g_pro[3 * p + 2];
        double r = sqrt(dx * dx + dy * dy + dz * dz), rad = lr + ff[3 * tp], db = r - rad;
        if (db >= DSLV) continue;
        double rb = 0, radb = 0, dbb = 0;
        int in = db < 0.0;
        if (in) {
          double k = 2.0 * HARD / rad;
          et += k * (rad - r);
          rb -= k; radb += k * r / rad;
        }
        if (db < ELC) {
          double q0 = lq * ff[3 * tp + 2], s = CNST;
          if (g_hb[tl] && g_hb[tp] && q0 > 0.0) s = -CNST;
          double f = in ? 1.0 : 1.0 - db * (1.0 / ELC);
          et += s * q0 * f;
          if (!in) dbb -= s * q0 * (1.0 / ELC);
          lqb += s * f * ff[3 * tp + 2];
          fb[3 * tp + 2] += s * f * lq;
        }
        double h = lh + ff[3 * tp + 1], f = in ? 1.0 : 1.0 - db * (1.0 / DSLV);
        et += h * f;
        if (!in) dbb -= h * (1.0 / DSLV);
        lhb += f; fb[3 * tp + 1] += f;
        rb += dbb; radb -= dbb;
        lrb += radb; fb[3 * tp] += radb;
        rb /= r;
        gx += rb * dx; gy += rb * dy; gz += rb * dz;
      }
      fb[3 * tl] += lrb; fb[3 * tl + 1] += lhb; fb[3 * tl + 2] += lqb;
      T[0] += gx; T[1] += gy; T[2] += gz;
      for (int a = 0; a < 3; a++) {
        R[a] += gx * q_[a]; R[3 + a] += gy * q_[a]; R[6 + a] += gz * q_[a];
        lb[3 * l + a] = m[a] * gx + m[3 + a] * gy + m[6 + a] * gz;
      }
    }
    et *= 0.5;
    W[i] = et;
    double s = 0.5 * et / M;
    double dX = R[1] * m[2] - R[2] * m[1] + R[4] * m[5] - R[5] * m[4] + R[7] * m[8] - R[8] * m[7];
    double dY = -R[0] * sy * cz + R[1] * sx * cy * cz + R[2] * cx * cy * cz - R[3] * sy * sz +
                R[4] * sx * cy * sz + R[5] * cx * cy * sz - R[6] * cy - R[7] * sx * sy -
                R[8] * cx * sy;
    double dZ = 0;
    for (int a = 0; a < 3; a++) dZ += -R[a] * m[3 + a] + R[3 + a] * m[a];
    G[i] = s * dX; G[M + i] = s * dY; G[2 * M + i] = s * dZ;
    for (int a = 0; a < 3; a++) G[(3 + a) * M + i] = s * T[a];
    for (int l = 0; l < 3 * NL; l++) addto(gl + l, s * lb[l]);
    for (int t = 0; t < 3 * G_NT; t++) addto(gf + t, s * fb[t]);
  }
}
#endif
#ifdef AUTODIFF
double bude(P2, P2, P1, P2, P1, P2, P1);
void bude_gradient(P2, P2, P2, P2, P1, P2, P1, P2, P2, P1);
static double b_ours(double *X) {
  size_t a = 6 * G_M, b = a + 3 * G_NL;
  return bude(V2(X, 6, G_M), V2(X + a, G_NL, 3), V1(g_lt, G_NL), V2(g_pro, G_NP, 3), V1(g_pt, G_NP), V2(X + b, G_NT, 3),
              V1(g_hb, G_NT));
}
static void b_autodiff(double *X, double *G) {
  size_t a = 6 * G_M, b = a + 3 * G_NL;
  bude_gradient(V2(X, 6, G_M), V2(G, 6, G_M), V2(X + a, G_NL, 3), V2(G + a, G_NL, 3), V1(g_lt, G_NL),
                V2(g_pro, G_NP, 3), V1(g_pt, G_NP), V2(X + b, G_NT, 3), V2(G + b, G_NT, 3), V1(g_hb, G_NT));
}
#endif
#include "../common/oo.h"
#include "../common/main.h"
