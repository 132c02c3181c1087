/* The only place that asks the machine for the time. Everything about a message takes the
 * time as a parameter, so that a replay sees the time the message saw. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* clock_now_s - seconds since 1970 UTC, for dates */
int64_t clock_now_s(void);

/* clock_mono_us - microseconds on a clock that never jumps, for deadlines and durations */
int64_t clock_mono_us(void);

#endif
