/* A hold is there whole or not at all, survives the loss of its index, and goes on to the
 * recorded recipients only. */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#include "base/clock.h"
#include "base/error.h"
#include "quarantine/arrival.h"
#include "quarantine/describe.h"
#include "quarantine/envelope.h"
#include "quarantine/forget.h"
#include "quarantine/hold.h"
#include "quarantine/limits.h"
#include "quarantine/operation.h"
#include "quarantine/release.h"
#include "quarantine/scope.h"

/* a scope for the length of a call */
#define all_of(q) (&(struct hold_scope){ .of = (q), .kind = HOLD_SCOPE_ALL })

static const char raw_text[] = "Subject: held\r\n\r\n.dot\r\nno newline at the end";

static char *new_folder(void)
{
	char *folder = g_dir_make_tmp("wonted-hold-XXXXXX", NULL);

	g_assert_nonnull(folder);
	return folder;
}

static void remove_folder(char *folder)
{
	GDir *d = g_dir_open(folder, 0, NULL);
	static const char *const inner[] = { "marks", "events" };

	for (size_t i = 0; i < G_N_ELEMENTS(inner); i++) {
		char *path = g_build_filename(folder, inner[i], NULL);

		if (g_file_test(path, G_FILE_TEST_IS_DIR))
			remove_folder(path);
		else
			g_free(path);
	}

	for (const char *name; d != NULL && (name = g_dir_read_name(d)) != NULL;) {
		char *path = g_build_filename(folder, name, NULL);

		g_unlink(path);
		g_free(path);
	}
	g_dir_close(d);
	g_rmdir(folder);
	g_free(folder);
}

static struct quarantine *open_it(const char *folder)
{
	GError *e = NULL;
	struct quarantine *q = quarantine_open(folder, &e);

	g_assert_no_error(e);
	return q;
}

static void hold_one(struct quarantine *q, const char *id)
{
	const struct hold_rcpt rcpts[] = {
		{ .address = "ann@example.org", .verdict = "spam" },
		{ .address = "bob@example.org", .verdict = "malicious" }
	};
	struct hold h = { .id = id,
			  .queue_id = "4Xabc",
			  .mail_from = "s@example.net",
			  .from = "boss@example.net",
			  .subject = "Zahlung \xc3\xbc",
			  .reasons = "One reason\nAnother",
			  .tenant = "example",
			  .received_s = 1000,
			  .expires_s = 2000,
			  .bytes = sizeof(raw_text) - 1,
			  .rcpts = rcpts,
			  .n_rcpts = 2 };
	GError *e = NULL;

	hold_write(q, &h, (struct bytes){ raw_text, sizeof(raw_text) - 1 }, &e);
	g_assert_no_error(e);
}

static bool count_one(const struct hold *h, void *user)
{
	g_assert_cmpuint(h->n_rcpts, ==, 2);
	++*(unsigned *)user;
	return true;
}

static unsigned count(struct quarantine *q, struct hold_filter f)
{
	unsigned n = 0;
	GError *e = NULL;

	hold_list(all_of(q), &f, count_one, &n, &e);
	g_assert_no_error(e);
	return n;
}

static void written_and_found(void)
{
	char *folder = new_folder(), *text;
	struct quarantine *q = open_it(folder);
	struct hold *h;
	size_t n;
	GError *e = NULL;

	hold_one(q, "h-1");
	g_assert_true(hold_find(all_of(q), "h-1", &h, &e));
	g_assert_cmpstr(h->subject, ==, "Zahlung \xc3\xbc");
	g_assert_cmpstr(h->rcpts[1].address, ==, "bob@example.org");
	g_assert_true(hold_raw(q, h, &text, &n, &e));
	g_assert_cmpmem(text, n, raw_text, sizeof(raw_text) - 1);
	g_free(text);
	hold_free(h);
	g_assert_true(hold_find(all_of(q), "4Xabc", &h, &e));
	hold_free(h);
	g_assert_cmpuint(
		count(q, (struct hold_filter){ .parts.rcpt = "ANN@example.org" }), ==, 1);
	g_assert_cmpuint(count(q, (struct hold_filter){ .parts.rcpt = "@example.org" }),
			 ==, 1);
	g_assert_cmpuint(count(q, (struct hold_filter){ .parts.rcpt = "@xample.org" }),
			 ==, 0);
	g_assert_cmpuint(count(q, (struct hold_filter){ .text = "another" }), ==, 1);
	g_assert_cmpuint(count(q, (struct hold_filter){ .text = "nothing like it" }), ==,
			 0);
	g_assert_cmpuint(count(q, (struct hold_filter){ .since_s = 1001 }), ==, 0);
	g_assert_false(hold_find(all_of(q), "nobody", &h, &e));
	g_assert_error(e, WONTED_ERROR, WONTED_ERROR_INPUT);
	g_clear_error(&e);
	quarantine_close(q);
	remove_folder(folder);
}

static const char *const again_raw = "Received: from a by b id 1\r\n"
				     "Subject: held\r\n\r\nbody\r\n";

/* keep a message for some of ann, bob and cy ("abc"); ids as they come back */
static char *keep(struct quarantine *q, const char *id, const char *for_whom,
		  const char *raw, int64_t at_s)
{
	struct hold_rcpt rcpts[3];
	struct hold h = { .id = id,
			  .mail_from = "s@example.net",
			  .tenant = "example",
			  .received_s = at_s,
			  .expires_s = at_s + 30 * 86400,
			  .bytes = strlen(raw),
			  .rcpts = rcpts };
	GError *e = NULL;
	char *ids = NULL;

	for (const char *w = for_whom; *w != '\0'; w++)
		rcpts[h.n_rcpts++] = (struct hold_rcpt){
			.address = *w == 'a'   ? "ann@example.org"
				   : *w == 'b' ? "bob@example.org"
					       : "cy@example.org",
			.verdict = "spam",
		};
	g_assert_true(hold_keep(q, &h, bytes_of(raw), &ids, &e));
	g_assert_no_error(e);
	return ids;
}

static void assert_kept(struct quarantine *q, const char *id, const char *for_whom,
			const char *raw, const char *want)
{
	char *ids = keep(q, id, for_whom, raw, clock_now_s());

	g_assert_cmpstr(ids, ==, want);
	g_free(ids);
}

static uint64_t seen(struct quarantine *q, const char *id)
{
	struct hold *h = NULL;

	g_assert_true(hold_find(all_of(q), id, &h, NULL));
	uint64_t n = h->seen;

	hold_free(h);
	return n;
}

/* An MTA that died before it heard the answer sends the message once more, with a Received of
 * its own: it is held once. */
