/* The daemon: opens everything, serves, reloads on HUP, USR1 or request, and stops when told,
 * after the messages that are at their end. It never forks: a service manager keeps it. */
#include <errno.h>
#include <inttypes.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/map_guard.h"
#include "base/plural.h"
#include "cmd/command.h"
#include "cmd/control.h"
#include "cmd/control_rollout.h"
#include "cmd/control_status.h"
#include "cmd/control_store.h"
#include "cmd/gauges.h"
#include "cmd/user.h"
#include "config/pools.h"
#include "decoding.h"
#include "message/mime.h"
#include "metrics/http.h"
#include "quarantine/acts.h"
#include "quarantine/hold_event.h"
#include "quarantine/limits.h"
#include "review/digest.h"
#include "session/engine.h"
#include "session/listen_socket.h"

#define EXPIRE_EVERY_US (3600 * (int64_t)G_USEC_PER_SEC)

/* More than all but few messages take: what was given back would be asked for again, zeroed and
 * mapped anew, by the next one. Connections that rest give it back (session/engine.c). */
#define HEAP_BYTES (2 * 1024 * 1024)
#define RELOADS_MOST 4 /* asked for at once over the control socket */
#define CLOSE_MS 1000  /* for connections to end that nothing is done for */

struct daemon {
	struct listener listener;
	const struct engine *engine;
	void *server; /* of the engine; NULL: it could not be opened */
	struct runtime_setup setup;
	struct control *control;
	struct gauges gauges;
	struct listen_socket metrics_socket; /* fd -1: nobody listens */
	struct metrics_http *http;           /* NULL with it */
	struct clock_trust clock;            /* of the thread that expires */
	pthread_mutex_t reloading;           /* one reload at a time, whoever asks */
	gint reloads_asked; /* atomic: over the control socket, not answered */
	int stopping;       /* atomic */
};

/* what is not part of a runtime, and follows the options all the same */
static void set_records(struct daemon *d, const struct options *o)
{
	quarantine_compress(d->listener.quarantine, o->quarantine_compress);
	journal_bound(d->listener.journal,
		      &(struct journal_bounds){ .rotate_bytes = o->journal_rotate_bytes,
						.most_bytes = o->journal_limit_bytes });
}

/* A bad file keeps the old runtime, and says so. */
static bool reload(struct daemon *d, GString *to)
{
	GError *e = NULL;

	pthread_mutex_lock(&d->reloading);
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)clock_mono_us());
	struct runtime *old = runtime_current(&d->listener.slot);
	struct runtime *w = runtime_load(&d->setup, old, &e);
	char *restart = w == NULL ? NULL : options_need_restart(old->options, w->options);

	runtime_release(old);
	if (w != NULL) {
		log_level_set(w->options->log_level);
		set_records(d, w->options);
		g_string_append_printf(to, "reloaded: %zu %s, configuration %s\n",
				       ruleset_count(w->rules),
				       plural(ruleset_count(w->rules), "rule", "rules"),
				       w->id);
		if (restart != NULL)
			g_string_append_printf(to, "these need a restart to change: %s\n",
					       restart);
		runtime_replace(&d->listener.slot, w);
	} else {
		g_string_append_printf(
			to,
			"error: not reloaded, the old configuration stays in force\n%s\n",
			e->message);
		g_error_free(e);
	}
	metrics_add(d->listener.metrics,
		    w != NULL ? METRIC_RELOADS : METRIC_RELOAD_FAILURES, 1);
	g_free(restart);
	sd_notify(0, "READY=1");
	pthread_mutex_unlock(&d->reloading);
	return w != NULL;
}

static void log_lines(enum log_level level, char *text)
{
	char **lines = g_strsplit(g_strchomp(text), "\n", -1);

	for (char **l = lines; *l != NULL; l++)
		log_line(level, "%s", *l);
	g_strfreev(lines);
}

/* the log says by itself what is an error */
static void log_answer(bool done, char *said)
{
	if (done)
		log_lines(LOG_LEVEL_INFO, said);
	else
		log_lines(LOG_LEVEL_ERROR, said + strlen("error: "));
}

static void reload_and_log(struct daemon *d)
{
	GString *said = g_string_new(NULL);
	bool done = reload(d, said);

	log_answer(done, said->str);
	g_string_free(said, TRUE);
}

