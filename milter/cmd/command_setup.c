/* `wonted setup`: what the mail server needs, taken from and put into its own configuration. Only
 * lines of ours are ever taken out again; other milters stay where they are. */
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "base/error.h"
#include "cmd/command.h"
#include "cmd/setup_plan.h"
#include "config/load.h"
#include "config/print.h"
#include "config/socket.h"
#include "message/domain.h"

static const char *const name = "wonted setup";

#define BLOCK_BEGIN "wonted setup begin"
#define BLOCK_END "wonted setup end"

struct setup {
	struct command_args *args;
	gboolean apply, remove;
	char *folder;  /* of the mail server's configuration */
	char *contrib; /* where the files for Dovecot lie */
	struct options *options;
	struct socket_spec socket;
	struct setup_plan *plan;
};

/* ---- wonted.conf ---- */

static bool has_tenant(const char *text)
{
	return g_regex_match_simple("^\\s*tenant\\b", text, G_REGEX_MULTILINE, 0);
}

static char *tenant_section(GPtrArray *domains)
{
	GString *out = g_string_new("\ntenant \"main\" {\n\tdomains = { ");

	for (guint i = 0; i < domains->len; i++)
		g_string_append_printf(out, "%s\"%s\"", i > 0 ? ", " : "",
				       (const char *)domains->pdata[i]);
	g_string_append(out, " }\n}\n");
	return g_string_free(out, FALSE);
}

/* A configuration without a tenant gets one of the mail server's domains; any other must be right. */
static bool load_config(struct setup *s, GPtrArray *domains, GError **e)
{
	const char *path = s->args->config;
	char *text = setup_read(path, e), *section, *whole;

	if (text == NULL)
		return false;
	if (has_tenant(text) || s->remove) {
		s->options = options_load(path, e);
	} else if (domains->len == 0) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    "%s has no tenant, and the mail server names no domains that "
			    "can be read; write a tenant with your mail domains there",
			    path);
	} else {
		section = tenant_section(domains);
		whole = g_strconcat(text, section, NULL);
		s->options = options_load_text(path, bytes_of(whole), e);
		if (s->options != NULL)
			setup_plan_write(s->plan, path, whole);
		g_free(whole);
		g_free(section);
	}
	g_free(text);
	return s->options != NULL;
}

static bool take_config(struct setup *s, GPtrArray *domains, GError **e)
{
	char *why;

	if (!load_config(s, domains, e))
		return false;
	if (!socket_parse(s->options->socket, &s->socket, &why))
		g_error("socket %s %s", s->options->socket,
			why); /* checked by the loader */
	for (guint i = 0; i < domains->len && !s->remove; i++)
		if (options_tenant(s->options, domains->pdata[i]) == NULL)
			setup_plan_say(s->plan,
				       "%s is a mail domain here, and of no tenant in "
				       "wonted.conf: add it",
				       (const char *)domains->pdata[i]);
	return true;
}

/* what may be a mail domain; maps, variables and localhost are not */
static void add_domain(GPtrArray *domains, const char *word)
{
	struct arena *a = arena_create();
	const char *key = domain_key(a, word);

	if (key != NULL && strchr(key, '.') != NULL && strpbrk(word, ":$/") == NULL &&
	    !g_str_has_prefix(key, "localhost") &&
	    !g_ptr_array_find_with_equal_func(domains, key, g_str_equal, NULL))
		g_ptr_array_add(domains, g_strdup(key));
	arena_destroy(&a);
}

static void add_domains(GPtrArray *domains, const char *text)
{
	char **words = g_strsplit_set(text, ", \t\n", -1);

	for (char **w = words; *w != NULL; w++)
		add_domain(domains, *w);
	g_strfreev(words);
}

/* ---- Postfix ---- */

static char *postconf(const struct setup *s, const char *option, const char *parameter,
		      GError **e)
{
	const char *const argv[] = {
		"postconf", "-c", s->folder, option, parameter, NULL
	};
	char *value = setup_ask(argv, e);

	return value == NULL ? NULL : g_strstrip(value);
}

static bool postfix_domains(const struct setup *s, GPtrArray *domains, GError **e)
{
	static const char *const from[] = { "mydestination", "virtual_mailbox_domains",
					    "virtual_alias_domains", "relay_domains" };

	for (size_t i = 0; i < COUNT_OF(from); i++) {
		char *value = postconf(s, "-xh", from[i], e);

		if (value == NULL)
			return false;
		if (strchr(value, ':') != NULL && !s->remove)
			setup_plan_say(s->plan,
				       "%s has a map, whose domains cannot be read here; "
				       "see that a tenant has them",
				       from[i]);
		add_domains(domains, value);
		g_free(value);
	}
	return true;
}

