/* The parser of .rules: recursive descent with one token of lookahead. `and` and `or` never
 * stand side by side without brackets, so nobody has to know which binds tighter. It knows
 * no names: what a word means is the checker's business. */
#include "rule/parse.h"

#include <glib.h>
#include <string.h>

#include "base/limits.h"
#include "base/number.h"

const char *const operator_words[OP_COUNT] = {
	[OP_HOLDS] = "",
	[OP_EXISTS] = "exists",
	[OP_IS_UNKNOWN] = "is unknown",
	[OP_IS] = "is",
	[OP_IS_NOT] = "is not",
	[OP_LESS] = "<",
	[OP_AT_MOST] = "<=",
	[OP_MORE] = ">",
	[OP_AT_LEAST] = ">=",
	[OP_CONTAINS] = "contains",
	[OP_MENTIONS] = "mentions",
	[OP_STARTS_WITH] = "starts with",
	[OP_ENDS_WITH] = "ends with",
	[OP_MATCHES] = "matches",
	[OP_IN] = "in",
	[OP_UNDER] = "under",
	[OP_WITHIN] = "within",
};

bool word_is_reserved(const char *word)
{
	enum { ITEM, CLAUSE, JOIN, OPERATOR, VALUE, PLACE };
	static const struct {
		const char *word;
		bool reserved;
	} words[] = {
#define RULE_WORD(class, word) { (word), (class) != PLACE },
#include "rule/words.def"
#undef RULE_WORD
	};

	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		if (words[i].reserved && strcmp(word, words[i].word) == 0)
			return true;
	return false;
}

/* ---- steps shared with tests ---- */

void parser_take(struct parser *p)
{
	struct remark **tail = &p->line->before;

	while (*tail != NULL)
		tail = &(*tail)->next;
	*tail = p->now.remarks.before;
	if (p->now.remarks.after != NULL)
		p->line->after = p->line->after == NULL
					 ? p->now.remarks.after
					 : arena_printf(p->arena, "%s;%s", p->line->after,
							p->now.remarks.after);
	p->end = p->now.end;
	p->inside = true;
	p->now = lexer_next(&p->lexer);
}

void parser_fail(struct parser *p, const char *what)
{
	if (!p->failed && p->inside && (p->now.first || p->now.kind == TOKEN_END))
		report_error(p->errors, p->end, "the %s ends here, where %s belongs",
			     p->now.kind == TOKEN_END ? "file" : "line", what);
	else if (!p->failed && p->now.kind != TOKEN_WRONG)
		report_error(p->errors, p->now.place, "%s stands where %s belongs",
			     quoted(p->arena, p->now.text), what);
	p->failed = true;
}

bool parser_word(const struct parser *p, const char *word)
{
	return p->now.kind == TOKEN_WORD && strcmp(p->now.text, word) == 0;
}

static bool parser_symbol(const struct parser *p, const char *symbol)
{
	return p->now.kind == TOKEN_SYMBOL && strcmp(p->now.text, symbol) == 0;
}

static bool take_word(struct parser *p, const char *word)
{
	if (!parser_word(p, word))
		return false;
	parser_take(p);
	return true;
}

static bool take_symbol(struct parser *p, const char *symbol)
{
	if (!parser_symbol(p, symbol))
		return false;
	parser_take(p);
	return true;
}

const char *parser_text(struct parser *p, const char *what)
{
	const char *text = p->now.text;

	if (p->now.kind != TOKEN_TEXT) {
		parser_fail(p, what);
		return NULL;
	}
	parser_take(p);
	return text;
}

struct operand parser_subject(struct parser *p)
{
	struct operand o = { .kind = OPERAND_NAME, .place = p->now.place };

	if (take_word(p, "header")) {
		o.kind = OPERAND_HEADER;
		o.text = parser_text(p, "the header's name between \" and \"");
		return o;
	}
	o.text = p->now.text;
	if (p->now.kind != TOKEN_WORD ||
	    (p->inside && p->now.first && word_is_reserved(p->now.text)))
		parser_fail(p, "a name");
	else if (word_is_reserved(p->now.text))
		parser_fail(p, "a name (this is a word of the language)");
	else
		parser_take(p);
	return o;
}

struct operand parser_number(struct parser *p)
{
	struct operand o = { .kind = OPERAND_NUMBER,
			     .place = p->now.place,
			     .text = p->now.text };

