/* Letters -> tokens, one at a time. */
#ifndef RULE_LEX_H
#define RULE_LEX_H

#include "base/arena.h"
#include "base/bytes.h"
#include "rule/tree.h"

enum token_kind {
	TOKEN_END,
	TOKEN_WORD,   /* names and keywords: letters, digits, _ . */
	TOKEN_TEXT,   /* "..." */
	TOKEN_NUMBER, /* +6.5 */
	TOKEN_REGEX,  /* /.../flags */
	TOKEN_SYMBOL, /* ( ) , % = == != < <= > >= */
	TOKEN_WRONG,  /* reported already */
};

struct token {
	enum token_kind kind;
	struct place place, end; /* end: behind its last character */
	const char *text;  /* of a text or regex: what it means, without the marks */
	const char *flags; /* of a regex, "" if none */
	bool first;        /* of its line */
	bool blank_before; /* an empty line stands before it and its comments */
	struct remarks remarks;
};

struct lexer {
	struct arena *arena;
	struct rule_errors *errors;
	const char *at, *end;
	struct place place; /* of *at */
};

/* lexer_init - begin at the start of a text
 * in    text   any bytes; must outlive the lexer only
 * err   what is no UTF-8 is reported when it is met */
void lexer_init(struct lexer *l, const char *file, struct bytes text);

/* lexer_next - the next token, with the comments that belong to it
 * out   TOKEN_END again and again at the end; its remarks are the comments before it
 * own   the lexer's arena
 * err   TOKEN_WRONG after an error */
struct token lexer_next(struct lexer *l);

#endif
