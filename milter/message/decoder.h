/* Who looks into files whose formats are not read here. He is a parameter, for those formats
 * belong into another process. */
#ifndef MESSAGE_DECODER_H
#define MESSAGE_DECODER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "message/attachment.h"

/* a file that can hold others, and that nobody has seen inside */
struct unopened {
	const char
		*name; /* of a file within, with those it lies in; "": the file itself */
	const char *kind; /* by its first bytes; NULL: not known */
	const char *why;  /* in words: "out of time" */
};

/* What was found in a file, and in the files in it. */
struct decoded {
	const char *const *names; /* valid UTF-8: "b.zip/a.exe" */
	size_t n_names;
	const char *const *kinds; /* of them, by their first bytes, each once */
	size_t n_kinds;
	const struct unopened *unopened;
	size_t n_unopened;
	const char *const *codes; /* what pictures of codes say */
	size_t n_codes;
	const char *const *links; /* where links in documents lead */
	size_t n_links;
	bool locked; /* something in it needs a password */
};

struct file_decoder {
	/* name: "" if it has none; all that is found lives in a */
	void (*look)(void *user, struct arena *a, const char *name, struct bytes file,
		     struct decoded *found_r);
	void *user;
};

/* decoder_look - have a file looked into
 * in    d      NULL: nobody does
 *       list   names that are known of it; those that were found are added
 * out   NULL: nobody looked
 * own   a */
const struct decoded *decoder_look(struct arena *a, const struct file_decoder *d,
				   const char *name, struct bytes file,
				   struct zip_listing *list);

#endif
