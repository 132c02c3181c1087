/* libunbound behind the resolver, asking a small DNS server on loopback that runs here: what
 * arrives of each record type, of failures and of silence. */
#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "auth_fixture.h"
#include "base/error.h"

#define NXDOMAIN 3
#define SERVFAIL 2

struct server {
	int fd;
	pthread_t thread;
	char address[32];
	unsigned asked;
	bool stop;
};

/* what is known here; data is in wire form, its first byte is not a length */
static const struct known {
	const char *name;
	int type;
	const char *data;
	size_t n;
} known[] = {
#define DATA(text) text, sizeof(text) - 1
	{ "a.example", DNS_A, DATA("\300\000\002\001") },
	{ "a.example", DNS_A, DATA("\300\000\002\002") },
	{ "a.example", DNS_TXT, DATA("\003abc\000\004d\000\377e") },
	{ "a.example", DNS_TXT, DATA("\007v=spf1 ") },
	{ "a.example", DNS_MX, DATA("\000\012\004Mail\007example\000") },
	{ "a.example", DNS_MX, DATA("\001\000\000") },
	{ "six.example", DNS_AAAA, DATA("\040\001\015\270\0\0\0\0\0\0\0\0\0\0\0\001") },
	{ "1.2.0.192.in-addr.arpa", DNS_PTR, DATA("\004host\007example\000") },
	{ "1.2.0.192.in-addr.arpa", DNS_PTR, DATA("\005a.b c\007example\000") },
	{ "alias.example", DNS_CNAME, DATA("\001a\007example\000") },
#undef DATA
};

static const struct known *find(const char *name, int type, size_t from)
{
	for (size_t i = from; i < G_N_ELEMENTS(known); i++)
		if (strcmp(known[i].name, name) == 0 &&
		    (known[i].type == type || known[i].type == DNS_CNAME))
			return &known[i];
	return NULL;
}

static size_t read_name(const uint8_t *at, size_t n, char *out)
{
	size_t used = 0, len = 0;

	while (used < n && at[used] != 0) {
		if (len > 0)
			out[len++] = '.';
		for (size_t i = 1; i <= at[used]; i++)
			out[len++] = g_ascii_tolower((char)at[used + i]);
		used += 1u + at[used];
	}
	out[len] = '\0';
	return used + 1;
}

static void put16(GByteArray *out, unsigned n)
{
	const uint8_t two[] = { (uint8_t)(n >> 8), (uint8_t)n };

	g_byte_array_append(out, two, 2);
}

/* all records that answer the question; owner names point back at it */
static unsigned put_records(GByteArray *out, const char *name, int type)
{
	const struct known *k = find(name, type, 0);
	unsigned n = 0;

	for (; k != NULL; k = find(name, type, (size_t)(k - known) + 1), n++) {
		put16(out, 0xc00c);
		put16(out, (unsigned)k->type);
		put16(out, 1);
		put16(out, 0);
		put16(out, 120);
		put16(out, (unsigned)k->n);
		g_byte_array_append(out, (const uint8_t *)k->data, (guint)k->n);
	}
	return n;
}

static bool name_known(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
		if (strcmp(known[i].name, name) == 0)
			return true;
	return false;
}

static void answer(struct server *s, const uint8_t *in, size_t n,
		   const struct sockaddr_in *to)
{
	GByteArray *out = g_byte_array_new(), *records = g_byte_array_new();
	char name[256];
	size_t question = read_name(in + 12, n - 12, name) + 4;
	int type = in[12 + question - 3];
	unsigned count = put_records(records, name, type), code = 0;

	if (g_str_has_prefix(name, "broken"))
		code = SERVFAIL;
	else if (!name_known(name))
		code = NXDOMAIN;
	g_byte_array_append(out, in, 2);
	put16(out, 0x8180 | code);
	put16(out, 1);
	put16(out, count);
	put16(out, 0);
	put16(out, 0);
	g_byte_array_append(out, in + 12, (guint)question);
	g_byte_array_append(out, records->data, records->len);
	sendto(s->fd, out->data, out->len, 0, (const struct sockaddr *)to, sizeof(*to));
	g_byte_array_free(out, TRUE);
	g_byte_array_free(records, TRUE);
}

