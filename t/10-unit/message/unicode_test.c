/* Names and words without accents, case and disguises. */
#include "message/unicode.h"

#include <glib.h>
#include <jansson.h>
#include <string.h>

#include "base/limits.h"

struct row {
	const char *in, *want;
};

static void check(const struct row *rows, size_t n,
		  const char *(*turn)(struct arena *, const char *))
{
	struct arena *a = arena_create();

	for (size_t i = 0; i < n; i++)
		g_assert_cmpstr(turn(a, rows[i].in), ==, rows[i].want);
	arena_destroy(&a);
}

static void test_fold(void)
{
	static const struct row rows[] = {
		{ "", "" },
		{ "  Jane \t\r\n DOE ", "jane doe" },
		{ "José GARCÍA", "jose garcia" },
		{ "Jose\xcc\x81", "jose" },
		/* full width, ligatures, sharp s: NFKC_Casefold */
		{ "Ｐａｙｐａｌ", "paypal" },
		{ "ﬁnance", "finance" },
		{ "Straße", "strasse" },
		{ "İstanbul", "istanbul" },
		/* a no-break space is a blank; zero width characters are nothing */
		{ "a\xc2\xa0  b\xe2\x80\x8b"
		  "c",
		  "a bc" },
		{ "Владимир Ё", "владимир е" },
		{ "Ελλάδα", "ελλαδα" },
		/* marks that are vowels stay: Devanagari, Thai */
		{ "हिन्दी", "हिन्दी" },
		{ "ไม่", "ไม่" },
		/* Hangul is composed again */
		{ "한국", "한국" },
		/* bad UTF-8 */
		{ "a\xff"
		  "b",
		  "a\xef\xbf\xbd"
		  "b" },
		{ "\xc3", "\xef\xbf\xbd" },
	};

	check(rows, G_N_ELEMENTS(rows), unicode_fold);
}

static void test_latin(void)
{
	static const struct row rows[] = {
		{ "Jürgen Müller", "jurgen muller" },
		{ "Søren Kierkegård Œuvre Þór Łódź đ",
		  "soren kierkegard oeuvre thor lodz d" },
		{ "Владимир Жуков", "vladimir zhukov" },
		{ "Юрий Щербаков, Цой; Хрущёв", "yurii shcherbakov, tsoi; khrushchev" },
		{ "Зеленський Їжак Ґалаґан", "zelenskii izhak galagan" },
		{ "Παπαδόπουλος Ευάγγελος", "papadopoulos evaggelos" },
		{ "Жуков 山", "zhukov shan" },
		{ "ƒ☃", "f☃" },
		{ "💕 Jürgen ✅", "💕 jurgen ✅" },
		{ "Γιώργος", "giorgos" },
		{ "山田太郎", "shan tian tai lang" },
		{ "ascii only", "ascii only" },
		{ "", "" },
	};

	check(rows, G_N_ELEMENTS(rows), unicode_latin);
}

/* text that is told to run backwards is told as it is seen; other text is left alone */
static void test_visual(void)
{
	static const char *const rows[][2] = {
		{ "Jane Roe", "Jane Roe" },
		{ "\342\200\256eoR enaJ", "Jane Roe" },
		{ "\342\200\256eoR\342\200\254 Jane", "Roe Jane" },
		{ "\342\201\246Jane\342\201\251 Roe", "Jane Roe" },
		{ "\327\223\327\237", "\327\223\327\237" },
		{ "\342\200", "\342\200" },
	};
	struct arena *a = arena_create();

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		g_assert_cmpstr(unicode_visual(a, rows[i][0]), ==, rows[i][1]);
	arena_destroy(&a);
}

static void test_skeleton(void)
{
	/* pairs that must look alike, whichever way each goes */
	static const char *const alike[][2] = {
		{ "paypal", "PAYPAL" },
		{ "paypal", "pаypаl" }, /* Cyrillic a */
		{ "paypal", "paypa1" },
		{ "paypal", "paypaI" },
		{ "google", "g00gle" },
		{ "google", "gοοgle" }, /* Greek omicron */
		{ "microsoft", "rnicrosoft" },
		{ "wells", "vvells" },
		{ "paypál", "paypal" },
		{ "Ｐaypal", "paypal" },
		{ "apple", "аррӏе" },
		{ "admin", "аdmіn" },
		{ "bill", "b|ll" },
	};
	static const char *const different[][2] = {
		{ "paypal", "paypul" },
		{ "google", "goggle" },
		{ "a b", "ab" },
	};
	struct arena *a = arena_create();

	for (size_t i = 0; i < G_N_ELEMENTS(alike); i++)
		g_assert_cmpstr(unicode_skeleton(a, alike[i][0]), ==,
				unicode_skeleton(a, alike[i][1]));
	for (size_t i = 0; i < G_N_ELEMENTS(different); i++)
		g_assert_cmpstr(unicode_skeleton(a, different[i][0]), !=,
				unicode_skeleton(a, different[i][1]));
	arena_destroy(&a);
}

