/* Folding, many phrases, lists: how texts are compared and looked for. */
#include <glib.h>
#include <string.h>

#include "lib/effort.h"
#include "rule/fold.h"
#include "rule/list.h"
#include "rule/phrase_set.h"

static void test_fold(void)
{
	static const struct {
		const char *from, *to;
	} rows[] = {
		{ "", "" },
		{ "Plain Text", "plain text" },
		{ "  a\t\r\n b  ", "a b" },
		{ "a\u00a0\u2003b\u2028c", "a b c" },           /* blanks of Unicode */
		{ "\u200bpay\u200dpal\ufeff\u00ad", "paypal" }, /* invisible */
		{ "ÄÖÜ é", "aou e" },
		{ "e\u0301", "e" },
		{ "ＡＢＣ１", "abc1" }, /* full width */
		{ "𝓫𝓲𝓽", "bit" },       /* mathematical */
		{ "ﬁn", "fin" },
		{ "Straße", "straße" },
		{ "ПРИВЕТ", "привет" },
		{ "\x01\x7f x", "\x01 x" },
		{ "a\xff\xc3", "a\xff\xc3" }, /* not UTF-8: kept */
		{ "한", "\u1112\u1161\u11ab" },
		{ "can\u2019t \u201cwait\u201d \u2013 now", "can't \"wait\" - now" },
	};
	struct arena *a = arena_create();

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct bytes exact = { .at = g_memdup2(rows[i].from,
						       strlen(rows[i].from)),
				       .n = strlen(rows[i].from) };
		struct bytes once = fold(a, exact), twice = fold(a, once);

		g_assert_cmpstr(once.at, ==, rows[i].to);
		g_assert_cmpuint(once.n, ==, strlen(rows[i].to));
		g_assert_cmpstr(twice.at, ==, once.at);
		g_free((gpointer)(uintptr_t)exact.at);
	}
	arena_destroy(&a);
}

/* each word of a text is found again by its place in the folded form */
static void test_fold_source(void)
{
	static const struct {
		const char *text, *word, *source;
	} rows[] = {
		{ "Plain Text", "text", "Text" },
		{ "  two   Blanks\n here ", "blanks here", "Blanks\n here" },
		{ "\u200bPay\u200dPal\ufeff!", "paypal", "Pay\u200dPal\ufeff" },
		{ "x e\u0301te\u0301 y", "ete", "e\u0301te\u0301" },
		{ "a \ufb01n b", "fin", "\ufb01n" },
		{ "\uff21\uff22 c", "ab", "\uff21\uff22" },
		{ "\u041f\u0420\u0418 x", "\u043f\u0440\u0438", "\u041f\u0420\u0418" },
		{ "a\xff Bc", "bc", "Bc" },
	};
	struct arena *a = arena_create();

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct bytes exact = { .at = g_memdup2(rows[i].text,
						       strlen(rows[i].text)),
				       .n = strlen(rows[i].text) };
		struct bytes folded = fold(a, exact);
		const char *at = strstr(folded.at, rows[i].word);

		g_assert_nonnull(at);
		struct bytes source = fold_source(exact, (size_t)(at - folded.at),
						  strlen(rows[i].word));

		g_assert_cmpmem(source.at, source.n, rows[i].source,
				strlen(rows[i].source));
		/* what lies beyond ends with the text */
		for (size_t k = 0; k <= folded.n + 2; k++) {
			source = fold_source(exact, k, 5);
			g_assert_true(source.at + source.n <= exact.at + exact.n);
		}
		g_free((gpointer)(uintptr_t)exact.at);
	}
	arena_destroy(&a);
}

static void fold_marks(const void *unused, size_t n)
{
	struct arena *a = arena_create();
	GString *marks = g_string_new("a");

	(void)unused;
	for (size_t i = 0; i < n; i++)
		g_string_append(marks, i % 2 == 0 ? "\u0301" : "\u0323");
	g_assert_cmpstr(fold(a, (struct bytes){ marks->str, marks->len }).at, ==, "a");
	g_string_free(marks, TRUE);
	arena_destroy(&a);
}

/* a long row of marks takes no longer than other text */
static void test_fold_time(void)
{
	g_assert_true(effort_is_linear(fold_marks, NULL, 100000));
}

static const struct bytes words[] = {
	{ "gift card", 9 }, { "gift", 4 }, { "x", 1 },
	{ "wire", 4 },      { "wir", 3 },  { "ü", 2 },
};

