/* No bound on how many: what is held was bounded before, and nothing is kept here. */
#include "quarantine/fields.h"

#include <glib.h>
#include <string.h>

/* behind the line that begins at a place */
static size_t line_end(struct bytes raw, size_t at)
{
	const char *lf = memchr(raw.at + at, '\n', raw.n - at);

	return lf == NULL ? raw.n : (size_t)(lf - raw.at) + 1;
}

bool field_next(struct bytes raw, size_t *at, struct field *f_r)
{
	size_t begin = *at, end;

	if (begin >= raw.n || raw.at[begin] == '\n' ||
	    (raw.at[begin] == '\r' && begin + 1 < raw.n && raw.at[begin + 1] == '\n'))
		return false;
	end = line_end(raw, begin);
	while (end < raw.n && (raw.at[end] == ' ' || raw.at[end] == '\t'))
		end = line_end(raw, end);
	f_r->whole = (struct bytes){ .at = raw.at + begin, .n = end - begin };
	f_r->name = (struct bytes){ .at = raw.at + begin };
	const char *colon = memchr(f_r->whole.at, ':', f_r->whole.n);

	if (colon != NULL)
		f_r->name.n = (size_t)(colon - f_r->name.at);
	while (f_r->name.n > 0 && g_ascii_isspace(f_r->name.at[f_r->name.n - 1]))
		f_r->name.n--;
	*at = end;
	return true;
}
