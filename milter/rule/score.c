/* Hits and sums. Recipients whose facts are the same, as far as rules read them, are scored
 * once: of a message to thousands, most know nothing of its sender. */
#include "rule/score.h"

#include <string.h>

#include "base/limits.h"
#include "rule/print.h"
#include "rule/reason.h"

/* ---- one recipient ---- */

/* do both hits give points of one kind, and does the one count? */
static bool says(const struct hit *sayer, const struct hit *hit)
{
	bool same = false;

	for (size_t axis = 0; sayer != NULL && axis < AXIS_COUNT; axis++)
		same |= sayer->milli[axis] != 0 && hit->milli[axis] != 0;
	return same && !sayer->observed;
}

/* hits whose reason another one's says, too */
static void find_said(const struct ruleset *rs, struct hit *hits, size_t n)
{
	const struct hit **of = g_new0(const struct hit *, rs->rules->len + 1);

	for (size_t i = 0; i < n; i++) {
		const struct rule *rule = g_hash_table_lookup(rs->by_name, hits[i].rule);

		of[rule->index] = &hits[i];
	}
	for (size_t i = 0; i < n; i++) {
		const struct rule *rule = g_hash_table_lookup(rs->by_name, hits[i].rule);

		for (size_t k = 0; k < rule->n_said_by; k++)
			hits[i].said |= says(of[rule->said_by[k]->index], &hits[i]);
	}
	g_free(of);
}

static bool gives(const struct rule *rule, enum answer answer)
{
	return answer == ANSWER_YES ||
	       (answer == ANSWER_UNKNOWN && rule->has_unknown_points);
}

/* points in thousandths of a value; unknown or absent gives none */
static int64_t scaled_points(const struct run *run, const struct scaled *s)
{
	struct value v = run_value(run, s->value.name);
	bool points =
		strcmp(ruleset_row(run_ruleset(run), s->value.name)->unit, "points") == 0;
	int64_t most = s->has_most ? s->most_milli : LIMIT_RULE_MILLI;
	int64_t least = s->has_least ? s->least_milli : -LIMIT_RULE_MILLI;
	int64_t bound = (int64_t)LIMIT_RULE_MILLI * 1000 * 1000;

	if (v.known != ANSWER_YES)
		return 0;
	v.number = CLAMP(v.number, -bound, bound) * s->factor_milli;
	return CLAMP(points ? v.number / 1000 : v.number, least, most);
}

void score_points(const struct run *run, const struct rule *rule, enum answer answer,
		  int64_t *milli_r)
{
	bool yes = answer == ANSWER_YES;

	memset(milli_r, 0, sizeof(*milli_r) * AXIS_COUNT);
	if (!gives(rule, answer))
		return;
	memcpy(milli_r, yes ? rule->info.milli : rule->info.unknown_milli,
	       sizeof(*milli_r) * AXIS_COUNT);
	for (size_t axis = 0; axis < AXIS_COUNT && yes; axis++)
		if (rule->scaled[axis] != NULL)
			milli_r[axis] += scaled_points(run, rule->scaled[axis]);
}

static void make_hit(struct run *run, const struct rule *rule, bool everybody,
		     struct hit *hit_r)
{
	hit_r->rule = rule->info.name;
	hit_r->reason = reason_fill(run, rule);
	hit_r->observed =
		everybody ? rule->info.observe : run_served(run, rule) != SERVED;
	score_points(run, rule, hit_r->unknown ? ANSWER_UNKNOWN : ANSWER_YES,
		     hit_r->milli);
}

struct rcpt_hits score_recipient(struct run *run, const struct frozen *thaw,
				 bool everybody)
{
	const struct ruleset *rs = run_ruleset(run);
	const GPtrArray *rules = rs->rules;
	GArray *found = g_array_new(FALSE, TRUE, sizeof(struct hit));
	struct rcpt_hits hits = { 0 };
	bool unsettled = false;

	for (guint i = 0; i < rules->len; i++) {
		const struct rule *rule = g_ptr_array_index(rules, i);
		enum answer answer = run_rule(run, rule);
		struct hit hit = { .unknown = answer == ANSWER_UNKNOWN };

		unsettled |= answer == ANSWER_UNKNOWN &&
			     (everybody ? !rule->info.observe
					: run_served(run, rule) != SERVED_NOBODY);
		hits.undecidable += thaw != NULL && answer == ANSWER_UNKNOWN &&
				    run_served(run, rule) != SERVED_NOBODY &&
				    run_is_undecidable(run, rule, thaw->without_pii);
		if (!gives(rule, answer))
			continue;
		make_hit(run, rule, everybody, &hit);
		g_array_append_val(found, hit);
		for (size_t axis = 0; axis < AXIS_COUNT && !hit.observed; axis++)
			hits.milli[axis] += hit.milli[axis];
	}
	struct hit *kept = arena_new(run_arena(run), struct hit, found->len + 1);

	if (found->len > 0)
		memcpy(kept, found->data, found->len * sizeof(struct hit));
	if (rs->has_sayers)
		find_said(rs, kept, found->len);
	hits.at = kept;
	hits.n = found->len;
	hits.overrun = unsettled && run_overrun(run);
	g_array_unref(found);
	return hits;
}

