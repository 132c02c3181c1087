/* Each test has the set of answers that it may have: one where its values are known, all three
 * where they were not recorded. Sets go up through a condition as answers do, and what a rule
 * is known to have come out as goes down again: of "text contains x and not pair.known" that
 * hit, the text did contain it. Tests are taken as independent, so a set may be too large and
 * is never too small. */
#include "rule/suppose.h"

#include <string.h>

#include "rule/list.h"
#include "rule/score.h"

typedef unsigned answers; /* bits of 1 << rank: NO, UNKNOWN, YES in Kleene's order */

#define ANSWERS_ALL 7u
#define N_ANSWERS 3

static const enum answer by_rank[N_ANSWERS] = { ANSWER_NO, ANSWER_UNKNOWN, ANSWER_YES };

struct supposer {
	struct arena *arena;
	const struct ruleset *rs;
	const struct suppose_setup *setup;
	const bool *hidden[SOURCE_COUNT];
	const struct value *at[SOURCE_COUNT];
	answers *leaves;              /* by leaf; 0: not looked at */
	int64_t (*given)[AXIS_COUNT]; /* by rule: points that it gave */
	bool *counts;                 /* by rule: its points count for this recipient */
	int64_t sums[AXIS_COUNT];
};

/* a supposition while it is looked at */
struct scene {
	const struct supposer *s;
	struct run *run; /* over its values */
	const bool *changed[SOURCE_COUNT];
	const bool *guessed; /* signals; NULL: none */
};

static answers only(enum answer a)
{
	return a == ANSWER_NO ? 1u : a == ANSWER_UNKNOWN ? 2u : 4u;
}

static answers negated(answers a)
{
	return (a & 2u) | (a & 1u) << 2 | (a & 4u) >> 2;
}

/* all that two sets can come to, joined by and: the lesser of each two */
static answers both(answers a, answers b)
{
	answers all = 0;

	for (unsigned i = 0; i < N_ANSWERS; i++)
		for (unsigned k = 0; k < N_ANSWERS; k++)
			if ((a & 1u << i) != 0 && (b & 1u << k) != 0)
				all |= 1u << MIN(i, k);
	return all;
}

static answers joined(enum node_kind kind, answers a, answers b)
{
	return kind == NODE_AND ? both(a, b) : negated(both(negated(a), negated(b)));
}

/* ---- what is read ---- */

static bool is_name(const struct operand *o)
{
	return o->kind == OPERAND_NAME;
}

/* right operands of tests without one are zeroed, as OPERAND_NAME */
static bool has_right(const struct test *t)
{
	return t->op >= OP_IS;
}

static bool operand_in(const bool *const *names, const struct operand *o)
{
	return is_name(o) && names[o->name.table] != NULL &&
	       names[o->name.table][o->name.row];
}

/* a test of each object reads what those of its condition do */
static bool reads(const bool *const *names, const struct test *test)
{
	size_t n;
	const struct test *const *tests = tests_within(&test, &n);

	for (size_t i = 0; i < n; i++)
		if (operand_in(names, &tests[i]->left) ||
		    (has_right(tests[i]) && operand_in(names, &tests[i]->right)))
			return true;
	return false;
}

static bool is_hidden(const struct supposer *s, const struct test *t)
{
	bool header = t->left.kind == OPERAND_HEADER || t->op == OP_EACH ||
		      (has_right(t) && t->right.kind == OPERAND_HEADER);

	bool dns = t->op == OP_IN && t->right.list != NULL &&
		   list_dns(t->right.list, NULL) != NULL;

	return ((header || dns) && s->setup->features->message == NULL) ||
	       reads(s->hidden, t);
}

/* ---- sets, up and down ---- */

static answers set_of_test(const struct scene *scene, const struct test *t)
{
	const struct supposer *s = scene->s;
	const char *found;

	if (!reads(scene->changed, t))
		return s->leaves[t->leaf];
	if (is_hidden(s, t))
		return ANSWERS_ALL;
	if (scene->guessed != NULL && is_name(&t->left) &&
	    t->left.name.table == SOURCE_SIGNAL && scene->guessed[t->left.name.row])
		return ANSWERS_ALL;
	return only(run_test(scene->run, t, &found));
}

static answers set_of(const struct scene *scene, const struct node *node);

/* what "at least so many of" can come to: with as many yes, or no, as there may be, and with as
 * many unknown ones beside as few yes as there must be, or just too few */