	if (p->now.kind != TOKEN_NUMBER) {
		parser_fail(p, "a number");
		return o;
	}
	parser_take(p);
	if (p->now.kind == TOKEN_WORD && !p->now.first &&
	    !word_is_reserved(p->now.text)) {
		o.unit = p->now.text;
		o.unit_place = p->now.place;
		parser_take(p);
	}
	return o;
}

int64_t parser_points(struct parser *p)
{
	int64_t milli = 0;

	if (p->now.kind != TOKEN_NUMBER) {
		parser_fail(p, "a number of points");
	} else if (!milli_parse(p->now.text, &milli) || ABS(milli) > LIMIT_RULE_MILLI) {
		report_error(
			p->errors, p->now.place,
			"%s are no points: from -%d to %d with at most three decimals",
			quoted(p->arena, p->now.text), LIMIT_RULE_MILLI / 1000,
			LIMIT_RULE_MILLI / 1000);
		p->failed = true;
	} else {
		parser_take(p);
	}
	return milli;
}

enum axis parser_axis(struct parser *p)
{
	int axis = p->now.kind == TOKEN_WORD
			   ? word_find(axis_names, AXIS_COUNT, p->now.text)
			   : -1;

	if (axis < 0) {
		parser_fail(p, "threat, spam or graymail");
		return AXIS_THREAT;
	}
	parser_take(p);
	return (enum axis)axis;
}

const char *const *parser_texts(struct parser *p, size_t *n_r)
{
	GPtrArray *texts = g_ptr_array_new();

	do {
		const char *text = parser_text(p, "a text between \" and \"");

		if (text == NULL)
			break;
		g_ptr_array_add(texts, arena_strdup(p->arena, text));
		take_symbol(p, ",");
	} while (p->now.kind == TOKEN_TEXT);
	const char **kept = arena_new(p->arena, const char *, texts->len + 1);

	*n_r = texts->len;
	for (size_t i = 0; i < texts->len; i++)
		kept[i] = g_ptr_array_index(texts, i);
	g_ptr_array_unref(texts);
	return kept;
}

bool parser_compare(struct parser *p, enum operator* op_r)
{
	static const struct {
		const char *symbol;
		enum operator op;
	} symbols[] = {
		{ "==", OP_IS },      { "!=", OP_IS_NOT }, { "<", OP_LESS },
		{ "<=", OP_AT_MOST }, { ">", OP_MORE },    { ">=", OP_AT_LEAST },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(symbols); i++) {
		if (!take_symbol(p, symbols[i].symbol))
			continue;
		*op_r = symbols[i].op;
		return true;
	}
	if (!take_word(p, "is"))
		return false;
	*op_r = take_word(p, "not") ? OP_IS_NOT : OP_IS;
	return true;
}

struct clause *parser_clause(struct parser *p, struct item *item, enum clause_kind kind)
{
	struct clause *clause = arena_new(p->arena, struct clause, 1);

	if (item->last_clause == NULL)
		item->clauses = clause;
	else
		item->last_clause->next = clause;
	item->last_clause = clause;
	clause->kind = kind;
	clause->place = p->now.place;
	p->line = &clause->remarks;
	p->inside = false;
	return clause;
}

/* ---- conditions ---- */

static bool take_any_of(struct parser *p)
{
	if (!take_word(p, "any"))
		return false;
	if (!take_word(p, "of"))
		parser_fail(p, "any of");
	return true;
}

/* a number that counts what follows: from 1 to LIMIT_RULE_COUNT */
static unsigned take_count(struct parser *p)
{
	int64_t n = 0;

	if (p->now.kind != TOKEN_NUMBER ||
	    !number_parse(p->now.text, 1, LIMIT_RULE_COUNT, &n))
		parser_fail(p, "a whole number from 1 to " G_STRINGIFY(LIMIT_RULE_COUNT));
	else
		parser_take(p);
	return (unsigned)n;
}

/* at least 3 */
static bool take_least(struct parser *p, unsigned *least_r)
{
	if (!take_word(p, "at"))
		return false;
	if (!take_word(p, "least"))
		parser_fail(p, "least, and a number");
	else
		*least_r = take_count(p);
	return true;
}

/* any of, at least 3 of, or nothing */
static void take_how_many(struct parser *p, struct operand *o)
{
	if (take_least(p, &o->least)) {
		o->any_of = true;
		if (!p->failed && !take_word(p, "of"))
			parser_fail(p, "of, and a list or texts in brackets");
	} else {
		o->any_of = take_any_of(p);
	}
}

