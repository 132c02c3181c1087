/* See lookups.h. Few questions a check, so a list is searched from its start. */
#include "auth/lookups.h"

#include "base/clock.h"

static const struct dns_answer nobody_knows = { .status = DNS_TEMPFAIL };

struct lookup {
	char *name;
	enum dns_type type;
	struct dns_query *query;
};

struct lookups {
	struct resolver *resolver;
	GArray *asked; /* struct lookup */
	size_t max;
	bool given_up;
};

const struct dns_answer *dns_wait_for(struct dns_wait *w, struct dns_query *q)
{
	const struct dns_answer *answer = dns_query_peek(q);
	int64_t began_us;

	if (answer != NULL)
		return answer;
	began_us = clock_mono_us();
	answer = resolver_wait(q, w->deadline_us);
	w->waited_us += clock_mono_us() - began_us;
	w->timed_out |= dns_query_peek(q) == NULL;
	return answer;
}

char *dns_reverse_name(struct bytes address)
{
	GString *name = g_string_new(NULL);
	const unsigned char *byte = (const unsigned char *)address.at;

	g_assert(address.n == 4 || address.n == 16);
	for (size_t i = address.n; i > 0; i--) {
		if (address.n == 4)
			g_string_append_printf(name, "%d.", byte[i - 1]);
		else
			g_string_append_printf(name, "%x.%x.", byte[i - 1] & 15u,
					       byte[i - 1] >> 4u);
	}
	g_string_append(name, address.n == 4 ? "in-addr.arpa" : "ip6.arpa");
	return g_string_free(name, FALSE);
}

bool dns_answer_holds(const struct dns_answer *a, struct bytes data)
{
	for (size_t i = 0; i < a->n; i++)
		if (bytes_equal(a->rrs[i].data, data))
			return true;
	return false;
}

struct lookups *lookups_create(struct resolver *r, size_t max)
{
	struct lookups *l = g_new0(struct lookups, 1);

	l->resolver = r;
	l->max = max;
	l->asked = g_array_new(FALSE, FALSE, sizeof(struct lookup));
	return l;
}

void lookups_destroy(struct lookups **l)
{
	if (*l == NULL)
		return;
	for (guint i = 0; i < (*l)->asked->len; i++) {
		struct lookup *one = &g_array_index((*l)->asked, struct lookup, i);

		dns_query_release(&one->query);
		g_free(one->name);
	}
	g_array_free((*l)->asked, TRUE);
	g_free(*l);
	*l = NULL;
}

static struct dns_query *lookups_find(const struct lookups *l, const char *name,
				      enum dns_type type)
{
	for (guint i = 0; i < l->asked->len; i++) {
		const struct lookup *one = &g_array_index(l->asked, struct lookup, i);

		if (one->type == type && strcmp(one->name, name) == 0)
			return one->query;
	}
	return NULL;
}

const struct dns_answer *lookups_get(struct lookups *l, const char *name,
				     enum dns_type type)
{
	struct dns_query *query = lookups_find(l, name, type);
	const struct dns_answer *answer;

	if (query == NULL) {
		struct lookup one = { .type = type };

		if (l->given_up || l->asked->len >= l->max)
			return &nobody_knows;
		one.name = g_strdup(name);
		one.query = query = resolver_ask(l->resolver, name, type);
		g_array_append_val(l->asked, one);
	}
	answer = dns_query_peek(query);
	return answer == NULL && l->given_up ? &nobody_knows : answer;
}

const struct dns_answer *lookups_wait(struct lookups *l, struct dns_wait *w,
				      const char *name, enum dns_type type)
{
	const struct dns_answer *answer = lookups_get(l, name, type);

	return answer != NULL ? answer : dns_wait_for(w, lookups_find(l, name, type));
}

struct dns_query *lookups_missing(const struct lookups *l)
{
	for (guint i = l->asked->len; i > 0; i--) {
		const struct lookup *one = &g_array_index(l->asked, struct lookup, i - 1);

		if (dns_query_peek(one->query) == NULL)
			return one->query;
	}
	return NULL;
}

void lookups_give_up(struct lookups *l)
{
	l->given_up = true;
}

size_t lookups_count(const struct lookups *l)
{
	return l->asked->len;
}
