/* Which operator goes with which types, and what may stand on its right. */
#include "rule/check_test.h"

#include <string.h>

#include "base/limits.h"
#include "feature/listed.h"
#include "rule/check_value.h"
#include "rule/fold.h"
#include "rule/list.h"
#include "rule/match.h"
#include "rule/name.h"
#include "rule/phrase_set.h"
#include "rule/print.h"

void note_name(struct ruleset *rs, struct rule *rule, struct name_at at)
{
	const struct name_row *row = ruleset_row(rs, at);

	rule->info.needs |= row->needs;
	if (rs->tables[at.table] == &feature_names &&
	    (feature_flags((enum feature_id)at.row) & FEATURE_AUTH) != 0)
		rule->info.needs |= NEED_AUTH;
	if (row->scope != SCOPE_RCPT)
		return;
	rule->info.per_rcpt = true;
	for (guint i = 0; i < rs->rcpt_names->len; i++) {
		struct name_at known = g_array_index(rs->rcpt_names, struct name_at, i);

		if (known.table == at.table && known.row == at.row)
			return;
	}
	g_array_append_val(rs->rcpt_names, at);
}

static void check_header(struct ruleset *rs, struct operand *o)
{
	for (const char *p = o->text; *p != '\0'; p++) {
		if (*p > ' ' && *p < 0x7f && *p != ':')
			continue;
		report_error(rs->errors, o->place, "%s can't be the name of a header",
			     quoted(rs->arena, o->text));
		return;
	}
	for (guint i = 0; i < rs->headers->len; i++) {
		o->header = i;
		if (g_ascii_strcasecmp(g_ptr_array_index(rs->headers, i), o->text) == 0)
			return;
	}
	o->header = rs->headers->len;
	g_ptr_array_add(rs->headers, (gpointer)(uintptr_t)o->text);
}

/* ---- the left side ---- */

/* inside any link (...): a word of a link */
static bool find_word(struct ruleset *rs, struct operand *o)
{
	size_t row = rs->inside == NULL ? SIZE_MAX
					: object_word_find(rs->inside->kind, o->text);

	if (row == SIZE_MAX)
		return false;
	o->kind = OPERAND_WORD;
	o->name.row = row;
	return true;
}

static bool find_name(struct ruleset *rs, struct operand *o)
{
	/* no list bears the name of a feature, fact or signal */
	if (!g_hash_table_contains(rs->lists, o->text))
		return name_check(rs, o->text, o->place, &o->name);
	report_error(rs->errors, o->place,
		     "%s is a list: it stands after in, under or any of", o->text);
	return false;
}

static bool check_left(struct ruleset *rs, struct rule *rule, struct test *test)
{
	struct operand *left = &test->left;

	if (rs->inside != NULL) {
		if (left->kind == OPERAND_HEADER || !find_word(rs, left)) {
			report_error(rs->errors, left->place,
				     "%s is no word of one %s: ask for it outside of the "
				     "brackets; inside go %s",
				     left->kind == OPERAND_HEADER
					     ? "header"
					     : quoted(rs->arena, left->text),
				     object_name(rs->inside->kind, false),
				     name_words_of(rs, rs->inside->kind));
			return false;
		}
		test->type = operand_row(rs, left)->type;
	} else if (left->kind == OPERAND_HEADER) {
		check_header(rs, left);
		test->type = VALUE_LIST;
	} else {
		if (!find_name(rs, left))
			return false;
		test->type = ruleset_row(rs, left->name)->type;
		test->per_rcpt = ruleset_row(rs, left->name)->scope == SCOPE_RCPT;
		note_name(rs, rule, left->name);
	}
	if ((!left->any_of && !left->count) || test->type == VALUE_LIST) {
		if (left->count)
			test->type = VALUE_INT;
		return true;
	}
	report_error(rs->errors, left->place, "%s is one value: %s goes with lists",
		     left->text, left->count ? "count of" : "any of");
	return false;
}

