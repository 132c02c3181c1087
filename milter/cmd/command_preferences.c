/* wonted preferences: what a mailbox wants, why, since when; stating it, and taking it back.
 * What is read comes from the store; what is changed goes through wonted-learn, which alone
 * writes there. */
#include <stdio.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/error.h"
#include "base/json_line.h"
#include "base/plural.h"
#include "cmd/command.h"
#include "cmd/feedback_ask.h"
#include "cmd/listing.h"
#include "cmd/people_print.h"
#include "cmd/tenant_store.h"
#include "learn/canonical.h"
#include "message/address.h"
#include "preference/preference.h"
#include "quarantine/acts.h"
#include "store/keys.h"

static const char what[] =
	"An entry is sender@domain, @domain, <list-id>, or ?sender@domain for mail that "
	"only\n"
	"says it is of that sender. What is stated stands before what was learned from "
	"moves,\n"
	"and the narrower entry before the wider one. It moves the points for spam and\n"
	"promotions of this mailbox's mail, and never those for threats. What is wanted "
	"counts\n"
	"for authenticated mail alone; a list's entry for mail that its signer has "
	"signed:\n"
	"  wonted preferences set ann@example.org junk '<news.shop.example>' \\\n"
	"      --signed-by shop.example\n"
	"undo makes wonted forget what was stated and learned until now.";

struct preferences_command {
	char *signer, *socket;
	gint days;
	gboolean json, acts, quiet;
	const char *name; /* of the command, for errors */
	struct tenant_store at;
	const char *mailbox;
	GPtrArray *entries; /* texts, of those that say something */
	size_t listed;
};

/* --- list --- */

/* "2026-11-20 10:30", local time; "-": 0 */
static const char *time_words(struct arena *a, int64_t s)
{
	char *text = s == 0 ? NULL : listing_time(s);
	const char *kept = arena_strdup(a, text != NULL ? text : "-");

	g_free(text);
	return kept;
}

static const char *act_words(struct arena *a, const struct preference_evidence *e)
{
	if (e->feedback < 0 || e->feedback >= FEEDBACK_COUNT)
		return "?";
	if (e->undone <= 0 || e->undone > FEEDBACK_COUNT)
		return feedback_rows[e->feedback].cause;
	return arena_printf(a, "%s, and taken back", feedback_rows[e->undone - 1].cause);
}

static void print_row(struct arena *a, const char *entry, const struct preference *p,
		      const struct preference_view *v, bool acts)
{
	printf("%s\t", preference_names[v->kind]);
	print_safe(entry);
	printf("\t%s\t",
	       v->kind == PREFERENCE_NONE ? "-" : preference_strength_names[v->strength]);
	print_safe(v->cause != NULL ? v->cause : "-");
	printf("\t%lld\t%s\t%s\n", (long long)v->count, time_words(a, v->since_s),
	       time_words(a, v->expires_s));
	for (size_t i = 0; acts && i < p->n_evidence; i++) {
		const struct preference_evidence *e = &p->evidence[i];

		printf("  %s\t%s%s\n", time_words(a, e->at_ms / 1000), act_words(a, e),
		       e->at_ms <= p->forgotten_ms ? " (forgotten)" : "");
	}
}

static void print_acts_json(GString *out, const struct preference *p, struct arena *a)
{
	json_line_name(out, "acts");
	json_line_open(out, '[');
	for (size_t i = 0; i < p->n_evidence; i++) {
		json_line_open(out, '{');
		listing_json_int(out, "time", p->evidence[i].at_ms / 1000);
		listing_json_text(out, "act", act_words(a, &p->evidence[i]));
		listing_json_bool(out, "forgotten",
				  p->evidence[i].at_ms <= p->forgotten_ms);
		json_line_close(out, '}');
	}
	json_line_close(out, ']');
}

static void print_json(struct arena *a, const char *entry, const struct preference *p,
		       const struct preference_view *v)
{
	GString *out = listing_json_begin();
	bool any = v->kind != PREFERENCE_NONE;

	listing_json_text(out, "entry", entry);
	listing_json_text(out, "wants", preference_names[v->kind]);
	listing_json_text(out, "strength",
			  any ? preference_strength_names[v->strength] : NULL);
	listing_json_text(out, "cause", v->cause);
	listing_json_int(out, "count", v->count);
	listing_json_int(out, "since", v->since_s);
	listing_json_int(out, "expires", v->expires_s);
	listing_json_text(out, "signer", p->signer);
	print_acts_json(out, p, a);
	listing_json_print(out);
}

static bool see_entry(const struct store_record *record, void *to)
{
	struct preferences_command *v = to;
	struct arena *a = arena_create();
	struct preference_view view;
	struct key_parts parts;
	struct preference p;

	if (key_split(a, record->key, &parts) &&
	    preference_decode(a, record->value, &p) == ANSWER_YES) {
		preference_look(&p, preference_entry_kind(parts.part2), NULL,
				clock_now_s(), &view);
		if (view.kind != PREFERENCE_NONE)
			g_ptr_array_add(v->entries, g_strdup(parts.part2));
		if (v->name == NULL && v->json)
			print_json(a, parts.part2, &p, &view);
		else if (v->name == NULL && (v->acts || view.kind != PREFERENCE_NONE))
			print_row(a, parts.part2, &p, &view, v->acts);
		v->listed += view.kind != PREFERENCE_NONE;
	}
	arena_destroy(&a);
	return true;
}

/* --- whose --- */

