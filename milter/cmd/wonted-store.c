/* Serves a data set over the protocol of Redis. This thread runs the loop (serve/server.h). */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/map_guard.h"
#include "base/password_file.h"
#include "cmd/command.h"
#include "cmd/gauges.h"
#include "cmd/user.h"
#include "config/pools.h"
#include "metrics/http.h"
#include "serve/server.h"
#include "session/listen_socket.h"

#define GRACE_US (5 * G_USEC_PER_SEC)
#define LISTEN_WAITING 1024

struct arguments {
	gboolean foreground, version, check;
};

struct serving_daemon {
	const struct options *options;
	char *password;
	struct metrics *metrics;
	struct server *server;
	struct listen_socket at, metrics_at;
	struct metrics_http *http; /* NULL: nobody asks */
	int64_t began_s;
};

static bool read_arguments(struct command_args *args, struct arguments *a)
{
	const GOptionEntry entries[] = {
		{ "foreground", 'f', 0, G_OPTION_ARG_NONE, &a->foreground,
		  "Log to standard error instead of syslog", NULL },
		{ "check", 'C', 0, G_OPTION_ARG_NONE, &a->check,
		  "Look at the options and at each byte of the data set, and end", NULL },
		{ "version", 'V', 0, G_OPTION_ARG_NONE, &a->version, "Say the version",
		  NULL },
		G_OPTION_ENTRY_NULL
	};

	return command_options(
		args, entries,
		"Serves a data set that \"wonted store build\" made to many machines, "
		"over "
		"the\nprotocol of Redis. It stays in the foreground; TERM ends it, HUP "
		"looks for a\nnewer data set at once.\n"
		"Exit status: 0 done, 1 wrong configuration, 2 wrong usage, 3 system.");
}

/* out   *port_r 0: a unix socket */
static bool may_listen(const struct options *o, uint16_t *port_r, GError **e)
{
	struct socket_spec spec;
	char *why = NULL;
	bool may;

	if (!socket_parse(o->serve_socket, &spec, &why)) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT, "serve_socket %s", why);
		g_free(why);
		return false;
	}
	*port_r = spec.family == SOCKET_UNIX ? 0 : spec.port;
	may = socket_is_local(&spec) || *o->serve_password_file != '\0';
	if (!may)
		g_set_error(
			e, WONTED_ERROR, WONTED_ERROR_INPUT,
			"serve_socket: other machines can reach %s; name a file with a "
			"password in serve_password_file, and the same password in the "
			"?password_file= of their store",
			spec.host);
	socket_clear(&spec);
	return may;
}

static struct server *make_server(struct serving_daemon *d, GError **e)
{
	const struct options *o = d->options;
	struct server_setup setup = {
		.fd = d->at.fd,
		.tcp = d->at.tcp,
		.store = o->serve_store,
		.nodes = o->serve_nodes,
		.node = o->serve_node,
		.password = d->password,
		.workers = (unsigned)o->serve_workers,
		.queue = (size_t)o->serve_queue,
		.clients_most = (size_t)o->serve_max_connections,
		.memory_bytes = (size_t)o->serve_memory_bytes,
		.reply_bytes = (size_t)o->serve_reply_bytes,
		.idle_us = o->serve_idle_timeout_ms * 1000,
		.metrics = d->metrics,
	};

	return may_listen(o, &setup.port, e) ? server_new(&setup, e) : NULL;
}

/* --- supervision --- */

static bool is_ready(GString *why, void *user)
{
	const struct serving_daemon *d = user;

	return server_ready(d->server, why);
}

static void collect(struct metrics *m, void *user)
{
	const struct serving_daemon *d = user;
	GString *why = g_string_new(NULL);

	gauges_common(m, d->began_s);
	metrics_set(m, METRIC_READY, NULL, is_ready(why, user));
	server_collect(d->server);
	g_string_free(why, TRUE);
}

static bool open_metrics(struct serving_daemon *d, GError **e)
{
	const struct options *o = d->options;
	const struct listen_request want = { .option = "serve_metrics_socket",
					     .socket = o->serve_metrics_socket,
					     .group = o->serve_socket_group,
					     .mode = o->serve_socket_mode,
					     .group_from = "serve_socket_group",
					     .mode_from = "serve_socket_mode",
					     .waiting = LIMIT_METRICS_CONNECTIONS };

	gauges_configuration(d->metrics, o, POOL_SERVE);
	metrics_collect(d->metrics, collect, d);
	if (*want.socket == '\0')
		return true;
	if (!listen_socket_open_at(&want, &d->metrics_at, e))
		return false;
	d->http = metrics_http_open(d->metrics_at.fd, d->metrics, is_ready, d, e);
	return d->http != NULL;
}

