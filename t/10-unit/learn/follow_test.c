/* Every record counts once: across restarts, lost positions, failures of the store, and
 * batches that were broken off. */
#include "learn/follow.h"

#include <glib/gstdio.h>
#include <string.h>

#include "base/bytes.h"
#include "config/load.h"
#include "journal/cursor.h"
#include "journal/dead_letter.h"
#include "journal/spool_files.h"
#include "lib/tree.h"
#include "store/keys.h"

#define DAY INT64_C(19724) /* 2024-01-02 */
#define NOW ((DAY + 1) * 86400)
#define ANN "ann@acme.example"
#define EVE "eve@other.example"

struct fixture {
	char *folder;
	struct options *options;
	struct store *s;
	struct follower *f;
	struct arena *a;
};

static void set_up(struct fixture *f, gconstpointer url)
{
	static const char conf[] = "tenant \"acme\" { domains = {\"acme.example\"} }\n";
	GError *e = NULL;

	f->options = options_load_text("test", bytes_of(conf), &e);
	g_assert_no_error(e);
	f->folder = g_dir_make_tmp("wonted-follow-XXXXXX", NULL);
	f->s = store_open(
		url != NULL ? url : "mem:", &(struct store_setup){ .write = true }, &e);
	g_assert_no_error(e);
	f->a = arena_create();
	f->f = NULL;
}

static void tear_down(struct fixture *f, gconstpointer url)
{
	(void)url;
	follow_end(&f->f);
	store_close(&f->s);
	options_unref(f->options);
	arena_destroy(&f->a);
	tree_remove(f->folder);
	g_free(f->folder);
}

static void append(struct fixture *f, const char *text)
{
	char *path = g_build_filename(f->folder, SPOOL_CURRENT, NULL);
	FILE *to = g_fopen(path, "a");

	g_assert_nonnull(to);
	fputs(text, to);
	fclose(to);
	g_free(path);
}

static void append_mail(struct fixture *f, int id)
{
	char *line = g_strdup_printf(
		"{\"v\":1,\"id\":\"%d\",\"time\":%" G_GINT64_FORMAT
		",\"told\":\"accept\",\"internal\":false,\"mail_from\":\"" EVE "\","
		"\"features\":{\"from.address\":\"" EVE "\",\"from.count\":1,"
		"\"auth.aligned\":true,\"message_id\":\"%d@other.example\"},"
		"\"rcpts\":[{\"address\":\"" ANN "\",\"verdict\":\"wanted\","
		"\"done\":\"pass\"}]}\n",
		id, DAY * 86400 + id, id);

	append(f, line);
	g_free(line);
}

static void begin(struct fixture *f, bool keep)
{
	const struct follow_setup setup = { .options = f->options,
					    .folder = f->folder,
					    .store = f->s,
					    .keep_position = keep };
	GError *e = NULL;

	follow_end(&f->f);
	f->f = follow_begin(&setup, &e);
	g_assert_no_error(e);
}

static void eat(struct fixture *f)
{
	GError *e = NULL;
	bool more = true;

	while (more) {
		follow_some(f->f, NOW, &more, &e);
		g_assert_no_error(e);
	}
}

static int64_t messages_in(struct fixture *f)
{
	struct store_read r = { .key = key_build(f->a, FAMILY_PAIR, "acme", ANN, EVE) };
	struct history h;

	do
		store_read_many(f->s, &r, 1, 0, f->a);
	while (r.answer == ANSWER_UNKNOWN);
	if (r.answer == ANSWER_NO)
		return 0;
	g_assert_cmpint(history_decode(f->a, r.value, &h), ==, ANSWER_YES);
	return history_messages_in(&h, DAY + 1);
}

static void test_as_they_come(struct fixture *f, gconstpointer url)
{
	struct store_read r = { .key = key_build(f->a, FAMILY_TENANT, "acme", NULL,
						 NULL) };
	struct baseline b;
	char *where;

	(void)url;
	begin(f, true);
	eat(f);
	append_mail(f, 1);
	append_mail(f, 2);
	eat(f);
	g_assert_cmpint(messages_in(f), ==, 2);
	append_mail(f, 3);
	append(f, "{\"v\":1,\"id\":\"cut by a cra\n");
	append(f, "{\"v\":1,\"id\":\"not yet who");
	eat(f);
	g_assert_cmpint(messages_in(f), ==, 3);
	g_assert_cmpuint(follow_done_so_far(f->f).lines, ==, 4);
	g_assert_cmpuint(follow_done_so_far(f->f).damaged, ==, 1);
	g_assert_cmpuint(follow_done_so_far(f->f).kinds[TRAINING_LEARNED], ==, 3);
	g_assert_cmpuint(follow_done_so_far(f->f).counted, ==, 3);
	g_assert_cmpuint(follow_done_so_far(f->f).keys, >, 3);
	char *dead = g_build_filename(f->folder, DEAD_LETTER_FILE, NULL);

	g_assert_true(g_file_get_contents(dead, &where, NULL, NULL));
	g_assert_nonnull(strstr(where, "cut by a cra"));
	g_assert_null(strstr(where, "not yet who"));
	g_free(where);
	g_free(dead);
	where = follow_where(f->f);
	g_assert_true(g_str_has_prefix(where, SPOOL_CURRENT ":"));
	g_free(where);
	store_read_many(f->s, &r, 1, 0, f->a);
	g_assert_cmpint(baseline_decode(f->a, r.value, &b), ==, ANSWER_YES);
	g_assert_cmpint(b.since_s, ==, DAY * 86400 + 1);
}