/* The table for ASCII and ICU's own must say the same, or a name would not be found again
 * for one foreign letter somewhere in it. A Cyrillic zhe makes the text go through ICU. */
static void test_table_agrees_with_icu(void)
{
	struct arena *a = arena_create();

	for (char c = '!'; c < 0x7f; c++) {
		char *ascii = arena_printf(a, "x%cx", c);
		char *other = arena_printf(a, "x%cxж", c);
		const char *with = unicode_skeleton(a, other);

		g_assert_true(g_str_has_suffix(with, "ж"));
		char *without = arena_strndup(a, with, strlen(with) - strlen("ж"));

		g_assert_cmpstr(unicode_skeleton(a, ascii), ==, without);
	}
	arena_destroy(&a);
}

/* Pictures are kept from ICU; beside a letter that goes there, they come out the same. */
static void test_pictures_agree_with_icu(void)
{
	struct arena *a = arena_create();

	for (gunichar c = 0x2600; c <= 0x1faff; c = c == 0x2767 ? 0x1f300 : c + 1) {
		char picture[8] = "";

		g_unichar_to_utf8(c, picture);
		const char *alone = unicode_latin(a, arena_printf(a, "É%s b", picture));
		const char *with = unicode_latin(a, arena_printf(a, "山 É%s b", picture));

		g_assert_cmpstr(with, ==, arena_printf(a, "shan %s", alone));
	}
	arena_destroy(&a);
}

static void test_mixed(void)
{
	static const struct {
		const char *text;
		bool mixed;
	} rows[] = {
		{ "plain ascii", false }, { "José Müller", false },
		{ "pаypal", true },       /* Cyrillic a */ { "Путин Putin", false },
		{ "Пуtин", true },        { "東京タワーです", false },
		{ "한국漢字", false },    { "µm 5Ω", false },
		{ "a-а", false },         { "", false },
		{ "a\xff\xfe", false },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		g_assert_cmpint(unicode_mixed_scripts(rows[i].text), ==, rows[i].mixed);
}

static void test_lower_and_valid(void)
{
	struct arena *a = arena_create();

	g_assert_cmpstr(unicode_lower(a, "AbC.Ü@Ω"), ==, "abc.ü@ω");
	g_assert_cmpstr(unicode_lower(a, "I"), ==, "i");
	g_assert_cmpstr(unicode_valid(a, (struct bytes){ "a\0b\xff", 4 }), ==,
			"a\xef\xbf\xbd"
			"b\xef\xbf\xbd");
	g_assert_cmpstr(unicode_valid(a, (struct bytes){ NULL, 0 }), ==, "");
	arena_destroy(&a);
}

/* pieces of UTF-8, good and bad, in any order: as GLib says */
static void test_valid_as_glib(void)
{
	static const char *const pieces[] = {
		"a",
		"plain letters, many",
		"\u00e9",
		"\u20ac",
		"\U0001f600",
		"\xc3",
		"\xa9",
		"\xed\xa0\x80",
		"\xc0\xaf",
		"\xf4\x90\x80\x80",
		"\xf0\x9f\x98",
		"\xff",
		"12345678",
		"\xef\xbf\xbf",
		"\xe2\x82",
		"\t\r\n",
	};

	for (int turn = 0; turn < 20000; turn++) {
		struct arena *a = arena_create();
		GString *text = g_string_new(NULL);

		for (int i = g_test_rand_int_range(0, 5); i >= 0; i--)
			g_string_append(
				text,
				pieces[g_test_rand_int_range(0, G_N_ELEMENTS(pieces))]);
		if (g_test_rand_int_range(0, 20) == 0)
			g_string_append_c(text, '\0');

		char *glib = g_utf8_make_valid(text->str, (gssize)text->len);

		g_assert_cmpstr(unicode_valid(a, (struct bytes){ text->str, text->len }),
				==, glib);
		g_free(glib);
		g_string_free(text, TRUE);
		arena_destroy(&a);
	}
}

static void test_ascii_end(void)
{
	static const char text[] = "0123456789abcdef\xc3\xa9ghijklmno\xff";
	struct bytes all = bytes_of(text);

	for (size_t at = 0; at <= 16; at++)
		g_assert_cmpuint(unicode_ascii_end(all, at), ==, 16);
	g_assert_cmpuint(unicode_ascii_end(all, 17), ==, 17);
	g_assert_cmpuint(unicode_ascii_end(all, 18), ==, 27);
	g_assert_cmpuint(unicode_ascii_end((struct bytes){ text, 9 }, 3), ==, 9);
	g_assert_cmpuint(unicode_ascii_end((struct bytes){ text, 9 }, 9), ==, 9);
}

/* What normalization sorts in quadratic time is bounded: marks on one character, also with
 * characters between them that are dropped. */
static void test_marks_in_a_row(void)
{
	static const char *const pairs[] = { "\xcc\x81\xcc\xa3",
					     "\xcc\x81\xe2\x80\x8d\xcc\xa3",
					     "\xcc\x81\xc2\xad\xcc\xa3" };

	for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
		struct arena *a = arena_create();
		GString *text = g_string_new("a");
		size_t marks = 0;

		for (int k = 0; k < 1000; k++)
			g_string_append(text, pairs[i]);
		for (const char *p = unicode_lower(a, text->str); *p != '\0';
		     p = g_utf8_next_char(p))
			marks += g_unichar_combining_class(g_utf8_get_char(p)) != 0;
		g_assert_cmpuint(marks, ==, LIMIT_MARKS);
		g_assert_cmpstr(unicode_fold(a, text->str), ==, "a");
		g_string_free(text, TRUE);
		arena_destroy(&a);
	}
}

