/* A list answers with an address of 127.0.0.0/8. What else comes is a resolver that makes up
 * answers, or a list that was given up and says yes to everything; and some codes say that the
 * list does not answer this resolver. None of these is a yes. */
#include "auth/dnslist.h"

#include <arpa/inet.h>
#include <glib.h>
#include <string.h>

#include "base/limits.h"
#include "base/log.h"
#include "message/domain.h"

struct question {
	const struct dnslist *list;
	const char *of;          /* what was asked about, as it is told */
	const char *name;        /* that was asked for */
	struct dns_query *query; /* NULL: no room */
	enum answer answer;
};

struct dnslists {
	struct arena *arena;
	struct resolver *resolver;
	GPtrArray *questions; /* struct question */
	size_t asked;
};

/* ---- codes ---- */

static bool read_code(const char *text, uint32_t *code_r)
{
	struct in_addr address;

	if (inet_pton(AF_INET, text, &address) != 1)
		return false;
	*code_r = ntohl(address.s_addr);
	return *code_r >> 24 == 127;
}

bool dnslist_codes(const char *text, struct dnslist_codes *codes_r)
{
	char **ends = g_strsplit(text, "-", 2);
	bool good = ends[0] != NULL && read_code(ends[0], &codes_r->first);

	codes_r->last = codes_r->first;
	if (good && ends[1] != NULL)
		good = read_code(ends[1], &codes_r->last) &&
		       codes_r->last >= codes_r->first;
	g_strfreev(ends);
	return good;
}

/* 127.255.255.0/24: the list refuses this resolver (open, or over its quota); 127.0.1.255: the
 * question was none; 127.0.0.1 is never listed (RFC 5782 5) and refuses elsewhere */
static bool refuses(uint32_t code)
{
	return code >> 8 == 0x7fffff || code == 0x7f0001ff || code == 0x7f000001;
}

static bool is_wanted(const struct dnslist *list, uint32_t code)
{
	for (size_t i = 0; i < list->n_codes; i++)
		if (code >= list->codes[i].first && code <= list->codes[i].last)
			return true;
	return list->n_codes == 0;
}

static enum answer judge(const struct dnslist *list, const struct dns_answer *a)
{
	enum answer answer = ANSWER_NO;

	if (a->status == DNS_TEMPFAIL)
		return ANSWER_UNKNOWN;
	for (size_t i = 0; i < a->n; i++) {
		uint32_t code;

		if (a->rrs[i].data.n != sizeof(code))
			continue;
		memcpy(&code, a->rrs[i].data.at, sizeof(code));
		code = ntohl(code);
		if (code >> 24 != 127 || refuses(code)) {
			log_seldom(
				LOG_LEVEL_WARN, "dns-list",
				"list %s: %s answers %u.%u.%u.%u, which says that it "
				"does "
				"not answer this resolver, or is no list: what it says "
				"is taken as unknown; see its terms of use, and "
				"dns_servers",
				list->name, list->zone, code >> 24, code >> 16 & 255,
				code >> 8 & 255, code & 255);
			return ANSWER_UNKNOWN;
		}
		if (is_wanted(list, code))
			answer = ANSWER_YES;
	}
	return answer;
}

/* ---- questions ---- */

static bool is_private4(const unsigned char *ip)
{
	return ip[0] == 10 || ip[0] == 127 || ip[0] == 0 ||
	       (ip[0] == 172 && ip[1] >= 16 && ip[1] < 32) ||
	       (ip[0] == 192 && ip[1] == 168) || (ip[0] == 169 && ip[1] == 254) ||
	       (ip[0] == 100 && (ip[1] & 0xc0) == 64);
}

/* loopback, link-local and unique local addresses */
static bool is_private6(const unsigned char *ip)
{
	static const unsigned char loopback[16] = { [15] = 1 };

	return memcmp(ip, loopback, 16) == 0 || (ip[0] & 0xfe) == 0xfc ||
	       (ip[0] == 0xfe && (ip[1] & 0xc0) == 0x80);
}

static const char *reversed6(struct arena *a, const unsigned char *ip, const char *zone)
{
	GString *name = g_string_new(NULL);
	const char *kept;

	for (int i = 15; i >= 0; i--)
		g_string_append_printf(name, "%x.%x.", ip[i] & 15u, ip[i] >> 4u);
	g_string_append(name, zone);
	kept = arena_strndup(a, name->str, name->len);
	g_string_free(name, TRUE);
	return kept;
}

static const char *host_question(struct arena *a, const char *zone, const char *text)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	unsigned char ip[16];
	const unsigned char *four = ip;

	if (inet_pton(AF_INET, text, ip) != 1) {
		if (inet_pton(AF_INET6, text, ip) != 1)
			return NULL;
		if (memcmp(ip, mapped, sizeof(mapped)) != 0)
			return is_private6(ip) ? NULL : reversed6(a, ip, zone);
		four = ip + sizeof(mapped);
	}
	return is_private4(four) ? NULL
				 : arena_printf(a, "%u.%u.%u.%u.%s", four[3], four[2],
						four[1], four[0], zone);
}

