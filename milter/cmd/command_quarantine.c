/* What is held: list, show, release, delete, report. What is done to holds, and whose they are, is the
 * module quarantine's business; here stand its words. Each subcommand one function, one row. */
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/error.h"
#include "base/plural.h"
#include "cmd/acts_print.h"
#include "cmd/agree.h"
#include "cmd/command.h"
#include "cmd/filter.h"
#include "cmd/hold_print.h"
#include "cmd/user.h"
#include "message/address.h"
#include "quarantine/acts.h"
#include "quarantine/operation.h"

#define ACT_LABEL "act        "
#define DAY_S 86400

struct request {
	const struct options *options;
	struct quarantine *quarantine;
	struct hold_scope scope;
	struct hold_filter filter;
	char **ids;
	char *rcpt, *tenant, *mailbox, *from, *text, *rule, *verdict, *state, *since,
		*server, *why, *campaign;
	gboolean all, raw, json, again, doubtful, yes, only_because;
	int days, limit;
	char *who; /* of the acts */
	int64_t uid;
};

static const char *const name = "wonted quarantine";

/* ---- which holds ---- */

static bool read_since(struct request *r, GError **e)
{
	int64_t now_s = clock_now_s();

	if (r->since != NULL && r->days != 0)
		return filter_wrong(e, "--days", "", "either it or --since");
	if (r->days < 0)
		return filter_wrong(e, "--days", "", "a number of days, 1 or more");
	if (r->days > 0)
		r->filter.since_s = now_s - (int64_t)r->days * DAY_S;
	return filter_time("--since", r->since, now_s, &r->filter.since_s, e);
}

static bool read_state(struct request *r, GError **e)
{
	const char *names[HOLD_STATE_COUNT + 2] = { NULL };

	memcpy(names, hold_state_names, sizeof(hold_state_names));
	names[HOLD_STATE_COUNT] = "all";

	if (!filter_word("--state", r->state, names, HOLD_STATE_COUNT + 1, e))
		return false;
	r->filter.all_states =
		r->all || (r->state != NULL && strcmp(r->state, "all") == 0);
	if (r->state != NULL && !r->filter.all_states)
		r->filter.state =
			(enum hold_state)word_find(names, HOLD_STATE_COUNT, r->state);
	return true;
}

static bool read_filter(struct request *r, GError **e)
{
	const char *names[VERDICT_COUNT + 1] = { NULL };

	memcpy(names, verdict_names, sizeof(verdict_names));
	if (r->limit < 0)
		return filter_wrong(e, "--limit", "", "a number of holds, 1 or more");
	r->filter.parts =
		(struct hold_parts){ .rcpt = r->rcpt,
				     .rule = r->rule,
				     .verdict = r->verdict,
				     .only_because =
					     r->only_because ? r->options : NULL };
	if (r->only_because && r->rule == NULL)
		return filter_wrong(e, "--only-because", "", "it beside --rule NAME");
	r->filter.from = r->from;
	r->filter.text = r->text;
	r->filter.campaign = r->campaign;
	r->filter.doubtful = r->doubtful;
	r->filter.most = (size_t)r->limit;
	return read_since(r, e) && read_state(r, e) &&
	       filter_word("--verdict", r->verdict, names, VERDICT_COUNT, e);
}

/* Without either, the operator of the machine sees all. */
static bool read_scope(struct request *r, GError **e)
{
	const struct tenant *of =
		r->mailbox == NULL
			? NULL
			: options_tenant(r->options, address_domain(r->mailbox));

	r->scope = r->tenant != NULL ? hold_scope_tenant(r->quarantine, r->tenant)
				     : hold_scope_all(r->quarantine);
	if (r->mailbox == NULL)
		return true;
	if (of == NULL || (r->tenant != NULL && strcmp(of->name, r->tenant) != 0)) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    "--mailbox %s: not an address of %s", r->mailbox,
			    r->tenant != NULL ? r->tenant : "any tenant");
		return false;
	}
	r->scope = hold_scope_mailbox(r->quarantine, of->name, r->mailbox);
	return true;
}

