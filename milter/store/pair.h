/* The pair store seen from outside: a primary, a secondary that is to take its place, and
 * two percentages that change while mail flows. */
#ifndef STORE_PAIR_H
#define STORE_PAIR_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "store/store.h"

struct store_pair_counts {
	uint64_t batches;        /* read */
	uint64_t dark;           /* of them, asked of the other store too */
	uint64_t dark_dropped;   /* of them, not asked: too many were waiting */
	uint64_t live;           /* batches that the secondary was to answer */
	uint64_t live_fell_back; /* of them, answered by the primary after all */
	uint64_t compared;       /* questions that both have answered */
	uint64_t differ;         /* of them, with contradicting answers */
	uint64_t not_compared;   /* one of them did not know */
	uint64_t written;        /* changes to both */
	uint64_t not_written;    /* changes that the secondary missed */
};

/* store_pair_set - change the percentages
 * in    dark   0..100: of the batches that are also asked of the store that does not answer;
 *              -1 leaves it
 *       live   0..100: of the batches that the secondary answers; -1 leaves it
 * use   any thread
 * err   false: the store is no pair, or a number is no percentage */
bool store_pair_set(struct store *s, int dark, int live);

/* store_pair_counts - what has been seen so far
 * err   false: the store is no pair */
bool store_pair_counts(struct store *s, struct store_pair_counts *counts_r);

/* store_pair_settle - wait until the secondary has seen all that it was given
 * err   false: it has not at limit_us on clock_mono_us(), or the store is no pair */
bool store_pair_settle(struct store *s, int64_t limit_us);

/* store_pair_status - append percentages, parity by family, counts, latencies, and the last
 *                     keys that differed
 * err   false: the store is no pair */
bool store_pair_status(struct store *s, GString *to);

#endif
