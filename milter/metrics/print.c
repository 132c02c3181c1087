/* The ways to write metrics: lines for people, JSON, and the text format of Prometheus. */
#include <inttypes.h>
#include <stdatomic.h>

#include "base/json_line.h"
#include "metrics/series.h"

/* bounds of what Prometheus is told of a time: 64 us to 16 s, each twice the one before */
#define FIRST_POWER 6
#define LAST_POWER 24

/* --- for people --- */

static void print_took(const struct histogram *h, GString *to)
{
	g_string_append_printf(to,
			       "%" PRIu64 ", sum %" PRIu64 " us, p50 %" PRId64
			       " us, p99 %" PRId64 " us, p99.9 %" PRId64 " us\n",
			       h->n, h->sum_us, histogram_quantile_us(h, 500),
			       histogram_quantile_us(h, 990),
			       histogram_quantile_us(h, 999));
}

static void print_line(const struct metric_row *row, const struct series *s, GString *to)
{
	gsize begin = to->len;

	g_string_append_printf(
		to, "%s%s%s%s", row->name, *row->label != '\0' ? "_" : "", s->value,
		row->unit == METRIC_US && row->type == METRIC_COUNTER ? "_us" : "");
	g_string_append_printf(to, "%*s ", (int)MAX(0, 24 - (gssize)(to->len - begin)),
			       "");
	if (row->type == METRIC_TEXT)
		g_string_append_printf(to, "%s\n", s->text);
	else if (row->type == METRIC_HISTOGRAM)
		print_took(s->took, to);
	else
		g_string_append_printf(to, "%" PRIu64 "%s\n", atomic_load(&s->n),
				       row->unit == METRIC_SECONDS ? " s" : "");
}

void metrics_status(struct metrics *m, GString *to)
{
	metrics_read_begin(m);
	for (enum metric_id i = 0; i < METRIC_COUNT; i++) {
		const struct metric_row *row = &metric_rows[i];

		for (guint k = 0; (row->who & m->who) != 0 && k < m->series[i]->len; k++)
			print_line(row, m->series[i]->pdata[k], to);
	}
	metrics_read_end(m);
}

/* --- for programs --- */

static void put_int(GString *to, const char *name, uint64_t n)
{
	json_line_name(to, name);
	json_line_int(to, (int64_t)MIN(n, (uint64_t)INT64_MAX));
}

static void put_took(const struct histogram *h, GString *to)
{
	json_line_open(to, '{');
	put_int(to, "n", h->n);
	put_int(to, "sum_us", h->sum_us);
	put_int(to, "p50_us", (uint64_t)histogram_quantile_us(h, 500));
	put_int(to, "p99_us", (uint64_t)histogram_quantile_us(h, 990));
	put_int(to, "p999_us", (uint64_t)histogram_quantile_us(h, 999));
	json_line_close(to, '}');
}

static void put_value(const struct metric_row *row, const struct series *s, GString *to)
{
	if (row->type == METRIC_TEXT)
		json_line_text(to, s->text);
	else if (row->type == METRIC_HISTOGRAM)
		put_took(s->took, to);
	else
		json_line_int(to, (int64_t)MIN(atomic_load(&s->n), (uint64_t)INT64_MAX));
}

/* as the lines for people, a metric with a label is an object of its values */
static void put_metric(const struct metric_row *row, const GPtrArray *series, GString *to)
{
	bool labelled = *row->label != '\0';
	const char *unit;
	char *name;

	if (series->len == 0)
		return;
	unit = row->unit == METRIC_SECONDS                             ? "_s"
	       : row->unit == METRIC_US && row->type == METRIC_COUNTER ? "_us"
								       : "";
	name = g_strconcat(row->name, unit, NULL);
	json_line_name(to, name);
	g_free(name);
	if (labelled)
		json_line_open(to, '{');
	for (guint k = 0; k < series->len; k++) {
		const struct series *s = series->pdata[k];

		if (labelled)
			json_line_name(to, s->value);
		put_value(row, s, to);
	}
	if (labelled)
		json_line_close(to, '}');
}

void metrics_json(struct metrics *m, GString *to)
{
	metrics_read_begin(m);
	json_line_open(to, '{');
	for (enum metric_id i = 0; i < METRIC_COUNT; i++)
		if ((metric_rows[i].who & m->who) != 0)
			put_metric(&metric_rows[i], m->series[i], to);
	json_line_close(to, '}');
	metrics_read_end(m);
}

/* --- for Prometheus --- */

static const char *unit_suffix(const struct metric_row *row)
{
	switch (row->unit) {
	case METRIC_BYTES:
		return "_bytes";
	case METRIC_SECONDS:
	case METRIC_US:
		return "_seconds";
	case METRIC_NONE:
		break;
	}
	return "";
}