static struct operand take_right(struct parser *p)
{
	struct operand o = { .place = p->now.place };

	take_how_many(p, &o);
	if (p->failed)
		return o;

	if (p->now.kind == TOKEN_TEXT) {
		o.kind = OPERAND_TEXT;
		o.text = parser_text(p, "a text");
	} else if (p->now.kind == TOKEN_NUMBER) {
		o = parser_number(p);
	} else if (p->now.kind == TOKEN_REGEX) {
		o.kind = OPERAND_REGEX;
		o.text = p->now.text;
		o.unit = p->now.flags;
		parser_take(p);
	} else if (take_symbol(p, "(")) {
		o.kind = OPERAND_TEXTS;
		o.texts = parser_texts(p, &o.n_texts);
		if (!take_symbol(p, ")"))
			parser_fail(p, ")");
	} else if (p->now.kind == TOKEN_WORD &&
		   (parser_word(p, "yes") || parser_word(p, "no"))) {
		o.kind = OPERAND_NAME; /* the checker says how a yes or no is asked for */
		o.text = p->now.text;
		parser_take(p);
	} else {
		bool any_of = o.any_of;
		unsigned least = o.least;

		if (p->now.kind != TOKEN_WORD)
			parser_fail(p, "a text, number, name or list to compare with");
		o = parser_subject(p);
		o.any_of = any_of;
		o.least = least;
	}
	return o;
}

/* 5 words of, behind within */
static void take_distance(struct parser *p, struct test *test, bool words)
{
	struct operand o = parser_number(p);
	const char *many = words ? "words" : "letters", *one = words ? "word" : "letter";
	int64_t n = 0;

	if (p->failed)
		return;
	if (o.unit == NULL || (strcmp(o.unit, many) != 0 && strcmp(o.unit, one) != 0) ||
	    !number_parse(o.text, 1, words ? LIMIT_RULE_WORDS : LIMIT_RULE_LETTERS, &n)) {
		report_error(p->errors, o.place, "here goes how near: 1 to %d %s",
			     words ? LIMIT_RULE_WORDS : LIMIT_RULE_LETTERS, many);
		p->failed = true;
	} else if (!take_word(p, "of")) {
		parser_fail(p, "of, and what it is near to");
	}
	test->distance = (unsigned)n;
}

/* mentions "bank" within 5 words of any of changes */
static void take_near(struct parser *p, struct test *test)
{
	if (test->op != OP_MENTIONS) {
		parser_fail(p, "and, or (within 5 words of goes with mentions)");
		return;
	}
	parser_take(p);
	take_distance(p, test, true);
	if (p->failed)
		return;
	test->near = arena_new(p->arena, struct operand, 1);
	*test->near = take_right(p);
}

/* the operator words that take a right side, but for `is` */
static bool take_operator(struct parser *p, enum operator* op_r)
{
	static const enum operator single[] = { OP_CONTAINS, OP_MENTIONS, OP_MATCHES,
						OP_IN,       OP_UNDER,    OP_WITHIN };

	for (size_t i = 0; i < G_N_ELEMENTS(single); i++) {
		if (!take_word(p, operator_words[single[i]]))
			continue;
		*op_r = single[i];
		return true;
	}
	if (parser_word(p, "starts") || parser_word(p, "ends")) {
		*op_r = parser_word(p, "starts") ? OP_STARTS_WITH : OP_ENDS_WITH;
		parser_take(p);
		if (!take_word(p, "with"))
			parser_fail(p, "with");
		return true;
	}
	return parser_compare(p, op_r);
}

static struct node *node_new(struct parser *p, enum node_kind kind)
{
	struct node *node = arena_new(p->arena, struct node, 1);

	node->kind = kind;
	node->place = p->now.place;
	return node;
}

/* what stands behind an operator */
static void take_rest(struct parser *p, struct test *test)
{
	if (test->op == OP_WITHIN)
		take_distance(p, test, false);
	if (!p->failed)
		test->right = take_right(p);
	if (!p->failed && parser_word(p, "within"))
		take_near(p, test);
}

static struct operand take_left(struct parser *p, bool any_of)
{
	struct operand o = { .place = p->now.place };