/* ---- the right side ---- */

/* a name on the right: of one of two types */
static bool check_right_name(struct ruleset *rs, struct rule *rule, struct test *test,
			     const char *wanted)
{
	struct operand *right = &test->right;
	const struct name_row *row;

	if (right->kind == OPERAND_HEADER) {
		check_header(rs, right);
		return true;
	}
	if (!find_word(rs, right) && !find_name(rs, right))
		return false;
	row = operand_row(rs, right);
	if (row->type == VALUE_BOOL || row->type == VALUE_INT) {
		report_error(rs->errors, right->place, "%s is %s: after %s goes %s",
			     right->text, name_kind(rs, row), operator_words[test->op],
			     wanted);
		return false;
	}
	test->per_rcpt |= row->scope == SCOPE_RCPT;
	if (right->kind == OPERAND_NAME)
		note_name(rs, rule, right->name);
	return true;
}

static struct list *list_of_texts(struct ruleset *rs, const struct operand *o)
{
	struct list *list = list_create(rs->arena);

	for (size_t i = 0; i < o->n_texts; i++)
		list_add(list, bytes_of(o->texts[i]));
	if (o->kind == OPERAND_TEXT)
		list_add(list, bytes_of(o->text));
	return list;
}

/* a list by its name, or what stands in brackets */
static struct list *find_list(struct ruleset *rs, struct operand *o)
{
	struct list *list = NULL;

	if (o->kind == OPERAND_TEXTS || o->kind == OPERAND_TEXT)
		list = list_of_texts(rs, o);
	else if (o->kind == OPERAND_NAME)
		list = g_hash_table_lookup(rs->lists, o->text);
	o->list = list;
	return list;
}

/* a list in DNS: asked before rules run, about some features only */
static bool check_dns(struct ruleset *rs, struct rule *rule, const struct test *test)
{
	const struct operand *left = &test->left;
	bool feature = left->kind == OPERAND_NAME && left->name.table == SOURCE_FEATURE;
	const char *why = feature ? listed_why_not(left->text)
			  : left->kind == OPERAND_WORD
				  ? "such a list is asked about all of them: write "
				    "links.hosts in it, outside of the brackets"
				  : "it is no feature of the message";

	rule->info.needs |= NEED_AUTH;
	if (why != NULL)
		report_error(rs->errors, left->place,
			     "%s cannot be looked for in a list in DNS: %s", left->text,
			     why);
	else if (test->op != OP_IN)
		report_error(rs->errors, test->op_place,
			     "after %s a list in DNS goes with in: it is asked for the "
			     "registered domain",
			     left->text);
	else
		return true;
	return false;
}

/* does it name a value, and not hold one? */
static bool is_read(const struct operand *o)
{
	return o->kind == OPERAND_NAME || o->kind == OPERAND_WORD ||
	       o->kind == OPERAND_HEADER;
}

static bool check_membership(struct ruleset *rs, struct rule *rule, struct test *test)
{
	static const char wanted[] = "a list, a name, or texts in brackets";
	struct operand *right = &test->right;
	struct list *list = right->kind == OPERAND_TEXT ? NULL : find_list(rs, right);
	struct place dotted;

	if (right->any_of) {
		report_error(rs->errors, right->place,
			     "%s asks for any already: leave any of out",
			     operator_words[test->op]);
		return false;
	}
	if (list != NULL) {
		if (right->kind == OPERAND_NAME)
			right->kind = OPERAND_LIST;
		if (list_dns(list, NULL) != NULL)
			return check_dns(rs, rule, test);
		if (test->op != OP_UNDER || !list_is_dotted(list, &dotted))
			return true;
		report_error(
			rs->errors, dotted,
			"a domain does not begin with a dot: `under` covers the names "
			"below it");
		return false;
	}
	if (right->kind == OPERAND_NAME && !find_word(rs, right) &&
	    !name_find(rs, right->text, right->place, &right->name)) {
		report_error(rs->errors, right->place,
			     "there is no list and no name %s%s",
			     quoted(rs->arena, right->text),
			     name_suggest(rs, right->text, true));
		return false;
	}
	if (is_read(right))
		return check_right_name(rs, rule, test, wanted);
	report_error(rs->errors, right->place, "after %s goes %s",
		     operator_words[test->op], wanted);
	return false;
}

