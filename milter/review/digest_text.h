/* What a summary says, as text and as HTML. */
#ifndef REVIEW_DIGEST_TEXT_H
#define REVIEW_DIGEST_TEXT_H

#include "review/digest.h"

/* What digest_text() made. */
struct digest_text {
	char *subject, *text, *html;
};

/* digest_text - of one summary
 * in    link_key   signs its links
 *       serial     that it will have
 * own   digest_text_clear() */
struct digest_text digest_text(const struct digest *d, const char *link_key,
			       int64_t serial, int64_t now_s);

/* digest_text_clear - give back what is in it */
void digest_text_clear(struct digest_text *t);

#endif
