/* What libconfuse cannot do, done before it: includes, comments, braces. Its own scanner
 * miscounts lines behind comments, takes no comment inside a list, silently drops "*" and "+"
 * outside of strings, puts environment variables into text, sees no brace that is missing, and
 * keeps its include depth after an error. So it gets every word as a string, and each of its
 * lines is known by file and line.
 *
 *   comments     # and // to the end of the line (only where a token could begin), slash-star
 *   words        anything up to a blank, a quote or one of { } ( ) = , ; #
 *   strings      "..." with \" and \\, or '...' taken as it is; they end on their line
 *   lists        NAME = A, B without braces get them
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
#define TEXT 'w' /* a word or a string, where a mark is its first character */

struct scanner {
	struct source *source;
	const char *p, *end;
	struct origin at;
	struct origin opened; /* the brace that is open, outside of all others */
	bool may_include;
	unsigned depth;  /* of braces */
	char before;     /* the token before: TEXT, a mark, '\0' at the beginning */
	bool list, bare; /* inside of a list, of one without braces */
	bool strange;    /* the text before cannot name an option */
	size_t value;    /* where the only value of an option begins in the text, or 0 */
};

void source_init(struct source *s, struct arena *a, struct diagnostics *c)
{
	*s = (struct source){ .arena = a, .diagnostics = c };
	s->files = g_ptr_array_new();
	s->text = g_string_new(NULL);
	s->lines = g_array_new(FALSE, FALSE, sizeof(struct origin));
	s->sections = g_array_new(FALSE, FALSE, sizeof(unsigned));
	s->open = g_ptr_array_new_with_free_func(g_free);
}

void source_clear(struct source *s)
{
	g_ptr_array_free(s->files, TRUE);
	g_string_free(s->text, TRUE);
	g_array_free(s->lines, TRUE);
	g_array_free(s->sections, TRUE);
	g_ptr_array_free(s->open, TRUE);
}

