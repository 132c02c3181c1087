/* One way to write everything. What it prints parses to the same tree, and prints the same
 * again. Comments are kept: those on lines of their own stay before what follows them, those
 * at the end of a line stay there. */
#include "rule/print.h"

#include <string.h>

#include "base/printable.h"

#define WIDTH 90
#define INDENT "    "
#define KEYWORD_WIDTH 8

static void print_milli(GString *out, int64_t milli, const char *plus)
{
	int64_t abs = milli < 0 ? -milli : milli;

	g_string_append_printf(out, "%s%" G_GINT64_FORMAT, milli < 0 ? "-" : plus,
			       abs / 1000);
	if (abs % 1000 != 0) {
		g_string_append_printf(out, ".%03" G_GINT64_FORMAT, abs % 1000);
		while (out->str[out->len - 1] == '0')
			g_string_truncate(out, out->len - 1);
	}
}

void print_points(GString *out, int64_t milli)
{
	print_milli(out, milli, "+");
}

static void print_regex(GString *out, const struct operand *o)
{
	g_string_append_c(out, '/');
	for (const char *p = o->text; *p != '\0'; p++) {
		if (*p == '\\' && p[1] != '\0')
			g_string_append_c(out, *p++);
		else if (*p == '/')
			g_string_append_c(out, '\\');
		g_string_append_c(out, *p);
	}
	g_string_append_printf(out, "/%s", o->unit == NULL ? "" : o->unit);
}

static void print_texts(GString *out, const char *const *texts, size_t n,
			const char *between)
{
	for (size_t i = 0; i < n; i++) {
		g_string_append(out, i == 0 ? "" : between);
		quoted_append(out, texts[i]);
	}
}

static void print_operand(GString *out, const struct operand *o)
{
	if (o->least > 0)
		g_string_append_printf(out, "at least %u of ", o->least);
	else if (o->any_of)
		g_string_append(out, "any of ");
	if (o->count)
		g_string_append(out, "count of ");
	switch (o->kind) {
	case OPERAND_NAME:
	case OPERAND_WORD:
	case OPERAND_LIST:
		g_string_append(out, o->text);
		break;
	case OPERAND_HEADER:
		g_string_append(out, "header ");
		quoted_append(out, o->text);
		break;
	case OPERAND_TEXT:
		quoted_append(out, o->text);
		break;
	case OPERAND_TEXTS:
		g_string_append_c(out, '(');
		print_texts(out, o->texts, o->n_texts, ", ");
		g_string_append_c(out, ')');
		break;
	case OPERAND_NUMBER:
		g_string_append_printf(out, "%s%s%s", o->text, o->unit == NULL ? "" : " ",
				       o->unit == NULL ? "" : o->unit);
		break;
	case OPERAND_REGEX:
		print_regex(out, o);
		break;
	case OPERAND_EACH:
		break;
	}
}

static void print_each(GString *out, const struct each *each)
{
	if (each->quantity == QUANTITY_LEAST)
		g_string_append_printf(out, "at least %u", each->least);
	else
		g_string_append(out, each->quantity == QUANTITY_ANY ? "any" : "all");
	g_string_append_printf(out, " %s (",
			       object_name(each->kind, each->quantity != QUANTITY_ANY));
	print_condition(out, each->condition);
	g_string_append_c(out, ')');
}

static void print_within(GString *out, unsigned distance, const char *many)
{
	g_string_append_printf(out, " %u %.*s of", distance,
			       (int)strlen(many) - (distance == 1), many);
}

void print_test(GString *out, const struct test *test)
{
	if (test->op == OP_EACH) {
		print_each(out, test->each);
		return;
	}
	print_operand(out, &test->left);
	if (test->op == OP_HOLDS)
		return;
	g_string_append_printf(out, " %s", operator_words[test->op]);
	if (test->op < OP_IS)
		return;
	if (test->op == OP_WITHIN)
		print_within(out, test->distance, "letters");
	g_string_append_c(out, ' ');
	print_operand(out, &test->right);
	if (test->near == NULL)
		return;
	g_string_append_printf(out, " %s", operator_words[OP_WITHIN]);
	print_within(out, test->distance, "words");
	g_string_append_c(out, ' ');
	print_operand(out, test->near);
}

static const char *joint(const struct node *join)
{
	return join->kind == NODE_AND ? "and" : "or";
}

static void print_term(GString *out, const struct node *node)
{
	bool joined = node->kind == NODE_AND || node->kind == NODE_OR;

	if (node->kind == NODE_TEST) {
		print_test(out, node->test);
	} else if (node->kind == NODE_LEAST) {
		g_string_append_printf(out, "at least %u of (", node->least);
		for (const struct node *n = node->first; n != NULL; n = n->next) {
			g_string_append(out, n == node->first ? "" : ", ");
			print_condition(out, n);
		}
		g_string_append_c(out, ')');
	} else if (node->kind == NODE_NOT) {
		g_string_append(out, "not ");
		print_term(out, node->first);
	} else if (joined) {
		g_string_append_c(out, '(');
		print_condition(out, node);
		g_string_append_c(out, ')');
	}
}

