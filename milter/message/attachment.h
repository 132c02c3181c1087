/* What an attachment holds: the names inside of a zip. */
#ifndef MESSAGE_ATTACHMENT_H
#define MESSAGE_ATTACHMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"

struct zip_listing {
	const char *const *names; /* valid UTF-8; the first 100, and one for each ending
				     that is not among them, at most 200 */
	size_t n;
	bool encrypted; /* an entry needs a password */
	bool truncated; /* there are more files, or more endings, than are listed */
};

/* attachment_zip - names in a zip archive, from its central directory and from the headers
 *                  in front of the files
 * own   a
 * err   what makes no sense ends the list
 * cost  linear in the file
 * ref   APPNOTE.TXT 4.3.7, 4.3.12, 4.3.16 */
void attachment_zip(struct arena *a, struct bytes file, struct zip_listing *list_r);

#endif