/* ---- all recipients ---- */

/* one recipient's values, in the order of the tables */
struct view {
	const struct ruleset *rs;
	const struct value *at[SOURCE_COUNT];
	const char *sharer; /* who may be in a share that was set; NULL: there is none */
};

static const struct value *signal_values(struct arena *a, const struct ruleset *rs,
					 const struct rcpt_signals *signals)
{
	g_assert(rs->tables[SOURCE_FEATURE] ==
		 &feature_names); /* no set of a test's own */
	size_t n = rs->tables[SOURCE_SIGNAL]->n;
	struct value *values = arena_new(a, struct value, n + 1);

	for (size_t i = 0; i < n; i++) {
		values[i] = value_of_answer(signals->at[i].answer);
		values[i].text = signals->at[i].words;
	}
	return values;
}

static guint hash_value(guint hash, const struct value *v)
{
	hash = hash * 31 + (guint)v->known;
	if (v->known != ANSWER_YES)
		return hash;
	hash = hash * 31 + (guint)v->boolean;
	hash = hash * 31 + (guint)v->number;
	if (v->text != NULL)
		hash = hash * 31 + g_str_hash(v->text);
	for (size_t i = 0; i < v->n_items; i++)
		hash = hash * 31 + g_str_hash(v->items[i]);
	return hash;
}

bool same_value(const struct value *a, const struct value *b)
{
	if (a->known != b->known || a->known != ANSWER_YES)
		return a->known == b->known;
	if (a->boolean != b->boolean || a->number != b->number ||
	    a->n_items != b->n_items || g_strcmp0(a->text, b->text) != 0)
		return false;
	for (size_t i = 0; i < a->n_items; i++)
		if (strcmp(a->items[i], b->items[i]) != 0)
			return false;
	return true;
}

static guint hash_view(gconstpointer p)
{
	const struct view *view = p;
	const GArray *names = view->rs->rcpt_names;
	guint hash = view->sharer == NULL ? 0 : g_str_hash(view->sharer);

	for (guint i = 0; i < names->len; i++) {
		struct name_at name = g_array_index(names, struct name_at, i);

		hash = hash_value(hash, &view->at[name.table][name.row]);
	}
	return hash;
}

static gboolean same_view(gconstpointer left, gconstpointer right)
{
	const struct view *a = left, *b = right;
	const GArray *names = a->rs->rcpt_names;

	if (g_strcmp0(a->sharer, b->sharer) != 0)
		return FALSE;
	for (guint i = 0; i < names->len; i++) {
		struct name_at name = g_array_index(names, struct name_at, i);

		if (!same_value(&a->at[name.table][name.row],
				&b->at[name.table][name.row]))
			return FALSE;
	}
	return TRUE;
}

/* Is a share of some rule set at run time? Then recipients are told apart by who they are. */
static bool has_shares(const struct rollout *rollout)
{
	GPtrArray *list = rollout == NULL ? NULL : rollout_list(rollout);
	bool any = false;

	for (guint i = 0; list != NULL && i < list->len; i++) {
		const struct rollout_setting *s = list->pdata[i];

		any |= s->scope == ROLLOUT_RULE && s->percent > 0 && s->percent < 100;
	}
	if (list != NULL)
		g_ptr_array_unref(list);
	return any;
}

const struct rcpt_hits *ruleset_run(struct arena *a, const struct rules_in_force *in,
				    const struct features *f, const struct facts *facts,
				    const struct rcpt_signals *signals)
{
	const struct ruleset *rs = in->rules;
	bool shares = has_shares(in->rollout);
	struct rcpt_hits *hits = arena_new(a, struct rcpt_hits, facts->n_rcpts + 1);
	struct view *views = arena_new(a, struct view, facts->n_rcpts + 1);
	GHashTable *seen = g_hash_table_new(hash_view, same_view);
	const char **kept = arena_new(a, const char *, facts->n_rcpts + 1);
	struct run *run = run_create(a, rs);

	run_settings(run, in->rollout);
	if (in->thaw != NULL)
		run_thaw(run, in->thaw->message);
	for (size_t i = 0; i < facts->n_rcpts; i++) {
		struct eval_context context = { .at = views[i].at, .features = f };
		const struct view *same;

		views[i] = (struct view){
			rs,
			{ f->at, facts->rcpts[i].at, signal_values(a, rs, &signals[i]) },
			shares ? facts->rcpts[i].at[FACT_RCPT_ADDRESS].text : NULL
		};
		same = g_hash_table_lookup(seen, &views[i]);
		if (same != NULL) {
			hits[i] = hits[same - views];
			kept[i] = kept[same - views];
			continue;
		}
		run_look_at(run, &context);
		if (in->thaw != NULL)
			run_thaw(run, in->thaw->rcpts[i]);
		hits[i] = score_recipient(run, in->thaw, false);
		if (in->freeze != NULL)
			kept[i] = run_freeze(run, true, in->freeze->without_pii);
		g_hash_table_add(seen, &views[i]);
	}
	if (in->freeze != NULL) {
		in->freeze->message = run_freeze(run, false, in->freeze->without_pii);
		in->freeze->rcpts = kept;
	}
	g_hash_table_unref(seen);
	return hits;
}

