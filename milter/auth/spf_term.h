/* The terms of an SPF record that ask DNS: their questions, counted over the whole check, and
 * whether they match the client. */
#ifndef AUTH_SPF_TERM_H
#define AUTH_SPF_TERM_H

#include <glib.h>
#include <stdbool.h>

#include "auth/lookups.h"
#include "auth/spf_macro.h"

enum spf_ask { SPF_ASK_A, SPF_ASK_MX, SPF_ASK_PTR, SPF_ASK_EXISTS, SPF_ASK_RECORD };

struct spf_term {
	enum spf_ask ask;
	char *spec;   /* a domain-spec; NULL: the domain of the record */
	char *domain; /* of the record */
	int length;   /* of a and mx: prefix length for the client's family */
};

/* spf_term_create - in   spec   for which spf_macro_domain_ok(); no bytes: none
 * own   the caller frees it with spf_term_free() */
struct spf_term *spf_term_create(enum spf_ask ask, const char *domain, struct bytes spec,
				 int length) __attribute__((returns_nonnull));

/* spf_term_free - of one term; a GDestroyNotify
 * in    NULL is none */
void spf_term_free(void *term);

/* one run over the records; it begins anew when a missing answer has come */
struct spf_run {
	struct lookups *lookups;
	const struct spf_who *who;
	unsigned terms, voids;
	bool waits;        /* an answer is on its way */
	bool failed;       /* temperror */
	const char *wrong; /* permerror */
	GPtrArray *names;  /* the client's validated names; NULL: not asked for */
	bool names_void;   /* there is no PTR */
};

/* spf_run_over - is there nothing more to ask? */
bool spf_run_over(const struct spf_run *run);

/* spf_run_clear - free what the run holds */
void spf_run_clear(struct spf_run *run);

/* spf_term_matches - does the client match? asks and counts
 * in    term   not SPF_ASK_RECORD
 * err   false too if the run is over after it
 * ref   RFC 7208 4.6.4, 5.3 to 5.7 */
bool spf_term_matches(struct spf_run *run, const struct spf_term *term);

/* spf_term_texts - the TXT records that an include or redirect leads to; asks and counts
 * out   *name_r   whose they are
 * own   the caller frees *name_r with g_free(); the answer lives as long as run->lookups
 * err   NULL: the run is over, *name_r is NULL */
const struct dns_answer *spf_term_texts(struct spf_run *run, const struct spf_term *term,
					char **name_r);

#endif
