/* The subject is not read anew: the mark goes in front of its raw value, so that encoded words and
 * folds stay as they are. That a DKIM signature over it no longer verifies is accepted, as with
 * the banner. */
#include "action/subject_mark.h"

#include <strings.h>

#include "action/plan.h"
#include "base/bytes.h"

enum {
	SUBJECTS_MOST = 20, /* one is allowed: RFC 5322 3.6 */
	VALUE_BYTES = 8000, /* of a raw value that is kept; readers show some 200 */
};

/* The raw value without leading blanks; folds as milters write them. */
static const char *plain_value(struct arena *a, struct bytes value)
{
	char *out = arena_alloc(a, MIN(value.n, VALUE_BYTES) + 1);
	size_t n = 0, i = 0;

	while (i < value.n && g_ascii_isspace(value.at[i]))
		i++;
	for (; i < value.n && n < VALUE_BYTES; i++)
		if (value.at[i] != '\r' && value.at[i] != '\0')
			out[n++] = value.at[i];
	while (n > 0 && g_ascii_isspace(out[n - 1]))
		n--;
	out[n] = '\0';
	return out;
}

void subject_mark_edits(struct arena *a, const struct message *m, const char *mark,
			GArray *edits)
{
	const struct header *h;
	size_t n = 0;

	for (; n < SUBJECTS_MOST && (h = message_header(m, "Subject", n)) != NULL; n++) {
		struct edit e = { .kind = EDIT_CHANGE_HEADER,
				  .name = "Subject",
				  .nth = n };

		if (g_str_has_prefix(header_text(a, h), mark))
			continue;
		e.value = arena_printf(a, "%s %s", mark, plain_value(a, h->value));
		g_array_append_val(edits, e);
	}
	if (n == 0) {
		struct edit e = { .kind = EDIT_ADD_HEADER,
				  .name = "Subject",
				  .value = mark };

		g_array_append_val(edits, e);
	}
}
