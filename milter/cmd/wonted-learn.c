/* The memory's writer: reads the journal as it grows, and keeps how far it came. One thread;
 * signals are looked at between batches, so that a batch is always ended. The milter never
 * waits for it: while it stands still the journal keeps what is to be learned. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
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
#include "cmd/control_status.h"
#include "cmd/feedback_listener.h"
#include "cmd/gauges.h"
#include "cmd/guard.h"
#include "cmd/tenant_store.h"
#include "cmd/user.h"
#include "config/pools.h"
#include "learn/follow.h"
#include "message/message.h"
#include "metrics/http.h"
#include "session/listen_socket.h"

#define REPORT_EVERY_US (60 * G_USEC_PER_SEC)

struct learn {
	const char *config;
	struct options *options;
	struct store *store;       /* NULL: to be opened */
	struct follower *follower; /* NULL with it */
	struct feedback_listener *feedback;
	struct follow_done told; /* what the last report counted up to */
	int64_t told_us;
	struct guard *guard;     /* NULL: there is none */
	struct control *control; /* NULL: nobody can ask */
	int64_t began_s;
	struct metrics *metrics;
	struct listen_socket metrics_socket; /* fd -1: nobody listens */
	struct metrics_http *http;           /* NULL with it */
	_Atomic int64_t
		current_s;   /* when all of the journal was learned from; 0: never yet */
	atomic_bool failing; /* the last batch could not be learned from */
};

/* what to do next */
enum request { REQUEST_NONE, REQUEST_RELOAD, REQUEST_STOP };

static bool open_all(struct learn *l, GError **e)
{
	if (l->follower != NULL)
		return true;
	l->store = configured_store_open(l->options, true, e);
	if (l->store == NULL)
		return false;
	bool afresh = follow_store_is_empty(l->options, l->store);

	const struct follow_setup setup = {
		.options = l->options,
		.folder = l->options->journal_dir,
		.store = l->store,
		.keep_position = true,
	};

	l->follower = follow_begin(&setup, e);
	if (l->follower != NULL &&
	    feedback_listener_begin(l->feedback, l->options, l->store, afresh, e))
		return true;
	follow_end(&l->follower);
	store_close(&l->store);
	return false;
}

/* Whoever reads them is on another thread, which may not look at the follower. */
static void count(struct learn *l)
{
	struct follow_done d = follow_done_so_far(l->follower);
	const struct {
		enum metric_id id;
		uint64_t n;
	} counts[] = {
		{ METRIC_LEARN_RECORDS, d.lines },
		{ METRIC_LEARN_BYTES, (uint64_t)d.bytes },
		{ METRIC_LEARN_DAMAGED, d.damaged },
		{ METRIC_LEARN_IN, d.in },
		{ METRIC_LEARN_OUT, d.out },
		{ METRIC_LEARN_REPEATED, d.repeated },
		{ METRIC_LEARN_KEYS, d.keys },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(counts); i++)
		metrics_set(l->metrics, counts[i].id, NULL, counts[i].n);
	for (int i = 0; i < TRAINING_KINDS; i++)
		metrics_set(l->metrics, METRIC_LEARN_KINDS, training_event_names[i],
			    d.kinds[i]);
}

/* What came since the last report, in one line. */
static void report(struct learn *l)
{
	struct follow_done d = follow_done_so_far(l->follower), *t = &l->told;
	GString *line = g_string_new(NULL);
	char *where = follow_where(l->follower);

	l->told_us = clock_mono_us();
	g_string_append_printf(
		line, "learned %zu %s (in %zu, out %zu; known already %zu), %zu %s",
		d.kinds[TRAINING_LEARNED] - t->kinds[TRAINING_LEARNED],
		plural(d.kinds[TRAINING_LEARNED] - t->kinds[TRAINING_LEARNED], "message",
		       "messages"),
		d.in - t->in, d.out - t->out, d.repeated - t->repeated, d.keys - t->keys,
		plural(d.keys - t->keys, "key", "keys"));
	for (int i = TRAINING_LEARNED + 1; i < TRAINING_KINDS; i++)
		if (d.kinds[i] > t->kinds[i])
			g_string_append_printf(line, ", %s %zu", training_event_names[i],
					       d.kinds[i] - t->kinds[i]);
	if (d.damaged > t->damaged)
		g_string_append_printf(line, ", damaged %zu", d.damaged - t->damaged);
	if (d.lines > t->lines)
		log_line(LOG_LEVEL_INFO, "%s; read to %s", line->str, where);
	l->told = d;
	g_free(where);
	g_string_free(line, TRUE);
}

