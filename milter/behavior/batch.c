/* From events to changes. A batch holds events until it is full; then it asks which mailboxes
 * its addresses lead to, for whom each message was counted already and which pairs are new,
 * adds everything up in memory by key, and writes all of it at once: histories first, the marks of messages last,
 * so that a store without transactions, broken off in between, is asked again for the same
 * and skips what it has (history.mark). */
#include <glib.h>

#include "base/error.h"
#include "base/limits.h"
#include "behavior/alias_map.h"
#include "behavior/behavior.h"
#include "behavior/changes.h"
#include "behavior/habit.h"
#include "behavior/lookalikes.h"
#include "behavior/sample.h"
#include "store/keys.h"

#define EVENTS_MOST 20000
#define KEYS_MOST 100000 /* asked and written in one batch; some 50 MB */
#define KEYS_AN_EVENT 9  /* beside three for each recipient */

struct behavior_batch {
	struct behavior_setup setup;
	struct arena *arena; /* the events */
	GPtrArray *events;   /* struct behavior_event * */
	size_t keys;         /* estimate */
	struct behavior_done done;
};

/* one message while a batch is applied */
struct message_state {
	struct bytes key;
	struct thread thread;
	GHashTable *marks; /* GUINT_TO_POINTER(mark) */
	bool changed;
	bool damaged;
};

/* one record to be changed */
struct delta {
	struct bytes key;
	enum family family;
	const char *tenant, *part1; /* of a DOMAIN */
	struct history sum;
};

struct applying {
	struct behavior_batch *batch;
	struct arena *arena;
	const struct alias_map *alias_map;
	GHashTable *messages; /* key text -> struct message_state * */
	GHashTable *deltas;   /* key text -> struct delta * */
	GHashTable *pairs;    /* key text of the pairs the store has */
	GHashTable *orgs;     /* domains that the event at hand has written to */
	GHashTable *domains;  /* key text -> struct history * of those the store has */
	GChecksum *fed;       /* of all that was fed, new or not: the batch's mark */
	struct behavior_done done;
};

struct behavior_batch *behavior_batch_create(const struct behavior_setup *setup)
{
	struct behavior_batch *b = g_new0(struct behavior_batch, 1);

	b->setup = *setup;
	b->arena = arena_create();
	b->events = g_ptr_array_new();
	return b;
}

void behavior_batch_destroy(struct behavior_batch **b)
{
	if (*b == NULL)
		return;
	arena_destroy(&(*b)->arena);
	g_ptr_array_unref((*b)->events);
	g_free(*b);
	*b = NULL;
}

struct behavior_done behavior_batch_done(const struct behavior_batch *b)
{
	return b->done;
}

/* --- taking events --- */

static const char *const *copy_texts(struct arena *a, const char *const *texts, size_t n)
{
	const char **copy = arena_new(a, const char *, n);

	for (size_t i = 0; i < n; i++)
		copy[i] = arena_strdup(a, texts[i]);
	return copy;
}

/* A message without an id is known by who wrote it, to whom, and when. */
static const char *id_of(struct arena *a, const struct behavior_event *ev)
{
	if (ev->message_id != NULL && *ev->message_id != '\0')
		return arena_strdup(a, ev->message_id);
	return arena_printf(a, "none:%s:%s:%" G_GINT64_FORMAT, ev->sender,
			    ev->n_rcpts > 0 ? ev->rcpts[0] : "", ev->time_s);
}

static struct behavior_event *copy_event(struct arena *a, const struct behavior_event *ev)
{
	struct behavior_event *copy = arena_new(a, struct behavior_event, 1);

	*copy = *ev;
	copy->tenant = arena_strdup(a, ev->tenant);
	copy->sender = arena_strdup(a, ev->sender);
	copy->sender_org = arena_strdup(a, ev->sender_org);
	copy->rcpts = copy_texts(a, ev->rcpts, ev->n_rcpts);
	copy->rcpt_orgs =
		ev->rcpt_orgs == NULL ? NULL : copy_texts(a, ev->rcpt_orgs, ev->n_rcpts);
	copy->message_id = id_of(a, ev);
	copy->display_key = arena_strdup(a, ev->display_key);
	copy->reply_to_org = arena_strdup(a, ev->reply_to_org);
	copy->list_id = arena_strdup(a, ev->list_id);
	copy->dkim_domain = arena_strdup(a, ev->dkim_domain);
	copy->signers = copy_texts(a, ev->signers, ev->n_signers);
	copy->mailer = arena_strdup(a, ev->mailer);
	copy->network = arena_strdup(a, ev->network);
	copy->link_orgs = copy_texts(a, ev->link_orgs, ev->n_link_orgs);
	return copy;
}

