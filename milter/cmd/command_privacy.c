/* `wonted privacy export`: all that is kept of one address, on one page, for whoever asks what is known
 * of them. It reads the stores, the holds and the journal; what the audit file has, `wonted audit show`
 * tells. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "base/error.h"
#include "cmd/command.h"
#include "cmd/hold_print.h"
#include "cmd/listing.h"
#include "cmd/store_record.h"
#include "cmd/tenant_store.h"
#include "journal/reader.h"
#include "journal/recorded.h"
#include "learn/apply.h"
#include "message/address.h"
#include "quarantine/scope.h"

enum { TEXT_BYTES = 200, HOLDS_MOST = 1000000 };

static const char *const name = "wonted privacy";

struct export
{
	const struct options *options;
	struct arena *arena;
	const char *address; /* address_key() form */
	size_t n;            /* of the part at hand */
	size_t all;
};

/* ---- parts of the page ---- */

static void begin_part(struct export *x, const char *title)
{
	printf("\n%s\n", title);
	x->n = 0;
}

static void end_part(struct export *x)
{
	if (x->n == 0)
		puts("  nothing");
	x->all += x->n;
}

/* the address by itself, or within a key that is made of it */
static bool is_about(const struct export *x, const char *text)
{
	const char *at = text;
	size_t n = strlen(x->address);

	while ((at = strcasestr(at, x->address)) != NULL) {
		bool begins = at == text || strchr("\"<?| {,", at[-1]) != NULL;
		bool ends = at[n] == '\0' || strchr("\">|} ,", at[n]) != NULL;

		if (begins && ends)
			return true;
		at += n;
	}
	return false;
}

/* ---- the stores ---- */

static bool look_at_record(const struct store_record *record, void *to)
{
	struct export *x = to;
	GString *line = g_string_new(NULL);

	record_print(record, line);
	if (is_about(x, line->str)) {
		x->n++;
		printf("  %s%s", line->str,
		       g_str_has_suffix(line->str, "\n") ? "" : "\n");
	}
	g_string_free(line, TRUE);
	return true;
}

static bool export_store(struct export *x, GError **e)
{
	struct store *s = configured_store_open(x->options, false, e);
	bool good;

	begin_part(x, "What is remembered (people, mailboxes, preferences, who writes to "
		      "whom)");
	good = s != NULL &&
	       store_scan(s, (struct bytes){ .at = "", .n = 0 }, look_at_record, x, e);
	end_part(x);
	store_close(&s);
	return good;
}

/* ---- the holds ---- */

static bool is_party(const struct export *x, const struct hold *h)
{
	GString *all = g_string_new(NULL);
	bool is;

	for (size_t i = 0; i < h->n_rcpts; i++)
		g_string_append_printf(all, " %s", h->rcpts[i].address);
	g_string_append_printf(all, " %s %s", h->mail_from != NULL ? h->mail_from : "",
			       h->from != NULL ? h->from : "");
	is = is_about(x, all->str);
	g_string_free(all, TRUE);
	return is;
}

static bool look_at_hold(const struct hold *h, void *to)
{
	struct export *x = to;

	if (is_party(x, h)) {
		x->n++;
		hold_print_row(h);
	}
	return true;
}

static bool export_holds(struct export *x, GError **e)
{
	const struct hold_filter all = { .all_states = true, .most = HOLDS_MOST };
	struct quarantine *q = quarantine_open(x->options->quarantine_dir, e);
	struct hold_scope scope;
	bool good = q != NULL;

	begin_part(x, "Messages that are, or were, held");
	if (good) {
		scope = hold_scope_all(q);
		quarantine_settle(q);
		good = hold_list(&scope, &all, look_at_hold, x, e);
	}
	end_part(x);
	quarantine_close(q);
	return good;
}

/* ---- the journal ---- */

