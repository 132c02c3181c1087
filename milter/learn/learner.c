/* One message of an archive becomes at most two events: "out" when one of the tenant's people
 * wrote it, "in" for each mailbox of the tenant that got it.
 *
 * Who wrote it is what From says, and anybody can write that. A copy that was delivered to
 * somebody (it bears Return-Path, Delivered-To or the like) therefore never counts as
 * written by us, or a forged message would make us its recipients' old friend. */
#include "learn/learner.h"

#include "base/arena.h"
#include "base/limits.h"
#include "behavior/behavior.h"
#include "feature/feature.h"
#include "learn/lead.h"
#include "learn/turn.h"
#include "mailbox/mailbox.h"
#include "message/address.h"
#include "message/message.h"
#include "message/mime.h"
#include "person/name.h"

#define OLDEST_S INT64_C(631152000) /* 1990: no mail archive goes back further */
#define LINKS_MOST 8
#define DELAY_S 172800 /* mail is not longer on its way, or one of the clocks is wrong */
#define TURN_MS 20000  /* the learner needs a part of a second for a batch */

struct learner {
	struct learner_setup setup;
	struct lead lead;
	struct behavior_batch *batch;
	GArray *times; /* int64_t, of what was learned */
	struct learner_done done;
};

struct learner *learner_create(const struct learner_setup *setup)
{
	struct learner *l = g_new0(struct learner, 1);

	l->setup = *setup;
	l->lead = (struct lead){ .options = setup->options, .store = setup->store };
	l->batch = behavior_batch_create(&(struct behavior_setup){
		.store = setup->store, .lead = lead_find, .to = &l->lead });
	l->times = g_array_new(FALSE, FALSE, sizeof(int64_t));
	return l;
}

void learner_destroy(struct learner **l)
{
	if (*l == NULL)
		return;
	behavior_batch_destroy(&(*l)->batch);
	g_array_free((*l)->times, TRUE);
	g_free(*l);
	*l = NULL;
}

struct learner_done learner_done_so_far(const struct learner *l)
{
	struct learner_done done = l->done;
	struct behavior_done applied = behavior_batch_done(l->batch);

	done.counted = applied.counted;
	done.repeated = applied.repeated;
	done.damaged = applied.damaged;
	return done;
}

/* --- what a message tells --- */

struct reading {
	struct learner *learner;
	struct arena *arena;
	const struct message *m;
	const struct mailaddr *from;
	struct features features;
};

static bool is_own(const struct learner *l, const char *domain)
{
	return domain != NULL &&
	       options_tenant(l->setup.options, domain) == l->setup.tenant;
}

static bool was_delivered(const struct message *m)
{
	return message_header(m, "Return-Path", 0) != NULL ||
	       message_header(m, "Delivered-To", 0) != NULL ||
	       message_header(m, "X-Original-To", 0) != NULL ||
	       message_header(m, "Envelope-To", 0) != NULL;
}

static void add_once(GPtrArray *list, const char *text)
{
	for (size_t i = 0; i < list->len; i++)
		if (strcmp(g_ptr_array_index(list, i), text) == 0)
			return;
	g_ptr_array_add(list, (void *)(uintptr_t)text);
}

static void add_header_addresses(const struct reading *r, const char *name,
				 GPtrArray *list)
{
	const struct header *h;
	const struct mailaddr *addr;
	bool strict;

	for (size_t nth = 0; nth < 10 && (h = message_header(r->m, name, nth)) != NULL;
	     nth++) {
		size_t n = address_list(r->arena, h->value, &addr, &strict);

		for (size_t i = 0; i < n; i++)
			if (is_own(r->learner, addr[i].domain))
				add_once(list, addr[i].key);
	}
}

