/* Conditions are evaluated in Kleene's logic (base/answer.h): what could not be found out
 * stays unknown unless the rest decides without it. A test of the message alone is made once
 * a message, however many rules and recipients ask for it. Nothing here can fail, ask
 * anybody, or run without bound: the tree's depth is limited, regular expressions have an
 * allowance, all else is linear. */
#include "rule/eval.h"

#include <glib.h>
#include <string.h>

#include "base/limits.h"
#include "base/suggest.h"
#include "feature/listed.h"
#include "message/disguise.h"
#include "rule/fold.h"
#include "rule/frozen.h"
#include "rule/list.h"
#include "rule/match.h"
#include "rule/phrase_set.h"

#define LONG_BYTES 64

/* the answer of one test; of an older generation: not made yet */
struct finding {
	unsigned generation;
	enum answer answer;
	const char *found;
	bool thawed; /* out of a record */
};

/* a text as it is looked into: patterns read it as it is, all else folded */
struct spelling {
	const char *text;
	bool kept;           /* for other tests of the message */
	struct bytes folded; /* at NULL: not yet */
	const struct grams *grams;
};

/* the left side of a test */
struct read_text {
	struct spelling written;
	struct spelling
		plain; /* with plain letters in disguised words; text NULL: there are
				  none */
	bool looked;   /* for those */
};

/* whether a rule is decided for all recipients at once */
enum decided { DECIDED_UNASKED, DECIDED_NOT, DECIDED_NO, DECIDED_YES };

struct run {
	struct arena *arena;
	const struct ruleset *rs;
	const struct rollout *rollout; /* NULL: nothing was set */
	const struct eval_context *context;
	bool blind;               /* tests of a recipient are unknown */
	enum decided *decided;    /* by rule */
	unsigned generation;      /* 1: tests of the message; more: of a recipient */
	struct finding *findings; /* by leaf */
	struct matcher *matcher;
	struct value *headers; /* by number; taken when first asked for */
	bool *headers_taken;
	struct read_text *texts; /* of features, by row */
	struct objects objects[OBJECT_KIND_COUNT];
	bool objects_taken[OBJECT_KIND_COUNT];
	const struct value *object; /* whose words are asked for; NULL: of none */
};

struct run *run_create(struct arena *a, const struct ruleset *rs)
{
	struct run *run = arena_new(a, struct run, 1);

	run->arena = a;
	run->rs = rs;
	run->generation = 1;
	run->findings = arena_new(a, struct finding, g_hash_table_size(rs->leaves) + 1);
	run->decided = arena_new(a, enum decided, rs->rules->len + 1);
	run->headers = arena_new(a, struct value, rs->headers->len + 1);
	run->headers_taken = arena_new(a, bool, rs->headers->len + 1);
	run->texts = arena_new(a, struct read_text, rs->tables[SOURCE_FEATURE]->n + 1);
	return run;
}

void run_look_at(struct run *run, const struct eval_context *context)
{
	run->context = context;
	run->generation++;
}

bool run_overrun(const struct run *run)
{
	return run->matcher != NULL && matcher_overrun(run->matcher);
}

struct arena *run_arena(const struct run *run)
{
	return run->arena;
}

const struct ruleset *run_ruleset(const struct run *run)
{
	return run->rs;
}

struct value run_value(const struct run *run, struct name_at at)
{
	return run->context->at[at.table][at.row];
}

/* ---- operands ---- */

/* all fields of a name as one list */
static struct value take_header(struct run *run, size_t header)
{
	const char *name = g_ptr_array_index(run->rs->headers, header);
	const char **items = arena_new(run->arena, const char *, LIMIT_HEADER_FIELDS);
	size_t n = 0;

	while (n < LIMIT_HEADER_FIELDS) {
		struct value v =
			feature_header(run->arena, run->context->features, name, n);

		if (v.known == ANSWER_UNKNOWN)
			return VALUE_UNKNOWN;
		if (v.known == ANSWER_NO || v.text == NULL)
			break;
		items[n++] = v.text;
	}
	return n == 0 ? VALUE_ABSENT : value_of_list(items, n);
}