/* ---- why ---- */

/* 3 links: the one that it found */
static const char *explain_objects(struct run *run, const struct test *test,
				   const char *found)
{
	static const struct name_row text_row = { .type = VALUE_TEXT, .unit = "" };
	bool cut;
	size_t n = run_objects(run, test, &cut);
	const struct value v = value_of_text(found);

	return arena_printf(
		run_arena(run), "%zu %s%s%s%s", n, object_name(test->each->kind, n != 1),
		cut ? ", and more that nobody has seen" : "", found == NULL ? "" : ": ",
		found == NULL ? "" : value_words(run_arena(run), &v, &text_row));
}

static struct tried explain_test(struct run *run, const struct test *test)
{
	const struct ruleset *rs = run_ruleset(run);
	struct value seen = test->each == NULL ? run_left(run, test) : VALUE_ABSENT;
	struct tried tried = { 0 };
	GString *text = g_string_new(NULL);
	const char *found;

	print_test(text, test);
	tried.text = arena_strndup(run_arena(run), text->str, text->len);
	g_string_free(text, TRUE);
	tried.answer = run_test(run, test, &found);
	if (test->each != NULL)
		tried.seen = explain_objects(run, test, found);
	else if (seen.known == ANSWER_UNKNOWN)
		tried.seen = "unknown";
	else if (seen.known == ANSWER_NO)
		tried.seen = "absent";
	else
		tried.seen = value_words(run_arena(run), &seen,
					 test->left.kind == OPERAND_HEADER
						 ? NULL
						 : left_row(rs, &test->left));
	return tried;
}

static size_t count_nodes(const struct node *node)
{
	size_t n = 1;

	for (const struct node *c = node->first; c != NULL && node->kind != NODE_TEST;
	     c = c->next)
		n += count_nodes(c);
	return n;
}

static void explain_node(struct run *run, const struct node *node, unsigned depth,
			 struct account *to)
{
	static const char *const words[] = {
		[NODE_AND] = "all of", [NODE_OR] = "any of", [NODE_NOT] = "not"
	};
	struct tried *tried = (struct tried *)(uintptr_t)&to->tried[to->n_tried];

	/* that all at the top must hold is said by the word when */
	if (node->kind == NODE_TEST) {
		*tried = explain_test(run, node->test);
	} else if (node->kind != NODE_AND || depth > 0) {
		tried->text = node->kind == NODE_LEAST
				      ? arena_printf(run_arena(run), "at least %u of",
						     node->least)
			      : node->unless ? "unless"
					     : words[node->kind];
		tried->answer = run_node(run, node);
	} else {
		for (const struct node *c = node->first; c != NULL; c = c->next)
			explain_node(run, c, depth, to);
		return;
	}
	tried->depth = depth;
	to->n_tried++;
	if (node->kind == NODE_TEST)
		return;
	for (const struct node *c = node->first; c != NULL; c = c->next)
		explain_node(run, c, depth + 1, to);
}

static struct account explain_rule(struct run *run, const struct rule *rule)
{
	size_t n = count_nodes(rule->condition);
	struct tried *tried = arena_new(run_arena(run), struct tried, n);
	struct account account = { .rule = &rule->info,
				   .answer = run_rule(run, rule),
				   .tried = tried };

	explain_node(run, rule->condition, 0, &account);
	g_assert(account.n_tried <= n);
	if (rule->info.off)
		account.remark = "switched off";
	else if (run_served(run, rule) == SERVED_NOBODY)
		account.remark = "watched only";
	else if (run_served(run, rule) == SERVED_OTHERS)
		account.remark = "outside its rollout";
	account.counted = account.remark == NULL && gives(rule, account.answer);
	return account;
}

const struct account *ruleset_explain(const struct rules_in_force *in,
				      const struct evidence *e,
				      const struct rcpt_signals *signals)
{
	const struct ruleset *rs = in->rules;
	struct view view = { rs,
			     { e->features->at, e->facts->at,
			       signal_values(e->arena, rs, signals) },
			     NULL };
	struct eval_context context = { .at = view.at, .features = e->features };
	struct account *accounts =
		arena_new(e->arena, struct account, rs->rules->len + 1);
	struct run *run = run_create(e->arena, rs);

	run_settings(run, in->rollout);
	run_look_at(run, &context);
	for (guint i = 0; i < rs->rules->len; i++)
		accounts[i] = explain_rule(run, g_ptr_array_index(rs->rules, i));
	return accounts;
}
