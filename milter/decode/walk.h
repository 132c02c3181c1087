/* Inside of the module: a walk through one file and all that is in it. */
#ifndef DECODE_WALK_H
#define DECODE_WALK_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/file_magic.h"
#include "decode/listing.h"

/* a file on the walk, which may hold others */
struct decode_place {
	const char *path; /* "" for the first one */
	const char *name; /* the last component of it, or as the first one was called */
	int depth;
	struct bytes data;
};

struct decode_walk {
	const struct decode_openers *openers;
	const struct decode_listener *listener;
	void (*into)(struct decode_walk *w, const struct decode_place *at);
	int64_t until_us;
	GHashTable *told;   /* names */
	GHashTable *sorts;  /* endings and kinds of what was told */
	GHashTable *opened; /* digests: nothing is opened twice */
	size_t entries, unpacked, unopened;
	size_t links[DECODE_SORT_COUNT];
	enum decode_why why;
};

/* walk_over - is it time to stop? then w->why says so */
bool walk_over(struct decode_walk *w);

/* walk_tell - a file was found in another
 * in    name   any bytes
 *       head   the first bytes of it
 * out   the path under which it was told; may it hold files?
 * own   the caller frees path_r with g_free() */
enum file_packs walk_tell(struct decode_walk *w, const struct decode_place *in,
			  const struct decode_entry *found, char **path_r);

/* walk_unopened - something that can hold files was not looked into */
void walk_unopened(struct decode_walk *w, const struct decode_place *at,
		   enum decode_why why);

/* walk_into - look into a file that may hold others
 * err   what cannot be opened is told */
void walk_into(struct decode_walk *w, const struct decode_place *at);

/* ole_prepare - let libgsf make its types
 * use   before doors are closed */
void ole_prepare(void);

/* ole_list - tell the streams of a compound file, and look into them
 * out   false: it is none that can be read
 * err   see above
 * ref   MS-CFB, MS-OVBA, MS-XLS */
bool ole_list(struct decode_walk *w, const struct decode_place *at);

/* ooxml_is_table - may a file in an archive say what the others are? */
bool ooxml_is_table(const char *name);

/* ooxml_kind - what such a file says
 * in    text   is changed: zero bytes are taken out, which makes ASCII of UTF-16
 * out   FILE_KIND_MACRO, FILE_KIND_TEMPLATE, or NULL
 * cost  linear
 * ref   ECMA-376-2 9, 10 */
const char *ooxml_kind(char *text, size_t n);

/* walk_link - a code was found in a picture, or a link in a document
 * in    text   what it says
 * err   beyond LIMIT_DECODE_CODES (of each sort) the walk is over, or no more are told
 */
void walk_link(struct decode_walk *w, const char *text, enum decode_sort sort);

/* pdf_list - tell pictures, links and files of a PDF, and look into them
 * out   DECODE_WHOLE, or why it is not read at all
 * err   as out
 * ref   ISO 32000-1 */
enum decode_why pdf_list(struct decode_walk *w, const struct decode_place *at);

/* code_list - tell the codes in a picture
 * in    kind   of file_magic()
 * out   DECODE_WHOLE, or what kept it from seeing all of it
 * err   as out */
enum decode_why code_list(struct decode_walk *w, const struct decode_place *at,
			  const char *kind);

/* archive_list - tell the files of an archive of whatever kind, and look into them
 * out   false: it is none that can be read
 * err   see above */
bool archive_list(struct decode_walk *w, const struct decode_place *at);

#endif
