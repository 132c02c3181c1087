/* wonted mailbox: take in what is known of addresses, list it, and show one. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/error.h"
#include "base/file.h"
#include "base/plural.h"
#include "cmd/command.h"
#include "cmd/listing.h"
#include "cmd/people_print.h"
#include "cmd/tenant_store.h"
#include "mailbox/mailboxes.h"
#include "message/address.h"

#define FILE_BYTES_MOST (512UL * 1024 * 1024)

static const char what[] =
	"mailbox import FILE   take in a CSV file, whose header line names the columns\n"
	"                      address, kind (user, shared, list, system, none), "
	"canonical,\n"
	"                      locale, policy and flags (several with \";\"), or an LDIF "
	"file\n"
	"                      (*.ldif). Only address must be there; empty fields leave "
	"what\n"
	"                      is known, a \"-\" for locale, policy or flags takes it "
	"away. "
	"All\n"
	"                      lines are checked before anything is written\n"
	"mailbox import --postfix MAP   a virtual or alias map: its text file, TYPE:PATH "
	"as\n"
	"                      main.cf has it (read with \"postmap -s\"), or - for what\n"
	"                      \"postmap -s\" printed, on standard input; an alias map "
	"has\n"
	"                      names without a domain: --domain says which it is\n"
	"mailbox list          those of the tenant\n"
	"mailbox show ADDRESS  what is known of one, and its aliases";

struct mailbox_command {
	char *tenant_name, *postfix, *domain;
	gboolean dry_run, json;
	size_t listed;
	struct tenant_store at;
};

/* --- import --- */

static bool read_stdin(char **text_r, size_t *n_r, GError **e)
{
	GString *all = g_string_new(NULL);
	char part[65536];
	size_t n;

	while ((n = fread(part, 1, sizeof(part), stdin)) > 0 &&
	       all->len < FILE_BYTES_MOST)
		g_string_append_len(all, part, (gssize)n);
	if (ferror(stdin) || n > 0) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT, "standard input: %s",
			    n > 0 ? "too long" : "cannot be read");
		g_string_free(all, TRUE);
		return false;
	}
	*n_r = all->len;
	*text_r = g_string_free(all, FALSE);
	return true;
}

/* Only Postfix knows how to read all its kinds of maps. */
static bool run_postmap(const char *map, char **text_r, size_t *n_r, GError **e)
{
	char *found = g_find_program_in_path("postmap");
	char *program = found != NULL ? found : g_strdup("/usr/sbin/postmap");
	const char *argv[] = { program, "-s", map, NULL };
	char *said = NULL;
	GError *why = NULL;
	int status = 0;
	bool good = g_spawn_sync(NULL, (char **)(uintptr_t)argv, NULL,
				 G_SPAWN_STDIN_FROM_DEV_NULL, NULL, NULL, text_r, &said,
				 &status, &why);

	if (good && g_spawn_check_wait_status(status, NULL)) {
		*n_r = strlen(*text_r);
	} else {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    "%s: cannot be read with \"postmap -s\": %s", map,
			    why != NULL ? why->message : g_strchomp(said));
		if (good)
			g_free(*text_r);
		good = false;
	}
	g_clear_error(&why);
	g_free(said);
	g_free(program);
	return good;
}

static bool read_map(const char *map, char **text_r, size_t *n_r, GError **e)
{
	if (strcmp(map, "-") == 0)
		return read_stdin(text_r, n_r, e);
	if (map[0] != '-' && strchr(map, ':') != NULL)
		return run_postmap(map, text_r, n_r, e);
	return file_read(map, FILE_BYTES_MOST, text_r, n_r, e);
}

static bool write_list(struct mailbox_command *v, const struct mailbox_list *list,
		       GError **e)
{
	size_t aliases = 0;

	if (!v->dry_run && (!mailboxes_write(v->at.store, v->at.tenant->name, list, e) ||
			    !mailboxes_share(v->at.store, v->at.tenant->name, list, e)))
		return false;
	for (size_t i = 0; i < list->n; i++)
		aliases += list->at[i].box.canonical != NULL &&
			   strcmp(list->at[i].box.canonical, list->at[i].address) != 0;
	printf("%zu %s%s, %zu of them aliases\n", list->n,
	       plural(list->n, "address", "addresses"),
	       v->dry_run ? " (only looked, nothing written)" : "", aliases);
	if (list->skipped > 0)
		printf("%zu %s no address of the tenant left out\n", list->skipped,
		       plural(list->skipped, "entry that is", "entries that are"));
	if (list->local > 0)
		printf("%zu of them %s without a domain: with --domain DOMAIN names "
		       "are taken for addresses there\n",
		       list->local, plural(list->local, "is a name", "are names"));
	return true;
}

