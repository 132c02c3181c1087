/* Reading the answers of the batch. Three answers all the way: what was not asked, not
 * answered, or cannot be read, is unknown, and never "not there". */
#include "lookup/answers.h"

#include "base/log.h"
#include "behavior/behavior.h"

enum { SECONDS_A_DAY = 86400 };

enum answer answers_get(const struct answers *m, ask which, struct bytes *value_r)
{
	if (which == ASK_NOT || which == ASK_OVER)
		return ANSWER_UNKNOWN;
	*value_r = m->plan->reads[which].value;
	return m->plan->reads[which].answer;
}

void answers_view(const struct answers *m, ask which, struct view *view_r)
{
	struct bytes value;

	*view_r = (struct view){ .found = answers_get(m, which, &value),
				 .ready = m->ready,
				 .today = m->today };
	if (view_r->found != ANSWER_YES)
		return;
	view_r->found = history_decode(m->arena, value, &view_r->history);
	if (view_r->found != ANSWER_YES)
		*m->damaged = true;
}

void answers_ready(struct answers *m, struct value *at)
{
	struct baseline b = { .since_s = 0 };
	struct bytes value;
	enum answer found = answers_get(m, m->asks->baseline, &value);
	int64_t age_s = m->setup->options->baseline_age_ms / 1000;

	if (found == ANSWER_YES) {
		found = baseline_decode(m->arena, value, &b);
		*m->damaged = *m->damaged || found != ANSWER_YES;
	}
	m->ready =
		found == ANSWER_YES ? baseline_ready(&b, m->setup->now_s, age_s) : found;
	m->mailboxes = found == ANSWER_YES ? history_mailboxes(&b.all, m->today) : 0;
	if (m->mailboxes > 0)
		at[FACT_TENANT_MAILBOXES] = VALUE_OF_INT(m->mailboxes);
	if (found == ANSWER_YES && b.since_s > 0)
		at[FACT_TENANT_BASELINE_DAYS] =
			VALUE_OF_INT(MAX(0, m->setup->now_s - b.since_s) / SECONDS_A_DAY);
}
