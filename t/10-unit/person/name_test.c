/* name.c, name_keys.c, words.c, nickname.c. The pairs are written for this test. */
#include <glib.h>

#include "base/arena.h"
#include "person/name.h"
#include "person/words.h"

struct pair {
	const char *name, *display;
	enum name_match want;
};

static const struct pair pairs[] = {
	/* the same name, written differently */
	{ "Anna Schmidt", "Anna Schmidt", NAME_EXACT },
	{ "Anna Schmidt", "SCHMIDT, Anna", NAME_EXACT },
	{ "Anna Schmidt", "anna  schmidt", NAME_EXACT },
	{ "Anna Schmidt", "\"Anna Schmidt\"", NAME_EXACT },
	{ "Anna Schmidt", "Dr. Anna Schmidt", NAME_EXACT },
	{ "Anna Schmidt", "Anna Schmidt (Acme)", NAME_EXACT },
	{ "Anna Schmidt", "Anna Schmidt via Sign-It", NAME_EXACT },
	{ "Anna Schmidt", "Anna Schmidt <anna@acme.example>", NAME_EXACT },
	{ "Anna Schmidt", "Anna Schmidt anna@acme.example", NAME_EXACT },
	{ "Anna Schmidt", "AnnaSchmidt", NAME_EXACT },
	{ "Anna Schmidt", "Anna Maria Schmidt", NAME_EXACT },
	{ "Anna M. Schmidt", "Anna Schmidt", NAME_EXACT },
	{ "J\xc3\xbcrgen Gr\xc3\xb6\xc3\x9f"
	  "er",
	  "Jurgen Grosser", NAME_EXACT },
	{ "Jean-Luc Martin", "Jean Luc Martin", NAME_EXACT },
	{ "Sean O'Brien", "Sean OBrien", NAME_EXACT },
	{ "\xd0\x90\xd0\xbd\xd0\xbd\xd0\xb0 "
	  "\xd0\x98\xd0\xb2\xd0\xb0\xd0\xbd\xd0\xbe\xd0\xb2\xd0\xb0",
	  "Anna Ivanova", NAME_EXACT },
	/* what a reader in a hurry takes for it */
	{ "Anna Schmidt", "Anna Schmitd", NAME_FUZZY },
	{ "Anna Schmidt", "Anna Schmit", NAME_FUZZY },
	{ "Anna Schmidt", "Ana Schmidt", NAME_FUZZY },
	{ "Anna Schmidt", "Anna Schm1dt", NAME_EXACT },
	{ "Anna Schmidt", "A. Schmidt", NAME_FUZZY },
	{ "William Turner", "Bill Turner", NAME_FUZZY },
	{ "Robert Jones", "Bobby Jones", NAME_FUZZY },
	{ "J\xc3\xbcrgen M\xc3\xbcller", "Juergen Mueller", NAME_FUZZY },
	{ "Martin Summer", "Martin Surnmer", NAME_FUZZY },
	{ "Anna Garcia Lopez", "Anna Garcialopez", NAME_EXACT },
	{ "Garcialopez, Anna", "Anna Garcia Lopez", NAME_FUZZY },
	{ "Zhu Dongsheng", "Chu Tung-sheng", NAME_FUZZY },
	{ "Zhu Dongsheng", "Tung-sheng Chu", NAME_FUZZY },
	{ "Xu Guoqing", "Hsu Kuo-ching", NAME_FUZZY },
	{ "Andrejs Ozolinis", "Andrey Ozolini", NAME_FUZZY },
	{ "Dmitrijs Petrovs", "Dmitry Petrov", NAME_FUZZY },
	{ "Gabriel Castro Moreno", "Gabriel Castromorneo", NAME_FUZZY },
	{ "Jean Claude Bergstrom", "JC Bergstrom", NAME_FUZZY },
	{ "Thomas Peter Lindholm", "Lindholm, TP", NAME_FUZZY },
	{ "Karl Lindholm", "Herr Lindholm", NAME_FUZZY },
	{ "Karl Lindholm", "Mr. Lindholm", NAME_FUZZY },
	{ "Hans Friedrich", "Friedrich, Hans", NAME_EXACT },
	{ "Jorge Montoya", "Montoya Jorge", NAME_EXACT },
	{ "Anna Schmidt", "tdimhcS annA", NAME_FUZZY },
	{ "Anna Schmidt", "annA tdimhcS", NAME_FUZZY },
	{ "Anna Maria Schmidt", "TDIMHCS ANNA", NAME_FUZZY },
	/* somebody else */
	{ "Anna Schmidt", "rehcsiF annA", NAME_NONE },
	{ "Anna Schmidt", "annA", NAME_NONE },
	{ "Hans Friedrich", "Friedrich Hans", NAME_NONE },
	{ "Peter Martin", "Martin Peter", NAME_NONE },
	{ "Luis Sanchez", "Luis Sancho", NAME_NONE },
	{ "Viktor Orban", "Viktor Orbach", NAME_NONE },
	{ "Eva Hartmann", "Eva Hartwig", NAME_NONE },
	{ "Karl Lindholm", "Herr Karl", NAME_NONE },
	{ "Karl Lindholm", "Lindholm", NAME_NONE },
	{ "Karl Berg", "Herr Berg", NAME_NONE }, /* short, and of many */
	{ "Jean Claude Bergstrom", "JP Bergstrom", NAME_NONE },
	{ "Jean Claude Bergstrom", "JCM Bergstrom", NAME_NONE },
	{ "Anna Schmidt", "Anna", NAME_NONE },
	{ "Anna Schmidt", "Schmidt", NAME_NONE },
	{ "Anna Schmidt", "Anna Fischer", NAME_NONE },
	{ "Anna Schmidt", "Peter Schmidt", NAME_NONE },
	{ "Anna Schmidt", "Hanna Schneider", NAME_NONE },
	{ "Anna Schmidt", "B. Schmidt", NAME_NONE },
	{ "Anna Schmidt", "Acme Support", NAME_NONE },
	{ "Anna Schmidt", "", NAME_NONE },
	{ "Anna Schmidt", "anna@acme.example", NAME_NONE },
	{ "Anna Schmidt", "!!! 4711", NAME_NONE },
	{ "Anna Maria Schmidt", "Anna Paula Schmidt", NAME_NONE },
	{ "Omar bin Ali", "Ali bin Omar", NAME_NONE },
	{ "Jan Li", "Jun Lu", NAME_NONE },
	{ "Xi Min", "Shi Ming", NAME_NONE }, /* short: every letter counts */
	{ "Zhu Dongsheng", "Zhu Dongming", NAME_NONE },
	{ "Zhu Zhongjun", "Zhu Chongqun", NAME_NONE }, /* both Pinyin */
	{ "James Roberts", "Jane Roberta", NAME_NONE },
	{ "Anna Garcia Lopez", "Anna Garcia", NAME_EXACT },
	{ "Anna Garcia Lopez", "Garcia Lopez", NAME_EXACT },
	{ "\xe7\x8e\x8b\xe5\xb0\x8f\xe6\x98\x8e", "\xe7\x8e\x8b\xe5\xb0\x8f\xe5\x90\x8d",
	  NAME_NONE },
};