struct origin source_origin(const struct source *s, int line)
{
	if (line >= 1 && (unsigned)line <= s->lines->len)
		return g_array_index(s->lines, struct origin, line - 1);
	return (struct origin){ s->files->pdata[0], 0 };
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

/* --- what libconfuse gets --- */

static void close_bare_list(struct scanner *s)
{
	if (!s->bare)
		return;
	if (s->before == ',')
		diagnostic_add(s->source->diagnostics, s->at,
			       "a value is missing behind the last comma of a list");
	g_string_append_c(s->source->text, '}');
	s->bare = false;
}

/* a line of the text for each line of a file that has something in it */
static void begin_token(struct scanner *s, char token)
{
	struct source *to = s->source;
	const struct origin *line =
		to->lines->len == 0
			? NULL
			: &g_array_index(to->lines, struct origin, to->lines->len - 1);

	if (token != ',' && (token != TEXT || s->before != ','))
		close_bare_list(s);
	if (line == NULL || line->line != s->at.line || line->file != s->at.file) {
		if (line != NULL)
			g_string_append_c(to->text, '\n');
		g_array_append_val(to->lines, s->at);
	}
	s->before = token;
	s->value = 0;
}

/* as a string; "$" would be an environment variable */
static void put_text(struct scanner *s, const char *text, size_t n)
{
	GString *to = s->source->text;
	bool value = s->before == '=';

	begin_token(s, TEXT);
	s->value = value ? to->len : 0;
	s->strange = n == 0 || memchr(text, '|', n) != NULL || memchr(text, '=', n);
	g_string_append_c(to, '"');
	for (size_t i = 0; i < n; i++) {
		if (strchr("\"\\$", text[i]) != NULL)
			g_string_append_c(to, '\\');
		g_string_append_c(to, text[i]);
	}
	g_string_append_c(to, '"');
}

static void open_brace(struct scanner *s)
{
	struct source *to = s->source;

	s->list = s->before == '=';
	begin_token(s, '{');
	if (s->depth++ > 0)
		return;
	s->opened = s->at;
	if (s->list)
		return;
	g_array_append_val(to->sections, to->lines->len);
	if (to->sections->len > LIMIT_CONFIG_SECTIONS) {
		diagnostic_add(to->diagnostics, s->at,
			       "more than %d tenants and policies; the rest is not read",
			       LIMIT_CONFIG_SECTIONS);
		s->p = s->end;
	}
}

static void close_brace(struct scanner *s)
{
	bool empty = s->list && s->before == '{';

	s->list = false;
	begin_token(s, '}');
	if (empty) /* one empty item: it is a value, too */
		g_string_append(s->source->text, "\"\"");
	s->depth -= s->depth > 0;
}

static void comma(struct scanner *s)
{
	size_t value = s->value;

	begin_token(s, ',');
	if (!s->list && !s->bare && value > 0) {
		g_string_insert_c(s->source->text, (gssize)value, '{');
		s->bare = true;
	}
}

/* libconfuse would look for "a|b" in section a, and take an empty name */
static void equal_sign(struct scanner *s)
{
	if (s->before == TEXT && s->strange)
		diagnostic_add(s->source->diagnostics, s->at,
			       "what stands before the \"=\" is no name of an option");
	begin_token(s, '=');
}

static void put_mark(struct scanner *s)
{
	char mark = *s->p;

	if (mark == '+') {
		diagnostic_add(s->source->diagnostics, s->at,
			       "\"+=\" is not known: write the whole list with \"=\"");
		mark = *++s->p;
	}
	s->p++;
	if (mark == '{')
		open_brace(s);
	else if (mark == '}')
		close_brace(s);
	else if (mark == ',')
		comma(s);
	else if (mark == '=')
		equal_sign(s);
	else
		begin_token(s, mark);
	g_string_append_c(s->source->text, mark);
}

/* --- tokens --- */

/* from the quote on */
static void read_string(struct scanner *s, GString *text)
{
	char quote = *s->p++;
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
}

static bool at_quote(const struct scanner *s)
{
	return s->p < s->end && (*s->p == '"' || *s->p == '\'');
}

/* a string or a word; nothing at a mark */
static void read_text(struct scanner *s, GString *text)
{
	const char *start = s->p;

	if (at_quote(s)) {
		read_string(s, text);
		return;
	}
	while (s->p < s->end && strchr(WORD_END, *s->p) == NULL)
		s->p++;
	g_string_append_len(text, start, s->p - start);
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
static void include(struct scanner *s, const char *name)
{
	struct source *source = s->source;
	char *folder = g_path_get_dirname(s->at.file);
	char *path = g_path_is_absolute(name) ? g_strdup(name)
					      : g_build_filename(folder, name, NULL);

	if (strpbrk(name, "*?[") != NULL) {
		GPtrArray *paths = glob_sorted(path);

		for (guint i = 0; i < paths->len; i++)
			read_file(source, paths->pdata[i], &s->at);
		g_ptr_array_free(paths, TRUE);
	} else {
		read_file(source, path, &s->at);
	}
	g_free(path);
	g_free(folder);
}

/* after the word include: "FILE" or ("FILE"); what follows is another statement's */
static void include_statement(struct scanner *s, GString *name)
{
	struct diagnostics *c = s->source->diagnostics;
	struct origin began = s->at;
	bool brackets;

	skip_blank(s);
	brackets = at_text(s, "(");
	s->p += brackets;
	skip_blank(s);
	g_string_truncate(name, 0);
	read_text(s, name);
	if (brackets)
		skip_blank(s);
	if (brackets && !at_text(s, ")"))
		diagnostic_add(c, began, "include( has no \")\" behind the file name");
	s->p += brackets && at_text(s, ")");
	if (name->len == 0)
		diagnostic_add(c, began, "include names no file: write include \"FILE\"");
	else if (!s->may_include)
		diagnostic_add(c, began,
			       "include is not possible here: this text is no file");
	else if (s->depth > 0)
		diagnostic_add(c, began,
			       "include stands inside of braces: it may only stand "
			       "outside of tenants, policies and lists");
	else
		include(s, name->str);
}

/* include is a statement unless it is a value, or an option of that name */
static void put_word(struct scanner *s)
{
	GString *text = g_string_new(NULL);
	bool quoted = at_quote(s);

	read_text(s, text);
	if (!quoted && strcmp(text->str, "include") == 0 && s->before != '=' &&
	    s->before != ',')
		include_statement(s, text);
	else
		put_text(s, text->str, text->len);
	g_string_free(text, TRUE);
}

/* the next token */
static void scan_token(struct scanner *s)
{
	if (*s->p == ';') {
		diagnostic_add(s->source->diagnostics, s->at,
			       "\";\" is not needed: take it away");
		s->p++;
	} else if (strchr("{}()=,", *s->p) != NULL || at_text(s, "+=")) {
		put_mark(s);
	} else {
		put_word(s);
	}
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
	for (skip_blank(&s); s.p < s.end; skip_blank(&s))
		scan_token(&s);
	close_bare_list(&s);
	if (s.depth > 0 && source->sections->len <= LIMIT_CONFIG_SECTIONS)
		diagnostic_add(source->diagnostics, s.opened,
			       "the \"{\" of this line has no \"}\"");
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
