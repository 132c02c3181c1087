/* The checker gives every word its meaning and refuses what has none, so that nothing that
 * was loaded can go wrong on a message. It never evaluates. */
#include "rule/check.h"

#include <string.h>

#include "base/limits.h"
#include "base/suggest.h"
#include "rule/check_test.h"
#include "rule/list.h"
#include "rule/name.h"
#include "rule/never.h"
#include "rule/print.h"

#define EACH_COST 8 /* mail has some links, and few attachments */

/* ---- reasons ---- */

static struct place within(struct place place, const char *text, const char *at)
{
	place.column += 1 + (unsigned)g_utf8_strlen(text, at - text);
	return place;
}

/* a reason while it is read */
struct reading {
	struct ruleset *rs;
	struct rule *rule;
	const struct clause *clause;
	GString *words;
	GArray *pieces;
};

static void add_words(struct reading *r)
{
	struct piece piece = { .kind = PIECE_WORDS };

	if (r->words->len == 0)
		return;
	piece.words = arena_strndup(r->rs->arena, r->words->str, r->words->len);
	g_array_append_val(r->pieces, piece);
	g_string_truncate(r->words, 0);
}

static bool test_finds(const struct test *test)
{
	return test->op == OP_EACH ||
	       (test->op >= OP_IS && test->type != VALUE_INT && test->op != OP_IS_NOT);
}

static bool rule_finds(const struct rule *rule)
{
	for (size_t i = 0; i < rule->n_tests; i++)
		if (test_finds(rule->tests[i]))
			return true;
	return false;
}

static void add_name(struct reading *r, const char *word, struct place place)
{
	struct piece piece = { .kind = PIECE_NAME };
	struct ruleset *rs = r->rs;

	if (strcmp(word, "found") == 0) {
		piece.kind = PIECE_FOUND;
		if (!rule_finds(r->rule))
			report_error(rs->errors, place,
				     "{found} is what a test of texts found, and the "
				     "condition has no "
				     "such test");
	} else if (word[0] == '\0') {
		report_error(rs->errors, place, "a name belongs between { and }");
		return;
	} else if (!name_check(rs, word, place, &piece.name)) {
		return;
	} else {
		note_name(rs, r->rule, piece.name);
	}
	g_array_append_val(r->pieces, piece);
}

/* one step through a reason; where it goes on, NULL after an error */
static const char *reason_step(struct reading *r, const char *at)
{
	const char *text = r->clause->text, *end;

	if ((at[0] == '{' || at[0] == '}') && at[1] == at[0]) {
		g_string_append_c(r->words, at[0]);
		return at + 2;
	}
	if (at[0] == '}' || (at[0] == '{' && strchr(at, '}') == NULL)) {
		report_error(r->rs->errors, within(r->clause->text_place, text, at),
			     "a %c alone: names stand as {name}, and {{ and }} are plain "
			     "brackets",
			     at[0]);
		return NULL;
	}
	if (at[0] != '{') {
		g_string_append_c(r->words, at[0]);
		return at + 1;
	}
	end = strchr(at, '}');
	add_words(r);
	add_name(r, arena_strndup(r->rs->arena, at + 1, (size_t)(end - at - 1)),
		 within(r->clause->text_place, text, at + 1));
	return end + 1;
}

static void check_reason(struct ruleset *rs, struct rule *rule,
			 const struct clause *clause)
{
	struct reading r = { .rs = rs,
			     .rule = rule,
			     .clause = clause,
			     .words = g_string_new(NULL),
			     .pieces = g_array_new(FALSE, FALSE, sizeof(struct piece)) };
	const char *at = clause->text;
	struct piece *kept;

	rule->info.reason = clause->text;
	if (strlen(clause->text) > LIMIT_REASON_BYTES) {
		report_error(
			rs->errors, clause->text_place,
			"the reason has more than %d bytes: one short sentence is read",
			LIMIT_REASON_BYTES);
		at = "";
	}
	if (clause->text[0] == '\0')
		report_error(rs->errors, clause->text_place, "the reason is empty");
	while (at != NULL && *at != '\0')
		at = reason_step(&r, at);
	add_words(&r);
	kept = arena_new(rs->arena, struct piece, r.pieces->len + 1);
	if (r.pieces->len > 0)
		memcpy(kept, r.pieces->data, r.pieces->len * sizeof(struct piece));
	rule->pieces = kept;
	rule->n_pieces = r.pieces->len;
	g_array_unref(r.pieces);
	g_string_free(r.words, TRUE);
}

