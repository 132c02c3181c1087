/* What all lists of `wonted` have: a line above the columns where a person reads them. */
#ifndef CMD_LISTING_H
#define CMD_LISTING_H

#include <stdbool.h>

/* listing_header - print what the columns are, if standard output is a terminal
 * in    columns   as the rows have them; printed with a line end
 * err   none */
void listing_header(const char *columns);

#endif