static struct value header_value(struct run *run, size_t header)
{
	if (run->context->features == NULL)
		return run->context->headers[header];
	if (!run->headers_taken[header]) {
		run->headers[header] = take_header(run, header);
		run->headers_taken[header] = true;
	}
	return run->headers[header];
}

static struct value stored_value(struct run *run, const struct operand *o)
{
	if (o->kind == OPERAND_HEADER)
		return header_value(run, o->header);
	if (o->kind != OPERAND_WORD)
		return run_value(run, o->name);
	g_assert(run->object != NULL);
	return run->object[o->name.row];
}

static struct value operand_value(struct run *run, const struct operand *o)
{
	struct value v = stored_value(run, o);

	if (!o->count || v.known == ANSWER_UNKNOWN)
		return v;
	return VALUE_OF_INT(v.known == ANSWER_YES ? (int64_t)v.n_items : 0);
}

struct value run_left(struct run *run, const struct test *test)
{
	return operand_value(run, &test->left);
}

/* a text of the message is kept for all tests; another is own_r, for one test */
static struct read_text *text_of(struct run *run, const struct operand *o,
				 const char *text, struct read_text *own_r)
{
	bool kept = o->kind == OPERAND_NAME && o->name.table == SOURCE_FEATURE &&
		    ruleset_row(run->rs, o->name)->type == VALUE_TEXT;
	struct read_text *t = kept ? &run->texts[o->name.row] : own_r;

	if (!kept || t->written.text == NULL)
		*t = (struct read_text){ .written = { .text = text, .kept = kept } };
	return t;
}

/* folded once; only what many tests look into is worth its grams */
static struct bytes folded(struct run *run, struct spelling *s)
{
	if (s->folded.at != NULL)
		return s->folded;
	s->folded = fold(run->arena, bytes_of(s->text));
	if (s->kept && s->folded.n >= LONG_BYTES)
		s->grams = grams_of(run->arena, s->folded);
	return s->folded;
}

/* as a reader reads it; NULL: as it is written */
static struct spelling *plain_of(struct run *run, const struct operand *o,
				 struct read_text *t)
{
	const struct features *f = run->context->features;
	struct bytes text = bytes_of(t->written.text);

	if (!t->looked) {
		t->plain.text = t->written.kept && f != NULL
					? feature_plain(run->arena, f,
							(enum feature_id)o->name.row)
					: disguise_look(run->arena, text).plain.at;
		t->plain.kept = t->written.kept;
		t->looked = true;
	}
	return t->plain.text == NULL ? NULL : &t->plain;
}

/* ---- tests of numbers ---- */

enum answer compare_numbers(enum operator op, int64_t left, int64_t right)
{
	bool holds =
		(op == OP_IS && left == right) || (op == OP_IS_NOT && left != right) ||
		(op == OP_LESS && left < right) || (op == OP_AT_MOST && left <= right) ||
		(op == OP_MORE && left > right) || (op == OP_AT_LEAST && left >= right);

	return holds ? ANSWER_YES : ANSWER_NO;
}

static enum answer test_number(struct run *run, const struct test *test, int64_t left)
{
	struct value right = VALUE_OF_INT(test->right.number);

	if (test->right.kind != OPERAND_NUMBER)
		right = operand_value(run, &test->right);
	if (right.known != ANSWER_YES)
		return right.known;
	return compare_numbers(test->op, left, right.number);
}

/* ---- tests of texts ---- */

/* is it the domain itself, or below it? what stands before an @ does not count */
static bool is_under(struct bytes text, struct bytes domain)
{
	const char *at = memrchr(text.at, '@', text.n);

	if (at != NULL)
		text = bytes_of(at + 1);
	if (domain.n == 0 || text.n < domain.n ||
	    memcmp(text.at + text.n - domain.n, domain.at, domain.n) != 0)
		return false;
	return text.n == domain.n || text.at[text.n - domain.n - 1] == '.';
}

