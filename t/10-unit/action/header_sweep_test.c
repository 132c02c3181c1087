/* Fields in our name that came with the message: which of them go, and by what number. */
#include "action/header_sweep.h"

#include <glib.h>
#include <string.h>

#include "action/plan.h"

struct field {
	const char *name, *value;
	bool goes;
};

/* numbers are of all fields of a name, as the MTA counts them */
static void sweep_all(const struct field *fields, size_t n)
{
	struct arena *a = arena_create();
	struct header_sweep *s = header_sweep_create(a, "mx.example.org");
	GArray *edits = g_array_new(FALSE, FALSE, sizeof(struct edit));
	size_t want = 0;

	for (size_t i = 0; i < n; i++)
		header_sweep_field(s, bytes_of(fields[i].name),
				   bytes_of(fields[i].value));
	header_sweep_edits(
		s, (struct sweep_request){ .ours = true, .spam = true, .authres = true },
		edits);
	for (size_t i = n; i-- > 0;) {
		size_t nth = 0;

		if (!fields[i].goes)
			continue;
		for (size_t k = 0; k < i; k++)
			nth += g_ascii_strcasecmp(fields[k].name, fields[i].name) == 0;
		g_assert_cmpuint(want, <, edits->len);
		const struct edit *e = &g_array_index(edits, struct edit, want++);

		g_assert_cmpint(e->kind, ==, EDIT_DELETE_HEADER);
		g_assert_cmpstr(e->name, ==, fields[i].name);
		g_assert_cmpuint(e->nth, ==, nth);
	}
	g_assert_cmpuint(edits->len, ==, want);
	g_array_free(edits, TRUE);
	arena_destroy(&a);
}

static void test_ours(void)
{
	static const struct field fields[] = {
		{ "Authentication-Results", " mx.example.com; dmarc=pass", false },
		{ "Authentication-Results", " mx.example.org; dmarc=pass", true },
		{ "Subject", " mx.example.org; dmarc=pass", false },
		{ "AUTHENTICATION-RESULTS", " (a) \"mx.example.org\" 1; none", true },
		{ "Authentication-Results", " mx.example.org.evil.example; none", false },
		{ "authentication-results", "\tmx.\001example.org; dmarc=pass", true },
		{ "X-Wonted-Verdict", " wanted", true },
		{ "X-Wontedly", " yes", false },
		{ "X-Spam-Flag", " NO", true },
		{ "ARC-Authentication-Results", " i=1; mx.example.org; none", false },
	};

	sweep_all(fields, G_N_ELEMENTS(fields));
}

/* what follows a bare CR is a field of its own to some readers */
static void test_bare_cr(void)
{
	static const struct field fields[] = {
		{ "X-Note", " a", false },
		{ "X-Note", " a\rAuthentication-Results: mx.example.org; dmarc=pass",
		  true },
		{ "X-Note", " a\rx: y\rX-Wonted-Verdict : wanted", true },
		{ "X-Note", " a\rAuthentication-Results: other.example; none", false },
		{ "X-Note", " a\r\n Authentication-Results: mx.example.org; none",
		  false },
		{ "X-Note", " a\r Authentication-Results: mx.example.org; none", false },
		{ "X-Note", " a\r", false },
		{ "Authentication-Results",
		  " other.example; none\rX-Wonted-Verdict: wanted", true },
	};

	sweep_all(fields, G_N_ELEMENTS(fields));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/header_sweep/ours", test_ours);
	g_test_add_func("/header_sweep/bare_cr", test_bare_cr);
	return g_test_run();
}
