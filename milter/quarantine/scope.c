/* Addresses are compared as stores know them (message/address.h), never by their bytes. */
#include "quarantine/scope.h"

#include <string.h>

#include "message/address.h"
#include "quarantine/describe.h"

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

/* points that one rule gave to one axis */
static int64_t milli_of(const struct hold_rcpt *r, const char *rule, size_t axis)
{
	const char *at = r->hits;
	struct hold_hit hit;
	int64_t sum = 0;

	while (hold_hit_next(&at, &hit))
		if (strcmp(hit.rule, rule) == 0 &&
		    strcmp(hit.axis, axis_names[axis]) == 0)
			sum += hit.milli;
	return sum;
}

/* Would a recipient's policy let it pass, had the rule not been there? Points of what was not
 * kept (LIMIT_HOLD_HITS) are in the sums, and stay there. */
static bool is_only_because(const struct options *o, const struct hold_rcpt *r,
			    const char *rule)
{
	char *key = hold_address_key(r->address);
	const struct policy_seeker who = { .address = key };
	const struct policy *p = options_policy(o, &who);
	const int64_t threat = r->milli[AXIS_THREAT] - milli_of(r, rule, AXIS_THREAT);
	const int64_t spam = r->milli[AXIS_SPAM] - milli_of(r, rule, AXIS_SPAM);
	const int64_t gray = r->milli[AXIS_GRAYMAIL] - milli_of(r, rule, AXIS_GRAYMAIL);
	enum action action = threat >= p->malicious_points    ? p->on_malicious
			     : threat >= p->suspicious_points ? p->on_suspicious
			     : spam >= p->spam_points         ? p->on_spam
			     : gray >= p->graymail_points     ? p->on_graymail
							      : ACTION_PASS;

	g_free(key);
	return action < ACTION_QUARANTINE;
}

bool hold_parts_admit(const struct hold_parts *parts, const struct hold_rcpt *r)
{
	if (parts == NULL)
		return true;
	return is_address(r->address, parts->rcpt) &&
	       (parts->verdict == NULL || g_strcmp0(r->verdict, parts->verdict) == 0) &&
	       (parts->decided_by == NULL ||
		g_strcmp0(r->rule, parts->decided_by) == 0) &&
	       (parts->rule == NULL || names_rule(r->hits, parts->rule)) &&
	       (parts->only_because == NULL || parts->rule == NULL ||
		is_only_because(parts->only_because, r, parts->rule));
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

/* ids   with "," between; no id has one */
static bool is_among(const char *ids, const char *id)
{
	size_t n = strlen(id);

	for (const char *at = ids; *at != '\0'; at += *at == ',') {
		size_t length = strcspn(at, ",");

		if (length == n && memcmp(at, id, n) == 0)
			return true;
		at += length;
	}
	return false;
}

bool hold_scope_admits_id(const struct hold_scope *scope, const char *id)
{
	return scope->holds == NULL || is_among(scope->holds, id);
}

bool hold_scope_admits(const struct hold_scope *scope, const struct hold *h)
{
	bool any = scope->kind != HOLD_SCOPE_MAILBOX;

	g_assert(scope->kind != HOLD_SCOPE_NOTHING);
	if (scope->kind != HOLD_SCOPE_ALL && g_strcmp0(h->tenant, scope->tenant) != 0)
		return false;
	if (!hold_scope_admits_id(scope, h->id))
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
