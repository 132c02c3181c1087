/* What becomes of a message that is to be held: it may be held already. */
#ifndef QUARANTINE_ARRIVAL_H
#define QUARANTINE_ARRIVAL_H

#include "quarantine/hold.h"

/* hold_answered - the MTA has taken the answer about a message that hold_keep() has held;
 *                 until then the hold is told as "may have been delivered"
 * in    ids   as hold_keep() gave them
 *       by    the id that it was given
 * err   what cannot be noted stays in doubt */
void hold_answered(struct quarantine *q, const char *ids, const char *by);

/* hold_keep - as hold_write(), but what is held already for some of the recipients is not
 *             held for them again. An MTA that died before it could hear "discard" sends the
 *             message once more: the hold that is there counts it and lasts as long as the
 *             new one would. The same message is one of the same sender, tenant, content and
 *             header but for what MTAs and filters add on the way, of the last five days,
 *             still held and whole
 * out   *ids_r   where it is held: ids with "," between
 * own   *ids_r: free with g_free()
 * err   as of hold_write(); when in doubt it is held again */
bool hold_keep(struct quarantine *q, const struct hold *h, struct bytes raw, char **ids_r,
	       GError **e);

/* What hold_keep_whole() made of a message, and hold_withdraw() undoes. */
struct kept {
	int64_t until_us; /* in: on clock_mono_us(), bounds the wait for locks and disks */
	char *ids;        /* where it is held */
	bool fresh;       /* one of them is its own */
};

/* kept_clear - give back what is in it */
void kept_clear(struct kept *k);

/* hold_keep_whole - hold_keep(), telling what it did
 * own   kept_clear()
 * err   as of hold_keep() */
bool hold_keep_whole(struct quarantine *q, const struct hold *h, struct bytes raw,
		     struct kept *kept, GError **e);

/* hold_withdraw - the message was delivered meanwhile: its own hold goes; one that another
 *                 arrival counts on stays, and tells that a copy may have been delivered
 * in    held   what hold_keep_whole() returned
 * err   said in the log */
void hold_withdraw(struct quarantine *q, const struct hold *h, const struct kept *kept,
		   bool held);

#endif
