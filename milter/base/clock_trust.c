#include "base/clock_trust.h"

#include <glib.h>

/* How far the clock is ahead of where it should be: of the last look and the time that has
 * passed since, or, at the first look, of what was seen before. */
static int64_t read_ahead_s(const struct clock_trust *t, int64_t now_s, int64_t mono_us)
{
	if (t->last_mono_us != 0)
		return now_s - t->last_s -
		       (mono_us - t->last_mono_us) / (int64_t)G_USEC_PER_SEC;
	return t->seen_s == 0 ? 0 : now_s - t->seen_s;
}

bool clock_trust_look(struct clock_trust *t, int64_t now_s, int64_t mono_us)
{
	int64_t doubt_us = CLOCK_DOUBT_S * (int64_t)G_USEC_PER_SEC;

	if (read_ahead_s(t, now_s, mono_us) > CLOCK_JUMP_S)
		t->doubt_mono_us = MAX(mono_us, 1);
	else if (t->doubt_mono_us != 0 && (now_s <= t->seen_s + CLOCK_JUMP_S ||
					   mono_us - t->doubt_mono_us >= doubt_us))
		t->doubt_mono_us = 0;
	t->last_s = now_s;
	t->last_mono_us = MAX(mono_us, 1);
	if (t->doubt_mono_us == 0)
		t->seen_s = now_s;
	return t->doubt_mono_us == 0;
}
