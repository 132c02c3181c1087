/* Sandboxed children that look into files, and the queue before them. Foreign formats
 * are never read in this process. When nobody can look, that is said, and the mail goes
 * on. */
#ifndef DECODE_POOL_H
#define DECODE_POOL_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/compiler.h"
#include "decode/answer.h"
#include "metrics/metrics.h"

struct decode_setup {
	const char *program; /* executed again as a child: /proc/self/exe */
	int workers;         /* at most; never more than there are cores */
	int queue;           /* who may wait for one at once */
	int64_t start_us; /* whoever asks first may wait so long for a child to start, and his
			     time counts from then on; 0: it counts from the beginning */
	size_t memory_bytes;     /* of one child, beyond what it begins with */
	struct metrics *metrics; /* outlives the pool; NULL: nothing is counted */
};

struct decode_file {
	const char *name; /* "" if it has none */
	struct bytes data;
	int64_t until_us; /* clock_mono_us() */
};

struct decode_pool;

/* decode_pool_new - a pool without children: they are started when they are needed, and kept
 * in    setup   copied
 * own   one reference: decode_pool_unref() */
struct decode_pool *decode_pool_new(const struct decode_setup *setup) MUST_CHECK;

/* decode_pool_is_like - would a new pool be the same?
 * in    NULL is like none */
bool decode_pool_is_like(const struct decode_pool *p, const struct decode_setup *setup);

/* decode_pool_warm - have one child started before it is needed, so that the log tells at
 *                    once what prevents it
 * in    see the log; NULL is allowed */
void decode_pool_warm(struct decode_pool *p);

/* decode_pool_ask - have a file looked into
 * out   answer_r: what was found, also when it is not all; its `why` says what is missing
 * own   a
 * err   as `why`
 * cost  waits until file->until_us at the latest
 * use   any thread */
void decode_pool_ask(struct decode_pool *p, struct arena *a,
		     const struct decode_file *file, struct decode_answer *answer_r);

struct decode_state {
	int alive, busy, waiting;
};

/* decode_pool_state - what it does now */
void decode_pool_state(struct decode_pool *p, struct decode_state *state_r);

/* decode_pool_ref - one more reference; NULL gives NULL */
struct decode_pool *decode_pool_ref(struct decode_pool *p);

/* decode_pool_unref - one less; with the last one the children end
 * in    NULL is allowed */
void decode_pool_unref(struct decode_pool *p);

/* decode_try - can a child be started at all?
 * err   false: e says what keeps it from that, and what to do */
bool decode_try(const struct decode_setup *setup, GError **e);

#endif