/* ---- conditions ---- */

static gint by_cost(gconstpointer left, gconstpointer right)
{
	const struct node *a = *(const struct node *const *)left;
	const struct node *b = *(const struct node *const *)right;

	if (a->cost != b->cost)
		return a->cost < b->cost ? -1 : 1;
	/* qsort may swap equals; the place keeps the order the same on every machine */
	if (a->place.line != b->place.line)
		return a->place.line < b->place.line ? -1 : 1;
	return a->place.column < b->place.column ? -1 : a->place.column > b->place.column;
}

static void check_node(struct ruleset *rs, struct rule *rule, struct node *node,
		       GPtrArray *tests);

static const struct test **keep_tests(struct arena *a, GPtrArray *tests)
{
	const struct test **kept = arena_new(a, const struct test *, tests->len + 1);

	for (size_t i = 0; i < tests->len; i++)
		kept[i] = g_ptr_array_index(tests, i);
	g_ptr_array_unref(tests);
	return kept;
}

/* the condition on each, whose tests ask for words of its kind */
static void check_each(struct ruleset *rs, struct rule *rule, struct test *test)
{
	struct each *each = test->each;
	GPtrArray *tests = g_ptr_array_new();
	unsigned errors = rs->errors->n;

	if (rs->inside != NULL) {
		report_error(rs->errors, test->left.place,
			     "a condition on one %s asks for no others: put and between "
			     "the two",
			     object_name(rs->inside->kind, false));
		g_ptr_array_unref(tests);
		return;
	}
	rs->inside = each;
	check_node(rs, rule, each->condition, tests);
	rs->inside = NULL;
	if (rs->errors->n == errors)
		never_check(rs, each->condition,
			    arena_printf(rs->arena, "this condition on one %s",
					 object_name(each->kind, false)),
			    test->left.place);
	for (size_t i = 0; i < tests->len; i++)
		test->per_rcpt |= ((struct test *)tests->pdata[i])->per_rcpt;
	test->cost += each->condition->cost * EACH_COST;
	each->n_tests = tests->len;
	each->tests = keep_tests(rs->arena, tests);
}

static void check_node(struct ruleset *rs, struct rule *rule, struct node *node,
		       GPtrArray *tests)
{
	GPtrArray *order;

	if (node->kind == NODE_TEST) {
		check_test(rs, rule, node->test);
		if (node->test->each != NULL)
			check_each(rs, rule, node->test);
		node->cost = node->test->cost;
		g_ptr_array_add(tests, node->test);
		return;
	}
	order = g_ptr_array_new();
	for (struct node *below = node->first; below != NULL; below = below->next) {
		check_node(rs, rule, below, tests);
		node->cost += below->cost;
		g_ptr_array_add(order, below);
	}
	g_ptr_array_sort(order, by_cost);
	node->n_order = order->len;
	node->order = arena_new(rs->arena, struct node *, order->len + 1);
	for (size_t i = 0; i < order->len; i++)
		node->order[i] = g_ptr_array_index(order, i);
	g_ptr_array_unref(order);
}

/* a condition on each object has steps of its own, below none of these */
static size_t count_nodes(const struct node *node)
{
	size_t n = 1;

	if (node->kind == NODE_TEST && node->test->each != NULL)
		n += count_nodes(node->test->each->condition);
	for (size_t i = 0; i < node->n_order; i++)
		n += count_nodes(node->order[i]);
	return n;
}

/* what stands below a node lies together; free: where there is room */
static void make_step(struct step *to, struct node *node, struct step **free)
{
	struct step *below = *free;

	g_assert(node->least <= LIMIT_RULE_COUNT);
	node->step = to;
	to->kind = (unsigned char)node->kind;
	if (node->kind == NODE_TEST) {
		to->per_rcpt = node->test->per_rcpt;
		to->n = (unsigned)node->test->leaf;
		to->test = node->test;
		if (node->test->each != NULL)
			make_step((*free)++, node->test->each->condition, free);
		return;
	}
	*free += node->n_order;
	to->n = (unsigned)node->n_order;
	to->least = (unsigned short)node->least;
	to->below = below;
	for (size_t i = 0; i < node->n_order; i++)
		make_step(&below[i], node->order[i], free);
}

