/* wonted.conf once it is loaded: one struct printed from options.def, immutable, shared by
 * reference. Only config/load.c makes one; tests of other modules use options_load_text(). */
#ifndef CONFIG_OPTIONS_H
#define CONFIG_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/log.h"
#include "config/words.h"

/* a list of strings, NULL-terminated as well as counted */
struct strings {
	const char *const *at;
	size_t n;
};

/* where a value was written; file NULL: nowhere, it is the default */
struct origin {
	const char *file;
	unsigned line;
};

/* how a value of each type is kept; what it means and how it is written: config/type.c */
typedef const char *opt_c_PATH; /* absolute */
typedef const char *opt_c_HOST; /* lower case, A-labels */
typedef const char *opt_c_USER;
typedef const char *opt_c_GROUP;
typedef const char *opt_c_OCTAL;       /* "0660" */
typedef const char *opt_c_SOCKET;      /* as libmilter takes it; config/socket.h */
typedef const char *opt_c_LOCALSOCKET; /* as libmilter takes it; config/socket.h */
typedef const char *opt_c_HOSTPORT;    /* "127.0.0.1:10026", "[::1]:10026" */
typedef const char *opt_c_STORE;       /* "lmdb:/path", "mem:" */
typedef const char *opt_c_EXTENSION;   /* "+junk" */
typedef const char *opt_c_DELIMITER;   /* "+", "+-" */
typedef const char *opt_c_REPLY;       /* ASCII, one line, with {reasons} and {id} */
typedef const char *opt_c_TEXT;        /* UTF-8, one line */
typedef const char *opt_c_URL;         /* "https://host/path/", or "" */
typedef const char *opt_c_ADDRESS;     /* "user@example.org", or "" */
typedef struct strings opt_c_HOSTS;
typedef struct strings opt_c_SERVERS;    /* "192.0.2.1", "192.0.2.1@53" */
typedef struct strings opt_c_NETWORKS;   /* "192.0.2.0/24" */
typedef struct strings opt_c_DOMAINS;    /* lower case, A-labels */
typedef struct strings opt_c_RECIPIENTS; /* "user@example.org", "@example.org" */
typedef struct strings opt_c_FLAGS;      /* words in lower case */
typedef int64_t opt_c_INT;
typedef int64_t opt_c_TIME;   /* ms */
typedef int64_t opt_c_SIZE;   /* bytes */
typedef int64_t opt_c_POINTS; /* milli-points */
typedef bool opt_c_BOOL;
typedef enum mode opt_c_MODE;
typedef enum action opt_c_ACTION;
typedef enum enforce_by opt_c_ENFORCEBY;
typedef enum junk_by opt_c_JUNKBY;
typedef enum milter_engine opt_c_ENGINE;
typedef enum banner_fallback opt_c_FALLBACK;
typedef enum digest_every opt_c_DIGEST;
typedef enum headers opt_c_HEADERS;
typedef enum language opt_c_LANGUAGE;
typedef enum log_level opt_c_LOGLEVEL;

/* the member of an option: its name, and its unit where it has one that is not in the name */
#define opt_m_TIME(name) name##_ms
#define opt_m_SIZE(name) name##_bytes
#define opt_m_PATH(name) name
#define opt_m_HOST(name) name
#define opt_m_USER(name) name
#define opt_m_GROUP(name) name
#define opt_m_OCTAL(name) name
#define opt_m_SOCKET(name) name
#define opt_m_LOCALSOCKET(name) name
#define opt_m_HOSTPORT(name) name
#define opt_m_STORE(name) name
#define opt_m_EXTENSION(name) name
#define opt_m_DELIMITER(name) name
#define opt_m_REPLY(name) name
#define opt_m_TEXT(name) name
#define opt_m_URL(name) name
#define opt_m_ADDRESS(name) name
#define opt_m_HOSTS(name) name
#define opt_m_SERVERS(name) name
#define opt_m_NETWORKS(name) name
#define opt_m_DOMAINS(name) name
#define opt_m_RECIPIENTS(name) name
#define opt_m_FLAGS(name) name
#define opt_m_INT(name) name
#define opt_m_POINTS(name) name
#define opt_m_BOOL(name) name
#define opt_m_MODE(name) name
#define opt_m_ACTION(name) name
#define opt_m_ENFORCEBY(name) name
#define opt_m_JUNKBY(name) name
#define opt_m_ENGINE(name) name
#define opt_m_FALLBACK(name) name
#define opt_m_DIGEST(name) name
#define opt_m_HEADERS(name) name
#define opt_m_LANGUAGE(name) name
#define opt_m_LOGLEVEL(name) name

