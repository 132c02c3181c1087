/* Answers of children: what was written is read, in whatever pieces; and nothing that cannot be is
 * believed. */
#include "decode/answer.h"

#include <string.h>

#include "base/limits.h"

static struct arena *a;

/* in pieces of so many bytes */
static enum decode_progress taken(const char *at, size_t n, size_t piece,
				  struct decode_answer *answer_r)
{
	struct decode_reader *r = decode_reader_new(a);
	enum decode_progress how = READER_MORE;

	for (size_t i = 0; i < n && how != READER_NONSENSE; i += piece) {
		size_t length = MIN(piece, n - i);
		char *exact = g_memdup2(at + i, length);

		how = decode_reader_take(r, (struct bytes){ exact, length });
		g_free(exact);
	}
	decode_reader_answer(r, answer_r);
	decode_reader_free(r);
	return how;
}

static void round_trip(void)
{
	const struct decode_entry entries[] = {
		{ "b.zip", "zip", DECODE_WHOLE, false, DECODE_FILE },
		{ "b.zip/a.exe", "exe", DECODE_WHOLE, true, DECODE_FILE },
		{ "", "rar", DECODE_LOCKED, true, DECODE_FILE },
		{ "plain", NULL, DECODE_WHOLE, false, DECODE_FILE },
	};
	GString *text = g_string_new(NULL);
	struct decode_answer answer;

	for (size_t i = 0; i < G_N_ELEMENTS(entries); i++)
		decode_put_entry(text, &entries[i]);
	decode_put_end(text, DECODE_MANY);
	for (size_t piece = 1; piece <= text->len; piece++) {
		g_assert_cmpint(taken(text->str, text->len, piece, &answer), ==,
				READER_ENDED);
		g_assert_cmpuint(answer.n, ==, G_N_ELEMENTS(entries));
		g_assert_cmpint(answer.why, ==, DECODE_MANY);
		for (size_t i = 0; i < answer.n; i++) {
			g_assert_cmpstr(answer.entries[i].name, ==, entries[i].name);
			g_assert_cmpstr(answer.entries[i].kind, ==, entries[i].kind);
			g_assert_cmpint(answer.entries[i].why, ==, entries[i].why);
			g_assert_true(answer.entries[i].locked == entries[i].locked);
		}
	}
	/* what came before it broke off is kept */
	g_assert_cmpint(taken(text->str, text->len - 2, 3, &answer), ==, READER_MORE);
	g_assert_cmpuint(answer.n, ==, G_N_ELEMENTS(entries));
	g_string_free(text, TRUE);
}

static void nonsense(void)
{
	static const struct {
		const char *at;
		size_t n;
	} rows[] = {
		{ "HTTP/1.1", 8 },         /* another letter */
		{ "F\x63\0\0\1\0x", 7 },   /* no such reason */
		{ "F\0\2\0\1\0x", 7 },     /* neither yes nor no */
		{ "F\0\0\3\1\0foox", 10 }, /* no such kind */
		{ "E\x63", 2 },            /* no such reason */
		{ "E\0E\0", 4 },           /* behind the end */
		{ "E\0x", 3 },
	};
	struct decode_answer answer;

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		for (size_t piece = 1; piece <= rows[i].n; piece++)
			g_assert_cmpint(taken(rows[i].at, rows[i].n, piece, &answer), ==,
					READER_NONSENSE);
}

static void names(void)
{
	static const char odd[] = "F\0\0\0\7\0a\xff\0\n\1.e"
				  "E";
	struct decode_answer answer;
	GString *text = g_string_new(NULL), *name = g_string_new(NULL);

	g_assert_cmpint(taken(odd, sizeof(odd), 100, &answer), ==, READER_ENDED);
	g_assert_cmpuint(answer.n, ==, 1);
	g_assert_true(g_utf8_validate(answer.entries[0].name, -1, NULL));
	for (const char *c = answer.entries[0].name; *c != '\0'; c++)
		g_assert_false(g_ascii_iscntrl(*c));
	/* the end of a long one tells what it is */
	for (int i = 0; i < 200; i++)
		g_string_append(name, "folder/");
	g_string_append(name, "bill.exe");
	decode_put_entry(text, &(struct decode_entry){ .name = name->str });
	decode_put_end(text, DECODE_WHOLE);
	g_assert_cmpint(taken(text->str, text->len, 100, &answer), ==, READER_ENDED);
	g_assert_cmpuint(strlen(answer.entries[0].name), ==, LIMIT_FILENAME_BYTES);
	g_assert_true(g_str_has_suffix(answer.entries[0].name, "/bill.exe"));
	g_string_free(text, TRUE);
	g_string_free(name, TRUE);
}

static void codes(void)
{
	GString *text = g_string_new(NULL),
		*long_one = g_string_new("https://a.example/");
	struct decode_answer answer;

	while (long_one->len < 5000)
		g_string_append(long_one, "x/");
	decode_put_entry(text, &(struct decode_entry){ .name = long_one->str,
						       .sort = DECODE_CODE });
	decode_put_entry(text, &(struct decode_entry){ .name = "a.png" });
	decode_put_end(text, DECODE_WHOLE);
	g_assert_cmpint(taken(text->str, text->len, 7, &answer), ==, READER_ENDED);
	g_assert_cmpuint(answer.n, ==, 2);
	g_assert_cmpint(answer.entries[0].sort, ==, DECODE_CODE);
	g_assert_cmpuint(strlen(answer.entries[0].name), ==, LIMIT_DECODE_CODE_BYTES);
	g_assert_true(g_str_has_prefix(answer.entries[0].name, "https://a.example/x/"));
	g_assert_cmpint(answer.entries[1].sort, ==, DECODE_FILE);
	g_string_free(text, TRUE);
	g_string_free(long_one, TRUE);
}

static void bounds(void)
{
	GString *text = g_string_new(NULL);
	struct decode_answer answer;

	for (int i = 0; i < LIMIT_DECODE_RECORDS; i++)
		decode_put_entry(text,
				 &(struct decode_entry){ .name = "x", .kind = "exe" });
	g_assert_cmpint(taken(text->str, text->len, 1000, &answer), ==, READER_MORE);
	decode_put_entry(text, &(struct decode_entry){ .name = "x" });
	g_assert_cmpint(taken(text->str, text->len, 1000, &answer), ==, READER_NONSENSE);
	g_assert_cmpuint(answer.n, ==, LIMIT_DECODE_RECORDS);
	/* a record that never ends */
	g_string_assign(text, "F");
	g_string_append_len(text, "\0\0\0\xff\xff", 5);
	g_string_set_size(text, 80000);
	g_assert_cmpint(taken(text->str, text->len, 4096, &answer), ==, READER_NONSENSE);
	g_string_free(text, TRUE);
	for (int why = 1; why < DECODE_WHY_COUNT; why++)
		g_assert_cmpuint(strlen(decode_why_word((enum decode_why)why)), >, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	a = arena_create();
	g_test_add_func("/decode-answer/codes", codes);
	g_test_add_func("/answer/round-trip", round_trip);
	g_test_add_func("/answer/nonsense", nonsense);
	g_test_add_func("/answer/names", names);
	g_test_add_func("/answer/bounds", bounds);
	int failed = g_test_run();

	arena_destroy(&a);
	return failed;
}
