/* The wall around libconfuse, and the order of loading: the text (source.c), statements by
 * libconfuse, meaning by the table (type.c), combinations (check.c).
 *
 * A mistake in a name or a value is told and reading goes on; after one in the grammar, what
 * follows is not read. libconfuse hands its callbacks no pointer of ours, so it stands in an
 * option of each section (CONTEXT). Its scanner is global, so loading is for one thread at a
 * time. Nothing is ever half-loaded: a single error means that no options come out. */
#include "config/load.h"

#include <confuse.h>
#include <string.h>

#include "base/compiler.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/suggest.h"
#include "config/check.h"
#include "config/row.h"
#include "config/snapshot.h"
#include "config/source.h"
#include "config/type.h"

#define CONTEXT "\1" /* no file can name it: source.c */
#define ENDED \
	CFGF_MODIFIED /* of a section: it was read; libconfuse asks it of options only */
#define UNKNOWN_MAX (10 * LIMIT_CONFIG_ERRORS) /* each is compared with all before */

/* one value as libconfuse met it */
struct item {
	char *text;
	int line; /* of the text */
};

struct loading {
	struct options *options;
	struct diagnostics *diagnostics;
	struct source source;
	GHashTable *wrong;
	GHashTable *titles; /* of sections, as in: tenant "name" -> line */
	void *context;      /* the loading itself: for CONTEXT */
	unsigned n_unknown, n_sections;
	bool read; /* all of it */
};

/* --- libconfuse --- */

static struct loading *loading_of(cfg_t *section)
{
	return cfg_getptr(section, CONTEXT);
}

static enum option_scope scope_of(const cfg_t *section)
{
	for (size_t s = SCOPE_TENANT; s < SCOPE_COUNT; s++)
		if (strcmp(section->name, option_tables[s].section) == 0)
			return (enum option_scope)s;
	return SCOPE_GLOBAL;
}

/* "opt" is a list: its first value is the only one when an assignment begins. Its default is a
 * number only for numbers, so the line of the first assignment is kept there. */
static int keep_item(cfg_t *section, cfg_opt_t *opt, const char *text, void *result)
{
	struct loading *l = loading_of(section);
	struct item *item = g_new(struct item, 1);

	if (opt->nvalues == 1 && opt->def.number == 0) {
		opt->def.number = section->line;
	} else if (opt->nvalues == 1) {
		struct origin first = source_origin(&l->source, (int)opt->def.number);

		diagnostic_add(l->diagnostics, source_origin(&l->source, section->line),
			       "%s is set a second time; the first is in %s line %u",
			       opt->name, first.file, first.line);
	}
	*item = (struct item){ g_strdup(text), section->line };
	*(struct item **)result = item;
	return 0;
}

static void free_item(void *p)
{
	struct item *item = p;

	g_free(item->text);
	g_free(item);
}

/* A section of a title that was there takes its place: it need not be the last. */
static cfg_t *section_that_ends(cfg_opt_t *sections)
{
	unsigned i = cfg_opt_size(sections);

	do
		i--;
	while (i > 0 && cfg_opt_getnsec(sections, i)->flags & ENDED);
	return cfg_opt_getnsec(sections, i);
}

/* libconfuse keeps only the line in which a section ends */
static int end_section(cfg_t *cfg, cfg_opt_t *sections)
{
	struct loading *l = loading_of(cfg);
	cfg_t *section = section_that_ends(sections);
	char *key = g_strdup_printf("%s \"%s\"", section->name, cfg_title(section));
	int first = GPOINTER_TO_INT(g_hash_table_lookup(l->titles, key));

	g_assert(l->n_sections < l->source.sections->len); /* each has a "{" */
	section->flags |= ENDED;
	section->line = (int)g_array_index(l->source.sections, unsigned, l->n_sections++);
	if (first > 0) {
		struct origin at = source_origin(&l->source, first);

		diagnostic_add(l->diagnostics, source_origin(&l->source, section->line),
			       "%s stands a second time; the first is in %s line %u", key,
			       at.file, at.line);
	}
	g_hash_table_insert(l->titles, key,
			    GINT_TO_POINTER(first > 0 ? first : section->line));
	return 0;
}

