/* The wall around libconfuse, and the order of loading: tokens (source.c), statements
 * (statement.c), values by libconfuse, meaning by the table (type.c), combinations (check.c).
 *
 * libconfuse is given one token on a line, so that the line it counts is the number of the
 * token, which knows its file and line. All that it reads is copied out at once. Its scanner
 * is global, so loading is for one thread at a time. Nothing is ever half-loaded: a single
 * error means that no options come out. */
#include "config/load.h"

#include <confuse.h>
#include <string.h>

#include "base/error.h"
#include "config/check.h"
#include "config/row.h"
#include "config/snapshot.h"
#include "config/source.h"
#include "config/statement.h"
#include "config/type.h"

/* one value as libconfuse met it */
struct item {
	char *text;
	size_t line; /* of the prepared text: number of the token, from 1 */
};

struct loading {
	struct options *options;
	struct diagnostics *diagnostics;
	struct source source;
	GHashTable *wrong;
};

/* --- libconfuse --- */

static int keep_item(cfg_t *section, cfg_opt_t *option, const char *text, void *result)
{
	struct item *item = g_new(struct item, 1);

	(void)option;
	*item = (struct item){ g_strdup(text), (size_t)section->line };
	*(struct item **)result = item;
	return 0;
}

static void free_item(void *p)
{
	struct item *item = p;

	g_free(item->text);
	g_free(item);
}

/* its words are not for admins; what it refuses is said in drop_at() */
static void say_nothing(cfg_t *cfg, const char *format, va_list list)
{
	(void)cfg;
	(void)format;
	(void)list;
}

/* every option is a list of texts to libconfuse: which may be lists is for the table */
static void add_rows(cfg_opt_t *to, enum option_scope scope)
{
	const struct option_table *t = &option_tables[scope];

	for (size_t i = 0; i < t->n; i++)
		if (t->rows[i].type != OPTION_HEADING)
			*to++ = (cfg_opt_t)CFG_PTR_LIST_CB(
				t->rows[i].name, NULL, CFGF_NONE, keep_item, free_item);
	*to = (cfg_opt_t)CFG_END();
}

static cfg_t *reader_create(void)
{
	size_t n = option_tables[SCOPE_GLOBAL].n;
	cfg_opt_t *tenant = g_new0(cfg_opt_t, option_tables[SCOPE_TENANT].n + 1);
	cfg_opt_t *policy = g_new0(cfg_opt_t, option_tables[SCOPE_POLICY].n + 1);
	cfg_opt_t *all = g_new0(cfg_opt_t, n + 3), *end = all;
	const cfg_flag_t multi = CFGF_MULTI | CFGF_TITLE;

	add_rows(tenant, SCOPE_TENANT);
	add_rows(policy, SCOPE_POLICY);
	add_rows(all, SCOPE_GLOBAL);
	while (end->name != NULL)
		end++;
	end[0] = (cfg_opt_t)CFG_SEC(option_tables[SCOPE_TENANT].section, tenant, multi);
	end[1] = (cfg_opt_t)CFG_SEC(option_tables[SCOPE_POLICY].section, policy, multi);
	end[2] = (cfg_opt_t)CFG_END();
	cfg_t *cfg = cfg_init(all, CFGF_NONE);

	if (cfg == NULL)
		g_error("out of memory");
	cfg_set_error_function(cfg, say_nothing);
	g_free(tenant);
	g_free(policy);
	g_free(all);
	return cfg;
}

/* one token on a line; "$" would be an environment variable */
static char *prepare(const GArray *tokens)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < tokens->len; i++) {
		const struct token *t = &g_array_index(tokens, struct token, i);

		if (t->kind == TOKEN_MARK) {
			g_string_append(text, t->text);
		} else {
			g_string_append_c(text, '"');
			for (const char *p = t->text; *p != '\0'; p++) {
				if (strchr("\"\\$", *p) != NULL)
					g_string_append_c(text, '\\');
				g_string_append_c(text, *p);
			}
			g_string_append_c(text, '"');
		}
		g_string_append_c(text, '\n');
	}
	return g_string_free(text, FALSE);
}

