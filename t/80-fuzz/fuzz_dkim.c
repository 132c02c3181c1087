/* A key record in the first line, a message behind it: fields, hashes, keys and results, of DKIM
 * and of ARC. */
#include <glib.h>
#include <stdint.h>

#include "auth/arc.h"
#include "auth/dkim_check.h"
#include "auth/resolver_backend.h"
#include "base/limits.h"
#include "message/headers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct one_key {
	struct resolver base;
	struct bytes record;
	unsigned asked;
};

static void one_key_start(struct resolver *r, struct dns_query *q)
{
	struct one_key *k = (struct one_key *)r;
	struct dns_rr rr = { .data = k->record };

	g_assert(++k->asked <= LIMIT_DKIM_SIGNATURES + LIMIT_ARC_KEYS);
	dns_query_answer(q, dns_reply_make(DNS_TXT, DNS_OK, 60, &rr, 1));
}

static void one_key_close(struct resolver *r)
{
	(void)r;
}

static void check_arc(const struct dkim_tools *tools, const struct dkim_end *end,
		      struct auth_results *r)
{
	static const char *const everybody[] = { "example.org" };
	const struct strings trusted = { everybody, 1 };
	const struct message *m = end->message;
	struct arc_check *c = arc_begin(tools, m->headers, m->n_headers);

	if (c != NULL)
		arc_finish(c, end, &trusted, "example.org", r);
	g_assert(r->arc.n_sets <= LIMIT_ARC_SETS);
	g_assert(r->arc.result == AUTH_PASS || !r->arc.saw_dmarc_pass);
	arc_destroy(&c);
}

static void check(const struct dkim_tools *tools, struct bytes raw)
{
	struct arena *a = arena_create();
	struct dns_wait wait = { 0 };
	struct auth_results r = { 0 };
	struct header_block block;
	struct message m;
	struct dkim_end end = {
		.message = &m, .received_s = 1700000000, .wait = &wait, .arena = a
	};
	struct dkim_check *c;

	headers_split(a, raw, &block);
	m = (struct message){ .raw = raw,
			      .body_at = block.body_at,
			      .headers = block.fields,
			      .n_headers = block.n };
	c = dkim_check_begin(tools, m.headers, m.n_headers, "example.org");
	if (c != NULL)
		dkim_check_finish(c, &end, &r);
	g_assert(r.n_dkim <= LIMIT_DKIM_SIGNATURES);
	g_assert(!wait.timed_out);
	auth_dkim_covers(&r, "From");
	check_arc(tools, &end, &r);
	dkim_check_destroy(&c);
	arena_destroy(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct resolver_backend backend = { .start = one_key_start,
							 .close = one_key_close };
	struct one_key key = { .base.backend = &backend };
	struct dkim_tools tools = { .library = dkim_library_open(),
				    .keys = keys_create(4),
				    .resolver = &key.base };
	const uint8_t *end = n == 0 ? NULL : memchr(data, '\n', n);

	if (end != NULL) {
		key.record = (struct bytes){ .at = (const char *)data,
					     .n = (size_t)(end - data) };
		check(&tools, (struct bytes){ .at = (const char *)end + 1,
					      .n = n - key.record.n - 1 });
	}
	keys_destroy(&tools.keys);
	dkim_library_close(&tools.library);
	return 0;
}
