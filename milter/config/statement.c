/* Guesses what was meant, only to say it well: a name with its "=", a section in a section,
 * a value that is missing. What the statements mean is none of this file's business, but it
 * knows the names of options, for "did you mean". */
#include "config/statement.h"

#include <string.h>

#include "base/compiler.h"
#include "base/limits.h"
#include "base/suggest.h"
#include "config/row.h"

struct pass {
	struct source *source;
	const struct token *in;
	size_t n, i;
	GArray *out;       /* struct token */
	GHashTable *set;   /* option_row -> token, of the section that is open */
	GHashTable *all;   /* the same of the ground outside of sections */
	GHashTable *named; /* "tenant name" -> token */
	enum option_scope scope;
	struct token opened; /* of the section that is open: its word */
	const char *title;
};

static const struct token *peek(const struct pass *p, size_t ahead)
{
	static const struct token end = { .kind = TOKEN_END,
					  .text = "the end of the file" };

	return p->i + ahead < p->n ? &p->in[p->i + ahead] : &end;
}

static void emit(struct pass *p, const struct token *t)
{
	g_array_append_val(p->out, *t);
}

static void emit_mark(struct pass *p, const char *mark, struct origin at)
{
	struct token t = { TOKEN_MARK, mark, at };

	g_array_append_val(p->out, t);
}

/* does a statement begin at that token? */
static bool begins(const struct pass *p, size_t ahead)
{
	const struct token *next = peek(p, ahead + 1);

	return token_is_text(peek(p, ahead)) &&
	       (token_is_mark(next, "=") || token_is_mark(next, "+=") ||
		token_is_mark(next, "{") ||
		(token_is_text(next) && token_is_mark(peek(p, ahead + 2), "{")));
}

static char *did_you_mean(const char *near)
{
	return near == NULL || *near == '\0'
		       ? g_strdup("")
		       : g_strdup_printf("; did you mean \"%s\"?", near);
}

/* --- values: how many tokens from ahead on belong to one --- */

static size_t list_in_braces(struct pass *p, size_t ahead, const char *name)
{
	size_t k = ahead + 1;
	bool want_comma = false;

	for (; !token_is_mark(peek(p, k), "}"); k++) {
		bool comma = token_is_mark(peek(p, k), ",");

		if ((!comma && !token_is_text(peek(p, k))) || begins(p, k)) {
			diagnostic_add(p->source->diagnostics, peek(p, ahead)->at,
				       "the list of %s has no \"}\" at its end", name);
			return k - ahead;
		}
		if (want_comma != comma) {
			diagnostic_add(
				p->source->diagnostics, peek(p, k)->at,
				"in the list of %s a %s stands where a %s is expected",
				name, comma ? "comma" : "value",
				comma ? "value" : "comma");
			want_comma = !want_comma;
		}
		want_comma = !want_comma;
	}
	return k + 1 - ahead;
}

static size_t list_without_braces(const struct pass *p, size_t ahead)
{
	size_t k = ahead + 1;

	while (token_is_mark(peek(p, k), ",") && token_is_text(peek(p, k + 1)))
		k += 2;
	return k - ahead;
}

static bool value_missing(const struct pass *p, size_t ahead)
{
	const struct token *t = peek(p, ahead);

	if (token_is_mark(t, "{"))
		return false;
	return !token_is_text(t) ||
	       (t->at.line != peek(p, ahead - 1)->at.line && begins(p, ahead));
}

/* --- NAME = VALUE --- */

static void report_unknown(struct pass *p, const struct token *name)
{
	static const char *const places[] = { "outside of sections", "in a tenant",
					      "in a policy" };
	struct diagnostics *c = p->source->diagnostics;
	const char *near = option_suggest(p->scope, name->text);

	for (size_t s = 0; s < SCOPE_COUNT; s++) {
		if (s == p->scope ||
		    option_find((enum option_scope)s, name->text) == NULL)
			continue;
		diagnostic_add(c, name->at,
			       "option \"%s\" is not known %s: it belongs %s", name->text,
			       places[p->scope],
			       s == SCOPE_GLOBAL   ? "outside of sections"
			       : s == SCOPE_TENANT ? "into tenant \"NAME\" { }"
						   : "into policy \"NAME\" { }");
		return;
	}
	char *hint = did_you_mean(near);

	diagnostic_add(c, name->at, "unknown option \"%s\"%s%s", name->text,
		       p->scope == SCOPE_GLOBAL   ? ""
		       : p->scope == SCOPE_TENANT ? " in a tenant"
						  : " in a policy",
		       hint);
	g_free(hint);
}

