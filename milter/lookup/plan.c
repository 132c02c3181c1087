/* From needs to keys. What the recipients of one tenant share is asked once; keys of two
 * tenants never meet, because the tenant stands in every key. Nothing is asked here. */
#include "lookup/plan.h"

#include <glib.h>
#include <string.h>

#include "lookup/aliases.h"
#include "lookup/preferences.h"
#include "message/address.h"
#include "message/domain.h"
#include "person/name.h"

struct planner {
	struct arena *arena;
	const struct lookup_setup *setup;
	const struct features *features;
	struct lookup_plan *plan;
	GHashTable *keys; /* struct bytes of a key -> its number + 1 */
	size_t room;
	const char *name_keys[LIMIT_NAME_KEYS];
	size_t n_name_keys;
	const char *display_key;
	const char *lookalike_keys[LIMIT_LOOKALIKE_KEYS];
	size_t n_lookalike_keys;
};

static guint key_hash(gconstpointer p)
{
	const struct bytes *b = p;
	guint h = 5381;

	for (size_t i = 0; i < b->n; i++)
		h = h * 33 + (guchar)b->at[i];
	return h;
}

static gboolean key_equal(gconstpointer a, gconstpointer b)
{
	return bytes_equal(*(const struct bytes *)a, *(const struct bytes *)b);
}

static const char *text_of(const struct planner *pl, enum feature_id id)
{
	const struct value *v = &pl->features->at[id];

	return v->known == ANSWER_YES && v->text != NULL && *v->text != '\0' ? v->text
									     : NULL;
}

static bool needed(const struct planner *pl, unsigned need)
{
	return (pl->setup->needs & need) == need;
}

static struct store_read *room_for_one(struct planner *pl)
{
	struct lookup_plan *p = pl->plan;

	if (p->n_reads == pl->room) {
		size_t room = pl->room == 0 ? 64 : pl->room * 2;
		struct store_read *reads = arena_new(pl->arena, struct store_read, room);

		if (p->n_reads > 0)
			memcpy(reads, p->reads, p->n_reads * sizeof(*reads));
		p->reads = reads;
		pl->room = room;
	}
	return &p->reads[p->n_reads];
}

static ask ask_key(struct planner *pl, struct bytes key)
{
	struct lookup_plan *p = pl->plan;
	size_t found = GPOINTER_TO_SIZE(g_hash_table_lookup(pl->keys, &key));

	if (found != 0)
		return found - 1;
	if (p->n_reads == LIMIT_BATCH_KEYS) {
		p->over = true;
		return ASK_OVER;
	}

	struct bytes *kept = arena_new(pl->arena, struct bytes, 1);

	*kept = key;
	*room_for_one(pl) = (struct store_read){ .key = key, .answer = ANSWER_UNKNOWN };
	p->n_reads++;
	g_hash_table_insert(pl->keys, kept, GSIZE_TO_POINTER(p->n_reads));
	return p->n_reads - 1;
}

/* a key of the tenant with one part, if it is needed and the part is there */
static ask ask_part(struct planner *pl, const struct tenant *t, enum family family,
		    const char *part)
{
	if (part == NULL)
		return ASK_NOT;
	return ask_key(pl, key_build(pl->arena, family, t->name, part, NULL));
}

static void ask_names(struct planner *pl, struct tenant_asks *t)
{
	for (size_t i = 0; i < pl->n_name_keys; i++)
		t->names[t->n_names++] =
			ask_part(pl, t->tenant, FAMILY_NAME, pl->name_keys[i]);
}

/* What is the tenant's own resembles itself. */
static void ask_lookalikes(struct planner *pl, struct tenant_asks *t)
{
	const char *domain = text_of(pl, FEATURE_FROM_DOMAIN);

	if (domain == NULL || options_tenant(pl->setup->options, domain) == t->tenant)
		return;
	for (size_t i = 0; i < pl->n_lookalike_keys; i++)
		t->lookalikes[t->n_lookalikes++] =
			ask_part(pl, t->tenant, FAMILY_LOOKALIKE, pl->lookalike_keys[i]);
}

static void ask_threads(struct planner *pl, struct tenant_asks *t)
{
	const struct value *refs = &pl->features->at[FEATURE_REFERENCES];

	for (size_t i = 0; refs->known == ANSWER_YES && i < refs->n_items; i++)
		if (t->n_threads < LIMIT_REFERENCES)
			t->threads[t->n_threads++] =
				ask_part(pl, t->tenant, FAMILY_THREAD, refs->items[i]);
}

