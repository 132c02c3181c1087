/* How much may be held, and how long, by verdict: of more the oldest goes first, but never what
 * somebody waits for. */
#ifndef QUARANTINE_LIMITS_H
#define QUARANTINE_LIMITS_H

#include "quarantine/hold.h"

/* hold_keep_s - how long a message is kept, by the worst verdict of its recipients */
int64_t hold_keep_s(const struct options *o, const struct hold_rcpt *rcpts, size_t n);

/* quarantine_limit - let the oldest of what is over a limit expire
 * out   how many went
 * err   -1: the index cannot be read; e says why. One that cannot go is said in the log */
int quarantine_limit(struct quarantine *q, const struct options *o, GError **e);

/* quarantine_expire - mark and remove what has passed its time, but for what is just released,
 *                     and what somebody has asked for and not got an answer
 * out   how many holds went; -1: the index cannot be read and e says why
 * err   -1, see out; one hold that cannot go is said in the log and keeps no other back */
int quarantine_expire(struct quarantine *q, int64_t now_s, GError **e);

#endif
