/* The log of acts: what was written is read, whatever stood in it; what is old goes. */
#include "quarantine/acts.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"

static char *folder;

static void take(const struct act *act, void *user)
{
	GString *all = user;

	g_string_append_printf(all, "%s %s %s %s", act->hold, act->what, act->who,
			       act->outcome);
	for (const char *const *r = act->rcpts; *r != NULL; r++)
		g_string_append_printf(all, " <%s>", *r);
	g_string_append_c(all, '\n');
}

static void assert_acts(const char *hold, const char *want)
{
	GString *all = g_string_new(NULL);
	GError *e = NULL;

	g_assert_true(acts_list(folder, hold, take, all, &e));
	g_assert_no_error(e);
	g_assert_cmpstr(all->str, ==, want);
	g_string_free(all, TRUE);
}

static void write_act(const struct act *act)
{
	GError *e = NULL;

	g_assert_true(act_record(folder, act, &e));
	g_assert_no_error(e);
}

static char *log_path(void)
{
	return g_build_filename(folder, "acts.log", NULL);
}

static void begin(void)
{
	char *path = log_path();

	g_unlink(path);
	g_free(path);
}

static void reads_what_was_written(void)
{
	static const char *const two[] = { "a\tb\n@example.org", "\"x y\"@example.org",
					   NULL };
	struct act act = { .time_s = 1000,
			   .hold = "h-1",
			   .what = "release",
			   .who = "ann\n1\th-2",
			   .tool = "t",
			   .outcome = "begun",
			   .rcpts = two };

	begin();
	assert_acts(NULL, "");
	write_act(&act);
	assert_acts("h-1", "h-1 release ann\n1\th-2 begun <a\tb\n@example.org> <\"x "
			   "y\"@example.org>\n");
	act.outcome = "done";
	act.rcpts = NULL;
	write_act(&act);
	/* the end takes the place of what was begun */
	assert_acts("h-1", "h-1 release ann\n1\th-2 done\n");
	act.outcome = "begun";
	act.hold = "h-2";
	write_act(&act);
	write_act(&act);
	assert_acts("h-2",
		    "h-2 release ann\n1\th-2 begun\nh-2 release ann\n1\th-2 begun\n");
	assert_acts("h-3", "");
}

/* a line cut off by a full disk takes no other with it */
static void survives_half_a_line(void)
{
	struct act act = { .time_s = 1,
			   .hold = "h",
			   .what = "delete",
			   .who = "w",
			   .tool = "t",
			   .outcome = "done" };
	char *path = log_path(), *text = NULL;

	begin();
	g_assert_true(g_file_set_contents(path, "17\th\tdel", -1, NULL));
	write_act(&act);
	assert_acts(NULL, "h delete w done\n");
	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	g_assert_cmpuint(strlen(text), >, 20);
	g_free(text);
	g_free(path);
}

static void forgets_what_is_old(void)
{
	GError *e = NULL;

	begin();
	g_assert_true(acts_expire(folder, 100, &e)); /* nothing is there yet */
	for (int64_t s = 98; s < 103; s++) {
		char *id = g_strdup_printf("h-%d", (int)s);
		struct act act = { .time_s = s,
				   .hold = id,
				   .what = "delete",
				   .who = "w",
				   .tool = "t",
				   .outcome = "done" };

		write_act(&act);
		g_free(id);
	}
	g_assert_true(acts_expire(folder, 101, &e));
	g_assert_no_error(e);
	assert_acts(NULL, "h-101 delete w done\nh-102 delete w done\n");
}

static void says_what_it_cannot(void)
{
	struct act act = {
		.hold = "h", .what = "delete", .who = "w", .tool = "t", .outcome = "done"
	};
	GError *e = NULL;

	g_assert_false(act_record("/nonexistent", &act, &e));
	g_assert_nonnull(strstr(e->message, "/nonexistent/acts.log: cannot write down"));
	g_error_free(e);
}

static void knows_who_acts(void)
{
	char *who = acts_who();

	g_assert_cmpstr(who, !=, "");
	g_free(who);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	folder = g_dir_make_tmp("wonted-acts-XXXXXX", NULL);
	g_test_add_func("/acts/reads-what-was-written", reads_what_was_written);
	g_test_add_func("/acts/survives-half-a-line", survives_half_a_line);
	g_test_add_func("/acts/forgets-what-is-old", forgets_what_is_old);
	g_test_add_func("/acts/says-what-it-cannot", says_what_it_cannot);
	g_test_add_func("/acts/knows-who-acts", knows_who_acts);
	int failed = g_test_run();

	begin();
	g_rmdir(folder);
	g_free(folder);
	return failed;
}