static void test_pairs(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
		struct arena *a = arena_create();
		struct name_judgement j = name_match(a, pairs[i].name, pairs[i].display);
		struct name_judgement back =
			name_match(a, pairs[i].display, pairs[i].name);

		if (j.match != pairs[i].want || back.match != j.match)
			g_error("%s | %s: %d (%u, %s), wanted %d", pairs[i].name,
				pairs[i].display, j.match, j.distance, j.how,
				pairs[i].want);
		g_assert_nonnull(j.how);
		if (j.match == NAME_EXACT)
			g_assert_cmpuint(j.distance, ==, 0);
		arena_destroy(&a);
	}
}

static size_t shared(const char *name, const char *display)
{
	const char *written[LIMIT_NAME_KEYS], *asked[LIMIT_NAME_KEYS];
	struct arena *a = arena_create();
	size_t n = name_keys_write(a, name, written),
	       m = name_keys_ask(a, display, asked);
	size_t both = 0;

	g_assert_cmpuint(n, <=, LIMIT_NAME_KEYS);
	g_assert_cmpuint(m, <=, LIMIT_NAME_KEYS);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < m; k++)
			both += strcmp(written[i], asked[k]) == 0;
	arena_destroy(&a);
	return both;
}

/* An initial of the display name may stand for the person's word; a word of the display name for
 * an initial of the person's only beside the family name. */
