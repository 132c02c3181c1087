/* How well scores tell bad from good: area under the ROC curve, and misses at a fixed loss. */
#ifndef TEXT_MEASURE_H
#define TEXT_MEASURE_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/* one message that was scored */
struct measured {
	double score;
	bool bad;
	unsigned source; /* number of its source */
};

struct measure {
	size_t good, bad;
	double not_auc_percent; /* (1 - AUC) * 100: how often good stands above bad */
	double missed_at_01_percent; /* of bad, where 0.1 % of good are lost */
	double missed_at_1_percent;  /* where 1 % are */
};

/* measure_all - of all together
 * in    at[n]   is sorted by this
 * out   -1 where there is nothing good or nothing bad */
struct measure measure_all(struct measured *at, size_t n);

/* measure_threshold - the score that at most this share of good stands above
 * in    at[n]   of measure_all() */
double measure_threshold(const struct measured *at, size_t n, double share);

/* measure_above - messages of a source whose score is above, and how many there are */
void measure_above(const struct measured *at, size_t n, unsigned source, double threshold,
		   size_t counts_r[2][2]);

#endif
