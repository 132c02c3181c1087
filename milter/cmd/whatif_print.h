/* What would have changed a verdict, for a person who asked why. */
#ifndef CMD_WHATIF_PRINT_H
#define CMD_WHATIF_PRINT_H

#include "config/options.h"
#include "pipeline.h"

/* whatif_print_record - of each recipient of a record of the journal, by the rules of today
 * in    line   of the journal
 * err   rules that cannot be read are told on stderr */
void whatif_print_record(const struct options *o, const char *line);

/* whatif_print - of each recipient of a message that was decided just now */
void whatif_print(const struct transaction *p);

#endif