static char *prometheus_name(enum metric_id id)
{
	const struct metric_row *row = &metric_rows[id];

	return g_strdup_printf("wonted_%s%s%s", row->name, unit_suffix(row),
			       row->type == METRIC_COUNTER ? "_total"
			       : row->type == METRIC_TEXT  ? "_info"
							   : "");
}

static void append_escaped(const char *text, GString *to)
{
	for (; *text != '\0'; text++)
		if (*text == '\\')
			g_string_append(to, "\\\\");
		else if (*text == '\n')
			g_string_append(to, "\\n");
		else
			g_string_append_c(to, *text);
}

static void append_seconds(uint64_t us, GString *to)
{
	g_string_append_printf(to, "%" PRIu64 ".%06" PRIu64, us / 1000000, us % 1000000);
}

/* {label="value"} with what is to be said besides; "{}" would be no form of theirs */
static void append_labels(const struct metric_row *row, const struct series *s,
			  const char *also, const char *text, GString *to)
{
	bool has = row->label[0] != '\0';

	if (!has && also == NULL)
		return;
	g_string_append_c(to, '{');
	if (has)
		g_string_append_printf(to, "%s=\"%s\"%s", row->label, s->value,
				       also != NULL ? "," : "");
	if (also != NULL)
		g_string_append_printf(to, "%s=\"%s\"", also, text);
	g_string_append_c(to, '}');
}

static void bucket_line(const char *name, const struct metric_row *row,
			const struct series *s, unsigned power, GString *to)
{
	bool last = power > LAST_POWER;
	GString *le = g_string_new(last ? "+Inf" : NULL);

	if (!last)
		append_seconds((uint64_t)1 << power, le);
	g_string_append_printf(to, "%s_bucket", name);
	append_labels(row, s, "le", le->str, to);
	g_string_append_printf(to, " %" PRIu64 "\n",
			       last ? s->took->n : histogram_below(s->took, power));
	g_string_free(le, TRUE);
}

static void print_histogram(const char *name, const struct metric_row *row,
			    const struct series *s, GString *to)
{
	for (unsigned power = FIRST_POWER; power <= LAST_POWER + 1; power++)
		bucket_line(name, row, s, power, to);
	g_string_append_printf(to, "%s_sum", name);
	append_labels(row, s, NULL, NULL, to);
	g_string_append_c(to, ' ');
	append_seconds(s->took->sum_us, to);
	g_string_append_printf(to, "\n%s_count", name);
	append_labels(row, s, NULL, NULL, to);
	g_string_append_printf(to, " %" PRIu64 "\n", s->took->n);
}

static void print_sample(const char *name, const struct metric_row *row,
			 const struct series *s, GString *to)
{
	bool text = row->type == METRIC_TEXT;
	/* of whom it is said may have the name of the metric, too */
	const char *also = !text ? NULL : row->label[0] == '\0' ? row->name : "value";

	if (text && s->text[0] == '\0')
		return;
	g_string_append(to, name);
	append_labels(row, s, also, s->text, to);
	g_string_append_c(to, ' ');
	if (row->unit == METRIC_US)
		append_seconds(atomic_load(&s->n), to);
	else
		g_string_append_printf(to, "%" PRIu64, text ? 1 : atomic_load(&s->n));
	g_string_append_c(to, '\n');
}

static void print_metric(const struct metrics *m, enum metric_id id, GString *to)
{
	static const char *const types[] = {
		[METRIC_COUNTER] = "counter",
		[METRIC_GAUGE] = "gauge",
		[METRIC_HISTOGRAM] = "histogram",
		[METRIC_TEXT] = "gauge",
	};
	const struct metric_row *row = &metric_rows[id];
	char *name = prometheus_name(id);

	g_string_append_printf(to, "# HELP %s ", name);
	append_escaped(row->doc, to);
	g_string_append_printf(to, "\n# TYPE %s %s\n", name, types[row->type]);
	for (guint k = 0; k < m->series[id]->len; k++)
		if (row->type == METRIC_HISTOGRAM)
			print_histogram(name, row, m->series[id]->pdata[k], to);
		else
			print_sample(name, row, m->series[id]->pdata[k], to);
	g_free(name);
}

void metrics_prometheus(struct metrics *m, GString *to)
{
	metrics_read_begin(m);
	for (enum metric_id i = 0; i < METRIC_COUNT; i++)
		if ((metric_rows[i].who & m->who) != 0)
			print_metric(m, i, to);
	metrics_read_end(m);
}
