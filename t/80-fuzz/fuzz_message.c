/* Whole messages: parse, then everything that must hold is looked at. */
#include <stdint.h>

#include "10-unit/message/sane.h"
#include "message/builder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static bool ready;
	struct message_limits limits = { .max_bytes = LIMIT_MESSAGE_BYTES };
	struct arena *a = arena_create();

	if (!ready)
		message_library_init();
	ready = true;
	const struct message *m =
		message_parse(a, (struct bytes){ (const char *)data, n }, &limits);

	sane_message(m);
	for (size_t i = 0; i < m->n_headers; i++)
		sane_text(header_text(a, &m->headers[i]));
	arena_destroy(&a);
	return 0;
}
