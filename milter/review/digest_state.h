/* What is kept of the summaries of a mailbox, in the folder "digests" beside the holds: how often
 * its owner wants them, in a file that the page writes; and what he has been told, in one that
 * only who sends them writes. Files are named by a hash of the mailbox. */
#ifndef REVIEW_DIGEST_STATE_H
#define REVIEW_DIGEST_STATE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "config/options.h"
#include "quarantine/hold.h"

/* How often. */
struct digest_choice {
	enum digest_every every;
	bool codes; /* one-time codes are told of at once */
	bool own;   /* its owner chose it; else his policy says so */
};

/* digest_choice - of a mailbox
 * in    mailbox   in any spelling
 * err   what cannot be read is as his policy says */
struct digest_choice digest_choice(const struct quarantine *q, const struct options *o,
				   const char *mailbox);

/* digest_choose - its owner wants it like that from now on; of the same value twice is no error
 * in    choice   NULL: as his policy says
 *       by       who says it
 * err   false: e says why */
bool digest_choose(const struct quarantine *q, const char *mailbox,
		   const struct digest_choice *choice, const char *by, GError **e);

/* What a mailbox has been told. */
struct digest_sent {
	char *mailbox;    /* its key */
	int64_t until_s;  /* of all that came before, but for what is in neither */
	GPtrArray *told;  /* ids of what came since then and has been told */
	int64_t sent_s;   /* when the last one was handed over; 0: never */
	int64_t doubt_s;  /* the one of then stood at its last dot; 0: none */
	int64_t missed_s; /* the one of then may not have come, and this is not told yet */
	int64_t serial;   /* of the last one */
	GPtrArray *links; /* of the last ones: "SERIAL id,id,id" */
};

/* digest_sent_read - of a mailbox; of one that was never told anything, empty
 * own   digest_sent_clear()
 * err   false: the file is there and cannot be read; e says why */
bool digest_sent_read(const struct quarantine *q, const char *mailbox,
		      struct digest_sent *sent_r, GError **e);

/* digest_sent_write - durable when it returns; of what is too much the oldest goes
 * err   false: e says why */
bool digest_sent_write(const struct quarantine *q, const struct digest_sent *sent,
		       GError **e);

/* digest_sent_clear - give back what is in it */
void digest_sent_clear(struct digest_sent *sent);

/* digest_sent_copy - all of it, on its own
 * own   digest_sent_clear() */
struct digest_sent digest_sent_copy(const struct digest_sent *sent);

/* digest_sent_each - of all mailboxes that were told something, in no order
 * err   what cannot be read is left out */
void digest_sent_each(const struct quarantine *q,
		      void (*each)(const struct digest_sent *sent, void *user),
		      void *user);

/* digest_file_each - all files that keep something of a mailbox, in no order
 * in    folder   of the holds
 * err   what cannot be read is left out */
void digest_file_each(const char *folder,
		      void (*each)(const char *path, const char *mailbox, void *user),
		      void *user);

/* digest_holds - ids of the holds that one summary named
 * out   "id,id,id"
 * own   the caller frees with g_free()
 * err   NULL: it was too long ago, or never */
char *digest_holds(const struct quarantine *q, const char *mailbox, int64_t serial);

/* What the runs have done. */
struct digest_status {
	int64_t run_s;  /* when the last one ended */
	int64_t good_s; /* and the last that did its work */
	int64_t slot_s; /* all that was due then was looked at */
	int64_t sent, failed, doubtful;
};

/* digest_status_read - of a folder of holds
 * err   zero where there was none */
void digest_status_read(const char *folder, struct digest_status *status_r);

/* digest_status_write - see there
 * err   false: e says why */
bool digest_status_write(const char *folder, const struct digest_status *status,
			 GError **e);

/* What a tenant's review_alert was told. */
struct alert_state {
	int64_t sent_s;   /* when; 0: never */
	int64_t newest_s; /* of all requests that were made till then */
};

/* alert_state_read - of a tenant
 * err   zero where there was none */
void alert_state_read(const char *folder, const char *tenant,
		      struct alert_state *state_r);

/* alert_state_write - durable when it returns
 * err   false: e says why */
bool alert_state_write(const char *folder, const char *tenant,
		       const struct alert_state *state, GError **e);

/* digest_run_lock - only one run at a time
 * own   a file descriptor: close() ends it
 * err   -1: another is under way, or the folder cannot be made; e says which */
int digest_run_lock(const struct quarantine *q, GError **e);

#endif
