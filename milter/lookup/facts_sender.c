/* Facts about the tenant's past with the sender: their address, their organisation, their
 * display name, and the list they write through. */
#include <string.h>

#include "lookup/view.h"

/* fewer messages tell nothing about habits (as history_usual()) */
enum { HABIT_MESSAGES_LEAST = 3 };

/* The message has nothing that could have a past: no From, no List-Id. */
enum { BURST_LEAST = 10, BURST_TIMES = 5 }; /* a newsletter's day is not a burst */

static bool nothing_to_ask(const struct value *what, struct value *at,
			   const enum fact_id *facts, size_t n)
{
	if (what->known != ANSWER_NO)
		return false;
	for (size_t i = 0; i < n; i++)
		at[facts[i]] = VALUE_ABSENT;
	return true;
}

/* Has the sender asked for answers elsewhere on an earlier day? Not to have done so is a
 * habit too, and asking now is new. */
static bool ever_elsewhere(const struct view *v)
{
	const struct usual_set *set = &v->history.usual[USUAL_REPLY_TO];

	for (size_t i = 0; i < set->n; i++)
		if (set->at[i].first_day < v->today)
			return true;
	return false;
}

static struct value new_reply_to(const struct memory *m, const struct view *v)
{
	const struct value *reply = &m->features->at[FEATURE_REPLY_TO_ORG];
	const struct value *from = &m->features->at[FEATURE_FROM_ORG];
	struct value known = view_known(v);

	if (reply->known == ANSWER_YES && from->known == ANSWER_YES &&
	    strcmp(reply->text, from->text) == 0)
		return VALUE_OF_BOOL(false);
	if (reply->known == ANSWER_YES && value_answer(&known) == ANSWER_YES &&
	    !ever_elsewhere(v) &&
	    history_messages_in(&v->history, v->today) >= HABIT_MESSAGES_LEAST)
		return VALUE_OF_BOOL(true);
	return view_unusual(v, USUAL_REPLY_TO, reply);
}

static struct value sender_today(const struct view *v)
{
	if (v->found == ANSWER_UNKNOWN)
		return VALUE_UNKNOWN;
	return VALUE_OF_INT(
		v->found == ANSWER_YES ? history_today_in(&v->history, v->today) : 0);
}

static struct value new_mailboxes_today(const struct view *v)
{
	if (v->found == ANSWER_UNKNOWN)
		return VALUE_UNKNOWN;
	return VALUE_OF_INT(v->found == ANSWER_YES
				    ? history_today_mailboxes(&v->history, v->today)
				    : 0);
}

/* Strangers have no usual day: a burst is said of those who have one. */
static struct value burst(const struct view *v)
{
	struct value acquainted = view_known(v);
	int64_t now, usual_milli;

	if (value_answer(&acquainted) != ANSWER_YES)
		return acquainted;
	now = history_today_in(&v->history, v->today);
	usual_milli = history_usual_day_milli(&v->history, v->today);
	return VALUE_OF_BOOL(now > BURST_LEAST && now * 1000 > BURST_TIMES * usual_milli);
}

/* Of several values at once: is one of them new (links), or all of them (signatures)? */
static struct value unusual_items(const struct view *v, enum usual kind,
				  const struct value *seen, bool all)
{
	enum answer sum = all ? ANSWER_YES : ANSWER_NO;
	struct value acquainted = view_known(v);

	if (acquainted.known == ANSWER_UNKNOWN || seen->known == ANSWER_UNKNOWN)
		return VALUE_UNKNOWN;
	if (seen->known == ANSWER_NO || seen->n_items == 0)
		return VALUE_OF_BOOL(false);
	for (size_t i = 0; i < seen->n_items; i++) {
		struct value one = value_of_text(seen->items[i]);
		struct value is_new = view_unusual(v, kind, &one);
		enum answer a = value_answer(&is_new);

		sum = all ? answer_and(sum, a) : answer_or(sum, a);
	}
	return value_of_answer(sum);
}

