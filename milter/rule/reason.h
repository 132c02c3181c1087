/* The sentences that users read. */
#ifndef RULE_REASON_H
#define RULE_REASON_H

#include "rule/eval.h"

/* reason_fill - a rule's reason for the recipient that is looked at, {names} filled in
 * out   at most LIMIT_REASON_BYTES, valid UTF-8, nothing in it that a terminal obeys
 * own   the run's arena
 * err   what is absent reads "(none)", what is unknown "(unknown)" */
const char *reason_fill(struct run *run, const struct rule *rule);

/* value_words - a value as it can be shown, cut to LIMIT_REASON_VALUE_BYTES
 * in    row    NULL: a list without a row
 * own   a
 * err   what is absent reads "(none)", what is unknown "(unknown)" */
const char *value_words(struct arena *a, const struct value *v,
			const struct name_row *row);

#endif
