/* The values of one metric, for metrics.c, which fills them, and print.c. */
#ifndef METRICS_SERIES_H
#define METRICS_SERIES_H

#include <pthread.h>

#include "metrics/histogram.h"
#include "metrics/metrics.h"

#define VALUE_BYTES 65 /* of a label, or a text, with its end */

/* one value of a label; of a metric without one there is one, with value "" */
struct series {
	char value[VALUE_BYTES];
	char text[VALUE_BYTES]; /* METRIC_TEXT; "": nothing was told */
	_Atomic uint64_t n;     /* METRIC_COUNTER, METRIC_GAUGE */
	struct histogram *took; /* METRIC_HISTOGRAM; else NULL */
};

struct collector {
	void (*fn)(struct metrics *m, void *user);
	void *user;
};

struct metrics {
	enum metric_who who;
	pthread_mutex_t reading; /* held while collectors run and all is printed */
	GArray *collectors;      /* struct collector */
	pthread_mutex_t lock;    /* of the lists, texts and histograms below */
	GPtrArray *series[METRIC_COUNT];    /* struct series *, none ever goes */
	GHashTable *by_value[METRIC_COUNT]; /* the same */
};

/* metrics_read_begin - have everything collected, and keep it as it is
 * use   then metrics_read_end() */
void metrics_read_begin(struct metrics *m);

/* metrics_read_end - let others read and count again */
void metrics_read_end(struct metrics *m);

#endif
