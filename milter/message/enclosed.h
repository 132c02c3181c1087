/* Files that stand inside of a part and are no parts of their own: mail programs show them as
 * attachments all the same. */
#ifndef MESSAGE_ENCLOSED_H
#define MESSAGE_ENCLOSED_H

#include <glib.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/file_visitor.h"
#include "message/message.h"

/* What one message encloses. */
struct enclosures {
	struct arena *arena;
	GArray *files;      /* struct enclosed */
	size_t n;           /* that were found */
	unsigned truncated; /* TRUNCATED_ARCHIVE: there are more */
	int depth;          /* of files in files, while they are looked into */
	const struct file_decoder *decoder; /* of archives among them; NULL: nobody */
	const struct file_visitor *visitor; /* is shown them, instead of a list; NULL */
	/* finds those in a winmail.dat among them, as tnef_find(); NULL: nobody */
	void (*tnef)(struct bytes file, struct enclosures *all);
};

/* enclosures_begin - nothing yet
 * own   enclosures_end() */
void enclosures_begin(struct arena *a, struct enclosures *all_r);

/* enclosures_add - one more file; beyond LIMIT_ENCLOSED they are not kept
 * in    name   in whatever charset; n is 0: it has none
 *       data   as much of its content as is there */
void enclosures_add(struct enclosures *all, struct bytes name, struct bytes data);

/* enclosures_end - they become the message's */
void enclosures_end(struct enclosures *all, struct message *m);

/* uuencode_find - files that are uuencoded in a text, one after the other
 * in    text   CRLF or LF
 * cost  linear; at most LIMIT_ENCLOSED_BYTES are decoded
 * err   what does not look like it on its first line is text
 * ref   POSIX.1-2017, uuencode */
void uuencode_find(struct bytes text, struct enclosures *all);

/* tnef_find - files in a winmail.dat, by their long or short names
 * in    file   without its transfer encoding
 * cost  linear in the number of attributes, and in what is read of archives
 * err   it is read up to the first thing that cannot be
 * ref   MS-OXTNEF 2.1 */
void tnef_find(struct bytes file, struct enclosures *all);

#endif