static void again_is_counted(void)
{
	static const char other_way[] = "Received: from a by b id 2\r\n\tfor ann\r\n"
					"X-Greylist: delayed 300 s\r\n"
					"Subject: held\r\n\r\nbody\r\n";
	static const char *const others[] = {
		"Subject: held!\r\n\r\nbody\r\n",
		"Subject: held\r\n\r\nbody!\r\n",
		"Subject: held\r\nX-More: 1\r\n\r\nbody\r\n",
		"Subject: held\r\n\r\nReceived: x\r\nbody\r\n",
	};
	char *folder = new_folder();
	struct quarantine *q = open_it(folder);

	assert_kept(q, "h-1", "ab", again_raw, "h-1");
	assert_kept(q, "h-2", "ab", other_way, "h-1");
	assert_kept(q, "h-3", "b", other_way, "h-1");
	g_assert_cmpuint(seen(q, "h-1"), ==, 3);
	/* who was not there is held anew, and found then */
	assert_kept(q, "h-4", "bc", other_way, "h-1,h-4");
	assert_kept(q, "h-5", "cba", other_way, "h-4,h-1");
	g_assert_cmpuint(seen(q, "h-1"), ==, 5);
	g_assert_cmpuint(seen(q, "h-4"), ==, 2);
	for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
		char *id = g_strdup_printf("o-%zu", i);

		assert_kept(q, id, "ab", others[i], id);
		g_free(id);
	}
	quarantine_close(q);
	q = open_it(folder);
	g_assert_cmpuint(seen(q, "h-1"), ==, 5);
	assert_kept(q, "h-6", "a", again_raw, "h-1");
	quarantine_close(q);
	remove_folder(folder);
}

/* What was decided about, is not whole, or leaves soon holds nothing for the next one. */
static void again_in_doubt_is_held(void)
{
	char *folder = new_folder();
	struct quarantine *q = open_it(folder);
	int64_t now_s = clock_now_s();
	char *ids, *path;
	struct hold *h;

	assert_kept(q, "h-1", "ab", again_raw, "h-1");
	g_assert_true(hold_set_state(all_of(q), "h-1",
				     &(struct hold_parts){ .rcpt = "ann@example.org" },
				     HOLD_RELEASED, NULL));
	assert_kept(q, "h-2", "ab", again_raw, "h-1,h-2");
	g_assert_true(hold_set_state(all_of(q), "h-1", NULL, HOLD_DELETED, NULL));
	assert_kept(q, "h-3", "b", again_raw, "h-3");
	/* its text is damaged */
	path = g_build_filename(folder, "h-3.eml", NULL);
	g_assert_true(g_file_set_contents(path, "Subject: held\r\n\r\nbod", -1, NULL));
	assert_kept(q, "h-4", "b", again_raw, "h-4");
	g_free(path);
	/* or gone */
	path = g_build_filename(folder, "h-4.eml", NULL);
	g_assert_cmpint(g_unlink(path), ==, 0);
	assert_kept(q, "h-5", "b", again_raw, "h-5");
	g_free(path);
	/* it lasts as long as the newer one would */
	ids = keep(q, "h-6", "b", again_raw, now_s + 86400);
	g_assert_cmpstr(ids, ==, "h-5");
	g_free(ids);
	g_assert_true(hold_find(all_of(q), "h-5", &h, NULL));
	g_assert_cmpint(h->expires_s, ==, now_s + 31 * 86400);
	g_assert_cmpint(h->received_s, <=, now_s + 1);
	hold_free(h);
	/* after five days it is another one */
	ids = keep(q, "h-7", "b", again_raw, now_s + 5 * 86400 + 10);
	g_assert_cmpstr(ids, ==, "h-7");
	g_free(ids);
	/* what expires within the hour may be on its way out */
	ids = keep(q, "h-8", "c", again_raw, now_s - 30 * 86400 + 1800);
	g_free(ids);
	ids = keep(q, "h-9", "c", again_raw, now_s - 26 * 86400);
	g_free(ids);
	assert_kept(q, "h-10", "c", again_raw, "h-10");
	quarantine_close(q);
	remove_folder(folder);
}

static void bad_ids_stay_out(void)
{
	char *folder = new_folder();
	struct quarantine *q = open_it(folder);
	static const char *const bad[] = {
		"", "../x", "a/b", "-a", ".", "a b", "\xc3\xbc"
	};

	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		struct hold h = { .id = bad[i], .mail_from = "" };
		GError *e = NULL;

		g_assert_false(hold_write(q, &h, (struct bytes){ "x", 1 }, &e));
		g_clear_error(&e);
		g_assert_false(hold_set_state(all_of(q), bad[i], NULL, HOLD_DELETED, &e));
		g_clear_error(&e);
	}
	quarantine_close(q);
	remove_folder(folder);
}

static void twice_is_refused(void)
{
	char *folder = new_folder();
	struct quarantine *q = open_it(folder);
	struct hold h = { .id = "same", .mail_from = "" };
	GError *e = NULL;

	hold_one(q, "same");
	g_assert_false(hold_write(q, &h, (struct bytes){ "x", 1 }, &e));
	g_assert_nonnull(e);
	g_clear_error(&e);
	quarantine_close(q);
	remove_folder(folder);
}

static void lost_index_is_made_again(void)
{
	char *folder = new_folder();
	struct quarantine *q = open_it(folder);
	static const char *const files[] = { "index.sqlite", "index.sqlite-wal",
					     "index.sqlite-shm" };
	GError *e = NULL;

	hold_one(q, "h-1");
	g_assert_true(hold_set_state(all_of(q), "h-1",
				     &(struct hold_parts){ .rcpt = "ann@example.org" },
				     HOLD_RELEASED, &e));
	quarantine_close(q);
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		char *path = g_build_filename(folder, files[i], NULL);

		g_unlink(path);
		g_free(path);
	}
	q = open_it(folder);
	struct hold *h;

	g_assert_true(hold_find(all_of(q), "h-1", &h, &e));
	g_assert_cmpint(h->rcpts[0].state, ==, HOLD_RELEASED);
	g_assert_cmpint(h->rcpts[1].state, ==, HOLD_HELD);
	hold_free(h);
	quarantine_close(q);
	remove_folder(folder);
}

