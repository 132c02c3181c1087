/* Addresses are compared as stores know them (message/address.h), never by their bytes. */
#include "quarantine/scope.h"

#include <string.h>

#include "message/address.h"

struct hold_scope hold_scope_all(struct quarantine *q)
{
	return (struct hold_scope){ .of = q, .kind = HOLD_SCOPE_ALL };
}

struct hold_scope hold_scope_tenant(struct quarantine *q, const char *tenant)
{
	g_assert(tenant != NULL);
	return (struct hold_scope){ .of = q,
				    .kind = HOLD_SCOPE_TENANT,
				    .tenant = tenant };
}

struct hold_scope hold_scope_mailbox(struct quarantine *q, const char *tenant,
				     const char *mailbox)
{
	g_assert(tenant != NULL && mailbox != NULL);
	return (struct hold_scope){
		.of = q, .kind = HOLD_SCOPE_MAILBOX, .tenant = tenant, .mailbox = mailbox
	};
}

/* GLib folds valid UTF-8 only. */
char *hold_address_key(const char *address)
{
	struct arena *a = arena_create();
	const char *known = address_key(a, address);
	char *valid = known == NULL ? g_utf8_make_valid(address, -1) : NULL;
	char *key = known == NULL ? g_utf8_strdown(valid, -1) : g_strdup(known);

	g_free(valid);
	arena_destroy(&a);
	return key;
}

/* asked   in any spelling, or "@domain"; NULL: any */
static bool is_address(const char *address, const char *asked)
{
	if (asked == NULL || strcmp(address, asked) == 0)
		return true;
	char *key = hold_address_key(address), *wanted = hold_address_key(asked);
	bool is = asked[0] == '@' ? g_str_has_suffix(key, wanted)
				  : strcmp(key, wanted) == 0;

	g_free(key);
	g_free(wanted);
	return is;
}

/* hits   lines of "NAME AXIS MILLI" */
static bool names_rule(const char *hits, const char *rule)
{
	size_t n = strlen(rule);

	for (const char *line = hits; line != NULL; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, rule, n) == 0 && line[n] == ' ')
			return true;
	}
	return false;
}

bool hold_parts_admit(const struct hold_parts *parts, const struct hold_rcpt *r)
{
	if (parts == NULL)
		return true;
	return is_address(r->address, parts->rcpt) &&
	       (parts->verdict == NULL || g_strcmp0(r->verdict, parts->verdict) == 0) &&
	       (parts->rule == NULL || names_rule(r->hits, parts->rule));
}

bool hold_scope_admits_rcpt(const struct hold_scope *scope, const struct hold_rcpt *r)
{
	g_assert(scope->kind != HOLD_SCOPE_NOTHING);
	return scope->kind != HOLD_SCOPE_MAILBOX ||
	       is_address(r->address, scope->mailbox);
}

bool hold_rcpt_is_meant(const struct hold_scope *scope, const struct hold_parts *parts,
			const struct hold_rcpt *r)
{
	return r->state == HOLD_HELD && hold_scope_admits_rcpt(scope, r) &&
	       hold_parts_admit(parts, r);
}

bool hold_scope_admits(const struct hold_scope *scope, const struct hold *h)
{
	bool any = scope->kind != HOLD_SCOPE_MAILBOX;

	g_assert(scope->kind != HOLD_SCOPE_NOTHING);
	if (scope->kind != HOLD_SCOPE_ALL && g_strcmp0(h->tenant, scope->tenant) != 0)
		return false;
	for (size_t i = 0; !any && i < h->n_rcpts; i++)
		any = hold_scope_admits_rcpt(scope, &h->rcpts[i]);
	return any;
}

char *hold_scope_words(const struct hold_scope *scope)
{
	if (scope->kind == HOLD_SCOPE_TENANT)
		return g_strdup_printf(" for tenant \"%s\"", scope->tenant);
	if (scope->kind == HOLD_SCOPE_MAILBOX)
		return g_strdup_printf(" for <%s>", scope->mailbox);
	return g_strdup("");
}
