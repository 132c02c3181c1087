/* What must hold for every message, however it was made: for the unit tests, the corpus and
 * the fuzzers. Aborts where it does not. */
#ifndef TEST_MESSAGE_SANE_H
#define TEST_MESSAGE_SANE_H

#include <glib.h>
#include <string.h>

#include "base/limits.h"
#include "message/message.h"

static inline void sane_text(const char *text)
{
	g_assert_true(text == NULL || g_utf8_validate(text, -1, NULL));
}

static inline void sane_address(const struct mailaddr *m)
{
	g_assert_nonnull(m->address);
	g_assert_nonnull(m->key);
	g_assert_cmpuint(strlen(m->address), <=, LIMIT_ADDRESS_BYTES);
	g_assert_true((m->domain == NULL) == (m->org == NULL));
	if (m->domain != NULL) {
		g_assert_true(g_str_has_suffix(m->address, m->domain));
		g_assert_true(g_str_has_suffix(m->domain, m->org));
	}
	g_assert_true(m->display == NULL || strlen(m->display) <= LIMIT_DISPLAY_BYTES);
	sane_text(m->display);
	sane_text(m->address);
	sane_text(m->key);
}

static inline void sane_headers(const struct message *m)
{
	const char *end = m->raw.at + m->raw.n;
	size_t after = 0;

	g_assert_cmpuint(m->n_headers, <=, LIMIT_HEADERS + 22 * LIMIT_HEADERS_BEYOND);
	g_assert_cmpuint(m->body_at, <=, m->raw.n);
	for (size_t i = 0; i < m->n_headers; i++) {
		const struct header *h = &m->headers[i];

		g_assert_true(h->name.at == m->raw.at + h->at);
		g_assert_cmpuint(h->name.n, >, 0);
		g_assert_cmpuint(h->at, >=, after);
		g_assert_true(h->value.at + h->value.n <= end);
		after = (size_t)(h->value.at + h->value.n - m->raw.at);
		g_assert_cmpuint(after, <=, m->body_at);
	}
}

static inline void sane_part(const struct message *m, size_t i)
{
	const struct part *p = &m->parts[i];

	g_assert_cmpint(p->parent, <, (int)i);
	g_assert_true((i == 0) == (p->parent == -1));
	g_assert_cmpuint(p->start, <=, p->end);
	g_assert_cmpuint(p->end, <=, p->in != NULL ? p->in->n : m->raw.n);
	g_assert_true(p->in != NULL || p->start >= m->body_at);
	if (p->parent >= 0) {
		const struct part *around = &m->parts[p->parent];

		g_assert_cmpint(p->depth, ==, around->depth + 1);
		if (p->in == around->in) {
			g_assert_cmpuint(p->start, >=, around->start);
			g_assert_cmpuint(p->end, <=, around->end);
		}
	}
	g_assert_cmpint(p->depth, <=, LIMIT_DEPTH);
	g_assert_cmpuint(p->n_inside, <=, 200);
	for (size_t k = 0; k < p->n_inside; k++)
		sane_text(p->inside[k]);
	sane_text(p->type);
	sane_text(p->charset);
	sane_text(p->filename);
	g_assert_cmpuint(p->n_names, <=, LIMIT_PARAMETER_VALUES);
	g_assert_true(p->filename == (p->n_names > 0 ? p->names[0] : NULL));
	for (size_t k = 0; k < p->n_names; k++) {
		sane_text(p->names[k]);
		g_assert_cmpuint(strlen(p->names[k]), <=, LIMIT_FILENAME_BYTES);
	}
	g_assert_true(p->filename == NULL || strlen(p->filename) <= LIMIT_FILENAME_BYTES);
}

/* whoever reads less of a body finds the same parts, and links to the same places */
static inline void sane_depths(const struct message *m)
{
	struct message_limits limits = { .max_bytes = m->raw.n };
	struct arena *a = arena_create();
	struct message *few = message_parse_header(a, m->raw, &limits);
	struct message *none = message_parse_header(a, m->raw, &limits);

	g_assert_cmpuint(none->n_parts + none->n_links, ==, 0);
	message_read_body(a, none, BODY_PARTS);
	message_read_body(a, few, BODY_LINKS);
	g_assert_cmpuint(none->n_parts, ==, m->n_parts);
	g_assert_cmpuint(few->n_parts, ==, m->n_parts);
	g_assert_cmpuint(few->n_links, ==, m->n_links);
	for (size_t i = 0; i < m->n_links; i++) {
		g_assert_cmpstr(few->links[i].url, ==, m->links[i].url);
		g_assert_cmpstr(few->links[i].host, ==, m->links[i].host);
		g_assert_cmpstr(few->links[i].org, ==, m->links[i].org);
	}
	unsigned told = MESSAGE_SIGNED | MESSAGE_ENCRYPTED; /* in a text, too */

	g_assert_cmpuint(none->kind & ~told, ==, m->kind & ~told);
	g_assert_cmpuint(few->kind & ~told, ==, m->kind & ~told);
	g_assert_cmpstr(none->text, ==, "");
	arena_destroy(&a);
}

static inline void sane_enclosed(const struct enclosed *f)
{
	sane_text(f->filename);
	g_assert_true(f->filename == NULL || f->filename[0] != '\0');
	for (size_t i = 0; i < f->n_inside; i++)
		sane_text(f->inside[i]);
}

static inline void sane_message(const struct message *m)
{
	sane_depths(m);
	sane_headers(m);
	for (size_t i = 0; i < m->n_from; i++)
		sane_address(&m->from[i]);
	for (size_t i = 0; i < m->n_to; i++)
		sane_address(&m->to[i]);
	for (size_t i = 0; i < m->n_reply_to; i++)
		sane_address(&m->reply_to[i]);
	g_assert_cmpuint(m->n_parts, >=, 1);
	g_assert_cmpuint(m->n_parts, <=, LIMIT_PARTS + 1);
	for (size_t i = 0; i < m->n_parts; i++)
		sane_part(m, i);
	g_assert_cmpuint(m->n_enclosed, <=, LIMIT_ENCLOSED);
	for (size_t i = 0; i < m->n_enclosed; i++)
		sane_enclosed(&m->enclosed[i]);
	g_assert_cmpuint(m->n_links, <=, LIMIT_LINKS);
	for (size_t i = 0; i < m->n_links; i++) {
		sane_text(m->links[i].url);
		sane_text(m->links[i].text);
		sane_text(m->links[i].host);
		g_assert_true((m->links[i].host == NULL) == (m->links[i].org == NULL));
	}
	g_assert_cmpuint(m->n_references, <=, LIMIT_REFERENCES);
	sane_text(m->subject);
	sane_text(m->message_id);
	sane_text(m->list_id);
	sane_text(m->text);
	sane_text(m->hidden);
	sane_text(m->html_text);
	sane_text(m->plain_text);
}

#endif
