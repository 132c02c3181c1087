/* The history record: its codec, and the questions that may be asked of it. Each question
 * that grants trust looks through closed() or its like, which is where the open day is left
 * out; a new one must too. */
#include "behavior/history.h"

#include "base/limits.h"
#include "behavior/habit.h"
#include "behavior/sample.h"

#define USUAL_TEXT_BYTES 255
#define ENOUGH_MESSAGES 3 /* closed, before "not usual of them" means anything */
#define RARE 100          /* one hour in so many is an exception, */
#define RARE_MOST 8       /* but not so often */

static const struct codec_field count_fields[] = {
	CODEC_INT_FIELD(count, 1, closed),
	CODEC_INT_FIELD(count, 2, open),
};

static const struct codec count_codec = {
	.name = "count",
	.version = 1,
	.size = sizeof(struct count),
	.fields = count_fields,
	.n_fields = COUNT_OF(count_fields),
};

static const struct codec_field flow_fields[] = {
	CODEC_RECORD_FIELD(flow, 1, messages, &count_codec),
	CODEC_INT_FIELD(flow, 2, first_day),
	CODEC_INT_FIELD(flow, 3, last_day),
	CODEC_INT_FIELD(flow, 4, before_day),
	CODEC_INT_FIELD(flow, 5, recent_milli),
};

static const struct codec flow_codec = {
	.name = "flow",
	.version = 1,
	.size = sizeof(struct flow),
	.fields = flow_fields,
	.n_fields = COUNT_OF(flow_fields),
};

static const struct codec_field item_fields[] = {
	CODEC_TEXT_FIELD(usual_item, 1, text, USUAL_TEXT_BYTES),
	CODEC_INT_FIELD(usual_item, 2, closed),
	CODEC_INT_FIELD(usual_item, 3, open),
	CODEC_INT_FIELD(usual_item, 4, first_day),
	CODEC_INT_FIELD(usual_item, 5, last_day),
};

static const struct codec item_codec = {
	.name = "usual",
	.version = 1,
	.size = sizeof(struct usual_item),
	.fields = item_fields,
	.n_fields = COUNT_OF(item_fields),
};

#define USUAL_FIELD(t, kind, word)                                                  \
	{                                                                           \
		.tag = (t), .name = word, .type = CODEC_RECORDS, .max = USUAL_MOST, \
		.of = &item_codec,                                                  \
		.at = offsetof(struct history, usual) +                             \
		      (kind) * sizeof(struct usual_set) +                           \
		      offsetof(struct usual_set, at),                               \
		.count_at = offsetof(struct history, usual) +                       \
			    (kind) * sizeof(struct usual_set) +                     \
			    offsetof(struct usual_set, n)                           \
	}

static const struct codec_field history_fields[] = {
	CODEC_INT_FIELD(history, 1, open_day),
	CODEC_RECORD_FIELD(history, 2, in, &flow_codec),
	CODEC_RECORD_FIELD(history, 3, out, &flow_codec),
	CODEC_RECORD_FIELD(history, 4, mailboxes, &count_codec),
	CODEC_RECORD_FIELD(history, 5, rescued, &count_codec),
	CODEC_RECORD_FIELD(history, 6, junked, &count_codec),
	CODEC_BLOB_FIELD(history, 7, days, DAY_BYTES *DAYS_MOST),
	CODEC_INT_FIELD(history, 8, days_older),
	CODEC_INT_FIELD(history, 9, mark),
	USUAL_FIELD(16, USUAL_REPLY_TO, "usual_reply_to"),
	USUAL_FIELD(17, USUAL_LINK, "usual_link"),
	USUAL_FIELD(18, USUAL_MAILER, "usual_mailer"),
	USUAL_FIELD(19, USUAL_DKIM, "usual_dkim"),
	USUAL_FIELD(20, USUAL_NETWORK, "usual_network"),
	USUAL_FIELD(21, USUAL_ADDRESS, "usual_address"),
	USUAL_FIELD(27, USUAL_WRITER, "usual_writer"),
	CODEC_BLOB_FIELD(history, 22, hours, HOURS_BYTES),
	CODEC_BLOB_FIELD(history, 23, habits, HABITS_BYTES),
	CODEC_BLOB_FIELD(history, 24, reached, SAMPLE_BYTES),
	CODEC_RECORD_FIELD(history, 25, checked, &count_codec),
	CODEC_RECORD_FIELD(history, 26, proven, &count_codec),
};

