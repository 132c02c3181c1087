/* wonted check: says whether a configuration would be taken, and prints what is known of
 * it. It never writes and never speaks to the daemon. */
#include <stdio.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/plural.h"
#include "cmd/command.h"
#include "cmd/places.h"
#include "config/load.h"
#include "config/print.h"
#include "decoding.h"
#include "runtime.h"
#include "store/keys.h"
#include "store/store.h"

struct checks {
	gboolean dump, print_conf, print_man;
};

static const char what[] =
	"Reads the configuration and all it names - rules with their tests, lists, the "
	"store -\n"
	"as the daemon's user, sees whether the daemon could write where it has to, and "
	"says everything that is wrong, each with file and line; or what Postfix and "
	"Sendmail\n"
	"must be told to find the filter. Exit status: 0 it is right, 1 it is wrong, 2 "
	"wrong arguments.";

static void say_ok(const char *path, const struct runtime *w, GString *out)
{
	const struct options *o = w->options;

	g_string_append_printf(out, "%s: ok, %zu %s, %zu %s, mode %s\n", path,
			       o->n_tenants, plural(o->n_tenants, "tenant", "tenants"),
			       o->n_policies, plural(o->n_policies, "policy", "policies"),
			       mode_names[o->mode]);
	g_string_append_printf(out, "%s: ok, %zu %s, all tests pass\n", o->rules_dir,
			       ruleset_count(w->rules),
			       plural(ruleset_count(w->rules), "rule", "rules"));
	print_mta_lines(o, out);
}

/* each line of a complaint begins with its file and line, so that editors find the place */
static int report(GError *e)
{
	int status = error_exit_status(e);

	fprintf(stderr, "%s\n", e->message);
	g_error_free(e);
	return status;
}

static int dump(const char *path, GString *out)
{
	GError *e = NULL;
	struct options *o = options_load(path, &e);

	if (o == NULL)
		return report(e);
	print_dump(o, out);
	options_unref(o);
	return EXIT_DONE;
}

/* As the daemon begins: the socket as who started it, all else as the daemon's user. A
 * place that cannot be written is no fault of the file: it is told beside the others. */
static bool begin_as_daemon(const char *path, GError **e)
{
	struct options *o = options_load(path, e);
	bool good = o != NULL && places_check_socket(o, e) && places_become(o, e);

	options_unref(o);
	return good;
}

/* A store that does not answer, though it could be opened: asked for what need not be there. */
static bool store_answers(const struct runtime *w, GError **e)
{
	struct arena *a = arena_create();
	struct store_read r = { .key = key_build(a, FAMILY_TENANT, "check", NULL, NULL) };

	store_read_many(w->store, &r, 1, 0, a);
	arena_destroy(&a);
	if (r.answer != ANSWER_UNKNOWN)
		return true;
	g_set_error(
		e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
		"store: \"%s\" does not answer; what the daemon would say stands above",
		store_url(w->store));
	return false;
}

/* The daemon would go on without, and say so in its log only. */
static bool decoders_start(const struct options *o, GError **e)
{
	const struct runtime_setup setup = { .decoder = DECODING_PROGRAM };
	struct decode_setup decoders;

	return !runtime_decoders(o, &setup, &decoders) || decode_try(&decoders, e);
}

/* All that the daemon would load, loaded as the daemon loads it. */
static int check(const char *path, GString *out)
{
	const struct runtime_setup setup = { .config_path = path, .without_dns = true };
	GError *e = NULL;
	struct runtime *w =
		begin_as_daemon(path, &e) ? runtime_load(&setup, NULL, &e) : NULL;

	if (w == NULL)
		return report(e);
	if (!places_check(w->options, &e) || !store_answers(w, &e) ||
	    !decoders_start(w->options, &e)) {
		runtime_release(w);
		return report(e);
	}
	say_ok(path, w, out);
	runtime_release(w);
	return EXIT_DONE;
}

int command_check(int argc, char **argv)
{
	struct checks w = { 0 };
	const GOptionEntry entries[] = {
		{ "dump", 0, 0, G_OPTION_ARG_NONE, &w.dump,
		  "Print the values that hold, and where each comes from", NULL },
		{ "print-conf", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &w.print_conf,
		  "Print a wonted.conf that explains every option", NULL },
		{ "print-man", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &w.print_man,
		  "Print the manual page wonted.conf(5)", NULL },
		G_OPTION_ENTRY_NULL
	};
	struct command_args args = { .argc = argc, .argv = argv };
	int status = EXIT_DONE;

	if (!command_options(&args, entries, what))
		return EXIT_USAGE;
	GString *out = g_string_new(NULL);

	if (w.print_conf) {
		print_conf(out);
	} else if (w.print_man) {
		print_man(out);
	} else {
		status = w.dump ? dump(args.config, out) : check(args.config, out);
	}
	fputs(out->str, stdout);
	g_string_free(out, TRUE);
	command_options_free(&args);
	return status;
}
