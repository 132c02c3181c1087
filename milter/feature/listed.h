/* Lists in DNS as rules ask for them: which features may be asked about, and what came back. */
#ifndef FEATURE_LISTED_H
#define FEATURE_LISTED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/answer.h"
#include "base/arena.h"
#include "config/options.h"
#include "feature/feature.h"

struct dnslist;
struct dnslists;

/* listed_new - a list that a rule file names
 * in    codes   n of them, as written: "127.0.0.2", "127.0.0.4-127.0.0.7"; none: any code
 * out   *wrong_r   what is wrong, in words
 * own   a; name is kept, all else copied
 * err   NULL, and *wrong_r says why */
const struct dnslist *listed_new(struct arena *a, const char *name, const char *zone,
				 const struct strings *codes, const char **wrong_r);

/* listed_why_not - may lists in DNS be asked about this feature?
 * in    name   of it, as in rules
 * out   NULL: yes; else why not */
const char *listed_why_not(const char *name);

/* listed_answer - does a value of a feature stand in a list?
 * in    name, text   of the feature: its value, or one of a list's
 * err   UNKNOWN: not asked, or not answered; always so of a record */
enum answer listed_answer(const struct features *f, const struct dnslist *list,
			  const char *name, const char *text);

/* listed_ask - start the questions about a feature's values, of each author
 * in    id   listed_why_not() says nothing against it */
void listed_ask(struct dnslists *d, const struct dnslist *list, const struct features *f,
		enum feature_id id);

/* listed_take - lay the answers beside the features, and fill dns_lists.*
 * in    d   waited for; must outlive the features
 * own   a */
void listed_take(struct arena *a, const struct dnslists *d, struct features *f);

#endif
