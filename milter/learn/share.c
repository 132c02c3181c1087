/* Wilson's interval: right for few cases and for shares near none, where the usual one is not. */
#include "learn/share.h"

#include <glib.h>
#include <math.h>

#define SIGMA 1.96 /* of 95 % */

void share_bounds(int64_t of, int64_t n, double *low_r, double *high_r)
{
	double p = n > 0 ? (double)of / (double)n : 0, z2 = SIGMA * SIGMA;
	double down = 1 + z2 / (double)n, middle, half;

	g_assert(of <= n);
	*low_r = 0;
	*high_r = 1;
	if (n <= 0)
		return;
	middle = (p + z2 / (2 * (double)n)) / down;
	half = SIGMA * sqrt(p * (1 - p) / (double)n + z2 / (4 * (double)n * (double)n)) /
	       down;
	*low_r = MAX(middle - half, 0);
	*high_r = MIN(middle + half, 1);
}
