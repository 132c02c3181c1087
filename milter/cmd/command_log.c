/* Which messages came, and what became of them: the journal, looked through by what a postmaster
 * knows of a message. Texts are foreign: nothing of them reaches a terminal as it is. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/error.h"
#include "base/plural.h"
#include "cmd/command.h"
#include "cmd/filter.h"
#include "cmd/listing.h"
#include "journal/reader.h"
#include "journal/recorded.h"

enum { SHOWN = 100, ADDRESS_BYTES = 60, SUBJECT_BYTES = 60, RCPTS_SHOWN = 3 };

static const char *const name = "wonted log";

/* What is NULL or 0 asks for nothing. */
struct wanted {
	char *from, *to, *subject, *message_id, *client, *rule, *verdict, *since, *until;
	int64_t since_s, until_s;
	int limit;
	gboolean all, json;
};

/* the newest lines that match, the oldest first */
struct found {
	GQueue lines; /* of GString */
	size_t most, n;
	size_t unread; /* lines that are no records */
};

/* ---- does it match? ---- */

static bool holds(const char *text, const char *part)
{
	return part == NULL || (text != NULL && strcasestr(text, part) != NULL);
}

static bool feature_holds(const struct recorded *r, enum feature_id id, const char *part)
{
	const struct value *v = &r->features.at[id];

	return part == NULL ||
	       (r->has_features && v->known == ANSWER_YES && holds(v->text, part));
}

static bool is_from(const struct recorded *r, const char *part)
{
	return holds(r->mail_from, part) ||
	       feature_holds(r, FEATURE_FROM_ADDRESS, part) ||
	       feature_holds(r, FEATURE_FROM_NAME, part);
}

static bool has_rule(const struct recorded_rcpt *r, const char *rule)
{
	bool is = rule == NULL;

	for (size_t i = 0; i < r->n_reasons && !is; i++)
		is = strcmp(r->reasons[i].rule, rule) == 0;
	return is;
}

/* one recipient who is all that is asked for */
static bool has_rcpt(const struct recorded *r, const struct wanted *w)
{
	for (size_t i = 0; i < r->n_rcpts; i++) {
		const struct recorded_rcpt *to = &r->rcpts[i];

		if (holds(to->address, w->to) && has_rule(to, w->rule) &&
		    (w->verdict == NULL ||
		     (to->verdict < VERDICT_COUNT &&
		      strcmp(verdict_names[to->verdict], w->verdict) == 0)))
			return true;
	}
	return w->to == NULL && w->rule == NULL && w->verdict == NULL;
}

static bool matches(const struct recorded *r, const struct wanted *w)
{
	return r->time_s >= w->since_s && (w->until_s == 0 || r->time_s < w->until_s) &&
	       (w->client == NULL ||
		(r->client != NULL && strcmp(r->client, w->client) == 0)) &&
	       (w->from == NULL || is_from(r, w->from)) &&
	       feature_holds(r, FEATURE_SUBJECT, w->subject) &&
	       feature_holds(r, FEATURE_MESSAGE_ID, w->message_id) && has_rcpt(r, w);
}

/* ---- printing ---- */

static const char *verdict_word(const struct recorded *r, const struct recorded_rcpt *to)
{
	return to->verdict < VERDICT_COUNT ? verdict_names[to->verdict]
	       : r->internal               ? "own"
					   : "-";
}

static void print_rcpt(const struct recorded *r, const struct recorded_rcpt *to)
{
	printf("    %-10s to ", verdict_word(r, to));
	listing_put_text(to->address, ADDRESS_BYTES);
	if (to->done < ACTION_COUNT)
		printf(", %s", action_names[to->done]);
	if (to->n_reasons > 0) {
		fputs("  by ", stdout);
		listing_put_text(to->reasons[0].rule, ADDRESS_BYTES);
	}
	putchar('\n');
}

