/* Events are few and decisions many. So events are kept first, by message and mailbox, and
 * decisions only counted as they pass: memory grows with what people did, not with mail. */
#include "learn/ledger.h"

#include <string.h>

#include "base/limits.h"
#include "base/sorted.h"
#include "learn/share.h"
#include "message/address.h"
#include "preference/preference.h"

#define CASES_LEAST 20
#define MAILBOXES_LEAST 3

enum { RESCUED = 1, ANSWERED = 2 };

struct ledger {
	struct ledger_setup setup;
	GHashTable *said;     /* "id\nmailbox" -> bits of what holds now */
	GHashTable *first;    /* id -> the mailbox that spoke first of it */
	GHashTable *rules;    /* name -> struct ledger_row */
	GHashTable *parts;    /* "policy\nrule" -> struct ledger_row */
	GHashTable *policies; /* name -> struct ledger_row; summed when asked */
};

static void row_free(void *data)
{
	struct ledger_row *row = data;

	g_free(row->name);
	g_hash_table_unref(row->by_mailbox);
	g_free(row);
}

struct ledger *ledger_create(const struct ledger_setup *setup)
{
	struct ledger *l = g_new0(struct ledger, 1);

	l->setup = *setup;
	l->said = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	l->first = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	l->rules = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, row_free);
	l->parts = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, row_free);
	l->policies = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, row_free);
	return l;
}

void ledger_destroy(struct ledger **l)
{
	g_hash_table_unref((*l)->said);
	g_hash_table_unref((*l)->first);
	g_hash_table_unref((*l)->rules);
	g_hash_table_unref((*l)->parts);
	g_hash_table_unref((*l)->policies);
	g_free(*l);
	*l = NULL;
}

/* ---- what people did ---- */

/* the bits after an act; hands that take something back speak for the rule again */
static unsigned after(unsigned bits, enum feedback feedback)
{
	switch (feedback) {
	case FEEDBACK_WANTED:
	case FEEDBACK_RELEASED:
	case FEEDBACK_REPORTED:
	case FEEDBACK_APPROVED:
		return bits | RESCUED;
	case FEEDBACK_REPLIED:
		return bits | ANSWERED;
	case FEEDBACK_JUNK:
	case FEEDBACK_GRAYMAIL:
	case FEEDBACK_DISCARDED:
	case FEEDBACK_REVOKED:
		return bits & ~(unsigned)RESCUED;
	case FEEDBACK_FLAGGED:
	case FEEDBACK_COUNT:
		break;
	}
	return bits;
}

void ledger_event(struct ledger *l, const struct event *ev)
{
	char *key;
	unsigned bits;

	if (ev->kind != RECORD_KIND_FEEDBACK || ev->mass || ev->message == NULL)
		return;
	key = g_strdup_printf("%s\n%s", ev->message, ev->mailbox);
	bits = GPOINTER_TO_UINT(g_hash_table_lookup(l->said, key));
	bits = after(bits, ev->feedback);
	if (bits == 0)
		g_hash_table_remove(l->said, key);
	else if (g_hash_table_size(l->said) < LIMIT_LEDGER_MESSAGES)
		g_hash_table_insert(l->said, g_strdup(key), GUINT_TO_POINTER(bits));
	if (bits != 0 && g_hash_table_size(l->first) < LIMIT_LEDGER_MESSAGES &&
	    !g_hash_table_contains(l->first, ev->message))
		g_hash_table_insert(l->first, g_strdup(ev->message),
				    g_strdup(ev->mailbox));
	g_free(key);
}

size_t ledger_events(const struct ledger *l)
{
	return g_hash_table_size(l->said);
}

/* ---- what was decided ---- */

static unsigned bits_of(const struct ledger *l, const char *id, const char *mailbox)
{
	char *key = g_strdup_printf("%s\n%s", id, mailbox);
	unsigned bits = GPOINTER_TO_UINT(g_hash_table_lookup(l->said, key));

	g_free(key);
	return bits;
}

/* What came to an alias, its mailbox speaks of; of a message to one alone that is no question. */
static unsigned said_of(const struct ledger *l, struct arena *a, const struct recorded *r,
			const char *address, const char **mailbox_r)
{
	const char *first = r->id == NULL ? NULL : g_hash_table_lookup(l->first, r->id);
	const char *key = address == NULL ? NULL : address_key(a, address);

	if (key != NULL && l->setup.options != NULL)
		key = options_mailbox(l->setup.options, a, key);
	*mailbox_r = key != NULL ? key : "";
	if (first == NULL)
		return 0;
	unsigned bits = key == NULL ? 0 : bits_of(l, r->id, key);

	if (bits == 0 && r->n_rcpts == 1) {
		*mailbox_r = first;
		bits = bits_of(l, r->id, first);
	}
	return bits;
}

void ledger_said(const struct ledger *l, struct arena *a, const struct recorded *r,
		 size_t i, bool said_r[2])
{
	const char *mailbox;
	unsigned bits = said_of(l, a, r, r->rcpts[i].address, &mailbox);

	said_r[LEDGER_RESCUED] = (bits & RESCUED) != 0;
	said_r[LEDGER_ANSWERED] = (bits & ANSWERED) != 0;
}

static struct ledger_row *row_of(GHashTable *rows, const char *name)
{
	struct ledger_row *row = g_hash_table_lookup(rows, name);

	if (row != NULL)
		return row;
	row = g_new0(struct ledger_row, 1);
	row->name = g_strdup(name);
	row->by_mailbox = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_hash_table_insert(rows, row->name, row);
	return row;
}

