/* Slots by arithmetic alone: who owns them is not known here. */
#include "store/slot.h"

#include <glib.h>

#include "base/limits.h"
#include "store/store.h"

/* CRC-16/XMODEM: polynomial 0x1021, from 0, nothing reflected */
static unsigned crc16(const char *at, size_t n)
{
	unsigned crc = 0;

	for (size_t i = 0; i < n; i++) {
		crc ^= (unsigned)(unsigned char)at[i] << 8;
		for (int bit = 0; bit < 8; bit++)
			crc = (crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1) & 0xffff;
	}
	return crc;
}

/* what stands in the first braces, or all */
static struct bytes tag_of(struct bytes key)
{
	const char *open = key.n > 0 ? memchr(key.at, '{', key.n) : NULL, *close = NULL;

	if (open != NULL)
		close = memchr(open + 1, '}', key.n - (size_t)(open + 1 - key.at));
	if (close != NULL && close > open + 1)
		return (struct bytes){ open + 1, (size_t)(close - open - 1) };
	return key;
}

unsigned slot_of(struct bytes key)
{
	struct bytes tag = tag_of(key);

	return crc16(tag.at, tag.n) % SLOTS;
}

struct bytes slot_generation_key(struct bytes key, struct arena *a)
{
	struct bytes tag = tag_of(key);

	if (tag.n == 0 || memchr(tag.at, '}', tag.n) != NULL ||
	    tag.n + sizeof(STORE_GENERATION_KEY) + 2 > LIMIT_KEY_BYTES)
		return bytes_of(STORE_GENERATION_KEY);
	return bytes_of(
		arena_printf(a, STORE_GENERATION_KEY "{%.*s}", (int)tag.n, tag.at));
}

void slot_range(unsigned shard, unsigned shards, unsigned *first_r, unsigned *last_r)
{
	g_assert(shards >= 1 && shards <= SLOTS && shard < shards);
	*first_r = SLOTS * shard / shards;
	*last_r = SLOTS * (shard + 1) / shards - 1;
}

unsigned slot_shard(unsigned slot, unsigned shards)
{
	g_assert(slot < SLOTS && shards >= 1 && shards <= SLOTS);
	return ((slot + 1) * shards - 1) / SLOTS;
}
