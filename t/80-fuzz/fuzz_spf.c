/* SPF records through the guard into libspf2. The first byte chooses the client's family; the
 * rest are lines: each TXT question is answered with the next line (round and round), others
 * with addresses or names. No input may crash, hang, or ask more than the limit. */
#include <glib.h>
#include <stdint.h>

#include "auth/resolver_backend.h"
#include "auth/spf.h"
#include "base/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct lines {
	struct resolver base;
	struct bytes text, rest;
	unsigned asked;
};

static struct bytes next_line(struct lines *l)
{
	struct bytes line;
	const char *end;

	if (l->rest.n == 0)
		l->rest = l->text;
	end = l->rest.n == 0 ? NULL : memchr(l->rest.at, '\n', l->rest.n);
	line = l->rest;
	if (end != NULL)
		line.n = (size_t)(end - l->rest.at);
	l->rest.at += end == NULL ? line.n : line.n + 1;
	l->rest.n -= end == NULL ? line.n : line.n + 1;
	return line;
}

static void lines_start(struct resolver *r, struct dns_query *q)
{
	struct lines *l = (struct lines *)r;
	struct dns_rr rrs[2] = { 0 };

	g_assert(++l->asked <= LIMIT_SPF_QUERIES);
	switch (dns_query_type(q)) {
	case DNS_TXT:
		rrs[0].data = next_line(l);
		break;
	case DNS_A:
		rrs[0].data = (struct bytes){ .at = "\300\0\2\1", .n = 4 };
		break;
	case DNS_AAAA:
		rrs[0].data =
			(struct bytes){ .at = "\x20\1\r\xb8\0\0\0\0\0\0\0\0\0\0\0\1",
					.n = 16 };
		break;
	case DNS_MX:
	case DNS_PTR:
	case DNS_CNAME:
		rrs[0].data = bytes_of("mx.example.org");
		break;
	}
	dns_query_answer(q, dns_reply_make(dns_query_type(q), DNS_OK, 60, rrs, 1));
}

static void lines_close(struct resolver *r)
{
	(void)r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct resolver_backend backend = { .start = lines_start,
							 .close = lines_close };
	struct lines l = { .base.backend = &backend };
	struct envelope env = { .client_addr = "192.0.2.7",
				.helo = "mx.example.net",
				.mail_from = "Strange+Person@news.example.org" };
	struct spf_check *s;
	bool decided;

	if (n == 0)
		return 0;
	spf_library_quiet();
	if (data[0] & 1)
		env.client_addr = "2001:db8::7";
	if (data[0] & 2)
		env.mail_from = "";
	l.text = (struct bytes){ .at = (const char *)data + 1, .n = n - 1 };
	s = spf_create(&l.base, &env);
	decided = spf_step(s);
	g_assert(decided);
	spf_destroy(&s);
	return 0;
}
