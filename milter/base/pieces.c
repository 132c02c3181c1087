/* A local part in quotes may hold what separates addresses: "smith, ann"@example.org. */
#include "base/pieces.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

/* what follows the closing quote; NULL: there is none */
static const char *behind_quotes(const char *p)
{
	for (p++; *p != '\0' && *p != '"'; p++)
		if (*p == '\\' && p[1] != '\0')
			p++;
	return *p == '"' ? p + 1 : NULL;
}

char **pieces_split(const char *text, const char *separators)
{
	GPtrArray *pieces = g_ptr_array_new();
	const char *begin = text, *p = text;
	bool quotes = true; /* false: one was not closed */

	for (;;) {
		const char *behind = quotes && *p == '"' ? behind_quotes(p) : NULL;

		if (behind != NULL) {
			p = behind;
			continue;
		}
		quotes = quotes && *p != '"';
		if (*p != '\0' && strchr(separators, *p) == NULL) {
			p++;
			continue;
		}
		if (p > begin)
			g_ptr_array_add(pieces, g_strndup(begin, (gsize)(p - begin)));
		if (*p == '\0')
			break;
		begin = ++p;
	}
	g_ptr_array_add(pieces, NULL);
	return (char **)g_ptr_array_free(pieces, FALSE);
}
