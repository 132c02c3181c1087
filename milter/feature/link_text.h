/* Which site a link's visible text promises. */
#ifndef FEATURE_LINK_TEXT_H
#define FEATURE_LINK_TEXT_H

#include "base/arena.h"
#include "message/message.h"

/* link_text_host - the host that a visible text names, if it is an address of a site: a URL,
 *                  or a bare domain alone
 * in    text   valid UTF-8, or NULL
 * out   as domain_key() gives; NULL: the text promises no site
 * own   a
 * err   NULL, see out
 * cost  linear in the text, of which 512 bytes are looked at */
const char *link_text_host(struct arena *a, const char *text);

/* link_shown - another site than the one it leads to, which a link shows its reader
 * out   *real_r   where it leads to, past a guard's rewriting; of a link that shows one only
 * own   a
 * err   NULL: it shows none, or nobody sees it */
const char *link_shown(struct arena *a, const struct link *l, const char **real_r);

#endif
