/* See health.h. A name is asked once, so that neither our memory nor the resolver's own can
 * answer in place of the network; all who ask at the same time wait for one question. */
#include "auth/health.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/log.h"

struct dns_health {
	struct resolver *resolver;
	const struct options *options;
	int64_t silent_since_s; /* atomic */
	int64_t probe;          /* atomic: number of the question that is asked or next */
};

struct dns_health *dns_health_create(struct resolver *r, const struct options *o)
{
	struct dns_health *h = g_new0(struct dns_health, 1);

	h->resolver = r;
	h->options = o;
	h->probe = clock_now_s() * 1000; /* no other process has asked it */
	return h;
}

void dns_health_destroy(struct dns_health **h)
{
	g_free(*h);
	*h = NULL;
}

int64_t dns_health_silent_since(const struct dns_health *h)
{
	return __atomic_load_n(&h->silent_since_s, __ATOMIC_ACQUIRE);
}

static void note_silent(struct dns_health *h)
{
	const struct strings servers = h->options->dns_servers;
	GString *whose = g_string_new(servers.n == 0 ? "of /etc/resolv.conf" : NULL);
	int64_t never = 0;

	for (size_t i = 0; i < servers.n; i++)
		g_string_append_printf(whose, "%s%s", i == 0 ? "dns_servers " : ", ",
				       servers.at[i]);
	__atomic_compare_exchange_n(&h->silent_since_s, &never, clock_now_s(), false,
				    __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
	log_seldom(
		LOG_LEVEL_ERROR, "resolver",
		"the DNS resolver (%s) answers nobody: SPF, DKIM and DMARC of all mail "
		"are unknown, and mail that gets no points is undecided (on_undecided); "
		"see that it runs and can be reached, or name another in dns_servers",
		whose->str);
	g_string_free(whose, TRUE);
}

static void dns_health_note(struct dns_health *h)
{
	int64_t since_s = __atomic_exchange_n(&h->silent_since_s, 0, __ATOMIC_ACQ_REL);

	if (since_s != 0)
		log_line(LOG_LEVEL_INFO,
			 "the DNS resolver answers again, after %" PRId64 " s",
			 clock_now_s() - since_s);
}

/* Any answer will do, also that there is no such name. */
static bool is_answered(struct dns_health *h, int64_t deadline_us)
{
	const struct options *o = h->options;
	const char *below = o->n_tenants > 0 && o->tenants[0].domains.n > 0
				    ? o->tenants[0].domains.at[0]
				    : "example.org";
	int64_t nr = __atomic_load_n(&h->probe, __ATOMIC_ACQUIRE);
	char *name = g_strdup_printf("wonted-probe-%" PRId64 ".%s", nr, below);
	struct dns_query *q = resolver_ask(h->resolver, name, DNS_A);
	bool answered = resolver_wait(q, deadline_us)->status != DNS_TEMPFAIL;

	/* answered or given up: this one is not asked again, whoever of us comes first */
	__atomic_compare_exchange_n(&h->probe, &nr, nr + 1, false, __ATOMIC_ACQ_REL,
				    __ATOMIC_ACQUIRE);
	dns_query_release(&q);
	g_free(name);
	return answered;
}

bool dns_health_check(struct dns_health *h, int64_t since_us, int64_t deadline_us)
{
	struct resolver_stats stats = resolver_stats(h->resolver);
	bool answered = stats.answered_us >= since_us && stats.answered_us > 0;

	if (stats.refused_us >= since_us && stats.refused_us > 0)
		answered = false;
	else if (!answered)
		answered = is_answered(h, deadline_us);
	if (answered)
		dns_health_note(h);
	else
		note_silent(h);
	return answered;
}
