/* What a calendar shows of its own: texts and links of an iCalendar part. */
#ifndef MESSAGE_CALENDAR_H
#define MESSAGE_CALENDAR_H

#include <glib.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "message/html_text.h"

/* calendar_read - read one calendar
 * in    text   valid UTF-8
 *       html   takes X-ALT-DESC, which is HTML, and all links
 * out   what is shown is appended to shown, at most max bytes; addresses of ORGANIZER, as keys,
 *       to organizers
 * own   texts of links and addresses: a
 * err   what is no iCalendar shows nothing
 * cost  linear
 * ref   RFC 5545 3.1, 3.3.11, 3.8 */
void calendar_read(struct arena *a, struct bytes text, struct html_text *html,
		   GString *shown, GPtrArray *organizers);

#endif
