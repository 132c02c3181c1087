/* A condition is walked along every way in which it could hold. What a way has come to claim - this
 * test must say yes, that one no - is compared pair by pair; a way with two claims that exclude each
 * other ends. If all ways end, nothing meets the condition. Only what is certain counts: texts are
 * tried on each other, numbers as ranges, and everything else is taken to be possible. */
#include "rule/never.h"

#include <string.h>

#include "rule/eval.h"
#include "rule/list.h"
#include "rule/phrase_set.h"
#include "rule/print.h"

#define STEPS_MOST 2000 /* of a condition; people write some 10 tests */
#define TRIED_MOST 100  /* texts of a list that are tried on another test */

struct claim {
	const struct test *test;
	bool yes;
};

/* what is still to be met on a way */
struct wish {
	const struct node *node;
	bool yes;
	const struct wish *next;
};

struct search {
	const struct ruleset *rs;
	struct arena *arena;
	GArray *claims;
	unsigned steps;
	struct claim one, other; /* the last that excluded each other */
};

/* ---- two claims ---- */

static bool same_left(const struct test *a, const struct test *b)
{
	const struct operand *x = &a->left, *y = &b->left;

	if (x->kind != y->kind || x->count != y->count)
		return false;
	if (x->kind == OPERAND_HEADER)
		return x->header == y->header;
	return x->kind != OPERAND_EACH && x->name.table == y->name.table &&
	       x->name.row == y->name.row;
}

/* numbers for which a test says yes, from least to most */
struct range {
	int64_t least, most;
};

static bool range_of(const struct test *t, struct range *range_r)
{
	int64_t n = t->right.number;

	if (t->type != VALUE_INT || t->right.kind != OPERAND_NUMBER || t->op < OP_IS ||
	    t->op > OP_AT_LEAST || t->op == OP_IS_NOT)
		return false;
	*range_r = (struct range){ INT64_MIN, INT64_MAX };
	if (t->op == OP_IS || t->op == OP_AT_LEAST)
		range_r->least = n;
	if (t->op == OP_MORE)
		range_r->least = n + 1;
	if (t->op == OP_IS || t->op == OP_AT_MOST)
		range_r->most = n;
	if (t->op == OP_LESS)
		range_r->most = n - 1;
	return true;
}

static bool numbers_clash(const struct test *a, const struct test *b, bool b_yes)
{
	struct range x, y;

	if (!range_of(a, &x) || !range_of(b, &y))
		return false;
	if (b_yes)
		return MAX(x.least, y.least) > MIN(x.most, y.most);
	return x.least >= y.least && x.most <= y.most;
}

static enum answer yes_or_no(bool holds)
{
	return holds ? ANSWER_YES : ANSWER_NO;
}

/* what a test says of a text that is known; UNKNOWN: it asks for more than the text */
static enum answer says_of(const struct test *t, struct bytes text)
{
	const struct operand *right = &t->right;
	const char *at;
	struct bytes found;

	if (t->near != NULL || right->least > 1 || t->op < OP_IS)
		return ANSWER_UNKNOWN;
	if ((t->op == OP_IN || t->op == OP_UNDER) && right->list != NULL &&
	    list_dns(right->list, NULL) == NULL)
		return yes_or_no(t->op == OP_IN ? list_holds(right->list, text)
						: list_covers(right->list, text));
	if (right->phrases != NULL && t->op == OP_IS)
		return yes_or_no(list_holds(right->list, text));
	if (right->phrases != NULL && (t->op == OP_CONTAINS || t->op == OP_MENTIONS))
		return yes_or_no(phrase_set_find(right->phrases, text, NULL,
						 t->op == OP_MENTIONS, &found));
	if (right->phrases != NULL)
		return yes_or_no(phrase_set_at_edge(right->phrases, text,
						    t->op == OP_ENDS_WITH, &found));
	if (right->kind != OPERAND_TEXT || t->op == OP_MATCHES || t->op > OP_UNDER)
		return ANSWER_UNKNOWN;
	return yes_or_no(compare_texts(t->op, text, right->folded, &at));
}

/* the texts that a test allows; false: more than these */
static bool texts_of(const struct test *t, const struct bytes **at_r, size_t *n_r)
{
	const struct operand *right = &t->right;

	*n_r = 1;
	*at_r = &right->folded;
	if (t->op == OP_IS && right->kind == OPERAND_TEXT && right->phrases == NULL)
		return true;
	if (right->list == NULL || list_dns(right->list, NULL) != NULL ||
	    (t->op != OP_IN && t->op != OP_IS))
		return false;
	*at_r = list_entries((struct list *)(uintptr_t)right->list, n_r);
	return *n_r > 0 && *n_r <= TRIED_MOST;
}

/* `a` says yes, so the text is one of few: is none of them what b wants? */
static bool texts_clash(const struct test *a, const struct test *b, bool b_yes)
{
	const struct bytes *at;
	size_t n;

	if (a->type != VALUE_TEXT || b->type != VALUE_TEXT || !texts_of(a, &at, &n))
		return false;
	for (size_t i = 0; i < n; i++)
		if (says_of(b, at[i]) != (b_yes ? ANSWER_NO : ANSWER_YES))
			return false;
	return true;
}