/* texts that are looked for at once */
static bool check_phrases(struct ruleset *rs, struct operand *right)
{
	struct list *list = find_list(rs, right);
	size_t n = 0;
	const struct bytes *entries = list == NULL ? NULL : list_entries(list, &n);
	bool strange = right->kind == OPERAND_NAME &&
		       !name_find(rs, right->text, right->place, &right->name);

	if (list != NULL && list_dns(list, NULL) != NULL) {
		report_error(rs->errors, right->place, "%s is kept in DNS: write in %s",
			     right->text, right->text);
		return false;
	}
	if (list == NULL || (right->kind == OPERAND_TEXT && right->any_of)) {
		report_error(rs->errors, right->place,
			     "after any of goes a list, or texts in brackets%s",
			     strange ? name_suggest(rs, right->text, true) : "");
		return false;
	}
	if (n > LIMIT_NEEDLES) {
		report_error(
			rs->errors, right->place,
			"%s has %zu entries: any of looks for %d at most, in and under "
			"for more",
			right->text, n, LIMIT_NEEDLES);
		return false;
	}
	if (right->kind == OPERAND_NAME)
		right->kind = OPERAND_LIST;
	right->phrases = phrase_set_build(rs->arena, entries, n);
	return true;
}

static bool check_regex(struct ruleset *rs, struct test *test)
{
	struct operand *right = &test->right;
	struct place place = right->place;
	const char *wrong;
	size_t at;

	if (right->kind != OPERAND_REGEX) {
		report_error(rs->errors, right->place,
			     "after matches goes a regular expression: /.../, or /.../i");
		return false;
	}
	right->pattern =
		pattern_compile(rs->arena, right->text, right->unit, &wrong, &at);
	if (right->pattern != NULL)
		return true;
	place.column += 1 + (unsigned)g_utf8_strlen(right->text,
						    (gssize)MIN(at, strlen(right->text)));
	report_error(rs->errors, place, "the regular expression is wrong here: %s",
		     wrong);
	return false;
}

/* either side of within 5 words of: a text, or any of more */
static bool check_neighbour(struct ruleset *rs, struct operand *o)
{
	size_t n = 0;

	if (o->least > 0 || (o->any_of == (o->kind == OPERAND_TEXT))) {
		report_error(rs->errors, o->place,
			     "on either side of within goes a text, or any of a list, or "
			     "any of texts in brackets");
		return false;
	}
	if (!check_phrases(rs, o))
		return false;
	list_entries((struct list *)(uintptr_t)o->list, &n);
	if (n > 0)
		return true;
	report_error(rs->errors, o->place, "there is no word to look for");
	return false;
}

/* can so many of the texts be found? */
static bool check_least(struct ruleset *rs, const struct operand *right)
{
	size_t n = 0;

	list_entries((struct list *)(uintptr_t)right->list, &n);
	if (right->least <= n)
		return true;
	report_error(rs->errors, right->place, "at least %u of %zu %s can never be found",
		     right->least, n, n == 1 ? "text" : "texts");
	return false;
}

