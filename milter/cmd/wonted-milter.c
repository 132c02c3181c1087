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
#include "cmd/control_store.h"
#include "cmd/user.h"
#include "config/load.h"
#include "decoding.h"
#include "message/mime.h"
#include "quarantine/acts.h"
#include "session/engine.h"

#define EXPIRE_EVERY_US (3600 * (int64_t)G_USEC_PER_SEC)

/* More than all but few messages take: what was given back would be asked for again, zeroed and
 * mapped anew, by the next one. Connections that rest give it back (session/engine.c). */
#define HEAP_BYTES (2 * 1024 * 1024)
#define CLOSE_MS 1000 /* for connections to end that nothing is done for */

struct daemon {
	struct listener listener;
	const struct engine *engine;
	void *server; /* of the engine; NULL: it could not be opened */
	struct runtime_setup setup;
	struct control *control;
	int64_t began_s;
	struct clock_trust clock;  /* of the thread that expires */
	pthread_mutex_t reloading; /* one reload at a time, whoever asks */
	int stopping;              /* atomic */
};

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
		journal_rotate_at(d->listener.journal, w->options->journal_rotate_bytes);
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
	metrics_add(&d->listener.metrics,
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

static void tell_resolver(const struct runtime *w, GString *to)
{
	int64_t since_s = w->auth == NULL ? 0 : auth_resolver_silent_since(w->auth);

	g_string_append_printf(to, "%-24s ", "dns_resolver");
	if (since_s == 0)
		g_string_append(to, "answers\n");
	else
		g_string_append_printf(to,
				       "answers nobody since %" PRId64
				       " s; see dns_servers and the log\n",
				       clock_now_s() - since_s);
}

static void tell_decoders(const struct runtime *w, GString *to)
{
	struct decode_state now = { 0 };

	if (w->decoders != NULL)
		decode_pool_state(w->decoders, &now);
	g_string_append_printf(to, "%-24s %d\n", "decoders_now", now.alive);
	g_string_append_printf(to, "%-24s %d\n", "decoders_busy", now.busy);
	g_string_append_printf(to, "%-24s %d\n", "decode_waiting", now.waiting);
}

static void tell_status(struct daemon *d, GString *to)
{
	struct runtime *w = runtime_current(&d->listener.slot);

	g_string_append_printf(to, "wonted-milter " WONTED_VERSION "\n");
	g_string_append_printf(to, "%-24s %lld s\n", "running",
			       (long long)(clock_now_s() - d->began_s));
	g_string_append_printf(to, "%-24s %s\n", "configuration", w->id);
	g_string_append_printf(to, "%-24s %s\n", "mode", mode_names[w->options->mode]);
	g_string_append_printf(to, "%-24s %zu\n", "rules", ruleset_count(w->rules));
	g_string_append_printf(to, "%-24s %s\n", "milter_engine", d->engine->name);
	g_string_append_printf(to, "%-24s %d\n", "sessions_now", d->listener.sessions);
	g_string_append_printf(to, "%-24s %zu\n", "memory_now",
			       (size_t)d->listener.memory.used);
	tell_resolver(w, to);
	tell_decoders(w, to);
	metrics_print(&d->listener.metrics, to);
	runtime_release(w);
}

static bool answer(const char *word, GString *to, void *user)
{
	struct daemon *d = user;

	if (strcmp(word, "reload") == 0) {
		GString *said = g_string_new(NULL);
		bool done = reload(d, said);

		g_string_append(to, said->str);
		log_answer(done, said->str);
		g_string_free(said, TRUE);
	} else if (strcmp(word, "status") == 0) {
		tell_status(d, to);
	} else {
		struct runtime *w = runtime_current(&d->listener.slot);
		bool ours = control_store(w->store, word, to);

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

	if (gone > 0)
		log_line(LOG_LEVEL_INFO, "quarantine: %d %s expired", gone,
			 plural((unsigned)gone, "message has", "messages have"));
	if (e != NULL)
		log_line(LOG_LEVEL_ERROR, "quarantine: cannot expire: %s", e->message);
	g_clear_error(&e);
	if (!acts_expire(w->options->quarantine_dir, now_s - LIMIT_ACTS_KEEP_S, &e))
		log_line(LOG_LEVEL_ERROR, "quarantine: %s", e->message);
	g_clear_error(&e);
	journal_expire(d->listener.journal, now_s - w->options->journal_keep_ms / 1000);
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

static bool open_files(struct daemon *d, const struct options *o, GError **e)
{
	d->listener.quarantine = quarantine_open(o->quarantine_dir, e);
	if (d->listener.quarantine == NULL)
		return false;
	d->listener.journal = journal_open(o->journal_dir, o->journal_rotate_bytes, e);
	if (d->listener.journal == NULL)
		return false;
	d->control = control_open(o->control_socket, answer, d, e);
	return d->control != NULL;
}

/* The socket may need root. All else is opened as the daemon's user: its files are its own
 * then, and what a reload could not read keeps it from starting. */
static bool start(struct daemon *d, GError **e)
{
	struct options *o = options_load(d->setup.config_path, e);
	struct runtime *w = NULL;

	if (o == NULL)
		return false;
	log_level_set(o->log_level);
	d->engine = engine_chosen(o);
	d->server = d->engine->open(&d->listener, o, e);
	if (d->server != NULL && user_become(o->user, e))
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
	if (d->server != NULL && !d->engine->close(d->server, CLOSE_MS)) {
		journal_sync(d->listener.journal);
		_exit(status);
	}
	journal_close(d->listener.journal);
	quarantine_close(d->listener.quarantine);
	runtime_replace(&d->listener.slot, NULL);
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
	block_signals();
	umask(0027);
	log_open("wonted-milter", foreground ? LOG_SINK_STDERR : LOG_SINK_SYSLOG,
		 LOG_LEVEL_INFO);
	d->began_s = clock_now_s();
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
					  .metrics = &d.listener.metrics };
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
