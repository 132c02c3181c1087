/* Holds as lines for a person, and as JSON for a program. */
#ifndef CMD_HOLD_PRINT_H
#define CMD_HOLD_PRINT_H

#include "quarantine/describe.h"

/* hold_print_header - what the columns of hold_print_row() are, on a terminal
 * err   none */
void hold_print_header(void);

/* hold_print_row - one hold of a list: a line, and one for each recipient
 * err   none */
void hold_print_row(const struct hold *h);

/* hold_print_all - all that is known of it
 * err   none */
void hold_print_all(const struct hold *h);

/* hold_print_json - all that is known of it, as one line
 * err   none */
void hold_print_json(const struct hold *h);

#endif
