/* What is counted of a message when it is done with. */
#ifndef SESSION_TALLY_H
#define SESSION_TALLY_H

#include "action/plan.h"
#include "pipeline.h"
#include "session/listener.h"

/* tally_declare - the values of labels that are known before any mail came */
void tally_declare(struct metrics *m);

/* tally_message - count a message and its recipients
 * in    p           after its plan was carried out
 *       decide_us   how long its stages took together */
void tally_message(struct listener *d, const struct transaction *p, enum disposition done,
		   int64_t decide_us);

/* tally_degraded_now - have the time that is degraded up to now counted, too */
void tally_degraded_now(struct listener *d);

#endif
