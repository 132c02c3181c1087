/* One SMTP session as the MTA tells it, and what is done about its messages. Nothing here
 * knows libmilter: an engine calls these functions one after the other, on changing threads
 * but never two at once, and lends its editor (struct editor) at the end of a message. */
#ifndef SESSION_SESSION_H
#define SESSION_SESSION_H

#include <stdbool.h>
#include <stddef.h>

#include "action/editor.h"
#include "action/plan.h"
#include "base/bytes.h"
#include "session/listener.h"
#include "session/recipient.h"

struct session;

/* What the engine knows at the start; texts may be NULL and are copied. */
struct session_peer {
	const char
		*client_addr; /* text of an address; NULL: not TCP (sendmail command) */
	const char
		*client_name; /* as the MTA tells it: [ADDRESS] and "unknown" are none */
	const char *mta_name;
	bool cannot_delete_rcpts; /* the MTA has not granted it: nothing can be held for some
				     and delivered to others */
};

/* session_open - a connection from the MTA begins
 * own   session_close()
 * err   over max_sessions it is opened all the same, and its mail is undecided */
struct session *session_open(struct listener *d, const struct session_peer *peer);

/* session_helo - the client named itself */
void session_helo(struct session *s, const char *helo);

struct session_sender {
	const char *mail_from; /* with or without brackets */
	const char *mail_addr; /* as the MTA resolved it; NULL: it does not say */
	const char *auth_user;
	const char *tls_version;
	const char *queue_id;
};

/* session_mail - a message begins; one that did not end is forgotten */
void session_mail(struct session *s, const struct session_sender *from);

/* session_rcpt - one more recipient
 * err   those beyond LIMIT_RCPTS are not known, and pass */
void session_rcpt(struct session *s, const struct recipient_told *told);

/* session_header - a header field, in the order of the message
 * in    value   leading blank kept, folds as bare LF */
void session_header(struct session *s, const char *name, const char *value);

/* session_field_truncated - the field before was longer than what was given of it: the message
 *                           is judged, and cannot be held, because the rest would be lost */
void session_field_truncated(struct session *s);

/* session_headers_end - the header is complete: what takes time is started */
void session_headers_end(struct session *s);

/* session_body - a piece of the body
 * out   false: no more is wanted of this message */
bool session_body(struct session *s, struct bytes chunk);

/* session_end - the end of a message: decide, edit, record
 * in    queue_id   of the MTA; NULL if there is none
 *       ed         its hold() is not used: the session keeps holds itself
 * out   what the MTA is to be told; session_answered() follows when it has been
 * err   whatever fails, the message is never lost */
enum disposition session_end(struct session *s, const char *queue_id,
			     const struct editor *ed);

/* session_answered - what session_end() gave has been told to the MTA, or could not be. A stop
 *                    waits for it; until it is told, what was held may have been delivered
 * in    sent   the answer has left, and the MTA was there to take it
 * err   without an answer that is due nothing happens */
void session_answered(struct session *s, bool sent);

/* session_abort - the message at hand is forgotten, the session goes on */
void session_abort(struct session *s);

/* session_close - the connection is gone; sets *s to NULL
 * in    *s may be NULL */
void session_close(struct session **s);

#endif
