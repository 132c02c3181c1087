/* Decisions -> a plan of edits, as data; and the one loop that carries a plan out. */
#ifndef ACTION_PLAN_H
#define ACTION_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "action/editor.h"
#include "action/header_sweep.h"
#include "auth/auth.h"
#include "base/arena.h"
#include "config/options.h"
#include "message/envelope.h"
#include "message/message.h"
#include "verdict/verdict.h"

enum edit_kind {
	EDIT_INSERT_HEADER,
	EDIT_ADD_HEADER,
	EDIT_CHANGE_HEADER,
	EDIT_DELETE_HEADER,
	EDIT_REPLACE_BODY,
	EDIT_DELETE_RCPT,
	EDIT_ADD_RCPT,
};

struct edit {
	enum edit_kind kind;
	int index;        /* EDIT_INSERT_HEADER */
	size_t nth;       /* EDIT_CHANGE_HEADER, EDIT_DELETE_HEADER */
	const char *name; /* of a header, or the address */
	const char *value;
	struct bytes body;   /* EDIT_REPLACE_BODY: the whole new body */
	bool needs_previous; /* only if the edit before it could be made: a recipient is not
				taken off before the one in its place is there */
	bool if_no_body; /* only if the EDIT_REPLACE_BODY before it could not be made */
};

/* what the MTA is told at the end */
enum disposition { DISPOSE_ACCEPT, DISPOSE_DISCARD, DISPOSE_REJECT, DISPOSE_DEFER };

/* One hold: the recipients of one tenant, whose administrators see no other's. */
struct plan_hold {
	const char *id;              /* letters, digits, dashes */
	const struct tenant *tenant; /* NULL: of none */
	const size_t *rcpts;         /* index in the envelope */
	size_t n_rcpts;
};

/* How recipients of one message are merged, from their decisions:
 *   observe     nothing is done about them, and nothing that they would read is done for
 *               others beside them but headers: no banner, and junk by extension only. What
 *               could not be held is marked as junk all the same
 *   quarantine  held and taken off, in one hold a tenant; if nobody is left the message is
 *               discarded. What was not read whole (TRUNCATED_END) is junk instead: the rest
 *               would be lost
 *   reject, defer   said to the MTA if that is what all recipients get, and none is in observe
 *               mode; defer if some ask for the one and some for the other. Else those who
 *               ask for it are held instead: a mail that one may read cannot be refused
 *   junk        by address extension: taken off, and added again as local+junk@domain;
 *               by header: for all who remain and are not told by extension
 *   banner      in the body of all who remain; its own words in the one language of all of
 *               them, else in that of their organisation. Where a reader may not see it, what
 *               the policy says: a word in the subject of all, or junk
 *   and what came with more fields in our name than can be removed is rejected, where
 *   anybody is in enforce mode: nobody may write his own verdict
 * What cannot differ (headers, banner) takes the strictest of those who remain. It names no
 * recipient, and of the reasons only those that hold for all who remain are told, so that
 * nobody learns from it with whom another one writes. */
struct plan {
	const struct edit *edits; /* in the order they are to be made */
	size_t n_edits;
	struct plan_hold *holds; /* what is to be held */
	size_t n_holds;
	size_t n_held;                      /* recipients of all holds */
	const size_t *rejected_or_deferred; /* recipients the reply is about */
	size_t n_rejected_or_deferred;
	enum disposition disposition;                      /* if everything goes well */
	const char *reply_code, *reply_xcode, *reply_text; /* reject, defer */
	const char *banner;      /* words for the X-Wonted-Banner header: what was done or
				why not; NULL if no banner was asked for */
	const enum action *done; /* what each recipient gets after merging */
	size_t n_done;
	const char *remark; /* static words on what policy asked for and could not be;
				    NULL */
	const struct plan_setup *setup; /* what it was made from, to merge again when a */
	const enum action *asked;       /* hold fails; NULL if nothing is held */
};

struct plan_setup {
	const struct options *options;
	const struct rollout *rollout; /* NULL: nothing was set at run time */
	const struct message *message; /* NULL: it was not read; sweep is set then */
	const struct envelope *envelope;
	const struct auth_results *auth; /* NULL: no Authentication-Results of ours */
	const struct decisions *decisions;
	const struct header_sweep *sweep; /* NULL: made from the message */
	const char *authserv_id;          /* never NULL or empty */
	const char *id; /* of this message: queue id or session id and number */
};

/* plan_make - merge the decisions of all recipients into one plan
 * own   a; texts may point into the setup's things
 * err   what cannot be done (a banner into signed mail) becomes something milder, and
 *       the plan says so */
void plan_make(struct arena *a, const struct plan_setup *s, struct plan *p_r);

/* plan_pass - the plan for mail that is not judged: without what came in our name, else as it
 *             is. Our own people cannot write our words; our own hosts can, a hop before us
 *             put them there. Of theirs those that say why we decided so go where somebody
 *             outside of all tenants is a recipient
 * in    s      only options, envelope, sweep, authserv_id and id are read
 * own   a
 * err   what cannot be cleaned is rejected, as by plan_make() */
void plan_pass(struct arena *a, const struct plan_setup *s, struct plan *p_r);

/* plan_unhold - the plan when some holds could not be made: their recipients get it as junk
 * in    failed[p->n_holds] */
void plan_unhold(struct arena *a, struct plan *p, const bool *failed);

/* plan_hold_ids - the ids of all holds, with "," between; of many, the first ones and "..."
 * own   g_free(); NULL if nothing is held */
char *plan_hold_ids(const struct plan *p);

/* plan_carry_out - make the edits through an editor, the hold first
 * in    p   changed when something fails: nothing is discarded that is not safely held
 * out   what the MTA is to be told; *failed_r: static words, NULL if all went well, the
 *       first failure if there were several
 * err   a failed hold leaves its recipients on the message as junk, marked by header,
 *       and no others;
 *       an edit that fails is left out and the others are made */
enum disposition plan_carry_out(struct arena *a, struct plan *p, const struct editor *ed,
				const char **failed_r);

#endif