/* milters as they stand: words, or braces with all that is in them */
static GPtrArray *split_milters(const char *value)
{
	GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
	const char *begin = NULL;
	int depth = 0;

	for (const char *c = value;; c++) {
		bool gap =
			*c == '\0' || (depth == 0 && (g_ascii_isspace(*c) || *c == ','));

		if (begin == NULL && !gap)
			begin = c;
		depth += *c == '{' ? 1 : *c == '}' ? -1 : 0;
		if (begin != NULL && gap) {
			g_ptr_array_add(list, g_strndup(begin, (gsize)(c - begin)));
			begin = NULL;
		}
		if (*c == '\0')
			return list;
	}
}

static bool is_ours(const char *milter, const char *address)
{
	const char *at = milter + strspn(milter, "{ \t\n");
	size_t n = strlen(address);

	return strncmp(at, address, n) == 0 &&
	       (at[n] == '\0' || strchr(", \t\n}", at[n]) != NULL);
}

/* as smtpd sees it: below the queue directory if it can be, for the sake of a chroot */
static char *postfix_address(struct setup *s, GError **e)
{
	char *queue = postconf(s, "-xh", "queue_directory", e), *address;
	const char *path = s->socket.path;
	size_t n = queue == NULL ? 0 : strlen(queue);

	if (queue == NULL)
		return NULL;
	if (s->socket.family == SOCKET_UNIX && strncmp(path, queue, n) == 0 &&
	    path[n] == '/') {
		address = g_strconcat("unix:", path + n + 1, NULL);
	} else {
		address = socket_for_postfix(&s->socket);
		if (s->socket.family == SOCKET_UNIX && !s->remove)
			setup_plan_say(
				s->plan,
				"where smtpd runs in a chroot (Debian's default) it "
				"does not see %s; write socket = "
				"\"unix:%s/wonted/wonted.sock\" in wonted.conf",
				path, queue);
	}
	g_free(queue);
	return address;
}

static void set_parameter(struct setup *s, const char *parameter, GPtrArray *milters)
{
	char *main = g_build_filename(s->folder, "main.cf", NULL), *setting;

	g_ptr_array_add(milters, NULL);
	char *value = g_strjoinv(", ", (char **)milters->pdata);

	setting = g_strdup_printf("%s = %s", parameter, value);
	const char *const keep[] = { "postconf", "-c", s->folder, "-e", setting, NULL };
	const char *const drop[] = { "postconf", "-c", s->folder, "-X", parameter, NULL };

	setup_plan_run(s->plan, main, *value == '\0' ? drop : keep);
	g_free(setting);
	g_free(value);
	g_free(main);
}

/* Others stand before us: those that sign or verify must see what came. */
static bool change_milters(struct setup *s, const char *parameter, const char *address,
			   GError **e)
{
	char *value = postconf(s, "-h", parameter, e);
	GPtrArray *milters = value == NULL ? NULL : split_milters(value);
	bool there = false;

	if (value == NULL)
		return false;
	for (guint i = milters->len; i-- > 0;) {
		if (!is_ours(milters->pdata[i], address))
			continue;
		there = true;
		if (s->remove)
			g_ptr_array_remove_index(milters, i);
	}
	if (!there && !s->remove)
		g_ptr_array_add(milters, print_postfix_milter(s->options, address));
	if (there == (bool)s->remove)
		set_parameter(s, parameter, milters);
	g_ptr_array_unref(milters);
	g_free(value);
	return true;
}

/* the listener that takes what the quarantine releases, and filters nothing */
static bool change_release(struct setup *s, GError **e)
{
	char *service = g_strconcat(s->options->release_smtp, "/inet", NULL);
	char *now = postconf(s, "-M", service, e);
	char *master = g_build_filename(s->folder, "master.cf", NULL);
	char *line = g_strdup_printf(
		"%s=%s inet n - y - - smtpd -o syslog_name=postfix/release -o "
		"smtpd_milters= -o mynetworks=127.0.0.0/8 -o "
		"smtpd_client_restrictions=permit_mynetworks,reject -o "
		"smtpd_relay_restrictions=permit_mynetworks,reject -o "
		"smtpd_recipient_restrictions=permit_mynetworks,reject",
		service, s->options->release_smtp);
	const char *const put[] = { "postconf", "-c", s->folder, "-Me", line, NULL };
	const char *const drop[] = { "postconf", "-c", s->folder, "-MX", service, NULL };
	bool ours = now != NULL && strstr(now, "postfix/release") != NULL;

	if (now != NULL && s->remove && ours)
		setup_plan_run(s->plan, master, drop);
	else if (now != NULL && !s->remove && *now == '\0')
		setup_plan_run(s->plan, master, put);
	g_free(line);
	g_free(master);
	g_free(service);
	bool good = now != NULL;

	g_free(now);
	return good;
}

