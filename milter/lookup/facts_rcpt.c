/* Facts about one recipient: the mailbox, and its past with the sender. */
#include <glib.h>
#include <string.h>

#include "lookup/aliases.h"
#include "lookup/view.h"
#include "mailbox/mailbox.h"

/* out   the mailbox that the address leads to; NULL: not found out */
static const char *take_mailbox(const struct answers *m, const struct rcpt_asks *r,
				struct value *at)
{
	struct mailbox box = { .kind = MAILBOX_NONE };
	struct bytes value;
	enum answer a = answers_get(m, r->mailbox, &value);
	const char *canonical;

	if (a == ANSWER_YES) {
		a = mailbox_decode(m->arena, value, &box);
		*m->damaged = *m->damaged || a != ANSWER_YES;
	}
	if (a == ANSWER_UNKNOWN)
		return NULL;
	at[FACT_RCPT_KIND] = box.kind <= MAILBOX_NONE || box.kind >= MAILBOX_KIND_COUNT
				     ? VALUE_ABSENT
				     : value_of_text(mailbox_kind_names[box.kind]);
	at[FACT_RCPT_POLICY] = value_of_text(box.policy);
	at[FACT_RCPT_LOCALE] = value_of_text(box.locale);
	at[FACT_RCPT_FLAGS] =
		box.n_flags == 0 ? VALUE_ABSENT : value_of_list(box.flags, box.n_flags);
	canonical = mailbox_canonical(&box, r->address);
	at[FACT_RCPT_CANONICAL] = value_of_text(canonical);
	return canonical;
}

/* for the next message to it */
static void learn_alias(const struct answers *m, const struct rcpt_asks *r,
			const char *canonical)
{
	const char *leads = canonical == NULL || strcmp(canonical, r->address) == 0
				    ? NULL
				    : canonical;

	if (canonical != NULL && m->setup->aliases != NULL &&
	    g_strcmp0(leads, r->alias_target) != 0)
		aliases_learn(m->setup->aliases, m->asks->tenant->name, r->address,
			      leads);
}

/* What an address and the mailbox behind it know, together. What was asked under a name to
 * which it does not lead, or not any more, is nothing. */
static void view_pair(const struct answers *m, const struct rcpt_asks *r,
		      const char *canonical, struct view *view_r)
{
	struct view aliased;

	answers_view(m, r->pair, view_r);
	if (canonical == NULL) {
		view_r->partial = true;
	} else if (strcmp(canonical, r->address) != 0) {
		answers_view(m,
			     g_strcmp0(canonical, r->alias_target) == 0 ? r->alias_pair
									: ASK_NOT,
			     &aliased);
		view_add(view_r, &aliased, m->arena);
	}
}

static void take_pair(const struct answers *m, const struct rcpt_asks *r,
		      const char *canonical, struct value *at)
{
	static const enum fact_id mine[] = {
		FACT_PAIR_KNOWN,          FACT_PAIR_FIRST_CONTACT,
		FACT_PAIR_DAYS_KNOWN,     FACT_PAIR_MESSAGES_IN,
		FACT_PAIR_MESSAGES_OUT,   FACT_PAIR_DAYS_SINCE_IN,
		FACT_PAIR_DAYS_SINCE_OUT, FACT_PAIR_SOLICITED,
		FACT_PAIR_TRUSTED,        FACT_PAIR_TODAY,
		FACT_PAIR_BURST,          FACT_PAIR_NEW_REPLY_TO,
		FACT_PAIR_NEW_MAILER,     FACT_PAIR_NEW_NETWORK,
		FACT_PAIR_NEW_DKIM,       FACT_PAIR_NEW_LINK,
		FACT_PAIR_NEW_HOUR,
	};
	static const struct habit_facts habits = {
		.noted = history_observed,
		.today = FACT_PAIR_TODAY,
		.burst = FACT_PAIR_BURST,
		.new_reply_to = FACT_PAIR_NEW_REPLY_TO,
		.new_mailer = FACT_PAIR_NEW_MAILER,
		.new_network = FACT_PAIR_NEW_NETWORK,
		.new_dkim = FACT_PAIR_NEW_DKIM,
		.new_link = FACT_PAIR_NEW_LINK,
		.new_hour = FACT_PAIR_NEW_HOUR,
	};
	struct view v;

	if (m->features->at[FEATURE_FROM_ADDRESS].known == ANSWER_NO) {
		for (size_t i = 0; i < COUNT_OF(mine); i++)
			at[mine[i]] = VALUE_ABSENT;
		return;
	}
	view_pair(m, r, canonical, &v);
	at[FACT_PAIR_KNOWN] = view_known(&v);
	at[FACT_PAIR_FIRST_CONTACT] = view_first_contact(&v);
	at[FACT_PAIR_DAYS_KNOWN] = view_days_known(&v);
	at[FACT_PAIR_MESSAGES_IN] = view_count(&v, history_messages_in);
	at[FACT_PAIR_MESSAGES_OUT] = view_count(&v, history_messages_out);
	at[FACT_PAIR_DAYS_SINCE_IN] = view_days_since(&v, history_last_in);
	at[FACT_PAIR_DAYS_SINCE_OUT] = view_days_since(&v, history_last_out);
	at[FACT_PAIR_SOLICITED] = view_solicited(&v);
	at[FACT_PAIR_TRUSTED] = view_trusted(&v);
	facts_of_habits(m, &v, &habits, at);
}

void facts_of_rcpt(const struct answers *m, const struct rcpt_asks *r, struct value *at)
{
	const char *canonical = take_mailbox(m, r, at);

	take_pair(m, r, canonical, at);
	facts_of_preference(m, r, canonical, at);
	learn_alias(m, r, canonical);
}
