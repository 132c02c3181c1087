/* wonted people: import them, list them, and see whom a display name could mean. */
#include <stdio.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/compiler.h"
#include "base/error.h"
#include "base/json_line.h"
#include "base/plural.h"
#include "cmd/command.h"
#include "cmd/listing.h"
#include "cmd/people_print.h"
#include "cmd/progress.h"
#include "cmd/tenant_store.h"
#include "mailbox/mailbox.h"
#include "message/address.h"
#include "person/people.h"

static const char what[] =
	"people import FILE   take in people from a CSV file, whose header line names "
	"the\n"
	"                     columns name, addresses (several with \";\"), title and "
	"vip\n"
	"                     (yes or no), or from an LDIF file (*.ldif); all lines are "
	"checked\n"
	"                     before anything is written; nobody is removed\n"
	"people sync FILE     the same, but the file is all there is: who is not in it "
	"goes.\n"
	"                     Shows each difference. More than people_max_removed "
	"percent\n"
	"                     of the people are not removed; then nothing is done\n"
	"people list          those of the tenant\n"
	"people test \"NAME <ADDRESS>\"   whom a From line could mean, and why";

struct people_command {
	char *tenant_name;
	gboolean dry_run, json;
	gint max_removed; /* percent; -1: as configured */
	struct tenant_store at;
	struct progress *progress;
	size_t listed;
};

/* --- import --- */

static void show_progress(size_t done, size_t all, void *to)
{
	const struct people_command *v = to;

	progress_show(v->progress, done, (int64_t)done, (int64_t)all);
}

/* An address of ours is a mailbox of a person. */
static struct store_write make_mailbox(struct arena *a, const struct person *p,
				       const char *address, void *to)
{
	const struct people_command *v = to;
	struct mailbox m = { .kind = MAILBOX_USER };

	if (options_tenant(v->at.options, address_domain(address)) != v->at.tenant)
		return (struct store_write){ 0 };
	for (size_t i = 0; i < p->n_addresses && m.canonical == NULL; i++)
		if (options_tenant(v->at.options, address_domain(p->addresses[i])) ==
		    v->at.tenant)
			m.canonical = p->addresses[i];
	return mailbox_change(a, v->at.tenant->name, address, &m);
}

static bool write_file(struct people_command *v, const char *path, bool sync, GError **e)
{
	int percent = v->max_removed >= 0 ? v->max_removed
					  : (int)v->at.options->people_max_removed;
	struct people_import im = {
		.store = v->at.store,
		.tenant = v->at.tenant->name,
		.now_s = clock_now_s(),
		.remove = sync,
		.max_removed_percent = (unsigned)percent,
		.differs = sync ? people_print_difference : NULL,
		.also = make_mailbox,
		.progress = show_progress,
		.to = v,
	};
	struct people_imported done;
	struct people_list list;
	bool good;

	if (!people_read(path, v->at.arena, &list, e))
		return false;
	v->progress = progress_create("people");
	good = people_write(&im, &list, v->dry_run, &done, e);
	progress_destroy(&v->progress);
	if (!good)
		return false;
	printf("%zu %s%s: %zu added, %zu changed, %zu as they were", list.n,
	       plural(list.n, "person", "people"),
	       v->dry_run ? " (only looked, nothing written)" : "", done.added,
	       done.changed, done.same);
	if (sync)
		printf(", %zu gone", done.gone);
	putchar('\n');
	if (list.skipped > 0)
		printf("%zu %s without a person's address left out\n", list.skipped,
		       plural(list.skipped, "entry", "entries"));
	return true;
}

static bool import_file(void *command, const char *path, GError **e)
{
	return write_file(command, path, false, e);
}

static bool sync_file(void *command, const char *path, GError **e)
{
	return write_file(command, path, true, e);
}

/* --- list --- */

/* A person stands there once for each address: the first one speaks for all. */
static bool list_one(const struct store_record *record, void *to)
{
	struct people_command *v = to;
	struct arena *a = arena_create();
	struct key_parts parts;
	struct person p;

	if (key_split(a, record->key, &parts) &&
	    person_decode(a, record->value, &p) == ANSWER_YES && p.n_addresses > 0 &&
	    strcmp(parts.part1, p.addresses[0]) == 0) {
		if (v->json)
			people_print_json(&p);
		else
			people_print(&p);
		v->listed++;
	}
	arena_destroy(&a);
	return true;
}