/* may this option be set here and now? */
static bool may_set(struct pass *p, const struct token *name)
{
	struct diagnostics *c = p->source->diagnostics;
	const struct option_row *row = option_find(p->scope, name->text);
	GHashTable *seen = p->scope == SCOPE_GLOBAL ? p->all : p->set;
	const struct token *before;

	if (row == NULL) {
		report_unknown(p, name);
		return false;
	}
	before = g_hash_table_lookup(seen, row);
	if (before != NULL) {
		diagnostic_add(c, name->at,
			       "%s is set a second time; the first is in %s line %u",
			       name->text, before->at.file, before->at.line);
		return false;
	}
	g_hash_table_insert(seen, (gpointer)(uintptr_t)row, (gpointer)(uintptr_t)name);
	return true;
}

static void emit_value(struct pass *p, size_t n)
{
	bool braces = token_is_mark(peek(p, 0), "{");
	struct origin at = peek(p, 0)->at;

	if (!braces && n == 1) {
		emit(p, peek(p, 0));
		return;
	}
	emit_mark(p, "{", at);
	if (braces && n == 2) /* an empty list is one empty item: it is a value, too */
		emit(p, &(struct token){ TOKEN_STRING, "", at });
	for (size_t k = braces; k < n - braces; k++)
		emit(p, peek(p, k));
	emit_mark(p, "}", peek(p, n - 1)->at);
}

static void option_statement(struct pass *p)
{
	struct diagnostics *c = p->source->diagnostics;
	const struct token *name = peek(p, 0);
	size_t n;

	if (value_missing(p, 2)) {
		diagnostic_add(c, name->at, "%s has no value behind the \"=\"",
			       name->text);
		p->i += 2;
		return;
	}
	if (token_is_mark(peek(p, 1), "+="))
		diagnostic_add(
			c, name->at,
			"\"+=\" is not known: write the whole list of %s with \"=\"",
			name->text);
	bool allowed = may_set(p, name) && !token_is_mark(peek(p, 1), "+=");
	size_t before = diagnostics_count(c);

	n = token_is_mark(peek(p, 2), "{") ? list_in_braces(p, 2, name->text)
					   : list_without_braces(p, 2);
	if (allowed && diagnostics_count(c) == before) {
		emit(p, name);
		emit_mark(p, "=", name->at);
		p->i += 2;
		emit_value(p, n);
		p->i += n;
	} else {
		p->i += 2 + n;
	}
}

/* --- SECTION "TITLE" { --- */

static const char *name_of_section(size_t i, const void *tables)
{
	return ((const struct option_table *)tables)[i].section;
}

/* behind the brace that closes the one at ahead */
static size_t behind_braces(const struct pass *p, size_t ahead)
{
	unsigned depth = 0;
	size_t k = ahead;

	do {
		depth += token_is_mark(peek(p, k), "{");
		depth -= token_is_mark(peek(p, k), "}");
		k++;
	} while (depth > 0 && peek(p, k)->kind != TOKEN_END);
	return k;
}

static bool title_ok(const char *title)
{
	size_t n = strlen(title);

	return n >= 1 && n <= LIMIT_CONFIG_NAME_BYTES &&
	       strspn(title, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			     "0123456789-_.") == n;
}

static void check_title(struct pass *p, const struct token *word, const char *title)
{
	struct diagnostics *c = p->source->diagnostics;
	char *key;
	const struct token *before;

	if (title == NULL) {
		diagnostic_add(c, word->at, "%s has no name: write %s \"NAME\" {",
			       word->text, word->text);
		return;
	}
	if (!title_ok(title))
		diagnostic_add(
			c, word->at,
			"\"%s\" cannot name a %s: 1 to %d letters, digits and - _ . are "
			"allowed",
			title, word->text, LIMIT_CONFIG_NAME_BYTES);
	key = g_strdup_printf("%s %s", word->text, title);
	before = g_hash_table_lookup(p->named, key);
	if (before != NULL)
		diagnostic_add(
			c, word->at,
			"%s \"%s\" stands a second time; the first is in %s line %u",
			word->text, title, before->at.file, before->at.line);
	g_hash_table_insert(p->named, key, (gpointer)(uintptr_t)word);
}

static void close_section(struct pass *p, struct origin at)
{
	emit_mark(p, "}", at);
	g_hash_table_remove_all(p->set);
	p->scope = SCOPE_GLOBAL;
}