static struct origin origin_of(const struct loading *l, size_t line)
{
	const GArray *tokens = l->source.tokens;

	if (line >= 1 && line <= tokens->len)
		return g_array_index(tokens, struct token, line - 1).at;
	return (struct origin){ l->source.files->pdata[0], 0 };
}

/* --- from texts to values --- */

static void take_value(struct loading *l, const struct option_row *row, cfg_opt_t *opt,
		       struct origin *origin, void *to)
{
	unsigned n = cfg_opt_size(opt);
	const char **items = g_new(const char *, n);
	GString *why = g_string_new(NULL);

	for (unsigned i = 0; i < n; i++) {
		const struct item *item = cfg_opt_getnptr(opt, i);

		if (i == 0)
			*origin = origin_of(l, item->line);
		items[i] = item->text;
	}
	struct type_input in = { row, items, n, l->options->snapshot->arena };

	if (!type_parse(&in, to, why)) {
		diagnostic_add(l->diagnostics, *origin, "%s: %s", row->name, why->str);
		g_hash_table_add(l->wrong, to);
	}
	g_string_free(why, TRUE);
	g_free(items);
}

static struct origin *origins_create(struct loading *l, enum option_scope scope)
{
	return arena_new(l->options->snapshot->arena, struct origin,
			 option_tables[scope].n);
}

static void set_fallbacks(struct loading *l, enum option_scope scope, void *holder)
{
	const struct option_table *t = &option_tables[scope];

	for (size_t i = 0; i < t->n; i++)
		if (t->rows[i].type != OPTION_HEADING)
			type_fallback(&t->rows[i], l->options->snapshot->arena,
				      (char *)holder + t->rows[i].offset);
}

static void set_values(struct loading *l, enum option_scope scope, cfg_t *section,
		       void *holder, struct origin *origins)
{
	const struct option_table *t = &option_tables[scope];

	for (size_t i = 0; i < t->n; i++) {
		const struct option_row *row = &t->rows[i];
		cfg_opt_t *opt = row->type == OPTION_HEADING
					 ? NULL
					 : cfg_getopt(section, row->name);

		if (opt != NULL && cfg_opt_size(opt) > 0)
			take_value(l, row, opt, &origins[i],
				   (char *)holder + row->offset);
	}
}

/* --- sections --- */

static void set_tenants(struct loading *l, cfg_t *cfg)
{
	struct options *o = l->options;
	unsigned n = cfg_size(cfg, "tenant");
	struct tenant *tenants = arena_new(o->snapshot->arena, struct tenant, n);

	for (unsigned i = 0; i < n; i++) {
		cfg_t *section = cfg_getnsec(cfg, "tenant", i);
		struct origin *origins = origins_create(l, SCOPE_TENANT);

		set_fallbacks(l, SCOPE_TENANT, &tenants[i]);
		set_values(l, SCOPE_TENANT, section, &tenants[i], origins);
		tenants[i].name = arena_strdup(o->snapshot->arena, cfg_title(section));
		tenants[i].origins = origins;
	}
	o->tenants = tenants;
	o->n_tenants = n;
}

static cfg_t *default_policy(cfg_t *cfg)
{
	return cfg_gettsec(cfg, "policy", "default");
}

static void set_policy(struct loading *l, cfg_t *section, struct policy *p)
{
	struct origin *origins = origins_create(l, SCOPE_POLICY);

	if (p->origins != NULL)
		memcpy(origins, p->origins,
		       option_tables[SCOPE_POLICY].n * sizeof(struct origin));
	if (section != NULL)
		set_values(l, SCOPE_POLICY, section, p, origins);
	p->origins = origins;
}

