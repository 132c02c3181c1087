/* Texts in buckets by their first two bytes: at most places of a text the bucket is empty,
 * and one look is enough. Where the rows of three bytes of the text leave few phrases, these
 * are looked for one by one. It compares bytes; what counts as equal is fold.c's business. */
#include "rule/phrase_set.h"

#include <glib.h>
#include <stdint.h>
#include <string.h>

#define BUCKETS 4096
#define NONE UINT32_MAX
#define GRAMS 65536
#define FEW \
	8 /* looking for each takes a fifth to a tenth of the time of looking for all */

/* a set of hashed rows of three bytes; what is not in it does not stand in the text */
struct grams {
	uint64_t bits[GRAMS / 64];
};

struct phrase_set {
	const struct bytes *at;
	size_t n;
	uint32_t *next;         /* of the same bucket */
	uint32_t head[BUCKETS]; /* by two bytes */
	uint32_t single[256];   /* phrases of one byte */
};

static size_t bucket_of(const char *two)
{
	return (((size_t)(unsigned char)two[0] << 5) ^ (unsigned char)two[1]) &
	       (BUCKETS - 1);
}

const struct phrase_set *phrase_set_build(struct arena *a, const struct bytes *at,
					  size_t n)
{
	struct phrase_set *phrases = arena_new(a, struct phrase_set, 1);

	phrases->at = at;
	phrases->n = n;
	phrases->next = arena_new(a, uint32_t, n + 1);
	memset(phrases->head, 0xff, sizeof(phrases->head));
	memset(phrases->single, 0xff, sizeof(phrases->single));
	for (size_t i = n; i-- > 0;) {
		uint32_t *head = at[i].n == 1
					 ? &phrases->single[(unsigned char)at[i].at[0]]
					 : &phrases->head[bucket_of(at[i].at)];

		phrases->next[i] = *head;
		*head = (uint32_t)i;
	}
	return phrases;
}

static bool is_alnum_before(struct bytes text, size_t i)
{
	const char *before = g_utf8_find_prev_char(text.at, text.at + i);

	return before != NULL &&
	       g_unichar_isalnum(g_utf8_get_char_validated(before, text.at + i - before));
}

static bool is_alnum_after(struct bytes text, size_t i)
{
	gunichar c =
		i < text.n ? g_utf8_get_char_validated(text.at + i, (gssize)(text.n - i))
			   : 0;

	return c != (gunichar)-1 && c != (gunichar)-2 && g_unichar_isalnum(c);
}

/* one place of a text */
struct spot {
	struct bytes text;
	size_t i;
	bool whole_words;
};

static bool stands_at(const struct spot *spot, struct bytes phrase)
{
	struct bytes text = spot->text;
	size_t i = spot->i;

	if (phrase.n > text.n - i || memcmp(text.at + i, phrase.at, phrase.n) != 0)
		return false;
	return !spot->whole_words ||
	       (!is_alnum_before(text, i) && !is_alnum_after(text, i + phrase.n));
}

static bool chain_find(const struct phrase_set *phrases, uint32_t head,
		       const struct spot *spot, struct bytes *found_r)
{
	for (uint32_t k = head; k != NONE; k = phrases->next[k]) {
		if (!stands_at(spot, phrases->at[k]))
			continue;
		*found_r = (struct bytes){ .at = spot->text.at + spot->i,
					   .n = phrases->at[k].n };
		return true;
	}
	return false;
}

static unsigned gram_at(const char *at)
{
	const unsigned char *p = (const unsigned char *)at;

	return ((unsigned)p[0] << 11 ^ (unsigned)p[1] << 5 ^ p[2]) % GRAMS;
}

const struct grams *grams_of(struct arena *a, struct bytes text)
{
	struct grams *grams = arena_new(a, struct grams, 1);

	for (size_t i = 0; i + 2 < text.n; i++) {
		unsigned gram = gram_at(text.at + i);

		grams->bits[gram / 64] |= UINT64_C(1) << gram % 64;
	}
	return grams;
}

