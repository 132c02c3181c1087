/* Before the last dot it is written down that the summary was told, with a mark of doubt; after
 * the reply the mark goes, or the old state comes back. What dies in between is never repeated. */
#include "review/digest.h"

#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/log.h"
#include "message/address.h"
#include "message/one_time_code.h"
#include "quarantine/scope.h"
#include "quarantine/search.h"
#include "review/alert.h"
#include "review/digest_text.h"
#include "review/outgoing.h"

#define HOUR_S 3600
#define SETTLE_S 60     /* what came before the hour is held by then */
#define LATE_S 600      /* or is told the next time, if it is in the index only later */
#define CODE_S HOUR_S   /* a code is of no use after it */
#define CODE_LATE_S 120 /* behind the last run, for a hold that took its time */

/* ---- when ---- */

/* the last beginning of an hour, or of that hour of a day, in the machine's zone
 * in    hour   -1: any */
static int64_t slot_before(int64_t now_s, int hour)
{
	GDateTime *now = g_date_time_new_from_unix_local(now_s);
	GDateTime *t = g_date_time_new_local(
		g_date_time_get_year(now), g_date_time_get_month(now),
		g_date_time_get_day_of_month(now),
		hour < 0 ? g_date_time_get_hour(now) : hour, 0, 0);
	int64_t s = g_date_time_to_unix(t);

	if (s > now_s && hour >= 0) {
		GDateTime *day = g_date_time_add_days(t, -1);

		s = g_date_time_to_unix(day);
		g_date_time_unref(day);
	}
	g_date_time_unref(t);
	g_date_time_unref(now);
	return MIN(s, now_s);
}

static int64_t slot_of(const struct options *o, enum digest_every every, int64_t now_s)
{
	return slot_before(now_s, every == DIGEST_DAILY ? (int)o->digest_hour : -1);
}

/* ---- what ---- */

static void free_row(gpointer data)
{
	struct digest_row *r = data;
	char *const texts[] = {
		r->id, r->subject, r->name, r->from, r->verdict, r->reason
	};

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		g_free(texts[i]);
	g_free(r);
}

void summary_free(struct digest *d)
{
	if (d == NULL)
		return;
	digest_sent_clear(&d->sent);
	g_ptr_array_unref(d->rows);
	g_ptr_array_unref(d->ids);
	g_free(d->mailbox);
	g_free(d->address);
	g_free(d);
}

static struct digest *digest_new(const struct digest_job *job, const struct tenant *t,
				 const char *address)
{
	struct digest *d = g_new0(struct digest, 1);

	d->options = job->options;
	d->tenant = t;
	d->address = g_strdup(address);
	d->mailbox = hold_address_key(address);
	d->choice = digest_choice(job->quarantine, job->options, d->mailbox);
	d->rows = g_ptr_array_new_with_free_func(free_row);
	d->ids = g_ptr_array_new_with_free_func(g_free);
	return d;
}

static void add_row(struct digest *d, const struct hold *h)
{
	struct digest_row *r = g_new0(struct digest_row, 1);

	*r = (struct digest_row){
		.id = g_strdup(h->id),
		.subject = g_strdup(h->subject),
		.name = g_strdup(h->name),
		.from = g_strdup(h->from != NULL ? h->from : h->mail_from),
		.verdict = g_strdup(h->rcpts[0].verdict),
		.received_s = h->received_s,
	};
	if (h->reasons != NULL && h->reasons[0] != '\0')
		r->reason = g_strndup(h->reasons, strcspn(h->reasons, "\n"));
	g_ptr_array_add(d->rows, r);
}

static bool was_told(const struct digest *d, const char *id)
{
	return g_ptr_array_find_with_equal_func(d->sent.told, id, g_str_equal, NULL);
}

static bool has_code(const struct quarantine *q, const struct hold *h)
{
	char *raw = NULL;
	size_t n = 0;

	if (g_strcmp0(h->rcpts[0].verdict, verdict_names[VERDICT_MALICIOUS]) == 0 ||
	    !hold_raw((struct quarantine *)(uintptr_t)q, h, &raw, &n, NULL))
		return false;
	char *body = search_text((struct bytes){ raw, n });
	char *subject = g_utf8_make_valid(h->subject != NULL ? h->subject : "", -1);
	char *all = g_strconcat(subject, "\n", body, NULL);
	bool has = one_time_code_in(all);

	g_free(all);
	g_free(subject);
	g_free(body);
	g_free(raw);
	return has;
}

struct gathering {
	struct quarantine *quarantine;
	struct digest *digest;
};

