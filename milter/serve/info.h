/* The answer to INFO. */
#ifndef SERVE_INFO_H
#define SERVE_INFO_H

#include <glib.h>

#include "base/bytes.h"
#include "serve/serving.h"

/* whose protocol and commands these are, for clients that look */
#define INFO_REDIS_VERSION "7.0.0"

/* info_print - append a section, "default", "all" or "everything"
 * err   of a section that there is not, nothing */
void info_print(struct serving *s, struct bytes section, GString *to);

#endif
