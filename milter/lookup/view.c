/* A history, asked honestly: yes where there is a record, no only where the memory is old
 * enough for its silence to mean something. Of a part of a history only that is told which
 * the rest cannot change: numbers it could. */
#include "lookup/view.h"

/* what silence means */
static struct value silence(const struct view *v, struct value none)
{
	return v->found != ANSWER_UNKNOWN && !v->partial && v->ready == ANSWER_YES
		       ? none
		       : VALUE_UNKNOWN;
}

void view_add(struct view *v, const struct view *more, struct arena *a)
{
	struct history h = more->history;

	v->partial = v->partial || more->partial || v->found == ANSWER_UNKNOWN ||
		     more->found == ANSWER_UNKNOWN;
	if (more->found != ANSWER_YES)
		return;
	h.mark = 0; /* both may have been written by one batch, and are yet two */
	if (v->found == ANSWER_YES)
		history_merge(&v->history, &h, a);
	else
		v->history = h;
	v->found = ANSWER_YES;
}

static enum answer known(const struct view *v)
{
	if (v->found == ANSWER_YES && history_known(&v->history, v->today) == ANSWER_YES)
		return ANSWER_YES;
	return silence(v, VALUE_OF_BOOL(false)).known == ANSWER_YES ? ANSWER_NO
								    : ANSWER_UNKNOWN;
}

struct value view_known(const struct view *v)
{
	return value_of_answer(known(v));
}

struct value view_first_contact(const struct view *v)
{
	const struct count *out = &v->history.out.messages;

	if (v->found == ANSWER_YES && (out->closed > 0 || out->open > 0))
		return VALUE_OF_BOOL(false);
	return value_of_answer(answer_not(known(v)));
}

struct value view_solicited(const struct view *v)
{
	if (v->found == ANSWER_YES &&
	    history_solicited(&v->history, v->today) == ANSWER_YES)
		return VALUE_OF_BOOL(true);
	return silence(v, VALUE_OF_BOOL(false));
}

struct value view_trusted(const struct view *v)
{
	if (v->found == ANSWER_YES &&
	    history_trusted(&v->history, v->today) == ANSWER_YES)
		return VALUE_OF_BOOL(true);
	return silence(v, VALUE_OF_BOOL(false));
}

struct value view_usually_proven(const struct view *v)
{
	if (v->found != ANSWER_YES)
		return value_of_answer(v->found == ANSWER_NO ? v->ready == ANSWER_YES
								       ? ANSWER_NO
								       : ANSWER_UNKNOWN
							     : v->found);
	return VALUE_OF_BOOL(history_usually_proven(&v->history, v->today) == ANSWER_YES);
}

struct value view_count(const struct view *v,
			int64_t (*count)(const struct history *h, int64_t today))
{
	int64_t n = v->found == ANSWER_YES ? count(&v->history, v->today) : 0;

	return n > 0 && !v->partial ? VALUE_OF_INT(n) : silence(v, VALUE_OF_INT(0));
}

struct value view_days_known(const struct view *v)
{
	int64_t n =
		v->found == ANSWER_YES ? history_days_known(&v->history, v->today) : -1;

	return n >= 0 && !v->partial ? VALUE_OF_INT(n) : silence(v, VALUE_ABSENT);
}

struct value view_days_since(const struct view *v,
			     int64_t (*last)(const struct history *h, int64_t today))
{
	int64_t day = v->found == ANSWER_YES ? last(&v->history, v->today) : -1;

	return day >= 0 && !v->partial ? VALUE_OF_INT(v->today - day)
				       : silence(v, VALUE_ABSENT);
}

struct value view_today(const struct view *v,
			int64_t (*count)(const struct history *h, int64_t today))
{
	if (v->found == ANSWER_UNKNOWN || v->partial)
		return VALUE_UNKNOWN;
	return VALUE_OF_INT(v->found == ANSWER_YES ? count(&v->history, v->today) : 0);
}

struct value view_new(const struct view *v, enum answer usual)
{
	return value_of_answer(v->partial && usual == ANSWER_NO ? ANSWER_UNKNOWN
								: answer_not(usual));
}

struct value view_unusual(const struct view *v, enum usual kind, const struct value *seen)
{
	enum answer acquainted = known(v);

	if (seen->known != ANSWER_YES)
		return value_of_answer(seen->known);
	if (acquainted != ANSWER_YES)
		return value_of_answer(acquainted);
	return view_new(v, history_usual(&v->history, kind, seen->text, v->today));
}
