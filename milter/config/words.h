/* The words for what is decided and done. The same spelling stands in wonted.conf, in
 * headers, in the log, the journal and on every page; the order of verdicts and actions is
 * from mild to strict, so that they can be compared. */
#ifndef CONFIG_WORDS_H
#define CONFIG_WORDS_H

#include <stdbool.h>
#include <stddef.h>

enum axis { AXIS_THREAT, AXIS_SPAM, AXIS_GRAYMAIL, AXIS_COUNT };

enum verdict {
	VERDICT_WANTED,
	VERDICT_GRAYMAIL,
	VERDICT_UNDECIDED, /* no points, and facts were missing through our side */
	VERDICT_SPAM,
	VERDICT_SUSPICIOUS,
	VERDICT_MALICIOUS,
	VERDICT_COUNT
};

enum action {
	ACTION_PASS,
	ACTION_BANNER,
	ACTION_JUNK,
	ACTION_QUARANTINE,
	ACTION_DEFER,
	ACTION_REJECT,
	ACTION_COUNT
};

enum mode { MODE_INHERIT, MODE_OBSERVE, MODE_ENFORCE, MODE_COUNT };

/* by what the share of enforce_percent is cut */
enum enforce_by { ENFORCE_BY_RECIPIENT, ENFORCE_BY_DOMAIN, ENFORCE_BY_COUNT };

/* how junk is told to the mail store */
enum junk_by { JUNK_BY_HEADER, JUNK_BY_EXTENSION, JUNK_BY_COUNT };

/* what speaks the milter protocol: session/engine.h */
enum milter_engine { MILTER_ENGINE_LIBMILTER, MILTER_ENGINE_WONTED, MILTER_ENGINE_COUNT };

/* what is done where a reader may not see the banner */
enum banner_fallback { FALLBACK_NONE, FALLBACK_SUBJECT, FALLBACK_JUNK, FALLBACK_COUNT };

/* how often a mailbox is told what is held for it */
enum digest_every { DIGEST_OFF, DIGEST_DAILY, DIGEST_HOURLY, DIGEST_COUNT };

/* how much our headers tell */
enum headers { HEADERS_VERDICT, HEADERS_FULL, HEADERS_COUNT };

/* of the words that mail users read, ISO 639-1 */
enum language {
	LANGUAGE_EN,
	LANGUAGE_DE,
	LANGUAGE_ES,
	LANGUAGE_FR,
	LANGUAGE_IT,
	LANGUAGE_NL,
	LANGUAGE_PL,
	LANGUAGE_PT,
	LANGUAGE_COUNT
};

/* The spellings, index by the enum. */
extern const char *const axis_names[AXIS_COUNT];
extern const char *const verdict_names[VERDICT_COUNT];
extern const char *const action_names[ACTION_COUNT];
extern const char *const mode_names[MODE_COUNT];
extern const char *const enforce_by_names[ENFORCE_BY_COUNT];
extern const char *const junk_by_names[JUNK_BY_COUNT];
extern const char *const milter_engine_names[MILTER_ENGINE_COUNT];
extern const char *const banner_fallback_names[FALLBACK_COUNT];
extern const char *const digest_every_names[DIGEST_COUNT];
extern const char *const headers_names[HEADERS_COUNT];
extern const char *const language_names[LANGUAGE_COUNT];

/* word_find - the number of a word in one of the tables above
 * in    names[n]
 * err   -1: not there */
int word_find(const char *const *names, size_t n, const char *word);

#endif
