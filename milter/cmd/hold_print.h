/* Holds as lines for a person, and as JSON for a program. */
#ifndef CMD_HOLD_PRINT_H
#define CMD_HOLD_PRINT_H

#include "quarantine/describe.h"

/* hold_print_header - what the columns of hold_print_row() are, on a terminal */
void hold_print_header(void);

/* hold_print_row - one hold of a list: a line, and one for each recipient */
void hold_print_row(const struct hold *h);

/* hold_print_all - all that is known of it */
void hold_print_all(const struct hold *h);

/* hold_print_json - all that is known of it, as one line */
void hold_print_json(const struct hold *h);

#endif
