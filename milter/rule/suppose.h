/* How the rules would have come out if something had been otherwise. What a record does not
 * hold is not guessed: a test of it is only as certain as what the rules that hit prove of it,
 * and points are told as the least and the most that they can be. */
#ifndef RULE_SUPPOSE_H
#define RULE_SUPPOSE_H

#include "rule/rule.h"

/* one recipient of a message, as it was decided */
struct suppose_setup {
	const struct features *features; /* message NULL: from a record, which has no text
					    and no header fields */
	const struct rcpt_facts *facts;
	const enum answer *signals; /* DETECTOR_COUNT */
	bool pii_hidden;            /* the record leaves personal data out */
	const struct hit *hits;     /* that gave points, n_hits: rule and milli */
	size_t n_hits;
	const enum axis
		*axes; /* of each hit the only axis that milli is known of; NULL: of
				  all */
};

/* what is supposed; all of it as it was, but for what is supposed to be otherwise */
struct supposition {
	const struct features *features;
	const struct rcpt_facts *facts;
	const enum answer *signals;
	const bool
		*guessed; /* DETECTOR_COUNT: signals that may be anything; NULL: none */
	const char *const *off; /* names of rules that are switched off */
	size_t n_off;
};

struct points_range {
	int64_t least[AXIS_COUNT], most[AXIS_COUNT];
};

struct supposer;

/* supposer_create - get ready to suppose
 * in    setup   must outlive its use
 * own   a
 * err   NULL: with these rules the message would not have come out as it did
 * cost  each rule is evaluated once */
struct supposer *supposer_create(struct arena *a, const struct ruleset *rs,
				 const struct suppose_setup *setup);

/* suppose - the sums of points under a supposition
 * cost  a look at each test of each rule, and the tests of what was changed */
struct points_range suppose(const struct supposer *s, const struct supposition *what);

#endif
