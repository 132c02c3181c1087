/* The second look at a configuration: statements that cannot be meant are reported and
 * dropped, so that what is left parses, and all mistakes are told at once. */
#ifndef CONFIG_STATEMENT_H
#define CONFIG_STATEMENT_H

#include "config/source.h"

/* statements_check - drop what is no statement, names no option, or says a thing twice
 * in    s   as source_read() left it
 * out   s->tokens   only NAME = VALUE, NAME = { VALUES }, and sections of them; every name
 *                   is in its table, each once; braces fit. Lists without braces got them
 * err   none: what was dropped is in s->diagnostics */
void statements_check(struct source *s);

#endif
