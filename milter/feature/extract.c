/* What all sources share: foreign text and lists as values. Every text that becomes a value
 * goes through here, so that rules, journal and pages may rely on valid UTF-8. */
#include "feature/extract.h"

#include <glib.h>

struct collected {
	struct arena *arena;
	GHashTable *seen;
	const char **items;
	size_t n, room, most;
};

static const char *text_valid(struct arena *a, const char *text)
{
	if (g_utf8_validate(text, -1, NULL))
		return text;

	char *made = g_utf8_make_valid(text, -1);
	const char *kept = arena_strdup(a, made);

	g_free(made);
	return kept;
}

struct value text_value(struct arena *a, const char *text)
{
	return value_of_text(text == NULL ? NULL : text_valid(a, text));
}

static void forget_seen(void *seen)
{
	g_hash_table_destroy(seen);
}

struct collected *collect_new(struct arena *a, size_t most)
{
	struct collected *c = arena_new(a, struct collected, 1);

	c->arena = a;
	c->most = most;
	return c;
}

void collect_add(struct collected *c, const char *text)
{
	if (text == NULL || *text == '\0' || c->n == c->most)
		return;
	/* one after the other, links of one place share its text */
	if (c->n > 0 && c->items[c->n - 1] == text)
		return;
	text = text_valid(c->arena, text);
	if (c->seen == NULL) {
		c->seen = g_hash_table_new(g_str_hash, g_str_equal);
		arena_defer(c->arena, forget_seen, c->seen);
	}
	if (g_hash_table_contains(c->seen, text))
		return;
	if (c->n == c->room) {
		size_t room = c->room == 0 ? 8 : c->room * 2;
		const char **items = arena_new(c->arena, const char *, room);

		for (size_t i = 0; i < c->n; i++)
			items[i] = c->items[i];
		c->items = items;
		c->room = room;
	}
	c->items[c->n++] = text;
	/* the table holds a non-const pointer, and nobody writes through it */
	g_hash_table_add(c->seen, (gpointer)(uintptr_t)text);
}

struct value collect_value(const struct collected *c)
{
	return value_of_list(c->items, c->n);
}
