/* `wonted top`: the numbers of "wonted status" as they move, what matters first. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/error.h"
#include "base/number.h"
#include "cmd/command.h"
#include "cmd/control.h"

enum { INTERVAL_S = 2, INTERVAL_MOST_S = 3600 };

static const char *const name = "wonted top";

/* how a line of the status is shown */
enum shown {
	SHOWN_AS_IT_IS,
	SHOWN_RATE,   /* so many a second since the last time */
	SHOWN_FAMILY, /* all whose names begin so, as rates */
};

static const struct {
	const char *name;
	enum shown shown;
} rows[] = {
	{ "running", SHOWN_AS_IT_IS },         { "mode", SHOWN_AS_IT_IS },
	{ "rollout_guarded", SHOWN_AS_IT_IS }, { "messages", SHOWN_RATE },
	{ "verdict_", SHOWN_FAMILY },          { "action_", SHOWN_FAMILY },
	{ "messages_degraded", SHOWN_RATE },   { "decide", SHOWN_AS_IT_IS },
	{ "store_batch", SHOWN_AS_IT_IS },     { "ends_now", SHOWN_AS_IT_IS },
	{ "sessions_now", SHOWN_AS_IT_IS },    { "pool_waiting_", SHOWN_FAMILY },
	{ "dns_resolver", SHOWN_AS_IT_IS },    { "holds_now", SHOWN_AS_IT_IS },
	{ "memory_resident", SHOWN_AS_IT_IS }, { "learn_behind", SHOWN_AS_IT_IS },
	{ "feedback_applied", SHOWN_RATE },
};

struct sample {
	GPtrArray *names;   /* in the order of the status */
	GHashTable *values; /* name -> text */
	int64_t at_us;
};

static void take(struct sample *s, const char *answer)
{
	char **lines = g_strsplit(answer, "\n", -1);

	for (char **l = lines; *l != NULL; l++) {
		char *space = strchr(*l, ' ');

		if (space == NULL || !g_ascii_islower(**l) || strchr(*l, '-') != NULL)
			continue;
		*space = '\0';
		char *key = g_strdup(*l);

		g_hash_table_replace(s->values, key, g_strdup(g_strchug(space + 1)));
		g_ptr_array_add(s->names, key);
	}
	g_strfreev(lines);
}

static struct sample *sample(const char *socket, GError **e)
{
	struct sample *s = g_new0(struct sample, 1);
	char *answer = NULL, *learner = control_learn_path(socket);

	s->names = g_ptr_array_new();
	s->values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	s->at_us = clock_mono_us();
	if (control_ask(socket, "status", &answer, e))
		take(s, answer);
	g_free(answer);
	answer = NULL;
	if (access(learner, F_OK) == 0 && control_ask(learner, "status", &answer, NULL))
		take(s, answer);
	g_free(answer);
	g_free(learner);
	return s;
}

static void sample_free(struct sample *s)
{
	if (s == NULL)
		return;
	g_ptr_array_unref(s->names);
	g_hash_table_unref(s->values);
	g_free(s);
}

static void print_one(const struct sample *now, const struct sample *before,
		      const char *of, enum shown shown)
{
	const char *value = g_hash_table_lookup(now->values, of);
	const char *was = before == NULL ? NULL : g_hash_table_lookup(before->values, of);
	int64_t n, m;

	if (value == NULL)
		return;
	printf("%-24s %s", of, value);
	if (shown != SHOWN_AS_IT_IS && was != NULL &&
	    number_parse(value, 0, INT64_MAX, &n) && number_parse(was, 0, n, &m))
		printf("  %.1f/s", (double)(n - m) * G_USEC_PER_SEC /
					   (double)MAX(now->at_us - before->at_us, 1));
	putchar('\n');
}

static void print_all(const struct sample *now, const struct sample *before)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		if (rows[i].shown != SHOWN_FAMILY)
			print_one(now, before, rows[i].name, rows[i].shown);
		for (guint k = 0; k < now->names->len && rows[i].shown == SHOWN_FAMILY;
		     k++)
			if (g_str_has_prefix(now->names->pdata[k], rows[i].name))
				print_one(now, before, now->names->pdata[k],
					  rows[i].shown);
	}
	fflush(stdout);
}

static int watch(const char *socket, int interval_s, int times)
{
	struct sample *before = NULL, *now;
	GError *e = NULL;

	for (int i = 0; (times == 0 || i < times) && e == NULL; i++) {
		if (i > 0)
			g_usleep((gulong)interval_s * G_USEC_PER_SEC);
		now = sample(socket, &e);
		if (e == NULL && isatty(STDOUT_FILENO))
			fputs("\033[H\033[2J", stdout); /* home, and nothing on it */
		else if (i > 0)
			putchar('\n');
		if (e == NULL)
			print_all(now, before);
		sample_free(before);
		before = now;
	}
	sample_free(before);
	return e == NULL ? EXIT_DONE : command_fail(name, e);
}

int command_top(int argc, char **argv)
{
	struct command_args args = { .argc = argc, .argv = argv };
	int interval_s = INTERVAL_S, times = 0, status = EXIT_USAGE;
	const GOptionEntry entries[] = {
		{ "interval", 0, 0, G_OPTION_ARG_INT, &interval_s,
		  "Seconds between two looks; 2 if not said", "N" },
		{ "times", 'n', 0, G_OPTION_ARG_INT, &times,
		  "Look so often, then end; else until it is interrupted", "N" },
		G_OPTION_ENTRY_NULL
	};

	if (command_options(&args, entries,
			    "What the daemons do right now: rates since the last look, "
			    "times, queues. All numbers: wonted status.")) {
		char *socket = control_socket_of(args.config);

		status = watch(socket, CLAMP(interval_s, 1, INTERVAL_MOST_S),
			       MAX(times, 0));
		g_free(socket);
		command_options_free(&args);
	}
	return status;
}
