/* What a reader of an HTML part sees, what is kept from his eyes, and where links go. */
#ifndef MESSAGE_HTML_TEXT_H
#define MESSAGE_HTML_TEXT_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "message/message.h"

/* what HTML that is shown asks its reader to fill in */
enum html_field {
	HTML_FIELD_TEXT = 1 << 0,
	HTML_FIELD_PASSWORD = 1 << 1,
	HTML_FIELD_FILE = 1 << 2,
};

/* filled by one or more calls */
struct html_text {
	GString *visible; /* blanks folded, a line for each block */
	GString *hidden;
	GArray *links; /* struct link, at most max_links; url and text set, host not */
	bool places_alone; /* only where links lead: visible and hidden are not touched,
			      texts of links are empty, and none is called hidden */
	size_t max_bytes;  /* of visible and hidden each */
	size_t max_links;
	const char *base;   /* <base href>, NULL if there is none */
	unsigned fields;    /* enum html_field bits; not when places_alone */
	unsigned truncated; /* TRUNCATED_TEXT, TRUNCATED_LINKS */
};

/* html_text_read - read one HTML part
 * in    html   valid UTF-8
 * own   texts of links: a
 * cost  linear: nesting is bounded, beyond it the outer half is forgotten */
void html_text_read(struct arena *a, struct bytes html, struct html_text *t);

#endif
