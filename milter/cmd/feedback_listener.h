/* wonted-learn's part that hears of feedback: its socket, its spool, and who applies it. */
#ifndef CMD_FEEDBACK_LISTENER_H
#define CMD_FEEDBACK_LISTENER_H

#include <glib.h>
#include <stdbool.h>

#include "config/options.h"
#include "metrics/metrics.h"
#include "store/store.h"

struct feedback_listener;

/* feedback_listener_open - listen at a socket; nobody is served before
 *                          feedback_listener_begin()
 * in    path   NULL: nowhere
 *       wake   called from another thread when there is something to do
 * own   the caller, feedback_listener_close()
 * err   never NULL: what cannot be listened at is said in the log, and the spool is applied
 *       all the same */
struct feedback_listener *feedback_listener_open(const char *path, void (*wake)(void));

/* feedback_listener_begin - serve with this store from now on
 * in    o, store   outlive feedback_listener_pause()
 *       afresh     the store knows nothing
 * err   false: the spool cannot be opened; e says why */
bool feedback_listener_begin(struct feedback_listener *l, const struct options *o,
			     struct store *store, bool afresh, GError **e);

/* feedback_listener_pause - serve nobody, until it begins again */
void feedback_listener_pause(struct feedback_listener *l);

/* feedback_listener_apply - apply what is in the spool
 * out   *more_r   there may be more at once
 * err   false: as apply_some() */
bool feedback_listener_apply(struct feedback_listener *l, bool *more_r, GError **e);

/* feedback_listener_watch - from now on a signal tells of what was done with held messages
 * in    quarantine   its folder
 *       signal       to this process
 * err   what is not watched is looked at now and then all the same */
void feedback_listener_watch(struct feedback_listener *l, const char *quarantine,
			     int signal);

/* feedback_listener_hold_events - put what was done with held messages into the spool
 * in    quarantine   its folder
 * out   is there something to apply?
 * use   the journal has been read to its end
 * err   what could not be taken is taken at the next call */
bool feedback_listener_hold_events(struct feedback_listener *l, const char *quarantine);

/* feedback_listener_mark - how many have asked that the journal be read to its end */
unsigned feedback_listener_mark(struct feedback_listener *l);

/* feedback_listener_caught_up - it was, since that many had asked */
void feedback_listener_caught_up(struct feedback_listener *l, unsigned mark);

/* feedback_listener_tell - set the metrics of what was counted
 * use   any thread */
void feedback_listener_tell(struct feedback_listener *l, struct metrics *m);

/* feedback_listener_close - sets *l to NULL */
void feedback_listener_close(struct feedback_listener **l);

#endif