bool compare_texts(enum operator op, struct bytes left, struct bytes right,
		   const char **found_r)
{
	bool fits = right.n > 0 && left.n >= right.n;

	*found_r = NULL;
	if (op == OP_IS || op == OP_IN)
		return bytes_equal(left, right);
	if (op == OP_IS_NOT)
		return !bytes_equal(left, right);
	if (op == OP_UNDER)
		return is_under(left, right);
	if (op == OP_WITHIN)
		return false; /* letters_near() */
	if (!fits)
		return false;
	if (op == OP_CONTAINS)
		*found_r = memmem(left.at, left.n, right.at, right.n);
	else if (op == OP_MENTIONS)
		*found_r = text_mentions(left, right);
	else if (op == OP_STARTS_WITH)
		*found_r = memcmp(left.at, right.at, right.n) == 0 ? left.at : NULL;
	else if (memcmp(left.at + left.n - right.n, right.at, right.n) == 0)
		*found_r = left.at + left.n - right.n;
	g_assert(op == OP_CONTAINS || op == OP_MENTIONS || op == OP_STARTS_WITH ||
		 op == OP_ENDS_WITH);
	return *found_r != NULL;
}

/* one of the list's phrases, by what looks for words */
static bool find_phrase(const struct test *test, const struct spelling *s,
			struct bytes *found_r)
{
	const struct phrase_set *phrases = test->right.phrases;
	unsigned least = test->right.least;

	if (test->near != NULL)
		return phrase_sets_near(phrases, test->near->phrases, s->folded,
					test->distance, found_r);
	if (least > 1)
		return phrase_set_count(phrases, s->folded, test->op == OP_MENTIONS,
					least, found_r) >= least;
	if (test->op == OP_CONTAINS || test->op == OP_MENTIONS)
		return phrase_set_find(phrases, s->folded, s->grams,
				       test->op == OP_MENTIONS, found_r);
	return phrase_set_at_edge(phrases, s->folded, test->op == OP_ENDS_WITH, found_r);
}

/* the message's own words, as they are written there */
static void tell_found(struct run *run, const struct spelling *s, struct bytes found,
		       const char **found_r)
{
	struct bytes words;

	if (found.at == NULL)
		return;
	words = fold_source(bytes_of(s->text), (size_t)(found.at - s->folded.at),
			    found.n);
	*found_r = arena_strndup(run->arena, words.at,
				 MIN(words.n, LIMIT_REASON_VALUE_BYTES + 1));
}

/* is it a text or one of its neighbours, in letters? */
static bool letters_near(struct bytes left, struct bytes right, unsigned most)
{
	glong n_left, n_right;
	gunichar *l, *r;
	bool near;

	if (left.n > LIMIT_ADDRESS_BYTES || right.n > LIMIT_ADDRESS_BYTES)
		return bytes_equal(left, right);
	l = g_utf8_to_ucs4_fast(left.at, (glong)left.n, &n_left);
	r = g_utf8_to_ucs4_fast(right.at, (glong)right.n, &n_right);
	near = edit_distance(l, (size_t)n_left, r, (size_t)n_right, most) <= most;
	g_free(l);
	g_free(r);
	return near;
}

static bool list_near(struct list *list, struct bytes left, unsigned most)
{
	size_t n;
	const struct bytes *entries = list_entries(list, &n);

	for (size_t i = 0; i < n; i++)
		if (letters_near(left, entries[i], most))
			return true;
	return false;
}

static bool holds_of(const struct test *test, struct bytes left, struct bytes right,
		     const char **found_r)
{
	if (test->op != OP_WITHIN)
		return compare_texts(test->op, left, right, found_r);
	*found_r = NULL;
	return letters_near(left, right, test->distance);
}

/* one text against what the rule file holds */
static bool test_fixed(struct run *run, const struct test *test, const struct spelling *s,
		       const char **found_r)
{
	struct bytes left = s->folded, found = { .at = NULL, .n = 0 };
	const struct operand *right = &test->right;
	bool holds;

	if (test->op == OP_WITHIN)
		return list_near((struct list *)(uintptr_t)right->list, left,
				 test->distance);
	if (right->phrases == NULL && right->list != NULL)
		return test->op == OP_UNDER ? list_covers(right->list, left)
					    : list_holds(right->list, left);
	if (right->phrases != NULL && test->op == OP_IS)
		return list_holds(right->list, left);
	if (right->phrases != NULL) {
		holds = find_phrase(test, s, &found);
	} else {
		holds = compare_texts(test->op, left, right->folded, &found.at);
		found.n = right->folded.n;
	}
	if (holds)
		tell_found(run, s, found, found_r);
	return holds;
}

