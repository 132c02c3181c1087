/* What tests answered that nobody can ask again: those of texts and headers, which the journal does
 * not keep. A record holds the answers, by a name that is made of the test as written and of the
 * list it looks into; so rules that ask the same can be tried on it later. */
#ifndef RULE_FROZEN_H
#define RULE_FROZEN_H

#include <stdbool.h>
#include <stddef.h>

#include "rule/ruleset.h"

#define FROZEN_ID_BYTES \
	6 /* 36 bits: a set of 5,000 tests has a twin once in 5,000 sets */

enum frozen_kind {
	FROZEN_NOT, /* all that it reads stands in the record */
	FROZEN_PII, /* it does if the journal keeps personal data */
	FROZEN_ALWAYS,
};

struct frozen_leaf {
	enum frozen_kind kind;
	bool per_rcpt;
	char id[FROZEN_ID_BYTES + 1];
};

/* frozen_prepare - name the tests of a set that was loaded
 * out   rs->frozen by leaf, rs->frozen_leaves by id
 * own   the set */
void frozen_prepare(struct ruleset *rs);

/* frozen_leaf_find - the leaf of an id
 * in    id   FROZEN_ID_BYTES of them
 * err   SIZE_MAX: no test of this set */
size_t frozen_leaf_find(const struct ruleset *rs, const char *id);

#endif