void check_steps(struct ruleset *rs)
{
	struct step *all, *free;
	size_t n = 0;

	for (guint i = 0; i < rs->rules->len; i++)
		n += count_nodes(((struct rule *)rs->rules->pdata[i])->condition);
	all = free = arena_new(rs->arena, struct step, n + 1);
	for (guint i = 0; i < rs->rules->len; i++) {
		struct rule *rule = g_ptr_array_index(rs->rules, i);
		struct step *root = free++;

		make_step(root, rule->condition, &free);
	}
	g_assert(free == all + n);
}

/* when A unless B: A and not B */
static struct node *join_unless(struct ruleset *rs, struct node *when,
				const struct clause *clauses)
{
	struct node *join = when, **tail = NULL;

	for (const struct clause *c = clauses; c != NULL; c = c->next) {
		if (c->kind != CLAUSE_UNLESS)
			continue;
		if (join->kind != NODE_AND) {
			join = arena_new(rs->arena, struct node, 1);
			*join = (struct node){ .kind = NODE_AND,
					       .place = when->place,
					       .first = when };
		}
		if (tail == NULL)
			tail = &join->first;
		while (*tail != NULL)
			tail = &(*tail)->next;
		*tail = arena_new(rs->arena, struct node, 1);
		**tail = (struct node){ .kind = NODE_NOT,
					.place = c->place,
					.unless = true,
					.first = c->condition };
	}
	return join;
}

static void note_dearest(const struct ruleset *rs, struct rule *rule)
{
	const struct test *dearest = rule->tests[0];
	GString *text = g_string_new(NULL);

	for (size_t i = 1; i < rule->n_tests; i++)
		if (rule->tests[i]->cost > dearest->cost)
			dearest = rule->tests[i];
	print_test(text, dearest);
	rule->info.dearest = arena_strndup(rs->arena, text->str, text->len);
	g_string_free(text, TRUE);
}

static void check_condition(struct ruleset *rs, struct rule *rule, struct node *condition)
{
	GPtrArray *tests = g_ptr_array_new();
	GString *text = g_string_new(NULL);

	check_node(rs, rule, condition, tests);
	rule->condition = condition;
	rule->n_tests = tests->len;
	rule->tests = keep_tests(rs->arena, tests);
	print_condition(text, condition);
	rule->info.condition = arena_strndup(rs->arena, text->str, text->len);
	rule->info.cost = condition->cost;
	note_dearest(rs, rule);
	g_string_free(text, TRUE);
}

/* ---- rules ---- */

/* the first clause of a kind; more of it are reported */
static struct clause *the_clause(struct ruleset *rs, const struct item *item,
				 enum clause_kind kind, const char *what)
{
	struct clause *first = NULL;

	for (struct clause *c = item->clauses; c != NULL; c = c->next) {
		if (c->kind != kind)
			continue;
		if (first != NULL)
			report_error(rs->errors, c->place,
				     "a second %s; the first stands in line %u", what,
				     first->place.line);
		else
			first = c;
	}
	return first;
}

/* a value times a factor: a number it must be, and bounds the right way round */
static void check_scaled(struct ruleset *rs, struct rule *rule, const struct clause *c)
{
	struct scaled *s = c->scaled;
	const struct name_row *row;
	GString *text;

	if (s->value.kind == OPERAND_HEADER) {
		report_error(rs->errors, s->value.place,
			     "a header is a list of texts: only a number times a factor "
			     "is points");
		return;
	}
	if (!name_check(rs, s->value.text, s->value.place, &s->value.name))
		return;
	row = ruleset_row(rs, s->value.name);
	if (row->type != VALUE_INT)
		report_error(rs->errors, s->value.place,
			     "%s is %s: only a number times a factor is points",
			     s->value.text, name_kind(rs, row));
	if (s->has_least && s->has_most && s->least_milli > s->most_milli)
		report_error(rs->errors, c->place, "at least is above at most");
	note_name(rs, rule, s->value.name);
	text = g_string_new(NULL);
	print_scaled(text, s);
	rule->scaled[c->axis] = s;
	rule->info.scaled[c->axis] = arena_strndup(rs->arena, text->str, text->len);
	g_string_free(text, TRUE);
}