/* one text against a name or header; some of its items will do */
static enum answer test_against(struct run *run, const struct test *test,
				struct bytes left)
{
	struct value right = operand_value(run, &test->right);
	enum answer answer = ANSWER_NO;
	struct read_text own;
	const char *found;

	if (right.known != ANSWER_YES)
		return right.known;
	if (right.text != NULL && right.n_items == 0) {
		struct read_text *text = text_of(run, &test->right, right.text, &own);

		return holds_of(test, left, folded(run, &text->written), &found)
			       ? ANSWER_YES
			       : ANSWER_NO;
	}
	for (size_t i = 0; i < right.n_items && answer == ANSWER_NO; i++)
		if (holds_of(test, left, fold(run->arena, bytes_of(right.items[i])),
			     &found))
			answer = ANSWER_YES;
	return answer;
}

static enum answer test_pattern(struct run *run, const struct test *test,
				const char *text, const char **found_r)
{
	struct bytes found;
	enum answer answer;

	if (run->matcher == NULL)
		run->matcher = matcher_create(run->arena);
	answer = pattern_find(test->right.pattern, run->matcher, bytes_of(text), &found);
	if (answer == ANSWER_YES)
		*found_r = arena_strndup(run->arena, found.at,
					 MIN(found.n, LIMIT_REASON_VALUE_BYTES));
	return answer;
}

/* Words are looked for, not an identity told: then what a reader sees counts as well. */
static bool looks_for_words(enum operator op)
{
	return op == OP_CONTAINS || op == OP_MENTIONS || op == OP_STARTS_WITH ||
	       op == OP_ENDS_WITH || op == OP_MATCHES;
}

static enum answer test_spelling(struct run *run, const struct test *test,
				 struct spelling *left, const char **found_r)
{
	if (test->op == OP_MATCHES)
		return test_pattern(run, test, left->text, found_r);
	folded(run, left);
	if (test->right.kind == OPERAND_TEXT || test->right.list != NULL)
		return test_fixed(run, test, left, found_r) ? ANSWER_YES : ANSWER_NO;
	return test_against(run, test, left->folded);
}

static enum answer test_text(struct run *run, const struct test *test, const char *text,
			     const char **found_r)
{
	struct read_text own, *left = text_of(run, &test->left, text, &own);
	struct spelling *plain = NULL;
	enum answer answer;

	*found_r = text;
	answer = test_spelling(run, test, &left->written, found_r);
	if (answer != ANSWER_YES && looks_for_words(test->op))
		plain = plain_of(run, &test->left, left);
	return plain == NULL
		       ? answer
		       : answer_or(answer, test_spelling(run, test, plain, found_r));
}

/* some item will do; the first is told */
static enum answer test_items(struct run *run, const struct test *test,
			      const struct value *left, const char **found_r)
{
	enum answer all = ANSWER_NO;

	for (size_t i = 0; i < left->n_items; i++) {
		enum answer one = test_text(run, test, left->items[i], found_r);

		if (one == ANSWER_YES)
			return one;
		all = answer_or(all, one);
	}
	return all;
}

/* ---- lists in DNS ---- */

/* of a test: what is given stands in the list, and what lies below it */
static enum answer is_given(struct run *run, const struct list *list, const char *text)
{
	struct bytes left = fold(run->arena, bytes_of(text));
	const struct value *given;
	size_t number;

	list_dns(list, &number);
	given = &run->context->dns_lists[number];
	if (given->known != ANSWER_YES)
		return given->known;
	for (size_t i = 0; i < given->n_items; i++)
		if (is_under(left, fold(run->arena, bytes_of(given->items[i]))))
			return ANSWER_YES;
	return ANSWER_NO;
}

static enum answer test_dns_one(struct run *run, const struct test *test,
				const char *text, const char **found_r)
{
	const struct features *f = run->context->features;
	const struct list *list = test->right.list;
	enum answer answer =
		f == NULL ? is_given(run, list, text)
			  : listed_answer(f, list_dns(list, NULL), test->left.text, text);

	if (answer == ANSWER_YES)
		*found_r = text;
	return answer;
}