/* found is a place in the text, not the phrase */
static void expect_found(const struct bytes *found, const char *want)
{
	g_assert_true((found->at == NULL) == (want == NULL));
	if (want != NULL) {
		g_assert_cmpuint(found->n, ==, strlen(want));
		g_assert_cmpmem(found->at, found->n, want, strlen(want));
	}
}

static void test_needles(void)
{
	static const struct {
		const char *text;
		bool whole;
		const char *found; /* NULL: none */
	} rows[] = {
		{ "", false, NULL },
		{ "a gift card", false, "gift card" },
		{ "a gift", false, "gift" },
		{ "a gif", false, NULL },
		{ "wi", false, NULL },
		{ "rewire", false, "wire" },
		{ "rewire", true, NULL },
		{ "rewire, wire", true, "wire" },
		{ "axa", false, "x" },
		{ "axa", true, NULL },
		{ "a-x-a", true, "x" },
		{ "wires wir", true, "wir" },
		{ "zür", false, "ü" },
		{ "zür", true, NULL },
		{ "z ü", true, "ü" },
		{ "äx", true, NULL }, /* a letter stands before it */
		{ "\xffx", true, "x" },
	};
	struct arena *a = arena_create();
	const struct phrase_set *phrases =
		phrase_set_build(a, words, G_N_ELEMENTS(words));

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct bytes exact = { .at = g_memdup2(rows[i].text,
						       strlen(rows[i].text)),
				       .n = strlen(rows[i].text) };
		struct bytes found = { 0 };

		g_assert_cmpint(
			phrase_set_find(phrases, exact, NULL, rows[i].whole, &found), ==,
			rows[i].found != NULL);
		expect_found(&found, rows[i].found);
		found.at = NULL;
		g_assert_cmpint(phrase_set_find(phrases, exact, grams_of(a, exact),
						rows[i].whole, &found),
				==, rows[i].found != NULL);
		expect_found(&found, rows[i].found);
		g_free((gpointer)(uintptr_t)exact.at);
	}
	arena_destroy(&a);
}

/* With grams or without: the same phrase, for few phrases and for many. */
static void test_grams(void)
{
	static const char letters[] = "aab ";
	const struct phrase_set *phrases;
	struct bytes at[30], plain, found;
	GHashTable *seen = g_hash_table_new(g_str_hash, g_str_equal);
	struct arena *a = arena_create();

	for (int turn = 0; turn < 3000; turn++) {
		size_t n = (size_t)g_test_rand_int_range(1, 31), k = 0;
		char text[60];
		size_t length = (size_t)g_test_rand_int_range(0, 59);

		g_hash_table_remove_all(seen);
		for (size_t i = 0; i < n; i++) { /* each once, as in a list */
			char phrase[7] = "";
			int bytes = g_test_rand_int_range(1, 7);

			for (int b = 0; b < bytes; b++)
				phrase[b] = letters[g_test_rand_int_range(0, 4)];
			if (g_hash_table_add(seen, arena_strdup(a, phrase)))
				at[k++] = bytes_of(arena_strdup(a, phrase));
		}
		for (size_t i = 0; i < length; i++)
			text[i] = letters[g_test_rand_int_range(0, 4)];
		phrases = phrase_set_build(a, at, k);

		struct bytes exact = { g_memdup2(text, length), length };

		for (int whole = 0; whole < 2; whole++) {
			bool is = phrase_set_find(phrases, exact, NULL, whole, &plain);

			g_assert_cmpint(phrase_set_find(phrases, exact,
							grams_of(a, exact), whole,
							&found),
					==, is);
			if (!is)
				continue;
			g_assert_true(found.at == plain.at);
			g_assert_cmpuint(found.n, ==, plain.n);
		}
		g_free((gpointer)(uintptr_t)exact.at);
	}
	g_hash_table_unref(seen);
	arena_destroy(&a);
}

static void find_beside(const void *phrases, size_t n)
{
	struct arena *a = arena_create();
	GString *text = g_string_new(NULL);
	struct bytes all, found;

	while (text->len < n)
		g_string_append(text, "xwire");
	all = (struct bytes){ text->str, text->len };
	g_assert_false(phrase_set_find(phrases, all, grams_of(a, all), true, &found));
	g_string_free(text, TRUE);
	arena_destroy(&a);
}

/* a phrase that stands everywhere, and nowhere as a word, takes no longer than other text */
static void test_needles_time(void)
{
	static const struct bytes wire[] = { { "wire", 4 }, { "wire x", 6 } };
	struct arena *a = arena_create();

	g_assert_true(
		effort_is_linear(find_beside, phrase_set_build(a, wire, 2), 400000));
	arena_destroy(&a);
}

