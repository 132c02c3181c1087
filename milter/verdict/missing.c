/* What was missing, in words: names for the journal, sentences for people. */
#include <glib.h>

#include "verdict/verdict.h"

const char *const missing_names[MISSING_COUNT] = { "store",   "resolver", "time",
						   "pattern", "sessions", "sender_dns",
						   "memory" };

static const char *const sentences[MISSING_COUNT] = {
	"the store did not answer",
	"the DNS resolver answers nobody",
	"out of time",
	"a pattern of a rule ran over its limits",
	"not filtered: too many sessions",
	"DNS of the sender did not answer in time",
	"no memory to read all of it",
};

unsigned missing_bit(const char *name)
{
	int bit = name == NULL ? -1 : word_find(missing_names, MISSING_COUNT, name);

	return bit < 0 ? 0 : 1u << bit;
}

const char *missing_words(struct arena *a, unsigned missing)
{
	GString *all = g_string_new(NULL);
	const char *kept = NULL;

	for (int i = 0; i < MISSING_COUNT; i++)
		if ((missing & 1u << i) != 0)
			g_string_append_printf(all, "%s%s", all->len > 0 ? "; " : "",
					       sentences[i]);
	if (all->len > 0)
		kept = arena_strndup(a, all->str, all->len);
	g_string_free(all, TRUE);
	return kept;
}
