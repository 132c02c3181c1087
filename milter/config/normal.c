/* Text values. What comes in is UTF-8 without control characters (config/source.c sees to
 * that); what goes out is what all other modules may compare byte by byte. */
#include "config/normal.h"

#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "base/compiler.h"
#include "base/limits.h"
#include "base/number.h"
#include "base/store_url.h"
#include "base/suggest.h"
#include "config/network.h"
#include "config/socket.h"
#include "message/address.h"
#include "message/domain.h"

#define DOMAIN_BYTES 253 /* RFC 1035 2.3.4, as text */
#define LABEL_BYTES 63
#define TEXT_BYTES 400
#define REPLY_BYTES 400 /* an SMTP reply line is 512, and {reasons} must fit in, too */
#define EXTENSION_BYTES 32
#define DELIMITERS "+-_.=#"
#define ACCOUNT_BYTES 32
#define FLAG_BYTES 35 /* as an import takes it: mailbox/boxes_csv.c */

static char *refuse(GString *why, const char *what)
{
	g_string_append(why, what);
	return NULL;
}

char *normal_path(const char *text, GString *why)
{
	if (*text != '/')
		return refuse(why, "is not an absolute path: it must begin with \"/\"");
	if (strlen(text) >= PATH_MAX)
		return refuse(why, "is longer than a path may be");
	return g_strdup(text);
}

static bool label_ok(const char *label)
{
	size_t n = strlen(label);

	return n >= 1 && n <= LABEL_BYTES && label[0] != '-' && label[n - 1] != '-' &&
	       strspn(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") == n;
}

static bool labels_ok(const char *name)
{
	char **labels = g_strsplit(name, ".", -1);
	bool ok = strlen(name) <= DOMAIN_BYTES && labels[0] != NULL;

	for (char **l = labels; *l != NULL && ok; l++)
		ok = label_ok(*l);
	g_strfreev(labels);
	return ok;
}

char *normal_domain(const char *text, GString *why)
{
	if (strchr(text, '@') != NULL)
		return refuse(why, "is not a domain: write it without the \"@\" and what "
				   "stands before it");
	if (g_str_has_prefix(text, "*."))
		return refuse(why,
			      "is not a domain: write it without the \"*.\"; the option "
			      "subdomains says whether they belong to it");
	struct arena *a = arena_create();
	const char *key = domain_key(a, text);
	char *normal = key != NULL && labels_ok(key) && !g_hostname_is_ip_address(key)
			       ? g_strdup(key)
			       : NULL;

	arena_destroy(&a);
	return normal != NULL ? normal
			      : refuse(why, "is not a domain name: write it as in "
					    "example.org");
}

char *normal_account(const char *text, GString *why)
{
	size_t n = strlen(text);

	if (n > ACCOUNT_BYTES || g_ascii_isdigit(*text) || *text == '-' ||
	    strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			 "0123456789_.-") != n)
		return refuse(why, "is not the name of a user or group");
	return g_strdup(text);
}

char *normal_octal(const char *text, GString *why)
{
	size_t n = strlen(text);

	if (n < 3 || n > 4 || strspn(text, "01234567") != n || (n == 4 && *text != '0'))
		return refuse(why,
			      "is not a mode: write permissions in octal, as in 0660");
	return n == 3 ? g_strconcat("0", text, NULL) : g_strdup(text);
}

char *normal_socket(const char *text, GString *why)
{
	struct socket_spec spec;
	char *reason;

	if (!socket_parse(text, &spec, &reason)) {
		g_string_append(why, reason);
		g_free(reason);
		return NULL;
	}
	char *normal = socket_for_milter(&spec);

	socket_clear(&spec);
	return normal;
}

