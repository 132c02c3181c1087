/* Summaries: what is newly held for a mailbox, mailed to it as often as its owner wants. A run
 * looks for whom one is due and sends it; nothing is told twice, and where nobody knows whether a
 * summary came, it is not sent again, and the next one says so. */
#ifndef REVIEW_DIGEST_H
#define REVIEW_DIGEST_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "review/digest_state.h"

/* One message that a summary names. */
struct digest_row {
	char *id, *subject;
	char *name, *from; /* who wrote it; NULL: not known */
	char *verdict;
	char *reason; /* the first; NULL: none */
	int64_t received_s;
};

/* One summary. */
struct digest {
	const struct options *options;
	const struct tenant *tenant;
	char *mailbox; /* its key */
	char *address; /* as its mail came: it goes there */
	bool codes;    /* of one-time codes alone */
	struct digest_choice choice;
	struct digest_sent sent; /* before it */
	GPtrArray *rows; /* struct digest_row, newest first, at most LIMIT_DIGEST_ROWS */
	GPtrArray *ids;  /* of all that it is about, newest first */
	bool more;       /* there are more than could be counted */
	int64_t slot_s;  /* it is about what came before */
};

/* What a run is about. */
struct digest_job {
	const struct options *options;
	struct quarantine *quarantine;
	const char *link_key; /* of review_key */
	int64_t now_s;
	const char *mailbox; /* only this one; NULL: all */
	bool dry;            /* nothing is sent, nothing noted */
	bool soon;           /* what is due at the next hour is due now */
	/* told of each that is due; NULL: nobody is. e NULL: it went well, or is dry */
	void (*told)(const struct digest *d, const GError *e, void *user);
	void *user;
};

/* digest_run - send all that is due, and the alerts of review/alert.h
 * out   *done_r   what this run has done; times are those of the last ones
 * err   false: nothing could be handed over though something was due, or the quarantine cannot
 *       be read; e says why */
bool digest_run(const struct digest_job *job, struct digest_status *done_r, GError **e);

/* digest_now - what a mailbox would be told if a summary went out now
 * own   summary_free()
 * err   NULL: it is no mailbox of ours, or nothing can be read; e says why. With nothing to tell
 *       its ids are none */
struct digest *digest_now(const struct digest_job *job, GError **e);

/* summary_free - give back; NULL is allowed */
void summary_free(struct digest *d);

/* digest_silent - how long no run has ended well, though summaries are wanted
 * in    folder    of the holds
 *       since_s   where no run is known, since then
 * out   seconds; 0: none are wanted */
int64_t digest_silent(const struct options *o, const char *folder, int64_t since_s,
		      int64_t now_s);

#endif
