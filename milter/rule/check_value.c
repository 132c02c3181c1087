/* See check_value.h. What a name holds is told by its last word: from.domain, links.hosts,
 * from.address. Only what is certain is refused. */
#include "rule/check_value.h"

#include <string.h>

#include "message/domain.h"
#include "rule/fold.h"
#include "rule/list.h"

enum holds {
	HOLDS_ANYTHING,
	HOLDS_DOMAIN,
	HOLDS_ORG,
	HOLDS_ADDRESS,
	HOLDS_HOST_ADDRESS, /* of a host: 192.0.2.1 */
	HOLDS_ID,           /* what stands in angle brackets */
	HOLDS_WORD,         /* one of few */
};

/* the names whose values are words of ours */
static const struct closed_words {
	const char *name;
	const char *const words[12];
} closed[] = {
	{ "spf.result",
	  { "none", "neutral", "pass", "fail", "softfail", "temperror", "permerror" } },
	{ "dkim.result",
	  { "none", "pass", "fail", "policy", "neutral", "temperror", "permerror" } },
	{ "dmarc.result", { "none", "pass", "fail", "temperror", "permerror" } },
	{ "dmarc.policy", { "none", "quarantine", "reject" } },
	{ "arc.result", { "none", "pass", "fail", "policy", "temperror" } },
	{ "iprev.result", { "pass", "fail", "temperror", "permerror" } },
	{ "rcpt.kind", { "user", "shared", "list", "system" } },
	{ "preference.kind", { "wanted", "junk", "graymail" } },
	{ "html.fields", { "text", "password", "file" } },
	{ "attachments.pages",
	  { "script", "leads on", "form", "password", "builds a file" } },
	{ "message.truncated",
	  { "size", "headers", "parts", "depth", "links", "text", "addresses",
	    "archive" } },
};

static const struct closed_words *closed_of(const struct test *test)
{
	for (size_t i = 0; i < G_N_ELEMENTS(closed); i++)
		if (test->left.kind == OPERAND_NAME &&
		    strcmp(closed[i].name, test->left.text) == 0)
			return &closed[i];
	return NULL;
}

static enum holds holds_of(const struct test *test)
{
	static const struct {
		const char *word;
		enum holds holds;
	} words[] = {
		{ ".domain", HOLDS_DOMAIN },   { ".domains", HOLDS_DOMAIN },
		{ ".org", HOLDS_ORG },         { ".orgs", HOLDS_ORG },
		{ ".hosts", HOLDS_DOMAIN },    { ".host", HOLDS_DOMAIN },
		{ ".address", HOLDS_ADDRESS }, { ".addresses", HOLDS_ADDRESS },
	};

	if (test->left.kind == OPERAND_HEADER || test->left.count)
		return HOLDS_ANYTHING;
	if (closed_of(test) != NULL)
		return HOLDS_WORD;
	if (strcmp(test->left.text, "client.addr") == 0)
		return HOLDS_HOST_ADDRESS;
	if (strcmp(test->left.text, "message_id") == 0 ||
	    strcmp(test->left.text, "list.id") == 0)
		return HOLDS_ID;
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

/* a domain that somebody registered, and nothing below it */
static const char *org_wrong(struct ruleset *rs, const char *text, enum operator op)
{
	const char *wrong = domain_wrong(text);

	if (wrong != NULL || strchr(text, '.') == NULL || strchr(text, ':') != NULL ||
	    g_hostname_is_ip_address(text) || op == OP_CONTAINS || op == OP_MENTIONS ||
	    op == OP_STARTS_WITH || op == OP_ENDS_WITH)
		return wrong;
	return strcmp(domain_org(text), text) == 0
		       ? NULL
		       : arena_printf(rs->arena,
				      "it lies below %s, and an organisational domain "
				      "below none: write that, or ask for the domain "
				      "or host",
				      domain_org(text));
}

static const char *host_address_wrong(const char *text, bool whole)
{
	if (strchr(text, '/') != NULL)
		return "no networks are looked for: write starts with \"192.0.2.\", or "
		       "client.network is";
	return !whole || g_hostname_is_ip_address(text)
		       ? NULL
		       : "it is the address of a host, as 192.0.2.1: for a name, write "
			 "client.name";
}

static const char *word_wrong(struct ruleset *rs, const struct test *test,
			      const char *text)
{
	const struct closed_words *all = closed_of(test);
	struct bytes word = fold(rs->arena, bytes_of(text));
	char *list;
	const char *wrong;

	for (size_t i = 0; all->words[i] != NULL; i++)
		if (strcmp(all->words[i], word.at) == 0)
			return NULL;
	list = g_strjoinv(", ", (char **)(uintptr_t)all->words);
	wrong = arena_printf(rs->arena, "it is one of %s", list);
	g_free(list);
	return wrong;
}

static const char *wrong_with(struct ruleset *rs, const struct test *test,
			      enum holds holds, const char *text)
{
	bool whole = test->op == OP_IS || test->op == OP_IS_NOT || test->op == OP_IN ||
		     test->op == OP_UNDER;

	if (holds == HOLDS_WORD)
		return whole ? word_wrong(rs, test, text) : NULL;
	if (holds == HOLDS_ID)
		return text[0] == '<' || g_str_has_suffix(text, ">")
			       ? "it stands here without its angle brackets"
			       : NULL;
	if (holds == HOLDS_HOST_ADDRESS)
		return host_address_wrong(text, whole && test->op != OP_UNDER);

	if (!whole && text[0] == '*')
		return NULL;
	if (holds == HOLDS_ORG)
		return org_wrong(rs, text, test->op);
	return holds == HOLDS_ADDRESS ? address_wrong(text, test->op)
				      : domain_wrong(text);
}

static bool check_one(struct ruleset *rs, const struct test *test, enum holds holds,
		      const char *text)
{
	const char *wrong = wrong_with(rs, test, holds, text);

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
		if (wrong_with(rs, test, holds, entries[i].at) == NULL)
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