static enum answer test_dns(struct run *run, const struct test *test,
			    const struct value *left, const char **found_r)
{
	enum answer all = ANSWER_NO;

	if (test->type == VALUE_TEXT)
		return test_dns_one(run, test, left->text, found_r);
	for (size_t i = 0; i < left->n_items && all != ANSWER_YES; i++)
		all = answer_or(all, test_dns_one(run, test, left->items[i], found_r));
	return all;
}

static bool asks_dns(const struct test *test)
{
	return test->op == OP_IN && test->right.list != NULL &&
	       list_dns(test->right.list, NULL) != NULL;
}

/* ---- tests of each link, attachment or recipient ---- */

static const struct objects *objects_of(struct run *run, enum object_kind kind)
{
	const struct eval_context *context = run->context;

	if (context->features == NULL)
		return &context->objects[kind];
	if (!run->objects_taken[kind])
		run->objects[kind] =
			objects_take(run->arena, context->features->message, kind);
	run->objects_taken[kind] = true;
	return &run->objects[kind];
}

size_t run_objects(struct run *run, const struct test *test, bool *cut_r)
{
	const struct objects *all = objects_of(run, test->each->kind);

	*cut_r = all->cut;
	return all->n;
}

static enum answer run_step(struct run *run, const struct step *step);
static enum answer make_test(struct run *run, const struct test *test,
			     const char **found_r);

/* the first of its words, by which a reader knows it */
static const char *name_of_object(const struct value *words, enum object_kind kind)
{
	for (size_t i = 0; i < OBJECT_WORD_COUNT; i++)
		if (object_word_kind((enum object_word)i) == kind)
			return words[i].text;
	return NULL;
}

/* what the first test that found something in it found */
static const char *found_in(struct run *run, const struct each *each)
{
	const char *found = NULL;

	for (size_t i = 0; i < each->n_tests; i++)
		if (make_test(run, each->tests[i], &found) == ANSWER_YES && found != NULL)
			return found;
	return name_of_object(run->object, each->kind);
}

/* Of those that nobody has seen, any might be otherwise. None at all is not "all". */
static enum answer enough(const struct each *each, const struct objects *all, size_t yes,
			  size_t unknown)
{
	size_t least = each->quantity == QUANTITY_ANY   ? 1
		       : each->quantity == QUANTITY_ALL ? MAX(all->n, 1)
							: each->least;

	if (each->quantity == QUANTITY_ALL && yes + unknown < all->n)
		return ANSWER_NO;
	if (yes >= least && !(each->quantity == QUANTITY_ALL && all->cut))
		return ANSWER_YES;
	return all->cut || yes + unknown >= least ? ANSWER_UNKNOWN : ANSWER_NO;
}

/* would no further object change what enough() says? */
static bool is_settled(const struct each *each, size_t seen, size_t yes, size_t unknown)
{
	if (each->quantity == QUANTITY_ALL)
		return yes + unknown < seen;
	return yes >= (each->quantity == QUANTITY_ANY ? 1 : each->least);
}

static enum answer test_each(struct run *run, const struct test *test,
			     const char **found_r)
{
	const struct each *each = test->each;
	const struct objects *all = objects_of(run, each->kind);
	size_t yes = 0, unknown = 0;

	g_assert(run->object == NULL);
	for (size_t i = 0; i < all->n && !is_settled(each, i, yes, unknown); i++) {
		run->object = all->at[i];
		enum answer one = run_step(run, each->condition->step);

		yes += one == ANSWER_YES;
		unknown += one == ANSWER_UNKNOWN;
		if (one == ANSWER_YES && *found_r == NULL)
			*found_r = found_in(run, each);
	}
	run->object = NULL;
	return enough(each, all, yes, unknown);
}

static enum answer make_test(struct run *run, const struct test *test,
			     const char **found_r)
{
	if (test->op == OP_EACH)
		return test_each(run, test, found_r);

	struct value left = operand_value(run, &test->left);

	if (test->op == OP_IS_UNKNOWN)
		return left.known == ANSWER_UNKNOWN ? ANSWER_YES : ANSWER_NO;
	if (test->op == OP_HOLDS)
		return value_answer(&left);
	if (left.known != ANSWER_YES)
		return left.known;
	if (test->op == OP_EXISTS)
		return test->type != VALUE_LIST || left.n_items > 0 ? ANSWER_YES
								    : ANSWER_NO;
	if (test->type == VALUE_INT)
		return test_number(run, test, left.number);
	if (asks_dns(test))
		return test_dns(run, test, &left, found_r);
	if (test->type == VALUE_TEXT)
		return test_text(run, test, left.text, found_r);
	return test_items(run, test, &left, found_r);
}