static answers set_of_least(const struct scene *scene, const struct node *node)
{
	unsigned may = 0, must = 0, is_yes = 0, open = 0, either = 0;

	for (const struct node *n = node->first; n != NULL; n = n->next) {
		answers set = set_of(scene, n);

		may += (set & only(ANSWER_YES)) != 0;
		must += (set & only(ANSWER_NO)) == 0;
		is_yes += set == only(ANSWER_YES);
		open += (set & only(ANSWER_UNKNOWN)) != 0;
		either += set == (only(ANSWER_YES) | only(ANSWER_NO));
	}
	unsigned yes = is_yes < node->least ? MIN(is_yes + either, node->least - 1) : 0;

	return (may >= node->least ? only(ANSWER_YES) : 0) |
	       (must < node->least ? only(ANSWER_NO) : 0) |
	       (is_yes < node->least && yes + open >= node->least ? only(ANSWER_UNKNOWN)
								  : 0);
}

static answers set_of(const struct scene *scene, const struct node *node)
{
	answers all;

	if (node->kind == NODE_TEST)
		return set_of_test(scene, node->test);
	if (node->kind == NODE_LEAST)
		return set_of_least(scene, node);
	if (node->kind == NODE_NOT)
		return negated(set_of(scene, node->first));
	all = node->kind == NODE_AND ? only(ANSWER_YES) : only(ANSWER_NO);
	for (const struct node *n = node->first; n != NULL; n = n->next)
		all = joined(node->kind, all, set_of(scene, n));
	return all;
}

/* answers of one that some answer of the others makes an allowed one */
static answers possible(enum node_kind kind, answers others, answers allowed)
{
	answers all = 0;

	for (unsigned i = 0; i < N_ANSWERS; i++)
		if ((joined(kind, 1u << i, others) & allowed) != 0)
			all |= 1u << i;
	return all;
}

static void narrow(const struct scene *scene, const struct node *node, answers allowed);

/* Each part of "and" and "or" beside what all others may be: those before it are joined on the
 * way, those behind it in advance. */
static void narrow_each(const struct scene *scene, const struct node *node,
			answers allowed)
{
	answers before = node->kind == NODE_AND ? only(ANSWER_YES) : only(ANSWER_NO);
	GArray *sets = g_array_new(FALSE, FALSE, sizeof(answers));
	guint i = 0;

	for (const struct node *n = node->first; n != NULL; n = n->next) {
		answers set = set_of(scene, n);

		g_array_append_val(sets, set);
	}
	g_array_append_val(sets, before);
	for (guint k = sets->len - 1; k > 0; k--)
		g_array_index(sets, answers, k - 1) =
			joined(node->kind, g_array_index(sets, answers, k - 1),
			       g_array_index(sets, answers, k));
	for (const struct node *n = node->first; n != NULL; n = n->next) {
		answers behind = g_array_index(sets, answers, ++i);
		answers others = joined(node->kind, before, behind);

		narrow(scene, n, possible(node->kind, others, allowed));
		before = joined(node->kind, before, set_of(scene, n));
	}
	g_array_unref(sets);
}

static void narrow(const struct scene *scene, const struct node *node, answers allowed)
{
	answers *leaf;

	if (node->kind == NODE_TEST) {
		leaf = &scene->s->leaves[node->test->leaf];
		/* nothing left: tests are not as independent as they are taken for */
		if ((*leaf & allowed) != 0)
			*leaf &= allowed;
		return;
	}
	if (node->kind == NODE_NOT) {
		narrow(scene, node->first, negated(allowed));
		return;
	}
	if (node->kind == NODE_LEAST)
		return; /* which of them it was nobody knows */
	narrow_each(scene, node, allowed);
}

/* ---- what came out ---- */

static bool same_points(const int64_t *one, const int64_t *other)
{
	return memcmp(one, other, sizeof(int64_t) * AXIS_COUNT) == 0;
}

/* the answers with which a rule gives what it gave */
static answers outcomes(const struct run *run, const struct rule *rule,
			const struct hit *hit, const enum axis *axis, int64_t *given_r)
{
	static const int64_t nothing[AXIS_COUNT] = { 0 };
	answers all = 0;

	for (unsigned i = 0; i < N_ANSWERS; i++) {
		int64_t points[AXIS_COUNT];
		bool same;

		score_points(run, rule, by_rank[i], points);
		if (hit == NULL)
			same = same_points(points, nothing);
		else if (axis == NULL)
			same = same_points(points, hit->milli);
		else
			same = points[*axis] == hit->milli[*axis];
		if (same)
			memcpy(given_r, points, sizeof(points));
		if (same)
			all |= 1u << i;
	}
	return all;
}

