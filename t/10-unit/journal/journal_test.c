/* Records are whole lines, can be found by any id, told to people, and keep personal data
 * only when told to. */
#include "journal/journal.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "base/error.h"
#include "lib/tree.h"

static const struct recipient rcpts[] = { { .address = "ann@example.org",
					    .key = "ann@example.org" } };

static struct envelope env = {
	.client_addr = "192.0.2.7",
	.mail_from = "boss@example.net",
	.rcpts = rcpts,
	.n_rcpts = 1,
	.queue_id = "4Xq1",
	.received_s = 1700000000,
};

static const struct reason reasons[] = {
	{ .rule = "vip_name",
	  .text = "Uses \"Jane\x01\"",
	  .axis = AXIS_THREAT,
	  .milli = 6500 },
};

static struct decision decision = {
	.rcpt = "ann@example.org",
	.verdict = VERDICT_SUSPICIOUS,
	.action = ACTION_BANNER,
	.mode = MODE_ENFORCE,
	.milli = { 6500, 0, -1500 },
	.reasons = reasons,
	.n_reasons = 1,
};

static struct record make_record(struct features *f, struct decisions *d, struct plan *p)
{
	static const enum action done[] = { ACTION_BANNER };
	static const struct edit edits[] = {
		{ .kind = EDIT_INSERT_HEADER,
		  .name = "X-Wonted-Verdict",
		  .value = "suspicious" },
	};
	static const struct stage_time times[] = { { "parse", 120 }, { "auth", 2400 } };

	*d = (struct decisions){ .at = &decision, .n = 1 };
	*p = (struct plan){ .edits = edits,
			    .n_edits = 1,
			    .done = done,
			    .n_done = 1,
			    .banner = "inserted" };
	f->at[FEATURE_FROM_ADDRESS] = value_of_text("boss@example.net");
	f->at[FEATURE_SPF_RESULT] = value_of_text("pass");
	f->at[FEATURE_DMARC_PASS] = VALUE_UNKNOWN;
	f->at[FEATURE_MESSAGE_ID] = value_of_text("m1@example.net");
	return (struct record){ .id = "65b-1-1",
				.envelope = &env,
				.features = f,
				.decisions = d,
				.plan = p,
				.ruleset_id = "r",
				.config_id = "c",
				.times = times,
				.n_times = 2,
				.pii = true };
}

static void line_holds_all(void)
{
	struct features f = { 0 };
	struct decisions d;
	struct plan p;
	struct record r = make_record(&f, &d, &p);
	struct signal said[DETECTOR_COUNT];
	struct rcpt_signals signals = { .at = said };

	for (size_t i = 0; i < DETECTOR_COUNT; i++)
		said[i] = (struct signal){ .answer = ANSWER_YES,
					   .words = "wire the money" };
	r.signals = &signals;
	char *line = record_json(&r);

	g_assert_nonnull(strstr(line, "wire the money"));
	g_assert_null(strchr(line, '\n'));
	g_assert_nonnull(strstr(line, "\"queue_id\":\"4Xq1\""));
	g_assert_nonnull(strstr(line, "\"from.address\":\"boss@example.net\""));
	g_assert_nonnull(strstr(line, "\"dmarc.pass\":null"));
	g_assert_null(strstr(line, "\"subject\""));
	g_assert_nonnull(strstr(line, "\"threat\":6500"));
	g_assert_nonnull(strstr(line, "Uses \\\"Jane\\u0001\\\""));
	g_free(line);
	r.pii = false;
	line = record_json(&r);
	g_assert_null(strstr(line, "boss@example.net"));
	g_assert_null(strstr(line, "ann@example.org"));
	g_assert_null(strstr(line, "192.0.2.7"));
	/* reasons and signals quote the message */
	g_assert_null(strstr(line, "Jane"));
	g_assert_null(strstr(line, "wire the money"));
	g_assert_nonnull(strstr(line, "\"rule\":\"vip_name\""));
	g_assert_nonnull(strstr(line, "\"reply_to_elsewhere\":\"\""));
	g_assert_nonnull(strstr(line, "\"spf.result\":\"pass\""));
	g_free(line);
}

static void bytes_that_are_no_text(void)
{
	struct features f = { 0 };
	struct decisions d;
	struct plan p;
	struct record r = make_record(&f, &d, &p);
	struct envelope odd = env;

	odd.mail_from = "a\xff\xfe@x";
	odd.helo = "h\n\xc3";
	r.envelope = &odd;
	char *line = record_json(&r), *log = record_log_line(&r);

	g_assert_true(g_utf8_validate(line, -1, NULL));
	g_assert_null(strchr(line, '\n'));
	g_assert_null(strchr(log, '\n'));
	g_assert_true(g_utf8_validate(log, -1, NULL));
	g_free(line);
	g_free(log);
}

