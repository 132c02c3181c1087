/* redis-cluster: - keys spread over nodes by their slots. A batch is one pipeline to each
 * node that owns some of the keys, all written before anything is read, under one deadline.
 * Nodes correct us: MOVED and ASK are followed at once for the keys concerned, and the watch
 * fetches a new map behind the scenes. What a node that is down would know is unknown; its
 * replicas are not asked, because what they have not heard yet would pass for absent. */
#include "store/redis_cluster.h"

#include <string.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/error.h"
#include "store/backend.h"
#include "store/redis_command.h"
#include "store/redis_scan.h"
#include "store/redis_server.h"
#include "store/redis_slots.h"
#include "store/redis_write.h"

#define NODES_MOST 1000      /* what the makers of Redis Cluster call the limit */
#define ROUNDS_MOST 8        /* redirects followed per key and batch */
#define VOTERS_MOST 16       /* nodes asked for the map at once */
#define MAP_LIMIT_US 1000000 /* how long they may take */
#define MAP_AGAIN_US 200000  /* while something is amiss */

struct cluster {
	struct store base;
	struct redis_transport transport;
	struct redis_url *url;
	struct redis_watch *watch;
	pthread_rwlock_t lock;       /* of the two below */
	GHashTable *nodes;           /* name -> struct redis_server; only grows */
	struct redis_server **owner; /* of each slot, or NULL */
	gint wants_map;              /* atomic */
};

static void free_server(void *s)
{
	redis_server_free(s);
}

static void want_map(struct cluster *c)
{
	g_atomic_int_set(&c->wants_map, 1);
	redis_watch_wake(c->watch);
}

/* The lock is held for writing. NULL: there are too many */
static struct redis_server *node_at(struct cluster *c, const struct redis_address *a,
				    bool names)
{
	struct redis_server *s = g_hash_table_lookup(c->nodes, a->text);

	if (s == NULL && g_hash_table_size(c->nodes) < NODES_MOST) {
		s = redis_server_new(a, &c->url->login, names, c->watch);
		g_hash_table_insert(c->nodes, s->address->text, s);
	}
	return s;
}

/* all nodes; owned by the cluster */
static GPtrArray *list_nodes(struct cluster *c)
{
	GPtrArray *list = g_ptr_array_new();
	GHashTableIter i;
	void *s;

	pthread_rwlock_rdlock(&c->lock);
	g_hash_table_iter_init(&i, c->nodes);
	while (g_hash_table_iter_next(&i, NULL, &s))
		g_ptr_array_add(list, s);
	pthread_rwlock_unlock(&c->lock);
	return list;
}

/* --- the map --- */

struct voter {
	struct redis_question q; /* must be first */
	struct cluster *c;
	struct redis_server *server;
	struct redis_server **map; /* NULL: it replies none */
};

static void take_range(unsigned first, unsigned last, bool master,
		       const struct redis_address *a, void *to)
{
	struct voter *v = to;
	struct redis_server *s;

	pthread_rwlock_wrlock(&v->c->lock);
	s = node_at(v->c, a, false);
	pthread_rwlock_unlock(&v->c->lock);
	for (unsigned i = first; master && i <= last; i++)
		v->map[i] = s;
}

static void take_map(struct redis_question *q, const redisReply *reply)
{
	struct voter *v = (struct voter *)q;

	if (reply->type == REDIS_REPLY_ERROR)
		redis_server_trouble(v->server, reply->str, MAP_LIMIT_US);
	v->map = g_new0(struct redis_server *, SLOTS);
	if (!redis_slots_see(reply, v->server->address, take_range, v))
		g_clear_pointer(&v->map, g_free);
}

/* A node that was away names owners of long ago, so the most votes count. */
static struct redis_server *elect(const struct voter *v, size_t n, unsigned slot)
{
	struct redis_server *best = NULL;
	size_t most = 0;

	for (size_t i = 0; i < n; i++) {
		size_t votes = 0;

		for (size_t k = 0; v[i].map != NULL && k < n; k++)
			votes += v[k].map != NULL && v[k].map[slot] == v[i].map[slot];
		if (votes > most) {
			most = votes;
			best = v[i].map[slot];
		}
	}
	return best;
}

static void set_map(struct cluster *c, const struct voter *v, size_t n)
{
	pthread_rwlock_wrlock(&c->lock);
	for (unsigned slot = 0; slot < SLOTS; slot++) {
		struct redis_server *s = elect(v, n, slot);

		c->owner[slot] = s != NULL ? s : c->owner[slot];
	}
	pthread_rwlock_unlock(&c->lock);
}

