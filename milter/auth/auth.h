/* Who really sent it: SPF, DKIM, DMARC and iprev of one message. What takes time is only
 * started early (auth_begin at MAIL, auth_headers at end of headers) and waited for late
 * (auth_finish at end of message), under one deadline. Mail of our own is not given here. */
#ifndef AUTH_AUTH_H
#define AUTH_AUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "auth/resolver.h"
#include "base/answer.h"
#include "base/arena.h"
#include "base/compiler.h"
#include "config/options.h"
#include "message/envelope.h"
#include "message/message.h"

/* The words of RFC 8601 2.7, for all methods; each uses its own subset. */
enum auth_result {
	AUTH_NONE, /* nothing was published, or there was nothing to check */
	AUTH_PASS,
	AUTH_FAIL,
	AUTH_SOFTFAIL,  /* spf */
	AUTH_NEUTRAL,   /* spf; dkim: cannot be judged (broken syntax, a key in test) */
	AUTH_POLICY,    /* dkim: it verifies, but is not worth trust: see why */
	AUTH_TEMPERROR, /* DNS did not answer; dkim: the message was not read whole */
	AUTH_PERMERROR, /* what was published is wrong */
	AUTH_RESULT_COUNT
};

enum spf_scope { SPF_MAILFROM, SPF_HELO };
enum dmarc_policy { DMARC_NONE, DMARC_QUARANTINE, DMARC_REJECT };
enum auth_source { AUTH_OWN, AUTH_TRUSTED };

/* Spellings, index by the enum. */
extern const char *const auth_result_names[AUTH_RESULT_COUNT];
extern const char *const dmarc_policy_names[DMARC_REJECT + 1];

struct auth_spf {
	enum auth_result result;
	enum spf_scope scope;
	const char *domain; /* that was checked, as domain_key(); NULL: none to check */
	const char *why;    /* of permerror and temperror, own words; else NULL */
	unsigned queries;   /* DNS questions it took */
};

struct auth_dkim {
	enum auth_result result;
	const char *domain;   /* d=, as domain_key(); NULL if unusable */
	const char *selector; /* s=; NULL if unusable */
	const char *auid;     /* i=, or NULL */
	const char *
		algorithm; /* "rsa-sha256", "ed25519-sha256", "rsa-sha1"; NULL if unusable */
	const char *header_b;    /* first 8 characters of b=, RFC 6008 */
	const char *why;         /* of all but pass, own words; NULL */
	int64_t signed_s;        /* t=, 0 if not said */
	int64_t expires_s;       /* x=, 0 if not said */
	unsigned key_bits;       /* 0: no key was read */
	bool testing;            /* the key says t=y */
	bool body_partly_signed; /* l= leaves a part of the body unsigned */
	bool aligned; /* organisational domain of From and d= are the same, as for DMARC */
	const char *const *headers; /* h=, as written, n_headers of them */
	size_t n_headers;
	const char *const
		*covered; /* names of fields all of whose copies it signs, lower case */
	size_t n_covered;
};

struct auth_dmarc {
	enum auth_result result;
	const char *domain; /* From's, as domain_key(); NULL: no single usable one */
	const char
		*org; /* its organisational domain, by the walk up the tree; by the public
			    suffix list where there is no record */
	const char *record_domain; /* whose record it is; NULL: there is none */
	enum dmarc_policy
		policy; /* what the record asks for this domain (p, sp, np), a step
				      milder if it says t=y */
	enum dmarc_policy applied; /* what holds for this message: none unless it fails */
	enum answer aligned_spf;   /* passes in alignment; UNKNOWN: temperror */
	enum answer aligned_dkim;
	const char *why; /* of permerror and temperror, own words; NULL */
};

struct auth_iprev {
	enum auth_result result; /* pass, fail, temperror, permerror */
	const char *name;        /* confirmed name of the client, NULL unless pass */
};

