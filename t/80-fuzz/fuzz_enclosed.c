/* Files in texts and in winmail.dat. */
#include <stdint.h>

#include "10-unit/message/sane.h"
#include "message/enclosed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static bool ready;
	struct arena *a = arena_create();
	char *exact = g_memdup2(data, n);
	struct enclosures all;
	struct message m = { 0 };

	if (!ready)
		message_library_init();
	ready = true;
	enclosures_begin(a, &all);
	all.tnef = tnef_find;
	uuencode_find((struct bytes){ exact, n }, &all);
	tnef_find((struct bytes){ exact, n }, &all);
	g_free(exact);
	enclosures_end(&all, &m);
	g_assert_cmpuint(m.n_enclosed, <=, LIMIT_ENCLOSED);
	for (size_t i = 0; i < m.n_enclosed; i++)
		sane_enclosed(&m.enclosed[i]);
	arena_destroy(&a);
	return 0;
}
