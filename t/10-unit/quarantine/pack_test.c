/* Compressed messages come back byte by byte, whatever they look like. */
#include "quarantine/pack.h"

#include <glib/gstdio.h>
#include <string.h>

#include "quarantine/hold.h"
#include "quarantine/scope.h"

#define MOST 1000000

static void round_trip(struct bytes raw)
{
	GByteArray *small = pack(raw, true);
	const struct bytes file = { (const char *)small->data, small->len };
	char *text = NULL;
	size_t n = 0;
	GError *e = NULL;

	g_assert_true(pack_is(file));
	g_assert_true(pack_open(file, MOST, &text, &n, &e));
	g_assert_cmpmem(text, n, raw.at, raw.n);
	g_free(text);
	g_byte_array_unref(small);
}

static void any_bytes(void)
{
	GByteArray *all = g_byte_array_new();

	round_trip((struct bytes){ "", 0 });
	round_trip(bytes_of("Subject: x\r\n\r\n.\r\n"));
	for (int i = 0; i < 200000; i++) {
		guint8 b = (guint8)g_test_rand_int();

		g_byte_array_append(all, &b, 1);
	}
	const struct bytes noise = { (const char *)all->data, all->len };

	round_trip(noise);
	g_assert_null(pack(noise, false));
	g_byte_array_unref(all);
}

static void damaged_or_too_large(void)
{
	GString *raw = g_string_new(NULL);
	char *text = NULL;
	size_t n = 0;
	GError *e = NULL;

	for (int i = 0; i < 100000; i++)
		g_string_append(raw, "all the same ");
	GByteArray *small = pack((struct bytes){ raw->str, raw->len }, false);

	g_assert_cmpuint(small->len, <, raw->len / 50);
	struct bytes file = { (const char *)small->data, small->len };

	g_assert_false(pack_open(file, MOST, &text, &n, &e));
	g_assert_nonnull(strstr(e->message, "more than 1000000 bytes"));
	g_clear_error(&e);
	file.n /= 2;
	g_assert_false(pack_open(file, 2 * MOST, &text, &n, &e));
	g_assert_nonnull(strstr(e->message, "damaged"));
	g_clear_error(&e);
	g_byte_array_unref(small);
	g_string_free(raw, TRUE);
}

static void keep(struct quarantine *q, const char *id, struct bytes raw)
{
	const struct hold_rcpt r = { .address = "ann@one.example", .verdict = "spam" };
	const struct hold h = { .id = id,
				.mail_from = "s@shop.example",
				.tenant = "one",
				.received_s = 1000,
				.expires_s = 2000,
				.bytes = raw.n,
				.rcpts = &r,
				.n_rcpts = 1 };
	GError *e = NULL;

	g_assert_true(hold_write(q, &h, raw, &e));
}

static size_t size_of(const char *folder, const char *id)
{
	char *path = g_strdup_printf("%s/%s.eml", folder, id);
	GStatBuf st;

	g_assert_cmpint(g_stat(path, &st), ==, 0);
	g_free(path);
	return (size_t)st.st_size;
}

static void same_again(struct quarantine *q, const char *id, struct bytes raw)
{
	const struct hold h = { .id = id };
	char *text = NULL;
	size_t n = 0;
	GError *e = NULL;

	g_assert_true(hold_raw(q, &h, &text, &n, &e));
	g_assert_cmpmem(text, n, raw.at, raw.n);
	g_free(text);
}

/* Compressed or not, by an older version or a later one; and what only looks compressed. */
static void holds(void)
{
	char *folder = g_dir_make_tmp("wonted-pack-XXXXXX", NULL);
	GString *raw = g_string_new("Subject: long\r\n\r\n");
	GError *e = NULL;
	struct quarantine *q = quarantine_open(folder, &e);

	g_assert_no_error(e);
	for (int i = 0; i < 1000; i++)
		g_string_append(raw, "all the same\r\n");
	const struct bytes message = { raw->str, raw->len };
	GByteArray *ours = pack(message, true);
	const struct bytes like = { (const char *)ours->data, ours->len };

	keep(q, "small", message);
	quarantine_compress(q, false);
	keep(q, "plain", message);
	keep(q, "like", like);
	g_assert_cmpuint(size_of(folder, "small"), <, raw->len / 10);
	g_assert_cmpuint(size_of(folder, "plain"), ==, raw->len);
	same_again(q, "small", message);
	same_again(q, "plain", message);
	same_again(q, "like", like);
	quarantine_close(q);
	g_byte_array_unref(ours);
	g_string_free(raw, TRUE);
	g_free(folder);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/pack/any bytes", any_bytes);
	g_test_add_func("/pack/damaged or too large", damaged_or_too_large);
	g_test_add_func("/pack/holds", holds);
	return g_test_run();
}