#define SECTION(name, doc)
#define OPTION(...)
#define TENANT(...)
#define POLICY(...)

/* tenant "name" { } */
struct tenant {
	const char *name;
#undef TENANT
#define TENANT(type, name, ...) opt_c_##type opt_m_##type(name);
#include "config/options.def"
#undef TENANT
#define TENANT(...)
	struct origin where;          /* of the section */
	const struct origin *origins; /* of each value, in the order of tenant's rows */
};

/* policy "name" { } */
struct policy {
	const char *name;
#undef POLICY
#define POLICY(type, name, ...) opt_c_##type opt_m_##type(name);
#include "config/options.def"
#undef POLICY
#define POLICY(...)
	struct origin where;          /* of the section */
	const struct origin *origins; /* of each value, in the order of policy's rows */
};

struct snapshot; /* config/snapshot.h: owner and indexes */

struct options {
#undef OPTION
#define OPTION(type, name, ...) opt_c_##type opt_m_##type(name);
#include "config/options.def"
#undef OPTION
	const struct tenant *tenants;
	size_t n_tenants;
	const struct policy *policies; /* [0] is always the one named "default" */
	size_t n_policies;
	const struct origin *origins; /* of each value, in the order of the global rows */
	struct snapshot *snapshot;
};

#undef SECTION
#undef TENANT
#undef POLICY

/* options_tenant - whose mail domain is this? the longest domain that fits wins
 * in    domain   lower case, A-labels; NULL gives NULL
 * out   NULL: nobody's
 * use   any thread */
const struct tenant *options_tenant(const struct options *o, const char *domain);

/* options_mailbox - the mailbox that an address of ours belongs to
 * in    key   address_key() form
 * out   without the extension (recipient_delimiter), if it is a tenant's address, and no
 *       policy names it with the extension
 * own   a
 * use   any thread */
const char *options_mailbox(const struct options *o, struct arena *a, const char *key);

/* for whom a policy is looked for */
struct policy_seeker {
	const char
		*address; /* lower case; NULL or without "@": known by nothing below it */
	const char *named;        /* the policy that the mailbox's record names; NULL */
	const char *const *flags; /* of that record */
	size_t n_flags;
};

/* options_policy - the policy that holds for a recipient; never NULL
 * out   the policy that names the address, else the one that the record names, else the
 *       first in the file that has one of the flags, else the one that names "@domain", else
 *       "default". The file stands before the record, so that an admin can repair at once what
 *       an import brought; and one mailbox stands before a group, a group before a domain
 * use   any thread
 * err   a policy that is named but not there: the next in that order */
const struct policy *options_policy(const struct options *o,
				    const struct policy_seeker *who);

/* options_policy_named - the policy of a name
 * use   any thread
 * err   NULL: there is none */
const struct policy *options_policy_named(const struct options *o, const char *name);

/* options_is_internal - is a client in internal_networks?
 * in    client_addr   "192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1" (is IPv4); also with
 *                     Sendmail's "IPv6:" before it
 * use   any thread
 * err   false for NULL and for what is no address */
bool options_is_internal(const struct options *o, const char *client_addr);

/* options_need_restart - which changed options does a reload not reach?
 * out   their names, ", " between them; NULL when there are none
 * own   the caller frees with g_free() */
char *options_need_restart(const struct options *before, const struct options *after);

/* options_unref - the one owner gives it up: all of it and all it points to is freed
 * in    NULL is allowed
 * use   any thread */
void options_unref(const struct options *o);

#endif