/* two beginnings, or two ends, of which neither is a part of the other */
static bool edges_clash(const struct test *a, const struct test *b)
{
	struct bytes x = a->right.folded, y = b->right.folded;
	size_t n = MIN(x.n, y.n);
	bool start = a->op == OP_STARTS_WITH;

	if (a->type != VALUE_TEXT || a->op != b->op ||
	    (!start && a->op != OP_ENDS_WITH) || a->right.kind != OPERAND_TEXT ||
	    b->right.kind != OPERAND_TEXT)
		return false;
	return memcmp(start ? x.at : x.at + x.n - n, start ? y.at : y.at + y.n - n, n) !=
	       0;
}

/* what is known is no first contact: pair., sender. and domain. */
static bool excludes(const struct test *a, const struct test *b)
{
	const char *x = a->left.text, *y = b->left.text, *dot;

	if (a->op != OP_HOLDS || b->op != OP_HOLDS || x == NULL || y == NULL)
		return false;
	dot = strchr(x, '.');
	return dot != NULL && strncmp(x, y, (size_t)(dot - x) + 1) == 0 &&
	       strcmp(dot, ".first_contact") == 0 &&
	       (strcmp(y + (dot - x), ".known") == 0 ||
		strcmp(y + (dot - x), ".trusted") == 0);
}

/* with a value that is not there, or not known, only its own question says yes */
static bool values_clash(const struct claim *a, const struct claim *b)
{
	if (a->test->op == OP_IS_UNKNOWN && b->test->op != OP_IS_UNKNOWN)
		return a->yes;
	return a->test->op == OP_EXISTS && !a->yes && b->yes &&
	       b->test->op != OP_IS_UNKNOWN && !b->test->left.count;
}

static bool half_clash(const struct claim *a, const struct claim *b)
{
	if (a->yes && b->yes && excludes(a->test, b->test))
		return true;
	if (!same_left(a->test, b->test))
		return false;
	if (a->test->op == OP_HOLDS && b->test->op == OP_HOLDS)
		return a->yes != b->yes;
	if (values_clash(a, b))
		return true;
	if (!a->yes)
		return false;
	return numbers_clash(a->test, b->test, b->yes) ||
	       texts_clash(a->test, b->test, b->yes) ||
	       (b->yes && edges_clash(a->test, b->test));
}

static bool clash(const struct claim *a, const struct claim *b)
{
	if (a->test->leaf != LEAF_NONE && a->test->leaf == b->test->leaf)
		return a->yes != b->yes;
	return half_clash(a, b) || half_clash(b, a);
}

/* ---- ways ---- */

/* false: it excludes what was claimed before */
static bool add_claim(struct search *s, const struct test *test, bool yes)
{
	struct claim claim = { test, yes };

	for (guint i = 0; i < s->claims->len; i++) {
		struct claim *before = &g_array_index(s->claims, struct claim, i);

		if (before->test->leaf == test->leaf && test->leaf != LEAF_NONE &&
		    before->yes == yes)
			return true;
		if (!clash(before, &claim))
			continue;
		s->one = *before;
		s->other = claim;
		return false;
	}
	g_array_append_val(s->claims, claim);
	return true;
}

static const struct wish *wish_for(struct search *s, const struct node *node, bool yes,
				   const struct wish *next)
{
	struct wish *wish = arena_new(s->arena, struct wish, 1);

	*wish = (struct wish){ node, yes, next };
	return wish;
}

static bool is_possible(struct search *s, const struct wish *wish);

/* one of those below is enough */
static bool is_any_possible(struct search *s, const struct wish *wish)
{
	guint mark = s->claims->len;

	for (const struct node *n = wish->node->first; n != NULL; n = n->next) {
		bool possible = is_possible(s, wish_for(s, n, wish->yes, wish->next));

		g_array_set_size(s->claims, mark);
		if (possible)
			return true;
	}
	return false;
}

static bool is_possible(struct search *s, const struct wish *wish)
{
	while (wish != NULL) {
		const struct node *node = wish->node;
		bool all = node->kind == (wish->yes ? NODE_AND : NODE_OR);
		bool yes = wish->yes;

		if (s->steps++ > STEPS_MOST)
			return true;
		if (!all && (node->kind == NODE_AND || node->kind == NODE_OR))
			return is_any_possible(s, wish);
		if (node->kind == NODE_TEST && !add_claim(s, node->test, yes))
			return false;
		wish = wish->next;
		if (node->kind == NODE_NOT)
			wish = wish_for(s, node->first, !yes, wish);
		for (const struct node *n = node->first; all && n != NULL; n = n->next)
			wish = wish_for(s, n, yes, wish);
	}
	return true;
}

static const char *claim_text(const struct ruleset *rs, const struct claim *claim)
{
	GString *text = g_string_new(claim->yes ? "" : "not ");
	const char *kept;

	print_test(text, claim->test);
	kept = arena_strndup(rs->arena, text->str, text->len);
	g_string_free(text, TRUE);
	return kept;
}

void never_check(struct ruleset *rs, const struct node *condition, const char *what,
		 struct place place)
{
	struct search s = { .rs = rs,
			    .arena = arena_create(),
			    .claims = g_array_new(FALSE, FALSE, sizeof(struct claim)) };

	if (!is_possible(&s, wish_for(&s, condition, true, NULL)))
		report_error(rs->errors, place,
			     "%s can never hold: \"%s\" and \"%s\" exclude each other; "
			     "take one out, or put or between them",
			     what, claim_text(rs, &s.other), claim_text(rs, &s.one));
	g_array_unref(s.claims);
	arena_destroy(&s.arena);
}
