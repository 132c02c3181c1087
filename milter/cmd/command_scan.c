/* The pipeline driven through another entry: message files instead of the MTA, and an editor
 * that prints instead of acting. Nothing is held, recorded or changed. */
#include <stdio.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/number.h"
#include "base/plural.h"
#include "base/printable.h"
#include "cmd/command.h"
#include "cmd/message_run.h"
#include "cmd/scan_envelopes.h"
#include "cmd/whatif_print.h"
#include "decoding.h"
#include "pipeline.h"

#define PATH_SHOWN 4096

struct scan {
	struct runtime *runtime;
	struct message_told told;
	/* as given */
	char *mail_from, *client, *client_name, *helo, *rules, *store, *envelopes;
	char **rcpts;
	gboolean json, explain, tests, no_dns, summary;
	char *time; /* NULL: now */
	size_t files, failed, late;
	size_t verdicts[VERDICT_COUNT];
	int64_t longest_us, all_us;
	char *longest;
};

/* text   NULL: now */
static bool take_time(struct message_told *told, const char *text)
{
	told->dated = text != NULL;
	told->time_s = 0;
	if (text == NULL || strcmp(text, "date") == 0 ||
	    number_parse(text, 1, G_MAXINT32, &told->time_s))
		return true;
	fputs("wonted scan: --time is seconds since 1970, or \"date\"\n", stderr);
	return false;
}

static bool print_header(void *self, int index, const char *name, const char *value)
{
	char *safe = printable(value, 900);

	(void)self;
	printf("  add header at %d: %s:%s%s\n", index, name, safe[0] == ' ' ? "" : " ",
	       safe);
	g_free(safe);
	return true;
}

static bool print_add(void *self, const char *name, const char *value)
{
	(void)self;
	char *safe = printable(value, 900);

	printf("  add header: %s: %s\n", name, safe);
	g_free(safe);
	return true;
}

static bool print_change(void *self, const char *name, size_t nth, const char *value)
{
	(void)self;
	char *safe = printable(value, 900);

	printf("  change header: %s, number %zu: %s\n", name, nth + 1, safe);
	g_free(safe);
	return true;
}

static bool print_delete(void *self, const char *name, size_t nth)
{
	(void)self;
	printf("  remove header: %s, number %zu\n", name, nth + 1);
	return true;
}

static bool print_body(void *self, struct bytes body)
{
	(void)self;
	printf("  replace body: %zu bytes\n", body.n);
	return true;
}

static bool print_hold(void *self, const struct plan *p, struct plan_hold *h)
{
	(void)self;
	printf("  quarantine: for %zu of the recipients", h->n_rcpts);
	if (p->n_holds > 1)
		printf(", of %s", h->tenant != NULL ? h->tenant->name : "no tenant");
	putchar('\n');
	return true;
}

static bool print_delete_rcpt(void *self, const char *address)
{
	(void)self;
	char *safe = printable(address, LIMIT_ADDRESS_BYTES);

	printf("  take off recipient: %s\n", safe);
	g_free(safe);
	return true;
}

static bool print_add_rcpt(void *self, const char *address)
{
	(void)self;
	char *safe = printable(address, LIMIT_ADDRESS_BYTES);

	printf("  add recipient: %s\n", safe);
	g_free(safe);
	return true;
}

static bool print_reply(void *self, const char *code, const char *xcode, const char *text)
{
	(void)self;
	printf("  reply: %s %s %s\n", code, xcode, text);
	return true;
}

static const struct editor printing = {
	.insert_header = print_header,
	.add_header = print_add,
	.change_header = print_change,
	.delete_header = print_delete,
	.replace_body = print_body,
	.hold = print_hold,
	.delete_rcpt = print_delete_rcpt,
	.add_rcpt = print_add_rcpt,
	.set_reply = print_reply,
};

static void print_decision(const struct decision *d)
{
	char *rcpt = printable(d->rcpt, LIMIT_ADDRESS_BYTES);

	printf("  to %s: %s, %s%s", rcpt, verdict_names[d->verdict],
	       action_names[d->action],
	       d->mode == MODE_OBSERVE ? " (observe: would be)" : "");
	for (int i = 0; i < AXIS_COUNT; i++)
		printf(" %s=%.3g", axis_names[i], (double)d->milli[i] / 1000);
	struct arena *a = arena_create();
	const char *missing = missing_words(a, d->missing);

	printf("%s%s\n", missing != NULL ? " missing: " : "",
	       missing != NULL ? missing : "");
	arena_destroy(&a);
	for (size_t i = 0; i < d->n_reasons; i++) {
		char *text = printable(d->reasons[i].text, LIMIT_REASON_BYTES);

		printf("    %+.3g %s: %s [%s]\n", (double)d->reasons[i].milli / 1000,
		       axis_names[d->reasons[i].axis], text, d->reasons[i].rule);
		g_free(text);
	}
	g_free(rcpt);
}