static enum answer run_finding(struct run *run, const struct test *test,
			       const char **found_r)
{
	struct finding *finding = &run->findings[test->leaf];
	unsigned generation = test->per_rcpt ? run->generation : 1;

	if (finding->generation != generation) {
		finding->found = NULL;
		finding->answer = make_test(run, test, &finding->found);
		if (finding->answer != ANSWER_YES)
			finding->found = NULL;
		finding->generation = generation;
		finding->thawed = false;
	}
	*found_r = finding->found;
	return finding->answer;
}

enum answer run_test(struct run *run, const struct test *test, const char **found_r)
{
	*found_r = NULL;
	if (run->blind && test->per_rcpt)
		return ANSWER_UNKNOWN;
	g_assert((run->object != NULL) == (test->leaf == LEAF_NONE));
	return run->object != NULL ? make_test(run, test, found_r)
				   : run_finding(run, test, found_r);
}

/* ---- conditions ---- */

/* as run_test() answers; what is known already needs no look at the test */
static enum answer run_leaf(struct run *run, const struct step *step)
{
	const struct finding *finding;
	const char *found;

	if (run->blind && step->per_rcpt)
		return ANSWER_UNKNOWN;
	if (run->object != NULL)
		return run_test(run, step->test, &found);
	finding = &run->findings[step->n];
	if (finding->generation == (step->per_rcpt ? run->generation : 1))
		return finding->answer;
	return run_test(run, step->test, &found);
}

/* at least so many of those below */
static enum answer run_least(struct run *run, const struct step *step)
{
	unsigned yes = 0, unknown = 0;

	for (unsigned i = 0; i < step->n && yes < step->least; i++) {
		enum answer one = run_step(run, &step->below[i]);

		yes += one == ANSWER_YES;
		unknown += one == ANSWER_UNKNOWN;
		if (yes + unknown + step->n - i - 1 < step->least)
			return ANSWER_NO;
	}
	return yes >= step->least ? ANSWER_YES : ANSWER_UNKNOWN;
}

static enum answer run_step(struct run *run, const struct step *step)
{
	enum answer decides = step->kind == NODE_OR ? ANSWER_YES : ANSWER_NO, all;

	if (step->kind == NODE_TEST)
		return run_leaf(run, step);
	if (step->kind == NODE_LEAST)
		return run_least(run, step);
	if (step->kind == NODE_NOT)
		return answer_not(run_step(run, step->below));
	all = answer_not(decides);
	for (unsigned i = 0; i < step->n && all != decides; i++) {
		enum answer one = run_step(run, &step->below[i]);

		all = step->kind == NODE_OR ? answer_or(all, one) : answer_and(all, one);
	}
	return all;
}

enum answer run_node(struct run *run, const struct node *node)
{
	return run_step(run, node->step);
}

/* With everything about the recipient taken as unknown, Kleene's logic says yes or no only
 * where no recipient could change it. */
static enum decided decide_for_all(struct run *run, const struct rule *rule)
{
	enum answer answer;

	run->blind = true;
	answer = run_node(run, rule->condition);
	run->blind = false;
	return answer == ANSWER_UNKNOWN ? DECIDED_NOT
	       : answer == ANSWER_YES   ? DECIDED_YES
					: DECIDED_NO;
}

/* ---- answers that are kept ---- */

static bool is_kept(const struct frozen_leaf *leaf, bool without_pii)
{
	return leaf->kind == FROZEN_ALWAYS || (leaf->kind == FROZEN_PII && without_pii);
}