static void log_line_is_for_postmasters(void)
{
	struct features f = { 0 };
	struct decisions d;
	struct plan p;
	struct record r = make_record(&f, &d, &p);
	char *line = record_log_line(&r);

	g_assert_cmpstr(
		line, ==,
		"4Xq1: verdict=suspicious action=banner rcpts=1 from=<boss@example.net> "
		"score=6.5/0/-1.5 reasons=\"Uses 'Jane\\x01'\" rules=vip_name "
		"banner=\"inserted\" id=65b-1-1 ms=2.5 client=192.0.2.7 "
		"msgid=\"m1@example.net\" config=c");
	g_free(line);
	env.internal = true;
	r.decisions = NULL;
	r.plan = NULL;
	line = record_log_line(&r);
	env.internal = false;
	g_assert_true(
		g_str_has_prefix(line, "4Xq1: verdict=internal action=pass rcpts=1"));
	g_free(line);
}

static void fields_are_all_in_the_table(void)
{
	static const char *const names[] = {
#define FIELD(where, name, type, pii, since, doc) name,
#include "journal/fields.def"
#undef FIELD
	};
	struct features f = { 0 };
	struct decisions d;
	struct plan p;
	struct record r = make_record(&f, &d, &p);

	r.failed = r.stopped = r.slow = "x";
	char *line = record_json(&r);
	/* keys on the record's own level and a recipient's: what stands before ": outside
	 * of the objects that are named by other tables */
	GRegex *key = g_regex_new("[{,]\"([a-z_]+)\":", 0, 0, NULL);
	GRegex *inner = g_regex_new(
		"\"(features|us)\":\\{[^}]*\\}|\"reasons\":\\[[^]]*\\]", 0, 0, NULL);
	char *outer = g_regex_replace(inner, line, -1, 0, "\"\\1reasons\":0", 0, NULL);
	GMatchInfo *m;

	g_regex_match(key, outer, 0, &m);
	g_assert_true(g_match_info_matches(m));
	for (; g_match_info_matches(m); g_match_info_next(m, NULL)) {
		char *name = g_match_info_fetch(m, 1);
		bool known = g_str_has_suffix(name, "reasons");

		for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
			known = known || strcmp(names[i], name) == 0;
		if (!known)
			g_error("field \"%s\" is not in journal/fields.def", name);
		g_free(name);
	}
	g_match_info_unref(m);
	g_regex_unref(key);
	g_regex_unref(inner);
	g_free(outer);
	g_free(line);
}

static void remove_folder(char *folder)
{
	tree_remove(folder);
	g_free(folder);
}

static void found_by_any_id(void)
{
	char *folder = g_dir_make_tmp("wonted-journal-XXXXXX", NULL), *line, *text;
	struct features f = { 0 };
	struct decisions d;
	struct plan p;
	struct record r = make_record(&f, &d, &p);
	GError *e = NULL;
	struct journal *j = journal_open(folder, 1 << 20, &e);
	static const char *const ids[] = { "4Xq1", "65b-1-1", "m1@example.net",
					   "<m1@example.net>" };

	g_assert_no_error(e);
	g_assert_true(journal_append(j, &r));
	for (size_t i = 0; i < G_N_ELEMENTS(ids); i++) {
		g_assert_true(journal_find(folder, ids[i], &line, &e));
		g_assert_true(record_explain(line, true, &text, &e));
		g_assert_nonnull(strstr(text, "suspicious: threat 6.5"));
		g_assert_nonnull(strstr(text, "done: banner"));
		g_assert_null(strchr(text, '\x01'));
		g_free(text);
		g_free(line);
	}
	/* text of another field is no id */
	g_assert_false(journal_find(folder, "pass", &line, &e));
	g_assert_error(e, WONTED_ERROR, WONTED_ERROR_INPUT);
	g_clear_error(&e);
	journal_close(j);
	remove_folder(folder);
}

/* ids come from strangers: none is a pattern, and quotes are no end */
static void odd_ids_are_found(void)
{
	char *folder = g_dir_make_tmp("wonted-journal-XXXXXX", NULL), *line;
	struct features f = { 0 };
	struct decisions d;
	struct plan p;
	struct record r = make_record(&f, &d, &p);
	GError *e = NULL;
	struct journal *j = journal_open(folder, 1 << 20, &e);
	static const char *const ids[] = { "\"quo\\ted\"@x", "a.*[b@x", "a/b@x",
					   "\xc3\xbc@x", "tab\there@x" };
	static const char *const none[] = { "", "<>", "\n", "\xff", ".*", "%s%n" };
	char *endless = g_strnfill(1 << 20, 'x');

	g_assert_no_error(e);
	for (size_t i = 0; i < G_N_ELEMENTS(ids); i++) {
		f.at[FEATURE_MESSAGE_ID] = value_of_text(ids[i]);
		g_assert_true(journal_append(j, &r));
		g_assert_true(journal_find(folder, ids[i], &line, &e));
		g_free(line);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(none); i++) {
		g_assert_false(journal_find(folder, none[i], &line, &e));
		g_clear_error(&e);
	}
	g_assert_false(journal_find(folder, endless, &line, NULL));
	g_free(endless);
	journal_close(j);
	remove_folder(folder);
}