	if (any_of || !take_word(p, "count")) {
		o = parser_subject(p);
		o.any_of = any_of;
		return o;
	}
	if (!take_word(p, "of")) {
		parser_fail(p, "of, and the name of a list");
		return o;
	}
	o = parser_subject(p);
	o.count = true;
	return o;
}

static struct node *take_test(struct parser *p, bool any_of)
{
	struct node *node = node_new(p, NODE_TEST);
	struct test *test = arena_new(p->arena, struct test, 1);

	node->test = test;
	test->left = take_left(p, any_of);
	test->op_place = p->now.place;
	if (p->failed)
		return node;
	if (take_word(p, "exists"))
		test->op = OP_EXISTS;
	else if (take_operator(p, &test->op) && test->op == OP_IS &&
		 take_word(p, "unknown"))
		test->op = OP_IS_UNKNOWN;
	else if (test->op != OP_HOLDS)
		take_rest(p, test);
	else if (parser_word(p, "not"))
		parser_fail(p,
			    "and, or, or an operator (not stands before the whole test)");
	else if (parser_symbol(p, "="))
		parser_fail(p, "== or is");
	return node;
}

static struct node *take_condition(struct parser *p);

/* ( CONDITION ) behind any link, all links, at least 3 links */
static void take_each(struct parser *p, struct node *node, struct each *each)
{
	bool many = each->quantity != QUANTITY_ANY;
	struct test *test = arena_new(p->arena, struct test, 1);

	test->left = (struct operand){ .kind = OPERAND_EACH, .place = p->now.place };
	test->op = OP_EACH;
	test->op_place = p->now.place;
	test->each = each;
	node->test = test;
	if (p->now.kind != TOKEN_WORD ||
	    !object_kind_of(p->now.text, many, &each->kind)) {
		parser_fail(p, each->quantity == QUANTITY_LEAST
				       ? "of, links, attachments or recipients"
			       : many ? "links, attachments or recipients"
				      : "of, link, attachment or recipient");
		return;
	}
	parser_take(p);
	if (!take_symbol(p, "(")) {
		parser_fail(p, "a condition on each in brackets");
		return;
	}
	each->condition = take_condition(p);
	if (!p->failed && !take_symbol(p, ")"))
		parser_fail(p, "and, or, or a closing )");
}

/* of (CONDITION, CONDITION) behind at least 2 */
static void take_counted(struct parser *p, struct node *node)
{
	struct node **tail = &node->first;
	unsigned n = 0;

	node->kind = NODE_LEAST;
	if (!take_symbol(p, "(")) {
		parser_fail(p, "conditions in brackets, with commas between");
		return;
	}
	do {
		*tail = take_condition(p);
		tail = &(*tail)->next;
		n++;
	} while (!p->failed && take_symbol(p, ","));
	if (!p->failed && !take_symbol(p, ")"))
		parser_fail(p, "and, or, a comma or a closing )");
	if (!p->failed && n < node->least) {
		report_error(p->errors, node->place,
			     "at least %u of %u can never hold: more conditions belong "
			     "between the brackets",
			     node->least, n);
		p->failed = true;
	}
}

/* any of LIST ..., any link (...), all links (...), at least 2 of (...), at least 3 links (...) */
static struct node *take_quantity(struct parser *p)
{
	struct node *node = node_new(p, NODE_TEST);
	struct each *each = arena_new(p->arena, struct each, 1);

	if (take_word(p, "any")) {
		if (take_word(p, "of"))
			return take_test(p, true);
		each->quantity = QUANTITY_ANY;
		take_each(p, node, each);
	} else if (take_word(p, "all")) {
		each->quantity = QUANTITY_ALL;
		take_each(p, node, each);
	} else if (take_least(p, &each->least) && !p->failed) {
		each->quantity = QUANTITY_LEAST;
		node->least = each->least;
		if (take_word(p, "of"))
			take_counted(p, node);
		else
			take_each(p, node, each);
	}
	return node;
}

static struct node *take_term(struct parser *p)
{
	struct node *node;

