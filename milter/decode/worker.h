/* Inside of the module: one child, as its parent sees it. */
#ifndef DECODE_WORKER_H
#define DECODE_WORKER_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "decode/answer.h"
#include "decode/pool.h"

/* a child; pid 0: there is none */
struct worker {
	pid_t pid;
	int socket;
};

/* worker_start - start a child, and wait until its doors are closed
 * out   false: w has none; e says why
 * err   see above
 * cost  some 30 ms
 * use   a thread that outlives the child, for the child dies with it */
bool worker_start(struct worker *w, const struct decode_setup *setup, GError **e);

/* worker_ask - have it look into a file
 * in    fd   sealed
 * out   DECODE_WHOLE; or DECODE_TIME, DECODE_DIED, DECODE_NONSENSE: it must be killed
 * own   a
 * err   as out
 * use   one thread at a time */
enum decode_why worker_ask(struct worker *w, struct arena *a,
			   const struct decode_file *file, int fd,
			   struct decode_answer *answer_r);

/* worker_is_alive - does the child still run? it may die while nobody asks */
bool worker_is_alive(const struct worker *w);

/* worker_kill - end it at once; there is none afterwards */
void worker_kill(struct worker *w);

#endif
