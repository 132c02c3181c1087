/* What came with a message in our name. The listener notes every field as it comes by, so that no
 * bound on what is kept of a message hides one; where there is no listener, the message itself is
 * walked. */
#ifndef ACTION_HEADER_SWEEP_H
#define ACTION_HEADER_SWEEP_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "message/message.h"

struct header_sweep;

/* header_sweep_create - nothing noted yet
 * in    authserv_id   ours
 * own   a
 * err   out of memory ends the process */
struct header_sweep *header_sweep_create(struct arena *a, const char *authserv_id);

/* header_sweep_field - one field, in the order of the message
 * in    name    blanks before the colon may be in it
 *       value   folds as they came
 * cost  linear in the field; at most SWEEP_MOST fields are noted */
void header_sweep_field(struct header_sweep *s, struct bytes name, struct bytes value);

/* header_sweep_message - all fields of a message, also those beyond LIMIT_HEADERS */
void header_sweep_message(struct header_sweep *s, const struct message *m);

/* Which of what was noted goes. */
struct sweep_request {
	bool ours; /* X-Wonted, X-Wonted-*, and fields that hide one of these names or results of
		      ours behind what some reader takes for a line end */
	bool spam; /* X-Spam-Flag, X-Spam-Status, X-Spam-Level and X-Spam */
	bool grounds; /* of both, what says why: points, reasons, the rest of "headers = full";
			 and X-Wonted-Degraded, which tells of our own troubles */
	bool authres; /* Authentication-Results that claim to be ours */
	bool chain; /* ARC-Authentication-Results that do, of a chain that does not hold */
};

/* header_sweep_edits - edits that delete it
 * in    edits   struct edit are appended, highest nth of a name first
 * err   see header_sweep_flooded()
 * ref   RFC 8601 5 */
void header_sweep_edits(const struct header_sweep *s, struct sweep_request w,
			GArray *edits);

/* header_sweep_flooded - were there more than SWEEP_MOST fields? Then not all of them go */
bool header_sweep_flooded(const struct header_sweep *s);

/* Real mail has some ten. Each costs the MTA a walk through the header: Postfix 3.7 takes
 * 0.2 s to remove 2,000, 3 s for 10,000, and gives up with 20,000. */
enum { SWEEP_MOST = 2000 };

#endif
