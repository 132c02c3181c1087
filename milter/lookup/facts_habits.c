/* Facts about habits, asked alike of the tenant's past with a sender and of one recipient's:
 * a place for answers, program, network, signature, link or hour that they never used before,
 * and days with far more mail than usual. Of strangers nothing is new. */
#include <string.h>

#include "lookup/view.h"

/* fewer messages tell nothing about habits (as history_usual()) */
enum { HABIT_MESSAGES_LEAST = 3 };

enum { BURST_LEAST = 10, BURST_TIMES = 5 }; /* a newsletter's day is not a burst */

/* Not to have asked for answers elsewhere is a habit too, and asking now is new. */
static struct value new_reply_to(const struct answers *m, const struct view *v,
				 int64_t (*noted)(const struct history *h, int64_t today))
{
	const struct value *reply = &m->features->at[FEATURE_REPLY_TO_ORG];
	const struct value *from = &m->features->at[FEATURE_FROM_ORG];
	struct value known = view_known(v);

	if (reply->known == ANSWER_YES && from->known == ANSWER_YES &&
	    strcmp(reply->text, from->text) == 0)
		return VALUE_OF_BOOL(false);
	if (reply->known == ANSWER_YES && value_answer(&known) == ANSWER_YES &&
	    !v->partial &&
	    history_ever(&v->history, USUAL_REPLY_TO, v->today) == ANSWER_NO &&
	    noted(&v->history, v->today) >= HABIT_MESSAGES_LEAST)
		return VALUE_OF_BOOL(true);
	return view_unusual(v, USUAL_REPLY_TO, reply);
}

/* Strangers have no usual day: a burst is said of those who have one. */
static struct value burst(const struct view *v)
{
	struct value acquainted = view_known(v);
	int64_t now, usual_milli;

	if (value_answer(&acquainted) != ANSWER_YES)
		return acquainted;
	if (v->partial)
		return VALUE_UNKNOWN;
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

static struct value new_hour(const struct answers *m, const struct view *v)
{
	struct value acquainted = view_known(v);

	if (value_answer(&acquainted) != ANSWER_YES)
		return acquainted;
	return view_new(
		v, history_usual_hour(&v->history, hour_of(m->setup->now_s), v->today));
}

void facts_of_habits(const struct answers *m, const struct view *v,
		     const struct habit_facts *facts, struct value *at)
{
	const struct value *f = m->features->at;

	at[facts->today] = view_today(v, history_today_in);
	at[facts->burst] = burst(v);
	at[facts->new_reply_to] = new_reply_to(m, v, facts->noted);
	at[facts->new_mailer] = view_unusual(v, USUAL_MAILER, &f[FEATURE_MAILER]);
	at[facts->new_network] =
		view_unusual(v, USUAL_NETWORK, &f[FEATURE_CLIENT_NETWORK]);
	at[facts->new_dkim] =
		unusual_items(v, USUAL_DKIM, &f[FEATURE_DKIM_DOMAINS], true);
	at[facts->new_link] = unusual_items(v, USUAL_LINK, &f[FEATURE_LINKS_ORGS], false);
	at[facts->new_hour] = new_hour(m, v);
}
