/* The table of options and the questions others ask of a loaded configuration. A row's type
 * must fit the struct's member, or the build stops. Nothing here reads a file. */
#include "config/options.h"

#include <gio/gio.h>
#include <string.h>

#include "base/compiler.h"
#include "base/suggest.h"
#include "config/network.h"
#include "config/row.h"
#include "config/snapshot.h"
#include "config/type.h"
#include "message/address.h"

/* clang-format off */
#define ROW(holder, TYPE, NAME, DEF, MIN, MAX, UNIT, FLAGS, SINCE, DOC) \
	{ .type = OPTION_##TYPE, .name = #NAME, .fallback = DEF, .min = MIN, .max = MAX, \
	  .unit = UNIT, .flags = FLAGS, .since = SINCE, .doc = DOC, \
	  .offset = offsetof(struct holder, opt_m_##TYPE(NAME)) + \
		    MEMBER_IS(struct holder, opt_m_##TYPE(NAME), opt_c_##TYPE) },

#define SECTION(NAME, DOC) { .type = OPTION_HEADING, .name = NAME, .doc = DOC },
#define OPTION(...) ROW(options, __VA_ARGS__)
#define TENANT(...)
#define POLICY(...)
static const struct option_row global_rows[] = {
#include "config/options.def"
};
#undef SECTION
#undef OPTION
#undef TENANT
#undef POLICY

#define SECTION(NAME, DOC)
#define OPTION(...)
#define TENANT(...) ROW(tenant, __VA_ARGS__)
#define POLICY(...)
static const struct option_row tenant_rows[] = {
#include "config/options.def"
};
#undef TENANT
#undef POLICY

#define TENANT(...)
#define POLICY(...) ROW(policy, __VA_ARGS__)
static const struct option_row policy_rows[] = {
#include "config/options.def"
};
/* clang-format on */

const struct option_table option_tables[SCOPE_COUNT] = {
	[SCOPE_GLOBAL] = { "", global_rows, COUNT_OF(global_rows) },
	[SCOPE_TENANT] = { "tenant", tenant_rows, COUNT_OF(tenant_rows) },
	[SCOPE_POLICY] = { "policy", policy_rows, COUNT_OF(policy_rows) },
};

const struct option_row *option_find(enum option_scope scope, const char *name)
{
	const struct option_table *t = &option_tables[scope];

	for (size_t i = 0; i < t->n; i++)
		if (t->rows[i].type != OPTION_HEADING &&
		    strcmp(t->rows[i].name, name) == 0)
			return &t->rows[i];
	return NULL;
}

const struct option_table *option_section(const struct option_row *heading)
{
	for (size_t s = SCOPE_TENANT; s < SCOPE_COUNT; s++)
		if (strcmp(option_tables[s].section, heading->name) == 0)
			return &option_tables[s];
	return NULL;
}

static const char *name_of_row(size_t i, const void *rows)
{
	const struct option_row *row = (const struct option_row *)rows + i;

	return row->type == OPTION_HEADING ? "" : row->name;
}

const char *option_suggest(enum option_scope scope, const char *wrong)
{
	const struct option_table *t = &option_tables[scope];
	const char *near = suggest(wrong, name_of_row, t->n, t->rows);

	return near == NULL || *near == '\0' ? NULL : near;
}

struct options *snapshot_create(void)
{
	struct arena *a = arena_create();
	struct options *o = arena_new(a, struct options, 1);

	o->snapshot = arena_new(a, struct snapshot, 1);
	o->snapshot->arena = a;
	o->snapshot->tenants = g_hash_table_new(g_str_hash, g_str_equal);
	o->snapshot->policies = g_hash_table_new(g_str_hash, g_str_equal);
	o->snapshot->flags = g_hash_table_new(g_str_hash, g_str_equal);
	o->snapshot->named = g_hash_table_new(g_str_hash, g_str_equal);
	o->snapshot->internal = g_ptr_array_new_with_free_func(g_object_unref);
	return o;
}

void options_unref(const struct options *o)
{
	if (o == NULL)
		return;
	struct arena *a = o->snapshot->arena;

	g_hash_table_destroy(o->snapshot->tenants);
	g_hash_table_destroy(o->snapshot->policies);
	g_hash_table_destroy(o->snapshot->flags);
	g_hash_table_destroy(o->snapshot->named);
	g_ptr_array_free(o->snapshot->internal, TRUE);
	arena_destroy(&a);
}

/* keys and values live in the snapshot's arena, like the table's only user */
static void keep_first(GHashTable *index, const char *key, const void *value)
{
	if (!g_hash_table_contains(index, key))
		g_hash_table_insert(index, (gpointer)(uintptr_t)key,
				    (gpointer)(uintptr_t)value);
}

static void index_policy(struct snapshot *s, const struct policy *p)
{
	keep_first(s->named, p->name, p);
	for (size_t i = 0; i < p->recipients.n; i++)
		keep_first(s->policies, p->recipients.at[i], p);
	for (size_t i = 0; i < p->flags.n; i++)
		keep_first(s->flags, p->flags.at[i], p);
}

void snapshot_index(struct options *o)
{
	struct snapshot *s = o->snapshot;

	for (size_t i = 0; i < o->n_tenants; i++)
		for (size_t k = 0; k < o->tenants[i].domains.n; k++)
			keep_first(s->tenants, o->tenants[i].domains.at[k],
				   &o->tenants[i]);
	for (size_t i = 0; i < o->n_policies; i++)
		index_policy(s, &o->policies[i]);
	for (size_t i = 0; i < o->internal_networks.n; i++) {
		char *why = NULL;

		g_ptr_array_add(s->internal,
				network_parse(o->internal_networks.at[i], &why));
		g_assert(why == NULL); /* the loader took it */
	}
}

const struct tenant *options_tenant(const struct options *o, const char *domain)
{
	GHashTable *tenants = o->snapshot->tenants;
	const struct tenant *t =
		domain == NULL ? NULL : g_hash_table_lookup(tenants, domain);

	if (domain == NULL || t != NULL)
		return t;
	while ((domain = strchr(domain, '.')) != NULL) {
		t = g_hash_table_lookup(tenants, ++domain);
		if (t != NULL && t->subdomains)
			return t;
	}
	return NULL;
}

const char *options_mailbox(const struct options *o, struct arena *a, const char *key)
{
	if (options_tenant(o, address_domain(key)) == NULL ||
	    g_hash_table_contains(o->snapshot->policies, key))
		return key;
	return address_extended(a, key, o->recipient_delimiter, "");
}

const struct policy *options_policy_named(const struct options *o, const char *name)
{
	return g_hash_table_lookup(o->snapshot->named, name);
}

/* policies stand in the order of the file */
static const struct policy *policy_of_flags(const struct options *o,
					    const struct policy_seeker *who)
{
	const struct policy *first = NULL;

	if (g_hash_table_size(o->snapshot->flags) == 0)
		return NULL;
	for (size_t i = 0; i < who->n_flags; i++) {
		char *flag = g_ascii_strdown(who->flags[i], -1);
		const struct policy *p = g_hash_table_lookup(o->snapshot->flags, flag);

		if (p != NULL && (first == NULL || p < first))
			first = p;
		g_free(flag);
	}
	return first;
}

const struct policy *options_policy(const struct options *o,
				    const struct policy_seeker *who)
{
	GHashTable *recipients = o->snapshot->policies;
	const char *at = who->address == NULL ? NULL : strrchr(who->address, '@');
	const struct policy *p = NULL;

	if (at != NULL)
		p = g_hash_table_lookup(recipients, who->address);
	if (p == NULL && who->named != NULL)
		p = options_policy_named(o, who->named);
	if (p == NULL)
		p = policy_of_flags(o, who);
	if (p == NULL && at != NULL)
		p = g_hash_table_lookup(recipients, at);
	return p != NULL ? p : &o->policies[0];
}

bool options_is_internal(const struct options *o, const char *client_addr)
{
	GInetAddress *address = network_address(client_addr);
	const GPtrArray *networks = o->snapshot->internal;
	bool inside = false;

	if (address == NULL)
		return false;
	for (guint i = 0; i < networks->len && !inside; i++)
		inside = g_inet_address_mask_matches(networks->pdata[i], address);
	g_object_unref(address);
	return inside;
}

char *options_need_restart(const struct options *before, const struct options *after)
{
	const struct option_table *t = &option_tables[SCOPE_GLOBAL];
	GString *names = g_string_new(NULL), *was = g_string_new(NULL),
		*is = g_string_new(NULL);

	for (size_t i = 0; i < t->n; i++) {
		const struct option_row *row = &t->rows[i];

		if (row->type == OPTION_HEADING || row->flags & OPT_RELOAD)
			continue;
		g_string_truncate(was, 0);
		g_string_truncate(is, 0);
		type_print(row, (const char *)before + row->offset, was);
		type_print(row, (const char *)after + row->offset, is);
		if (!g_string_equal(was, is))
			g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "",
					       row->name);
	}
	g_string_free(was, TRUE);
	g_string_free(is, TRUE);
	return g_string_free(names, names->len == 0);
}