static const char *domain_question(struct arena *a, const char *zone, const char *text)
{
	const char *at = strrchr(text, '@');
	const char *key = domain_key(a, at == NULL ? text : at + 1), *org;
	struct in_addr address;

	if (key == NULL || inet_pton(AF_INET, key, &address) == 1)
		return NULL;
	org = domain_org(key);
	return strchr(org, '.') == NULL || domain_is_suffix(org)
		       ? NULL
		       : arena_printf(a, "%s.%s", org, zone);
}

/* NULL: it can stand in no list (no domain, an address of a private network) */
static const char *dnslist_question(struct arena *a, const struct dnslist *list,
				    struct dnslist_key key)
{
	const char *name = key.host ? host_question(a, list->zone, key.text)
				    : domain_question(a, list->zone, key.text);

	return name == NULL || strlen(name) > LIMIT_DNS_NAME_BYTES ? NULL : name;
}

struct dnslists *dnslists_begin(struct resolver *r)
{
	struct dnslists *d = g_new0(struct dnslists, 1);

	d->arena = arena_create();
	d->resolver = r;
	d->questions = g_ptr_array_new();
	return d;
}

static struct question *find(const struct dnslists *d, const struct dnslist *list,
			     const char *name)
{
	for (guint i = 0; i < d->questions->len; i++) {
		struct question *q = g_ptr_array_index(d->questions, i);

		if (q->list == list && strcmp(q->name, name) == 0)
			return q;
	}
	return NULL;
}

static size_t keys_of(const struct dnslists *d, const struct dnslist *list)
{
	size_t n = 0;

	for (guint i = 0; i < d->questions->len; i++) {
		const struct question *q = g_ptr_array_index(d->questions, i);

		n += q->list == list;
	}
	return n;
}

void dnslists_ask(struct dnslists *d, const struct dnslist *list, struct dnslist_key key)
{
	const char *name = dnslist_question(d->arena, list, key);
	struct question *q;

	if (name == NULL || find(d, list, name) != NULL ||
	    d->questions->len >= LIMIT_DNSLIST_QUESTIONS ||
	    keys_of(d, list) > LIMIT_DNSLIST_KEYS)
		return;
	q = arena_new(d->arena, struct question, 1);
	q->list = list;
	q->name = name;
	/* the zone, and the dot before it, are the list's own */
	q->of = key.host ? arena_strdup(d->arena, key.text)
			 : arena_strndup(d->arena, name,
					 strlen(name) - strlen(list->zone) - 1);
	q->answer = ANSWER_UNKNOWN;
	if (keys_of(d, list) < LIMIT_DNSLIST_KEYS) {
		q->query = resolver_ask(d->resolver, name, DNS_A);
		d->asked++;
	}
	g_ptr_array_add(d->questions, q);
	g_assert(d->questions->len <= LIMIT_DNSLIST_QUESTIONS);
}

void dnslists_wait(struct dnslists *d, int64_t deadline_us)
{
	for (guint i = 0; i < d->questions->len; i++) {
		struct question *q = g_ptr_array_index(d->questions, i);

		if (q->query != NULL)
			q->answer = judge(q->list, resolver_wait(q->query, deadline_us));
		dns_query_release(&q->query);
	}
}

enum answer dnslists_answer(const struct dnslists *d, const struct dnslist *list,
			    struct dnslist_key key)
{
	struct arena *a = arena_create();
	const char *name = dnslist_question(a, list, key);
	const struct question *q = name == NULL ? NULL : find(d, list, name);
	enum answer answer = name == NULL ? ANSWER_NO
			     : q == NULL  ? ANSWER_UNKNOWN
					  : q->answer;

	arena_destroy(&a);
	return answer;
}

static bool is_told(const char *const *told, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(told[i], text) == 0)
			return true;
	return false;
}

size_t dnslists_found(const struct dnslists *d, struct arena *a, bool unanswered,
		      const char *const **at_r)
{
	const char **told = arena_new(a, const char *, d->questions->len + 1);
	enum answer wanted = unanswered ? ANSWER_UNKNOWN : ANSWER_YES;
	size_t n = 0;

	for (guint i = 0; i < d->questions->len; i++) {
		const struct question *q = g_ptr_array_index(d->questions, i);
		const char *text =
			unanswered ? arena_strdup(a, q->list->name)
				   : arena_printf(a, "%s: %s", q->list->name, q->of);

		if (q->answer == wanted && !is_told(told, n, text))
			told[n++] = text;
	}
	*at_r = told;
	return n;
}

size_t dnslists_asked(const struct dnslists *d)
{
	return d == NULL ? 0 : d->asked;
}

void dnslists_end(struct dnslists **dp)
{
	struct dnslists *d = *dp;

	*dp = NULL;
	if (d == NULL)
		return;
	for (guint i = 0; i < d->questions->len; i++) {
		struct question *q = g_ptr_array_index(d->questions, i);

		dns_query_release(&q->query);
	}
	g_ptr_array_unref(d->questions);
	arena_destroy(&d->arena);
	g_free(d);
}
