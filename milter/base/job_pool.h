/* Worker threads and a bounded queue. Whoever finds it full is told so, at once or when he has
 * waited as long as he wanted to. */
#ifndef BASE_JOB_POOL_H
#define BASE_JOB_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Stands at the beginning of what is to be done. */
struct job {
	void (*run)(struct job *j);  /* in a thread of the pool */
	void (*done)(struct job *j); /* after it, or instead of it: gives all back */
	size_t bytes;                /* what it holds in memory */
};

struct job_pool;

/* job_pool_new - so many threads, 64 at most; one thread keeps the order
 * in    jobs, bytes   what may wait at one moment
 * own   job_pool_free() */
struct job_pool *job_pool_new(unsigned threads, size_t jobs, size_t bytes);

/* job_pool_give - have a job done
 * in    wait_us   how long to wait for room, as long as there is progress meanwhile
 * own   taken when true
 * err   false: the queue is full */
bool job_pool_give(struct job_pool *c, struct job *j, int64_t wait_us);

/* job_pool_settle - wait until nothing is left to do
 * err   false: there still is at limit_us on clock_mono_us() */
bool job_pool_settle(struct job_pool *c, int64_t limit_us);

/* job_pool_state - how many are at work, and what waits
 * use   any thread */
void job_pool_state(struct job_pool *c, unsigned *busy_r, size_t *waiting_r);

/* job_pool_free - end; what is still waiting is not done any more
 * out   how many those were */
size_t job_pool_free(struct job_pool *c);

#endif
