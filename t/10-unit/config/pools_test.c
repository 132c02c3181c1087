#include "config/pools.h"

#include <string.h>

#include "config/load.h"
#include "config/print.h"

static const char *const variables[] = { "MAX_WORKERS",           "MAX_QUEUE",
					 "WONTED_ENGINE_WORKERS", "WONTED_ENGINE_QUEUE",
					 "WONTED_DNS_WORKERS",    "WONTED_DNS_QUEUE",
					 "WONTED_DECODE_WORKERS", "WONTED_DECODE_QUEUE",
					 "WONTED_LEARN_WORKERS",  "WONTED_LEARN_QUEUE" };

static struct options *load(const char *settings)
{
	char *text = g_strconcat("tenant \"a\" { domains = {\"example.org\"} }\n",
				 settings, NULL);
	GError *e = NULL;
	struct options *o = options_load_text("wonted.conf",
					      (struct bytes){ text, strlen(text) }, &e);

	g_assert_no_error(e);
	g_free(text);
	return o;
}

static void clear(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(variables); i++)
		g_unsetenv(variables[i]);
}

static void assert_bound(struct pool_bound is, int64_t value, const char *from)
{
	g_assert_cmpint(is.value, ==, value);
	g_assert_cmpstr(is.from, ==, from);
}

static void the_environment_wins(void)
{
	struct options *o = load("decode_workers = 3\ndns_queue = 100\n");
	GString *dump = g_string_new(NULL);

	assert_bound(pool_size(o, POOL_DECODE).workers, 3, "option");
	assert_bound(pool_size(o, POOL_DECODE).queue, 64, "default");
	g_assert_cmpstr(pool_size(o, POOL_DECODE).name, ==, "decode");
	g_setenv("WONTED_DECODE_WORKERS", "2", TRUE);
	g_setenv("MAX_QUEUE", "50", TRUE);
	g_setenv("WONTED_LEARN_QUEUE", "", TRUE); /* is not set */
	g_assert_true(pools_from_environment(o, NULL));
	assert_bound(pool_size(o, POOL_DECODE).workers, 2, "environment");
	g_assert_cmpint(o->decode_workers, ==, 2);
	assert_bound(pool_size(o, POOL_DECODE).queue, 50, "environment");
	assert_bound(pool_size(o, POOL_DNS).queue, 50, "environment");
	assert_bound(pool_size(o, POOL_LEARN).queue, 50, "environment");
	assert_bound(pool_size(o, POOL_DNS).workers, 2, "default");
	print_dump(o, dump);
	g_assert_nonnull(strstr(dump->str,
				"decode_workers = 2  # WONTED_DECODE_WORKERS in "
				"the environment\n"));
	g_string_free(dump, TRUE);
	options_unref(o);
	clear();
}

/* A number for all pools is taken by each as far as it can; the one of a pool wins. */
static void one_number_for_all(void)
{
	struct options *o = load("");

	g_setenv("MAX_WORKERS", "1000", TRUE);
	g_setenv("WONTED_DNS_WORKERS", "3", TRUE);
	g_setenv("MAX_QUEUE", "1", TRUE);
	g_assert_true(pools_from_environment(o, NULL));
	assert_bound(pool_size(o, POOL_ENGINE).workers, 1000, "environment");
	assert_bound(pool_size(o, POOL_DNS).workers, 3, "environment");
	assert_bound(pool_size(o, POOL_DECODE).workers, 4, "environment");
	assert_bound(pool_size(o, POOL_LEARN).workers, 16, "environment");
	assert_bound(pool_size(o, POOL_ENGINE).queue, 1, "environment");
	assert_bound(pool_size(o, POOL_DNS).queue, 16, "environment");
	options_unref(o);
	clear();
}

static void what_is_no_number_is_refused(void)
{
	static const struct {
		const char *name, *value, *range;
	} rows[] = {
		{ "MAX_WORKERS", "many", "1 to 1000000" },
		{ "MAX_WORKERS", "0", "1 to 1000000" },
		{ "MAX_QUEUE", "-1", "1 to 1000000" },
		{ "MAX_QUEUE", "99999999999999999999", "1 to 1000000" },
		{ "WONTED_DECODE_WORKERS", "5", "0 to 4" },
		{ "WONTED_DECODE_QUEUE", "0", "1 to 10000" },
		{ "WONTED_DNS_QUEUE", "15", "16 to 65536" },
		{ "WONTED_ENGINE_WORKERS", "8 ", "1 to 100000" },
		{ "WONTED_LEARN_WORKERS", "17", "0 to 16" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct options *o = load("");
		char *want = g_strdup_printf("%s in the environment is \"%s\": write a "
					     "number from %s, or unset it",
					     rows[i].name, rows[i].value, rows[i].range);
		GError *e = NULL;

		g_setenv(rows[i].name, rows[i].value, TRUE);
		g_assert_false(pools_from_environment(o, &e));
		g_assert_cmpstr(e->message, ==, want);
		g_error_free(e);
		g_free(want);
		options_unref(o);
		clear();
	}
}

int main(int argc, char **argv)
{
	clear();
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/config/pools/environment", the_environment_wins);
	g_test_add_func("/config/pools/all", one_number_for_all);
	g_test_add_func("/config/pools/refused", what_is_no_number_is_refused);
	return g_test_run();
}