/* ---- list, show ---- */

struct listing {
	bool json;
	size_t n;
};

static bool list_one(const struct hold *h, void *user)
{
	struct listing *l = user;

	if (l->n++ == 0 && !l->json)
		hold_print_header();
	if (l->json)
		hold_print_json(h);
	else
		hold_print_row(h);
	return true;
}

static int do_list(struct request *r)
{
	struct listing l = { .json = r->json };
	GError *e = NULL;

	quarantine_settle(r->quarantine);
	if (!hold_list(&r->scope, &r->filter, list_one, &l, &e))
		return command_fail(name, e);
	if (l.n == 0 && !l.json)
		puts("nothing is held that matches");
	if (r->limit == 0 && l.n == HOLD_LIST_MOST)
		fprintf(stderr, "%s: the newest %d are shown; more with --limit N\n",
			name, HOLD_LIST_MOST);
	return EXIT_DONE;
}

static int print_raw(const struct request *r, const struct hold *h)
{
	char *text;
	size_t n;
	GError *e = NULL;

	if (!hold_raw(r->quarantine, h, &text, &n, &e))
		return command_fail(name, e);
	fwrite(text, 1, n, stdout);
	g_free(text);
	return EXIT_DONE;
}

static int show_one(const struct request *r, const char *id)
{
	struct hold *h = NULL;
	GError *e = NULL;
	int status = EXIT_DONE;

	if (!hold_find(&r->scope, id, &h, &e)) {
		/* of what is gone there is still who made it go; not for one tenant's
		 * eyes, because nobody can tell any more whose it was */
		if (r->scope.kind == HOLD_SCOPE_ALL && !r->json)
			acts_print(r->options->quarantine_dir, id, ACT_LABEL);
		return command_fail(name, e);
	}
	if (r->raw) {
		status = print_raw(r, h);
	} else if (r->json) {
		hold_print_json(h);
	} else {
		hold_print_all(h);
		acts_print(r->options->quarantine_dir, h->id, ACT_LABEL);
	}
	hold_free(h);
	return status;
}

static int do_show(struct request *r)
{
	int status = EXIT_DONE, got;

	quarantine_settle(r->quarantine);
	for (char **id = r->ids; *id != NULL; id++)
		if ((got = show_one(r, *id)) > status)
			status = got;
	return status;
}

/* ---- release, delete ---- */

static const char *const done_words[OPERATION_COUNT] = { "released", "deleted",
							 "reported as judged wrong" };

static int make_one(const struct operation *o, const char *id)
{
	struct operation_done made = { 0 };
	GError *e = NULL;
	bool done = operation_make(o, id, &made, &e);

	if (made.rcpts > 0 && o->kind == OPERATION_RELEASE)
		printf("%s: released to %u %s%s%s\n", made.id, made.rcpts,
		       plural(made.rcpts, "recipient", "recipients"),
		       made.reply != NULL ? "; the listener said: " : "",
		       made.reply != NULL ? made.reply : "");
	else if (done)
		printf("%s: %s\n", made.id, done_words[o->kind]);
	operation_done_clear(&made);
	return done ? EXIT_DONE : command_fail(name, e);
}

static int make_each(const struct operation *o, char **ids)
{
	int status = EXIT_DONE, got;

	for (char **id = ids; *id != NULL; id++)
		if ((got = make_one(o, *id)) > status)
			status = got;
	return status;
}

/* A filter may mean more than was thought: how much it is, is said first. */
static bool is_agreed(const struct request *r, const struct operation *o,
		      const struct operation_found *found)
{
	if (r->yes)
		return true;
	fprintf(stderr, "%s %s: %zu %s, for %zu %s, %s", name, operation_names[o->kind],
		found->holds, plural(found->holds, "hold matches", "holds match"),
		found->rcpts, plural(found->rcpts, "recipient", "recipients"),
		plural(found->holds, "it is still held", "they are still held"));
	return agree(operation_names[o->kind]);
}

