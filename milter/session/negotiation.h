/* What the MTA offers at the beginning of a connection, and what is taken of it. */
#ifndef SESSION_NEGOTIATION_H
#define SESSION_NEGOTIATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "session/outbox.h"

struct negotiated {
	uint32_t version;
	uint32_t edits;    /* EDIT_ that the MTA lets us make */
	uint32_t steps;    /* STEP_ that both keep to */
	size_t body_bytes; /* most of a piece of a new body */
};

/* negotiate - choose from an offer
 * in    offer   data of COMMAND_OPTNEG
 * out   *n_r    never more than was offered
 * err   false: *why_r says what is wrong (static text): the connection has to end */
bool negotiate(struct bytes offer, struct negotiated *n_r, const char **why_r);

/* negotiation_answer - tell the MTA what was chosen, and which macros are wanted
 * err   as outbox_end() */
bool negotiation_answer(const struct negotiated *n, struct outbox *out);

#endif