/* our mailboxes that got it */
static void find_mailboxes(const struct reading *r, GPtrArray *list)
{
	if (r->learner->setup.mailbox != NULL) {
		g_ptr_array_add(list, (void *)(uintptr_t)r->learner->setup.mailbox);
		return;
	}
	add_header_addresses(r, "Delivered-To", list);
	add_header_addresses(r, "X-Original-To", list);
	add_header_addresses(r, "Envelope-To", list);
	if (list->len > 0)
		return;
	for (size_t i = 0; i < r->m->n_to; i++)
		if (is_own(r->learner, r->m->to[i].domain))
			add_once(list, r->m->to[i].key);
}

static const char *text_of(const struct reading *r, enum feature_id id)
{
	const struct value *v = &r->features.at[id];

	return v->known == ANSWER_YES ? v->text : NULL;
}

static size_t find_links(const struct reading *r, const char **orgs)
{
	size_t n = 0;

	for (size_t i = 0; i < r->m->n_links && n < LINKS_MOST; i++) {
		bool known = r->m->links[i].org == NULL;

		for (size_t k = 0; k < n && !known; k++)
			known = strcmp(orgs[k], r->m->links[i].org) == 0;
		if (!known)
			orgs[n++] = r->m->links[i].org;
	}
	return n;
}

/* d= that our own MTA, on top, says passed */
static const char *find_dkim(const struct reading *r)
{
	const struct header *h = message_header(r->m, "Authentication-Results", 0);
	const char *text = h == NULL ? NULL : header_text(r->arena, h);
	const char *pass = text == NULL ? NULL : strstr(text, "dkim=pass");
	const char *d = pass == NULL ? NULL : strstr(pass, "header.d=");

	if (d == NULL)
		return NULL;
	d += strlen("header.d=");
	return address_domain(address_key(
		r->arena,
		arena_printf(r->arena, "x@%.*s", (int)MIN(strcspn(d, " ;\t"), 255), d)));
}

/* When our own MTA, whose Received is on top, took it. Date is when its writer says. */
static int64_t arrival(const struct reading *r)
{
	const struct header *h = message_header(r->m, "Received", 0);
	const char *date = h == NULL ? NULL : memrchr(h->value.at, ';', h->value.n);
	int64_t s = 0;

	if (date != NULL)
		s = mime_date(r->arena,
			      (struct bytes){ .at = date + 1,
					      .n = h->value.n -
						   (size_t)(date + 1 - h->value.at) });
	return llabs(s - r->m->date_s) <= DELAY_S ? s : r->m->date_s;
}

/* Adding to a full batch writes it. */
static bool add_event(const struct reading *r, const struct behavior_event *ev,
		      GError **e)
{
	int turn;

	if (!turn_take(store_url(r->learner->setup.store), TURN_MS, &turn, e))
		return false;
	bool good = behavior_add(r->learner->batch, ev, e);

	turn_give(turn);
	return good;
}

static bool learn_incoming(const struct reading *r, GError **e)
{
	GPtrArray *rcpts = g_ptr_array_new();
	const char *links[LINKS_MOST];
	struct behavior_event ev = {
		.tenant = r->learner->setup.tenant->name,
		.direction = DIRECTION_IN,
		.sender = r->from->key,
		.sender_org = r->from->org,
		.message_id = r->m->message_id,
		.time_s = r->m->date_s,
		.arrived_s = arrival(r),
		.display_key = name_key(r->arena, r->from->display),
		.reply_to_org = r->m->n_reply_to > 0 ? r->m->reply_to[0].org : NULL,
		.list_id = text_of(r, FEATURE_LIST_ID),
		.dkim_domain = find_dkim(r),
		.mailer = text_of(r, FEATURE_MAILER),
		.link_orgs = links,
		.n_link_orgs = find_links(r, links),
	};
	bool good = true;

	find_mailboxes(r, rcpts);
	ev.rcpts = (const char *const *)rcpts->pdata;
	ev.n_rcpts = rcpts->len;
	if (ev.n_rcpts > 0) {
		r->learner->done.in++;
		good = add_event(r, &ev, e);
	}
	g_ptr_array_unref(rcpts);
	return good;
}

