/* The way of a message: one table of stages, one loop. Each stage fills one field of the
 * transaction and reads only earlier ones. */
#ifndef PIPELINE_H
#define PIPELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "action/plan.h"
#include "auth/auth.h"
#include "base/arena.h"
#include "detect/detect.h"
#include "feature/feature.h"
#include "journal/journal.h"
#include "lookup/lookup.h"
#include "message/envelope.h"
#include "message/message.h"
#include "rule/rule.h"
#include "runtime.h"
#include "verdict/verdict.h"

#define STAGE_COUNT 8

/* one message on its way */
struct transaction {
	struct runtime *runtime;
	struct rollout *rollout; /* as it was when the message began */
	struct arena *arena;     /* owns all below */
	const struct envelope *envelope;
	const char *id; /* ours: in headers, journal and log */
	struct bytes raw;
	unsigned truncated;  /* TRUNCATED_END bits: the listener did not keep all bytes */
	int64_t deadline_us; /* on clock_mono_us() */
	struct auth_check *auth_check;
	struct clamd_scan *clamd;         /* NULL: there is none, or it was asked */
	struct dnslists *dns_lists;       /* NULL: no rule asks for any */
	int64_t dns_lists_until_us;       /* on clock_mono_us() */
	const struct header_sweep *sweep; /* of the listener; NULL: there is none */

	const struct message *message;
	const struct auth_results *auth; /* NULL: nothing was checked */
	struct features features;
	struct facts facts;
	const struct rcpt_signals *signals;
	const struct rcpt_hits *hits;
	struct frozen frozen;
	struct decisions decisions;
	struct plan plan;

	struct stage_time times[STAGE_COUNT];
	size_t n_times;
	const char *stopped;  /* stage that ended the way early; NULL */
	const char *slow;     /* last stage that took longer than its budget; NULL */
	unsigned missing;     /* enum missing bits that hold for all recipients */
	bool degraded;        /* decided without all facts */
	bool unread;          /* nothing of it was kept but its envelope */
	size_t lost_policies; /* recipients whose record names one that is not there */
};

/* transaction_begin - a message whose envelope is known; SPF and iprev are started
 * in    w     the transaction takes its own reference
 *       env   lives in a, with its texts; NULL queue id may be filled in later
 *       id    lives in a
 * own   a becomes the transaction's; transaction_end() destroys it */
struct transaction *transaction_begin(struct runtime *w, struct arena *a,
				      const struct envelope *env, const char *id);

/* transaction_headers - its header is complete: keys and policies are asked for
 * in    h[n]   read now, not kept */
void transaction_headers(struct transaction *p, const struct header *h, size_t n);

/* transaction_run - walk through all stages; afterwards p->plan is what is to be done
 * in    raw         the whole message, must live until transaction_end()
 *       truncated   TRUNCATED_END bits, where it is not whole
 * err   what a failed stage means is a column of the table; then the plan is to pass
 * cost  at most the general message_deadline */
void transaction_run(struct transaction *p, struct bytes raw, unsigned truncated);

/* transaction_unread - a message that there is no room to read
 * in, own   as of transaction_begin(); nothing is asked */
struct transaction *transaction_unread(struct runtime *w, struct arena *a,
				       const struct envelope *env, const char *id);

/* transaction_run_unread - the plan for a message of which nothing was kept: undecided for all
 *                          recipients
 * in    why   MISSING_SESSIONS, MISSING_MEMORY */
void transaction_run_unread(struct transaction *p, enum missing why);

/* transaction_authserv_id - the name of our Authentication-Results */
const char *transaction_authserv_id(const struct options *o, const struct envelope *e);

/* transaction_record - what the journal and the log are told
 * in    d, failed   as plan_carry_out() gave them */
void transaction_record(const struct transaction *p, enum disposition d,
			const char *failed, struct record *r_r);

/* transaction_journal - write the record of what really happened, and the line of the log
 * in    d, failed   as plan_carry_out() gave them
 * err   false: the record could not be written; said in the log */
bool transaction_journal(const struct transaction *p, struct journal *j,
			 enum disposition d, const char *failed);

/* transaction_end - let go of everything, at any time; sets *p to NULL
 * in    *p may be NULL */
void transaction_end(struct transaction **p);

/* transaction_is_internal - is it our own mail on its way out, or mail from outside? */
bool transaction_is_internal(const struct transaction *p);

#endif
