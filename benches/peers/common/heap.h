/* heap.h - how much heap memory is in use, and at most was.
 * With -DCOUNT_HEAP the program is linked with -Wl,--wrap of the allocation functions, and the calls that the linked
 * objects make (not those inside the C library) are counted.                                                       */
#include <malloc.h>
/* Memory that is freed stays with the process, so that no run but the first pays for fresh pages: the same for a
 * tool's tape, allocated inside the timing, as for the workspace of hand-written code, allocated outside. */
static void heap_keep(void) {
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, -1);
}
/* Several threads may allocate. */
static size_t heap_now, heap_most;
static inline size_t heap_peak_of(void (*run)(void)) {
  size_t before = heap_now;
  heap_most = before;
  run();
  return heap_most - before;
}
#ifdef COUNT_HEAP
void *__real_malloc(size_t), *__real_calloc(size_t, size_t), *__real_realloc(void *, size_t);
void *__real_aligned_alloc(size_t, size_t);
int __real_posix_memalign(void **, size_t, size_t);
void __real_free(void *);
static void *heap_add(void *p) {
  size_t now = __atomic_add_fetch(&heap_now, malloc_usable_size(p), __ATOMIC_RELAXED);
  size_t most = __atomic_load_n(&heap_most, __ATOMIC_RELAXED);
  while (now > most && !__atomic_compare_exchange_n(&heap_most, &most, now, 1, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {}
  return p;
}
static void heap_subtract(void *p) { __atomic_sub_fetch(&heap_now, malloc_usable_size(p), __ATOMIC_RELAXED); }
void *__wrap_malloc(size_t n) { return heap_add(__real_malloc(n)); }
void *__wrap_calloc(size_t n, size_t m) { return heap_add(__real_calloc(n, m)); }
void *__wrap_aligned_alloc(size_t a, size_t n) { return heap_add(__real_aligned_alloc(a, n)); }
void *__wrap_realloc(void *p, size_t n) {
  heap_subtract(p);
  return heap_add(__real_realloc(p, n));
}
int __wrap_posix_memalign(void **p, size_t a, size_t n) {
  int e = __real_posix_memalign(p, a, n);
  if (!e) heap_add(*p);
  return e;
}
void __wrap_free(void *p) {
  heap_subtract(p);
  __real_free(p);
}
#endif