/* of many recipients the first that match */
static void print_row(const struct recorded *r, const struct wanted *w)
{
	const struct value *subject = &r->features.at[FEATURE_SUBJECT];
	char *when = listing_time(r->time_s);
	size_t shown = 0, i = 0;

	listing_put_text(r->queue_id != NULL ? r->queue_id : r->id, ADDRESS_BYTES);
	printf("  %s  from ", when);
	g_free(when);
	listing_put_text(r->mail_from != NULL && *r->mail_from == '\0' ? "<>"
								       : r->mail_from,
			 ADDRESS_BYTES);
	if (r->has_features && subject->known == ANSWER_YES) {
		fputs("  \"", stdout);
		listing_put_text(subject->text, SUBJECT_BYTES);
		putchar('"');
	}
	putchar('\n');
	for (; i < r->n_rcpts && shown < RCPTS_SHOWN; i++) {
		struct recorded one = *r;

		one.rcpts = &r->rcpts[i];
		one.n_rcpts = 1;
		if (!has_rcpt(&one, w))
			continue;
		print_rcpt(r, &r->rcpts[i]);
		shown++;
	}
	if (i < r->n_rcpts)
		printf("    and %zu %s\n", r->n_rcpts - i,
		       plural(r->n_rcpts - i, "recipient", "recipients"));
}

static void print_one(const struct wanted *w, const struct recorded *r, struct bytes line)
{
	if (!w->json)
		print_row(r, w);
	else
		printf("%.*s\n", (int)line.n, line.at);
}

static void print_header(const struct wanted *w)
{
	if (!w->json)
		listing_header("QUEUE-ID  RECEIVED  FROM  \"SUBJECT\"\n"
			       "    VERDICT    RECIPIENT, WHAT WAS DONE  RULE");
}

/* ---- looking ---- */

/* all are printed as they are found, the newest when it is known which they are */
static void keep(struct found *f, const struct wanted *w, const struct recorded *r,
		 struct bytes line)
{
	if (f->n++ == 0)
		print_header(w);
	if (w->all) {
		print_one(w, r, line);
		return;
	}
	g_queue_push_tail(&f->lines, g_string_new_len(line.at, (gssize)line.n));
	if (f->lines.length > f->most)
		g_string_free(g_queue_pop_head(&f->lines), TRUE);
}

static void look_at(struct bytes line, const struct wanted *w, struct found *f)
{
	struct arena *a = arena_create();
	struct recorded r;

	if (!recorded_read(a, line, &r, NULL))
		f->unread += line.n > 0;
	else if (matches(&r, w))
		keep(f, w, &r, line);
	arena_destroy(&a);
}

static bool look(const char *folder, const struct wanted *w, struct found *f, GError **e)
{
	struct journal_reader *r = journal_reader_open(folder, NULL, e);
	enum answer more = r == NULL ? ANSWER_UNKNOWN : ANSWER_YES;

	while (more == ANSWER_YES) {
		struct bytes line;

		more = journal_reader_next(r, &line, e);
		if (more == ANSWER_YES)
			look_at(line, w, f);
	}
	if (r != NULL)
		f->unread += journal_reader_left_out(r);
	journal_reader_close(&r);
	return more == ANSWER_NO;
}

static void print_kept(struct found *f, const struct wanted *w)
{
	GString *kept;

	while ((kept = g_queue_pop_head(&f->lines)) != NULL) {
		struct bytes line = { kept->str, kept->len };
		struct arena *a = arena_create();
		struct recorded r;

		if (recorded_read(a, line, &r, NULL))
			print_one(w, &r, line);
		arena_destroy(&a);
		g_string_free(kept, TRUE);
	}
}

static void say_rest(const struct found *f, const struct wanted *w)
{
	if (f->n == 0 && !w->json)
		puts("no message matches");
	if (!w->all && f->n > f->most)
		fprintf(stderr,
			"%s: %zu more match, and are older; see --limit and --all\n",
			name, f->n - f->most);
	if (f->unread > 0)
		fprintf(stderr, "%s: %zu %s of the journal %s\n", name, f->unread,
			plural(f->unread, "line", "lines"),
			plural(f->unread, "is no record, and was left out",
			       "are no records, and were left out"));
}