void print_condition(GString *out, const struct node *node)
{
	if (node->kind != NODE_AND && node->kind != NODE_OR) {
		print_term(out, node);
		return;
	}
	for (const struct node *term = node->first; term != NULL; term = term->next) {
		if (term->unless) {
			g_string_append(out, " unless ");
			print_condition(out, term->first);
			continue;
		}
		if (term != node->first)
			g_string_append_printf(out, " %s ", joint(node));
		print_term(out, term);
	}
}

/* ---- lines with their comments ---- */

static void print_remark(GString *out, const char *text)
{
	if (text[0] == '\0')
		g_string_append_c(out, '#');
	else
		g_string_append_printf(out, "#%s%s",
				       text[0] == ' ' || text[0] == '!' ? "" : " ", text);
}

static void print_before(GString *out, const struct remark *remark, const char *indent)
{
	for (; remark != NULL; remark = remark->next) {
		if (remark->text != NULL) {
			g_string_append(out, indent);
			print_remark(out, remark->text);
		}
		g_string_append_c(out, '\n');
	}
}

static void print_end(GString *out, const struct remarks *remarks)
{
	if (remarks->after != NULL) {
		g_string_append(out, "  ");
		print_remark(out, remarks->after);
	}
	g_string_append_c(out, '\n');
}

static void print_keyword(GString *out, const char *word)
{
	g_string_append_printf(out, INDENT "%-*s ", KEYWORD_WIDTH - 1, word);
}

static void print_when_line(GString *out, const struct remarks *remarks, const char *word,
			    const char *rest)
{
	print_before(out, remarks->before, INDENT);
	print_keyword(out, word);
	g_string_append(out, rest);
	print_end(out, remarks);
}

/* do the lines, broken where their author broke them, fit? */
static bool when_fits(const struct node *join)
{
	GString *line = g_string_new(NULL);
	size_t width = 0;
	bool fits = true;

	for (const struct node *term = join->first; term != NULL; term = term->next) {
		if (term == join->first || term->own_line)
			width = strlen(INDENT) + KEYWORD_WIDTH;
		else
			width += strlen(joint(join)) + 2;
		g_string_truncate(line, 0);
		print_term(line, term);
		width += (size_t)g_utf8_strlen(line->str, (gssize)line->len);
		fits &= width <= WIDTH;
	}
	g_string_free(line, TRUE);
	return fits;
}

static void print_when(GString *out, const struct clause *clause)
{
	const struct node *join = clause->condition;
	const struct remarks *remarks = &clause->remarks;
	const char *word = clause->kind == CLAUSE_WHEN ? "when" : "unless";
	GString *line = g_string_new(NULL);

	if (join->kind != NODE_AND && join->kind != NODE_OR) {
		print_term(line, join);
		print_when_line(out, remarks, word, line->str);
		g_string_free(line, TRUE);
		return;
	}
	bool fits = when_fits(join);

	for (const struct node *term = join->first; term != NULL; term = term->next) {
		if (term != join->first && (term->own_line || !fits)) {
			print_when_line(out, remarks, word, line->str);
			g_string_truncate(line, 0);
			word = joint(join);
			remarks = &term->remarks;
		} else if (term != join->first) {
			g_string_append_printf(line, " %s ", joint(join));
		}
		print_term(line, term);
	}
	print_when_line(out, remarks, word, line->str);
	g_string_free(line, TRUE);
}

/* ---- clauses ---- */

/* a name and its value */
static void print_value(GString *out, const struct clause *clause)
{
	static const char *const words[] = { [GIVEN_VALUE] = "",
					     [GIVEN_YES] = "yes",
					     [GIVEN_NO] = "no",
					     [GIVEN_UNKNOWN] = "unknown",
					     [GIVEN_ABSENT] = "absent" };

	print_operand(out, &clause->subject);
	if (clause->given != GIVEN_VALUE)
		g_string_append_printf(out, " %s", words[clause->given]);
	if (clause->value.n_texts > 0) {
		g_string_append_c(out, ' ');
		print_texts(out, clause->value.texts, clause->value.n_texts, " ");
	} else if (clause->given == GIVEN_VALUE) {
		g_string_append_c(out, ' ');
		print_operand(out, &clause->value);
	}
}

static void print_given(GString *out, const struct clause *clause)
{
	if (clause->object) {
		g_string_append(out, clause->subject.text);
		if (clause->given == GIVEN_UNKNOWN)
			g_string_append(out, " unknown");
		for (const struct clause *w = clause->words; w != NULL; w = w->next) {
			g_string_append_c(out, ' ');
			print_value(out, w);
		}
		return;
	}
	print_value(out, clause);
}

static void print_expect(GString *out, const struct clause *clause)
{
	static const char *const answers[] = { "unknown", "no", "yes" };

	if (clause->kind == CLAUSE_EXPECT_RULE) {
		g_string_append_printf(out, "rule %s %s", clause->text,
				       answers[clause->answer + 1]);
	} else if (clause->kind == CLAUSE_EXPECT_REASON) {
		g_string_append_printf(out, "reason %s ", clause->text);
		quoted_append(out, clause->sentence);
	} else {
		g_string_append_printf(out, "%s %s%s", axis_names[clause->axis],
				       clause->op == OP_IS ? ""
							   : operator_words[clause->op],
				       clause->op == OP_IS ? "" : " ");
		print_milli(out, clause->milli, "");
	}
}

