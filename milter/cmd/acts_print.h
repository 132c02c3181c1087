/* The log of acts told to a person. */
#ifndef CMD_ACTS_PRINT_H
#define CMD_ACTS_PRINT_H

#include <stdbool.h>

/* acts_print - who released or deleted a hold, and when, a line an act
 * in    folder   quarantine_dir
 *       label    before each, as wide as the caller's own
 * out   false: nobody is known to have done anything
 * err   false: the log cannot be read; told on standard error */
bool acts_print(const char *folder, const char *hold, const char *label);

#endif
