/* `wonted privacy`: all that is kept of one address, on one page, for whoever asks what is known of
 * them; and all of it taken out. Both walk the same table of parts, so that nothing can be shown
 * that is not erased, nor kept that is not shown. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "audit/audit.h"
#include "base/clock.h"
#include "base/compiler.h"
#include "base/error.h"
#include "base/plural.h"
#include "base/sorted.h"
#include "cmd/agree.h"
#include "cmd/command.h"
#include "cmd/listing.h"
#include "cmd/places.h"
#include "cmd/privacy.h"
#include "cmd/tenant_store.h"
#include "message/address.h"
#include "quarantine/acts.h"
#include "review/accounts.h"
#include "review/digest_state.h"

/* wonted-learn may have read what is erased a moment before it writes what it learned */
enum { ROUNDS = 4, ROUND_US = 300000, TEXT_BYTES = 200, DAY_MS = 86400000 };

static const char *const name = "wonted privacy";

/* ---- the audit file ---- */

static bool is_theirs(const struct privacy *p, const char *text)
{
	return text != NULL && sought_in(&p->sought, bytes_of(text));
}

static bool look_at_entry(const struct audit_entry *x, void *user)
{
	struct privacy *p = user;
	bool theirs = is_theirs(p, x->who);

	for (const char *const *r = x->rcpts; *r != NULL; r++)
		theirs |= is_theirs(p, *r);
	if (theirs && privacy_found(p)) {
		char *when = listing_time_exact(x->time_s);
		char *words = g_strdup_printf("%s  %s %s by %s %s", when, x->what,
					      x->outcome, x->who, x->hold);

		privacy_text(p, "entry", words, TEXT_BYTES);
		g_free(words);
		g_free(when);
	}
	return true;
}

/* A person has one key, whatever tenant it was about. */
static bool look_audit(struct privacy *p, GError **e)
{
	return p->tenant != NULL ||
	       audit_list(p->options->audit_dir, 0, look_at_entry, p, e);
}

static bool erase_audit(struct privacy *p, GError **e)
{
	const struct audit_entry by = { .time_s = clock_now_s(),
					.what = "erase",
					.who = p->who,
					.uid = p->uid,
					.tool = name,
					.outcome = "done",
					.why = p->why };
	bool was_there;

	return p->tenant != NULL ||
	       audit_erase(p->options->audit_dir, p->sought.address, &by, &was_there, e);
}

/* ---- accounts of the review page ---- */

static bool is_their_account(const struct privacy *p, const struct identity *i)
{
	return (is_theirs(p, i->name) || is_theirs(p, i->mailbox)) &&
	       (p->tenant == NULL || g_strcmp0(i->tenant, p->tenant->name) == 0);
}

static void look_at_account(const struct identity *i, void *user)
{
	struct privacy *p = user;

	if (is_their_account(p, i) && privacy_found(p))
		privacy_text(p, "account", i->name, TEXT_BYTES);
}

static bool look_accounts(struct privacy *p, GError **e)
{
	return account_list(p->options->review_accounts, look_at_account, p, e);
}

struct names {
	const struct privacy *privacy;
	GPtrArray *list;
};

static void collect_account(const struct identity *i, void *user)
{
	struct names *to = user;

	if (is_their_account(to->privacy, i))
		g_ptr_array_add(to->list, g_strdup(i->name));
}

static bool erase_accounts(struct privacy *p, GError **e)
{
	struct names to = { p, g_ptr_array_new_with_free_func(g_free) };
	bool good = account_list(p->options->review_accounts, collect_account, &to, e);

	for (guint i = 0; good && i < to.list->len; i++)
		good = account_remove(p->options->review_accounts, to.list->pdata[i], e);
	g_ptr_array_free(to.list, TRUE);
	return good;
}

/* ---- summaries of held mail ---- */

struct summaries {
	struct privacy *privacy;
	GPtrArray *paths; /* of files that are theirs */
};

static void look_at_summaries(const char *path, const char *mailbox, void *user)
{
	struct summaries *s = user;
	const struct privacy *p = s->privacy;

	if (is_theirs(p, mailbox) &&
	    (p->tenant == NULL ||
	     options_tenant(p->options, address_domain(mailbox)) == p->tenant))
		g_ptr_array_add(s->paths, g_strdup(path));
}

static GPtrArray *summaries_of(struct privacy *p)
{
	struct summaries s = { p, g_ptr_array_new_with_free_func(g_free) };

	digest_file_each(p->options->quarantine_dir, look_at_summaries, &s);
	g_ptr_array_sort(s.paths, sorted_by_text);
	return s.paths;
}

static bool look_summaries(struct privacy *p, GError **e)
{
	GPtrArray *paths = summaries_of(p);

	(void)e;
	for (guint i = 0; i < paths->len; i++)
		if (privacy_found(p))
			privacy_text(p, "file", paths->pdata[i], TEXT_BYTES);
	g_ptr_array_unref(paths);
	return true;
}

