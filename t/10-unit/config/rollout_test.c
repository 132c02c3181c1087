/* What is set at run time: shares that stay, the order of what says more than what, the file. */
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "config/load.h"
#include "config/rollout.h"

static struct options *options_of(const char *text)
{
	GError *e = NULL;
	struct options *o = options_load_text("test", bytes_of(text), &e);

	g_assert_no_error(e);
	return o;
}

static const char conf[] =
	"mode = enforce\n enforce_percent = 30\n"
	"tenant \"t\" { domains = {\"a.example\", \"b.example\"} }\n"
	"policy \"careful\" { recipients = \"@b.example\" mode = observe }\n"
	"policy \"half\" { mode = enforce enforce_percent = 50 }\n"
	"policy \"tenth\" { enforce_percent = 10 }\n";

static struct rollout *set(struct rollout *r, enum rollout_scope scope, const char *name,
			   int percent)
{
	const struct rollout_setting s = { .scope = scope,
					   .name = name,
					   .percent = percent,
					   .since_s = 5,
					   .by = "me\nx" };
	struct rollout *next = rollout_with(r, &s);

	rollout_unref(r);
	return next;
}

static unsigned share(const struct rollout *r, const struct options *o,
		      const char *policy, const char *domain)
{
	unsigned n = 0;

	for (int i = 0; i < 1000; i++) {
		char *address = g_strdup_printf("u%d@%s", i, domain);
		const struct rollout_seeker who = { .policy = options_policy_named(
							    o, policy),
						    .tenant = options_tenant(o, domain),
						    .address = address };

		n += rollout_mode(r, o, &who) == MODE_ENFORCE;
		g_free(address);
	}
	return n;
}

static void about(unsigned got, unsigned wanted)
{
	g_assert_cmpuint(got, >=, wanted < 50 ? wanted : wanted - 50);
	g_assert_cmpuint(got, <=, wanted + 50);
}

/* from wonted.conf alone, and then from what was set */
static void says_who(void)
{
	struct options *o = options_of(conf);
	struct rollout *empty = rollout_new(), *r = rollout_keyed(empty);

	rollout_unref(empty);
	about(share(NULL, o, "default", "a.example"), 300);
	about(share(r, o, "default", "a.example"), 300);
	about(share(r, o, "half", "a.example"), 500);
	about(share(r, o, "tenth", "a.example"), 100);
	g_assert_cmpuint(share(r, o, "careful", "b.example"), ==, 0);
	r = set(r, ROLLOUT_ALL, "", 100);
	g_assert_cmpuint(share(r, o, "default", "a.example"), ==, 1000);
	about(share(r, o, "tenth", "a.example"), 100);
	r = set(r, ROLLOUT_POLICY, "tenth", 80);
	about(share(r, o, "tenth", "a.example"), 800);
	r = set(r, ROLLOUT_TENANT, "t", 20);
	about(share(r, o, "tenth", "a.example"), 200);
	r = set(r, ROLLOUT_DOMAIN, "b.example", 100);
	g_assert_cmpuint(share(r, o, "careful", "b.example"), ==, 1000);
	r = set(r, ROLLOUT_POLICY, "careful", 0);
	g_assert_cmpuint(share(r, o, "careful", "b.example"), ==, 0);
	g_assert_true(rollout_acts(r, o));
	r = set(r, ROLLOUT_ALL, "", 0);
	g_assert_cmpuint(share(r, o, "half", "b.example"), ==, 0);
	g_assert_cmpuint(share(r, o, "half", "a.example"), ==, 0);
	g_assert_false(rollout_acts(r, o));
	r = set(r, ROLLOUT_ALL, "", -1);
	r = set(r, ROLLOUT_TENANT, "t", -1);
	about(share(r, o, "half", "a.example"), 500);
	rollout_unref(r);
	options_unref(o);
}

/* who was in stays in when the share grows; another key has others in it */
static void shares_stay(void)
{
	struct rollout *empty = rollout_new(), *one = rollout_keyed(empty),
		       *other = rollout_keyed(empty);
	unsigned alike = 0;

	for (int i = 0; i < 1000; i++) {
		char *who = g_strdup_printf("u%d@x.example", i);

		for (int p = 1; p < 100; p += 7)
			if (rollout_serves(one, "mode", who, p))
				g_assert_true(rollout_serves(one, "mode", who, p + 7));
		alike += rollout_serves(one, "mode", who, 50) ==
			 rollout_serves(other, "mode", who, 50);
		g_assert_false(rollout_serves(one, "mode", who, 0));
		g_assert_true(rollout_serves(one, "mode", who, 100));
		g_free(who);
	}
	about(alike, 500);
	rollout_unref(empty);
	rollout_unref(one);
	rollout_unref(other);
}

