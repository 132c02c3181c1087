/* Counting without a label takes no lock, because it is done many times a message. Values of
 * labels come from messages in part (rules, results): there are only so many of each metric, and
 * what could be an address is none. */
#include "metrics/metrics.h"

#include <stdatomic.h>
#include <string.h>

#include "metrics/series.h"

#define OTHER "other"

const struct metric_row metric_rows[METRIC_COUNT] = {
#define METRIC(id, type, unit, who, name, label, most, doc)                 \
	[METRIC_##id] = { METRIC_##type, METRIC_##unit, METRIC_##who, name, \
			  label,         most,          doc },
#include "metrics/metrics.def"
#undef METRIC
};

static struct series *series_new(enum metric_id id, const char *value)
{
	struct series *s = g_new0(struct series, 1);

	g_strlcpy(s->value, value, sizeof(s->value));
	if (metric_rows[id].type == METRIC_HISTOGRAM)
		s->took = g_new0(struct histogram, 1);
	return s;
}

static struct series *series_add(struct metrics *m, enum metric_id id, const char *value)
{
	struct series *s = series_new(id, value);

	g_ptr_array_add(m->series[id], s);
	g_hash_table_insert(m->by_value[id], s->value, s);
	return s;
}

static void series_free(gpointer data)
{
	struct series *s = data;

	g_free(s->took);
	g_free(s);
}

struct metrics *metrics_new(enum metric_who who)
{
	struct metrics *m = g_new0(struct metrics, 1);

	m->who = who;
	pthread_mutex_init(&m->reading, NULL);
	pthread_mutex_init(&m->lock, NULL);
	m->collectors = g_array_new(FALSE, FALSE, sizeof(struct collector));
	for (enum metric_id i = 0; i < METRIC_COUNT; i++) {
		m->series[i] = g_ptr_array_new_with_free_func(series_free);
		m->by_value[i] = g_hash_table_new(g_str_hash, g_str_equal);
		if (metric_rows[i].label[0] == '\0')
			series_add(m, i, "");
	}
	return m;
}

void metrics_free(struct metrics *m)
{
	if (m == NULL)
		return;
	for (enum metric_id i = 0; i < METRIC_COUNT; i++) {
		g_hash_table_destroy(m->by_value[i]);
		g_ptr_array_unref(m->series[i]);
	}
	g_array_free(m->collectors, TRUE);
	pthread_mutex_destroy(&m->lock);
	pthread_mutex_destroy(&m->reading);
	g_free(m);
}

/* words of several parts are put together; what could be an address is none of ours */
static void take_value(const char *value, char plain_r[VALUE_BYTES])
{
	size_t n = strlen(value);
	bool plain = n > 0 && n < VALUE_BYTES &&
		     strspn(value, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_-. ") == n;

	g_strlcpy(plain_r, plain ? value : OTHER, VALUE_BYTES);
	g_strdelimit(plain_r, " ", '_');
}

/* the series of a label's value, made when there is room for it; under the lock */
static struct series *series_of(struct metrics *m, enum metric_id id, const char *value)
{
	GPtrArray *all = m->series[id];
	const struct metric_row *row = &metric_rows[id];
	char plain[VALUE_BYTES];
	struct series *s;

	g_assert((row->label[0] != '\0') == (value != NULL));
	if (value == NULL)
		return all->pdata[0];
	take_value(value, plain);
	s = g_hash_table_lookup(m->by_value[id], plain);
	if (s != NULL)
		return s;
	if (all->len + 1 >= row->most) { /* the last one is for the others */
		take_value(OTHER, plain);
		s = g_hash_table_lookup(m->by_value[id], plain);
	}
	if (s == NULL)
		s = series_add(m, id, plain);
	g_assert(all->len <= row->most);
	return s;
}

void metrics_declare(struct metrics *m, enum metric_id id, const char *const *values,
		     size_t n)
{
	pthread_mutex_lock(&m->lock);
	for (size_t i = 0; i < n; i++)
		series_of(m, id, values[i]);
	pthread_mutex_unlock(&m->lock);
}

void metrics_add(struct metrics *m, enum metric_id id, uint64_t n)
{
	struct series *s = m->series[id]->pdata[0];

	g_assert(metric_rows[id].type == METRIC_COUNTER &&
		 metric_rows[id].label[0] == '\0');
	atomic_fetch_add_explicit(&s->n, n, memory_order_relaxed);
}

void metrics_add_to(struct metrics *m, enum metric_id id, const char *value, uint64_t n)
{
	g_assert(metric_rows[id].type == METRIC_COUNTER);
	pthread_mutex_lock(&m->lock);
	atomic_fetch_add(&series_of(m, id, value)->n, n);
	pthread_mutex_unlock(&m->lock);
}

void metrics_took(struct metrics *m, enum metric_id id, const char *value, int64_t us)
{
	g_assert(metric_rows[id].type == METRIC_HISTOGRAM);
	pthread_mutex_lock(&m->lock);
	histogram_add(series_of(m, id, value)->took, us);
	pthread_mutex_unlock(&m->lock);
}

void metrics_set(struct metrics *m, enum metric_id id, const char *value, uint64_t n)
{
	g_assert(metric_rows[id].type == METRIC_GAUGE ||
		 metric_rows[id].type == METRIC_COUNTER);
	pthread_mutex_lock(&m->lock);
	atomic_store(&series_of(m, id, value)->n, n);
	pthread_mutex_unlock(&m->lock);
}

void metrics_tell(struct metrics *m, enum metric_id id, const char *value,
		  const char *text)
{
	g_assert(metric_rows[id].type == METRIC_TEXT);
	pthread_mutex_lock(&m->lock);
	take_value(text, series_of(m, id, value)->text);
	pthread_mutex_unlock(&m->lock);
}

void metrics_collect(struct metrics *m, void (*fn)(struct metrics *m, void *user),
		     void *user)
{
	const struct collector c = { fn, user };

	pthread_mutex_lock(&m->reading);
	g_array_append_val(m->collectors, c);
	pthread_mutex_unlock(&m->reading);
}

uint64_t metrics_value(struct metrics *m, enum metric_id id, const char *value)
{
	pthread_mutex_lock(&m->lock);
	const struct series *s =
		g_hash_table_lookup(m->by_value[id], value == NULL ? "" : value);
	uint64_t n = s == NULL ? 0 : atomic_load(&s->n);

	pthread_mutex_unlock(&m->lock);
	return n;
}

void metrics_read_begin(struct metrics *m)
{
	pthread_mutex_lock(&m->reading);
	for (guint i = 0; i < m->collectors->len; i++) {
		const struct collector *c =
			&g_array_index(m->collectors, struct collector, i);

		c->fn(m, c->user);
	}
	pthread_mutex_lock(&m->lock);
}

void metrics_read_end(struct metrics *m)
{
	pthread_mutex_unlock(&m->lock);
	pthread_mutex_unlock(&m->reading);
}
