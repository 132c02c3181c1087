/* Lines of LDIF; what entries mean is tested where they are read. */
#include <glib.h>
#include <string.h>

#include "base/ldif.h"

static const struct {
	const char *text;
	const char
		*want; /* "line name=value", "line why", "line" for an end; each with ; */
} rows[] = {
	{ "", "" },
	{ "cn: Anna", "1 cn=Anna;" },
	{ "cn:Anna\r\n", "1 cn=Anna;" },
	{ "cn:\n", "1 cn=;" },
	{ "cn: A: B\n\nmail: x\n", "1 cn=A: B;2;3 mail=x;" },
	/* RFC 2849 note 2: a line is folded by a line end and one space */
	{ "cn: An\n na\n  B\nsn: C\n", "1 cn=Anna B;4 sn=C;" },
	{ "# a comment\n  of two lines\ncn: A\n", "3 cn=A;" },
	{ "cn;lang-de;x: A\n", "1 cn=A;" },
	{ "cn:: SsO2cmc=\n", "1 cn=J\xc3\xb6rg;" },
	{ "photo:: /9j/\n", "1 photo=;" },
	{ "cn:: !!!!\nsn: A\n", "1 broken base64;2 sn=A;" },
	{ "photo:< file:///x\n", "1 values from files (\":<\") are not read;" },
	{ "what\n: x\n", "1 not of the form \"attribute: value\";2 not of the form "
			 "\"attribute: value\";" },
};

static char *told(struct bytes text)
{
	GString *all = g_string_new(NULL);
	struct arena *a = arena_create();
	struct ldif l = ldif_begin(text);
	struct ldif_line line;

	while (ldif_next(&l, a, &line)) {
		g_string_append_printf(all, "%zu", line.line);
		if (line.why != NULL)
			g_string_append_printf(all, " %s", line.why);
		else if (line.name != NULL)
			g_string_append_printf(all, " %s=%s", line.name, line.value);
		g_string_append_c(all, ';');
	}
	arena_destroy(&a);
	return g_string_free(all, FALSE);
}

static void test_rows(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		size_t n = strlen(rows[i].text);
		char *exact = g_memdup2(rows[i].text, n);
		char *got = told((struct bytes){ exact, n });

		g_assert_cmpstr(got, ==, rows[i].want);
		g_free(got);
		g_free(exact);
	}
}

static void test_nul(void)
{
	char *got = told((struct bytes){ "cn: a\0b\nsn: c\n", 14 });

	g_assert_cmpstr(got, ==, "1 a NUL byte;2 sn=c;");
	g_free(got);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/ldif/rows", test_rows);
	g_test_add_func("/ldif/nul", test_nul);
	return g_test_run();
}
