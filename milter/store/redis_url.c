/* URLs of Redis stores. A password never stands in a URL, because URLs are logged: it stands
 * in a file that only its users may read. */
#include "store/redis_url.h"

#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "base/number.h"
#include "base/password_file.h"
#include "base/store_url.h"

#define USUAL_PORT 6379
#define USUAL_SENTINEL_PORT 26379
#define DB_MOST 65535
#define SERVERS_MOST 64 /* named in one URL; a cluster tells of the others itself */

static const enum store_url_kind url_kinds[] = {
	[REDIS_URL_TCP] = STORE_URL_redis,
	[REDIS_URL_UNIX] = STORE_URL_redis_unix,
	[REDIS_URL_SENTINEL] = STORE_URL_redis_sentinel,
	[REDIS_URL_CLUSTER] = STORE_URL_redis_cluster,
};

static void report(enum redis_url_kind kind, const char *what, GError **e)
{
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT, "store: %s; write %s", what,
		    store_urls[url_kinds[kind]].full);
}

struct redis_address *redis_address_new(const char *host, unsigned port)
{
	struct redis_address *a = g_new0(struct redis_address, 1);
	bool six = strchr(host, ':') != NULL;

	a->host = g_strdup(host);
	a->port = port;
	a->text = g_strdup_printf(six ? "[%s]:%u" : "%s:%u", host, port);
	return a;
}

static struct redis_address *unix_address(const char *path)
{
	struct redis_address *a = g_new0(struct redis_address, 1);

	a->path = g_strdup(path);
	a->text = g_strdup(path);
	return a;
}

struct redis_address *redis_address_copy(const struct redis_address *a)
{
	return a->path != NULL ? unix_address(a->path)
			       : redis_address_new(a->host, a->port);
}

void redis_address_free(struct redis_address *a)
{
	if (a == NULL)
		return;
	g_free(a->host);
	g_free(a->path);
	g_free(a->text);
	g_free(a);
}

static void free_address(void *a)
{
	redis_address_free(a);
}

/* "host", "host:port", "[::1]:port" */
static struct redis_address *parse_address(const char *text, unsigned usual)
{
	struct redis_address *a = NULL;
	const char *port = NULL;
	int64_t n = usual;
	char *host;

	if (*text == '[') {
		const char *end = strchr(text, ']');

		if (end == NULL || (end[1] != '\0' && end[1] != ':'))
			return NULL;
		host = g_strndup(text + 1, (gsize)(end - text - 1));
		port = end[1] == ':' ? end + 2 : NULL;
	} else {
		const char *colon = strchr(text, ':');

		host = colon == NULL ? g_strdup(text)
				     : g_strndup(text, (gsize)(colon - text));
		port = colon == NULL ? NULL : colon + 1;
	}
	if (*host != '\0' && strpbrk(host, " \t\"'\\[]") == NULL &&
	    (port == NULL || number_parse(port, 1, 65535, &n)))
		a = redis_address_new(host, (unsigned)n);
	g_free(host);
	return a;
}

static bool parse_addresses(const char *text, unsigned usual, GPtrArray *to)
{
	char **part = g_strsplit(text, ",", SERVERS_MOST + 2);
	bool good = part[0] != NULL && g_strv_length(part) <= SERVERS_MOST;

	for (char **p = part; good && *p != NULL; p++) {
		struct redis_address *a = parse_address(*p, usual);

		good = a != NULL;
		if (good)
			g_ptr_array_add(to, a);
	}
	g_strfreev(part);
	return good;
}

static bool take_password(const char *path, char **to, GError **e)
{
	if (*path != '/') {
		g_set_error(
			e, WONTED_ERROR, WONTED_ERROR_INPUT,
			"store: password file \"%s\" needs an absolute path: write /PATH",
			path);
		return false;
	}
	g_free(*to);
	*to = password_file_read(path, e);
	return *to != NULL;
}

static bool take_option(struct redis_url *u, enum redis_url_kind kind, char *option,
			GError **e)
{
	char *value = strchr(option, '=');

	if (value != NULL) {
		*value++ = '\0';
		if (strcmp(option, "password_file") == 0)
			return take_password(value, &u->login.password, e);
		if (strcmp(option, "sentinel_password_file") == 0 &&
		    kind == REDIS_URL_SENTINEL)
			return take_password(value, &u->sentinel_login.password, e);
		if (strcmp(option, "replicas") == 0 && kind == REDIS_URL_TCP &&
		    parse_addresses(value, USUAL_PORT, u->replicas))
			return true;
		if (strcmp(option, "db") == 0 && kind != REDIS_URL_CLUSTER &&
		    number_parse(value, 0, DB_MOST, &u->login.db))
			return true;
	}
	char *what = g_strdup_printf("cannot use the option \"%s\" here%s", option,
				     value != NULL ? ", or its value" : "");

	report(kind, what, e);
	g_free(what);
	return false;
}

