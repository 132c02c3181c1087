/* When to ask a server and when to leave it alone. A message must pay for a dead server at
 * most once, so the first failure takes the server out, whatever it was; coming back is
 * cheap, because the watch asks at once and then ever more seldom, and no message waits for
 * it. What an operator can repair is said in the operator's words. */
#include "store/redis_server.h"

#include <inttypes.h>
#include <signal.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/wait.h"

#define IDLE_MOST 128 /* connections kept; more than sessions that end in one moment */
#define BACKOFF_FIRST_US 20000
#define BACKOFF_MOST_US 1000000
#define RELAPSE_MOST_US 100000 /* first pause of one that keeps coming and going */
#define BUDGET_LEAST_US 10000
#define BUDGET_MOST_US 1000000
#define CALM_US 2000000 /* back so long, its next failure counts as a new one */

static void free_link(void *l)
{
	redis_link_close(l);
}

struct redis_server *redis_server_new(const struct redis_address *address,
				      const struct redis_login *login, bool names,
				      struct redis_watch *watch)
{
	struct redis_server *s = g_new0(struct redis_server, 1);

	s->address = redis_address_copy(address);
	s->login = login;
	s->watch = watch;
	s->idle = g_ptr_array_new_with_free_func(free_link);
	s->backoff_us = BACKOFF_FIRST_US;
	s->budget_us = BUDGET_MOST_US;
	pthread_mutex_init(&s->lock, NULL);
	s->out = !redis_sockaddr_find(address, names, &s->sockaddr);
	return s;
}

void redis_server_free(struct redis_server *s)
{
	redis_address_free(s->address);
	g_ptr_array_unref(s->idle);
	pthread_mutex_destroy(&s->lock);
	g_free(s);
}

struct redis_link *redis_server_take(struct redis_server *s, bool though_out)
{
	struct redis_link *l = NULL;
	struct redis_sockaddr sockaddr;

	pthread_mutex_lock(&s->lock);
	if (s->out && !though_out) {
		pthread_mutex_unlock(&s->lock);
		return NULL;
	}
	s->counts.asked++;
	sockaddr = s->sockaddr;
	while (l == NULL && s->idle->len > 0) {
		l = g_ptr_array_steal_index(s->idle, s->idle->len - 1);
		if (!redis_link_quiet(l)) {
			redis_link_close(l);
			l = NULL;
		}
	}
	pthread_mutex_unlock(&s->lock);
	return l != NULL ? l : redis_link_open(&sockaddr, s->login);
}

/* The lock is held. false: it was out already */
static bool take_out(struct redis_server *s, int64_t budget_us)
{
	int64_t now_us = clock_mono_us();
	bool calm;

	s->budget_us = CLAMP(budget_us, BUDGET_LEAST_US, BUDGET_MOST_US);
	if (s->out)
		return false;
	s->out = true;
	s->counts.outs++;
	/* perhaps it was only us who were slow: then it is back within a millisecond */
	calm = now_us - s->back_at_us > CALM_US;
	s->backoff_us = calm ? BACKOFF_FIRST_US : MIN(s->backoff_us * 2, RELAPSE_MOST_US);
	s->probe_at_us = calm ? now_us : now_us + s->backoff_us;
	g_ptr_array_set_size(s->idle, 0);
	return true;
}

static void say_out(struct redis_server *s, const char *why)
{
	log_seldom(LOG_LEVEL_WARN, "redis out",
		   "store: redis server %s is out of use (%s): what only it knows is "
		   "unknown until it answers again",
		   s->address->text, why);
	redis_watch_wake(s->watch);
}

void redis_server_give(struct redis_server *s, struct redis_link *l, int64_t budget_us)
{
	bool news = false;

	pthread_mutex_lock(&s->lock);
	if (l->down != REDIS_UP) {
		s->counts.failed++;
		news = take_out(s, budget_us);
	} else if (!s->out && s->idle->len < IDLE_MOST) {
		g_ptr_array_add(s->idle, l);
		l = NULL;
	}
	pthread_mutex_unlock(&s->lock);
	if (l != NULL && l->down == REDIS_DENIED)
		redis_server_trouble(s, l->why, budget_us);
	if (news)
		say_out(s, l->why);
	redis_link_close(l);
}

