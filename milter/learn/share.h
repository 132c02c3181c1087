/* How sure is a share of so many? */
#ifndef LEARN_SHARE_H
#define LEARN_SHARE_H

#include <stdint.h>

/* share_bounds - the interval of 95 % of a share (Wilson's)
 * out   0 and 1 of n = 0 */
void share_bounds(int64_t of, int64_t n, double *low_r, double *high_r);

#endif
