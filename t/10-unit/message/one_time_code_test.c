/* Which texts hand out a one-time code. */
#include "message/one_time_code.h"

#include <glib.h>
#include <stddef.h>

static const struct {
	const char *text;
	bool has;
} rows[] = {
	{ "Your verification code is 482913.", true },
	{ "482 913 is your Harbour code", true },
	{ "Your passcode: 48-29", false },
	{ "G-482913 is your verification code", true },
	{ "Ihr Best\xc3\xa4tigungscode lautet 4829", true },
	{ "Votre code de s\xc3\xa9"
	  "curit\xc3\xa9 : 482913",
	  true },
	{ "Su c\xc3\xb3"
	  "digo de acceso es 48291377",
	  true },
	{ "Ihre mTAN: 482913", true },
	{ "PIN 4829", true },
	{ "We spin 4829 wheels", false },
	{ "Meeting in 2026", false },
	{ "The code of conduct of 2026", false },
	{ "code 2026-11-29", false },
	{ "Use the code: 1299.00 off", false },
	{ "code 12", false },
	{ "code 123456789", false },
	{ "Call us: +4989123456 for the code", false },
	{ "Order 482913 has been sent", false },
	{ "", false },
	{ "code", false },
	{ "4829", false },
};

static void texts(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		if (one_time_code_in(rows[i].text) != rows[i].has)
			g_test_message("%s", rows[i].text);
		g_assert_true(one_time_code_in(rows[i].text) == rows[i].has);
	}
}

/* What stands far from the word is another number. */
static void distance(void)
{
	GString *text = g_string_new("This is the code.");

	for (int i = 0; i < 20; i++)
		g_string_append(text, " And further words.");
	g_string_append(text, " 482913");
	g_assert_false(one_time_code_in(text->str));
	g_string_append(text, " is the code");
	g_assert_true(one_time_code_in(text->str));
	g_string_free(text, TRUE);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/one_time_code/texts", texts);
	g_test_add_func("/one_time_code/distance", distance);
	return g_test_run();
}
