/* The MTA's macros: which are asked for, and what was said at which step of a session. Only
 * those of macros.def are kept, so that there is a bound on what a connection makes us keep. */
#ifndef SESSION_MACROS_H
#define SESSION_MACROS_H

#include <glib.h>
#include <stdbool.h>

#include "base/bytes.h"

enum macro {
#define MACRO(id, name) MACRO_##id,
#include "session/macros.def"
#undef MACRO
	MACRO_COUNT
};

/* Steps that macros are sent with, as the protocol numbers them. */
enum macro_step {
	MACROS_CONNECT,
	MACROS_HELO,
	MACROS_MAIL,
	MACROS_RCPT,
	MACROS_DATA,
	MACROS_EOM,
	MACROS_EOH,
	MACROS_STEPS
};

/* macros_asked - what the MTA is asked to send with a step, as SETSYMLIST wants it
 * out   names with braces, in blanks; NULL: the step stays as the MTA has it */
const char *macros_asked(enum macro_step step);

/* All zero is an empty one. */
struct macros {
	struct macros_of_step {
		GString *text;          /* values, each with its NUL */
		size_t at[MACRO_COUNT]; /* 1 and the place of the value; 0: not said */
		bool fresh;             /* said, and its command has not come yet */
	} steps[MACROS_STEPS];
};

/* macros_take - the MTA says macros: what it said before with the same step is forgotten, and
 *               what it said with later ones
 * in    data   the letter of the command they are said with; name, NUL, value, NUL and so on
 * err   a name without a value, an empty packet, too long values and macros of unknown steps
 *       are left out, and logged; those of steps that need none are left out */
void macros_take(struct macros *m, struct bytes data);

/* macros_begin - the command of a step has come: what was said with later steps is old, and
 *                so is what was said with an earlier command of the same step */
void macros_begin(struct macros *m, enum macro_step step);

/* macros_get - what the MTA said last
 * out   NULL: not said, or empty
 * own   until macros of that step are said again or forgotten */
const char *macros_get(const struct macros *m, enum macro id);

/* macros_forget - this step and all later ones */
void macros_forget(struct macros *m, enum macro_step from);

/* macros_free - forget all, and give the memory back */
void macros_free(struct macros *m);

#endif
