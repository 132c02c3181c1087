/* Whose turn it is to write behavior. A batch asks first what was counted already and then
 * writes; two programs that do so at once would count one message twice. */
#ifndef LEARN_WRITER_LOCK_H
#define LEARN_WRITER_LOCK_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* writer_lock_acquire - wait for our turn with an embedded store; it is taken for one batch only, so
 *             that an import and the learner go on side by side
 * in    url    of the store; where there is no lmdb: in it nothing is taken: servers merge
 *              what several machines write
 *       most_ms   to wait
 * own   *lock_r: give it back with writer_lock_release()
 * err   false: somebody else writes and writes, or the lock file cannot be had; e says which */
bool writer_lock_acquire(const char *url, int64_t most_ms, int *lock_r, GError **e);

/* writer_lock_release - let others write; also happens by itself when the process ends */
void writer_lock_release(int lock);

#endif