static bool find_mailbox(struct preferences_command *v, const char *address, GError **e)
{
	const char *key = address_key(v->at.arena, address);
	const struct tenant *t =
		key == NULL ? NULL : options_tenant(v->at.options, address_domain(key));
	struct canonical_source source = { .options = v->at.options,
					   .store = v->at.store };
	struct behavior_address whose;

	if (t == NULL) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    "\"%s\" is no mailbox of a tenant; domains stand in "
			    "wonted.conf",
			    address);
		return false;
	}
	v->at.tenant = t;
	whose = (struct behavior_address){ .tenant = t->name,
					   .address = options_mailbox(v->at.options,
								      v->at.arena, key) };
	if (!canonical_find(&whose, 1, v->at.arena, &source, e))
		return false;
	v->mailbox = whose.mailbox != NULL ? whose.mailbox : whose.address;
	return true;
}

static bool see_all(struct preferences_command *v, const char *address, GError **e)
{
	if (!find_mailbox(v, address, e))
		return false;
	return store_scan(v->at.store,
			  key_prefix_of(v->at.arena, FAMILY_PREFERENCE,
					v->at.tenant->name, v->mailbox),
			  see_entry, v, e);
}

static int with_store(struct preferences_command *v, const struct command_args *args,
		      bool (*run)(struct preferences_command *v, const char *address,
				  GError **e))
{
	struct options *o = command_config(args);
	GError *e = NULL;
	bool good;

	if (o == NULL)
		return EXIT_WRONG_INPUT;
	v->at = (struct tenant_store){ .options = o, .arena = arena_create() };
	v->at.store = configured_store_open(o, false, &e);
	good = v->at.store != NULL && run(v, args->argv[2], &e);
	tenant_store_close(&v->at);
	options_unref(o);
	return good ? EXIT_DONE : command_fail(args->argv[0], e);
}

static bool list_one(struct preferences_command *v, const char *address, GError **e)
{
	if (!v->json)
		listing_header("WANTS\tENTRY\tSTRENGTH\tCAUSE\tMESSAGES\tSINCE\tUNTIL");
	if (!see_all(v, address, e))
		return false;
	fflush(stdout);
	fprintf(stderr, "%zu %s of %s\n", v->listed,
		plural(v->listed, "entry", "entries"), v->mailbox);
	return true;
}

static int list(struct preferences_command *v, const struct command_args *args)
{
	return with_store(v, args, list_one);
}

/* --- set and undo --- */

static int send(const struct preferences_command *v, const struct command_args *args,
		GString *request)
{
	char *socket = feedback_ask_socket(args, v->socket), *who = acts_who();
	int status;

	feedback_ask_word(request, "by", who);
	status = feedback_ask_send(request, (struct bytes){ .at = "", .n = 0 }, socket,
				   args->argv[0], v->quiet);
	g_string_free(request, TRUE);
	g_free(socket);
	g_free(who);
	return status;
}

static int set(struct preferences_command *v, const struct command_args *args)
{
	GString *request = feedback_ask_begin("set", args->argv[2], NULL);
	char *days = v->days != 0 ? g_strdup_printf("%d", v->days) : NULL;

	feedback_ask_word(request, "wants", args->argv[3]);
	feedback_ask_word(request, "entry", args->argv[4]);
	feedback_ask_word(request, "signer", v->signer);
	feedback_ask_word(request, "days", days);
	g_free(days);
	return send(v, args, request);
}

static int forget(const struct preferences_command *v, const struct command_args *args,
		  const char *entry)
{
	GString *request = feedback_ask_begin("forget", args->argv[2], NULL);

	feedback_ask_word(request, "entry", entry);
	return send(v, args, request);
}

static int undo(struct preferences_command *v, const struct command_args *args)
{
	int status = EXIT_DONE;

	if (args->argc > 3)
		return forget(v, args, args->argv[3]);
	v->name = args->argv[0];
	status = with_store(v, args, see_all);
	for (guint i = 0; status == EXIT_DONE && i < v->entries->len; i++)
		status = forget(v, args, v->entries->pdata[i]);
	if (status == EXIT_DONE && !v->quiet)
		printf("%u %s forgotten\n", v->entries->len,
		       plural(v->entries->len, "entry", "entries"));
	return status;
}

/* --- which --- */

static const struct work {
	const char *name;
	int (*run)(struct preferences_command *v, const struct command_args *args);
} works[] = {
	{ "list", list },
	{ "set", set },
	{ "undo", undo },
};

int command_preferences(int argc, char **argv)
{
	struct preferences_command v = { .entries =
						 g_ptr_array_new_with_free_func(g_free) };
	const GOptionEntry entries[] = {
		{ "json", 'j', 0, G_OPTION_ARG_NONE, &v.json,
		  "list: a line of JSON for each entry, with all that was done", NULL },
		{ "acts", 'a', 0, G_OPTION_ARG_NONE, &v.acts,
		  "list: what was done, too, and what was taken back", NULL },
		{ "signed-by", 0, 0, G_OPTION_ARG_STRING, &v.signer,
		  "set, of a list: who must have signed", "DOMAIN" },
		{ "days", 0, 0, G_OPTION_ARG_INT, &v.days,
		  "set: for how long; without it for ever", "N" },
		{ "socket", 0, 0, G_OPTION_ARG_FILENAME, &v.socket,
		  "Where wonted-learn listens, if not at feedback_socket", "PATH" },
		{ "quiet", 'q', 0, G_OPTION_ARG_NONE, &v.quiet,
		  "set, undo: say nothing when it was taken", NULL },
		G_OPTION_ENTRY_NULL
	};
	struct command_args args = { .argc = argc, .argv = argv, .memory = true };
	int status = EXIT_USAGE;

	if (command_options(&args, entries, what)) {
		status = works[command_row(&args, &works->name, sizeof(*works),
					   COUNT_OF(works))]
				 .run(&v, &args);
		command_options_free(&args);
	}
	g_ptr_array_unref(v.entries);
	g_free(v.signer);
	g_free(v.socket);
	return status;
}
