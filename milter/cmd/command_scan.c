/* The pipeline driven through another entry: message files instead of the MTA, and an editor
 * that prints instead of acting. Nothing is held, recorded or changed. */
#include <stdio.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/number.h"
#include "base/plural.h"
#include "base/printable.h"
#include "cmd/command.h"
#include "cmd/scan_envelopes.h"
#include "cmd/whatif_print.h"
#include "decoding.h"
#include "message/address.h"
#include "message/headers.h"
#include "message/mime.h"
#include "pipeline.h"
#include "session/recipient.h"

#define PATH_SHOWN 4096

struct scan {
	struct runtime *runtime;
	char *mail_from, *client, *client_name, *helo, *rules, *store, *envelopes;
	char **rcpts;
	gboolean json, explain, tests, no_dns, summary;
	char *time;
	size_t files, failed, late;
	size_t verdicts[VERDICT_COUNT];
	int64_t longest_us, all_us;
	char *longest;
};

/* The first address of the first of these headers that has one. */
static const char *address_in(struct arena *a, const struct header_block *block,
			      const char *const *names)
{
	for (; *names != NULL; names++) {
		const struct header *h = headers_find(block->fields, block->n, *names, 0);
		const struct mailaddr *list;
		bool strict;

		if (h != NULL && address_list(a, h->value, &list, &strict) > 0)
			return list[0].address;
	}
	return NULL;
}

static const struct recipient *recipients(struct arena *a, const struct scan *s,
					  const char *const *from, size_t *n_r)
{
	size_t n = g_strv_length((char **)(uintptr_t)from);
	struct recipient *r = arena_new(a, struct recipient, n);

	for (size_t i = 0; i < n; i++) {
		struct recipient_told told = { .path = from[i] };

		recipient_resolve(a, s->runtime->options, &told, &r[i]);
	}
	*n_r = n;
	return r;
}

/* 0: the message's Date */
static bool read_time(const char *text, int64_t *time_s_r)
{
	*time_s_r = 0;
	return strcmp(text, "date") == 0 || number_parse(text, 1, G_MAXINT32, time_s_r);
}

static int64_t received_at(struct arena *a, const char *time,
			   const struct header_block *block)
{
	const struct header *date = headers_find(block->fields, block->n, "Date", 0);
	int64_t time_s = 0;

	if (time != NULL && read_time(time, &time_s) && time_s == 0 && date != NULL)
		time_s = mime_date(a, date->value);
	return time_s != 0 ? time_s : clock_now_s();
}

static bool check_time(const char *time)
{
	int64_t time_s;

	if (time == NULL || read_time(time, &time_s))
		return true;
	fputs("wonted scan: --time is seconds since 1970, or \"date\"\n", stderr);
	return false;
}

/* What a milter would have been told: the table first, then options, else what the headers
 * remember. */