static void check_points(struct ruleset *rs, struct rule *rule, const struct item *item)
{
	bool seen[2][AXIS_COUNT] = { 0 };

	for (struct clause *c = item->clauses; c != NULL; c = c->next) {
		bool unknown = c->kind == CLAUSE_UNKNOWN;

		if (c->kind != CLAUSE_POINTS && !unknown)
			continue;
		if (seen[unknown][c->axis])
			report_error(rs->errors, c->place,
				     "points for %s%s are given twice",
				     axis_names[c->axis], unknown ? " if unknown" : "");
		seen[unknown][c->axis] = true;
		if (c->scaled != NULL)
			check_scaled(rs, rule, c);
		if (unknown)
			rule->info.unknown_milli[c->axis] = c->milli;
		else
			rule->info.milli[c->axis] = c->milli;
		rule->has_unknown_points |= unknown && c->milli != 0;
		rule->has_points |= !unknown && (c->milli != 0 || c->scaled != NULL);
	}
	if (!rule->has_points && !rule->has_unknown_points && !rule->info.observe)
		report_error(rs->errors, rule->place,
			     "rule %s gives no points: add threat, spam or graymail, or "
			     "observe",
			     rule->info.name);
}

static void check_rollout(struct ruleset *rs, struct rule *rule,
			  const struct clause *clause)
{
	if (clause == NULL)
		return;
	rule->info.rollout_percent = clause->percent;
	rule->by_domain = clause->by_domain;
	rule->info.per_rcpt = true;
	if (!rs->has_rcpt) {
		report_error(rs->errors, clause->place,
			     "a rollout needs the names rcpt.address and tenant.name");
		return;
	}
	note_name(rs, rule, rs->rcpt_address);
	note_name(rs, rule, rs->tenant_name);
}

static bool check_name(struct ruleset *rs, const struct item *item)
{
	const struct rule *first = g_hash_table_lookup(rs->by_name, item->name);

	if (first != NULL)
		report_error(rs->errors, item->name_place,
			     "rule %s is there already, in %s line %u", item->name,
			     first->place.file, first->place.line);
	else if (rs->rules->len >= LIMIT_RULES)
		report_error(rs->errors, item->name_place, "more than %d rules",
			     LIMIT_RULES);
	else
		return true;
	return false;
}

/* ---- what another file changes ---- */

/* the change of the highest layer is told */
static void rule_changed(struct ruleset *rs, struct rule *rule, struct place place)
{
	enum layer layer = layer_of(place.file);

	if (rule->changes[layer].line > 0)
		return;
	rule->changes[layer] = place;
	if (rule->changed.line > 0 && layer_of(rule->changed.file) > layer)
		return;
	rule->changed = place;
	rule->info.changed = arena_printf(rs->arena, "%s:%u", place.file, place.line);
}

void check_change(struct ruleset *rs, const struct item *item)
{
	enum layer layer = layer_of(item->place.file);
	GHashTable *changes =
		item->kind == ITEM_ADJUST ? rs->adjusts[layer] : rs->overrides[layer];
	const struct item *first;

	if (item->broken || (item->kind == ITEM_RULE && !item->override))
		return;
	first = g_hash_table_lookup(changes, item->name);
	if (first != NULL)
		report_error(rs->errors, item->name_place,
			     "%s has an %s already, in %s "
			     "line %u",
			     item->name, item->override ? "override" : "adjust",
			     first->place.file, first->place.line);
	else
		g_hash_table_insert(changes, (gpointer)(uintptr_t)item->name,
				    (gpointer)(uintptr_t)item);
}

void check_change_used(struct ruleset *rs, const struct item *item)
{
	const struct rule *rule;

	if (item->broken || (item->kind == ITEM_RULE && !item->override))
		return;
	rule = check_rule_name(rs, item->name_place, item->name);
	if (rule != NULL && strcmp(rule->home, item->place.file) == 0)
		report_error(rs->errors, item->name_place,
			     "rule %s stands in this file: change it there, in line %u",
			     item->name, rule->place.line);
}

