/* How much of a body the MIME parser can afford to see. */
#ifndef MESSAGE_MIME_BUDGET_H
#define MESSAGE_MIME_BUDGET_H

#include <stddef.h>

#include "base/bytes.h"

/* mime_budget - bytes of a body that GMime may read
 * in    type   value of the message's own Content-Type, empty if there is none
 * out   body.n for all but hostile mail
 * cost  linear, a fraction of what GMime costs */
size_t mime_budget(struct bytes body, struct bytes type);

#endif