static void close_all(struct learn *l)
{
	if (l->follower != NULL)
		report(l);
	feedback_listener_pause(l->feedback);
	follow_end(&l->follower);
	store_close(&l->store);
	l->told = (struct follow_done){ 0 };
}

/* All there is now. A failure is tried again later: the journal keeps it for us. */
static bool eat(struct learn *l, bool *more_r, GError **e)
{
	unsigned mark = feedback_listener_mark(l->feedback);
	int64_t begin_us = clock_mono_us();
	bool more = false, done;

	*more_r = false;
	done = open_all(l, e) && feedback_listener_apply(l->feedback, &more, e) &&
	       follow_some(l->follower, clock_now_s(), more_r, e);
	atomic_store(&l->failing, !done);
	if (!done) {
		metrics_add(l->metrics, METRIC_LEARN_FAILURES, 1);
		return false;
	}
	metrics_took(l->metrics, METRIC_LEARN_BATCH, NULL, clock_mono_us() - begin_us);
	if (!*more_r) {
		atomic_store(&l->current_s, clock_now_s());
		feedback_listener_caught_up(l->feedback, mark);
		more |= feedback_listener_hold_events(l->feedback,
						      l->options->quarantine_dir);
	}
	count(l);
	*more_r = *more_r || more;
	if (clock_mono_us() - l->told_us >= REPORT_EVERY_US)
		report(l);
	return true;
}

static void block_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGHUP);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGUSR1); /* there is feedback */
	pthread_sigmask(SIG_BLOCK, set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static void wake(void)
{
	kill(getpid(), SIGUSR1);
}

static enum request wait_for_signal(const sigset_t *set, int64_t most_ms)
{
	const struct timespec most = { .tv_sec = most_ms / 1000,
				       .tv_nsec = most_ms % 1000 * 1000000 };
	int got = sigtimedwait(set, NULL, &most);

	if (got == SIGHUP)
		return REQUEST_RELOAD;
	return got == SIGTERM || got == SIGINT ? REQUEST_STOP : REQUEST_NONE;
}

static void log_lines(enum log_level level, const char *text)
{
	char **lines = g_strsplit(text, "\n", -1);

	for (char **l = lines; *l != NULL; l++)
		if (**l != '\0')
			log_line(level, "%s", *l);
	g_strfreev(lines);
}

/* A bad file keeps the old options, and says so. */
static void reload(struct learn *l)
{
	GError *e = NULL;

	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)clock_mono_us());
	struct options *o = options_load_daemon(l->config, &e);

	sd_notify(0, "READY=1");
	metrics_add(l->metrics, o != NULL ? METRIC_RELOADS : METRIC_RELOAD_FAILURES, 1);
	if (o == NULL) {
		log_line(LOG_LEVEL_ERROR, "not reloaded, the old configuration stays:");
		log_lines(LOG_LEVEL_ERROR, e->message);
		g_error_free(e);
		return;
	}
	close_all(l);
	guard_end(&l->guard);
	options_unref(l->options);
	l->options = o;
	l->guard = guard_begin(o);
	gauges_configuration(l->metrics, l->options, POOL_LEARN);
	log_level_set(o->log_level);
	log_line(LOG_LEVEL_INFO, "reloaded");
}

/* Only what does not change while we run is looked at here, on another thread: a good
 * configuration is taken by the loop, after the batch at hand. */
