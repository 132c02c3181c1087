/* LDIF by RFC 2849, as far as directories print it: folds, base64, options, comments. What
 * would make us open another file (":<") is refused, never followed. */
#include "base/ldif.h"

#include <glib.h>
#include <string.h>

static struct bytes physical_line(struct ldif *l)
{
	const char *end = memchr(l->rest.at, '\n', l->rest.n);
	size_t n = end != NULL ? (size_t)(end - l->rest.at) : l->rest.n;
	struct bytes line = { l->rest.at, n };

	l->rest.at += n + (end != NULL);
	l->rest.n -= n + (end != NULL);
	l->line++;
	if (line.n > 0 && line.at[line.n - 1] == '\r')
		line.n--;
	return line;
}

/* a line put together from its folds; NULL: there is a NUL byte in it */
static char *whole_line(struct ldif *l, struct arena *a)
{
	struct bytes part = physical_line(l);
	GString *text = g_string_new_len(part.at, (gssize)part.n);
	char *line = NULL;

	while (part.n > 0 && l->rest.n > 0 && l->rest.at[0] == ' ') {
		part = physical_line(l);
		g_string_append_len(text, part.at + 1, (gssize)part.n - 1);
	}
	if (memchr(text->str, '\0', text->len) == NULL)
		line = arena_strndup(a, text->str, text->len);
	g_string_free(text, TRUE);
	return line;
}

static bool is_base64(const char *text)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t n = strspn(text, letters), pad = strspn(text + n, "=");

	return text[n + pad] == '\0' && pad <= 2 && (n + pad) % 4 == 0;
}

/* NULL: no base64; "": a photo or a key, no text */
static const char *decode(struct arena *a, const char *text)
{
	const char *copy = "";
	guchar *bytes;
	gsize n;

	if (!is_base64(text))
		return NULL;
	bytes = g_base64_decode(text, &n);
	if (memchr(bytes, '\0', n) == NULL &&
	    g_utf8_validate((const char *)bytes, (gssize)n, NULL))
		copy = arena_strndup(a, (const char *)bytes, n);
	g_free(bytes);
	return copy;
}

/* "attribute;option: value", "attribute:: base64" */
static void split(struct arena *a, char *text, struct ldif_line *line)
{
	char *colon = strchr(text, ':'), *option;
	const char *value;

	if (colon == NULL || colon == text) {
		line->why = "not of the form \"attribute: value\"";
		return;
	}
	*colon = '\0';
	option = strchr(text, ';');
	if (option != NULL)
		*option = '\0';
	value = colon + 1;
	if (*value == '<') {
		line->why = "values from files (\":<\") are not read";
	} else if (*value == ':') {
		value++;
		line->value = decode(a, value + strspn(value, " "));
		line->why = line->value == NULL ? "broken base64" : NULL;
	} else {
		line->value = value + strspn(value, " ");
	}
	line->name = line->why == NULL ? text : NULL;
}

struct ldif ldif_begin(struct bytes text)
{
	return (struct ldif){ .rest = text, .line = 1 };
}

bool ldif_next(struct ldif *l, struct arena *a, struct ldif_line *line_r)
{
	while (l->rest.n > 0) {
		char *text;

		*line_r = (struct ldif_line){ .line = l->line };
		text = whole_line(l, a);
		if (text == NULL)
			line_r->why = "a NUL byte";
		else if (*text == '#')
			continue;
		else if (*text != '\0')
			split(a, text, line_r);
		return true;
	}
	return false;
}