/* no rule comes out otherwise than it did, unless it was another rule then */
static bool know_outcome(struct supposer *s, const struct scene *scene,
			 const struct rule *rule, GHashTable *hits)
{
	const struct suppose_setup *setup = s->setup;
	const struct hit *hit = g_hash_table_lookup(hits, rule->info.name);
	const enum axis *axis = hit == NULL || setup->axes == NULL
					? NULL
					: &setup->axes[hit - setup->hits];
	answers allowed;

	s->counts[rule->index] =
		!rule->info.off && run_served(scene->run, rule) == SERVED;
	if (!s->counts[rule->index])
		return hit == NULL;
	allowed = outcomes(scene->run, rule, hit, axis, s->given[rule->index]);
	if ((set_of(scene, rule->condition) & allowed) == 0)
		return false;
	narrow(scene, rule->condition, allowed);
	for (size_t x = 0; x < AXIS_COUNT; x++)
		s->sums[x] += s->given[rule->index][x];
	return true;
}

static bool know_outcomes(struct supposer *s, const struct scene *scene)
{
	GHashTable *hits = g_hash_table_new(g_str_hash, g_str_equal);
	bool fits = true;

	for (size_t i = 0; i < s->setup->n_hits && fits; i++) {
		const struct hit *hit = &s->setup->hits[i];

		fits = g_hash_table_contains(s->rs->by_name, hit->rule);
		g_hash_table_insert(hits, (gpointer)(uintptr_t)hit->rule,
				    (gpointer)(uintptr_t)hit);
	}
	for (guint i = 0; i < s->rs->rules->len && fits; i++)
		fits = know_outcome(s, scene, g_ptr_array_index(s->rs->rules, i), hits);
	g_hash_table_unref(hits);
	return fits;
}

static void hide(struct supposer *s)
{
	bool record = s->setup->features->message == NULL, pii = s->setup->pii_hidden;
	bool *features = arena_new(s->arena, bool, FEATURE_COUNT);
	bool *facts = arena_new(s->arena, bool, FACT_COUNT);

	for (size_t i = 0; i < FEATURE_COUNT; i++) {
		unsigned flags = feature_flags((enum feature_id)i);

		features[i] = record && ((flags & FEATURE_HEAVY) != 0 ||
					 (pii && (flags & FEATURE_PII) != 0));
	}
	for (size_t i = 0; i < FACT_COUNT; i++)
		facts[i] = record && pii && fact_names.rows[i].pii;
	s->hidden[SOURCE_FEATURE] = features;
	s->hidden[SOURCE_FACT] = facts;
}

static const struct value *signal_values(struct arena *a, const enum answer *signals)
{
	struct value *values = arena_new(a, struct value, DETECTOR_COUNT + 1);

	for (size_t i = 0; i < DETECTOR_COUNT; i++)
		values[i] = value_of_answer(signals[i]);
	return values;
}

static void look_at_leaves(struct supposer *s, struct run *run)
{
	const char *found;

	for (guint i = 0; i < s->rs->rules->len; i++) {
		const struct rule *rule = g_ptr_array_index(s->rs->rules, i);

		for (size_t k = 0; k < rule->n_tests; k++) {
			const struct test *t = rule->tests[k];

			if (s->leaves[t->leaf] == 0)
				s->leaves[t->leaf] =
					is_hidden(s, t) ? ANSWERS_ALL
							: only(run_test(run, t, &found));
		}
	}
}

