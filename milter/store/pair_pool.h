/* Worker threads and a bounded queue. Whoever finds it full is told so, at once or when he has
 * waited as long as he wanted to. Only pair*.c of this module include it. */
#ifndef STORE_PAIR_POOL_H
#define STORE_PAIR_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Stands at the beginning of what is to be done. */
struct pair_job {
	void (*run)(struct pair_job *j);  /* in a thread of the pool */
	void (*done)(struct pair_job *j); /* after it, or instead of it: gives all back */
	size_t bytes;                     /* what it holds in memory */
};

struct pair_pool;

/* pair_pool_new - so many threads; one thread keeps the order
 * in    jobs, bytes   what may wait at one moment
 * own   pair_pool_free() */
struct pair_pool *pair_pool_new(unsigned threads, size_t jobs, size_t bytes);

/* pair_pool_give - have a job done
 * in    wait_us   how long to wait for room, as long as there is progress meanwhile
 * own   taken when true
 * err   false: the queue is full */
bool pair_pool_give(struct pair_pool *c, struct pair_job *j, int64_t wait_us);

/* pair_pool_settle - wait until nothing is left to do
 * err   false: there still is at limit_us on clock_mono_us() */
bool pair_pool_settle(struct pair_pool *c, int64_t limit_us);

/* pair_pool_free - end; what is still waiting is not done any more
 * out   how many those were */
size_t pair_pool_free(struct pair_pool *c);

#endif