static void answer_reload(const struct learn *l, GString *to)
{
	GError *e = NULL;
	struct options *o = options_load_daemon(l->config, &e);

	if (o == NULL) {
		g_string_append_printf(to,
				       "error: wonted-learn: not reloaded, the old "
				       "configuration stays in force\n%s\n",
				       e->message);
		g_error_free(e);
		return;
	}
	options_unref(o);
	kill(getpid(), SIGHUP);
	g_string_append(to, "wonted-learn: reloads after the batch at hand\n");
}

/* who does not want to wait until the guard looks by itself */
static void answer_guard(const struct learn *l, GString *to)
{
	struct options *o = options_load_daemon(l->config, NULL);
	GHashTable *none = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);

	if (o != NULL)
		guard_look(o, none);
	g_string_append(to, o != NULL ? "looked\n"
				      : "error: the configuration has mistakes\n");
	g_hash_table_unref(none);
	options_unref(o);
}

static bool answer(const char *word, GString *to, void *user)
{
	const struct learn *l = user;

	if (strcmp(word, "reload") == 0)
		answer_reload(l, to);
	else if (strcmp(word, "guard") == 0)
		answer_guard(l, to);
	else
		return control_status(word, "wonted-learn", l->metrics, to);
	return true;
}

static bool is_ready(GString *why, void *user)
{
	const struct learn *l = user;

	if (!atomic_load(&l->failing))
		return true;
	g_string_append(why, "the last batch could not be learned from; see the log");
	return false;
}

static void collect(struct metrics *m, void *user)
{
	const struct learn *l = user;
	int64_t current_s = atomic_load(&l->current_s);
	GString *why = g_string_new(NULL);

	gauges_common(m, l->began_s);
	feedback_listener_tell(l->feedback, m);
	metrics_set(m, METRIC_READY, NULL, is_ready(why, user));
	metrics_set(
		m, METRIC_LEARN_BEHIND, NULL,
		(uint64_t)MAX(clock_now_s() - (current_s != 0 ? current_s : l->began_s),
			      0));
	g_string_free(why, TRUE);
}

static bool open_metrics(struct learn *l, GError **e)
{
	const struct listen_request want = { .option = "learn_metrics_socket",
					     .socket = l->options->learn_metrics_socket,
					     .group = l->options->socket_group,
					     .mode = l->options->socket_mode,
					     .group_from = "socket_group",
					     .mode_from = "socket_mode",
					     .waiting = LIMIT_METRICS_CONNECTIONS };

	metrics_collect(l->metrics, collect, l);
	metrics_declare(l->metrics, METRIC_LEARN_KINDS, training_event_names,
			TRAINING_KINDS);
	gauges_configuration(l->metrics, l->options, POOL_LEARN);
	if (*want.socket == '\0')
		return true;
	if (!listen_socket_open_at(&want, &l->metrics_socket, e))
		return false;
	l->http = metrics_http_open(l->metrics_socket.fd, l->metrics, is_ready, l, e);
	return l->http != NULL;
}

static void close_metrics(struct learn *l)
{
	metrics_http_close(l->http);
	listen_socket_close(&l->metrics_socket);
	metrics_free(l->metrics);
}

/* It learns without it, too. */
static void open_control(struct learn *l)
{
	char *path = control_learn_path(l->options->control_socket);
	GError *e = NULL;

	l->control = control_open(path, answer, l, &e);
	if (l->control == NULL) {
		log_line(LOG_LEVEL_WARN,
			 "%s; \"wonted reload\" does not reach this process, a HUP does",
			 e->message);
		g_error_free(e);
	}
	g_free(path);
}

static void serve(struct learn *l, const sigset_t *set)
{
	enum request request = REQUEST_NONE;

	open_control(l);
	feedback_listener_watch(l->feedback, l->options->quarantine_dir, SIGUSR1);
	l->guard = guard_begin(l->options);
	sd_notify(0, "READY=1");
	while (request != REQUEST_STOP) {
		GError *e = NULL;
		bool more;

		if (!eat(l, &more, &e)) {
			log_seldom(LOG_LEVEL_ERROR, "learn",
				   "cannot learn now, tried again every %" PRId64
				   " ms: %s",
				   l->options->learn_every_ms, e->message);
			g_error_free(e);
			close_all(l);
		}
		request = wait_for_signal(set, more ? 0 : l->options->learn_every_ms);
		if (request == REQUEST_RELOAD)
			reload(l);
	}
	sd_notify(0, "STOPPING=1");
	guard_end(&l->guard);
	control_close(l->control);
}