static void test_restart(struct fixture *f, gconstpointer url)
{
	(void)url;
	append_mail(f, 1);
	begin(f, true);
	eat(f);
	append_mail(f, 2);
	begin(f, true);
	eat(f);
	g_assert_cmpuint(follow_done_so_far(f->f).lines, ==, 1);
	g_assert_cmpint(messages_in(f), ==, 2);
}

static void test_lost_position(struct fixture *f, gconstpointer url)
{
	char *path = g_build_filename(f->folder, FOLLOW_CONSUMER CURSOR_ENDING, NULL);

	(void)url;
	append_mail(f, 1);
	append_mail(f, 2);
	begin(f, true);
	eat(f);
	follow_end(&f->f);
	g_assert_cmpint(g_unlink(path), ==, 0);
	begin(f, true);
	eat(f);
	g_assert_cmpuint(follow_done_so_far(f->f).lines, ==, 2);
	g_assert_cmpuint(follow_done_so_far(f->f).counted, ==, 0);
	g_assert_cmpuint(follow_done_so_far(f->f).repeated, ==, 2);
	g_assert_cmpint(messages_in(f), ==, 2);
	follow_end(&f->f);
	g_assert_true(g_file_set_contents(path, "[position]\nfrom=x y\nstore=mem:\n", -1,
					  NULL));
	begin(f, true);
	eat(f);
	g_assert_cmpint(messages_in(f), ==, 2);
	follow_end(&f->f);
	g_assert_true(g_file_set_contents(path, "\x01 no such file", -1, NULL));
	begin(f, true);
	eat(f);
	g_assert_cmpint(messages_in(f), ==, 2);
	g_free(path);
}

/* Another store knows nothing of what the first one was told. */
static void test_other_store(struct fixture *f, gconstpointer url)
{
	char *path = g_build_filename(f->folder, FOLLOW_CONSUMER CURSOR_ENDING, NULL);
	char *text = NULL;

	(void)url;
	append_mail(f, 1);
	begin(f, true);
	eat(f);
	follow_end(&f->f);
	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	char **parts = g_strsplit(text, "mem:", 2);
	char *other = g_strjoinv("mem:other", parts);

	g_assert_true(g_file_set_contents(path, other, -1, NULL));
	begin(f, true);
	eat(f);
	g_assert_cmpuint(follow_done_so_far(f->f).repeated, ==, 1);
	g_strfreev(parts);
	g_free(other);
	g_free(text);
	g_free(path);
}

/* Killed in the midst of a batch: it is tried again as exactly that batch. */
static void test_broken_off(struct fixture *f, gconstpointer url)
{
	char *path = g_build_filename(f->folder, FOLLOW_CONSUMER CURSOR_ENDING, NULL),
	     *text, *begun;
	GKeyFile *k = g_key_file_new();
	bool more;

	(void)url;
	append_mail(f, 1);
	append_mail(f, 2);
	begin(f, true);
	eat(f);
	follow_end(&f->f);
	/* from nowhere until behind the second: as it stood while these two were written */
	g_assert_true(g_key_file_load_from_file(k, path, 0, NULL));
	text = g_key_file_get_value(k, "position", "from", NULL);
	g_key_file_remove_key(k, "position", "from", NULL);
	g_key_file_set_value(k, "position", "until", text);
	begun = g_key_file_to_data(k, NULL, NULL);
	g_assert_true(g_file_set_contents(path, begun, -1, NULL));
	append_mail(f, 3);
	begin(f, true);
	g_assert_true(follow_some(f->f, NOW, &more, NULL));
	g_assert_cmpuint(follow_done_so_far(f->f).lines, ==, 2);
	g_assert_true(more);
	eat(f);
	g_assert_cmpuint(follow_done_so_far(f->f).lines, ==, 3);
	g_assert_cmpint(messages_in(f), ==, 3);
	g_free(begun);
	g_free(text);
	g_free(path);
	g_key_file_unref(k);
}

