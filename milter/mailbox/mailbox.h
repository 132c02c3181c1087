/* What is known of one address of the tenant. */
#ifndef MAILBOX_MAILBOX_H
#define MAILBOX_MAILBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/answer.h"
#include "base/arena.h"
#include "store/codec.h"
#include "store/store.h"

enum mailbox_kind {
	MAILBOX_NONE, /* not said */
	MAILBOX_USER,
	MAILBOX_SHARED, /* read by several people */
	MAILBOX_LIST,   /* forwards to its members */
	MAILBOX_SYSTEM, /* read by a program */
	MAILBOX_KIND_COUNT
};

/* The spellings, index by the enum. */
extern const char *const mailbox_kind_names[MAILBOX_KIND_COUNT];

struct mailbox {
	int64_t kind;          /* enum mailbox_kind */
	const char *canonical; /* address_key() form; NULL or itself: this is it */
	const char *policy;    /* name of a policy section; NULL: by address and domain */
	const char *locale;    /* "de_DE"; NULL: not said */
	const char *const *flags; /* words for roll-outs */
	size_t n_flags;
	int64_t baseline_since_s; /* its oldest remembered mail; 0: none */
};

extern const struct codec mailbox_codec;

/* mailbox_decode - the value of a MAILBOX key
 * own   a
 * err   UNKNOWN: damaged or of a newer version */
enum answer mailbox_decode(struct arena *a, struct bytes value,
			   struct mailbox *mailbox_r);

/* mailbox_canonical - the address under which all that a mailbox knows is remembered
 * in    address   of the record
 * out   address itself, if it is nobody's alias */
const char *mailbox_canonical(const struct mailbox *m, const char *address);

/* for a policy, a locale, or as the only flag: nothing, in the place of what is known */
#define MAILBOX_NOTHING "-"

/* mailbox_change - a write that lays these fields over the stored ones: what is 0, NULL or
 *                  empty here stays as it is, baseline_since_s becomes the older one
 * in    address   address_key() form
 * own   what the write points to lives in a */
struct store_write mailbox_change(struct arena *a, const char *tenant,
				  const char *address, const struct mailbox *m);

#endif