const struct codec history_codec = {
	.name = "history",
	.version = 1,
	.size = sizeof(struct history),
	.fields = history_fields,
	.n_fields = COUNT_OF(history_fields),
};

/* No true record comes near these; sums of two stay far from overflow. */
#define COUNT_MOST (INT64_C(1) << 44)
#define DAY_MOST ((1 << 8 * DAY_BYTES) - 1)

static bool within(int64_t n, int64_t most)
{
	return n >= 0 && n <= most;
}

static bool count_is_sane(const struct count *c)
{
	return within(c->closed, COUNT_MOST) && within(c->open, COUNT_MOST / 1000);
}

static bool flow_is_sane(const struct flow *f)
{
	return count_is_sane(&f->messages) && within(f->first_day, DAY_MOST) &&
	       within(f->last_day, DAY_MOST) && within(f->before_day, DAY_MOST) &&
	       within(f->recent_milli, COUNT_MOST);
}

static bool usual_is_sane(const struct usual_set *set)
{
	for (size_t i = 0; i < set->n; i++) {
		struct count c = { set->at[i].closed, set->at[i].open };

		if (!count_is_sane(&c) || !within(set->at[i].first_day, DAY_MOST) ||
		    !within(set->at[i].last_day, DAY_MOST))
			return false;
	}
	return true;
}

bool history_is_sane(const struct history *h)
{
	bool sane = within(h->open_day, DAY_MOST) && flow_is_sane(&h->in) &&
		    flow_is_sane(&h->out) && count_is_sane(&h->mailboxes) &&
		    count_is_sane(&h->rescued) && count_is_sane(&h->junked) &&
		    count_is_sane(&h->checked) && count_is_sane(&h->proven) &&
		    within(h->days_older, DAY_MOST) && hours_are_sane(h->hours) &&
		    habits_are_sane(h->habits) && sample_is_sane(h->reached);

	for (size_t i = 0; i < USUAL_COUNT && sane; i++)
		sane = usual_is_sane(&h->usual[i]);
	return sane;
}

enum answer history_decode(struct arena *a, struct bytes value, struct history *history_r)
{
	enum answer answer = codec_decode(&history_codec, value, history_r, a);

	if (answer != ANSWER_YES || history_is_sane(history_r))
		return answer;
	memset(history_r, 0, sizeof(*history_r));
	return ANSWER_UNKNOWN;
}

/* Is the newest day of the record one of the past? */
static bool all_closed(const struct history *h, int64_t today)
{
	return h->open_day < today;
}

static int64_t closed(const struct history *h, const struct count *c, int64_t today)
{
	return c->closed + (all_closed(h, today) ? c->open : 0);
}

/* entries of its newest day count when that day is over */
static struct side seen(const struct history *h, struct bytes set, int64_t today)
{
	return (struct side){ .set = set, .over = all_closed(h, today) };
}

static int64_t open_today(const struct history *h, const struct count *c, int64_t today)
{
	return h->open_day == today ? c->open : 0;
}

/* 0: none */
static int64_t first_closed(const struct flow *f, int64_t today)
{
	return f->first_day < today ? f->first_day : 0;
}

/* -1: none */
static int64_t last_closed(const struct flow *f, int64_t today)
{
	if (f->last_day > 0 && f->last_day < today)
		return f->last_day;
	return f->before_day > 0 && f->before_day < today ? f->before_day : -1;
}

enum answer history_known(const struct history *h, int64_t today)
{
	return history_messages_in(h, today) + history_messages_out(h, today) > 0
		       ? ANSWER_YES
		       : ANSWER_NO;
}

