/* The memory's writer: messages become events, events become changes of many records, and a
 * message counts once, however often it is applied. */
#ifndef BEHAVIOR_BEHAVIOR_H
#define BEHAVIOR_BEHAVIOR_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/answer.h"
#include "base/arena.h"
#include "behavior/history.h"
#include "store/codec.h"
#include "store/store.h"

enum direction { DIRECTION_IN, DIRECTION_OUT };

/* One message between mailboxes of a tenant and one sender (in), or one mailbox and its
 * recipients (out). Mail inside a tenant is two events: out for its writer, in for the
 * readers. Texts may be NULL where they are not known. */
struct behavior_event {
	const char *tenant;
	enum direction direction;
	const char *sender;     /* address_key() form: theirs (in), our mailbox (out) */
	const char *sender_org; /* organisational domain; in only */
	const char *const
		*rcpts; /* address_key() form: our mailboxes (in), theirs (out) */
	const char *const *rcpt_orgs; /* out only: the organisational domain of each */
	size_t n_rcpts;
	const char *message_id;
	int64_t time_s;
	int64_t arrived_s; /* by our own clock, in only; 0: as time_s */
	/* what is usual; all of them in only */
	const char *display_key; /* name_key() of From's display name */
	const char *reply_to_org;
	const char *list_id;
	const char *dkim_domain;
	enum answer proven; /* that From's organisation sent it; UNKNOWN: nobody looked */
	const char *const *signers; /* of a list: domains that DKIM or SPF proved,
				    the sending host */
	size_t n_signers;
	const char *mailer;
	const char *network;
	const char *const *link_orgs;
	size_t n_link_orgs;
};

/* the value of a THREAD key */
struct thread {
	bool in, out;       /* seen in that direction */
	int64_t first_day;  /* on which it was first seen */
	struct bytes marks; /* for whom it has been counted */
};

extern const struct codec thread_codec;

/* thread_decode - the value of a THREAD key
 * own   a
 * err   UNKNOWN: damaged or of a newer version */
enum answer thread_decode(struct arena *a, struct bytes value, struct thread *thread_r);

/* the value of a TENANT key */
struct baseline {
	int64_t since_s; /* oldest mail remembered; 0: none, so nothing is "first" */
	struct history all;
};

extern const struct codec baseline_codec;

/* baseline_decode - the value of a TENANT key
 * own   a
 * err   UNKNOWN: damaged or of a newer version */
enum answer baseline_decode(struct arena *a, struct bytes value,
			    struct baseline *baseline_r);

/* baseline_ready - do we look long enough to say "never seen before"?
 * in    b   NULL: no such record
 *       NULL is NO */
enum answer baseline_ready(const struct baseline *b, int64_t now_s, int64_t age_s);

/* the value of a CAMPAIGN key */
struct campaign {
	int64_t first_s, last_s;
	int64_t count;
	int64_t mailboxes;
	int64_t reported, rescued;
};

extern const struct codec campaign_codec;

/* campaign_decode - the value of a CAMPAIGN key
 * own   a
 * err   UNKNOWN: damaged or of a newer version */
enum answer campaign_decode(struct arena *a, struct bytes value,
			    struct campaign *campaign_r);

/* Events gathered for one write. Bounded: adding to a full one writes it first. */
struct behavior_batch;

/* an address of a batch, and the mailbox that it leads to */
struct behavior_address {
	const char *tenant, *address; /* address_key() form; anybody's */
	const char *mailbox;          /* another address; NULL: it leads nowhere else */
};

struct behavior_setup {
	struct store *store; /* opened for writing; must outlive the batch */
	/* Fills in at[n].mailbox, in a; asked once for all addresses of a batch before it
	 * is written. false: it cannot be found out now. NULL: nobody has aliases. */
	bool (*canonical)(struct behavior_address *at, size_t n, struct arena *a,
			  void *to, GError **e);
	void *to;
};

/* behavior_batch_create - gather events for a store
 * own   the caller, behavior_batch_destroy() */
struct behavior_batch *behavior_batch_create(const struct behavior_setup *setup);

/* behavior_add - take one event; its texts are copied
 * err   false: the batch was full and could not be written; e says why, and the events
 *       are kept for another try */
bool behavior_add(struct behavior_batch *b, const struct behavior_event *ev, GError **e);

/* behavior_apply - write all that was added: ask which mailboxes are meant, read for whom
 *                  each message was counted already, then all changes in one batch
 * err   false: not written, or not certainly; repeating it is harmless */
bool behavior_apply(struct behavior_batch *b, GError **e);

struct behavior_done {
	size_t events;   /* taken */
	size_t counted;  /* that changed something */
	size_t repeated; /* known already */
	size_t keys;     /* written */
	size_t damaged;  /* records that could not be read and were left alone */
};

/* behavior_batch_done - what became of the events so far */
struct behavior_done behavior_batch_done(const struct behavior_batch *b);

/* behavior_batch_destroy - what was not applied is forgotten; sets *b to NULL
 * in    *b may be NULL */
void behavior_batch_destroy(struct behavior_batch **b);

/* baseline_change - a write that moves a tenant's baseline back to this time, never forward
 * own   what the write points to lives in a */
struct store_write baseline_change(struct arena *a, const char *tenant, int64_t since_s);

#endif
