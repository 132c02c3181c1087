/* wonted import: behavior from mail archives, or from the journal. What is learned once is not learned twice, so
 * an import that was broken off is simply begun again. */
#include <stdio.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/plural.h"
#include "base/printable.h"
#include "cmd/command.h"
#include "cmd/import_journal.h"
#include "cmd/progress.h"
#include "cmd/tenant_store.h"
#include "config/pools.h"
#include "learn/archive.h"
#include "learn/learner.h"
#include "message/address.h"

#define FAILURES_SHOWN 20

static const char what[] =
	"Learn who writes to whom, in both directions: from a mail archive, or from a\n"
	"journal. Exactly one of --maildir, --mbox, --messages and --journal is needed.\n"
	"Mail of people of the tenant counts as written by them where it bears no sign\n"
	"of delivery (Return-Path, Delivered-To); other mail counts for --mailbox, or\n"
	"for those whom its Delivered-To, else its To and Cc, name. Folders Junk, Spam,\n"
	"Trash and Drafts of a Maildir are left out. --journal learns what wonted-learn\n"
	"learns, for all tenants. The same message is never counted twice.";

struct import {
	char *maildir, *mbox, *messages, *journal, *mailbox, *tenant;
	const char *path;
	enum archive_kind kind;
	struct learner *learner;
	struct progress *progress;
	struct archive_done archive;
	size_t failures;
	GError *error; /* what stopped it */
};

static bool take(const char *path, struct bytes raw, void *to)
{
	struct import *im = to;
	const struct archive_done *a = &im->archive;

	(void)path;
	if (!learner_take(im->learner, raw, &im->error))
		return false;
	if (a->of_bytes > 0)
		progress_show(im->progress, a->messages, a->bytes, a->of_bytes);
	else
		progress_show(im->progress, a->messages, (int64_t)a->messages,
			      (int64_t)a->of_messages);
	return true;
}

static void failed(const char *path, const GError *e, void *to)
{
	struct import *im = to;
	char *safe;

	(void)path;
	if (im->failures++ >= FAILURES_SHOWN)
		return;
	safe = printable(e->message, 500);
	fprintf(stderr, "wonted import: %s\n", safe);
	g_free(safe);
}

/* Exactly one archive was named. */
static bool choose(struct import *im)
{
	const char *const paths[] = {
		[ARCHIVE_MAILDIR] = im->maildir,
		[ARCHIVE_MBOX] = im->mbox,
		[ARCHIVE_FOLDER] = im->messages,
	};
	int n = im->journal != NULL;

	if (n > 0 && (im->mailbox != NULL || im->tenant != NULL))
		return false; /* its records say whose they are */
	for (int kind = ARCHIVE_MAILDIR; kind <= ARCHIVE_FOLDER; kind++) {
		if (paths[kind] == NULL)
			continue;
		im->path = paths[kind];
		im->kind = (enum archive_kind)kind;
		n++;
	}
	return n == 1;
}

static void say_done(const struct import *im, const struct learner_done *d)
{
	double seconds = progress_seconds(im->progress);

	printf("%zu %s read in %.1f s, %.0f a second\n", d->messages,
	       plural(d->messages, "message", "messages"), seconds,
	       (double)d->messages / seconds);
	printf("  in        %zu\n  out       %zu\n", d->in, d->out);
	printf("  counted   %zu\n  known     %zu\n", d->counted, d->repeated);
	if (d->foreign > 0)
		printf("  foreign   %zu (nobody of the tenant wrote or got it)\n",
		       d->foreign);
	if (d->unaddressed > 0)
		printf("  no rcpt   %zu (written by the tenant; no To, Cc or Bcc says to "
		       "whom)\n",
		       d->unaddressed);
	if (d->automatic > 0)
		printf("  automatic %zu (answers of programs are no relationship)\n",
		       d->automatic);
	if (d->dateless > 0)
		printf("  no date   %zu (missing, before 1990, or in the future)\n",
		       d->dateless);
	if (d->nobody > 0)
		printf("  no sender %zu\n", d->nobody);
	if (d->damaged > 0)
		printf("  damaged   %zu %s of the store could not be read and %s left\n",
		       d->damaged, plural(d->damaged, "record", "records"),
		       plural(d->damaged, "was", "were"));
	if (im->failures > 0)
		printf("  failed    %zu %s\n", im->failures,
		       plural(im->failures, "file or folder", "files or folders"));
	if (d->oldest_s > 0) {
		GDateTime *t = g_date_time_new_from_unix_utc(d->oldest_s);
		char *day = g_date_time_format(t, "%Y-%m-%d");

		printf("  baseline  %s\n", day);
		g_free(day);
		g_date_time_unref(t);
	}
}