static bool check_text(struct ruleset *rs, struct rule *rule, struct test *test)
{
	static const char wanted[] = "a text or a name";
	struct operand *right = &test->right;

	if (test->near != NULL)
		return check_neighbour(rs, right) && check_neighbour(rs, test->near);
	if (right->least > 0 && test->op != OP_CONTAINS && test->op != OP_MENTIONS) {
		report_error(rs->errors, right->place,
			     "%s looks for one: at least %u of goes with contains and "
			     "mentions",
			     operator_words[test->op], right->least);
		return false;
	}
	if (right->any_of)
		return check_phrases(rs, right) && check_least(rs, right);
	if (right->kind == OPERAND_TEXTS) {
		report_error(rs->errors, right->place,
			     "before texts in brackets goes any of");
		return false;
	}
	if (right->kind == OPERAND_TEXT) {
		right->folded = test->op == OP_IS || test->op == OP_IS_NOT
					? fold_name(rs->arena, bytes_of(right->text))
					: fold(rs->arena, bytes_of(right->text));
		if (right->folded.n > 0 || test->op == OP_IS || test->op == OP_IS_NOT)
			return true;
		report_error(rs->errors, right->place, "every text %s nothing",
			     test->op == OP_STARTS_WITH || test->op == OP_ENDS_WITH
				     ? "starts and ends with"
				     : "contains");
		return false;
	}
	if (right->kind == OPERAND_NAME &&
	    g_hash_table_contains(rs->lists, right->text)) {
		report_error(rs->errors, right->place,
			     "%s is a list: write in %s, under %s, or any of before it",
			     right->text, right->text, right->text);
		return false;
	}
	if (is_read(right))
		return check_right_name(rs, rule, test, wanted);
	report_error(rs->errors, right->place, "after %s goes %s",
		     operator_words[test->op], wanted);
	return false;
}

/* within 2 letters of what: a text, a name, or a list that is not long */
static bool check_within(struct ruleset *rs, struct rule *rule, struct test *test)
{
	struct operand *right = &test->right;
	struct list *list = find_list(rs, right);
	size_t n = 0;

	if (right->any_of) {
		report_error(rs->errors, right->place,
			     "within asks for any already: leave any of out");
		return false;
	}
	if (list == NULL)
		return check_membership(rs, rule, test);
	if (list_dns(list, NULL) != NULL)
		return check_dns(rs, rule, test);
	list_entries(list, &n);
	if (right->kind == OPERAND_NAME)
		right->kind = OPERAND_LIST;
	if (n <= LIMIT_RULE_NEIGHBOURS)
		return true;
	report_error(rs->errors, right->place,
		     "%s has %zu entries: within looks at %d at most, one after the "
		     "other",
		     right->text, n, LIMIT_RULE_NEIGHBOURS);
	return false;
}

/* ---- by the type of the left ---- */

static bool check_number_test(struct ruleset *rs, struct rule *rule, struct test *test)
{
	const struct name_row *left = left_row(rs, &test->left), *row;
	struct operand *right = &test->right;

	if (test->op < OP_IS || test->op > OP_AT_LEAST) {
		report_error(rs->errors, test->op_place,
			     "%s is %s: it goes with exists, is, is not, <, <=, > and >=",
			     left->name, name_kind(rs, left));
		return false;
	}
	if (right->kind == OPERAND_NUMBER && !right->any_of)
		return name_number(rs, right, left->unit);
	if (right->kind != OPERAND_NAME || right->any_of) {
		report_error(rs->errors, right->place,
			     "%s is %s: it is compared with a number or a name",
			     left->name, name_kind(rs, left));
		return false;
	}
	if (!find_word(rs, right) && !find_name(rs, right))
		return false;
	row = operand_row(rs, right);
	if (row->type != VALUE_INT || strcmp(row->unit, left->unit) != 0) {
		report_error(rs->errors, right->place, "%s is %s, and %s is %s",
			     row->name, name_kind(rs, row), left->name,
			     name_kind(rs, left));
		return false;
	}
	test->per_rcpt |= row->scope == SCOPE_RCPT;
	if (right->kind == OPERAND_NAME)
		note_name(rs, rule, right->name);
	return true;
}

