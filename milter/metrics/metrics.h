/* What a daemon counts, measures and tells of itself: one table (metrics.def), filled by whoever
 * does the work, or by callbacks when somebody reads. Who reads is "wonted status" and /metrics;
 * no other module prints numbers of its own. */
#ifndef METRICS_METRICS_H
#define METRICS_METRICS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum metric_id {
#define METRIC(id, type, unit, who, name, label, most, doc) METRIC_##id,
#include "metrics/metrics.def"
#undef METRIC
	METRIC_COUNT
};

enum metric_type { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM, METRIC_TEXT };
enum metric_unit { METRIC_NONE, METRIC_BYTES, METRIC_SECONDS, METRIC_US };

/* whose metrics they are; bits */
enum metric_who {
	METRIC_MILTER = 1,
	METRIC_LEARN = 2,
	METRIC_BOTH = 3,
	METRIC_STORE = 4, /* wonted-store */
	METRIC_ALL = 7
};

struct metric_row {
	enum metric_type type;
	enum metric_unit unit;
	enum metric_who who;
	const char *name, *label; /* label: "" for none */
	unsigned most;            /* values of the label */
	const char *doc;
};

extern const struct metric_row metric_rows[METRIC_COUNT];

struct metrics;

/* metrics_new - the metrics of a daemon, all 0
 * own   metrics_free() */
struct metrics *metrics_new(enum metric_who who);

/* metrics_free - NULL is allowed */
void metrics_free(struct metrics *m);

/* metrics_declare - values of a label that are printed before they are counted
 * in    values[n]   the first n that the table has room for */
void metrics_declare(struct metrics *m, enum metric_id id, const char *const *values,
		     size_t n);

/* metrics_add - count in a COUNTER without a label
 * use   any thread */
void metrics_add(struct metrics *m, enum metric_id id, uint64_t n);

/* metrics_add_to - count in a COUNTER with a label
 * in    value   of the label: letters, digits and "_-. ", at most 64; anything else, and more than
 *               the table allows, counts as "other"
 * use   any thread */
void metrics_add_to(struct metrics *m, enum metric_id id, const char *value, uint64_t n);

/* metrics_took - a time for a HISTOGRAM
 * in    value   of its label; NULL: it has none
 * use   any thread */
void metrics_took(struct metrics *m, enum metric_id id, const char *value, int64_t us);

/* metrics_set - what a GAUGE, or a COUNTER that is kept elsewhere, is now
 * in    value   of its label; NULL: it has none
 * use   any thread */
void metrics_set(struct metrics *m, enum metric_id id, const char *value, uint64_t n);

/* metrics_tell - what a TEXT is now
 * in    value   of its label; NULL: it has none
 *       text    kept as the values of labels are, without a bound on how many there were
 * use   any thread */
void metrics_tell(struct metrics *m, enum metric_id id, const char *value,
		  const char *text);

/* metrics_collect - have fn(m, user) called before each reading, to set what is not counted
 * use   before anybody reads; fn must not read */
void metrics_collect(struct metrics *m, void (*fn)(struct metrics *m, void *user),
		     void *user);

/* metrics_value - what a COUNTER or GAUGE is; tests ask
 * in    value   of its label; NULL: it has none
 * use   any thread */
uint64_t metrics_value(struct metrics *m, enum metric_id id, const char *value);

/* metrics_status - append all for people, "name value" a line, in the order of the table
 * cost  calls the callbacks
 * use   any thread; one reads at a time */
void metrics_status(struct metrics *m, GString *to);

/* metrics_json - append all as one object of JSON: a name has its unit behind it (_s, _us)
 *                but of sizes; a metric with a label is an object of its values, a HISTOGRAM one of n, sum_us, p50_us, p99_us and
 *                p999_us
 * cost  calls the callbacks
 * use   any thread; one reads at a time */
void metrics_json(struct metrics *m, GString *to);

/* metrics_prometheus - append all in the text format of Prometheus, version 0.0.4
 * cost  calls the callbacks
 * use   any thread; one reads at a time */
void metrics_prometheus(struct metrics *m, GString *to);

#endif