static void adjust_points(struct ruleset *rs, struct rule *rule, const struct clause *c)
{
	int64_t *milli =
		c->kind == CLAUSE_UNKNOWN ? rule->info.unknown_milli : rule->info.milli;

	if (c->scaled != NULL) {
		report_error(rs->errors, c->place,
			     "adjust adds plain points: override rule %s to multiply",
			     rule->info.name);
		return;
	}
	milli[c->axis] += c->milli;
	if (ABS(milli[c->axis]) > LIMIT_RULE_MILLI)
		report_error(
			rs->errors, c->place, "with this, %s of rule %s goes beyond %d",
			axis_names[c->axis], rule->info.name, LIMIT_RULE_MILLI / 1000);
	rule->has_points = rule->has_unknown_points = false;
	for (size_t axis = 0; axis < AXIS_COUNT; axis++) {
		rule->has_points |=
			rule->info.milli[axis] != 0 || rule->scaled[axis] != NULL;
		rule->has_unknown_points |= rule->info.unknown_milli[axis] != 0;
	}
}

static void adjust_rule(struct ruleset *rs, struct rule *rule, const struct item *item)
{
	if (item->clauses == NULL)
		report_error(
			rs->errors, item->name_place,
			"adjust %s changes nothing: after the name go off, observe, or "
			"points as threat +1",
			item->name);
	for (const struct clause *c = item->clauses; c != NULL; c = c->next) {
		if (c->kind == CLAUSE_POINTS || c->kind == CLAUSE_UNKNOWN)
			adjust_points(rs, rule, c);
		else if (c->kind == CLAUSE_OFF)
			rule->info.off = true;
		else if (c->kind == CLAUSE_OBSERVE)
			rule->info.observe = true;
		else if (c->kind == CLAUSE_ROLLOUT)
			check_rollout(rs, rule, c);
		else
			report_error(rs->errors, c->place,
				     "adjust keeps reason and when: override rule %s "
				     "writes "
				     "the whole rule anew",
				     item->name);
	}
	rule_changed(rs, rule, item->place);
}

static void look_at_list(struct ruleset *rs, struct rule *rule, const struct operand *o)
{
	struct place place;

	if (o != NULL && o->kind == OPERAND_LIST && o->list != NULL &&
	    list_is_extended(o->list, &place))
		rule_changed(rs, rule, place);
}

static void look_for_extended_lists(struct ruleset *rs, struct rule *rule)
{
	for (size_t i = 0; i < rule->n_tests; i++) {
		size_t n;
		const struct test *const *tests = tests_within(&rule->tests[i], &n);

		for (size_t k = 0; k < n; k++) {
			look_at_list(rs, rule, &tests[k]->right);
			look_at_list(rs, rule, tests[k]->near);
		}
	}
}

/* ---- rules, whole ---- */

static void check_clauses(struct ruleset *rs, struct rule *rule, const struct item *item)
{
	struct clause *reason = the_clause(rs, item, CLAUSE_REASON, "reason");
	struct clause *when = the_clause(rs, item, CLAUSE_WHEN, "when");
	struct clause *off = the_clause(rs, item, CLAUSE_OFF, "off");

	if (off != NULL)
		report_error(
			rs->errors, off->place,
			"off stands after adjust: adjust %s off, in a file of your own",
			item->name);
	rule->info.rollout_percent = 100;
	rule->info.observe = the_clause(rs, item, CLAUSE_OBSERVE, "observe") != NULL;
	if (when == NULL)
		report_error(rs->errors, item->name_place, "rule %s has no when",
			     item->name);
	else
		check_condition(rs, rule,
				join_unless(rs, when->condition, item->clauses));
	if (reason == NULL)
		report_error(rs->errors, item->name_place,
			     "rule %s has no reason: the sentence that users read",
			     item->name);
	else
		check_reason(rs, rule, reason);
	check_points(rs, rule, item);
	check_rollout(rs, rule, the_clause(rs, item, CLAUSE_ROLLOUT, "rollout"));
	rule->sayers = item->clauses;
}

/* The override of the highest layer is the rule; what lower ones adjusted was another one.
 * *layer_r: the first whose adjust counts. */
static const struct item *find_override(const struct ruleset *rs, const struct item *item,
					size_t *layer_r)
{
	const struct item *found = NULL;

	for (*layer_r = LAYER_COUNT; *layer_r > 0 && found == NULL; (*layer_r)--)
		found = g_hash_table_lookup(rs->overrides[*layer_r - 1], item->name);
	return found;
}

