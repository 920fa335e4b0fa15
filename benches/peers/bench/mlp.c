#include "../kernels/mlp.h"
#include "../common/autodiff.h"
#include "../common/enzyme.h"
#define B_NAME "mlp"
DIM(G_B, 1024); DIM(G_D, 256); DIM(G_H, 256); DIM(G_O, 16);
#define N_W1 ((size_t)G_D * G_H)
#define N_W2 ((size_t)G_H * G_O)
#define B_N (N_W1 + G_H + N_W2 + G_O)
#define B_WS ((size_t)G_B * (G_H + G_O + 1))
#define B_DWS ((size_t)G_B * (2 * G_H + 2 * G_O) + N_W2)
#define B_FDH {1e-3, 1e-3, 1e-3, 1e-3}
#define B_SECS {N_W1, (size_t)G_H, N_W2, (size_t)G_O}
static double *g_X;
static int *g_lab;
static void b_setup(double *X) {
  rng_seed(7);
  fill_uni(X, N_W1, -0.1, 0.1);
  fill_uni(X + N_W1, G_H, -0.1, 0.1);
  fill_uni(X + N_W1 + G_H, N_W2, -0.2, 0.2);
  fill_uni(X + N_W1 + G_H + N_W2, G_O, -0.1, 0.1);
  g_X = dalloc((size_t)G_B * G_D);
  fill_uni(g_X, (size_t)G_B * G_D, -1, 1);
  g_lab = (int *)malloc(sizeof(int) * G_B);
  for (int i = 0; i < G_B; i++) g_lab[i] = rng_int(G_O);
}
static REAL b_fn(const double *RESTRICT X, const int *RESTRICT lab, const REAL *RESTRICT W1,
                 const REAL *RESTRICT b1, const REAL *RESTRICT W2, const REAL *RESTRICT b2,
                 REAL *RESTRICT ws) {
  return mlp_objective(G_B, G_D, G_H, G_O, X, lab, W1, b1, W2, b2, ws);
}
static REAL b_eval(REAL *X, REAL *W) {
  return b_fn(g_X, g_lab, X, X + N_W1, X + N_W1 + G_H, X + N_W1 + G_H + N_W2, W);
}
#ifdef ENZYME
static void b_enzyme(double *X, double *G, double *W, double *DW) {
  size_t a = N_W1, b = a + G_H, c = b + N_W2;
  __enzyme_autodiff((void *)b_fn, CST, g_X, CST, g_lab, DUP, X, G, DUP, X + a, G + a, DUP,
                    X + b, G + b, DUP, X + c, G + c, DUP, W, DW);
}
#endif
#ifdef MANUAL
static void b_manual(double *P, double *G, double *W, double *DW) {
  const int B = G_B, D = G_D, H = G_H, O = G_O;
  const double *RESTRICT W2 = P + N_W1 + H;
  double *RESTRICT g1 = G, *RESTRICT gb1 = G + N_W1, *RESTRICT g2 = gb1 + H,
         *RESTRICT gb2 = g2 + N_W2;
  double *RESTRICT h = W, *RESTRICT y = W + (size_t)B * H;
  double *RESTRICT hb = DW, *RESTRICT W2t = DW + (size_t)B * H;
  memset(G, 0, sizeof(double) * B_N);
  mlp_objective(B, D, H, O, g_X, g_lab, P, P + N_W1, W2, W2 + N_W2, W);
  for (int k = 0; k < H; k++)
    for (int j = 0; j < O; j++) W2t[j * H + k] = W2[k * O + j];
  for (int i = 0; i < B; i++) {
    double *yi = y + i * O, *hi = h + i * H, *bi = hb + i * H, m = yi[0], s = 0;
    for (int j = 1; j < O; j++) if (yi[j] > m) m = yi[j];
    for (int j = 0; j < O; j++) { yi[j] = exp(yi[j] - m); s += yi[j]; }
    for (int j = 0; j < O; j++) yi[j] = (yi[j] / s - (j == g_lab[i])) / B;
    for (int j = 0; j < O; j++) gb2[j] += yi[j];
    for (int k = 0; k < H; k++)
      for (int j = 0; j < O; j++) g2[k * O + j] += hi[k] * yi[j];
    for (int k = 0; k < H; k++) bi[k] = 0;
    for (int j = 0; j < O; j++)
      for (int k = 0; k < H; k++) bi[k] += W2t[j * H + k] * yi[j];
    for (int k = 0; k < H; k++) { bi[k] *= 1.0 - hi[k] * hi[k]; gb1[k] += bi[k]; }
  }
  PARFOR_HAND
  for (int k = 0; k < D; k++)
    for (int i = 0; i < B; i++) {
      double x = g_X[i * D + k];
      for (int j = 0; j < H; j++) g1[k * H + j] += x * hb[i * H + j];
    }
}
#endif
#ifdef AUTODIFF
double mlp(P2, P1, P2, P1, P2, P1);
void mlp_gradient(P2, P1, P2, P2, P1, P1, P2, P2, P1, P1);
static double b_ours(double *X) {
  size_t a = N_W1, b = a + G_H, c = b + N_W2;
  return mlp(V2(g_X, G_B, G_D), V1(g_lab, G_B), V2(X, G_D, G_H), V1(X + a, G_H), V2(X + b, G_H, G_O), V1(X + c, G_O));
}
static void b_autodiff(double *X, double *G) {
  size_t a = N_W1, b = a + G_H, c = b + N_W2;
  mlp_gradient(V2(g_X, G_B, G_D), V1(g_lab, G_B), V2(X, G_D, G_H), V2(G, G_D, G_H), V1(X + a, G_H), V1(G + a, G_H),
               V2(X + b, G_H, G_O), V2(G + b, G_H, G_O), V1(X + c, G_O), V1(G + c, G_O));
}
#endif
#include "../common/oo.h"
#include "../common/main.h"
