/* What a URL of a Redis says: servers, login, database. Nothing is asked of the network. */
#ifndef STORE_REDIS_URL_H
#define STORE_REDIS_URL_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* where a server listens: a host and a port, or a path */
struct redis_address {
	char *host; /* NULL: a unix socket */
	unsigned port;
	char *path;
	char *text; /* for people */
};

struct redis_login {
	char *user;     /* NULL: the default user */
	char *password; /* NULL: none is asked for */
	int64_t db;
};

enum redis_url_kind {
	REDIS_URL_TCP,      /* //[user@]host:port[/db][?option&...] */
	REDIS_URL_UNIX,     /* //[user@]/path[?db=N&...] */
	REDIS_URL_SENTINEL, /* //[user@]host:port,.../master-name[?...] */
	REDIS_URL_CLUSTER,  /* //[user@]host:port,...[?...] */
};

struct redis_url {
	GPtrArray *servers;  /* of struct redis_address; one, or the sentinels or seeds */
	GPtrArray *replicas; /* of struct redis_address; may be empty */
	struct redis_login login;
	struct redis_login sentinel_login;
	char *master_name; /* sentinels only */
};

/* redis_url_parse - take a URL apart and read its password files
 * in    rest   what stands behind "scheme:"
 * own   redis_url_free()
 * err   NULL: not such a URL, or a password file that cannot be used; e says what to write */
struct redis_url *redis_url_parse(enum redis_url_kind kind, const char *rest, GError **e);

/* redis_url_free - give it back; NULL is allowed; passwords are wiped */
void redis_url_free(struct redis_url *u);

/* redis_address_new - where a server listens, as a cluster or a sentinel tells it
 * own   redis_address_free() */
struct redis_address *redis_address_new(const char *host, unsigned port);

/* redis_address_copy - the same once more
 * own   redis_address_free() */
struct redis_address *redis_address_copy(const struct redis_address *a);

/* redis_address_free - give it back
 * in    NULL is allowed */
void redis_address_free(struct redis_address *a);

#endif
