/* Summaries of held mail: sending what is due (by a timer), and seeing what goes out. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "audit/audit.h"
#include "base/clock.h"
#include "base/compiler.h"
#include "base/error.h"
#include "base/log.h"
#include "base/plural.h"
#include "base/printable.h"
#include "cmd/command.h"
#include "cmd/listing.h"
#include "cmd/user.h"
#include "message/address.h"
#include "message/message.h"
#include "quarantine/acts.h"
#include "quarantine/scope.h"
#include "review/digest.h"
#include "review/digest_text.h"
#include "review/link.h"
#include "review/outgoing.h"

#define ADDRESS_BYTES 320

struct request {
	const struct options *options;
	struct quarantine *quarantine;
	char **words, *mailbox, *why, *who, *link_key;
	gboolean dry, soon, html, raw, json, codes;
	int64_t uid;
};

static const char *const name = "wonted digest";

static struct digest_job job_of(const struct request *r)
{
	return (struct digest_job){ .options = r->options,
				    .quarantine = r->quarantine,
				    .link_key = r->link_key,
				    .now_s = clock_now_s(),
				    .mailbox = r->mailbox,
				    .dry = r->dry,
				    .soon = r->soon };
}

/* what links are made of */
static bool take_links(struct request *r, GError **e)
{
	if (r->options->review_url[0] == '\0') {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    "review_url is not set: links begin with it");
		return false;
	}
	r->link_key = link_key_read(r->options->review_key, e);
	return r->link_key != NULL;
}

/* ---- send ---- */

static void told(const struct digest *d, const GError *e, void *user)
{
	const struct request *r = user;
	char *safe = printable(d->mailbox, ADDRESS_BYTES);

	if (e == NULL)
		printf("%s: %u %s%s%s\n", safe, d->ids->len,
		       plural(d->ids->len, "message", "messages"),
		       d->codes ? " with one-time codes" : "",
		       r->dry ? ", would be told" : "");
	g_free(safe);
}

static int do_send(struct request *r)
{
	struct digest_status done;
	GError *e = NULL;

	if (!take_links(r, &e))
		return command_fail(name, e);
	struct digest_job job = job_of(r);

	job.told = told;
	job.user = r;
	if (digest_run(&job, &done, &e)) {
		if (done.failed > 0)
			fprintf(stderr,
				"%s: %" G_GINT64_FORMAT " could not be sent; see "
				"above, they are tried again with the next hour\n",
				name, done.failed);
		return EXIT_DONE;
	}
	return command_fail(name, e);
}

/* ---- show ---- */

static void print_digest(const struct request *r, const struct digest *d)
{
	struct digest_text t =
		digest_text(d, r->link_key, d->sent.serial + 1, clock_now_s());
	const struct outgoing m = { .tenant = d->tenant,
				    .to = d->address,
				    .subject = t.subject,
				    .text = t.text,
				    .html = t.html,
				    .now_s = clock_now_s() };
	char *message = outgoing_message(&m);

	if (r->raw)
		fputs(message, stdout);
	else if (r->html)
		fputs(t.html, stdout);
	else
		printf("Subject: %s\n\n%s", t.subject, t.text);
	g_free(message);
	digest_text_clear(&t);
}

static void json_digest(const struct digest *d)
{
	GString *out = listing_json_begin();

	listing_json_text(out, "mailbox", d->mailbox);
	listing_json_int(out, "messages", d->ids->len);
	listing_json_texts(out, "ids", (const char *const *)d->ids->pdata, d->ids->len);
	listing_json_print(out);
}

static int do_show(struct request *r)
{
	GError *e = NULL;

	if (!take_links(r, &e))
		return command_fail(name, e);
	struct digest_job job = job_of(r);

	job.mailbox = r->words[0];
	job.dry = true;
	struct digest *d = digest_now(&job, &e);

	if (d == NULL)
		return command_fail(name, e);
	if (r->json)
		json_digest(d);
	else if (d->ids->len == 0)
		puts("nothing is held that it has not been told");
	else
		print_digest(r, d);
	summary_free(d);
	return EXIT_DONE;
}

/* ---- status ---- */

static void print_time(const char *words, int64_t s)
{
	char *time = s == 0 ? g_strdup("never") : listing_time_exact(s);

	printf("%-22s %s\n", words, time);
	g_free(time);
}

static void json_sent(const struct digest_sent *s, const struct digest_choice *c)
{
	GString *out = listing_json_begin();

	listing_json_text(out, "mailbox", s->mailbox);
	listing_json_text(out, "every", digest_every_names[c->every]);
	listing_json_bool(out, "codes", c->codes);
	listing_json_bool(out, "own", c->own);
	listing_json_int(out, "sent_s", s->sent_s);
	listing_json_int(out, "doubtful_s", s->doubt_s > 0 ? s->doubt_s : s->missed_s);
	listing_json_int(out, "summaries", s->serial);
	listing_json_print(out);
}

static void print_sent(const struct digest_sent *s, void *user)
{
	const struct request *r = user;
	struct digest_choice c = digest_choice(r->quarantine, r->options, s->mailbox);

	if (r->json) {
		json_sent(s, &c);
		return;
	}
	char *safe = printable(s->mailbox, ADDRESS_BYTES);
	char *when = listing_time(s->sent_s);

	printf("%-32s %-7s %-6s %-16s%s\n", safe, digest_every_names[c.every],
	       c.codes ? "codes" : "-", when,
	       s->doubt_s + s->missed_s > 0 ? "  may not have come" : "");
	g_free(when);
	g_free(safe);
}

