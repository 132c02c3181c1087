/* The chain of acts: what was changed in it is seen, whatever it was; a person who was erased is
 * gone from all of it, and the chain is whole. */
#include "audit/audit.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "audit/seal.h"
#include "base/random.h"
#include "lib/tree.h"

static char *folder;

static void begin(void)
{
	folder = g_dir_make_tmp("audit-XXXXXX", NULL);
	g_assert_nonnull(folder);
}

static void end(void)
{
	tree_remove(folder);
	g_free(folder);
}

static void record(const char *what, const char *who, const char *const *rcpts)
{
	const struct audit_entry x = { .time_s = 1000,
				       .what = what,
				       .who = who,
				       .uid = 7,
				       .tool = "test",
				       .tenant = "one",
				       .hold = "h-1",
				       .outcome = "done",
				       .why = "because\tof\nthis",
				       .rcpts = rcpts };
	GError *e = NULL;

	g_assert_true(audit_record(folder, &x, &e));
	g_assert_no_error(e);
}

static bool take(const struct audit_entry *x, void *user)
{
	GString *all = user;

	g_string_append_printf(all, "%s by %s", x->what, x->who);
	for (const char *const *r = x->rcpts; *r != NULL; r++)
		g_string_append_printf(all, " <%s>", *r);
	g_string_append(all, "\n");
	return true;
}

static char *listed(void)
{
	GString *all = g_string_new(NULL);
	GError *e = NULL;

	g_assert_true(audit_list(folder, 0, take, all, &e));
	g_assert_no_error(e);
	return g_string_free(all, FALSE);
}

static char *log_path(void)
{
	return g_build_filename(folder, "audit.log", NULL);
}

static char *log_text(void)
{
	char *path = log_path(), *text = NULL;

	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	g_free(path);
	return text;
}

static void log_write(const char *text)
{
	char *path = log_path();

	g_assert_true(g_file_set_contents(path, text, -1, NULL));
	g_free(path);
}

static uint64_t assert_whole(void)
{
	struct audit_seen seen;
	GError *e = NULL;

	g_assert_true(audit_verify(folder, NULL, &seen, &e));
	g_assert_no_error(e);
	return seen.lines;
}

static void assert_broken(const char *words)
{
	struct audit_seen seen;
	GError *e = NULL;

	g_assert_false(audit_verify(folder, NULL, &seen, &e));
	g_assert_nonnull(strstr(e->message, words));
	g_error_free(e);
}

static const char *const two[] = { "Ann@example.org", "bob@example.org", NULL };

static void keeps_and_shows(void)
{
	begin();
	g_assert_cmpuint(assert_whole(), ==, 0);
	record("view", "carl", two);
	record("release", "dora", NULL);
	g_assert_cmpuint(assert_whole(), ==, 2);
	char *all = listed(), *text = log_text();

	g_assert_cmpstr(all, ==,
			"view by carl <Ann@example.org> <bob@example.org>\n"
			"release by dora\n");
	g_assert_null(strstr(text, "example.org"));
	g_assert_null(strstr(text, "carl"));
	g_free(text);
	g_free(all);
	end();
}

static void many_recipients(void)
{
	const char *rcpts[251] = { NULL };

	begin();
	for (size_t i = 0; i < 250; i++)
		rcpts[i] = "ann@example.org";
	record("delete", "carl", rcpts);
	g_assert_cmpuint(assert_whole(), ==, 3);
	end();
}

static void sees_changes(void)
{
	begin();
	for (int i = 0; i < 4; i++)
		record("view", "carl", two);
	char *text = log_text(), **lines = g_strsplit(text, "\n", -1);
	char *bad = g_strdup(text);

	strstr(bad + strlen(lines[0]) + 1, "view")[0] = 'V';
	log_write(bad);
	assert_broken("line 3");
	g_free(bad);

	bad = g_strjoin("\n", lines[0], lines[2], lines[3], "", NULL);
	log_write(bad);
	assert_broken("line 2");
	g_free(bad);

	bad = g_strjoin("\n", lines[0], lines[1], lines[2], "", NULL);
	log_write(bad);
	assert_broken("cut off");
	g_free(bad);

	bad = g_strdup(text);
	strstr(bad + strlen(text) - strlen(lines[3]) - 1, "view")[0] = 'V';
	log_write(bad);
	assert_broken("acknowledged");
	g_free(bad);

	bad = g_strjoin("\n", lines[1], lines[2], lines[3], "", NULL);
	log_write(bad);
	assert_broken("line 1");
	g_free(bad);

	log_write(text);
	g_assert_cmpuint(assert_whole(), ==, 4);
	char *path = log_path();

	g_unlink(path);
	assert_broken("gone");
	g_free(path);
	g_strfreev(lines);
	g_free(text);
	end();
}

static void goes_on_after_a_crash(void)
{
	begin();
	record("view", "carl", two);
	char *head_path = g_build_filename(folder, "audit.head", NULL), *head = NULL;

	g_assert_true(g_file_get_contents(head_path, &head, NULL, NULL));
	record("view", "carl", two);
	/* the line was written, the head was not; and a piece of a third line */
	g_assert_true(g_file_set_contents(head_path, head, -1, NULL));
	char *text = log_text(), *more = g_strconcat(text, "abcd\t12", NULL);

	log_write(more);
	struct audit_seen seen;

	g_assert_true(audit_verify(folder, NULL, &seen, NULL));
	g_assert_cmpuint(seen.lines, ==, 2);
	g_assert_true(seen.broken_off);
	record("view", "carl", NULL);
	g_assert_cmpuint(assert_whole(), ==, 3);
	/* the head is gone altogether */
	g_unlink(head_path);
	assert_broken("audit.head is gone");
	record("view", "carl", NULL);
	g_assert_cmpuint(assert_whole(), ==, 4);
	g_free(more);
	g_free(text);
	g_free(head);
	g_free(head_path);
	end();
}

