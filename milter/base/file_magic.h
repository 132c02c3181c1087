/* What a file is by its first bytes, and what can have files in it. */
#ifndef BASE_FILE_MAGIC_H
#define BASE_FILE_MAGIC_H

#include "base/bytes.h"

/* file_magic - what the first bytes say
 * in    head   the first 512 bytes are enough; "iso" and "tar" want 33 kB
 * out   static text, as struct part's `magic`; NULL: nothing known */
const char *file_magic(struct bytes head);

/* what tells more of a document than its first bytes do: who looked into it says so */
#define FILE_KIND_MACRO "macro"       /* it holds macros */
#define FILE_KIND_TEMPLATE "template" /* it opens what lies elsewhere by itself */

/* file_magic_known - the static text of a word that somebody else says is of file_magic(), or one of
 *                    the above
 * err   NULL: it is none */
const char *file_magic_known(struct bytes name);

enum file_packs {
	PACKS_NOTHING,
	PACKS_FILES, /* an archive, a disk image, a packed file */
	PACKS_CODES, /* a picture or a PDF, which may show a code */
	PACKS_MAIL,  /* a message, or what one was turned into */
};

/* file_packs - does it hold other files?
 * in    word   of file_magic(), or the ending of a name; any case; NULL: nothing */
enum file_packs file_packs(const char *word);

/* file_ending - what stands behind the last dot of a name
 * in    NULL is allowed
 * out   a part of name; NULL: it has none */
const char *file_ending(const char *name);

#endif
