/* Postfix names every recipient whole. Sendmail names what its local mailer gets: a user
 * without a domain, after virtual users were replaced; then the domain must be taken from
 * the RCPT command, and only from one that can be read in one way. */
#include "session/recipient.h"

#include <glib.h>
#include <string.h>

#include "message/address.h"

/* the end of a source route, "@one.example,@[IPv6:2001:db8::1]:"; NULL: there is none */
static const char *route_end(const char *path)
{
	bool literal = false;

	if (path[0] != '@')
		return NULL;
	for (const char *p = path; *p != '\0' && *p != '"'; p++) {
		literal = *p == '[' || (literal && *p != ']');
		if (*p == ':' && !literal)
			return p;
	}
	return NULL;
}

/* "<ann@example.org>" and "<@mx.example.org:ann@example.org>" without brackets and route, as
 * MTAs cut it before they look at the rest: by this text they know the recipient. */
static const char *spelling_of(struct arena *a, const char *path)
{
	size_t n = strlen(path);

	if (n >= 2 && path[0] == '<' && path[n - 1] == '>')
		path = arena_strndup(a, path + 1, n - 2);
	else
		path = arena_strndup(a, path, n);
	const char *colon = route_end(path);

	return colon != NULL && colon[1] != '\0' ? colon + 1 : path;
}

/* The key of an address that every MTA reads alike; NULL: it may be routed by what its local
 * part says, or is none. */
static const char *plain_key(struct arena *a, const char *text)
{
	const char *key = address_key(a, text);
	const char *at = key == NULL ? NULL : strrchr(key, '@');

	if (at == NULL || at[1] == '[')
		return NULL;
	for (const char *p = key; p < at; p++)
		if (strchr("%!@:", *p) != NULL)
			return NULL;
	return key;
}

static bool is_ours(const struct options *o, const char *key)
{
	return key != NULL && options_tenant(o, address_domain(key)) != NULL;
}

/* Who is meant, by what the MTA says; NULL in r->key: it does not say enough. */
static void take_told(struct arena *a, const struct options *o, const char *told,
		      struct recipient *r)
{
	const char *plain = plain_key(a, r->spelling);
	const char *key = strchr(told, '@') != NULL ? address_key(a, told) : NULL;
	const char *domain = key == NULL ? NULL : address_domain(key);

	if (domain != NULL && (is_ours(o, key) || !is_ours(o, plain))) {
		r->address = arena_strdup(a, told);
		r->key = domain[0] == '[' ? NULL : key;
		r->unresolved = domain[0] == '[' ? "an address literal" : NULL;
	} else if (plain != NULL) {
		/* a virtual user is known by the address that the world writes to */
		r->key = plain;
	} else {
		r->unresolved = "the MTA names no domain";
	}
}

bool recipient_resolve(struct arena *a, const struct options *o,
		       const struct recipient_told *told, struct recipient *r_r)
{
	if (g_strcmp0(told->mailer, "error") == 0)
		return false;
	*r_r = (struct recipient){ .spelling = spelling_of(a, told->path) };
	/* "postmaster" alone is a legal recipient (RFC 5321 4.1.1.3) */
	bool postmaster = g_ascii_strcasecmp(r_r->spelling, "postmaster") == 0;

	r_r->address = g_strstrip(arena_strdup(a, r_r->spelling));
	if (told->address != NULL && (!postmaster || strchr(told->address, '@') != NULL))
		take_told(a, o, told->address, r_r);
	else if (postmaster)
		r_r->key = "postmaster";
	else if ((r_r->key = plain_key(a, r_r->spelling)) == NULL)
		r_r->unresolved = "the MTA does not say who it is";
	if (r_r->key != NULL)
		r_r->key = options_mailbox(o, a, r_r->key);
	g_assert((r_r->key == NULL) == (r_r->unresolved != NULL));
	return true;
}

const char *sender_resolve(struct arena *a, const char *path, const char *address)
{
	const char *spelling = spelling_of(a, path);

	if (spelling[0] == '\0')
		return "";
	if (address != NULL && strchr(address, '@') != NULL &&
	    address_key(a, address) != NULL)
		return arena_strdup(a, address);
	return spelling;
}
