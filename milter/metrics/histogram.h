/* How long something took, many times: counts in buckets, four to each doubling. */
#ifndef METRICS_HISTOGRAM_H
#define METRICS_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_BUCKETS 112 /* from 1 us to 4 minutes */

struct histogram {
	uint64_t bucket[HISTOGRAM_BUCKETS];
	uint64_t n, sum_us;
};

/* histogram_add - count one time
 * in    us   below 0 counts as 0 */
void histogram_add(struct histogram *h, int64_t us);

/* histogram_quantile_us - the time that so many of a thousand did not exceed, at most a quarter
 *                         above the true one
 * out   0 when there is none */
int64_t histogram_quantile_us(const struct histogram *h, unsigned milli);

/* histogram_below - how many took less than a power of two
 * in    power   of microseconds, 2..63 */
uint64_t histogram_below(const struct histogram *h, unsigned power);

#endif