static int make_matching(const struct request *r, const struct operation *o)
{
	struct operation_found found = { 0 };
	GError *e = NULL;
	int status = EXIT_DONE;

	if (!operation_find(&r->scope, &r->filter, &found, &e))
		status = command_fail(name, e);
	else if (found.holds == 0)
		puts("nothing is held that matches");
	else if (!is_agreed(r, o, &found))
		status = EXIT_USAGE;
	else
		status = make_each(o, found.ids);
	operation_found_clear(&found);
	return status;
}

/* --to and --verdict choose parts of the holds that are named; what chooses holds does not
 * stand beside their names. */
static bool chooses_holds(const struct request *r)
{
	return r->from != NULL || r->text != NULL || r->rule != NULL ||
	       r->campaign != NULL || r->since != NULL || r->days != 0 || r->doubtful ||
	       r->limit > 0;
}

static int make(struct request *r, enum operation_kind kind)
{
	const struct operation o = {
		.kind = kind,
		.scope = r->scope,
		.parts = r->filter.parts,
		.server = r->server != NULL ? r->server : r->options->release_smtp,
		.again = r->again,
		.audit_dir = r->options->audit_dir,
		.why = r->why,
		.many = *r->ids == NULL,
		.who = r->who,
		.uid = r->uid,
		.tool = name,
	};
	bool named = *r->ids != NULL;

	if (named ==
	    (chooses_holds(r) || (!named && (r->rcpt != NULL || r->verdict != NULL)))) {
		fprintf(stderr,
			named ? "%s %s: name holds, or choose them by --rule, --from, "
				"--since, --days, --text, --limit or --doubtful, not "
				"both\n"
			      : "%s %s: name one or more holds by id or queue id, or "
				"choose them by --rule, --to, --from, --since, --text or "
				"--verdict\n",
			name, operation_names[kind]);
		return EXIT_USAGE;
	}
	quarantine_settle(r->quarantine);
	return named ? make_each(&o, r->ids) : make_matching(r, &o);
}

static int do_release(struct request *r)
{
	return make(r, OPERATION_RELEASE);
}

static int do_delete(struct request *r)
{
	return make(r, OPERATION_DELETE);
}

static int do_report(struct request *r)
{
	return make(r, OPERATION_REPORT);
}

static const struct {
	const char *name;
	int (*run)(struct request *r);
} sub_commands[] = {
	{ "list", do_list },     { "show", do_show },     { "release", do_release },
	{ "delete", do_delete }, { "report", do_report },
};

static int run(const struct command_args *args, struct request *r)
{
	GError *e = NULL;
	int status = EXIT_USAGE;
	size_t row = command_row(args, &sub_commands->name, sizeof(*sub_commands),
				 COUNT_OF(sub_commands));

	if (!read_filter(r, &e)) {
		command_fail(name, e);
		return EXIT_USAGE;
	}
	if (user_become_owner("quarantine_dir", r->options->quarantine_dir, &e))
		r->quarantine = quarantine_open(r->options->quarantine_dir, &e);
	if (r->quarantine == NULL)
		return command_fail(name, e);
	status = read_scope(r, &e) ? sub_commands[row].run(r) : command_fail(name, e);
	quarantine_close(r->quarantine);
	return status;
}

