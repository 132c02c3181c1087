/* Numbers as people write them, strictly. */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* number_parse - a whole decimal number and nothing else
 * in    text   "-12", "0", "4711"; no blanks, no plus, no leading zeros but "0" itself needed
 * err   false: not a number, or outside min..max */
bool number_parse(const char *text, int64_t min, int64_t max, int64_t *n_r);

/* milli_parse - points with up to three decimals as milli-points: "6.5" is 6500, "-1" -1000
 * err   false: not such a number, or beyond +-1,000,000 points */
bool milli_parse(const char *text, int64_t *milli_r);

#endif
