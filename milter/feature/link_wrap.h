/* Links that a guard has rewritten, so that it can look at the site when they are clicked. */
#ifndef FEATURE_LINK_WRAP_H
#define FEATURE_LINK_WRAP_H

#include "base/arena.h"

/* link_unwrap - the host that a link leads to in the end, past a guard's rewriting
 * in    url    as written
 *       host   its host, as domain_key() gives
 * out   host itself if no guard that we know has it, or if what it guards can't be read
 * own   a
 * cost  linear in the URL */
const char *link_unwrap(struct arena *a, const char *url, const char *host);

#endif
