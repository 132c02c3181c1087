/* The envelope file: keys and texts, each byte of them escaped where it could end a line. Fields of a future version are readable by everybody; changes are lost. */
#include "quarantine/envelope.h"

#include <inttypes.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"

#define GROUP "hold"
#define SAME_HITS "=" /* no line of hits */
#define ENVELOPE_BYTES \
	(64 * 1024 *   \
	 1024) /* 10,000 recipients of 320 bytes, each escaped to four, and \
			      of 16 hits of some 80 bytes */

/* The texts of a hold that its file has, each under the name of its member. Raw: they go out
 * as they came in, and their bytes are not made valid. */
#define TEXT(member, is_raw)                                        \
	{                                                           \
		.name = #member,                                    \
		.at = offsetof(struct hold, member) +               \
		      MEMBER_IS(struct hold, member, const char *), \
		.raw = (is_raw)                                     \
	}

static const struct {
	const char *name;
	size_t at; /* in struct hold */
	bool raw;
} texts[] = {
	TEXT(queue_id, false),    TEXT(mail_from, true), TEXT(from, false),
	TEXT(name, false),        TEXT(client, false),   TEXT(subject, false),
	TEXT(message_id, false),  TEXT(reasons, false),  TEXT(tenant, false),
	TEXT(fingerprint, false), TEXT(removals, true),  TEXT(trace, true),
	TEXT(campaign, false),
};

static const char **place_of(struct hold *h, size_t i)
{
	void *at = (char *)h + texts[i].at;

	return at;
}

static const char *text_of(const struct hold *h, size_t i)
{
	const void *at = (const char *)h + texts[i].at;

	return *(const char *const *)at;
}

static void key_text(GKeyFile *k, const char *name, const char *text)
{
	if (text == NULL)
		return;
	char *escaped = g_strescape(text, NULL);

	g_key_file_set_value(k, GROUP, name, escaped);
	g_free(escaped);
}

static char *text_key(GKeyFile *k, const char *name)
{
	char *escaped = g_key_file_get_value(k, GROUP, name, NULL);
	char *text = escaped == NULL ? NULL : g_strcompress(escaped);
	char *valid = text == NULL ? NULL : g_utf8_make_valid(text, -1);

	g_free(escaped);
	g_free(text);
	return valid;
}

static char *raw_key(GKeyFile *k, const char *name)
{
	char *escaped = g_key_file_get_value(k, GROUP, name, NULL);
	char *text = escaped == NULL ? NULL : g_strcompress(escaped);

	g_free(escaped);
	return text;
}

static void free_text(const char *text)
{
	g_free((char *)(uintptr_t)text);
}

void hold_rcpt_clear(struct hold_rcpt *r)
{
	free_text(r->address);
	free_text(r->verdict);
	free_text(r->rule);
	free_text(r->hits);
}

/* Neighbours mostly have the same hits: they are written once, and "=" tells that they are
 * those of the one before. */
static void write_hits(GKeyFile *k, size_t i, const struct hold_rcpt *rcpts)
{
	const struct hold_rcpt *r = &rcpts[i];
	bool same = i > 0 && g_strcmp0(r[-1].hits, r->hits) == 0 &&
		    g_strcmp0(r[-1].rule, r->rule) == 0;
	char name[32], milli[AXIS_COUNT * 24];

	if (r->hits == NULL)
		return;
	snprintf(name, sizeof(name), "hits%zu", i);
	key_text(k, name, same ? SAME_HITS : r->hits);
	snprintf(name, sizeof(name), "rule%zu", i);
	key_text(k, name, same ? NULL : r->rule);
	snprintf(name, sizeof(name), "points%zu", i);
	snprintf(milli, sizeof(milli), "%" PRId64 " %" PRId64 " %" PRId64,
		 r->milli[AXIS_THREAT], r->milli[AXIS_SPAM], r->milli[AXIS_GRAYMAIL]);
	key_text(k, name, milli);
}

static void write_rcpt(GKeyFile *k, size_t i, const struct hold_rcpt *rcpts)
{
	char name[32];

	snprintf(name, sizeof(name), "rcpt%zu", i);
	key_text(k, name, rcpts[i].address);
	snprintf(name, sizeof(name), "verdict%zu", i);
	key_text(k, name, rcpts[i].verdict);
	snprintf(name, sizeof(name), "state%zu", i);
	g_key_file_set_integer(k, GROUP, name, (int)rcpts[i].state);
	write_hits(k, i, rcpts);
}

bool envelope_write(const char *path, int mode, const struct hold *h, GError **e)
{
	GKeyFile *k = g_key_file_new();

	for (size_t i = 0; i < COUNT_OF(texts); i++)
		key_text(k, texts[i].name, text_of(h, i));
	g_key_file_set_int64(k, GROUP, "received", h->received_s);
	g_key_file_set_int64(k, GROUP, "expires", h->expires_s);
	g_key_file_set_uint64(k, GROUP, "bytes", h->bytes);
	g_key_file_set_uint64(k, GROUP, "seen", MAX(h->seen, 1));
	g_key_file_set_int64(k, GROUP, "seen_at", MAX(h->seen_s, h->received_s));
	g_key_file_set_uint64(k, GROUP, "rcpts", h->n_rcpts);
	for (size_t i = 0; i < h->n_rcpts; i++)
		write_rcpt(k, i, h->rcpts);
	gsize n;
	char *text = g_key_file_to_data(k, &n, NULL);
	bool done = n <= ENVELOPE_BYTES;

	if (done)
		done = file_replace(path, (struct bytes){ text, n }, mode, e);
	else
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
			    "%s: the envelope has %zu bytes, more than are read again",
			    path, n);
	g_free(text);
	g_key_file_free(k);
	return done;
}