static void *serve(void *arg)
{
	struct server *s = arg;
	struct pollfd fd = { .fd = s->fd, .events = POLLIN };
	struct sockaddr_in from;
	uint8_t in[512];

	while (!__atomic_load_n(&s->stop, __ATOMIC_RELAXED)) {
		socklen_t n_from = sizeof(from);
		ssize_t n;
		char name[256];

		if (poll(&fd, 1, 20) <= 0)
			continue;
		n = recvfrom(s->fd, in, sizeof(in), 0, (struct sockaddr *)&from, &n_from);
		if (n < 17)
			continue;
		read_name(in + 12, (size_t)n - 12, name);
		__atomic_add_fetch(&s->asked, 1, __ATOMIC_RELAXED);
		if (!g_str_has_prefix(name, "silent"))
			answer(s, in, (size_t)n, &from);
	}
	return NULL;
}

static void server_start(struct server *s)
{
	struct sockaddr_in here = { .sin_family = AF_INET };
	socklen_t n = sizeof(here);

	*s = (struct server){ .fd = socket(AF_INET, SOCK_DGRAM, 0) };
	here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	g_assert_cmpint(bind(s->fd, (struct sockaddr *)&here, sizeof(here)), ==, 0);
	g_assert_cmpint(getsockname(s->fd, (struct sockaddr *)&here, &n), ==, 0);
	g_snprintf(s->address, sizeof(s->address), "127.0.0.1@%d", ntohs(here.sin_port));
	g_assert_cmpint(pthread_create(&s->thread, NULL, serve, s), ==, 0);
}

static void server_stop(struct server *s)
{
	__atomic_store_n(&s->stop, true, __ATOMIC_RELAXED);
	pthread_join(s->thread, NULL);
	close(s->fd);
}

static struct resolver *open_resolver(const struct server *s)
{
	const char *address = s->address;
	GError *e = NULL;
	struct resolver *r =
		resolver_unbound((struct strings){ .at = &address, .n = 1 }, &e);

	g_assert_no_error(e);
	return r;
}

static const struct {
	const char *name;
	enum dns_type type;
	enum dns_status status;
	size_t n;
} rows[] = {
	{ "a.example", DNS_A, DNS_OK, 2 },
	{ "a.example", DNS_TXT, DNS_OK, 2 },
	{ "a.example", DNS_MX, DNS_OK, 2 },
	{ "a.example", DNS_AAAA, DNS_NODATA, 0 },
	{ "six.example", DNS_AAAA, DNS_OK, 1 },
	{ "1.2.0.192.in-addr.arpa", DNS_PTR, DNS_OK, 1 }, /* one of two is no host name */
	{ "alias.example", DNS_A, DNS_OK, 2 },
	{ "nowhere.example", DNS_A, DNS_NXDOMAIN, 0 },
	{ "broken.example", DNS_A, DNS_TEMPFAIL, 0 },
	{ "odd\001\\name.\303\244.example", DNS_A, DNS_NXDOMAIN, 0 },
};

static void test_rows(void)
{
	struct server s;
	struct resolver *r;

	server_start(&s);
	r = open_resolver(&s);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct dns_query *q = resolver_ask(r, rows[i].name, rows[i].type);
		const struct dns_answer *a = resolver_wait(q, in_ms(10000));

		g_test_message("%s %d: %d", rows[i].name, rows[i].type, a->status);
		g_assert_cmpint(a->status, ==, rows[i].status);
		g_assert_cmpuint(a->n, ==, rows[i].n);
		dns_query_release(&q);
	}
	resolver_close(&r);
	server_stop(&s);
}

