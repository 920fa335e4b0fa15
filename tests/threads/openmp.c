// As much of OpenMP's library as the gradients of parallel loops call, on threads whose synchronisation the thread
// sanitizer sees. The real library is not compiled with it, and its barriers would be taken for none.

#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 2, ARGUMENTS = 8 };

typedef void Body(int32_t *, int32_t *, void *, void *, void *, void *, void *, void *, void *, void *);

typedef struct {
  Body *body;
  void *arguments[ARGUMENTS];
  int32_t threads;
  pthread_barrier_t barrier;
  pthread_mutex_t lock;
} Team;

typedef struct {
  Team *team;
  int32_t number;
} Member;

static _Thread_local Member here;
static pthread_mutex_t everywhere = PTHREAD_MUTEX_INITIALIZER;

static void *work(void *data) {
  Member before = here;
  here = *(Member *)data;
  int32_t number = here.number, zero = 0;
  void **a = here.team->arguments;
  here.team->body(&number, &zero, a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7]);
  here = before;
  return 0;
}

void __kmpc_fork_call(void *where, int32_t count, Body *body, ...) {
  Team team = {.body = body, .lock = PTHREAD_MUTEX_INITIALIZER};
  if (count > ARGUMENTS) {
    fprintf(stderr, "a parallel region with %d arguments\n", count);
    exit(3);
  }
  va_list list;
  va_start(list, body);
  for (int32_t index = 0; index < count; ++index)
    team.arguments[index] = va_arg(list, void *);
  va_end(list);
  // Regions inside of regions run on the thread that meets them.
  int32_t threads = team.threads = here.team ? 1 : THREADS;
  pthread_barrier_init(&team.barrier, 0, threads);
  pthread_t handles[THREADS];
  Member members[THREADS];
  for (int32_t index = 0; index < threads; ++index) {
    members[index] = (Member){&team, index};
    if (index > 0 && pthread_create(&handles[index], 0, work, &members[index]) != 0)
      exit(3);
  }
  work(&members[0]);
  for (int32_t index = 1; index < threads; ++index)
    pthread_join(handles[index], 0);
  pthread_barrier_destroy(&team.barrier);
}

int32_t __kmpc_global_thread_num(void *where) { return here.number; }

void __kmpc_barrier(void *where, int32_t number) {
  if (here.team)
    pthread_barrier_wait(&here.team->barrier);
}

// Each thread gets one piece of the iterations in a row.
void __kmpc_for_static_init_8u(void *where, int32_t number, int32_t schedule, int32_t *last, uint64_t *lower,
                               uint64_t *upper, int64_t *stride, int64_t increment, int64_t chunk) {
  uint64_t count = *upper < *lower ? 0 : (*upper - *lower) / increment + 1;
  uint64_t threads = here.team ? here.team->threads : 1, piece = (count + threads - 1) / threads;
  uint64_t first = piece * here.number < count ? piece * here.number : count;
  uint64_t end = first + piece < count ? first + piece : count;
  *last = first < end && end == count;
  *upper = *lower + end * increment - increment;
  *lower += first * increment;
  *stride = count * increment;
  if (first >= end) {
    *lower = 1;
    *upper = 0;
  }
}

void __kmpc_for_static_fini(void *where, int32_t number) {}

int32_t __kmpc_reduce(void *where, int32_t number, int32_t count, size_t bytes, void *data, void *combine, void *lock) {
  pthread_mutex_lock(here.team ? &here.team->lock : &everywhere);
  return 1;
}

void __kmpc_end_reduce(void *where, int32_t number, void *lock) {
  pthread_mutex_unlock(here.team ? &here.team->lock : &everywhere);
  __kmpc_barrier(where, number);
}

int32_t __kmpc_reduce_nowait(void *where, int32_t number, int32_t count, size_t bytes, void *data, void *combine,
                             void *lock) {
  return __kmpc_reduce(where, number, count, bytes, data, combine, lock);
}

void __kmpc_end_reduce_nowait(void *where, int32_t number, void *lock) {
  pthread_mutex_unlock(here.team ? &here.team->lock : &everywhere);
}

void __kmpc_critical(void *where, int32_t number, void *lock) { pthread_mutex_lock(&everywhere); }

void __kmpc_end_critical(void *where, int32_t number, void *lock) { pthread_mutex_unlock(&everywhere); }

// Clang calls these by names of its own, which the sanitizer of GCC, whose library it is, does not have.
void *__tsan_memcpy(void *to, const void *from, size_t bytes) { return memcpy(to, from, bytes); }

void *__tsan_memmove(void *to, const void *from, size_t bytes) { return memmove(to, from, bytes); }

void *__tsan_memset(void *to, int byte, size_t bytes) { return memset(to, byte, bytes); }