static void test_domains(void)
{
	struct arena *a = arena_create();
	char *longest = g_strnfill(2000, 'b');

	memcpy(longest, "ü", 2);
	g_assert_cmpstr(unicode_domain(a, "Bücher.example"), ==, "xn--bcher-kva.example");
	/* UTS 46: U+3002 is a dot */
	g_assert_cmpstr(unicode_domain(a, "bücher。example"), ==,
			"xn--bcher-kva.example");
	g_assert_cmpstr(unicode_domain(a, "faß.example"), ==, "xn--fa-hia.example");
	g_assert_null(unicode_domain(a, "ü..example"));
	g_assert_null(unicode_domain(a, "\xff\xfe.example"));
	g_assert_null(unicode_domain(a, longest));
	g_assert_cmpstr(unicode_domain_shown(a, "xn--bcher-kva.example"), ==,
			"bücher.example");
	g_assert_cmpstr(unicode_domain_shown(a, "plain.example"), ==, "plain.example");
	g_free(longest);
	arena_destroy(&a);
}

/* every 50th pair of the list: what others call confusable has one skeleton */
static void test_confusables(void)
{
	const char *root = g_getenv("WONTED_CONFORMANCE");
	char *path = g_build_filename(root == NULL ? "../shared/conformance" : root,
				      "unicode", "confusables.json", NULL);
	json_t *all = json_load_file(path, 0, NULL), *list, *first;
	struct arena *a = arena_create();
	unsigned same = 0, seen = 0, k = 0;
	const char *c;

	g_free(path);
	if (all == NULL) {
		g_test_skip("its data is not here: put the json of "
			    "https://github.com/vhf/confusable_homoglyphs into "
			    "DIR/unicode and set WONTED_CONFORMANCE=DIR");
		arena_destroy(&a);
		return;
	}
	json_object_foreach(all, c, list)
	{
		if (k++ % 50 != 0)
			continue;
		first = json_object_get(json_array_get(list, 0), "c");
		const char *one = unicode_skeleton(a, c);
		const char *other = unicode_skeleton(a, json_string_value(first));

		seen++;
		same += strcmp(one, other) == 0;
		if (strcmp(one, other) != 0)
			g_test_message("%s %s: %s %s", c, json_string_value(first), one,
				       other);
	}
	g_test_message("%u of %u pairs have one skeleton", same, seen);
	/* folding comes first: capitals whose small letters look different, and characters
	 * that NFKC takes apart, differ from the list */
	g_assert_cmpuint(same * 100, >=, seen * 95);
	json_decref(all);
	arena_destroy(&a);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/unicode/fold", test_fold);
	g_test_add_func("/unicode/visual", test_visual);
	g_test_add_func("/unicode/latin", test_latin);
	g_test_add_func("/unicode/skeleton", test_skeleton);
	g_test_add_func("/unicode/table-agrees-with-icu", test_table_agrees_with_icu);
	g_test_add_func("/unicode/pictures-agree-with-icu", test_pictures_agree_with_icu);
	g_test_add_func("/unicode/mixed", test_mixed);
	g_test_add_func("/unicode/lower-and-valid", test_lower_and_valid);
	g_test_add_func("/unicode/valid-as-glib", test_valid_as_glib);
	g_test_add_func("/unicode/ascii-end", test_ascii_end);
	g_test_add_func("/unicode/marks-in-a-row", test_marks_in_a_row);
	g_test_add_func("/unicode/domains", test_domains);
	g_test_add_func("/unicode/confusables", test_confusables);
	return g_test_run();
}
