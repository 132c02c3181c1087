/* What a mailbox was handed: enough of each message to know, weeks later, what somebody's
 * hands speak of. The key names mailbox and id, so what a stranger writes into a header finds
 * nothing that was not that mailbox's own. */
#ifndef PREFERENCE_RECEIVED_H
#define PREFERENCE_RECEIVED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "preference/preference.h"

struct received {
	int64_t time_s;
	int64_t message_id; /* preference_mark() of the Message-ID; 0: it had none */
	const char *sender, *org, *list_id;
	bool proven;
	const char *const *signers;
	size_t n_signers;
};

extern const struct codec received_codec;

/* received_decode - the value of a RECEIVED key
 * own   a
 * err   UNKNOWN: damaged or of a newer version */
enum answer received_decode(struct arena *a, struct bytes value,
			    struct received *received_r);

/* received_write - a write that remembers a message for a mailbox
 * in    id   ours
 * own   what the write points to lives in a */
struct store_write received_write(struct arena *a, const char *tenant,
				  const char *mailbox, const char *id,
				  const struct received *r);

/* received_subject - what preferences are asked about it
 * own   texts stay r's */
struct preference_subject received_subject(const struct received *r);

/* received_signer - whose signature an entry for its list is bound to: of several the one that
 *                   is most the list's own, its writer's or one that its name ends in. A firm
 *                   that sends for many signs for nobody (lookup/facts_preference.c)
 * err   NULL: nobody signed it */
const char *received_signer(const struct received *r);

#endif