/* Who reloads while one runs waits for it; further ones would only keep "status" from being
 * answered. */
static void answer_reload(struct daemon *d, GString *to)
{
	if (g_atomic_int_add(&d->reloads_asked, 1) < RELOADS_MOST) {
		GString *said = g_string_new(NULL);
		bool done = reload(d, said);

		g_string_append(to, said->str);
		log_answer(done, said->str);
		g_string_free(said, TRUE);
	} else {
		g_string_append(to, "error: reloads are running and waiting already; try "
				    "again when they are done\n");
	}
	g_atomic_int_add(&d->reloads_asked, -1);
}

static bool answer(const char *word, GString *to, void *user)
{
	struct daemon *d = user;

	if (strcmp(word, "reload") == 0) {
		answer_reload(d, to);
	} else if (!control_status(word, "wonted-milter", d->listener.metrics, to)) {
		struct runtime *w = runtime_current(&d->listener.slot);
		bool ours = control_store(w->store, word, to) ||
			    control_rollout(w, d->listener.metrics, word, to);

		runtime_release(w);
		return ours;
	}
	return true;
}

static void expire(struct daemon *d)
{
	struct runtime *w = runtime_current(&d->listener.slot);
	GError *e = NULL;
	int64_t now_s = clock_now_s();

	if (!quarantine_clock(d->listener.quarantine, &d->clock, now_s)) {
		runtime_release(w);
		return;
	}
	int gone = quarantine_expire(d->listener.quarantine, now_s, &e);
	int over =
		e != NULL ? 0 : quarantine_limit(d->listener.quarantine, w->options, &e);

	if (over > 0)
		log_line(LOG_LEVEL_INFO,
			 "quarantine: %d %s expired, the oldest of more than quarantine_"
			 "count or quarantine_size of a verdict admit",
			 over, plural((unsigned)over, "message has", "messages have"));
	if (gone > 0)
		log_line(LOG_LEVEL_INFO, "quarantine: %d %s expired", gone,
			 plural((unsigned)gone, "message has", "messages have"));
	if (e != NULL)
		log_line(LOG_LEVEL_ERROR, "quarantine: cannot expire: %s", e->message);
	g_clear_error(&e);
	if (!acts_expire(w->options->quarantine_dir,
			 now_s - w->options->acts_keep_ms / 1000, &e))
		log_line(LOG_LEVEL_ERROR, "quarantine: %s", e->message);
	g_clear_error(&e);
	hold_events_expire(w->options->quarantine_dir, now_s);
	journal_expire(d->listener.journal, now_s - w->options->journal_keep_ms / 1000);
	runtime_release(w);
}

/* Who is told nothing misses nothing: so the one that runs anyway says it. */
static void watch_digests(struct daemon *d)
{
	struct runtime *w = runtime_current(&d->listener.slot);
	const struct options *o = w->options;
	int64_t silent_s =
		digest_silent(o, o->quarantine_dir, d->gauges.began_s, clock_now_s());

	if (silent_s > o->digest_alarm_ms / 1000)
		log_line(LOG_LEVEL_ERROR,
			 "summaries have stopped: for %" G_GINT64_FORMAT
			 " minutes no \"wonted digest send\" has ended well; see "
			 "wonted-digest.timer, and whether release_smtp answers",
			 silent_s / 60);
	runtime_release(w);
}

static void handled_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGHUP);
	sigaddset(set, SIGUSR1);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
}

static void block_signals(void)
{
	sigset_t set;

	handled_signals(&set);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	/* a write over a limit fails like one to a full disk, and is told like that */
	signal(SIGXFSZ, SIG_IGN);
}

/* the next signal, or -1 after that time */
static int next_signal(int64_t most_us)
{
	const struct timespec most = { .tv_sec = most_us / G_USEC_PER_SEC + 1 };
	sigset_t set;

	handled_signals(&set);
	return sigtimedwait(&set, NULL, &most);
}

/* What the service manager says, and what is done by the clock. */
static gpointer attend(gpointer data)
{
	struct daemon *d = data;
	int64_t expire_us = 0;

	while (!g_atomic_int_get(&d->stopping)) {
		int64_t now_us = clock_mono_us();

		if (now_us >= expire_us) {
			expire(d);
			watch_digests(d);
			expire_us = now_us + EXPIRE_EVERY_US;
		}
		switch (next_signal(expire_us - now_us)) {
		case SIGHUP:
		case SIGUSR1:
			reload_and_log(d);
			break;
		case SIGTERM:
		case SIGINT:
			log_line(LOG_LEVEL_INFO, "stopping");
			sd_notify(0, "STOPPING=1");
			g_atomic_int_set(&d->stopping, 1);
			d->engine->stop(d->server);
			break;
		default:
			break;
		}
	}
	return NULL;
}