/* no file descriptor for the new file: records go on, and the next one tries again */
static void rotation_is_tried_again(void)
{
	char *folder = g_dir_make_tmp("wonted-journal-XXXXXX", NULL), *line;
	struct features f = { 0 };
	struct decisions d;
	struct plan p;
	struct record r = make_record(&f, &d, &p);
	struct rlimit before, none;
	struct journal *j = journal_open(folder, 100, NULL);

	g_assert_cmpint(getrlimit(RLIMIT_NOFILE, &before), ==, 0);
	none = before;
	none.rlim_cur = 3;
	g_assert_true(journal_append(j, &r));
	g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &none), ==, 0);
	r.id = "poor";
	g_assert_true(journal_append(j, &r));
	g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &before), ==, 0);
	r.id = "rich";
	g_assert_true(journal_append(j, &r));
	char *current = g_build_filename(folder, "current.jsonl", NULL);

	g_assert_true(g_file_get_contents(current, &line, NULL, NULL));
	g_assert_null(strstr(line, "poor"));
	g_assert_nonnull(strstr(line, "rich"));
	g_free(line);
	g_assert_true(journal_find(folder, "poor", &line, NULL));
	g_free(line);
	g_free(current);
	journal_close(j);
	remove_folder(folder);
}

/* a line is there whole or not at all, and the journal recovers */
static void full_disk_loses_whole_lines(void)
{
	char *folder = g_dir_make_tmp("wonted-journal-XXXXXX", NULL), *all;
	struct features f = { 0 };
	struct decisions d;
	struct plan p;
	struct record r = make_record(&f, &d, &p);
	struct rlimit before, small;
	struct journal *j = journal_open(folder, 1 << 20, NULL);
	unsigned put = 0;

	signal(SIGXFSZ, SIG_IGN);
	g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &before), ==, 0);
	small = before;
	small.rlim_cur = 2000;
	g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &small), ==, 0);
	for (int i = 0; i < 10; i++)
		put += journal_append(j, &r);
	g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &before), ==, 0);
	g_assert_cmpuint(put, >, 0);
	g_assert_cmpuint(put, <, 10);
	g_assert_true(journal_append(j, &r));
	char *current = g_build_filename(folder, "current.jsonl", NULL);

	g_assert_true(g_file_get_contents(current, &all, NULL, NULL));
	char **lines = g_strsplit(all, "\n", -1);

	g_assert_cmpuint(g_strv_length(lines), ==, put + 2);
	for (unsigned i = 0; i <= put; i++)
		g_assert_true(g_str_has_suffix(lines[i], "]}"));
	g_strfreev(lines);
	g_free(all);
	g_free(current);
	journal_close(j);
	remove_folder(folder);
}

static bool is_found(const char *folder, const char *id)
{
	char *line = NULL;
	bool found = journal_find(folder, id, &line, NULL);

	g_free(line);
	return found;
}

/* Readers go by names: a clock that was set back gives none that stands before an older one. */
static void names_go_on(void)
{
	char *folder = g_dir_make_tmp("wonted-journal-XXXXXX", NULL);
	char *ahead = g_build_filename(folder, "decisions-99999999999-7.jsonl", NULL);
	struct features f = { 0 };
	struct decisions d;
	struct plan p;
	struct record r = make_record(&f, &d, &p);
	struct journal *j = journal_open(folder, 100, NULL);

	g_assert_true(g_file_set_contents(ahead, "\n", 1, NULL));
	for (int i = 0; i < 3; i++)
		g_assert_true(journal_append(j, &r));
	for (int i = 8; i <= 9; i++) {
		char *name =
			g_strdup_printf("%s/decisions-99999999999-%d.jsonl", folder, i);

		g_assert_true(g_file_test(name, G_FILE_TEST_EXISTS));
		g_free(name);
	}
	g_free(ahead);
	journal_close(j);
	remove_folder(folder);
}

