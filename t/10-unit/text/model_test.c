/* A file that is not what we wrote is refused with its name; what we write is the same twice. */
#include "text/model.h"

#include <unistd.h>

#include "10-unit/text/fixture.h"
#include "base/error.h"

static void refused(const char *path, const char *says)
{
	GError *e = NULL;
	struct text_model *m = text_model_open(path, &e);

	g_assert_null(m);
	g_assert_error(e, WONTED_ERROR, WONTED_ERROR_INPUT);
	g_assert_nonnull(strstr(e->message, path));
	g_assert_nonnull(strstr(e->message, says));
	g_error_free(e);
}

static char *base_bytes(char **path_r, gsize *n_r)
{
	char *path = new_path(), *base = g_strconcat(path, ".base", NULL), *content;
	struct text_model *m = new_live(path);
	GError *e = NULL;

	teach(m, 0, 10);
	g_assert_true(text_model_freeze(m, base, &e));
	g_assert_no_error(e);
	text_model_close(&m);
	g_assert_true(g_file_get_contents(base, &content, n_r, NULL));
	g_remove(base);
	g_free(base);
	*path_r = path;
	return content;
}

static void put(const char *path, const char *content, gsize n)
{
	g_assert_true(g_file_set_contents(path, content, (gssize)n, NULL));
}

static void test_refused(void)
{
	char *path, *content;
	gsize n;

	content = base_bytes(&path, &n);
	g_assert_cmpuint(n, <=, 4 * 1024 * 1024);
	put(path, content, n - 1);
	refused(path, "is cut");
	put(path, content, 100);
	refused(path, "size");
	put(path, "", 0);
	refused(path, "size");
	content[n - 5] ^= 1;
	put(path, content, n);
	refused(path, "checksum");
	content[n - 5] ^= 1;
	content[8]++;
	put(path, content, n);
	refused(path, "another version");
	content[8]--;
	content[0] = 'X';
	put(path, content, n);
	refused(path, "no text model");
	content[0] = 'W';
	content[20]++; /* bits */
	put(path, content, n);
	refused(path, "contradicts");
	g_remove(path);
	refused(path, "No such file");
	g_free(content);
	remove_path(path);
}

static void test_too_large(void)
{
	char *path = new_path();
	struct text_model *m = new_live(path);

	text_model_close(&m);
	g_assert_cmpint(truncate(path, (off_t)1 << 40), ==, 0);
	refused(path, "size");
	remove_path(path);
}

/* the same labels in the same order give the same bytes */
static void test_same_bytes(void)
{
	char *path, *also, *one, *two;
	gsize n, m;

	one = base_bytes(&path, &n);
	two = base_bytes(&also, &m);
	g_assert_cmpmem(one, n, two, m);
	g_free(one);
	g_free(two);
	remove_path(path);
	remove_path(also);
}

static void test_round_trip(void)
{
	char *path = new_path();
	struct text_model *m = new_live(path);
	GError *e = NULL;
	double before;

	teach(m, 0, 10);
	before = spam_of(NULL, m, bad_words, 70);
	text_model_close(&m);
	m = text_model_open(path, &e);
	g_assert_no_error(e);
	g_assert_cmpfloat(spam_of(NULL, m, bad_words, 70), ==, before);
	g_assert_cmpuint(text_model_head(m).labels[TEXT_HAM], ==, 10);
	g_assert_true(text_model_create(path, TEXT_GROUPS_CONTENT, &e));
	/* who has the old one open keeps it */
	g_assert_cmpfloat(spam_of(NULL, m, bad_words, 70), ==, before);
	text_model_close(&m);
	remove_path(path);
}

static void test_base_is_not_taught(void)
{
	char *path, *content;
	gsize n;
	GError *e = NULL;

	content = base_bytes(&path, &n);
	put(path, content, n);
	g_assert_null(text_model_open_live(path, &e));
	g_assert_nonnull(strstr(e->message, "is a base"));
	g_error_free(e);
	g_free(content);
	remove_path(path);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	message_library_init();
	g_test_add_func("/text/model/refused", test_refused);
	g_test_add_func("/text/model/too-large", test_too_large);
	g_test_add_func("/text/model/same-bytes", test_same_bytes);
	g_test_add_func("/text/model/round-trip", test_round_trip);
	g_test_add_func("/text/model/base-is-not-taught", test_base_is_not_taught);
	return g_test_run();
}
