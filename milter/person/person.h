/* Persons of the tenant, and who may be meant by a display name. */
#ifndef PERSON_PERSON_H
#define PERSON_PERSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/answer.h"
#include "base/arena.h"
#include "base/limits.h"
#include "person/name.h"
#include "store/codec.h"
#include "store/keys.h"
#include "store/store.h"

struct person {
	const char *id;           /* stable: the first address at the first import */
	const char *const *names; /* [0] is the usual one */
	size_t n_names;
	const char *const *addresses; /* address_key() form, [0] is the usual one */
	size_t n_addresses;
	const char *title; /* NULL: not said */
	bool vip;
	bool gone;       /* only in a change: remove this id */
	int64_t since_s; /* first import */
	int64_t keyed;   /* NAME_KEYS_VERSION of the keys it stands under */
};

/* the value of a NAME key: VIPs first; titles of VIPs only */
struct people {
	const struct person *at;
	size_t n;
	bool more; /* there were more than LIMIT_CANDIDATES */
};

extern const struct codec person_codec, people_codec;

/* person_decode - the value of a PERSON key
 * own   a
 * err   UNKNOWN: damaged or of a newer version */
enum answer person_decode(struct arena *a, struct bytes value, struct person *person_r);

/* people_decode - the value of a NAME key
 * own   a
 * err   UNKNOWN: damaged or of a newer version */
enum answer people_decode(struct arena *a, struct bytes value, struct people *people_r);

/* person_has_address - is this one of the person's addresses?
 * in    key   address_key() form */
bool person_has_address(const struct person *p, const char *key);

/* person_change - writes that make a store know a person under an address or a name
 * in    family    PERSON: part1 is an address; NAME: part1 is a name key, and persons are
 *                 laid over what stands under it with the same ids (gone: taken away)
 *       value     person_value() with PERSON, people_value() with NAME; shared by many writes
 * own   the key lives in a */
struct store_write person_change(struct arena *a, enum family family, const char *tenant,
				 const char *part1, struct bytes value);

/* person_value - the value of PERSON keys
 * own   a */
struct bytes person_value(struct arena *a, const struct person *p);

/* people_value - the change that adds (or, those gone, takes away) persons under a NAME key
 * in    list[n]   of more than LIMIT_CANDIDATES, VIPs first are taken
 * own   a */
struct bytes people_value(struct arena *a, const struct person *const *list, size_t n);

/* judged.how of a display name that is a VIP's title and no name */
#define PERSON_HOW_TITLE "title"

/* A person whose name a display name is, or could be taken for. */
struct person_match {
	const struct person *person;
	const char *name; /* the one of the person's names that is nearest */
	struct name_judgement judged;
};

/* people_match - judge all candidates that the name keys of a display name brought
 * in    display   as in the header, decoded
 *       found[n]  the decoded answers; what was absent is left out
 * out   *match_r  best first: exact before fuzzy, VIPs before others, small distance first;
 *                 namesakes all stand in it; each person once; at most LIMIT_CANDIDATES
 * own   a
 * err   0 when nobody is meant */
size_t people_match(struct arena *a, const char *display, const struct people *found,
		    size_t n, const struct person_match **match_r);

#endif