/* What goes into a file that nobody finds any more is lost. */
static void removed_while_written(void)
{
	char *folder = g_dir_make_tmp("wonted-journal-XXXXXX", NULL);
	char *current = g_build_filename(folder, "current.jsonl", NULL);
	char *away = g_strconcat(folder, ".away", NULL);
	struct features f = { 0 };
	struct decisions d;
	struct plan p;
	struct record r = make_record(&f, &d, &p);
	struct journal *j = journal_open(folder, 1 << 20, NULL);

	g_assert_true(journal_append(j, &r));
	g_assert_cmpint(g_unlink(current), ==, 0);
	r.id = "after-the-file";
	g_assert_true(journal_append(j, &r));
	g_assert_true(is_found(folder, "after-the-file"));
	g_assert_cmpint(g_rename(folder, away), ==, 0);
	r.id = "after-the-folder";
	g_assert_true(journal_append(j, &r));
	g_assert_true(is_found(folder, "after-the-folder"));
	g_assert_false(is_found(folder, "after-the-file"));
	/* replaced, as by a tool that rotates logs */
	g_assert_true(g_file_set_contents(current, "", 0, NULL));
	r.id = "after-another";
	g_assert_true(journal_append(j, &r));
	g_assert_true(is_found(folder, "after-another"));
	journal_close(j);
	remove_folder(away);
	g_free(current);
	remove_folder(folder);
}

static void rotated_and_expired(void)
{
	char *folder = g_dir_make_tmp("wonted-journal-XXXXXX", NULL), *line;
	struct features f = { 0 };
	struct decisions d;
	struct plan p;
	struct record r = make_record(&f, &d, &p);
	GError *e = NULL;
	struct journal *j = journal_open(folder, 100, &e);

	g_assert_no_error(e);
	for (int i = 0; i < 3; i++) {
		r.id = i == 0 ? "first" : i == 1 ? "second" : "third";
		g_assert_true(journal_append(j, &r));
	}
	g_assert_true(journal_find(folder, "first", &line, &e));
	g_free(line);
	/* newest first: the queue id of all three */
	g_assert_true(journal_find(folder, "4Xq1", &line, &e));
	g_assert_nonnull(strstr(line, "\"third\""));
	g_free(line);
	journal_expire(j, INT64_MAX);
	g_assert_false(journal_find(folder, "first", &line, &e));
	g_clear_error(&e);
	g_assert_true(journal_find(folder, "third", &line, &e));
	g_free(line);
	journal_close(j);
	remove_folder(folder);
}

static void cut_line_is_closed(void)
{
	char *folder = g_dir_make_tmp("wonted-journal-XXXXXX", NULL), *line;
	char *path = g_build_filename(folder, "current.jsonl", NULL);
	struct features f = { 0 };
	struct decisions d;
	struct plan p;
	struct record r = make_record(&f, &d, &p);
	GError *e = NULL;

	g_assert_true(g_file_set_contents(path, "{\"v\":1,\"id\":\"cu", -1, &e));
	struct journal *j = journal_open(folder, 1 << 20, &e);

	g_assert_no_error(e);
	g_assert_true(journal_append(j, &r));
	g_assert_true(journal_find(folder, "65b-1-1", &line, &e));
	g_free(line);
	journal_close(j);
	g_free(path);
	remove_folder(folder);
}

static void foreign_lines_are_refused(void)
{
	static const char *const lines[] = { "",    "{",         "[]",
					     "{}",  "{\"v\":2}", "{\"v\":\"1\"}",
					     "null" };
	static const char *const odd[] = { "{\"v\":1}", "{\"v\":1,\"rcpts\":7,\"us\":[]}",
					   "{\"v\":1,\"rcpts\":[3,{\"reasons\":[{}]}]}" };
	char *text;

	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
		GError *e = NULL;

		g_assert_false(record_explain(lines[i], true, &text, &e));
		g_assert_error(e, WONTED_ERROR, WONTED_ERROR_INPUT);
		g_clear_error(&e);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(odd); i++) {
		g_assert_true(record_explain(odd[i], true, &text, NULL));
		g_free(text);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/journal/names go on", names_go_on);
	g_test_add_func("/journal/removed while written", removed_while_written);
	g_test_add_func("/record/one line with all", line_holds_all);
	g_test_add_func("/record/bytes that are no text", bytes_that_are_no_text);
	g_test_add_func("/record/log line", log_line_is_for_postmasters);
	g_test_add_func("/record/fields are in the table", fields_are_all_in_the_table);
	g_test_add_func("/spool/found by any id", found_by_any_id);
	g_test_add_func("/spool/odd ids are found", odd_ids_are_found);
	g_test_add_func("/spool/rotation is tried again", rotation_is_tried_again);
	g_test_add_func("/spool/a full disk", full_disk_loses_whole_lines);
	g_test_add_func("/spool/rotated and expired", rotated_and_expired);
	g_test_add_func("/spool/a cut line is closed", cut_line_is_closed);
	g_test_add_func("/explain/foreign lines are refused", foreign_lines_are_refused);
	return g_test_run();
}