/* A run that is under way would write them once more. */
static bool erase_summaries(struct privacy *p, GError **e)
{
	GPtrArray *paths = summaries_of(p);
	struct quarantine *q =
		paths->len == 0 ? NULL : quarantine_open(p->options->quarantine_dir, e);
	int lock = q == NULL ? -1 : digest_run_lock(q, e);
	bool good = paths->len == 0 || lock >= 0;

	for (guint i = 0; good && i < paths->len; i++)
		if (unlink(paths->pdata[i]) != 0 && errno != ENOENT) {
			g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
				    "%s: cannot remove it: %s",
				    (const char *)paths->pdata[i], g_strerror(errno));
			good = false;
		}
	if (lock >= 0)
		close(lock);
	quarantine_close(q);
	g_ptr_array_unref(paths);
	return good;
}

/* ---- all parts ---- */

/* The journal comes first: what wonted-learn could learn again is gone before what it learned. */
static const struct privacy_part parts[] = {
	{ "journal", "Messages that were decided, or seen on their way out",
	  privacy_look_journal, privacy_erase_journal },
	{ "feedback", "What was done with messages, or said of wishes",
	  privacy_look_feedback, privacy_erase_feedback },
	{ "store",
	  "What is remembered (people, mailboxes, preferences, who writes to whom)",
	  privacy_look_store, privacy_erase_store },
	{ "holds", "Messages that are, or were, held", privacy_look_holds,
	  privacy_erase_holds },
	{ "acts", "What was done with held messages, or is asked for", privacy_look_acts,
	  privacy_erase_acts },
	{ "summaries", "Which summaries of held mail they want, and have got",
	  look_summaries, erase_summaries },
	{ "accounts", "Accounts of the review page", look_accounts, erase_accounts },
	{ "audit", "Who did what (audit file)", look_audit, erase_audit },
};

static bool look_at_part(struct privacy *p, const struct privacy_part *part, GError **e)
{
	p->part = part->name;
	p->n = 0;
	if (p->print && !p->json)
		printf("\n%s\n", part->title);
	if (!part->look(p, e))
		return false;
	if (p->print && !p->json && p->n == 0)
		puts("  nothing");
	return true;
}

/* n_r   of each part */
static bool look_at_all(struct privacy *p, size_t n_r[COUNT_OF(parts)], size_t *all_r,
			GError **e)
{
	*all_r = 0;
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		if (!look_at_part(p, &parts[i], e))
			return false;
		n_r[i] = p->n;
		*all_r += p->n;
	}
	return true;
}

/* ---- the page ---- */

static void print_sum(const struct privacy *p, size_t all)
{
	const struct options *o = p->options;

	if (p->json) {
		GString *out = listing_json_begin();

		listing_json_text(out, "part", "all");
		listing_json_text(out, "address", p->sought.address);
		listing_json_int(out, "found", (int64_t)all);
		listing_json_print(out);
		return;
	}
	printf("\n%zu in all. Kept for: journal %" PRId64 " days (journal_keep), holds "
	       "%" PRId64 " days (quarantine_keep), feedback %" PRId64
	       " days (feedback_keep), acts %" PRId64
	       " days (acts_keep); what is remembered at most %" PRId64
	       " days since it was written (history_keep). The text model has counts of "
	       "hashed words and no addresses; who is named in wonted.conf, rules and "
	       "lists, their owner knows.\n",
	       all, o->journal_keep_ms / DAY_MS, o->quarantine_keep_ms / DAY_MS,
	       o->feedback_keep_ms / DAY_MS, o->acts_keep_ms / DAY_MS,
	       o->history_keep_ms / DAY_MS);
}

static bool print_page(struct privacy *p, size_t *all_r, GError **e)
{
	size_t n[COUNT_OF(parts)];

	p->print = true;
	if (!p->json)
		printf("All that wonted keeps of %s%s%s\n", p->sought.address,
		       p->tenant != NULL ? " for " : "",
		       p->tenant != NULL ? p->tenant->name : "");
	if (!look_at_all(p, n, all_r, e))
		return false;
	print_sum(p, *all_r);
	return true;
}

/* ---- erasing ---- */

struct asked {
	char *tenant, *why;
	gboolean json, yes, dry_run;
};

static void tell_counts(const struct privacy *p, const size_t n[COUNT_OF(parts)],
			const char *what)
{
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		if (p->json) {
			GString *out = listing_json_begin();

			listing_json_text(out, "part", parts[i].name);
			listing_json_int(out, what, (int64_t)n[i]);
			listing_json_print(out);
		} else if (n[i] > 0) {
			printf("%8zu  %s\n", n[i], parts[i].title);
		}
	}
}

static bool is_agreed(const struct privacy *p, const struct asked *asked, size_t all)
{
	if (asked->yes)
		return true;
	fflush(stdout);
	fprintf(stderr,
		"%s erase: %zu %s of <%s> for good; held messages among them are never "
		"delivered, and nothing brings any of it back",
		name, all, plural(all, "thing is to go", "things are to go"),
		p->sought.address);
	return agree("erase");
}