static void full_disk_holds_nothing(void)
{
	char *folder = new_folder();
	struct quarantine *q = open_it(folder);
	struct hold h = { .id = "h-2", .mail_from = "" };
	GError *e = NULL;

	/* a folder in the way of the envelope file stands for any failed write */
	char *way = g_build_filename(folder, "h-2.env", NULL);

	g_assert_cmpint(g_mkdir(way, 0700), ==, 0);
	g_assert_false(hold_write(q, &h, (struct bytes){ "x", 1 }, &e));
	g_assert_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM);
	g_clear_error(&e);
	g_assert_cmpuint(count(q, (struct hold_filter){ .all_states = true }), ==, 0);
	g_rmdir(way);
	g_free(way);
	/* the message goes on to its recipients, so no trace may come up later */
	char *eml = g_build_filename(folder, "h-2.eml", NULL);

	g_assert_false(g_file_test(eml, G_FILE_TEST_EXISTS));
	g_free(eml);
	quarantine_close(q);
	remove_folder(folder);
}

static void expiry_takes_files_along(void)
{
	char *folder = new_folder();
	struct quarantine *q = open_it(folder);
	GError *e = NULL;
	char *eml = g_build_filename(folder, "h-1.eml", NULL);

	hold_one(q, "h-1");
	g_assert_cmpint(quarantine_expire(q, 2000, &e), ==, 0);
	g_assert_true(g_file_test(eml, G_FILE_TEST_EXISTS));
	g_assert_cmpint(quarantine_expire(q, 2001, &e), ==, 1);
	g_assert_false(g_file_test(eml, G_FILE_TEST_EXISTS));
	g_assert_cmpuint(count(q, (struct hold_filter){ 0 }), ==, 0);
	g_assert_cmpuint(count(q, (struct hold_filter){ .all_states = true }), ==, 1);
	g_free(eml);
	quarantine_close(q);
	remove_folder(folder);
}

static void hold_for(struct quarantine *q, const char *id, const char *from,
		     const char *to)
{
	const struct hold_rcpt rcpt = { .address = to, .verdict = "spam" };
	struct hold h = { .id = id,
			  .mail_from = from,
			  .received_s = 1000,
			  .expires_s = 2000,
			  .rcpts = &rcpt,
			  .n_rcpts = 1 };
	GError *e = NULL;

	hold_write(q, &h, (struct bytes){ raw_text, sizeof(raw_text) - 1 }, &e);
	g_assert_no_error(e);
}

static bool has_file(const char *folder, const char *name)
{
	char *path = g_build_filename(folder, name, NULL);
	bool there = g_file_test(path, G_FILE_TEST_EXISTS);

	g_free(path);
	return there;
}

/* a character that promises more bytes than there are: GLib would read on behind the end */
static void addresses_of_any_bytes(void)
{
	char *folder = new_folder();
	struct quarantine *q = open_it(folder);
	static const char *const odd[] = { "\xe0", "a@b\xf0", "\xc3\xbc@b", "\xff\xfe",
					   "" };
	struct hold *h;

	for (size_t i = 0; i < G_N_ELEMENTS(odd); i++) {
		char *id = g_strdup_printf("odd-%zu", i), *exact = g_strdup(odd[i]);

		hold_for(q, id, exact, exact);
		g_assert_true(hold_find(all_of(q), id, &h, NULL));
		g_assert_cmpstr(h->rcpts[0].address, ==, odd[i]);
		hold_free(h);
		g_free(exact);
		g_free(id);
	}
	quarantine_close(q);
	remove_folder(folder);
}

static void write_file(const char *folder, const char *name, const char *text)
{
	char *path = g_build_filename(folder, name, NULL);

	g_assert_true(g_file_set_contents(path, text, -1, NULL));
	g_free(path);
}

static void make_old(const char *folder, const char *name)
{
	char *path = g_build_filename(folder, name, NULL);
	struct utimbuf then = { .actime = 1000, .modtime = 1000 };

	g_assert_cmpint(g_utime(path, &then), ==, 0);
	g_free(path);
}

/* what is left by a crash between any two steps */
static void crashes_are_mended(void)
{
	char *folder = new_folder(), *env = NULL, *path;
	struct quarantine *q = open_it(folder);
	struct hold *h;
	GError *e = NULL;

	hold_for(q, "done", "", "ann@example.org");
	hold_for(q, "kept", "", "ann@example.org");
	path = g_build_filename(folder, "done.env", NULL);
	g_assert_true(g_file_get_contents(path, &env, NULL, NULL));
	g_assert_true(hold_set_state(all_of(q), "done", NULL, HOLD_EXPIRED, &e));
	quarantine_close(q);
	/* the row is marked, the files are still there: removed, not shown again */
	char *over = g_strdup(env);

	strstr(over, "state0=0")[7] = '3';
	write_file(folder, "done.env", over);
	write_file(folder, "done.eml", raw_text);
	/* a message without envelope, and files in the making: old ones go */
	write_file(folder, "orphan.eml", raw_text);
	write_file(folder, "new.eml.tmp.AbCdEf", raw_text);
	write_file(folder, "old.eml.tmp.AbCdEf", raw_text);
	make_old(folder, "orphan.eml");
	make_old(folder, "old.eml.tmp.AbCdEf");
	q = open_it(folder);
	g_assert_false(has_file(folder, "done.env") || has_file(folder, "done.eml"));
	g_assert_false(has_file(folder, "orphan.eml"));
	g_assert_false(has_file(folder, "old.eml.tmp.AbCdEf"));
	g_assert_true(has_file(folder, "new.eml.tmp.AbCdEf"));
	g_assert_true(has_file(folder, "kept.eml"));
	quarantine_close(q);
	/* what an admin brings back from a backup is held again */
	write_file(folder, "done.env", env);
	write_file(folder, "done.eml", raw_text);
	q = open_it(folder);
	g_assert_true(hold_find(all_of(q), "done", &h, NULL));
	g_assert_cmpint(h->rcpts[0].state, ==, HOLD_HELD);
	hold_free(h);
	quarantine_close(q);
	g_free(over);
	g_free(env);
	g_free(path);
	remove_folder(folder);
}

/* one hold that cannot go must not keep the others */
static void expiry_goes_on(void)
{
	char *folder = new_folder(), *path;
	struct quarantine *q = open_it(folder);
	GError *e = NULL;

	hold_for(q, "a-gone", "", "ann@example.org");
	hold_for(q, "b-broken", "", "ann@example.org");
	hold_for(q, "c-busy", "", "ann@example.org");
	hold_for(q, "d-good", "", "ann@example.org");
	for (const char *const *name =
		     (const char *const[]){ "a-gone.env", "a-gone.eml", NULL };
	     *name != NULL; name++) {
		path = g_build_filename(folder, *name, NULL);
		g_assert_cmpint(g_unlink(path), ==, 0);
		g_free(path);
	}
	write_file(folder, "b-broken.env", "nonsense");
	int fd = hold_reserve(q, "c-busy", &e);

	g_assert_no_error(e);
	g_assert_cmpint(hold_reserve(q, "c-busy", NULL), ==, -1);
	g_assert_cmpint(quarantine_expire(q, 3000, &e), ==, 2);
	g_assert_no_error(e);
	g_assert_false(has_file(folder, "d-good.eml"));
	g_assert_true(has_file(folder, "c-busy.eml"));
	close(fd);
	g_assert_cmpint(quarantine_expire(q, 3000, &e), ==, 1);
	g_assert_false(has_file(folder, "c-busy.eml"));
	quarantine_close(q);
	remove_folder(folder);
}

