/* Scores -> a decision for each recipient, with its reasons. */
#ifndef VERDICT_VERDICT_H
#define VERDICT_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "config/options.h"
#include "config/rollout.h"
#include "config/words.h"
#include "lookup/lookup.h"
#include "message/envelope.h"
#include "rule/rule.h"

/* Why a message was decided without all that it could be decided by. All but
 * MISSING_SENDER_DNS is our side's failure: nobody outside can bring it about for one message
 * alone, or the message would not have to be told from a wanted one. */
enum missing {
	MISSING_STORE = 1 << 0,    /* not all of the batch was answered */
	MISSING_RESOLVER = 1 << 1, /* the DNS resolver answers nobody */
	MISSING_TIME = 1 << 2,     /* message_deadline: a part of the way was not gone */
	MISSING_PATTERN = 1 << 3,  /* a pattern of a rule ran over its limits */
	MISSING_SESSIONS = 1 << 4, /* over max_sessions, the message was not read */
	MISSING_SENDER_DNS =
		1 << 5,          /* the sender's own names were not answered in time */
	MISSING_MEMORY = 1 << 6, /* max_memory: not all of the message was read */
};

struct reason {
	const char *rule; /* name of the rule */
	const char *
		text; /* its words, safe to show: the same in log, header, banner, page */
	enum axis
		axis; /* the verdict's, if it gave points there; else where it gave most */
	int64_t milli; /* on that axis */
	bool said; /* a stronger reason, or the rule's own wish, says it already: not for
			  mail users */
};

struct decision {
	const char *rcpt; /* key of the recipient */
	enum verdict verdict;
	enum action action; /* what policy asks for */
	enum mode mode;     /* OBSERVE or ENFORCE; OBSERVE: nothing is done about it */
	int64_t milli[AXIS_COUNT];
	enum verdict would; /* with the points of rules that were only watched */
	bool differs;       /* that is another verdict */
	const struct policy *policy;
	const struct tenant *tenant; /* whose recipient; NULL: nobody's */
	const char *locale;          /* of the mailbox's record; NULL: not said */
	bool preferred;              /* the recipient's own preference moved points */
	const char
		*lost_policy; /* what the mailbox's record names, and the options do not
					have; NULL: all is well */
	const struct reason
		*reasons; /* those that made the verdict first, strongest first;
					 then other alarms, then what spoke for the message;
					 at most LIMIT_REASONS */
	size_t n_reasons;
	unsigned missing; /* enum missing bits */
};

struct decisions {
	const struct decision *at; /* one a recipient, order of the envelope */
	size_t n;
};

struct decide_setup {
	const struct options *options;
	const struct rollout *rollout; /* NULL: nothing was set at run time */
	const struct envelope *envelope;
	const struct facts
		*facts; /* NULL: none were asked, and policies are chosen by what
				      the options know */
	const struct rcpt_hits
		*hits;    /* one a recipient; NULL: the way stopped before rules, all
			  are undecided */
	unsigned asked;   /* enum need bits of what rules that count ask for */
	unsigned missing; /* enum missing bits that hold for all recipients */
};

/* decide - turn hits into decisions. Who would be wanted is undecided where something that a
 *          counting rule asks for was missing through our side
 * own   a; d_r->at[].policy points into the options
 * cost  reasons are made once for neighbours in the envelope that share their hits */
void decide(struct arena *a, const struct decide_setup *s, struct decisions *d_r);

#define PREFERENCE_RULE "preference" /* in the place of a rule's name */

/* missing_words - what was missing, for the header, the log and pages
 * in    missing   enum missing bits
 * out   "the store did not answer; ..."; NULL: nothing
 * own   a */
const char *missing_words(struct arena *a, unsigned missing);

/* decision_rule - the rule that gave most points to what decided
 * out   its name; NULL: no points made this verdict */
const char *decision_rule(const struct decision *d);

enum { MISSING_COUNT = 7 };

/* The spellings in the journal, of the lowest enum missing bit first. */
extern const char *const missing_names[MISSING_COUNT];

/* missing_bit - the enum missing bit of a spelling in the journal
 * in    name   NULL is allowed
 * err   0: there is none */
unsigned missing_bit(const char *name);

/* verdict_axis - the axis whose points make this verdict
 * err   AXIS_COUNT: no points make it */
enum axis verdict_axis(enum verdict v);

#endif
