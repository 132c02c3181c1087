/* The part of the control socket's language that is about the store of the running daemon. */
#ifndef CMD_CONTROL_STORE_H
#define CMD_CONTROL_STORE_H

#include <glib.h>
#include <stdbool.h>

#include "store/store.h"

/* control_store - answer "store status", "store dark N" and "store live N"
 * in    s      the store of the present runtime
 *       word   the whole request
 * out   to     the answer; one that begins with "error:" is no success
 * err   false: the request is another one; nothing is appended */
bool control_store(struct store *s, const char *word, GString *to);

#endif