static bool read_options(struct command_args *args, struct request *r)
{
	const GOptionEntry entries[] = {
		{ "to", 0, 0, G_OPTION_ARG_STRING, &r->rcpt,
		  "Only this recipient's part, or @domain's", "ADDR" },
		{ "rcpt", 'r', 0, G_OPTION_ARG_STRING, &r->rcpt, "The same as --to",
		  "ADDR" },
		{ "from", 'f', 0, G_OPTION_ARG_STRING, &r->from,
		  "Only from this address, @domain, or words of a display name", "WHO" },
		{ "rule", 'R', 0, G_OPTION_ARG_STRING, &r->rule,
		  "Only where this rule gave points", "NAME" },
		{ "only-because", 0, 0, G_OPTION_ARG_NONE, &r->only_because,
		  "release, delete, with --rule: only what today's policies would let "
		  "pass without the points of that rule",
		  NULL },
		{ "verdict", 0, 0, G_OPTION_ARG_STRING, &r->verdict,
		  "Only parts with this verdict", "VERDICT" },
		{ "text", 't', 0, G_OPTION_ARG_STRING, &r->text,
		  "Only with these words in sender, recipients, subject, reasons or text",
		  "TEXT" },
		{ "campaign", 0, 0, G_OPTION_ARG_STRING, &r->campaign,
		  "Only what has the same text, as \"show --json\" names it", "ID" },
		{ "since", 's', 0, G_OPTION_ARG_STRING, &r->since,
		  "Only since then: 2026-11-20, \"2026-11-20 10:30\", 3d, 12h", "TIME" },
		{ "days", 'd', 0, G_OPTION_ARG_INT, &r->days, "Only of the last N days",
		  "N" },
		{ "doubtful", 0, 0, G_OPTION_ARG_NONE, &r->doubtful,
		  "Only what may have been delivered though it is held", NULL },
		{ "limit", 'n', 0, G_OPTION_ARG_INT, &r->limit,
		  "At most so many holds, newest first (list: 1000)", "N" },
		{ "tenant", 'T', 0, G_OPTION_ARG_STRING, &r->tenant,
		  "Only holds of this tenant", "NAME" },
		{ "mailbox", 0, 0, G_OPTION_ARG_STRING, &r->mailbox,
		  "Only what its owner may see: no part of anybody else", "ADDR" },
		{ "state", 0, 0, G_OPTION_ARG_STRING, &r->state,
		  "list: held (if not said), released, deleted, expired or all",
		  "STATE" },
		{ "all", 'a', 0, G_OPTION_ARG_NONE, &r->all,
		  "list: the same as --state all", NULL },
		{ "json", 'j', 0, G_OPTION_ARG_NONE, &r->json,
		  "list, show: a line of JSON for each hold", NULL },
		{ "raw", 0, 0, G_OPTION_ARG_NONE, &r->raw, "show: the message itself",
		  NULL },
		{ "yes", 'y', 0, G_OPTION_ARG_NONE, &r->yes,
		  "release, delete, report: do not ask before what filters mean", NULL },
		{ "why", 'w', 0, G_OPTION_ARG_STRING, &r->why,
		  "release, delete, report: why, in your words, for the audit file",
		  "TEXT" },
		{ "again", 0, 0, G_OPTION_ARG_NONE, &r->again,
		  "release: also what may have been delivered already", NULL },
		{ "server", 0, 0, G_OPTION_ARG_STRING, &r->server,
		  "release: through this listener instead of release_smtp", "HOST:PORT" },
		G_OPTION_ENTRY_NULL
	};

	return command_options(
		args, entries,
		"See and move on what is held. A release goes to the recorded "
		"recipients only,\nthrough release_smtp, and is not filtered again. "
		"An ID is the hold's own or a queue id.\nWithout IDs, filters say what "
		"is released or deleted; how much that is, is asked first.");
}

static void free_request(struct request *r)
{
	char *const texts[] = { r->who,    r->rcpt, r->tenant,  r->mailbox, r->from,
				r->text,   r->rule, r->verdict, r->state,   r->since,
				r->server, r->why,  r->campaign };

	for (size_t i = 0; i < COUNT_OF(texts); i++)
		g_free(texts[i]);
}

int command_quarantine(int argc, char **argv)
{
	struct command_args args = { .argc = argc, .argv = argv };
	struct request r = { 0 };
	int status = EXIT_WRONG_INPUT;

	if (!read_options(&args, &r))
		return EXIT_USAGE;
	r.who = acts_who(); /* before root is given up */
	r.uid = (int64_t)getuid();
	r.options = command_config(&args);
	r.ids = args.argv + 2;
	if (r.options != NULL)
		status = run(&args, &r);
	options_unref(r.options);
	free_request(&r);
	command_options_free(&args);
	return status;
}