char *normal_localsocket(const char *text, GString *why)
{
	char *normal = normal_socket(text, why), *never = NULL;
	struct socket_spec spec;

	if (normal == NULL)
		return NULL;
	bool local = socket_parse(normal, &spec, &never) && socket_is_local(&spec);

	socket_clear(&spec);
	if (local)
		return normal;
	g_free(normal);
	return refuse(why, "could be reached from other machines: write unix:/PATH, "
			   "inet:PORT@127.0.0.1 or inet6:PORT@::1");
}

/* a host as it stands before ":PORT": a name, an IPv4 address, or IPv6 in brackets */
static char *normal_host(const char *host)
{
	size_t n = strlen(host);
	GString *ignored;
	char *inner, *name;
	bool is_address;

	if (n > 2 && host[0] == '[' && host[n - 1] == ']') {
		inner = g_strndup(host + 1, n - 2);
		is_address =
			g_hostname_is_ip_address(inner) && strchr(inner, ':') != NULL;
		g_free(inner);
		return is_address ? g_strdup(host) : NULL;
	}
	if (strchr(host, ':') != NULL)
		return NULL;
	if (g_hostname_is_ip_address(host))
		return g_strdup(host);
	ignored = g_string_new(NULL);
	name = normal_domain(host, ignored);
	g_string_free(ignored, TRUE);
	return name;
}

char *normal_hostport(const char *text, GString *why)
{
	const char *colon = strrchr(text, ':');
	char *host, *name, *normal;
	int64_t port;

	if (colon == NULL || !number_parse(colon + 1, 1, 65535, &port))
		return refuse(why, "has no port between 1 and 65535 at its end: write "
				   "127.0.0.1:10026");
	host = g_strndup(text, (gsize)(colon - text));
	name = normal_host(host);
	g_free(host);
	if (name == NULL)
		return refuse(why, "has no host name or address before the port: write "
				   "127.0.0.1:10026 or [::1]:10026");
	normal = g_strdup_printf("%s:%" PRId64, name, port);
	g_free(name);
	return normal;
}

/* What the store itself takes apart (store/redis_url.c) is only looked at roughly here. */
static const char *name_of_scheme(size_t i, const void *urls)
{
	const struct store_url *u = (const struct store_url *)urls + i;

	return u->rest == STORE_URL_TESTS ? "" : u->scheme;
}

static bool unknown_scheme(const char *scheme, GString *why)
{
	const char *near = suggest(scheme, name_of_scheme, STORE_URL_KINDS, store_urls);

	g_string_append(why, "is not a store: write lmdb:/PATH, redis://HOST:PORT/DB, or "
			     "mem: for tests");
	if (near != NULL && near[0] != '\0')
		g_string_append_printf(why, "; did you mean \"%s:\"?", near);
	return false;
}

static bool is_percentage(const char *text, const char *name)
{
	int64_t n;

	return g_str_has_prefix(text, name) &&
	       number_parse(text + strlen(name), 0, 100, &n);
}

static bool check_store(const char *text, bool in_pair, GString *why);

/* dark=N,live=N:STORE|STORE */
static bool check_pair(const char *rest, GString *why)
{
	char **part = g_strsplit(rest, ":", 2);
	char **percent = g_strsplit(part[0] != NULL ? part[0] : "", ",", 3);
	char **half = g_strsplit(g_strv_length(part) == 2 ? part[1] : "", "|", 3);
	bool good = g_strv_length(percent) == 2 && g_strv_length(half) == 2 &&
		    is_percentage(percent[0], "dark=") &&
		    is_percentage(percent[1], "live=");

	if (!good)
		g_string_append(why, "is no pair: write pair:dark=N,live=N:STORE|STORE "
				     "with N up to 100");
	good = good && check_store(half[0], true, why) && check_store(half[1], true, why);
	g_strfreev(part);
	g_strfreev(percent);
	g_strfreev(half);
	return good;
}

