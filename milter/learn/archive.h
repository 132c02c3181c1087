/* Mail archives, read one message after the other. */
#ifndef LEARN_ARCHIVE_H
#define LEARN_ARCHIVE_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

enum archive_kind {
	ARCHIVE_MAILDIR, /* cur and new of it and of its folders; not Junk, Trash, Drafts */
	ARCHIVE_MBOX,    /* one file */
	ARCHIVE_FOLDER, /* every file below, one message each */
};

struct archive_reading {
	/* false: no more, please */
	bool (*take)(const char *path, struct bytes raw, void *to);
	/* a file that could not be read; NULL: not interested */
	void (*failed)(const char *path, const GError *e, void *to);
	void *to;
};

struct archive_done {
	size_t messages;
	size_t failed;      /* files */
	int64_t bytes;      /* read */
	int64_t of_bytes;   /* mbox: of the file; others: 0 */
	size_t of_messages; /* others: files there are; mbox: 0 */
};

/* archive_read - hand every message of an archive to r->take
 * in    now_r   kept up to date while reading, for a progress bar
 * err   false: the archive itself cannot be read; e names it. Single files that cannot are
 *       told to r->failed and skipped
 * cost  memory for one message of at most LIMIT_MESSAGE_BYTES */
bool archive_read(enum archive_kind kind, const char *path,
		  const struct archive_reading *r, struct archive_done *now_r,
		  GError **e);

#endif
