/* The socket in three dialects. We take libmilter's, because the library and Sendmail do;
 * Postfix's is recognised only to answer with the right spelling. libmilter itself would
 * take "inet:8891" as every address of the machine: that must be said, so it is refused. */
#include "config/socket.h"

#include <string.h>
#include <sys/un.h>

#include "base/number.h"
#include "config/network.h"

#define FORMS "write unix:/PATH, inet:PORT@HOST or inet6:PORT@HOST"
#define HOST_BYTES 255

static bool fail(char **why_r, char *why)
{
	*why_r = why;
	return false;
}

static bool port_parse(const char *text, uint16_t *port_r)
{
	int64_t port;

	if (!number_parse(text, 1, 65535, &port))
		return false;
	*port_r = (uint16_t)port;
	return true;
}

static bool host_ok(const char *host, enum socket_family family)
{
	GInetAddress *address = g_inet_address_new_from_string(host);
	bool ok;

	if (address == NULL)
		ok = *host != '\0' && strlen(host) <= HOST_BYTES &&
		     strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "0123456789-._") == strlen(host);
	else
		ok = (g_inet_address_get_family(address) == G_SOCKET_FAMILY_IPV6) ==
		     (family == SOCKET_INET6);
	g_clear_object(&address);
	return ok;
}

static bool unix_parse(const char *path, struct socket_spec *spec_r, char **why_r)
{
	size_t room = sizeof(((struct sockaddr_un *)0)->sun_path) - 1;

	if (*path != '/')
		return fail(why_r, g_strdup_printf("the path of a unix socket must begin "
						   "with \"/\": write unix:/PATH"));
	if (strlen(path) > room)
		return fail(why_r,
			    g_strdup_printf("the path of a unix socket may have at "
					    "most %zu bytes, this one has %zu",
					    room, strlen(path)));
	*spec_r = (struct socket_spec){ .family = SOCKET_UNIX, .path = g_strdup(path) };
	return true;
}

/* inet:HOST:PORT, inet:[v6]:PORT: the same in our notation, or NULL */
static char *from_postfix(const char *rest)
{
	const char *colon = strrchr(rest, ':');
	uint16_t port;

	if (colon == NULL || colon == rest || !port_parse(colon + 1, &port))
		return NULL;
	bool brackets = rest[0] == '[' && colon[-1] == ']' && colon - rest > 2;
	char *host = brackets ? g_strndup(rest + 1, (gsize)(colon - rest - 2))
			      : g_strndup(rest, (gsize)(colon - rest));
	bool v6 = strchr(host, ':') != NULL;
	char *ours = g_strdup_printf("%s:%u@%s", v6 ? "inet6" : "inet", port, host);

	g_free(host);
	return ours;
}

static bool no_host(const char *rest, char **why_r)
{
	char *ours = from_postfix(rest);
	uint16_t port;

	if (ours != NULL)
		*why_r = g_strdup_printf(
			"is how Postfix writes it; here, as in Sendmail and "
			"libmilter, it is %s",
			ours);
	else if (port_parse(rest, &port))
		*why_r = g_strdup_printf("has no host: write inet:%u@127.0.0.1, or "
					 "inet:%u@0.0.0.0 if all the world may connect",
					 port, port);
	else
		*why_r = g_strdup("is not a socket: " FORMS);
	g_free(ours);
	return false;
}

static bool inet_parse(const char *rest, enum socket_family family,
		       struct socket_spec *spec_r, char **why_r)
{
	const char *at = strchr(rest, '@');
	uint16_t port;

	if (at == NULL)
		return no_host(rest, why_r);
	char *port_text = g_strndup(rest, (gsize)(at - rest));
	bool port_ok = port_parse(port_text, &port);

	g_free(port_text);
	if (!port_ok)
		return fail(why_r,
			    g_strdup("has no port between 1 and 65535 before the \"@\": "
				     "write inet:8891@127.0.0.1"));
	if (!host_ok(at + 1, family))
		return fail(
			why_r,
			g_strdup(family == SOCKET_INET6
					 ? "has no host name or IPv6 address behind the "
					   "\"@\": write inet6:8891@::1"
					 : "has no host name or IPv4 address behind the "
					   "\"@\": write inet:8891@127.0.0.1"));
	*spec_r = (struct socket_spec){ .family = family,
					.host = g_strdup(at + 1),
					.port = port };
	return true;
}

bool socket_parse(const char *text, struct socket_spec *spec_r, char **why_r)
{
	if (g_str_has_prefix(text, "unix:"))
		return unix_parse(text + strlen("unix:"), spec_r, why_r);
	if (g_str_has_prefix(text, "local:"))
		return unix_parse(text + strlen("local:"), spec_r, why_r);
	if (g_str_has_prefix(text, "inet:"))
		return inet_parse(text + strlen("inet:"), SOCKET_INET, spec_r, why_r);
	if (g_str_has_prefix(text, "inet6:"))
		return inet_parse(text + strlen("inet6:"), SOCKET_INET6, spec_r, why_r);
	if (*text == '/')
		return fail(why_r, g_strdup_printf("is a path: write unix:%s", text));
	return fail(why_r, g_strdup("is not a socket: " FORMS));
}

bool socket_is_local(const struct socket_spec *spec)
{
	GInetAddress *address;
	bool is;

	if (spec->family == SOCKET_UNIX || strcmp(spec->host, "localhost") == 0)
		return true;
	address = g_inet_address_new_from_string(spec->host);
	is = address != NULL && g_inet_address_get_is_loopback(address);
	g_clear_object(&address);
	return is;
}

void socket_clear(struct socket_spec *spec)
{
	g_clear_pointer(&spec->path, g_free);
	g_clear_pointer(&spec->host, g_free);
}

char *socket_for_milter(const struct socket_spec *spec)
{
	if (spec->family == SOCKET_UNIX)
		return g_strdup_printf("unix:%s", spec->path);
	return g_strdup_printf("%s:%u@%s",
			       spec->family == SOCKET_INET6 ? "inet6" : "inet",
			       spec->port, spec->host);
}

char *socket_for_postfix(const struct socket_spec *spec)
{
	if (spec->family == SOCKET_UNIX)
		return g_strdup_printf("unix:%s", spec->path);
	if (strchr(spec->host, ':') != NULL)
		return g_strdup_printf("inet:[%s]:%u", spec->host, spec->port);
	return g_strdup_printf("inet:%s:%u", spec->host, spec->port);
}