static bool gather(const struct hold *h, void *user)
{
	const struct gathering *g = user;
	struct digest *d = g->digest;

	g_assert(h->n_rcpts > 0);
	if (h->received_s >= d->slot_s || was_told(d, h->id) ||
	    (d->codes && !has_code(g->quarantine, h)))
		return true;
	d->more = d->ids->len >= LIMIT_DIGEST_TOLD;
	if (d->more)
		return false;
	g_ptr_array_add(d->ids, g_strdup(h->id));
	if (d->rows->len < LIMIT_DIGEST_ROWS)
		add_row(d, h);
	return true;
}

/* what is held since then, and was not told */
static bool fill(const struct digest_job *job, struct digest *d, int64_t since_s,
		 GError **e)
{
	const struct hold_scope scope =
		hold_scope_mailbox(job->quarantine, d->tenant->name, d->mailbox);
	const struct hold_filter f = { .since_s = since_s, .most = G_MAXINT32 };
	struct gathering g = { job->quarantine, d };

	return hold_list(&scope, &f, gather, &g, e);
}

/* ---- sending one ---- */

/* What is known of it once it was told. */
static struct digest_sent sent_after(const struct digest *d, int64_t now_s)
{
	struct digest_sent s = digest_sent_copy(&d->sent);
	GString *link = g_string_new(NULL);

	for (guint i = d->ids->len; i > 0; i--)
		g_ptr_array_add(s.told, g_strdup(d->ids->pdata[i - 1]));
	if (!d->codes)
		s.until_s = MAX(s.until_s, d->slot_s - LATE_S);
	s.sent_s = now_s;
	s.doubt_s = now_s;
	s.missed_s = 0;
	s.serial = d->sent.serial + 1;
	g_string_printf(link, "%" G_GINT64_FORMAT " ", s.serial);
	for (guint i = 0; i < d->ids->len; i++)
		g_string_append_printf(link, "%s%s", i > 0 ? "," : "",
				       (const char *)d->ids->pdata[i]);
	g_ptr_array_add(s.links, g_string_free(link, FALSE));
	return s;
}

struct noting {
	const struct quarantine *quarantine;
	struct digest_sent *after;
};

static bool note_before(void *user, GError **e)
{
	const struct noting *n = user;

	return digest_sent_write(n->quarantine, n->after, e);
}

/* It was refused: all is as before. */
static void note_refused(const struct digest_job *job, const struct digest *d)
{
	GError *e = NULL;

	if (digest_sent_write(job->quarantine, &d->sent, &e))
		return;
	log_line(LOG_LEVEL_ERROR, "a refused summary is not sent again: %s", e->message);
	g_error_free(e);
}

static void note_taken(const struct digest_job *job, struct digest_sent *after)
{
	GError *e = NULL;

	after->doubt_s = 0;
	if (digest_sent_write(job->quarantine, after, &e))
		return;
	log_line(LOG_LEVEL_WARN, "a summary was sent and stands as doubtful: %s",
		 e->message);
	g_error_free(e);
}

static enum outgoing_end hand_over(const struct digest_job *job, struct digest *d,
				   const char *message, bool *heard_r, GError **e)
{
	struct digest_sent after = sent_after(d, job->now_s);
	struct noting n = { job->quarantine, &after };
	struct outgoing_way way = { .what = "summary",
				    .server = job->options->release_smtp,
				    .before = note_before,
				    .user = &n };
	enum outgoing_end end = outgoing_send(&way, d->address, message, e);

	if (end == OUTGOING_TAKEN)
		note_taken(job, &after);
	else if (end == OUTGOING_REFUSED)
		note_refused(job, d);
	else
		g_prefix_error(e, "it may have come and is not sent again, the listener "
				  "did not answer the last dot: ");
	*heard_r = way.heard;
	digest_sent_clear(&after);
	return end;
}

/* What a run knows. */
struct run {
	const struct digest_job *job;
	struct digest_status status;
	int64_t slot_s; /* of hours */
	bool full;      /* not only of codes */
	unsigned due, taken;
	bool silent;   /* the listener does not answer */
	GError *error; /* the first */
};

static void tell(const struct run *r, const struct digest *d, const GError *e)
{
	if (r->job->told != NULL)
		r->job->told(d, e, r->job->user);
}

static void count(struct run *r, enum outgoing_end end, const struct digest *d, GError *e)
{
	r->taken += end == OUTGOING_TAKEN;
	r->status.sent += end == OUTGOING_TAKEN;
	r->status.failed += end == OUTGOING_REFUSED;
	if (e == NULL)
		return;
	log_line(LOG_LEVEL_WARN, "the summary for <%s>: %s", d->mailbox, e->message);
	if (r->error == NULL)
		r->error = e;
	else
		g_error_free(e);
}