	if (p->depth >= LIMIT_RULE_DEPTH) {
		report_error(p->errors, p->now.place,
			     "more than %d brackets and nots in each other",
			     LIMIT_RULE_DEPTH);
		p->failed = true;
		return node_new(p, NODE_TEST);
	}
	p->depth++;
	if (parser_word(p, "not")) {
		node = node_new(p, NODE_NOT);
		parser_take(p);
		node->first = take_term(p);
	} else if (take_symbol(p, "(")) {
		node = take_condition(p);
		if (!p->failed && !take_symbol(p, ")"))
			parser_fail(p, "and, or, or a closing )");
	} else if (parser_word(p, "any") || parser_word(p, "all") ||
		   parser_word(p, "at")) {
		node = take_quantity(p);
	} else {
		node = take_test(p, false);
	}
	p->depth--;
	return node;
}

static bool at_joint(const struct parser *p)
{
	return parser_word(p, "and") || parser_word(p, "or");
}

/* terms joined by one and the same word */
static struct node *take_condition(struct parser *p)
{
	struct node *first = take_term(p), **tail = &first->next;

	if (p->failed || !at_joint(p))
		return first;
	struct node *join = node_new(p, parser_word(p, "and") ? NODE_AND : NODE_OR);

	join->first = first;
	while (!p->failed && at_joint(p)) {
		struct remarks own = { 0 };
		bool own_line = p->depth == 0 && p->now.first;

		if (parser_word(p, "and") != (join->kind == NODE_AND)) {
			report_error(p->errors, p->now.place,
				     "and and or side by side: put brackets around what "
				     "belongs together");
			p->failed = true;
			break;
		}
		if (own_line)
			p->line = &own;
		parser_take(p);
		struct node *term = take_term(p);

		term->own_line = own_line;
		term->remarks = own;
		if (own_line)
			p->line = &term->remarks;
		*tail = term;
		tail = &term->next;
	}
	return join;
}

/* ---- items ---- */

static void take_rollout(struct parser *p, struct clause *clause)
{
	struct operand share = parser_number(p);
	int64_t percent = 0;

	if (p->failed)
		return;
	if (!number_parse(share.text, 0, 100, &percent) || share.unit != NULL) {
		report_error(p->errors, share.place, "a share goes from 0%% to 100%%");
		p->failed = true;
	} else if (!take_symbol(p, "%") || !take_word(p, "by")) {
		parser_fail(p, "% by recipient, or % by domain");
	} else if (parser_word(p, "recipient") || parser_word(p, "domain")) {
		clause->percent = (int)percent;
		clause->by_domain = parser_word(p, "domain");
		parser_take(p);
	} else {
		parser_fail(p, "recipient or domain");
	}
}

static struct scaled *take_scaled(struct parser *p)
{
	struct scaled *s = arena_new(p->arena, struct scaled, 1);

	s->value = parser_subject(p);
	if (!p->failed && !take_symbol(p, "*"))
		parser_fail(p, "* and a factor");
	if (!p->failed)
		s->factor_milli = parser_points(p);
	while (!p->failed && !p->now.first && take_word(p, "at")) {
		bool least = parser_word(p, "least");
		bool *has = least ? &s->has_least : &s->has_most;

		if ((!least && !parser_word(p, "most")) || *has) {
			parser_fail(p, "at least or at most, each once");
			break;
		}
		parser_take(p);
		*has = true;
		*(least ? &s->least_milli : &s->most_milli) = parser_points(p);
	}
	return s;
}

static void take_points(struct parser *p, struct clause *clause)
{
	if (!p->failed)
		clause->axis = parser_axis(p);
	if (p->failed)
		return;
	if (clause->kind == CLAUSE_POINTS && p->now.kind == TOKEN_WORD && !p->now.first)
		clause->scaled = take_scaled(p);
	else
		clause->milli = parser_points(p);
}

static void take_sayer(struct parser *p, struct clause *clause)
{
	bool fine = take_word(p, "by");

	clause->text_place = p->now.place;
	clause->text = p->now.text;
	if (fine && p->now.kind == TOKEN_WORD && !p->now.first)
		parser_take(p);
	else
		parser_fail(p,
			    fine ? "the name of a rule" : "by, and the name of a rule");
}

