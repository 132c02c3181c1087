/* Tokens -> syntax tree (parse_file.c). The steps below the public call are shared by the two
 * languages: rules (parse.c) and their tests (parse_rtest.c). */
#ifndef RULE_PARSE_H
#define RULE_PARSE_H

#include "rule/lex.h"
#include "rule/tree.h"

struct parser {
	struct arena *arena;
	struct rule_errors *errors;
	struct lexer lexer;
	struct token now;
	struct remarks *line; /* where comments of taken tokens go */
	struct place end;     /* behind the token taken last */
	bool inside;          /* a token of this clause was taken */
	bool failed;          /* in this item */
	unsigned depth;       /* of brackets and nots */
};

/* parse - a whole .rules or .rtest text; the ending of its name decides which
 * in    text   any bytes; not needed afterwards
 * out   never NULL; items that were reported are marked broken
 * own   a
 * err   errors are added to c */
struct tree *parse(struct arena *a, const char *file, struct bytes text,
		   struct rule_errors *c);

/* parse_rules_item - what stands in one rule, list or adjustment
 * out   false: none of the words that begin an item in .rules stands here
 * err   an error, and p->failed */
bool parse_rules_item(struct parser *p, struct item *item);

/* parser_at_item - does an item begin here, or the text end? */
bool parser_at_item(const struct parser *p);

/* parse_rtest_item - what stands in one `test`, after that word
 * err   an error, and p->failed */
void parse_rtest_item(struct parser *p, struct item *item);

/* parser_take - go on to the next token; comments of the one left behind go to p->line */
void parser_take(struct parser *p);

/* parser_fail - report at the present token, once in an item
 * in    what   what would be right here
 *       where the line ends too early, the error points there and not at the next line */
void parser_fail(struct parser *p, const char *what);

/* parser_word - is the present token this word? */
bool parser_word(const struct parser *p, const char *word);

/* parser_text - take a text
 * in    what   for the error: "the reason: a text between \" and \""
 * err   NULL after an error */
const char *parser_text(struct parser *p, const char *what);

/* parser_subject - take a name, or header "Name"
 * err   an error, and p->failed */
struct operand parser_subject(struct parser *p);

/* parser_number - take a number and its unit
 * err   an error, and p->failed */
struct operand parser_number(struct parser *p);

/* parser_points - take points
 * err   0 after an error */
int64_t parser_points(struct parser *p);

/* parser_axis - take threat, spam or graymail
 * err   an error, and p->failed */
enum axis parser_axis(struct parser *p);

/* parser_texts - take one text or more, with or without commas between
 * out   *n_r of them
 * own   the arena
 * err   an error, and p->failed */
const char *const *parser_texts(struct parser *p, size_t *n_r);

/* parser_compare - take ==, !=, <, <=, >, >=, `is` or `is not` if one stands here
 * err   false: none stands here */
bool parser_compare(struct parser *p, enum operator* op_r);

/* parser_clause - add a clause that begins at the present token
 * own   the arena */
struct clause *parser_clause(struct parser *p, struct item *item, enum clause_kind kind);

/* word_is_reserved - is it a word of the language, so that no name can be? */
bool word_is_reserved(const char *word);

#endif
