/* Subjects as programs of many languages begin them. */
#include "feature/subject.h"

#include <glib.h>
#include <string.h>

static const struct {
	const char *subject;
	enum subject_kind want;
} rows[] = {
	{ "Re: hello", SUBJECT_REPLY },
	{ "RE: hello", SUBJECT_REPLY },
	{ "re:hello", SUBJECT_REPLY },
	{ "  Re : hello", SUBJECT_REPLY },
	{ "RE\xC2\xA0: bonjour", SUBJECT_REPLY },
	{ "Re[2]: hello", SUBJECT_REPLY },
	{ "Re(12): hello", SUBJECT_REPLY },
	{ "Re^3: hello", SUBJECT_REPLY },
	{ "RE：你好", SUBJECT_REPLY },
	{ "回复：你好", SUBJECT_REPLY },
	{ "回覆: 你好", SUBJECT_REPLY },
	{ "AW: Hallo", SUBJECT_REPLY },
	{ "Antwort: Hallo", SUBJECT_REPLY },
	{ "SV: Hej", SUBJECT_REPLY },
	{ "VS: Hei", SUBJECT_REPLY },
	{ "Odp: czesc", SUBJECT_REPLY },
	{ "Res: oi", SUBJECT_REPLY },
	{ "R: ciao", SUBJECT_REPLY },
	{ "На: привет", SUBJECT_REPLY },
	{ "ΑΠ: γεια", SUBJECT_REPLY },
	{ "YNT: merhaba", SUBJECT_REPLY },
	{ "Re: Fwd: hello", SUBJECT_REPLY },
	{ "[list] Re: hello", SUBJECT_REPLY },
	{ "[EXTERN] [list] AW: Hallo", SUBJECT_REPLY },
	{ "Fwd: hello", SUBJECT_FORWARD },
	{ "FW: Re: hello", SUBJECT_FORWARD },
	{ "WG: Hallo", SUBJECT_FORWARD },
	{ "TR: bonjour", SUBJECT_FORWARD },
	{ "RV: hola", SUBJECT_FORWARD },
	{ "İLT: merhaba", SUBJECT_FORWARD },
	{ "ilt: merhaba", SUBJECT_FORWARD },
	{ "转发: 你好", SUBJECT_FORWARD },
	{ "Reply: hello", SUBJECT_PLAIN },
	{ "Rex: hello", SUBJECT_PLAIN },
	{ "Re hello", SUBJECT_PLAIN },
	{ "Report: Re: hello", SUBJECT_PLAIN },
	{ "[a][b][c][d] Re: hello", SUBJECT_PLAIN },
	{ "[unclosed Re: hello", SUBJECT_PLAIN },
	{ "Re", SUBJECT_PLAIN },
	{ "Re[", SUBJECT_PLAIN },
	{ "Re(", SUBJECT_PLAIN },
	{ "Re[2", SUBJECT_PLAIN },
	{ "Re^", SUBJECT_PLAIN },
	{ ":", SUBJECT_PLAIN },
	{ "[", SUBJECT_PLAIN },
	{ "", SUBJECT_PLAIN },
	{ NULL, SUBJECT_PLAIN },
};

static void test_rows(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		/* an exact copy: reading past its end shows under the sanitizer */
		char *exact = g_strdup(rows[i].subject);

		g_test_message("%s", exact == NULL ? "(none)" : exact);
		g_assert_cmpint(subject_kind(exact), ==, rows[i].want);
		g_free(exact);
	}
}

static void test_long(void)
{
	GString *s = g_string_new("Re: ");

	for (int i = 0; i < 20000; i++)
		g_string_append(s, "\xE2\x82\xAC");
	g_assert_cmpint(subject_kind(s->str), ==, SUBJECT_REPLY);
	g_assert_cmpint(subject_kind(s->str + 4), ==, SUBJECT_PLAIN);
	g_string_free(s, TRUE);
}

static void test_absence(void)
{
	static const char *const notes[] = {
		"Automatic reply: Offer",
		"AUTO: away until Monday",
		"[EXTERN] Abwesenheitsnotiz: Angebot",
		"Automatiskt svar: hej",
		"Otomatik yan\304\261t: teklif",
		"\350\207\252\345\212\250\347\255\224\345\244\215: x",
		"  Out of Office: x",
	};
	static const char *const others[] = { "Re: Out of office", "Office hours",
					      "Autobahn", "",
					      "Automatic listener, offer" };

	for (size_t i = 0; i < G_N_ELEMENTS(notes); i++)
		g_assert_true(subject_is_absence(notes[i]));
	for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
		g_assert_false(subject_is_absence(others[i]));
	g_assert_false(subject_is_absence(NULL));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/subject/rows", test_rows);
	g_test_add_func("/subject/long", test_long);
	g_test_add_func("/subject/absence", test_absence);
	return g_test_run();
}
