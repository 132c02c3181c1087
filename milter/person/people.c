/* From a file to persons, of whichever format: all of them, or none. */
#include "person/people.h"

#include "base/error.h"
#include "base/file.h"
#include "person/source.h"

#define FILE_BYTES_MOST (512UL * 1024 * 1024)

static void give_up(const struct people_source *s, GError **e)
{
	GString *text = g_string_new(s->reports->str);

	if (s->n_reports > SOURCE_REPORTS_SHOWN)
		g_string_append_printf(text, "\n%s: and %zu more of the kind", s->name,
				       s->n_reports - SOURCE_REPORTS_SHOWN);
	g_set_error_literal(e, WONTED_ERROR, WONTED_ERROR_INPUT, text->str);
	g_string_free(text, TRUE);
}

bool people_read_text(const char *name, struct bytes text, struct arena *a,
		      struct people_list *list_r, GError **e)
{
	struct people_source s = {
		.name = name,
		.text = text,
		.arena = a,
		.persons = g_array_new(FALSE, FALSE, sizeof(struct person)),
		.address_line = g_hash_table_new(g_str_hash, g_str_equal),
		.reports = g_string_new(NULL),
	};
	bool good;

	if (g_str_has_suffix(name, ".ldif"))
		source_ldif(&s);
	else
		source_csv(&s);
	good = s.n_reports == 0;
	if (good) {
		struct person *at = arena_new(a, struct person, s.persons->len);

		if (s.persons->len > 0)
			memcpy(at, s.persons->data, s.persons->len * sizeof(*at));
		*list_r = (struct people_list){ .at = at,
						.n = s.persons->len,
						.skipped = s.skipped };
	} else {
		give_up(&s, e);
	}
	g_string_free(s.reports, TRUE);
	g_hash_table_destroy(s.address_line);
	g_array_free(s.persons, TRUE);
	return good;
}

bool people_read(const char *path, struct arena *a, struct people_list *list_r,
		 GError **e)
{
	char *text;
	size_t n;
	bool good;

	if (!file_read(path, FILE_BYTES_MOST, &text, &n, e))
		return false;
	good = people_read_text(path, (struct bytes){ .at = text, .n = n }, a, list_r, e);
	g_free(text);
	return good;
}
