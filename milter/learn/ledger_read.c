/* The ledger out of a journal: its events, then its decisions. */
#include "journal/reader.h"
#include "learn/apply.h"
#include "learn/ledger.h"

static void take_event(struct ledger *l, struct bytes line)
{
	struct arena *a = arena_create();
	struct event ev;

	if (event_read(a, line, &ev, NULL))
		ledger_event(l, &ev);
	arena_destroy(&a);
}

static void take_decision(struct ledger *l, struct bytes line)
{
	struct arena *a = arena_create();
	struct recorded r;

	if (recorded_read(a, line, &r, NULL))
		ledger_decision(l, &r);
	arena_destroy(&a);
}

static bool read_all(struct ledger *l, const char *folder,
		     void (*take)(struct ledger *l, struct bytes line), GError **e)
{
	struct journal_reader *r = journal_reader_open(folder, NULL, e);
	enum answer more = r == NULL ? ANSWER_UNKNOWN : ANSWER_YES;
	struct bytes line;

	while (more == ANSWER_YES) {
		more = journal_reader_next(r, &line, e);
		if (more == ANSWER_YES)
			take(l, line);
	}
	journal_reader_close(&r);
	return more == ANSWER_NO;
}

bool ledger_read_events(struct ledger *l, const char *folder, GError **e)
{
	char *events = g_build_filename(folder, FEEDBACK_FOLDER, NULL);
	bool done = !g_file_test(events, G_FILE_TEST_IS_DIR) ||
		    read_all(l, events, take_event, e);

	g_free(events);
	return done;
}

bool ledger_read(struct ledger *l, const char *folder, size_t least, GError **e)
{
	bool done = ledger_read_events(l, folder, e);

	if (done && ledger_events(l) >= least)
		done = read_all(l, folder, take_decision, e);
	return done;
}
