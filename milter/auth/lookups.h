/* The questions of one check, each asked once. A check that needs many answers one after the
 * other does not block: it runs, gets what is there, unwinds at the first answer that is
 * missing, and runs again from the start when that has come. */
#ifndef AUTH_LOOKUPS_H
#define AUTH_LOOKUPS_H

#include <stdbool.h>
#include <stddef.h>

#include "auth/resolver.h"

struct lookups;

/* waiting for several answers under one deadline, and how long it took */
struct dns_wait {
	int64_t deadline_us; /* on clock_mono_us() */
	int64_t waited_us;
	bool timed_out;
};

/* dns_wait_for - an answer, waited for if it is missing
 * out   never NULL; DNS_TEMPFAIL once the deadline has passed
 * err   see w->timed_out */
const struct dns_answer *dns_wait_for(struct dns_wait *w, struct dns_query *q);

/* dns_reverse_name - where the names of an address are asked for
 * in    address   4 or 16 bytes
 * own   the caller frees it with g_free()
 * ref   RFC 1035 3.5, 3596 2.5 */
char *dns_reverse_name(struct bytes address) __attribute__((returns_nonnull));

/* dns_answer_holds - is there a record of exactly these data? */
bool dns_answer_holds(const struct dns_answer *a, struct bytes data);

/* lookups_create - none asked yet
 * in    max   so many questions at most; further ones are answered DNS_TEMPFAIL
 * own   the caller destroys it; r is borrowed */
struct lookups *lookups_create(struct resolver *r, size_t max)
	__attribute__((returns_nonnull));

/* lookups_destroy - release all questions, set *l to NULL
 * in    *l may be NULL */
void lookups_destroy(struct lookups **l);

/* lookups_get - the answer, asked for now if it never was
 * out   NULL: on its way, see lookups_missing(); else valid until lookups_destroy()
 * use   one thread at a time */
const struct dns_answer *lookups_get(struct lookups *l, const char *name,
				     enum dns_type type);

/* lookups_wait - the answer, asked for now if it never was, waited for
 * out   never NULL; DNS_TEMPFAIL once the deadline has passed; valid until lookups_destroy()
 * err   see w->timed_out
 * use   one thread at a time */
const struct dns_answer *lookups_wait(struct lookups *l, struct dns_wait *w,
				      const char *name, enum dns_type type)
	__attribute__((returns_nonnull));

/* lookups_missing - a question among those asked for that has no answer yet
 * out   NULL: none */
struct dns_query *lookups_missing(const struct lookups *l);

/* lookups_give_up - from now on what has not come is answered DNS_TEMPFAIL */
void lookups_give_up(struct lookups *l);

/* lookups_count - how many questions were asked */
size_t lookups_count(const struct lookups *l);

#endif