static struct tenant_asks *ask_shared(struct planner *pl, const struct tenant *tenant)
{
	struct tenant_asks *t = arena_new(pl->arena, struct tenant_asks, 1);
	const char *from = text_of(pl, FEATURE_FROM_ADDRESS);

	*t = (struct tenant_asks){ .tenant = tenant,
				   .baseline = ASK_NOT,
				   .person = ASK_NOT,
				   .sender = ASK_NOT,
				   .domain = ASK_NOT,
				   .display = ASK_NOT,
				   .list = ASK_NOT };
	if (needed(pl, NEED_TENANT))
		t->baseline = ask_key(pl, key_build(pl->arena, FAMILY_TENANT,
						    tenant->name, NULL, NULL));
	if (needed(pl, NEED_PERSON_ADDRESS))
		t->person = ask_part(pl, tenant, FAMILY_PERSON, from);
	if (needed(pl, NEED_SENDER))
		t->sender = ask_part(pl, tenant, FAMILY_SENDER, from);
	if (needed(pl, NEED_DOMAIN))
		t->domain = ask_part(pl, tenant, FAMILY_DOMAIN,
				     text_of(pl, FEATURE_FROM_ORG));
	if (needed(pl, NEED_DISPLAY))
		t->display = ask_part(pl, tenant, FAMILY_DISPLAY, pl->display_key);
	if (needed(pl, NEED_LIST))
		t->list = ask_part(pl, tenant, FAMILY_LIST, text_of(pl, FEATURE_LIST_ID));
	if (needed(pl, NEED_PERSON_NAME))
		ask_names(pl, t);
	if (needed(pl, NEED_THREAD))
		ask_threads(pl, t);
	if (needed(pl, NEED_LOOKALIKE))
		ask_lookalikes(pl, t);
	return t;
}

/* Everything shared comes first in the batch: where not all fits, single pairs go missing
 * before what holds for everybody. */
static GPtrArray *plan_tenants(struct planner *pl, struct rcpt_asks *rcpts)
{
	const struct envelope *e = pl->features->envelope;
	GHashTable *seen = g_hash_table_new(g_direct_hash, g_direct_equal);
	GPtrArray *tenants = g_ptr_array_new();

	for (size_t i = 0; i < e->n_rcpts; i++) {
		const char *key = e->rcpts[i].key;
		const struct tenant *t =
			key == NULL
				? NULL
				: options_tenant(pl->setup->options, address_domain(key));
		struct tenant_asks *shared =
			t == NULL ? NULL : g_hash_table_lookup(seen, t);

		if (t != NULL && shared == NULL) {
			shared = ask_shared(pl, t);
			shared->nth = tenants->len;
			g_hash_table_insert(seen, (gpointer)(uintptr_t)t, shared);
			g_ptr_array_add(tenants, shared);
		}
		rcpts[i] = (struct rcpt_asks){ .shared = shared,
					       .address = key,
					       .mailbox = ASK_NOT,
					       .pair = ASK_NOT,
					       .alias_pair = ASK_NOT };
		for (size_t k = 0; k < ENTRY_COUNT; k++)
			rcpts[i].preferences[k] = ASK_NOT;
	}
	g_hash_table_destroy(seen);
	return tenants;
}

static ask ask_pair(struct planner *pl, const struct tenant *t, const char *mailbox)
{
	return ask_key(pl, key_build(pl->arena, FAMILY_PAIR, t->name, mailbox,
				     text_of(pl, FEATURE_FROM_ADDRESS)));
}

static void plan_pair(struct planner *pl, const struct tenant *t, struct rcpt_asks *r)
{
	r->pair = ask_pair(pl, t, r->address);
	if (r->alias_target != NULL)
		r->alias_pair = ask_pair(pl, t, r->alias_target);
}

/* Preferences stand under the mailbox alone: who knows an alias asks for no more. */
static void plan_preferences(struct planner *pl, const struct tenant *t,
			     const char *const *entries, struct rcpt_asks *r)
{
	r->preference_of = r->alias_target != NULL ? r->alias_target : r->address;
	for (size_t i = 0; i < ENTRY_COUNT; i++)
		if (entries[i] != NULL)
			r->preferences[i] = ask_key(
				pl, key_build(pl->arena, FAMILY_PREFERENCE, t->name,
					      r->preference_of, entries[i]));
}