static void test_initials(void)
{
	static const struct {
		const char *name, *display, *how;
	} rows[] = {
		{ "Nora Fehling", "N. Fehling", NAME_HOW_INITIALS },
		{ "Nora Fehling", "Dr. N. Fehling", NAME_HOW_INITIALS },
		{ "Nora Fehling", "Fehling, N.", NAME_HOW_INITIALS },
		{ "Nora Fehling", "FEHLING N", NAME_HOW_INITIALS },
		{ "Nora Fehling", "n.fehling", NAME_HOW_INITIALS },
		{ "Nora Fehling", "N. Fehling, CEO", NAME_HOW_INITIALS },
		{ "Nora Fehling", "N. (Nora) Fehling", NAME_HOW_INITIALS },
		{ "Nora Fehling", "N. K. Fehling", NAME_HOW_INITIALS },
		{ "Nora K. Fehling", "N. Fehling", NAME_HOW_INITIALS },
		{ "Nora Fehling", "Nora F.", NAME_HOW_INITIALS },
		{ "Nora Fehling", "Office of N. Fehling", NAME_HOW_INITIALS },
		{ "Nora Fehling", "nfehling", NAME_HOW_INITIALS },
		{ "Nora Fehling", "fehlingn", NAME_HOW_INITIALS },
		{ "Nora Fehling", "NFehling (mobile)", NAME_HOW_INITIALS },
		{ "Jo Ott", "jott", NAME_HOW_INITIALS },
		{ "N. Fehling", "Nora Fehling", NAME_HOW_INITIALS },
		{ "Nora K. Fehling", "Nora Karin Fehling", NAME_HOW_INITIALS },
		{ "Nora K. Fehling", "Nora Kessler", NAME_HOW_WRITTEN_OUT },
		{ "Kessler, Nora F.", "Nora Fehling", NAME_HOW_WRITTEN_OUT },
		{ "Nora F.", "Nora Fehling", NAME_HOW_WRITTEN_OUT },
		{ "Nora Fehling", "P. Fehling", NULL },
		{ "Nora Fehling", "Nora P.", NULL },
		{ "Nora Fehling", "pfehling", NULL },
		{ "Nora Fehling", "N. F.", NULL },
		{ "Nora Fehling", "fehling", NULL },
		{ "Jo Om", "jom", NULL }, /* too short for a name in one word */
	};
	struct arena *a = arena_create();

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct name_judgement j = name_match(a, rows[i].name, rows[i].display);

		if (rows[i].how == NULL ? j.match != NAME_NONE
					: g_strcmp0(j.how, rows[i].how) != 0)
			g_error("%s | %s: %s", rows[i].name, rows[i].display, j.how);
		if (rows[i].how != NULL)
			g_assert_cmpuint(shared(rows[i].name, rows[i].display), >, 0);
	}
	arena_destroy(&a);
}

/* What is judged to match must be found. */
static void test_keys_find(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++)
		if (pairs[i].want != NAME_NONE &&
		    shared(pairs[i].name, pairs[i].display) == 0)
			g_error("%s | %s: not found", pairs[i].name, pairs[i].display);
	g_assert_cmpuint(shared("Anna Schmidt", "Peter Fischer"), ==, 0);
}