static void test_edges(void)
{
	struct arena *a = arena_create();
	const struct phrase_set *phrases =
		phrase_set_build(a, words, G_N_ELEMENTS(words));
	struct bytes found;

	g_assert_true(
		phrase_set_at_edge(phrases, (struct bytes){ "gifts", 5 }, false, &found));
	g_assert_false(
		phrase_set_at_edge(phrases, (struct bytes){ "gifts", 5 }, true, &found));
	g_assert_true(
		phrase_set_at_edge(phrases, (struct bytes){ "box", 3 }, true, &found));
	g_assert_false(
		phrase_set_at_edge(phrases, (struct bytes){ "", 0 }, true, &found));
	g_assert_true(
		text_mentions((struct bytes){ "axa x", 5 }, (struct bytes){ "x", 1 }));
	g_assert_false(
		text_mentions((struct bytes){ "axa", 3 }, (struct bytes){ "x", 1 }));
	g_assert_false(
		text_mentions((struct bytes){ "axa", 3 }, (struct bytes){ "", 0 }));
	arena_destroy(&a);
}

static void test_list(void)
{
	static const char text[] =
		"# comment\n\n  Example.com  # why\nb#c\r\n.exe\nüber.example";
	struct arena *a = arena_create();
	struct list *list = list_create(a);
	struct rule_errors c;
	struct place dotted;
	size_t n;

	rule_errors_init(&c);
	list_add_file(list, "l.txt", (struct bytes){ text, strlen(text) }, &c);
	g_assert_true(rule_errors_end(&c, NULL));
	g_assert_nonnull(list_entries(list, &n));
	g_assert_cmpuint(n, ==, 4);
	g_assert_true(list_holds(list, bytes_of("example.com")));
	g_assert_true(list_holds(list, bytes_of("b#c")));
	g_assert_false(list_holds(list, bytes_of("# comment")));
	g_assert_true(list_holds(list, bytes_of("xn--ber-goa.example")));
	g_assert_false(list_holds(list, bytes_of("uber.example")));
	g_assert_true(list_covers(list, bytes_of("a.b.example.com")));
	g_assert_true(list_covers(list, bytes_of("x@y@example.com")));
	g_assert_false(list_covers(list, bytes_of("anexample.com")));
	g_assert_false(list_covers(list, bytes_of("com")));
	g_assert_false(list_covers(list, bytes_of("")));
	g_assert_true(list_is_dotted(list, &dotted));
	g_assert_cmpuint(dotted.line, ==, 5);
	arena_destroy(&a);
}

/* RFC 5890: names in rules hold A-labels; an admin may write what is read */
static void test_fold_name(void)
{
	static const struct {
		const char *from, *to;
	} rows[] = {
		{ "Example.COM", "example.com" },
		{ "b\u00fccher.example", "xn--bcher-kva.example" },
		{ "Ann@B\u00dcCHER.example", "ann@xn--bcher-kva.example" },
		{ "gr\u00fc\u00dfe von mir.", "gru\u00dfe von mir." },
		{ "\u00fc", "u" },
		{ "\u00fc@x", "u@x" },
		{ "", "" },
	};
	struct arena *a = arena_create();

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		g_assert_cmpstr(fold_name(a, bytes_of(rows[i].from)).at, ==, rows[i].to);
	arena_destroy(&a);
}

/* a name of very many labels is not walked without end */
static void test_labels(void)
{
	struct arena *a = arena_create();
	struct list *list = list_create(a);
	GString *deep = g_string_new("example.com");

	list_add(list, bytes_of("example.com"));
	for (int i = 0; i < 100; i++)
		g_string_prepend(deep, "a.");
	g_assert_true(list_covers(list, bytes_of(deep->str)));
	for (int i = 0; i < 100; i++)
		g_string_prepend(deep, "a.");
	g_assert_false(list_covers(list, bytes_of(deep->str)));
	g_string_free(deep, TRUE);
	arena_destroy(&a);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/rule/texts/fold", test_fold);
	g_test_add_func("/rule/texts/fold_source", test_fold_source);
	g_test_add_func("/rule/texts/fold_time", test_fold_time);
	g_test_add_func("/rule/texts/fold_name", test_fold_name);
	g_test_add_func("/rule/texts/phrases", test_needles);
	g_test_add_func("/rule/texts/phrases-grams", test_grams);
	g_test_add_func("/rule/texts/phrases-time", test_needles_time);
	g_test_add_func("/rule/texts/edges", test_edges);
	g_test_add_func("/rule/texts/list", test_list);
	g_test_add_func("/rule/texts/labels", test_labels);
	return g_test_run();
}
