/* How a value is kept together with its end. */
#ifndef STORE_STAMP_H
#define STORE_STAMP_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "store/store.h"

/* A stored value in stores that know no expiry themselves: 4 bytes little endian, the second
 * (since 1970) from which it is absent, 0 for never; then the value. */
#define STAMP_BYTES 4

/* what an overlay keeps of itself in front of a value (store/overlay.c) */
#define OVERLAY_HEAD_BYTES 13

/* stamp_at - the stamp of what expires at a second; 0 is never */
static inline uint32_t stamp_at(int64_t expires_s)
{
	return expires_s == 0 ? 0 : (uint32_t)CLAMP(expires_s, 1, G_MAXUINT32);
}

/* stamp_make - the stamp of a write */
static inline uint32_t stamp_make(const struct store_write *w, int64_t now_s)
{
	if (w->expires_s != 0 || w->ttl_s == 0)
		return stamp_at(w->expires_s);
	return (uint32_t)CLAMP(now_s + w->ttl_s, 1, G_MAXUINT32);
}

/* stamp_put - its bytes */
static inline void stamp_put(char at[STAMP_BYTES], uint32_t stamp)
{
	for (unsigned i = 0; i < STAMP_BYTES; i++)
		at[i] = (char)(stamp >> (8 * i) & 0xff);
}

/* stamp_get - from its bytes */
static inline uint32_t stamp_get(const char at[STAMP_BYTES])
{
	uint32_t stamp = 0;

	for (unsigned i = 0; i < STAMP_BYTES; i++)
		stamp |= (uint32_t)(unsigned char)at[i] << (8 * i);
	return stamp;
}

/* stamp_over - has it expired? */
static inline bool stamp_over(uint32_t stamp, int64_t now_s)
{
	return stamp != 0 && (int64_t)stamp <= now_s;
}

#endif