static mode_t mode_of(const char *folder, const char *name)
{
	char *path = g_build_filename(folder, name, NULL);
	struct stat st;

	g_assert_cmpint(stat(path, &st), ==, 0);
	g_free(path);
	return st.st_mode & 07777;
}

static void strangers_cannot_read(void)
{
	char *above = new_folder();
	char *folder = g_build_filename(above, "new", NULL);
	mode_t before = umask(0);
	struct quarantine *q = open_it(folder);

	hold_for(q, "h", "", "ann@example.org");
	umask(before);
	g_assert_cmpuint(mode_of(above, "new"), ==, 0750);
	g_assert_cmpuint(mode_of(folder, "h.eml"), ==, 0640);
	g_assert_cmpuint(mode_of(folder, "h.env"), ==, 0640);
	g_assert_cmpuint(mode_of(folder, "index.sqlite"), ==, 0640);
	g_assert_cmpuint(mode_of(folder, "index.sqlite-wal"), ==, 0640);
	quarantine_close(q);
	remove_folder(folder);
	remove_folder(above);
}

/* An SMTP server for one connection: says what it is told to, keeps what it hears. */
struct server {
	GSocketListener *listener;
	guint16 port;
	const char *refuse; /* RCPT that is refused */
	bool drop_at_end;   /* closes instead of answering the final dot */
	const char *at_end; /* answers the final dot; NULL: takes it */
	const char *away;   /* file that is damaged just before, kept as .away */
	GString *heard;
};

static void answer_line(GOutputStream *out, const char *line)
{
	g_output_stream_write_all(out, line, strlen(line), NULL, NULL, NULL);
}

static gpointer serve(gpointer data)
{
	struct server *s = data;
	GSocketConnection *c = g_socket_listener_accept(s->listener, NULL, NULL, NULL);
	GDataInputStream *in =
		g_data_input_stream_new(g_io_stream_get_input_stream(G_IO_STREAM(c)));
	GOutputStream *out = g_io_stream_get_output_stream(G_IO_STREAM(c));
	bool body = false;

	answer_line(out, "220 here\r\n");
	for (char *line;
	     (line = g_data_input_stream_read_line(in, NULL, NULL, NULL)) != NULL;) {
		g_string_append_printf(s->heard, "%s\n", line);
		if (body && strcmp(line, ".\r") == 0) {
			body = false;
			if (s->drop_at_end) {
				g_free(line);
				break;
			}
			if (s->away != NULL) {
				char *to = g_strconcat(s->away, ".away", NULL);

				g_assert_cmpint(g_rename(s->away, to), ==, 0);
				g_assert_true(g_file_set_contents(s->away, "nonsense", -1,
								  NULL));
				g_free(to);
			}
			answer_line(out, s->at_end != NULL ? s->at_end : "250 taken\r\n");
		} else if (!body && g_str_has_prefix(line, "EHLO")) {
			answer_line(out, "250-here\r\n250 8BITMIME\r\n");
		} else if (!body && s->refuse != NULL &&
			   strstr(line, s->refuse) != NULL) {
			answer_line(out, "550 5.1.1 no such user\r\n");
		} else if (!body && strcmp(line, "DATA\r") == 0) {
			body = true;
			answer_line(out, "354 go on\r\n");
		} else if (!body) {
			answer_line(out, "250 ok\r\n");
		}
		g_free(line);
	}
	g_object_unref(in);
	g_io_stream_close(G_IO_STREAM(c), NULL, NULL);
	g_object_unref(c);
	return NULL;
}

static bool release_to(struct server *s, struct quarantine *q, const char *rcpt,
		       bool again, unsigned *n, GError **e)
{
	struct hold *h;

	s->listener = g_socket_listener_new();
	s->port = g_socket_listener_add_any_inet_port(s->listener, NULL, NULL);
	s->heard = g_string_new(NULL);
	char *where = g_strdup_printf("127.0.0.1:%u", s->port);
	GThread *t = g_thread_new("server", serve, s);

	g_assert_true(hold_find(all_of(q), "h-1", &h, NULL));
	bool done = release_send(
		h,
		&(struct release){ .scope = all_of(q),
				   .server = where,
				   .parts = &(struct hold_parts){ .rcpt = rcpt },
				   .again = again },
		n, e);

	g_thread_join(t);
	hold_free(h);
	g_free(where);
	g_object_unref(s->listener);
	return done;
}

static bool release(struct server *s, struct quarantine *q, const char *rcpt, unsigned *n,
		    GError **e)
{
	return release_to(s, q, rcpt, false, n, e);
}

static void assert_sent(struct quarantine *q, enum hold_sent ann, enum hold_sent bob)
{
	struct hold *h;

	g_assert_true(hold_find(all_of(q), "h-1", &h, NULL));
	g_assert_cmpint(h->rcpts[0].sent, ==, ann);
	if (h->rcpts[1].state == HOLD_HELD)
		g_assert_cmpint(h->rcpts[1].sent, ==, bob);
	hold_free(h);
}

/* a release to nobody who listens fails before anybody is asked */
static void assert_in_doubt(struct quarantine *q, const char *rcpt)
{
	struct hold *h;
	unsigned n = 0;
	GError *e = NULL;

	g_assert_true(hold_find(all_of(q), "h-1", &h, NULL));
	g_assert_true(hold_is_doubtful(h));
	g_assert_false(release_send(
		h,
		&(struct release){ .scope = all_of(q),
				   .server = "127.0.0.1:1",
				   .parts = &(struct hold_parts){ .rcpt = rcpt } },
		&n, &e));
	g_assert_nonnull(strstr(e->message, "may have been delivered"));
	g_assert_nonnull(strstr(e->message, "--again"));
	g_clear_error(&e);
	hold_free(h);
}