/* ---- the command ---- */

static bool read_wanted(struct wanted *w, GError **e)
{
	const char *names[VERDICT_COUNT + 1] = { NULL };
	int64_t now_s = clock_now_s();

	memcpy(names, verdict_names, sizeof(verdict_names));
	if (w->limit < 0)
		return filter_wrong(e, "--limit", "", "a number of messages, 1 or more");
	return filter_time("--since", w->since, now_s, &w->since_s, e) &&
	       filter_time("--until", w->until, now_s, &w->until_s, e) &&
	       filter_word("--verdict", w->verdict, names, VERDICT_COUNT, e);
}

static int run(const struct options *o, struct wanted *w)
{
	struct found f = { .lines = G_QUEUE_INIT,
			   .most = w->limit > 0 ? (size_t)w->limit : SHOWN };
	GError *e = NULL;

	if (!read_wanted(w, &e) || !look(o->journal_dir, w, &f, &e))
		return command_fail(name, e);
	print_kept(&f, w);
	say_rest(&f, w);
	return EXIT_DONE;
}

static void wanted_free(struct wanted *w)
{
	char *const texts[] = { w->from, w->to,      w->subject, w->message_id, w->client,
				w->rule, w->verdict, w->since,   w->until };

	for (size_t i = 0; i < COUNT_OF(texts); i++)
		g_free(texts[i]);
}

int command_log(int argc, char **argv)
{
	struct command_args args = { .argc = argc, .argv = argv };
	struct wanted w = { 0 };
	const GOptionEntry entries[] = {
		{ "from", 0, 0, G_OPTION_ARG_STRING, &w.from,
		  "Part of the sender: of the envelope, of From, or the name there",
		  "TEXT" },
		{ "to", 0, 0, G_OPTION_ARG_STRING, &w.to, "Part of a recipient's address",
		  "TEXT" },
		{ "subject", 0, 0, G_OPTION_ARG_STRING, &w.subject, "Part of the subject",
		  "TEXT" },
		{ "message-id", 0, 0, G_OPTION_ARG_STRING, &w.message_id,
		  "Part of the Message-ID", "TEXT" },
		{ "client", 0, 0, G_OPTION_ARG_STRING, &w.client,
		  "IP address that it came from", "ADDRESS" },
		{ "rule", 0, 0, G_OPTION_ARG_STRING, &w.rule,
		  "A rule that gave points to a recipient", "NAME" },
		{ "verdict", 0, 0, G_OPTION_ARG_STRING, &w.verdict,
		  "Verdict for a recipient", "WORD" },
		{ "since", 0, 0, G_OPTION_ARG_STRING, &w.since,
		  "Received since then: a date, or how long ago (3d, 12h)", "TIME" },
		{ "until", 0, 0, G_OPTION_ARG_STRING, &w.until, "Received before then",
		  "TIME" },
		{ "limit", 'n', 0, G_OPTION_ARG_INT, &w.limit,
		  "Only so many, the newest; 100 if not said", "N" },
		{ "all", 'a', 0, G_OPTION_ARG_NONE, &w.all, "All that match", NULL },
		{ "json", 'j', 0, G_OPTION_ARG_NONE, &w.json,
		  "The records as they were written, one a line", NULL },
		G_OPTION_ENTRY_NULL
	};
	int status = EXIT_USAGE;
	struct options *o = NULL;

	if (command_options(&args, entries,
			    "Find messages in the journal, the oldest first; all options "
			    "that are given must fit. What a\nrecord may hold says "
			    "journal_pii. More of one message: \"wonted explain "
			    "QUEUE-ID\".")) {
		o = command_config(&args);
		status = o == NULL ? EXIT_WRONG_INPUT : run(o, &w);
		options_unref(o);
		command_options_free(&args);
	}
	wanted_free(&w);
	return status;
}
