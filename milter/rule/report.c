/* Errors are collected, ordered by place and handed over as one GError. Nothing here
 * knows the language. */
#include "rule/report.h"

#include <stdarg.h>
#include <string.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/printable.h"

#define QUOTED_BYTES 60

struct rule_error {
	struct place at;
	char *text;
};

static void rule_error_free(gpointer p)
{
	struct rule_error *said = p;

	g_free(said->text);
	g_free(said);
}

void rule_errors_init(struct rule_errors *c)
{
	*c = (struct rule_errors){ .said = g_ptr_array_new_with_free_func(
					   rule_error_free) };
}

void report_error(struct rule_errors *c, struct place at, const char *format, ...)
{
	c->n++;
	if (c->said->len >= LIMIT_RULE_ERRORS)
		return;
	struct rule_error *said = g_new0(struct rule_error, 1);
	va_list ap;

	said->at = at;
	va_start(ap, format);
	said->text = g_strdup_vprintf(format, ap);
	va_end(ap);
	g_ptr_array_add(c->said, said);
}

unsigned rule_errors_mark(const struct rule_errors *c)
{
	return c->n;
}

void rule_errors_forget(struct rule_errors *c, unsigned mark)
{
	g_assert(mark <= c->n);
	c->n = mark;
	if (c->said->len > mark)
		g_ptr_array_set_size(c->said, (gint)mark);
}

static gint by_place(gconstpointer left, gconstpointer right)
{
	const struct rule_error *a = *(struct rule_error *const *)left;
	const struct rule_error *b = *(struct rule_error *const *)right;
	int files = strcmp(a->at.file, b->at.file);

	if (files != 0)
		return files;
	if (a->at.line != b->at.line)
		return a->at.line < b->at.line ? -1 : 1;
	return a->at.column < b->at.column ? -1 : a->at.column > b->at.column;
}

bool rule_errors_end(struct rule_errors *c, GError **e)
{
	bool clean = c->n == 0;
	GString *all = g_string_new(NULL);

	g_ptr_array_sort(c->said, by_place);
	for (guint i = 0; i < c->said->len; i++) {
		const struct rule_error *said = g_ptr_array_index(c->said, i);

		g_string_append_printf(all, "%s%s:%u:%u: %s", i == 0 ? "" : "\n",
				       said->at.file, said->at.line, said->at.column,
				       said->text);
	}
	if (c->n > c->said->len)
		g_string_append_printf(all, "\nand %u more", c->n - c->said->len);
	if (!clean)
		g_set_error_literal(e, WONTED_ERROR, WONTED_ERROR_INPUT, all->str);
	g_string_free(all, TRUE);
	g_ptr_array_unref(c->said);
	*c = (struct rule_errors){ 0 };
	return clean;
}

const char *quoted(struct arena *a, const char *text)
{
	char *safe = printable(text, QUOTED_BYTES);
	const char *kept = arena_printf(a, "\"%s\"", safe);

	g_free(safe);
	return kept;
}
