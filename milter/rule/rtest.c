/* A test makes an evaluation context out of what is given and looks what the rules say. What is not given
 * is absent among features, no among signals, and unknown among facts: as a message without
 * it and a store without memory would be. Points count rules of the file beside it only, so
 * that a new rule elsewhere breaks no test. */
#include "rule/rtest.h"

#include <string.h>

#include "rule/check.h"
#include "rule/check_test.h"
#include "rule/list.h"
#include "rule/print.h"
#include "rule/score.h"

/* what one test makes up */
struct made {
	struct arena *arena;
	struct value *at[SOURCE_COUNT];
	struct value *headers;
	struct value *dns_lists; /* unknown until given */
	bool *given[SOURCE_COUNT];
	struct objects objects[OBJECT_KIND_COUNT];
};

static struct made made_create(struct arena *a, const struct ruleset *rs)
{
	struct made made = { .arena = a };

	for (size_t t = 0; t < SOURCE_COUNT; t++) {
		size_t n = rs->tables[t]->n;

		made.at[t] = arena_new(a, struct value, n + 1);
		made.given[t] = arena_new(a, bool, n + 1);
		for (size_t r = 0; r < n; r++)
			made.at[t][r] = t == SOURCE_FACT ? VALUE_UNKNOWN : VALUE_ABSENT;
	}
	made.headers = arena_new(a, struct value, rs->headers->len + 1);
	for (guint h = 0; h < rs->headers->len; h++)
		made.headers[h] = VALUE_ABSENT;
	made.dns_lists = arena_new(a, struct value, rs->n_dns_lists + 1);
	for (size_t i = 0; i < rs->n_dns_lists; i++)
		made.dns_lists[i] = VALUE_UNKNOWN;
	return made;
}

static struct value given_value(const struct clause *clause, bool one_text)
{
	const struct operand *o = &clause->value;
	struct value v = VALUE_ABSENT;

	switch (clause->given) {
	case GIVEN_YES:
	case GIVEN_NO:
		v = VALUE_OF_BOOL(clause->given == GIVEN_YES);
		v.text = o->n_texts > 0 ? o->texts[0] : NULL;
		break;
	case GIVEN_UNKNOWN:
		v = VALUE_UNKNOWN;
		break;
	case GIVEN_ABSENT:
		break;
	case GIVEN_VALUE:
		if (o->kind == OPERAND_NUMBER)
			v = VALUE_OF_INT(o->number);
		else
			v = one_text ? value_of_text(o->texts[0])
				     : value_of_list(o->texts, o->n_texts);
	}
	return v;
}

/* given LIST "example.com": what a list in DNS holds */
static bool take_given_list(struct ruleset *rs, const struct clause *clause,
			    const struct list *list, struct made *made)
{
	size_t number;

	if (list_dns(list, &number) == NULL ||
	    (clause->given == GIVEN_VALUE && clause->value.kind == OPERAND_NUMBER) ||
	    clause->given == GIVEN_YES || clause->given == GIVEN_NO) {
		report_error(
			rs->errors, clause->subject.place,
			"%s is a list: only of one in DNS it is given what it holds, "
			"unknown or absent (nothing)",
			clause->subject.text);
		return false;
	}
	made->dns_lists[number] = given_value(clause, false);
	return true;
}

/* room for one more; it doubles, so that all of them cost no more than they are */
static void add_object(struct made *made, struct objects *all, const struct value *words)
{
	const struct value **at = (const struct value **)(uintptr_t)all->at;

	if ((all->n & (all->n - 1)) == 0) { /* full: 0, 1, 2, 4, 8 */
		at = arena_new(made->arena, const struct value *, all->n * 2 + 1);
		for (size_t i = 0; i < all->n; i++)
			at[i] = all->at[i];
	}
	at[all->n++] = words;
	all->at = at;
}

/* a link, attachment or recipient: what is not given of it is absent */
static bool take_object(struct ruleset *rs, struct clause *clause, struct made *made)
{
	struct objects *all = &made->objects[clause->object_kind];
	struct value *words = arena_new(made->arena, struct value, OBJECT_WORD_COUNT);
	bool fine = true;

	if (clause->given == GIVEN_UNKNOWN) {
		all->cut = true;
		return true;
	}
	for (size_t i = 0; i < OBJECT_WORD_COUNT; i++)
		words[i] = VALUE_ABSENT;
	for (struct clause *c = clause->words; c != NULL; c = c->next) {
		size_t row = SIZE_MAX;

		if (check_given_word(rs, clause->object_kind, c, &row))
			words[row] =
				given_value(c, object_words.rows[row].type == VALUE_TEXT);
		else
			fine = false;
	}
	add_object(made, all, words);
	return fine;
}

