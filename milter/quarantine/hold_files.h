/* What the parts of the quarantine share: the folder, and its lock. Nobody else includes it. */
#ifndef QUARANTINE_HOLD_FILES_H
#define QUARANTINE_HOLD_FILES_H

#include <pthread.h>
#include <stdatomic.h>

#include "quarantine/hold.h"
#include "quarantine/writers.h"

#define QUARANTINE_LOCK_US \
	(10 * G_USEC_PER_SEC) /* that a tool waits for the lock of changes */

struct index;

struct quarantine {
	char *folder;
	struct index *index;
	struct writers writers;
	atomic_bool unindexed; /* a hold has no row yet */
	atomic_bool plain;     /* messages are kept as they came, not compressed */
	/* one change of a hold's state at a time: */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool changing; /* of our threads, ... */
	int lock_fd;   /* ... and of the daemon and the tool */
};

/* quarantine_ready - the folder or its index may be removed while we run: made anew, and said
 * err   false: it cannot be used; e says why */
bool quarantine_ready(struct quarantine *q, GError **e);

/* quarantine_look - before an index is asked that may do without its answer: is it there still?
 * err   said in the log */
void quarantine_look(struct quarantine *q);

/* quarantine_lock - nobody else changes a hold's state. A process that was stopped with the lock
 *                   in its hands must not stop us, too; nor must who of us waits for it keep the
 *                   others for longer than they have time
 * in    until_us   on clock_mono_us()
 * err   false: e names who has it */
bool quarantine_lock(struct quarantine *q, int64_t until_us, GError **e);

/* quarantine_unlock - the end of it */
void quarantine_unlock(struct quarantine *q);

/* hold_write_files - the message, its envelope, its row
 * in    by   whose answer is to come; NULL: nobody's
 * err   false: nothing is held; e says why */
bool hold_write_files(struct quarantine *q, const struct hold *h, struct bytes raw,
		      const char *by, GError **e);

/* hold_write_envelope - in place of the one that is there
 * err   false: e says why */
bool hold_write_envelope(const struct quarantine *q, const struct hold *h, GError **e);

/* hold_read_envelope - as it was written
 * own   hold_free()
 * err   NULL: e says why */
struct hold *hold_read_envelope(const struct quarantine *q, const char *id, GError **e);

/* hold_remove_files - after the row says so: what a crash leaves in between goes when the
 *                     quarantine is opened */
void hold_remove_files(const struct quarantine *q, const char *id);

/* hold_expire - mark as expired, and remove; not what is just released
 * err   false: it stays; said in the log */
bool hold_expire(struct quarantine *q, const char *id);

#endif
