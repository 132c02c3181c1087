/* What people are told of a hold, by whatever shows it to them. */
#ifndef QUARANTINE_DESCRIBE_H
#define QUARANTINE_DESCRIBE_H

#include <stdbool.h>

#include "base/limits.h"
#include "quarantine/hold.h"

/* "held", "released" ... */
extern const char *const hold_state_names[HOLD_STATE_COUNT];

/* hold_doubt - what is known of a recipient's part beyond its state
 * out   NULL: nothing */
const char *hold_doubt(const struct hold *h, const struct hold_rcpt *r);

/* hold_is_held - is it held still for anybody? */
bool hold_is_held(const struct hold *h);

/* hold_is_doubtful - is it held still for somebody who may have got it?
 * in    h   of hold_find() or hold_list() */
bool hold_is_doubtful(const struct hold *h);

/* hold_message - our id of the message, which several holds of it share
 * own   the caller frees with g_free() */
char *hold_message(const struct hold *h);

/* One line of struct hold_rcpt's hits. */
struct hold_hit {
	char rule[LIMIT_RULE_NAME_BYTES + 1];
	char axis[16]; /* axis_names */
	int64_t milli;
};

/* hold_hit_next - the next of a recipient's hits, strongest first
 * in    *at   hits at first, which may be NULL; moves on
 * err   false: there is no further one */
bool hold_hit_next(const char **at, struct hold_hit *hit_r);

#endif