bool behavior_add(struct behavior_batch *b, const struct behavior_event *ev, GError **e)
{
	size_t keys = KEYS_AN_EVENT + 3 * MIN(ev->n_rcpts, LIMIT_RCPTS);
	struct behavior_event *copy;

	if (ev->sender == NULL || *ev->sender == '\0' || ev->n_rcpts == 0)
		return true;
	if (b->events->len >= EVENTS_MOST || (b->keys > 0 && b->keys + keys > KEYS_MOST))
		if (!behavior_apply(b, e))
			return false;
	copy = copy_event(b->arena, ev);
	copy->n_rcpts = MIN(ev->n_rcpts, LIMIT_RCPTS);
	g_ptr_array_add(b->events, copy);
	b->keys += keys;
	b->done.events++;
	return true;
}

/* --- what the store knows already --- */

static const char *key_text(struct arena *a, struct bytes key)
{
	return arena_strndup(a, key.at, key.n); /* keys hold no NUL */
}

static const char *our_address(const struct behavior_event *ev, size_t rcpt)
{
	return ev->direction == DIRECTION_IN ? ev->rcpts[rcpt] : ev->sender;
}

static const char *their_address(const struct behavior_event *ev, size_t rcpt)
{
	return ev->direction == DIRECTION_IN ? ev->sender : ev->rcpts[rcpt];
}

static struct bytes pair_key(struct applying *ap, const struct behavior_event *ev,
			     size_t rcpt, const char *mailbox)
{
	return key_build(ap->arena, FAMILY_PAIR, ev->tenant, mailbox,
			 their_address(ev, rcpt));
}

static const char *our_mailbox(const struct applying *ap, const struct behavior_event *ev,
			       size_t rcpt)
{
	return alias_map_of(ap->alias_map, ev->tenant, our_address(ev, rcpt));
}

static void add_question(struct applying *ap, GHashTable *asked, GArray *reads,
			 struct bytes key)
{
	struct store_read r = { .key = key };

	if (g_hash_table_add(asked, g_strndup(key.at, key.n)))
		g_array_append_val(reads, r);
	(void)ap;
}

static void take_marks(struct message_state *m)
{
	m->marks = g_hash_table_new(NULL, NULL);
	for (size_t i = 0; i + MARK_BYTES <= m->thread.marks.n; i += MARK_BYTES) {
		uint32_t mark;

		memcpy(&mark, m->thread.marks.at + i, MARK_BYTES);
		g_hash_table_add(m->marks, GUINT_TO_POINTER(GUINT32_FROM_LE(mark)));
	}
}

static void destroy_table(void *table)
{
	g_hash_table_destroy(table);
}

/* A record that cannot be read has granted nothing yet. */
static void take_domain(struct applying *ap, const struct store_read *r)
{
	struct history *h = arena_new(ap->arena, struct history, 1);

	if (r->answer == ANSWER_YES &&
	    history_decode(ap->arena, r->value, h) == ANSWER_YES)
		g_hash_table_insert(ap->domains,
				    (void *)(uintptr_t)key_text(ap->arena, r->key), h);
}

static void take_thread(struct applying *ap, const struct store_read *r)
{
	struct message_state *m;

	m = arena_new(ap->arena, struct message_state, 1);
	m->key = r->key;
	if (r->answer == ANSWER_YES &&
	    thread_decode(ap->arena, r->value, &m->thread) != ANSWER_YES) {
		m->damaged = true;
		ap->done.damaged++;
	}
	take_marks(m);
	arena_defer(ap->arena, destroy_table, m->marks);
	g_hash_table_insert(ap->messages, (void *)(uintptr_t)key_text(ap->arena, r->key),
			    m);
}

