/* Who is meant: what the MTA says that it resolved comes before what the client wrote, for
 * only the MTA knows what it makes of "example.org!ann" or of a comment. */
#ifndef SESSION_RECIPIENT_H
#define SESSION_RECIPIENT_H

#include <stdbool.h>

#include "base/arena.h"
#include "config/options.h"
#include "message/envelope.h"

/* one RCPT; texts live as long as the caller wishes */
struct recipient_told {
	const char *path;    /* its argument, as the client wrote it */
	const char *address; /* macro {rcpt_addr}; NULL: the MTA does not say */
	const char *mailer;  /* macro {rcpt_mailer}; NULL */
};

/* recipient_resolve - who is meant by one recipient of an envelope
 * out   false: the MTA refuses it, so it is none. *r_r: who it is; where that is not known
 *       for certain it has no key, so that nothing of a tenant holds for it, and says why
 * own   a
 * err   false, see out */
bool recipient_resolve(struct arena *a, const struct options *o,
		       const struct recipient_told *told, struct recipient *r_r);

/* sender_resolve - who sends
 * in    path      argument of MAIL
 *       address   macro {mail_addr}; NULL: the MTA does not say
 * out   an address, "" for the null sender, or path without its brackets where only the MTA
 *       could say what it means
 * own   a */
const char *sender_resolve(struct arena *a, const char *path, const char *address);

#endif