/* nobody may ask before there is what he asks for */
static bool open_http(struct daemon *d, GError **e)
{
	if (d->metrics_socket.fd < 0)
		return true;
	d->http = metrics_http_open(d->metrics_socket.fd, d->listener.metrics,
				    gauges_ready, &d->gauges, e);
	return d->http != NULL;
}

static bool open_files(struct daemon *d, const struct options *o, GError **e)
{
	d->listener.quarantine = quarantine_open(o->quarantine_dir, e);
	if (d->listener.quarantine == NULL)
		return false;
	d->listener.journal = journal_open(o->journal_dir, o->journal_rotate_bytes, e);
	if (d->listener.journal == NULL)
		return false;
	set_records(d, o);
	gauges_begin(&d->gauges);
	if (!open_http(d, e))
		return false;
	d->control = control_open(o->control_socket, answer, d, e);
	return d->control != NULL;
}

static bool listen_for_metrics(struct daemon *d, const struct options *o, GError **e)
{
	const struct listen_request want = { .option = "metrics_socket",
					     .socket = o->metrics_socket,
					     .group = o->socket_group,
					     .mode = o->socket_mode,
					     .group_from = "socket_group",
					     .mode_from = "socket_mode",
					     .waiting = LIMIT_METRICS_CONNECTIONS };

	return *o->metrics_socket == '\0' ||
	       listen_socket_open_at(&want, &d->metrics_socket, e);
}

/* The socket may need root. All else is opened as the daemon's user: its files are its own
 * then, and what a reload could not read keeps it from starting. */
static bool start(struct daemon *d, GError **e)
{
	struct options *o = options_load_daemon(d->setup.config_path, e);
	struct runtime *w = NULL;

	if (o == NULL)
		return false;
	log_level_set(o->log_level);
	d->engine = engine_chosen(o);
	d->gauges.engine = d->engine->name;
	d->server = d->engine->open(&d->listener, o, e);
	if (d->server != NULL && user_become(o->user, e) && listen_for_metrics(d, o, e))
		w = runtime_load(&d->setup, NULL, e);
	options_unref(o);
	if (w == NULL)
		return false;
	message_library_warm();
	decode_pool_warm(w->decoders);
	runtime_replace(&d->listener.slot, w);
	return open_files(d, w->options, e);
}

static int serve(struct daemon *d)
{
	GThread *signals = g_thread_new("attend", attend, d);
	struct runtime *w = runtime_current(&d->listener.slot);

	log_line(LOG_LEVEL_INFO,
		 "wonted-milter " WONTED_VERSION " listens on %s, mode %s, %zu %s, "
		 "configuration %s",
		 w->options->socket, mode_names[w->options->mode],
		 ruleset_count(w->rules),
		 plural(ruleset_count(w->rules), "rule", "rules"), w->id);
	sd_notify(0, "READY=1");
	runtime_release(w); /* a reload is to end what belongs to it */
	bool well = d->engine->run(d->server);

	w = runtime_current(&d->listener.slot);
	int left = listener_drain(&d->listener, w->options->shutdown_grace_ms);

	runtime_release(w);
	if (left > 0)
		log_line(LOG_LEVEL_WARN,
			 "%d message(s) were not decided within shutdown_grace; what "
			 "becomes of them says the MTA's default action",
			 left);
	if (!g_atomic_int_get(&d->stopping)) {
		g_atomic_int_set(&d->stopping, 1);
		kill(getpid(), SIGTERM);
	}
	g_thread_join(signals);
	return well ? EXIT_DONE : EXIT_SYSTEM;
}

/* Sessions that are still open run on other threads and may look at everything: then only
 * the end of the process takes it away. */
static void stop(struct daemon *d, int status)
{
	control_close(d->control);
	metrics_http_close(d->http);
	listen_socket_close(&d->metrics_socket);
	if (d->server != NULL && !d->engine->close(d->server, CLOSE_MS)) {
		journal_sync(d->listener.journal);
		_exit(status);
	}
	journal_close(d->listener.journal);
	quarantine_close(d->listener.quarantine);
	runtime_replace(&d->listener.slot, NULL);
	metrics_free(d->listener.metrics);
}

