/* GMime makes objects of some 300 bytes for every part and for every header of a part, and
 * looks each parameter up in all others: 64 MB of "A:b" would be gigabytes. So lines are
 * counted before it gets to see them. It must never count less than GMime will find: where
 * this look cannot be sure (odd ways to write a boundary), every line that starts with "--"
 * is taken for one. */
#include "message/mime_budget.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"

#define MAX_DASHED 20000       /* boundaries: 2 us each */
#define MAX_HEADER_LINES 50000 /* of all parts together */
#define MAX_SEMICOLONS 20000   /* of all parts together: 0.1 s if in one header */
#define MAX_BOUNDARIES 100     /* known at once; past that, all "--" lines count */

struct look {
	size_t dashed, header_lines, semicolons;
	int blocks;  /* header blocks still to come: more than one after message/rfc822 */
	bool digest; /* the parts of a digest are messages without saying so */
	size_t block_at;
	struct bytes boundary[MAX_BOUNDARIES];
	size_t n_boundaries;
	bool any_boundary;
};

/* where a word in lower case starts, case ignored; NULL: nowhere */
static const char *find_word(const char *at, const char *end, const char *word)
{
	size_t n = strlen(word);

	for (; at + n <= end; at++)
		if ((*at | 0x20) == word[0] && strncasecmp(at, word, n) == 0)
			return at;
	return NULL;
}

static bool mentions(struct bytes text, const char *word)
{
	return find_word(text.at, text.at + text.n, word) != NULL;
}

static const char *skip_blanks(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n'))
		p++;
	return p;
}

/* =value or ="value"; false: written in a way that is left to GMime */
static bool plain_value(const char *p, const char *end, struct bytes *value_r)
{
	p = skip_blanks(p, end);
	if (p == end || *p != '=')
		return false;
	p = skip_blanks(p + 1, end);
	bool quoted = p < end && *p == '"';
	const char *from = quoted ? p + 1 : p, *to = from;

	while (to < end && (quoted ? *to != '"' : !g_ascii_isspace(*to) && *to != ';')) {
		if (strchr("\\(%\r\n", *to) != NULL)
			return false;
		to++;
	}
	*value_r = (struct bytes){ from, (size_t)(to - from) };
	return to > from && (!quoted || to < end);
}

/* the boundaries that a header block declares */
static void learn_boundaries(struct look *l, struct bytes block)
{
	const char *end = block.at + block.n, *p = block.at;
	struct bytes value;
	bool found = false;

	if (!mentions(block, "multipart"))
		return;
	while ((p = find_word(p, end, "boundary")) != NULL) {
		p += strlen("boundary");
		if (l->n_boundaries == MAX_BOUNDARIES || !plain_value(p, end, &value)) {
			l->any_boundary = true;
			return;
		}
		l->boundary[l->n_boundaries++] = value;
		found = true;
	}
	l->any_boundary |= !found;
}

/* a line that starts with "--" and a boundary; more than that may follow */
static bool is_boundary(const struct look *l, struct bytes line)
{
	if (line.n < 3 || line.at[0] != '-' || line.at[1] != '-')
		return false;
	for (size_t i = 0; i < l->n_boundaries; i++)
		if (line.n - 2 >= l->boundary[i].n &&
		    memcmp(line.at + 2, l->boundary[i].at, l->boundary[i].n) == 0)
			return true;
	return l->any_boundary;
}

/* an empty line ends a block; a message inside starts another one */
static void end_block(struct look *l, struct bytes body, size_t at)
{
	struct bytes block = { body.at + l->block_at, at - l->block_at };

	learn_boundaries(l, block);
	l->digest |= mentions(block, "digest");
	if (!mentions(block, "message"))
		l->blocks--;
	l->block_at = at;
}

static size_t count_semicolons(struct bytes line)
{
	const char *p = line.at, *end = line.at + line.n;
	size_t found = 0;

	while (p < end && (p = memchr(p, ';', (size_t)(end - p))) != NULL) {
		found++;
		p++;
	}
	return found;
}

/* a line that may be one of a header; false: that was too much */
static bool pay_header_line(struct look *l, struct bytes body, struct bytes line)
{
	size_t at = (size_t)(line.at - body.at);

	l->semicolons += count_semicolons(line);
	if (++l->header_lines > MAX_HEADER_LINES || l->semicolons > MAX_SEMICOLONS ||
	    at + line.n - l->block_at > LIMIT_HEADER_BLOCK_BYTES)
		return false;
	if (line.n <= 2 && (line.at[0] == '\n' || line.at[0] == '\r'))
		end_block(l, body, at);
	return true;
}

static bool pay_boundary(struct look *l, size_t at)
{
	l->blocks = l->digest ? 2 : 1;
	l->block_at = at;
	return ++l->dashed <= MAX_DASHED;
}

static size_t walk(struct look *l, struct bytes body)
{
	size_t at = 0;

	while (at < body.n) {
		const char *lf = memchr(body.at + at, '\n', body.n - at);
		struct bytes line = { body.at + at, body.n - at };

		if (lf != NULL)
			line.n = (size_t)(lf - line.at) + 1;
		if (is_boundary(l, line)) {
			if (!pay_boundary(l, at))
				return at;
		} else if (l->blocks > 0 && !pay_header_line(l, body, line)) {
			return at;
		}
		at += line.n;
	}
	return at;
}

size_t mime_budget(struct bytes body, struct bytes type)
{
	struct look *l = g_new0(struct look, 1);

	l->blocks = mentions(type, "message");
	l->digest = mentions(type, "digest");
	learn_boundaries(l, type);
	size_t n = walk(l, body);

	g_free(l);
	return n;
}
