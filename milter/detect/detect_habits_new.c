/* A known sender in whose message at least two things are as they never were. People change
 * their program or write from elsewhere; seldom both at once, with a link to a new place. */
#include "detect/evidence.h"

#include <glib.h>

#include "base/compiler.h"

#define ENOUGH 2

static const struct {
	enum fact_id fact;
	const char *what;
} habits[] = {
	{ FACT_SENDER_NEW_REPLY_TO, "where answers go" },
	{ FACT_SENDER_NEW_LINK, "where links lead" },
	{ FACT_SENDER_NEW_MAILER, "the mail program" },
	{ FACT_SENDER_NEW_NETWORK, "the network" },
	{ FACT_SENDER_NEW_DKIM, "the signature" },
	{ FACT_SENDER_NEW_HOUR, "the hour" },
};

enum answer detect_habits_new(const struct evidence *e, const char **words_r)
{
	enum answer known = fact_answer(e, FACT_SENDER_KNOWN);
	const char *all = NULL;
	size_t n = 0, unsure = 0;

	for (size_t i = 0; i < COUNT_OF(habits); i++) {
		enum answer a = fact_answer(e, habits[i].fact);

		unsure += a == ANSWER_UNKNOWN;
		if (a != ANSWER_YES)
			continue;
		n++;
		all = all == NULL ? habits[i].what
				  : arena_printf(e->arena, "%s, %s", all, habits[i].what);
	}
	if (known == ANSWER_NO || n + unsure < ENOUGH)
		return ANSWER_NO;
	if (known == ANSWER_UNKNOWN || n < ENOUGH)
		return ANSWER_UNKNOWN;
	return say(e, words_r, "new of %s: %s",
		   shown(e, feature_text(e, FEATURE_FROM_ADDRESS)), all);
}