static bool plan_postfix(struct setup *s, GError **e)
{
	GPtrArray *domains = g_ptr_array_new_with_free_func(g_free);
	char *address = NULL;
	bool good;

	if (s->folder == NULL)
		s->folder = g_strdup("/etc/postfix");
	good = postfix_domains(s, domains, e) && take_config(s, domains, e);
	if (good)
		address = postfix_address(s, e);
	good = address != NULL && change_milters(s, "smtpd_milters", address, e) &&
	       change_milters(s, "non_smtpd_milters", address, e) && change_release(s, e);
	if (good && !setup_plan_is_empty(s->plan))
		setup_plan_say(s->plan, "then: postfix reload");
	g_free(address);
	g_ptr_array_unref(domains);
	return good;
}

/* ---- Sendmail ---- */

static void read_domains(const struct setup *s, const char *file, GPtrArray *domains)
{
	char *path = g_build_filename(s->folder, file, NULL);
	char *text = setup_read(path, NULL);
	char **lines = g_strsplit(text != NULL ? text : "", "\n", -1);

	for (char **l = lines; *l != NULL; l++)
		if (**l != '#')
			add_domains(domains, *l);
	g_strfreev(lines);
	g_free(text);
	g_free(path);
}

/* The text without our block, which begins and ends with lines of its own. */
static char *without_block(const char *text)
{
	char **lines = g_strsplit(text, "\n", -1);
	GString *out = g_string_new(NULL);
	bool within = false;

	for (char **l = lines; *l != NULL; l++) {
		within |= strstr(*l, BLOCK_BEGIN) != NULL;
		if (!within)
			g_string_append_printf(out, "%s%s", *l, l[1] == NULL ? "" : "\n");
		if (strstr(*l, BLOCK_END) != NULL)
			within = false;
	}
	g_strfreev(lines);
	return g_string_free(out, FALSE);
}

static char *sendmail_block(const struct setup *s)
{
	char *milter = socket_for_milter(&s->socket);
	const char *port = strrchr(s->options->release_smtp, ':');
	char *host = g_strndup(s->options->release_smtp,
			       (gsize)(port - s->options->release_smtp));
	char *filter = print_sendmail_milter(s->options, milter);
	char *block = g_strdup_printf(
		"dnl # " BLOCK_BEGIN "\n%sdnl\n"
		"DAEMON_OPTIONS(`Name=release, Port=%s, Addr=%s, InputMailFilters=')dnl\n"
		"dnl # " BLOCK_END "\n",
		filter, port + 1, host);

	g_free(filter);
	g_free(host);
	g_free(milter);
	return block;
}

static char *sendmail_text(const struct setup *s, const char *text)
{
	char *plain = without_block(text), *whole, *block;
	char *mailer =
		g_str_has_prefix(plain, "MAILER(") ? plain : strstr(plain, "\nMAILER(");

	if (s->remove)
		return plain;
	block = sendmail_block(s);
	if (mailer == NULL) {
		whole = g_strconcat(plain, block, NULL);
	} else {
		mailer += *mailer == '\n';
		char *head = g_strndup(plain, (gsize)(mailer - plain));

		whole = g_strconcat(head, block, mailer, NULL);
		g_free(head);
	}
	g_free(block);
	g_free(plain);
	return whole;
}

static bool plan_sendmail(struct setup *s, GError **e)
{
	GPtrArray *domains = g_ptr_array_new_with_free_func(g_free);
	char *path, *text, *after;
	bool good;

	if (s->folder == NULL)
		s->folder = g_strdup("/etc/mail");
	read_domains(s, "local-host-names", domains);
	read_domains(s, "relay-domains", domains);
	path = g_build_filename(s->folder, "sendmail.mc", NULL);
	good = take_config(s, domains, e);
	text = good ? setup_read(path, e) : NULL;
	if (text != NULL) {
		after = sendmail_text(s, text);
		setup_plan_write(s->plan, path, after);
		if (!setup_plan_is_empty(s->plan))
			setup_plan_say(s->plan, "then: make -C %s, and restart Sendmail",
				       s->folder);
		g_free(after);
	}
	good = text != NULL;
	g_free(text);
	g_free(path);
	g_ptr_array_unref(domains);
	return good;
}

/* ---- Dovecot ---- */

