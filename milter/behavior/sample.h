/* How many mailboxes, in few bytes: the SAMPLE_MOST smallest of all their hashes. Up to that
 * many are counted; beyond, how close together the smallest ones lie tells how many there
 * are, to an eighth. Adding the same again, or in another order, changes nothing. Only files
 * of this module include it. */
#ifndef BEHAVIOR_SAMPLE_H
#define BEHAVIOR_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "behavior/habit.h"

#define SAMPLE_MOST 64
#define SAMPLE_ENTRY_BYTES 3 /* 23 bits of a hash, and the mark of the open day */
#define SAMPLE_BYTES (2 * SAMPLE_MOST * SAMPLE_ENTRY_BYTES)

/* of closed days and of the open one, smallest first */
struct sample {
	uint32_t hash[2][SAMPLE_MOST];
	size_t n[2];
};

/* sample_add - one more on the open day */
void sample_add(struct sample *s, const char *text);

/* sample_bytes - as it is stored
 * own   a */
struct bytes sample_bytes(const struct sample *s, struct arena *a);

/* sample_is_sane - can it have come from sample_bytes()? */
bool sample_is_sane(struct bytes sample);

/* sample_merge - both united
 * own   a
 * err   what is not sane is skipped */
struct bytes sample_merge(struct side x, struct side y, struct arena *a);

/* sample_count - how many there are
 * in    side   over: count those of the newest day too */
int64_t sample_count(struct side sample);

#endif
