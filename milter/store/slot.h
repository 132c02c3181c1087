/* Which of the 16,384 slots of a Redis Cluster a key lies in. */
#ifndef STORE_SLOT_H
#define STORE_SLOT_H

#include "base/arena.h"
#include "base/bytes.h"

#define SLOTS 16384

/* slot_of - the slot of a key: of what stands in its first braces, or else of all of it
 * ref   Redis cluster specification, "Hash tags" */
unsigned slot_of(struct bytes key);

/* slot_range - the slots of one of so many shards of the same size
 * in    shard   from 0, below shards; shards within 1..SLOTS */
void slot_range(unsigned shard, unsigned shards, unsigned *first_r, unsigned *last_r);

/* slot_shard - which of so many shards has a slot, as slot_range() parts them */
unsigned slot_shard(unsigned slot, unsigned shards);

/* slot_generation_key - STORE_GENERATION_KEY for the same slot as a key
 * own   a */
struct bytes slot_generation_key(struct bytes key, struct arena *a);

#endif