static void print_decision(const struct recorded *r)
{
	const struct value *subject = &r->features.at[FEATURE_SUBJECT];
	char *when = listing_time(r->time_s);

	printf("  %s  from ", when);
	listing_put_text(r->mail_from, TEXT_BYTES);
	for (size_t i = 0; i < r->n_rcpts; i++) {
		const struct recorded_rcpt *to = &r->rcpts[i];

		fputs(" to ", stdout);
		listing_put_text(to->address, TEXT_BYTES);
		if (to->verdict < VERDICT_COUNT)
			printf(" (%s)", verdict_names[to->verdict]);
	}
	if (r->has_features && subject->known == ANSWER_YES) {
		fputs("  \"", stdout);
		listing_put_text(subject->text, TEXT_BYTES);
		putchar('"');
	}
	putchar('\n');
	g_free(when);
}

static void look_at_line(struct export *x, struct bytes line)
{
	struct arena *a = arena_create();
	const char *text = arena_strndup(a, line.at, line.n);
	struct recorded r;

	if (is_about(x, text)) {
		x->n++;
		if (recorded_read(a, line, &r, NULL)) {
			print_decision(&r);
		} else {
			fputs("  ", stdout);
			listing_put_text(text, line.n);
			putchar('\n');
		}
	}
	arena_destroy(&a);
}

static bool export_journal(struct export *x, const char *title, const char *folder,
			   GError **e)
{
	struct journal_reader *r = NULL;
	enum answer more = ANSWER_NO;
	struct bytes line;

	begin_part(x, title);
	if (g_file_test(folder, G_FILE_TEST_IS_DIR)) {
		r = journal_reader_open(folder, NULL, e);
		more = r == NULL ? ANSWER_UNKNOWN : ANSWER_YES;
	}
	while (more == ANSWER_YES) {
		more = journal_reader_next(r, &line, e);
		if (more == ANSWER_YES)
			look_at_line(x, line);
	}
	end_part(x);
	journal_reader_close(&r);
	return more == ANSWER_NO;
}

/* ---- the page ---- */

static bool export_all(struct export *x, GError **e)
{
	const struct options *o = x->options;
	char *feedback = g_build_filename(o->journal_dir, FEEDBACK_FOLDER, NULL);
	bool good;

	printf("All that wonted keeps of %s\n", x->address);
	good = export_store(x, e) && export_holds(x, e) &&
	       export_journal(x, "Messages that were decided, or seen on their way out",
			      o->journal_dir, e) &&
	       export_journal(x, "What was done with messages, or said of wishes",
			      feedback, e);
	if (good)
		printf("\n%zu in all. Kept for: journal %" PRId64
		       " days (journal_keep), holds "
		       "%" PRId64 " days (quarantine_keep); what is remembered, as "
		       "expires says. \"wonted audit show\" tells who looked at mail.\n",
		       x->all, o->journal_keep_ms / 86400000,
		       o->quarantine_keep_ms / 86400000);
	g_free(feedback);
	return good;
}

static int do_export(const struct options *o, const char *address)
{
	struct export x = { .options = o, .arena = arena_create() };
	GError *e = NULL;
	int status = EXIT_DONE;

	x.address = address_key(x.arena, address);
	if (x.address == NULL || address_domain(x.address) == NULL) {
		fprintf(stderr, "%s: \"%s\" is no address\n", name, address);
		status = EXIT_WRONG_INPUT;
	} else if (!export_all(&x, &e)) {
		status = command_fail(name, e);
	}
	arena_destroy(&x.arena);
	return status;
}

int command_privacy(int argc, char **argv)
{
	struct command_args args = { .argc = argc, .argv = argv, .memory = true };
	struct options *o;
	int status;

	if (!command_options(
		    &args, NULL,
		    "Prints all that is kept of an address, on one page: for whoever "
		    "asks what is known of\nthem."))
		return EXIT_USAGE;
	o = command_config(&args);
	status = o == NULL ? EXIT_WRONG_INPUT : do_export(o, args.argv[2]);
	options_unref(o);
	command_options_free(&args);
	return status;
}