/* An alias that was none before may have a history of its own. */
static void ask_pair(struct applying *ap, GHashTable *asked, GArray *reads,
		     const struct behavior_event *ev, size_t rcpt)
{
	const char *address = our_address(ev, rcpt), *mailbox = our_mailbox(ap, ev, rcpt);

	add_question(ap, asked, reads, pair_key(ap, ev, rcpt, mailbox));
	if (mailbox != address)
		add_question(ap, asked, reads, pair_key(ap, ev, rcpt, address));
}

static void ask_domains(struct applying *ap, GHashTable *asked, GArray *reads,
			const struct behavior_event *ev)
{
	bool in = ev->direction == DIRECTION_IN;
	const char *const *orgs = in ? &ev->sender_org : ev->rcpt_orgs;
	size_t n = in ? 1 : orgs == NULL ? 0 : ev->n_rcpts;

	for (size_t i = 0; i < n; i++)
		if (orgs[i] != NULL && *orgs[i] != '\0')
			add_question(ap, asked, reads,
				     key_build(ap->arena, FAMILY_DOMAIN, ev->tenant,
					       orgs[i], NULL));
}

static void take_answer(struct applying *ap, const struct store_read *r,
			enum family family)
{
	if (family == FAMILY_THREAD)
		take_thread(ap, r);
	else if (family == FAMILY_DOMAIN)
		take_domain(ap, r);
	else if (r->answer == ANSWER_YES)
		g_hash_table_add(ap->pairs,
				 (void *)(uintptr_t)key_text(ap->arena, r->key));
}

static bool ask(struct applying *ap, GError **e)
{
	GArray *reads = g_array_new(FALSE, FALSE, sizeof(struct store_read));
	GHashTable *asked = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	size_t n_threads, n_pairs;
	bool all = true;

	for (size_t i = 0; i < ap->batch->events->len; i++) {
		const struct behavior_event *ev = g_ptr_array_index(ap->batch->events, i);

		add_question(ap, asked, reads,
			     key_build(ap->arena, FAMILY_THREAD, ev->tenant,
				       ev->message_id, NULL));
	}
	n_threads = reads->len;
	for (size_t i = 0; i < ap->batch->events->len; i++) {
		const struct behavior_event *ev = g_ptr_array_index(ap->batch->events, i);

		for (size_t k = 0; k < ev->n_rcpts; k++)
			ask_pair(ap, asked, reads, ev, k);
	}
	n_pairs = reads->len;
	for (size_t i = 0; i < ap->batch->events->len; i++)
		ask_domains(ap, asked, reads, g_ptr_array_index(ap->batch->events, i));
	store_read_many(ap->batch->setup.store, (struct store_read *)(void *)reads->data,
			reads->len, 0, ap->arena);
	for (size_t i = 0; i < reads->len && all; i++) {
		const struct store_read *r = &g_array_index(reads, struct store_read, i);

		all = r->answer != ANSWER_UNKNOWN;
		if (all)
			take_answer(ap, r,
				    i < n_threads ? FAMILY_THREAD
				    : i < n_pairs ? FAMILY_PAIR
						  : FAMILY_DOMAIN);
	}
	if (!all)
		g_set_error(
			e, WONTED_ERROR, WONTED_ERROR_STORE,
			"store \"%s\": did not answer; nothing was written, try again",
			store_url(ap->batch->setup.store));
	g_hash_table_destroy(asked);
	g_array_free(reads, TRUE);
	return all;
}

/* --- adding up --- */

static struct delta *delta_of(struct applying *ap, enum family family, struct bytes key)
{
	const char *text = key_text(ap->arena, key);
	struct delta *d = g_hash_table_lookup(ap->deltas, text);

	if (d == NULL) {
		d = arena_new(ap->arena, struct delta, 1);
		d->key = key;
		d->family = family;
		g_hash_table_insert(ap->deltas, (void *)(uintptr_t)text, d);
	}
	return d;
}

static void add_usual(struct history *one, enum usual kind, struct usual_item *item,
		      const char *text, int64_t day)
{
	if (text == NULL || *text == '\0')
		return;
	*item = (struct usual_item){
		.text = text, .open = 1, .first_day = day, .last_day = day
	};
	one->usual[kind] = (struct usual_set){ .at = item, .n = 1 };
}