static void send_one(struct run *r, struct digest *d)
{
	const struct digest_job *job = r->job;
	GError *e = NULL;
	bool heard = true;

	r->due++;
	if (job->dry) {
		tell(r, d, NULL);
		return;
	}
	struct digest_text words =
		digest_text(d, job->link_key, d->sent.serial + 1, job->now_s);
	const struct outgoing m = { .tenant = d->tenant,
				    .to = d->address,
				    .subject = words.subject,
				    .text = words.text,
				    .html = words.html,
				    .now_s = job->now_s };
	char *message = outgoing_message(&m);
	enum outgoing_end end = hand_over(job, d, message, &heard, &e);

	r->silent |= !heard;
	tell(r, d, e);
	count(r, end, d, e);
	g_free(message);
	digest_text_clear(&words);
}

/* ---- all of them ---- */

/* A run that died at a last dot: it is told once, here and in the next summary. */
static bool note_doubt(struct run *r, struct digest_sent *sent, GError **e)
{
	if (sent->doubt_s == 0 || r->job->dry)
		return true;
	log_line(LOG_LEVEL_WARN,
		 "the summary for <%s> of second %" G_GINT64_FORMAT
		 " may not have come: it was broken off at its last dot, and is not sent "
		 "again; the next one says so",
		 sent->mailbox, sent->doubt_s);
	sent->missed_s = sent->doubt_s;
	sent->doubt_s = 0;
	r->status.doubtful++;
	return digest_sent_write(r->job->quarantine, sent, e);
}

static struct digest *prepare(struct run *r, const struct tenant *t, const char *address,
			      GError **e)
{
	struct digest *d = digest_new(r->job, t, address);

	if (digest_sent_read(r->job->quarantine, d->mailbox, &d->sent, e) &&
	    note_doubt(r, &d->sent, e))
		return d;
	summary_free(d);
	return NULL;
}

static bool is_due(const struct run *r, const struct digest *d)
{
	return d->choice.every != DIGEST_OFF &&
	       (r->job->soon || d->sent.until_s < d->slot_s - LATE_S);
}

static int64_t since_of(const struct run *r, const struct digest *d)
{
	int64_t now_s = r->job->now_s;

	if (!d->codes)
		return MAX(d->sent.until_s, now_s - LIMIT_DIGEST_BACK_S);
	return MAX(now_s - CODE_S, r->status.run_s - CODE_LATE_S);
}

static bool send_kind(struct run *r, const struct tenant *t, const char *address,
		      bool codes, GError **e)
{
	struct digest *d = prepare(r, t, address, e);
	bool good = d != NULL;

	if (good) {
		d->codes = codes;
		d->slot_s = codes || r->job->soon
				    ? r->job->now_s + 1
				    : slot_of(d->options, d->choice.every, r->job->now_s);
		if (codes ? d->choice.codes : is_due(r, d)) {
			good = fill(r->job, d, since_of(r, d), e);
			if (good && d->ids->len > 0)
				send_one(r, d);
		}
	}
	summary_free(d);
	return good;
}

static const struct tenant *tenant_of(const struct options *o, const char *tenant,
				      const char *address)
{
	char *key = hold_address_key(address);
	const struct tenant *t = options_tenant(o, address_domain(key));

	g_free(key);
	return t != NULL && strcmp(t->name, tenant) == 0 ? t : NULL;
}

struct address {
	char *tenant, *address;
};

static void free_address(gpointer data)
{
	struct address *a = data;

	g_free(a->tenant);
	g_free(a->address);
	g_free(a);
}

static bool add_address(const char *tenant, const char *address, void *user)
{
	struct address *a = g_new(struct address, 1);

	*a = (struct address){ g_strdup(tenant), g_strdup(address) };
	g_ptr_array_add(user, a);
	return true;
}

static bool is_asked(const struct run *r, const char *address)
{
	char *key = hold_address_key(address),
	     *asked = r->job->mailbox == NULL ? NULL : hold_address_key(r->job->mailbox);
	bool is = asked == NULL || strcmp(key, asked) == 0;

	g_free(asked);
	g_free(key);
	return is;
}

