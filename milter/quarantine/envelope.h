/* A hold's envelope as a file: who it was for, what became of it, and why. */
#ifndef QUARANTINE_ENVELOPE_H
#define QUARANTINE_ENVELOPE_H

#include <glib.h>
#include <stdbool.h>

#include "quarantine/hold.h"

/* envelope_write - put it in place, synced, whole or not at all
 * err   false: e says why */
bool envelope_write(const char *path, int mode, const struct hold *h, GError **e);

/* envelope_read - as it was written
 * in    id    the hold's
 * own   hold_free()
 * err   NULL: e says why */
struct hold *envelope_read(const char *path, const char *id, GError **e);

/* hold_rcpt_clear - give back the texts of one recipient's part, which are its own */
void hold_rcpt_clear(struct hold_rcpt *r);

/* hold_copy - all of it, on its own
 * own   hold_free() */
struct hold *hold_copy(const struct hold *h);

#endif
