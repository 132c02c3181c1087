/* Two records of the same thing made into one. Counts are kept apart for the newest day, so
 * when a newer day comes, the former newest one closes: its counts move to the closed ones.
 * Merging is commutative, so that archives may be read in any order. */
#include <glib.h>

#include "behavior/habit.h"
#include "behavior/history.h"
#include "behavior/sample.h"

#define HALF_LIFE_DAYS 30

/* 2^(-k/30) in 1/65536 */
static const int64_t halving[HALF_LIFE_DAYS] = {
	65536, 64039, 62576, 61147, 59751, 58386, 57052, 55749, 54476, 53232,
	52016, 50828, 49667, 48533, 47424, 46341, 45283, 44248, 43238, 42250,
	41285, 40342, 39421, 38520, 37641, 36781, 35941, 35120, 34318, 33534,
};

int64_t history_decay(int64_t n, int64_t days)
{
	if (days < 1)
		return n;
	if (days >= 60 * HALF_LIFE_DAYS)
		return 0;
	return (n * halving[days % HALF_LIFE_DAYS] / 65536) >> (days / HALF_LIFE_DAYS);
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a == 0 ? b : b == 0 ? a : MIN(a, b);
}

struct merging {
	int64_t open, h_open, more_open; /* newest day of the result and of both */
};

static void merge_count(const struct merging *m, struct count *c,
			const struct count *more)
{
	struct count sum = { .closed = c->closed + more->closed };

	if (m->h_open == m->open)
		sum.open += c->open;
	else
		sum.closed += c->open;
	if (m->more_open == m->open)
		sum.open += more->open;
	else
		sum.closed += more->open;
	*c = sum;
}

static int64_t recent(const struct merging *m, const struct flow *f, int64_t f_open)
{
	int64_t just_closed = f_open < m->open ? f->messages.open * 1000 : 0;

	return history_decay(f->recent_milli + just_closed, m->open - f_open);
}

static void merge_flow(const struct merging *m, struct flow *f, const struct flow *more)
{
	const int64_t days[] = { f->last_day, f->before_day, more->last_day,
				 more->before_day };
	int64_t sum = recent(m, f, m->h_open) + recent(m, more, m->more_open);

	merge_count(m, &f->messages, &more->messages);
	f->recent_milli = sum;
	f->first_day = earlier(f->first_day, more->first_day);
	f->last_day = MAX(f->last_day, more->last_day);
	f->before_day = 0;
	for (size_t i = 0; i < COUNT_OF(days); i++)
		if (days[i] < m->open)
			f->before_day = MAX(f->before_day, days[i]);
}

/* --- the days themselves --- */

struct days {
	int64_t at[2 * DAYS_MOST];
	size_t n;
};

static void read_days(const struct bytes *from, struct days *to_r)
{
	to_r->n = 0;
	for (size_t i = 0; i + DAY_BYTES <= from->n && to_r->n < DAYS_MOST;
	     i += DAY_BYTES)
		to_r->at[to_r->n++] = day_read(from->at + i);
}

static void unite(const struct days *a, const struct days *b, struct days *u_r)
{
	size_t i = 0, k = 0;

	u_r->n = 0;
	while (i < a->n || k < b->n) {
		int64_t next = k == b->n || (i < a->n && a->at[i] < b->at[k]) ? a->at[i]
									      : b->at[k];

		while (i < a->n && a->at[i] <= next)
			i++;
		while (k < b->n && b->at[k] <= next)
			k++;
		u_r->at[u_r->n++] = next;
	}
}

/* How many of the first `dropped` days of u certainly are not among those older than list. */
static int64_t not_older(const struct days *u, size_t dropped, const struct days *list)
{
	int64_t n = 0;

	for (size_t i = 0; i < dropped; i++)
		n += list->n > 0 && u->at[i] >= list->at[0];
	return n;
}

static struct bytes write_days(const struct days *u, size_t dropped, struct arena *a)
{
	struct bytes days = { .n = (u->n - dropped) * DAY_BYTES };
	unsigned char *to = arena_alloc(a, days.n);

	days.at = (const char *)to;
	for (size_t i = dropped; i < u->n; i++) {
		*to++ = (unsigned char)(u->at[i] & 0xff);
		*to++ = (unsigned char)(u->at[i] >> 8 & 0xff);
		*to++ = (unsigned char)(u->at[i] >> 16 & 0xff);
	}
	return days;
}

/* Single days are exact. Of those only counted, nobody knows whether both sides mean the
 * same ones, unless the two lie apart: the number that is certain is taken. */
