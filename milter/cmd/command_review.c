/* Accounts of the review page, and links that open one message. */
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "audit/audit.h"
#include "base/clock.h"
#include "base/compiler.h"
#include "base/error.h"
#include "base/printable.h"
#include "cmd/command.h"
#include "cmd/listing.h"
#include "cmd/user.h"
#include "message/address.h"
#include "quarantine/acts.h"
#include "quarantine/hold.h"
#include "quarantine/scope.h"
#include "review/accounts.h"
#include "review/link.h"

#define PASSWORD_BYTES 400
#define VALID_DAYS 7
#define DAY_S 86400

struct request {
	const struct options *options;
	char **words;
	char *role, *tenant, *mailbox, *why;
	gboolean all_tenants, json;
	int days;
	char *who;
	int64_t uid;
};

static const char *const name = "wonted review";

static bool wrong(GError **e, const char *text)
{
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT, "%s", text);
	return false;
}

static void note(const struct request *r, const char *what, const struct identity *i)
{
	const char *rcpts[] = { i->name, NULL };
	const struct audit_entry x = { .time_s = clock_now_s(),
				       .what = what,
				       .who = r->who,
				       .uid = r->uid,
				       .tool = name,
				       .role = role_names[i->role],
				       .tenant = i->tenant,
				       .outcome = "done",
				       .why = r->why,
				       .rcpts = rcpts };

	command_note(r->options, &x);
}

/* A line of standard input; on a terminal nobody sees it. */
static char *read_password(GError **e)
{
	struct termios before, quiet;
	bool terminal = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &before) == 0;
	char line[PASSWORD_BYTES] = "";

	if (terminal) {
		quiet = before;
		quiet.c_lflag &= ~(tcflag_t)ECHO;
		fputs("Password: ", stderr);
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
	}
	bool got = fgets(line, sizeof(line), stdin) != NULL;

	if (terminal) {
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
		fputs("\n", stderr);
	}
	line[strcspn(line, "\r\n")] = '\0';
	if (got)
		return g_strdup(line);
	wrong(e, "write the password on standard input, as one line");
	return NULL;
}

static const struct tenant *tenant_named(const struct options *o, const char *tenant)
{
	for (size_t i = 0; i < o->n_tenants; i++)
		if (strcmp(o->tenants[i].name, tenant) == 0)
			return &o->tenants[i];
	return NULL;
}

/* what the options say of an account */
static bool read_identity(const struct request *r, struct identity *i_r, GError **e)
{
	int role = r->role == NULL ? ROLE_REVIEWER
				   : word_find(role_names, ROLE_COUNT, r->role);
	const struct tenant *of =
		r->mailbox == NULL
			? NULL
			: options_tenant(r->options, address_domain(r->mailbox));
	const char *tenant = r->tenant != NULL            ? r->tenant
			     : of != NULL                 ? of->name
			     : r->all_tenants             ? NULL
			     : r->options->n_tenants == 1 ? r->options->tenants[0].name
							  : "";

	if (role <= ROLE_NONE)
		return wrong(e, "--role: write user, reviewer or admin");
	if (tenant != NULL && tenant_named(r->options, tenant) == NULL)
		return wrong(e, "--tenant: write the name of one of the tenants in the "
				"configuration (an admin may have --all-tenants)");
	if ((role == ROLE_USER) != (r->mailbox != NULL))
		return wrong(e, "--mailbox goes with --role user, and only with it");
	if (r->mailbox != NULL && (of == NULL || strcmp(of->name, tenant) != 0))
		return wrong(e, "--mailbox: not an address of that tenant");
	*i_r = (struct identity){ .role = (enum role)role,
				  .name = g_strdup(r->words[0]),
				  .tenant = g_strdup(tenant),
				  .mailbox = g_strdup(r->mailbox) };
	return true;
}

static bool put_account(struct request *r, GError **e)
{
	struct identity i = { 0 };
	char *password = read_identity(r, &i, e) ? read_password(e) : NULL;
	bool done = password != NULL &&
		    account_put(r->options->review_accounts, &i, password, e);

	if (done) {
		note(r, "account", &i);
		printf("%s: %s\n", i.name, role_names[i.role]);
	}
	if (password != NULL)
		explicit_bzero(password, strlen(password));
	g_free(password);
	identity_clear(&i);
	return done;
}

static bool remove_account(struct request *r, GError **e)
{
	struct identity i = { 0 };
	char *hash = NULL;
	bool done = account_find(r->options->review_accounts, r->words[0], &i, &hash, e);

	if (!done && *e == NULL)
		wrong(e, "there is no such account");
	if (done)
		done = account_remove(r->options->review_accounts, r->words[0], e);
	if (done) {
		note(r, "account removed", &i);
		printf("%s: removed\n", i.name);
	}
	g_free(hash);
	identity_clear(&i);
	return done;
}

