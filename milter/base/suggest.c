#include "base/suggest.h"

#include <glib.h>

#define WORD_MAX 128

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t edit_distance(const unsigned *a, size_t n_a, const unsigned *b, size_t n_b,
		     size_t most)
{
	size_t row[3][WORD_MAX + 1];

	n_a = least(n_a, WORD_MAX);
	n_b = least(n_b, WORD_MAX);
	if ((n_a > n_b ? n_a - n_b : n_b - n_a) > most)
		return most + 1;
	for (size_t j = 0; j <= n_b; j++)
		row[0][j] = j;
	for (size_t i = 1; i <= n_a; i++) {
		size_t *now = row[i % 3], *last = row[(i + 2) % 3],
		       *before = row[(i + 1) % 3];
		size_t best = now[0] = i;

		for (size_t j = 1; j <= n_b; j++) {
			size_t d = last[j - 1] + (a[i - 1] != b[j - 1]);

			d = least(d, least(last[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				d = least(d, before[j - 2] + 1);
			now[j] = d;
			best = least(best, d);
		}
		if (best > most)
			return most + 1;
	}
	return least(row[n_a % 3][n_b], most + 1);
}

const char *suggest(const char *wrong,
		    const char *(*name_of)(size_t i, const void *table), size_t n,
		    const void *table)
{
	glong n_wrong = 0;
	gunichar *w = g_utf8_to_ucs4_fast(wrong, -1, &n_wrong);
	size_t best = (size_t)n_wrong / 3 + 1;
	const char *found = NULL;

	for (size_t i = 0; i < n; i++) {
		glong n_name = 0;
		const char *text = name_of(i, table);
		gunichar *name = g_utf8_to_ucs4_fast(text, -1, &n_name);

		g_assert(text != NULL);
		size_t d = edit_distance(w, (size_t)n_wrong, name, (size_t)n_name, best);

		if (d < best || (d == best && found == NULL)) {
			best = d;
			found = text;
		}
		g_free(name);
	}
	g_free(w);
	return found;
}
