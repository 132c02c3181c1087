/* Keeping a message in bounded time: a disk that hangs lets go of nobody who waits for it. */
#ifndef QUARANTINE_KEEP_H
#define QUARANTINE_KEEP_H

#include <stdint.h>

#include "quarantine/arrival.h"

/* hold_keep_by - hold_keep(), given up at a moment. What was given up and is written later
 *                all the same is withdrawn then, because its message was delivered
 * in    kept   until_us; the rest is set where it returns true
 * own   kept_clear()
 * err   false: as of hold_keep(), or it took too long; nothing will be held */
bool hold_keep_by(struct quarantine *q, const struct hold *h, struct bytes raw,
		  struct kept *kept, GError **e);

#endif