static void print_account(const struct identity *i, void *user)
{
	const struct request *r = user;

	if (r->json) {
		GString *out = listing_json_begin();

		listing_json_text(out, "name", i->name);
		listing_json_text(out, "role", role_names[i->role]);
		listing_json_text(out, "tenant", i->tenant);
		listing_json_text(out, "mailbox", i->mailbox);
		listing_json_print(out);
		return;
	}
	char *safe = printable(i->name, PASSWORD_BYTES);

	printf("%-24s %-9s %s%s%s\n", safe, role_names[i->role],
	       i->tenant != NULL ? i->tenant : "(all tenants)",
	       i->mailbox != NULL ? "  " : "", i->mailbox != NULL ? i->mailbox : "");
	g_free(safe);
}

static bool list_accounts(struct request *r, GError **e)
{
	return account_list(r->options->review_accounts, print_account, r, e);
}

/* Only what is held for that mailbox can have a link. */
static bool check_hold(const struct request *r, const struct link_claim *c, GError **e)
{
	struct quarantine *q = quarantine_open(r->options->quarantine_dir, e);
	struct hold *h = NULL;

	if (q == NULL)
		return false;
	const struct hold_scope scope = hold_scope_mailbox(q, c->tenant, c->mailbox);
	bool there = hold_find(&scope, c->hold, &h, e);

	hold_free(h);
	quarantine_close(q);
	return there;
}

static bool make_link(struct request *r, GError **e)
{
	const struct tenant *of = options_tenant(r->options, address_domain(r->words[1]));
	int days = r->days == 0 ? VALID_DAYS : r->days;
	bool done = false;

	if (r->options->review_url[0] == '\0')
		return wrong(e, "review_url is not set: links begin with it");
	if (of == NULL)
		return wrong(e, "the mailbox is not an address of any tenant");
	if (days < 0 || days > 365)
		return wrong(e, "--days: write 1 to 365");
	const struct link_claim c = { .mailbox = r->words[1],
				      .tenant = (char *)(uintptr_t)of->name,
				      .hold = r->words[0],
				      .until_s = clock_now_s() + (int64_t)days * DAY_S };
	char *key =
		check_hold(r, &c, e) ? link_key_read(r->options->review_key, e) : NULL;

	if (key != NULL) {
		char *token = link_sign(key, &c);

		printf("%slink/%s\n", r->options->review_url, token);
		g_free(token);
		done = true;
	}
	g_free(key);
	return done;
}

static const struct {
	const char *name;
	bool (*run)(struct request *r, GError **e);
} sub_commands[] = {
	{ "adduser", put_account },
	{ "deluser", remove_account },
	{ "users", list_accounts },
	{ "link", make_link },
};

/* files are the daemon's: of the folder that the accounts are in */
static bool become(const struct options *o, GError **e)
{
	char *folder = g_path_get_dirname(o->review_accounts);
	bool done = user_become_owner("review_accounts", folder, e);

	g_free(folder);
	return done;
}

static int run(const struct command_args *args, const struct options *o, void *user)
{
	struct request *r = user;
	GError *e = NULL;
	size_t row = command_row(args, &sub_commands->name, sizeof(*sub_commands),
				 COUNT_OF(sub_commands));

	r->options = o;
	r->words = args->argv + 2;
	if (become(r->options, &e) && sub_commands[row].run(r, &e))
		return EXIT_DONE;
	return command_fail(name, e);
}

static bool read_options(struct command_args *args, struct request *r)
{
	const GOptionEntry entries[] = {
		{ "role", 0, 0, G_OPTION_ARG_STRING, &r->role,
		  "adduser: user, reviewer (if not said) or admin", "ROLE" },
		{ "tenant", 'T', 0, G_OPTION_ARG_STRING, &r->tenant,
		  "adduser: whose holds it sees; not needed where there is one tenant",
		  "NAME" },
		{ "all-tenants", 0, 0, G_OPTION_ARG_NONE, &r->all_tenants,
		  "adduser: an admin of all tenants", NULL },
		{ "mailbox", 0, 0, G_OPTION_ARG_STRING, &r->mailbox,
		  "adduser: the mailbox of a user", "ADDR" },
		{ "days", 'd', 0, G_OPTION_ARG_INT, &r->days,
		  "link: how long it opens the message (7)", "N" },
		{ "json", 'j', 0, G_OPTION_ARG_NONE, &r->json,
		  "users: a line of JSON for each account", NULL },
		{ "why", 'w', 0, G_OPTION_ARG_STRING, &r->why,
		  "adduser, deluser: why, in your words, for the audit file", "TEXT" },
		G_OPTION_ENTRY_NULL
	};

	return command_options(
		args, entries,
		"Accounts of the review page, wonted-review(8). adduser reads the "
		"password from\nstandard input, and changes an account that is there "
		"already.");
}

static void clear(struct request *r)
{
	char *const texts[] = { r->role, r->tenant, r->mailbox, r->why, r->who };

	for (size_t i = 0; i < COUNT_OF(texts); i++)
		g_free(texts[i]);
}

int command_review(int argc, char **argv)
{
	struct command_args args = { .argc = argc, .argv = argv };
	struct request r = { .uid = getuid() };
	int status = EXIT_USAGE;

	if (read_options(&args, &r)) {
		r.who = acts_who(); /* before root is given up */
		status = command_configured(&args, run, &r);
	}
	clear(&r);
	return status;
}