static bool learn_outgoing(const struct reading *r, GError **e)
{
	const struct message *m = r->m;
	const char **rcpts = arena_new(r->arena, const char *, m->n_to);
	const char **orgs = arena_new(r->arena, const char *, m->n_to);
	struct behavior_event ev = {
		.tenant = r->learner->setup.tenant->name,
		.direction = DIRECTION_OUT,
		.sender = r->from->key,
		.rcpts = rcpts,
		.rcpt_orgs = orgs,
		.n_rcpts = m->n_to,
		.message_id = m->message_id,
		.time_s = m->date_s,
	};

	/* an answer on absence to a stranger makes him nobody's correspondent */
	if (m->n_to == 0 || (m->kind & (MESSAGE_AUTO | MESSAGE_REPORT)) != 0)
		return true;
	for (size_t i = 0; i < m->n_to; i++) {
		rcpts[i] = m->to[i].key;
		orgs[i] = m->to[i].org;
	}
	r->learner->done.out++;
	return add_event(r, &ev, e);
}

/* --- the whole of a message --- */

static bool learn(struct reading *r, GError **e)
{
	struct learner *l = r->learner;
	size_t before = l->done.in + l->done.out;
	bool own = is_own(l, r->from->domain), delivered = was_delivered(r->m);
	bool good = true;

	if (own && !delivered)
		good = learn_outgoing(r, e);
	/* mail within the tenant: the readers' side; the writer's own copy is no mail in */
	if (good && (!own || delivered || l->setup.mailbox == NULL ||
		     strcmp(l->setup.mailbox, r->from->key) != 0))
		good = learn_incoming(r, e);
	if (l->done.in + l->done.out == before)
		l->done.foreign++;
	else
		g_array_append_val(l->times, r->m->date_s);
	return good;
}

bool learner_take(struct learner *l, struct bytes raw, GError **e)
{
	static const struct message_limits limits = { .max_bytes = LIMIT_MESSAGE_BYTES };
	static const struct envelope nobody = { .mail_from = "", .session_id = "import" };
	struct reading r = { .learner = l, .arena = arena_create(0) };
	bool good = true;

	r.m = message_parse(r.arena, raw, &limits);
	l->done.messages++;
	if (r.m->n_from == 0 || r.m->from[0].key == NULL || r.m->from[0].domain == NULL) {
		l->done.nobody++;
	} else if (r.m->date_s < OLDEST_S || r.m->date_s > l->setup.now_s) {
		l->done.dateless++;
	} else {
		r.from = &r.m->from[0];
		features_take(r.arena, r.m, &nobody, NULL, &r.features);
		good = learn(&r, e);
	}
	arena_destroy(&r.arena);
	return good;
}

static int compare_times(const void *pa, const void *pb)
{
	const int64_t *a = pa, *b = pb;

	return *a < *b ? -1 : *a > *b;
}

static bool write_baseline(struct learner *l, GError **e)
{
	struct arena *a = arena_create(0);
	struct mailbox m = { .baseline_since_s = l->done.oldest_s };
	struct store_write w[2];
	size_t n = 0;
	bool good;

	w[n++] = baseline_change(a, l->setup.tenant->name, l->done.oldest_s);
	if (l->setup.mailbox != NULL)
		w[n++] = mailbox_change(a, l->setup.tenant->name, l->setup.mailbox, &m);
	good = store_write_many(l->setup.store, w, n, e) == STORE_WROTE;
	arena_destroy(&a);
	return good;
}

bool learner_finish(struct learner *l, GError **e)
{
	int turn;

	if (!turn_take(store_url(l->setup.store), TURN_MS, &turn, e))
		return false;
	bool applied = behavior_apply(l->batch, e);

	turn_give(turn);
	if (!applied)
		return false;
	if (l->times->len == 0)
		return true;
	g_array_sort(l->times, compare_times);
	l->done.oldest_s = g_array_index(l->times, int64_t, l->times->len / 100);
	return write_baseline(l, e);
}
