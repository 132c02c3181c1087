/* Features: message + session + authentication -> named, typed values. No store is asked. */
#ifndef FEATURE_FEATURE_H
#define FEATURE_FEATURE_H

#include <stddef.h>

#include "base/arena.h"
#include "base/value.h"
#include "message/envelope.h"
#include "message/message.h"
#include "text/score.h"

struct auth_results;
struct dnslists;

enum feature_flag {
	FEATURE_PII = 1 << 0,
	FEATURE_HEAVY = 1 << 1,
	FEATURE_AUTH = 1 << 2, /* from SPF, DKIM, DMARC or iprev: DNS was asked for it */
};

enum feature_id {
#define FEATURE(id, name, type, unit, flags, since, doc) FEATURE_##id,
#include "feature/features.def"
#undef FEATURE
	FEATURE_COUNT
};

/* the names, in the order of enum feature_id */
extern const struct name_table feature_names;

/* all of one message; in a replay, values come from the journal and message is NULL */
struct features {
	struct value at[FEATURE_COUNT];
	const struct message *message;
	const struct envelope *envelope;
	const struct dnslists
		*dns_lists; /* what lists in DNS said; NULL: none was asked */
	/* with plain letters in disguised words (message/disguise.h); NULL: there are none */
	const char *plain_subject, *plain_text;
	/* of several authors: the same message as if each were the only one, the first too; who
	 * has looked at all goes on with the one that is to be warned of */
	struct features *authors;
	size_t n_authors; /* 0: there is one, or none; at most LIMIT_AUTHORS */
};

/* features_take - fill all of them
 * in    auth   NULL: nothing was checked (internal mail); its features are unknown
 * own   values live in a or in m
 * err   what is not there is absent, what could not be found out is unknown */
void features_take(struct arena *a, const struct message *m, const struct envelope *e,
		   const struct auth_results *auth, struct features *f_r);

/* features_ask_models - fill what the text model says; unknown until then
 * in    models   neither: it stays unknown
 *       f        of features_take()
 * own   a
 * cost  of a full message with both models some 200 us, half of it for the pieces */
void features_ask_models(struct arena *a, const struct text_models *models,
			 struct features *f);

/* feature_plain - a text feature with plain letters in disguised words
 * out   NULL: there are none
 * own   a, or as the features
 * cost  none of subject and text, which were looked through when they were taken */
const char *feature_plain(struct arena *a, const struct features *f, enum feature_id id);

/* feature_mailer - a mailer's name as FEATURE_MAILER has it: without its version
 * in    mailer   of struct message; NULL is allowed
 * own   a
 * err   absent if there is none */
struct value feature_mailer(struct arena *a, const char *mailer);

/* feature_flags - the flags column of a feature */
unsigned feature_flags(enum feature_id id);

/* feature_header - text of the nth header of a name, decoded
 * out   absent if it is not there; unknown when there is no message (replay)
 * own   a */
struct value feature_header(struct arena *a, const struct features *f, const char *name,
			    size_t nth);

#endif
