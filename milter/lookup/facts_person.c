/* Facts about the person whose name the message bears. Candidates come from name keys; who
 * is meant is judged by person/name.h. The person who owns the From address is preferred to
 * namesakes: Jane Roe may be called like another Jane Roe. */
#include <string.h>

#include "lookup/view.h"
#include "person/person.h"

static const enum fact_id person_facts[] = {
	FACT_PERSON_MATCHED, FACT_PERSON_EXACT,     FACT_PERSON_NAME, FACT_PERSON_TITLE,
	FACT_PERSON_VIP,     FACT_PERSON_ADDRESSES, FACT_PERSON_HOW,
};

static void nobody_meant(struct value *at)
{
	for (size_t i = 0; i < COUNT_OF(person_facts); i++)
		at[person_facts[i]] = VALUE_ABSENT;
	at[FACT_PERSON_MATCHED] = VALUE_OF_BOOL(false);
	at[FACT_PERSON_PRIVATE] = VALUE_OF_BOOL(false);
}

/* out: how many of the name keys held people; *unsure_r: some did not answer */
static size_t read_candidates(const struct answers *m, struct people *found,
			      bool *unsure_r)
{
	const struct tenant_asks *t = m->asks;
	size_t n = 0;

	for (size_t i = 0; i < t->n_names; i++) {
		struct bytes value;
		enum answer a = answers_get(m, t->names[i], &value);

		if (a == ANSWER_YES) {
			a = people_decode(m->arena, value, &found[n]);
			*m->damaged = *m->damaged || a != ANSWER_YES;
			n += a == ANSWER_YES ? 1 : 0;
		}
		*unsure_r = *unsure_r || a == ANSWER_UNKNOWN;
	}
	return n;
}

static const struct person_match *choose(const struct person_match *matches, size_t n,
					 const char *from)
{
	for (size_t i = 0; from != NULL && i < n; i++)
		if (person_has_address(matches[i].person, from))
			return &matches[i];
	return &matches[0];
}

static void take_match(const struct person_match *match, struct value *at)
{
	const struct person *p = match->person;

	at[FACT_PERSON_MATCHED] = VALUE_OF_BOOL(true);
	at[FACT_PERSON_EXACT] = VALUE_OF_BOOL(match->judged.match == NAME_EXACT);
	at[FACT_PERSON_NAME] = value_of_text(match->name);
	at[FACT_PERSON_TITLE] = value_of_text(p->title);
	at[FACT_PERSON_VIP] = VALUE_OF_BOOL(p->vip);
	at[FACT_PERSON_ADDRESSES] = value_of_list(p->addresses, p->n_addresses);
	at[FACT_PERSON_HOW] = value_of_text(match->judged.how);
}

/* The day on which the name first came from this address; -1: on no closed one. */
static int64_t first_used(const struct answers *m, const struct view *name,
			  const char *from)
{
	const struct usual_item *item =
		name->found != ANSWER_YES || from == NULL
			? NULL
			: history_usual_item(&name->history, USUAL_ADDRESS, from,
					     m->today);

	return item == NULL ? -1 : item->first_day;
}

/* Did one of the person's own mailboxes write there after that, on a closed day? Who writes
 * under somebody's own name to them, and is answered, is them. */
static bool wrote_there(const struct answers *m, const struct view *sender, int64_t since,
			const struct person *p)
{
	const struct usual_set *writers = &sender->history.usual[USUAL_WRITER];

	for (size_t i = 0; i < writers->n; i++) {
		const struct usual_item *w = &writers->at[i];

		if (w->last_day > since && w->first_day < m->today &&
		    person_has_address(p, w->text))
			return true;
	}
	return false;
}

/* Only who has earned it is told apart from impostors. */
static struct value is_private(const struct answers *m, const struct person *p)
{
	struct view name, sender;
	int64_t since;

	answers_view(m, m->asks->display, &name);
	answers_view(m, m->asks->sender, &sender);
	if (m->ready != ANSWER_YES)
		return VALUE_UNKNOWN;
	since = first_used(m, &name, m->features->at[FEATURE_FROM_ADDRESS].text);
	if (since < 0 || sender.found == ANSWER_NO)
		return name.found == ANSWER_UNKNOWN ? VALUE_UNKNOWN
						    : VALUE_OF_BOOL(false);
	return sender.found == ANSWER_UNKNOWN
		       ? VALUE_UNKNOWN
		       : VALUE_OF_BOOL(wrote_there(m, &sender, since, p));
}

static void take_name(const struct answers *m, struct value *at)
{
	const struct value *from = &m->features->at[FEATURE_FROM_ADDRESS];
	const struct value *display = &m->features->at[FEATURE_FROM_NAME];
	struct people *found = arena_new(m->arena, struct people, m->asks->n_names);
	const struct person_match *matches = NULL;
	bool unsure = display->known == ANSWER_UNKNOWN;
	size_t n = read_candidates(m, found, &unsure);
	size_t n_matches =
		n == 0 ? 0 : people_match(m->arena, display->text, found, n, &matches);

	if (n_matches == 0) {
		if (!unsure)
			nobody_meant(at);
		return;
	}
	matches = choose(matches, n_matches, from->text);
	take_match(matches, at);
	at[FACT_PERSON_PRIVATE] = is_private(m, matches->person);
}

static void take_sender(const struct answers *m, struct value *at)
{
	const struct value *from = &m->features->at[FEATURE_FROM_ADDRESS];
	struct bytes value;

	if (from->known == ANSWER_YES)
		at[FACT_PERSON_IS_SENDER] =
			value_of_answer(answers_get(m, m->asks->person, &value));
	else
		at[FACT_PERSON_IS_SENDER] = value_of_answer(from->known);
}

void facts_of_person(const struct answers *m, struct value *at)
{
	take_name(m, at);
	take_sender(m, at);
}