static void by_domain(void)
{
	struct options *o = options_of("mode = enforce enforce_percent = 50\n"
				       "enforce_by = domain\n"
				       "tenant \"t\" { domains = {\"example.org\"} }\n");
	unsigned whole = 0;

	for (int d = 0; d < 200; d++) {
		char *domain = g_strdup_printf("d%d.example.org", d);
		unsigned n = share(NULL, o, "default", domain);

		g_assert_true(n == 0 || n == 1000);
		whole += n == 1000;
		g_free(domain);
	}
	about(whole, 100);
	options_unref(o);
}

static void survives_the_disk(void)
{
	char *folder = g_dir_make_tmp("rollout-XXXXXX", NULL);
	char *path = g_build_filename(folder, "rollout", NULL);
	struct rollout *empty = rollout_load(path, NULL), *r = rollout_keyed(empty),
		       *back;
	GError *e = NULL;

	r = set(r, ROLLOUT_RULE, "some_rule", 10);
	r = set(r, ROLLOUT_TEXT_MODEL, "", 0);
	g_assert_true(rollout_save(r, path, &e));
	back = rollout_load(path, &e);
	g_assert_no_error(e);
	const struct rollout_setting *s = rollout_find(back, ROLLOUT_RULE, "some_rule");

	g_assert_cmpint(s->percent, ==, 10);
	g_assert_cmpint(s->since_s, ==, 5);
	g_assert_cmpstr(s->by, ==, "me x");
	g_assert_false(rollout_is_on(back, ROLLOUT_TEXT_MODEL));
	g_assert_true(rollout_is_on(back, ROLLOUT_DECODERS));
	for (int i = 0; i < 100; i++) {
		char *who = g_strdup_printf("u%d", i);

		g_assert_true(rollout_serves(back, "x", who, 40) ==
			      rollout_serves(r, "x", who, 40));
		g_free(who);
	}
	static const char *const bad[] = { "rule a 101 0 me\n", "rule a 1 0\n",
					   "rule - 1 0 x\n",    "all x 1 0 me\n",
					   "key 12\n",          "key zz\n",
					   "hello\n",           "text_model - 1 x me\n" };

	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		char *text = g_strconcat("# fine\n", bad[i], NULL);

		g_assert_true(file_replace(path, bytes_of(text), 0600, NULL));
		g_assert_null(rollout_load(path, &e));
		g_assert_nonnull(strstr(e->message, "rollout:2: "));
		g_clear_error(&e);
		g_free(text);
	}
	g_unlink(path);
	g_rmdir(folder);
	rollout_unref(empty);
	rollout_unref(r);
	rollout_unref(back);
	g_free(path);
	g_free(folder);
}

static void is_bounded(void)
{
	struct rollout *r = rollout_new();

	for (int i = 0; i < LIMIT_ROLLOUT; i++) {
		char *name = g_strdup_printf("rule_%d", i);

		r = set(r, ROLLOUT_RULE, name, 10);
		g_assert_nonnull(r);
		g_free(name);
	}
	const struct rollout_setting more = { .scope = ROLLOUT_RULE,
					      .name = "more",
					      .by = "" },
				     known = { .scope = ROLLOUT_RULE,
					       .name = "rule_1",
					       .by = "" };

	g_assert_null(rollout_with(r, &more));
	struct rollout *again = rollout_with(r, &known);

	g_assert_nonnull(again);
	rollout_unref(again);
	rollout_unref(r);
}

static void reads_words(void)
{
	static const struct {
		enum rollout_scope scope;
		const char *word;
		int percent; /* -2: wrong */
	} rows[] = {
		{ ROLLOUT_ALL, "observe", 0 },
		{ ROLLOUT_RULE, "enforce", 100 },
		{ ROLLOUT_TENANT, "7%", 7 },
		{ ROLLOUT_DOMAIN, "default", -1 },
		{ ROLLOUT_ALL, "101%", -2 },
		{ ROLLOUT_ALL, "-1%", -2 },
		{ ROLLOUT_ALL, "on", -2 },
		{ ROLLOUT_DECODERS, "on", 100 },
		{ ROLLOUT_TEXT_MODEL, "off", 0 },
		{ ROLLOUT_TEXT_MODEL, "10%", -2 },
		{ ROLLOUT_ALL, "", -2 },
		{ ROLLOUT_ALL, "%", -2 },
		{ ROLLOUT_DECODERS, "observe", -2 },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		int percent = -2;
		bool good = rollout_value(rows[i].scope, rows[i].word, &percent);

		g_assert_true(good == (rows[i].percent != -2));
		if (good)
			g_assert_cmpint(percent, ==, rows[i].percent);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/config/rollout/says_who", says_who);
	g_test_add_func("/config/rollout/shares_stay", shares_stay);
	g_test_add_func("/config/rollout/by_domain", by_domain);
	g_test_add_func("/config/rollout/survives_the_disk", survives_the_disk);
	g_test_add_func("/config/rollout/is_bounded", is_bounded);
	g_test_add_func("/config/rollout/reads_words", reads_words);
	return g_test_run();
}
