/* Counters that hang on a handle; any thread may add. */
#ifndef METRICS_METRICS_H
#define METRICS_METRICS_H

#include <glib.h>
#include <stdint.h>

enum metric_id {
#define METRIC(id, name, doc) METRIC_##id,
#include "metrics/metrics.def"
#undef METRIC
	METRIC_COUNT
};

struct metrics {
	_Atomic uint64_t at[METRIC_COUNT];
};

/* metrics_add - count
 * use   any thread
 * err   none */
void metrics_add(struct metrics *m, enum metric_id id, uint64_t n);

/* metrics_print - append all counters, "name value" a line, in the order of the table
 * err   none */
void metrics_print(const struct metrics *m, GString *to);

#endif