static void released_to_recorded_only(void)
{
	char *folder = new_folder();
	struct quarantine *q = open_it(folder);
	struct server s = { 0 };
	unsigned n = 0;
	GError *e = NULL;
	struct hold *h;

	hold_one(q, "h-1");
	g_assert_true(release(&s, q, "bob@example.org", &n, &e));
	g_assert_no_error(e);
	g_assert_cmpuint(n, ==, 1);
	g_assert_nonnull(
		strstr(s.heard->str, "MAIL FROM:<s@example.net> BODY=8BITMIME\r\n"));
	g_assert_nonnull(strstr(s.heard->str, "RCPT TO:<bob@example.org>\r\n"));
	g_assert_null(strstr(s.heard->str, "ann@"));
	/* RFC 5321 4.5.2: a leading dot is doubled; the last line gets its end */
	g_assert_nonnull(strstr(s.heard->str, "..dot\r\nno newline at the end\r\n.\r\n"));
	g_string_free(s.heard, TRUE);
	g_assert_true(hold_find(all_of(q), "h-1", &h, NULL));
	g_assert_cmpint(h->rcpts[0].state, ==, HOLD_HELD);
	g_assert_cmpint(h->rcpts[1].state, ==, HOLD_RELEASED);
	g_assert_false(release_send(
		h,
		&(struct release){
			.scope = all_of(q),
			.server = "127.0.0.1:1",
			.parts = &(struct hold_parts){ .rcpt = "bob@example.org" } },
		&n, &e));
	g_assert_error(e, WONTED_ERROR, WONTED_ERROR_INPUT);
	g_clear_error(&e);
	hold_free(h);
	quarantine_close(q);
	remove_folder(folder);
}

static void refused_stays_held(void)
{
	char *folder = new_folder();
	struct quarantine *q = open_it(folder);
	struct server s = { .refuse = "ann@" };
	unsigned n = 0;
	GError *e = NULL;
	struct hold *h;

	hold_one(q, "h-1");
	g_assert_false(release(&s, q, NULL, &n, &e));
	g_assert_nonnull(strstr(e->message, "no such user"));
	g_clear_error(&e);
	g_assert_cmpuint(n, ==, 1);
	g_string_free(s.heard, TRUE);
	g_assert_true(hold_find(all_of(q), "h-1", &h, NULL));
	g_assert_cmpint(h->rcpts[0].state, ==, HOLD_HELD);
	g_assert_cmpint(h->rcpts[1].state, ==, HOLD_RELEASED);
	hold_free(h);
	quarantine_close(q);
	remove_folder(folder);
}

static void broken_off_stays_held(void)
{
	char *folder = new_folder();
	struct quarantine *q = open_it(folder);
	struct server s = { .drop_at_end = true };
	unsigned n = 0;
	GError *e = NULL;

	hold_one(q, "h-1");
	g_assert_false(release(&s, q, NULL, &n, &e));
	g_assert_nonnull(e);
	g_clear_error(&e);
	g_assert_cmpuint(n, ==, 0);
	g_string_free(s.heard, TRUE);
	g_assert_cmpuint(count(q, (struct hold_filter){ 0 }), ==, 1);
	/* whether it was taken nobody knows: it is shown, and not sent again without a word */
	g_assert_cmpuint(count(q, (struct hold_filter){ .doubtful = true }), ==, 1);
	quarantine_close(q);
	q = open_it(folder);
	assert_sent(q, HOLD_MAYBE_SENT, HOLD_MAYBE_SENT);
	assert_in_doubt(q, NULL);
	s = (struct server){ 0 };
	g_assert_true(release_to(&s, q, "bob@example.org", true, &n, &e));
	g_assert_no_error(e);
	g_string_free(s.heard, TRUE);
	assert_sent(q, HOLD_MAYBE_SENT, HOLD_NOT_SENT);
	quarantine_close(q);
	remove_folder(folder);
}

/* a no is heard: nothing is in doubt, and it can be tried again */
static void refused_at_the_dot_can_be_repeated(void)
{
	char *folder = new_folder();
	struct quarantine *q = open_it(folder);
	struct server s = { .at_end = "451 4.3.0 later\r\n" };
	unsigned n = 0;
	GError *e = NULL;

	hold_one(q, "h-1");
	g_assert_false(release(&s, q, NULL, &n, &e));
	g_assert_nonnull(strstr(e->message, "451 4.3.0 later"));
	g_clear_error(&e);
	g_string_free(s.heard, TRUE);
	assert_sent(q, HOLD_NOT_SENT, HOLD_NOT_SENT);
	s = (struct server){ 0 };
	g_assert_true(release(&s, q, NULL, &n, &e));
	g_assert_cmpuint(n, ==, 2);
	g_string_free(s.heard, TRUE);
	quarantine_close(q);
	remove_folder(folder);
}

/* The listener took it, and then nothing could be written: it is known as sent for ever. */
static void taken_but_not_noted(void)
{
	char *folder = new_folder(), *env = g_build_filename(folder, "h-1.env", NULL);
	char *away = g_strconcat(env, ".away", NULL);
	struct quarantine *q = open_it(folder);
	struct server s = { .away = env };
	unsigned n = 0;
	GError *e = NULL;
	struct hold *h;

	hold_one(q, "h-1");
	g_assert_false(release(&s, q, "ann@example.org", &n, &e));
	g_assert_nonnull(strstr(e->message, "is not sent again"));
	g_clear_error(&e);
	g_string_free(s.heard, TRUE);
	g_assert_cmpint(g_rename(away, env), ==, 0);
	assert_sent(q, HOLD_SENT, HOLD_NOT_SENT);
	/* nobody listens there: nobody is asked */
	g_assert_true(hold_find(all_of(q), "h-1", &h, NULL));
	g_assert_true(release_send(
		h,
		&(struct release){
			.scope = all_of(q),
			.server = "127.0.0.1:1",
			.parts = &(struct hold_parts){ .rcpt = "ann@example.org" } },
		&n, &e));
	g_assert_no_error(e);
	g_assert_cmpuint(n, ==, 1);
	hold_free(h);
	g_assert_true(hold_find(all_of(q), "h-1", &h, NULL));
	g_assert_cmpint(h->rcpts[0].state, ==, HOLD_RELEASED);
	hold_free(h);
	quarantine_close(q);
	g_free(away);
	g_free(env);
	remove_folder(folder);
}

