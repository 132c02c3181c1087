/* One message with its recorded envelope, by quarantine/smtp.h. A recipient counts as released
 * only after the server has taken the message. Before the last dot a mark tells that it may come
 * to that (quarantine/mark.h): what breaks off behind it is not sent again without being asked
 * for. */
#include "quarantine/release.h"

#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/printable.h"
#include "quarantine/fields.h"
#include "quarantine/mark.h"
#include "quarantine/scope.h"
#include "quarantine/smtp.h"

#define REPLY_SHOWN 300

static bool wanted(const struct hold_rcpt *r, const struct release *to)
{
	return hold_rcpt_is_meant(to->scope, to->parts, r);
}

static bool needs_utf8(const struct hold *h, const struct release *to)
{
	for (size_t i = 0; i < h->n_rcpts; i++)
		if (wanted(&h->rcpts[i], to) && smtp_is_utf8(h->rcpts[i].address))
			return true;
	return smtp_is_utf8(h->mail_from);
}

/* What came with it in our name is not let out: nobody filters it behind here. Fields are
 * counted by name, as when they were noted. */
static bool is_removed(GHashTable *removals, GHashTable *counts, struct bytes name)
{
	char *key = g_ascii_strdown(name.at, (gssize)name.n);
	size_t nth = GPOINTER_TO_SIZE(g_hash_table_lookup(counts, key));
	char *line = g_strdup_printf("%s %zu", key, nth);
	bool removed = g_hash_table_contains(removals, line);

	g_hash_table_insert(counts, key, GSIZE_TO_POINTER(nth + 1));
	g_free(line);
	return removed;
}

static GString *without_removals(struct bytes raw, const char *removals)
{
	GString *out = g_string_sized_new(raw.n + 1);
	GHashTable *gone = g_hash_table_new(g_str_hash, g_str_equal);
	GHashTable *counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	char *low = g_ascii_strdown(removals, -1), **lines = g_strsplit(low, "\n", -1);
	struct field f;
	size_t at = 0;

	for (char **line = lines; *line != NULL; line++)
		g_hash_table_add(gone, *line);
	while (field_next(raw, &at, &f))
		if (f.name.n == 0 || !is_removed(gone, counts, f.name))
			g_string_append_len(out, f.whole.at, (gssize)f.whole.n);
	g_string_append_len(out, raw.at + at, (gssize)(raw.n - at));
	g_hash_table_destroy(gone);
	g_hash_table_destroy(counts);
	g_strfreev(lines);
	g_free(low);
	return out;
}

struct sending {
	struct smtp *smtp;
	bool *taken;   /* of the hold's recipients: named, and not refused */
	unsigned *n_r; /* how many were noted as released */
	GError *refused, *error;
};

/* RCPT for each; one the server refuses does not keep the others back, and the first is told */
static bool converse(struct sending *g, const struct hold *h, const struct release *to)
{
	unsigned n = 0;

	if (!smtp_mail(g->smtp, h->mail_from, needs_utf8(h, to), &g->error))
		return false;
	for (size_t i = 0; i < h->n_rcpts; i++) {
		GError **first = g->refused == NULL ? &g->refused : NULL;

		g->taken[i] = wanted(&h->rcpts[i], to) &&
			      smtp_rcpt(g->smtp, h->rcpts[i].address, first);
		n += g->taken[i];
	}
	return n > 0;
}

static bool note_released(struct quarantine *q, const struct hold *h, const bool *taken,
			  unsigned *n_r, GError **e)
{
	unsigned n = 0;

	for (size_t i = 0; i < h->n_rcpts; i++)
		n += taken[i];
	if (n > 0 && !hold_set_sent(q, h, taken, e)) {
		g_prefix_error(e, "the listener has taken it and it is not sent "
				  "again, but this cannot be noted: ");
		return false;
	}
	*n_r += n;
	return true;
}

/* The last dot, between a mark that it may be taken and one that it was. */
static bool hand_over(struct quarantine *q, struct sending *g, const struct hold *h)
{
	GError **e = &g->error;
	const char *folder = quarantine_folder(q);
	char *mark = NULL;
	bool done = mark_release(folder, h, g->taken, &mark, e);

	if (!done) {
		g_prefix_error(e, "nothing was sent, for the release could not be noted "
				  "first: ");
	} else if (smtp_end(g->smtp, e)) {
		mark_taken(folder, mark, smtp_reply(g->smtp));
		done = note_released(q, h, g->taken, g->n_r, e);
		if (done)
			mark_remove(folder, mark);
	} else {
		done = false;
		if (smtp_replied(g->smtp)) /* it said no */
			mark_remove(folder, mark);
		else
			g_prefix_error(e, "it may have been delivered, the listener did "
					  "not answer the last dot: ");
	}
	g_free(mark);
	return done;
}