/* the history of one message on one day, without what is usual */
static struct history one_message(enum direction direction, int64_t day,
				  char days[DAY_BYTES])
{
	struct flow flow = { .messages.open = 1, .first_day = day, .last_day = day };
	struct history one = { .open_day = day };

	if (direction == DIRECTION_OUT) {
		one.out = flow;
		return one;
	}
	for (int i = 0; i < DAY_BYTES; i++)
		days[i] = (char)(unsigned char)(day >> (8 * i) & 0xff);
	one.in = flow;
	one.days = (struct bytes){ .at = days, .n = DAY_BYTES };
	return one;
}

static void add_to(struct applying *ap, enum family family, const char *tenant,
		   const char *part1, const struct history *one)
{
	if (family != FAMILY_TENANT && (part1 == NULL || *part1 == '\0'))
		return;
	struct bytes key = key_build(ap->arena, family, tenant, part1, NULL);
	struct delta *d = delta_of(ap, family, key);

	d->tenant = tenant;
	d->part1 = part1;
	history_merge(&d->sum, one, ap->arena);
}

static int arrived(const struct behavior_event *ev)
{
	return hour_of(ev->arrived_s != 0 ? ev->arrived_s : ev->time_s);
}

/* what is usual between the two: there are many pairs, so they keep little of it */
struct habit_buffer {
	char hour[HOUR_BYTES];
	char habits[(USUAL_COUNT + USUAL_MOST) * HABIT_BYTES];
};

static void note(struct history *one, char *habits, enum usual kind, const char *text)
{
	if (text == NULL || *text == '\0')
		return;
	habit_write(habits + one->habits.n, kind, text);
	one->habits.n += HABIT_BYTES;
}

static void note_all(const struct behavior_event *ev, struct habit_buffer *b,
		     struct history *one)
{
	hour_write(b->hour, arrived(ev));
	one->hours = (struct bytes){ .at = b->hour, .n = HOUR_BYTES };
	one->habits = (struct bytes){ .at = b->habits };
	note(one, b->habits, USUAL_REPLY_TO, ev->reply_to_org);
	note(one, b->habits, USUAL_MAILER, ev->mailer);
	note(one, b->habits, USUAL_DKIM, ev->dkim_domain);
	note(one, b->habits, USUAL_NETWORK, ev->network);
	for (size_t i = 0; i < ev->n_link_orgs && i < USUAL_MOST; i++)
		note(one, b->habits, USUAL_LINK, ev->link_orgs[i]);
}

/* A list is known by who signs it, whoever writes: by all that proved something of it. */
static void count_list(struct applying *ap, const struct behavior_event *ev,
		       const struct history *bare)
{
	struct usual_item items[USUAL_MOST];
	struct history one = *bare;
	size_t n = 0;

	if (ev->list_id == NULL)
		return;
	add_usual(&one, USUAL_DKIM, &items[n++], USUAL_EACH, bare->open_day);
	for (size_t i = 0; i < ev->n_signers && n < USUAL_MOST; i++)
		if (strcmp(ev->signers[i], USUAL_EACH) != 0)
			add_usual(&one, USUAL_DKIM, &items[n++], ev->signers[i],
				  bare->open_day);
	one.usual[USUAL_DKIM] = (struct usual_set){ .at = items, .n = n };
	add_to(ap, FAMILY_LIST, ev->tenant, ev->list_id, &one);
}

/* What a message to us says about its sender, once, however many of us got it. */
static void count_incoming(struct applying *ap, const struct behavior_event *ev,
			   struct bytes reached)
{
	int64_t day = day_of(ev->time_s);
	struct usual_item items[USUAL_COUNT], links[USUAL_MOST], from;
	char days[DAY_BYTES], hour[HOUR_BYTES];
	struct history one = one_message(DIRECTION_IN, day, days), bare = one;
	size_t n = 0;