static void take_sender(const struct memory *m, struct value *at)
{
	static const enum fact_id mine[] = {
		FACT_SENDER_KNOWN,        FACT_SENDER_FIRST_CONTACT,
		FACT_SENDER_DAYS_KNOWN,   FACT_SENDER_MESSAGES_IN,
		FACT_SENDER_MESSAGES_OUT, FACT_SENDER_MAILBOXES,
		FACT_SENDER_TODAY,        FACT_SENDER_NEW_REPLY_TO,
		FACT_SENDER_NEW_MAILER,   FACT_SENDER_NEW_NETWORK,
		FACT_SENDER_NEW_DKIM,     FACT_SENDER_NEW_LINK,
		FACT_SENDER_BURST,        FACT_SENDER_NEW_MAILBOXES_TODAY,
	};
	const struct value *f = m->features->at;
	struct view v;

	if (nothing_to_ask(&f[FEATURE_FROM_ADDRESS], at, mine, COUNT_OF(mine)))
		return;
	memory_view(m, m->asks->sender, &v);
	at[FACT_SENDER_KNOWN] = view_known(&v);
	at[FACT_SENDER_FIRST_CONTACT] = view_first_contact(&v);
	at[FACT_SENDER_DAYS_KNOWN] = view_days_known(&v);
	at[FACT_SENDER_MESSAGES_IN] = view_count(&v, history_messages_in);
	at[FACT_SENDER_MESSAGES_OUT] = view_count(&v, history_messages_out);
	at[FACT_SENDER_MAILBOXES] = view_count(&v, history_mailboxes);
	at[FACT_SENDER_TODAY] = sender_today(&v);
	at[FACT_SENDER_NEW_REPLY_TO] = new_reply_to(m, &v);
	at[FACT_SENDER_NEW_MAILER] = view_unusual(&v, USUAL_MAILER, &f[FEATURE_MAILER]);
	at[FACT_SENDER_NEW_NETWORK] =
		view_unusual(&v, USUAL_NETWORK, &f[FEATURE_CLIENT_NETWORK]);
	at[FACT_SENDER_NEW_DKIM] =
		unusual_items(&v, USUAL_DKIM, &f[FEATURE_DKIM_DOMAINS], true);
	at[FACT_SENDER_NEW_LINK] =
		unusual_items(&v, USUAL_LINK, &f[FEATURE_LINKS_ORGS], false);
	at[FACT_SENDER_BURST] = burst(&v);
	at[FACT_SENDER_NEW_MAILBOXES_TODAY] = new_mailboxes_today(&v);
}

static void take_domain(const struct memory *m, struct value *at)
{
	static const enum fact_id mine[] = {
		FACT_DOMAIN_KNOWN,        FACT_DOMAIN_FIRST_CONTACT,
		FACT_DOMAIN_DAYS_KNOWN,   FACT_DOMAIN_MESSAGES_IN,
		FACT_DOMAIN_MESSAGES_OUT,
	};
	struct view v;

	if (nothing_to_ask(&m->features->at[FEATURE_FROM_ORG], at, mine, COUNT_OF(mine)))
		return;
	memory_view(m, m->asks->domain, &v);
	at[FACT_DOMAIN_KNOWN] = view_known(&v);
	at[FACT_DOMAIN_FIRST_CONTACT] = view_first_contact(&v);
	at[FACT_DOMAIN_DAYS_KNOWN] = view_days_known(&v);
	at[FACT_DOMAIN_MESSAGES_IN] = view_count(&v, history_messages_in);
	at[FACT_DOMAIN_MESSAGES_OUT] = view_count(&v, history_messages_out);
}

/* the addresses that used the name on earlier days */
static struct value earlier_addresses(struct arena *a, const struct view *v)
{
	const struct usual_set *set = &v->history.usual[USUAL_ADDRESS];
	const char **items = arena_new(a, const char *, set->n);
	size_t n = 0;

	for (size_t i = 0; i < set->n; i++)
		if (set->at[i].first_day < v->today)
			items[n++] = set->at[i].text;
	return value_of_list(items, n);
}

static void take_display(const struct memory *m, struct value *at)
{
	const struct value *name = &m->features->at[FEATURE_FROM_NAME];
	const struct value *from = &m->features->at[FEATURE_FROM_ADDRESS];
	struct view v;

	memory_view(m, m->asks->display, &v);
	if (name->known != ANSWER_UNKNOWN && m->asks->display == ASK_NOT) {
		at[FACT_DISPLAY_ADDRESSES] = VALUE_ABSENT;
		at[FACT_DISPLAY_NEW_ADDRESS] = VALUE_ABSENT;
		return;
	}
	at[FACT_DISPLAY_ADDRESSES] = v.found == ANSWER_UNKNOWN
					     ? VALUE_UNKNOWN
					     : earlier_addresses(m->arena, &v);
	/* a name that so many use ("Newsletter") is nobody's: the set is full */
	at[FACT_DISPLAY_NEW_ADDRESS] = v.history.usual[USUAL_ADDRESS].n >= USUAL_MOST
					       ? VALUE_OF_BOOL(false)
					       : view_unusual(&v, USUAL_ADDRESS, from);
}

static void take_list(const struct memory *m, struct value *at)
{
	static const enum fact_id mine[] = { FACT_LIST_KNOWN, FACT_LIST_MESSAGES };
	struct view v;

	if (nothing_to_ask(&m->features->at[FEATURE_LIST_ID], at, mine, COUNT_OF(mine)))
		return;
	memory_view(m, m->asks->list, &v);
	at[FACT_LIST_KNOWN] = view_known(&v);
	at[FACT_LIST_MESSAGES] = view_count(&v, history_messages_in);
}

void facts_of_sender(const struct memory *m, struct value *at)
{
	take_sender(m, at);
	take_domain(m, at);
	take_display(m, at);
	take_list(m, at);
}
