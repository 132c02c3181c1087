#include "base/wait.h"

#include <errno.h>
#include <glib.h>
#include <time.h>

bool wait_until(pthread_cond_t *woken, pthread_mutex_t *lock, int64_t until_us)
{
	const int64_t at = MAX(until_us, 0);
	const struct timespec until = { .tv_sec = at / G_USEC_PER_SEC,
					.tv_nsec = at % G_USEC_PER_SEC * 1000 };
	int how = pthread_cond_clockwait(woken, lock, CLOCK_MONOTONIC, &until);

	g_assert(how == 0 || how == ETIMEDOUT); /* else the lock is not ours */
	return how == 0;
}
