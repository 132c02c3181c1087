/* Hashing and the set. A token that is there already is not taken again; the set is a table
 * of their numbers that is never more than half full. */
#include "text/collect.h"

#include <string.h>

#include "base/limits.h"

enum {
	SEEN_SLOTS = 16384, /* a power of two, twice what there may be */
	WORD_BYTES = 30,    /* a longer word is cut there */
	ATTRIBUTES_MOST = 8,
};

G_STATIC_ASSERT(SEEN_SLOTS >= 2 * LIMIT_TEXT_TOKENS);
G_STATIC_ASSERT(LIMIT_TEXT_PIECES < UINT16_MAX);
G_STATIC_ASSERT(LIMIT_TEXT_TOKENS < UINT16_MAX);

struct collector {
	struct arena *arena;
	enum text_group group;
	uint16_t *seen; /* the number of a token, from 1 on; 0: free */
	struct text_token *at;
	size_t n;
	struct text_piece *pieces;
	size_t n_pieces;
	size_t begin[TEXT_GROUP_COUNT + 1];
};

struct collector *collect_create(struct arena *a)
{
	struct collector *c = arena_new(a, struct collector, 1);

	c->arena = a;
	c->seen = arena_new(a, uint16_t, SEEN_SLOTS);
	c->at = arena_alloc_raw(a, sizeof(*c->at) * LIMIT_TEXT_TOKENS);
	c->pieces = arena_alloc_raw(a, sizeof(*c->pieces) * LIMIT_TEXT_PIECES);
	return c;
}

struct arena *collect_arena(const struct collector *c)
{
	return c->arena;
}

void collect_group(struct collector *c, enum text_group group)
{
	c->group = group;
	c->begin[group] = c->n;
}

uint16_t collect_piece(struct collector *c, const char *where, struct bytes text)
{
	if (c->n_pieces < LIMIT_TEXT_PIECES)
		c->pieces[c->n_pieces++] = (struct text_piece){ where, text };
	return (uint16_t)(c->n_pieces - 1);
}

/* ---- hashes ---- */

static uint32_t mixed(uint32_t h)
{
	h ^= h >> 16;
	h *= 0x7feb352dU;
	h ^= h >> 15;
	h *= 0x846ca68bU;
	return h ^ h >> 16;
}

