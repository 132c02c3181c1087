/* redis:, redis+unix:, redis-sentinel: - one Redis, perhaps with replicas, or the one that
 * sentinels name. A batch is one MGET (a few in one write when it is very long) to one
 * server, together with the question whether that server may be believed, where that is not
 * certain. A replica that is not in step would call known people unknown, so it is never
 * believed; nor is a former master. */
#include "store/redis.h"

#include <string.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/error.h"
#include "base/log.h"
#include "store/backend.h"
#include "store/redis_command.h"
#include "store/redis_scan.h"
#include "store/redis_sentinel.h"
#include "store/redis_server.h"
#include "store/redis_write.h"

#define KEYS_A_COMMAND 10000      /* a server does one command at a time */
#define SENTINEL_LIMIT_US 1000000 /* behind the scenes; at the start, mail waits */
#define SENTINEL_AGAIN_US 500000  /* while there is no master */
#define SERVERS_MOST 64           /* that a sentinel has ever named */

struct redis {
	struct store base;
	struct redis_transport transport;
	struct redis_url *url;
	struct redis_watch *watch;
	pthread_mutex_t lock;
	GPtrArray *servers;           /* all there ever were; the lock guards the list */
	struct redis_server *primary; /* NULL: not known; under the lock */
	guint replicas;               /* how many of the servers, from the first on */
	gint turn;                    /* atomic */
};

static void free_server(void *s)
{
	redis_server_free(s);
}

static struct redis_server *primary(struct redis *r)
{
	struct redis_server *s;

	pthread_mutex_lock(&r->lock);
	s = r->primary;
	pthread_mutex_unlock(&r->lock);
	return s;
}

/* --- sentinels --- */

static void set_primary(struct redis *r, const struct redis_address *a)
{
	struct redis_server *s = NULL, *old;

	pthread_mutex_lock(&r->lock);
	old = r->primary;
	for (guint i = 0; i < r->servers->len; i++) {
		struct redis_server *known = g_ptr_array_index(r->servers, i);

		if (strcmp(known->address->text, a->text) == 0)
			s = known;
	}
	pthread_mutex_unlock(&r->lock);
	if (s == NULL && r->servers->len < SERVERS_MOST) {
		s = redis_server_new(a, &r->url->login, true, r->watch);
		s->role = REDIS_MASTER;
		pthread_mutex_lock(&r->lock);
		g_ptr_array_add(r->servers, s);
		pthread_mutex_unlock(&r->lock);
	}
	pthread_mutex_lock(&r->lock);
	r->primary = s != NULL ? s : r->primary;
	pthread_mutex_unlock(&r->lock);
	if (s != old)
		log_line(LOG_LEVEL_INFO, "store: the master of \"%s\" is now %s",
			 r->url->master_name, a->text);
}

static void find_master(struct redis *r)
{
	struct redis_address *a = redis_sentinel_ask(r->url, SENTINEL_LIMIT_US);

	if (a != NULL)
		set_primary(r, a);
	redis_address_free(a);
}

/* --- the watch --- */

static int64_t tend(void *user)
{
	struct redis *r = user;
	struct redis_server *s = primary(r), *list[SERVERS_MOST];
	int64_t next_us;
	guint n = 0;

	if (r->url->master_name != NULL && (s == NULL || redis_server_is_out(s))) {
		find_master(r);
		s = primary(r);
	}
	for (guint i = 0; i < r->replicas; i++) /* these never change */
		list[n++] = g_ptr_array_index(r->servers, i);
	if (s != NULL)
		list[n++] = s;
	next_us = redis_servers_probe(list, n);
	if (s == NULL)
		next_us = clock_mono_us() + SENTINEL_AGAIN_US;
	return next_us;
}

/* --- opening and closing --- */

static void redis_close(struct store *s)
{
	struct redis *r = (struct redis *)s;

	redis_watch_free(r->watch);
	g_ptr_array_unref(r->servers);
	pthread_mutex_destroy(&r->lock);
	redis_url_free(r->url);
	g_free(r);
}

static void ask_primary(struct redis_transport *transport, struct redis_command *o,
			size_t n, bool together, int64_t deadline_us);

static struct store *open_url(const struct store_ops *ops, struct redis_url *u)
{
	struct redis *r;

	if (u == NULL)
		return NULL;
	r = g_new0(struct redis, 1);
	r->base.ops = ops;
	r->transport.ask = ask_primary;
	r->url = u;
	r->servers = g_ptr_array_new_with_free_func(free_server);
	pthread_mutex_init(&r->lock, NULL);
	r->watch = redis_watch_new(tend, r);
	for (guint i = 0; i < u->replicas->len; i++) {
		struct redis_server *s = redis_server_new(
			g_ptr_array_index(u->replicas, i), &u->login, true, r->watch);

		s->role = REDIS_REPLICA;
		g_ptr_array_add(r->servers, s);
	}
	r->replicas = u->replicas->len;
	if (u->master_name == NULL) {
		r->primary = redis_server_new(g_ptr_array_index(u->servers, 0), &u->login,
					      true, r->watch);
		g_ptr_array_add(r->servers, r->primary);
	}
	if (u->master_name != NULL)
		find_master(r);
	redis_watch_start(r->watch);
	return &r->base;
}

