/* Facts about what the message answers. A reference that was seen today counts: our own
 * message of this morning is answered this afternoon. */
#include "behavior/behavior.h"
#include "lookup/answers.h"

static enum answer read_thread(const struct answers *m, ask which, struct thread *t_r)
{
	struct bytes value;
	enum answer a = answers_get(m, which, &value);

	if (a != ANSWER_YES)
		return a;
	a = thread_decode(m->arena, value, t_r);
	*m->damaged = *m->damaged || a != ANSWER_YES;
	return a;
}

void facts_of_thread(const struct answers *m, struct value *at)
{
	const struct value *refs = &m->features->at[FEATURE_REFERENCES];
	enum answer silence = m->ready == ANSWER_YES ? ANSWER_NO : ANSWER_UNKNOWN;
	enum answer known = ANSWER_NO, ours = ANSWER_NO;

	if (refs->known == ANSWER_UNKNOWN)
		return;
	if (refs->known == ANSWER_NO || refs->n_items == 0) {
		at[FACT_THREAD_KNOWN] = VALUE_ABSENT;
		at[FACT_THREAD_OURS] = VALUE_ABSENT;
		return;
	}
	for (size_t i = 0; i < m->asks->n_threads; i++) {
		struct thread t = { .out = false };
		enum answer seen = read_thread(m, m->asks->threads[i], &t);
		bool sent = seen == ANSWER_YES && t.out;

		known = answer_or(known, seen == ANSWER_NO ? silence : seen);
		ours = answer_or(ours, sent                     ? ANSWER_YES
				       : seen == ANSWER_UNKNOWN ? seen
								: silence);
	}
	at[FACT_THREAD_KNOWN] = value_of_answer(known);
	at[FACT_THREAD_OURS] = value_of_answer(ours);
}
