/* Reading: files, characters, includes. libconfuse's own scanner miscounts lines behind
 * comments, takes no comment inside a list, silently drops "*" and "+" outside of strings,
 * puts environment variables into text and keeps its include depth after an error; so it
 * never sees a file of an admin, only what config/load.c writes from these tokens.
 *
 *   comments     # and // to the end of the line (only where a token could begin), slash-star
 *   words        anything up to a blank, a quote or one of { } ( ) = , ; #
 *   strings      "..." with \" and \\, or '...' taken as it is; they end on their line
 *   include      include "FILE", outside of sections; * and ? in it name several files */
#include "config/source.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/sorted.h"

#define WORD_END " \t\r\n\"'{}()=,;#"

struct scanner {
	struct source *source;
	const char *p, *end;
	struct origin at;
	bool may_include;
	unsigned depth; /* of braces */
};

bool token_is_mark(const struct token *t, const char *mark)
{
	return t->kind == TOKEN_MARK && strcmp(t->text, mark) == 0;
}

bool token_is_text(const struct token *t)
{
	return t->kind == TOKEN_WORD || t->kind == TOKEN_STRING;
}

void source_init(struct source *s, struct arena *a, struct diagnostics *c)
{
	*s = (struct source){ .arena = a, .diagnostics = c };
	s->files = g_ptr_array_new();
	s->tokens = g_array_new(FALSE, FALSE, sizeof(struct token));
	s->open = g_ptr_array_new_with_free_func(g_free);
}

void source_clear(struct source *s)
{
	g_ptr_array_free(s->files, TRUE);
	g_array_free(s->tokens, TRUE);
	g_ptr_array_free(s->open, TRUE);
}

static void to_line_end(struct scanner *s)
{
	while (s->p < s->end && *s->p != '\n')
		s->p++;
}

static bool at_text(const struct scanner *s, const char *text)
{
	size_t n = strlen(text);

	return (size_t)(s->end - s->p) >= n && memcmp(s->p, text, n) == 0;
}

static void skip_block_comment(struct scanner *s)
{
	struct origin began = s->at;

	for (s->p += 2; s->p < s->end && !at_text(s, "*/"); s->p++)
		if (*s->p == '\n')
			s->at.line++;
	if (s->p < s->end)
		s->p += 2;
	else
		diagnostic_add(
			s->source->diagnostics, began,
			"the comment that begins here never ends: write \"*/\" behind "
			"it");
}

/* to where the next token begins */
static void skip_blank(struct scanner *s)
{
	while (s->p < s->end) {
		if (*s->p == '\n')
			s->at.line++;
		if (g_ascii_isspace(*s->p))
			s->p++;
		else if (*s->p == '#' || at_text(s, "//"))
			to_line_end(s);
		else if (at_text(s, "/*"))
			skip_block_comment(s);
		else
			return;
	}
}

static struct token string_token(struct scanner *s)
{
	char quote = *s->p++;
	GString *text = g_string_new(NULL);
	bool strange = false;

	for (; s->p < s->end && *s->p != quote && *s->p != '\n'; s->p++) {
		bool escape = quote == '"' && *s->p == '\\' && s->p + 1 < s->end &&
			      s->p[1] != '\n';

		if (escape) {
			s->p++;
			strange |= *s->p != '"' && *s->p != '\\';
		}
		g_string_append_c(text, *s->p);
	}
	if (s->p < s->end && *s->p == quote)
		s->p++;
	else
		diagnostic_add(
			s->source->diagnostics, s->at,
			"the string that begins with %c%s has no %c at its end; a string "
			"ends on its line",
			quote, text->str, quote);
	if (strange)
		diagnostic_add(
			s->source->diagnostics, s->at,
			"in a string only \\\" and \\\\ may follow a backslash; text in "
			"'single quotes' is taken as it is");
	struct token t = { TOKEN_STRING,
			   arena_strndup(s->source->arena, text->str, text->len), s->at };

	g_string_free(text, TRUE);
	return t;
}

