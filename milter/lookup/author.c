/* A message with several authors is judged by the one of whom a reader is to be warned most:
 * readers are shown the one or the other, and trust in one of them is none in the other. What
 * a rule gives for it is the rule's affair; here is only said who comes first. */
#include "lookup/author.h"

#include <string.h>

#include "base/compiler.h"
#include "message/address.h"
#include "message/domain.h"

/* the heavier ones outweigh all lighter ones together */
enum weight {
	WEIGHT_UNTRUSTED = 1,  /* has not earned the recipient's trust */
	WEIGHT_STRANGER = 2,   /* the recipient does not know them */
	WEIGHT_LISTED = 4,     /* their domain stands in a list in DNS that rules ask */
	WEIGHT_ADDRESS = 8,    /* the name shows another address */
	WEIGHT_PERSON = 16,    /* the name of one of our people, not their address */
	WEIGHT_LOOKALIKE = 32, /* of a domain of ours, or a partner's */
	WEIGHT_OWN = 64,       /* claims to be one of us */
	WEIGHT_VIP = 128,      /* the name of one whose name is worth stealing */
};

static bool has_item(const struct value *list, const char *text)
{
	for (size_t i = 0; list->known == ANSWER_YES && i < list->n_items; i++)
		if (text != NULL && strcmp(list->items[i], text) == 0)
			return true;
	return false;
}

/* found is told as "list: bad.example" */
static bool is_listed(const struct value *found, const char *org)
{
	for (size_t i = 0; found->known == ANSWER_YES && i < found->n_items; i++) {
		const char *what = strstr(found->items[i], ": ");

		if (org != NULL && what != NULL && strcmp(what + 2, org) == 0)
			return true;
	}
	return false;
}

static bool is_yes(const struct value *v)
{
	return value_answer(v) == ANSWER_YES;
}

static int of_rcpt(const struct features *f, const struct value *at)
{
	const char *from = f->at[FEATURE_FROM_ADDRESS].text;
	int warning = 0;

	if (is_yes(&at[FACT_PERSON_MATCHED]) &&
	    !has_item(&at[FACT_PERSON_ADDRESSES], from))
		warning += is_yes(&at[FACT_PERSON_VIP]) ? WEIGHT_VIP : WEIGHT_PERSON;
	if (is_yes(&at[FACT_TENANT_OWNS_FROM]))
		warning += WEIGHT_OWN;
	if (at[FACT_TENANT_LOOKALIKE].text != NULL)
		warning += WEIGHT_LOOKALIKE;
	if (value_answer(&at[FACT_PAIR_KNOWN]) == ANSWER_NO)
		warning += WEIGHT_STRANGER;
	if (value_answer(&at[FACT_PAIR_TRUSTED]) == ANSWER_NO)
		warning += WEIGHT_UNTRUSTED;
	return warning;
}

int author_warning(const struct features *f, const struct rcpt_facts *rcpts, size_t n)
{
	const char *inside = f->at[FEATURE_FROM_NAME_ADDRESS].text;
	const char *domain = inside == NULL ? NULL : address_domain(inside);
	const char *org = f->at[FEATURE_FROM_ORG].text;
	int worst = 0;

	for (size_t i = 0; i < n; i++) {
		int warning = of_rcpt(f, rcpts[i].at);

		worst = warning > worst ? warning : worst;
	}
	if (domain != NULL && (org == NULL || !domain_has_org(domain, org)))
		worst += WEIGHT_ADDRESS;
	if (is_listed(&f->at[FEATURE_DNS_LISTS_FOUND], org))
		worst += WEIGHT_LISTED;
	return worst;
}