/* "default" first. Other policies start as copies of the default, except for their recipients. */
static void set_policies(struct loading *l, cfg_t *cfg)
{
	struct options *o = l->options;
	struct arena *a = o->snapshot->arena;
	unsigned n = cfg_size(cfg, "policy");
	cfg_t *ground = default_policy(cfg);
	struct policy *policies = arena_new(a, struct policy, (size_t)n + 1);
	size_t have = 1;

	set_fallbacks(l, SCOPE_POLICY, &policies[0]);
	policies[0].name = "default";
	set_policy(l, ground, &policies[0]);
	for (unsigned i = 0; i < n; i++) {
		cfg_t *section = cfg_getnsec(cfg, "policy", i);

		if (section == ground)
			continue;
		policies[have] = policies[0];
		policies[have].name = arena_strdup(a, cfg_title(section));
		policies[have].recipients = (struct strings){ .n = 0 };
		policies[have].flags = (struct strings){ .n = 0 };
		set_policy(l, section, &policies[have++]);
	}
	o->policies = policies;
	o->n_policies = have;
}

/* a section's own line is not kept by libconfuse in a way that holds: it is that of the
 * word in the tokens, and titles are unique */
static void set_places(struct loading *l)
{
	const GArray *tokens = l->source.tokens;
	struct tenant *tenants = (struct tenant *)(uintptr_t)l->options->tenants;
	struct policy *policies = (struct policy *)(uintptr_t)l->options->policies;
	size_t n_tenants = 0, n_policies = 1;

	for (guint i = 0; i + 2 < tokens->len; i++) {
		const struct token *t = &g_array_index(tokens, struct token, i);

		if (!token_is_text(t) || !token_is_text(t + 1) ||
		    !token_is_mark(t + 2, "{"))
			continue;
		if (strcmp(t->text, "tenant") == 0 && n_tenants < l->options->n_tenants)
			tenants[n_tenants++].where = t->at;
		else if (strcmp(t[1].text, "default") == 0)
			policies[0].where = t->at;
		else if (n_policies < l->options->n_policies)
			policies[n_policies++].where = t->at;
	}
}

/* --- all of it --- */

static void read_values(struct loading *l)
{
	char *text = prepare(l->source.tokens);
	cfg_t *cfg = reader_create();
	struct origin *origins = origins_create(l, SCOPE_GLOBAL);

	if (cfg_parse_buf(cfg, text) != CFG_SUCCESS)
		diagnostic_add(l->diagnostics, origin_of(l, (size_t)cfg->line),
			       "what follows cannot be read");
	set_fallbacks(l, SCOPE_GLOBAL, l->options);
	set_values(l, SCOPE_GLOBAL, cfg, l->options, origins);
	l->options->origins = origins;
	set_tenants(l, cfg);
	set_policies(l, cfg);
	set_places(l);
	cfg_free(cfg);
	g_free(text);
}

static struct options *finish(struct loading *l, GError **e)
{
	struct options *o = l->options;

	if (l->source.tokens->len > 0 || diagnostics_count(l->diagnostics) == 0) {
		statements_check(&l->source);
		read_values(l);
		snapshot_index(o);
		check_options(&(struct check){ .options = o,
					       .diagnostics = l->diagnostics,
					       .file = l->source.files->pdata[0],
					       .wrong = l->wrong });
	}
	if (!diagnostics_raise(l->diagnostics, l->source.files, e)) {
		options_unref(o);
		o = NULL;
	}
	source_clear(&l->source);
	diagnostics_destroy(&l->diagnostics);
	g_hash_table_destroy(l->wrong);
	return o;
}

static struct loading begin(void)
{
	struct loading l = { .options = snapshot_create(),
			     .diagnostics = diagnostics_create(),
			     .wrong = g_hash_table_new(NULL, NULL) };

	source_init(&l.source, l.options->snapshot->arena, l.diagnostics);
	return l;
}

struct options *options_load(const char *path, GError **e)
{
	struct loading l = begin();

	source_read(&l.source, path);
	return finish(&l, e);
}

struct options *options_load_text(const char *name, struct bytes text, GError **e)
{
	struct loading l = begin();

	source_read_text(&l.source, name, text);
	return finish(&l, e);
}