struct spoken {
	unsigned bits;
	const char *mailbox;
	bool threat, done;
};

static bool is_before(const struct ledger *l, const char *name, int64_t time_s)
{
	const int64_t *not_before =
		l->setup.not_before == NULL
			? NULL
			: g_hash_table_lookup(l->setup.not_before, name);

	return not_before != NULL && time_s < *not_before;
}

static void count(GHashTable *rows, const char *name, const struct spoken *s)
{
	struct ledger_row *row = row_of(rows, name);

	row->hits += s->done;
	row->watched += !s->done;
	if (!s->done || s->bits == 0)
		return;
	row->rescued += (s->bits & RESCUED) != 0;
	row->answered += (s->bits & ANSWERED) != 0;
	if ((s->bits & RESCUED) == 0 && s->threat)
		return;
	guint n = GPOINTER_TO_UINT(g_hash_table_lookup(row->by_mailbox, s->mailbox)) + 1;

	row->bad++;
	row->most_of_one = MAX(row->most_of_one, (int64_t)n);
	g_hash_table_insert(row->by_mailbox, g_strdup(s->mailbox), GUINT_TO_POINTER(n));
}

static void count_one(struct ledger *l, const struct recorded_rcpt *to, int64_t time_s,
		      const struct spoken *s)
{
	bool counts = !is_before(l, to->decisive, time_s);
	char *part;

	if (counts)
		count(l->rules, to->decisive, s);
	if (!counts || to->policy == NULL || is_before(l, to->policy, time_s))
		return;
	part = g_strdup_printf("%s\n%s", to->policy, to->decisive);
	count(l->parts, part, s);
	g_free(part);
}

void ledger_decision(struct ledger *l, const struct recorded *r)
{
	struct arena *a;

	if (r->internal || r->time_s < l->setup.since_s)
		return;
	a = arena_create();
	for (size_t i = 0; i < r->n_rcpts; i++) {
		const struct recorded_rcpt *to = &r->rcpts[i];
		struct spoken s = {
			.threat = to->axis == AXIS_THREAT,
			.done = to->done != ACTION_PASS && to->done < ACTION_COUNT,
		};

		if (to->decisive == NULL)
			continue;
		s.bits = said_of(l, a, r, to->address, &s.mailbox);
		count_one(l, to, r->time_s, &s);
	}
	arena_destroy(&a);
}

/* ---- what comes of it ---- */

static void complete(struct ledger_row *row)
{
	double high;

	row->mailboxes = g_hash_table_size(row->by_mailbox);
	row->share = row->hits == 0 ? 0 : (double)row->bad / (double)row->hits;
	share_bounds(row->bad, row->hits, &row->low, &row->high);
	share_bounds(row->bad - row->most_of_one, row->hits, &row->low_without_most,
		     &high);
}

static int compare_rows(const void *left, const void *right)
{
	const struct ledger_row *a = *(void *const *)left, *b = *(void *const *)right;

	if (a->low > b->low || a->low < b->low)
		return a->low > b->low ? -1 : 1;
	if (a->hits != b->hits)
		return a->hits > b->hits ? -1 : 1;
	return strcmp(a->name, b->name);
}

static GPtrArray *sorted(GHashTable *rows)
{
	GHashTableIter iter;
	gpointer row;

	g_hash_table_iter_init(&iter, rows);
	while (g_hash_table_iter_next(&iter, NULL, &row))
		complete(row);
	return sorted_values(rows, compare_rows);
}

GPtrArray *ledger_rules(struct ledger *l)
{
	return sorted(l->rules);
}

static void add_part(struct ledger_row *sum, const struct ledger_row *part)
{
	GHashTableIter iter;
	gpointer mailbox, bad;

	sum->hits += part->hits;
	sum->watched += part->watched;
	sum->rescued += part->rescued;
	sum->answered += part->answered;
	sum->bad += part->bad;
	g_hash_table_iter_init(&iter, part->by_mailbox);
	while (g_hash_table_iter_next(&iter, &mailbox, &bad)) {
		guint n = GPOINTER_TO_UINT(bad) +
			  GPOINTER_TO_UINT(g_hash_table_lookup(sum->by_mailbox, mailbox));

		sum->most_of_one = MAX(sum->most_of_one, (int64_t)n);
		g_hash_table_insert(sum->by_mailbox, g_strdup(mailbox),
				    GUINT_TO_POINTER(n));
	}
}

GPtrArray *ledger_policies(struct ledger *l, int64_t percent)
{
	GHashTableIter iter;
	gpointer name, part;

	g_ptr_array_unref(sorted(l->rules)); /* their bounds are known now */
	g_hash_table_remove_all(l->policies);
	g_hash_table_iter_init(&iter, l->parts);
	while (g_hash_table_iter_next(&iter, &name, &part)) {
		char **of = g_strsplit(name, "\n", 2);
		const struct ledger_row *rule = g_hash_table_lookup(l->rules, of[1]);

		if (!ledger_is_bad(rule, percent))
			add_part(row_of(l->policies, of[0]), part);
		g_strfreev(of);
	}
	return sorted(l->policies);
}

bool ledger_is_bad(const struct ledger_row *row, int64_t percent)
{
	return percent > 0 && row->bad >= CASES_LEAST &&
	       row->mailboxes >= MAILBOXES_LEAST &&
	       row->low_without_most * 100 > (double)percent;
}
