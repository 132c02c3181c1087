/* Mail that the page itself writes to people of a tenant: made here, and handed to the listener
 * that does not filter. It says that a program wrote it, and has no sender that could be
 * answered by another program. */
#ifndef REVIEW_OUTGOING_H
#define REVIEW_OUTGOING_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "config/options.h"

struct outgoing {
	const struct tenant *tenant; /* who writes */
	const char *to;              /* address */
	const char *subject;         /* UTF-8, one line */
	const char *text, *html;     /* the same, twice */
	int64_t now_s;
};

/* outgoing_house - what people of a tenant call it
 * own   the tenant */
const char *outgoing_house(const struct tenant *t);

/* outgoing_message - all of it, as it goes out
 * own   the caller frees with g_free()
 * ref   RFC 5322, RFC 2047, RFC 3834 5 */
char *outgoing_message(const struct outgoing *m);

/* How a message ended. */
enum outgoing_end {
	OUTGOING_TAKEN,
	OUTGOING_REFUSED, /* nobody got it: it may be tried again */
	OUTGOING_DOUBTFUL /* broken off at its last dot: nobody knows */
};

/* Where it goes. */
struct outgoing_way {
	const char *what, *server;              /* for errors: "summary"; HOST:PORT */
	bool (*before)(void *user, GError **e); /* the last dot; false: not sent; NULL */
	void *user;
	bool heard; /* out: the listener answers. If not, no other message goes out now */
};

/* outgoing_send - hand it to the listener
 * in    to        address
 *       message   of outgoing_message()
 * err   OUTGOING_REFUSED and OUTGOING_DOUBTFUL: e says why */
enum outgoing_end outgoing_send(struct outgoing_way *way, const char *to,
				const char *message, GError **e);

#endif