static void look_at(struct run *r, const struct address *a)
{
	const struct tenant *t = tenant_of(r->job->options, a->tenant, a->address);
	GError *e = NULL;

	if (t == NULL || !is_asked(r, a->address))
		return;
	if (!((!r->full || send_kind(r, t, a->address, false, &e)) &&
	      (r->silent || send_kind(r, t, a->address, true, &e)))) {
		r->status.failed++;
		log_line(LOG_LEVEL_ERROR, "summaries: %s", e->message);
		if (r->error == NULL)
			r->error = g_steal_pointer(&e);
		g_clear_error(&e);
	}
}

static bool look_at_all(struct run *r, GError **e)
{
	const struct digest_job *job = r->job;
	const struct hold_scope all = hold_scope_all(job->quarantine);
	int64_t back_s = r->full ? LIMIT_DIGEST_BACK_S : CODE_S;
	GPtrArray *list = g_ptr_array_new_with_free_func(free_address);
	bool done = hold_mailboxes(&all, job->now_s - back_s, add_address, list, e);

	for (guint i = 0; done && i < list->len && !r->silent; i++)
		look_at(r, list->pdata[i]);
	g_ptr_array_unref(list);
	return done;
}

/* Did it do its work? One mailbox that is refused does not mean that none get any. */
static bool is_good(struct run *r, GError **e)
{
	bool good = !r->silent && (r->due == 0 || r->taken > 0 || r->job->dry) &&
		    (r->error == NULL || r->taken > 0);

	if (!good && r->error != NULL)
		g_propagate_error(e, g_steal_pointer(&r->error));
	g_clear_error(&r->error);
	return good;
}

static bool run_locked(struct run *r, GError **e)
{
	const struct digest_job *job = r->job;
	const char *folder = quarantine_folder(job->quarantine);
	GError *inner = NULL;

	r->slot_s = slot_before(job->now_s, -1);
	r->full = job->mailbox != NULL || job->soon ||
		  (r->status.slot_s < r->slot_s && job->now_s >= r->slot_s + SETTLE_S);
	bool good = look_at_all(r, &inner) && is_good(r, &inner);

	if (inner != NULL)
		g_propagate_error(e, inner);
	if (job->dry)
		return good;
	r->status.run_s = job->now_s;
	if (good)
		r->status.good_s = job->now_s;
	if (good && r->full && job->mailbox == NULL &&
	    r->job->now_s >= r->slot_s + SETTLE_S)
		r->status.slot_s = r->slot_s;
	return digest_status_write(folder, &r->status, good ? e : NULL) && good;
}

bool digest_run(const struct digest_job *job, struct digest_status *done_r, GError **e)
{
	struct run r = { .job = job };
	struct digest_status before;
	int fd = digest_run_lock(job->quarantine, e);

	*done_r = (struct digest_status){ 0 };
	if (fd < 0)
		return false;
	digest_status_read(quarantine_folder(job->quarantine), &r.status);
	before = r.status;
	bool good = run_locked(&r, e);

	/* that one mailbox is refused keeps nobody from hearing of requests */
	if (!r.silent && !job->dry && job->mailbox == NULL)
		good &= alert_run(job->options, job->quarantine, job->now_s,
				  good ? e : NULL);
	close(fd);
	*done_r = r.status;
	done_r->sent -= before.sent;
	done_r->failed -= before.failed;
	done_r->doubtful -= before.doubtful;
	return good;
}

struct digest *digest_now(const struct digest_job *job, GError **e)
{
	struct run r = { .job = job };
	struct arena *a = arena_create();
	const char *key = address_key(a, job->mailbox);
	const struct tenant *t =
		key == NULL ? NULL : options_tenant(job->options, address_domain(key));
	struct digest *d = NULL;

	g_assert(job->dry);
	if (t == NULL)
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    "%s: not an address of any tenant", job->mailbox);
	else
		d = prepare(&r, t, key, e);
	if (d != NULL) {
		d->slot_s = job->now_s + 1;
		if (!fill(job, d, since_of(&r, d), e))
			g_clear_pointer(&d, summary_free);
	}
	arena_destroy(&a);
	return d;
}

/* ---- the alarm ---- */

static bool any_wanted(const struct options *o)
{
	for (size_t i = 0; i < o->n_policies; i++)
		if (o->policies[i].digest != DIGEST_OFF || o->policies[i].digest_codes)
			return true;
	return false;
}

int64_t digest_silent(const struct options *o, const char *folder, int64_t since_s,
		      int64_t now_s)
{
	struct digest_status s;

	if (!any_wanted(o))
		return 0;
	digest_status_read(folder, &s);
	return MAX(now_s - (s.good_s > 0 ? s.good_s : since_s), 0);
}
