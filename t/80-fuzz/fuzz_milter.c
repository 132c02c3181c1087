/* Any bytes as what an MTA says on a connection: packets, negotiation, macros, commands in any
 * order. */
#include <stdint.h>

#include "base/log.h"
#include "lib/milter_line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct milter_line l;

	log_level_set(LOG_LEVEL_ERROR);
	milter_line_open(&l);
	milter_line_serve(&l, data, size);
	milter_line_close(&l);
	return 0;
}