static void report_inside(struct pass *p, const struct token *word)
{
	diagnostic_add(
		p->source->diagnostics, word->at,
		"%s begins inside of %s \"%s\", whose \"{\" in line %u has no \"}\" yet",
		word->text, p->opened.text, p->title, p->opened.at.line);
}

static void unknown_section(struct pass *p, const struct token *word, size_t brace)
{
	const char *near =
		suggest(word->text, name_of_section, SCOPE_COUNT, option_tables);

	char *hint = did_you_mean(near);

	diagnostic_add(
		p->source->diagnostics, word->at,
		"there is no section \"%s\": there are tenant \"NAME\" { } and policy "
		"\"NAME\" { }%s",
		word->text, hint);
	g_free(hint);
	p->i += behind_braces(p, brace);
}

static void section_statement(struct pass *p)
{
	const struct token *word = peek(p, 0);
	bool titled = token_is_text(peek(p, 1));
	size_t brace = titled ? 2 : 1;
	enum option_scope scope = SCOPE_GLOBAL;

	for (size_t s = SCOPE_TENANT; s < SCOPE_COUNT; s++)
		if (strcmp(word->text, option_tables[s].section) == 0)
			scope = (enum option_scope)s;
	if (scope == SCOPE_GLOBAL) {
		unknown_section(p, word, brace);
		return;
	}
	if (p->scope != SCOPE_GLOBAL) {
		report_inside(p, word);
		close_section(p, word->at);
	}
	if (g_hash_table_size(p->named) >= LIMIT_CONFIG_SECTIONS) {
		diagnostic_add(p->source->diagnostics, word->at,
			       "more than %d tenants and policies; the rest is not read",
			       LIMIT_CONFIG_SECTIONS);
		p->i = p->n;
		return;
	}
	p->title = titled ? peek(p, 1)->text : "";
	check_title(p, word, titled ? p->title : NULL);
	emit(p, word);
	emit(p, &(struct token){ TOKEN_STRING, p->title, word->at });
	emit_mark(p, "{", word->at);
	p->scope = scope;
	p->opened = *word;
	p->i += brace + 1;
}

/* --- all else --- */

static void stray(struct pass *p)
{
	const struct token *t = peek(p, 0);
	bool text = token_is_text(t);

	if (text && option_find(p->scope, t->text) != NULL)
		diagnostic_add(p->source->diagnostics, t->at,
			       "%s has no \"=\" behind it: write %s = VALUE", t->text,
			       t->text);
	else if (text)
		diagnostic_add(
			p->source->diagnostics, t->at,
			"\"%s\" stands alone: options are written NAME = VALUE, and a "
			"value "
			"with blanks in it needs quotes",
			t->text);
	else
		diagnostic_add(p->source->diagnostics, t->at, "\"%s\" is out of place",
			       t->text);
	/* the rest of the line belongs to the same mistake */
	do {
		p->i++;
	} while (peek(p, 0)->at.line == t->at.line && peek(p, 0)->at.file == t->at.file &&
		 !token_is_mark(peek(p, 0), "}") && !begins(p, 0));
}

static void statement(struct pass *p)
{
	const struct token *t = peek(p, 0);

	if (token_is_mark(t, "}") && p->scope != SCOPE_GLOBAL) {
		close_section(p, t->at);
		p->i++;
	} else if (token_is_mark(t, "}")) {
		diagnostic_add(p->source->diagnostics, t->at,
			       "this \"}\" closes nothing");
		p->i++;
	} else if (!begins(p, 0)) {
		stray(p);
	} else if (token_is_mark(peek(p, 1), "=") || token_is_mark(peek(p, 1), "+=")) {
		option_statement(p);
	} else {
		section_statement(p);
	}
}

void statements_check(struct source *s)
{
	struct pass p = { .source = s, .n = s->tokens->len };

	p.in = (const struct token *)(const void *)s->tokens->data;
	p.out = g_array_new(FALSE, FALSE, sizeof(struct token));
	p.set = g_hash_table_new(NULL, NULL);
	p.all = g_hash_table_new(NULL, NULL);
	p.named = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	while (p.i < p.n)
		statement(&p);
	if (p.scope != SCOPE_GLOBAL) {
		diagnostic_add(s->diagnostics, p.opened.at,
			       "the \"{\" of %s \"%s\" has no \"}\"", p.opened.text,
			       p.title);
		close_section(&p, p.opened.at);
	}
	g_hash_table_destroy(p.set);
	g_hash_table_destroy(p.all);
	g_hash_table_destroy(p.named);
	g_array_free(s->tokens, TRUE);
	s->tokens = p.out;
}
