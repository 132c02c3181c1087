/* Whose turn it is to write behavior. A batch asks first what was counted already and then
 * writes; two programs that do so at once would count one message twice. */
#ifndef LEARN_TURN_H
#define LEARN_TURN_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* turn_take - wait for our turn with an embedded store; it is taken for one batch only, so
 *             that an import and the learner go on side by side
 * in    url    of the store; where there is no lmdb: in it nothing is taken: servers merge
 *              what several machines write
 *       most_ms   to wait
 * own   *turn_r: give it back with turn_give()
 * err   false: somebody else writes and writes, or the lock file cannot be had; e says which */
bool turn_take(const char *url, int64_t most_ms, int *turn_r, GError **e);

/* turn_give - let others write; also happens by itself when the process ends
 * err   none */
void turn_give(int turn);

#endif
