#include "metrics/metrics.h"

#include <string.h>

#include "metrics/histogram.h"

static gpointer add_many(gpointer m)
{
	for (int i = 0; i < 10000; i++) {
		metrics_add(m, METRIC_CONNECTIONS, 1);
		metrics_add_to(m, METRIC_VERDICT, i % 2 ? "spam" : "wanted", 1);
		metrics_took(m, METRIC_DECIDE, NULL, i);
	}
	return NULL;
}

static void assert_has(struct metrics *m, void (*print)(struct metrics *m, GString *to),
		       const char *line)
{
	GString *out = g_string_new("\n");
	char *whole = g_strdup_printf("\n%s\n", line);

	print(m, out);
	if (strstr(out->str, whole) == NULL)
		g_error("no line \"%s\" in:\n%s", line, out->str);
	g_free(whole);
	g_string_free(out, TRUE);
}

static void assert_json(struct metrics *m, const char *member)
{
	GString *to = g_string_new(NULL);

	metrics_json(m, to);
	if (strstr(to->str, member) == NULL)
		g_error("no %s in %s", member, to->str);
	g_string_free(to, TRUE);
}

static void threads_add_up(void)
{
	struct metrics *m = metrics_new(METRIC_MILTER);
	GThread *threads[4];

	for (int i = 0; i < 4; i++)
		threads[i] = g_thread_new("add", add_many, m);
	for (int i = 0; i < 4; i++)
		g_thread_join(threads[i]);
	g_assert_cmpuint(metrics_value(m, METRIC_CONNECTIONS, NULL), ==, 40000);
	g_assert_cmpuint(metrics_value(m, METRIC_VERDICT, "spam"), ==, 20000);
	assert_has(m, metrics_status, "connections              40000");
	assert_has(m, metrics_status, "verdict_wanted           20000");
	assert_json(m, "\"connections\":40000,");
	assert_json(m, "\"verdict\":{");
	assert_json(m, "\"wanted\":20000");
	assert_has(m, metrics_prometheus, "wonted_connections_total 40000");
	assert_has(m, metrics_prometheus, "wonted_verdict_total{verdict=\"spam\"} 20000");
	assert_has(m, metrics_prometheus, "wonted_decide_seconds_count 40000");
	metrics_free(m);
}

/* A label has only so many values, and none is an address, whatever comes. */
static void labels_are_bounded(void)
{
	static const char *const bad[] = {
		"ann@example.org", "", "a\nb", "a\"b", "a/b", "[2001:db8::1]", "a\\b"
	};
	struct metrics *m = metrics_new(METRIC_MILTER);
	GString *out = g_string_new(NULL);
	char *long_one = g_strnfill(65, 'a'), *fits = g_strnfill(64, 'b');
	unsigned most = metric_rows[METRIC_RULE_HITS].most, lines = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
		metrics_add_to(m, METRIC_RULE_HITS, bad[i], 1);
	metrics_add_to(m, METRIC_RULE_HITS, long_one, 1);
	g_assert_cmpuint(metrics_value(m, METRIC_RULE_HITS, "other"), ==, 8);
	metrics_add_to(m, METRIC_RULE_HITS, fits, 1);
	g_assert_cmpuint(metrics_value(m, METRIC_RULE_HITS, fits), ==, 1);
	for (unsigned i = 0; i < 2 * most; i++) {
		char *name = g_strdup_printf("rule_%u", i);

		metrics_add_to(m, METRIC_RULE_HITS, name, 1);
		g_free(name);
	}
	metrics_prometheus(m, out);
	for (const char *at = out->str; (at = strstr(at, "\nwonted_rule_hits_total{"));
	     at++)
		lines++;
	g_assert_cmpuint(lines, ==, most - 1); /* a place is kept for "other" */
	g_assert_cmpuint(metrics_value(m, METRIC_RULE_HITS, "other"), ==,
			 8 + 2 * most - (most - 3));
	g_assert_null(strchr(out->str, '@'));
	g_string_free(out, TRUE);
	g_free(long_one);
	g_free(fits);
	metrics_free(m);
}