struct supposer *supposer_create(struct arena *a, const struct ruleset *rs,
				 const struct suppose_setup *setup)
{
	struct supposer *s = arena_new(a, struct supposer, 1);
	struct run *run = run_create(a, rs);
	struct scene scene = { .s = s, .run = run };
	struct eval_context *context = arena_new(a, struct eval_context, 1);

	g_assert(rs->tables[SOURCE_FEATURE] == &feature_names);
	s->arena = a;
	s->rs = rs;
	s->setup = setup;
	s->leaves = arena_new(a, answers, g_hash_table_size(rs->leaves) + 1);
	s->counts = arena_new(a, bool, rs->rules->len + 1);
	s->given = arena_alloc(a, sizeof(*s->given) * (rs->rules->len + 1));
	s->at[SOURCE_FEATURE] = setup->features->at;
	s->at[SOURCE_FACT] = setup->facts->at;
	s->at[SOURCE_SIGNAL] = signal_values(a, setup->signals);
	hide(s);
	*context = (struct eval_context){ .at = s->at, .features = setup->features };
	run_look_at(run, context);
	look_at_leaves(s, run);
	return know_outcomes(s, &scene) ? s : NULL;
}

/* ---- suppositions ---- */

static bool touches(const struct scene *scene, const struct rule *rule)
{
	for (size_t i = 0; i < rule->n_tests; i++)
		if (reads(scene->changed, rule->tests[i]))
			return true;
	for (size_t x = 0; x < AXIS_COUNT; x++)
		if (rule->scaled[x] != NULL &&
		    operand_in(scene->changed, &rule->scaled[x]->value))
			return true;
	return false;
}

static bool is_off(const struct supposition *what, const struct rule *rule)
{
	for (size_t i = 0; i < what->n_off; i++)
		if (strcmp(what->off[i], rule->info.name) == 0)
			return true;
	return false;
}

/* a rule's new points in the place of those it gave */
static void change_points(const struct scene *scene, const struct rule *rule,
			  answers outcome, struct points_range *range)
{
	const int64_t *given = scene->s->given[rule->index];
	int64_t least[AXIS_COUNT], most[AXIS_COUNT];

	for (size_t x = 0; x < AXIS_COUNT; x++) {
		least[x] = INT64_MAX;
		most[x] = INT64_MIN;
	}
	for (unsigned i = 0; i < N_ANSWERS; i++) {
		int64_t points[AXIS_COUNT];

		if ((outcome & 1u << i) == 0)
			continue;
		score_points(scene->run, rule, by_rank[i], points);
		for (size_t x = 0; x < AXIS_COUNT; x++) {
			least[x] = MIN(least[x], points[x]);
			most[x] = MAX(most[x], points[x]);
		}
	}
	for (size_t x = 0; x < AXIS_COUNT; x++) {
		range->least[x] += least[x] - given[x];
		range->most[x] += most[x] - given[x];
	}
}

static void look_at_rules(const struct scene *scene, const struct supposition *what,
			  struct points_range *range)
{
	const struct supposer *s = scene->s;

	for (guint i = 0; i < s->rs->rules->len; i++) {
		const struct rule *rule = g_ptr_array_index(s->rs->rules, i);

		if (!s->counts[i])
			continue;
		if (is_off(what, rule))
			change_points(scene, rule, only(ANSWER_NO), range);
		else if (touches(scene, rule))
			change_points(scene, rule, set_of(scene, rule->condition), range);
	}
}

static void find_changes(struct arena *a, struct scene *scene,
			 const struct value *const *at)
{
	const struct supposer *s = scene->s;

	for (size_t t = 0; t < SOURCE_COUNT; t++) {
		size_t n = s->rs->tables[t]->n;
		bool *changed = arena_new(a, bool, n + 1);

		for (size_t i = 0; i < n; i++)
			changed[i] = !same_value(&s->at[t][i], &at[t][i]) ||
				     (t == SOURCE_SIGNAL && scene->guessed != NULL &&
				      scene->guessed[i]);
		scene->changed[t] = changed;
	}
}

struct points_range suppose(const struct supposer *s, const struct supposition *what)
{
	struct arena *a = arena_create();
	const struct value *at[SOURCE_COUNT] = {
		[SOURCE_FEATURE] = what->features->at,
		[SOURCE_FACT] = what->facts->at,
		[SOURCE_SIGNAL] = signal_values(a, what->signals),
	};
	struct eval_context context = { .at = at, .features = what->features };
	struct scene scene = { .s = s,
			       .run = run_create(a, s->rs),
			       .guessed = what->guessed };
	struct points_range range;

	memcpy(range.least, s->sums, sizeof(range.least));
	memcpy(range.most, s->sums, sizeof(range.most));
	run_look_at(scene.run, &context);
	find_changes(a, &scene, at);
	look_at_rules(&scene, what, &range);
	arena_destroy(&a);
	return range;
}
