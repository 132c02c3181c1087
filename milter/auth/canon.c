/* See canon.h. */
#include "auth/canon.h"

#include <glib.h>
#include <string.h>

#define CHUNK_BYTES 4096 /* a digest is slow by the byte */

/* what is on its way to the digest */
struct sink {
	struct digest *sum; /* NULL: it is only counted */
	int64_t left;       /* bytes that it still takes; -1: all */
	int64_t taken;      /* before those in chunk */
	size_t n;
	char chunk[CHUNK_BYTES];
};

static void flush(struct sink *s)
{
	if (s->sum != NULL && s->n > 0)
		digest_add(s->sum, (struct bytes){ s->chunk, s->n });
	s->taken += (int64_t)s->n;
	s->n = 0;
}

static void put(struct sink *s, char c)
{
	if (s->left == 0)
		return;
	s->left -= s->left > 0;
	if (s->n == sizeof(s->chunk))
		flush(s);
	s->chunk[s->n++] = c;
}

static void put_line_end(struct sink *s)
{
	put(s, '\r');
	put(s, '\n');
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_line_end(char c)
{
	return c == '\r' || c == '\n';
}

/* ---- header fields ---- */

/* blanks and folds are one blank, and none at both ends; in pieces: see blank */
static void put_unfolded(struct sink *s, struct bytes text, bool *blank)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.at[i];

		if (is_blank(c)) {
			*blank = true;
			continue;
		}
		if (is_line_end(c))
			continue;
		if (*blank)
			put(s, ' ');
		*blank = false;
		put(s, c);
	}
}

/* as it stands, with CRLF */
static void put_exact(struct sink *s, struct bytes text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.at[i] == '\n' && (i == 0 || text.at[i - 1] != '\r'))
			put(s, '\r');
		put(s, text.at[i]);
	}
}

static void put_name(struct sink *s, struct bytes name, bool relaxed)
{
	if (relaxed)
		name = bytes_trimmed(name, " \t");
	for (size_t i = 0; i < name.n; i++)
		put(s, relaxed ? g_ascii_tolower(name.at[i]) : name.at[i]);
	put(s, ':');
}

/* a value in two pieces; the blank that it begins with goes */
static void put_value(struct sink *s, struct bytes before, struct bytes after,
		      bool relaxed)
{
	bool blank = false;

	if (!relaxed) {
		put_exact(s, before);
		put_exact(s, after);
		return;
	}
	while (before.n > 0 && strchr(BLANKS_OF_MAIL, before.at[0]) != NULL) {
		before.at++;
		before.n--;
	}
	put_unfolded(s, before, &blank);
	put_unfolded(s, after, &blank);
}

void canon_add_field(struct digest *sum, const struct header *h, bool relaxed)
{
	struct sink s = { .sum = sum, .left = -1 };

	put_name(&s, h->name, relaxed);
	put_value(&s, h->value, (struct bytes){ 0 }, relaxed);
	put_line_end(&s);
	flush(&s);
}

/* where the value of b= begins behind its "=", and ends before its ";"; false: there is none */
static bool find_b(struct bytes value, size_t *from_r, size_t *to_r)
{
	size_t at = 0;

	while (at < value.n) {
		const char *stop = memchr(value.at + at, ';', value.n - at);
		size_t end = stop == NULL ? value.n : (size_t)(stop - value.at);
		const char *equals = memchr(value.at + at, '=', end - at);
		struct bytes name = { value.at + at,
				      equals == NULL ? 0
						     : (size_t)(equals - value.at) - at };

		name = bytes_trimmed(name, BLANKS_OF_MAIL);
		if (name.n == 1 && *name.at == 'b') {
			*from_r = (size_t)(equals - value.at) + 1;
			*to_r = end;
			return true;
		}
		at = end + 1;
	}
	return false;
}

void canon_add_signature(struct digest *sum, const struct header *h, bool relaxed)
{
	struct sink s = { .sum = sum, .left = -1 };
	size_t from = h->value.n, to = h->value.n;

	find_b(h->value, &from, &to);
	put_name(&s, h->name, relaxed);
	put_value(&s, (struct bytes){ h->value.at, from },
		  (struct bytes){ h->value.at + to, h->value.n - to }, relaxed);
	flush(&s);
}

/* ---- the body ---- */

static void put_line(struct sink *s, const char *at, const char *end, bool relaxed)
{
	if (!relaxed) {
		for (; at < end; at++)
			put(s, *at);
		return;
	}
	while (end > at && is_blank(end[-1]))
		end--;
	for (; at < end; at++) {
		if (!is_blank(*at))
			put(s, *at);
		else if (!is_blank(at[1]))
			put(s, ' ');
	}
}

static bool is_empty_line(const char *at, const char *end, bool relaxed)
{
	while (relaxed && at < end && is_blank(*at))
		at++;
	return at == end;
}

static void put_body(struct sink *s, struct bytes body, bool relaxed)
{
	const char *at = body.at, *end = body.at + body.n;
	size_t empty = 0; /* lines that count only if something follows */
	bool any = false;

	while (at < end && s->left != 0) {
		const char *lf = memchr(at, '\n', (size_t)(end - at));
		const char *stop = lf == NULL ? end : lf;

		if (lf != NULL && stop > at && stop[-1] == '\r')
			stop--;
		if (is_empty_line(at, stop, relaxed)) {
			empty++;
		} else {
			for (; empty > 0; empty--)
				put_line_end(s);
			put_line(s, at, stop, relaxed);
			put_line_end(s);
			any = true;
		}
		at = lf == NULL ? end : lf + 1;
	}
	if (!any && !relaxed)
		put_line_end(s);
	flush(s);
}

bool canon_add_body(struct digest *sum, struct bytes body, bool relaxed, int64_t max)
{
	struct sink s = { .sum = sum, .left = max };

	put_body(&s, body, relaxed);
	return s.left <= 0;
}

int64_t canon_body_bytes(struct bytes body, bool relaxed)
{
	struct sink s = { .left = -1 };

	put_body(&s, body, relaxed);
	return s.taken;
}
