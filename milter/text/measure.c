/* Ties count half, as in the TREC spam track. */
#include "text/measure.h"

#include <math.h>
#include <stdlib.h>

static int by_score(const void *left, const void *right)
{
	const struct measured *a = left, *b = right;

	return a->score < b->score ? -1 : a->score > b->score;
}

double measure_threshold(const struct measured *at, size_t n, double share)
{
	size_t good = 0, above = 0;

	for (size_t i = 0; i < n; i++)
		good += !at[i].bad;
	for (size_t i = n; i-- > 0;) {
		above += !at[i].bad;
		if ((double)above > share * (double)good)
			return at[i].score;
	}
	return -INFINITY;
}

static double missed_at(const struct measured *at, size_t n, size_t bad, double share)
{
	double threshold = measure_threshold(at, n, share);
	size_t missed = 0;

	for (size_t i = 0; i < n && at[i].score <= threshold; i++)
		missed += at[i].bad;
	return 100 * (double)missed / (double)bad;
}

struct measure measure_all(struct measured *at, size_t n)
{
	struct measure m = { .not_auc_percent = -1,
			     .missed_at_01_percent = -1,
			     .missed_at_1_percent = -1 };
	double wrong = 0;
	size_t bad_below = 0;

	qsort(at, n, sizeof(*at), by_score);
	for (size_t i = 0, end; i < n; i = end) {
		size_t good = 0, bad = 0;

		for (end = i; end < n && at[end].score <= at[i].score; end++) {
			good += !at[end].bad;
			bad += at[end].bad;
		}
		wrong += (double)good * ((double)bad_below + (double)bad / 2);
		bad_below += bad;
		m.good += good;
		m.bad += bad;
	}
	if (m.good == 0 || m.bad == 0)
		return m;
	m.not_auc_percent = 100 * wrong / ((double)m.good * (double)m.bad);
	m.missed_at_01_percent = missed_at(at, n, m.bad, 0.001);
	m.missed_at_1_percent = missed_at(at, n, m.bad, 0.01);
	return m;
}

void measure_above(const struct measured *at, size_t n, unsigned source, double threshold,
		   size_t counts_r[2][2])
{
	counts_r[0][0] = counts_r[0][1] = counts_r[1][0] = counts_r[1][1] = 0;
	for (size_t i = 0; i < n; i++)
		if (at[i].source == source)
			counts_r[at[i].bad][at[i].score > threshold]++;
}