static bool take_options(struct redis_url *u, enum redis_url_kind kind, const char *text,
			 GError **e)
{
	char **option = g_strsplit(text, "&", 16);
	bool good = true;

	for (char **p = option; good && *p != NULL; p++)
		good = take_option(u, kind, *p, e);
	g_strfreev(option);
	return good;
}

/* what follows the servers: a database, a name, or nothing */
static bool take_path(struct redis_url *u, enum redis_url_kind kind, const char *path,
		      GError **e)
{
	bool good = *path == '\0';

	if (kind == REDIS_URL_TCP)
		good = good || number_parse(path, 0, DB_MOST, &u->login.db);
	if (kind == REDIS_URL_SENTINEL) {
		good = *path != '\0' && strpbrk(path, "/ \t") == NULL;
		u->master_name = g_strdup(path);
	}
	if (!good)
		report(kind,
		       kind == REDIS_URL_SENTINEL
			       ? "the name of the master is missing or odd"
			       : "what follows the servers makes no sense",
		       e);
	return good;
}

static bool take_user(struct redis_url *u, enum redis_url_kind kind, char **text,
		      GError **e)
{
	char *at = strchr(*text, '@'), *slash = strchr(*text, '/');

	if (at == NULL || (slash != NULL && slash < at))
		return true;
	*at = '\0';
	if (strchr(*text, ':') != NULL) {
		report(kind,
		       "a password must not stand in a URL, which is shown to many: "
		       "put it in a file",
		       e);
		explicit_bzero(*text, strlen(*text));
		return false;
	}
	if (**text == '\0') {
		report(kind, "the user before \"@\" is missing", e);
		return false;
	}
	u->login.user = g_strdup(*text);
	*text = at + 1;
	return true;
}

static bool take_servers(struct redis_url *u, enum redis_url_kind kind, char *text,
			 GError **e)
{
	char *slash = strchr(text, '/');

	if (kind == REDIS_URL_UNIX) {
		/* sun_path has 108 bytes */
		if (slash != text || strlen(text) < 2 || strlen(text) > 107) {
			report(kind, "the path of the socket is missing or too long", e);
			return false;
		}
		g_ptr_array_add(u->servers, unix_address(text));
		return true;
	}
	if (slash != NULL)
		*slash++ = '\0';
	if (!parse_addresses(
		    text, kind == REDIS_URL_SENTINEL ? USUAL_SENTINEL_PORT : USUAL_PORT,
		    u->servers) ||
	    (kind == REDIS_URL_TCP && u->servers->len != 1)) {
		report(kind, "cannot make out host and port", e);
		return false;
	}
	return take_path(u, kind, slash != NULL ? slash : "", e);
}

static bool take_all(struct redis_url *u, enum redis_url_kind kind, char *text,
		     GError **e)
{
	char *options = strchr(text, '?');

	if (options != NULL)
		*options++ = '\0';
	if (strncmp(text, "//", 2) != 0) {
		report(kind, "\"//\" must follow the scheme", e);
		return false;
	}
	text += 2;
	if (!take_user(u, kind, &text, e) || !take_servers(u, kind, text, e) ||
	    (options != NULL && !take_options(u, kind, options, e)))
		return false;
	if (u->login.user != NULL && u->login.password == NULL) {
		report(kind, "a user without a password file", e);
		return false;
	}
	return true;
}

struct redis_url *redis_url_parse(enum redis_url_kind kind, const char *rest, GError **e)
{
	struct redis_url *u = g_new0(struct redis_url, 1);
	char *text = g_strdup(rest);

	u->servers = g_ptr_array_new_with_free_func(free_address);
	u->replicas = g_ptr_array_new_with_free_func(free_address);
	if (!take_all(u, kind, text, e)) {
		redis_url_free(u);
		u = NULL;
	}
	g_free(text);
	return u;
}

static void free_login(struct redis_login *l)
{
	if (l->password != NULL)
		explicit_bzero(l->password, strlen(l->password));
	g_free(l->password);
	g_free(l->user);
}

void redis_url_free(struct redis_url *u)
{
	if (u == NULL)
		return;
	g_ptr_array_unref(u->servers);
	g_ptr_array_unref(u->replicas);
	free_login(&u->login);
	free_login(&u->sentinel_login);
	g_free(u->master_name);
	g_free(u);
}
