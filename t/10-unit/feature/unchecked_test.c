/* What nobody looked into is told, by its first bytes or its name. */
#include "feature/unchecked.h"

#include <glib.h>

#include "message/decoder.h"

static char *told(const char *type, const char *name, const char *magic,
		  const char *inside)
{
	struct arena *a = arena_create();
	const char *const names[] = { name }, *const within[] = { inside };
	struct part p = { .type = type,
			  .filename = name,
			  .names = names,
			  .n_names = name != NULL,
			  .magic = magic,
			  .inside = within,
			  .n_inside = inside != NULL };
	const struct enclosed f = { .filename = name,
				    .magic = magic,
				    .inside = within,
				    .n_inside = inside != NULL };
	struct message m = { .parts = &p, .n_parts = 1 },
		       e = { .enclosed = &f, .n_enclosed = 1 };
	struct collected *c = collect_new(a, 10), *d = collect_new(a, 10);
	GString *out = g_string_new(NULL);

	unchecked_take(a, c, &m);
	unchecked_take(a, d, &e);
	struct value v = collect_value(c), w = collect_value(d);

	if (!g_str_has_prefix(type, "message/"))
		g_assert_cmpuint(v.n_items, ==, w.n_items);
	for (size_t i = 0; i < v.n_items; i++)
		g_string_append_printf(out, "%s;", v.items[i]);
	arena_destroy(&a);
	return g_string_free(out, FALSE);
}

static void test_told(void)
{
	static const struct {
		const char *type, *name, *magic, *inside, *want;
	} rows[] = {
		{ "application/x", "a.rar", "rar", NULL, "rar;" },
		{ "application/x", "a.pdf", "7z", NULL, "7z;" },
		{ "text/plain", "a.TGZ", NULL, NULL, "TGZ;" },
		{ "application/x", "a.zip", "zip", "b.txt", "" },
		{ "application/x", "a.zip", "zip", NULL, "zip;" },
		{ "application/x", "a.zip", "zip", "b.zip", "zip within;" },
		{ "application/x", "a.zip", "zip", "b.tar", "archive within;" },
		{ "application/x", "a.zip", "zip", "b.eml", "mail within;" },
		{ "message/partial", NULL, NULL, NULL, "message/partial;" },
		{ "message/external-body", NULL, NULL, NULL, "message/external-body;" },
		{ "application/pdf", "a.pdf", "pdf", NULL, "pdf;" },
		{ "image/png", "a.png", "png", NULL, "png;" },
		{ "application/x", "a.zip", "zip", "b.pdf", "pdf within;" },
		{ "application/x", "a.zip", "zip", "b.png", "picture within;" },
		{ "text/plain", NULL, NULL, NULL, "" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		char *got =
			told(rows[i].type, rows[i].name, rows[i].magic, rows[i].inside);

		g_assert_cmpstr(got, ==, rows[i].want);
		g_free(got);
	}
}

/* a decoder says what he could not open, and why */
static void test_decoded(void)
{
	static const struct {
		struct unopened unopened;
		const char *want;
	} rows[] = {
		{ { "", "zip", "out of time" }, "rar: out of time" },
		{ { "", NULL, "queue full" }, "rar: queue full" },
		{ { "b.zip", "zip", "encrypted" }, "zip within: encrypted" },
		{ { "b/c.msg", "ole", "unknown format" }, "mail within: unknown format" },
		{ { "photo.jpg", "7z", "damaged" }, "7z within: damaged" },
		{ { "photo.jpg", NULL, "damaged" }, "archive: damaged" },
	};
	static const char *const inside[] = { "b.zip", "c.eml" };

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct arena *a = arena_create();
		const struct decoded d = { .unopened = &rows[i].unopened,
					   .n_unopened = 1 };
		/* names of archives within are no news: they were opened, too */
		const struct part p = { .type = "application/x",
					.filename = "a.rar",
					.magic = "rar",
					.inside = inside,
					.n_inside = 2,
					.decoded = &d };
		const struct message m = { .parts = &p, .n_parts = 1 };
		struct collected *c = collect_new(a, 10);

		unchecked_take(a, c, &m);
		g_assert_cmpuint(collect_value(c).n_items, ==, 1);
		g_assert_cmpstr(collect_value(c).items[0], ==, rows[i].want);
		arena_destroy(&a);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/unchecked/told", test_told);
	g_test_add_func("/unchecked/decoded", test_decoded);
	return g_test_run();
}
