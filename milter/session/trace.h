/* What a released message brings along of its first arrival: a Received line of ours, and what
 * was found then. */
#ifndef SESSION_TRACE_H
#define SESSION_TRACE_H

#include "action/plan.h"
#include "pipeline.h"

/* trace_text - header lines for the top of what is released: Received (client, name, HELO, time,
 *              our id), and our own fields as they would have stood on a delivered message,
 *              without reasons
 * own   way->arena
 * err   what is not known is left out
 * ref   RFC 5321 4.4 */
const char *trace_text(const struct transaction *way, const struct plan_setup *setup,
		       const struct plan_hold *h);

#endif
