/* Events of holds: there before the act, given once it ended or its process died, for those alone whose
 * part has the state; and what is damaged keeps nobody back. */
#include "quarantine/hold_event.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/limits.h"
#include "lib/tree.h"
#include "quarantine/envelope.h"

static char *folder;

static const char *const both[] = { "ann@one.example", "bob,\n@one.example", NULL };

static struct hold a_hold(struct hold_rcpt *rcpts, enum hold_state ann,
			  enum hold_state bob)
{
	rcpts[0] = (struct hold_rcpt){ .address = both[0], .state = ann };
	rcpts[1] = (struct hold_rcpt){ .address = both[1], .state = bob };
	return (struct hold){ .id = "6a-1-1-2",
			      .mail_from = "",
			      .tenant = "one",
			      .trace = "X-Wonted-Verdict: spam\nX-Wonted-Id: 6a-1-1\n",
			      .rcpts = rcpts,
			      .n_rcpts = 2 };
}

static void write_hold(enum hold_state ann, enum hold_state bob)
{
	char *path = g_build_filename(folder, "6a-1-1-2.env", NULL);
	struct hold_rcpt rcpts[2];
	struct hold h = a_hold(rcpts, ann, bob);
	GError *e = NULL;

	envelope_write(path, 0640, &h, &e);
	g_assert_no_error(e);
	g_free(path);
}

static struct hold_event_begun *begin(const char *what, bool owner)
{
	const struct hold_event l = { .time_ms = 1700000000123,
				      .what = what,
				      .who = "rita",
				      .owner = owner,
				      .many = !owner,
				      .rcpts = both };
	struct hold_rcpt rcpts[2];
	struct hold h = a_hold(rcpts, HOLD_HELD, HOLD_HELD);
	GError *e = NULL;
	struct hold_event_begun *b = hold_event_begin(folder, &h, &l, &e);

	g_assert_no_error(e);
	return b;
}

/* what was given, in words; keep: it stays */
struct given {
	GString *words;
	bool keep;
};

static bool take(const struct hold_event *l, void *user)
{
	struct given *g = user;

	g_string_append_printf(g->words, "%s %s %s %s %s %d%d %" G_GINT64_FORMAT, l->hold,
			       l->message, l->tenant, l->what, l->who, l->owner, l->many,
			       l->time_ms);
	for (const char *const *r = l->rcpts; *r != NULL; r++)
		g_string_append_printf(g->words, " <%s>", *r);
	g_string_append_c(g->words, '\n');
	return !g->keep;
}

static void assert_given(const char *want, bool keep)
{
	struct given g = { .words = g_string_new(NULL), .keep = keep };

	hold_events_take(folder, take, &g);
	g_assert_cmpstr(g.words->str, ==, want);
	g_string_free(g.words, TRUE);
}

#define HEAD "6a-1-1-2 6a-1-1 one "
#define TAIL " 1700000000123"

static void is_given_once_it_ended(void)
{
	write_hold(HOLD_HELD, HOLD_HELD);
	struct hold_event_begun *b = begin("release", true);

	assert_given("", false);
	write_hold(HOLD_RELEASED, HOLD_HELD);
	assert_given("", false);
	hold_event_end(b, true);
	assert_given(HEAD "release rita 10" TAIL " <ann@one.example>\n", true);
	assert_given(HEAD "release rita 10" TAIL " <ann@one.example>\n", false);
	assert_given("", false);
}

static void tells_of_all_when_the_files_are_gone(void)
{
	char *path = g_build_filename(folder, "6a-1-1-2.env", NULL);

	write_hold(HOLD_HELD, HOLD_HELD);
	struct hold_event_begun *b = begin("delete", false);

	g_unlink(path);
	hold_event_end(b, true);
	assert_given(HEAD "delete rita 01" TAIL
			  " <ann@one.example> <bob,\n@one.example>\n",
		     false);
	g_free(path);
}

static void what_was_not_done_is_not_told(void)
{
	write_hold(HOLD_HELD, HOLD_DELETED);
	hold_event_end(begin("release", true), true);
	assert_given("", false);
	write_hold(HOLD_RELEASED, HOLD_RELEASED);
	hold_event_end(begin("release", true), false);
	assert_given("", false);
	write_hold(HOLD_HELD, HOLD_HELD);
	hold_event_end(begin("report", true), true);
	assert_given(HEAD "report rita 10" TAIL
			  " <ann@one.example> <bob,\n@one.example>\n",
		     false);
}

/* between the release and its end the process is killed */
static void a_killed_process_leaves_it(void)
{
	write_hold(HOLD_HELD, HOLD_HELD);
	pid_t child = fork();

	g_assert_cmpint(child, >=, 0);
	if (child == 0) {
		begin("release", true);
		write_hold(HOLD_RELEASED, HOLD_RELEASED);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	assert_given(HEAD "release rita 10" TAIL
			  " <ann@one.example> <bob,\n@one.example>\n",
		     false);
	assert_given("", false);
}

static void damaged_ones_keep_nobody_back(void)
{
	char *in = hold_event_folder(folder);
	static const char *const texts[] = {
		"",
		"nonsense",
		"[event]\nhold=../x\n",
		"[event]\ntime_ms=5\nhold=../x\nmessage=m\ntenant=t\nwhat=release\n"
		"who=w\nrcpts=a;\n",
	};

	write_hold(HOLD_HELD, HOLD_HELD);
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		char *path = g_strdup_printf("%s/000000000000%zu-x", in, i);

		g_file_set_contents(path, texts[i], -1, NULL);
		g_free(path);
	}
	hold_event_end(begin("report", true), true);
	assert_given(HEAD "report rita 10" TAIL
			  " <ann@one.example> <bob,\n@one.example>\n",
		     false);
	assert_given("", false);
	g_free(in);
}

static void old_ones_are_forgotten(void)
{
	write_hold(HOLD_HELD, HOLD_HELD);
	hold_event_end(begin("report", true), true);
	hold_events_expire(folder, 1700000000 + LIMIT_HOLD_EVENT_S);
	assert_given(HEAD "report rita 10" TAIL
			  " <ann@one.example> <bob,\n@one.example>\n",
		     true);
	hold_events_expire(folder, 1700000002 + LIMIT_HOLD_EVENT_S);
	assert_given("", false);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	folder = g_dir_make_tmp("wonted-event-XXXXXX", NULL);
	g_test_add_func("/hold_event/is_given_once_it_ended", is_given_once_it_ended);
	g_test_add_func("/hold_event/tells_of_all", tells_of_all_when_the_files_are_gone);
	g_test_add_func("/hold_event/not_done", what_was_not_done_is_not_told);
	g_test_add_func("/hold_event/killed", a_killed_process_leaves_it);
	g_test_add_func("/hold_event/damaged", damaged_ones_keep_nobody_back);
	g_test_add_func("/hold_event/old", old_ones_are_forgotten);
	int status = g_test_run();
	char *in = hold_event_folder(folder);

	tree_remove(in);
	tree_remove(folder);
	g_free(in);
	g_free(folder);
	return status;
}