/* All there is, and no more. */
static bool serve_once(struct learn *l, const sigset_t *set, GError **e)
{
	bool more = true;

	while (more && wait_for_signal(set, 0) != REQUEST_STOP)
		if (!eat(l, &more, e))
			return false;
	return true;
}

static void begin(struct learn *l)
{
	log_level_set(l->options->log_level);
	log_line(LOG_LEVEL_INFO,
		 "wonted-learn " WONTED_VERSION " reads %s, into store \"%s\"",
		 l->options->journal_dir, l->options->store);
	if (!l->options->journal_pii)
		log_line(LOG_LEVEL_WARN,
			 "journal_pii is \"no\": records hold no addresses, so nothing "
			 "can be learned from them; set journal_pii = yes");
	l->told_us = clock_mono_us();
	l->began_s = clock_now_s();
}

struct arguments {
	gboolean foreground, once, version;
};

static bool read_arguments(struct command_args *args, struct arguments *a)
{
	const GOptionEntry entries[] = {
		{ "foreground", 'f', 0, G_OPTION_ARG_NONE, &a->foreground,
		  "Log to standard error instead of syslog", NULL },
		{ "once", '1', 0, G_OPTION_ARG_NONE, &a->once,
		  "Learn from what is there, and end", NULL },
		{ "version", 'V', 0, G_OPTION_ARG_NONE, &a->version, "Say the version",
		  NULL },
		G_OPTION_ENTRY_NULL
	};

	return command_options(
		args, entries,
		"The memory's writer: learns from the decision records of the journal "
		"who\nwrites to whom, as they come. It stays in the foreground and is "
		"kept by a\nservice manager. HUP reads the configuration again; TERM "
		"stops after the batch\nat hand. Nothing is counted twice.\n"
		"Exit status: 0 done, 1 wrong configuration, 2 wrong usage, 3 system.");
}

static int run(struct learn *l, const struct arguments *a)
{
	GError *e = NULL;
	bool good = true;
	sigset_t set;

	map_guard_install();
	message_library_init();
	l->options = options_load_daemon(l->config, &e);
	if (l->options == NULL)
		return command_fail("wonted-learn", e);
	block_signals(&set);
	log_open("wonted-learn",
		 a->foreground || a->once ? LOG_SINK_STDERR : LOG_SINK_SYSLOG,
		 LOG_LEVEL_INFO);
	l->metrics = metrics_new(METRIC_LEARN);
	l->metrics_socket.fd = -1;
	good = user_become(l->options->user, &e);
	if (good)
		begin(l);
	if (good)
		l->feedback = feedback_listener_open(
			a->once ? NULL : l->options->feedback_socket, wake);
	if (good && !a->once)
		good = open_metrics(l, &e);
	if (good && a->once)
		good = serve_once(l, &set, &e);
	else if (good)
		serve(l, &set);
	if (l->feedback != NULL)
		close_all(l);
	feedback_listener_close(&l->feedback);
	close_metrics(l);
	options_unref(l->options);
	return good ? EXIT_DONE : command_fail("wonted-learn", e);
}

int main(int argc, char **argv)
{
	struct command_args args = { .argc = argc, .argv = argv };
	struct arguments given = { 0 };
	struct learn l = { 0 };
	int status = EXIT_DONE;

	if (!read_arguments(&args, &given))
		return EXIT_USAGE;
	l.config = args.config;
	if (args.argc > 1) {
		fprintf(stderr, "wonted-learn: \"%s\" is not understood; see --help\n",
			args.argv[1]);
		status = EXIT_USAGE;
	} else if (given.version) {
		puts("wonted-learn " WONTED_VERSION);
	} else {
		status = run(&l, &given);
	}
	command_options_free(&args);
	return status;
}
