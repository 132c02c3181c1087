/* Names and addresses in the log are foreign: all of a line is made printable. */
#include "cmd/acts_print.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/printable.h"
#include "cmd/listing.h"
#include "quarantine/acts.h"

enum { LINE_BYTES = 2000 };

static void print_act(const struct act *act, void *label)
{
	char *when = listing_time_exact(act->time_s);
	char *rcpts = g_strjoinv(", ", (char **)(guintptr)act->rcpts);
	char *line = g_strdup_printf("%s  %s by %s (uid %" PRId64 ", %s): %s; for %s",
				     when, act->what, act->who, act->uid, act->tool,
				     act->outcome, rcpts[0] != '\0' ? rcpts : "nobody");
	char *safe = printable(line, LINE_BYTES);

	printf("%s %s\n", (const char *)label, safe);
	g_free(safe);
	g_free(line);
	g_free(rcpts);
	g_free(when);
}

void acts_print(const char *folder, const char *hold, const char *label)
{
	GError *e = NULL;

	if (!acts_list(folder, hold, print_act, (void *)(uintptr_t)label, &e)) {
		fprintf(stderr, "wonted: %s\n", e->message);
		g_error_free(e);
	}
}
