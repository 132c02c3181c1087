/* What a Redis says when it cannot do as asked, each with what a person must do about it. */
#ifndef STORE_REDIS_TROUBLE_H
#define STORE_REDIS_TROUBLE_H

#include <stdbool.h>

enum redis_trouble {
#define TROUBLE(id, ...) TROUBLE_##id,
#include "store/redis_trouble.def"
#undef TROUBLE
	TROUBLE_COUNT
};

struct redis_trouble_row {
	const char *word;   /* what the error begins with */
	const char *name;   /* in counters */
	bool out;           /* the whole server is of no use until a probe says other */
	const char *remedy; /* what to do */
};

extern const struct redis_trouble_row redis_troubles[TROUBLE_COUNT];

/* redis_trouble_of - the row of an error reply
 * err   what no row knows is TROUBLE_OTHER */
enum redis_trouble redis_trouble_of(const char *text);

#endif
