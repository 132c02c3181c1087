/* Release: a held message goes on to those of its recorded recipients it was held for,
 * through an SMTP listener that does not filter it again. */
#ifndef QUARANTINE_RELEASE_H
#define QUARANTINE_RELEASE_H

#include <glib.h>
#include <stdbool.h>

#include "quarantine/hold.h"

/* Where it goes. */
struct release {
	const struct hold_scope *scope; /* to nobody outside it */
	const char *server;             /* HOST:PORT */
	const struct hold_parts
		*parts; /* to these of those who are still held; NULL: all */
	bool again;     /* also to those who may have got it already */
	char **reply_r; /* what the server said to the last dot, printable: g_free(); not
			   set when nothing was sent. NULL: nobody asks */
};

/* release_send - inject a hold by SMTP and mark its recipients released
 * out   *n_r      recipients the server took
 * err   false: e says what the server said; a recipient is marked released only after the
 *       server has taken the message for it. A release that broke off before its last dot can
 *       be repeated; after that it is in doubt, as is what the MTA may have delivered when it
 *       came: it is sent only with `again`
 * ref   RFC 5321, 6152 (8BITMIME), 6531 (SMTPUTF8) */
bool release_send(const struct hold *h, const struct release *to, unsigned *n_r,
		  GError **e);

#endif