/* what cannot be noted before is not sent: the listener hears no last dot */
static void no_mark_no_release(void)
{
	char *folder = new_folder();
	struct quarantine *q = open_it(folder);
	struct server s = { 0 };
	unsigned n = 0;
	GError *e = NULL;

	hold_one(q, "h-1");
	write_file(folder, "marks", "in the way");
	g_assert_false(release(&s, q, NULL, &n, &e));
	g_assert_nonnull(strstr(e->message, "nothing was sent"));
	g_clear_error(&e);
	g_assert_nonnull(strstr(s.heard->str, "no newline at the end"));
	g_assert_null(strstr(s.heard->str, "\n.\r"));
	g_string_free(s.heard, TRUE);
	g_assert_cmpuint(count(q, (struct hold_filter){ 0 }), ==, 1);
	quarantine_close(q);
	remove_folder(folder);
}

/* Until the MTA has heard the answer, it may have delivered the message by itself. */
static void unheard_answers_are_told(void)
{
	char *folder = new_folder(), *ids;
	struct quarantine *q = open_it(folder);
	struct server s = { 0 };
	unsigned n = 0;
	GError *e = NULL;

	ids = keep(q, "h-1", "ab", again_raw, clock_now_s());
	g_assert_cmpuint(count(q, (struct hold_filter){ .doubtful = true }), ==, 1);
	assert_in_doubt(q, NULL);
	hold_answered(q, ids, "h-1");
	g_free(ids);
	g_assert_cmpuint(count(q, (struct hold_filter){ .doubtful = true }), ==, 0);
	/* each copy has an answer of its own */
	g_free(keep(q, "h-2", "a", again_raw, clock_now_s()));
	ids = keep(q, "h-3", "a", again_raw, clock_now_s());
	hold_answered(q, ids, "h-3");
	g_free(ids);
	quarantine_close(q);
	q = open_it(folder);
	g_assert_cmpuint(count(q, (struct hold_filter){ .doubtful = true }), ==, 1);
	assert_in_doubt(q, "ann@example.org");
	g_assert_true(release_to(&s, q, NULL, true, &n, &e));
	g_assert_cmpuint(n, ==, 2);
	g_string_free(s.heard, TRUE);
	g_assert_cmpuint(
		count(q, (struct hold_filter){ .all_states = true, .doubtful = true }),
		==, 0);
	quarantine_close(q);
	remove_folder(folder);
}

/* two admins at once: one of them sends */
/* Nobody filters it behind here: what came in our name stays behind. */
static void released_without_forgeries(void)
{
	static const char raw[] = "X-Wonted-Verdict: a\r\n"
				  "Authentication-Results: other.example; none\r\n"
				  "x-wonted-verdict : b\r\n\tfolded\r\n"
				  "no field\r\n"
				  "authentication-results:\r\n mx.example.org; x\r\n"
				  "Subject: stays\r\n\r\nX-Wonted-Verdict: body\r\n";
	const struct hold_rcpt rcpt = { .address = "ann@example.org" };
	struct hold h = { .id = "h-1",
			  .mail_from = "",
			  .removals = "X-Wonted-Verdict 1\nX-Wonted-Verdict 0\n"
				      "Authentication-Results 1",
			  .expires_s = clock_now_s() + 1000,
			  .rcpts = &rcpt,
			  .n_rcpts = 1 };
	char *folder = new_folder();
	struct quarantine *q = open_it(folder);
	struct server s = { 0 };
	unsigned n = 0;
	GError *e = NULL;

	g_assert_true(hold_write(q, &h, bytes_of(raw), &e));
	g_assert_true(release(&s, q, NULL, &n, &e));
	g_assert_no_error(e);
	g_assert_nonnull(strstr(s.heard->str,
				"Authentication-Results: other.example; none\r\n"
				"no field\r\n"
				"Subject: stays\r\n\r\nX-Wonted-Verdict: body\r\n"));
	g_assert_null(strstr(s.heard->str, "folded"));
	g_assert_null(strstr(s.heard->str, "mx.example.org"));
	g_string_free(s.heard, TRUE);
	quarantine_close(q);
	remove_folder(folder);
}

static void released_once(void)
{
	char *folder = new_folder();
	struct quarantine *q = open_it(folder), *other = open_it(folder);
	struct server s = { 0 };
	unsigned n = 0;
	GError *e = NULL;
	struct hold *before;

	hold_one(q, "h-1");
	g_assert_true(hold_find(all_of(other), "h-1", &before, NULL));
	int fd = hold_reserve(other, "h-1", &e);

	g_assert_false(release_send(
		before, &(struct release){ .scope = all_of(q), .server = "127.0.0.1:1" },
		&n, &e));
	g_assert_nonnull(strstr(e->message, "by another process"));
	g_clear_error(&e);
	close(fd);
	g_assert_true(release(&s, q, NULL, &n, &e));
	g_string_free(s.heard, TRUE);
	/* who looked before still thinks that it is held */
	g_assert_false(release_send(
		before,
		&(struct release){ .scope = all_of(other), .server = "127.0.0.1:1" }, &n,
		&e));
	g_assert_error(e, WONTED_ERROR, WONTED_ERROR_INPUT);
	g_clear_error(&e);
	g_assert_cmpuint(n, ==, 0);
	hold_free(before);
	quarantine_close(other);
	quarantine_close(q);
	remove_folder(folder);
}

/* What an MTA took it takes again; what would end the command is not said. */
static void quoted_addresses_are_sent(void)
{
	static const struct {
		const char *to;
		bool sent;
	} rows[] = {
		{ "\"a b\"@example.org", true },
		{ "\"a\\\"b>c\"@example.org", true },
		{ "a b@example.org", true },
		{ "a>b@example.org", false },
		{ "Ann <a@example.org>", true },
		{ "a@example.org> SIZE=1", false },
		{ "\"a\x01z\"@example.org", true },
		{ "a@example.org\\", false },
		{ "example.org!ann", true },
		{ "j\xfcrgen@example.org", true },
		{ "\"a@example.org", false },
		{ "\"a\r\nDATA\"@example.org", false },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		char *folder = new_folder();
		struct quarantine *q = open_it(folder);
		struct server s = { 0 };
		unsigned n = 0;
		GError *e = NULL;

		hold_for(q, "h-1", "", rows[i].to);
		g_assert_true(release(&s, q, NULL, &n, &e) == rows[i].sent);
		g_assert_true((strstr(s.heard->str, "RCPT") != NULL) == rows[i].sent);
		g_assert_null(strstr(s.heard->str, "\nDATA\"@"));
		g_clear_error(&e);
		g_string_free(s.heard, TRUE);
		quarantine_close(q);
		remove_folder(folder);
	}
}