static void plan_rcpts(struct planner *pl, struct rcpt_asks *rcpts)
{
	const char *entries[ENTRY_COUNT] = { NULL };
	const char *from = text_of(pl, FEATURE_FROM_ADDRESS);

	if (needed(pl, NEED_PREFERENCE)) {
		preference_subject_of(pl->arena, pl->setup, pl->features,
				      &pl->plan->subject);
		preference_entries(pl->arena, &pl->plan->subject, entries);
	}
	for (size_t i = 0; i < pl->plan->n_rcpts; i++) {
		if (rcpts[i].shared == NULL)
			continue;

		const struct tenant *t = rcpts[i].shared->tenant;

		if (pl->setup->aliases != NULL &&
		    needed(pl, NEED_MAILBOX)) /* none else asks under another name */
			rcpts[i].alias_target = aliases_find(
				pl->setup->aliases, pl->arena, t->name, rcpts[i].address);
		if (needed(pl, NEED_PREFERENCE))
			plan_preferences(pl, t, entries, &rcpts[i]);
		if (needed(pl, NEED_MAILBOX))
			rcpts[i].mailbox =
				ask_part(pl, t, FAMILY_MAILBOX, rcpts[i].address);
		if (needed(pl, NEED_PAIR) && from != NULL)
			plan_pair(pl, t, &rcpts[i]);
	}
}

/* Where anybody has an address, nobody imitates anybody by the domain. */
static void plan_lookalikes(struct planner *pl)
{
	const struct lookup_setup *s = pl->setup;
	const char *domain = text_of(pl, FEATURE_FROM_DOMAIN);

	pl->n_lookalike_keys = 0;
	if (domain == NULL || !needed(pl, NEED_LOOKALIKE) ||
	    (s->is_shared != NULL && s->is_shared(s->shared, domain)))
		return;
	pl->n_lookalike_keys =
		domain_lookalike_asks(pl->arena, domain, pl->lookalike_keys);
}

static void plan_author(struct planner *pl)
{
	const char *display = text_of(pl, FEATURE_FROM_NAME);
	struct lookup_plan *p = pl->plan;
	struct rcpt_asks *rcpts = arena_new(pl->arena, struct rcpt_asks, p->n_rcpts);

	p->rcpts = rcpts;
	pl->n_name_keys = 0;
	pl->display_key = NULL;
	if (display != NULL && needed(pl, NEED_PERSON_NAME))
		pl->n_name_keys = name_keys_ask(pl->arena, display, pl->name_keys);
	if (display != NULL && needed(pl, NEED_DISPLAY))
		pl->display_key = name_key(pl->arena, display);
	plan_lookalikes(pl);

	GPtrArray *tenants = plan_tenants(pl, rcpts);
	struct tenant_asks **kept =
		arena_new(pl->arena, struct tenant_asks *, tenants->len);

	for (guint i = 0; i < tenants->len; i++)
		kept[i] = g_ptr_array_index(tenants, i);
	p->tenants = (const struct tenant_asks *const *)kept;
	p->n_tenants = tenants->len;
	plan_rcpts(pl, rcpts);
	g_ptr_array_free(tenants, TRUE);
}

/* each goes on with the questions of those before, so that the last one has all */
void lookup_plan_authors(struct arena *a, const struct lookup_setup *s,
			 const struct features *each, size_t n, struct lookup_plan *p_r)
{
	struct planner pl = { .arena = a, .setup = s };

	pl.keys = g_hash_table_new(key_hash, key_equal);
	for (size_t i = 0; i < n; i++) {
		const struct envelope *e = each[i].envelope;

		p_r[i] = i == 0 ? (struct lookup_plan){ .n_reads = 0 } : p_r[i - 1];
		p_r[i].n_rcpts = e == NULL ? 0 : e->n_rcpts;
		pl.features = &each[i];
		pl.plan = &p_r[i];
		plan_author(&pl);
	}
	for (size_t i = 0; i < n; i++) {
		p_r[i].reads = p_r[n - 1].reads;
		p_r[i].n_reads = p_r[n - 1].n_reads;
		p_r[i].over = p_r[n - 1].over;
	}
	g_hash_table_destroy(pl.keys);
}

void lookup_plan_make(struct arena *a, const struct lookup_setup *s,
		      const struct features *f, struct lookup_plan *p_r)
{
	lookup_plan_authors(a, s, f, 1, p_r);
}
