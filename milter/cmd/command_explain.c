/* Why a message was decided as it was: from the journal by any of its ids, or by deciding a
 * message file anew. */
#include <stdio.h>

#include "base/error.h"
#include "cmd/acts_print.h"
#include "cmd/command.h"
#include "cmd/whatif_print.h"
#include "journal/journal.h"
#include "journal/recorded.h"

/* what became of what was held */
static void tell_acts(const struct options *o, const char *line)
{
	struct arena *a = arena_create();
	struct recorded r;

	if (recorded_read(a, bytes_of(line), &r, NULL) && r.hold_id != NULL) {
		char **ids = g_strsplit(r.hold_id, ",", -1);

		for (char **id = ids; *id != NULL; id++)
			acts_print(o->quarantine_dir, *id, "act         ");
		g_strfreev(ids);
	}
	arena_destroy(&a);
}

static int explain_id(const struct options *o, const char *id, bool facts, bool json)
{
	char *line = NULL, *text = NULL;
	GError *e = NULL;
	int status = EXIT_DONE;

	if (!journal_find(o->journal_dir, id, &line, &e))
		return command_fail("wonted explain", e);
	if (json) {
		puts(line);
	} else if (record_explain(line, facts, &text, &e)) {
		fputs(text, stdout);
		tell_acts(o, line);
		whatif_print_record(o, line);
	} else {
		status = command_fail("wonted explain", e);
	}
	g_free(text);
	g_free(line);
	return status;
}

/* a message file is decided anew, with the facts of today */
static int explain_file(const struct command_args *args, bool json)
{
	char *words[] = { g_strdup("wonted explain"),
			  g_strdup("-c"),
			  g_strdup(args->config),
			  g_strdup(json ? "--json" : "--explain"),
			  g_strdup("--"),
			  g_strdup(args->argv[1]),
			  NULL };
	char *argv[G_N_ELEMENTS(words)];

	memcpy(argv, words, sizeof(words)); /* GOption moves them about */
	int status = command_scan(G_N_ELEMENTS(words) - 1, argv);

	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		g_free(words[i]);
	return status;
}

int command_explain(int argc, char **argv)
{
	struct command_args args = { .argc = argc, .argv = argv };
	gboolean facts = FALSE, json = FALSE;
	const GOptionEntry entries[] = { { "facts", 'a', 0, G_OPTION_ARG_NONE, &facts,
					   "Also all features, facts and signals", NULL },
					 { "json", 'j', 0, G_OPTION_ARG_NONE, &json,
					   "The record as it was written", NULL },
					 G_OPTION_ENTRY_NULL };

	if (!command_options(
		    &args, entries,
		    "An id is the queue id, ours, or the Message-ID. Tell from the "
		    "journal why a message was decided as it was: verdict, "
		    "points,\nreasons, what was done, facts, and the time of each "
		    "stage.\n"
		    "For a message file: \"wonted scan FILE\"."))
		return EXIT_USAGE;
	int status = EXIT_WRONG_INPUT;
	struct options *o = NULL;

	if (g_file_test(args.argv[1], G_FILE_TEST_IS_REGULAR))
		status = explain_file(&args, json);
	else if ((o = command_config(&args)) != NULL)
		status = explain_id(o, args.argv[1], facts, json);
	options_unref(o);
	command_options_free(&args);
	return status;
}
