/* What a child tells of one file, and how it is written down between the two processes. The
 * child has read hostile bytes, so its answer is hostile, too: nothing of it is believed
 * before it is checked here. */
#ifndef DECODE_ANSWER_H
#define DECODE_ANSWER_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"

/* why nobody looked into a file, or not into all of it */
enum decode_why {
	DECODE_WHOLE, /* somebody did */
#define DECODE_WHY(id, word, doc) DECODE_##id,
#include "decode/why.def"
#undef DECODE_WHY
	DECODE_WHY_COUNT
};

/* what a record is of; of others than a file the name is an address or a text */
enum decode_sort {
	DECODE_FILE,
	DECODE_CODE, /* what the picture of a code says */
	DECODE_LINK, /* where a link in a document leads */
	DECODE_SORT_COUNT
};

/* one file within another, or one that could not be opened */
struct decode_entry {
	const char
		*name; /* valid UTF-8, with those it lies in: "b.zip/a.exe"; "": the file
			     that was asked about */
	const char *kind;    /* of file_magic(), or NULL */
	enum decode_why why; /* it can hold files, and nobody has seen them */
	bool locked;         /* needs a password */
	enum decode_sort sort;
};

struct decode_answer {
	const struct decode_entry *entries;
	size_t n;
	enum decode_why why; /* the answer as a whole */
};

/* decode_why_word - why, in words: "out of time"
 * out   static text */
const char *decode_why_word(enum decode_why why);

/* decode_put_entry - write a record of an answer; the child's side
 * in    e   its name is cut at its beginning when it is too long */
void decode_put_entry(GString *to, const struct decode_entry *e);

/* decode_put_end - write the last record of an answer */
void decode_put_end(GString *to, enum decode_why why);

/* An answer that comes in pieces. */
struct decode_reader;

enum decode_progress { READER_MORE, READER_ENDED, READER_NONSENSE };

/* decode_reader_new - nothing has come yet
 * own   decode_reader_free() */
struct decode_reader *decode_reader_new(struct arena *a);

/* decode_reader_take - the next bytes of an answer
 * in    piece   of any length, cut anywhere
 * out   READER_ENDED: nothing may follow; READER_NONSENSE: whoever sent it is not to be
 *       believed, and not to be asked again
 * err   READER_NONSENSE
 * cost  linear; at most LIMIT_DECODE_ANSWER_BYTES are kept */
enum decode_progress decode_reader_take(struct decode_reader *r, struct bytes piece);

/* decode_reader_answer - what has come up to now
 * own   the arena */
void decode_reader_answer(const struct decode_reader *r, struct decode_answer *answer_r);

/* decode_reader_free - let go of it
 * in    NULL is allowed */
void decode_reader_free(struct decode_reader *r);

#endif