static bool learn_all(struct import *im, const struct learner_setup *setup, GError **e)
{
	const struct archive_reading reading = { .take = take,
						 .failed = failed,
						 .to = im };
	struct learner_done done;
	bool good;

	im->learner = learner_create(setup);
	im->progress = progress_create("messages");
	good = archive_read(im->kind, im->path, &reading, &im->archive, e);
	if (im->error != NULL) {
		g_propagate_error(e, im->error);
		good = false;
	}
	good = good && learner_finish(im->learner, e);
	done = learner_done_so_far(im->learner);
	if (good && done.messages == 0) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    im->failures > 0 ? "%s: no message in it could be read"
					     : "%s: there is no message in it",
			    im->path);
		good = false;
	}
	if (good)
		say_done(im, &done);
	progress_destroy(&im->progress);
	learner_destroy(&im->learner);
	return good;
}

static bool import_into(struct import *im, const struct options *o, GError **e)
{
	struct arena *a = arena_create();
	struct learner_setup setup = { .options = o,
				       .now_s = clock_now_s(),
				       .threads = o->learn_workers > 0
							  ? (unsigned)o->learn_workers
							  : g_get_num_processors(),
				       .queue = (unsigned)o->learn_queue };
	bool good = false;

	setup.tenant = tenant_named(o, im->tenant, e);
	if (setup.tenant != NULL && im->mailbox != NULL) {
		setup.mailbox = address_key(a, im->mailbox);
		if (setup.mailbox != NULL)
			setup.mailbox = options_mailbox(o, a, setup.mailbox);
		if (setup.mailbox == NULL ||
		    options_tenant(o, address_domain(setup.mailbox)) != setup.tenant) {
			g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
				    "--mailbox %s: not an address of tenant \"%s\"",
				    im->mailbox, setup.tenant->name);
			setup.tenant = NULL;
		}
	}
	if (setup.tenant != NULL)
		setup.store = configured_store_open(o, true, e);
	if (setup.store != NULL)
		good = learn_all(im, &setup, e);
	store_close(&setup.store);
	arena_destroy(&a);
	return good;
}

static int run(struct import *im, const struct command_args *args)
{
	struct options *o;
	GError *e = NULL;
	bool good;

	if (!choose(im)) {
		fprintf(stderr,
			"%s: exactly one of --maildir, --mbox, --messages and --journal "
			"is needed, and --journal alone; see \"%s --help\"\n",
			args->argv[0], args->argv[0]);
		return EXIT_USAGE;
	}
	o = command_config(args);
	if (o == NULL)
		return EXIT_WRONG_INPUT;
	good = pools_from_environment(o, &e) &&
	       (im->journal != NULL ? import_journal(o, im->journal, &e)
				    : import_into(im, o, &e));
	options_unref(o);
	return good ? EXIT_DONE : command_fail(args->argv[0], e);
}

int command_import(int argc, char **argv)
{
	struct import im = { 0 };
	const GOptionEntry entries[] = {
		{ "maildir", 0, 0, G_OPTION_ARG_FILENAME, &im.maildir,
		  "A Maildir, with its folders", "DIR" },
		{ "mbox", 0, 0, G_OPTION_ARG_FILENAME, &im.mbox, "An mbox file", "FILE" },
		{ "messages", 0, 0, G_OPTION_ARG_FILENAME, &im.messages,
		  "A folder of message files, with its folders", "DIR" },
		{ "journal", 0, 0, G_OPTION_ARG_FILENAME, &im.journal,
		  "A folder of decision records, as journal_dir", "DIR" },
		{ "mailbox", 0, 0, G_OPTION_ARG_STRING, &im.mailbox,
		  "Whose archive it is", "ADDRESS" },
		{ "tenant", 0, 0, G_OPTION_ARG_STRING, &im.tenant,
		  "For whom; may be left out when there is only one", "NAME" },
		G_OPTION_ENTRY_NULL
	};
	struct command_args args = { .argc = argc, .argv = argv, .memory = true };
	int status = EXIT_USAGE;

	if (command_options(&args, entries, what)) {
		status = run(&im, &args);
		command_options_free(&args);
	}
	g_free(im.maildir);
	g_free(im.mbox);
	g_free(im.messages);
	g_free(im.journal);
	g_free(im.mailbox);
	g_free(im.tenant);
	return status;
}
