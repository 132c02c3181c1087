/* The web page of the quarantine. It answers on threads of libmicrohttpd; this one waits for a
 * signal. */
#include <signal.h>
#include <stdio.h>
#include <systemd/sd-daemon.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/map_guard.h"
#include "cmd/command.h"
#include "cmd/review_memory.h"
#include "cmd/user.h"
#include "config/load.h"
#include "message/message.h"
#include "review/review.h"
#include "session/listen_socket.h"

struct arguments {
	gboolean foreground, version, routes;
};

static bool read_arguments(struct command_args *args, struct arguments *a)
{
	const GOptionEntry entries[] = {
		{ "foreground", 'f', 0, G_OPTION_ARG_NONE, &a->foreground,
		  "Log to standard error instead of syslog", NULL },
		{ "routes", 'r', 0, G_OPTION_ARG_NONE, &a->routes,
		  "Print all addresses of the page and its API", NULL },
		{ "version", 'V', 0, G_OPTION_ARG_NONE, &a->version, "Say the version",
		  NULL },
		G_OPTION_ENTRY_NULL
	};

	return command_options(
		args, entries,
		"The web page of what is held: people see, release and delete their "
		"mail. It\nspeaks plain HTTP at review_socket, for a proxy with a "
		"certificate. It stays in\nthe foreground; TERM ends it.\n"
		"Exit status: 0 done, 1 wrong configuration, 2 wrong usage, 3 system.");
}

static void signals_of(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGHUP);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
}

/* A bad file keeps the old options, and says so. */
static struct options *load_again(const char *config)
{
	GError *e = NULL;
	struct options *o = options_load(config, &e);

	if (o == NULL) {
		log_line(LOG_LEVEL_ERROR, "not reloaded, the old configuration stays: %s",
			 e->message);
		g_error_free(e);
	}
	return o;
}

/* out   NULL: it is to end; else what it goes on with */
static struct options *wait_for_signal(const char *config)
{
	struct options *again = NULL;
	sigset_t set;
	int got;

	signals_of(&set);
	sd_notify(0, "READY=1");
	/* sigwait() itself is the engine's of libmilter, and ends with that */
	do {
		got = sigwaitinfo(&set, NULL);
		if (got == SIGHUP)
			again = load_again(config);
	} while (again == NULL && got != SIGTERM && got != SIGINT);
	if (again == NULL)
		sd_notify(0, "STOPPING=1");
	else
		sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld",
			   (long long)clock_mono_us());
	return again;
}

/* before any thread begins */
static void block_signals(void)
{
	sigset_t set;

	signals_of(&set);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* The page speaks plain HTTP: passwords would be read on the way. */
static bool may_listen(const char *socket, GError **e)
{
	struct socket_spec spec;
	char *why = NULL;
	bool may;

	if (!socket_parse(socket, &spec, &why)) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT, "review_socket %s", why);
		g_free(why);
		return false;
	}
	may = socket_is_local(&spec);
	if (!may)
		g_set_error(
			e, WONTED_ERROR, WONTED_ERROR_INPUT,
			"review_socket: %s is not an address of the loopback; the page "
			"speaks plain HTTP, put a proxy with a certificate before it",
			spec.host);
	socket_clear(&spec);
	return may;
}

static bool listen_for_people(const struct options *o, struct listen_socket *s_r,
			      GError **e)
{
	const struct listen_request want = { .option = "review_socket",
					     .socket = o->review_socket,
					     .group = o->review_socket_group,
					     .mode = o->review_socket_mode,
					     .group_from = "review_socket_group",
					     .mode_from = "review_socket_mode",
					     .waiting = LIMIT_REVIEW_CONNECTIONS };

	return may_listen(o->review_socket, e) && listen_socket_open_at(&want, s_r, e);
}

/* again_r   what it goes on with after a reload; NULL: it is to end */
static bool serve(const struct options *o, const char *config, struct options **again_r,
		  GError **e)
{
	struct quarantine *q = quarantine_open(o->quarantine_dir, e);
	struct review_memory memory;
	struct review_store *store = review_memory_open(o, &memory);
	struct review *r = q == NULL ? NULL : review_open(o, q, &memory, e);
	struct listen_socket at = { .fd = -1 };
	struct http_server *s = r == NULL || !listen_for_people(o, &at, e)
					? NULL
					: http_open(at.fd, review_answer, r, e);
	bool good = s != NULL;

	*again_r = NULL;
	if (good) {
		log_level_set(o->log_level);
		log_line(LOG_LEVEL_INFO, "wonted-review " WONTED_VERSION " listens at %s",
			 o->review_socket);
		*again_r = wait_for_signal(config);
	}
	http_close(s);
	listen_socket_close(&at);
	review_close(r);
	review_memory_close(store);
	quarantine_close(q);
	return good;
}

static int run(const char *config, const struct arguments *a)
{
	GError *e = NULL;
	struct options *o = options_load(config, &e), *again = NULL;

	if (o == NULL)
		return command_fail("wonted-review", e);
	block_signals();
	log_open("wonted-review", a->foreground ? LOG_SINK_STDERR : LOG_SINK_SYSLOG,
		 o->log_level);
	map_guard_install();
	message_library_init();
	bool good = user_become(o->user, &e);

	while (good && o != NULL) {
		good = serve(o, config, &again, &e);
		options_unref(o);
		o = again;
	}
	options_unref(o);
	return good ? EXIT_DONE : command_fail("wonted-review", e);
}

int main(int argc, char **argv)
{
	struct command_args args = { .argc = argc, .argv = argv };
	struct arguments given = { 0 };
	int status = EXIT_DONE;

	if (!read_arguments(&args, &given))
		return EXIT_USAGE;
	if (args.argc > 1) {
		fprintf(stderr, "wonted-review: \"%s\" is not understood; see --help\n",
			args.argv[1]);
		status = EXIT_USAGE;
	} else if (given.version) {
		puts("wonted-review " WONTED_VERSION);
	} else if (given.routes) {
		char *routes = review_routes();

		fputs(routes, stdout);
		g_free(routes);
	} else {
		status = run(args.config, &given);
	}
	command_options_free(&args);
	return status;
}
