/* One function for each thing that cannot be; each names the place where it is to be repaired.
 * A value that was refused before is left out, so that one mistake is told once. */
#include "config/check.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "config/row.h"
#include "config/snapshot.h"
#include "config/type.h"

#define ACCOUNT_ROOM 16384 /* for one line of passwd or group */

static bool usable(const struct check *c, const void *member)
{
	return !g_hash_table_contains(c->wrong, member);
}

/* Who has a key of an index already? NULL: this very string was the first. */
static const void *first_owner(GHashTable *index, const char *key)
{
	gpointer first = NULL, owner = NULL;

	g_hash_table_lookup_extended(index, key, &first, &owner);
	return first == key ? NULL : owner;
}

/* where a value stands, else where to look first */
static struct origin place(const struct origin *origins, enum option_scope scope,
			   const char *name, struct origin otherwise)
{
	const struct option_row *row = option_find(scope, name);
	const struct origin *at = &origins[row - option_tables[scope].rows];

	return at->file != NULL ? *at : otherwise;
}

static struct origin place_global(const struct check *c, const char *name)
{
	return place(c->options->origins, SCOPE_GLOBAL, name,
		     (struct origin){ c->file, 0 });
}

/* --- tenants --- */

/* What is sent leads to the page. */
static void check_page(const struct check *c, struct origin at, const char *option)
{
	if (c->options->review_url[0] == '\0' && usable(c, &c->options->review_url))
		diagnostic_add(c->diagnostics, at,
			       "%s needs review_url, the address of the review page: the "
			       "mails lead there",
			       option);
}

static void check_domains(const struct check *c, const struct tenant *t)
{
	struct origin at = place(t->origins, SCOPE_TENANT, "domains", t->where);

	if (t->domains.n == 0 && usable(c, &t->domains))
		diagnostic_add(
			c->diagnostics, t->where,
			"tenant \"%s\" has no domains: write domains = \"example.org\" "
			"with "
			"its mail domains",
			t->name);
	for (size_t i = 0; i < t->domains.n; i++) {
		const char *domain = t->domains.at[i];
		const struct tenant *owner =
			first_owner(c->options->snapshot->tenants, domain);

		if (owner == t)
			diagnostic_add(c->diagnostics, at, "domains: %s is listed twice",
				       domain);
		else if (owner != NULL)
			diagnostic_add(
				c->diagnostics, at,
				"domains: %s belongs to tenant \"%s\" already (%s line "
				"%u)",
				domain, owner->name, owner->where.file,
				owner->where.line);
	}
}

static void check_partners(const struct check *c, const struct tenant *t)
{
	struct origin at = place(t->origins, SCOPE_TENANT, "partner_domains", t->where);

	for (size_t i = 0; i < t->partner_domains.n; i++)
		if (options_tenant(c->options, t->partner_domains.at[i]) == t)
			diagnostic_add(c->diagnostics, at,
				       "partner_domains: %s is the tenant's own domain",
				       t->partner_domains.at[i]);
}

static void check_tenants(const struct check *c)
{
	const struct options *o = c->options;

	if (o->n_tenants == 0)
		diagnostic_add(c->diagnostics, (struct origin){ c->file, 0 },
			       "there is no tenant: write tenant \"NAME\" { domains = "
			       "\"example.org\" } with your own mail domains");
	for (size_t i = 0; i < o->n_tenants; i++) {
		check_domains(c, &o->tenants[i]);
		check_partners(c, &o->tenants[i]);
		if (o->tenants[i].review_alert[0] != '\0')
			check_page(c,
				   place(o->tenants[i].origins, SCOPE_TENANT,
					 "review_alert", o->tenants[i].where),
				   "review_alert");
	}
}

/* --- policies --- */

static struct origin place_policy(const struct check *c, const struct policy *p,
				  const char *name)
{
	struct origin file = { c->file, 0 };

	return place(p->origins, SCOPE_POLICY, name,
		     p->where.file != NULL ? p->where : file);
}

