/* Too much left out would merge what people would tell apart, too little only lists a message
 * twice: so only fields are left out that nobody writes by hand. */
#include "quarantine/fingerprint.h"

#include <glib.h>
#include <string.h>

#include "base/compiler.h"
#include "quarantine/fields.h"

static const char *const on_the_way[] = {
	"Received",    "Received-SPF", "Return-Path", "Authentication-Results",
	"DKIM-Filter", "X-Greylist",
};
static const char *const of_filters[] = { "X-Wonted-", "X-Spam-" };

static bool is_on_the_way(struct bytes name)
{
	for (size_t i = 0; i < COUNT_OF(on_the_way); i++)
		if (name.n == strlen(on_the_way[i]) &&
		    g_ascii_strncasecmp(name.at, on_the_way[i], name.n) == 0)
			return true;
	for (size_t i = 0; i < COUNT_OF(of_filters); i++)
		if (name.n > strlen(of_filters[i]) &&
		    g_ascii_strncasecmp(name.at, of_filters[i], strlen(of_filters[i])) ==
			    0)
			return true;
	return false;
}

static void update(GChecksum *sum, struct bytes b)
{
	if (b.n > 0)
		g_checksum_update(sum, (const guchar *)b.at, (gssize)b.n);
}

char *fingerprint_take(const char *mail_from, struct bytes raw)
{
	GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
	struct field f;
	size_t at = 0;

	/* with its NUL: else the sender's end could be the message's beginning */
	update(sum, (struct bytes){ mail_from, strlen(mail_from) + 1 });
	while (field_next(raw, &at, &f))
		if (!is_on_the_way(f.name))
			update(sum, f.whole);
	update(sum, (struct bytes){ raw.at + at, raw.n - at });
	char *digits = g_strdup(g_checksum_get_string(sum));

	g_checksum_free(sum);
	return digits;
}
