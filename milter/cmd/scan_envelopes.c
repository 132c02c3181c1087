#include "cmd/scan_envelopes.h"

#include <string.h>

#include "base/csv.h"
#include "base/error.h"
#include "base/file.h"
#include "base/pieces.h"

enum { TABLE_BYTES = 256 * 1024 * 1024 }; /* some million lines */

enum column {
	COLUMN_PATH,
	COLUMN_CLIENT,
	COLUMN_CLIENT_NAME,
	COLUMN_HELO,
	COLUMN_MAIL_FROM,
	COLUMN_RCPT,
	COLUMN_TIME,
	COLUMN_COUNT
};

static const char *const column_names[COLUMN_COUNT] = { "path", "client_ip", "rdns",
							"helo", "mail_from", "rcpt",
							"time" };

struct table {
	struct arena *a;
	const char *path;
	char *folder;
	int at[COLUMN_COUNT]; /* where each column stands; -1: nowhere */
	size_t n_columns;
	GArray *files; /* struct told_file */
};

static bool wrong(const struct table *t, size_t line, const char *why, GError **e)
{
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT, "%s:%zu: %s", t->path, line,
		    why);
	return false;
}

static bool read_head(struct table *t, const struct csv_record *r, GError **e)
{
	if (r->why != NULL)
		return wrong(t, r->line, r->why, e);
	t->n_columns = r->n;
	for (int column = 0; column < COLUMN_COUNT; column++) {
		t->at[column] = -1;
		for (size_t i = 0; i < r->n; i++)
			if (strcmp(r->fields[i], column_names[column]) == 0)
				t->at[column] = (int)i;
	}
	if (t->at[COLUMN_PATH] < 0)
		return wrong(t, r->line,
			     "no column \"path\": the first line names the columns, path "
			     "and any of client_ip, rdns, helo, mail_from, rcpt and time",
			     e);
	return true;
}

static const char *cell(const struct table *t, const struct csv_record *r, enum column c)
{
	const char *text = t->at[c] < 0 ? "" : r->fields[t->at[c]];

	return *text == '\0' ? NULL : text;
}

static const char *const *recipients(struct arena *a, const char *text)
{
	if (text == NULL)
		return NULL;
	char **pieces = pieces_split(text, ";, ");
	size_t n = g_strv_length(pieces);
	const char **all = arena_new(a, const char *, n + 1);

	for (size_t i = 0; i < n; i++)
		all[i] = arena_strdup(a, pieces[i]);
	g_strfreev(pieces);
	return n > 0 ? all : NULL;
}

static bool read_line(struct table *t, const struct csv_record *r, GError **e)
{
	if (r->why != NULL)
		return wrong(t, r->line, r->why, e);
	if (r->n != t->n_columns)
		return wrong(t, r->line,
			     arena_printf(t->a, "%zu fields, but the first line has %zu",
					  r->n, t->n_columns),
			     e);
	const char *path = cell(t, r, COLUMN_PATH);

	if (path == NULL)
		return wrong(t, r->line, "no path", e);
	struct told_file file = {
		.path = g_path_is_absolute(path)
				? path
				: arena_printf(t->a, "%s/%s", t->folder, path),
		.time = cell(t, r, COLUMN_TIME),
		.told = { .client = cell(t, r, COLUMN_CLIENT),
			  .client_name = cell(t, r, COLUMN_CLIENT_NAME),
			  .helo = cell(t, r, COLUMN_HELO),
			  .mail_from = cell(t, r, COLUMN_MAIL_FROM),
			  .rcpts = recipients(t->a, cell(t, r, COLUMN_RCPT)) },
	};

	g_array_append_val(t->files, file);
	return true;
}

static bool read_table(struct table *t, struct bytes text, GError **e)
{
	struct csv c = csv_begin(t->a, text);
	struct csv_record r;

	if (!csv_next(&c, t->a, &r))
		return wrong(t, 1, "the table is empty: its first line names the columns",
			     e);
	if (!read_head(t, &r, e))
		return false;
	while (csv_next(&c, t->a, &r))
		if (!read_line(t, &r, e))
			return false;
	return true;
}

static void free_array(void *array)
{
	g_array_free(array, TRUE);
}

bool envelopes_read(struct arena *a, const char *path, const struct told_file **files_r,
		    size_t *n_r, GError **e)
{
	struct table t = { .a = a,
			   .path = path,
			   .files = g_array_new(FALSE, FALSE, sizeof(struct told_file)) };
	char *text;
	size_t n;

	arena_defer(a, free_array, t.files);
	if (!file_read(path, TABLE_BYTES, &text, &n, e))
		return false;
	arena_defer(a, g_free, text);
	t.folder = g_path_get_dirname(path);
	arena_defer(a, g_free, t.folder);
	if (!read_table(&t, (struct bytes){ text, n }, e))
		return false;
	*files_r = (const struct told_file *)(const void *)t.files->data;
	*n_r = t.files->len;
	return true;
}