static struct token mark_token(struct scanner *s)
{
	size_t n = at_text(s, "+=") ? 2 : 1;
	struct token t = { TOKEN_MARK, arena_strndup(s->source->arena, s->p, n), s->at };

	s->p += n;
	s->depth += *t.text == '{';
	s->depth -= *t.text == '}' && s->depth > 0;
	return t;
}

static struct token word_token(struct scanner *s)
{
	const char *start = s->p;

	while (s->p < s->end && strchr(WORD_END, *s->p) == NULL)
		s->p++;
	return (struct token){
		TOKEN_WORD,
		arena_strndup(s->source->arena, start, (size_t)(s->p - start)), s->at
	};
}

static struct token next_token(struct scanner *s)
{
	for (skip_blank(s); s->p < s->end && *s->p == ';'; skip_blank(s)) {
		diagnostic_add(s->source->diagnostics, s->at,
			       "\";\" is not needed: take it away");
		s->p++;
	}
	if (s->p == s->end)
		return (struct token){ .kind = TOKEN_END, .at = s->at };
	if (*s->p == '"' || *s->p == '\'')
		return string_token(s);
	if (strchr("{}()=,", *s->p) != NULL || at_text(s, "+="))
		return mark_token(s);
	return word_token(s);
}

/* --- includes --- */

