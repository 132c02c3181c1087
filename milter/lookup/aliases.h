/* Which mailbox an alias leads to, as far as answers have told. A message asks for the
 * mailbox of each recipient and, in the same batch, for what that mailbox knows; so it must
 * know before it asks. What stands here is a guess that each batch checks: it can be old,
 * and it may be missing. */
#ifndef LOOKUP_ALIASES_H
#define LOOKUP_ALIASES_H

#include <stddef.h>

#include "base/arena.h"
#include "base/compiler.h"

struct aliases;

/* aliases_create - nothing known yet
 * in    most   kept; what was not asked for longest goes first
 * own   one reference for the caller: aliases_unref() */
struct aliases *aliases_create(size_t most) MUST_CHECK;

/* aliases_ref - one more owner
 * out   al
 * use   any thread */
struct aliases *aliases_ref(struct aliases *al);

/* aliases_unref - one owner less; the last one forgets all
 * in    NULL is allowed
 * use   any thread */
void aliases_unref(struct aliases *al);

/* aliases_find - the mailbox that an address led to when somebody last heard of it
 * in    address   address_key() form
 * out   NULL: it is none of another mailbox's, or not known to be
 * own   a
 * use   any thread */
const char *aliases_find(struct aliases *al, struct arena *a, const char *tenant,
			 const char *address);

/* aliases_learn - where an address leads to now
 * in    canonical   NULL: nowhere else; forget it
 * use   any thread */
void aliases_learn(struct aliases *al, const char *tenant, const char *address,
		   const char *canonical);

/* aliases_count - how many are known
 * use   any thread */
size_t aliases_count(struct aliases *al);

#endif
