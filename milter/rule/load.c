/* A folder of texts -> a rule set, whole or not at all: read, parse, check, prove. It is the
 * only file of this module that opens files. */
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/sorted.h"
#include "feature/listed.h"
#include "rule/check.h"
#include "rule/frozen.h"
#include "rule/list.h"
#include "rule/name.h"
#include "rule/parse.h"
#include "rule/print.h"
#include "rule/rtest.h"

#define ID_LETTERS 12

/* ---- the set itself ---- */

static struct ruleset *ruleset_new(const struct ruleset_source *source,
				   struct rule_errors *errors)
{
	static const size_t n_sources = SOURCE_COUNT;
	struct ruleset *rs = g_new0(struct ruleset, 1);

	rs->arena = arena_create();
	rs->errors = errors;
	rs->rules = g_ptr_array_new();
	rs->by_name = g_hash_table_new(g_str_hash, g_str_equal);
	rs->lists = g_hash_table_new(g_str_hash, g_str_equal);
	for (size_t i = 0; i < LAYER_COUNT; i++) {
		rs->overrides[i] = g_hash_table_new(g_str_hash, g_str_equal);
		rs->adjusts[i] = g_hash_table_new(g_str_hash, g_str_equal);
	}
	rs->leaves = g_hash_table_new(g_str_hash, g_str_equal);
	rs->headers = g_ptr_array_new();
	rs->warnings = g_ptr_array_new();
	rs->rcpt_names = g_array_new(FALSE, FALSE, sizeof(struct name_at));
	rs->dns_uses = g_array_new(FALSE, FALSE, sizeof(struct dns_use));
	rs->tables = source->tables;
	rs->n_tables = source->n_tables;
	if (source->tables == NULL) {
		const struct name_table **tables =
			arena_new(rs->arena, const struct name_table *, n_sources);

		tables[SOURCE_FEATURE] = &feature_names;
		tables[SOURCE_FACT] = &fact_names;
		tables[SOURCE_SIGNAL] = detector_names();
		rs->tables = tables;
		rs->n_tables = n_sources;
	}
	g_assert(rs->n_tables == n_sources);
	return rs;
}

void ruleset_free(struct ruleset *rs)
{
	if (rs == NULL)
		return;
	g_ptr_array_unref(rs->rules);
	g_hash_table_unref(rs->by_name);
	g_hash_table_unref(rs->lists);
	for (size_t i = 0; i < LAYER_COUNT; i++) {
		g_hash_table_unref(rs->overrides[i]);
		g_hash_table_unref(rs->adjusts[i]);
	}
	g_hash_table_unref(rs->leaves);
	if (rs->frozen_leaves != NULL)
		g_hash_table_unref(rs->frozen_leaves);
	g_ptr_array_unref(rs->headers);
	g_ptr_array_unref(rs->warnings);
	g_array_unref(rs->rcpt_names);
	g_array_unref(rs->dns_uses);
	arena_destroy(&rs->arena);
	g_free(rs);
}

unsigned ruleset_asked(const struct ruleset *rs)
{
	unsigned asked = 0;

	for (guint i = 0; i < rs->rules->len; i++) {
		const struct rule *rule = g_ptr_array_index(rs->rules, i);

		if (!rule->info.observe)
			asked |= rule->info.needs;
	}
	return asked;
}

unsigned ruleset_needs(const struct ruleset *rs)
{
	return rs->needs;
}

size_t ruleset_count(const struct ruleset *rs)
{
	return rs->rules->len;
}

bool ruleset_list(const struct ruleset *rs, const char *name, const struct bytes **at_r,
		  size_t *n_r)
{
	struct list *list = g_hash_table_lookup(rs->lists, name);

	if (list == NULL)
		return false;
	*at_r = list_entries(list, n_r);
	return true;
}

unsigned ruleset_changed_rtests(const struct ruleset *rs)
{
	return rs->changed_rtests;
}

const char *const *ruleset_warnings(const struct ruleset *rs, size_t *n_r)
{
	*n_r = rs->warnings->len;
	return (const char *const *)rs->warnings->pdata;
}

