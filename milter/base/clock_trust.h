/* May what is old be destroyed? Only by a clock that went on as clocks do: one that jumped ahead,
 * or that a start found far ahead of what was seen last, is believed after a day. */
#ifndef BASE_CLOCK_TRUST_H
#define BASE_CLOCK_TRUST_H

#include <stdbool.h>
#include <stdint.h>

#define CLOCK_JUMP_S (3 * 86400) /* a machine that was off for a long weekend */
#define CLOCK_DOUBT_S 86400

struct clock_trust {
	int64_t seen_s;        /* the newest time that was believed; 0: none is known */
	int64_t last_s;        /* of the clock at the last look */
	int64_t last_mono_us;  /* 0: nobody has looked yet */
	int64_t doubt_mono_us; /* since when it is not believed; 0: it is */
};

/* clock_trust_look - is this time to be believed?
 * in    now_s, mono_us   both clocks now
 * out   t->seen_s moves along where it is: keep it over a restart */
bool clock_trust_look(struct clock_trust *t, int64_t now_s, int64_t mono_us);

#endif