static struct store *open_tcp(const char *rest, const struct store_setup *setup,
			      GError **e)
{
	(void)setup;
	return open_url(&store_redis, redis_url_parse(REDIS_URL_TCP, rest, e));
}

static struct store *open_unix(const char *rest, const struct store_setup *setup,
			       GError **e)
{
	(void)setup;
	return open_url(&store_redis_unix, redis_url_parse(REDIS_URL_UNIX, rest, e));
}

static struct store *open_sentinel(const char *rest, const struct store_setup *setup,
				   GError **e)
{
	(void)setup;
	return open_url(&store_redis_sentinel,
			redis_url_parse(REDIS_URL_SENTINEL, rest, e));
}

/* --- reading --- */

struct attempt {
	struct redis_question role;
	struct redis_server *server;
	struct arena *a;
	int64_t now_s;
	int64_t budget_us;
	bool fits;
};

struct mget {
	struct redis_question q; /* must be first */
	struct attempt *attempt;
	struct store_read *r;
	size_t n;
	bool good;
};

static void take_role(struct redis_question *q, const redisReply *reply)
{
	struct attempt *t =
		(struct attempt *)((char *)q - offsetof(struct attempt, role));

	t->fits = redis_role_fits(t->server->role, reply);
	if (reply->type == REDIS_REPLY_ERROR)
		redis_server_trouble(t->server, reply->str, t->budget_us);
	else if (!t->fits)
		redis_server_stale(t->server, t->budget_us);
}

static void take_values(struct redis_question *q, const redisReply *reply)
{
	struct mget *m = (struct mget *)q;
	struct attempt *t = m->attempt;

	if (!t->fits)
		return;
	if (reply->type == REDIS_REPLY_ERROR)
		redis_server_trouble(t->server, reply->str, t->budget_us);
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements != m->n)
		return;
	for (size_t i = 0; i < m->n; i++)
		redis_value_out(&m->r[i], reply->element[i], t->now_s, t->a);
	m->good = true;
}

static void put_mget(struct redis_link *l, struct mget *m)
{
	struct bytes *word = g_new(struct bytes, m->n + 1);

	word[0] = bytes_of("MGET");
	for (size_t i = 0; i < m->n; i++)
		word[i + 1] = m->r[i].key;
	redis_append_command(l->out, word, m->n + 1);
	redis_link_expect(l, &m->q);
	g_free(word);
}

/* true: all was answered */
static bool read_from(struct attempt *t, struct store_read *r, size_t n, int64_t limit_us)
{
	size_t parts = (n + KEYS_A_COMMAND - 1) / KEYS_A_COMMAND;
	struct redis_link *l = redis_server_take(t->server, false);
	bool good = true;
	struct mget *m;

	if (l == NULL)
		return false;
	t->role.take = take_role;
	t->fits = t->server->role == REDIS_ANY_ROLE;
	if (!t->fits) {
		redis_put_role(l->out);
		redis_link_expect(l, &t->role);
	}
	m = g_new0(struct mget, parts);
	for (size_t i = 0; i < parts; i++) {
		m[i] = (struct mget){ .q = { .take = take_values },
				      .attempt = t,
				      .r = r + i * KEYS_A_COMMAND,
				      .n = MIN(n - i * KEYS_A_COMMAND, KEYS_A_COMMAND) };
		put_mget(l, &m[i]);
	}
	redis_exchange(&l, 1, limit_us);
	redis_server_give(t->server, l, t->budget_us);
	for (size_t i = 0; i < parts; i++)
		good = good && m[i].good;
	g_free(m);
	return good;
}

/* The i-th candidate: replicas round-robin, then the primary; NULL when there is none left. */
static struct redis_server *candidate(struct redis *r, guint turn, guint i)
{
	if (i < r->replicas)
		return g_ptr_array_index(r->servers, (turn + i) % r->replicas);
	return i == r->replicas ? primary(r) : NULL;
}

static void redis_read_many(struct store *s, struct store_read *r, size_t n,
			    int64_t deadline_us, struct arena *a)
{
	struct redis *redis = (struct redis *)s;
	int64_t start_us = clock_mono_us(),
		limit_us = redis_limit_us(deadline_us, start_us);
	guint turn = (guint)g_atomic_int_add(&redis->turn, 1);
	struct attempt t = { .a = a, .now_s = s->now_s() };

	if (n == 0)
		return;
	for (guint i = 0; (t.server = candidate(redis, turn, i)) != NULL; i++) {
		int64_t now_us = clock_mono_us(), until_us = limit_us;

		if (now_us >= limit_us)
			return;
		/* a replica that hangs must leave time for the next */
		if (i < redis->replicas)
			until_us = now_us + (limit_us - now_us) / 2;
		t.budget_us = until_us - now_us;
		if (read_from(&t, r, n, until_us))
			return;
	}
}

