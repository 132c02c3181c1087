#include "message/html_element.h"

#include <glib.h>

#include "base/compiler.h"

#define VOID HTML_IS_VOID
#define SPECIAL HTML_IS_SPECIAL
#define FORMAT HTML_IS_FORMAT
#define SCOPE HTML_IS_SCOPE
#define MARKER HTML_IS_MARKER
#define ENDS_P HTML_IS_ENDS_P
#define HEADING HTML_IS_HEADING
#define LIST HTML_IS_LIST
#define TABLE_PART HTML_IS_TABLE_PART
#define ROWS HTML_IS_ROWS
#define BREAKOUT HTML_IS_BREAKOUT
#define QUIET HTML_IS_QUIET

#define MAX_ELEMENT_NAME 14 /* annotation-xml */

static const struct row {
	char name[MAX_ELEMENT_NAME + 1];
	uint8_t length, content;
	uint16_t flags;
} rows[HTML_ELEMENTS] = {
#define ELEMENT(id, name, flags, content) \
	[HTML_##id] = { name, sizeof(name) - 1, HTML_CONTENT_##content, flags },
#include "message/html_elements.def"
#undef ELEMENT
};

/* where names with a letter begin in the table; up to where those with the next do */
static const uint8_t first[] = {
	HTML_A,        HTML_B,        HTML_CANVAS,   HTML_DD,  HTML_EM,  HTML_FIELDSET,
	HTML_H1,       HTML_H1,       HTML_I,        HTML_KBD, HTML_KBD, HTML_LI,
	HTML_MAIN,     HTML_NAV,      HTML_OBJECT,   HTML_P,   HTML_Q,   HTML_RB,
	HTML_S,        HTML_TABLE,    HTML_U,        HTML_VAR, HTML_WBR, HTML_XMP,
	HTML_ELEMENTS, HTML_ELEMENTS, HTML_ELEMENTS,
};

/* by length, in the order of enum html_key */
static const char *const keys[HTML_KEYS] = {
	"id",       "to",         "alt",        "src",        "data",
	"face",     "href",       "size",       "text",       "type",
	"class",    "color",      "style",      "action",     "hidden",
	"values",   "bgcolor",    "colspan",    "content",    "rowspan",
	"encoding", "background", "formaction", "http-equiv", "xlink:href",
};

/* which keys have so many letters: from this one, up to where those with one more begin */
static const uint8_t first_key[] = {
	HTML_KEY_ID,       HTML_KEY_ID,         HTML_KEY_ID,         HTML_KEY_ALT,
	HTML_KEY_DATA,     HTML_KEY_CLASS,      HTML_KEY_ACTION,     HTML_KEY_BGCOLOR,
	HTML_KEY_ENCODING, HTML_KEY_BACKGROUND, HTML_KEY_BACKGROUND, HTML_KEYS,
};

enum html_element html_element_of(struct bytes name)
{
	if (name.n == 0 || name.n > MAX_ELEMENT_NAME || !g_ascii_isalpha(name.at[0]))
		return HTML_OTHER;
	int letter = (name.at[0] | ('a' - 'A')) - 'a';

	for (unsigned e = first[letter]; e < first[letter + 1]; e++)
		if (rows[e].length == name.n &&
		    g_ascii_strncasecmp(rows[e].name, name.at, name.n) == 0)
			return e;
	return HTML_OTHER;
}

const char *html_element_name(enum html_element element)
{
	return rows[element].name;
}

unsigned html_element_flags(enum html_element element)
{
	return rows[element].flags;
}

enum html_content html_element_content(enum html_element element)
{
	return rows[element].content;
}

enum html_key html_key_of(struct bytes name)
{
	if (name.n + 1 >= COUNT_OF(first_key))
		return HTML_KEYS;
	for (unsigned k = first_key[name.n]; k < first_key[name.n + 1]; k++)
		if ((name.at[0] | ('a' - 'A')) == keys[k][0] &&
		    g_ascii_strncasecmp(keys[k], name.at, name.n) == 0)
			return k;
	return HTML_KEYS;
}
