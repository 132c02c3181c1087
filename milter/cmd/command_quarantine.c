/* What is held: list, show, release, delete. Each subcommand one function, one row. */
#include <errno.h>
#include <grp.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/error.h"
#include "base/printable.h"
#include "cmd/acts_print.h"
#include "cmd/command.h"
#include "quarantine/acts.h"
#include "quarantine/hold.h"
#include "quarantine/release.h"

#define ACT_LABEL "act        "

struct request {
	const struct options *options;
	struct quarantine *quarantine;
	char **ids;
	char *rcpt, *tenant, *text, *server;
	gboolean all, raw, again, doubtful;
	int days;
	char *who; /* of the acts */
	int64_t uid;
};

static const char *const state_names[HOLD_STATE_COUNT] = { "held", "released", "deleted",
							   "expired" };

/* what is known of a recipient's part beyond its state */
static const char *doubt_of(const struct hold *h, const struct hold_rcpt *r)
{
	if (r->state != HOLD_HELD)
		return "";
	if (r->sent == HOLD_SENT)
		return ", handed over by a release that could not be noted";
	if (r->sent == HOLD_MAYBE_SENT)
		return ", may have been delivered by a release that was broken off";
	return h->may_be_delivered ? ", may have been delivered when it came" : "";
}

static char *time_text(int64_t s)
{
	GDateTime *t = g_date_time_new_from_unix_local(s);
	char *text = t == NULL ? g_strdup("?") : g_date_time_format(t, "%F %H:%M");

	if (t != NULL)
		g_date_time_unref(t);
	return text;
}

static bool print_row(const struct hold *h, void *user)
{
	unsigned *n = user;
	char *when = time_text(h->received_s), *from = printable(h->from, 60);
	char *subject = printable(h->subject, 70);

	printf("%s  %s  %s  \"%s\"", h->id, when, from, subject);
	if (h->seen > 1)
		printf("  (seen %" PRIu64 " times)", h->seen);
	putchar('\n');
	for (size_t i = 0; i < h->n_rcpts; i++) {
		char *to = printable(h->rcpts[i].address, 100);

		printf("    %-9s %-10s to %s%s\n", state_names[h->rcpts[i].state],
		       h->rcpts[i].verdict != NULL ? h->rcpts[i].verdict : "", to,
		       doubt_of(h, &h->rcpts[i]));
		g_free(to);
	}
	++*n;
	g_free(when);
	g_free(from);
	g_free(subject);
	return true;
}

static int do_list(const struct request *r)
{
	struct hold_filter f = { .rcpt = r->rcpt,
				 .tenant = r->tenant,
				 .text = r->text,
				 .all_states = r->all,
				 .doubtful = r->doubtful,
				 .since_s = r->days > 0 ? clock_now_s() - r->days * 86400L
							: 0 };
	unsigned n = 0;
	GError *e = NULL;

	quarantine_settle(r->quarantine);
	if (!hold_list(r->quarantine, &f, print_row, &n, &e))
		return command_fail("wonted quarantine", e);
	if (n == 0)
		puts("nothing is held that matches");
	return EXIT_DONE;
}

static void print_label(const char *label, const char *text)
{
	char *safe = printable(text, 2000);

	printf("%-11s %s\n", label, safe);
	g_free(safe);
}

static int print_raw(const struct request *r, const struct hold *h)
{
	char *text;
	size_t n;
	GError *e = NULL;

	if (!hold_raw(r->quarantine, h, &text, &n, &e))
		return command_fail("wonted quarantine", e);
	fwrite(text, 1, n, stdout);
	g_free(text);
	return EXIT_DONE;
}

static void print_seen(const struct hold *h)
{
	char *last = time_text(h->seen_s);

	printf("%-11s %" PRIu64 " times, last %s\n", "seen", h->seen, last);
	g_free(last);
}

static void print_hold(const struct hold *h)
{
	char *received = time_text(h->received_s), *expires = time_text(h->expires_s);
	char **reasons = g_strsplit(h->reasons != NULL ? h->reasons : "", "\n", -1);

	print_label("id", h->id);
	print_label("queue id", h->queue_id);
	if (h->tenant != NULL && h->tenant[0] != '\0')
		print_label("tenant", h->tenant);
	print_label("received", received);
	if (h->seen > 1)
		print_seen(h);
	print_label("expires", expires);
	print_label("mail from", h->mail_from);
	print_label("from", h->from);
	print_label("subject", h->subject);
	print_label("message-id", h->message_id);
	printf("%-11s %zu bytes\n", "size", h->bytes);
	for (size_t i = 0; i < h->n_rcpts; i++) {
		char *to = printable(h->rcpts[i].address, 320);

		printf("%-11s %s, %s, %s\n", "recipient", to,
		       h->rcpts[i].verdict != NULL ? h->rcpts[i].verdict : "?",
		       state_names[h->rcpts[i].state]);
		if (doubt_of(h, &h->rcpts[i])[0] != '\0')
			printf("%-11s %s%s\n", "doubt", to, doubt_of(h, &h->rcpts[i]));
		g_free(to);
	}
	for (char **reason = reasons; *reason != NULL; reason++)
		print_label("reason", *reason);
	g_strfreev(reasons);
	g_free(received);
	g_free(expires);
}

