/* Facts about the tenant's past with the sender: their address, their organisation, their
 * display name, and the list they write through. */
#include <string.h>

#include "lookup/view.h"

/* The message has nothing that could have a past: no From, no List-Id. */
static bool nothing_to_ask(const struct value *what, struct value *at,
			   const enum fact_id *facts, size_t n)
{
	if (what->known != ANSWER_NO)
		return false;
	for (size_t i = 0; i < n; i++)
		at[facts[i]] = VALUE_ABSENT;
	return true;
}

/* Rounded up: 0 percent is said of strangers alone. The tenant's mailboxes are estimated
 * where they are many, so the share may come out above all. */
static struct value prevalence(const struct memory *m, const struct value *mailboxes)
{
	if (mailboxes->known != ANSWER_YES || m->mailboxes == 0)
		return VALUE_UNKNOWN;
	return VALUE_OF_INT(
		MIN(100, (mailboxes->number * 100 + m->mailboxes - 1) / m->mailboxes));
}

static void take_sender(const struct memory *m, struct value *at)
{
	static const enum fact_id mine[] = {
		FACT_SENDER_KNOWN,
		FACT_SENDER_FIRST_CONTACT,
		FACT_SENDER_DAYS_KNOWN,
		FACT_SENDER_MESSAGES_IN,
		FACT_SENDER_MESSAGES_OUT,
		FACT_SENDER_DAYS_SINCE_IN,
		FACT_SENDER_DAYS_SINCE_OUT,
		FACT_SENDER_SOLICITED,
		FACT_SENDER_MAILBOXES,
		FACT_SENDER_PREVALENCE,
		FACT_SENDER_TODAY,
		FACT_SENDER_NEW_REPLY_TO,
		FACT_SENDER_NEW_MAILER,
		FACT_SENDER_NEW_NETWORK,
		FACT_SENDER_NEW_DKIM,
		FACT_SENDER_NEW_LINK,
		FACT_SENDER_NEW_HOUR,
		FACT_SENDER_BURST,
		FACT_SENDER_NEW_MAILBOXES_TODAY,
	};
	static const struct habit_facts habits = {
		.noted = history_messages_in,
		.today = FACT_SENDER_TODAY,
		.burst = FACT_SENDER_BURST,
		.new_reply_to = FACT_SENDER_NEW_REPLY_TO,
		.new_mailer = FACT_SENDER_NEW_MAILER,
		.new_network = FACT_SENDER_NEW_NETWORK,
		.new_dkim = FACT_SENDER_NEW_DKIM,
		.new_link = FACT_SENDER_NEW_LINK,
		.new_hour = FACT_SENDER_NEW_HOUR,
	};
	struct view v;

	if (nothing_to_ask(&m->features->at[FEATURE_FROM_ADDRESS], at, mine,
			   COUNT_OF(mine)))
		return;
	memory_view(m, m->asks->sender, &v);
	at[FACT_SENDER_KNOWN] = view_known(&v);
	at[FACT_SENDER_FIRST_CONTACT] = view_first_contact(&v);
	at[FACT_SENDER_DAYS_KNOWN] = view_days_known(&v);
	at[FACT_SENDER_MESSAGES_IN] = view_count(&v, history_messages_in);
	at[FACT_SENDER_MESSAGES_OUT] = view_count(&v, history_messages_out);
	at[FACT_SENDER_DAYS_SINCE_IN] = view_days_since(&v, history_last_in);
	at[FACT_SENDER_DAYS_SINCE_OUT] = view_days_since(&v, history_last_out);
	at[FACT_SENDER_SOLICITED] = view_solicited(&v);
	at[FACT_SENDER_MAILBOXES] = view_count(&v, history_mailboxes);
	at[FACT_SENDER_PREVALENCE] = prevalence(m, &at[FACT_SENDER_MAILBOXES]);
	at[FACT_SENDER_NEW_MAILBOXES_TODAY] = view_today(&v, history_today_mailboxes);
	facts_of_habits(m, &v, &habits, at);
}

static void take_domain(const struct memory *m, struct value *at)
{
	static const enum fact_id mine[] = {
		FACT_DOMAIN_KNOWN,          FACT_DOMAIN_FIRST_CONTACT,
		FACT_DOMAIN_DAYS_KNOWN,     FACT_DOMAIN_MESSAGES_IN,
		FACT_DOMAIN_MESSAGES_OUT,   FACT_DOMAIN_DAYS_SINCE_IN,
		FACT_DOMAIN_DAYS_SINCE_OUT, FACT_DOMAIN_SOLICITED,
		FACT_DOMAIN_MAILBOXES,      FACT_DOMAIN_PREVALENCE,
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
	at[FACT_DOMAIN_DAYS_SINCE_IN] = view_days_since(&v, history_last_in);
	at[FACT_DOMAIN_DAYS_SINCE_OUT] = view_days_since(&v, history_last_out);
	at[FACT_DOMAIN_SOLICITED] = view_solicited(&v);
	at[FACT_DOMAIN_MAILBOXES] = view_count(&v, history_mailboxes);
	at[FACT_DOMAIN_PREVALENCE] = prevalence(m, &at[FACT_DOMAIN_MAILBOXES]);
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
