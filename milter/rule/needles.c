/* Texts in buckets by their first two bytes: at most places of a text the bucket is empty,
 * and one look is enough. It compares bytes; what counts as equal is fold.c's business. */
#include "rule/needles.h"

#include <glib.h>
#include <stdint.h>
#include <string.h>

#define BUCKETS 4096
#define NONE UINT32_MAX
#define GRAMS 65536

/* a set of hashed rows of three bytes; what is not in it does not stand in the text */
struct grams {
	uint64_t bits[GRAMS / 64];
};

struct needles {
	const struct bytes *at;
	size_t n;
	uint32_t *next;         /* of the same bucket */
	uint32_t head[BUCKETS]; /* by two bytes */
	uint32_t single[256];   /* needles of one byte */
};

static size_t bucket_of(const char *two)
{
	return (((size_t)(unsigned char)two[0] << 5) ^ (unsigned char)two[1]) &
	       (BUCKETS - 1);
}

const struct needles *needles_build(struct arena *a, const struct bytes *at, size_t n)
{
	struct needles *needles = arena_new(a, struct needles, 1);

	needles->at = at;
	needles->n = n;
	needles->next = arena_new(a, uint32_t, n + 1);
	memset(needles->head, 0xff, sizeof(needles->head));
	memset(needles->single, 0xff, sizeof(needles->single));
	for (size_t i = n; i-- > 0;) {
		uint32_t *head = at[i].n == 1
					 ? &needles->single[(unsigned char)at[i].at[0]]
					 : &needles->head[bucket_of(at[i].at)];

		needles->next[i] = *head;
		*head = (uint32_t)i;
	}
	return needles;
}

static bool is_alnum_before(struct bytes hay, size_t i)
{
	const char *before = g_utf8_find_prev_char(hay.at, hay.at + i);

	return before != NULL &&
	       g_unichar_isalnum(g_utf8_get_char_validated(before, hay.at + i - before));
}

static bool is_alnum_after(struct bytes hay, size_t i)
{
	gunichar c = i < hay.n
			     ? g_utf8_get_char_validated(hay.at + i, (gssize)(hay.n - i))
			     : 0;

	return c != (gunichar)-1 && c != (gunichar)-2 && g_unichar_isalnum(c);
}

/* one place of a text */
struct spot {
	struct bytes hay;
	size_t i;
	bool whole_words;
};

static bool stands_at(const struct spot *spot, struct bytes needle)
{
	struct bytes hay = spot->hay;
	size_t i = spot->i;

	if (needle.n > hay.n - i || memcmp(hay.at + i, needle.at, needle.n) != 0)
		return false;
	return !spot->whole_words ||
	       (!is_alnum_before(hay, i) && !is_alnum_after(hay, i + needle.n));
}

static bool chain_find(const struct needles *needles, uint32_t head,
		       const struct spot *spot, struct bytes *found_r)
{
	for (uint32_t k = head; k != NONE; k = needles->next[k]) {
		if (!stands_at(spot, needles->at[k]))
			continue;
		*found_r = needles->at[k];
		return true;
	}
	return false;
}

static unsigned gram_at(const char *at)
{
	const unsigned char *p = (const unsigned char *)at;

	return ((unsigned)p[0] << 11 ^ (unsigned)p[1] << 5 ^ p[2]) % GRAMS;
}

const struct grams *grams_of(struct arena *a, struct bytes hay)
{
	struct grams *grams = arena_new(a, struct grams, 1);

	for (size_t i = 0; i + 2 < hay.n; i++) {
		unsigned gram = gram_at(hay.at + i);

		grams->bits[gram / 64] |= UINT64_C(1) << gram % 64;
	}
	return grams;
}

static bool may_stand(const struct grams *grams, struct bytes needle)
{
	for (size_t i = 0; i + 2 < needle.n; i++) {
		unsigned gram = gram_at(needle.at + i);

		if ((grams->bits[gram / 64] >> gram % 64 & 1) == 0)
			return false;
	}
	return true;
}

static bool any_may_stand(const struct needles *needles, const struct grams *grams)
{
	for (size_t k = 0; k < needles->n; k++)
		if (may_stand(grams, needles->at[k]))
			return true;
	return false;
}

bool needles_find(const struct needles *needles, struct bytes hay,
		  const struct grams *grams, bool whole_words, struct bytes *found_r)
{
	if (grams != NULL && !any_may_stand(needles, grams))
		return false;
	for (size_t i = 0; i < hay.n; i++) {
		struct spot spot = { .hay = hay, .i = i, .whole_words = whole_words };
		uint32_t single = needles->single[(unsigned char)hay.at[i]];
		uint32_t head =
			i + 1 < hay.n ? needles->head[bucket_of(hay.at + i)] : NONE;

		if (chain_find(needles, single, &spot, found_r) ||
		    chain_find(needles, head, &spot, found_r))
			return true;
	}
	return false;
}

bool text_mentions(struct bytes hay, struct bytes needle)
{
	struct spot spot = { .hay = hay, .whole_words = true };
	const char *at = hay.at;

	while (needle.n > 0) {
		at = memmem(at, hay.n - (size_t)(at - hay.at), needle.at, needle.n);
		if (at == NULL)
			return false;
		spot.i = (size_t)(at - hay.at);
		if (stands_at(&spot, needle))
			return true;
		at++;
	}
	return false;
}

bool needles_at_edge(const struct needles *needles, struct bytes hay, bool end,
		     struct bytes *found_r)
{
	for (size_t k = 0; k < needles->n; k++) {
		struct bytes needle = needles->at[k];

		if (needle.n > hay.n || memcmp(hay.at + (end ? hay.n - needle.n : 0),
					       needle.at, needle.n) != 0)
			continue;
		*found_r = needle;
		return true;
	}
	return false;
}
