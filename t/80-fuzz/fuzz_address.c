/* Address lists, envelope addresses, encoded words. */
#include <stdint.h>

#include "10-unit/message/sane.h"
#include "message/address.h"
#include "message/encoded_words.h"
#include "message/headers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static bool ready;
	struct arena *a = arena_create();
	struct bytes value = { (const char *)data, n };
	const struct mailaddr *list;
	bool strict;

	if (!ready)
		message_library_init();
	ready = true;
	size_t found = address_list(a, value, &list, &strict);

	g_assert_cmpuint(found, <=, LIMIT_ADDRESSES);
	for (size_t i = 0; i < found; i++) {
		sane_address(&list[i]);
		/* an address as told is one: its key is found again */
		if (list[i].domain != NULL)
			g_assert_cmpstr(address_key(a, list[i].address), ==, list[i].key);
	}
	sane_text(encoded_words(a, value));
	sane_text(encoded_words(a, header_unfold(a, value)));
	const char *key = address_key(a, arena_strndup(a, value.at, value.n));

	if (key != NULL && key[0] != '\0') {
		sane_text(address_domain(key));
		g_assert_cmpstr(address_key(a, key), ==, key);
	}
	arena_destroy(&a);
	return 0;
}
