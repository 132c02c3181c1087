/* The log sink is one of the house's two mutable globals (the other is the signal flag):
 * it is set once in main() and only read after. */
#include "base/log.h"

#include <glib.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/printable.h"
#include "base/worker_pool.h"

#define LINE_BYTES 2000
#define WAITING_LINES 1000
#define WAITING_BYTES (1024 * 1024)
#define SELDOM_EVENTS 64
#define SELDOM_US (60 * G_USEC_PER_SEC)

struct seldom {
	const char *what;
	int64_t said_us;
	unsigned kept_back;
};

static struct log_state {
	const char *program;
	enum log_sink sink;
	int level;                   /* atomic */
	pthread_mutex_t seldom_lock; /* GLib's are not seen by the thread sanitizer */
	struct seldom seldom[SELDOM_EVENTS];
	struct worker_pool *buffer; /* NULL: lines are written at once */
	int lost;                   /* atomic: lines that found no room in it */
} log_state = { .program = "wonted",
		.sink = LOG_SINK_STDERR,
		.level = LOG_LEVEL_INFO,
		.seldom_lock = PTHREAD_MUTEX_INITIALIZER };

void log_open(const char *program, enum log_sink sink, enum log_level level)
{
	log_state.program = program;
	log_state.sink = sink;
	log_level_set(level);
	if (sink == LOG_SINK_SYSLOG)
		openlog(program, LOG_PID | LOG_NDELAY, LOG_MAIL);
}

void log_level_set(enum log_level level)
{
	g_atomic_int_set(&log_state.level, (int)level);
}

bool log_wants(enum log_level level)
{
	return (int)level <= g_atomic_int_get(&log_state.level);
}

static void write_line(enum log_level level, const char *line)
{
	static const int syslog_levels[] = { LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG };
	static const char *const names[] = { "error: ", "warning: ", "", "debug: " };

	g_assert((size_t)level < COUNT_OF(names));
	if (log_state.sink == LOG_SINK_SYSLOG)
		syslog(syslog_levels[level], "%s%s", names[level], line);
	else
		fprintf(stderr, "%s: %s%s\n", log_state.program, names[level], line);
}

/* --- through a buffer --- */

struct waiting_line {
	struct job job; /* must be first */
	enum log_level level;
	char *text;
};

static void write_waiting(struct job *j)
{
	const struct waiting_line *w = (struct waiting_line *)j;

	write_line(w->level, w->text);
}

static void free_waiting(struct job *j)
{
	struct waiting_line *w = (struct waiting_line *)j;

	g_free(w->text);
	g_free(w);
}

/* false: there is no room */
static bool put_into_buffer(enum log_level level, const char *text)
{
	struct waiting_line *w = g_new0(struct waiting_line, 1);

	*w = (struct waiting_line){ .job = { write_waiting, free_waiting, strlen(text) },
				    .level = level,
				    .text = g_strdup(text) };
	if (worker_pool_give(log_state.buffer, &w->job, 0))
		return true;
	free_waiting(&w->job);
	return false;
}

static void say(enum log_level level, const char *line)
{
	int lost;

	if (log_state.buffer == NULL) {
		write_line(level, line);
		return;
	}
	if (!put_into_buffer(level, line)) {
		g_atomic_int_inc(&log_state.lost);
		return;
	}
	lost = g_atomic_int_get(&log_state.lost);
	if (lost > 0 && g_atomic_int_compare_and_exchange(&log_state.lost, lost, 0)) {
		char *text = g_strdup_printf(
			"%d lines of this log are lost: they came faster than they "
			"could be written",
			lost);

		if (!put_into_buffer(LOG_LEVEL_WARN, text))
			g_atomic_int_add(&log_state.lost, lost);
		g_free(text);
	}
}

void log_buffer_begin(void)
{
	g_assert(log_state.buffer == NULL);
	log_state.buffer = worker_pool_create(1, WAITING_LINES, WAITING_BYTES);
}

void log_buffer_end(void)
{
	struct worker_pool *buffer = log_state.buffer;

	if (buffer == NULL)
		return;
	worker_pool_settle(buffer, clock_mono_us() + G_USEC_PER_SEC);
	log_state.buffer = NULL;
	worker_pool_destroy(&buffer);
}

static void say_v(enum log_level level, const char *prefix, const char *format,
		  va_list ap) __attribute__((format(printf, 3, 0)));

static void say_v(enum log_level level, const char *prefix, const char *format,
		  va_list ap)
{
	char raw[LINE_BYTES];
	int n = vsnprintf(raw, sizeof(raw), format, ap);

	if (n < 0)
		return;
	char *safe = printable(raw, LINE_BYTES);
	char *line = g_strconcat(prefix, safe, NULL);

	say(level, line);
	g_free(line);
	g_free(safe);
}

void log_line(enum log_level level, const char *format, ...)
{
	va_list ap;

	if (!log_wants(level))
		return;
	va_start(ap, format);
	say_v(level, "", format, ap);
	va_end(ap);
}

/* how often `what` was kept back since it was last said, or -1 if it is to be kept back */
static int seldom_turn(const char *what)
{
	int64_t now = clock_mono_us();
	int turn = 0;

	pthread_mutex_lock(&log_state.seldom_lock);
	for (size_t i = 0; i < SELDOM_EVENTS; i++) {
		struct seldom *s = &log_state.seldom[i];

		if (s->what != NULL && strcmp(s->what, what) != 0)
			continue;
		if (s->what != NULL && now - s->said_us < SELDOM_US) {
			s->kept_back++;
			turn = -1;
		} else {
			turn = (int)s->kept_back;
			*s = (struct seldom){ .what = what, .said_us = now };
		}
		break;
	}
	pthread_mutex_unlock(&log_state.seldom_lock);
	return turn;
}

void log_seldom(enum log_level level, const char *what, const char *format, ...)
{
	char prefix[64] = "";
	va_list ap;

	if (!log_wants(level))
		return;
	int kept = seldom_turn(what);

	if (kept < 0)
		return;
	if (kept > 0)
		snprintf(prefix, sizeof(prefix), "(and %d times before) ", kept);
	va_start(ap, format);
	say_v(level, prefix, format, ap);
	va_end(ap);
}