static bool check_text_test(struct ruleset *rs, struct rule *rule, struct test *test)
{
	const char *left = test->left.text;

	switch (test->op) {
	case OP_HOLDS:
		report_error(rs->errors, test->op_place,
			     "%s is no yes or no: after it goes exists, is, contains, "
			     "mentions, "
			     "starts with, ends with, matches, in or under",
			     left);
		return false;
	case OP_LESS:
	case OP_AT_MOST:
	case OP_MORE:
	case OP_AT_LEAST:
		report_error(rs->errors, test->op_place,
			     "%s is no number: %s does not go with it", left,
			     operator_words[test->op]);
		return false;
	case OP_MATCHES:
		return check_regex(rs, test);
	case OP_IN:
	case OP_UNDER:
		return check_membership(rs, rule, test);
	case OP_WITHIN:
		return check_within(rs, rule, test);
	case OP_IS_NOT:
		if (test->type == VALUE_LIST || test->right.any_of) {
			report_error(
				rs->errors, test->op_place,
				"is not could mean none or not all here: write not %s "
				"is ...",
				left);
			return false;
		}
		return check_text(rs, rule, test);
	case OP_IS:
	case OP_CONTAINS:
	case OP_MENTIONS:
	case OP_STARTS_WITH:
	case OP_ENDS_WITH:
		return check_text(rs, rule, test);
	case OP_EXISTS:
	case OP_IS_UNKNOWN:
	case OP_EACH:
	case OP_COUNT:
		break;
	}
	return true;
}

static bool check_types(struct ruleset *rs, struct rule *rule, struct test *test)
{
	if (test->op == OP_IS_UNKNOWN)
		return true;
	if (test->type == VALUE_BOOL && test->op != OP_HOLDS) {
		report_error(
			rs->errors, test->op_place,
			"%s is a yes or no: write %s or not %s, and nothing after it",
			test->left.text, test->left.text, test->left.text);
		return false;
	}
	if (test->type == VALUE_BOOL || test->op == OP_EXISTS)
		return true;
	if (test->type == VALUE_INT && test->op == OP_HOLDS) {
		report_error(
			rs->errors, test->op_place,
			"%s is a number: after it goes exists, is, is not, <, <=, > or "
			">=",
			test->left.text);
		return false;
	}
	return test->type == VALUE_INT ? check_number_test(rs, rule, test)
				       : check_text_test(rs, rule, test);
}

/* how much work it may be; only the order of the numbers means anything */
static unsigned cost_of(const struct test *test)
{
	unsigned cost = 1;

	if (test->left.kind == OPERAND_HEADER)
		cost += 20;
	if (test->op >= OP_IS && test->type != VALUE_INT)
		cost += 4;
	if (test->op >= OP_CONTAINS && test->op <= OP_ENDS_WITH)
		cost += 10;
	if (test->left.kind == OPERAND_NAME && g_str_has_prefix(test->left.text, "text"))
		cost += 100;
	if (test->near != NULL || test->right.least > 0)
		cost *= 2;
	if (test->op == OP_WITHIN)
		cost += test->right.list == NULL ? 10 : LIMIT_RULE_NEIGHBOURS;
	return test->op == OP_MATCHES ? cost * 8 : cost;
}

void check_test(struct ruleset *rs, struct rule *rule, struct test *test)
{
	GString *text;
	size_t leaf;

	if (test->op != OP_EACH &&
	    (!check_left(rs, rule, test) || !check_types(rs, rule, test) ||
	     !check_can_hold(rs, test)))
		return;
	test->cost = cost_of(test);
	test->leaf = LEAF_NONE;
	if (rs->inside != NULL)
		return;
	text = g_string_new(NULL);
	print_test(text, test);
	leaf = GPOINTER_TO_SIZE(g_hash_table_lookup(rs->leaves, text->str));
	if (leaf == 0) {
		leaf = g_hash_table_size(rs->leaves) + 1;
		g_hash_table_insert(rs->leaves, arena_strdup(rs->arena, text->str),
				    GSIZE_TO_POINTER(leaf));
	}
	test->leaf = leaf - 1;
	g_string_free(text, TRUE);
}