static bool import_file(void *command, const char *path, GError **e)
{
	struct mailbox_command *v = command;
	const char *name = v->postfix != NULL ? v->postfix : path;
	struct mailbox_reading r = { .name = strcmp(name, "-") == 0 ? "stdin" : name,
				     .format = v->postfix != NULL ? MAILBOX_MAP
					       : g_str_has_suffix(name, ".ldif")
						       ? MAILBOX_LDIF
						       : MAILBOX_CSV,
				     .options = v->at.options,
				     .tenant = v->at.tenant,
				     .domain = v->domain };
	struct mailbox_list list;
	char *text;
	bool good;

	if (v->domain != NULL &&
	    options_tenant(v->at.options, v->domain) != v->at.tenant) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    "--domain %s: not a domain of tenant \"%s\"", v->domain,
			    v->at.tenant->name);
		return false;
	}
	if (v->postfix != NULL ? !read_map(name, &text, &r.text.n, e)
			       : !file_read(name, FILE_BYTES_MOST, &text, &r.text.n, e))
		return false;
	r.text.at = text;
	good = mailboxes_read(&r, v->at.arena, &list, e) && write_list(v, &list, e);
	g_free(text);
	return good;
}

/* --- list and show --- */

static bool is_alias(const char *address, const struct mailbox *m)
{
	return m->canonical != NULL && strcmp(m->canonical, address) != 0;
}

/* as the columns of an import */
static void print_row(const char *address, const struct mailbox *m)
{
	print_safe(address);
	printf("\t%s\t", mailbox_kind_names[m->kind]);
	print_safe(is_alias(address, m) ? m->canonical : NULL);
	putchar('\t');
	print_safe(m->locale);
	putchar('\t');
	print_safe(m->policy);
	for (size_t i = 0; i < m->n_flags; i++) {
		fputs(i == 0 ? "\t" : "; ", stdout);
		print_safe(m->flags[i]);
	}
	puts(m->n_flags == 0 ? "\t" : "");
}

static void print_json(const char *address, const struct mailbox *m)
{
	GString *out = listing_json_begin();

	listing_json_text(out, "address", address);
	listing_json_text(out, "kind", mailbox_kind_names[m->kind]);
	listing_json_text(out, "canonical", is_alias(address, m) ? m->canonical : NULL);
	listing_json_text(out, "locale", m->locale);
	listing_json_text(out, "policy", m->policy);
	listing_json_texts(out, "flags", m->flags, m->n_flags);
	listing_json_print(out);
}

static bool list_one(const struct store_record *record, void *to)
{
	struct mailbox_command *v = to;
	struct arena *a = arena_create();
	struct key_parts parts;
	struct mailbox m;

	if (key_split(a, record->key, &parts) &&
	    mailbox_decode(a, record->value, &m) == ANSWER_YES) {
		if (v->json)
			print_json(parts.part1, &m);
		else
			print_row(parts.part1, &m);
		v->listed++;
	}
	arena_destroy(&a);
	return true;
}

static bool list_mailboxes(void *command, const char *unused, GError **e)
{
	struct mailbox_command *v = command;

	(void)unused;
	if (!v->json)
		listing_header("ADDRESS\tKIND\tCANONICAL\tLOCALE\tPOLICY\tFLAGS");
	if (!store_scan(v->at.store,
			key_prefix(v->at.arena, FAMILY_MAILBOX, v->at.tenant->name),
			list_one, v, e))
		return false;
	fprintf(stderr, "%zu %s of tenant \"%s\"\n", v->listed,
		plural(v->listed, "address", "addresses"), v->at.tenant->name);
	return true;
}

static bool show_alias(const struct store_record *record, void *to)
{
	struct arena *a = arena_create();
	struct key_parts parts;
	struct mailbox m;

	if (key_split(a, record->key, &parts) &&
	    mailbox_decode(a, record->value, &m) == ANSWER_YES &&
	    is_alias(parts.part1, &m) && strcmp(m.canonical, to) == 0) {
		fputs("alias     ", stdout);
		print_safe(parts.part1);
		putchar('\n');
	}
	arena_destroy(&a);
	return true;
}

static void print_word(const char *name, const char *word)
{
	if (word == NULL)
		return;
	printf("%-9s ", name);
	print_safe(word);
	putchar('\n');
}

/* by what is known now: a policy that is gone leaves the choice to the others */
static void print_policy(const struct options *o, const char *address,
			 const struct mailbox *m)
{
	const struct policy_seeker who = { .address = address,
					   .named = m->policy,
					   .flags = m->flags,
					   .n_flags = m->n_flags };

	if (m->policy != NULL && options_policy_named(o, m->policy) == NULL)
		fprintf(stderr,
			"the configuration has no policy of that name: the next rule of "
			"choice holds, see wonted.conf(5)\n");
	print_word("in force", options_policy(o, &who)->name);
}

