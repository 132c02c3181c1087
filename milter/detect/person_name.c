/* The name of one of ours, from an address that is not theirs. Cleared by: an address of the
 * person; a private one that their own mailbox has answered, if it proves to be that; mail of ours; a person who writes to themself from home; a namesake who has earned the
 * recipient's trust, under this very name, and who proves to be that; a mailing list or a
 * service that has earned the tenant's trust and that proves itself ("Jane Roe via Sharing"); a
 * mailbox that a program reads, whom no name deceives. An address of the person is not proven here: rules say what a forged one is.
 */
#include "detect/person_name.h"

#include <string.h>

#include "base/compiler.h"
#include "message/unicode.h"

static enum answer is_theirs(const struct evidence *e)
{
	const struct value *addresses = &e->facts->at[FACT_PERSON_ADDRESSES];

	if (value_has_item(addresses, feature_text(e, FEATURE_FROM_ADDRESS)) ||
	    value_has_item(addresses, fact_text(e, FACT_RCPT_ADDRESS)))
		return ANSWER_YES;
	return addresses->known == ANSWER_UNKNOWN ? ANSWER_UNKNOWN : ANSWER_NO;
}

static enum answer is_ours(const struct evidence *e)
{
	return answer_or(feature_answer(e, FEATURE_INTERNAL),
			 answer_and(fact_answer(e, FACT_TENANT_OWNS_FROM),
				    feature_answer(e, FEATURE_AUTH_ALIGNED)));
}

/* "Jane Roe via Sharing", "Jane Roe (Calendar)": the words that cut a name short in
 * person/words.c, and brackets */
static bool says_for_whom(const struct evidence *e, const char *name)
{
	static const char *const words[] = { " via ", " on behalf of ",
					     " im auftrag von ", " through ", "(" };
	const char *folded = unicode_fold(e->arena, name);

	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (strstr(folded, words[i]) != NULL)
			return true;
	return false;
}

/* a service that writes in somebody's name, and says so in the display name */
static enum answer is_known_service(const struct evidence *e)
{
	const char *name = feature_text(e, FEATURE_FROM_NAME);

	if (name == NULL || !says_for_whom(e, name))
		return ANSWER_NO;
	return answer_and(feature_answer(e, FEATURE_AUTH_ALIGNED),
			  fact_answer(e, FACT_DOMAIN_TRUSTED));
}

/* what is not known to be read by a program is read by a person */
static enum answer is_read_by_program(const struct evidence *e)
{
	const char *kind = fact_text(e, FACT_RCPT_KIND);

	return kind != NULL && strcmp(kind, "system") == 0 ? ANSWER_YES : ANSWER_NO;
}

static enum answer is_cleared(const struct evidence *e)
{
	enum answer a = answer_or(is_theirs(e), is_ours(e));

	a = answer_or(a, answer_and(proven(e, FACT_PAIR_TRUSTED),
				    fact_answer(e, FACT_DISPLAY_TRUSTED)));
	a = answer_or(a, proven(e, FACT_PERSON_PRIVATE));
	a = answer_or(a, is_known_service(e));
	a = answer_or(a, is_read_by_program(e));
	return answer_or(a, fact_answer(e, FACT_LIST_TRUSTED));
}

/* "J. Roe" is taken for a VIP of that name, whom many know; of everybody else there are too many
 * with the same initials. "Andrew Hescock" is not taken for Andrew H. Lewis. */
static bool is_another_by_initials(const struct evidence *e)
{
	const char *how = fact_text(e, FACT_PERSON_HOW);

	if (how == NULL || strcmp(how, "initials") != 0) /* as facts.def says */
		return how != NULL && strcmp(how, "initial written out") == 0;
	return fact_answer(e, FACT_PERSON_VIP) != ANSWER_YES;
}

enum answer name_from_outside(const struct evidence *e, bool exact)
{
	enum answer same = fact_answer(e, FACT_PERSON_EXACT);

	if (!exact && is_another_by_initials(e))
		return ANSWER_NO;
	enum answer a = answer_and(fact_answer(e, FACT_PERSON_MATCHED),
				   exact ? same : answer_not(same));

	return a == ANSWER_NO ? a : answer_and(a, answer_not(is_cleared(e)));
}

const char *person_shown(const struct evidence *e)
{
	const char *title = fact_text(e, FACT_PERSON_TITLE);
	const char *name = shown(e, fact_text(e, FACT_PERSON_NAME));

	return title == NULL ? name
			     : arena_printf(e->arena, "%s (%s)", name, shown(e, title));
}
