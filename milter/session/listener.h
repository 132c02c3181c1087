/* The listener: what all sessions share, whichever engine calls them. */
#ifndef SESSION_LISTENER_H
#define SESSION_LISTENER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/budget.h"
#include "journal/journal.h"
#include "metrics/metrics.h"
#include "quarantine/hold.h"
#include "runtime.h"

struct listener {
	struct runtime_slot slot;
	struct quarantine *quarantine;
	struct journal *journal;
	struct metrics *metrics;
	_Atomic int connections; /* open now, of our own engine */
	_Atomic int sessions;    /* open now */
	struct budget memory;    /* of messages that sessions build, under max_memory */
	_Atomic int ends; /* messages at their end now, until their answer has left: a
				     stop waits for these */
	_Atomic uint64_t numbers; /* of sessions so far */
	uint64_t began_us;        /* makes numbers unique over restarts */
	_Atomic int64_t
		degraded_since_us; /* mail is decided without all facts; 0: it is not */
	_Atomic bool closing;      /* what comes to its end from now on is deferred */
};

/* listener_drain - close the listener and wait until no message is at its end any more, and
 *                  each that was has its answer
 * in    most_ms   how long to wait
 * out   messages still running */
int listener_drain(struct listener *d, int64_t most_ms);

#endif
