/* The editor: what a plan is carried out with. The milter calls the MTA, scan prints,
 * tests record. Every function returns false when it could not be done. */
#ifndef ACTION_EDITOR_H
#define ACTION_EDITOR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

struct plan;
struct plan_hold;

struct editor {
	void *self;
	/* index 0 is above everything, as smfi_insheader() counts */
	bool (*insert_header)(void *self, int index, const char *name, const char *value);
	bool (*add_header)(void *self, const char *name, const char *value);
	/* nth as below; the field keeps its place */
	bool (*change_header)(void *self, const char *name, size_t nth,
			      const char *value);
	/* nth: 0-based among headers of that name; called from the highest down */
	bool (*delete_header)(void *self, const char *name, size_t nth);
	bool (*replace_body)(void *self, struct bytes body);
	/* copy of message and envelope for the recipients of one of the plan's holds: true only
	 * when it is on disk and indexed; h->id may become that of an older hold of the same */
	bool (*hold)(void *self, const struct plan *p, struct plan_hold *h);
	bool (*delete_rcpt)(void *self, const char *address);
	bool (*add_rcpt)(void *self, const char *address);
	bool (*set_reply)(void *self, const char *code, const char *xcode,
			  const char *text);
};

#endif