/* says one thing at once and then nothing */
static gpointer babble(gpointer data)
{
	struct server *s = data;
	GSocketConnection *c = g_socket_listener_accept(s->listener, NULL, NULL, NULL);

	answer_line(g_io_stream_get_output_stream(G_IO_STREAM(c)), s->refuse);
	g_io_stream_close(G_IO_STREAM(c), NULL, NULL);
	g_object_unref(c);
	return NULL;
}

static void babble_is_no_release(void)
{
	GString *endless = g_string_new("220-");
	const char *said[] = {
		"",
		"\r\n",
		"2",
		"22\r\n",
		"554 no\r\n",
		"220",
		"220-a\r\n220-b\r\n",
		"\xff\0\x1b[31m\r\n",
		"220 a\r\n250 b\r\n250 c\r\n250 d\r\n250 e\r\n354 f\r\n550 g\r\n",
		"220 a\r\n250 b\r\n250 c\r\n250 d\r\n250 e\r\n250 f\r\n",
		NULL
	};

	for (int i = 0; i < 100000; i++)
		g_string_append(endless, "no end of line ");
	said[G_N_ELEMENTS(said) - 1] = endless->str;
	for (size_t i = 0; i < G_N_ELEMENTS(said); i++) {
		char *folder = new_folder(), *where;
		struct quarantine *q = open_it(folder);
		struct server s = { .refuse = said[i] };
		struct hold *h;
		unsigned n = 0;
		GError *e = NULL;

		hold_one(q, "h-1");
		s.listener = g_socket_listener_new();
		s.port = g_socket_listener_add_any_inet_port(s.listener, NULL, NULL);
		where = g_strdup_printf("127.0.0.1:%u", s.port);
		GThread *t = g_thread_new("server", babble, &s);

		g_assert_true(hold_find(all_of(q), "h-1", &h, NULL));
		g_assert_false(release_send(
			h, &(struct release){ .scope = all_of(q), .server = where }, &n,
			&e));
		g_assert_nonnull(e);
		g_assert_null(strchr(e->message, 0x1b));
		g_clear_error(&e);
		g_thread_join(t);
		hold_free(h);
		g_assert_cmpuint(count(q, (struct hold_filter){ 0 }), ==, 1);
		g_free(where);
		g_object_unref(s.listener);
		quarantine_close(q);
		remove_folder(folder);
	}
	g_string_free(endless, TRUE);
}

static const struct hold_rcpt scored[] = {
	{ .address = "ann@example.org",
	  .verdict = "spam",
	  .rule = "offer",
	  .hits = "offer spam 7000\nsmall threat 500",
	  .milli = { 500, 7000, 0 } },
	{ .address = "\"Bob\"@EXAMPLE.org",
	  .verdict = "spam",
	  .rule = "offer",
	  .hits = "offer spam 7000\nsmall threat 500",
	  .milli = { 500, 7000, 0 } },
	{ .address = "cy@example.org", .verdict = "undecided", .hits = "" },
};

static void hold_scored(struct quarantine *q, const char *id, const char *tenant)
{
	struct hold h = { .id = id,
			  .mail_from = "s@example.net",
			  .from = "boss@example.net",
			  .name = "The Boss",
			  .client = "192.0.2.7",
			  .tenant = tenant,
			  .received_s = 1000,
			  .expires_s = 2000,
			  .rcpts = scored,
			  .n_rcpts = G_N_ELEMENTS(scored) };

	g_assert_true(hold_write(q, &h, bytes_of("x\n"), NULL));
}

static bool copy_one(const struct hold *h, void *user)
{
	*(struct hold **)user = hold_copy(h);
	return true;
}

static void is_scored(const struct hold *h)
{
	g_assert_cmpstr(h->name, ==, "The Boss");
	g_assert_cmpstr(h->client, ==, "192.0.2.7");
	for (size_t i = 0; i < 2; i++) {
		g_assert_cmpstr(h->rcpts[i].rule, ==, "offer");
		g_assert_cmpstr(h->rcpts[i].hits, ==, scored[i].hits);
		g_assert_cmpint(h->rcpts[i].milli[AXIS_SPAM], ==, 7000);
	}
	g_assert_null(h->rcpts[2].rule);
}

/* What decided is kept in both; an index of an older version is made again from the files. */
static void what_decided_is_kept(void)
{
	char *folder = new_folder();
	struct quarantine *q = open_it(folder);
	struct hold *h = NULL;

	hold_scored(q, "h-1", "one");
	g_assert_true(hold_find(all_of(q), "h-1", &h, NULL));
	is_scored(h);
	hold_free(h);
	quarantine_close(q);
	char *path = g_build_filename(folder, "index.sqlite", NULL);
	sqlite3 *db = NULL;

	g_assert_cmpint(sqlite3_open(path, &db), ==, SQLITE_OK);
	g_assert_cmpint(sqlite3_exec(db,
				     "DROP TABLE details; DROP TABLE points;"
				     "PRAGMA user_version=0",
				     NULL, NULL, NULL),
			==, SQLITE_OK);
	sqlite3_close(db);
	q = open_it(folder);
	h = NULL;
	g_assert_true(hold_list(all_of(q), &(struct hold_filter){ .parts.rule = "small" },
				copy_one, &h, NULL));
	g_assert_nonnull(h);
	is_scored(h);
	hold_free(h);
	quarantine_close(q);
	g_free(path);
	remove_folder(folder);
}

/* Nothing of another tenant or mailbox is seen or changed. */
static void scopes(void)
{
	char *folder = new_folder();
	struct quarantine *q = open_it(folder);
	const struct hold_scope two = hold_scope_tenant(q, "two");
	const struct hold_scope bob = hold_scope_mailbox(q, "one", "bob@example.org");
	const struct hold_scope dan = hold_scope_mailbox(q, "one", "dan@example.org");
	struct hold *h = NULL;
	GError *e = NULL;

	hold_scored(q, "h-1", "one");
	g_assert_false(hold_find(&two, "h-1", &h, &e));
	g_assert_error(e, WONTED_ERROR, WONTED_ERROR_INPUT);
	g_clear_error(&e);
	g_assert_false(hold_find(&dan, "h-1", &h, NULL));
	g_assert_false(hold_set_state(&two, "h-1", NULL, HOLD_DELETED, NULL));
	g_assert_false(hold_set_state(&dan, "h-1", NULL, HOLD_DELETED, NULL));
	g_assert_true(hold_find(&bob, "h-1", &h, NULL));
	g_assert_cmpuint(h->n_rcpts, ==, 1);
	g_assert_cmpstr(h->rcpts[0].address, ==, "\"Bob\"@EXAMPLE.org");
	hold_free(h);
	h = NULL;
	g_assert_true(hold_list(&two, &(struct hold_filter){ 0 }, copy_one, &h, NULL));
	g_assert_null(h);
	g_assert_true(hold_list(&bob, &(struct hold_filter){ 0 }, copy_one, &h, NULL));
	g_assert_cmpuint(h->n_rcpts, ==, 1);
	hold_free(h);
	g_assert_true(hold_set_state(&bob, "h-1", NULL, HOLD_DELETED, NULL));
	g_assert_true(hold_find(all_of(q), "h-1", &h, NULL));
	g_assert_cmpint(h->rcpts[0].state, ==, HOLD_HELD);
	g_assert_cmpint(h->rcpts[1].state, ==, HOLD_DELETED);
	g_assert_cmpint(h->rcpts[2].state, ==, HOLD_HELD);
	hold_free(h);
	quarantine_close(q);
	remove_folder(folder);
}