static void check_recipients(const struct check *c, const struct policy *p)
{
	struct origin at = place_policy(c, p, "recipients");

	for (size_t i = 0; i < p->recipients.n; i++) {
		const char *who = p->recipients.at[i];
		const struct policy *owner =
			first_owner(c->options->snapshot->policies, who);

		if (options_tenant(c->options, strrchr(who, '@') + 1) == NULL)
			diagnostic_add(
				c->diagnostics, at,
				"recipients: %s is in no tenant's domains: it would "
				"never "
				"match",
				who);
		if (owner == p)
			diagnostic_add(c->diagnostics, at,
				       "recipients: %s is listed twice", who);
		else if (owner != NULL)
			diagnostic_add(
				c->diagnostics, at,
				"recipients: %s has policy \"%s\" already (%s line %u)",
				who, owner->name, owner->where.file, owner->where.line);
	}
}

static void check_flags(const struct check *c, const struct policy *p)
{
	struct origin at = place_policy(c, p, "flags");

	for (size_t i = 0; i < p->flags.n; i++) {
		const char *flag = p->flags.at[i];
		const struct policy *owner =
			first_owner(c->options->snapshot->flags, flag);

		if (owner == p)
			diagnostic_add(c->diagnostics, at, "flags: %s is listed twice",
				       flag);
		else if (owner != NULL)
			diagnostic_add(c->diagnostics, at,
				       "flags: %s has policy \"%s\" already (%s line %u)",
				       flag, owner->name, owner->where.file,
				       owner->where.line);
	}
}

/* told of the policy that says it, not of those that only take over the default */
static void check_thresholds(const struct check *c, const struct policy *p)
{
	const struct policy *ground = &c->options->policies[0];
	GString *high, *low;

	if (p->suspicious_points <= p->malicious_points ||
	    (p != ground && p->suspicious_points == ground->suspicious_points &&
	     p->malicious_points == ground->malicious_points))
		return;
	high = g_string_new(NULL);
	low = g_string_new(NULL);
	type_print(option_find(SCOPE_POLICY, "suspicious_points"), &p->suspicious_points,
		   high);
	type_print(option_find(SCOPE_POLICY, "malicious_points"), &p->malicious_points,
		   low);
	struct origin at = place_policy(c, p, "suspicious_points");

	if (at.line == 0 || at.line == p->where.line)
		at = place_policy(c, p, "malicious_points");
	diagnostic_add(
		c->diagnostics, at,
		"policy \"%s\": suspicious_points %s is above malicious_points %s: "
		"nothing "
		"would ever be suspicious",
		p->name, high->str, low->str);
	g_string_free(high, TRUE);
	g_string_free(low, TRUE);
}

/* With another delimiter the MTA would take the extension for a part of the name. */
static void check_extension(const struct check *c, const struct policy *p)
{
	const char *delimiters = c->options->recipient_delimiter;

	if (p->junk_by == JUNK_BY_EXTENSION && p->junk_extension[0] != '\0' &&
	    usable(c, &p->junk_extension) &&
	    strchr(delimiters, p->junk_extension[0]) == NULL)
		diagnostic_add(c->diagnostics, place_policy(c, p, "junk_extension"),
			       "junk_extension \"%s\" does not begin with one of "
			       "recipient_delimiter \"%s\": set both as in the MTA",
			       p->junk_extension, delimiters);
}

/* told once, of the policy that says it */
static void check_digest(const struct check *c, const struct policy *p)
{
	const struct policy *ground = &c->options->policies[0];

	if (p->digest != DIGEST_OFF && (p == ground || ground->digest == DIGEST_OFF))
		check_page(c, place_policy(c, p, "digest"), "digest");
	else if (p->digest_codes && (p == ground || !ground->digest_codes))
		check_page(c, place_policy(c, p, "digest_codes"), "digest_codes");
}

static void check_policies(const struct check *c)
{
	for (size_t i = 0; i < c->options->n_policies; i++) {
		const struct policy *p = &c->options->policies[i];

		if (i == 0 && p->recipients.n > 0)
			diagnostic_add(
				c->diagnostics, place_policy(c, p, "recipients"),
				"policy \"default\" takes no recipients: it holds for "
				"all "
				"that no other policy names");
		if (i == 0 && p->flags.n > 0)
			diagnostic_add(
				c->diagnostics, place_policy(c, p, "flags"),
				"policy \"default\" takes no flags: it holds for all "
				"that no other policy is for");
		if (i > 0) {
			check_recipients(c, p);
			check_flags(c, p);
		}
		check_thresholds(c, p);
		check_extension(c, p);
		check_digest(c, p);
	}
}

