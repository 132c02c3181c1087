/* The bounds of the buckets are powers of two and three steps between: where a bucket ends is at
 * most a quarter above what lies in it, and no table is needed. */
#include "metrics/histogram.h"

#include <glib.h>

static unsigned bucket_of(int64_t us)
{
	unsigned top;

	if (us < 4)
		return (unsigned)MAX(us, 0);
	top = 63U - (unsigned)__builtin_clzll((unsigned long long)us);
	return MIN(top * 4 + (unsigned)(us >> (top - 2) & 3) - 4, HISTOGRAM_BUCKETS - 1);
}

/* the longest that lies in a bucket */
static int64_t bucket_us(unsigned bucket)
{
	unsigned top = (bucket + 4) / 4, quarter = (bucket + 4) % 4;

	if (bucket < 4)
		return bucket;
	return ((int64_t)(quarter + 5) << (top - 2)) - 1;
}

void histogram_add(struct histogram *h, int64_t us)
{
	h->bucket[bucket_of(us)]++;
	h->n++;
	h->sum_us += (uint64_t)MAX(us, 0);
}

int64_t histogram_quantile_us(const struct histogram *h, unsigned milli)
{
	uint64_t seen = 0;

	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		seen += h->bucket[i];
		if (seen > 0 && seen * 1000 >= h->n * milli)
			return bucket_us(i);
	}
	return 0;
}

uint64_t histogram_below(const struct histogram *h, unsigned power)
{
	uint64_t n = 0;

	g_assert(power >= 2 && power <= 63);
	/* the last bucket has no end */
	for (unsigned i = 0; i < MIN(power * 4 - 4, HISTOGRAM_BUCKETS - 1); i++)
		n += h->bucket[i];
	return n;
}
