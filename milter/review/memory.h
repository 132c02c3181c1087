/* What the page asks of the store of profiles, and tells its writer: wired by the program. */
#ifndef REVIEW_MEMORY_H
#define REVIEW_MEMORY_H

#include <stdbool.h>

#include "store/store.h"

/* What a mailbox's owner says. */
struct wish {
	const char *tenant, *mailbox;
	const char *by;     /* name of who says it */
	const char *entry;  /* as preference_entries() makes them */
	const char *signer; /* of a list; NULL */
	const char *
		wants; /* preference_names; NULL: what was said and learned is forgotten */
};

struct review_memory {
	/* The store to read, which lasts as long as the page; NULL: not to be had now. */
	struct store *(*store)(void *to);
	/* true: it is on disk where it will be applied. *words_r: what came back, g_free() */
	bool (*tell)(const struct wish *w, char **words_r, void *to);
	void *to;
};

#endif