static bool list_people(void *command, const char *unused, GError **e)
{
	struct people_command *v = command;

	(void)unused;
	if (!v->json)
		listing_header("NAME\tADDRESSES\tTITLE\tVIP");
	if (!store_scan(v->at.store,
			key_prefix(v->at.arena, FAMILY_PERSON, v->at.tenant->name),
			list_one, v, e))
		return false;
	fprintf(stderr, "%zu %s of tenant \"%s\"\n", v->listed,
		plural(v->listed, "person", "people"), v->at.tenant->name);
	return true;
}

/* --- test --- */

static size_t find_candidates(struct people_command *v, const char *display,
			      struct people *found)
{
	const char *keys[LIMIT_NAME_KEYS];
	size_t n = name_keys_ask(v->at.arena, display, keys), n_found = 0,
	       n_candidates = 0;
	struct store_read reads[LIMIT_NAME_KEYS] = { 0 };

	for (size_t i = 0; i < n; i++)
		reads[i].key = key_build(v->at.arena, FAMILY_NAME, v->at.tenant->name,
					 keys[i], NULL);
	store_read_many(v->at.store, reads, n, 0, v->at.arena);
	printf("%zu %s asked; * has candidates, ? did not answer\n", n,
	       plural(n, "key", "keys"));
	for (size_t i = 0; i < n; i++) {
		const char *mark = reads[i].answer == ANSWER_UNKNOWN ? "?"
				   : reads[i].answer == ANSWER_YES   ? "*"
								     : " ";

		printf("  %s ", mark);
		print_safe(keys[i]);
		if (reads[i].answer == ANSWER_YES &&
		    people_decode(v->at.arena, reads[i].value, &found[n_found]) ==
			    ANSWER_YES) {
			printf("  (%zu%s)", found[n_found].n,
			       found[n_found].more ? "+" : "");
			n_candidates += found[n_found++].n;
		}
		putchar('\n');
	}
	printf("%zu %s, the same person counted for each key\n", n_candidates,
	       plural(n_candidates, "candidate", "candidates"));
	return n_found;
}

static void print_match(const struct person_match *m)
{
	printf("  %-5s  distance %u, %s: ",
	       m->judged.match == NAME_EXACT ? "exact" : "fuzzy", m->judged.distance,
	       m->judged.how);
	print_safe(m->name);
	if (m->person->n_addresses > 0) {
		fputs(" <", stdout);
		print_safe(m->person->addresses[0]);
		putchar('>');
	}
	puts(m->person->vip ? " (VIP)" : "");
}

static void print_judgement(const struct person_match *match, size_t n,
			    const char *address)
{
	fputs("Judgement: ", stdout);
	if (n == 0) {
		puts("nobody of the tenant is meant");
		return;
	}
	for (size_t i = 0; address != NULL && i < n; i++) {
		if (!person_has_address(match[i].person, address))
			continue;
		fputs("an address of ", stdout);
		print_safe(match[i].name);
		puts(": no impersonation");
		return;
	}
	fputs(match[0].judged.match == NAME_EXACT ? "the name of "
						  : "resembles the name of ",
	      stdout);
	print_safe(match[0].name);
	printf("%s", match[0].person->vip ? " (VIP)" : "");
	puts(address != NULL ? ", and the address is not theirs"
			     : "; no address was given");
}

/* "Name <address>" as people type it: commas need no quotes here. */
static void split_from(struct arena *a, const char *from, const char **display_r,
		       const char **address_r)
{
	const char *open = strrchr(from, '<');
	char *name;

	*display_r = *address_r = NULL;
	if (open == NULL && strchr(from, '@') != NULL) {
		*address_r = address_key(a, from);
		return;
	}
	name = g_strndup(from, open == NULL ? strlen(from) : (size_t)(open - from));
	g_strstrip(name);
	if (name[0] == '"' && name[1] != '\0' && name[strlen(name) - 1] == '"')
		*display_r = arena_strndup(a, name + 1, strlen(name) - 2);
	else
		*display_r = arena_strdup(a, name);
	if (open != NULL)
		*address_r = address_key(a, open);
	g_free(name);
}