/* the files that a pattern names, in the order of their names whatever the locale */
static GPtrArray *glob_sorted(const char *pattern)
{
	GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
	glob_t found = { 0 };

	/* NOLINTNEXTLINE(concurrency-mt-unsafe): with GLOB_TILDE only */
	if (glob(pattern, GLOB_NOSORT, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc; i++)
			g_ptr_array_add(paths, g_strdup(found.gl_pathv[i]));
	globfree(&found);
	g_ptr_array_sort(paths, sorted_by_text);
	return paths;
}

static void read_file(struct source *s, const char *path, const struct origin *from);

/* a pattern that names nothing is fine (an empty conf.d), a plain name must be there */
static void include(struct scanner *s, const struct token *name)
{
	struct source *source = s->source;
	char *folder = g_path_get_dirname(s->at.file);
	char *path = g_path_is_absolute(name->text)
			     ? g_strdup(name->text)
			     : g_build_filename(folder, name->text, NULL);

	if (strpbrk(name->text, "*?[") != NULL) {
		GPtrArray *paths = glob_sorted(path);

		for (guint i = 0; i < paths->len; i++)
			read_file(source, paths->pdata[i], &name->at);
		g_ptr_array_free(paths, TRUE);
	} else {
		read_file(source, path, &name->at);
	}
	g_free(path);
	g_free(folder);
}

/* after the word include: "FILE" or ("FILE") */
static void include_statement(struct scanner *s, const struct token *word)
{
	struct diagnostics *c = s->source->diagnostics;
	struct token name = next_token(s);
	bool brackets = token_is_mark(&name, "(");

	if (brackets)
		name = next_token(s);
	if (!token_is_text(&name) || *name.text == '\0') {
		diagnostic_add(c, word->at,
			       "include names no file: write include \"FILE\"");
		return;
	}
	if (brackets) {
		struct token close = next_token(s);

		if (!token_is_mark(&close, ")"))
			diagnostic_add(c, word->at,
				       "include( has no \")\" behind the file name");
	}
	if (!s->may_include)
		diagnostic_add(c, word->at,
			       "include is not possible here: this text is no file");
	else if (s->depth > 0)
		diagnostic_add(c, word->at,
			       "include stands inside of braces: it may only stand "
			       "outside of tenants, policies and lists");
	else
		include(s, &name);
}

/* a word is the statement "include" unless it is a value, or an option of that name */
static bool is_include(const struct scanner *s, const struct token *t)
{
	const GArray *tokens = s->source->tokens;
	const struct token *before =
		tokens->len == 0 ? NULL
				 : &g_array_index(tokens, struct token, tokens->len - 1);

	return t->kind == TOKEN_WORD && strcmp(t->text, "include") == 0 &&
	       (before == NULL || before->kind != TOKEN_MARK || *before->text == '}' ||
		*before->text == '{' || *before->text == ')');
}

static bool bad_bytes(struct scanner *s)
{
	const char *bad;

	if (g_utf8_validate(s->p, s->end - s->p, &bad))
		for (bad = s->p; bad < s->end; bad++)
			if (((unsigned char)*bad < ' ' &&
			     strchr("\t\r\n", *bad) == NULL) ||
			    *bad == 0x7f)
				break;
	if (bad == s->end)
		return false;
	for (const char *p = s->p; p < bad; p++)
		s->at.line += *p == '\n';
	diagnostic_add(
		s->source->diagnostics, s->at,
		"byte 0x%02X is neither UTF-8 nor text: nothing of this file is read",
		(unsigned char)*bad);
	return true;
}

static void scan(struct source *source, const char *name, struct bytes text,
		 bool may_include)
{
	struct scanner s = { .source = source, .p = text.at, .may_include = may_include };

	s.end = text.at + text.n;
	s.at = (struct origin){ name, 1 };
	g_ptr_array_add(source->files, (gpointer)(uintptr_t)name);
	if (at_text(&s, "\xef\xbb\xbf"))
		s.p += 3; /* the byte order mark that some editors leave */
	if (bad_bytes(&s))
		return;
	for (struct token t = next_token(&s); t.kind != TOKEN_END; t = next_token(&s)) {
		if (is_include(&s, &t))
			include_statement(&s, &t);
		else
			g_array_append_val(source->tokens, t);
	}
}

static bool may_read(struct source *s, const char *real, struct origin at)
{
	if (s->open->len > LIMIT_INCLUDE_DEPTH) {
		diagnostic_add(s->diagnostics, at, "includes are nested deeper than %d",
			       LIMIT_INCLUDE_DEPTH);
		return false;
	}
	if (s->files->len >= LIMIT_CONFIG_FILES) {
		diagnostic_add(s->diagnostics, at, "more than %d files are included",
			       LIMIT_CONFIG_FILES);
		return false;
	}
	for (guint i = 0; i < s->open->len; i++) {
		if (strcmp(s->open->pdata[i], real) == 0) {
			diagnostic_add(s->diagnostics, at,
				       "%s includes itself, by way of this line", real);
			return false;
		}
	}
	return true;
}

/* from   where it was included, or NULL */
static void read_file(struct source *s, const char *path, const struct origin *from)
{
	const char *name = arena_strdup(s->arena, path);
	struct origin at = from != NULL ? *from : (struct origin){ name, 0 };
	char *real = realpath(path, NULL), *text;
	GError *error = NULL;
	size_t n;

	if (!may_read(s, real != NULL ? real : path, at)) {
		free(real);
		return;
	}
	if (!file_read(path, LIMIT_CONFIG_BYTES - s->bytes, &text, &n, &error)) {
		/* the message begins with the path, which a line without origin has already */
		const char *message = error->message;

		if (from == NULL && g_str_has_prefix(message, path))
			message += strlen(path) + strlen(": ");
		diagnostic_add(s->diagnostics, at, "%s", message);
		g_error_free(error);
		free(real);
		return;
	}
	s->bytes += n;
	g_ptr_array_add(s->open, g_strdup(real != NULL ? real : path));
	scan(s, name, (struct bytes){ text, n }, true);
	g_ptr_array_set_size(s->open, (gint)s->open->len - 1);
	g_free(text);
	free(real);
}

void source_read(struct source *s, const char *path)
{
	read_file(s, path, NULL);
	if (s->files->len == 0)
		g_ptr_array_add(s->files, arena_strdup(s->arena, path));
}

void source_read_text(struct source *s, const char *name, struct bytes text)
{
	if (text.n > LIMIT_CONFIG_BYTES) {
		struct origin at = { arena_strdup(s->arena, name), 0 };

		diagnostic_add(s->diagnostics, at,
			       "%zu bytes, more than the %d that are read", text.n,
			       LIMIT_CONFIG_BYTES);
		return;
	}
	scan(s, arena_strdup(s->arena, name), text, false);
}
