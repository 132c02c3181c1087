/* One server of Redis' kind: its idle connections, and whether it is worth asking. A server
 * that failed is out: nobody waits for it again until a probe of the watch, a thread behind
 * the store, has had its answer. */
#ifndef STORE_REDIS_SERVER_H
#define STORE_REDIS_SERVER_H

#include <glib.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "store/redis_connection.h"
#include "store/redis_trouble.h"

enum redis_role { REDIS_ANY_ROLE, REDIS_MASTER, REDIS_REPLICA };

struct redis_counts {
	uint64_t asked;  /* exchanges */
	uint64_t failed; /* of them */
	uint64_t outs;   /* times it was taken out */
	uint64_t probes;
	uint64_t troubles[TROUBLE_COUNT];
};

struct redis_watch;

struct redis_server {
	struct redis_address *address;
	const struct redis_login *login;
	enum redis_role role; /* what it must be, to be believed */
	struct redis_watch *watch;
	pthread_mutex_t lock; /* of all below */
	struct redis_sockaddr sockaddr;
	GPtrArray *idle; /* of struct redis_link, last used last */
	bool out;
	int64_t probe_at_us;
	int64_t back_at_us;
	int64_t backoff_us;
	int64_t budget_us; /* what a probe may take: as much as a message had */
	struct redis_counts counts;
};

/* redis_server_new - a server that is worth asking as long as nothing else is known
 * in    login   stays as long as the server
 *       names   look its name up now, and wait for DNS; else a name is out until a probe
 * own   redis_server_free() */
struct redis_server *redis_server_new(const struct redis_address *address,
				      const struct redis_login *login, bool names,
				      struct redis_watch *watch);

/* redis_server_free - hang up all its connections
 * use   when nobody asks it any more, and the watch has ended */
void redis_server_free(struct redis_server *s);

/* redis_server_take - a connection to ask over, for one exchange
 * in    though_out   try even a server that is out (writers do)
 * own   give it back with redis_server_give()
 * err   NULL: the server is out */
struct redis_link *redis_server_take(struct redis_server *s, bool though_out);

/* redis_server_give - give a connection back after its exchange; one that is down takes the
 *                     server out
 * in    budget_us   how much time the exchange had */
void redis_server_give(struct redis_server *s, struct redis_link *l, int64_t budget_us);

/* redis_server_trouble - it answered with an error: count it, say it with its remedy (at
 *                        most once a minute), and take the server out where the table says
 * in    text   the error */
void redis_server_trouble(struct redis_server *s, const char *text, int64_t budget_us);

/* redis_server_stale - it is not what it should be (not the master, not in step with it) */
void redis_server_stale(struct redis_server *s, int64_t budget_us);

/* redis_server_is_out - is it out of use? */
bool redis_server_is_out(struct redis_server *s);

/* redis_server_print - append a line: its name, whether it is in use, what was counted */
void redis_server_print(struct redis_server *s, GString *to);

/* redis_role_fits - does the answer to ROLE say what we want? */
bool redis_role_fits(enum redis_role want, const redisReply *reply);

/* redis_put_role - append the command ROLE */
void redis_put_role(GString *out);

/* redis_servers_probe - see which of those that are out, and whose time has come, answer
 * in    s   n of them
 * out   when to come again, on clock_mono_us(); 0: none is out
 * cost  waits for DNS and for answers: for the watch only */
int64_t redis_servers_probe(struct redis_server **s, size_t n);

/* redis_watch_new - what will tend to what is out, in a thread of its own
 * in    tend   called in the thread, again when it is woken and when the time that it
 *              returned has come (0: only when woken)
 * own   redis_watch_free() */
struct redis_watch *redis_watch_new(int64_t (*tend)(void *user), void *user);

/* redis_watch_start - begin */
void redis_watch_start(struct redis_watch *w);

/* redis_watch_wake - there is something to do
 * use   any thread */
void redis_watch_wake(struct redis_watch *w);

/* redis_watch_free - end the thread: waits for what it is about, 1 s at most
 * in    NULL is allowed */
void redis_watch_free(struct redis_watch *w);

#endif
