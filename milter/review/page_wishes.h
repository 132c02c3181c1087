/* The part of a held message's page that says what becomes of its sender's next mail. */
#ifndef REVIEW_PAGE_WISHES_H
#define REVIEW_PAGE_WISHES_H

#include "review/exchange.h"

/* wishes_section - what its owner may state about mail like this; nothing for anybody else
 * err   what is not remembered cannot be stated */
void wishes_section(struct exchange *x, const struct hold *h);

#endif