static void merge_days(struct history *h, const struct history *more, struct arena *a)
{
	struct days x, y, u;
	int64_t older;
	size_t dropped;
	bool apart = h->in.last_day < more->in.first_day ||
		     more->in.last_day < h->in.first_day;

	if (more->days.n == 0)
		return;
	read_days(&h->days, &x);
	read_days(&more->days, &y);
	unite(&x, &y, &u);
	dropped = u.n > DAYS_MOST ? u.n - DAYS_MOST : 0;
	if (u.n == x.n && dropped == 0 && more->days_older == 0)
		return;
	if (apart) {
		older = h->days_older + more->days_older + (int64_t)dropped;
	} else {
		older = MAX(h->days_older + not_older(&u, dropped, &x),
			    more->days_older + not_older(&u, dropped, &y));
		older = MAX(older, (int64_t)dropped);
	}
	h->days_older = older;
	h->days = write_days(&u, dropped, a);
}

/* --- what is usual --- */

static void merge_item(struct usual_item *item, const struct usual_item *more)
{
	struct merging m = {
		.open = MAX(item->last_day, more->last_day),
		.h_open = item->last_day,
		.more_open = more->last_day,
	};
	struct count c = { item->closed, item->open }, d = { more->closed, more->open };

	merge_count(&m, &c, &d);
	item->closed = c.closed;
	item->open = c.open;
	item->first_day = earlier(item->first_day, more->first_day);
	item->last_day = m.open;
}

/* Frequent before seldom, old before new: who comes with many new values at once only
 * fights for the last place. */
static int compare_items(const void *pa, const void *pb)
{
	const struct usual_item *a = pa, *b = pb;
	int64_t na = a->closed + a->open, nb = b->closed + b->open;

	if (na != nb)
		return na > nb ? -1 : 1;
	if (a->first_day != b->first_day)
		return a->first_day < b->first_day ? -1 : 1;
	return strcmp(a->text, b->text);
}

static void merge_usual(struct usual_set *set, const struct usual_set *more,
			struct arena *a)
{
	struct usual_item all[2 * USUAL_MOST];
	size_t n = 0;

	for (size_t i = 0; i < set->n && n < USUAL_MOST; i++)
		if (set->at[i].text != NULL)
			all[n++] = set->at[i];
	for (size_t i = 0; i < more->n && n < COUNT_OF(all); i++) {
		size_t k = 0;

		if (more->at[i].text == NULL)
			continue;
		while (k < n && strcmp(all[k].text, more->at[i].text) != 0)
			k++;
		if (k < n)
			merge_item(&all[k], &more->at[i]);
		else
			all[n++] = more->at[i];
	}
	qsort(all, n, sizeof(all[0]), compare_items);
	n = MIN(n, USUAL_MOST);
	if (n > set->n)
		set->at = arena_new(a, struct usual_item, n);
	set->n = n;
	if (n > 0)
		memcpy(set->at, all, n * sizeof(all[0]));
}

/* Also a record without any may close a day, and with it the other's open entries. */
static void merge_sets(const struct merging *m, struct history *h,
		       const struct history *more, struct arena *a)
{
	bool h_over = m->h_open < m->open, more_over = m->more_open < m->open;

	if (more->hours.n > 0 || (h->hours.n > 0 && h_over))
		h->hours = hours_merge((struct side){ h->hours, h_over },
				       (struct side){ more->hours, more_over }, a);
	if (more->habits.n > 0 || (h->habits.n > 0 && h_over))
		h->habits = habits_merge((struct side){ h->habits, h_over },
					 (struct side){ more->habits, more_over }, a);
	if (more->reached.n > 0 || (h->reached.n > 0 && h_over))
		h->reached = sample_merge((struct side){ h->reached, h_over },
					  (struct side){ more->reached, more_over }, a);
}

void history_merge(struct history *h, const struct history *more, struct arena *a)
{
	struct merging m = {
		.open = MAX(h->open_day, more->open_day),
		.h_open = h->open_day,
		.more_open = more->open_day,
	};

	if (more->mark != 0 && more->mark == h->mark)
		return;
	merge_days(h, more, a); /* before the flows: it compares their days */
	merge_flow(&m, &h->in, &more->in);
	merge_flow(&m, &h->out, &more->out);
	merge_count(&m, &h->mailboxes, &more->mailboxes);
	merge_count(&m, &h->rescued, &more->rescued);
	merge_count(&m, &h->junked, &more->junked);
	merge_count(&m, &h->checked, &more->checked);
	merge_count(&m, &h->proven, &more->proven);
	for (size_t i = 0; i < USUAL_COUNT; i++)
		if (more->usual[i].n > 0)
			merge_usual(&h->usual[i], &more->usual[i], a);
	merge_sets(&m, h, more, a);
	h->open_day = m.open;
	h->mark = more->mark != 0 ? more->mark : h->mark;
}
