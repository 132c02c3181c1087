/* The headers we write and the ones we take away. All values are ASCII, folded before 78
 * columns with "\n\t", and hold no byte of the message that could end a line. */
#ifndef ACTION_HEADER_H
#define ACTION_HEADER_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "action/plan.h"
#include "base/arena.h"
#include "message/message.h"

#define HEADER_AUTHRES "Authentication-Results"
#define HEADER_ACTION "X-Wonted-Action"
#define HEADER_BANNER "X-Wonted-Banner"
#define HEADER_DEGRADED "X-Wonted-Degraded"
#define HEADER_RECIPIENT "X-Wonted-Recipient"
#define HEADER_REASONS "X-Wonted-Reasons"
#define HEADER_SCORE "X-Wonted-Score"
#define HEADER_WOULD "X-Wonted-Would"

/* What the headers of one message say. */
struct header_story {
	const struct decision *shown; /* the one that the headers tell */
	enum action action;           /* what is done for those who read them */
	const char *action_note;      /* static words in brackets after it, or NULL */
	const struct reason *const *reasons; /* those that may be told */
	size_t n_reasons;
	const char *banner; /* or NULL */
	const char *
		unresolved; /* why nobody knows who one of those is who remain, or NULL */
	const char *id;
	const char *missing; /* words on what was missing; NULL: nothing */
	bool observe; /* nothing was done because nobody who remains is in enforce mode */
};

/* header_removals - edits that delete what only we may say: X-Wonted-*, and
 *                   Authentication-Results that claim to be ours
 * in    s      its sweep set
 *       spam   also X-Spam-Flag, X-Spam-Status, X-Spam-Level and X-Spam
 *       edits  struct edit are appended, highest nth of a name first
 * ref   RFC 8601 5 */
void header_removals(const struct plan_setup *s, bool spam, GArray *edits);

/* header_insertions - edits that put our headers on top, Authentication-Results highest; how
 *                     many is the option headers
 * in    edits   struct edit are appended
 * own   a */
void header_insertions(struct arena *a, const struct plan_setup *s,
		       const struct header_story *story, GArray *edits);

/* header_fold - a value of words made to fit
 * in    name_n   length of the name that will stand before it
 *       text     bytes outside printable ASCII are shown as \xNN and \u{NNNN}
 *       max      what is longer ends in "..."
 * out   lines under 78 columns; a word that does not fit is broken
 * own   a
 * ref   RFC 5322 2.1.1, 2.2.3 */
const char *header_fold(struct arena *a, size_t name_n, const char *text, size_t max);

/* points_text - milli-points as people write them: 6500 is "6.5"
 * own   a */
const char *points_text(struct arena *a, int64_t milli);

#endif
