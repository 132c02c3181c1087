/* Authentication-Results of others: whatever the bytes, what is read keeps to its bounds, and
 * a field that is read as a host's own is one that claims to be that host's. */
#include <glib.h>
#include <stdint.h>

#include "auth/authres.h"
#include "base/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static bool is_host(const char *id)
{
	for (const char *p = id; *p != '\0'; p++)
		if (!g_ascii_isalnum(*p) && strchr("-_.", *p) == NULL)
			return false;
	return g_ascii_isalnum(*id);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a = arena_create();
	struct bytes value = { .at = (const char *)data, .n = n };
	const struct authres *f = authres_parse(a, value);

	authres_claims(value, "mx.example.org");
	if (f != NULL) {
		g_assert(f->n_results <= LIMIT_AUTHRES_RESULTS);
		if (is_host(f->authserv_id))
			g_assert(authres_claims(value, f->authserv_id));
	}
	if (authres_plain(value, "mx.example.org"))
		g_assert(authres_claims(value, "mx.example.org"));
	arena_destroy(&a);
	return 0;
}