/* A trace that cannot be written keeps nobody from emptying a full disk, but is told. */
static void trace(const struct request *r, struct act *act, const char *outcome)
{
	GError *e = NULL;

	act->time_s = clock_now_s();
	act->outcome = outcome;
	if (!act_record(r->options->quarantine_dir, act, &e)) {
		fprintf(stderr, "wonted quarantine: %s\n", e->message);
		g_error_free(e);
	}
}

/* An act is written down before it is made, and how it ended. */
static int act_on(const struct request *r, struct hold *h, const char *what,
		  int (*make)(const struct request *r, struct hold *h))
{
	GPtrArray *rcpts = g_ptr_array_new();
	struct act act = { .hold = h->id,
			   .what = what,
			   .who = r->who,
			   .uid = r->uid,
			   .tool = "wonted quarantine" };

	for (size_t i = 0; i < h->n_rcpts; i++)
		if (h->rcpts[i].state == HOLD_HELD &&
		    (r->rcpt == NULL || strcmp(r->rcpt, h->rcpts[i].address) == 0))
			g_ptr_array_add(rcpts, (gpointer)(guintptr)h->rcpts[i].address);
	g_ptr_array_add(rcpts, NULL);
	act.rcpts = (const char *const *)rcpts->pdata;
	trace(r, &act, "begun");
	int status = make(r, h);

	trace(r, &act, status == EXIT_DONE ? "done" : "failed");
	g_ptr_array_free(rcpts, TRUE);
	return status;
}

static int show_one(const struct request *r, struct hold *h)
{
	if (r->raw)
		return print_raw(r, h);
	print_hold(h);
	acts_print(r->options->quarantine_dir, h->id, ACT_LABEL);
	return EXIT_DONE;
}

static int send_one(const struct request *r, struct hold *h)
{
	const struct release to = {
		.server = r->server != NULL ? r->server : r->options->release_smtp,
		.rcpt = r->rcpt,
		.again = r->again,
	};
	unsigned n = 0;
	GError *e = NULL;
	bool done = release_send(r->quarantine, h, &to, &n, &e);

	if (n > 0)
		printf("%s: released to %u recipient%s\n", h->id, n, n == 1 ? "" : "s");
	return done ? EXIT_DONE : command_fail("wonted quarantine", e);
}

static int drop_one(const struct request *r, struct hold *h)
{
	GError *e = NULL;
	int fd = hold_reserve(r->quarantine, h->id, &e);
	bool done = fd >= 0 &&
		    hold_set_state(r->quarantine, h->id, r->rcpt, HOLD_DELETED, &e);

	if (fd >= 0)
		close(fd);
	if (!done)
		return command_fail("wonted quarantine", e);
	printf("%s: deleted\n", h->id);
	return EXIT_DONE;
}

static int release_one(const struct request *r, struct hold *h)
{
	return act_on(r, h, "release", send_one);
}

static int delete_one(const struct request *r, struct hold *h)
{
	return act_on(r, h, "delete", drop_one);
}

static bool is_of_tenant(const struct request *r, const struct hold *h, GError **e)
{
	if (r->tenant == NULL || g_strcmp0(h->tenant, r->tenant) == 0)
		return true;
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
		    "%s is not of the tenant \"%s\"; see \"wonted quarantine list "
		    "--tenant %s\"",
		    h->id, r->tenant, r->tenant);
	return false;
}

static int for_each(const struct request *r,
		    int (*one)(const struct request *r, struct hold *h))
{
	int status = EXIT_DONE;

	if (*r->ids == NULL) {
		fputs("wonted quarantine: name one or more holds by id or queue id\n",
		      stderr);
		return EXIT_USAGE;
	}
	quarantine_settle(r->quarantine);
	for (char **id = r->ids; *id != NULL; id++) {
		struct hold *h = NULL;
		GError *e = NULL;
		bool found = hold_find(r->quarantine, *id, &h, &e);

		/* of what is gone there is still who made it go; not for one tenant's
		 * eyes, because nobody can tell any more whose it was */
		if (!found && one == show_one && r->tenant == NULL)
			acts_print(r->options->quarantine_dir, *id, ACT_LABEL);
		int got = found && is_of_tenant(r, h, &e)
				  ? one(r, h)
				  : command_fail("wonted quarantine", e);

		status = got > status ? got : status;
		hold_free(h);
	}
	return status;
}

