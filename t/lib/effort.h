/* How work grows with its input, in CPU time of the calling thread: it says the same on an
 * idle machine and on one that is busy with other things. */
#ifndef WONTED_T_EFFORT_H
#define WONTED_T_EFFORT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

typedef void (*effort_work)(const void *of, size_t n);

#define EFFORT_NOISE_US 30000 /* caches and page faults; less is not told apart */

/* A sanitizer's own work at each realloc() grows with the square: all is run, none judged */
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define EFFORT_TIMES_MOST 1000
#else
#define EFFORT_TIMES_MOST 9
#endif

static inline int64_t effort_us(effort_work work, const void *of, size_t n)
{
	struct timespec from, to;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
	work(of, n);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
	return (to.tv_sec - from.tv_sec) * G_USEC_PER_SEC +
	       (to.tv_nsec - from.tv_nsec) / 1000;
}

/* effort_is_linear - does the work for n take about four times that for n / 4? What grows
 *                    with the square takes sixteen times as long.
 * err   none: true when one of three tries says so */
static inline bool effort_is_linear(effort_work work, const void *of, size_t n)
{
	for (int i = 0; i < 3; i++) {
		int64_t quarter_us = effort_us(work, of, n / 4);
		int64_t whole_us = effort_us(work, of, n);

		g_test_message("%zu: %d us, %zu: %d us", n / 4, (int)quarter_us, n,
			       (int)whole_us);
		if (whole_us < EFFORT_TIMES_MOST * quarter_us + EFFORT_NOISE_US)
			return true;
	}
	return false;
}

#endif