/* Whatever spelling is given, and only what was asked for. */
static void parts_by_any_spelling(void)
{
	const struct hold_parts bob = { .rcpt = "<bob@Example.Org>" };
	const struct hold_parts decided = { .rcpt = "@example.org",
					    .verdict = "undecided" };
	char *folder = new_folder();
	struct quarantine *q = open_it(folder);
	struct hold *h = NULL;

	hold_scored(q, "h-1", "one");
	g_assert_true(hold_set_state(all_of(q), "h-1", &bob, HOLD_DELETED, NULL));
	g_assert_true(hold_set_state(all_of(q), "h-1", &decided, HOLD_RELEASED, NULL));
	g_assert_true(hold_find(all_of(q), "h-1", &h, NULL));
	g_assert_cmpint(h->rcpts[0].state, ==, HOLD_HELD);
	g_assert_cmpint(h->rcpts[1].state, ==, HOLD_DELETED);
	g_assert_cmpint(h->rcpts[2].state, ==, HOLD_RELEASED);
	hold_free(h);
	quarantine_close(q);
	remove_folder(folder);
}

/* of one file, whatever it is */
static bool file_has(const char *folder, const char *name, const char *text)
{
	char *path = g_build_filename(folder, name, NULL), *all = NULL;
	size_t n = 0;
	bool has = g_file_get_contents(path, &all, &n, NULL) &&
		   memmem(all, n, text, strlen(text)) != NULL;

	g_free(all);
	g_free(path);
	return has;
}

static bool forget_all(const struct hold *h, void *user)
{
	*(struct hold **)user = hold_copy(h);
	return false;
}

/* One recipient's part goes, the other's stays whole; with the last one all goes, and no word of it
 * stays in the index's files. A hold that is over is forgotten as well. */
static void forgotten(void)
{
	char *folder = new_folder(), *eml = g_build_filename(folder, "h-1.eml", NULL);
	struct quarantine *q = open_it(folder);
	struct hold *h = NULL;
	GError *e = NULL;

	hold_one(q, "h-1");
	g_assert_true(hold_list(all_of(q), &(struct hold_filter){ .all_states = true },
				forget_all, &h, &e));
	g_assert_true(hold_forget(q, h, (const bool[]){ true, false }, &e));
	/* what was seen of it is no more true: nothing is done, and that is said */
	g_assert_false(hold_forget(q, h, (const bool[]){ true, false }, &e));
	g_assert_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM);
	g_clear_error(&e);
	hold_free(h);
	g_assert_true(hold_find(all_of(q), "h-1", &h, &e));
	g_assert_cmpuint(h->n_rcpts, ==, 1);
	g_assert_cmpstr(h->rcpts[0].address, ==, "bob@example.org");
	g_assert_true(g_file_test(eml, G_FILE_TEST_EXISTS));
	g_assert_true(quarantine_tidy(q, &e));
	g_assert_false(file_has(folder, "index.sqlite", "ann@example.org"));
	g_assert_false(file_has(folder, "h-1.env", "ann@example.org"));
	g_assert_true(file_has(folder, "index.sqlite", "Another"));
	g_assert_true(hold_set_state(all_of(q), "h-1", NULL, HOLD_DELETED, &e));
	g_assert_false(g_file_test(eml, G_FILE_TEST_EXISTS));
	g_assert_true(hold_forget(q, h, (const bool[]){ true }, &e));
	g_assert_no_error(e);
	hold_free(h);
	g_assert_true(quarantine_tidy(q, &e));
	quarantine_close(q);
	g_assert_false(file_has(folder, "index.sqlite", "bob@example.org"));
	g_assert_false(file_has(folder, "index.sqlite", "nother"));
	g_free(eml);
	remove_folder(folder);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/hold/written and found", written_and_found);
	g_test_add_func("/quarantine/forgotten", forgotten);
	g_test_add_func("/hold/again-is-counted", again_is_counted);
	g_test_add_func("/hold/again-in-doubt-is-held", again_in_doubt_is_held);
	g_test_add_func("/hold/bad ids stay out", bad_ids_stay_out);
	g_test_add_func("/hold/twice is refused", twice_is_refused);
	g_test_add_func("/hold/a lost index is made again", lost_index_is_made_again);
	g_test_add_func("/hold/a failed write holds nothing", full_disk_holds_nothing);
	g_test_add_func("/hold/expiry takes files along", expiry_takes_files_along);
	g_test_add_func("/hold/addresses of any bytes", addresses_of_any_bytes);
	g_test_add_func("/hold/crashes are repaired", crashes_are_mended);
	g_test_add_func("/hold/expiry goes on", expiry_goes_on);
	g_test_add_func("/hold/strangers cannot read", strangers_cannot_read);
	g_test_add_func("/release/without-forgeries", released_without_forgeries);
	g_test_add_func("/release/recorded recipients only", released_to_recorded_only);
	g_test_add_func("/release/who is refused stays held", refused_stays_held);
	g_test_add_func("/release/broken off, it stays held", broken_off_stays_held);
	g_test_add_func("/release/refused at the dot",
			refused_at_the_dot_can_be_repeated);
	g_test_add_func("/release/taken but not noted", taken_but_not_noted);
	g_test_add_func("/release/no mark, no release", no_mark_no_release);
	g_test_add_func("/hold/unheard answers are told", unheard_answers_are_told);
	g_test_add_func("/release/once", released_once);
	g_test_add_func("/release/quoted addresses", quoted_addresses_are_sent);
	g_test_add_func("/release/babble", babble_is_no_release);
	g_test_add_func("/hold/what_decided_is_kept", what_decided_is_kept);
	g_test_add_func("/hold/scopes", scopes);
	g_test_add_func("/hold/parts_by_any_spelling", parts_by_any_spelling);
	return g_test_run();
}
