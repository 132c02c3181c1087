/* The loader over bytes in memory: whatever comes in, either options come out that dump and
 * load again to the same, or complaints. */
#include <glib.h>
#include <stdint.h>
#include <string.h>

#include "config/load.h"
#include "config/print.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void use(const struct options *o)
{
	GString *dump = g_string_new(NULL), *lines = g_string_new(NULL);
	GError *e = NULL;

	print_dump(o, dump);
	print_mta_lines(o, lines);
	static const char *const flags[] = { "pilot" };

	g_assert_nonnull(options_policy(
		o, &(struct policy_seeker){ "someone@example.org", "p", flags, 1 }));
	options_tenant(o, "sub.example.org");
	options_is_internal(o, "2001:db8::1");
	struct options *again =
		options_load_text("dump", (struct bytes){ dump->str, dump->len }, &e);

	if (again == NULL)
		g_error("the dump does not load: %s", e->message);
	char *changed = options_need_restart(o, again);

	if (changed != NULL)
		g_error("the dump differs: %s", changed);
	options_unref(again);
	g_string_free(dump, TRUE);
	g_string_free(lines, TRUE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	GError *e = NULL;
	struct options *o =
		options_load_text("fuzz", (struct bytes){ (const char *)data, n }, &e);

	if (o != NULL) {
		use(o);
		options_unref(o);
	} else {
		g_assert(e->message[0] != '\0' && g_utf8_validate(e->message, -1, NULL));
		g_error_free(e);
	}
	return 0;
}
