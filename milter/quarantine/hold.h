/* Holds: messages kept back, each as a file with its envelope, and an index to find them by.
 * A hold exists when hold_write() has returned true, and until it is released to all its
 * recipients, deleted or expired. */
#ifndef QUARANTINE_HOLD_H
#define QUARANTINE_HOLD_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/clock_trust.h"
#include "config/options.h"
#include "config/words.h"

struct quarantine;
struct hold_scope; /* quarantine/scope.h: whose holds; asked for by every operation */

enum hold_state {
	HOLD_HELD,
	HOLD_RELEASED,
	HOLD_DELETED,
	HOLD_EXPIRED,
	HOLD_STATE_COUNT
};

/* what is known of a release beside its state: it may have ended without being noted */
enum hold_sent {
	HOLD_NOT_SENT,
	HOLD_MAYBE_SENT, /* broken off at its last dot: nobody knows */
	HOLD_SENT        /* the listener took it, and the state could not be written */
};

/* One recipient's part of a hold: each is released or deleted on its own. */
struct hold_rcpt {
	const char *address; /* as given by the MTA: release goes exactly here */
	const char *verdict; /* verdict_names */
	enum hold_state state;
	enum hold_sent
		sent;     /* of what is still held; told by hold_find() and hold_list() */
	const char *rule; /* the one that gave most points to the verdict; NULL: none, or
			     held by a version that did not keep it */
	const char *hits; /* all that gave points, strongest first, one a line: "NAME AXIS
			     MILLI"; NULL: not kept */
	int64_t milli[AXIS_COUNT]; /* sums; only where hits are kept */
};

struct hold {
	const char *id;        /* unique; letters, digits and dashes */
	const char *queue_id;  /* the MTA's; NULL if unknown */
	const char *mail_from; /* "" is the null sender */
	const char *from;      /* address of the header's From, NULL if none */
	const char *name;      /* display name beside it; NULL: none, or not kept */
	const char *client;    /* address of who brought it; NULL: not kept */
	const char *subject;
	const char *message_id;
	const char *reasons;     /* one a line */
	const char *tenant;      /* "" is none */
	const char *fingerprint; /* what hold_keep() knows it by; NULL if unknown */
	const char *campaign; /* search_campaign() of its text; NULL: none, not known */
	const char *text;     /* what its reader sees, to be found by; NULL: not known.
				    Only for hold_write() and hold_keep() */
	const char *removals; /* fields that a release leaves out, "NAME NTH" one a line,
				    0-based; NULL: none */
	const char *
		trace; /* header lines that a release puts on top: where it came from, and
			      what we found; NULL: none */
	bool may_be_delivered; /* the MTA has not, or not certainly, heard that it is held;
				  told by hold_find() and hold_list() */
	int64_t received_s;
	int64_t expires_s;
	int64_t seen_s; /* when the message came last */
	uint64_t seen;  /* how many times it came */
	size_t bytes;
	const struct hold_rcpt *rcpts;
	size_t n_rcpts;
};

/* quarantine_open - open the folder of holds, make what is missing, repair what a crash left
 *                   (a file without an index row is indexed again from its envelope)
 * in    folder    mode 0750 if it has to be made
 * own   close with quarantine_close()
 * use   one handle, any thread
 * err   NULL: e names the folder and what to do */
struct quarantine *quarantine_open(const char *folder, GError **e);

/* quarantine_compress - whether messages are compressed that are held from now on: as long as
 *                       nobody says so they are */
void quarantine_compress(struct quarantine *q, bool yes);

/* quarantine_close - give back; NULL is allowed */
void quarantine_close(struct quarantine *q);

/* hold_write - keep a message: file and envelope synced to disk, then indexed. An index that
 *              cannot be written is told in the log and made up for later: the files count
 * in    h     id set; states are ignored, all recipients begin as held
 *       raw   the message as received, without our headers
 * err   false: nothing is held and e says why; true only when it would survive a power cut */
bool hold_write(struct quarantine *q, const struct hold *h, struct bytes raw, GError **e);

struct writers;

/* quarantine_writers - who writes holds now
 * own   the quarantine */
struct writers *quarantine_writers(struct quarantine *q);

/* quarantine_folder - where it is
 * own   the quarantine */
const char *quarantine_folder(const struct quarantine *q);

/* quarantine_settle - wait while answers are on their way that have just begun, some seconds
 *                     at most */
void quarantine_settle(struct quarantine *q);

