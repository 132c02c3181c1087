/* From a file to mailboxes, of whichever format: all of them, or none. */
#include "mailbox/mailboxes.h"

#include <string.h>

#include "base/error.h"
#include "base/limits.h"
#include "mailbox/boxes.h"
#include "message/address.h"

#define CHUNK 50000
#define HOPS_MOST 10 /* of an alias to an alias; longer chains are loops */

static const char *next_hop(GHashTable *canonical, const char *address)
{
	const char *next = g_hash_table_lookup(canonical, address);

	return next == NULL || strcmp(next, address) == 0 ? NULL : next;
}

/* An alias of an alias is one of the last mailbox; of a loop nothing is said. */
static void follow_aliases(struct mailbox_row *rows, size_t n)
{
	GHashTable *canonical = g_hash_table_new(g_str_hash, g_str_equal);

	for (size_t i = 0; i < n; i++)
		if (rows[i].box.canonical != NULL)
			g_hash_table_insert(canonical, (void *)(uintptr_t)rows[i].address,
					    (void *)(uintptr_t)rows[i].box.canonical);
	for (size_t i = 0; i < n; i++) {
		const char *last = rows[i].box.canonical, *next = last;
		int hops = 0;

		while (next != NULL && hops++ < HOPS_MOST) {
			last = next;
			next = next_hop(canonical, last);
		}
		rows[i].box.canonical = next == NULL ? last : NULL;
	}
	g_hash_table_destroy(canonical);
}

static void give_up(const struct boxes *b, GError **e)
{
	GString *text = g_string_new(b->reports->str);

	if (b->n_reports > LIMIT_RULE_ERRORS)
		g_string_append_printf(text, "\n%s: and %zu more of the kind",
				       b->reading->name,
				       b->n_reports - LIMIT_RULE_ERRORS);
	g_set_error_literal(e, WONTED_ERROR, WONTED_ERROR_INPUT, text->str);
	g_string_free(text, TRUE);
}

static void take_rows(const struct boxes *b, struct mailbox_list *list_r)
{
	size_t n = b->rows->len;
	struct mailbox_row *at = arena_new(b->arena, struct mailbox_row, n);

	if (n > 0)
		memcpy(at, b->rows->data, n * sizeof(*at));
	follow_aliases(at, n);
	*list_r = (struct mailbox_list){
		.at = at, .n = n, .skipped = b->skipped, .local = b->local
	};
}

bool mailboxes_read(const struct mailbox_reading *r, struct arena *a,
		    struct mailbox_list *list_r, GError **e)
{
	static void (*const readers[])(struct boxes * b) = {
		[MAILBOX_CSV] = boxes_csv,
		[MAILBOX_LDIF] = boxes_ldif,
		[MAILBOX_MAP] = boxes_map,
	};
	struct boxes b = {
		.reading = r,
		.arena = a,
		.rows = g_array_new(FALSE, FALSE, sizeof(struct mailbox_row)),
		.row_line = g_hash_table_new(g_str_hash, g_str_equal),
		.reports = g_string_new(NULL),
	};
	bool good;

	readers[r->format](&b);
	good = b.n_reports == 0;
	if (good)
		take_rows(&b, list_r);
	else
		give_up(&b, e);
	g_string_free(b.reports, TRUE);
	g_hash_table_destroy(b.row_line);
	g_array_free(b.rows, TRUE);
	return good;
}

bool mailboxes_write(struct store *s, const char *tenant, const struct mailbox_list *list,
		     GError **e)
{
	bool good = true;

	for (size_t from = 0; good && from < list->n; from += CHUNK) {
		size_t n = MIN(list->n - from, (size_t)CHUNK);
		struct arena *a = arena_create();
		struct store_write *w = arena_new(a, struct store_write, n);

		for (size_t i = 0; i < n; i++)
			w[i] = mailbox_change(a, tenant, list->at[from + i].address,
					      &list->at[from + i].box);
		good = store_write_many(s, w, n, e) == STORE_WROTE;
		arena_destroy(&a);
	}
	return good;
}