static int check_only(const struct runtime_setup *setup)
{
	GError *e = NULL;
	struct runtime *w = runtime_load(setup, NULL, &e);

	if (w == NULL)
		return command_fail("wonted-milter", e);
	printf("%s: ok, %zu %s\n", setup->config_path, ruleset_count(w->rules),
	       plural(ruleset_count(w->rules), "rule", "rules"));
	runtime_release(w);
	return EXIT_DONE;
}

struct arguments {
	gboolean foreground, check, version;
};

static bool read_arguments(struct command_args *args, struct arguments *a)
{
	const GOptionEntry entries[] = {
		{ "foreground", 'f', 0, G_OPTION_ARG_NONE, &a->foreground,
		  "Log to standard error instead of syslog", NULL },
		{ "check", 'n', 0, G_OPTION_ARG_NONE, &a->check,
		  "Only check configuration and rules: exit 0 if it would start", NULL },
		{ "test", 't', G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &a->check,
		  "As -n", NULL },
		{ "version", 'V', 0, G_OPTION_ARG_NONE, &a->version, "Say the version",
		  NULL },
		G_OPTION_ENTRY_NULL
	};

	return command_options(
		args, entries,
		"The filter. It stays in the foreground and is kept by a service "
		"manager.\nHUP or USR1 reloads; a configuration with a mistake "
		"keeps the old one in force.\nTERM stops after the messages that "
		"are at their end.\nExit status: 0 done, 1 wrong configuration, "
		"2 wrong usage, 3 system.");
}

/* By itself malloc() lets each of many threads keep what its biggest message took. A few heaps
 * are enough for the processors, and what is big goes back when it is freed. */
static void keep_heaps_small(void)
{
	mallopt(M_ARENA_MAX, 2 * (int)g_get_num_processors());
	mallopt(M_MMAP_THRESHOLD, HEAP_BYTES);
	mallopt(M_TRIM_THRESHOLD, HEAP_BYTES);
}

static int run(struct daemon *d, bool foreground)
{
	GError *e = NULL;
	int status;

	keep_heaps_small();
	d->listener.metrics = metrics_new(METRIC_MILTER);
	d->setup.metrics = d->listener.metrics;
	block_signals();
	umask(0027);
	log_open("wonted-milter", foreground ? LOG_SINK_STDERR : LOG_SINK_SYSLOG,
		 LOG_LEVEL_INFO);
	d->gauges.began_s = clock_now_s();
	d->listener.began_us = (uint64_t)g_get_real_time();
	if (start(d, &e)) {
		status = serve(d);
	} else {
		char *all = g_strdup(e->message);

		log_lines(LOG_LEVEL_ERROR, all);
		if (foreground) { /* the log is there already */
			status = error_exit_status(e);
			g_error_free(e);
		} else {
			status = command_fail("wonted-milter", e);
		}
		g_free(all);
	}
	stop(d, status);
	return status;
}

int main(int argc, char **argv)
{
	struct command_args args = { .argc = argc, .argv = argv };
	struct arguments given = { 0 };
	struct daemon d = { .listener.slot.lock = PTHREAD_MUTEX_INITIALIZER,
			    .gauges.listener = &d.listener,
			    .metrics_socket.fd = -1,
			    .reloading = PTHREAD_MUTEX_INITIALIZER };
	int status = EXIT_DONE;

	decoding_child(argc, argv);
	if (!read_arguments(&args, &given))
		return EXIT_USAGE;
	if (args.argc > 1) {
		fprintf(stderr,
			"wonted-milter: \"%s\" is not understood; see \"wonted-milter "
			"--help\"\n",
			args.argv[1]);
		command_options_free(&args);
		return EXIT_USAGE;
	}
	d.setup = (struct runtime_setup){ .config_path = args.config,
					  .decoder = DECODING_PROGRAM,
					  .daemon = true };
	map_guard_install();
	message_library_init();
	if (given.version)
		puts("wonted-milter " WONTED_VERSION);
	else if (given.check)
		status = check_only(&d.setup);
	else
		status = run(&d, given.foreground);
	command_options_free(&args);
	return status;
}
