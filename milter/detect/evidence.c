/* What several detectors ask of the evidence. What would clear a sender must be proven, or
 * be something that only the tenant's own memory knows. */
#include "detect/evidence.h"

#include <glib.h>
#include <stdarg.h>
#include <string.h>

#include "base/printable.h"

enum { SHOWN_BYTES_MOST = 80 };

bool value_has_item(const struct value *list, const char *text)
{
	if (list->known != ANSWER_YES || text == NULL)
		return false;
	for (size_t i = 0; i < list->n_items; i++)
		if (strcmp(list->items[i], text) == 0)
			return true;
	return false;
}

const char *shown(const struct evidence *e, const char *text)
{
	char *made = printable(text == NULL ? "nothing" : text, SHOWN_BYTES_MOST);
	const char *kept = arena_strdup(e->arena, made);

	g_free(made);
	return kept;
}

enum answer say(const struct evidence *e, const char **words_r, const char *format, ...)
{
	va_list args;

	va_start(args, format);

	char *made = g_strdup_vprintf(format, args);

	va_end(args);
	*words_r = arena_strdup(e->arena, made);
	g_free(made);
	return ANSWER_YES;
}

enum answer proven(const struct evidence *e, enum fact_id id)
{
	enum answer known = fact_answer(e, id);

	return known == ANSWER_YES ? feature_answer(e, FEATURE_AUTH_ALIGNED) : known;
}
