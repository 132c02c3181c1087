/* Threads of this module, and a few that run short jobs handed to them. A job never
 * blocks. */
#ifndef AUTH_WORKER_POOL_H
#define AUTH_WORKER_POOL_H

#include <pthread.h>

#include "base/compiler.h"

/* thread_start - a thread that blocks all signals, which are for the program to wait for
 * err   aborts if no thread can be had */
void thread_start(pthread_t *thread_r, void *(*run)(void *), void *arg);

struct worker_pool;

/* worker_pool_create - start n threads
 * own   the caller destroys it
 * err   aborts if no thread can be had */
struct worker_pool *worker_pool_create(int n) MUST_CHECK;

/* worker_pool_give - run fn(arg) on one of them, in the order given
 * use   any thread */
void worker_pool_give(struct worker_pool *c, void (*fn)(void *), void *arg);

/* worker_pool_destroy - run what was given, stop, set *c to NULL
 * in    *c may be NULL */
void worker_pool_destroy(struct worker_pool **c);

#endif
