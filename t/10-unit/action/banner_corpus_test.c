/* The banner over real mail: every message of a folder gets one if it may, and must be the
 * message without it and the bytes put in, read the same but for the top of its texts, and
 * give the old message back when stripped. The folder is WONTED_CORPUS (all of it, or each
 * WONTED_CORPUS_STEP-th message), or a sample unpacked from ../shared/corpus. No message of
 * it is shown: a failure names the file. */
#include <glib.h>
#include <glib/gstdio.h>

#include "action/banner.h"
#include "action/transfer.h"
#include "base/file.h"
#include "base/limits.h"

#define ARCHIVE "../shared/corpus/dev-core.tar.zst"

static const char *const reasons[] = {
	"Uses the name of Jane Roe, who has never written from "
	"this address",
	"A link shows another site than it leads to"
};

struct tally {
	size_t seen, step, bannered, failed, not_mail;
	GHashTable *words; /* words of the banner -> count */
};

static void count(GHashTable *words, const char *what)
{
	size_t n = GPOINTER_TO_SIZE(g_hash_table_lookup(words, what));

	g_hash_table_insert(words, g_strdup(what), GSIZE_TO_POINTER(n + 1));
}

static bool is_only_inserted(struct bytes old, struct bytes new, const struct banner *b)
{
	const char *p = new.at;
	size_t at = 0, more = 0;

	for (size_t i = 0; i < b->n; i++) {
		const struct splice *s = &b->splices[i];

		if (memcmp(old.at + at, p, s->at - at) != 0)
			return false;
		p += s->at - at + s->insert.n;
		more += s->insert.n;
		at = s->at;
	}
	return new.n == old.n + more &&memcmp(old.at + at, p, old.n - at) == 0;
}

/* All that is not white space, to compare texts whose blanks were folded. */
static char *dense(const char *text)
{
	GString *out = g_string_sized_new(strlen(text));

	if (g_str_has_prefix(text, "\xef\xbb\xbf"))
		text += 3; /* the banner goes behind it */
	for (; *text != '\0'; text++)
		if (!g_ascii_isspace(*text))
			g_string_append_c(out, *text);
	return g_string_free(out, FALSE);
}

/* Does the new text end in the old one, and begin with the banner if anything came? */
static bool is_same_below(const char *old, const char *new)
{
	char *old_dense = dense(old), *new_dense = dense(new);
	bool same = g_str_has_suffix(new_dense, old_dense) &&
		    (strlen(new_dense) == strlen(old_dense) ||
		     strstr(new_dense, "CAUTION:Thismessagemaynot") != NULL);

	/* texts are read up to a limit: then the old one has a longer end */
	if (!same && strlen(new) + 8 >= LIMIT_TEXT_BYTES)
		same = strstr(new_dense, "CAUTION:Thismessagemaynot") != NULL;
	g_free(old_dense);
	g_free(new_dense);
	return same;
}

static struct bytes decoded(struct arena *a, const struct message *m,
			    const struct part *p)
{
	struct coded c = { .encoding = p->encoding,
			   .raw = { m->raw.at + p->start, p->end - p->start },
			   .eol = "\n" };

	return p->end < p->start || p->encoding == ENCODING_OTHER
		       ? (struct bytes){ 0 }
		       : transfer_decode(a, &c, c.raw.n + 8);
}

static bool is_touched(const struct part *p, const struct banner *b)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->splices[i].at >= p->start && b->splices[i].at <= p->end)
			return true;
	return false;
}

/* Is it the old text with something put in at one place? */
static bool is_old_with_more(struct bytes was, struct bytes is)
{
	size_t before = 0, behind = 0;

	while (before < was.n && before < is.n && was.at[before] == is.at[before])
		before++;
	while (behind < was.n && behind < is.n &&
	       was.at[was.n - 1 - behind] == is.at[is.n - 1 - behind])
		behind++;
	return is.n > was.n && is.n - was.n < 8192 && before + behind >= was.n;
}

/* The parts are the same; the decoded contents too, but for the two that got something. */
static const char *parts_differ(struct arena *a, const struct message *old,
				const struct message *new, const struct banner *b)
{
	if (old->n_parts != new->n_parts)
		return "number of parts";
	for (size_t i = 0; i < old->n_parts; i++) {
		const struct part *p = &old->parts[i], *q = &new->parts[i];
		struct bytes was, is;

		if (p->kind != q->kind || p->encoding != q->encoding ||
		    p->parent != q->parent)
			return "kind of a part";
		if (p->kind == PART_MULTIPART || p->kind == PART_MESSAGE)
			continue;
		was = decoded(a, old, p);
		is = decoded(a, new, q);
		if (!is_touched(p, b) && !bytes_equal(was, is))
			return "content of another part";
		if (is_touched(p, b) && !is_old_with_more(was, is))
			return "content of a bannered part";
	}
	return NULL;
}

