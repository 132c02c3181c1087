/* What would have changed a verdict: one thing at a time is supposed to be otherwise, and the
 * rules say what comes of it. Nothing is asked anew: what was unknown stays unknown, and what
 * a record does not hold is not guessed. */
#ifndef VERDICT_WHATIF_H
#define VERDICT_WHATIF_H

#include "verdict/verdict.h"

/* one recipient of a message, as it was decided */
struct whatif_setup {
	const struct ruleset *rules;
	const struct policy *policy;
	const struct endings *endings; /* as in struct detect_setup */
	const struct features *features;
	const struct rcpt_facts *facts;
	const enum answer *signals; /* DETECTOR_COUNT */
	bool pii_hidden;            /* the record leaves personal data out */
	const struct hit *hits;     /* that counted, n_hits */
	size_t n_hits;
	const enum axis
		*axes;    /* of each hit the only axis that milli is known of; NULL: of
				  all */
	unsigned missing; /* enum missing bits */
	enum verdict verdict;
};

/* whatif_text - what would have changed the verdict, as lines for a person:
 *               "  delivered (wanted), if: x | y"
 * own   a
 * err   what cannot be told is said
 * cost  at most LIMIT_WHATIFS times a look at each rule's tests; detectors run as often */
const char *whatif_text(struct arena *a, const struct whatif_setup *s);

#endif
