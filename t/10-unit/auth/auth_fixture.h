/* What the tests of this module share: a resolver from zone lines, a message from its text. */
#ifndef AUTH_FIXTURE_H
#define AUTH_FIXTURE_H

#include <glib.h>
#include <stdio.h>

#include "auth/auth.h"
#include "auth/resolver_backend.h"
#include "base/clock.h"
#include "message/headers.h"

/* where a file of the conformance data lies; free with g_free() */
static inline char *conformance_path(const char *file)
{
	const char *folder = g_getenv("WONTED_CONFORMANCE");

	return g_build_filename(folder == NULL ? "../shared/conformance" : folder, file,
				NULL);
}

static inline struct resolver *zone_of(const char *text)
{
	GError *e = NULL;
	struct resolver *r = resolver_zone_text("zone", bytes_of(text), &e);

	g_assert_no_error(e);
	return r;
}

static inline int64_t in_ms(int64_t ms)
{
	return clock_mono_us() + ms * 1000;
}

/* a check's next answer; NULL: it has come since the check asked for it */
static inline void wait_a_second(struct dns_query *missing)
{
	if (missing != NULL)
		resolver_wait(missing, in_ms(1000));
}

/* only what authentication looks at: fields and body; raw must outlive a */
static inline struct message message_of(struct arena *a, struct bytes raw)
{
	struct header_block block;

	headers_split(a, raw, &block);
	return (struct message){ .raw = raw,
				 .body_at = block.body_at,
				 .headers = block.fields,
				 .n_headers = block.n };
}

static inline const struct options *no_options(void)
{
	static const struct options none = { .dns_zone_file = "",
					     .dns_workers = 2,
					     .dns_queue = 4096 };

	return &none;
}

#endif
