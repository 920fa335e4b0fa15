/* Counts the atomic updates that a program makes; the suite puts a call of 'count_atomic' in front of each. */
#include <stdatomic.h>

static atomic_llong count;
void count_atomic(void) { atomic_fetch_add_explicit(&count, 1, memory_order_relaxed); }
long long counted_atomics(void) { return atomic_load(&count); }