int64_t history_messages_in(const struct history *h, int64_t today)
{
	return h == NULL ? 0 : closed(h, &h->in.messages, today);
}

int64_t history_messages_out(const struct history *h, int64_t today)
{
	return h == NULL ? 0 : closed(h, &h->out.messages, today);
}

int64_t history_recent_in_milli(const struct history *h, int64_t today)
{
	int64_t recent;

	if (h == NULL)
		return 0;
	recent = h->in.recent_milli +
		 (all_closed(h, today) ? h->in.messages.open * 1000 : 0);
	return history_decay(recent, today - h->open_day);
}

int64_t history_days_known(const struct history *h, int64_t today)
{
	int64_t in, out, first;

	if (h == NULL)
		return -1;
	in = first_closed(&h->in, today);
	out = first_closed(&h->out, today);
	first = in == 0 ? out : out == 0 ? in : MIN(in, out);
	return first == 0 ? -1 : today - first;
}

int64_t history_days_seen(const struct history *h, int64_t today)
{
	int64_t n;

	if (h == NULL)
		return 0;
	n = h->days_older;
	for (size_t i = 0; i + DAY_BYTES <= h->days.n; i += DAY_BYTES)
		n += day_read(h->days.at + i) < today;
	return n;
}

int64_t history_last_in(const struct history *h, int64_t today)
{
	return h == NULL ? -1 : last_closed(&h->in, today);
}

int64_t history_last_out(const struct history *h, int64_t today)
{
	return h == NULL ? -1 : last_closed(&h->out, today);
}

enum answer history_usually_proven(const struct history *h, int64_t today)
{
	int64_t checked = h == NULL ? 0 : closed(h, &h->checked, today);

	if (checked < LIMIT_TRUST_MESSAGES)
		return ANSWER_UNKNOWN;
	return closed(h, &h->proven, today) * 20 >= checked * 19 ? ANSWER_YES : ANSWER_NO;
}

enum answer history_solicited(const struct history *h, int64_t today)
{
	return history_messages_out(h, today) > 0 ? ANSWER_YES : ANSWER_NO;
}

enum answer history_trusted(const struct history *h, int64_t today)
{
	int64_t first, last;

	if (h == NULL)
		return ANSWER_NO;
	if (history_messages_out(h, today) > 0 || closed(h, &h->rescued, today) > 0)
		return ANSWER_YES;
	first = first_closed(&h->in, today);
	last = last_closed(&h->in, today);
	return history_messages_in(h, today) >= LIMIT_TRUST_MESSAGES &&
			       history_days_seen(h, today) >= LIMIT_TRUST_DAYS &&
			       first > 0 && last - first >= LIMIT_TRUST_SPAN_DAYS
		       ? ANSWER_YES
		       : ANSWER_NO;
}

static int64_t item_closed(const struct usual_item *item, int64_t today)
{
	return item->closed + (item->last_day < today ? item->open : 0);
}

static bool item_lasts(const struct usual_item *item, int64_t today)
{
	return item_closed(item, today) >= LIMIT_TRUST_MESSAGES &&
	       MIN(item->last_day, today - 1) - item->first_day >= LIMIT_TRUST_SPAN_DAYS;
}

enum answer history_trusted_item(const struct usual_item *item, int64_t last_out,
				 int64_t today)
{
	if (item == NULL || item_closed(item, today) == 0)
		return ANSWER_NO;
	return item_lasts(item, today) || last_out >= item->first_day ? ANSWER_YES
								      : ANSWER_NO;
}

const struct usual_item *history_usual_item(const struct history *h, enum usual kind,
					    const char *text, int64_t today)
{
	const struct usual_set *set;

	if (h == NULL || text == NULL)
		return NULL;
	set = &h->usual[kind];
	for (size_t i = 0; i < set->n; i++)
		if (set->at[i].first_day < today && set->at[i].text != NULL &&
		    strcmp(set->at[i].text, text) == 0)
			return &set->at[i];
	return NULL;
}

static bool is_host(const struct usual_item *item)
{
	return item->text[0] == '[';
}