static void take_rule_clause(struct parser *p, struct item *item)
{
	static const char *const words[] = {
		[CLAUSE_REASON] = "reason",   [CLAUSE_WHEN] = "when",
		[CLAUSE_UNLESS] = "unless",   [CLAUSE_UNKNOWN] = "if",
		[CLAUSE_OBSERVE] = "observe", [CLAUSE_ROLLOUT] = "rollout",
		[CLAUSE_OFF] = "off",         [CLAUSE_SAID_BY] = "said",
	};
	struct clause *clause = parser_clause(p, item, CLAUSE_POINTS);

	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		if (words[i] != NULL && parser_word(p, words[i]))
			clause->kind = (enum clause_kind)i;
	if (clause->kind == CLAUSE_POINTS &&
	    (p->now.kind != TOKEN_WORD ||
	     word_find(axis_names, AXIS_COUNT, p->now.text) < 0)) {
		parser_fail(p,
			    at_joint(p)
				    ? "when"
				    : "reason, when, unless, threat, spam, graymail, if "
				      "unknown, observe, rollout or said by");
		return;
	}
	if (clause->kind != CLAUSE_POINTS)
		parser_take(p);
	clause->text_place = p->now.place;
	if (clause->kind == CLAUSE_REASON)
		clause->text = parser_text(p, "the reason: a sentence between \" and \"");
	else if (clause->kind == CLAUSE_WHEN || clause->kind == CLAUSE_UNLESS)
		clause->condition = take_condition(p);
	else if (clause->kind == CLAUSE_ROLLOUT)
		take_rollout(p, clause);
	else if (clause->kind == CLAUSE_SAID_BY)
		take_sayer(p, clause);
	else if (clause->kind == CLAUSE_UNKNOWN && !take_word(p, "unknown"))
		parser_fail(p, "unknown");
	if (clause->kind == CLAUSE_POINTS || clause->kind == CLAUSE_UNKNOWN)
		take_points(p, clause);
}

static void take_name(struct parser *p, struct item *item)
{
	bool fine = p->now.kind == TOKEN_WORD && g_ascii_islower(p->now.text[0]) &&
		    strlen(p->now.text) <= LIMIT_RULE_NAME_BYTES;

	for (const char *c = p->now.text; fine && *c != '\0'; c++)
		fine = g_ascii_islower(*c) || g_ascii_isdigit(*c) || *c == '_';
	item->name_place = p->now.place;
	if (p->now.first) {
		parser_fail(p, "a name");
	} else if (!fine) {
		parser_fail(p,
			    "a name of small letters, digits and _ (at most " G_STRINGIFY(
				    LIMIT_RULE_NAME_BYTES) " of them)");
	} else if (word_is_reserved(p->now.text)) {
		parser_fail(p, "a name (this is a word of the language)");
	} else {
		item->name = p->now.text;
		parser_take(p);
	}
}

static void take_list(struct parser *p, struct item *item)
{
	take_name(p, item);
	if (p->failed)
		return;
	if (take_word(p, "file")) {
		item->file_place = p->now.place;
		item->file = parser_text(p, "the file's name between \" and \"");
	} else if (!item->extend && take_word(p, "dns")) {
		item->file_place = p->now.place;
		item->zone = parser_text(p, "the zone between \" and \"");
		if (!p->failed && take_word(p, "codes"))
			item->texts = parser_texts(p, &item->n_texts);
	} else if (p->now.kind == TOKEN_TEXT) {
		item->texts = parser_texts(p, &item->n_texts);
	} else {
		parser_fail(p, "file \"NAME\", or the entries, each between \" and \"");
	}
}

bool parser_at_item(const struct parser *p)
{
	static const char *const words[] = { "rule",     "list",   "test",
					     "override", "adjust", "extend" };

	if (p->now.kind == TOKEN_END)
		return true;
	for (size_t i = 0; i < G_N_ELEMENTS(words) && p->now.first; i++)
		if (parser_word(p, words[i]))
			return true;
	return false;
}

bool parse_rules_item(struct parser *p, struct item *item)
{
	item->override = take_word(p, "override");
	item->extend = !item->override && take_word(p, "extend");
	if (item->override && !parser_word(p, "rule"))
		parser_fail(p, "rule, and the name of the rule to replace");
	if (item->extend && !parser_word(p, "list"))
		parser_fail(p, "list, and the name of the list to add to");
	if (p->failed)
		return true;
	if (take_word(p, "list")) {
		item->kind = ITEM_LIST;
		take_list(p, item);
		return true;
	}
	item->kind = parser_word(p, "adjust") ? ITEM_ADJUST : ITEM_RULE;
	if (!take_word(p, "rule") && !take_word(p, "adjust"))
		return false;
	take_name(p, item);
	while (!p->failed && !parser_at_item(p))
		take_rule_clause(p, item);
	return true;
}
