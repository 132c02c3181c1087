/* Domain names and what a reader may take for another. */
#include "message/domain.h"

#include <glib.h>
#include <string.h>

static void test_key(void)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{ "Example.ORG", "example.org" },
		{ "example.org.", "example.org" },
		{ "a_b.example.org", "a_b.example.org" },
		{ "xn--bcher-kva.example", "xn--bcher-kva.example" },
		/* RFC 5890: U-labels become A-labels */
		{ "Bücher.Example", "xn--bcher-kva.example" },
		{ "", NULL },
		{ ".", NULL },
		{ ".example.org", NULL },
		{ "a..b", NULL },
		{ "a.b..", NULL },
		{ "ex ample.org", NULL },
		{ "ex\nample.org", NULL },
		{ "a@b.org", NULL },
		{ "ü..example", NULL },
		{ "\xff.example", NULL },
	};
	struct arena *a = arena_create();
	char *label = g_strnfill(64, 'a'), *name = g_strnfill(254, 'a');

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		g_assert_cmpstr(domain_key(a, rows[i].in), ==, rows[i].want);
	/* RFC 1035 2.3.4: "labels 63 octets or less, names 255 octets or less" */
	g_assert_null(domain_key(a, label));
	g_assert_nonnull(domain_key(a, label + 1));
	for (size_t i = 60; i < 254; i += 60)
		name[i] = '.';
	g_assert_null(domain_key(a, name));
	g_assert_nonnull(domain_key(a, name + 1));
	g_free(label);
	g_free(name);
	arena_destroy(&a);
}

static void test_org(void)
{
	static const struct {
		const char *key, *org;
	} rows[] = {
		{ "mail.example.com", "example.com" },
		{ "example.com", "example.com" },
		{ "a.b.example.co.uk", "example.co.uk" },
		{ "co.uk", "co.uk" },
		{ "com", "com" },
		{ "localhost", "localhost" },
		{ "a.b.unlisted-tld", "b.unlisted-tld" },
		{ "192.0.2.1", "192.0.2.1" },
		{ "[192.0.2.1]", "[192.0.2.1]" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		g_assert_cmpstr(domain_org(rows[i].key), ==, rows[i].org);
}

static void test_within(void)
{
	g_assert_true(domain_within("example.com", "example.com"));
	g_assert_true(domain_within("a.example.com", "example.com"));
	g_assert_false(domain_within("badexample.com", "example.com"));
	g_assert_false(domain_within("example.com", "a.example.com"));
	g_assert_false(domain_within("example.com", ""));
	g_assert_true(domain_has_org("a.b.example.com", "example.com"));
	g_assert_true(domain_has_org("example.com", "example.com"));
	g_assert_true(domain_has_org("[192.0.2.1]", "[192.0.2.1]"));
	g_assert_false(domain_has_org("a.b.example.com", "b.example.com"));
	g_assert_false(domain_has_org("badexample.com", "example.com"));
	/* below a name that is a public suffix itself everybody is another */
	g_assert_false(domain_has_org("a.b.co.uk", "co.uk"));
	g_assert_true(domain_has_org("a.b.co.uk", "b.co.uk"));
}

/* checkPublicSuffix('a.b.example.com', 'example.com'); null: it is a suffix itself */
static bool psl_row(const char *line, char **name_r, char **org_r)
{
	char **part;

	if (!g_str_has_prefix(line, "checkPublicSuffix('"))
		return false;
	part = g_strsplit(line, "'", 5);
	*name_r = g_strdup(part[1]);
	*org_r = part[2] != NULL && part[3] != NULL ? g_strdup(part[3]) : NULL;
	g_strfreev(part);
	return true;
}

static void test_psl(void)
{
	const char *root = g_getenv("WONTED_CONFORMANCE");
	char *path = g_build_filename(root == NULL ? "../shared/conformance" : root,
				      "psl", "test_psl.txt", NULL);
	struct arena *a = arena_create();
	char *text, **lines, *name, *org;
	unsigned rows = 0;

	if (!g_file_get_contents(path, &text, NULL, NULL)) {
		g_test_skip(
			"its data is not here: put https://github.com/publicsuffix/list "
			"(tests) into DIR/psl and set WONTED_CONFORMANCE=DIR");
		g_free(path);
		arena_destroy(&a);
		return;
	}
	lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line != NULL; line++) {
		if (!psl_row(*line, &name, &org))
			continue;
		const char *key = domain_key(a, name);

		/* a name that starts with a dot is none */
		if (name[0] == '.')
			g_assert_null(key);
		else
			g_assert_cmpstr(domain_org(key), ==,
					org == NULL ? key : domain_key(a, org));
		rows++;
		g_free(name);
		g_free(org);
	}
	g_test_message("%u rows of the list's own test", rows);
	g_assert_cmpuint(rows, >, 70);
	g_strfreev(lines);
	g_free(text);
	g_free(path);
	arena_destroy(&a);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/domain/key", test_key);
	g_test_add_func("/domain/org", test_org);
	g_test_add_func("/domain/within", test_within);
	g_test_add_func("/domain/psl", test_psl);
	return g_test_run();
}