	count_list(ap, ev, &bare);
	bare.reached = reached;
	add_to(ap, FAMILY_TENANT, ev->tenant, NULL, &bare);
	bare.reached.n = 0;
	add_usual(&bare, USUAL_ADDRESS, &from, ev->sender, day);
	add_to(ap, FAMILY_DISPLAY, ev->tenant, ev->display_key, &bare);
	add_usual(&one, USUAL_REPLY_TO, &items[USUAL_REPLY_TO], ev->reply_to_org, day);
	add_usual(&one, USUAL_MAILER, &items[USUAL_MAILER], ev->mailer, day);
	add_usual(&one, USUAL_DKIM, &items[USUAL_DKIM], ev->dkim_domain, day);
	add_usual(&one, USUAL_NETWORK, &items[USUAL_NETWORK], ev->network, day);
	while (n < ev->n_link_orgs && n < USUAL_MOST) {
		add_usual(&one, USUAL_LINK, &links[n], ev->link_orgs[n], day);
		n++;
	}
	if (n > 0)
		one.usual[USUAL_LINK] = (struct usual_set){ .at = links, .n = n };
	one.reached = reached;
	one.checked.open = ev->proven != ANSWER_UNKNOWN;
	one.proven.open = ev->proven == ANSWER_YES;
	add_to(ap, FAMILY_DOMAIN, ev->tenant, ev->sender_org, &one);
	one.reached.n = 0;
	hour_write(hour, arrived(ev));
	one.hours = (struct bytes){ .at = hour, .n = sizeof(hour) };
	add_to(ap, FAMILY_SENDER, ev->tenant, ev->sender, &one);
}

static uint32_t mark_of(enum direction direction, const char *who)
{
	uint32_t begin = direction == DIRECTION_IN ? HASH_BEGIN : 16777619U;
	uint32_t hash = text_hash(begin, who);

	return hash != 0 ? hash : 1;
}

/* true: this message has not been counted for this recipient yet, and now it is. What has
 * been counted makes part of the batch's mark too: a batch that was broken off among the
 * marks of its messages must come again under the same mark, though some of them are known,
 * or an alias leads elsewhere meanwhile: so the mark is of addresses, not of mailboxes.
 * For an alias both are marked: its mailbox, which may get a copy of the same message, and
 * itself, for the day when it leads elsewhere. */
static bool mark_new(struct applying *ap, struct message_state *m,
		     const struct behavior_event *ev, size_t rcpt)
{
	bool in = ev->direction == DIRECTION_IN;
	const char *who = ev->rcpts[rcpt];
	const char *mailbox = in ? our_mailbox(ap, ev, rcpt) : who;
	void *mark = GUINT_TO_POINTER(mark_of(ev->direction, who));
	void *also = GUINT_TO_POINTER(mark_of(ev->direction, mailbox));

	g_checksum_update(ap->fed, (const guchar *)m->key.at, (gssize)m->key.n);
	g_checksum_update(ap->fed, (const guchar *)who, -1);
	/* what one sends to oneself is no correspondence */
	if (in &&
	    strcmp(mailbox, alias_map_of(ap->alias_map, ev->tenant, ev->sender)) == 0)
		return false;
	if (g_hash_table_size(m->marks) >= MARKS_MOST ||
	    g_hash_table_contains(m->marks, also) || !g_hash_table_add(m->marks, mark))
		return false;
	if (g_hash_table_size(m->marks) < MARKS_MOST)
		g_hash_table_add(m->marks, also);
	m->changed = true;
	return true;
}

static bool has_pair(struct applying *ap, struct bytes key)
{
	return g_hash_table_contains(ap->pairs, key_text(ap->arena, key));
}

static void count_pair(struct applying *ap, const struct behavior_event *ev, size_t rcpt,
		       const struct history *one)
{
	const char *address = our_address(ev, rcpt), *mailbox = our_mailbox(ap, ev, rcpt);
	struct bytes key = pair_key(ap, ev, rcpt, mailbox);
	const char *text = key_text(ap->arena, key);
	struct history first = { .open_day = one->open_day, .mailboxes.open = 1 };

	if (g_hash_table_add(ap->pairs, (void *)(uintptr_t)text) &&
	    (mailbox == address || !has_pair(ap, pair_key(ap, ev, rcpt, address))))
		add_to(ap, FAMILY_SENDER, ev->tenant, their_address(ev, rcpt), &first);
	history_merge(&delta_of(ap, FAMILY_PAIR, key)->sum, one, ap->arena);
}

