/* A hold in bounded time, whatever hangs; what was given up never comes up as held; what is taken
 * away under us is made anew. */
#include "quarantine/describe.h"
#include "quarantine/keep.h"
#include "quarantine/scope.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/lock_holder.h"
#include "base/log.h"
#include "lib/tree.h"
#include "quarantine/writers.h"

#define PATIENCE_US (60 * (int64_t)G_USEC_PER_SEC) /* far above what is asserted */

/* a scope for the length of a call */
#define all_of(q) (&(struct hold_scope){ .of = (q), .kind = HOLD_SCOPE_ALL })

static const char raw_text[] = "Subject: held\r\n\r\nbody\r\n";

struct place {
	char *folder;
	struct quarantine *q;
};

static struct place begin(void)
{
	struct place p = { .folder = g_dir_make_tmp("wonted-keep-XXXXXX", NULL) };
	GError *e = NULL;

	p.q = quarantine_open(p.folder, &e);
	g_assert_no_error(e);
	return p;
}

static void end(struct place *p)
{
	quarantine_close(p->q);
	tree_remove(p->folder);
	g_free(p->folder);
}

static bool keep_text(struct place *p, const char *id, const char *raw, int64_t within_us,
		      char **ids_r, GError **e)
{
	const struct hold_rcpt rcpt = { .address = "ann@example.org", .verdict = "spam" };
	const struct hold h = { .id = id,
				.mail_from = "s@example.net",
				.received_s = clock_now_s(),
				.expires_s = clock_now_s() + 30 * 86400,
				.bytes = strlen(raw),
				.rcpts = &rcpt,
				.n_rcpts = 1 };

	struct kept kept = { .until_us = clock_mono_us() + within_us };
	bool done = hold_keep_by(p->q, &h, bytes_of(raw), &kept, e);

	*ids_r = kept.ids;
	return done;
}

static bool keep_by(struct place *p, const char *id, int64_t within_us, char **ids_r,
		    GError **e)
{
	return keep_text(p, id, raw_text, within_us, ids_r, e);
}

static void assert_kept(struct place *p, const char *id, const char *want)
{
	char *ids = NULL;
	GError *e = NULL;

	g_assert_true(keep_by(p, id, PATIENCE_US, &ids, &e));
	g_assert_no_error(e);
	g_assert_cmpstr(ids, ==, want);
	hold_answered(p->q, ids, id);
	g_free(ids);
}

static bool count_one(const struct hold *h, void *user)
{
	(void)h;
	++*(unsigned *)user;
	return true;
}

static unsigned count(struct place *p)
{
	unsigned n = 0;
	GError *e = NULL;

	g_assert_true(
		hold_list(all_of(p->q), &(struct hold_filter){ 0 }, count_one, &n, &e));
	g_assert_no_error(e);
	return n;
}

static bool has_file(const struct place *p, const char *name)
{
	char *path = g_build_filename(p->folder, name, NULL);
	bool there = g_file_test(path, G_FILE_TEST_EXISTS);

	g_free(path);
	return there;
}

static unsigned files(const struct place *p)
{
	GDir *d = g_dir_open(p->folder, 0, NULL);
	unsigned n = 0;

	for (const char *name; (name = g_dir_read_name(d)) != NULL;)
		n += g_str_has_suffix(name, ".eml") || g_str_has_suffix(name, ".env");
	g_dir_close(d);
	return n;
}

static void rest(struct place *p)
{
	g_assert_true(
		writers_rest(quarantine_writers(p->q), clock_mono_us() + PATIENCE_US));
}

/* A moment that is over already stands for a disk that hangs. A writer that is faster than we are is
 * no fault: in: the text to hold; true: it was given up */
static bool given_up(struct place *p, const char *id, const char *raw)
{
	char *ids = NULL;
	GError *e = NULL;

	if (keep_text(p, id, raw, -1, &ids, &e)) {
		hold_answered(p->q, ids, id);
		g_free(ids);
		return false;
	}
	g_assert_nonnull(strstr(e->message, "message_deadline"));
	g_clear_error(&e);
	return true;
}

static void given_up_is_withdrawn(void)
{
	struct place p = begin();
	unsigned held = 0, tries = 0;

	for (unsigned late = 0; late < 20; tries++) {
		char *id = g_strdup_printf("late-%u", tries);
		char *raw = g_strdup_printf("Subject: %u\r\n\r\nbody\r\n", tries);
		bool gone = given_up(&p, id, raw);

		late += gone;
		held += !gone;
		g_assert_cmpuint(tries, <, 2000);
		g_free(raw);
		g_free(id);
	}
	rest(&p);
	g_assert_cmpuint(files(&p), ==, 2 * held);
	g_assert_cmpuint(count(&p), ==, held);
	assert_kept(&p, "good", "good");
	/* an older hold that a copy was counted in stays, and tells of the copy */
	while (!given_up(&p, "copy", raw_text))
		g_assert_cmpuint(++tries, <, 4000);
	rest(&p);
	g_assert_cmpuint(count(&p), ==, held + 1);
	struct hold *h;

	g_assert_true(hold_find(all_of(p.q), "good", &h, NULL));
	g_assert_true(hold_is_doubtful(h));
	hold_free(h);
	end(&p);
}

