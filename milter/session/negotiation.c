/* Nothing but the end of a message needs an answer, so every other answer is negotiated away
 * as far as the MTA grants it. */
#include "session/negotiation.h"

#include "session/macros.h"
#include "session/protocol.h"

#define OFFER_BYTES 12 /* version, edits, steps */
#define EDITS                                                                       \
	(EDIT_ADDHDRS | EDIT_CHGHDRS | EDIT_CHGBODY | EDIT_ADDRCPT | EDIT_DELRCPT | \
	 EDIT_SETSYMLIST)
#define EDITS_NEEDED (EDIT_ADDHDRS | EDIT_CHGHDRS)
#define STEPS                                                                         \
	(STEP_NR_CONN | STEP_NR_HELO | STEP_NR_MAIL | STEP_NR_RCPT | STEP_NR_HDR |    \
	 STEP_NR_EOH | STEP_NR_BODY | STEP_SKIP | STEP_HDR_LEADSPC | STEP_NOUNKNOWN | \
	 STEP_NODATA)

static uint32_t number_at(struct bytes b, size_t at)
{
	uint32_t big;

	memcpy(&big, b.at + at, sizeof(big));
	return GUINT32_FROM_BE(big);
}

static void choose_size(uint32_t offered, struct negotiated *n)
{
	n->body_bytes = DATA_BYTES_64K;
	if ((offered & STEP_MDS_1M) != 0) {
		n->steps |= STEP_MDS_1M;
		n->body_bytes = DATA_BYTES_1M;
	} else if ((offered & STEP_MDS_256K) != 0) {
		n->steps |= STEP_MDS_256K;
		n->body_bytes = DATA_BYTES_256K;
	}
}

bool negotiate(struct bytes offer, struct negotiated *n_r, const char **why_r)
{
	if (offer.n < OFFER_BYTES) {
		*why_r = "the MTA's offer is too short";
		return false;
	}
	uint32_t version = number_at(offer, 0);
	uint32_t edits = number_at(offer, 4), steps = number_at(offer, 8);

	if (version < PROTOCOL_VERSION_MIN) {
		*why_r = "the MTA speaks a version of the protocol before 2";
		return false;
	}
	if ((edits & EDITS_NEEDED) != EDITS_NEEDED) {
		*why_r = "the MTA does not let its filters add and change headers: its "
			 "mail is not filtered";
		return false;
	}
	*n_r = (struct negotiated){ .version = MIN(version, PROTOCOL_VERSION),
				    .edits = edits & EDITS,
				    .steps = steps & STEPS };
	choose_size(steps, n_r);
	return true;
}

bool negotiation_answer(const struct negotiated *n, struct outbox *out)
{
	size_t begin = outbox_mark(out);

	outbox_begin(out, REPLY_OPTNEG);
	outbox_number(out, n->version);
	outbox_number(out, n->edits);
	outbox_number(out, n->steps);
	for (size_t i = 0; i < MACROS_STEPS && (n->edits & EDIT_SETSYMLIST) != 0; i++) {
		const char *names = macros_asked((enum macro_step)i);

		if (names == NULL)
			continue;
		outbox_number(out, (uint32_t)i);
		outbox_text(out, names);
	}
	return outbox_end(out, begin);
}