static struct envelope *make_envelope(struct arena *a, const struct scan *s,
				      const struct told *told,
				      const struct header_block *block)
{
	static const char *const senders[] = { "Return-Path", "From", NULL };
	static const char *const rcpts[] = { "Delivered-To", "X-Original-To",
					     "Envelope-To", "To", NULL };
	const char *const found[] = { address_in(a, block, rcpts), NULL };
	struct envelope *e = arena_new(a, struct envelope, 1);
	const char *from =
		told->mail_from != NULL ? told->mail_from : address_in(a, block, senders);

	*e = (struct envelope){
		.client_addr = told->client,
		.client_name = told->client_name,
		.helo = told->helo,
		.mail_from = sender_resolve(a, from != NULL ? from : "", NULL),
		.session_id = "scan",
		.received_s = received_at(a, told->time, block),
		.internal = options_is_internal(s->runtime->options, told->client),
	};
	e->rcpts =
		recipients(a, s, told->rcpts != NULL ? told->rcpts : found, &e->n_rcpts);
	return e;
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

/* The filter would have heard of them from earlier mail. */
static void hear_of_aliases(const struct scan *s, struct arena *a,
			    const struct envelope *env)
{
	const struct options *o = s->runtime->options;
	const struct lookup_setup setup = {
		.options = o,
		.store = s->runtime->store,
		.aliases = s->runtime->aliases,
		.now_s = env->received_s,
		.deadline_us = clock_mono_us() + o->store_deadline_ms * 1000,
	};

	if ((s->runtime->needs & NEED_PAIR) == NEED_PAIR)
		lookup_aliases(a, &setup, env);
}

static bool scan_file(struct scan *s, const char *path, const struct told *told,
		      GError **e)
{
	char *text;
	size_t n;

	if (!file_read(path, LIMIT_MESSAGE_BYTES, &text, &n, e))
		return false;
	struct arena *a = arena_create();
	struct bytes raw = { .at = text, .n = n };
	struct header_block block;
	int64_t begin = clock_mono_us();

	/* an mbox line before the first header belongs to the archive, not to the message */
	if (n > 5 && memcmp(text, "From ", 5) == 0) {
		const char *end = memchr(text, '\n', n);

		raw.n = end == NULL ? 0 : n - (size_t)(end + 1 - text);
		raw.at = end == NULL ? text : end + 1;
	}
	headers_split(a, raw, &block);
	struct transaction *p = transaction_begin(
		s->runtime, a, make_envelope(a, s, told, &block), "scan");

	transaction_headers(p, block.fields, block.n);
	hear_of_aliases(s, a, p->envelope);
	transaction_run(p, raw, 0);
	count(s, p, path, clock_mono_us() - begin);
	if (!s->summary)
		print_result(s, p, path);
	transaction_end(&p);
	g_free(text);
	return true;
}

static struct told told_by_options(const struct scan *s)
{
	return (struct told){ .client = s->client,
			      .client_name = s->client_name,
			      .helo = s->helo,
			      .mail_from = s->mail_from,
			      .time = s->time,
			      .rcpts = (const char *const *)s->rcpts };
}

static void scan_one(struct scan *s, const char *path, const struct told *told)
{
	GError *e = NULL;

	if (scan_file(s, path, told, &e))
		return;
	s->failed++;
	command_fail("wonted scan", e);
}

static void scan_path(struct scan *s, const char *path)
{
	const struct told told = told_by_options(s);
	GError *e = NULL;

	if (!g_file_test(path, G_FILE_TEST_IS_DIR)) {
		scan_one(s, path, &told);
		return;
	}
	GDir *folder = g_dir_open(path, 0, &e);

	if (folder == NULL) {
		s->failed++;
		command_fail("wonted scan", e);
		return;
	}
	for (const char *name; (name = g_dir_read_name(folder)) != NULL;) {
		char *below = g_build_filename(path, name, NULL);

		/* a link below could lead in a circle; one that is named is followed */
		if (!g_file_test(below, G_FILE_TEST_IS_SYMLINK))
			scan_path(s, below);
		g_free(below);
	}
	g_dir_close(folder);
}

/* What the table does not tell, options do. */
static void scan_told(struct scan *s, const struct told_file *file)
{
	struct told told = told_by_options(s);
	const struct told *t = &file->told;

	told.client = t->client != NULL ? t->client : told.client;
	told.client_name = t->client_name != NULL ? t->client_name : told.client_name;
	told.helo = t->helo != NULL ? t->helo : told.helo;
	told.mail_from = t->mail_from != NULL ? t->mail_from : told.mail_from;
	told.rcpts = t->rcpts != NULL ? t->rcpts : told.rcpts;
	told.time = t->time != NULL ? t->time : told.time;
	if (check_time(told.time))
		scan_one(s, file->path, &told);
	else
		s->failed++;
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
	if (!check_time(s.time))
		return EXIT_USAGE;
	if (args.argc < 2 && s.envelopes == NULL) {
		fputs("wonted scan: say which message files or folders, or --envelopes "
		      "TABLE\n",
		      stderr);
		return EXIT_USAGE;
	}
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
