/* Messages compressed on disk: gzip, with a name of ours in its header, by which it is told from a
 * message that was kept as it came. */
#ifndef QUARANTINE_PACK_H
#define QUARANTINE_PACK_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

/* pack - compress
 * in    always   even where that makes it larger
 * out   NULL: it would not be smaller
 * own   the caller frees with g_byte_array_unref()
 * err   NULL, see out */
GByteArray *pack(struct bytes raw, bool always);

/* pack_is - was it made by pack()? */
bool pack_is(struct bytes file);

/* pack_open - the message again, byte by byte
 * in    file   of which pack_is() says yes
 *       most   bytes that may come out
 * own   *text_r: NUL-terminated, the caller frees with g_free()
 * err   false: damaged, or larger; e says which
 * cost  linear in what comes out */
bool pack_open(struct bytes file, size_t most, char **text_r, size_t *n_r, GError **e);

#endif
