/* Does a text hand out a one-time code? It is of use for minutes only. */
#ifndef MESSAGE_ONE_TIME_CODE_H
#define MESSAGE_ONE_TIME_CODE_H

#include <stdbool.h>

/* one_time_code_in - is there a word for such a code, and 4 to 8 digits near it?
 * in    text   valid UTF-8
 * cost  linear */
bool one_time_code_in(const char *text);

#endif