/* no value before any was declared, counted or told; then its words with "_" */
static void values_appear(void)
{
	static const char *const words[] = { "wanted", "no sender" };
	struct metrics *m = metrics_new(METRIC_LEARN);
	GString *out = g_string_new(NULL);

	metrics_prometheus(m, out);
	g_assert_null(strstr(out->str, "\nwonted_version_info"));
	g_assert_null(strstr(out->str, "\nwonted_learn_outcome_total"));
	g_assert_null(
		strstr(out->str, "wonted_messages_total")); /* of the other daemon */
	metrics_declare(m, METRIC_LEARN_KINDS, words, 2);
	metrics_tell(m, METRIC_VERSION, NULL, "1.2.3");
	assert_has(m, metrics_prometheus, "wonted_version_info{version=\"1.2.3\"} 1");
	assert_has(m, metrics_prometheus,
		   "wonted_learn_outcome_total{outcome=\"no_sender\"} 0");
	assert_has(m, metrics_status, "learn_outcome_no_sender  0");
	metrics_tell(m, METRIC_VERSION, NULL, "<script>");
	assert_has(m, metrics_status, "version                  other");
	assert_json(m, "\"version\":\"other\"");
	g_string_free(out, TRUE);
	metrics_free(m);
}

static void set_gauge(struct metrics *m, void *user)
{
	metrics_set(m, METRIC_SESSIONS_NOW, NULL, ++*(uint64_t *)user);
}

static void readers_collect(void)
{
	struct metrics *m = metrics_new(METRIC_MILTER);
	uint64_t calls = 0;

	metrics_collect(m, set_gauge, &calls);
	g_assert_cmpuint(calls, ==, 0);
	assert_has(m, metrics_status, "sessions_now             1");
	assert_has(m, metrics_prometheus, "wonted_sessions_now 2");
	metrics_set(m, METRIC_RUNNING, NULL, 90);
	assert_has(m, metrics_status, "running                  90 s");
	assert_json(m, "\"running_s\":90");
	assert_has(m, metrics_prometheus, "wonted_running_seconds 90");
	metrics_add(m, METRIC_WAITED, 1500001);
	assert_has(m, metrics_status, "waited_us                1500001");
	assert_json(m, "\"waited_us\":1500001");
	assert_has(m, metrics_prometheus, "wonted_waited_seconds_total 1.500001");
	metrics_free(m);
}

/* names are what Prometheus takes, and no two are the same */
static void names_are_good(void)
{
	GHashTable *seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	const char *letters = "abcdefghijklmnopqrstuvwxyz0123456789_";

	for (enum metric_id i = 0; i < METRIC_COUNT; i++) {
		const struct metric_row *row = &metric_rows[i];

		g_assert_cmpuint(strspn(row->name, letters), ==, strlen(row->name));
		g_assert_cmpuint(strspn(row->label, letters), ==, strlen(row->label));
		g_assert_true((row->most > 1) == (row->label[0] != '\0'));
		g_assert_true(row->type != METRIC_HISTOGRAM || row->unit == METRIC_US);
		g_assert_true(g_str_has_suffix(row->doc, "."));
		g_assert_true(g_hash_table_add(seen, g_strdup(row->name)));
	}
	g_hash_table_destroy(seen);
}

static void times_lie_in_buckets(void)
{
	static const int64_t times[] = { -5,    0,     1,       3,       4,
					 5,     63,    64,      100,     1000,
					 65535, 65536, 1 << 24, 1 << 25, INT64_MAX };

	for (size_t i = 0; i < G_N_ELEMENTS(times); i++) {
		struct histogram h = { 0 };
		int64_t us = MAX(times[i], 0);

		histogram_add(&h, times[i]);
		g_assert_cmpuint(h.n, ==, 1);
		if (us < 1 << 25)
			g_assert_cmpint(histogram_quantile_us(&h, 500), >=, us);
		if (us < INT64_MAX)
			g_assert_cmpint(histogram_quantile_us(&h, 500), <=,
					us + us / 4 + 1);
		for (unsigned power = 2; power <= 24; power++)
			g_assert_cmpuint(histogram_below(&h, power), ==,
					 us < (int64_t)1 << power);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/metrics/threads", threads_add_up);
	g_test_add_func("/metrics/labels", labels_are_bounded);
	g_test_add_func("/metrics/values", values_appear);
	g_test_add_func("/metrics/collect", readers_collect);
	g_test_add_func("/metrics/names", names_are_good);
	g_test_add_func("/metrics/histogram", times_lie_in_buckets);
	return g_test_run();
}
