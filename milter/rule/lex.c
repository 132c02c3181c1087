/* The lexer of .rules and .rtest files. Blanks and line ends only separate; a comment
 * belongs to the token before it on the same line, else to the next one. It never looks at
 * what a word means. */
#include "rule/lex.h"

#include <glib.h>
#include <string.h>

static bool is_word_start(char c)
{
	return g_ascii_isalpha(c) || c == '_' || c == '.';
}

/* a hyphen is let in, so that one error tells what a name may look like */
static bool is_word_byte(char c)
{
	return g_ascii_isalnum(c) || c == '_' || c == '.' || c == '-';
}

static char peek(const struct lexer *l, size_t ahead)
{
	return (size_t)(l->end - l->at) > ahead ? l->at[ahead] : '\0';
}

static bool at_end(const struct lexer *l)
{
	return l->at >= l->end;
}

/* one byte further; continuation bytes of UTF-8 make no column */
static void step(struct lexer *l)
{
	if (*l->at == '\n') {
		l->place.line++;
		l->place.column = 1;
	} else if ((*l->at & 0xC0) != 0x80) {
		l->place.column++;
	}
	l->at++;
}

void lexer_init(struct lexer *l, const char *file, struct bytes text)
{
	l->at = text.n == 0 ? "" : text.at;
	l->end = l->at + text.n;
	if (text.n >= 3 && memcmp(text.at, "\xEF\xBB\xBF", 3) == 0)
		l->at += 3;
	l->place = (struct place){ .file = file, .line = 1, .column = 1 };
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* from the # to the end of the line; bytes that are not UTF-8 are reported */
static const char *take_comment(struct lexer *l)
{
	struct place place = l->place;
	const char *from = l->at + 1;

	while (!at_end(l) && *l->at != '\n')
		step(l);
	size_t n = (size_t)(l->at - from);

	while (n > 0 && is_blank(from[n - 1]))
		n--;
	if (!g_utf8_validate(from, (gssize)n, NULL)) {
		report_error(l->errors, place, "the comment is not UTF-8");
		n = 0;
	}
	return arena_strndup(l->arena, from, n);
}

static struct remark *remark_add(struct lexer *l, struct remark ***tail, const char *text)
{
	struct remark *remark = arena_new(l->arena, struct remark, 1);

	remark->text = text;
	**tail = remark;
	*tail = &remark->next;
	return remark;
}

/* blanks and comments before a token */
static void take_space(struct lexer *l, struct token *t)
{
	struct remark **tail = &t->remarks.before;
	unsigned ends =
		l->at == l->end || l->place.line > 1 || l->place.column > 1 ? 0 : 1;
	bool gap = false;

	while (!at_end(l)) {
		if (*l->at == '\n') {
			ends++;
			step(l);
		} else if (is_blank(*l->at)) {
			step(l);
		} else if (*l->at == '#') {
			gap = ends > 1 && t->remarks.before != NULL;
			t->blank_before |= ends > 1 && t->remarks.before == NULL;
			if (gap)
				remark_add(l, &tail, NULL);
			remark_add(l, &tail, take_comment(l));
			t->first = true;
			ends = 0;
		} else {
			break;
		}
	}
	t->first |= ends > 0;
	if (ends > 1 && t->remarks.before != NULL && !at_end(l))
		remark_add(l, &tail, NULL);
	else
		t->blank_before |= ends > 1;
}

static void take_rest_of_line(struct lexer *l)
{
	while (!at_end(l) && *l->at != '\n')
		step(l);
}

/* the quotes that word processors put in the place of " */
static bool is_curly(gunichar c)
{
	return (c >= 0x2018 && c <= 0x201F) || c == 0x00AB || c == 0x00BB ||
	       c == 0x2039 || c == 0x203A || c == 0x2033 || c == 0x301D || c == 0x301E ||
	       c == 0xFF02;
}

static bool holds_curly(const char *text)
{
	if (!g_utf8_validate(text, -1, NULL))
		return false;
	for (; *text != '\0'; text = g_utf8_next_char(text))
		if (is_curly(g_utf8_get_char(text)))
			return true;
	return false;
}

/* reads to the closing mark; handles the escapes of texts or keeps those of regexes */
static bool take_marked(struct lexer *l, struct token *t, char mark)
{
	GString *out = g_string_new(NULL);
	bool closed = false;

	step(l);
	while (!at_end(l) && *l->at != '\n') {
		char c = *l->at;

		if (c == mark) {
			step(l);
			closed = true;
			break;
		}
		if (c == '\\' && peek(l, 1) != '\n' && peek(l, 1) != '\0') {
			if (mark == '/' && peek(l, 1) != '/')
				g_string_append_c(out, c);
			else if (mark == '"' && peek(l, 1) != '"' && peek(l, 1) != '\\')
				report_error(
					l->errors, l->place,
					"in a text, \\ stands only before \" and \\");
			step(l);
			c = *l->at;
		}
		g_string_append_c(out, c);
		step(l);
	}
	t->text = arena_strndup(l->arena, out->str, out->len);
	bool valid = g_utf8_validate(out->str, (gssize)out->len, NULL);

	g_string_free(out, TRUE);
	if (!closed)
		report_error(l->errors, t->place,
			     "this %s does not end on its line: a %c is missing%s",
			     mark == '"' ? "text" : "regular expression", mark,
			     mark == '"' && holds_curly(t->text)
				     ? " (a typographic quote closes none)"
				     : "");
	else if (!valid)
		report_error(l->errors, t->place, "this %s is not UTF-8",
			     mark == '"' ? "text" : "regular expression");
	return closed && valid;
}

static void take_text(struct lexer *l, struct token *t)
{
	t->kind = take_marked(l, t, '"') ? TOKEN_TEXT : TOKEN_WRONG;
	for (const char *p = t->text; t->kind == TOKEN_TEXT && *p != '\0'; p++) {
		if (g_ascii_iscntrl(*p)) {
			report_error(l->errors, t->place,
				     "a control character stands in this text");
			t->kind = TOKEN_WRONG;
		}
	}
}

static const char *take_while(struct lexer *l, bool (*belongs)(char))
{
	const char *from = l->at;

	while (!at_end(l) && belongs(*l->at))
		step(l);
	return arena_strndup(l->arena, from, (size_t)(l->at - from));
}

static bool is_letter(char c)
{
	return g_ascii_isalpha(c);
}

static void take_regex(struct lexer *l, struct token *t)
{
	t->kind = take_marked(l, t, '/') ? TOKEN_REGEX : TOKEN_WRONG;
	t->flags = take_while(l, is_letter);
}

static bool is_number_byte(char c)
{
	return g_ascii_isdigit(c) || c == '.';
}

static void take_number(struct lexer *l, struct token *t)
{
	const char *sign = *l->at == '-' ? "-" : "";

	if (*l->at == '-' || *l->at == '+')
		step(l);
	t->kind = TOKEN_NUMBER;
	t->text = arena_printf(l->arena, "%s%s", sign, take_while(l, is_number_byte));
}

static void take_symbol(struct lexer *l, struct token *t)
{
	static const char *const symbols[] = { "==", "!=", "<=", ">=", "(", ")",
					       ",",  "%",  "<",  ">",  "=", "*" };

	for (size_t i = 0; i < G_N_ELEMENTS(symbols); i++) {
		size_t n = strlen(symbols[i]);

		if ((size_t)(l->end - l->at) < n || memcmp(l->at, symbols[i], n) != 0)
			continue;
		t->kind = TOKEN_SYMBOL;
		t->text = symbols[i];
		while (n-- > 0)
			step(l);
		return;
	}
	gunichar c = g_utf8_get_char_validated(l->at, l->end - l->at);

	t->kind = TOKEN_WRONG;
	if (c == (gunichar)-1 || c == (gunichar)-2)
		report_error(l->errors, t->place, "a byte that is not UTF-8");
	else if (g_unichar_isprint(c))
		report_error(l->errors, t->place, "\"%.*s\" has no meaning here%s",
			     (int)g_unichar_to_utf8(c, (char[6]){ 0 }), l->at,
			     is_curly(c) || c == '\'' ? ": texts stand between \" and \""
						      : "");
	else
		report_error(l->errors, t->place, "a control character (U+%04X)", c);
	take_rest_of_line(l);
}

struct token lexer_next(struct lexer *l)
{
	struct token t = { .kind = TOKEN_END, .text = "", .flags = "" };

	take_space(l, &t);
	t.place = l->place;
	if (at_end(l))
		return t;
	char c = *l->at, next = peek(l, 1);

	if (c == '"') {
		take_text(l, &t);
	} else if (c == '/') {
		take_regex(l, &t);
	} else if (g_ascii_isdigit(c) ||
		   ((c == '+' || c == '-') && g_ascii_isdigit(next))) {
		take_number(l, &t);
	} else if (is_word_start(c)) {
		t.kind = TOKEN_WORD;
		t.text = take_while(l, is_word_byte);
	} else {
		take_symbol(l, &t);
	}
	t.end = l->place;
	while (!at_end(l) && is_blank(*l->at) && *l->at != '\n')
		step(l);
	if (!at_end(l) && *l->at == '#')
		t.remarks.after = take_comment(l);
	return t;
}
