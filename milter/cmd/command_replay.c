/* `wonted replay`: what other rules would have made of the mail that came. */
#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/error.h"
#include "cmd/command.h"
#include "cmd/filter.h"
#include "cmd/listing.h"
#include "cmd/replay.h"
#include "decoding.h"
#include "text/model.h"

enum { ROWS_SHOWN = 20 };

static const char *const name = "wonted replay";

struct wanted {
	char *since, *until, *rules, *journal, *messages, *model;
	gboolean json, no_dns;
};

static void print_count(const struct replay_count *c)
{
	printf("  %8" PRId64 " %8" PRId64 " %8" PRId64 "   %8" PRId64 " %8" PRId64
	       " %8" PRId64 "   %8" PRId64 "  ",
	       c->held, c->held_said[LEDGER_RESCUED], c->held_said[LEDGER_ANSWERED],
	       c->passed, c->passed_said[LEDGER_RESCUED], c->passed_said[LEDGER_ANSWERED],
	       c->otherwise);
	listing_put_text(c->name, 200);
	putchar('\n');
}

static void print_table(const char *what, GHashTable *counts)
{
	GPtrArray *list = replay_counts(counts);

	printf("by %s:\n", what);
	for (guint i = 0; i < list->len && i < ROWS_SHOWN; i++)
		print_count(list->pdata[i]);
	if (list->len > ROWS_SHOWN)
		printf("  and %u more\n", list->len - ROWS_SHOWN);
	g_ptr_array_unref(list);
}

static void print_done(const struct replay_done *d, const struct ruleset *rules)
{
	printf("replayed %" PRId64 " messages to %" PRId64 " recipients with rules %s\n"
	       "the same: %" PRId64 "\nundecidable: %" PRId64 "\nnot replayed: %" PRId64
	       "\n",
	       d->messages, d->rcpts, ruleset_id(rules), d->same, d->undecidable,
	       d->incomplete);
	printf("newly held: %" PRId64 ", newly passed: %" PRId64
	       ", otherwise changed: %" PRId64 "\n",
	       d->all.held, d->all.passed, d->all.otherwise);
	if (d->all.held + d->all.passed + d->all.otherwise == 0)
		return;
	puts("      HELD  RESCUED ANSWERED     PASSED  RESCUED ANSWERED  OTHERWISE");
	print_table("rule", d->rules);
	print_table("domain", d->domains);
}

static bool run(const struct options *o, const struct wanted *w, struct replay_setup *s,
		GError **e)
{
	const char *folder = w->journal != NULL ? w->journal : o->journal_dir;
	struct replay_done done;
	bool good = replay_journal(s, folder, &done, e);

	if (good && !s->json)
		print_done(&done, s->rules);
	if (good && done.unread > 0)
		fprintf(stderr,
			"%s: %" PRId64 " lines are no decisions, and were left "
			"out\n",
			name, done.unread);
	replay_done_free(&done);
	return good;
}

static int replay(const struct options *o, const struct wanted *w)
{
	int64_t now_s = clock_now_s();
	struct ledger *ledger = ledger_create(&(struct ledger_setup){ .options = o });
	struct ruleset *rules = NULL;
	struct rollout *rollout = rollout_load(o->rollout_file, NULL);
	struct replay_setup s = { .options = o,
				  .rollout = rollout,
				  .ledger = ledger,
				  .threads = g_get_num_processors(),
				  .json = w->json };
	GError *e = NULL;

	if (filter_time("--since", w->since, now_s, &s.since_s, &e) &&
	    filter_time("--until", w->until, now_s, &s.until_s, &e))
		rules = ruleset_load(w->rules != NULL ? w->rules : o->rules_dir, &e);
	s.rules = rules;
	if (rules != NULL &&
	    ledger_read_events(ledger, w->journal != NULL ? w->journal : o->journal_dir,
			       &e))
		run(o, w, &s, &e);
	ledger_destroy(&ledger);
	ruleset_free(rules);
	rollout_unref(rollout);
	return e == NULL ? EXIT_DONE : command_fail(name, e);
}

