/* Any bytes as what an MTA says on a connection: packets, negotiation, macros, commands in any
 * order. */
#include <stdint.h>

#include "base/log.h"
#include "lib/milter_line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct milter_line l;

	if (size > 64 * 1024) /* answers must fit in the socket's buffer */
		return 0;
	log_level_set(LOG_LEVEL_ERROR);
	milter_line_open(&l);
	g_assert_cmpint(write(l.mta, data, size), ==, (ssize_t)size);
	milter_line_serve(&l);
	milter_line_close(&l);
	return 0;
}
