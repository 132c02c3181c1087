/* A hold as JSON: the same for the tool and for the page's API. */
#ifndef QUARANTINE_HOLD_JSON_H
#define QUARANTINE_HOLD_JSON_H

#include <glib.h>

#include "quarantine/hold.h"

/* hold_json_append - all that is known of it, as an object */
void hold_json_append(GString *out, const struct hold *h);

#endif
