#include <glib.h>

#include "base/arena.h"
#include "base/limits.h"
#include "store/codec.h"

struct leaf {
	int64_t n;
	const char *word;
};

struct tree {
	int64_t small, large, negative;
	bool flag;
	const char *text;
	const char *const *texts;
	size_t n_texts;
	struct bytes blob;
	struct leaf inner;
	const struct leaf *leaves;
	size_t n_leaves;
};

static const struct codec_field leaf_fields[] = {
	CODEC_INT_FIELD(leaf, 1, n),
	CODEC_TEXT_FIELD(leaf, 2, word, 8),
};
static const struct codec leaf_codec = {
	.name = "leaf",
	.version = 1,
	.size = sizeof(struct leaf),
	.fields = leaf_fields,
	.n_fields = G_N_ELEMENTS(leaf_fields),
};
static const struct codec_field tree_fields[] = {
	CODEC_INT_FIELD(tree, 1, small),
	CODEC_INT_FIELD(tree, 2, large),
	CODEC_INT_FIELD(tree, 3, negative),
	CODEC_BOOL_FIELD(tree, 4, flag),
	CODEC_TEXT_FIELD(tree, 5, text, 100),
	CODEC_TEXTS_FIELD(tree, 6, texts, n_texts, 3),
	CODEC_BLOB_FIELD(tree, 7, blob, 16),
	CODEC_RECORD_FIELD(tree, 8, inner, &leaf_codec),
	CODEC_RECORDS_FIELD(tree, 9, leaves, n_leaves, 4, &leaf_codec),
};
static const struct codec tree_codec = {
	.name = "tree",
	.version = 3,
	.size = sizeof(struct tree),
	.fields = tree_fields,
	.n_fields = G_N_ELEMENTS(tree_fields),
};

static const char *const three[] = { "one", "", "drei \xc3\xa4" };
static const struct leaf leaves[] = { { 1, "a" }, { 0, NULL }, { -1, "c" } };

static const struct tree full = {
	.small = 1,
	.large = INT64_MAX,
	.negative = INT64_MIN,
	.flag = true,
	.text = "text \"quoted\" \\ \x01 \xe2\x82\xac",
	.texts = three,
	.n_texts = 3,
	.blob = { "\x00\xff\x10", 3 },
	.inner = { 7, "seven" },
	.leaves = leaves,
	.n_leaves = 3,
};

static void assert_same(const struct tree *a, const struct tree *b)
{
	g_assert_cmpint(a->small, ==, b->small);
	g_assert_cmpint(a->large, ==, b->large);
	g_assert_cmpint(a->negative, ==, b->negative);
	g_assert_true(a->flag == b->flag);
	g_assert_cmpstr(a->text, ==, b->text);
	g_assert_cmpuint(a->n_texts, ==, b->n_texts);
	for (size_t i = 0; i < a->n_texts; i++)
		g_assert_cmpstr(a->texts[i], ==, b->texts[i]);
	g_assert_true(bytes_equal(a->blob, b->blob));
	g_assert_cmpint(a->inner.n, ==, b->inner.n);
	g_assert_cmpstr(a->inner.word, ==, b->inner.word);
	g_assert_cmpuint(a->n_leaves, ==, b->n_leaves);
	for (size_t i = 0; i < a->n_leaves; i++) {
		g_assert_cmpint(a->leaves[i].n, ==, b->leaves[i].n);
		g_assert_cmpstr(a->leaves[i].word, ==, b->leaves[i].word);
	}
}

static void test_round_trip(void)
{
	static const struct tree empty = { 0 };
	struct arena *a = arena_create();
	struct bytes value = codec_encode(&tree_codec, &full, a);
	struct tree back;

	g_assert_cmpint(codec_decode(&tree_codec, value, &back, a), ==, ANSWER_YES);
	assert_same(&full, &back);
	value = codec_encode(&tree_codec, &empty, a);
	g_assert_cmpuint(value.n, ==, 1); /* the version alone */
	g_assert_cmpint(codec_decode(&tree_codec, value, &back, a), ==, ANSWER_YES);
	assert_same(&empty, &back);
	arena_destroy(&a);
}