/* What was handed over and could not be noted then is noted now; nobody gets it again. */
static bool note_sent(struct quarantine *q, struct hold *h, const struct release *to,
		      unsigned *n_r, GError **e)
{
	bool *sent = g_new0(bool, h->n_rcpts), done;

	for (size_t i = 0; i < h->n_rcpts; i++)
		sent[i] = wanted(&h->rcpts[i], to) && h->rcpts[i].sent == HOLD_SENT;
	done = note_released(q, h, sent, n_r, e);
	for (size_t i = 0; i < h->n_rcpts; i++)
		if (done && sent[i])
			((struct hold_rcpt *)(uintptr_t)&h->rcpts[i])->state =
				HOLD_RELEASED;
	g_free(sent);
	return done;
}

/* Who may have it already gets it again only where that is asked for. */
static bool is_sure(const struct hold *h, const struct release *to, GError **e)
{
	bool maybe_sent = false;

	for (size_t i = 0; i < h->n_rcpts; i++)
		maybe_sent |=
			wanted(&h->rcpts[i], to) && h->rcpts[i].sent == HOLD_MAYBE_SENT;
	if (to->again || (!maybe_sent && !h->may_be_delivered))
		return true;
	g_set_error(
		e, WONTED_ERROR, WONTED_ERROR_INPUT,
		maybe_sent
			? "%s may have been delivered by a release that was broken off "
			  "at its last dot; see the log of the listener, then say "
			  "--again to send it all the same, or delete it"
			: "%s may have been delivered when it came: the MTA did not "
			  "hear that it is held; see its log for the queue id, then "
			  "say --again to send it all the same, or delete it",
		h->id);
	return false;
}

static bool still_wanted(const struct hold *h, const struct release *to)
{
	for (size_t i = 0; i < h->n_rcpts; i++)
		if (wanted(&h->rcpts[i], to))
			return true;
	return false;
}

static bool anybody(const struct hold *h, const struct release *to, GError **e)
{
	if (still_wanted(h, to))
		return true;
	const char *rcpt = to->parts == NULL ? NULL : to->parts->rcpt;

	g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
		    "%s is not held for %s%s%s any more, or never was", h->id,
		    rcpt != NULL ? "<" : "", rcpt != NULL ? rcpt : "anybody",
		    rcpt != NULL ? ">" : "");
	return false;
}

/* as it goes out */
static GString *text_of(const struct hold *h, struct bytes raw)
{
	GString *text = without_removals(raw, h->removals != NULL ? h->removals : "");

	if (h->trace != NULL)
		g_string_prepend(text, h->trace);
	return text;
}

static bool hand_over_all(struct quarantine *q, const struct hold *h,
			  const struct release *to, struct sending *g, GString *text)
{
	return converse(g, h, to) &&
	       smtp_data(g->smtp, (struct bytes){ text->str, text->len }, &g->error) &&
	       hand_over(q, g, h);
}

/* The hold is ours alone, and h as it is now. Who was refused is told, though others may have
 * been taken. */
static bool send_reserved(struct quarantine *q, const struct hold *h,
			  const struct release *to, unsigned *n_r, GError **e)
{
	char *raw = NULL;
	size_t n = 0;

	if (!anybody(h, to, e) || !hold_raw(q, h, &raw, &n, e))
		return false;
	GString *text = text_of(h, (struct bytes){ raw, n });
	struct sending g = { .taken = g_new0(bool, h->n_rcpts), .n_r = n_r };

	g_free(raw);
	g.smtp = smtp_open("release", to->server, &g.error);
	bool done = g.smtp != NULL && hand_over_all(q, h, to, &g, text);

	if (done && to->reply_r != NULL)
		*to->reply_r = printable(smtp_reply(g.smtp), REPLY_SHOWN);
	smtp_close(g.smtp, done);
	if (g.error == NULL)
		g.error = g_steal_pointer(&g.refused);
	g_clear_error(&g.refused);
	done &= g.error == NULL;
	if (g.error != NULL)
		g_propagate_error(e, g.error);
	g_free(g.taken);
	g_string_free(text, TRUE);
	return done;
}

bool release_send(const struct hold *h, const struct release *to, unsigned *n_r,
		  GError **e)
{
	struct quarantine *q = to->scope->of;
	const struct hold_scope all = hold_scope_all(q); /* marks count all recipients */
	struct hold *now = NULL;
	int fd;

	g_assert(hold_scope_admits(to->scope, h));

	*n_r = 0;
	if (!anybody(h, to, e))
		return false;
	fd = hold_reserve(q, h->id, e);
	if (fd < 0)
		return false;
	/* another process may have been faster */
	bool done = hold_find(&all, h->id, &now, e) && note_sent(q, now, to, n_r, e) &&
		    ((*n_r > 0 && !still_wanted(now, to)) ||
		     (is_sure(now, to, e) && send_reserved(q, now, to, n_r, e)));

	close(fd);
	hold_free(now);
	return done;
}