static void print_mailbox(const char *address, const struct mailbox *m)
{
	print_word("address", address);
	print_word("kind", mailbox_kind_names[m->kind]);
	print_word("canonical", is_alias(address, m) ? m->canonical : NULL);
	print_word("locale", m->locale);
	print_word("policy", m->policy);
	for (size_t i = 0; i < m->n_flags; i++)
		print_word("flag", m->flags[i]);
	if (m->baseline_since_s > 0) {
		GDateTime *day = g_date_time_new_from_unix_utc(m->baseline_since_s);
		char *text = day == NULL ? NULL : g_date_time_format(day, "%F");

		print_word("baseline", text);
		g_free(text);
		if (day != NULL)
			g_date_time_unref(day);
	}
}

static bool show_mailbox(void *command, const char *address, GError **e)
{
	struct mailbox_command *v = command;
	const char *key = address_key(v->at.arena, address);
	struct store_read r = { .answer = ANSWER_UNKNOWN };
	struct mailbox m;

	if (key == NULL || *key == '\0') {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    "\"%s\" is no mail address", address);
		return false;
	}
	r.key = key_build(v->at.arena, FAMILY_MAILBOX, v->at.tenant->name, key, NULL);
	store_read_many(v->at.store, &r, 1, 0, v->at.arena);
	if (r.answer == ANSWER_YES)
		r.answer = mailbox_decode(v->at.arena, r.value, &m);
	if (r.answer != ANSWER_YES) {
		g_set_error(e, WONTED_ERROR,
			    r.answer == ANSWER_NO ? WONTED_ERROR_INPUT
						  : WONTED_ERROR_STORE,
			    r.answer == ANSWER_NO
				    ? "tenant \"%s\" knows nothing of a mailbox %s"
				    : "tenant \"%s\": the store cannot tell of %s",
			    v->at.tenant->name, key);
		return false;
	}
	if (v->json) {
		print_json(key, &m);
		return true;
	}
	print_mailbox(key, &m);
	print_policy(v->at.options, key, &m);
	return store_scan(v->at.store,
			  key_prefix(v->at.arena, FAMILY_MAILBOX, v->at.tenant->name),
			  show_alias, (void *)(uintptr_t)key, e);
}

/* --- which --- */

static const struct store_task works[] = {
	{ "import", true, import_file },
	{ "list", false, list_mailboxes },
	{ "show", false, show_mailbox },
};

/* --postfix takes the place of the file, and only there */
static bool fits(const struct mailbox_command *v, const struct command_args *args)
{
	bool import = strcmp(args->argv[1], "import") == 0;

	if (import ? (args->argc == 3) != (v->postfix != NULL) : v->postfix == NULL)
		if (v->domain == NULL || v->postfix != NULL)
			return true;
	fprintf(stderr,
		"%s %s: import needs either FILE or --postfix MAP, and --domain goes "
		"with "
		"--postfix; see \"%s --help\"\n",
		args->argv[0], args->argv[1], args->argv[0]);
	return false;
}

static int run(struct mailbox_command *v, const struct command_args *args)
{
	if (!fits(v, args))
		return EXIT_USAGE;
	struct store_task task =
		works[command_row(args, &works->name, sizeof(*works), COUNT_OF(works))];

	task.write = task.write && !v->dry_run;
	return store_task_run(args, &v->at, v->tenant_name, &task, v);
}

int command_mailbox(int argc, char **argv)
{
	struct mailbox_command v = { 0 };
	const GOptionEntry entries[] = {
		{ "tenant", 0, 0, G_OPTION_ARG_STRING, &v.tenant_name,
		  "For whom; may be left out when there is only one", "NAME" },
		{ "postfix", 0, 0, G_OPTION_ARG_STRING, &v.postfix,
		  "Import a map of Postfix", "MAP" },
		{ "domain", 0, 0, G_OPTION_ARG_STRING, &v.domain,
		  "With --postfix: the domain of names without one", "DOMAIN" },
		{ "json", 'j', 0, G_OPTION_ARG_NONE, &v.json,
		  "list, show: a line of JSON for each address", NULL },
		{ "dry-run", 0, 0, G_OPTION_ARG_NONE, &v.dry_run, "Check, write nothing",
		  NULL },
		G_OPTION_ENTRY_NULL
	};
	struct command_args args = { .argc = argc, .argv = argv, .memory = true };
	int status = EXIT_USAGE;

	if (command_options(&args, entries, what)) {
		status = run(&v, &args);
		command_options_free(&args);
	}
	g_free(v.postfix);
	g_free(v.domain);
	g_free(v.tenant_name);
	return status;
}