static const char *name_of_section(size_t i, const void *tables)
{
	return ((const struct option_table *)tables)[i].section;
}

/* err   NULL: none is near */
static const char *near_name(enum option_scope scope, const char *name)
{
	const char *near = option_suggest(scope, name);

	if (near == NULL && scope == SCOPE_GLOBAL)
		near = suggest(name, name_of_section, SCOPE_COUNT, option_tables);
	return near == NULL || *near == '\0' ? NULL : near;
}

static void report_unknown(struct loading *l, enum option_scope scope, const char *name,
			   struct origin at)
{
	static const char *const places[] = { "outside of sections", "in a tenant",
					      "in a policy" };
	static const char *const belongs[] = { "outside of sections",
					       "into tenant \"NAME\" { }",
					       "into policy \"NAME\" { }" };
	const char *near = near_name(scope, name);

	for (size_t s = 0; s < SCOPE_COUNT; s++) {
		bool section = strcmp(option_tables[s].section, name) == 0;

		if (!section && option_find((enum option_scope)s, name) == NULL)
			continue;
		diagnostic_add(l->diagnostics, at,
			       "%s \"%s\" is not known %s: it belongs %s",
			       section ? "section" : "option", name, places[scope],
			       belongs[section ? SCOPE_GLOBAL : s]);
		return;
	}
	diagnostic_add(l->diagnostics, at, "unknown option \"%s\"%s%s%s%s%s", name,
		       scope == SCOPE_GLOBAL ? "" : " ",
		       scope == SCOPE_GLOBAL ? "" : places[scope],
		       near == NULL ? "" : "; did you mean \"", near == NULL ? "" : near,
		       near == NULL ? "" : "\"?");
}

/* what to do about an error in libconfuse's words */
static const char *fix_for(const char *format)
{
	static const struct {
		const char *format, *fix;
	} fixes[] = {
		{ "missing equal sign after option '%s'",
		  ": write NAME = VALUE, and quotes around a value with blanks" },
		{ "unexpected token '%s'",
		  ": write NAME = VALUE, or NAME = { VALUE, VALUE } for a list" },
		{ "missing title for section '%s'", ": write a name before its \"{\"" },
		{ "unexpected closing brace", ": take this \"}\" away" },
	};

	for (size_t i = 0; i < COUNT_OF(fixes); i++)
		if (strcmp(format, fixes[i].format) == 0)
			return fixes[i].fix;
	return "";
}

/* Behind an unknown name libconfuse goes on, as CFGF_KEYSTRVAL says. */
static void PRINTF_LIKE(2, 0) hear_error(cfg_t *section, const char *format, va_list list)
{
	struct loading *l = loading_of(section);
	struct origin at = source_origin(&l->source, section->line);

	if (strcmp(format, "no such option '%s'") == 0) {
		report_unknown(l, scope_of(section), va_arg(list, const char *), at);
		if (++l->n_unknown >= UNKNOWN_MAX)
			section->flags &= ~CFGF_KEYSTRVAL;
		return;
	}
	char *text = g_strdup_vprintf(format, list);

	diagnostic_add(l->diagnostics, at, "%s%s; what follows is not read", text,
		       fix_for(format));
	g_free(text);
}

/* every option is a list of texts to libconfuse: which may be lists is for the table */
static cfg_opt_t *options_of(struct loading *l, enum option_scope scope)
{
	const struct option_table *t = &option_tables[scope];
	cfg_opt_t *all = g_new0(cfg_opt_t, t->n + SCOPE_COUNT + 1), *to = all;

	*to++ = (cfg_opt_t){ .name = CONTEXT,
			     .type = CFGT_PTR,
			     .simple_value.ptr = &l->context };
	for (size_t i = 0; i < t->n; i++)
		if (t->rows[i].type != OPTION_HEADING)
			*to++ = (cfg_opt_t)CFG_PTR_LIST_CB(
				t->rows[i].name, NULL, CFGF_NONE, keep_item, free_item);
	for (size_t s = SCOPE_TENANT; s < SCOPE_COUNT && scope == SCOPE_GLOBAL; s++) {
		*to = (cfg_opt_t)CFG_SEC(option_tables[s].section,
					 options_of(l, (enum option_scope)s),
					 CFGF_MULTI | CFGF_TITLE);
		(to++)->validcb = end_section;
	}
	return all;
}