static void print_record(const struct scan *s, const struct transaction *p)
{
	struct record r;
	char *text = NULL;
	GError *e = NULL;

	transaction_record(p, p->plan.disposition, NULL, &r);
	char *line = record_json(&r);

	if (s->json) {
		puts(line);
	} else if (record_explain(line, true, &text, &e)) {
		fputs(text, stdout);
		whatif_print(p);
	} else {
		command_fail("wonted scan", e);
	}
	g_free(text);
	g_free(line);
}

static const char *answer_word(enum answer a)
{
	return a == ANSWER_YES ? "yes" : a == ANSWER_NO ? "no" : "unknown";
}

/* A rule is worth showing when it hit, could not be decided, or missed by one test. */
static bool is_near(const struct account *c)
{
	size_t missed = 0;

	for (size_t i = 0; i < c->n_tried; i++)
		missed += c->tried[i].depth == 0 && c->tried[i].answer == ANSWER_NO;
	return c->answer != ANSWER_NO || (missed == 1 && c->n_tried > 1);
}

static void print_tried(const struct tried *t)
{
	printf("    %-7s  %*s%s", answer_word(t->answer), (int)t->depth * 4, "", t->text);
	if (t->seen != NULL)
		printf("  [%s]", t->seen);
	putchar('\n');
}

static void print_tests(const struct transaction *p)
{
	const struct ruleset *rs = p->runtime->rules;
	const struct rules_in_force in = { .rules = rs, .rollout = p->rollout };

	for (size_t r = 0; r < p->facts.n_rcpts && p->signals != NULL; r++) {
		struct evidence e = { .arena = p->arena,
				      .features = &p->features,
				      .facts = &p->facts.rcpts[r] };
		const struct account *all = ruleset_explain(&in, &e, &p->signals[r]);
		char *rcpt =
			printable(p->envelope->rcpts[r].address, LIMIT_ADDRESS_BYTES);

		printf("\nrules for %s that hit, could not be decided, or missed by one "
		       "test\n",
		       rcpt);
		g_free(rcpt);
		for (size_t i = 0; i < ruleset_count(rs); i++) {
			if (!is_near(&all[i]))
				continue;
			printf("  %s: %s%s%s\n", all[i].rule->name,
			       answer_word(all[i].answer), all[i].remark ? ", " : "",
			       all[i].remark ? all[i].remark : "");
			for (size_t k = 0; k < all[i].n_tried; k++)
				print_tried(&all[i].tried[k]);
		}
	}
}

static void print_result(const struct scan *s, struct transaction *p, const char *path)
{
	const char *failed = NULL;

	if (s->json || s->explain) {
		print_record(s, p);
		if (s->tests)
			print_tests(p);
		return;
	}
	char *safe = printable(path, PATH_SHOWN);

	printf("%s:\n", safe);
	g_free(safe);
	if (p->envelope->internal)
		printf("  internal: not filtered\n");
	for (size_t i = 0; i < p->decisions.n; i++)
		print_decision(&p->decisions.at[i]);
	plan_carry_out(p->arena, &p->plan, &printing, &failed);
	if (s->tests)
		print_tests(p);
}

static void count(struct scan *s, const struct transaction *p, const char *path,
		  int64_t us)
{
	enum verdict worst = VERDICT_WANTED;

	for (size_t i = 0; i < p->decisions.n; i++)
		if (p->decisions.at[i].verdict > worst)
			worst = p->decisions.at[i].verdict;
	s->files++;
	s->verdicts[worst]++;
	s->all_us += us;
	s->late += p->stopped != NULL;
	if (us <= s->longest_us)
		return;
	s->longest_us = us;
	g_free(s->longest);
	s->longest = g_strdup(path);
}

static void scan_one(const char *path, struct bytes raw, void *user)
{
	struct scan *s = user;
	int64_t begin = clock_mono_us();
	struct transaction *p = message_run(s->runtime, arena_create(), &s->told, raw);

	count(s, p, path, clock_mono_us() - begin);
	if (!s->summary)
		print_result(s, p, path);
	transaction_end(&p);
}

static void scan_failed(GError *e, void *user)
{
	struct scan *s = user;

	s->failed++;
	command_fail("wonted scan", e);
}

static void scan_path(struct scan *s, const char *path)
{
	message_each(path, &(struct message_visitor){ scan_one, scan_failed, s });
}

/* What the table does not tell, options do. */
static void scan_told(struct scan *s, const struct told_file *file)
{
	const struct message_told *t = &file->told;
	const struct message_told usual = s->told;

	if (t->client != NULL)
		s->told.client = t->client;
	if (t->client_name != NULL)
		s->told.client_name = t->client_name;
	if (t->helo != NULL)
		s->told.helo = t->helo;
	if (t->mail_from != NULL)
		s->told.mail_from = t->mail_from;
	if (t->rcpts != NULL)
		s->told.rcpts = t->rcpts;
	if (file->time == NULL || take_time(&s->told, file->time))
		scan_path(s, file->path);
	else
		s->failed++;
	s->told = usual;
}

