/* Copies of our headers that came with the message are removed, or a sender could write his
 * own verdict. X-Spam-* is the common tongue of filters: it is taken away only where we act,
 * so that watching beside another filter does not silence it. A flood of fields must not hide
 * one from us: what the message model left out beyond its limit is walked here. */
#include <glib.h>

#include "action/header.h"
#include "auth/authres.h"
#include "base/limits.h"

#define OUR_PREFIX "X-Wonted-"

enum { REMOVALS = 20 * LIMIT_HEADERS }; /* more fields do not fit into an MTA's header */

static const char *const spam_names[] = { "X-Spam-Flag", "X-Spam-Status", "X-Spam-Level",
					  "X-Spam" };

struct sweep {
	struct arena *arena;
	const struct plan_setup *setup;
	bool spam;
	bool authres;       /* forged Authentication-Results are removed */
	GHashTable *counts; /* lower-case name -> how many came before */
	GArray *edits;      /* in the order of the message */
};

static bool is_name(struct bytes name, const char *text)
{
	return name.n == strlen(text) && g_ascii_strncasecmp(name.at, text, name.n) == 0;
}

static bool is_ours(struct bytes name)
{
	return name.n >= strlen(OUR_PREFIX) &&
	       g_ascii_strncasecmp(name.at, OUR_PREFIX, strlen(OUR_PREFIX)) == 0;
}

static bool is_spam(struct bytes name)
{
	for (size_t i = 0; i < COUNT_OF(spam_names); i++)
		if (is_name(name, spam_names[i]))
			return true;
	return false;
}

static void remove_nth(struct sweep *s, struct bytes name, size_t nth)
{
	struct edit e = { .kind = EDIT_DELETE_HEADER,
			  .name = arena_strndup(s->arena, name.at, name.n),
			  .nth = nth };

	if (s->edits->len < REMOVALS)
		g_array_append_val(s->edits, e);
}

/* How many fields of this name came before this one. */
static size_t count(struct sweep *s, struct bytes name)
{
	char *key = g_ascii_strdown(name.at, (gssize)name.n);
	size_t nth = GPOINTER_TO_SIZE(g_hash_table_lookup(s->counts, key));

	g_hash_table_insert(s->counts, key, GSIZE_TO_POINTER(nth + 1));
	return nth;
}

static void sweep_field(struct sweep *s, struct bytes name, struct bytes value)
{
	bool authres = s->authres && is_name(name, HEADER_AUTHRES);
	size_t nth;

	if (!authres && !is_ours(name) && !(s->spam && is_spam(name)))
		return;
	nth = count(s, name);
	if (!authres || authres_claims(value, s->setup->authserv_id))
		remove_nth(s, name, nth);
}

/* Behind the field that begins at a place: its line and those that continue it. */
static size_t field_end(struct bytes raw, size_t at, size_t most)
{
	do {
		const char *lf = memchr(raw.at + at, '\n', most - at);

		if (lf == NULL)
			return most;
		at = (size_t)(lf - raw.at) + 1;
	} while (at < most && (raw.at[at] == ' ' || raw.at[at] == '\t'));
	return at;
}

/* The fields that are there, but not in the model. */
static void sweep_beyond(struct sweep *s, const struct message *m)
{
	size_t at = m->n_headers == 0 ? 0 : m->headers[m->n_headers - 1].at, end;
	bool known = m->n_headers > 0; /* the first one was seen */

	for (; at < m->body_at; at = end) {
		struct bytes name = { .at = m->raw.at + at };
		const char *colon;

		end = field_end(m->raw, at, m->body_at);
		colon = memchr(name.at, ':', end - at);
		if (colon == NULL || known) {
			known = false;
			continue;
		}
		name.n = (size_t)(colon - name.at);
		while (name.n > 0 && g_ascii_isspace(name.at[name.n - 1]))
			name.n--;
		sweep_field(s, name,
			    (struct bytes){ .at = colon + 1,
					    .n = (size_t)(m->raw.at + end - colon - 1) });
	}
}

/* Is our own name that of a trusted upstream, whose results we go by? */
static bool is_upstream(const struct plan_setup *s)
{
	return s->auth != NULL && s->auth->source == AUTH_TRUSTED &&
	       s->auth->authserv_id != NULL &&
	       g_ascii_strcasecmp(s->auth->authserv_id, s->authserv_id) == 0;
}

void header_removals(struct arena *a, const struct plan_setup *setup, bool spam,
		     GArray *edits)
{
	const struct message *m = setup->message;
	struct sweep s = {
		.arena = a, .setup = setup, .spam = spam, .authres = !is_upstream(setup)
	};

	s.counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	s.edits = g_array_new(FALSE, FALSE, sizeof(struct edit));
	for (size_t i = 0; i < m->n_headers; i++)
		sweep_field(&s, m->headers[i].name, m->headers[i].value);
	if (m->cut & CUT_HEADERS)
		sweep_beyond(&s, m);
	for (guint i = s.edits->len; i-- > 0;)
		g_array_append_val(edits, g_array_index(s.edits, struct edit, i));
	g_array_free(s.edits, TRUE);
	g_hash_table_destroy(s.counts);
}
