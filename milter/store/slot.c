/* Slots by arithmetic alone: who owns them is not known here. */
#include "store/slot.h"

#include <glib.h>

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

unsigned slot_of(struct bytes key)
{
	const char *open = key.n > 0 ? memchr(key.at, '{', key.n) : NULL, *close = NULL;

	if (open != NULL)
		close = memchr(open + 1, '}', key.n - (size_t)(open + 1 - key.at));
	if (close != NULL && close > open + 1)
		return crc16(open + 1, (size_t)(close - open - 1)) % SLOTS;
	return crc16(key.at, key.n) % SLOTS;
}

void slot_range(unsigned shard, unsigned shards, unsigned *first_r, unsigned *last_r)
{
	g_assert(shards >= 1 && shards <= SLOTS && shard < shards);
	*first_r = SLOTS * shard / shards;
	*last_r = SLOTS * (shard + 1) / shards - 1;
}