/* STORE|STORE of these two kinds */
static bool check_overlay(const char *rest, GString *why)
{
	char **half = g_strsplit(rest, "|", 3);
	const char *path;
	bool good = g_strv_length(half) == 2 &&
		    store_url_kind(half[0], &path) == STORE_URL_lmdb_snapshot &&
		    *path == '/' && store_url_kind(half[1], &path) == STORE_URL_lmdb &&
		    *path == '/';

	if (!good)
		g_string_append_printf(why, "is no snapshot and its changes: write %s",
				       store_urls[STORE_URL_overlay].form);
	g_strfreev(half);
	return good;
}

static bool check_rest(const struct store_url *s, const char *rest, GString *why)
{
	switch (s->rest) {
	case STORE_URL_PATH:
		if (*rest == '/')
			return true;
		g_string_append_printf(why, "has no absolute path: write %s", s->form);
		return false;
	case STORE_URL_NOTHING:
		if (*rest == '\0')
			return true;
		g_string_append_printf(why, "has something behind the colon: write %s",
				       s->form);
		return false;
	case STORE_URL_SERVERS:
		if (g_str_has_prefix(rest, "//") && rest[2] != '\0')
			return true;
		g_string_append_printf(why, "names no server: write %s", s->form);
		return false;
	case STORE_URL_PAIR:
		return check_pair(rest, why);
	case STORE_URL_OVERLAY:
		return check_overlay(rest, why);
	case STORE_URL_TESTS:
		break;
	}
	return false;
}

static bool check_store(const char *text, bool in_pair, GString *why)
{
	const char *rest;
	enum store_url_kind kind = store_url_kind(text, &rest);

	if (kind == STORE_URL_KINDS || store_urls[kind].rest == STORE_URL_TESTS) {
		char *scheme = g_strndup(text, strcspn(text, ":"));

		unknown_scheme(scheme, why);
		g_free(scheme);
		return false;
	}
	if (in_pair && kind == STORE_URL_pair) {
		g_string_append(why, "is a pair in a pair: only two stores make one");
		return false;
	}
	return check_rest(&store_urls[kind], rest, why);
}

char *normal_store(const char *text, GString *why)
{
	return check_store(text, false, why) ? g_strdup(text) : NULL;
}

char *normal_delimiter(const char *text, GString *why)
{
	if (strcmp(text, "none") == 0)
		return g_strdup("");
	if (strspn(text, DELIMITERS) != strlen(text))
		return refuse(why, "is not a recipient delimiter: one or more of "
				   "+ - _ . = # are allowed, or none");
	return g_strdup(text);
}

char *normal_extension(const char *text, GString *why)
{
	size_t n = strlen(text);

	if (g_ascii_isalnum(*text))
		return refuse(why, "is not an address extension: it must begin with the "
				   "recipient delimiter of the MTA, as in +junk");
	if (n < 2 || n > EXTENSION_BYTES ||
	    strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ012345678"
			 "9" DELIMITERS) != n)
		return refuse(why,
			      "is not an address extension: 2 to 32 letters, digits and "
			      "+ - _ . = # are allowed, as in +junk");
	return g_strdup(text);
}

static const char *const reply_names[] = { "id", "reasons" };

static const char *name_of_reply(size_t i, const void *names)
{
	return ((const char *const *)names)[i];
}

/* every { begins one of the known {names} */
static bool reply_names_ok(const char *text, GString *why)
{
	for (const char *p = strchr(text, '{'); p != NULL; p = strchr(p + 1, '{')) {
		size_t n = strcspn(p + 1, "}");
		char *name = g_strndup(p + 1, n);
		bool known =
			p[1 + n] == '}' &&
			g_strv_contains((const char *const[]){ "id", "reasons", NULL },
					name);

		if (!known) {
			const char *near = suggest(name, name_of_reply,
						   COUNT_OF(reply_names), reply_names);

			g_string_append(why,
					"has a \"{\" that is neither {reasons} nor {id}");
			if (near != NULL)
				g_string_append_printf(why, "; did you mean {%s}?", near);
		}
		g_free(name);
		if (!known)
			return false;
	}
	return true;
}

