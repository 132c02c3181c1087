/* Systems drop and fold parts of a name before they ask its ending what to do with the file.
 * So does this: "a.exe. ", "a.exe::$DATA", "a.exe%20" and a.exe in wide letters are one. */
#include "message/file_name.h"

#include <glib.h>
#include <string.h>

#include "message/unicode.h"

/* at most, of escapes within escapes: "%2525..." */
#define MOST_ROUNDS 4

static bool is_plain_ascii(const char *name)
{
	for (; *name != '\0'; name++)
		if (*name <= ' ' || *name > '~' || strchr("%:/\\\"'<>|?*", *name) != NULL)
			return false;
	return true;
}

/* "%2e" is "."; what would end the text or be no UTF-8 stays */
static bool decode_percent(GString *name)
{
	GString *out = g_string_sized_new(name->len);
	bool changed = false;

	for (size_t i = 0; i < name->len; i++) {
		char c = name->str[i];

		if (c == '%' && g_ascii_isxdigit(name->str[i + 1]) &&
		    g_ascii_isxdigit(name->str[i + 2])) {
			int code = g_ascii_xdigit_value(name->str[i + 1]) * 16 +
				   g_ascii_xdigit_value(name->str[i + 2]);

			c = code == 0 ? ' ' : (char)code;
			i += 2;
			changed = true;
		}
		g_string_append_c(out, c);
	}
	if (changed && g_utf8_validate(out->str, (gssize)out->len, NULL))
		g_string_assign(name, out->str);
	else
		changed = false;
	g_string_free(out, TRUE);
	return changed;
}

/* the last component that is not empty */
static void drop_folders(GString *name)
{
	while (name->len > 0 && strchr("/\\", name->str[name->len - 1]) != NULL)
		g_string_truncate(name, name->len - 1);
	for (size_t i = name->len; i-- > 0;)
		if (name->str[i] == '/' || name->str[i] == '\\') {
			g_string_erase(name, 0, (gssize)i + 1);
			break;
		}
}

/* a name before ":" is the file, what follows is one of its streams */
static void drop_stream(GString *name)
{
	const char *colon = strchr(name->str, ':');

	/* "C:x" is a place on a disk */
	if (colon == name->str + 1 && g_ascii_isalpha(name->str[0]))
		g_string_erase(name, 0, 2);
	else if (colon != NULL && colon > name->str)
		g_string_truncate(name, (gsize)(colon - name->str));
}

static bool is_dropped_at_end(char c)
{
	return g_ascii_isspace(c) || g_ascii_iscntrl(c) ||
	       (c != '\0' && strchr(".\"'<>|?*", c) != NULL);
}

/* blanks at the end, and inside of the last ending */
static void drop_end(GString *name)
{
	while (name->len > 0 && is_dropped_at_end(name->str[name->len - 1]))
		g_string_truncate(name, name->len - 1);
	const char *dot = strrchr(name->str, '.');
	size_t i = dot == NULL ? name->len : (size_t)(dot - name->str) + 1;

	while (i < name->len)
		if (g_ascii_isspace(name->str[i]) || g_ascii_iscntrl(name->str[i]))
			g_string_erase(name, (gssize)i, 1);
		else
			i++;
}

/* the full stop of other scripts, which NFKC does not fold: some readers show it alike */
static void fold_stops(GString *name)
{
	g_string_replace(name, "\xe3\x80\x82", ".", 0);
	g_string_replace(name, "\xef\xbd\xa1", ".", 0);
}

const char *file_name_plain(struct arena *a, const char *name)
{
	const char *dot = strrchr(name, '.');

	if (is_plain_ascii(name) && dot != NULL && dot[1] != '\0')
		return name;
	GString *out = g_string_new(unicode_fold(a, name));

	for (int i = 0; i < MOST_ROUNDS && decode_percent(out); i++)
		g_string_assign(out, unicode_fold(a, out->str));
	fold_stops(out);
	drop_folders(out);
	drop_stream(out);
	drop_end(out);
	const char *kept = out->len == 0 ? NULL : arena_strndup(a, out->str, out->len);

	g_string_free(out, TRUE);
	return kept;
}