static void fetch_map(struct cluster *c)
{
	struct bytes word[] = { bytes_of("CLUSTER"), bytes_of("SLOTS") };
	struct voter v[VOTERS_MOST] = { 0 };
	struct redis_link *l[VOTERS_MOST];
	GPtrArray *nodes = list_nodes(c);
	size_t n = 0, replies = 0;

	for (guint i = 0; i < nodes->len && n < VOTERS_MOST; i++) {
		v[n].server = g_ptr_array_index(nodes, i);
		l[n] = redis_server_take(v[n].server, false);
		if (l[n] == NULL)
			continue;
		v[n].c = c;
		v[n].q.take = take_map;
		redis_append_command(l[n]->out, word, COUNT_OF(word));
		redis_link_expect(l[n], &v[n].q);
		n++;
	}
	redis_exchange(l, n, clock_mono_us() + MAP_LIMIT_US);
	for (size_t i = 0; i < n; i++) {
		redis_server_give(v[i].server, l[i], MAP_LIMIT_US);
		replies += v[i].map != NULL;
	}
	if (replies > 0)
		set_map(c, v, n);
	else
		g_atomic_int_set(&c->wants_map, 1);
	for (size_t i = 0; i < n; i++)
		g_free(v[i].map);
	g_ptr_array_unref(nodes);
}

/* an owner that is out has a follower, perhaps */
static bool is_amiss(struct cluster *c)
{
	struct redis_server *last = NULL;
	bool amiss = false;

	pthread_rwlock_rdlock(&c->lock);
	for (unsigned i = 0; i < SLOTS && !amiss; i++) {
		if (i > 0 && c->owner[i] == last)
			continue;
		last = c->owner[i];
		amiss = last == NULL || redis_server_is_out(last);
	}
	pthread_rwlock_unlock(&c->lock);
	return amiss;
}

static int64_t tend(void *user)
{
	struct cluster *c = user;
	GPtrArray *nodes = list_nodes(c);
	int64_t next_us =
		redis_servers_probe((struct redis_server **)nodes->pdata, nodes->len);
	int64_t again_us = clock_mono_us() + MAP_AGAIN_US;

	g_ptr_array_unref(nodes);
	if (g_atomic_int_compare_and_exchange(&c->wants_map, 1, 0) || is_amiss(c))
		fetch_map(c);
	if (g_atomic_int_get(&c->wants_map) || is_amiss(c))
		next_us = next_us == 0 ? again_us : MIN(next_us, again_us);
	return next_us;
}

/* --- opening and closing --- */

static void cluster_close(struct store *s)
{
	struct cluster *c = (struct cluster *)s;

	redis_watch_free(c->watch);
	g_hash_table_unref(c->nodes);
	pthread_rwlock_destroy(&c->lock);
	redis_url_free(c->url);
	g_free(c->owner);
	g_free(c);
}

static void ask_owners(struct redis_transport *transport, struct redis_command *o,
		       size_t n, bool together, int64_t deadline_us);

static struct store *cluster_open(const char *rest, const struct store_setup *setup,
				  GError **e)
{
	struct redis_url *u = redis_url_parse(REDIS_URL_CLUSTER, rest, e);
	struct cluster *c;

	(void)setup;
	if (u == NULL)
		return NULL;
	c = g_new0(struct cluster, 1);
	c->base.ops = &store_redis_cluster;
	c->transport.ask = ask_owners;
	c->url = u;
	pthread_rwlock_init(&c->lock, NULL);
	c->nodes = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_server);
	c->owner = g_new0(struct redis_server *, SLOTS);
	c->watch = redis_watch_new(tend, c);
	for (guint i = 0; i < u->servers->len; i++)
		node_at(c, g_ptr_array_index(u->servers, i), true);
	fetch_map(c);
	redis_watch_start(c->watch);
	return &c->base;
}

/* --- asking --- */

/* one node in one attempt */
struct node_request {
	struct redis_server *server;
	struct redis_link *link;
	struct attempt *attempt;
};

struct attempt {
	struct cluster *c;
	GHashTable *requests; /* struct redis_server -> struct node_request */
	int64_t deadline_us;
	int64_t budget_us;
	bool patient; /* a tool: it tries even nodes that are out */
};