static void json_match(GString *out, const struct person_match *m)
{
	json_line_open(out, '{');
	listing_json_text(out, "name", m->name);
	listing_json_bool(out, "vip", m->person->vip);
	listing_json_bool(out, "exact", m->judged.match == NAME_EXACT);
	listing_json_int(out, "distance", m->judged.distance);
	listing_json_text(out, "how", m->judged.how);
	listing_json_texts(out, "addresses", m->person->addresses,
			   m->person->n_addresses);
	json_line_close(out, '}');
}

static void json_test(struct people_command *v, const char *display, const char *address)
{
	struct people *found = arena_new(v->at.arena, struct people, LIMIT_NAME_KEYS);
	const struct person_match *match = NULL;
	GString *out = listing_json_begin();
	size_t n = 0;

	if (display != NULL && name_key(v->at.arena, display) != NULL)
		n = people_match(v->at.arena, display, found,
				 find_candidates(v, display, found), &match);
	listing_json_text(out, "name", display);
	listing_json_text(out, "address", address);
	json_line_name(out, "matches");
	json_line_open(out, '[');
	for (size_t i = 0; i < n; i++)
		json_match(out, &match[i]);
	json_line_close(out, ']');
	listing_json_print(out);
}

static bool test_from(void *command, const char *from, GError **e)
{
	struct people_command *v = command;
	struct people *found = arena_new(v->at.arena, struct people, LIMIT_NAME_KEYS);
	const struct person_match *match;
	const char *display, *address;
	size_t n;

	(void)e;
	split_from(v->at.arena, from, &display, &address);
	if (v->json) {
		json_test(v, display, address);
		return true;
	}
	fputs("Name:    ", stdout);
	print_safe(display);
	fputs("\nAddress: ", stdout);
	print_safe(address);
	putchar('\n');
	if (display == NULL || name_key(v->at.arena, display) == NULL) {
		puts("Judgement: there is no name in it");
		return true;
	}
	n = find_candidates(v, display, found);
	n = people_match(v->at.arena, display, found, n, &match);
	if (n == 0)
		puts("no match");
	else
		printf("%zu %s\n", n, plural(n, "match", "matches"));
	for (size_t i = 0; i < n; i++)
		print_match(&match[i]);
	print_judgement(match, n, address);
	return true;
}

/* --- which --- */

static const struct store_task works[] = {
	{ "import", true, import_file },
	{ "sync", true, sync_file },
	{ "list", false, list_people },
	{ "test", false, test_from },
};

static int run(struct people_command *v, const struct command_args *args)
{
	struct store_task task =
		works[command_row(args, &works->name, sizeof(*works), COUNT_OF(works))];

	task.write = task.write && !v->dry_run;
	return store_task_run(args, &v->at, v->tenant_name, &task, v);
}

static int wrong_share(const struct command_args *args)
{
	fprintf(stderr, "%s: --max-removed is a share, 0 to 100; see \"%s --help\"\n",
		args->argv[0], args->argv[0]);
	return EXIT_USAGE;
}

int command_people(int argc, char **argv)
{
	struct people_command v = { .max_removed = -1 };
	const GOptionEntry entries[] = {
		{ "tenant", 0, 0, G_OPTION_ARG_STRING, &v.tenant_name,
		  "For whom; may be left out when there is only one", "NAME" },
		{ "dry-run", 0, 0, G_OPTION_ARG_NONE, &v.dry_run,
		  "Check and compare, write nothing", NULL },
		{ "json", 'j', 0, G_OPTION_ARG_NONE, &v.json,
		  "list, test: as lines of JSON", NULL },
		{ "max-removed", 0, 0, G_OPTION_ARG_INT, &v.max_removed,
		  "sync: the share of people that may go, else people_max_removed",
		  "PERCENT" },
		G_OPTION_ENTRY_NULL
	};
	struct command_args args = { .argc = argc, .argv = argv, .memory = true };
	int status = EXIT_USAGE;

	if (command_options(&args, entries, what)) {
		status = v.max_removed < -1 || v.max_removed > 100 ? wrong_share(&args)
								   : run(&v, &args);
		command_options_free(&args);
	}
	g_free(v.tenant_name);
	return status;
}
