/* Questions and their answers. A question is started once, answered once by its backend on
 * whatever thread that has, and may be waited for, watched, or left by its asker at any time:
 * the asker and the backend each hold it. Nothing here knows where answers come from. */
#include "auth/resolver.h"

#include <pthread.h>

#include "auth/resolver_backend.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/refs.h"
#include "base/wait.h"

struct dns_reply {
	struct dns_answer answer;
	struct refs owners;
	size_t bytes;
	struct dns_rr rrs[]; /* and the data behind them */
};

struct watch {
	struct watch *next;
	void (*fn)(void *);
	void *arg;
};

struct dns_query {
	struct resolver *resolver;
	enum dns_type type;
	struct refs holders; /* the asker, and the backend until it has answered */
	int note;
	pthread_mutex_t lock;
	pthread_cond_t came;
	struct dns_reply *reply; /* NULL: on its way; set once, under lock */
	struct watch *watches;
	char name[];
};

static const struct dns_answer too_late = { .status = DNS_TEMPFAIL };

/* how much of a record is kept */
static size_t rr_bytes(enum dns_type type, const struct dns_rr *rr)
{
	return type == DNS_TXT ? MIN(rr->data.n, LIMIT_TXT_BYTES) : rr->data.n;
}

struct dns_reply *dns_reply_make(enum dns_type type, enum dns_status status,
				 uint32_t ttl_s, const struct dns_rr *rrs, size_t n)
{
	n = status == DNS_OK ? MIN(n, LIMIT_DNS_RRS) : 0;
	size_t bytes = sizeof(struct dns_reply) + n * sizeof(struct dns_rr);
	struct dns_reply *reply;
	char *at;

	for (size_t i = 0; i < n; i++)
		bytes += rr_bytes(type, &rrs[i]) + 1;
	reply = g_malloc(bytes);
	at = (char *)&reply->rrs[n];
	for (size_t i = 0; i < n; i++) {
		size_t keep = rr_bytes(type, &rrs[i]);

		if (keep > 0)
			memcpy(at, rrs[i].data.at, keep);
		at[keep] = '\0';
		reply->rrs[i] = (struct dns_rr){ .data = { .at = at, .n = keep },
						 .preference = rrs[i].preference,
						 .truncated = keep < rrs[i].data.n };
		at += keep + 1;
	}
	reply->answer = (struct dns_answer){
		.status = status == DNS_OK && n == 0 ? DNS_NODATA : status,
		.ttl_s = ttl_s,
		.rrs = reply->rrs,
		.n = n,
	};
	refs_begin(&reply->owners, 1);
	reply->bytes = bytes;
	return reply;
}

struct dns_reply *dns_reply_keep(struct dns_reply *reply)
{
	refs_take(&reply->owners);
	return reply;
}

void dns_reply_drop(struct dns_reply *reply)
{
	if (refs_drop(&reply->owners))
		g_free(reply);
}

const struct dns_answer *dns_reply_answer(const struct dns_reply *reply)
{
	return &reply->answer;
}

size_t dns_reply_bytes(const struct dns_reply *reply)
{
	return reply->bytes;
}

static void query_drop(struct dns_query *q)
{
	if (!refs_drop(&q->holders))
		return;
	if (q->reply != NULL)
		dns_reply_drop(q->reply);
	while (q->watches != NULL) {
		struct watch *w = q->watches;

		q->watches = w->next;
		g_free(w);
	}
	pthread_cond_destroy(&q->came);
	pthread_mutex_destroy(&q->lock);
	g_free(q);
}

void dns_query_answer(struct dns_query *q, struct dns_reply *reply)
{
	struct watch *watches;

	pthread_mutex_lock(&q->lock);
	g_assert(q->reply == NULL);
	__atomic_store_n(&q->reply, reply, __ATOMIC_RELEASE);
	watches = q->watches;
	q->watches = NULL;
	pthread_cond_broadcast(&q->came);
	pthread_mutex_unlock(&q->lock);
	while (watches != NULL) {
		struct watch *w = watches;

		watches = w->next;
		w->fn(w->arg);
		g_free(w);
	}
	query_drop(q);
}

void dns_query_fail(struct dns_query *q)
{
	dns_query_answer(q, dns_reply_make(q->type, DNS_TEMPFAIL, 0, NULL, 0));
}

void dns_query_forget(struct dns_query *q)
{
	query_drop(q);
}

