/* Authentication-Results of others: whatever the bytes, what is read keeps to its bounds, and
 * a field that is read as a host's own is one that claims to be that host's. */
#include <glib.h>
#include <stdint.h>

#include "auth/authres.h"
#include "base/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a = arena_create();
	struct bytes value = { .at = (const char *)data, .n = n };
	const struct authres *f = authres_parse(a, value);

	authres_claims(value, "mx.example.org");
	if (f != NULL) {
		g_assert(f->n_results <= LIMIT_AUTHRES_RESULTS);
		if (*f->authserv_id != '\0' &&
		    strpbrk(f->authserv_id, "/\", ;()\t\r\n") == NULL)
			g_assert(authres_claims(value, f->authserv_id));
	}
	arena_destroy(&a);
	return 0;
}
