/* What was told is kept in the folder of summaries, one file a tenant, and written before the last
 * dot: an alert that may have come is not repeated, because the next request brings another. */
#include "review/alert.h"

#include <string.h>

#include "base/plural.h"
#include "quarantine/request.h"
#include "quarantine/scope.h"
#include "review/digest_state.h"
#include "review/outgoing.h"
#include "review/page.h"

struct waiting {
	unsigned n, anew; /* of them, made since the last alert */
	int64_t since_s;  /* the last alert's newest request */
	int64_t newest_s, oldest_s;
};

static bool count(const struct hold *h, const struct request_for_release *r, void *user)
{
	struct waiting *w = user;

	(void)h;
	w->n++;
	w->anew += r->time_s > w->since_s;
	w->newest_s = MAX(w->newest_s, r->time_s);
	w->oldest_s = w->oldest_s == 0 ? r->time_s : MIN(w->oldest_s, r->time_s);
	return true;
}

/* No word of a stranger, nor of who asks: whoever reads it sees it on the page. */
static char *message_of(const struct options *o, const struct tenant *t,
			const struct waiting *w, int64_t now_s)
{
	struct page p = { g_string_new("<!DOCTYPE html>\n"), o->review_url };
	char *subject = g_strdup_printf("%u %s for you to decide", w->n,
					plural(w->n, "request waits", "requests wait"));
	char *words = g_strdup_printf(
		"Somebody has asked for the release of held mail that looks dangerous. "
		"%u %s, %u of them new; the oldest has waited for %" G_GINT64_FORMAT
		" minutes.",
		w->n, plural(w->n, "waits", "wait"), w->anew,
		MAX(now_s - w->oldest_s, 0) / 60);
	char *text = g_strdup_printf("%s\n\n%srequests\n", words, o->review_url);

	page_open(&p, "html", "lang", "en", NULL);
	page_element(&p, "title", NULL, subject);
	page_element(&p, "p", NULL, words);
	page_open(&p, "p", NULL);
	page_link(&p, "/requests", "Open the requests");
	page_close(&p, "p");
	page_close(&p, "html");
	const struct outgoing m = { .tenant = t,
				    .to = t->review_alert,
				    .subject = subject,
				    .text = text,
				    .html = p.out->str,
				    .now_s = now_s };
	char *message = outgoing_message(&m);

	g_string_free(p.out, TRUE);
	g_free(text);
	g_free(words);
	g_free(subject);
	return message;
}

struct noting {
	const char *folder, *tenant;
	struct alert_state state;
};

static bool note(void *user, GError **e)
{
	const struct noting *n = user;

	return alert_state_write(n->folder, n->tenant, &n->state, e);
}

static void send_one(const struct options *o, struct quarantine *q,
		     const struct tenant *t, int64_t now_s, GError **e)
{
	const struct hold_scope scope = hold_scope_tenant(q, t->name);
	struct noting n = { .folder = quarantine_folder(q), .tenant = t->name };
	struct waiting w = { 0 };
	struct outgoing_way way = {
		.what = "alert", .server = o->release_smtp, .before = note, .user = &n
	};
	struct alert_state before;

	alert_state_read(n.folder, t->name, &before);
	if (now_s - before.sent_s < o->review_alert_every_ms / 1000)
		return;
	w.since_s = before.newest_s;
	request_list(&scope, count, &w);
	if (w.anew == 0)
		return;
	/* what is made in this very second is told again rather than not at all */
	n.state = (struct alert_state){ .sent_s = now_s,
					.newest_s = MIN(w.newest_s, now_s - 1) };
	char *message = message_of(o, t, &w, now_s);
	enum outgoing_end end = outgoing_send(&way, t->review_alert, message, e);

	if (end == OUTGOING_REFUSED)
		alert_state_write(n.folder, t->name, &before, NULL);
	g_free(message);
}

bool alert_run(const struct options *o, struct quarantine *q, int64_t now_s, GError **e)
{
	GError *first = NULL;

	for (size_t i = 0; i < o->n_tenants; i++) {
		GError *inner = NULL;

		if (o->tenants[i].review_alert[0] != '\0')
			send_one(o, q, &o->tenants[i], now_s, &inner);
		if (inner != NULL && first == NULL)
			first = g_steal_pointer(&inner);
		g_clear_error(&inner);
	}
	if (first == NULL)
		return true;
	g_propagate_error(e, first);
	return false;
}
