/* See iprev.h. */
#include "auth/iprev.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "auth/lookups.h"
#include "base/limits.h"

struct iprev_check {
	struct lookups *lookups;
	struct bytes address;
	unsigned char binary[16];
	char *reverse; /* NULL: there is nothing to ask */
	char *name;
	enum auth_result result;
};

static void address_read(struct iprev_check *c, const char *text)
{
	struct in6_addr six;

	c->address.at = (const char *)c->binary;
	if (text == NULL)
		return;
	if (inet_pton(AF_INET, text, c->binary) == 1) {
		c->address.n = 4;
	} else if (inet_pton(AF_INET6, text, &six) == 1) {
		bool mapped = IN6_IS_ADDR_V4MAPPED(&six);

		c->address.n = mapped ? 4 : 16;
		memcpy(c->binary, &six.s6_addr[mapped ? 12 : 0], c->address.n);
	}
}

struct iprev_check *iprev_create(struct resolver *r, const struct envelope *env)
{
	struct iprev_check *c = g_new0(struct iprev_check, 1);

	c->lookups = lookups_create(r, 1 + LIMIT_IPREV_NAMES);
	address_read(c, env->client_addr);
	if (env->client_name != NULL && *env->client_name != '\0') {
		c->result = AUTH_PASS;
		c->name = g_strdup(env->client_name);
	} else if (c->address.n > 0) {
		c->reverse = dns_reverse_name(c->address);
	} else {
		c->result = AUTH_NONE;
	}
	return c;
}

/* all names at once, so that the slowest decides how long it takes */
static bool names_check(struct iprev_check *c, const struct dns_answer *ptr)
{
	enum dns_type type = c->address.n == 4 ? DNS_A : DNS_AAAA;
	size_t n = MIN(ptr->n, LIMIT_IPREV_NAMES);
	bool waits = false, failed = false;

	for (size_t i = 0; i < n; i++) {
		const char *name = ptr->rrs[i].data.at;
		const struct dns_answer *a = lookups_get(c->lookups, name, type);

		if (a == NULL) {
			waits = true;
		} else if (dns_answer_holds(a, c->address)) {
			c->result = AUTH_PASS;
			c->name = g_strdup(name);
			return true;
		} else {
			failed |= a->status == DNS_TEMPFAIL;
		}
	}
	c->result = failed ? AUTH_TEMPERROR : AUTH_FAIL;
	return !waits;
}

bool iprev_step(struct iprev_check *c)
{
	const struct dns_answer *ptr;

	if (c->reverse == NULL)
		return true;
	ptr = lookups_get(c->lookups, c->reverse, DNS_PTR);
	if (ptr == NULL)
		return false;
	switch (ptr->status) {
	case DNS_OK:
		return names_check(c, ptr);
	case DNS_TEMPFAIL:
		c->result = AUTH_TEMPERROR;
		return true;
	case DNS_NODATA:
	case DNS_NXDOMAIN:
		c->result = AUTH_PERMERROR;
		return true;
	}
	return true;
}

struct dns_query *iprev_missing(const struct iprev_check *c)
{
	return lookups_missing(c->lookups);
}

void iprev_give_up(struct iprev_check *c)
{
	lookups_give_up(c->lookups);
}

struct auth_iprev iprev_result(const struct iprev_check *c)
{
	return (struct auth_iprev){ .result = c->result,
				    .name = c->result == AUTH_PASS ? c->name : NULL };
}

void iprev_destroy(struct iprev_check **cp)
{
	struct iprev_check *c = *cp;

	*cp = NULL;
	if (c == NULL)
		return;
	lookups_destroy(&c->lookups);
	g_free(c->reverse);
	g_free(c->name);
	g_free(c);
}
