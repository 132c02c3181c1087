/* A check in steps, taken forward by whoever has the time: the thread that begins it, a
 * thread of the pool whenever an answer has come, at last the thread that needs the result. */
#ifndef AUTH_TASK_H
#define AUTH_TASK_H

#include <stdbool.h>

#include "auth/lookups.h"
#include "auth/resolver.h"

/* what a task can do with its check; see spf.h for what each means */
struct task_kind {
	bool (*step)(void *check);
	struct dns_query *(*missing)(const void *check);
	void (*give_up)(void *check);
	void (*destroy)(void *check);
};

/* counts tasks that are not yet freed, so that their pool can outlive them */
struct task_group;
struct task;

/* task_group_create - with n threads
 * own   the caller destroys it
 * err   aborts if no thread can be had */
struct task_group *task_group_create(int n);

/* task_group_destroy - wait until all released tasks are gone (that never takes DNS),
 *                       stop the threads, set *y to NULL
 * in    *y may be NULL */
void task_group_destroy(struct task_group **y);

/* task_begin - take the first steps; never blocks
 * own   takes the check; the caller releases the task */
struct task *task_begin(struct task_group *y, const struct task_kind *kind, void *check)
	__attribute__((returns_nonnull));

/* task_finish - wait for the last step; at the deadline what is missing is given up
 * out   the check, decided; it lives as long as the task
 * err   see w->timed_out */
const void *task_finish(struct task *e, struct dns_wait *w);

/* task_release - give it back, finished or not, set *e to NULL
 * in    *e may be NULL */
void task_release(struct task **e);

#endif
