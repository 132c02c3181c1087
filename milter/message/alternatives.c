/* Two texts are compared by their words, without marks and case, and by which word follows which:
 * whoever takes the words of a letter apart and says them in another order says something else.
 * Only hashes are kept. */
#include "message/alternatives.h"

#include <stdbool.h>
#include <stdint.h>

struct alternatives {
	GHashTable *words, *pairs; /* sets of hashes */
	guint last;                /* word; 0: none */
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
		hash = hash * 33 + (guchar)g_ascii_tolower((char)c);
	}
	return w->at == w->begin ? 0 : MAX(hash, 1);
}

static gpointer pair_of(guint first, guint second)
{
	return GUINT_TO_POINTER(first * 2654435761U + second);
}

struct alternatives *alternatives_begin(void)
{
	struct alternatives *all = g_new0(struct alternatives, 1);

	all->words = g_hash_table_new(NULL, NULL);
	all->pairs = g_hash_table_new(NULL, NULL);
	return all;
}

void alternatives_end(struct alternatives *all)
{
	g_hash_table_destroy(all->words);
	g_hash_table_destroy(all->pairs);
	g_free(all);
}

void alternatives_say(struct alternatives *all, struct bytes text)
{
	struct words w = { .text = text };
	guint word;

	while ((word = next_word(&w)) != 0) {
		g_hash_table_add(all->words, GUINT_TO_POINTER(word));
		if (all->last != 0)
			g_hash_table_add(all->pairs, pair_of(all->last, word));
		all->last = word;
	}
}

static bool is_said(const struct alternatives *all, struct bytes line)
{
	struct words w = { .text = line };
	guint word = next_word(&w), before = word;

	if (word != 0 && !g_hash_table_contains(all->words, GUINT_TO_POINTER(word)))
		return false;
	while ((word = next_word(&w)) != 0) {
		if (!g_hash_table_contains(all->pairs, pair_of(before, word)))
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
		said += g_hash_table_contains(all->words, GUINT_TO_POINTER(word)) ? 1 : 0;
	}
	if (n < least || n == 0 || g_hash_table_size(all->words) < least)
		return -1;
	return (int)(said * 100 / n);
}