static void knows_a_noted_head(void)
{
	struct audit_seen seen;
	GError *e = NULL;

	begin();
	record("view", "carl", two);
	g_assert_true(audit_verify(folder, NULL, &seen, NULL));
	char *noted = g_strdup(seen.head);

	record("view", "carl", two);
	g_assert_true(audit_verify(folder, noted, &seen, NULL));
	/* somebody writes all of it anew */
	tree_remove(folder);
	record("view", "dora", two);
	record("view", "dora", two);
	g_assert_cmpuint(assert_whole(), ==, 2);
	g_assert_false(audit_verify(folder, noted, &seen, &e));
	g_assert_nonnull(strstr(e->message, "noted"));
	g_error_free(e);
	g_free(noted);
	end();
}

static void erases(void)
{
	const struct audit_entry by = { .what = "erase",
					.who = "eve",
					.outcome = "done" };
	bool was = false;
	GError *e = NULL;

	begin();
	record("view", "carl", two);
	g_assert_true(audit_erase(folder, "ANN@example.org", &by, &was, &e));
	g_assert_no_error(e);
	g_assert_true(was);
	g_assert_cmpuint(assert_whole(), ==, 2);
	char *all = listed();

	g_assert_null(strstr(all, "nn@example.org"));
	g_assert_nonnull(strstr(all, "(erased "));
	g_assert_nonnull(strstr(all, "<bob@example.org>"));
	g_free(all);
	g_assert_true(audit_erase(folder, "nobody@example.org", &by, &was, &e));
	g_assert_false(was);
	/* the same person again is another one */
	record("view", "carl", two);
	all = listed();
	g_assert_nonnull(strstr(all, "<Ann@example.org>"));
	g_assert_nonnull(strstr(all, "(erased "));
	g_free(all);
	end();
}

static void opens_only_its_own(void)
{
	begin();
	char *sealed = seal_text(folder, "ann@example.org", NULL);
	struct seal_keys *keys = seal_keys_read(folder);
	char *plain = seal_open(keys, sealed);

	g_assert_cmpstr(plain, ==, "ann@example.org");
	g_free(plain);
	sealed[strlen(sealed) - 3] ^= 1;
	plain = seal_open(keys, sealed);
	g_assert_cmpstr(plain, ==, "(damaged)");
	g_free(plain);
	plain = seal_open(keys, "p::");
	g_assert_true(g_str_has_prefix(plain, "(erased"));
	g_free(plain);
	plain = seal_open(keys, "ann");
	g_assert_cmpstr(plain, ==, "(damaged)");
	g_free(plain);
	g_free(sealed);
	seal_keys_free(keys);
	end();
}

static gpointer seal_one(gpointer keys)
{
	return seal_text(keys, "ann@one.example", NULL);
}

/* whoever meets a person first makes the key, and all seal with that one */
static void one_key_a_person(void)
{
	begin();
	for (int round = 0; round < 20; round++) {
		char *keys = g_strdup_printf("%s/keys%d", folder, round);
		GThread *t[8];

		for (size_t i = 0; i < G_N_ELEMENTS(t); i++)
			t[i] = g_thread_new("seal", seal_one, keys);
		char *sealed[8];

		for (size_t i = 0; i < G_N_ELEMENTS(t); i++)
			sealed[i] = g_thread_join(t[i]);
		struct seal_keys *all = seal_keys_read(keys);

		for (size_t i = 0; i < G_N_ELEMENTS(t); i++) {
			char *text = seal_open(all, sealed[i]);

			g_assert_cmpstr(text, ==, "ann@one.example");
			g_free(text);
			g_free(sealed[i]);
		}
		seal_keys_free(all);
		g_free(keys);
	}
	end();
}

/* with a part of it, the keys of all persons would get other names */
static void index_is_whole(void)
{
	GError *e = NULL;

	begin();
	char *path = g_build_filename(folder, "index", NULL);

	g_free(seal_text(folder, "ann@one.example", &e));
	g_assert_no_error(e);
	g_assert_cmpint(truncate(path, 40), ==, 0);
	g_assert_null(seal_text(folder, "ann@one.example", &e));
	g_assert_nonnull(strstr(e->message, path));
	g_assert_nonnull(strstr(e->message, "restore it from a backup"));
	g_error_free(e);
	g_free(path);
	end();
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/audit/keeps_and_shows", keeps_and_shows);
	g_test_add_func("/audit/many_recipients", many_recipients);
	g_test_add_func("/audit/sees_changes", sees_changes);
	g_test_add_func("/audit/goes_on_after_a_crash", goes_on_after_a_crash);
	g_test_add_func("/audit/knows_a_noted_head", knows_a_noted_head);
	g_test_add_func("/audit/erases", erases);
	g_test_add_func("/audit/opens_only_its_own", opens_only_its_own);
	g_test_add_func("/audit/one_key_a_person", one_key_a_person);
	g_test_add_func("/audit/index_is_whole", index_is_whole);
	return g_test_run();
}