void redis_server_trouble(struct redis_server *s, const char *text, int64_t budget_us)
{
	enum redis_trouble t = redis_trouble_of(text);
	const struct redis_trouble_row *row = &redis_troubles[t];
	bool news = false;

	pthread_mutex_lock(&s->lock);
	s->counts.troubles[t]++;
	if (row->out)
		news = take_out(s, budget_us);
	pthread_mutex_unlock(&s->lock);
	log_seldom(LOG_LEVEL_ERROR, row->name,
		   "store: redis server %s says \"%.200s\": %s", s->address->text, text,
		   row->remedy);
	if (news)
		redis_watch_wake(s->watch);
}

void redis_server_stale(struct redis_server *s, int64_t budget_us)
{
	bool news;

	pthread_mutex_lock(&s->lock);
	s->counts.failed++;
	news = take_out(s, budget_us);
	pthread_mutex_unlock(&s->lock);
	if (news)
		say_out(s, s->role == REDIS_MASTER
				   ? "it is not the master any more"
				   : "as a replica it is not in step with its master");
}

bool redis_server_is_out(struct redis_server *s)
{
	bool out;

	pthread_mutex_lock(&s->lock);
	out = s->out;
	pthread_mutex_unlock(&s->lock);
	return out;
}

static struct redis_counts redis_server_counts(struct redis_server *s)
{
	struct redis_counts c;

	pthread_mutex_lock(&s->lock);
	c = s->counts;
	pthread_mutex_unlock(&s->lock);
	return c;
}

void redis_server_print(struct redis_server *s, GString *to)
{
	struct redis_counts c = redis_server_counts(s);

	g_string_append_printf(to,
			       "server %s %s asked %" PRIu64 " failed %" PRIu64
			       " outs %" PRIu64 " probes %" PRIu64,
			       s->address->text,
			       redis_server_is_out(s) ? "out" : "in use", c.asked,
			       c.failed, c.outs, c.probes);
	for (size_t i = 0; i < TROUBLE_COUNT; i++) {
		if (c.troubles[i] > 0)
			g_string_append_printf(to, " %s %" PRIu64, redis_troubles[i].name,
					       c.troubles[i]);
	}
	g_string_append_c(to, '\n');
}

/* ["master", offset, ...] or ["slave", host, port, "connected", offset] */
bool redis_role_fits(enum redis_role want, const redisReply *reply)
{
	const redisReply *name, *state;

	if (want == REDIS_ANY_ROLE)
		return true;
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements < 1)
		return false;
	name = reply->element[0];
	if (name->type != REDIS_REPLY_STRING)
		return false;
	if (want == REDIS_MASTER)
		return strcmp(name->str, "master") == 0;
	if (strcmp(name->str, "slave") != 0 || reply->elements < 4)
		return false;
	state = reply->element[3];
	return state->type == REDIS_REPLY_STRING && strcmp(state->str, "connected") == 0;
}

void redis_put_role(GString *out)
{
	struct bytes word = bytes_of("ROLE");

	redis_append_command(out, &word, 1);
}

/* --- probes --- */

struct probe {
	struct redis_question ping, role;
	struct redis_server *server;
	struct redis_link *link;
	int64_t budget_us;
	bool pong, fits;
};

static void take_pong(struct redis_question *q, const redisReply *reply)
{
	struct probe *p = (struct probe *)((char *)q - offsetof(struct probe, ping));

	p->pong = reply->type == REDIS_REPLY_STATUS && strcmp(reply->str, "PONG") == 0;
	if (reply->type == REDIS_REPLY_ERROR)
		redis_server_trouble(p->server, reply->str, p->budget_us);
}

static void take_role(struct redis_question *q, const redisReply *reply)
{
	struct probe *p = (struct probe *)((char *)q - offsetof(struct probe, role));

	p->fits = redis_role_fits(p->server->role, reply);
}

static void begin_probe(struct probe *p, struct redis_server *s, int64_t budget_us)
{
	struct bytes word = bytes_of("PING");
	struct redis_sockaddr sockaddr;

	redis_sockaddr_find(s->address, true, &sockaddr);
	pthread_mutex_lock(&s->lock);
	s->sockaddr = sockaddr.n != 0 ? sockaddr : s->sockaddr;
	s->counts.probes++;
	pthread_mutex_unlock(&s->lock);
	*p = (struct probe){ .server = s, .budget_us = budget_us };
	p->ping.take = take_pong;
	p->role.take = take_role;
	p->link = redis_link_open(&sockaddr, s->login);
	redis_append_command(p->link->out, &word, 1);
	redis_link_expect(p->link, &p->ping);
	p->fits = s->role == REDIS_ANY_ROLE;
	if (!p->fits) {
		redis_put_role(p->link->out);
		redis_link_expect(p->link, &p->role);
	}
}

