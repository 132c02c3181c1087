/* Inside of the lookup module: the answers of one batch, and how they become facts. */
#ifndef LOOKUP_ANSWERS_H
#define LOOKUP_ANSWERS_H

#include "behavior/history.h"
#include "lookup/plan.h"

/* What facts are made from, for one tenant. */
struct answers {
	struct arena *arena;
	const struct lookup_setup *setup;
	const struct features *features;
	const struct lookup_plan *plan;
	const struct tenant_asks *asks;
	enum answer ready; /* is the tenant's memory old enough to say "never"? */
	int64_t mailboxes; /* of the tenant that exchange mail; 0: not known */
	int64_t today;
	bool *damaged; /* a record could not be read */
};

/* One history as questions see it. */
struct view {
	enum answer found;      /* UNKNOWN: not answered, not asked, not readable */
	struct history history; /* whole only with found == YES */
	enum answer ready;
	int64_t today;
	bool partial; /* there may be more, under a name that was not asked */
};

/* answers_get - what came back for a question
 * out   *value_r   with YES
 * err   UNKNOWN: not asked, not fitted, or not answered */
enum answer answers_get(const struct answers *m, ask which, struct bytes *value_r);

/* answers_view - the history that came back for a question
 * err   what is damaged is UNKNOWN, and marked so */
void answers_view(const struct answers *m, ask which, struct view *view_r);

/* answers_ready - look at the tenant's baseline and set m->ready and m->mailboxes; fill
 *                TENANT_BASELINE_DAYS and TENANT_MAILBOXES */
void answers_ready(struct answers *m, struct value *at);

/* facts_of_tenant - names, own domains and look-alikes, set in at[FACT_COUNT] as all below */
void facts_of_tenant(const struct answers *m, struct value *at);

/* facts_of_person - who is meant by the display name, and whether it is their address */
void facts_of_person(const struct answers *m, struct value *at);

/* facts_of_sender - the sender, their organisation, display name and list */
void facts_of_sender(const struct answers *m, struct value *at);

/* facts_of_lookalike - the organisation of the tenant's correspondents that the sender's domain
 *                      can be taken for */
void facts_of_lookalike(const struct answers *m, struct value *at);

/* facts_of_thread - whether what it answers was seen */
void facts_of_thread(const struct answers *m, struct value *at);

/* facts_of_rcpt - the recipient's mailbox, and the pair of sender and recipient */
void facts_of_rcpt(const struct answers *m, const struct rcpt_asks *r, struct value *at);

/* facts_of_preference - what this recipient wants of the sender, the domain or the list
 * in    canonical   the mailbox that the address leads to; NULL: not found out */
void facts_of_preference(const struct answers *m, const struct rcpt_asks *r,
			 const char *canonical, struct value *at);

#endif
