/* The log of acts told to a person. */
#ifndef CMD_ACTS_PRINT_H
#define CMD_ACTS_PRINT_H

/* acts_print - who released or deleted a hold, and when, a line an act
 * in    folder   quarantine_dir
 *       label    before each, as wide as the caller's own
 * err   a log that cannot be read is told on standard error */
void acts_print(const char *folder, const char *hold, const char *label);

#endif
