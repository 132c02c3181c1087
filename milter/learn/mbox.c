/* The mbox format, streaming: memory holds one message, cut at its bound, and one line, as
 * long as a separator may be. Longer lines cannot be separators and go through. */
#include "learn/mbox.h"

#include <glib.h>

#define LINE_MOST 512 /* "From address date"; an address ends at 320 bytes */

struct mbox {
	bool (*take)(struct bytes raw, void *to);
	void *to;
	size_t max_bytes;
	GString *message;
	char line[LINE_MOST]; /* the line at hand, as far as it fits */
	size_t line_n;
	bool passing;      /* the line at hand did not fit: the rest goes through */
	bool inside;       /* a separator has been seen */
	bool behind_empty; /* the line before was empty, or there was none */
	bool stopped;
};

struct mbox *mbox_create(size_t max_bytes, bool (*take)(struct bytes raw, void *to),
			 void *to)
{
	struct mbox *m = g_new0(struct mbox, 1);

	m->take = take;
	m->to = to;
	m->max_bytes = max_bytes;
	m->message = g_string_new(NULL);
	m->behind_empty = true;
	return m;
}

void mbox_destroy(struct mbox **m)
{
	if (*m == NULL)
		return;
	g_string_free((*m)->message, TRUE);
	g_free(*m);
	*m = NULL;
}

static void keep(struct mbox *m, const char *at, size_t n)
{
	size_t room = m->message->len < m->max_bytes ? m->max_bytes - m->message->len : 0;

	if (m->inside)
		g_string_append_len(m->message, at, (gssize)MIN(n, room));
}

/* The empty line before a separator belongs to the format, not to the message. */
static void hand_over(struct mbox *m)
{
	GString *s = m->message;

	if (m->inside && s->len > 0 && s->str[s->len - 1] == '\n') {
		size_t n = s->len - 1;

		if (n > 0 && s->str[n - 1] == '\r')
			n--;
		if (n == 0 || s->str[n - 1] == '\n')
			g_string_truncate(s, n);
	}
	if (m->inside && s->len > 0 && !m->stopped)
		m->stopped = !m->take((struct bytes){ .at = s->str, .n = s->len }, m->to);
	g_string_truncate(s, 0);
}

/* "12:34" somewhere */
static bool has_time(const char *line, size_t n)
{
	for (size_t i = 2; i + 2 < n; i++)
		if (line[i] == ':' && g_ascii_isdigit(line[i - 1]) &&
		    g_ascii_isdigit(line[i - 2]) && g_ascii_isdigit(line[i + 1]) &&
		    g_ascii_isdigit(line[i + 2]))
			return true;
	return false;
}

static bool is_separator(const struct mbox *m)
{
	return m->behind_empty && m->line_n >= 5 && memcmp(m->line, "From ", 5) == 0 &&
	       has_time(m->line, m->line_n);
}

static bool is_quoted(const char *line, size_t n)
{
	size_t i = 0;

	while (i < n && line[i] == '>')
		i++;
	return i > 0 && n - i >= 5 && memcmp(line + i, "From ", 5) == 0;
}

static bool is_empty(const char *line, size_t n)
{
	return n == 1 || (n == 2 && line[0] == '\r');
}

/* The line at hand is whole, or as long as we hold. */
static void end_line(struct mbox *m, bool whole)
{
	size_t skip;

	if (m->passing) {
		keep(m, m->line, m->line_n);
	} else if (whole && is_separator(m)) {
		hand_over(m);
		m->inside = true;
	} else {
		skip = is_quoted(m->line, m->line_n);
		keep(m, m->line + skip, m->line_n - skip);
	}
	if (whole)
		m->behind_empty = !m->passing && is_empty(m->line, m->line_n);
	m->passing = !whole;
	m->line_n = 0;
}

bool mbox_feed(struct mbox *m, struct bytes piece)
{
	while (piece.n > 0 && !m->stopped) {
		size_t room = LINE_MOST - m->line_n, n = MIN(room, piece.n);
		const char *end = memchr(piece.at, '\n', n);

		if (end != NULL)
			n = (size_t)(end - piece.at) + 1;
		memcpy(m->line + m->line_n, piece.at, n);
		m->line_n += n;
		piece.at += n;
		piece.n -= n;
		if (end != NULL || m->line_n == LINE_MOST)
			end_line(m, end != NULL);
	}
	return !m->stopped;
}

void mbox_end(struct mbox *m)
{
	if (m->line_n > 0)
		end_line(m, true);
	hand_over(m);
	m->inside = false;
}