static void check_rule(struct ruleset *rs, const struct item *item)
{
	size_t layer = LAYER_COUNT;
	const struct item *override = find_override(rs, item, &layer), *adjust,
			  *text = override == NULL ? item : override;
	struct rule *rule = arena_new(rs->arena, struct rule, 1);
	unsigned errors = rs->errors->n;

	rule->place = item->name_place;
	rule->home = item->place.file;
	rule->info.name = item->name;
	rule->info.file = text->place.file;
	rule->info.line = text->place.line;
	if (!check_name(rs, item))
		return;
	g_hash_table_insert(rs->by_name, (gpointer)(uintptr_t)item->name, rule);
	rule->index = rs->rules->len;
	g_ptr_array_add(rs->rules, rule);
	check_clauses(rs, rule, text);
	if (rs->errors->n == errors && rule->has_points)
		never_check(rs, rule->condition,
			    arena_printf(rs->arena, "rule %s", item->name),
			    text->name_place);
	if (override != NULL)
		rule_changed(rs, rule, override->place);
	for (; layer < LAYER_COUNT; layer++) {
		adjust = g_hash_table_lookup(rs->adjusts[layer], item->name);
		if (adjust != NULL)
			adjust_rule(rs, rule, adjust);
	}
	look_for_extended_lists(rs, rule);
	if (!rule->info.off)
		rs->needs |= rule->info.needs;
}

void check_rules(struct ruleset *rs, const struct tree *tree)
{
	/* tests may have tables of their own, without recipients */
	rs->has_rcpt =
		name_find(rs, "rcpt.address", (struct place){ 0 }, &rs->rcpt_address) &&
		name_find(rs, "tenant.name", (struct place){ 0 }, &rs->tenant_name);
	for (const struct item *item = tree->items; item != NULL; item = item->next)
		if (item->kind == ITEM_RULE && !item->broken && !item->override)
			check_rule(rs, item);
}

/* ---- tests ---- */

/* the number of a header that some rule reads; another one changes nothing */
static void find_header(const struct ruleset *rs, struct operand *o)
{
	o->header = SIZE_MAX;
	for (guint i = 0; i < rs->headers->len; i++)
		if (g_ascii_strcasecmp(g_ptr_array_index(rs->headers, i), o->text) == 0)
			o->header = i;
}

static bool wrong_value(struct ruleset *rs, const struct clause *clause, const char *is,
			const char *wanted)
{
	report_error(rs->errors, clause->value.place,
		     "%s is %s: its value is %s, unknown or absent", clause->subject.text,
		     is, wanted);
	return false;
}

/* is what is given of the type of the name? */
static bool check_value(struct ruleset *rs, struct clause *clause,
			const struct name_row *row)
{
	struct operand *value = &clause->value;
	bool texts = clause->given == GIVEN_VALUE && value->kind == OPERAND_TEXTS;
	bool number = clause->given == GIVEN_VALUE && value->kind == OPERAND_NUMBER;
	bool fits = false;

	if (clause->given == GIVEN_UNKNOWN || clause->given == GIVEN_ABSENT) {
		if (value->n_texts > 0)
			report_error(rs->errors, value->place,
				     "after unknown and absent stands no value");
		return value->n_texts == 0;
	}
	switch (row->type) {
	case VALUE_BOOL:
		fits = clause->given != GIVEN_VALUE && value->n_texts <= 1;
		return fits || wrong_value(rs, clause, name_kind(rs, row), "yes, no");
	case VALUE_INT:
		if (!number)
			return wrong_value(rs, clause, name_kind(rs, row), "a number");
		return name_number(rs, value, row->unit);
	case VALUE_TEXT:
		fits = texts && value->n_texts == 1;
		return fits || wrong_value(rs, clause, name_kind(rs, row), "one text");
	case VALUE_LIST:
		return texts ||
		       wrong_value(rs, clause, name_kind(rs, row), "one text or more");
	}
	return false;
}

bool check_given(struct ruleset *rs, struct clause *clause)
{
	static const struct name_row header = { .type = VALUE_LIST, .unit = "" };
	struct operand *subject = &clause->subject;

	if (subject->kind == OPERAND_HEADER) {
		find_header(rs, subject);
		return check_value(rs, clause, &header);
	}
	if (!name_check(rs, subject->text, subject->place, &subject->name))
		return false;
	return check_value(rs, clause, ruleset_row(rs, subject->name));
}