static void print_status(const struct digest_status *s)
{
	print_time("last run", s->run_s);
	print_time("last that worked", s->good_s);
	printf("%-22s %" G_GINT64_FORMAT ", failed %" G_GINT64_FORMAT
	       ", may not have come %" G_GINT64_FORMAT "\n",
	       "sent", s->sent, s->failed, s->doubtful);
}

static void json_status(const struct digest_status *s)
{
	GString *out = listing_json_begin();

	listing_json_int(out, "run_s", s->run_s);
	listing_json_int(out, "good_s", s->good_s);
	listing_json_int(out, "sent", s->sent);
	listing_json_int(out, "failed", s->failed);
	listing_json_int(out, "doubtful", s->doubtful);
	listing_json_print(out);
}

static int do_status(struct request *r)
{
	struct digest_status s;

	digest_status_read(quarantine_folder(r->quarantine), &s);
	if (r->json)
		json_status(&s);
	else
		print_status(&s);
	digest_sent_each(r->quarantine, print_sent, r);
	return EXIT_DONE;
}

/* ---- set ---- */

static void note(const struct request *r, const struct tenant *t, const char *mailbox)
{
	const char *rcpts[] = { mailbox, NULL };
	char *why = g_strdup_printf(
		"summaries: %s%s%s%s", r->words[1], r->codes ? ", codes at once" : "",
		r->why != NULL ? "; " : "", r->why != NULL ? r->why : "");
	const struct audit_entry x = { .time_s = clock_now_s(),
				       .what = "digest",
				       .who = r->who,
				       .uid = r->uid,
				       .tool = name,
				       .tenant = t->name,
				       .outcome = "done",
				       .why = why,
				       .rcpts = rcpts };

	command_note(r->options, &x);
	g_free(why);
}

static bool choose(struct request *r, const char *key, GError **e)
{
	const struct tenant *t =
		key == NULL ? NULL : options_tenant(r->options, address_domain(key));
	int word = word_find(digest_every_names, DIGEST_COUNT, r->words[1]);
	const struct digest_choice c = {
		.every = word < 0 ? DIGEST_OFF : (enum digest_every)word,
		.codes = r->codes,
	};

	if (t == NULL || (word < 0 && strcmp(r->words[1], "policy") != 0)) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    t == NULL ? "%s: not an address of any tenant"
				      : "%s: write off, daily, hourly, or policy",
			    r->words[t == NULL ? 0 : 1]);
		return false;
	}
	if (!digest_choose(r->quarantine, key, word < 0 ? NULL : &c, r->who, e))
		return false;
	note(r, t, key);
	return true;
}

static int do_set(struct request *r)
{
	struct arena *a = arena_create();
	GError *e = NULL;
	bool done = choose(r, address_key(a, r->words[0]), &e);

	arena_destroy(&a);
	return done ? EXIT_DONE : command_fail(name, e);
}

static const struct {
	const char *name;
	int (*run)(struct request *r);
} sub_commands[] = {
	{ "send", do_send },
	{ "show", do_show },
	{ "status", do_status },
	{ "set", do_set },
};

static int run(const struct command_args *args, const struct options *o, void *user)
{
	struct request *r = user;
	GError *e = NULL;
	size_t row = command_row(args, &sub_commands->name, sizeof(*sub_commands),
				 COUNT_OF(sub_commands));
	int status;

	r->options = o;
	r->words = args->argv + 2;
	message_library_init();
	if (user_become_owner("quarantine_dir", o->quarantine_dir, &e))
		r->quarantine = quarantine_open(o->quarantine_dir, &e);
	status = r->quarantine == NULL ? command_fail(name, e) : sub_commands[row].run(r);
	quarantine_close(r->quarantine);
	return status;
}

static bool read_options(struct command_args *args, struct request *r)
{
	const GOptionEntry entries[] = {
		{ "mailbox", 0, 0, G_OPTION_ARG_STRING, &r->mailbox,
		  "send: only to this one", "ADDR" },
		{ "now", 0, 0, G_OPTION_ARG_NONE, &r->soon,
		  "send: do not wait for the hour, or the day", NULL },
		{ "dry-run", 'n', 0, G_OPTION_ARG_NONE, &r->dry,
		  "send: only say to whom, and of how many messages", NULL },
		{ "html", 0, 0, G_OPTION_ARG_NONE, &r->html,
		  "show: its HTML instead of its text", NULL },
		{ "raw", 0, 0, G_OPTION_ARG_NONE, &r->raw, "show: the whole mail", NULL },
		{ "codes", 0, 0, G_OPTION_ARG_NONE, &r->codes,
		  "set: and one-time codes at once", NULL },
		{ "why", 'w', 0, G_OPTION_ARG_STRING, &r->why,
		  "set: why, in your words, for the audit file", "TEXT" },
		{ "json", 'j', 0, G_OPTION_ARG_NONE, &r->json,
		  "status: a line of JSON for all, and one for each mailbox; show: one, "
		  "with the "
		  "ids",
		  NULL },
		G_OPTION_ENTRY_NULL
	};

	return command_options(
		args, entries,
		"Summaries of what is held, mailed to its recipients through "
		"release_smtp. A timer\nruns \"send\" every minute; what is not due, or "
		"was told, is not sent.");
}

int command_digest(int argc, char **argv)
{
	struct command_args args = { .argc = argc, .argv = argv };
	struct request r = { .uid = getuid() };
	int status = EXIT_USAGE;

	if (read_options(&args, &r)) {
		r.who = acts_who(); /* before root is given up */
		status = command_configured(&args, run, &r);
	}
	char *const texts[] = { r.mailbox, r.why, r.who, r.link_key };

	for (size_t i = 0; i < COUNT_OF(texts); i++)
		g_free(texts[i]);
	return status;
}