/* What a recipient's part of a hold must be like; NULL asks for nothing. */
struct hold_parts {
	const char *rcpt;       /* address in any spelling, or @domain */
	const char *rule;       /* name of a rule that gave points */
	const char *verdict;    /* verdict_names */
	const char *decided_by; /* the rule that gave most points to the verdict */
	const struct options
		*only_because; /* only where without the points of `rule` these
			options' policies would let it pass; not known to an index */
};

/* What a hold must be like; what is NULL, 0 or false asks for nothing. */
struct hold_filter {
	struct hold_parts parts; /* and `state`: of one and the same recipient */
	const char *from; /* address or @domain of From or of the envelope's sender, or
				words of the display name */
	const char
		*text; /* words of sender, recipients, subject, reasons and text; "word*"
			     is any that begins so */
	const char *campaign;  /* as of struct hold */
	enum hold_state state; /* of one recipient at least ... */
	bool all_states;       /* ... or any state */
	bool doubtful;         /* only what may have been delivered or released */
	int64_t since_s;       /* 0: from the beginning */
	int64_t before_s;      /* behind this one in the list: received_s ... */
	const char *before_id; /* ... and id; NULL: from the newest */
	size_t most;           /* 0: HOLD_LIST_MOST */
};

enum { HOLD_LIST_MOST = 1000 };

/* hold_list - holds of a scope that match, newest first; of a mailbox's scope, its own parts
 * in    each   called for one hold; what h points to lives for the call only; false ends it
 * err   false: e says why */
bool hold_list(const struct hold_scope *scope, const struct hold_filter *f,
	       bool (*each)(const struct hold *h, void *user), void *user, GError **e);

/* hold_mailboxes - whom anything of a scope is still held for that came since then
 * in    scope   of all, or of a tenant
 *       each    called once for a mailbox; address as the newest of its holds has it; what it
 *               is given lives for the call only; false ends it
 * cost  looks at all holds since then
 * err   false: e says why */
bool hold_mailboxes(const struct hold_scope *scope, int64_t since_s,
		    bool (*each)(const char *tenant, const char *address, void *user),
		    void *user, GError **e);

/* hold_find - one hold of a scope by its id, or by the MTA's queue id if only one of the
 *             scope has it; of a mailbox's scope, its own part
 * own   *h_r: free with hold_free()
 * err   false: not there (WONTED_ERROR_INPUT), or the index cannot be read; what the scope
 *       does not admit is not there */
bool hold_find(const struct hold_scope *scope, const char *id, struct hold **h_r,
	       GError **e);

/* hold_free - give back what hold_find() gave
 * in    NULL is allowed */
void hold_free(struct hold *h);

/* hold_raw - the message as it was received
 * own   *text_r: free with g_free()
 * err   false: e says why (expired, deleted, unreadable) */
bool hold_raw(struct quarantine *q, const struct hold *h, char **text_r, size_t *n_r,
	      GError **e);

/* hold_reserve - nobody else releases, deletes or expires this hold while it lasts
 * own   a file descriptor: close() ends it, as does the end of the process
 * err   -1: another process has it, or there is no such hold (WONTED_ERROR_INPUT) */
int hold_reserve(struct quarantine *q, const char *id, GError **e);

/* hold_set_state - mark the parts of recipients; the file goes when no recipient is held any
 *                  more
 * in    parts   which; NULL: all that the scope admits
 * use   under hold_reserve(), so that it is not released at the same time
 * err   false: e says why; setting the state it has already is no error */
bool hold_set_state(const struct hold_scope *scope, const char *id,
		    const struct hold_parts *parts, enum hold_state state, GError **e);

/* hold_set_sent - mark as released those whom a listener took it for
 * in    h       of hold_find() in a scope that shows all recipients
 *       taken   [h->n_rcpts]
 * use   as hold_set_state()
 * err   as of hold_set_state() */
bool hold_set_sent(struct quarantine *q, const struct hold *h, const bool *taken,
		   GError **e);

/* quarantine_newest - when the newest hold came; 0: there is none
 * err   0 too when the index cannot be read */
int64_t quarantine_newest(struct quarantine *q);

/* quarantine_count_held - how many messages somebody is still held for
 * err   0 too when the index cannot be read */
int64_t quarantine_count_held(struct quarantine *q);

/* quarantine_clock - may what is old be destroyed by this time? What was seen last is kept in
 *                    the folder; without that, the newest hold tells it
 * in    t   zero at first; kept by the caller
 * err   a doubt is said in the log, with what becomes of it */
bool quarantine_clock(struct quarantine *q, struct clock_trust *t, int64_t now_s);

#endif
