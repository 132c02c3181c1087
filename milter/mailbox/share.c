/* What a mailbox has, its aliases have: the filter asks for the record of the address that a
 * sender wrote, in the one batch of a message, and cannot follow it to another. So a mailbox's
 * kind, policy, locale and flags are laid over its aliases whenever one of them is imported.
 * Baselines are not: those are each address's own. */
#include <string.h>

#include "mailbox/mailboxes.h"
#include "store/keys.h"

#define CHUNK 10000

struct alias {
	const char *address, *mailbox;
	const struct mailbox *said; /* what the import says of that mailbox; NULL */
};

struct sharing {
	struct arena *arena;
	GHashTable *said; /* address -> struct mailbox of the import */
	GArray *aliases;
	GHashTable *mailboxes; /* address -> struct bytes, its record; NULL: not seen */
};

/* of an address too long for a key only a hash is known */
static bool is_alias(const struct mailbox *m, const char *address)
{
	return strcmp(mailbox_canonical(m, address), address) != 0 &&
	       strchr(address, '@') != NULL;
}

static bool see_record(const struct store_record *r, void *to)
{
	struct sharing *sh = to;
	struct arena *a = arena_create();
	struct key_parts parts;
	struct mailbox m;

	if (key_split(a, r->key, &parts) &&
	    mailbox_decode(a, r->value, &m) == ANSWER_YES && is_alias(&m, parts.part1)) {
		struct alias one = { .said = g_hash_table_lookup(sh->said, m.canonical) };

		if (one.said != NULL || g_hash_table_contains(sh->said, parts.part1)) {
			one.address = arena_strdup(sh->arena, parts.part1);
			one.mailbox = arena_strdup(sh->arena, m.canonical);
			g_array_append_val(sh->aliases, one);
			g_hash_table_insert(sh->mailboxes,
					    (gpointer)(uintptr_t)one.mailbox, NULL);
		}
	}
	arena_destroy(&a);
	return true;
}

/* the records that they lead to */
static bool see_mailbox(const struct store_record *r, void *to)
{
	struct sharing *sh = to;
	struct arena *a = arena_create();
	struct key_parts parts;
	gpointer address = NULL;

	if (key_split(a, r->key, &parts) &&
	    g_hash_table_lookup_extended(sh->mailboxes, parts.part1, &address, NULL)) {
		struct bytes *value = arena_new(sh->arena, struct bytes, 1);

		value->at = arena_strndup(sh->arena, r->value.at, r->value.n);
		value->n = r->value.n;
		g_hash_table_insert(sh->mailboxes, address, value);
	}
	arena_destroy(&a);
	return true;
}

static bool says_nothing(const char *word)
{
	return word != NULL && strcmp(word, MAILBOX_NOTHING) == 0;
}

/* What the mailbox has by now; what was taken from it is taken from its aliases. */
static struct mailbox shared(const struct mailbox *has, const struct mailbox *said)
{
	static const char *const no_flags[] = { MAILBOX_NOTHING };
	struct mailbox m = { .kind = has->kind,
			     .policy = has->policy,
			     .locale = has->locale,
			     .flags = has->flags,
			     .n_flags = has->n_flags };

	if (said == NULL)
		return m;
	if (says_nothing(said->policy))
		m.policy = MAILBOX_NOTHING;
	if (says_nothing(said->locale))
		m.locale = MAILBOX_NOTHING;
	if (said->n_flags > 0 && says_nothing(said->flags[0])) {
		m.flags = no_flags;
		m.n_flags = 1;
	}
	return m;
}

static bool share_some(const struct sharing *sh, struct store *s, const char *tenant,
		       size_t from, GError **e)
{
	const struct alias *some = &g_array_index(sh->aliases, struct alias, from);
	size_t n = MIN(sh->aliases->len - from, (size_t)CHUNK), n_writes = 0;
	struct arena *a = arena_create();
	struct store_write *w = arena_new(a, struct store_write, n);
	bool good = true;

	for (size_t i = 0; i < n; i++) {
		const struct bytes *value =
			g_hash_table_lookup(sh->mailboxes, some[i].mailbox);
		struct mailbox has, m;

		if (value == NULL || mailbox_decode(a, *value, &has) != ANSWER_YES)
			continue;
		m = shared(&has, some[i].said);
		w[n_writes++] = mailbox_change(a, tenant, some[i].address, &m);
	}
	if (n_writes > 0)
		good = store_write_many(s, w, n_writes, e) == STORE_WROTE;
	arena_destroy(&a);
	return good;
}

/* Scans, because a scan sees what was written before it; the second half of a pair may not
 * have it yet. */
static bool look_around(struct sharing *sh, struct store *s, const char *tenant,
			GError **e)
{
	struct bytes prefix = key_prefix(sh->arena, FAMILY_MAILBOX, tenant);

	return store_scan(s, prefix, see_record, sh, e) &&
	       (sh->aliases->len == 0 || store_scan(s, prefix, see_mailbox, sh, e));
}

bool mailboxes_share(struct store *s, const char *tenant, const struct mailbox_list *list,
		     GError **e)
{
	struct sharing sh = { .arena = arena_create(),
			      .said = g_hash_table_new(g_str_hash, g_str_equal),
			      .aliases = g_array_new(FALSE, FALSE, sizeof(struct alias)),
			      .mailboxes = g_hash_table_new(g_str_hash, g_str_equal) };
	bool good;

	for (size_t i = 0; i < list->n; i++)
		g_hash_table_insert(sh.said, (gpointer)(uintptr_t)list->at[i].address,
				    (gpointer)(uintptr_t)&list->at[i].box);
	good = look_around(&sh, s, tenant, e);
	for (size_t from = 0; good && from < sh.aliases->len; from += CHUNK)
		good = share_some(&sh, s, tenant, from, e);
	g_hash_table_destroy(sh.mailboxes);
	g_array_free(sh.aliases, TRUE);
	g_hash_table_destroy(sh.said);
	arena_destroy(&sh.arena);
	return good;
}
