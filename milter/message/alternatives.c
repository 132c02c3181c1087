/* Two texts are compared by their words, without marks and case, and by which word follows which:
 * whoever takes the words of a letter apart and says them in another order says something else.
 * Only hashes are kept. */
#include "message/alternatives.h"

#include <stdbool.h>
#include <stdint.h>

#define FIRST_BITS 8
#define KEY_OF(hash) ((uint64_t)1 << 32 | (hash)) /* never 0 */

/* Hashes, each once. A text has thousands: a GHashTable costs more than all else here. By which
 * factor they are spread nobody knows who writes a text. */
struct set {
	uint64_t *at; /* KEY_OF(); 0: free */
	size_t n;
	unsigned bits; /* of its room; 0: none yet */
	uint64_t factor;
};

struct alternatives {
	struct set words, pairs;
	guint last; /* word; 0: none */
};

/* a walk over words */
struct words {
	struct bytes text;
	size_t at;
	size_t begin; /* of the word found */
};

static bool is_word_byte(unsigned char c)
{
	return g_ascii_isalnum((char)c) || c >= 0x80;
}

/* the next word's hash, never 0; 0: there is no more */
static guint next_word(struct words *w)
{
	guint hash = 5381;

	while (w->at < w->text.n && !is_word_byte((unsigned char)w->text.at[w->at]))
		w->at++;
	w->begin = w->at;
	for (; w->at < w->text.n; w->at++) {
		unsigned char c = (unsigned char)w->text.at[w->at];

		if (!is_word_byte(c))
			break;
		hash = hash * 33 + ((guint)c | (guint)g_ascii_isupper((char)c) << 5);
	}
	return w->at == w->begin ? 0 : MAX(hash, 1);
}

static guint pair_of(guint first, guint second)
{
	return first * 2654435761U + second;
}

static size_t room_of(const struct set *s)
{
	return s->bits == 0 ? 0 : (size_t)1 << s->bits;
}

/* where a hash stands in a set, or would stand */
static size_t place_of(const struct set *s, guint hash)
{
	uint64_t key = KEY_OF(hash);
	size_t at = (size_t)(key * s->factor >> (64 - s->bits));

	while (s->at[at] != 0 && s->at[at] != key)
		at = (at + 1) & (room_of(s) - 1);
	return at;
}

static bool set_has(const struct set *s, guint hash)
{
	return s->n > 0 && s->at[place_of(s, hash)] != 0;
}

static void set_grow(struct set *s)
{
	struct set larger = { .n = s->n,
			      .bits = s->bits == 0 ? FIRST_BITS : s->bits + 1 };

	larger.factor = s->factor;
	larger.at = g_new0(uint64_t, room_of(&larger));
	for (size_t i = 0; i < room_of(s); i++)
		if (s->at[i] != 0)
			larger.at[place_of(&larger, (guint)s->at[i])] = s->at[i];
	g_free(s->at);
	*s = larger;
}

static void set_add(struct set *s, guint hash)
{
	size_t at;

	if (2 * s->n >= room_of(s)) /* half of it stays free */
		set_grow(s);
	at = place_of(s, hash);
	s->n += s->at[at] == 0;
	s->at[at] = KEY_OF(hash);
}

struct alternatives *alternatives_begin(void)
{
	struct alternatives *all = g_new0(struct alternatives, 1);

	all->words.factor = all->pairs.factor =
		(uint64_t)g_random_int() << 32 | g_random_int() | 1;
	return all;
}

void alternatives_end(struct alternatives *all)
{
	g_free(all->words.at);
	g_free(all->pairs.at);
	g_free(all);
}

void alternatives_say(struct alternatives *all, struct bytes text)
{
	struct words w = { .text = text };
	guint word;

	while ((word = next_word(&w)) != 0) {
		set_add(&all->words, word);
		if (all->last != 0)
			set_add(&all->pairs, pair_of(all->last, word));
		all->last = word;
	}
}

static bool is_said(const struct alternatives *all, struct bytes line)
{
	struct words w = { .text = line };
	guint word = next_word(&w), before = word;

	if (word != 0 && !set_has(&all->words, word))
		return false;
	while ((word = next_word(&w)) != 0) {
		if (!set_has(&all->pairs, pair_of(before, word)))
			return false;
		before = word;
	}
	return true;
}

void alternatives_news(const struct alternatives *all, struct bytes text, GString *news)
{
	while (text.n > 0) {
		const char *lf = memchr(text.at, '\n', text.n);
		size_t n = lf == NULL ? text.n : (size_t)(lf - text.at);
		struct bytes line = { text.at, n };

		if (!is_said(all, line)) {
			g_string_append_len(news, line.at, (gssize)line.n);
			g_string_append_c(news, '\n');
		}
		n += lf != NULL;
		text.at += n;
		text.n -= n;
	}
}

int alternatives_shared(const struct alternatives *all, struct bytes text, size_t least)
{
	struct words w = { .text = text };
	size_t n = 0, said = 0;
	guint word;

	while ((word = next_word(&w)) != 0) {
		n++;
		said += set_has(&all->words, word) ? 1 : 0;
	}
	if (n < least || n == 0 || all->words.n < least)
		return -1;
	return (int)(said * 100 / n);
}