/* The same, of messages in files: before are the rules in force. */
static int of_messages(const char *config, const struct wanted *w)
{
	struct runtime_setup setup = { .config_path = config,
				       .without_dns = w->no_dns,
				       .decoder = DECODING_PROGRAM,
				       .patient = true };
	const struct message_told told = { .dated = true };
	struct replay_done done;
	struct replay_messages m = { .told = &told, .json = w->json, .done = &done };
	GError *e = NULL;

	m.was = runtime_load(&setup, NULL, &e);
	setup.rules_dir = w->rules;
	setup.text_model = w->model;
	m.now = m.was == NULL ? NULL : runtime_load(&setup, m.was, &e);
	replay_done_init(&done);
	if (m.now != NULL)
		replay_messages(&m, w->messages);
	if (m.now != NULL && !w->json)
		print_done(&done, m.now->rules);
	replay_done_free(&done);
	runtime_release(m.now);
	runtime_release(m.was);
	if (e != NULL)
		return command_fail(name, e);
	return m.failed > 0 ? EXIT_WRONG_INPUT : EXIT_DONE;
}

/* What chooses records does not choose files. */
static int choose(const struct command_args *args, const struct wanted *w)
{
	if (w->messages == NULL && w->model != NULL) {
		fprintf(stderr,
			"%s: records have no texts that a model could be asked about: "
			"--model needs --messages\n",
			name);
		return EXIT_USAGE;
	}
	if (w->messages == NULL) {
		struct options *o = command_config(args);
		int status = o == NULL ? EXIT_WRONG_INPUT : replay(o, w);

		options_unref(o);
		return status;
	}
	if (w->since == NULL && w->until == NULL && w->journal == NULL)
		return of_messages(args->config, w);
	fprintf(stderr,
		"%s: --messages decides files; --since, --until and --journal choose "
		"records\n",
		name);
	return EXIT_USAGE;
}

int replay_report(const struct options *o, const char *rules, const char *since)
{
	char *of = g_strdup(rules), *from = g_strdup(since);
	const struct wanted w = { .since = from, .rules = of };
	int status = replay(o, &w);

	g_free(of);
	g_free(from);
	return status;
}

int command_replay(int argc, char **argv)
{
	struct command_args args = { .argc = argc, .argv = argv };
	struct wanted w = { 0 };
	const GOptionEntry entries[] = {
		{ "rules", 0, 0, G_OPTION_ARG_FILENAME, &w.rules,
		  "Folder of the rules to try; without it those in force", "DIR" },
		{ "since", 0, 0, G_OPTION_ARG_STRING, &w.since,
		  "Received since then: a date, or how long ago (3d, 12h)", "TIME" },
		{ "until", 0, 0, G_OPTION_ARG_STRING, &w.until, "Received before then",
		  "TIME" },
		{ "journal", 0, 0, G_OPTION_ARG_FILENAME, &w.journal,
		  "Another journal than the configured one", "DIR" },
		{ "messages", 0, 0, G_OPTION_ARG_FILENAME, &w.messages,
		  "Decide message files of this folder instead, by the rules in force "
		  "and "
		  "by --rules",
		  "DIR" },
		{ "model", 0, 0, G_OPTION_ARG_FILENAME, &w.model,
		  "--messages: by this text model, a base or a delta, in the place of "
		  "that in force",
		  "FILE" },
		{ "no-dns", 0, 0, G_OPTION_ARG_NONE, &w.no_dns,
		  "--messages: ask nothing of DNS: authentication stays unknown", NULL },
		{ "json", 'j', 0, G_OPTION_ARG_NONE, &w.json,
		  "A line of JSON for each message: what would be decided; with "
		  "--messages, "
		  "for each recipient of whom it would be otherwise",
		  NULL },
		G_OPTION_ENTRY_NULL
	};
	int status = EXIT_USAGE;

	if (command_options(&args, entries,
			    "Decide the recorded messages again, by other rules. Nothing "
			    "is asked, "
			    "learned, held\nor sent. RESCUED and ANSWERED tell what the "
			    "recipients "
			    "did with those messages.\nundecidable: a rule asks for "
			    "texts or headers "
			    "that the record does not answer.")) {
		status = choose(&args, &w);
		command_options_free(&args);
	}
	g_free(w.messages);
	g_free(w.model);
	g_free(w.since);
	g_free(w.until);
	g_free(w.rules);
	g_free(w.journal);
	return status;
}