const struct rule_info *ruleset_rule(const struct ruleset *rs, size_t i)
{
	const struct rule *rule = g_ptr_array_index(rs->rules, i);

	return &rule->info;
}

const struct dns_use *ruleset_dns_uses(const struct ruleset *rs, size_t *n_r)
{
	*n_r = rs->dns_uses->len;
	return *n_r == 0 ? NULL : &g_array_index(rs->dns_uses, struct dns_use, 0);
}

bool ruleset_list_covers(const struct ruleset *rs, const char *list, const char *domain)
{
	const struct list *found = g_hash_table_lookup(rs->lists, list);

	return found != NULL && list_covers(found, bytes_of(domain));
}

const char *ruleset_id(const struct ruleset *rs)
{
	return rs->id;
}

/* ---- lists ---- */

/* what a load works on */
struct load {
	struct ruleset *rs;
	const struct ruleset_source *source;
	GChecksum *sum;
	GPtrArray *trees; /* struct tree, in order */
};

static const struct rule_text *text_named(const struct ruleset_source *source,
					  const char *name)
{
	for (size_t i = 0; i < source->n_texts; i++)
		if (strcmp(source->texts[i].name, name) == 0)
			return &source->texts[i];
	return NULL;
}

static bool name_is_inside(const char *name)
{
	return name[0] != '\0' && name[0] != '/' && strstr(name, "..") == NULL;
}

static void sum_bytes(struct load *load, struct bytes text)
{
	if (text.n > 0)
		g_checksum_update(load->sum, (const guchar *)text.at, (gssize)text.n);
}

static void list_from_file(struct load *load, struct list *list, const struct item *item)
{
	const struct rule_text *text = text_named(load->source, item->file);
	struct rule_errors *errors = load->rs->errors;
	struct bytes content = { .at = NULL };
	GError *e = NULL;
	char *path, *read;

	if (text != NULL) {
		list_add_file(list, text->name, text->text, errors);
		sum_bytes(load, text->text);
		return;
	}
	if (!name_is_inside(item->file) || load->source->folder == NULL) {
		report_error(errors, item->file_place,
			     "%s does not lie below the folder of the rules",
			     quoted(load->rs->arena, item->file));
		return;
	}
	path = g_build_filename(load->source->folder, item->file, NULL);
	if (file_read(path, LIMIT_LIST_BYTES, &read, &content.n, &e)) {
		content.at = read;
		list_add_file(list, arena_strdup(load->rs->arena, path), content, errors);
		sum_bytes(load, content);
		g_free(read);
	} else {
		report_error(errors, item->file_place, "the list cannot be read: %s",
			     e->message);
		g_clear_error(&e);
	}
	g_free(path);
}

static void list_fill(struct load *load, struct list *list, const struct item *item)
{
	if (item->broken)
		return;
	for (size_t i = 0; i < item->n_texts; i++)
		list_add_checked(list, bytes_of(item->texts[i]), item->name_place,
				 load->rs->errors);
	if (item->file != NULL)
		list_from_file(load, list, item);
}

static void list_in_dns(struct load *load, struct list *list, const struct item *item)
{
	struct ruleset *rs = load->rs;
	const struct strings codes = { item->texts, item->n_texts };
	const struct dnslist *dns;
	const char *wrong;

	if (item->broken)
		return;
	dns = listed_new(rs->arena, item->name, item->zone, &codes, &wrong);
	if (dns == NULL)
		report_error(rs->errors, item->file_place, "list %s: %s", item->name,
			     wrong);
	else if (rs->n_dns_lists >= LIMIT_DNSLISTS)
		report_error(rs->errors, item->name_place, "more than %d lists in DNS",
			     LIMIT_DNSLISTS);
	else
		list_ask_dns(list, dns, rs->n_dns_lists++);
}

