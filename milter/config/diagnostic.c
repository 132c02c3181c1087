/* Several passes look at a configuration and each may find diagnostic; an admin wants to read
 * from top to bottom. So the lines are sorted by place before they are told. */
#include "config/diagnostic.h"

#include <stdarg.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/printable.h"

#define LINE_BYTES 600
#define KEPT (10 * LIMIT_CONFIG_ERRORS) /* so that the first 20 of the file are told */

struct diagnostic {
	struct origin at;
	char *text;
	guint file; /* place in the order of reading */
	guint nth;
};

struct diagnostics {
	GArray *kept; /* struct diagnostic */
	guint n;
};

static void fault_clear(gpointer p)
{
	g_free(((struct diagnostic *)p)->text);
}

struct diagnostics *diagnostics_create(void)
{
	struct diagnostics *c = g_new0(struct diagnostics, 1);

	c->kept = g_array_new(FALSE, TRUE, sizeof(struct diagnostic));
	g_array_set_clear_func(c->kept, fault_clear);
	return c;
}

void diagnostics_destroy(struct diagnostics **c)
{
	g_array_free((*c)->kept, TRUE);
	g_free(*c);
	*c = NULL;
}

void diagnostic_add(struct diagnostics *c, struct origin at, const char *format, ...)
{
	struct diagnostic new = { .at = at, .nth = c->n };
	char *text;
	va_list list;

	if (c->n++ >= KEPT)
		return;
	va_start(list, format);
	text = g_strdup_vprintf(format, list);
	va_end(list);
	new.text = printable(text, LINE_BYTES);
	g_free(text);
	g_array_append_val(c->kept, new);
}

size_t diagnostics_count(const struct diagnostics *c)
{
	return c->n;
}

static gint by_place(gconstpointer one, gconstpointer other)
{
	const struct diagnostic *a = one, *b = other;

	if (a->file != b->file)
		return a->file < b->file ? -1 : 1;
	if (a->at.line != b->at.line)
		return a->at.line < b->at.line ? -1 : 1;
	return a->nth < b->nth ? -1 : 1;
}

bool diagnostics_raise(struct diagnostics *c, const GPtrArray *files, GError **e)
{
	GString *all = g_string_new(NULL);

	if (c->n == 0) {
		g_string_free(all, TRUE);
		return true;
	}
	for (guint i = 0; i < c->kept->len; i++) {
		struct diagnostic *one = &g_array_index(c->kept, struct diagnostic, i);

		while (one->file < files->len && files->pdata[one->file] != one->at.file)
			one->file++;
	}
	g_array_sort(c->kept, by_place);
	for (guint i = 0; i < MIN(c->kept->len, LIMIT_CONFIG_ERRORS); i++) {
		const struct diagnostic *one =
			&g_array_index(c->kept, struct diagnostic, i);

		g_string_append_printf(all, "%s%s:", i == 0 ? "" : "\n", one->at.file);
		if (one->at.line > 0)
			g_string_append_printf(all, "%u:", one->at.line);
		g_string_append_printf(all, " %s", one->text);
	}
	if (c->n > LIMIT_CONFIG_ERRORS)
		g_string_append_printf(all, "\n%s: and %u more; fix these first",
				       (const char *)files->pdata[0],
				       c->n - LIMIT_CONFIG_ERRORS);
	g_set_error_literal(e, WONTED_ERROR, WONTED_ERROR_INPUT, all->str);
	g_string_free(all, TRUE);
	return false;
}
