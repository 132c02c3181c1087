/* Who saw, released, deleted or changed what: shown, checked, and persons taken out of it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "audit/audit.h"
#include "base/clock.h"
#include "base/compiler.h"
#include "base/error.h"
#include "base/plural.h"
#include "base/printable.h"
#include "cmd/command.h"
#include "cmd/listing.h"
#include "cmd/user.h"
#include "quarantine/acts.h"

enum { FIELD_BYTES = 400 };

struct request {
	const struct options *options;
	char *address;
	char *hold, *head, *why;
	gboolean json, yes;
	char *who;
	int64_t uid;
};

static const char *const name = "wonted audit";

/* ---- verify ---- */

static int do_verify(struct request *r)
{
	struct audit_seen seen;
	GError *e = NULL;

	if (!audit_verify(r->options->audit_dir, r->head, &seen, &e))
		return command_fail(name, e);
	if (r->json) {
		GString *out = listing_json_begin();

		listing_json_int(out, "lines", (int64_t)seen.lines);
		listing_json_text(out, "head", seen.head);
		listing_json_bool(out, "broken_off", seen.broken_off);
		listing_json_print(out);
		return EXIT_DONE;
	}
	printf("the chain is whole: %" PRIu64 " %s\nhead %s\n", seen.lines,
	       plural(seen.lines, "line", "lines"), seen.head);
	if (seen.broken_off)
		puts("a last line was broken off while it was written; nobody was told "
		     "that it is there, and the next entry takes its place");
	return EXIT_DONE;
}

/* ---- show ---- */

static void put_word(const char *label, const char *text)
{
	char *safe =
		text == NULL || text[0] == '\0' ? NULL : printable(text, FIELD_BYTES);

	if (safe != NULL)
		printf("  %s%s%s", label, label[0] != '\0' ? " " : "", safe);
	g_free(safe);
}

static void print_line(const struct audit_entry *x)
{
	char *when = listing_time_exact(x->time_s);

	fputs(when, stdout);
	put_word("", x->what);
	put_word("", x->outcome);
	put_word("by", x->who);
	put_word("as", x->role);
	put_word("with", x->tool);
	put_word("tenant", x->tenant);
	put_word("hold", x->hold);
	for (const char *const *rcpt = x->rcpts; *rcpt != NULL; rcpt++)
		put_word("for", *rcpt);
	put_word("why", x->why);
	putchar('\n');
	g_free(when);
}

static void print_json(const struct audit_entry *x)
{
	GString *out = listing_json_begin();

	listing_json_int(out, "time_s", x->time_s);
	listing_json_text(out, "what", x->what);
	listing_json_text(out, "outcome", x->outcome);
	listing_json_text(out, "who", x->who);
	listing_json_int(out, "uid", x->uid);
	listing_json_text(out, "role", x->role);
	listing_json_text(out, "tool", x->tool);
	listing_json_text(out, "tenant", x->tenant);
	listing_json_text(out, "hold", x->hold);
	listing_json_texts(out, "recipients", x->rcpts,
			   g_strv_length((char **)(uintptr_t)x->rcpts));
	listing_json_text(out, "why", x->why);
	listing_json_print(out);
}

static bool show_one(const struct audit_entry *x, void *user)
{
	const struct request *r = user;

	if (r->hold != NULL && strcmp(r->hold, x->hold) != 0)
		return true;
	if (r->json)
		print_json(x);
	else
		print_line(x);
	return true;
}

static int do_show(struct request *r)
{
	GError *e = NULL;

	return audit_list(r->options->audit_dir, 0, show_one, r, &e)
		       ? EXIT_DONE
		       : command_fail(name, e);
}

/* ---- erase ---- */

static bool is_agreed(const struct request *r)
{
	if (r->yes)
		return true;
	fprintf(stderr,
		"%s erase: nobody will be able to read <%s> in the audit file any more, "
		"and nothing brings it back. Nothing is done; say --yes to do it\n",
		name, r->address);
	return false;
}

static int do_erase(struct request *r)
{
	const struct audit_entry by = { .time_s = clock_now_s(),
					.what = "erase",
					.who = r->who,
					.uid = r->uid,
					.tool = name,
					.outcome = "done",
					.why = r->why };
	bool was_there = false;
	GError *e = NULL;

	if (!is_agreed(r))
		return EXIT_USAGE;
	if (!audit_erase(r->options->audit_dir, r->address, &by, &was_there, &e))
		return command_fail(name, e);
	printf("%s: %s\n", r->address,
	       was_there ? "erased from the audit file"
			 : "the audit file has nothing of it");
	return EXIT_DONE;
}

static const struct {
	const char *name;
	int (*run)(struct request *r);
} sub_commands[] = {
	{ "verify", do_verify },
	{ "show", do_show },
	{ "erase", do_erase },
};

static int run(const struct command_args *args, const struct options *o, void *user)
{
	struct request *r = user;
	GError *e = NULL;
	size_t row = command_row(args, &sub_commands->name, sizeof(*sub_commands),
				 COUNT_OF(sub_commands));

	r->options = o;
	r->address = args->argc > 2 ? args->argv[2] : NULL;
	/* no folder yet: nobody has done anything */
	if (access(r->options->audit_dir, F_OK) == 0 &&
	    !user_become_owner("audit_dir", r->options->audit_dir, &e))
		return command_fail(name, e);
	return sub_commands[row].run(r);
}

static bool read_options(struct command_args *args, struct request *r)
{
	const GOptionEntry entries[] = {
		{ "head", 0, 0, G_OPTION_ARG_STRING, &r->head,
		  "verify: a head that was noted before has to be part of the chain",
		  "HASH" },
		{ "hold", 0, 0, G_OPTION_ARG_STRING, &r->hold,
		  "show: only what was done to this hold", "ID" },
		{ "json", 'j', 0, G_OPTION_ARG_NONE, &r->json,
		  "show, verify: as lines of JSON", NULL },
		{ "why", 'w', 0, G_OPTION_ARG_STRING, &r->why,
		  "erase: why, in your words", "TEXT" },
		{ "yes", 'y', 0, G_OPTION_ARG_NONE, &r->yes, "erase: do it", NULL },
		G_OPTION_ENTRY_NULL
	};

	return command_options(
		args, entries,
		"Who saw, released, deleted or changed what, and why, in audit_dir. Each "
		"line of the\nfile holds the hash of the one before. Addresses are kept "
		"under a key of their own\nperson; erase destroys it, and the chain "
		"stays "
		"whole.");
}

static void clear(struct request *r)
{
	g_free(r->hold);
	g_free(r->head);
	g_free(r->why);
	g_free(r->who);
}

int command_audit(int argc, char **argv)
{
	struct command_args args = { .argc = argc, .argv = argv };
	struct request r = { .who = acts_who(), .uid = getuid() };
	int status = EXIT_USAGE;

	if (read_options(&args, &r))
		status = command_configured(&args, run, &r);
	clear(&r);
	return status;
}
