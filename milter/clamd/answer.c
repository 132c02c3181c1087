#include "clamd/answer.h"

#include <glib.h>
#include <string.h>

#include "base/limits.h"
#include "base/printable.h"

static const char *shown(struct arena *a, const char *at, size_t n)
{
	char *text = g_strndup(at, n), *safe = printable(text, LIMIT_REASON_VALUE_BYTES);
	const char *kept = arena_strdup(a, safe);

	g_free(safe);
	g_free(text);
	return kept;
}

/* what is found stands between head and end */
static bool says_found(struct bytes line, size_t n_head, struct bytes *name_r)
{
	static const char end[] = " FOUND";
	const size_t n_end = sizeof(end) - 1;

	if (line.n < n_head + n_end || memcmp(line.at + line.n - n_end, end, n_end) != 0)
		return false;
	*name_r = (struct bytes){ line.at + n_head, line.n - n_head - n_end };
	return true;
}

struct clamd_answer clamd_read_answer(struct arena *a, struct bytes line)
{
	static const char head[] = "stream: ";
	const size_t n_head = sizeof(head) - 1;
	struct clamd_answer answer = { .result = CLAMD_UNCHECKED };
	struct bytes name;

	while (line.n > 0 && (line.at[line.n - 1] == '\0' || line.at[line.n - 1] == '\n'))
		line.n--;
	if (line.n == 0) {
		answer.why = "clamd: no answer";
	} else if (line.n <= n_head || memcmp(line.at, head, n_head) != 0) {
		answer.why = arena_printf(a, "clamd: %s", shown(a, line.at, line.n));
	} else if (says_found(line, n_head, &name)) {
		answer.result = CLAMD_FOUND;
		answer.name = shown(a, name.at, name.n);
	} else if (line.n == n_head + 2 && memcmp(line.at + n_head, "OK", 2) == 0) {
		answer.result = CLAMD_CLEAN;
	} else {
		answer.why = arena_printf(a, "clamd: %s",
					  shown(a, line.at + n_head, line.n - n_head));
	}
	return answer;
}