/* Does it stand in more than half of the messages whose signers were noted? */
static bool is_usual_signer(const struct history *list, const struct usual_item *item,
			    int64_t today)
{
	const struct usual_item *each =
		history_usual_item(list, USUAL_DKIM, USUAL_EACH, today);

	return each != NULL && each != item &&
	       2 * item_closed(item, today) > item_closed(each, today) &&
	       (item_lasts(item, today) || closed(list, &list->rescued, today) > 0);
}

/* The host proves less than a signature: other people may send from it, too. */
static bool has_usual_domain(const struct history *list, int64_t today)
{
	const struct usual_set *set = &list->usual[USUAL_DKIM];

	for (size_t i = 0; i < set->n; i++)
		if (set->at[i].text != NULL && !is_host(&set->at[i]) &&
		    is_usual_signer(list, &set->at[i], today))
			return true;
	return false;
}

enum answer history_signs(const struct history *list, const char *signer, int64_t today)
{
	const struct usual_item *item =
		history_usual_item(list, USUAL_DKIM, signer, today);

	if (item == NULL || !is_usual_signer(list, item, today))
		return ANSWER_NO;
	return is_host(item) && has_usual_domain(list, today) ? ANSWER_NO : ANSWER_YES;
}

int64_t history_mailboxes(const struct history *h, int64_t today)
{
	if (h == NULL)
		return 0;
	return h->reached.n > 0 ? sample_count(seen(h, h->reached, today))
				: closed(h, &h->mailboxes, today);
}

enum answer history_usual(const struct history *h, enum usual kind, const char *text,
			  int64_t today)
{
	enum answer answer = ANSWER_UNKNOWN;
	const struct usual_set *set;

	if (text == NULL || history_messages_in(h, today) < ENOUGH_MESSAGES)
		return ANSWER_UNKNOWN;
	set = &h->usual[kind];
	if (set->n == 0)
		return history_observed(h, today) < ENOUGH_MESSAGES
			       ? ANSWER_UNKNOWN
			       : habits_have(seen(h, h->habits, today), kind, text);
	for (size_t i = 0; i < set->n; i++) {
		if (set->at[i].first_day >= today)
			continue;
		if (set->at[i].text != NULL && strcmp(set->at[i].text, text) == 0)
			return ANSWER_YES;
		answer = ANSWER_NO;
	}
	return answer;
}

enum answer history_ever(const struct history *h, enum usual kind, int64_t today)
{
	if (h == NULL)
		return ANSWER_NO;
	for (size_t i = 0; i < h->usual[kind].n; i++)
		if (h->usual[kind].at[i].first_day < today)
			return ANSWER_YES;
	return habits_have(seen(h, h->habits, today), kind, "") == ANSWER_UNKNOWN
		       ? ANSWER_NO
		       : ANSWER_YES;
}

int64_t history_observed(const struct history *h, int64_t today)
{
	return h == NULL ? 0 : hours_count(seen(h, h->hours, today), 0, HOURS_A_DAY);
}

enum answer history_usual_hour(const struct history *h, int hour, int64_t today)
{
	int64_t all = history_observed(h, today), near;

	if (all < HOUR_MESSAGES || history_days_seen(h, today) < HOUR_DAYS)
		return ANSWER_UNKNOWN;
	near = hours_count(seen(h, h->hours, today), hour, HOURS_NEAR);
	return near * RARE > all || near >= RARE_MOST ? ANSWER_YES : ANSWER_NO;
}

int64_t history_today_in(const struct history *h, int64_t today)
{
	return h == NULL ? 0 : open_today(h, &h->in.messages, today);
}

int64_t history_today_mailboxes(const struct history *h, int64_t today)
{
	return h == NULL ? 0 : open_today(h, &h->mailboxes, today);
}

int64_t history_usual_day_milli(const struct history *h, int64_t today)
{
	int64_t days = history_days_seen(h, today);

	return days == 0 ? 0 : history_messages_in(h, today) * 1000 / days;
}
