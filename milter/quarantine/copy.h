/* Is a message that comes the same as one that is held? */
#ifndef QUARANTINE_COPY_H
#define QUARANTINE_COPY_H

#include "quarantine/hold.h"

/* copy_is_same - is an older hold whole, and of the same message as one that comes?
 * err   false too when it cannot be read */
bool copy_is_same(struct quarantine *q, const struct hold *old, const struct hold *h);

/* copy_cover - mark the recipients that an older hold is still held for
 * out   covered[h->n_rcpts]   set, never reset; true: there are such that were not marked */
bool copy_cover(const struct hold *old, const struct hold *h, bool *covered);

#endif