const char *run_freeze(const struct run *run, bool per_rcpt, bool without_pii)
{
	static const struct {
		enum answer answer;
		char sign;
	} signs[] = { { ANSWER_YES, '+' }, { ANSWER_NO, '-' }, { ANSWER_UNKNOWN, '?' } };
	unsigned generation = per_rcpt ? run->generation : 1;
	GString *text = g_string_new(NULL);
	const char *kept;

	for (size_t s = 0; s < G_N_ELEMENTS(signs); s++) {
		bool any = false;

		for (size_t i = 0; i < run->rs->n_leaves; i++) {
			const struct frozen_leaf *leaf = &run->rs->frozen[i];
			const struct finding *finding = &run->findings[i];

			if (!is_kept(leaf, without_pii) || leaf->per_rcpt != per_rcpt ||
			    finding->generation != generation ||
			    finding->answer != signs[s].answer)
				continue;
			if (!any)
				g_string_append_c(text, signs[s].sign);
			any = true;
			g_string_append_len(text, leaf->id, FROZEN_ID_BYTES);
		}
	}
	kept = text->len == 0 ? NULL : arena_strndup(run->arena, text->str, text->len);
	g_string_free(text, TRUE);
	return kept;
}

static bool is_sign(char c, enum answer *answer_r)
{
	if (c != '+' && c != '-' && c != '?')
		return false;
	*answer_r = c == '+' ? ANSWER_YES : c == '-' ? ANSWER_NO : ANSWER_UNKNOWN;
	return true;
}

void run_thaw(struct run *run, const char *text)
{
	size_t n = text == NULL ? 0 : strlen(text);
	enum answer answer = ANSWER_UNKNOWN;

	for (size_t at = 0; at < n;) {
		if (is_sign(text[at], &answer)) {
			at++;
			continue;
		}
		if (n - at < FROZEN_ID_BYTES)
			return;
		size_t i = frozen_leaf_find(run->rs, text + at);

		at += FROZEN_ID_BYTES;
		if (i == SIZE_MAX)
			continue;
		run->findings[i] = (struct finding){
			.generation = run->rs->frozen[i].per_rcpt ? run->generation : 1,
			.answer = answer,
			.thawed = true,
		};
	}
}

bool run_is_undecidable(const struct run *run, const struct rule *rule, bool without_pii)
{
	for (size_t i = 0; i < rule->n_tests; i++) {
		size_t at = rule->tests[i]->leaf;
		const struct frozen_leaf *leaf = &run->rs->frozen[at];
		const struct finding *finding = &run->findings[at];
		unsigned generation = leaf->per_rcpt ? run->generation : 1;

		/* what nobody asked for did not matter */
		if (is_kept(leaf, without_pii) && finding->generation == generation &&
		    !finding->thawed)
			return true;
	}
	return false;
}

enum answer run_rule(struct run *run, const struct rule *rule)
{
	enum decided *decided = &run->decided[rule->index];

	if (rule->info.off)
		return ANSWER_NO;
	if (*decided == DECIDED_UNASKED)
		*decided = decide_for_all(run, rule);
	if (*decided != DECIDED_NOT)
		return *decided == DECIDED_YES ? ANSWER_YES : ANSWER_NO;
	return run_node(run, rule->condition);
}

static bool is_in_share(const struct run *run, const struct rule *rule, int percent)
{
	g_assert(run->rs->has_rcpt);
	const char *address = run_value(run, run->rs->rcpt_address).text;
	const char *tenant = run_value(run, run->rs->tenant_name).text;
	const char *who = address == NULL ? "" : address, *domain = strrchr(who, '@');
	char *what =
		g_strdup_printf("%s\n%s", tenant == NULL ? "" : tenant, rule->info.name);
	bool served = rollout_serves(run->rollout, what,
				     rule->by_domain && domain != NULL ? domain + 1 : who,
				     percent);

	g_free(what);
	return served;
}

void run_settings(struct run *run, const struct rollout *rollout)
{
	run->rollout = rollout;
}

enum served run_served(const struct run *run, const struct rule *rule)
{
	const struct rollout_setting *set =
		rollout_find(run->rollout, ROLLOUT_RULE, rule->info.name);
	int percent = set != NULL          ? set->percent
		      : rule->info.observe ? 0
					   : rule->info.rollout_percent;

	if (percent <= 0)
		return SERVED_NOBODY;
	return percent >= 100 || is_in_share(run, rule, percent) ? SERVED : SERVED_OTHERS;
}