static unsigned char lower(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

uint32_t collect_hash(struct bytes text, uint32_t salt)
{
	uint32_t h = 2166136261U ^ salt;

	for (size_t i = 0; i < text.n; i++)
		h = (h ^ lower(text.at[i])) * 16777619U;
	return mixed(h);
}

uint32_t collect_hash_exact(struct bytes text, uint32_t salt)
{
	uint32_t h = 2166136261U ^ salt;

	for (size_t i = 0; i < text.n; i++)
		h = (h ^ (unsigned char)text.at[i]) * 16777619U;
	return mixed(h);
}

uint32_t collect_join(uint32_t a, uint32_t b)
{
	return mixed(a * 0x9e3779b1U + b);
}

static void add(struct collector *c, uint16_t piece, uint32_t hash)
{
	/* groups do not share their weights */
	uint32_t h = mixed(hash + 0x61c88647U * ((uint32_t)c->group + 1));
	size_t slot;

	if (c->n == LIMIT_TEXT_TOKENS)
		return;
	h |= h == 0;
	for (slot = h & (SEEN_SLOTS - 1); c->seen[slot] != 0;
	     slot = (slot + 1) & (SEEN_SLOTS - 1))
		if (c->at[c->seen[slot] - 1].hash == h)
			return;
	c->at[c->n++] = (struct text_token){ .hash = h,
					     .piece = piece,
					     .group = (uint8_t)c->group };
	c->seen[slot] = (uint16_t)c->n;
}

void collect_one(struct collector *c, const char *where, struct bytes text, uint32_t hash)
{
	size_t before = c->n;

	add(c, (uint16_t)MIN(c->n_pieces, (size_t)LIMIT_TEXT_PIECES - 1), hash);
	if (c->n > before)
		collect_piece(c, where, text);
}

/* ---- texts ---- */

void collect_raw_grams(struct collector *c, uint16_t piece, struct bytes text)
{
	uint32_t window = 0;

	for (size_t i = 0; i < text.n; i++) {
		window = window << 8 | (unsigned char)text.at[i];
		if (i >= 3)
			add(c, piece, window);
	}
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

void collect_grams(struct collector *c, const char *where, struct bytes text)
{
	uint32_t window = ' ', salt = collect_hash(bytes_of(where), 1);
	uint16_t piece = 0;
	size_t n = 1; /* bytes in the window */

	for (size_t i = 0; i < text.n; i++) {
		bool blank = is_blank(text.at[i]);

		if (blank && (window & 0xff) == ' ')
			continue;
		if (!blank && (window & 0xff) == ' ') {
			size_t end = i;

			while (end < text.n && !is_blank(text.at[end]))
				end++;
			piece = collect_piece(c, where,
					      (struct bytes){ text.at + i, end - i });
		}
		window = window << 8 | (blank ? ' ' : lower(text.at[i]));
		if (++n >= 4)
			add(c, piece, window ^ salt);
	}
}

/* the next word; digits are one and the same in it */
struct word {
	struct bytes text;
	uint32_t hash;
};

static bool is_word(char c)
{
	return g_ascii_isalnum(c) || ((unsigned char)c & 0x80) != 0;
}

static bool next_word(struct bytes text, size_t *at, uint32_t salt, struct word *word_r)
{
	uint32_t h = 2166136261U ^ salt;
	size_t i = *at, begin;

	while (i < text.n && !is_word(text.at[i]))
		i++;
	begin = i;
	for (; i < text.n && is_word(text.at[i]); i++)
		if (i - begin < WORD_BYTES)
			h = (h ^
			     (g_ascii_isdigit(text.at[i]) ? '0' : lower(text.at[i]))) *
			    16777619U;
	*at = i;
	*word_r = (struct word){ { text.at + begin, i - begin }, mixed(h) };
	return i > begin;
}

void collect_words(struct collector *c, const char *where, struct bytes text)
{
	uint32_t salt = collect_hash(bytes_of(where), 2);
	struct word word, before = { .text = { text.at, 0 } };
	size_t at = 0;

	while (next_word(text, &at, salt, &word)) {
		struct bytes both = { before.text.at,
				      (size_t)(word.text.at + word.text.n -
					       before.text.at) };

		collect_one(c, where, word.text, word.hash);
		if (before.text.n > 0)
			collect_one(c, where, both, collect_join(before.hash, word.hash));
		before = word;
	}
}

void collect_marked_words(struct collector *c, const char *where, struct bytes text,
			  uint32_t salt)
{
	struct word word;
	size_t at = 0;

	while (next_word(text, &at, salt, &word))
		collect_one(c, where, word.text, word.hash);
}

void collect_attributes(struct collector *c, struct bytes tag, struct bytes inside)
{
	uint32_t of_tag = collect_hash(tag, 0x1601);
	const char *end = inside.at + inside.n, *at = inside.at;

	for (size_t n = 0; n < ATTRIBUTES_MOST; n++) {
		const char *equals = memchr(at, '=', (size_t)(end - at)), *begin = equals;

		if (equals == NULL)
			return;
		while (begin > at && (g_ascii_isalnum(begin[-1]) || begin[-1] == '-'))
			begin--;
		collect_one(c, "HTML", tag,
			    collect_join(
				    of_tag,
				    collect_hash((struct bytes){ begin, (size_t)(equals -
										 begin) },
						 0x1602)));
		at = equals + 1;
	}
}

void collect_done(struct collector *c, struct text_tokens *tokens_r)
{
	c->begin[TEXT_GROUP_COUNT] = c->n;
	*tokens_r = (struct text_tokens){
		.at = c->at, .n = c->n, .pieces = c->pieces, .n_pieces = c->n_pieces
	};
	memcpy(tokens_r->begin, c->begin, sizeof(c->begin));
}