/* does any record hold exactly these bytes? servers may turn records round */
static const struct dns_rr *rr_with(const struct dns_answer *a, const char *data,
				    size_t n)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->rrs[i].data.n == n && memcmp(a->rrs[i].data.at, data, n) == 0)
			return &a->rrs[i];
	return NULL;
}

static void test_data(void)
{
	struct server s;
	struct resolver *r;
	struct dns_query *q;
	const struct dns_answer *a;

	server_start(&s);
	r = open_resolver(&s);
	q = resolver_ask(r, "a.example", DNS_TXT);
	a = resolver_wait(q, in_ms(5000));
	g_assert_nonnull(rr_with(a, "abcd\0\377e", 7));
	g_assert_nonnull(rr_with(a, "v=spf1 ", 7));
	g_assert_cmpuint(a->ttl_s, <=, 120);
	dns_query_release(&q);
	q = resolver_ask(r, "a.example", DNS_MX);
	a = resolver_wait(q, in_ms(5000));
	g_assert_cmpuint(rr_with(a, "mail.example", 12)->preference, ==, 10);
	g_assert_cmpuint(rr_with(a, "", 0)->preference, ==, 256);
	dns_query_release(&q);
	q = resolver_ask(r, "1.2.0.192.in-addr.arpa", DNS_PTR);
	a = resolver_wait(q, in_ms(5000));
	g_assert_nonnull(rr_with(a, "host.example", 12));
	dns_query_release(&q);
	resolver_close(&r);
	server_stop(&s);
}

static void test_silence(void)
{
	struct server s;
	struct resolver *r;
	struct dns_query *left, *kept;
	int64_t began_us;

	server_start(&s);
	r = open_resolver(&s);
	began_us = clock_mono_us();
	left = resolver_ask(r, "silent1.example", DNS_A);
	kept = resolver_ask(r, "silent2.example", DNS_A);
	g_assert_cmpint(resolver_wait(left, in_ms(50))->status, ==, DNS_TEMPFAIL);
	g_assert_cmpint(clock_mono_us() - began_us, <, 10000000);
	dns_query_release(&left);
	resolver_close(&r);
	g_assert_cmpint(dns_query_peek(kept)->status, ==, DNS_TEMPFAIL);
	dns_query_release(&kept);
	server_stop(&s);
}

/* many at once, some of them left at once: nothing hangs, nothing is lost */
static void test_many(void)
{
	struct dns_query *q[500];
	struct server s;
	struct resolver *r;
	char name[32];

	server_start(&s);
	r = open_resolver(&s);
	for (size_t i = 0; i < G_N_ELEMENTS(q); i++) {
		g_snprintf(name, sizeof(name), "n%zu.example", i);
		q[i] = resolver_ask(r, i % 10 ? name : "a.example", DNS_A);
		if (i % 3 == 0)
			dns_query_release(&q[i]);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(q); i++) {
		if (q[i] == NULL)
			continue;
		g_assert_cmpint(resolver_wait(q[i], in_ms(20000))->status, ==,
				i % 10 ? DNS_NXDOMAIN : DNS_OK);
		dns_query_release(&q[i]);
	}
	resolver_close(&r);
	server_stop(&s);
}

static void test_wrong_server(void)
{
	const char *const bad[] = { "127.0.0.1", "not an address" };
	GError *e = NULL;
	struct resolver *r = resolver_unbound((struct strings){ .at = bad, .n = 2 }, &e);

	g_assert_null(r);
	g_assert_error(e, WONTED_ERROR, WONTED_ERROR_INPUT);
	g_assert_nonnull(strstr(e->message, "\"not an address\""));
	g_clear_error(&e);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/auth/unbound/rows", test_rows);
	g_test_add_func("/auth/unbound/data", test_data);
	g_test_add_func("/auth/unbound/silence", test_silence);
	g_test_add_func("/auth/unbound/many", test_many);
	g_test_add_func("/auth/unbound/wrong_server", test_wrong_server);
	return g_test_run();
}
