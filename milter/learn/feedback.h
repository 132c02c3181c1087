/* Feedback as it is told: what somebody's hands did with a message, or what somebody says of a
 * mailbox's wishes. It is proven against what the filter has seen, and on disk before it is
 * acknowledged; what it changes is another's business (learn/apply.h). */
#ifndef LEARN_FEEDBACK_H
#define LEARN_FEEDBACK_H

#include <glib.h>
#include <stdbool.h>

#include "base/bytes.h"
#include "config/options.h"
#include "journal/journal.h"
#include "metrics/metrics.h"
#include "store/store.h"

enum refusal {
#define REFUSAL(id, ...) REFUSAL_##id,
#include "learn/refusals.def"
#undef REFUSAL
	REFUSAL_COUNT
};

#define FEEDBACK_GREETING "wonted-feedback 1" /* first line of a request */
#define FEEDBACK_REQUEST_BYTES \
	(LIMIT_HEADER_BLOCK_BYTES + 16384) /* lines of ours, then the message's header */

struct feedback_setup {
	/* Reads the journal to its end, so that what it just told is in the store; false:
	 * not in time. NULL: nobody does. */
	bool (*catch_up)(void *to);
	void (*took)(void *to); /* something is in the spool; NULL */
	void *to;
};

struct feedback_intake;

/* feedback_create - take feedback; nobody is served until feedback_serve()
 * own   the caller, feedback_destroy() */
struct feedback_intake *feedback_create(const struct feedback_setup *setup);

/* feedback_serve - with what feedback is proven and kept from now on
 * in    o, store, spool   outlive their use; NULL: nobody is served for now
 * use   waits until nobody is being answered */
void feedback_serve(struct feedback_intake *f, const struct options *o,
		    struct store *store, struct journal *spool);

/* feedback_may - may this user of the machine speak for mailboxes?
 * use   any thread; false is counted */
bool feedback_may(struct feedback_intake *f, unsigned uid);

/* feedback_answer - take one request
 * in    request   the greeting, lines "word value", an empty line, the message's header
 * out   *to       "taken ID", "refused WORD: why", "failed: why"; appended, with a line end
 * use   any thread, one at a time
 * err   told in the answer */
void feedback_answer(struct feedback_intake *f, struct bytes request, GString *to);

struct hold_event;

/* feedback_review - take what was done with a held message, as events of the mailboxes it was
 *                   done for
 * in    l   of our own quarantine: it needs no proof
 * use   the journal has been read to its end
 * err   false: not, or not all of it, on disk; try again later. Repeating it is harmless */
bool feedback_review(struct feedback_intake *f, const struct hold_event *l);

/* feedback_tell - set the metrics of what was counted
 * use   any thread */
void feedback_tell(struct feedback_intake *f, struct metrics *m);

/* feedback_destroy - sets *f to NULL */
void feedback_destroy(struct feedback_intake **f);

#endif