void print_scaled(GString *out, const struct scaled *s)
{
	print_operand(out, &s->value);
	g_string_append(out, " * ");
	print_milli(out, s->factor_milli, "");
	if (s->has_least) {
		g_string_append(out, " at least ");
		print_milli(out, s->least_milli, "");
	}
	if (s->has_most) {
		g_string_append(out, " at most ");
		print_milli(out, s->most_milli, "");
	}
}

static void print_clause_words(GString *out, const struct clause *clause)
{
	switch (clause->kind) {
	case CLAUSE_REASON:
		print_keyword(out, "reason");
		quoted_append(out, clause->text);
		break;
	case CLAUSE_POINTS:
		print_keyword(out, axis_names[clause->axis]);
		if (clause->scaled != NULL)
			print_scaled(out, clause->scaled);
		else
			print_points(out, clause->milli);
		break;
	case CLAUSE_UNKNOWN:
		g_string_append_printf(out, INDENT "if unknown  %s ",
				       axis_names[clause->axis]);
		print_points(out, clause->milli);
		break;
	case CLAUSE_OBSERVE:
		g_string_append(out, INDENT "observe");
		break;
	case CLAUSE_OFF:
		g_string_append(out, INDENT "off");
		break;
	case CLAUSE_ROLLOUT:
		print_keyword(out, "rollout");
		g_string_append_printf(out, "%d%% by %s", clause->percent,
				       clause->by_domain ? "domain" : "recipient");
		break;
	case CLAUSE_SAID_BY:
		print_keyword(out, "said by");
		g_string_append(out, clause->text);
		break;
	case CLAUSE_GIVEN:
		print_keyword(out, "given");
		print_given(out, clause);
		break;
	case CLAUSE_EXPECT_RULE:
	case CLAUSE_EXPECT_POINTS:
	case CLAUSE_EXPECT_REASON:
		print_keyword(out, "expect");
		print_expect(out, clause);
		break;
	case CLAUSE_WHEN:
	case CLAUSE_UNLESS:
		break;
	}
}

static void print_clauses(GString *out, const struct clause *clause)
{
	for (; clause != NULL; clause = clause->next) {
		if (clause->kind == CLAUSE_WHEN || clause->kind == CLAUSE_UNLESS) {
			print_when(out, clause);
			continue;
		}
		print_before(out, clause->remarks.before, INDENT);
		print_clause_words(out, clause);
		print_end(out, &clause->remarks);
	}
}

static void print_list(GString *out, const struct item *item)
{
	size_t start = out->len;
	const char *before = item->extend ? "extend " : "";

	g_string_append_printf(out, "%slist %s", before, item->name);
	if (item->file != NULL) {
		g_string_append(out, " file ");
		quoted_append(out, item->file);
	}
	if (item->zone != NULL) {
		g_string_append(out, " dns ");
		quoted_append(out, item->zone);
		g_string_append(out, item->n_texts > 0 ? " codes" : "");
	}
	for (size_t i = 0; i < item->n_texts; i++) {
		g_string_append_c(out, ' ');
		quoted_append(out, item->texts[i]);
	}
	if (item->file == NULL && item->zone == NULL && out->len - start > WIDTH) {
		g_string_truncate(out, start);
		g_string_append_printf(out, "%slist %s", before, item->name);
		for (size_t i = 0; i < item->n_texts; i++) {
			g_string_append(out, "\n" INDENT);
			quoted_append(out, item->texts[i]);
		}
	}
	print_end(out, &item->remarks);
}

/* the line that begins a rule, an adjust or a test */
static void print_head(GString *out, const struct item *item)
{
	switch (item->kind) {
	case ITEM_RULE:
		g_string_append_printf(out, "%srule %s",
				       item->override ? "override " : "", item->name);
		break;
	case ITEM_ADJUST:
		g_string_append_printf(out, "adjust %s", item->name);
		break;
	case ITEM_TEST:
		g_string_append(out, "test ");
		quoted_append(out, item->name);
		break;
	case ITEM_LIST:
		break;
	}
	print_end(out, &item->remarks);
}

char *print_tree(const struct tree *tree)
{
	GString *out = g_string_new(NULL);
	enum item_kind last = ITEM_RULE;

	for (const struct item *item = tree->items; item != NULL; item = item->next) {
		if (item != tree->items &&
		    (item->kind != ITEM_LIST || last != ITEM_LIST || item->blank_before))
			g_string_append_c(out, '\n');
		last = item->kind;
		print_before(out, item->remarks.before, "");
		if (item->kind == ITEM_LIST) {
			print_list(out, item);
			continue;
		}
		print_head(out, item);
		print_clauses(out, item->clauses);
	}
	if (tree->tail != NULL && tree->items != NULL)
		g_string_append_c(out, '\n');
	print_before(out, tree->tail, "");
	return g_string_free(out, FALSE);
}
