/* Only the last star is ever tried again, so that the worst pattern costs its length times the
 * text's, and the caller says how much that may be. */
#include "serve/glob.h"

#include <glib.h>

struct bytes glob_prefix(struct bytes pattern, struct arena *a)
{
	char *prefix = arena_alloc(a, pattern.n);
	size_t n = 0;

	for (size_t i = 0; i < pattern.n; i++) {
		char c = pattern.at[i];

		if (c == '*' || c == '?' || c == '[')
			break;
		if (c == '\\' && i + 1 < pattern.n)
			c = pattern.at[++i];
		prefix[n++] = c;
	}
	return (struct bytes){ prefix, n };
}

/* A set in brackets, from behind the first one; *at_r is behind the last. */
static bool in_set(struct bytes p, size_t at, unsigned char c, size_t *at_r)
{
	bool not = at < p.n && p.at[at] == '^', in = false;

	at += not ;
	for (; at < p.n && p.at[at] != ']'; at++) {
		unsigned char low = (unsigned char)p.at[at], high;

		if (low == '\\' && at + 1 < p.n)
			low = (unsigned char)p.at[++at];
		high = low;
		if (at + 2 < p.n && p.at[at + 1] == '-') {
			high = (unsigned char)p.at[at + 2];
			at += 2;
		}
		in |= c >= MIN(low, high) && c <= MAX(low, high);
	}
	*at_r = at < p.n ? at + 1 : at;
	return in != not ;
}

/* One character of the text against what stands at a place of the pattern, which is no star. */
static bool one_fits(struct bytes p, size_t at, char c, size_t *at_r)
{
	*at_r = at + 1;
	switch (p.at[at]) {
	case '?':
		return true;
	case '[':
		return in_set(p, at + 1, (unsigned char)c, at_r);
	case '\\':
		if (at + 1 < p.n) {
			*at_r = at + 2;
			return p.at[at + 1] == c;
		}
		return c == '\\';
	default:
		return p.at[at] == c;
	}
}

bool glob_fits(struct bytes p, struct bytes text, size_t *steps)
{
	size_t at = 0, i = 0, star = SIZE_MAX, star_i = 0;

	while (i < text.n) {
		size_t next = at;

		if (*steps == 0)
			return false;
		if (at < p.n && p.at[at] == '*') {
			--*steps;
			star = ++at;
			star_i = i;
			continue;
		}
		if (at < p.n && one_fits(p, at, text.at[i], &next)) {
			*steps -= MIN(*steps, next - at);
			at = next;
			i++;
			continue;
		}
		*steps -= MIN(*steps, MAX(next - at, 1));
		if (star == SIZE_MAX)
			return false;
		at = star;
		i = ++star_i;
	}
	while (at < p.n && p.at[at] == '*')
		at++;
	return at == p.n;
}