static void extend_list(struct load *load, const struct item *item)
{
	struct ruleset *rs = load->rs;
	struct list *list;

	if (item->name == NULL)
		return;
	list = g_hash_table_lookup(rs->lists, item->name);
	if (list == NULL) {
		report_error(rs->errors, item->name_place, "there is no list %s%s",
			     quoted(rs->arena, item->name),
			     name_suggest(rs, item->name, true));
		return;
	}
	if (list_dns(list, NULL) != NULL) {
		report_error(rs->errors, item->name_place,
			     "list %s is kept in DNS: nothing can be added to it",
			     item->name);
		return;
	}
	list_extended(list, item->place);
	list_fill(load, list, item);
}

static void load_list(struct load *load, const struct item *item)
{
	struct ruleset *rs = load->rs;
	struct list *list;
	struct name_at taken;

	if (item->name == NULL)
		return;
	if (name_find(rs, item->name, item->name_place, &taken)) {
		report_error(rs->errors, item->name_place,
			     "%s is the name of a %s already", item->name,
			     rs->tables[taken.table]->what);
		return;
	}
	if (g_hash_table_contains(rs->lists, item->name)) {
		report_error(rs->errors, item->name_place,
			     "there is a list %s already: extend list %s adds to it",
			     item->name, item->name);
		return;
	}
	list = list_create(rs->arena);
	g_hash_table_insert(rs->lists, (gpointer)(uintptr_t)item->name, list);
	if (item->zone != NULL)
		list_in_dns(load, list, item);
	else
		list_fill(load, list, item);
}

/* ---- texts ---- */

static void parse_texts(struct load *load)
{
	const struct ruleset_source *source = load->source;
	struct ruleset *rs = load->rs;

	for (size_t i = 0; i < source->n_texts; i++) {
		const struct rule_text *text = &source->texts[i];

		if (!g_str_has_suffix(text->name, ".rules") &&
		    !g_str_has_suffix(text->name, ".rtest"))
			continue;
		if (text->text.n > LIMIT_RULE_FILE_BYTES) {
			report_error(rs->errors, (struct place){ text->name, 1, 1 },
				     "more than %d bytes", LIMIT_RULE_FILE_BYTES);
			continue;
		}
		sum_bytes(load, text->text);
		g_ptr_array_add(load->trees,
				parse(rs->arena, text->name, text->text, rs->errors));
	}
}

static void each_item(struct load *load, enum item_kind kind,
		      void (*visit)(struct load *, const struct item *))
{
	for (guint i = 0; i < load->trees->len; i++) {
		const struct tree *tree = g_ptr_array_index(load->trees, i);

		for (const struct item *item = tree->items; item != NULL;
		     item = item->next)
			if (item->kind == kind)
				visit(load, item);
	}
}

static void make_list(struct load *load, const struct item *item)
{
	if (!item->extend)
		load_list(load, item);
}

static void lengthen_list(struct load *load, const struct item *item)
{
	if (item->extend)
		extend_list(load, item);
}

static void note_change(struct load *load, const struct item *item)
{
	check_change(load->rs, item);
}

static void check_used(struct load *load, const struct item *item)
{
	check_change_used(load->rs, item);
}

static bool is_rtest(const struct tree *tree)
{
	return g_str_has_suffix(tree->file, ".rtest");
}

/* check everything; prove only what could be read */
static void check_trees(struct load *load, const struct rtest_listener *listener)
{
	each_item(load, ITEM_RULE, note_change);
	each_item(load, ITEM_ADJUST, note_change);
	for (guint i = 0; i < load->trees->len; i++) {
		const struct tree *tree = g_ptr_array_index(load->trees, i);

		if (!is_rtest(tree))
			check_rules(load->rs, tree);
	}
	each_item(load, ITEM_RULE, check_used);
	each_item(load, ITEM_ADJUST, check_used);
	check_sayers(load->rs);
	check_dns_uses(load->rs);
	if (load->rs->errors->n > 0)
		return;
	check_steps(load->rs);
	for (guint i = 0; i < load->trees->len; i++) {
		const struct tree *tree = g_ptr_array_index(load->trees, i);

		if (is_rtest(tree))
			rtests_run(load->rs, tree, listener);
	}
}