/* --- times --- */

/* what a message waits for must end before the message's own deadline */
static void check_deadline(const struct check *c, const char *name,
			   const int64_t *wait_ms)
{
	const struct options *o = c->options;
	const char *deadline = "message_deadline";
	GString *one = g_string_new(NULL), *other = g_string_new(NULL);
	struct origin at = place_global(c, name);

	type_print(option_find(SCOPE_GLOBAL, deadline), &o->message_deadline_ms, one);
	type_print(option_find(SCOPE_GLOBAL, name), wait_ms, other);
	if (at.line == 0)
		at = place_global(c, deadline);
	if (usable(c, wait_ms) && usable(c, &o->message_deadline_ms) &&
	    o->message_deadline_ms <= *wait_ms)
		diagnostic_add(
			c->diagnostics, at,
			"message_deadline %s must be longer than %s %s, which is a part "
			"of it",
			one->str, name, other->str);
	g_string_free(one, TRUE);
	g_string_free(other, TRUE);
}

/* --- the machine --- */

static void check_zone_file(const struct check *c)
{
	const char *path = c->options->dns_zone_file;
	struct stat st;

	if (*path == '\0')
		return;
	if (stat(path, &st) < 0 || access(path, R_OK) < 0)
		diagnostic_add(c->diagnostics, place_global(c, "dns_zone_file"),
			       "dns_zone_file: cannot read %s: %s", path,
			       g_strerror(errno));
	else if (!S_ISREG(st.st_mode))
		diagnostic_add(c->diagnostics, place_global(c, "dns_zone_file"),
			       "dns_zone_file: %s is not a regular file", path);
}

static bool group_exists(const char *name)
{
	char room[ACCOUNT_ROOM];
	struct group g, *found = NULL;

	return getgrnam_r(name, &g, room, sizeof(room), &found) != 0 || found != NULL;
}

static bool user_exists(const char *name)
{
	char room[ACCOUNT_ROOM];
	struct passwd p, *found = NULL;

	return getpwnam_r(name, &p, room, sizeof(room), &found) != 0 || found != NULL;
}

/* only a certain no is told: a directory service that does not answer is not a mistake */
static void check_accounts(const struct check *c)
{
	const struct options *o = c->options;

	if (*o->socket_group != '\0' && !group_exists(o->socket_group))
		diagnostic_add(
			c->diagnostics, place_global(c, "socket_group"),
			"socket_group: there is no group \"%s\" on this machine: make "
			"it, or "
			"name one that the MTA's user is in",
			o->socket_group);
	if (*o->user != '\0' && !user_exists(o->user))
		diagnostic_add(
			c->diagnostics, place_global(c, "user"),
			"user: there is no user \"%s\" on this machine: make it first",
			o->user);
}

static void check_sockets(const struct check *c)
{
	const char *control = c->options->control_socket;
	size_t room = sizeof(((struct sockaddr_un *)0)->sun_path) - 1;

	if (strlen(control) > room)
		diagnostic_add(
			c->diagnostics, place_global(c, "control_socket"),
			"control_socket: the path of a socket may have at most %zu "
			"bytes, "
			"this one has %zu",
			room, strlen(control));
	if (g_str_has_prefix(c->options->socket, "unix:") &&
	    strcmp(c->options->socket + strlen("unix:"), control) == 0)
		diagnostic_add(c->diagnostics, place_global(c, "control_socket"),
			       "control_socket and socket are the same: %s", control);
}

static void check_folders(const struct check *c)
{
	const struct options *o = c->options;

	if (strcmp(o->quarantine_dir, o->journal_dir) == 0)
		diagnostic_add(c->diagnostics, place_global(c, "quarantine_dir"),
			       "quarantine_dir and journal_dir are the same folder: %s",
			       o->quarantine_dir);
}

void check_options(const struct check *c)
{
	check_tenants(c);
	check_policies(c);
	check_deadline(c, "dns_timeout", &c->options->dns_timeout_ms);
	check_deadline(c, "store_deadline", &c->options->store_deadline_ms);
	check_zone_file(c);
	check_accounts(c);
	check_sockets(c);
	check_folders(c);
}