/* out   whether the message was new to any recipient; their mailboxes, or the writer's */
static bool count_rcpts(struct applying *ap, const struct behavior_event *ev,
			struct message_state *m, struct history *one,
			struct bytes *reached_r)
{
	bool in = ev->direction == DIRECTION_IN, any = false;
	struct sample reached = { .n = { 0 } };
	struct history org = *one, theirs = *one;
	struct usual_item writer;

	if (!in) {
		sample_add(&reached, our_mailbox(ap, ev, 0));
		add_usual(&theirs, USUAL_WRITER, &writer, our_mailbox(ap, ev, 0),
			  one->open_day);
	}
	org.reached = *reached_r = sample_bytes(&reached, ap->arena);
	for (size_t i = 0; i < ev->n_rcpts; i++) {
		if (!mark_new(ap, m, ev, i))
			continue;
		any = true;
		count_pair(ap, ev, i, one);
		if (in) {
			sample_add(&reached, our_mailbox(ap, ev, i));
			continue;
		}
		add_to(ap, FAMILY_SENDER, ev->tenant, ev->rcpts[i], &theirs);
		if (ev->rcpt_orgs != NULL && ev->rcpt_orgs[i] != NULL &&
		    g_hash_table_add(ap->orgs, (void *)(uintptr_t)ev->rcpt_orgs[i]))
			add_to(ap, FAMILY_DOMAIN, ev->tenant, ev->rcpt_orgs[i], &org);
	}
	if (in)
		*reached_r = sample_bytes(&reached, ap->arena);
	return any;
}

/* The message is known; that it came to these mailboxes too is new. */
static void count_reached(struct applying *ap, const struct behavior_event *ev,
			  struct bytes reached)
{
	struct history one = { .open_day = day_of(ev->time_s), .reached = reached };

	add_to(ap, FAMILY_DOMAIN, ev->tenant, ev->sender_org, &one);
	add_to(ap, FAMILY_TENANT, ev->tenant, NULL, &one);
}

static void count_event(struct applying *ap, const struct behavior_event *ev)
{
	struct bytes reached, key = key_build(ap->arena, FAMILY_THREAD, ev->tenant,
					      ev->message_id, NULL);
	struct message_state *m =
		g_hash_table_lookup(ap->messages, key_text(ap->arena, key));
	bool in = ev->direction == DIRECTION_IN;
	bool first = in ? !m->thread.in : !m->thread.out;
	int64_t day = day_of(ev->time_s);
	char days[DAY_BYTES];
	struct habit_buffer habits;
	struct history one = one_message(ev->direction, day, days);

	if (in)
		note_all(ev, &habits, &one);
	g_hash_table_remove_all(ap->orgs);
	if (m->damaged)
		return;
	if (!count_rcpts(ap, ev, m, &one, &reached)) {
		ap->done.repeated++;
		return;
	}
	ap->done.counted++;
	one.reached = reached;
	if (first && in)
		count_incoming(ap, ev, reached);
	else if (first)
		add_to(ap, FAMILY_TENANT, ev->tenant, NULL, &one);
	else if (in)
		count_reached(ap, ev, reached);
	m->thread.in |= in;
	m->thread.out |= !in;
	if (m->thread.first_day == 0 || day < m->thread.first_day)
		m->thread.first_day = day;
}

/* --- writing --- */

