/* See check_value.h. What a name holds is told by its last word: from.domain, links.hosts,
 * from.address. Only what is certain is refused. */
#include "rule/check_value.h"

#include <string.h>

#include "rule/list.h"

enum holds { HOLDS_ANYTHING, HOLDS_DOMAIN, HOLDS_ADDRESS };

static enum holds holds_of(const struct test *test)
{
	static const struct {
		const char *word;
		enum holds holds;
	} words[] = {
		{ ".domain", HOLDS_DOMAIN },   { ".domains", HOLDS_DOMAIN },
		{ ".org", HOLDS_DOMAIN },      { ".orgs", HOLDS_DOMAIN },
		{ ".hosts", HOLDS_DOMAIN },    { ".host", HOLDS_DOMAIN },
		{ ".address", HOLDS_ADDRESS }, { ".addresses", HOLDS_ADDRESS },
	};

	if (test->left.kind == OPERAND_HEADER || test->left.count)
		return HOLDS_ANYTHING;
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		if (test->left.kind == OPERAND_WORD
			    ? strcmp(test->left.text, words[i].word + 1) == 0
			    : g_str_has_suffix(test->left.text, words[i].word))
			return words[i].holds;
	return HOLDS_ANYTHING;
}

/* what is wrong with a text in the place of a domain; NULL: nothing */
static const char *domain_wrong(const char *text)
{
	if (text[0] == '*')
		return "no pattern is looked for: write the domain alone after under, "
		       "which "
		       "covers the names below it";
	if (strchr(text, '@') != NULL)
		return "a domain has no @: leave it and what stands before it out";
	if (strstr(text, "://") != NULL || strchr(text, '/') != NULL)
		return "a domain is no URL: write the name alone";
	if (strchr(text, ' ') != NULL)
		return "a domain has no blanks";
	return NULL;
}

static const char *address_wrong(const char *text, enum operator op)
{
	if (text[0] == '*')
		return "no pattern is looked for: after under goes the domain alone, and "
		       "covers every address in it";
	if (op == OP_UNDER)
		return strchr(text, '@') == NULL ? NULL
						 : "under looks at the domain of an "
						   "address: leave the @ and "
						   "what stands before it out";
	if (op != OP_IS && op != OP_IS_NOT && op != OP_IN)
		return NULL; /* a part of one */
	if (text[0] == '@')
		return "an address has something before its @: write under and the "
		       "domain "
		       "alone";
	return text[0] != '\0' && strchr(text, '@') == NULL
		       ? "an address has an @: for a domain, write under"
		       : NULL;
}

static const char *wrong_with(const struct test *test, enum holds holds, const char *text)
{
	bool whole = test->op == OP_IS || test->op == OP_IS_NOT || test->op == OP_IN ||
		     test->op == OP_UNDER;

	if (!whole && text[0] == '*')
		return NULL;
	return holds == HOLDS_ADDRESS ? address_wrong(text, test->op)
				      : domain_wrong(text);
}

static bool check_one(struct ruleset *rs, const struct test *test, enum holds holds,
		      const char *text)
{
	const char *wrong = wrong_with(test, holds, text);

	if (wrong == NULL)
		return true;
	report_error(rs->errors, test->right.place, "%s can never be %s: %s",
		     test->left.text, quoted(rs->arena, text), wrong);
	return false;
}

/* a list may serve domains and addresses alike; it is wrong here if no entry can hold */
static bool check_list(struct ruleset *rs, const struct test *test, enum holds holds)
{
	size_t n;
	const struct bytes *entries =
		list_entries((struct list *)(uintptr_t)test->right.list, &n);

	for (size_t i = 0; i < n; i++)
		if (wrong_with(test, holds, entries[i].at) == NULL)
			return true;
	return n == 0 || check_one(rs, test, holds, entries[0].at);
}

/* counts, sizes and days; times may lie in the past */
static bool check_count(struct ruleset *rs, const struct test *test)
{
	const char *unit = left_row(rs, &test->left)->unit;

	if (test->right.kind != OPERAND_NUMBER || strcmp(unit, "s") == 0 ||
	    strcmp(unit, "points") == 0 || test->right.number > 0 ||
	    (test->right.number == 0 && test->op != OP_LESS))
		return true;
	report_error(rs->errors, test->right.place, "%s is never below 0",
		     test->left.text);
	return false;
}

bool check_can_hold(struct ruleset *rs, const struct test *test)
{
	enum holds holds = holds_of(test);
	const struct operand *right = &test->right;

	if (test->op < OP_IS || test->op == OP_MATCHES)
		return true;
	if (test->type == VALUE_INT)
		return check_count(rs, test);
	if (holds == HOLDS_ANYTHING)
		return true;
	if (right->kind == OPERAND_TEXT)
		return check_one(rs, test, holds, right->text);
	if (right->kind == OPERAND_LIST)
		return check_list(rs, test, holds);
	for (size_t i = 0; right->kind == OPERAND_TEXTS && i < right->n_texts; i++)
		if (!check_one(rs, test, holds, right->texts[i]))
			return false;
	return true;
}