static struct ruleset *load_source(const struct ruleset_source *source,
				   const struct rtest_listener *listener, GError **e)
{
	struct rule_errors errors;
	struct load load = { .source = source,
			     .sum = g_checksum_new(G_CHECKSUM_SHA256),
			     .trees = g_ptr_array_new() };

	rule_errors_init(&errors);
	load.rs = ruleset_new(source, &errors);
	parse_texts(&load);
	each_item(&load, ITEM_LIST, make_list);
	each_item(&load, ITEM_LIST, lengthen_list);
	check_trees(&load, listener);
	load.rs->id = arena_strndup(load.rs->arena, g_checksum_get_string(load.sum),
				    ID_LETTERS);
	load.rs->errors = NULL;
	g_checksum_free(load.sum);
	g_ptr_array_unref(load.trees);
	if (rule_errors_end(&errors, e)) {
		frozen_prepare(load.rs);
		return load.rs;
	}
	ruleset_free(load.rs);
	return NULL;
}

struct ruleset *ruleset_load_texts(const struct ruleset_source *source, GError **e)
{
	return load_source(source, NULL, e);
}

/* ---- folders ---- */

/* paths of the files that count, ordered by name */
static GPtrArray *list_folder(const char *folder, GError **e)
{
	GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
	GDir *dir = g_dir_open(folder, 0, NULL);
	const char *name;
	bool any = false;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		bool rules = g_str_has_suffix(name, ".rules");

		if (name[0] == '.' || (!rules && !g_str_has_suffix(name, ".rtest")))
			continue;
		any |= rules;
		g_ptr_array_add(paths, g_build_filename(folder, name, NULL));
	}
	if (dir != NULL)
		g_dir_close(dir);
	g_ptr_array_sort(paths, sorted_by_text);
	if (any && paths->len <= LIMIT_RULE_FILES)
		return paths;
	if (any)
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT, "%s: more than %d files",
			    folder, LIMIT_RULE_FILES);
	else
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    "%s: %s; rules_dir names a folder with *.rules files", folder,
			    dir == NULL ? "cannot read directory"
					: "no *.rules file in it");
	g_ptr_array_unref(paths);
	return NULL;
}

static void texts_free(struct rule_text *texts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		g_free((gpointer)(uintptr_t)texts[i].text.at);
	g_free(texts);
}

static struct ruleset *load_folder(const char *folder,
				   const struct rtest_listener *listener, GError **e)
{
	GPtrArray *paths = list_folder(folder, e);
	struct ruleset *rs = NULL;
	bool fine = paths != NULL;

	if (paths == NULL)
		return NULL;
	struct rule_text *texts = g_new0(struct rule_text, paths->len);

	for (guint i = 0; i < paths->len && fine; i++) {
		char *text = NULL;

		texts[i].name = g_ptr_array_index(paths, i);
		fine = file_read(texts[i].name, LIMIT_RULE_FILE_BYTES, &text,
				 &texts[i].text.n, e);
		texts[i].text.at = text;
	}
	if (fine)
		rs = load_source(&(struct ruleset_source){ .folder = folder,
							   .texts = texts,
							   .n_texts = paths->len },
				 listener, e);
	texts_free(texts, paths->len);
	g_ptr_array_unref(paths);
	return rs;
}

struct ruleset *ruleset_load(const char *folder, GError **e)
{
	return load_folder(folder, NULL, e);
}

bool ruleset_test(const char *folder, const struct rtest_listener *listener, GError **e)
{
	struct ruleset *rs = load_folder(folder, listener, e);
	bool proved = rs != NULL;

	ruleset_free(rs);
	return proved;
}

char *rules_format(const char *name, struct bytes text, GError **e)
{
	struct arena *a = arena_create();
	struct rule_errors errors;
	const struct tree *tree = NULL;
	char *printed = NULL;

	rule_errors_init(&errors);
	if (text.n > LIMIT_RULE_FILE_BYTES)
		report_error(&errors, (struct place){ name, 1, 1 }, "more than %d bytes",
			     LIMIT_RULE_FILE_BYTES);
	else
		tree = parse(a, name, text, &errors);
	if (rule_errors_end(&errors, e))
		printed = print_tree(tree);
	arena_destroy(&a);
	return printed;
}
