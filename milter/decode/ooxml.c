/* What the tables of an office document in a zip say of its other files, whatever these call
 * themselves. Words are looked for, not elements: what is no XML any more may still be opened. */
#include <string.h>

#include "base/file_magic.h"
#include "decode/walk.h"

static bool says(struct bytes text, const char *word)
{
	return memmem(text.at, text.n, word, strlen(word)) != NULL;
}

static bool ends_with(const char *name, const char *end)
{
	size_t n = strlen(name), k = strlen(end);

	return n >= k && g_ascii_strcasecmp(name + n - k, end) == 0;
}

bool ooxml_is_table(const char *name)
{
	return ends_with(name, "[Content_Types].xml") || ends_with(name, ".rels");
}

/* ECMA-376-2 9.3: a relation to what lies outside, which is opened without a click where it is a
 * template, a frame or an object */
static bool opens_outside(struct bytes text)
{
	return says(text, "\"External\"") &&
	       (says(text, "/attachedTemplate\"") || says(text, "/oleObject\"") ||
		says(text, "/frame\"") || says(text, "/subDocument\"") ||
		says(text, "/externalLinkPath\""));
}

const char *ooxml_kind(char *text, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (text[i] != '\0')
			text[kept++] = text[i];

	struct bytes table = { text, kept };

	if (says(table, "vbaProject") || says(table, "macrosheet") ||
	    says(table, "Macrosheet") || says(table, "macroEnabled"))
		return FILE_KIND_MACRO;
	return opens_outside(table) ? FILE_KIND_TEMPLATE : NULL;
}