/* Every seventh answer and write fails: no number of calls that one attempt makes. */
static void test_failing_store(struct fixture *f, gconstpointer url)
{
	size_t failures = 0;
	bool more;

	(void)url;
	begin(f, true);
	for (int i = 1; i <= 30; i++) {
		GError *e = NULL;

		append_mail(f, i);
		while (!follow_some(f->f, NOW, &more, &e)) {
			failures++;
			g_clear_error(&e);
			g_assert_cmpuint(failures, <, 1000);
		}
		if (i % 7 == 0)
			begin(f, true);
	}
	g_assert_cmpuint(failures, >, 3);
	g_assert_cmpint(messages_in(f), ==, 30);
}

static void test_many_batches(struct fixture *f, gconstpointer url)
{
	(void)url;
	for (int i = 1; i <= 2500; i++)
		append_mail(f, i);
	begin(f, false);
	eat(f);
	g_assert_cmpint(messages_in(f), ==, 2500);
	g_assert_cmpuint(follow_done_so_far(f->f).counted, ==, 2500);
	begin(f, false);
	eat(f);
	g_assert_cmpuint(follow_done_so_far(f->f).repeated, ==, 2500);
}

static void test_one_at_a_time(struct fixture *f, gconstpointer url)
{
	const struct follow_setup setup = { .options = f->options,
					    .folder = f->folder,
					    .store = f->s,
					    .keep_position = true };
	GError *e = NULL;

	(void)url;
	begin(f, true);
	g_assert_null(follow_begin(&setup, &e));
	g_assert_nonnull(strstr(e->message, "another wonted-learn"));
	g_clear_error(&e);
	begin(f, true);
	const struct follow_setup nowhere = { .options = f->options,
					      .folder = "/nonexistent",
					      .store = f->s };

	g_assert_null(follow_begin(&nowhere, &e));
	g_assert_nonnull(strstr(e->message, "journal_dir"));
	g_clear_error(&e);
}

static void open_lmdb(struct fixture *f, const char *url)
{
	GError *e = NULL;

	store_close(&f->s);
	f->s = store_open(url, &(struct store_setup){ .write = true }, &e);
	g_assert_no_error(e);
}

/* The file is deleted under us: said at once, and what the journal has is learned again. */
static void test_deleted_store(struct fixture *f, gconstpointer no_url)
{
	char *path = g_build_filename(f->folder, "store", NULL);
	char *url = g_strconcat("lmdb:", path, NULL);
	GError *e = NULL;
	bool more;

	(void)no_url;
	open_lmdb(f, url);
	append_mail(f, 1);
	append_mail(f, 2);
	begin(f, true);
	eat(f);
	g_assert_cmpint(messages_in(f), ==, 2);
	g_assert_cmpint(g_unlink(path), ==, 0);
	append_mail(f, 3);
	g_assert_false(follow_some(f->f, NOW, &more, &e));
	g_clear_error(&e);
	follow_end(&f->f);
	open_lmdb(f, url);
	begin(f, true);
	eat(f);
	g_assert_cmpint(messages_in(f), ==, 3);
	g_assert_cmpuint(follow_done_so_far(f->f).lines, ==, 3);
	/* and one that is there goes on where it was */
	begin(f, true);
	append_mail(f, 4);
	eat(f);
	g_assert_cmpuint(follow_done_so_far(f->f).lines, ==, 1);
	follow_end(&f->f);
	g_free(url);
	g_free(path);
}

/* The journal's folder is not the one that we have the lock of any more. */
static void test_replaced_folder(struct fixture *f, gconstpointer url)
{
	char *away = g_strconcat(f->folder, ".away", NULL);
	GError *e = NULL;
	bool more;

	(void)url;
	append_mail(f, 1);
	begin(f, true);
	eat(f);
	g_assert_cmpint(g_rename(f->folder, away), ==, 0);
	g_assert_false(follow_some(f->f, NOW, &more, &e));
	g_assert_nonnull(strstr(e->message, "removed or replaced"));
	g_clear_error(&e);
	g_assert_cmpint(g_rename(away, f->folder), ==, 0);
	append_mail(f, 2);
	eat(f);
	g_assert_cmpint(messages_in(f), ==, 2);
	g_free(away);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define TEST(name, url, fn) \
	g_test_add("/follow/" name, struct fixture, url, set_up, fn, tear_down)
	TEST("as_they_come", NULL, test_as_they_come);
	TEST("restart", NULL, test_restart);
	TEST("lost_position", NULL, test_lost_position);
	TEST("other_store", NULL, test_other_store);
	TEST("broken_off", NULL, test_broken_off);
	TEST("failing_store", "fault:7:mem:", test_failing_store);
	TEST("many_batches", NULL, test_many_batches);
	TEST("deleted_store", NULL, test_deleted_store);
	TEST("replaced_folder", NULL, test_replaced_folder);
	TEST("one_at_a_time", NULL, test_one_at_a_time);
	return g_test_run();
}