static void scan_table(struct scan *s)
{
	struct arena *a = arena_create();
	const struct told_file *files;
	GError *e = NULL;
	size_t n;

	if (envelopes_read(a, s->envelopes, &files, &n, &e)) {
		for (size_t i = 0; i < n; i++)
			scan_told(s, &files[i]);
	} else {
		s->failed++;
		command_fail("wonted scan", e);
	}
	arena_destroy(&a);
}

static void print_summary(const struct scan *s)
{
	printf("%zu %s", s->files, plural(s->files, "message", "messages"));
	for (int i = 0; i < VERDICT_COUNT; i++)
		printf(", %zu %s", s->verdicts[i], verdict_names[i]);
	printf("\n%zu unreadable, %zu out of time, %.1f ms a message, longest %.1f "
	       "ms%s%s\n",
	       s->failed, s->late,
	       s->files > 0 ? (double)s->all_us / 1e3 / (double)s->files : 0,
	       (double)s->longest_us / 1e3, s->longest != NULL ? ": " : "",
	       s->longest != NULL ? s->longest : "");
}

static bool read_options(struct command_args *args, struct scan *s)
{
	const GOptionEntry entries[] = {
		{ "json", 'j', 0, G_OPTION_ARG_NONE, &s->json,
		  "One decision record a message, as in the journal", NULL },
		{ "explain", 'e', 0, G_OPTION_ARG_NONE, &s->explain,
		  "Also all features, facts and signals", NULL },
		{ "tests", 't', 0, G_OPTION_ARG_NONE, &s->tests,
		  "Also rules that hit or nearly hit, test by test", NULL },
		{ "from", 'f', 0, G_OPTION_ARG_STRING, &s->mail_from, "Envelope sender",
		  "ADDR" },
		{ "rcpt", 'r', 0, G_OPTION_ARG_STRING_ARRAY, &s->rcpts,
		  "Envelope recipient (more than one: repeat)", "ADDR" },
		{ "client", 'i', 0, G_OPTION_ARG_STRING, &s->client,
		  "Address of the client", "IP" },
		{ "client-name", 0, 0, G_OPTION_ARG_STRING, &s->client_name,
		  "Verified name of the client", "NAME" },
		{ "helo", 0, 0, G_OPTION_ARG_STRING, &s->helo, "Name given in HELO",
		  "NAME" },
		{ "envelopes", 0, 0, G_OPTION_ARG_FILENAME, &s->envelopes,
		  "The files of this table, each with the envelope that stands there",
		  "TABLE" },
		{ "no-dns", 0, 0, G_OPTION_ARG_NONE, &s->no_dns,
		  "Ask nothing of DNS: authentication stays unknown", NULL },
		{ "rules", 0, 0, G_OPTION_ARG_FILENAME, &s->rules, "Rules of this folder",
		  "DIR" },
		{ "store", 0, 0, G_OPTION_ARG_STRING, &s->store, "Facts of this store",
		  "URL" },
		{ "time", 0, 0, G_OPTION_ARG_STRING, &s->time,
		  "When it came in: seconds since 1970, or \"date\", as its Date says",
		  "TIME" },
		{ "summary", 's', 0, G_OPTION_ARG_NONE, &s->summary,
		  "Only count verdicts and times", NULL },
		G_OPTION_ENTRY_NULL
	};

	return command_options(
		args, entries,
		"Show verdict, reasons and what would be done, for message files.\n"
		"Nothing is changed, held or recorded.");
}

int command_scan(int argc, char **argv)
{
	struct command_args args = { .argc = argc, .argv = argv };
	struct scan s = { 0 };
	GError *e = NULL;

	if (!read_options(&args, &s))
		return EXIT_USAGE;
	if (!take_time(&s.told, s.time))
		return EXIT_USAGE;
	if (args.argc < 2 && s.envelopes == NULL) {
		fputs("wonted scan: say which message files or folders, or --envelopes "
		      "TABLE\n",
		      stderr);
		return EXIT_USAGE;
	}
	s.told.mail_from = s.mail_from;
	s.told.client = s.client;
	s.told.client_name = s.client_name;
	s.told.helo = s.helo;
	s.told.rcpts = (const char *const *)s.rcpts;
	struct runtime_setup setup = { .config_path = args.config,
				       .without_dns = s.no_dns,
				       .rules_dir = s.rules,
				       .store = s.store,
				       .decoder = DECODING_PROGRAM,
				       .patient = true };

	s.runtime = runtime_load(&setup, NULL, &e);
	if (s.runtime == NULL)
		return command_fail("wonted scan", e);
	for (int i = 1; i < args.argc; i++)
		scan_path(&s, args.argv[i]);
	if (s.envelopes != NULL)
		scan_table(&s);
	if (s.summary)
		print_summary(&s);
	runtime_release(s.runtime);
	g_free(s.longest);
	g_strfreev(s.rcpts);
	g_free(s.mail_from);
	g_free(s.client);
	g_free(s.client_name);
	g_free(s.helo);
	g_free(s.rules);
	g_free(s.store);
	g_free(s.time);
	g_free(s.envelopes);
	command_options_free(&args);
	return s.failed > 0 ? EXIT_WRONG_INPUT : EXIT_DONE;
}
