/* A check in steps, taken forward by whoever has the time: the thread that begins it, a
 * thread of the pool whenever an answer has come, at last the thread that needs the result. */
#ifndef AUTH_ERRAND_H
#define AUTH_ERRAND_H

#include <stdbool.h>

#include "auth/lookups.h"
#include "auth/resolver.h"
#include "auth/worker_pool.h"

/* what an errand can do with its check; see spf.h for what each means */
struct errand_kind {
	bool (*step)(void *check);
	struct dns_query *(*missing)(const void *check);
	void (*give_up)(void *check);
	void (*destroy)(void *check);
};

/* counts errands that are not yet freed, so that their pool can outlive them */
struct errand_yard;
struct errand;

/* errand_yard_create - with n threads
 * own   the caller destroys it
 * err   aborts if no thread can be had */
struct errand_yard *errand_yard_create(int n);

/* errand_yard_destroy - wait until all released errands are gone (that never takes DNS),
 *                       stop the threads, set *y to NULL
 * err   none; *y may be NULL */
void errand_yard_destroy(struct errand_yard **y);

/* errand_begin - take the first steps; never blocks
 * own   takes the check; the caller releases the errand
 * err   none */
struct errand *errand_begin(struct errand_yard *y, const struct errand_kind *kind,
			    void *check) __attribute__((returns_nonnull));

/* errand_finish - wait for the last step; at the deadline what is missing is given up
 * out   the check, decided; it lives as long as the errand
 * err   none: see w->timed_out */
const void *errand_finish(struct errand *e, struct dns_wait *w);

/* errand_release - give it back, finished or not, set *e to NULL
 * err   none; *e may be NULL */
void errand_release(struct errand **e);

#endif
