/* What all pages share: head, navigation, foot. */
#ifndef REVIEW_LAYOUT_H
#define REVIEW_LAYOUT_H

#include "review/exchange.h"

/* layout_begin - a page up to its content */
void layout_begin(struct exchange *x, const char *title);

/* layout_end - the rest of it */
void layout_end(struct exchange *x);

/* layout_form - begin a form that changes something, with its token
 * err   page_close(form) ends it */
void layout_form(struct exchange *x, const char *action, const char *css);

/* layout_verdict - a verdict as a mark */
void layout_verdict(struct exchange *x, const char *verdict);

/* layout_sender - display name and address of who wrote it */
void layout_sender(struct exchange *x, const struct hold *h);

#endif