static bool take_given(struct ruleset *rs, struct clause *clause, struct made *made)
{
	if (clause->object)
		return take_object(rs, clause, made);

	struct operand *subject = &clause->subject;
	const struct list *list = subject->kind == OPERAND_NAME
					  ? g_hash_table_lookup(rs->lists, subject->text)
					  : NULL;

	if (list != NULL)
		return take_given_list(rs, clause, list, made);
	if (!check_given(rs, clause))
		return false;
	if (subject->kind == OPERAND_HEADER) {
		if (subject->header < rs->headers->len) /* some rule reads it */
			made->headers[subject->header] = given_value(clause, false);
		return true;
	}
	bool *given = &made->given[subject->name.table][subject->name.row];

	if (*given) {
		report_error(rs->errors, subject->place, "%s is given twice",
			     subject->text);
		return false;
	}
	*given = true;
	made->at[subject->name.table][subject->name.row] =
		given_value(clause, ruleset_row(rs, subject->name)->type == VALUE_TEXT);
	return true;
}

/* ---- what came out ---- */

static const char *const answer_words[] = { "unknown", "no", "yes" };

static void say_tests(GString *text, struct run *run, const struct rule *rule)
{
	for (size_t i = 0; i < rule->n_tests; i++) {
		const char *found;
		enum answer answer = run_test(run, rule->tests[i], &found);

		g_string_append(text, i == 0 ? " (" : ", ");
		print_test(text, rule->tests[i]);
		g_string_append_printf(text, ": %s", answer_words[answer + 1]);
	}
	if (rule->n_tests > 0)
		g_string_append_c(text, ')');
}

static bool expect_rule(struct ruleset *rs, struct run *run, const struct clause *clause)
{
	const struct rule *rule = check_rule_name(rs, clause->text_place, clause->text);
	GString *text;
	enum answer answer;

	if (rule == NULL)
		return false;
	answer = run_rule(run, rule);
	if (answer == clause->answer)
		return true;
	text = g_string_new(NULL);
	say_tests(text, run, rule);
	report_error(rs->errors, clause->place, "rule %s came out %s, not %s%s",
		     clause->text, answer_words[answer + 1],
		     answer_words[clause->answer + 1], text->str);
	g_string_free(text, TRUE);
	return false;
}

static bool expect_reason(struct ruleset *rs, const struct rcpt_hits *hits,
			  const struct clause *clause)
{
	const struct rule *rule = check_rule_name(rs, clause->text_place, clause->text);

	if (rule == NULL)
		return false;
	for (size_t i = 0; i < hits->n; i++) {
		if (strcmp(hits->at[i].rule, rule->info.name) != 0)
			continue;
		if (strcmp(hits->at[i].reason, clause->sentence) == 0)
			return true;
		report_error(rs->errors, clause->place, "the reason came out \"%s\"",
			     hits->at[i].reason);
		return false;
	}
	report_error(rs->errors, clause->place,
		     "rule %s gave no points, so it gave no reason", clause->text);
	return false;
}

/* "x.rtest" goes with "x.rules" */
static bool is_beside(const struct tree *tree, const char *file)
{
	size_t n = strlen(tree->file) - strlen("test");

	return strncmp(tree->file, file, n) == 0 && strcmp(file + n, "ules") == 0;
}

/* does a test go with the file of a rule, or with the one that changes it? */
static bool is_of(const struct tree *tree, const struct rule *rule)
{
	bool beside = is_beside(tree, rule->home);

	for (size_t i = 0; i < LAYER_COUNT; i++)
		beside |= rule->changes[i].line > 0 &&
			  is_beside(tree, rule->changes[i].file);
	return beside;
}

/* without rules beside it, a test is about all of them */
static bool is_about_all(const struct ruleset *rs, const struct tree *tree)
{
	for (guint i = 0; i < rs->rules->len; i++) {
		const struct rule *rule = g_ptr_array_index(rs->rules, i);

		if (is_of(tree, rule))
			return false;
	}
	return true;
}

static int64_t sum_of(const struct ruleset *rs, const struct rcpt_hits *hits,
		      const struct tree *tree, enum axis axis)
{
	bool all = is_about_all(rs, tree);
	int64_t sum = 0;

	for (size_t i = 0; i < hits->n; i++) {
		const struct hit *hit = &hits->at[i];
		const struct rule *rule = g_hash_table_lookup(rs->by_name, hit->rule);

		if (!hit->observed && (all || is_of(tree, rule)))
			sum += hit->milli[axis];
	}
	return sum;
}

static void say_hits(GString *text, const struct rcpt_hits *hits, enum axis axis)
{
	bool first = true;

	for (size_t i = 0; i < hits->n; i++) {
		if (hits->at[i].milli[axis] == 0)
			continue;
		g_string_append_printf(text, "%s%s ", first ? " (" : ", ",
				       hits->at[i].rule);
		print_points(text, hits->at[i].milli[axis]);
		first = false;
	}
	if (!first)
		g_string_append_c(text, ')');
}

