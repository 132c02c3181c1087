/* Words in letters that only look like those that are meant; and texts that must stay. */
#include "message/disguise.h"

#include <glib.h>
#include <string.h>

#include "lib/effort.h"

#define WORK_BYTES (1 << 19)

/* want   NULL: nothing in it is disguised */
static const struct row {
	const char *in, *want;
	size_t mixed;
} rows[] = {
	{ "", NULL, 0 },
	{ "plain text, 100 %", NULL, 0 },
	{ "Grüße aus Łódź, señor", NULL, 0 },
	/* Cyrillic, Greek and Armenian letters among Latin ones */
	{ "your p\u0430yment", "your payment", 1 },
	{ "Р\u0430yРаl acc\u043eunt", "paypal account", 2 },
	{ "gift c\u0430rd\u0455", "gift cards", 2 - 1 },
	{ "\u03c1ay the \u03bfrder", "pay the order", 2 },
	{ "inv\u0585ice", "invoice", 1 },
	{ "\u13aamazon", "amazon", 1 },
	/* capitals look like other letters than their small ones */
	{ "\u0412\u0410N\u041a", "bank", 1 },
	{ "\u041d\u041eTEL", "hotel", 1 },
	/* nothing but look-alikes, in an English text */
	{ "please \u0441\u043e\u0440\u0443 this line here", "please copy this line here",
	  0 },
	/* another style of Latin letters */
	{ "\u1d18\u1d00\u028f now", "pay now", 0 },
	{ "\U0001f15f\U0001f150\U0001f168 now", "pay now", 0 },
	/* signs that show nothing do not end a word */
	{ "p\u0430\u200by\u00adment", "payment", 1 },
	/* Latin letters in a Cyrillic word */
	{ "ви"
	  "a"
	  "гра",
	  "виагра", 1 },
	/* texts of their own alphabet */
	{ "Счёт на оплату, с уважением", NULL, 0 },
	{ "рос сор у окна стоит дом", NULL, 0 },
	{ "Το τιμολόγιο και η πληρωμή", NULL, 0 },
	{ "Москва, with regards from our office there", NULL, 0 },
	{ "Windows и Linux в офисе", NULL, 0 },
	{ "Tシャツと5μmのフィルター", NULL, 0 },
	{ "한국어 text", NULL, 0 },
	{ "\xff\xfep\xc3", NULL, 0 },
};

static void words(void)
{
	struct arena *a = arena_create();

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		size_t n = strlen(rows[i].in);
		char *exact = g_memdup2(rows[i].in, n);
		struct disguise d = disguise_look(a, (struct bytes){ exact, n });

		g_assert_cmpstr(d.plain.at, ==, rows[i].want);
		g_assert_cmpuint(d.mixed, ==, rows[i].mixed);
		g_free(exact);
	}
	arena_destroy(&a);
}

static void look_at(const void *word, size_t n)
{
	struct arena *a = arena_create();
	GString *text = g_string_new(NULL);

	while (text->len < n)
		g_string_append(text, word);
	disguise_look(a, (struct bytes){ text->str, text->len });
	g_string_free(text, TRUE);
	arena_destroy(&a);
}

static void growth(void)
{
	g_assert_true(effort_is_linear(look_at, "p\u0430y ", WORK_BYTES));
	g_assert_true(effort_is_linear(look_at, "p\u0430y", WORK_BYTES));
	g_assert_true(effort_is_linear(look_at,
				       "ви"
				       "a"
				       "",
				       WORK_BYTES));
	g_assert_true(effort_is_linear(look_at, "\u0301\u200b", WORK_BYTES));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/disguise/words", words);
	g_test_add_func("/disguise/growth", growth);
	return g_test_run();
}