/* --- writing and scanning --- */

struct bracket {
	struct redis_question q; /* must be first */
	struct redis_command *o;
	size_t n;
	struct redis_server *server;
	bool refused; /* while it was queued; why has been told */
};

static void answer(struct redis_command *o, const redisReply *reply,
		   struct redis_server *server)
{
	if (reply->type == REDIS_REPLY_ERROR)
		redis_server_trouble(server, reply->str, REDIS_PATIENCE_US);
	o->done = true;
	o->answer(o, reply);
}

static void take_order(struct redis_question *q, const redisReply *reply)
{
	struct redis_command *o = (struct redis_command *)q;

	answer(o, reply, o->transport);
}

/* "QUEUED", or why not; then nothing of the bracket is done */
static void take_queued(struct redis_question *q, const redisReply *reply)
{
	struct redis_command *o = (struct redis_command *)q;

	if (reply->type == REDIS_REPLY_ERROR)
		answer(o, reply, o->transport);
}

static void take_nothing(struct redis_question *q, const redisReply *reply)
{
	(void)q;
	(void)reply;
}

static void take_exec(struct redis_question *q, const redisReply *reply)
{
	struct bracket *b = (struct bracket *)q;

	if (reply->type == REDIS_REPLY_ERROR) {
		b->refused = true;
		return;
	}
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements != b->n)
		return;
	for (size_t i = 0; i < b->n; i++)
		answer(&b->o[i], reply->element[i], b->server);
}

static void put_word(GString *out, const char *text)
{
	struct bytes word = bytes_of(text);

	redis_append_command(out, &word, 1);
}

static void put_command(struct redis_link *l, struct bracket *b, bool together,
			struct redis_question *multi)
{
	if (together) {
		put_word(l->out, "MULTI");
		redis_link_expect(l, multi);
	}
	for (size_t i = 0; i < b->n; i++) {
		b->o[i].q.take = together ? take_queued : take_order;
		b->o[i].transport = b->server;
		redis_command_put(l->out, &b->o[i]);
		redis_link_expect(l, &b->o[i].q);
	}
	if (together) {
		put_word(l->out, "EXEC");
		redis_link_expect(l, &b->q);
	}
}

static void ask_primary(struct redis_transport *transport, struct redis_command *o,
			size_t n, bool together, int64_t deadline_us)
{
	struct redis *r =
		(struct redis *)((char *)transport - offsetof(struct redis, transport));
	struct redis_question multi = { .take = take_nothing };
	struct bracket b = { .q = { .take = take_exec }, .o = o, .n = n };
	struct redis_link *l;
	bool sent;

	b.server = primary(r);
	if (b.server == NULL)
		return;
	l = redis_server_take(b.server, true);
	put_command(l, &b, together, &multi);
	redis_exchange(&l, 1, deadline_us);
	sent = l->down != REDIS_REFUSED && l->down != REDIS_DENIED && !b.refused;
	for (size_t i = 0; i < n; i++)
		o[i].unsure = !o[i].done && sent;
	redis_transport_blame(transport, b.server, l);
	redis_server_give(b.server, l, REDIS_PATIENCE_US);
}

static enum store_wrote redis_write_many(struct store *s, const struct store_write *w,
					 size_t n, GError **e)
{
	return redis_write(s, &((struct redis *)s)->transport, w, n, e);
}

static bool scan_all(struct store *s, struct bytes prefix,
		     bool (*see)(const struct store_record *record, void *to), void *to,
		     GError **e)
{
	struct redis_server *server = primary((struct redis *)s);
	struct redis_scan scan = {
		.prefix = prefix, .see = see, .to = to, .now_s = s->now_s(), .url = s->url
	};

	if (server != NULL)
		return redis_scan(server, &scan, e);
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_STORE,
		    "store \"%s\": no sentinel has named a master", s->url);
	return false;
}

bool redis_status(struct store *s, GString *to)
{
	struct redis *r = (struct redis *)s;

	if (s->ops != &store_redis && s->ops != &store_redis_unix &&
	    s->ops != &store_redis_sentinel)
		return false;
	pthread_mutex_lock(&r->lock);
	for (guint i = 0; i < r->servers->len; i++)
		redis_server_print(g_ptr_array_index(r->servers, i), to);
	pthread_mutex_unlock(&r->lock);
	return true;
}

const struct store_ops store_redis = {
	.open = open_tcp,
	.read_many = redis_read_many,
	.write_many = redis_write_many,
	.scan = scan_all,
	.close = redis_close,
};

const struct store_ops store_redis_unix = {
	.open = open_unix,
	.read_many = redis_read_many,
	.write_many = redis_write_many,
	.scan = scan_all,
	.close = redis_close,
};

const struct store_ops store_redis_sentinel = {
	.open = open_sentinel,
	.read_many = redis_read_many,
	.write_many = redis_write_many,
	.scan = scan_all,
	.close = redis_close,
};