static void free_request(void *p)
{
	struct node_request *request = p;

	if (request->link != NULL)
		redis_server_give(request->server, request->link,
				  request->attempt->budget_us);
	g_free(request);
}

/* The key lies elsewhere: for all who ask (MOVED), or just this key by now (ASK). */
static void be_sent_on(struct node_request *request, struct redis_command *o,
		       const char *text)
{
	struct cluster *c = request->attempt->c;
	struct redis_address *a;
	struct redis_server *s;
	unsigned slot;
	bool ask;

	if (!redis_redirect(text, request->server->address, &ask, &slot, &a))
		return;
	pthread_rwlock_wrlock(&c->lock);
	s = node_at(c, a, false);
	if (!ask && s != NULL)
		c->owner[slot] = s;
	pthread_rwlock_unlock(&c->lock);
	redis_address_free(a);
	if (!ask)
		want_map(c);
	o->to = ask ? s : NULL;
	o->again = s != NULL;
}

static void take_answer(struct redis_question *q, const redisReply *reply)
{
	struct redis_command *o = (struct redis_command *)q;
	struct node_request *request = o->transport;

	if (reply->type == REDIS_REPLY_ERROR) {
		be_sent_on(request, o, reply->str);
		if (o->again)
			return;
		redis_server_trouble(request->server, reply->str,
				     request->attempt->budget_us);
		if (redis_trouble_of(reply->str) == TROUBLE_CLUSTERDOWN)
			want_map(request->attempt->c);
	}
	o->done = true;
	o->answer(o, reply);
}

static struct node_request *request_to(struct attempt *attempt, struct redis_server *s)
{
	struct node_request *request = g_hash_table_lookup(attempt->requests, s);

	if (request != NULL)
		return request;
	request = g_new0(struct node_request, 1);
	request->server = s;
	request->attempt = attempt;
	request->link = redis_server_take(s, attempt->patient);
	g_hash_table_insert(attempt->requests, s, request);
	return request;
}

/* false: nobody is known who could be asked */
static bool put_command(struct attempt *attempt, struct redis_command *o)
{
	struct redis_server *s = o->to;
	struct bytes asking = bytes_of("ASKING");
	struct node_request *request;

	o->again = false;
	if (s == NULL) {
		pthread_rwlock_rdlock(&attempt->c->lock);
		s = attempt->c->owner[slot_of(o->key)];
		pthread_rwlock_unlock(&attempt->c->lock);
	}
	if (s == NULL)
		return false;
	request = request_to(attempt, s);
	if (request->link == NULL)
		return false;
	o->q.take = take_answer;
	o->q.skip = o->to != NULL ? 1 : 0;
	o->transport = request;
	if (o->to != NULL)
		redis_append_command(request->link->out, &asking, 1);
	redis_command_put(request->link->out, o);
	redis_link_expect(request->link, &o->q);
	return true;
}

/* what is left over of a node's questions when the node failed */
static void blame(struct attempt *attempt, struct redis_command **o, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct node_request *request = o[i]->transport;

		if (o[i]->done || o[i]->again || request == NULL)
			continue;
		o[i]->unsure = request->link->down == REDIS_BROKEN ||
			       request->link->down == REDIS_LATE;
		if (attempt->patient)
			redis_transport_blame(&attempt->c->transport, request->server,
					      request->link);
	}
}

/* One attempt: every node that owns some of them is asked once. How many must be asked again */
static size_t run_attempt(struct attempt *attempt, struct redis_command **o, size_t n)
{
	struct redis_link **link;
	GHashTableIter i;
	size_t links = 0, again = 0, asked = 0;
	void *request;

	attempt->requests = g_hash_table_new_full(NULL, NULL, NULL, free_request);
	for (size_t k = 0; k < n; k++) {
		if (put_command(attempt, o[k]))
			o[asked++] = o[k];
		else
			want_map(attempt->c);
	}
	link = g_new0(struct redis_link *, g_hash_table_size(attempt->requests));
	g_hash_table_iter_init(&i, attempt->requests);
	while (g_hash_table_iter_next(&i, NULL, &request)) {
		if (((struct node_request *)request)->link != NULL)
			link[links++] = ((struct node_request *)request)->link;
	}
	redis_exchange(link, links, attempt->deadline_us);
	blame(attempt, o, asked);
	for (size_t k = 0; k < asked; k++) {
		o[k]->transport = NULL;
		if (o[k]->again)
			o[again++] = o[k];
	}
	g_hash_table_unref(attempt->requests);
	g_free(link);
	return again;
}

