/* A small SMTP client over GIO: one message to one listener that does not filter. Who calls it
 * knows at each moment whether the message may have been taken: it may from smtp_end() on. */
#ifndef QUARANTINE_SMTP_H
#define QUARANTINE_SMTP_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

struct smtp;

/* smtp_open - connect and greet
 * in    what     for errors: "release"; static
 *       server   HOST:PORT; outlives it
 * own   smtp_close()
 * err   NULL: e says why */
struct smtp *smtp_open(const char *what, const char *server, GError **e);

/* smtp_close - give back; NULL is allowed
 * in    politely   with QUIT */
void smtp_close(struct smtp *s, bool politely);

/* smtp_is_utf8 - does an address need SMTPUTF8?
 * err   bytes that are no UTF-8 go out as they came in
 * ref   RFC 6531 3.3 */
bool smtp_is_utf8(const char *address);

/* smtp_mail - name the sender
 * in    utf8   some address of this message needs SMTPUTF8
 * err   false: refused, or an address that cannot be sent; e says why */
bool smtp_mail(struct smtp *s, const char *address, bool utf8, GError **e);

/* smtp_rcpt - name a recipient
 * err   as of smtp_mail() */
bool smtp_rcpt(struct smtp *s, const char *address, GError **e);

/* smtp_data - DATA and the message, but for the last dot: what ends before it is no message
 * in    raw   with line ends of any kind
 * err   false: it was not taken; e says why */
bool smtp_data(struct smtp *s, struct bytes raw, GError **e);

/* smtp_end - the last dot, and the reply to it
 * err   false: smtp_replied() tells whether it was refused, or nobody knows */
bool smtp_end(struct smtp *s, GError **e);

/* smtp_replied - was the last reply heard to its end? */
bool smtp_replied(const struct smtp *s);

/* smtp_reply - the last line of it, as it came
 * own   the connection; NULL: none yet */
const char *smtp_reply(const struct smtp *s);

#endif