/* Somebody sits on the lock: a copy cannot be looked for, so it is held on its own, and soon. */
static void stuck_lock_holds_nobody_up(void)
{
	struct place p = begin();
	char *path = g_build_filename(p.folder, "lock", NULL), *ids = NULL;
	GError *e = NULL;

	assert_kept(&p, "h-1", "h-1");
	int fd = g_open(path, O_RDWR, 0);

	g_assert_true(lock_by(fd, 0));
	int64_t begin_us = clock_mono_us();

	for (unsigned i = 0; i < 3; i++) {
		char *id = g_strdup_printf("copy-%u", i);

		g_assert_true(keep_by(&p, id, 3 * G_USEC_PER_SEC, &ids, &e));
		g_assert_cmpstr(ids, ==, id);
		g_free(ids);
		g_free(id);
	}
	g_assert_cmpint(clock_mono_us() - begin_us, <, PATIENCE_US);
	/* who has it is told by number and name */
	g_assert_false(hold_set_state(all_of(p.q), "h-1", NULL, HOLD_DELETED, &e));
	char *me = g_strdup_printf("process %ld (", (long)getpid());

	g_assert_nonnull(strstr(e->message, me));
	g_clear_error(&e);
	g_free(me);
	close(fd);
	g_assert_true(keep_by(&p, "copy-9", PATIENCE_US, &ids, &e));
	g_assert_cmpstr(ids, !=, "copy-9"); /* any of those that are there */
	g_free(ids);
	end(&p);
	g_free(path);
}

static void full_disk(bool full)
{
	struct rlimit l;

	g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &l), ==, 0);
	l.rlim_cur = full ? 0 : l.rlim_max;
	g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &l), ==, 0);
}

/* It is held: that the disk has no room to count it does not deliver it. */
static void copies_on_a_full_disk(void)
{
	struct place p = begin();
	char *ids = NULL;
	GError *e = NULL;

	signal(SIGXFSZ, SIG_IGN);
	assert_kept(&p, "h-1", "h-1");
	full_disk(true);
	bool kept = keep_by(&p, "h-2", PATIENCE_US, &ids, &e);

	full_disk(false);
	g_assert_no_error(e);
	g_assert_true(kept);
	g_assert_cmpstr(ids, ==, "h-1");
	hold_answered(p.q, ids, "h-2");
	g_free(ids);
	g_assert_cmpuint(count(&p), ==, 1);
	g_assert_cmpuint(files(&p), ==, 2);
	assert_kept(&p, "h-3", "h-1");
	end(&p);
}

/* A fault beside the files delivers nothing that is held. */
static void index_lost_while_running(void)
{
	struct place p = begin();
	char *path = g_build_filename(p.folder, "index.sqlite", NULL);

	assert_kept(&p, "h-1", "h-1");
	g_assert_cmpint(g_unlink(path), ==, 0);
	assert_kept(&p, "h-2", "h-1"); /* found again, though its row was gone */
	g_assert_cmpuint(count(&p), ==, 1);
	/* nonsense over it; SQLite may have it all in the file beside */
	char *nonsense = g_strnfill(16384, 'x');

	g_assert_true(g_file_set_contents(path, nonsense, -1, NULL));
	assert_kept(&p, "h-3", "h-1");
	g_assert_cmpuint(count(&p), ==, 1);
	quarantine_close(p.q);
	g_assert_true(g_file_set_contents(path, nonsense, -1, NULL));
	g_free(nonsense);
	p.q = quarantine_open(p.folder, NULL);
	g_assert_nonnull(p.q);
	g_assert_true(has_file(&p, "index.sqlite.broken"));
	g_assert_cmpuint(count(&p), ==, 1);
	g_free(path);
	end(&p);
}

static void folder_lost_while_running(void)
{
	struct place p = begin();
	GError *e = NULL;

	assert_kept(&p, "h-1", "h-1");
	tree_remove(p.folder);
	assert_kept(&p, "h-2", "h-2");
	g_assert_cmpuint(count(&p), ==, 1);
	assert_kept(&p, "h-3", "h-2");
	g_assert_true(hold_set_state(all_of(p.q), "h-2", NULL, HOLD_DELETED, &e));
	g_assert_no_error(e);
	g_assert_cmpuint(count(&p), ==, 0);
	/* moved aside, and brought back */
	assert_kept(&p, "h-4", "h-4");
	char *away = g_strconcat(p.folder, ".away", NULL);

	g_assert_cmpint(g_rename(p.folder, away), ==, 0);
	assert_kept(&p, "h-5", "h-5");
	tree_remove(p.folder);
	g_assert_cmpint(g_rename(away, p.folder), ==, 0);
	assert_kept(&p, "h-6", "h-4");
	g_free(away);
	end(&p);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/keep/given up is withdrawn", given_up_is_withdrawn);
	g_test_add_func("/keep/a stuck lock holds nobody up", stuck_lock_holds_nobody_up);
	g_test_add_func("/keep/copies on a full disk", copies_on_a_full_disk);
	g_test_add_func("/keep/index lost while running", index_lost_while_running);
	g_test_add_func("/keep/folder lost while running", folder_lost_while_running);
	return g_test_run();
}