static bool erase_once(struct privacy *p, GError **e)
{
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		p->part = parts[i].name;
		if (!parts[i].erase(p, e))
			return false;
	}
	return true;
}

static bool erase_all(struct privacy *p, GError **e)
{
	size_t n[COUNT_OF(parts)], left = 1;

	for (int round = 0; round < ROUNDS && left > 0; round++) {
		if (round > 0)
			g_usleep(ROUND_US);
		if (!erase_once(p, e) || !look_at_all(p, n, &left, e))
			return false;
	}
	return true;
}

/* The proof: the same page, which must be empty. */
static int prove(struct privacy *p, GError **e)
{
	size_t left = 0;

	if (!print_page(p, &left, e))
		return EXIT_SYSTEM;
	if (left == 0)
		return EXIT_DONE;
	fprintf(stderr,
		"%s erase: %zu %s there still, or again: new mail makes new records. Run "
		"it once more when that has ended\n",
		name, left, plural(left, "thing is", "things are"));
	return EXIT_SYSTEM;
}

static int do_erase(struct privacy *p, const struct asked *asked, GError **e)
{
	size_t n[COUNT_OF(parts)], all = 0;

	if (!look_at_all(p, n, &all, e))
		return EXIT_SYSTEM;
	if (!p->json)
		printf("wonted keeps of %s\n%s", p->sought.address,
		       all == 0 ? "  nothing\n" : "");
	tell_counts(p, n, "found");
	if (asked->dry_run)
		return EXIT_DONE;
	if (all > 0 && !is_agreed(p, asked, all))
		return EXIT_USAGE;
	if (all > 0 && !erase_all(p, e))
		return EXIT_SYSTEM;
	return prove(p, e);
}

/* ---- the command ---- */

static int run(const struct options *o, const struct command_args *args,
	       const struct asked *asked, GError **e)
{
	char *who = acts_who();
	struct privacy p = { .options = o,
			     .arena = arena_create(),
			     .json = asked->json,
			     .who = who,
			     .uid = getuid(),
			     .why = asked->why };
	size_t all;
	int status = EXIT_WRONG_INPUT;

	if (asked->tenant != NULL)
		p.tenant = tenant_named(o, asked->tenant, e);
	if (asked->tenant != NULL && p.tenant == NULL) {
		/* said */
	} else if (!sought_make(p.arena, args->argv[2], &p.sought)) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT, "\"%s\" is no address",
			    args->argv[2]);
	} else if (!places_become(o, e)) {
		status = EXIT_SYSTEM;
	} else if (strcmp(args->argv[1], "export") == 0) {
		status = print_page(&p, &all, e) ? EXIT_DONE : EXIT_SYSTEM;
	} else {
		status = do_erase(&p, asked, e);
	}
	arena_destroy(&p.arena);
	g_free(who);
	return status;
}

static bool read_options(struct command_args *args, struct asked *asked)
{
	const GOptionEntry entries[] = {
		{ "tenant", 't', 0, G_OPTION_ARG_STRING, &asked->tenant,
		  "Only what is kept for this tenant; a person's key in the audit file, "
		  "and the log of acts, belong to all",
		  "NAME" },
		{ "json", 'j', 0, G_OPTION_ARG_NONE, &asked->json,
		  "As lines of JSON: a part's name and one thing each", NULL },
		{ "dry-run", 'n', 0, G_OPTION_ARG_NONE, &asked->dry_run,
		  "erase: only count", NULL },
		{ "yes", 'y', 0, G_OPTION_ARG_NONE, &asked->yes,
		  "erase: do it without asking", NULL },
		{ "why", 'w', 0, G_OPTION_ARG_STRING, &asked->why,
		  "erase: why, in your words, for the audit file", "TEXT" },
		G_OPTION_ENTRY_NULL
	};

	return command_options(
		args, entries,
		"export prints all that is kept of an address, on one page: for whoever "
		"asks what is\nknown of them. erase counts it, asks, takes it out of "
		"stores, holds and their index,\njournal, feedback, accounts and audit "
		"file while the daemons run, and prints the page\nagain as proof. A "
		"record that names others as well goes as a whole; of a message that\nis "
		"held for others, their part stays.");
}

int command_privacy(int argc, char **argv)
{
	struct command_args args = { .argc = argc, .argv = argv, .memory = true };
	struct asked asked = { 0 };
	struct options *o;
	GError *e = NULL;
	int status = EXIT_USAGE;

	if (read_options(&args, &asked)) {
		o = command_config(&args);
		status = o == NULL ? EXIT_WRONG_INPUT : run(o, &args, &asked, &e);
		if (e != NULL)
			status = command_fail(name, e);
		options_unref(o);
		command_options_free(&args);
	}
	g_free(asked.tenant);
	g_free(asked.why);
	return status;
}
