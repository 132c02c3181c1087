/* Who moves many messages at once is tidying up, and says nothing of any of them. */
#ifndef LEARN_MASS_H
#define LEARN_MASS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "journal/event.h"

struct mass;

/* mass_create - nobody has moved anything
 * in    revoke   called for each act before the first one that is too many
 * own   the caller, mass_destroy() */
struct mass *mass_create(void (*revoke)(const struct event *before, void *to), void *to);

/* mass_note - one more act of a mailbox's owner
 * in    ev       as event_read() gives it; copied
 *       most     more than these within 10 s are too many
 * out   whether it is one of too many
 * use   memory grows with the mailboxes that did something within 10 s */
bool mass_note(struct mass *m, const struct event *ev, size_t most, int64_t now_us);

/* mass_destroy - sets *m to NULL */
void mass_destroy(struct mass **m);

#endif
