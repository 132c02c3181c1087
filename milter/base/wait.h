/* Waits on the clock of deadlines. A condition variable for it is made as usual, with no
 * attribute. */
#ifndef BASE_WAIT_H
#define BASE_WAIT_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* wait_until - waits to be woken, with a deadline; the lock is held before and after
 * in    until_us: clock_mono_us()
 * out   true: it was woken, or woke by itself; false: the time is up */
bool wait_until(pthread_cond_t *woken, pthread_mutex_t *lock, int64_t until_us);

#endif