static int do_show(const struct request *r)
{
	return for_each(r, show_one);
}

static int do_release(const struct request *r)
{
	return for_each(r, release_one);
}

static int do_delete(const struct request *r)
{
	return for_each(r, delete_one);
}

static const struct {
	const char *name;
	int (*run)(const struct request *r);
} sub_commands[] = {
	{ "list", do_list },
	{ "show", do_show },
	{ "release", do_release },
	{ "delete", do_delete },
};

static bool fail(const char *folder, const char *what, GError **e)
{
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM, "quarantine_dir %s: %s: %s",
		    folder, what, g_strerror(errno));
	return false;
}

/* What root writes there the daemon could not read: root acts as the folder's owner. A folder
 * that is not there is the daemon's to make. */
static bool become_owner(const char *folder, GError **e)
{
	struct stat st;

	if (stat(folder, &st) < 0)
		return fail(folder, "cannot look into it (has wonted-milter run yet?)",
			    e);
	if (geteuid() != 0 || (st.st_uid == 0 && st.st_gid == 0))
		return true;
	if (setgroups(0, NULL) == 0 && setgid(st.st_gid) == 0 && setuid(st.st_uid) == 0)
		return true;
	return fail(folder, "cannot act as its owner", e);
}

static int run(const char *word, struct request *r)
{
	GError *e = NULL;
	int status = EXIT_USAGE;

	for (size_t i = 0; i < COUNT_OF(sub_commands); i++) {
		if (strcmp(word, sub_commands[i].name) != 0)
			continue;
		if (become_owner(r->options->quarantine_dir, &e))
			r->quarantine = quarantine_open(r->options->quarantine_dir, &e);
		if (r->quarantine == NULL)
			return command_fail("wonted quarantine", e);
		status = sub_commands[i].run(r);
		quarantine_close(r->quarantine);
		return status;
	}
	fprintf(stderr,
		"wonted quarantine: say list, show, release or delete, not \"%s\"\n",
		word);
	return EXIT_USAGE;
}

static bool read_options(struct command_args *args, struct request *r)
{
	const GOptionEntry entries[] = {
		{ "rcpt", 'r', 0, G_OPTION_ARG_STRING, &r->rcpt,
		  "Only this recipient (list: or @domain)", "ADDR" },
		{ "tenant", 'T', 0, G_OPTION_ARG_STRING, &r->tenant,
		  "Only holds of this tenant", "NAME" },
		{ "text", 't', 0, G_OPTION_ARG_STRING, &r->text,
		  "list: only with this in sender, subject or reasons", "TEXT" },
		{ "days", 'd', 0, G_OPTION_ARG_INT, &r->days,
		  "list: only of the last N days", "N" },
		{ "all", 'a', 0, G_OPTION_ARG_NONE, &r->all,
		  "list: also what is no longer held", NULL },
		{ "raw", 0, 0, G_OPTION_ARG_NONE, &r->raw, "show: the message itself",
		  NULL },
		{ "doubtful", 0, 0, G_OPTION_ARG_NONE, &r->doubtful,
		  "list: only what may have been delivered though it is held", NULL },
		{ "again", 0, 0, G_OPTION_ARG_NONE, &r->again,
		  "release: also what may have been delivered already", NULL },
		{ "server", 0, 0, G_OPTION_ARG_STRING, &r->server,
		  "release: through this listener instead of release_smtp", "HOST:PORT" },
		G_OPTION_ENTRY_NULL
	};

	return command_options(
		args, entries, "list|show ID...|release ID...|delete ID...",
		"See and move on what is held. A release goes to the recorded "
		"recipients only,\nthrough release_smtp, and is not filtered again. "
		"An ID is the hold's own or a queue id.");
}

int command_quarantine(int argc, char **argv)
{
	struct command_args args = { .argc = argc, .argv = argv };
	struct request r = { 0 };
	int status = EXIT_WRONG_INPUT;

	if (!read_options(&args, &r))
		return EXIT_USAGE;
	if (args.argc < 2) {
		fputs("wonted quarantine: say list, show, release or delete\n", stderr);
		return EXIT_USAGE;
	}
	r.options = command_config(&args);
	r.ids = args.argv + 2;
	r.who = acts_who(); /* before root is given up */
	r.uid = (int64_t)getuid();
	if (r.options != NULL)
		status = run(args.argv[1], &r);
	options_unref(r.options);
	g_free(r.who);
	g_free(r.rcpt);
	g_free(r.tenant);
	g_free(r.text);
	g_free(r.server);
	command_options_free(&args);
	return status;
}
