/* Inside of the lookup module: of several authors of one message, whom to warn of. */
#ifndef LOOKUP_AUTHOR_H
#define LOOKUP_AUTHOR_H

#include "lookup/lookup.h"

/* author_warning - how much a reader is to be warned of an author
 * in    f          the message as if it were by this author alone
 *       rcpts[n]   the facts of it
 * out   compares with that of others, and means nothing else
 * err   unknown facts warn of nobody */
int author_warning(const struct features *f, const struct rcpt_facts *rcpts, size_t n);

#endif