/* --- running --- */

static bool listen_for_clients(struct serving_daemon *d, GError **e)
{
	const struct options *o = d->options;
	const struct listen_request want = { .option = "serve_socket",
					     .socket = o->serve_socket,
					     .group = o->serve_socket_group,
					     .mode = o->serve_socket_mode,
					     .group_from = "serve_socket_group",
					     .mode_from = "serve_socket_mode",
					     .waiting = LISTEN_WAITING };

	return listen_socket_open_at(&want, &d->at, e);
}

static void say_started(void)
{
	sd_notify(0, "READY=1");
}

/* Before any thread begins; the loop reads them.
 * out   -1: errno */
static int block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static bool serve(struct serving_daemon *d, int signals, GError **e)
{
	const struct options *o = d->options;

	if (!listen_for_clients(d, e))
		return false;
	d->server = make_server(d, e);
	if (d->server == NULL || !open_metrics(d, e))
		return false;
	log_line(LOG_LEVEL_INFO, "wonted-store " WONTED_VERSION " serves %s at %s",
		 o->serve_store, o->serve_socket);
	server_run(d->server, signals, say_started, GRACE_US);
	sd_notify(0, "STOPPING=1");
	log_line(LOG_LEVEL_INFO, "wonted-store ends");
	return true;
}

/* All that would keep it from starting, or from answering. */
static bool check(struct serving_daemon *d, GError **e)
{
	const struct options *o = d->options;
	struct store_setup setup = { 0 };
	struct store_sound sound;
	struct store *s = NULL;
	bool good;

	d->server = make_server(d, e);
	if (d->server != NULL) {
		server_slots(d->server, &setup.first_slot, &setup.end_slot);
		s = store_open(o->serve_store, &setup, e);
	}
	good = s != NULL && store_sound(s, &sound, e);
	store_close(&s);
	if (good)
		printf("%s: %" G_GUINT64_FORMAT " keys, sound\n", o->serve_store,
		       sound.entries);
	return good;
}

static int run(const char *config, const struct arguments *a)
{
	struct serving_daemon d = { .began_s = clock_now_s(),
				    .at.fd = -1,
				    .metrics_at.fd = -1 };
	GError *e = NULL;
	struct options *o = options_load_daemon(config, &e);
	int signals;
	bool good;

	if (o == NULL)
		return command_fail("wonted-store", e);
	signals = block_signals();
	log_open("wonted-store",
		 a->foreground || a->check ? LOG_SINK_STDERR : LOG_SINK_SYSLOG,
		 o->log_level);
	map_guard_install();
	d.options = o;
	d.password = *o->serve_password_file == '\0'
			     ? g_strdup("")
			     : password_file_read(o->serve_password_file, &e);
	d.metrics = metrics_new(METRIC_STORE);
	good = d.password != NULL && user_become(o->user, &e);
	if (good && !a->check)
		log_buffer_begin();
	if (good)
		good = a->check ? check(&d, &e) : serve(&d, signals, &e);
	metrics_http_close(d.http);
	listen_socket_close(&d.metrics_at);
	listen_socket_close(&d.at);
	server_free(d.server);
	log_buffer_end();
	metrics_free(d.metrics);
	g_free(d.password);
	close(signals);
	options_unref(o);
	return good ? EXIT_DONE : command_fail("wonted-store", e);
}

int main(int argc, char **argv)
{
	struct command_args args = { .argc = argc, .argv = argv };
	struct arguments given = { 0 };
	int status = EXIT_DONE;

	if (!read_arguments(&args, &given))
		return EXIT_USAGE;
	if (args.argc > 1) {
		fprintf(stderr, "wonted-store: \"%s\" is not understood; see --help\n",
			args.argv[1]);
		status = EXIT_USAGE;
	} else if (given.version) {
		puts("wonted-store " WONTED_VERSION);
	} else {
		status = run(args.config, &given);
	}
	command_options_free(&args);
	return status;
}
