/* Inside of the feature module: where features come from, and who takes which. */
#ifndef FEATURE_EXTRACT_H
#define FEATURE_EXTRACT_H

#include <stddef.h>

#include "feature/feature.h"
#include "message/disguise.h"

struct source {
	struct arena *arena;
	const struct message *message;
	const struct envelope *envelope;
	const struct auth_results *auth; /* NULL: nothing was checked */
	struct disguise subject, text;   /* what was disguised in them */
};

/* sets its own features in at[FEATURE_COUNT], and no other's */
typedef void extractor(const struct source *s, struct value *at);

extractor features_from_envelope, features_from_headers, features_from_body,
	features_from_auth;

/* all of them, in the order in which they are asked */
#define EXTRACTORS                                                                 \
	{                                                                          \
		features_from_envelope, features_from_headers, features_from_body, \
			features_from_auth                                         \
	}

/* features_of_author - what From and Reply-To say, of the nth author
 * in    nth   0: also where there is none */
void features_of_author(const struct source *s, size_t nth, struct value *at);

/* is_author_org - is an organisational domain that of an author?
 * in    NULL is none */
bool is_author_org(const struct message *m, const char *org);

/* text_value - foreign text as a value: valid UTF-8, absent when NULL
 * own   a
 * err   bad bytes become U+FFFD */
struct value text_value(struct arena *a, const char *text);

/* A list of texts that grows, each once, up to a bound. */
struct collected;

/* collect_new - begin a list
 * in    most   items beyond are not taken
 * own   a */
struct collected *collect_new(struct arena *a, size_t most);

/* collect_add - take a text, unless it is NULL, empty, or there already
 * own   the text is copied where it is not valid UTF-8, else kept */
void collect_add(struct collected *c, const char *text);

/* collect_value - the list as a value */
struct value collect_value(const struct collected *c);

/* page_acts_value - what an attached page does, in words
 * in    acts   enum page_act bits */
struct value page_acts_value(struct arena *a, unsigned acts);

/* collect_decoded - kinds of files within a file, and hosts that it leads to
 * in    d   NULL: nobody looked */
void collect_decoded(struct arena *a, const struct decoded *d, struct collected *kinds,
		     struct collected *hosts);

#endif
