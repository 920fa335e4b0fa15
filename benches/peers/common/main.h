/* main.h - the driver, included last by bench/<name>.c.
 * The bench file provides:
 *   B_NAME, B_N (number of active doubles), B_WS (workspace doubles),
 *   B_SECS (initialiser: section lengths of the flat active vector), B_FDH (initialiser: step per
 *   section, relative to |x|, absolute if negative),
 *   b_setup(X); REAL b_eval(X, WS);
 *   b_enzyme(X,G,WS,DWS) under ENZYME, b_manual(X,G,WS,DWS) under MANUAL,
 *   b_ours(X) and b_autodiff(X,G) under AUTODIFF.
 * Modes: none (primal only), ENZYME, MANUAL, AUTODIFF, OO (C++ tool; common/oo_*.hpp).  */
#include <time.h>
#include <sys/resource.h>
#include "heap.h"
#ifndef B_GN
#define B_GN (B_N) /* length of what the gradient run writes */
#endif
#ifndef B_FDSUB
#define B_FDSUB 1 /* one in so many coordinates moves (functions with kinks) */
#endif
#ifndef B_DWS
#define B_DWS (B_WS) /* length of the second workspace (shadow / hand-written) */
#endif
static double now(void) {
  struct timespec ts;
#ifdef USE_OMP
  clock_gettime(CLOCK_MONOTONIC, &ts);
#else /* one thread: processor time, robust against other load */
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
#endif
  return ts.tv_sec + 1e-9 * ts.tv_nsec;
}
static double *B_X, *B_G;
#if defined(ENZYME) || defined(MANUAL)
#define HAVE_DW 1
#endif
#ifndef OO
static double *B_W;
#ifdef HAVE_DW
static double *B_DW;
#endif
static double b_J;
static __attribute__((noinline)) void run_primal(void) {
  __asm__ volatile("" ::: "memory");
#ifdef AUTODIFF
  b_J = b_ours(B_X);
#else
  b_J = b_eval(B_X, B_W);
#endif
  __asm__ volatile("" ::: "memory");
}
#endif
#if defined(ENZYME) || defined(MANUAL) || defined(AUTODIFF) || defined(OO)
#define HAVE_GRAD 1
static __attribute__((noinline)) void run_grad(void) {
  __asm__ volatile("" ::: "memory");
#if defined(ENZYME)
  memset(B_G, 0, sizeof(double) * (B_GN));
  memset(B_DW, 0, sizeof(double) * (B_WS));
  b_enzyme(B_X, B_G, B_W, B_DW);
#elif defined(MANUAL)
  b_manual(B_X, B_G, B_W, B_DW);
#elif defined(AUTODIFF)
#ifndef B_OVERWRITES /* a program whose gradient is accumulated */
  memset(B_G, 0, sizeof(double) * (B_GN));
#endif
  b_autodiff(B_X, B_G);
#else
  oo_grad(B_X, B_G);
#endif
}
#endif
#ifndef STATIC_SIZES
static void set_dim(const char *text) { /* NAME=N */
  const char *number = strchr(text, '=');
  for (int i = 0; number && i < dim_count; i++)
    if (strlen(dims[i].key) == (size_t)(number - text) && !strncmp(dims[i].key, text, number - text)) {
      *dims[i].at = atoi(number + 1);
      return;
    }
  fprintf(stderr, "--size %s: there is no such size\n", text);
  exit(2);
}
#endif
int main(int argc, char **argv) {
  int reps = 5, fd = 0, what = 3;
  double budget = 2.0;
  const char *dump = 0, *dumpx = 0;
  for (int i = 1; i < argc; i++) {
    if (!strcmp(argv[i], "--reps")) reps = atoi(argv[++i]);
    else if (!strcmp(argv[i], "--budget")) budget = atof(argv[++i]);
    else if (!strcmp(argv[i], "--fd")) fd = atoi(argv[++i]);
    else if (!strcmp(argv[i], "--dump")) dump = argv[++i];
    else if (!strcmp(argv[i], "--dump-x")) dumpx = argv[++i];
#ifndef STATIC_SIZES
    else if (!strcmp(argv[i], "--size")) set_dim(argv[++i]);
#endif
    else if (!strcmp(argv[i], "--grad-only")) what = 2;
    else if (!strcmp(argv[i], "--primal-only")) what = 1;
  }
  heap_keep();
  B_X = dalloc(B_N);
  B_G = dalloc(B_GN > B_N ? B_GN : B_N);
#ifndef OO
#ifdef AUTODIFF
  /* Ours allocates what it works in; memory that nobody touches is not resident. */
  B_W = malloc(sizeof(double) * (B_WS));
  if (!B_W) abort();
#else
  B_W = dalloc(B_WS);
#endif
#if defined(ENZYME)
  B_DW = dalloc(B_WS);
#elif defined(MANUAL)
  B_DW = dalloc(B_DWS);
#endif
#endif
  b_setup(B_X);
  if (dumpx) {
    FILE *f = fopen(dumpx, "wb");
    fwrite(B_X, sizeof(double), B_N, f);
    fclose(f);
  }
  double tp[256], tg[256];
  int np = 0, ng = 0;
  if (reps > 256) reps = 256;
#ifndef OO
  if (what & 1) {
    double t0 = now();
    run_primal();
    for (int r = 0; r < reps && (r < 2 || now() - t0 < budget); r++) {
      double a = now();
      run_primal();
      tp[np++] = now() - a;
    }
  }
#endif
  int xch = 0; /* did making the gradient change the inputs? (a tool's fault) */
#ifdef HAVE_GRAD
  if (what & 2) {
    double *xs_ = dalloc(B_N);
    memcpy(xs_, B_X, sizeof(double) * (B_N));
    double t0 = now();
    run_grad();
    xch = memcmp(xs_, B_X, sizeof(double) * (B_N)) != 0;
    free(xs_);
    if (now() - t0 > 12 * budget) { tg[ng++] = now() - t0; }
    else
      for (int r = 0; r < reps && (r < 2 || now() - t0 < budget); r++) {
        double a = now();
        run_grad();
        tg[ng++] = now() - a;
      }
  }
#endif
  /* bytes that the gradient holds at its peak beyond what the primal holds: caches, tapes, shadows of workspace */
  double cache_bytes = 0;
#if !defined(OO) && defined(HAVE_GRAD)
  if (what == 3) {
    size_t own = heap_peak_of(run_primal);
    cache_bytes = (double)heap_peak_of(run_grad) - (double)own;
#if defined(ENZYME)
    cache_bytes += sizeof(double) * (double)(B_WS);
#elif defined(MANUAL)
    cache_bytes += sizeof(double) * (double)(B_DWS);
#endif
  }
#endif
  long long atomics = -1;
#if defined(COUNT_ATOMICS) && defined(HAVE_GRAD)
  long long counted_atomics(void);
  atomics = counted_atomics();
  run_grad();
  atomics = counted_atomics() - atomics;
#endif
  double fderr = -1;
  (void)fd;
#ifdef B_POST
  if (what & 2) B_POST(B_X, B_G); /* turns a Jacobian into a flat gradient */
#endif
#if !defined(OO) && defined(HAVE_GRAD)
  /* directional derivatives, section by section, random signs scaled by
   * max(|x|,1e-3) (or 1); 4th-order central differences */
  if (fd > 0) {
    rng_seed(0xFD);
    double *v = dalloc(B_N), *x0 = dalloc(B_N);
    memcpy(x0, B_X, sizeof(double) * (B_N));
    fderr = 0;
    size_t off = 0, b_sec[] = B_SECS;
    const double b_h[] = B_FDH;
    for (size_t s = 0; s < sizeof(b_sec) / sizeof(b_sec[0]); s++) {
      const double h = fabs(b_h[s]);
      double dmax = 0, amax = 0;
      for (int k = 0; k < fd; k++) {
        double ad = 0, D[4];
        for (size_t i = 0; i < b_sec[s]; i++) {
          double a = fabs(x0[off + i]);
          uint64_t z = rng_u64();
          if (b_h[s] < 0) a = 1.0;
          v[off + i] = ((z & 1) ? 1.0 : -1.0) * (a > 1e-3 ? a : 1e-3);
          if ((z >> 8) % B_FDSUB) v[off + i] = 0;
          ad += v[off + i] * B_G[off + i];
        }
        const double hs[4] = {1, -1, 2, -2};
        for (int q = 0; q < 4; q++) {
          for (size_t i = 0; i < b_sec[s]; i++)
            B_X[off + i] = x0[off + i] + hs[q] * h * v[off + i];
          run_primal();
          D[q] = b_J;
        }
        memcpy(B_X + off, x0 + off, sizeof(double) * b_sec[s]);
        double d = (8 * (D[0] - D[1]) - (D[2] - D[3])) / (12 * h);
        double e = fabs(d - ad) / (fabs(ad) > 1e-300 ? fabs(ad) : 1e-300);
        if (fabs(d - ad) > dmax) dmax = fabs(d - ad);
        if (fabs(ad) > amax) amax = fabs(ad);
        fprintf(stderr, "fd %s section %zu: ad %.12e fd %.12e rel %.2e\n", B_NAME, s, ad, d, e);
      }
      /* per section: largest deviation over largest derivative */
      if (!(dmax <= fderr * amax)) fderr = dmax / (amax > 0 ? amax : 1e-300);
      off += b_sec[s];
    }
  }
#endif
  if (dump) {
    FILE *f = fopen(dump, "wb");
    fwrite(B_G, sizeof(double), B_N, f);
    fclose(f);
  }
  double gn = 0;
  for (size_t i = 0; i < (size_t)(B_N); i++) gn += B_G[i] * B_G[i];
  struct rusage ru;
  getrusage(RUSAGE_SELF, &ru);
#ifndef OO
  if (what & 1) { run_primal(); }
  double Jv = (what & 1) ? b_J : NAN;
#else
  double Jv = oo_J;
#endif
  char jb[40];
  if (Jv == Jv) snprintf(jb, sizeof jb, "%.17g", Jv); else snprintf(jb, sizeof jb, "null");
  size_t secs[] = B_SECS;
  printf("{\"secs\":[");
  for (size_t s = 0; s < sizeof secs / sizeof *secs; s++) printf("%s%zu", s ? "," : "", secs[s]);
  printf("],\"bench\":\"%s\",\"J\":%s,\"gnorm\":%.17g,\"fd_err\":%g,\"rss_mb\":%.1f,\"cache_bytes\":%.0f,", B_NAME, jb,
         sqrt(gn), fderr, ru.ru_maxrss / 1024.0, cache_bytes);
  printf("\"x_changed\":%d,\"atomics\":%lld,\"primal\":[", xch, atomics);
  for (int i = 0; i < np; i++) printf("%s%.9f", i ? "," : "", tp[i]);
  printf("],\"grad\":[");
  for (int i = 0; i < ng; i++) printf("%s%.9f", i ? "," : "", tg[i]);
  printf("]}\n");
  return 0;
}
