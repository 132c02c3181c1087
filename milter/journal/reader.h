/* The spool read in order while it grows: line after line, across rotations and restarts. */
#ifndef JOURNAL_READER_H
#define JOURNAL_READER_H

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

#include "base/answer.h"
#include "base/bytes.h"

#define JOURNAL_HASH_BYTES 17 /* hexadecimal digits and NUL */

/* How far the spool has been read. Files are known by what they begin with, because they
 * are renamed; the last line is known by what it holds, because after a crash of the
 * machine a file may be shorter than it was. */
struct journal_position {
	char file
		[JOURNAL_HASH_BYTES]; /* of the beginning of its first line; "": nowhere */
	char line[JOURNAL_HASH_BYTES]; /* of the beginning of the last line read */
	int64_t begin, end;            /* of that line, in bytes from the file's begin */
};

/* What stands in the place of a record that was erased (journal/erase.h) begins so, with its hash
 * behind it, so that positions stay what they were. */
#define JOURNAL_ERASED "{\"kind\":\"erased\",\"was\":\""

struct journal_reader;

/* journal_reader_open - begin to read where somebody stopped
 * in    from   NULL, or of no file that is still there: the oldest line there is
 * own   the caller, journal_reader_close()
 * err   NULL: the folder cannot be read; e says why. A folder without files is no error */
struct journal_reader *
journal_reader_open(const char *folder, const struct journal_position *from, GError **e);

/* journal_reader_next - the next whole line, but for those that were erased
 * out   *line_r   without its end; with YES only. It need not be a record: what a crash cut
 *                 is closed with a line end
 * own   the reader, until the next call
 * err   NO: nothing more for now, ask again later. UNKNOWN: cannot read; e says why */
enum answer journal_reader_next(struct journal_reader *r, struct bytes *line_r,
				GError **e);

/* journal_reader_position - behind the last line that came out, or was left out
 * err   where nothing was read, what it was opened with, if that was found */
void journal_reader_position(const struct journal_reader *r,
			     struct journal_position *position_r);

/* journal_reader_left_out - lines longer than LIMIT_RECORD_LINE_BYTES, or without an end
 *                           though their file was closed */
size_t journal_reader_left_out(const struct journal_reader *r);

/* journal_reader_file - name of the file at hand, for people
 * own   the reader, until the next call
 * err   NULL: there is none yet */
const char *journal_reader_file(const struct journal_reader *r);

/* journal_line_hash - by what a line is known in a position
 * in    line   without its end */
void journal_line_hash(struct bytes line, char hash_r[JOURNAL_HASH_BYTES]);

/* journal_segment_hash - by what a segment is known in a position
 * in    name   of a file of the spool
 * out   "": it is not there, or has no whole line */
void journal_segment_hash(const char *folder, const char *name,
			  char hash_r[JOURNAL_HASH_BYTES]);

/* journal_reader_close - sets *r to NULL
 * in    *r may be NULL */
void journal_reader_close(struct journal_reader **r);

#endif
