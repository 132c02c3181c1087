/* Threads of a program's own, and a few that run jobs handed to them. Whoever finds the queue
 * full is told so, at once or when he has waited as long as he wanted to. */
#ifndef BASE_WORKER_POOL_H
#define BASE_WORKER_POOL_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

/* thread_start - a thread that blocks all signals, which are for the program to wait for, but
 *                SIGBUS, which is for what it does itself (base/map_guard.h)
 * err   aborts if no thread can be had */
void thread_start(pthread_t *thread_r, void *(*run)(void *), void *arg);

/* Stands at the beginning of what is to be done, or in it. */
struct job {
	void (*run)(struct job *j);  /* in a thread of the pool */
	void (*done)(struct job *j); /* after it, or instead of it: gives all back */
	size_t bytes;                /* what it holds in memory */
};

struct worker_pool;

/* worker_pool_create - so many threads; one thread keeps the order
 * in    jobs, bytes   what may wait at one moment; SIZE_MAX: no bound
 * own   worker_pool_destroy()
 * err   aborts if no thread can be had */
struct worker_pool *worker_pool_create(unsigned threads, size_t jobs,
				       size_t bytes) MUST_CHECK;

/* worker_pool_give - have a job done
 * in    wait_us   how long to wait for room, as long as there is progress meanwhile
 * own   taken when true
 * err   false: the queue is full
 * use   any thread */
bool worker_pool_give(struct worker_pool *p, struct job *j, int64_t wait_us);

/* worker_pool_settle - wait until nothing is left to do
 * err   false: there still is at limit_us on clock_mono_us() */
bool worker_pool_settle(struct worker_pool *p, int64_t limit_us);

/* worker_pool_state - how many are at work, and what waits
 * use   any thread */
void worker_pool_state(struct worker_pool *p, unsigned *busy_r, size_t *waiting_r);

/* worker_pool_destroy - end; what is still waiting is not run any more; sets *p to NULL
 * in    *p may be NULL
 * out   how many those were */
size_t worker_pool_destroy(struct worker_pool **p);

#endif
