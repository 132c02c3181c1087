/* Asking whether what cannot be undone is meant. */
#ifndef CMD_AGREE_H
#define CMD_AGREE_H

#include <stdbool.h>

/* agree - after it was said on standard error what would be done, without an end of the line: is
 *         it to be done? Only a terminal is asked; the answer no is said
 * in    act   one word, in small letters: "erase"
 * err   nobody there is no */
bool agree(const char *act);

#endif