static const char *bannered_differs(struct arena *a, const struct message *m,
				    const struct banner *b)
{
	struct message_limits limits = { .max_bytes = LIMIT_MESSAGE_BYTES };
	struct banner_setup again = { .verdict = VERDICT_SUSPICIOUS,
				      .reasons = reasons,
				      .n_reasons = G_N_ELEMENTS(reasons) };
	struct bytes new = banner_apply(a, 0, b);
	struct message *n = message_parse(a, new, &limits);
	const char *differs = parts_differ(a, m, n, b);
	struct banner twice;

	if (!is_only_inserted(m->raw, new, b))
		return "bytes that were there";
	if (differs != NULL)
		return differs;
	/* with several of a kind, the texts below it are no longer one */
	if (b->n <= 2 && !is_same_below(m->plain_text, n->plain_text))
		return "plain text";
	/* a charset said only by <meta> behind some content may slip out of the first 1,024
	 * bytes, where readers look for it */
	if (b->n <= 2 && !is_same_below(m->html_text, n->html_text) &&
	    (m->malformed & MALFORMED_CHARSET) == (n->malformed & MALFORMED_CHARSET))
		return "text of HTML";
	if (m->n_links != n->n_links)
		return "links";
	if (!bytes_equal(banner_strip(a, n)->raw, m->raw))
		return "way back";
	again.message = n;
	banner_make(a, &again, &twice);
	return bytes_equal(banner_apply(a, 0, &twice), new) ? NULL : "put in twice";
}

static void one_message(struct tally *t, const char *path)
{
	struct arena *a = arena_create();
	struct message_limits limits = { .max_bytes = LIMIT_MESSAGE_BYTES };
	struct banner_setup setup = { .verdict = VERDICT_SUSPICIOUS,
				      .reasons = reasons,
				      .n_reasons = G_N_ELEMENTS(reasons) };
	struct banner b;
	const char *differs = NULL;
	char *text, *exact;
	size_t n;

	if (!file_read(path, LIMIT_MESSAGE_BYTES, &text, &n, NULL)) {
		t->not_mail++;
		arena_destroy(&a);
		return;
	}
	exact = g_memdup2(text, n);
	setup.message = message_parse(a, (struct bytes){ exact, n }, &limits);
	banner_make(a, &setup, &b);
	count(t->words, b.words);
	if (b.done) {
		t->bannered++;
		differs = bannered_differs(a, setup.message, &b);
	}
	if (differs != NULL) {
		t->failed++;
		g_test_message("%s: %s", path, differs);
	}
	g_free(exact);
	g_free(text);
	arena_destroy(&a);
}

static void one_path(struct tally *t, const char *path)
{
	GDir *folder = g_dir_open(path, 0, NULL);
	const char *name;

	if (folder == NULL) {
		if (!g_str_has_suffix(path, ".tsv") && t->seen++ % t->step == 0)
			one_message(t, path);
		return;
	}
	while ((name = g_dir_read_name(folder)) != NULL) {
		char *below = g_build_filename(path, name, NULL);

		one_path(t, below);
		g_free(below);
	}
	g_dir_close(folder);
}

static void run_over(const char *folder, size_t step)
{
	struct tally t = { .step = step };
	GHashTableIter each;
	gpointer key, value;

	t.words = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	one_path(&t, folder);
	g_test_message("%zu files, each %zu. looked at: %zu bannered, %zu failed", t.seen,
		       step, t.bannered, t.failed);
	g_hash_table_iter_init(&each, t.words);
	while (g_hash_table_iter_next(&each, &key, &value))
		g_test_message("%8zu %s", GPOINTER_TO_SIZE(value), (const char *)key);
	g_hash_table_destroy(t.words);
	g_assert_cmpuint(t.failed, ==, 0);
	g_assert_cmpuint(t.bannered, >, 0);
}

static void remove_folder(const char *path)
{
	GDir *folder = g_dir_open(path, 0, NULL);
	const char *name;

	while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
		char *below = g_build_filename(path, name, NULL);

		if (g_file_test(below, G_FILE_TEST_IS_DIR) &&
		    !g_file_test(below, G_FILE_TEST_IS_SYMLINK))
			remove_folder(below);
		else
			g_unlink(below);
		g_free(below);
	}
	if (folder != NULL)
		g_dir_close(folder);
	g_rmdir(path);
}

static void sample(void)
{
	char *folder = g_dir_make_tmp("wonted-corpus-XXXXXX", NULL);
	char *command = g_strdup_printf(
		"zstd -qdc --long=27 " ARCHIVE " | tar -x -C '%s'", folder);
	const char *argv[] = { "/bin/sh", "-c", command, NULL };
	int status = -1;
	char **args = g_strdupv((char **)(gpointer)argv);

	if (g_spawn_sync(NULL, args, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL,
			 &status, NULL) &&
	    status == 0)
		run_over(folder, 10);
	else
		g_test_skip("the corpus could not be unpacked (zstd, tar)");
	remove_folder(folder);
	g_strfreev(args);
	g_free(command);
	g_free(folder);
}

static void over_real_mail(void)
{
	const char *folder = g_getenv("WONTED_CORPUS"),
		   *step = g_getenv("WONTED_CORPUS_STEP");

	if (folder != NULL)
		run_over(folder,
			 step == NULL ? 1 : (size_t)g_ascii_strtoull(step, NULL, 10));
	else if (g_file_test(ARCHIVE, G_FILE_TEST_EXISTS))
		sample();
	else
		g_test_skip("no " ARCHIVE ", and WONTED_CORPUS names no folder");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	message_library_init();
	g_test_add_func("/banner/over-real-mail", over_real_mail);
	return g_test_run();
}
