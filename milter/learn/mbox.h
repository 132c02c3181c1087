/* An mbox file taken apart while it is read, piece by piece. */
#ifndef LEARN_MBOX_H
#define LEARN_MBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "base/compiler.h"

struct mbox;

/* mbox_create - a reader
 * in    max_bytes  what a message has beyond is thrown away
 *       take       called for each message, line ends as they were; false: no more, please
 * own   the caller, mbox_destroy() */
struct mbox *mbox_create(size_t max_bytes, bool (*take)(struct bytes raw, void *to),
			 void *to) MUST_CHECK;

/* mbox_feed - the next bytes of the file, in any pieces
 * out   false: take() wants no more
 * err   what stands before the first "From " line is thrown away
 * ref   RFC 4155; a separator is a line "From ", with a time of day in it, at the start or
 *       behind an empty line; ">From " loses its first ">" (mboxrd and mboxo) */
bool mbox_feed(struct mbox *m, struct bytes piece);

/* mbox_end - there is nothing more: the last message is taken */
void mbox_end(struct mbox *m);

/* mbox_destroy - sets *m to NULL
 * in    *m may be NULL */
void mbox_destroy(struct mbox **m);

#endif
