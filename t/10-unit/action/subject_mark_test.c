/* A word in front of the subject: of each one that is there, once. */
#include "action/subject_mark.h"

#include "action/plan.h"

static void marks(void)
{
	static const struct {
		const char *header, *want; /* a line an edit: number, value */
	} rows[] = {
		{ "Subject: hi\n", "0 [NOTE] hi\n" },
		{ "Subject:hi \n", "0 [NOTE] hi\n" },
		{ "Subject: =?utf-8?q?h=C3=A9?=\r\n =?utf-8?q?ho?=\r\n",
		  "0 [NOTE] =?utf-8?q?h=C3=A9?=\n =?utf-8?q?ho?=\n" },
		{ "Subject:\n\thi\n", "0 [NOTE] hi\n" },
		{ "Subject:\n", "0 [NOTE] \n" },
		{ "Subject: [NOTE] hi\n", "" },
		{ "Subject: =?utf-8?q?[NOTE]_hi?=\n", "" },
		{ "Subject: a [NOTE]\n", "0 [NOTE] a [NOTE]\n" },
		/* readers differ on which one they show */
		{ "SUBJECT: a\nX: y\nsubject: b\n", "0 [NOTE] a\n1 [NOTE] b\n" },
		{ "From: a\n", "new [NOTE]\n" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct arena *a = arena_create();
		struct message_limits limits = { .max_bytes = 1 << 20 };
		const char *raw = arena_printf(a, "%s\nbody\n", rows[i].header);
		GArray *edits = g_array_new(FALSE, FALSE, sizeof(struct edit));
		GString *got = g_string_new(NULL);

		subject_mark_edits(a, message_parse(a, bytes_of(raw), &limits), "[NOTE]",
				   edits);
		for (guint k = 0; k < edits->len; k++) {
			const struct edit *e = &g_array_index(edits, struct edit, k);

			g_assert_cmpstr(e->name, ==, "Subject");
			if (e->kind == EDIT_CHANGE_HEADER)
				g_string_append_printf(got, "%zu %s\n", e->nth, e->value);
			else
				g_string_append_printf(got, "new %s\n", e->value);
		}
		g_assert_cmpstr(got->str, ==, rows[i].want);
		g_string_free(got, TRUE);
		g_array_free(edits, TRUE);
		arena_destroy(&a);
	}
}

static void stays_bounded(void)
{
	struct arena *a = arena_create();
	struct message_limits limits = { .max_bytes = 1 << 24 };
	GString *raw = g_string_new("Subject: ");
	GArray *edits = g_array_new(FALSE, FALSE, sizeof(struct edit));

	while (raw->len < 100 * 1000)
		g_string_append(raw, "word ");
	for (int i = 0; i < 500; i++)
		g_string_append(raw, "\nSubject: x");
	g_string_append(raw, "\n\nbody\n");
	subject_mark_edits(a, message_parse(a, bytes_of(raw->str), &limits), "[NOTE]",
			   edits);
	g_assert_cmpuint(edits->len, ==, 20);
	g_assert_cmpuint(strlen(g_array_index(edits, struct edit, 0).value), <, 10000);
	g_array_free(edits, TRUE);
	g_string_free(raw, TRUE);
	arena_destroy(&a);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	message_library_init();
	g_test_add_func("/subject-mark/marks", marks);
	g_test_add_func("/subject-mark/stays-bounded", stays_bounded);
	return g_test_run();
}