static cfg_t *reader_create(struct loading *l)
{
	cfg_opt_t *all = options_of(l, SCOPE_GLOBAL);
	cfg_t *cfg = cfg_init(all, CFGF_KEYSTRVAL);

	if (cfg == NULL)
		g_error("out of memory");
	cfg_set_error_function(cfg, hear_error);
	for (cfg_opt_t *o = all; o->name != NULL; o++)
		g_free(o->subopts);
	g_free(all);
	return cfg;
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
			*origin = source_origin(&l->source, item->line);
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

static const char *section_name(struct loading *l, cfg_t *section)
{
	const char *title = cfg_title(section);
	size_t n = strlen(title);

	if (n < 1 || n > LIMIT_CONFIG_NAME_BYTES ||
	    strspn(title, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			  "0123456789-_.") != n)
		diagnostic_add(
			l->diagnostics, source_origin(&l->source, section->line),
			"\"%s\" cannot name a %s: 1 to %d letters, digits and - _ . are "
			"allowed",
			title, section->name, LIMIT_CONFIG_NAME_BYTES);
	return arena_strdup(l->options->snapshot->arena, title);
}

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
		tenants[i].name = section_name(l, section);
		tenants[i].where = source_origin(&l->source, section->line);
		tenants[i].origins = origins;
	}
	o->tenants = tenants;
	o->n_tenants = n;
}

static void set_policy(struct loading *l, cfg_t *section, struct policy *p)
{
	struct origin *origins = origins_create(l, SCOPE_POLICY);

	if (p->origins != NULL)
		memcpy(origins, p->origins,
		       option_tables[SCOPE_POLICY].n * sizeof(struct origin));
	if (section != NULL) {
		p->name = section_name(l, section);
		p->where = source_origin(&l->source, section->line);
		set_values(l, SCOPE_POLICY, section, p, origins);
	}
	p->origins = origins;
}

/* "default" first. Other policies start as copies of the default, except for their recipients. */
static void set_policies(struct loading *l, cfg_t *cfg)
{
	struct options *o = l->options;
	struct arena *a = o->snapshot->arena;
	unsigned n = cfg_size(cfg, "policy");
	cfg_t *ground = cfg_gettsec(cfg, "policy", "default");
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
		policies[have].recipients = (struct strings){ .n = 0 };
		policies[have].flags = (struct strings){ .n = 0 };
		set_policy(l, section, &policies[have++]);
	}
	o->policies = policies;
	o->n_policies = have;
}

/* --- all of it --- */

static void read_values(struct loading *l)
{
	l->context = l;
	cfg_t *cfg = reader_create(l);
	struct origin *origins = origins_create(l, SCOPE_GLOBAL);

	l->read = cfg_parse_buf(cfg, l->source.text->str) == CFG_SUCCESS;
	set_fallbacks(l, SCOPE_GLOBAL, l->options);
	set_values(l, SCOPE_GLOBAL, cfg, l->options, origins);
	l->options->origins = origins;
	set_tenants(l, cfg);
	set_policies(l, cfg);
	cfg_free(cfg);
}

static struct options *finish(struct loading *l, GError **e)
{
	struct options *o = l->options;

	if (l->source.text->len > 0 || diagnostics_count(l->diagnostics) == 0) {
		read_values(l);
		snapshot_index(o);
	}
	if (l->read)
		check_options(&(struct check){ .options = o,
					       .diagnostics = l->diagnostics,
					       .file = l->source.files->pdata[0],
					       .wrong = l->wrong });
	if (!diagnostics_raise(l->diagnostics, l->source.files, e)) {
		options_unref(o);
		o = NULL;
	}
	source_clear(&l->source);
	diagnostics_destroy(&l->diagnostics);
	g_hash_table_destroy(l->wrong);
	g_hash_table_destroy(l->titles);
	return o;
}

static struct loading begin(void)
{
	struct loading l = { .options = snapshot_create(),
			     .diagnostics = diagnostics_create(),
			     .wrong = g_hash_table_new(NULL, NULL),
			     .titles = g_hash_table_new_full(g_str_hash, g_str_equal,
							     g_free, NULL) };

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