static bool may_stand(const struct grams *grams, struct bytes phrase)
{
	for (size_t i = 0; i + 2 < phrase.n; i++) {
		unsigned gram = gram_at(phrase.at + i);

		if ((grams->bits[gram / 64] >> gram % 64 & 1) == 0)
			return false;
	}
	return true;
}

/* those of a set that may stand in a text, in its order */
struct few {
	struct bytes at[FEW];
	size_t n; /* more than FEW: not all are here */
};

static struct few may_stand_of(const struct phrase_set *phrases,
			       const struct grams *grams)
{
	struct few few = { .n = 0 };

	for (size_t k = 0; k < phrases->n && few.n <= FEW; k++) {
		if (!may_stand(grams, phrases->at[k]))
			continue;
		if (few.n < FEW)
			few.at[few.n] = phrases->at[k];
		few.n++;
	}
	return few;
}

/* the first place of a phrase, at most `most`; more: there is none */
static size_t first_place(struct spot *spot, struct bytes phrase, size_t most)
{
	struct bytes text = spot->text;
	size_t end = most < text.n - MIN(phrase.n, text.n) ? most + phrase.n : text.n;

	for (spot->i = 0; spot->i < end; spot->i++) {
		const char *at =
			memmem(text.at + spot->i, end - spot->i, phrase.at, phrase.n);

		if (at == NULL)
			break;
		spot->i = (size_t)(at - text.at);
		if (stands_at(spot, phrase))
			return spot->i;
	}
	return SIZE_MAX;
}

/* Of those at one place it is the one that find_any() finds: the single letter, or the first. */
static bool find_few(const struct few *few, struct spot *spot, struct bytes *found_r)
{
	size_t best = SIZE_MAX;

	for (size_t k = 0; k < few->n; k++) {
		struct bytes phrase = few->at[k];
		size_t place = first_place(spot, phrase, best);

		if (place == SIZE_MAX || (place == best && phrase.n > 1))
			continue;
		best = place;
		*found_r = (struct bytes){ .at = spot->text.at + place, .n = phrase.n };
	}
	return best != SIZE_MAX;
}

static bool find_any(const struct phrase_set *phrases, struct bytes text,
		     bool whole_words, struct bytes *found_r)
{
	for (size_t i = 0; i < text.n; i++) {
		struct spot spot = { .text = text, .i = i, .whole_words = whole_words };
		uint32_t single = phrases->single[(unsigned char)text.at[i]];
		uint32_t head =
			i + 1 < text.n ? phrases->head[bucket_of(text.at + i)] : NONE;

		if (chain_find(phrases, single, &spot, found_r) ||
		    chain_find(phrases, head, &spot, found_r))
			return true;
	}
	return false;
}

bool phrase_set_find(const struct phrase_set *phrases, struct bytes text,
		     const struct grams *grams, bool whole_words, struct bytes *found_r)
{
	struct spot spot = { .text = text, .whole_words = whole_words };
	struct few few;

	if (grams == NULL)
		return find_any(phrases, text, whole_words, found_r);
	few = may_stand_of(phrases, grams);
	return few.n > FEW ? find_any(phrases, text, whole_words, found_r)
			   : find_few(&few, &spot, found_r);
}

const char *text_mentions(struct bytes text, struct bytes phrase)
{
	struct spot spot = { .text = text, .whole_words = true };
	const char *at = text.at;

	while (phrase.n > 0) {
		at = memmem(at, text.n - (size_t)(at - text.at), phrase.at, phrase.n);
		if (at == NULL)
			return NULL;
		spot.i = (size_t)(at - text.at);
		if (stands_at(&spot, phrase))
			return at;
		at++;
	}
	return NULL;
}

bool phrase_set_at_edge(const struct phrase_set *phrases, struct bytes text, bool end,
			struct bytes *found_r)
{
	for (size_t k = 0; k < phrases->n; k++) {
		struct bytes phrase = phrases->at[k];
		const char *at = text.at + (end ? text.n - MIN(phrase.n, text.n) : 0);

		if (phrase.n > text.n || memcmp(at, phrase.at, phrase.n) != 0)
			continue;
		*found_r = (struct bytes){ .at = at, .n = phrase.n };
		return true;
	}
	return false;
}