static void read_hits(GKeyFile *k, size_t i, const struct hold_rcpt *before,
		      struct hold_rcpt *r)
{
	char name[32], *points, *end;

	snprintf(name, sizeof(name), "hits%zu", i);
	r->hits = text_key(k, name);
	if (r->hits == NULL)
		return;
	snprintf(name, sizeof(name), "rule%zu", i);
	r->rule = text_key(k, name);
	if (strcmp(r->hits, SAME_HITS) == 0 && before != NULL && before->hits != NULL) {
		free_text(r->hits);
		free_text(r->rule);
		r->hits = g_strdup(before->hits);
		r->rule = g_strdup(before->rule);
	}
	snprintf(name, sizeof(name), "points%zu", i);
	points = end = text_key(k, name);
	for (size_t axis = 0; end != NULL && axis < AXIS_COUNT; axis++)
		r->milli[axis] = g_ascii_strtoll(end, &end, 10);
	g_free(points);
}

/* before   the one before it; NULL: none */
static struct hold_rcpt read_rcpt(GKeyFile *k, size_t i, const struct hold_rcpt *before)
{
	struct hold_rcpt r = { 0 };
	char name[32];

	snprintf(name, sizeof(name), "rcpt%zu", i);
	r.address = raw_key(k, name);
	snprintf(name, sizeof(name), "verdict%zu", i);
	r.verdict = text_key(k, name);
	snprintf(name, sizeof(name), "state%zu", i);
	int state = g_key_file_get_integer(k, GROUP, name, NULL);

	r.state = state >= 0 && state < HOLD_STATE_COUNT ? (enum hold_state)state
							 : HOLD_HELD;
	read_hits(k, i, before, &r);
	return r;
}

struct hold *envelope_read(const char *path, const char *id, GError **e)
{
	char *text = NULL;
	size_t n = 0;
	GKeyFile *k = g_key_file_new();
	struct hold *h = NULL;

	if (file_read(path, ENVELOPE_BYTES, &text, &n, e) &&
	    g_key_file_load_from_data(k, text, n, G_KEY_FILE_NONE, e)) {
		h = g_new0(struct hold, 1);
		h->id = g_strdup(id);
		for (size_t i = 0; i < COUNT_OF(texts); i++)
			*place_of(h, i) = texts[i].raw ? raw_key(k, texts[i].name)
						       : text_key(k, texts[i].name);
		h->received_s = g_key_file_get_int64(k, GROUP, "received", NULL);
		h->expires_s = g_key_file_get_int64(k, GROUP, "expires", NULL);
		h->bytes = g_key_file_get_uint64(k, GROUP, "bytes", NULL);
		h->seen = g_key_file_get_uint64(k, GROUP, "seen", NULL);
		h->seen_s = g_key_file_get_int64(k, GROUP, "seen_at", NULL);
		size_t most = g_key_file_get_uint64(k, GROUP, "rcpts", NULL);
		struct hold_rcpt *rcpts =
			g_new0(struct hold_rcpt, MIN(most, LIMIT_RCPTS));

		for (size_t i = 0; i < MIN(most, LIMIT_RCPTS); i++) {
			struct hold_rcpt *r = &rcpts[h->n_rcpts];

			*r = read_rcpt(k, i, h->n_rcpts > 0 ? r - 1 : NULL);
			if (r->address != NULL)
				h->n_rcpts++;
			else
				hold_rcpt_clear(r);
		}
		h->rcpts = rcpts;
		if (h->mail_from == NULL)
			h->mail_from = g_strdup("");
	}
	g_key_file_free(k);
	g_free(text);
	return h;
}

struct hold *hold_copy(const struct hold *h)
{
	struct hold *c = g_memdup2(h, sizeof(*h));
	struct hold_rcpt *rcpts = g_new0(struct hold_rcpt, h->n_rcpts);

	c->id = g_strdup(h->id);
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		*place_of(c, i) = g_strdup(text_of(h, i));
	for (size_t i = 0; i < h->n_rcpts; i++) {
		rcpts[i] = h->rcpts[i];
		rcpts[i].address = g_strdup(h->rcpts[i].address);
		rcpts[i].verdict = g_strdup(h->rcpts[i].verdict);
		rcpts[i].rule = g_strdup(h->rcpts[i].rule);
		rcpts[i].hits = g_strdup(h->rcpts[i].hits);
	}
	c->rcpts = rcpts;
	c->text = g_strdup(h->text);
	return c;
}

void hold_free(struct hold *h)
{
	if (h == NULL)
		return;
	for (size_t i = 0; i < h->n_rcpts; i++)
		hold_rcpt_clear((struct hold_rcpt *)(uintptr_t)&h->rcpts[i]);
	g_free((void *)(uintptr_t)h->rcpts);
	free_text(h->id);
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		free_text(text_of(h, i));
	free_text(h->text);
	g_free(h);
}
