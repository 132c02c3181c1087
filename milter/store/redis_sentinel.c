/* Sentinels are believed by majority: one that was cut off from the others may still name
 * the old master. Whether the server named is one is asked of itself, with every batch. */
#include "store/redis_sentinel.h"

#include <string.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/log.h"
#include "base/number.h"
#include "store/redis_connection.h"

struct sentinel {
	struct redis_question q;
	struct redis_address *master;
	char *error;
};

static void take_master(struct redis_question *q, const redisReply *reply)
{
	struct sentinel *s = (struct sentinel *)q;
	const redisReply *host, *port;
	int64_t n;

	if (reply->type == REDIS_REPLY_ERROR)
		s->error = g_strdup(reply->str);
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2)
		return;
	host = reply->element[0];
	port = reply->element[1];
	if (host->type == REDIS_REPLY_STRING && port->type == REDIS_REPLY_STRING &&
	    host->len > 0 && number_parse(port->str, 1, 65535, &n))
		s->master = redis_address_new(host->str, (unsigned)n);
}

static struct redis_link *begin(struct sentinel *s, const struct redis_url *u, guint i)
{
	struct bytes word[] = { bytes_of("SENTINEL"), bytes_of("get-master-addr-by-name"),
				bytes_of(u->master_name) };
	struct redis_sockaddr sockaddr;
	struct redis_link *l;

	redis_sockaddr_find(g_ptr_array_index(u->servers, i), true, &sockaddr);
	l = redis_link_open(&sockaddr, &u->sentinel_login);
	s->q.take = take_master;
	redis_append_command(l->out, word, COUNT_OF(word));
	redis_link_expect(l, &s->q);
	return l;
}

/* the one most of them name; with as many votes, the first */
static struct redis_address *elect(const struct sentinel *s, guint n)
{
	const struct redis_address *best = NULL;
	guint most = 0;

	for (guint i = 0; i < n; i++) {
		guint votes = 0;

		for (guint k = 0; s[i].master != NULL && k < n; k++)
			votes += s[k].master != NULL &&
				 strcmp(s[k].master->text, s[i].master->text) == 0;
		if (votes > most) {
			most = votes;
			best = s[i].master;
		}
	}
	return best != NULL ? redis_address_copy(best) : NULL;
}

struct redis_address *redis_sentinel_ask(const struct redis_url *u, int64_t limit_us)
{
	guint n = u->servers->len;
	struct sentinel *s = g_new0(struct sentinel, n);
	struct redis_link **l = g_new0(struct redis_link *, n);
	struct redis_address *master;

	for (guint i = 0; i < n; i++)
		l[i] = begin(&s[i], u, i);
	redis_exchange(l, n, clock_mono_us() + limit_us);
	master = elect(s, n);
	for (guint i = 0; i < n; i++) {
		const char *why = s[i].error != NULL ? s[i].error : l[i]->why;

		if (master == NULL)
			log_seldom(LOG_LEVEL_WARN, "sentinel",
				   "store: sentinel %u knows no master \"%s\" (%s)",
				   i + 1, u->master_name,
				   why != NULL ? why : "no such name");
		redis_link_close(l[i]);
		redis_address_free(s[i].master);
		g_free(s[i].error);
	}
	g_free(s);
	g_free(l);
	return master;
}