static void ask(struct cluster *c, struct redis_command *commands, size_t n, bool patient,
		int64_t deadline_us)
{
	struct redis_command **o = g_new(struct redis_command *, n);
	struct attempt attempt = { .c = c,
				   .deadline_us = deadline_us,
				   .patient = patient };

	for (size_t i = 0; i < n; i++)
		o[i] = &commands[i];
	for (int i = 0; n > 0 && i < ROUNDS_MOST; i++) {
		attempt.budget_us = deadline_us - clock_mono_us();
		if (attempt.budget_us <= 0)
			break;
		n = run_attempt(&attempt, o, n);
	}
	g_free(o);
}

static void ask_owners(struct redis_transport *transport, struct redis_command *o,
		       size_t n, bool together, int64_t deadline_us)
{
	(void)together; /* nodes know no moment that is the same for all */
	ask((struct cluster *)((char *)transport - offsetof(struct cluster, transport)),
	    o, n, true, deadline_us);
}

/* --- reading, writing, scanning --- */

struct reading {
	struct redis_command *o;
	struct store_read *r;
	struct arena *a;
	int64_t now_s;
};

static void take_value(struct redis_command *o, const redisReply *reply)
{
	struct reading *g = o->user;

	redis_value_out(&g->r[o - g->o], reply, g->now_s, g->a);
}

static void cluster_read_many(struct store *s, struct store_read *r, size_t n,
			      int64_t deadline_us, struct arena *a)
{
	struct reading g = { .r = r, .a = a, .now_s = s->now_s() };
	int64_t limit_us = redis_limit_us(deadline_us, clock_mono_us());

	g.o = g_new0(struct redis_command, n);
	for (size_t i = 0; i < n; i++) {
		g.o[i].key = r[i].key;
		g.o[i].kind = COMMAND_GET;
		g.o[i].answer = take_value;
		g.o[i].user = &g;
	}
	ask((struct cluster *)s, g.o, n, false, limit_us);
	g_free(g.o);
}

static enum store_wrote cluster_write_many(struct store *s, const struct store_write *w,
					   size_t n, GError **e)
{
	return redis_write(s, &((struct cluster *)s)->transport, w, n, e);
}

static GPtrArray *list_owners(struct cluster *c)
{
	GPtrArray *list = g_ptr_array_new();

	pthread_rwlock_rdlock(&c->lock);
	for (unsigned i = 0; i < SLOTS; i++) {
		if (c->owner[i] != NULL && !g_ptr_array_find(list, c->owner[i], NULL))
			g_ptr_array_add(list, c->owner[i]);
	}
	pthread_rwlock_unlock(&c->lock);
	return list;
}

static bool cluster_scan(struct store *s, struct bytes prefix,
			 bool (*see)(const struct store_record *record, void *to),
			 void *to, GError **e)
{
	struct redis_scan scan = {
		.prefix = prefix, .see = see, .to = to, .now_s = s->now_s(), .url = s->url
	};
	GPtrArray *owners = list_owners((struct cluster *)s);
	bool good = owners->len > 0;

	if (!good)
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_STORE,
			    "store \"%s\": none of its nodes answers", s->url);
	for (guint i = 0; good && !scan.stopped && i < owners->len; i++)
		good = redis_scan(g_ptr_array_index(owners, i), &scan, e);
	g_ptr_array_unref(owners);
	return good;
}

bool redis_cluster_status(struct store *s, GString *to)
{
	struct cluster *c = (struct cluster *)s;
	unsigned owned = 0;
	GPtrArray *nodes;

	if (s->ops != &store_redis_cluster)
		return false;
	pthread_rwlock_rdlock(&c->lock);
	for (unsigned i = 0; i < SLOTS; i++)
		owned += c->owner[i] != NULL;
	pthread_rwlock_unlock(&c->lock);
	g_string_append_printf(to, "cluster slots %u of %d\n", owned, SLOTS);
	nodes = list_nodes(c);
	for (guint i = 0; i < nodes->len; i++)
		redis_server_print(g_ptr_array_index(nodes, i), to);
	g_ptr_array_unref(nodes);
	return true;
}

const struct store_ops store_redis_cluster = {
	.open = cluster_open,
	.read_many = cluster_read_many,
	.write_many = cluster_write_many,
	.scan = cluster_scan,
	.close = cluster_close,
};