static int compare_marks(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static struct bytes marks_of(struct arena *a, GHashTable *marks)
{
	uint32_t *all = arena_new(a, uint32_t, g_hash_table_size(marks));
	size_t n = 0;
	GHashTableIter iter;
	void *mark;

	g_hash_table_iter_init(&iter, marks);
	while (g_hash_table_iter_next(&iter, &mark, NULL))
		all[n++] = GPOINTER_TO_UINT(mark);
	qsort(all, n, sizeof(*all), compare_marks);
	for (size_t i = 0; i < n; i++)
		all[i] = GUINT32_TO_LE(all[i]);
	return (struct bytes){ .at = (const char *)all, .n = n * MARK_BYTES };
}

static int64_t batch_mark(GChecksum *fed)
{
	guint8 digest[32];
	gsize n = sizeof(digest);
	int64_t mark;

	g_checksum_get_digest(fed, digest, &n);
	memcpy(&mark, digest, sizeof(mark));
	return mark != 0 ? mark : 1;
}

static bool write_lookalikes(struct applying *ap, GError **e)
{
	guint room = g_hash_table_size(ap->deltas);
	struct organisation *at = arena_new(ap->arena, struct organisation, room);
	GHashTableIter iter;
	void *key, *p;
	size_t n = 0;

	g_hash_table_iter_init(&iter, ap->deltas);
	while (g_hash_table_iter_next(&iter, &key, &p)) {
		const struct delta *d = p;

		if (d->family == FAMILY_DOMAIN)
			at[n++] = (struct organisation){
				.tenant = d->tenant,
				.org = d->part1,
				.stored = g_hash_table_lookup(ap->domains, key),
				.added = &d->sum,
			};
	}
	return lookalikes_write(ap->batch->setup.store, at, n, e);
}

static bool write_all(struct applying *ap, GError **e)
{
	GArray *writes = g_array_new(FALSE, FALSE, sizeof(struct store_write));
	int64_t mark = batch_mark(ap->fed);
	GHashTableIter iter;
	void *p;
	bool done = true;

	g_hash_table_iter_init(&iter, ap->deltas);
	while (g_hash_table_iter_next(&iter, NULL, &p)) {
		struct delta *d = p;
		struct store_write w;

		d->sum.mark = mark;
		w = history_change(ap->arena, d->family, d->key, &d->sum);
		g_array_append_val(writes, w);
	}
	g_hash_table_iter_init(&iter, ap->messages);
	while (g_hash_table_iter_next(&iter, NULL, &p)) {
		struct message_state *m = p;
		struct store_write w;

		if (!m->changed)
			continue;
		m->thread.marks = marks_of(ap->arena, m->marks);
		w = thread_change(ap->arena, m->key, &m->thread);
		g_array_append_val(writes, w);
	}
	if (writes->len > 0)
		done = store_write_many(ap->batch->setup.store,
					(const struct store_write *)(void *)writes->data,
					writes->len, e) == STORE_WROTE;
	ap->done.keys += writes->len;
	g_array_free(writes, TRUE);
	return done;
}

static gint compare_events(gconstpointer pa, gconstpointer pb)
{
	const struct behavior_event *a = *(const struct behavior_event *const *)pa;
	const struct behavior_event *b = *(const struct behavior_event *const *)pb;

	return a->time_s < b->time_s ? -1 : a->time_s > b->time_s;
}

static void forget_events(struct behavior_batch *b)
{
	g_ptr_array_set_size(b->events, 0);
	arena_destroy(&b->arena);
	b->arena = arena_create();
	b->keys = 0;
}

static void add_done(struct behavior_done *sum, const struct behavior_done *more)
{
	sum->counted += more->counted;
	sum->repeated += more->repeated;
	sum->keys += more->keys;
	sum->damaged += more->damaged;
}

bool behavior_apply(struct behavior_batch *b, GError **e)
{
	struct applying ap = {
		.batch = b,
		.arena = arena_create(),
		.messages = g_hash_table_new(g_str_hash, g_str_equal),
		.deltas = g_hash_table_new(g_str_hash, g_str_equal),
		.pairs = g_hash_table_new(g_str_hash, g_str_equal),
		.orgs = g_hash_table_new(g_str_hash, g_str_equal),
		.domains = g_hash_table_new(g_str_hash, g_str_equal),
		.fed = g_checksum_new(G_CHECKSUM_SHA256),
	};
	bool done;

	g_ptr_array_sort(b->events, compare_events);
	ap.alias_map = alias_map_create(ap.arena, &b->setup, b->events, e);
	done = ap.alias_map != NULL && ask(&ap, e);
	for (size_t i = 0; done && i < b->events->len; i++)
		count_event(&ap, g_ptr_array_index(b->events, i));
	/* first: once the organisations are written, nothing tells that their keys are not */
	done = done && write_lookalikes(&ap, e) && write_all(&ap, e);
	if (done) {
		add_done(&b->done, &ap.done);
		forget_events(b);
	}
	g_checksum_free(ap.fed);
	g_hash_table_destroy(ap.domains);
	g_hash_table_destroy(ap.orgs);
	g_hash_table_destroy(ap.pairs);
	g_hash_table_destroy(ap.deltas);
	g_hash_table_destroy(ap.messages);
	arena_destroy(&ap.arena);
	return done;
}
