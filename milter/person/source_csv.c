/* Persons of a CSV file. The header line names the columns, in any order. */
#include "base/csv.h"
#include "base/pieces.h"
#include "person/source.h"

enum column { COLUMN_NAME, COLUMN_ADDRESSES, COLUMN_TITLE, COLUMN_VIP, COLUMN_COUNT };

static const char *const column_names[COLUMN_COUNT] = { "name", "addresses", "title",
							"vip" };

/* where each column stands; -1: nowhere */
struct columns {
	int at[COLUMN_COUNT];
	size_t n;
};

static int find_column(const char *word)
{
	for (int i = 0; i < COLUMN_COUNT; i++)
		if (g_ascii_strcasecmp(column_names[i], word) == 0)
			return i;
	return -1;
}

static bool read_header(struct people_source *s, const struct csv_record *r,
			struct columns *columns_r)
{
	for (size_t i = 0; i < COLUMN_COUNT; i++)
		columns_r->at[i] = -1;
	columns_r->n = r->n;
	for (size_t i = 0; i < r->n; i++) {
		char *word = g_strstrip(g_strdup(r->fields[i]));
		int column = find_column(word);

		if (column < 0)
			source_report(s, r->line,
				      "unknown column \"%s\": the header line may name "
				      "name, addresses, title and vip",
				      word);
		else if (columns_r->at[column] >= 0)
			source_report(s, r->line, "column \"%s\" stands there twice",
				      word);
		else
			columns_r->at[column] = (int)i;
		g_free(word);
	}
	for (size_t i = 0; i <= COLUMN_ADDRESSES; i++)
		if (columns_r->at[i] < 0)
			source_report(s, r->line, "the header line has no column \"%s\"",
				      column_names[i]);
	return s->n_reports == 0;
}

static const char *field(const struct csv_record *r, const struct columns *c,
			 enum column column)
{
	return c->at[column] < 0 ? "" : r->fields[c->at[column]];
}

static void add_parts(struct people_source *s, const char *text, GPtrArray *parts)
{
	char **words = pieces_split(text, ";");

	for (char **word = words; *word != NULL; word++) {
		g_strstrip(*word);
		if (**word != '\0')
			g_ptr_array_add(parts, arena_strdup(s->arena, *word));
	}
	g_strfreev(words);
}

static void read_record(struct people_source *s, const struct csv_record *r,
			const struct columns *c)
{
	struct person_draft d = { .line = r->line };
	char *name, *title, *vip;

	if (r->why != NULL) {
		source_report(s, r->line, "%s", r->why);
		return;
	}
	if (r->n != c->n) {
		source_report(s, r->line, "%zu fields, but the header line has %zu", r->n,
			      c->n);
		return;
	}
	name = g_strstrip(g_strdup(field(r, c, COLUMN_NAME)));
	title = g_strstrip(g_strdup(field(r, c, COLUMN_TITLE)));
	vip = g_strstrip(g_strdup(field(r, c, COLUMN_VIP)));
	d.names = g_ptr_array_new();
	d.addresses = g_ptr_array_new();
	d.title = title;
	if (*name != '\0')
		g_ptr_array_add(d.names, arena_strdup(s->arena, name));
	add_parts(s, field(r, c, COLUMN_ADDRESSES), d.addresses);
	if (!g_utf8_validate(title, -1, NULL))
		source_report(s, r->line,
			      "the title is not UTF-8: save the file as UTF-8");
	else if (!source_vip(vip, &d.vip))
		source_report(s, r->line, "vip is \"%s\": allowed are yes and no", vip);
	else
		source_add(s, &d);
	g_ptr_array_unref(d.addresses);
	g_ptr_array_unref(d.names);
	g_free(vip);
	g_free(title);
	g_free(name);
}

void source_csv(struct people_source *s)
{
	struct csv c = csv_begin(s->arena, s->text);
	struct csv_record r;
	struct columns columns;

	if (!csv_next(&c, s->arena, &r)) {
		source_report(s, 1,
			      "the file is empty: the first line must be "
			      "name,addresses,title,vip");
		return;
	}
	if (r.why != NULL) {
		source_report(s, r.line, "%s", r.why);
		return;
	}
	if (!read_header(s, &r, &columns))
		return;
	while (csv_next(&c, s->arena, &r))
		read_record(s, &r, &columns);
}
