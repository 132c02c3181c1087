/* The event loop: the wall around libevent. What is called here runs on the loop's thread, and must
 * never wait for anything. */
#ifndef SERVE_LOOP_H
#define SERVE_LOOP_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

struct loop;
struct loop_fd;
struct loop_timer;

/* loop_new - nothing is watched yet
 * own   loop_free()
 * err   NULL: e says why */
struct loop *loop_new(GError **e) MUST_CHECK;

/* loop_free - after everything that was made with it; NULL is allowed */
void loop_free(struct loop *l);

/* loop_run - until loop_end() */
void loop_run(struct loop *l);

/* loop_end - loop_run() returns when what is being done now is done
 * use   the loop's thread */
void loop_end(struct loop *l);

/* loop_on_wake - what loop_wake() has done, in the loop's thread; once, before it runs */
void loop_on_wake(struct loop *l, void (*fn)(void *user), void *user);

/* loop_wake - there is something to do; several calls may become one
 * use   any thread */
void loop_wake(struct loop *l);

/* loop_fd_new - watch a descriptor that does not block; nothing is waited for yet
 * in    ready   called with what is possible now; may free what it is called for
 * own   loop_fd_free(); the descriptor stays the caller's
 * err   out of memory ends the process */
struct loop_fd *loop_fd_new(struct loop *l, int fd,
			    void (*ready)(void *user, bool readable, bool writable),
			    void *user);

/* loop_fd_want - for what to wait from now on */
void loop_fd_want(struct loop_fd *f, bool read, bool write);

/* loop_fd_free - watch no more; NULL is allowed */
void loop_fd_free(struct loop_fd *f);

/* loop_timer_new - called every so many milliseconds
 * own   loop_timer_free() */
struct loop_timer *loop_timer_new(struct loop *l, int64_t every_ms,
				  void (*fn)(void *user), void *user);

/* loop_timer_free - NULL is allowed */
void loop_timer_free(struct loop_timer *t);

#endif