static void test_keys_bounds(void)
{
	char *long_name = g_strnfill(100000, 'x');
	GString *many = g_string_new(NULL);
	const char *keys[LIMIT_NAME_KEYS];
	struct arena *a = arena_create();

	for (int i = 0; i < 1000; i++)
		g_string_append_printf(many, "word%c%c ", 'a' + i % 26,
				       'a' + i / 26 % 26);
	g_assert_cmpuint(name_keys_ask(a, "", keys), ==, 0);
	g_assert_cmpuint(name_keys_ask(a, NULL, keys), ==, 0);
	g_assert_cmpuint(name_keys_ask(a, "12345", keys), ==, 0);
	g_assert_cmpuint(name_keys_ask(a, long_name, keys), >, 0);
	g_assert_cmpuint(name_keys_ask(a, many->str, keys), <=, LIMIT_NAME_KEYS);
	for (size_t i = 0; i < name_keys_ask(a, many->str, keys); i++)
		for (size_t k = 0; k < i; k++)
			g_assert_cmpstr(keys[i], !=, keys[k]);
	g_free(long_name);
	g_string_free(many, TRUE);
	arena_destroy(&a);
}

static void test_name_key(void)
{
	struct arena *a = arena_create();

	g_assert_cmpstr(name_key(a, "Schmidt, Anna"), ==, "=anna schmidt");
	g_assert_cmpstr(name_key(a, "Dr. ANNA Schmidt"), ==, "=anna schmidt");
	g_assert_cmpstr(name_key(a, "Dr."), ==, "=dr");
	g_assert_cmpstr(name_key(a, ""), ==, NULL);
	g_assert_cmpstr(name_key(a, "anna@acme.example"), ==, NULL);
	g_assert_cmpstr(name_key(a, "(Anna)"), ==, "=anna");
	arena_destroy(&a);
}

static void test_distance(void)
{
	static const struct {
		const char *a, *b;
		unsigned want; /* half edits */
	} rows[] = {
		{ "anna", "anna", 0 },     { "anna", "ana", 1 },
		{ "anna", "anne", 1 },     { "schmidt", "schmit", 2 },
		{ "schmidt", "smidt", 3 }, { "martin", "mratin", 2 },
		{ "victor", "viktor", 1 }, { "walter", "valter", 1 },
		{ "jordan", "jorgan", 2 }, { "a", "bcdfg", 10 },
	};
	struct arena *a = arena_create();

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct name_words x = words_of(a, rows[i].a, READING_SOUND);
		struct name_words y = words_of(a, rows[i].b, READING_SOUND);

		if (word_distance(&x.at[0], &y.at[0]) != rows[i].want)
			g_error("%s %s: %u", rows[i].a, rows[i].b,
				word_distance(&x.at[0], &y.at[0]));
		g_assert_cmpuint(word_distance(&y.at[0], &x.at[0]), ==, rows[i].want);
	}
	arena_destroy(&a);
}

static void test_nicknames(void)
{
	g_assert_true(nicknames_sorted());
	g_assert_true(nickname_same("bill", "william"));
	g_assert_true(nickname_same("william", "bill"));
	g_assert_false(nickname_same("william", "robert"));
	g_assert_true(nickname_same("bob", "rob"));
	g_assert_true(nickname_same("alex", "alexandra"));
	g_assert_false(nickname_same("bill", "robert"));
	g_assert_cmpstr(nickname_of("bill"), ==, "william");
	g_assert_cmpstr(nickname_of("anna"), ==, "anna");
}

static void test_sound(void)
{
	struct arena *a = arena_create();

	g_assert_cmpstr(word_sound(a, "katherine"), ==, word_sound(a, "catrin"));
	g_assert_cmpstr(word_sound(a, "hussein"), ==, word_sound(a, "husayn"));
	g_assert_cmpstr(word_sound(a, ""), ==, "");
	arena_destroy(&a);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/name/pairs", test_pairs);
	g_test_add_func("/name/initials", test_initials);
	g_test_add_func("/name/keys-find", test_keys_find);
	g_test_add_func("/name/keys-bounds", test_keys_bounds);
	g_test_add_func("/name/key", test_name_key);
	g_test_add_func("/name/distance", test_distance);
	g_test_add_func("/name/nicknames", test_nicknames);
	g_test_add_func("/name/sound", test_sound);
	return g_test_run();
}