/* what a chain of ARC says; of results of a trusted upstream: nothing */
struct auth_arc {
	enum auth_result
		result; /* none, pass, fail, temperror; policy: l= leaves a part unsigned */
	const char *sealer; /* d= of the newest seal, as domain_key(); NULL: unusable */
	const char *why;    /* of all but none and pass, own words; NULL */
	unsigned n_sets;
	bool trusted; /* it passes, and its newest sealer is one of trusted_arc_sealers */
	bool saw_dmarc_pass; /* one of them, with only such sealers behind it, wrote that
				DMARC of From's domain had passed there */
};

struct auth_results {
	enum auth_source source;
	const char *authserv_id; /* AUTH_TRUSTED: whose results these are; else NULL */
	struct auth_spf spf;
	const struct auth_dkim *dkim;
	size_t n_dkim;
	bool dkim_truncated; /* more than LIMIT_DKIM_SIGNATURES; the others were not looked at */
	struct auth_dmarc dmarc;
	struct auth_iprev iprev;
	struct auth_arc arc;
	const char *client_addr; /* of the envelope, for policy.iprev */
	bool timed_out;          /* the deadline came before some answer */
	bool resolver_silent; /* something was not answered, and nobody is: our resolver's
				    failure and not the sender's */
	int64_t waited_us;    /* how long auth_finish() only waited */
};

struct auth_engine;
struct auth_check;

/* auth_engine_create - what all checks share: cache of decoded keys, threads
 * in    r   borrowed; closed by the caller after auth_engine_destroy()
 *       o   borrowed for the engine's life
 * own   the caller destroys it, when no check is left
 * err   aborts if a thread or library cannot be had */
struct auth_engine *auth_engine_create(const struct options *o,
				       struct resolver *r) MUST_CHECK;

/* auth_engine_destroy - stop its threads, set *en to NULL
 * in    *en may be NULL */
void auth_engine_destroy(struct auth_engine **en);

/* auth_begin - start SPF and iprev; never blocks
 * in    env   read now, not kept
 * own   the caller releases the check
 * use   any thread, but one at a time for one check */
struct auth_check *auth_begin(struct auth_engine *en,
			      const struct envelope *env) MUST_CHECK;

/* auth_headers - start DKIM keys and DMARC records; never blocks. auth_finish() does it if
 *                it was not done
 * in    h[n]   all fields of the message, from the top; read now, not kept
 * err   fields that cannot be used show in the results */
void auth_headers(struct auth_check *c, const struct header *h, size_t n);

/* auth_finish - the results: wait for what has not come, at most to the deadline, then
 *               body hashes and signatures. Once for each check.
 * in    deadline_us   on clock_mono_us(); what is missing then is temperror. Whose fault
 *                     that is may take half as long again to find out, at most
 *                     LIMIT_DNS_PROBE_MS
 * out   *r   whole in any case; r->timed_out tells
 * own   a
 * err   see out
 * cost  100 microseconds for a 10 KB message with one RSA-2048 signature, key known
 * ref   RFC 7208, 6376, 8301, 8463, 8617, 9989, 8601 */
void auth_finish(struct auth_check *c, const struct message *m, int64_t deadline_us,
		 struct arena *a, struct auth_results *r);

/* auth_resolver_silent_since - does the resolver answer anybody? If nothing was answered of
 *                              late it is asked now
 * out   0: it does; else since when it does not, seconds since 1970
 * use   any thread
 * cost  at most LIMIT_DNS_PROBE_MS */
int64_t auth_resolver_silent_since(struct auth_engine *en);

/* auth_release - give a check back, finished or not; sets *c to NULL
 * in    *c may be NULL */
void auth_release(struct auth_check **c);

/* auth_dkim_covers - is every copy of this field signed by a passing signature whose domain
 *                    aligns with From?
 * in    name   any case
 * err   UNKNOWN: a signature that might do so could not be checked (temperror) */
enum answer auth_dkim_covers(const struct auth_results *r, const char *name);

#endif
