/* Threads of this module, and a few that run short jobs handed to them. A job never
 * blocks. */
#ifndef AUTH_CREW_H
#define AUTH_CREW_H

#include <pthread.h>

#include "base/compiler.h"

/* thread_start - a thread that blocks all signals, which are for the program to wait for
 * err   aborts if no thread can be had */
void thread_start(pthread_t *thread_r, void *(*run)(void *), void *arg);

struct crew;

/* crew_create - start n threads
 * own   the caller destroys it
 * err   aborts if no thread can be had */
struct crew *crew_create(int n) MUST_CHECK;

/* crew_give - run fn(arg) on one of them, in the order given
 * err   none
 * use   any thread */
void crew_give(struct crew *c, void (*fn)(void *), void *arg);

/* crew_destroy - run what was given, stop, set *c to NULL
 * err   none; *c may be NULL */
void crew_destroy(struct crew **c);

#endif