bool check_given_word(struct ruleset *rs, enum object_kind kind, struct clause *clause,
		      size_t *row_r)
{
	const struct operand *subject = &clause->subject;

	*row_r = subject->kind == OPERAND_NAME ? object_word_find(kind, subject->text)
					       : SIZE_MAX;
	if (*row_r != SIZE_MAX)
		return check_value(rs, clause, &object_words.rows[*row_r]);
	report_error(rs->errors, subject->place, "%s is no word of one %s; there are %s",
		     quoted(rs->arena, subject->text), object_name(kind, false),
		     name_words_of(rs, kind));
	return false;
}

static const char *key_of(size_t i, const void *table)
{
	const struct rule *rule = g_ptr_array_index((GPtrArray *)(uintptr_t)table, i);

	return rule->info.name;
}

const struct rule *check_rule_name(struct ruleset *rs, struct place place,
				   const char *name)
{
	const struct rule *rule = g_hash_table_lookup(rs->by_name, name);
	const char *near;

	if (rule != NULL)
		return rule;
	near = suggest(name, key_of, rs->rules->len, rs->rules);
	report_error(rs->errors, place, "there is no rule %s%s%s%s",
		     quoted(rs->arena, name), near == NULL ? "" : "; did you mean \"",
		     near == NULL ? "" : near, near == NULL ? "" : "\"?");
	return NULL;
}

/* ---- who says whose reason ---- */

static size_t count_sayers(const struct clause *c)
{
	size_t n = 0;

	for (; c != NULL; c = c->next)
		n += c->kind == CLAUSE_SAID_BY;
	return n;
}

static void take_sayers(struct ruleset *rs, struct rule *rule)
{
	size_t n = count_sayers(rule->sayers);

	rs->has_sayers |= n > 0;
	rule->said_by = arena_new(rs->arena, const struct rule *, n + 1);
	for (const struct clause *c = rule->sayers; c != NULL; c = c->next) {
		if (c->kind != CLAUSE_SAID_BY)
			continue;
		const struct rule *by = check_rule_name(rs, c->text_place, c->text);

		if (by != NULL)
			rule->said_by[rule->n_said_by++] = by;
	}
}

/* each rule is followed once, however many ways lead to it */
static bool leads_to(const struct rule *from, const struct rule *to, GHashTable *seen)
{
	for (size_t i = 0; i < from->n_said_by; i++)
		if (from->said_by[i] == to ||
		    (g_hash_table_add(seen, (gpointer)(uintptr_t)from->said_by[i]) &&
		     leads_to(from->said_by[i], to, seen)))
			return true;
	return false;
}

void check_sayers(struct ruleset *rs)
{
	for (guint i = 0; i < rs->rules->len; i++)
		take_sayers(rs, g_ptr_array_index(rs->rules, i));
	for (guint i = 0; i < rs->rules->len && rs->has_sayers; i++) {
		const struct rule *rule = g_ptr_array_index(rs->rules, i);
		GHashTable *seen = g_hash_table_new(NULL, NULL);

		if (leads_to(rule, rule, seen))
			report_error(rs->errors, rule->place,
				     "rule %s is, by way of others, said by itself: "
				     "nobody would say it",
				     rule->info.name);
		g_hash_table_unref(seen);
	}
}

/* ---- lists in DNS ---- */

static void note_dns_use(struct ruleset *rs, const struct test *test)
{
	const struct list *list =
		test->right.kind == OPERAND_LIST ? test->right.list : NULL;
	struct dns_use use = { .list = list == NULL ? NULL : list_dns(list, NULL),
			       .of = (enum feature_id)test->left.name.row };

	if (use.list == NULL || test->op != OP_IN)
		return;
	for (guint i = 0; i < rs->dns_uses->len; i++) {
		struct dns_use *known = &g_array_index(rs->dns_uses, struct dns_use, i);

		if (known->list == use.list && known->of == use.of)
			return;
	}
	g_array_append_val(rs->dns_uses, use);
}

void check_dns_uses(struct ruleset *rs)
{
	for (guint i = 0; i < rs->rules->len; i++) {
		const struct rule *rule = g_ptr_array_index(rs->rules, i);

		for (size_t k = 0; k < rule->n_tests && !rule->info.off; k++)
			note_dns_use(rs, rule->tests[k]);
	}
}
