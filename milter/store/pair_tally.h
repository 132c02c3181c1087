/* What a pair has seen of its two stores: how alike their answers are, by family of keys, and
 * how fast they come. Only pair*.c of this module include it. */
#ifndef STORE_PAIR_TALLY_H
#define STORE_PAIR_TALLY_H

#include <glib.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "metrics/histogram.h"
#include "store/keys.h"
#include "store/pair.h"
#include "store/store.h"

#define PAIR_SAMPLES 16

enum pair_side { PAIR_PRIMARY, PAIR_SECONDARY, PAIR_SIDES };

struct pair_family {
	uint64_t compared, missing, extra, other, unknown;
};

struct pair_tally {
	pthread_mutex_t lock;
	struct store_pair_counts counts;
	struct pair_family family[FAMILY_COUNT + 1]; /* the last: of no family */
	struct histogram latency[PAIR_SIDES];
	char *sample[PAIR_SAMPLES]; /* the last keys that differed */
	unsigned samples;           /* ever taken */
	/* of snapshots that answered when keys were asked again that differed; or "" */
	char generation[PAIR_SIDES][STORE_GENERATION_BYTES];
};

/* pair_tally_init - begin */
void pair_tally_init(struct pair_tally *t);

/* pair_tally_clear - end */
void pair_tally_clear(struct pair_tally *t);

/* pair_tally_add - count what happened
 * in    n    the fields that are not 0 are added */
void pair_tally_add(struct pair_tally *t, const struct store_pair_counts *n);

/* pair_tally_took - how long a side took for a batch */
void pair_tally_took(struct pair_tally *t, enum pair_side side, int64_t us);

/* pair_differs - do two answers to a question contradict one another? Unknown does not */
bool pair_differs(const struct store_read *a, const struct store_read *b);

/* pair_tally_generation - which snapshot answers for a side, told with keys that differ
 * in    r   the answer to STORE_GENERATION_KEY */
void pair_tally_generation(struct pair_tally *t, enum pair_side side,
			   const struct store_read *r);

/* pair_tally_compare - count a question that both sides have answered */
void pair_tally_compare(struct pair_tally *t, const struct store_read *primary,
			const struct store_read *secondary);

/* pair_tally_print - append it all */
void pair_tally_print(struct pair_tally *t, GString *to);

#endif