static char *contrib_file(const struct setup *s, const char *file, GError **e)
{
	static const char *const places[] = { "/usr/local/share/doc/wonted/contrib",
					      "/usr/share/wonted/contrib" };
	char *path = NULL, *text;

	for (size_t i = 0; i < COUNT_OF(places) && path == NULL; i++) {
		path = g_build_filename(s->contrib != NULL ? s->contrib : places[i],
					"dovecot", file, NULL);
		if (s->contrib == NULL && !g_file_test(path, G_FILE_TEST_EXISTS))
			g_clear_pointer(&path, g_free);
	}
	if (path == NULL)
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    "%s is nowhere to be found; say with --contrib where the "
			    "folder contrib of wonted is",
			    file);
	text = path == NULL ? NULL : setup_read(path, e);
	g_free(path);
	return text;
}

static bool plan_file(struct setup *s, const char *from, const char *to, GError **e)
{
	char *text = contrib_file(s, from, e);
	char *path = g_build_filename(s->folder, to, NULL);
	char *now = setup_read(path, NULL);

	if (text != NULL && !s->remove)
		setup_plan_write(s->plan, path, text);
	else if (text != NULL && g_strcmp0(now, text) == 0)
		setup_plan_write(s->plan, path, NULL);
	else if (text != NULL && now != NULL)
		setup_plan_say(s->plan, "%s was changed by somebody, and stays", path);
	bool good = text != NULL;

	g_free(now);
	g_free(path);
	g_free(text);
	return good;
}

static bool plan_dovecot(struct setup *s, GError **e)
{
	const char *const argv[] = { "dovecot", "--version", NULL };
	char *version = setup_ask(argv, e), *file;
	bool good = version != NULL;

	if (!good)
		return false;
	if (s->folder == NULL)
		s->folder = g_strdup("/etc/dovecot");
	file = g_strconcat("90-wonted.conf.",
			   g_str_has_prefix(version, "2.3") ? "2.3" : "2.4", NULL);
	good = plan_file(s, file, "conf.d/90-wonted.conf", e) &&
	       plan_file(s, "wonted-junk.sieve", "sieve/wonted-junk.sieve", e);
	if (good && !setup_plan_is_empty(s->plan))
		setup_plan_say(s->plan, s->remove
						? "then: doveadm reload"
						: "then: sievec "
						  "/etc/dovecot/sieve/wonted-junk.sieve "
						  "&& doveadm reload");
	g_free(file);
	g_free(version);
	return good;
}

/* ---- the command ---- */

static const struct {
	const char *name;
	bool (*plan)(struct setup *s, GError **e);
} servers[] = {
	{ "postfix", plan_postfix },
	{ "sendmail", plan_sendmail },
	{ "dovecot", plan_dovecot },
};

static int run(struct setup *s, size_t row)
{
	GError *e = NULL;

	if (!servers[row].plan(s, &e))
		return command_fail(name, e);
	if (setup_plan_is_empty(s->plan))
		printf("nothing to do: %s\n", s->remove
						      ? "there is nothing of wonted in it"
						      : "it is as it should be");
	if (!s->apply) {
		setup_plan_print(s->plan);
		if (!setup_plan_is_empty(s->plan))
			puts("# nothing was changed; --apply does this, and keeps "
			     "copies");
	} else if (!setup_plan_apply(s->plan, &e)) {
		return command_fail(name, e);
	}
	return EXIT_DONE;
}

int command_setup(int argc, char **argv)
{
	struct command_args args = { .argc = argc, .argv = argv };
	struct setup s = { .args = &args };
	const GOptionEntry entries[] = {
		{ "apply", 0, 0, G_OPTION_ARG_NONE, &s.apply,
		  "Do it, and keep copies of what is changed", NULL },
		{ "remove", 0, 0, G_OPTION_ARG_NONE, &s.remove,
		  "Take our lines out again; others stay", NULL },
		{ "config-dir", 0, 0, G_OPTION_ARG_FILENAME, &s.folder,
		  "Where the mail server's configuration lies, if not where it usually "
		  "does",
		  "DIR" },
		{ "contrib", 0, 0, G_OPTION_ARG_FILENAME, &s.contrib,
		  "dovecot: the folder contrib that came with wonted", "DIR" },
		G_OPTION_ENTRY_NULL
	};
	int status = EXIT_USAGE;

	if (command_options(&args, entries,
			    "Prints what is to be done, and does it with --apply. A "
			    "wonted.conf without a tenant gets\none of the mail server's "
			    "domains.")) {
		s.plan = setup_plan_new();
		status = run(&s, command_row(&args, &servers->name, sizeof(*servers),
					     COUNT_OF(servers)));
		setup_plan_free(s.plan);
		if (s.options != NULL)
			socket_clear(&s.socket);
		options_unref(s.options);
		command_options_free(&args);
	}
	g_free(s.folder);
	g_free(s.contrib);
	return status;
}
