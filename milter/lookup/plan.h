/* Inside of the lookup module: what must be asked, for all recipients, each key once. */
#ifndef LOOKUP_PLAN_H
#define LOOKUP_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/limits.h"
#include "lookup/lookup.h"
#include "preference/preference.h"
#include "store/keys.h"
#include "store/store.h"

/* Where the answer to a question stands in plan.reads. */
typedef size_t ask;

#define ASK_NOT ((ask)-1)  /* nobody needs it, or there is nothing to ask for */
#define ASK_OVER ((ask)-2) /* needed, but beyond LIMIT_BATCH_KEYS */

/* what all recipients of one tenant share */
struct tenant_asks {
	const struct tenant *tenant;
	size_t nth; /* in plan.tenants */
	ask baseline, person, sender, domain, display, list;
	ask names[LIMIT_NAME_KEYS];
	size_t n_names;
	ask threads[LIMIT_REFERENCES];
	size_t n_threads;
	ask lookalikes[LIMIT_LOOKALIKE_KEYS];
	size_t n_lookalikes;
};

struct rcpt_asks {
	const struct tenant_asks *shared; /* NULL: nobody's recipient, nothing is asked */
	ask mailbox, pair;
	const char *address;
	const char *alias_target;  /* the mailbox it was known to lead to; NULL */
	ask alias_pair;            /* asked of that one */
	const char *preference_of; /* the mailbox whose preferences are asked; NULL */
	ask preferences[ENTRY_COUNT];
};

struct lookup_plan {
	struct store_read *reads;
	size_t n_reads;
	bool over; /* some questions did not fit */
	const struct tenant_asks *const *tenants;
	size_t n_tenants;
	struct preference_subject subject; /* what preferences are asked about */
	const struct rcpt_asks *rcpts;     /* order of the envelope */
	size_t n_rcpts;
};

/* lookup_plan_make - the questions of one message
 * own   a
 * err   what does not fit is ASK_OVER and sets p_r->over
 * cost  linear in recipients */
void lookup_plan_make(struct arena *a, const struct lookup_setup *s,
		      const struct features *f, struct lookup_plan *p_r);

/* lookup_plan_authors - the questions of one message for each of its authors, in one batch
 * in    each[n]   one an author
 * out   p_r[n]    with the same reads
 * own   a
 * err   as lookup_plan_make() */
void lookup_plan_authors(struct arena *a, const struct lookup_setup *s,
			 const struct features *each, size_t n, struct lookup_plan *p_r);

#endif
