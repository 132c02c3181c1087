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
static void sweep(const struct field *fields, size_t n, bool chain)
{
	struct arena *a = arena_create();
	struct header_sweep *s = header_sweep_create(a, "mx.example.org");
	GArray *edits = g_array_new(FALSE, FALSE, sizeof(struct edit));
	size_t want = 0;

	for (size_t i = 0; i < n; i++)
		header_sweep_field(s, bytes_of(fields[i].name),
				   bytes_of(fields[i].value));
	header_sweep_edits(
		s,
		(struct sweep_request){
			.ours = true, .spam = true, .authres = true, .chain = chain },
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

static void sweep_all(const struct field *fields, size_t n)
{
	sweep(fields, n, true);
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
		{ "x-wonted", " yes", true },
		{ "X-Spam-Flag", " NO", true },
		{ "ARC-Authentication-Results", " i=1; other.example; none", false },
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

/* the fields of a chain go, if it does not hold */
static void test_chain(void)
{
	static const struct field fails[] = {
		{ "ARC-Authentication-Results", " i=1; mx.example.org; none", true },
		{ "arc-authentication-results", " i=2; mx.example.com; dmarc=pass",
		  false },
		{ "ARC-Authentication-Results", " i=3 (a;b); MX.example.org 1; none",
		  true },
		{ "ARC-Authentication-Results",
		  " i=4; mx.example.com; dkim=pass header.d=mx.example.org", false },
		{ "ARC-Seal", " i=1; d=mx.example.org", false },
	};
	static const struct field holds[] = {
		{ "ARC-Authentication-Results", " i=1; mx.example.org; none", false },
	};

	sweep(fails, G_N_ELEMENTS(fails), true);
	sweep(holds, G_N_ELEMENTS(holds), false);
}

/* whatever some reader takes for a line end: all but the last two are one */
static void test_line_ends(void)
{
	static const char *const ends[] = { "\r",       "\n",           "\r\n",
					    "\v",       "\f",           "\x1c",
					    "\x1d",     "\x1e",         "\x85",
					    "\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9",
					    "\xa8",     "\xc3\xa9" };
	static const char *const lines[] = {
		"Authentication-Results: mx.example.org; dmarc=pass",
		"X-Wonted-Verdict : wanted",
		"X-Wonted: wanted",
		"arc-authentication-results: i=1; mx.example.org; dmarc=pass",
		"x: y\nX-WONTED-ID: 1",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
		for (size_t k = 0; k < G_N_ELEMENTS(lines); k++) {
			char *at_once = g_strconcat(" a", ends[i], lines[k], NULL);
			char *folded = g_strconcat(" a", ends[i], " ", lines[k], NULL);
			bool after = k == 4;
			bool goes = after || i + 2 < G_N_ELEMENTS(ends);
			const struct field fields[] = {
				{ "Subject", " a", false },
				{ "Subject", at_once, goes },
				{ "Subject", folded, after },
				{ "Subject", " a", false },
			};

			sweep_all(fields, G_N_ELEMENTS(fields));
			g_free(at_once);
			g_free(folded);
		}
	}
}

/* nobody who means good hides so many results, of whomever */
static void test_many_hidden(void)
{
	GString *few = g_string_new(" a"), *many = g_string_new(" a");

	for (int i = 0; i < 20; i++)
		g_string_append(few, "\rAuthentication-Results: other.example; none");
	for (int i = 0; i < 21; i++)
		g_string_append(many, "\rAuthentication-Results: other.example; none");
	const struct field fields[] = { { "X-Note", few->str, false },
					{ "X-Note", many->str, true } };

	sweep_all(fields, G_N_ELEMENTS(fields));
	g_string_free(few, TRUE);
	g_string_free(many, TRUE);
}

/* a message from the store has the bytes that the protocol's texts cannot have */
static void test_nul(void)
{
	static const char hidden[] = " a\0X-Wonted-Verdict: wanted";
	struct arena *a = arena_create();
	struct header_sweep *s = header_sweep_create(a, "mx.example.org");
	GArray *edits = g_array_new(FALSE, FALSE, sizeof(struct edit));

	header_sweep_field(s, bytes_of("X-Note"),
			   (struct bytes){ hidden, sizeof(hidden) - 1 });
	header_sweep_edits(s, (struct sweep_request){ .ours = true }, edits);
	g_assert_cmpuint(edits->len, ==, 1);
	g_array_free(edits, TRUE);
	arena_destroy(&a);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/header_sweep/ours", test_ours);
	g_test_add_func("/header_sweep/bare_cr", test_bare_cr);
	g_test_add_func("/header_sweep/chain", test_chain);
	g_test_add_func("/header_sweep/line_ends", test_line_ends);
	g_test_add_func("/header_sweep/many_hidden", test_many_hidden);
	g_test_add_func("/header_sweep/nul", test_nul);
	return g_test_run();
}
