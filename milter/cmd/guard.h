/* The guard of the roll-out: a thread of wonted-learn that looks, now and then, at what people did
 * with mail that rules and policies had marked or held, and has those only observed of which it is
 * sure that they are wrong too often. */
#ifndef CMD_GUARD_H
#define CMD_GUARD_H

#include <glib.h>

#include "config/options.h"

struct guard;

/* guard_begin - look after a journal
 * in    o      kept as it is; guard_end() before it goes
 * own   the caller: guard_end()
 * err   NULL: guard_percent is 0 */
struct guard *guard_begin(const struct options *o);

/* guard_look - look now, on this thread
 * in    not_before   see learn/ledger.h; what the daemon answers is noted in it
 * err   what cannot be read, or whom nobody can tell, is said in the log */
void guard_look(const struct options *o, GHashTable *not_before);

/* guard_end - after the look at hand; sets *g to NULL, which it may be */
void guard_end(struct guard **g);

#endif
