#include "config/words.h"

#include <string.h>

const char *const axis_names[AXIS_COUNT] = { "threat", "spam", "graymail" };
const char *const verdict_names[VERDICT_COUNT] = { "wanted", "graymail",   "undecided",
						   "spam",   "suspicious", "malicious" };
const char *const action_names[ACTION_COUNT] = { "pass",       "banner", "junk",
						 "quarantine", "defer",  "reject" };
const char *const mode_names[MODE_COUNT] = { "inherit", "observe", "enforce" };
const char *const enforce_by_names[ENFORCE_BY_COUNT] = { "recipient", "domain" };
const char *const junk_by_names[JUNK_BY_COUNT] = { "header", "extension" };
const char *const milter_engine_names[MILTER_ENGINE_COUNT] = { "libmilter", "wonted" };
const char *const digest_every_names[DIGEST_COUNT] = { "off", "daily", "hourly" };
const char *const banner_fallback_names[FALLBACK_COUNT] = { "none", "subject", "junk" };
const char *const headers_names[HEADERS_COUNT] = { "verdict", "full" };
const char *const language_names[LANGUAGE_COUNT] = { "en", "de", "es", "fr",
						     "it", "nl", "pl", "pt" };

int word_find(const char *const *names, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], word) == 0)
			return (int)i;
	return -1;
}
