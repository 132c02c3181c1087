/* How the people commands show persons on standard output. */
#ifndef CMD_PEOPLE_PRINT_H
#define CMD_PEOPLE_PRINT_H

#include "person/person.h"

/* print_safe - foreign text, made fit for a terminal
 * in    text   NULL prints nothing */
void print_safe(const char *text);

/* people_print - one line: name, addresses, title, vip, with tabs between */
void people_print(const struct person *p);

/* people_print_difference - one line: "+" added, "-" gone, "~" changed, and what has
 * in    before   NULL: added
 *       after    NULL: gone
 *       unused   so that it fits people_import.differs */
void people_print_difference(const struct person *before, const struct person *after,
			     void *unused);

/* people_print_json - one person as a line of JSON */
void people_print_json(const struct person *p);

#endif