char *normal_reply(const char *text, GString *why)
{
	if (strlen(text) > REPLY_BYTES)
		return refuse(why,
			      "is too long: at most 400 bytes fit into an SMTP reply");
	for (const char *p = text; *p != '\0'; p++)
		if (*p < ' ' || *p > '~')
			return refuse(why,
				      "has characters outside of ASCII: SMTP replies "
				      "cannot carry them");
	return reply_names_ok(text, why) ? g_strdup(text) : NULL;
}

char *normal_text(const char *text, GString *why)
{
	if (strlen(text) > TEXT_BYTES)
		return refuse(why, "is too long: at most 400 bytes are shown");
	if (!g_utf8_validate(text, -1, NULL) || strpbrk(text, "\r\n\t") != NULL)
		return refuse(why, "is not one line of UTF-8");
	return g_strdup(text);
}

char *normal_url(const char *text, GString *why)
{
	const char *host = g_str_has_prefix(text, "https://")  ? text + strlen("https://")
			   : g_str_has_prefix(text, "http://") ? text + strlen("http://")
							       : "";

	if (strlen(text) > TEXT_BYTES || host[0] == '\0' || host[0] == '/' ||
	    host[strcspn(host, " \t\r\n\"'<>?#\\")] != '\0' || !g_str_is_ascii(text))
		return refuse(why, "is not the address of a page");
	return g_str_has_suffix(text, "/") ? g_strdup(text)
					   : g_strconcat(text, "/", NULL);
}

char *normal_server(const char *text, GString *why)
{
	char **parts = g_strsplit(text, "@", 2);
	bool address = g_hostname_is_ip_address(parts[0]);
	int64_t port;
	bool ok =
		address && (parts[1] == NULL || number_parse(parts[1], 1, 65535, &port));

	g_strfreev(parts);
	if (!ok)
		return refuse(why,
			      address ? "has no port between 1 and 65535 behind the "
					"\"@\": write 192.0.2.53@5353"
				      : "is not the address of a server: write "
					"192.0.2.53, 2001:db8::53 or 192.0.2.53@5353");
	return g_strdup(text);
}

char *normal_network(const char *text, GString *why)
{
	char *reason;
	GInetAddressMask *mask = network_parse(text, &reason);

	if (mask == NULL) {
		g_string_append(why, reason);
		g_free(reason);
		return NULL;
	}
	char *normal = g_inet_address_mask_to_string(mask);

	g_object_unref(mask);
	return normal;
}

char *normal_recipient(const char *text, GString *why)
{
	const char *at = strrchr(text, '@');
	struct arena *a = arena_create();
	const char *key = NULL;

	if (at == NULL)
		g_string_append_printf(why,
				       "is not a recipient: write user@example.org, or "
				       "\"@%s\" for everybody in a domain",
				       strchr(text, '.') != NULL ? text : "example.org");
	else if (at > text)
		key = address_key(a, text);
	else if ((key = domain_key(a, at + 1)) != NULL)
		key = arena_printf(a, "@%s", key);
	if (at != NULL && key == NULL)
		refuse(why, "is not a recipient: write user@example.org, or "
			    "@example.org for everybody in a domain");
	char *normal = g_strdup(key);

	arena_destroy(&a);
	return normal;
}

char *normal_address(const char *text, GString *why)
{
	if (text[0] == '@')
		return refuse(why, "is no mail address: write user@example.org");
	return normal_recipient(text, why);
}

char *normal_flag(const char *text, GString *why)
{
	size_t n = strlen(text);

	if (n == 0 || n > FLAG_BYTES ||
	    strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			 "0123456789_-.@") != n)
		return refuse(why, "is no flag: write one word of letters and digits, "
				   "as in pilot");
	return g_ascii_strdown(text, -1);
}
