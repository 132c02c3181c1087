/* Lists are sets of folded texts. `under` walks from a domain up to its parents; nothing
 * else here knows what the entries mean. */
#include "rule/list.h"

#include <glib.h>
#include <stdint.h>
#include <string.h>

#include "base/limits.h"
#include "rule/fold.h"

#define LABELS_MAX 128 /* RFC 1035: 127 labels fit into 255 bytes */

struct list {
	struct arena *arena;
	GHashTable *set;       /* folded text */
	struct place dotted;   /* the first entry that begins with a dot; line 0: none */
	struct place extended; /* the first `extend list`; line 0: none */
	const struct dnslist *dns; /* NULL: it has entries */
	size_t number;             /* among those in DNS */
};

static void set_free(void *p)
{
	g_hash_table_unref(p);
}

struct list *list_create(struct arena *a)
{
	struct list *list = arena_new(a, struct list, 1);

	*list = (struct list){ .arena = a,
			       .set = g_hash_table_new(g_str_hash, g_str_equal) };
	arena_defer(a, set_free, list->set);
	return list;
}

void list_add(struct list *list, struct bytes entry)
{
	struct bytes folded = fold_name(list->arena, entry);

	if (folded.n > 0 && !g_hash_table_contains(list->set, folded.at))
		g_hash_table_add(list->set, (gpointer)(uintptr_t)folded.at);
}

/* what stands before a # that begins the line or follows a blank */
static size_t without_comment(const char *at, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (at[i] == '#' && (i == 0 || g_ascii_isspace(at[i - 1])))
			return i;
	return n;
}

static bool entry_is_fine(struct bytes entry, struct place place, struct rule_errors *c)
{
	if (!g_utf8_validate(entry.at, (gssize)entry.n, NULL))
		report_error(c, place, "this line is not UTF-8");
	else if (entry.at[0] == '*')
		report_error(
			c, place,
			"write the domain alone: `under` covers the names below it as "
			"well");
	else
		return true;
	return false;
}

void list_add_checked(struct list *list, struct bytes entry, struct place place,
		      struct rule_errors *c)
{
	if (entry.n == 0 || !entry_is_fine(entry, place, c))
		return;
	if (entry.at[0] == '.' && list->dotted.line == 0)
		list->dotted = place;
	list_add(list, entry);
}

void list_add_file(struct list *list, const char *file, struct bytes text,
		   struct rule_errors *c)
{
	struct place place = { .file = file, .line = 0, .column = 1 };
	const char *at = text.n == 0 ? "" : text.at, *end = at + text.n;
	size_t n = 0;

	while (at < end) {
		const char *line_end = memchr(at, '\n', (size_t)(end - at));
		size_t line = (size_t)((line_end == NULL ? end : line_end) - at);
		struct bytes entry = bytes_trimmed(
			(struct bytes){ at, without_comment(at, line) }, BLANKS_OF_TEXT);

		place.line++;
		at += line + 1;
		n += entry.n > 0;
		if (n > LIMIT_LIST_ENTRIES) {
			report_error(c, place, "more than %d entries",
				     LIMIT_LIST_ENTRIES);
			return;
		}
		list_add_checked(list, entry, place, c);
	}
}

bool list_holds(const struct list *list, struct bytes text)
{
	return g_hash_table_contains(list->set, text.at);
}

bool list_covers(const struct list *list, struct bytes text)
{
	const char *at = memrchr(text.at, '@', text.n);
	const char *domain = at == NULL ? text.at : at + 1;

	for (unsigned labels = 0; labels < LABELS_MAX; labels++) {
		if (g_hash_table_contains(list->set, domain))
			return true;
		domain = strchr(domain, '.');
		if (domain == NULL)
			return false;
		domain++;
	}
	return false;
}

bool list_is_dotted(const struct list *list, struct place *place_r)
{
	*place_r = list->dotted;
	return list->dotted.line > 0;
}

void list_extended(struct list *list, struct place place)
{
	if (list->extended.line == 0)
		list->extended = place;
}

bool list_is_extended(const struct list *list, struct place *place_r)
{
	*place_r = list->extended;
	return list->extended.line > 0;
}

void list_ask_dns(struct list *list, const struct dnslist *dns, size_t number)
{
	list->dns = dns;
	list->number = number;
}

const struct dnslist *list_dns(const struct list *list, size_t *number_r)
{
	if (number_r != NULL)
		*number_r = list->number;
	return list->dns;
}

static gint by_text(gconstpointer left, gconstpointer right)
{
	const struct bytes *a = left, *b = right;

	return strcmp(a->at, b->at);
}

const struct bytes *list_entries(struct list *list, size_t *n_r)
{
	size_t n = g_hash_table_size(list->set), i = 0;
	struct bytes *entries = arena_new(list->arena, struct bytes, n + 1);
	GHashTableIter iter;
	gpointer key;

	g_hash_table_iter_init(&iter, list->set);
	while (i < n && g_hash_table_iter_next(&iter, &key, NULL))
		entries[i++] = bytes_of(key);
	qsort(entries, n, sizeof(entries[0]), by_text);
	*n_r = n;
	return entries;
}
