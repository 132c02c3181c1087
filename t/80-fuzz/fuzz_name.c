/* Two names, one a line: judged the same both ways, and found when they match exactly. */
#include <glib.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "person/name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static size_t keys(struct arena *a, const char *name)
{
	const char *asked[LIMIT_NAME_KEYS];
	size_t n = name_keys_ask(a, name, asked);

	g_assert_cmpuint(n, <=, LIMIT_NAME_KEYS);
	g_assert_true((n > 0) == (name_key(a, name) != NULL));
	for (size_t i = 0; i < n; i++)
		g_assert_true(g_utf8_validate(asked[i], -1, NULL));
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *text = g_strndup((const char *)data, n);
	char **line = g_strsplit(text, "\n", 2);
	struct arena *a = arena_create();

	if (g_strv_length(line) == 2) {
		struct name_judgement one = name_match(a, line[0], line[1]);
		struct name_judgement two = name_match(a, line[1], line[0]);

		g_assert_cmpint(one.match, ==, two.match);
		g_assert_nonnull(one.how);
		if (keys(a, line[0]) > 0)
			g_assert_cmpint(name_match(a, line[0], line[0]).match, ==,
					NAME_EXACT);
		keys(a, line[1]);
	}
	arena_destroy(&a);
	g_strfreev(line);
	g_free(text);
	return 0;
}
