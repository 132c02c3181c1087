#include "base/clock.h"

#include <glib.h>

int64_t clock_now_s(void)
{
	return g_get_real_time() / G_USEC_PER_SEC;
}

int64_t clock_mono_us(void)
{
	return g_get_monotonic_time();
}