static bool expect_points(struct ruleset *rs, const struct tree *tree,
			  const struct rcpt_hits *hits, const struct clause *clause)
{
	int64_t sum = sum_of(rs, hits, tree, clause->axis);
	GString *text;

	if (compare_numbers(clause->op, sum, clause->milli) == ANSWER_YES)
		return true;
	text = g_string_new(NULL);
	print_points(text, sum);
	say_hits(text, hits, clause->axis);
	report_error(rs->errors, clause->place, "%s came out %s",
		     axis_names[clause->axis], text->str);
	g_string_free(text, TRUE);
	return false;
}

static bool run_item(struct ruleset *rs, const struct tree *tree, const struct item *item)
{
	struct arena *a = arena_create();
	struct made made = made_create(a, rs);
	const struct value *at[SOURCE_COUNT] = { made.at[0], made.at[1], made.at[2] };
	struct eval_context context = { .at = at,
					.headers = made.headers,
					.dns_lists = made.dns_lists,
					.objects = made.objects };
	struct run *run = run_create(a, rs);
	bool fine = true, passed, expects = false;

	for (struct clause *c = item->clauses; c != NULL; c = c->next)
		if (c->kind == CLAUSE_GIVEN)
			fine &= take_given(rs, c, &made);
	run_look_at(run, &context);
	struct rcpt_hits hits =
		fine ? score_recipient(run, NULL, true) : (struct rcpt_hits){ 0 };

	passed = fine;
	for (const struct clause *c = item->clauses; c != NULL && fine; c = c->next) {
		if (c->kind == CLAUSE_EXPECT_RULE)
			passed &= expect_rule(rs, run, c);
		else if (c->kind == CLAUSE_EXPECT_REASON)
			passed &= expect_reason(rs, &hits, c);
		else if (c->kind == CLAUSE_EXPECT_POINTS)
			passed &= expect_points(rs, tree, &hits, c);
		expects |= c->kind != CLAUSE_GIVEN;
	}
	if (fine && !expects)
		report_error(rs->errors, item->name_place, "this test expects nothing");
	arena_destroy(&a);
	return passed && expects;
}

/* ---- tests of rules that another file changes ---- */

static bool changed_elsewhere(const struct tree *tree, const struct rule *rule)
{
	return rule != NULL && rule->changed.line > 0 &&
	       !is_beside(tree, rule->changed.file);
}

/* a changed rule whose points a test sums up; NULL: none */
static const struct rule *changed_in_sum(const struct ruleset *rs,
					 const struct tree *tree)
{
	bool all = is_about_all(rs, tree);

	for (guint i = 0; i < rs->rules->len; i++) {
		const struct rule *rule = g_ptr_array_index(rs->rules, i);

		if (changed_elsewhere(tree, rule) && (all || is_of(tree, rule)))
			return rule;
	}
	return NULL;
}

/* where the change stands that may be why a test does not pass; NULL: nowhere */
static const char *change_behind(const struct ruleset *rs, const struct tree *tree,
				 const struct item *item)
{
	for (const struct clause *c = item->clauses; c != NULL; c = c->next) {
		const struct rule *rule = NULL;

		if (c->kind == CLAUSE_EXPECT_RULE || c->kind == CLAUSE_EXPECT_REASON)
			rule = g_hash_table_lookup(rs->by_name, c->text);
		else if (c->kind == CLAUSE_EXPECT_POINTS)
			rule = changed_in_sum(rs, tree);
		if (changed_elsewhere(tree, rule))
			return rule->info.changed;
	}
	return NULL;
}

static void name_rules(struct arena *a, const struct item *item,
		       struct rtest_result *result)
{
	size_t n = 0;
	const char **names;

	for (const struct clause *c = item->clauses; c != NULL; c = c->next)
		n++;
	names = arena_new(a, const char *, n + 1);
	for (const struct clause *c = item->clauses; c != NULL; c = c->next)
		if (c->kind == CLAUSE_EXPECT_RULE || c->kind == CLAUSE_EXPECT_REASON)
			names[result->n_rules++] = c->text;
	result->rules = names;
}

void rtests_run(struct ruleset *rs, const struct tree *tree,
		const struct rtest_listener *listener)
{
	for (const struct item *item = tree->items; item != NULL; item = item->next) {
		struct rtest_result result = { .file = tree->file,
					       .line = item->place.line,
					       .title = item->name };
		unsigned mark;

		if (item->broken || item->kind != ITEM_TEST)
			continue;
		mark = rule_errors_mark(rs->errors);
		result.passed = run_item(rs, tree, item);
		if (!result.passed)
			result.changed = change_behind(rs, tree, item);
		if (result.changed != NULL) {
			rule_errors_forget(rs->errors, mark);
			rs->changed_rtests++;
		}
		name_rules(rs->arena, item, &result);
		if (listener != NULL)
			listener->tell(&result, listener->context);
	}
}