/* Exact copies without a NUL behind them: one byte too far is seen by ASan. */
static enum answer decode_exact(struct bytes value, size_t n, struct tree *back_r,
				struct arena *a)
{
	char *exact = g_memdup2(value.at, n);
	enum answer answer =
		codec_decode(&tree_codec, (struct bytes){ exact, n }, back_r, a);

	g_free(exact);
	return answer;
}

static void test_truncated(void)
{
	struct arena *a = arena_create();
	struct bytes value = codec_encode(&tree_codec, &full, a);
	struct tree back;
	size_t unknown = 0;

	for (size_t n = 0; n < value.n; n++) {
		enum answer answer = decode_exact(value, n, &back, a);

		g_assert_cmpint(answer, !=, ANSWER_NO);
		unknown += answer == ANSWER_UNKNOWN;
		if (answer ==
		    ANSWER_UNKNOWN) /* nothing of it is left to be used by mistake */
			g_assert_null(back.text);
	}
	g_assert_cmpuint(unknown, >, value.n / 2);
	arena_destroy(&a);
}

/* what was read can be written, and means the same when it is read again */
static void check_again(const struct tree *read, struct arena *a)
{
	struct bytes once = codec_encode(&tree_codec, read, a), twice;
	struct tree back;

	g_assert_cmpuint(once.n, <=, LIMIT_VALUE_BYTES);
	g_assert_cmpint(codec_decode(&tree_codec, once, &back, a), ==, ANSWER_YES);
	twice = codec_encode(&tree_codec, &back, a);
	g_assert_cmpmem(twice.at, twice.n, once.at, once.n);
}

static void test_garbage(void)
{
	int taken = 0;
	GRand *random = g_rand_new_with_seed(4711);
	struct arena *a = arena_create();
	struct bytes value = codec_encode(&tree_codec, &full, a);
	struct tree back;

	for (int i = 0; i < 20000; i++) {
		char *bad = g_memdup2(value.at, value.n);

		for (int k = 0; k < 3; k++)
			bad[g_rand_int_range(random, 1, (gint32)value.n)] =
				(char)g_rand_int_range(random, 0, 256);
		if (codec_decode(&tree_codec, (struct bytes){ bad, value.n }, &back, a) ==
		    ANSWER_YES) {
			check_again(&back, a);
			taken++;
		}
		g_free(bad);
	}
	g_assert_cmpint(taken, >, 0);
	g_assert_cmpint(taken, <, 20000);
	g_rand_free(random);
	arena_destroy(&a);
}

static void test_newer(void)
{
	struct codec newer = tree_codec;
	struct arena *a = arena_create();
	struct tree back;

	newer.version = 4;
	g_assert_cmpint(
		codec_decode(&tree_codec, codec_encode(&newer, &full, a), &back, a), ==,
		ANSWER_UNKNOWN);
	g_assert_cmpint(codec_decode(&tree_codec, (struct bytes){ 0 }, &back, a), ==,
			ANSWER_UNKNOWN);
	arena_destroy(&a);
}

/* A field that a newer program added is skipped by an older one. */
static void test_added_field(void)
{
	static const struct codec_field few[] = {
		CODEC_INT_FIELD(tree, 2, large),
		CODEC_TEXT_FIELD(tree, 5, text, 100),
	};
	struct codec older = tree_codec;
	struct arena *a = arena_create();
	struct tree back;

	older.fields = few;
	older.n_fields = G_N_ELEMENTS(few);
	g_assert_cmpint(
		codec_decode(&older, codec_encode(&tree_codec, &full, a), &back, a), ==,
		ANSWER_YES);
	g_assert_cmpstr(back.text, ==, full.text);
	g_assert_cmpint(back.large, ==, full.large);
	g_assert_cmpint(back.small, ==, 0);
	g_assert_cmpuint(back.n_leaves, ==, 0);
	arena_destroy(&a);
}

