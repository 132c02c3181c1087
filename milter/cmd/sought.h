/* Whether a text speaks of one address: in any spelling, by itself or within something that is made
 * of it, and never of another address that only holds its letters. */
#ifndef CMD_SOUGHT_H
#define CMD_SOUGHT_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/bytes.h"

struct sought {
	const char *address;  /* address_key() form */
	const char *in_json;  /* the same as it stands in JSON */
	const char *returned; /* as bounces are addressed: LOCAL=DOMAIN */
	const char *part;     /* as it stands in keys of the store */
	bool wide; /* it has letters beyond ASCII, so it may be spelled otherwise */
};

/* sought_make - look for an address
 * in    typed   in any spelling
 * own   a
 * err   false: it is no address with a domain */
bool sought_make(struct arena *a, const char *typed, struct sought *s_r);

/* sought_in - does a text, or a line of JSON, speak of it?
 * cost  linear in the text */
bool sought_in(const struct sought *s, struct bytes text);

#endif
