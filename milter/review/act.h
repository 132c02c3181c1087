/* What people may do with holds over the page and its API: one table, one way through it. */
#ifndef REVIEW_ACT_H
#define REVIEW_ACT_H

#include "review/exchange.h"

enum act_kind { ACT_RELEASE, ACT_DELETE, ACT_REPORT, ACT_DENY, ACT_COUNT };

/* "release", "delete", "report", "deny" */
extern const char *const act_names[ACT_COUNT];

/* What is asked for. */
struct act_request {
	enum act_kind kind;
	const char *why;         /* "" */
	const char *rcpt;        /* only this one's part; NULL: all of the scope */
	bool again;              /* also what may have been delivered already */
	bool many;               /* one of several, in one go */
	struct hold_parts parts; /* of a filter */
};

/* act_read - the fields act, why, rcpt, again
 * err   NULL: good; else static words on what is wrong */
const char *act_read(const struct exchange *x, const struct form *f,
		     struct act_request *r_r);

/* act_needs_approver - may who asks not release his part of it himself? */
bool act_needs_approver(const struct exchange *x, const struct hold *h);

enum act_outcome { ACT_DONE, ACT_REQUESTED, ACT_FAILED };

/* act_make - do it to one hold of the scope, and write it down
 * out   *words_r   what became of it, for a person
 * own   *words_r: g_free()
 * err   ACT_FAILED: *words_r says why */
enum act_outcome act_make(const struct exchange *x, const struct act_request *r,
			  const char *id, char **words_r);

#endif