static void end_probe(struct probe *p)
{
	struct redis_server *s = p->server;
	bool back = p->link->down == REDIS_UP && p->pong && p->fits;

	if (p->link->down == REDIS_DENIED)
		redis_server_trouble(s, p->link->why, p->budget_us);
	pthread_mutex_lock(&s->lock);
	if (back) {
		s->out = false;
		s->back_at_us = clock_mono_us();
		g_ptr_array_add(s->idle, p->link);
		p->link = NULL;
	} else {
		s->backoff_us = MIN(s->backoff_us * 2, BACKOFF_MOST_US);
		s->probe_at_us = clock_mono_us() +
				 g_random_int_range((gint32)(s->backoff_us * 3 / 4),
						    (gint32)s->backoff_us + 1);
	}
	pthread_mutex_unlock(&s->lock);
	redis_link_close(p->link);
	if (back)
		log_seldom(LOG_LEVEL_INFO, "redis back",
			   "store: redis server %s answers again", s->address->text);
}

/* its time, or 0 when it is not out; *budget_r what a probe may take */
static int64_t due_us(struct redis_server *s, int64_t *budget_r)
{
	int64_t at_us;

	pthread_mutex_lock(&s->lock);
	at_us = s->out ? MAX(s->probe_at_us, 1) : 0;
	*budget_r = s->budget_us;
	pthread_mutex_unlock(&s->lock);
	return at_us;
}

int64_t redis_servers_probe(struct redis_server **s, size_t n)
{
	struct probe *p = g_new0(struct probe, n);
	struct redis_link **l = g_new0(struct redis_link *, n);
	int64_t now_us = clock_mono_us(), limit_us = 0, next_us = 0, budget_us;
	size_t k = 0;

	for (size_t i = 0; i < n; i++) {
		int64_t at_us = due_us(s[i], &budget_us);

		if (at_us == 0 || at_us > now_us)
			continue;
		begin_probe(&p[k], s[i], budget_us);
		l[k] = p[k].link;
		limit_us = MAX(limit_us, budget_us);
		k++;
	}
	if (k > 0)
		redis_exchange(l, k, clock_mono_us() + limit_us);
	for (size_t i = 0; i < k; i++)
		end_probe(&p[i]);
	for (size_t i = 0; i < n; i++) {
		int64_t at_us = due_us(s[i], &budget_us);

		if (at_us != 0 && (next_us == 0 || at_us < next_us))
			next_us = at_us;
	}
	g_free(l);
	g_free(p);
	return next_us;
}

/* --- the thread that tends to them --- */

struct redis_watch {
	GThread *thread;
	pthread_mutex_t lock;
	pthread_cond_t change;
	bool woken, stop;
	int64_t (*tend)(void *user);
	void *user;
};

static void *watch_on(void *data)
{
	struct redis_watch *w = data;
	sigset_t all;
	int64_t next_us = 0;

	sigfillset(&all); /* signals are for the program's own threads */
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	pthread_mutex_lock(&w->lock);
	while (!w->stop) {
		if (!w->woken && next_us == 0)
			pthread_cond_wait(&w->change, &w->lock);
		else if (!w->woken && !wait_until(&w->change, &w->lock, next_us))
			w->woken = true;
		if (!w->woken || w->stop)
			continue;
		w->woken = false;
		pthread_mutex_unlock(&w->lock);
		next_us = w->tend(w->user);
		pthread_mutex_lock(&w->lock);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

struct redis_watch *redis_watch_new(int64_t (*tend)(void *user), void *user)
{
	struct redis_watch *w = g_new0(struct redis_watch, 1);

	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->change, NULL);
	w->tend = tend;
	w->user = user;
	w->woken = true; /* a name that was not found yet is out already */
	return w;
}

void redis_watch_start(struct redis_watch *w)
{
	w->thread = g_thread_new("store-watch", watch_on, w);
}

void redis_watch_wake(struct redis_watch *w)
{
	pthread_mutex_lock(&w->lock);
	w->woken = true;
	pthread_cond_signal(&w->change);
	pthread_mutex_unlock(&w->lock);
}

void redis_watch_free(struct redis_watch *w)
{
	if (w == NULL)
		return;
	pthread_mutex_lock(&w->lock);
	w->stop = true;
	pthread_cond_signal(&w->change);
	pthread_mutex_unlock(&w->lock);
	if (w->thread != NULL)
		g_thread_join(w->thread);
	pthread_cond_destroy(&w->change);
	pthread_mutex_destroy(&w->lock);
	g_free(w);
}
