/* The functions behind the addresses of route.def. */
#ifndef REVIEW_HANDLERS_H
#define REVIEW_HANDLERS_H

#include "review/exchange.h"

#define ROUTE(method, path, role, handler, doc) void handler(struct exchange *x);
#include "review/route.def"
#undef ROUTE

#endif
