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
static struct value prevalence(const struct answers *m, const struct value *mailboxes)
{
	if (mailboxes->known != ANSWER_YES || m->mailboxes == 0)
		return VALUE_UNKNOWN;
	return VALUE_OF_INT(
		MIN(100, (mailboxes->number * 100 + m->mailboxes - 1) / m->mailboxes));
}

static void take_sender(const struct answers *m, struct value *at)
{
	static const enum fact_id mine[] = {
		FACT_SENDER_KNOWN,          FACT_SENDER_FIRST_CONTACT,
		FACT_SENDER_DAYS_KNOWN,     FACT_SENDER_MESSAGES_IN,
		FACT_SENDER_MESSAGES_OUT,   FACT_SENDER_DAYS_SINCE_IN,
		FACT_SENDER_DAYS_SINCE_OUT, FACT_SENDER_SOLICITED,
		FACT_SENDER_TRUSTED,        FACT_SENDER_MAILBOXES,
		FACT_SENDER_PREVALENCE,     FACT_SENDER_TODAY,
		FACT_SENDER_NEW_REPLY_TO,   FACT_SENDER_NEW_MAILER,
		FACT_SENDER_NEW_NETWORK,    FACT_SENDER_NEW_DKIM,
		FACT_SENDER_NEW_LINK,       FACT_SENDER_NEW_HOUR,
		FACT_SENDER_BURST,          FACT_SENDER_NEW_MAILBOXES_TODAY,
		FACT_SENDER_USUALLY_PROVEN,
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
	answers_view(m, m->asks->sender, &v);
	at[FACT_SENDER_KNOWN] = view_known(&v);
	at[FACT_SENDER_FIRST_CONTACT] = view_first_contact(&v);
	at[FACT_SENDER_DAYS_KNOWN] = view_days_known(&v);
	at[FACT_SENDER_MESSAGES_IN] = view_count(&v, history_messages_in);
	at[FACT_SENDER_MESSAGES_OUT] = view_count(&v, history_messages_out);
	at[FACT_SENDER_DAYS_SINCE_IN] = view_days_since(&v, history_last_in);
	at[FACT_SENDER_DAYS_SINCE_OUT] = view_days_since(&v, history_last_out);
	at[FACT_SENDER_SOLICITED] = view_solicited(&v);
	at[FACT_SENDER_TRUSTED] = view_trusted(&v);
	at[FACT_SENDER_USUALLY_PROVEN] = view_usually_proven(&v);
	at[FACT_SENDER_MAILBOXES] = view_count(&v, history_mailboxes);
	at[FACT_SENDER_PREVALENCE] = prevalence(m, &at[FACT_SENDER_MAILBOXES]);
	at[FACT_SENDER_NEW_MAILBOXES_TODAY] = view_today(&v, history_today_mailboxes);
	facts_of_habits(m, &v, &habits, at);
}

static bool is_shared(const struct answers *m, const char *domain)
{
	return m->setup->is_shared != NULL &&
	       m->setup->is_shared(m->setup->shared, domain);
}

/* Where anybody has an address, strangers have nothing in common but the domain. */
static bool is_no_organisation(const struct answers *m, struct value *at,
			       const enum fact_id *facts, size_t n)
{
	static const enum fact_id excuses[] = { FACT_DOMAIN_KNOWN, FACT_DOMAIN_SOLICITED,
						FACT_DOMAIN_TRUSTED,
						FACT_DOMAIN_USUALLY_PROVEN };
	const struct value *domain = &m->features->at[FEATURE_FROM_DOMAIN];

	if (domain->known != ANSWER_YES || !is_shared(m, domain->text))
		return false;
	for (size_t i = 0; i < n; i++)
		at[facts[i]] = VALUE_ABSENT;
	for (size_t i = 0; i < COUNT_OF(excuses); i++)
		at[excuses[i]] = VALUE_OF_BOOL(false);
	return true;
}

static void take_domain(const struct answers *m, struct value *at)
{
	static const enum fact_id mine[] = {
		FACT_DOMAIN_KNOWN,          FACT_DOMAIN_FIRST_CONTACT,
		FACT_DOMAIN_DAYS_KNOWN,     FACT_DOMAIN_MESSAGES_IN,
		FACT_DOMAIN_MESSAGES_OUT,   FACT_DOMAIN_DAYS_SINCE_IN,
		FACT_DOMAIN_DAYS_SINCE_OUT, FACT_DOMAIN_SOLICITED,
		FACT_DOMAIN_MAILBOXES,      FACT_DOMAIN_PREVALENCE,
		FACT_DOMAIN_TRUSTED,        FACT_DOMAIN_USUALLY_PROVEN,
	};
	struct view v;

	if (nothing_to_ask(&m->features->at[FEATURE_FROM_ORG], at, mine,
			   COUNT_OF(mine)) ||
	    is_no_organisation(m, at, mine, COUNT_OF(mine)))
		return;
	answers_view(m, m->asks->domain, &v);
	at[FACT_DOMAIN_KNOWN] = view_known(&v);
	at[FACT_DOMAIN_FIRST_CONTACT] = view_first_contact(&v);
	at[FACT_DOMAIN_DAYS_KNOWN] = view_days_known(&v);
	at[FACT_DOMAIN_MESSAGES_IN] = view_count(&v, history_messages_in);
	at[FACT_DOMAIN_MESSAGES_OUT] = view_count(&v, history_messages_out);
	at[FACT_DOMAIN_DAYS_SINCE_IN] = view_days_since(&v, history_last_in);
	at[FACT_DOMAIN_DAYS_SINCE_OUT] = view_days_since(&v, history_last_out);
	at[FACT_DOMAIN_SOLICITED] = view_solicited(&v);
	at[FACT_DOMAIN_TRUSTED] = view_trusted(&v);
	at[FACT_DOMAIN_USUALLY_PROVEN] = view_usually_proven(&v);
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

/* An answer to somebody who had come under this name says that we know him by it; an answer
 * to the same address before that does not. */
static struct value name_trusted(const struct answers *m, const struct view *name,
				 const char *from)
{
	const struct usual_item *item;
	struct view sender;
	int64_t last_out;

	answers_view(m, m->asks->sender, &sender);
	if (name->found == ANSWER_UNKNOWN || sender.found == ANSWER_UNKNOWN ||
	    from == NULL)
		return VALUE_UNKNOWN;
	last_out = sender.found == ANSWER_YES
			   ? history_last_out(&sender.history, m->today)
			   : -1;
	item = name->found == ANSWER_YES
		       ? history_usual_item(&name->history, USUAL_ADDRESS, from, m->today)
		       : NULL;
	if (history_trusted_item(item, last_out, m->today) == ANSWER_YES)
		return VALUE_OF_BOOL(true);
	return m->ready == ANSWER_YES ? VALUE_OF_BOOL(false) : VALUE_UNKNOWN;
}

static void take_display(const struct answers *m, struct value *at)
{
	const struct value *name = &m->features->at[FEATURE_FROM_NAME];
	const struct value *from = &m->features->at[FEATURE_FROM_ADDRESS];
	struct view v;

	answers_view(m, m->asks->display, &v);
	if (name->known != ANSWER_UNKNOWN && m->asks->display == ASK_NOT) {
		at[FACT_DISPLAY_ADDRESSES] = VALUE_ABSENT;
		at[FACT_DISPLAY_NEW_ADDRESS] = VALUE_ABSENT;
		at[FACT_DISPLAY_TRUSTED] = VALUE_ABSENT;
		return;
	}
	at[FACT_DISPLAY_TRUSTED] = name_trusted(m, &v, from->text);
	at[FACT_DISPLAY_ADDRESSES] = v.found == ANSWER_UNKNOWN
					     ? VALUE_UNKNOWN
					     : earlier_addresses(m->arena, &v);
	/* a name that so many use ("Newsletter") is nobody's: the set is full */
	at[FACT_DISPLAY_NEW_ADDRESS] = v.history.usual[USUAL_ADDRESS].n >= USUAL_MOST
					       ? VALUE_OF_BOOL(false)
					       : view_unusual(&v, USUAL_ADDRESS, from);
}

/* Is one of the domains that this message proves the usual signer of the list; or does a list
 * that nobody signs come from its usual host? What anybody can rent or register at proves
 * nothing of a list. */
static bool signed_as_usual(const struct answers *m, const struct view *v)
{
	const struct value *f = m->features->at;
	const struct value *dkim = &f[FEATURE_DKIM_DOMAINS],
			   *spf = &f[FEATURE_SPF_DOMAIN],
			   *client = &f[FEATURE_CLIENT_ADDR];

	for (size_t i = 0; dkim->known == ANSWER_YES && i < dkim->n_items; i++)
		if (!is_shared(m, dkim->items[i]) &&
		    history_signs(&v->history, dkim->items[i], v->today) == ANSWER_YES)
			return true;
	if (value_answer(&f[FEATURE_SPF_PASS]) == ANSWER_YES &&
	    spf->known == ANSWER_YES && !is_shared(m, spf->text) &&
	    history_signs(&v->history, spf->text, v->today) == ANSWER_YES)
		return true;
	return client->known == ANSWER_YES &&
	       history_signs(&v->history, arena_printf(m->arena, "[%s]", client->text),
			     v->today) == ANSWER_YES;
}

/* Unknown only where the store did not answer: a sender can write a signature whose key cannot
 * be had, and would make rules unknown that speak against him. */
static struct value list_trusted(const struct answers *m, const struct view *v)
{
	if (v->found == ANSWER_UNKNOWN)
		return VALUE_UNKNOWN;
	return VALUE_OF_BOOL(v->found == ANSWER_YES &&
			     history_trusted(&v->history, v->today) == ANSWER_YES &&
			     signed_as_usual(m, v));
}

static void take_list(const struct answers *m, struct value *at)
{
	static const enum fact_id mine[] = { FACT_LIST_KNOWN, FACT_LIST_MESSAGES,
					     FACT_LIST_TRUSTED };
	struct view v;

	if (nothing_to_ask(&m->features->at[FEATURE_LIST_ID], at, mine, COUNT_OF(mine)))
		return;
	answers_view(m, m->asks->list, &v);
	at[FACT_LIST_KNOWN] = view_known(&v);
	at[FACT_LIST_MESSAGES] = view_count(&v, history_messages_in);
	at[FACT_LIST_TRUSTED] = list_trusted(m, &v);
}

void facts_of_sender(const struct answers *m, struct value *at)
{
	take_sender(m, at);
	take_domain(m, at);
	take_display(m, at);
	take_list(m, at);
}
