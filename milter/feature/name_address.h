/* Addresses where names should stand. */
#ifndef FEATURE_NAME_ADDRESS_H
#define FEATURE_NAME_ADDRESS_H

#include "base/arena.h"

/* name_address - the first e-mail address written inside a display name, also with a wide
 *                or bracketed at sign
 * in    display   valid UTF-8, or NULL
 * out   as address_key() gives; NULL: there is none
 * own   a
 * err   NULL, see out
 * cost  linear in the name, which is cut at LIMIT_DISPLAY_BYTES */
const char *name_address(struct arena *a, const char *display);

#endif