const char *dns_query_name(const struct dns_query *q)
{
	return q->name;
}

enum dns_type dns_query_type(const struct dns_query *q)
{
	return q->type;
}

struct resolver *dns_query_resolver(const struct dns_query *q)
{
	return q->resolver;
}

void dns_query_note(struct dns_query *q, int note)
{
	__atomic_store_n(&q->note, note, __ATOMIC_RELEASE);
}

int dns_query_noted(struct dns_query *q)
{
	return __atomic_load_n(&q->note, __ATOMIC_ACQUIRE);
}

/* can there be such a name? labels of 1 to 63 bytes, 253 in all */
static bool name_possible(const char *name, size_t n)
{
	size_t label = 0;

	if (n == 0 || n > LIMIT_DNS_NAME_BYTES)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (name[i] != '.') {
			if (++label > 63)
				return false;
		} else if (label == 0) {
			return false;
		} else {
			label = 0;
		}
	}
	return label > 0;
}

static struct dns_query *query_make(struct resolver *r, const char *name, size_t n,
				    enum dns_type type)
{
	struct dns_query *q = g_malloc0(sizeof(*q) + n + 1);

	q->resolver = r;
	q->type = type;
	refs_begin(&q->holders, 2);
	pthread_mutex_init(&q->lock, NULL);
	pthread_cond_init(&q->came, NULL);
	for (size_t i = 0; i < n; i++)
		q->name[i] = g_ascii_tolower(name[i]);
	return q;
}

struct dns_query *resolver_ask(struct resolver *r, const char *name, enum dns_type type)
{
	size_t n = strlen(name);
	struct dns_query *q;

	if (n > 0 && name[n - 1] == '.')
		n--;
	if (!name_possible(name, n)) {
		q = query_make(r, "", 0, type);
		dns_query_answer(q, dns_reply_make(type, DNS_NXDOMAIN, 0, NULL, 0));
		return q;
	}
	q = query_make(r, name, n, type);
	r->backend->start(r, q);
	return q;
}

const struct dns_answer *dns_query_peek(struct dns_query *q)
{
	struct dns_reply *reply = __atomic_load_n(&q->reply, __ATOMIC_ACQUIRE);

	return reply == NULL ? NULL : &reply->answer;
}

const struct dns_answer *resolver_wait(struct dns_query *q, int64_t deadline_us)
{
	const struct dns_answer *answer = dns_query_peek(q);

	if (answer != NULL)
		return answer;
	if (deadline_us <= 0)
		return &too_late;
	pthread_mutex_lock(&q->lock);
	while (q->reply == NULL && wait_until(&q->came, &q->lock, deadline_us))
		;
	answer = q->reply == NULL ? &too_late : &q->reply->answer;
	pthread_mutex_unlock(&q->lock);
	return answer;
}

bool dns_query_watch(struct dns_query *q, void (*fn)(void *), void *arg)
{
	struct watch *w = g_new(struct watch, 1);
	bool waits;

	pthread_mutex_lock(&q->lock);
	waits = q->reply == NULL;
	if (waits) {
		*w = (struct watch){ .next = q->watches, .fn = fn, .arg = arg };
		q->watches = w;
	}
	pthread_mutex_unlock(&q->lock);
	if (!waits)
		g_free(w);
	return waits;
}

bool dns_query_unwatch(struct dns_query *q, void (*fn)(void *), void *arg)
{
	struct watch *found = NULL;

	pthread_mutex_lock(&q->lock);
	for (struct watch **at = &q->watches; *at != NULL; at = &(*at)->next) {
		if ((*at)->fn != fn || (*at)->arg != arg)
			continue;
		found = *at;
		*at = found->next;
		break;
	}
	pthread_mutex_unlock(&q->lock);
	g_free(found);
	return found != NULL;
}

void dns_query_release(struct dns_query **qp)
{
	struct dns_query *q = *qp;

	*qp = NULL;
	if (q == NULL)
		return;
	if (dns_query_peek(q) == NULL && q->resolver->backend->cancel != NULL)
		q->resolver->backend->cancel(q->resolver, q);
	query_drop(q);
}

struct resolver_stats resolver_stats(struct resolver *r)
{
	struct resolver_stats stats = { 0 };

	if (r->backend->count != NULL)
		r->backend->count(r, &stats);
	return stats;
}

void resolver_close(struct resolver **r)
{
	if (*r != NULL)
		(*r)->backend->close(*r);
	*r = NULL;
}