static void test_wrong_kind(void)
{
	/* field 1 (a number) given as bytes, field 5 (a text) as a number, a text that is
	 * not UTF-8, a text with a NUL, a text longer than its row allows */
	static const struct bytes rows[] = {
		{ "\x03\x03\x01x", 4 },
		{ "\x03\x0a\x02", 3 },
		{ "\x03\x0b\x02\xff\xfe", 5 },
		{ "\x03\x0b\x02x\x00", 5 },
		{ "\x03\x11\x0b\x05\x09"
		  "123456789",
		  14 },
	};
	struct arena *a = arena_create();
	struct tree back;

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		g_assert_cmpint(codec_decode(&tree_codec, rows[i], &back, a), ==,
				ANSWER_UNKNOWN);
	arena_destroy(&a);
}

/* Twice a record of its own: the last one counts, whole. */
static void test_twice(void)
{
	static const struct bytes value = {
		"\x03\x11\x04\x02\x0e\x05\x00\x11\x02\x02\x04", 11
	};
	struct arena *a = arena_create();
	struct tree back;

	g_assert_cmpint(codec_decode(&tree_codec, value, &back, a), ==, ANSWER_YES);
	g_assert_cmpint(back.inner.n, ==, 2);
	g_assert_null(back.inner.word);
	arena_destroy(&a);
}

static void test_cut(void)
{
	static const char *const many[] = { "1", "2", "3", "4", "5" };
	struct tree big = { .texts = many,
			    .n_texts = 5,
			    .inner = { 1, "eight by\xc3\xa4" } };
	struct arena *a = arena_create();
	struct tree back;

	g_assert_cmpint(
		codec_decode(&tree_codec, codec_encode(&tree_codec, &big, a), &back, a),
		==, ANSWER_YES);
	g_assert_cmpuint(back.n_texts, ==, 3);
	g_assert_cmpstr(back.inner.word, ==, "eight by");
	big.inner.word = "seven b\xc3\xa4";
	codec_decode(&tree_codec, codec_encode(&tree_codec, &big, a), &back, a);
	g_assert_cmpstr(back.inner.word, ==, "seven b"); /* not half a character */
	big.inner.word = "bad \xff";
	codec_decode(&tree_codec, codec_encode(&tree_codec, &big, a), &back, a);
	g_assert_cmpstr(back.inner.word, ==, "bad \xef\xbf\xbd");
	arena_destroy(&a);
}

static void test_longest(void)
{
	struct arena *a = arena_create();
	char *long_text = g_strnfill(LIMIT_VALUE_BYTES / 2, 'x');
	const char *texts[] = { long_text, long_text, "end" };
	struct tree big = { .small = 1, .texts = texts, .n_texts = 3, .flag = true };
	struct bytes value = codec_encode(&tree_codec, &big, a);
	struct tree back;

	g_assert_cmpuint(value.n, <=, LIMIT_VALUE_BYTES);
	g_assert_cmpint(codec_decode(&tree_codec, value, &back, a), ==, ANSWER_YES);
	g_assert_cmpuint(back.n_texts, ==, 1);
	g_free(long_text);
	arena_destroy(&a);
}

static void test_json(void)
{
	GString *out = g_string_new(NULL);

	codec_json(&tree_codec, &full, out);
	g_assert_cmpstr(out->str, ==,
			"{\"small\":1,\"large\":9223372036854775807,"
			"\"negative\":-9223372036854775808,\"flag\":true,"
			"\"text\":\"text \\\"quoted\\\" \\\\ \\u0001 \xe2\x82\xac\","
			"\"texts\":[\"one\",\"\",\"drei \xc3\xa4\"],\"blob\":\"00ff10\","
			"\"inner\":{\"n\":7,\"word\":\"seven\"},"
			"\"leaves\":[{\"n\":1,\"word\":\"a\"},{},"
			"{\"n\":-1,\"word\":\"c\"}]}");
	g_string_free(out, TRUE);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/codec/round-trip", test_round_trip);
	g_test_add_func("/codec/truncated", test_truncated);
	g_test_add_func("/codec/garbage", test_garbage);
	g_test_add_func("/codec/newer", test_newer);
	g_test_add_func("/codec/added-field", test_added_field);
	g_test_add_func("/codec/wrong-kind", test_wrong_kind);
	g_test_add_func("/codec/twice", test_twice);
	g_test_add_func("/codec/cut", test_cut);
	g_test_add_func("/codec/longest", test_longest);
	g_test_add_func("/codec/json", test_json);
	return g_test_run();
}
