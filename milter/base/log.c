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

#define LINE_BYTES 2000
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

static void say(enum log_level level, const char *line)
{
	static const int syslog_levels[] = { LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG };
	static const char *const names[] = { "error: ", "warning: ", "", "debug: " };

	g_assert((size_t)level < COUNT_OF(names));
	if (log_state.sink == LOG_SINK_SYSLOG)
		syslog(syslog_levels[level], "%s%s", names[level], line);
	else
		fprintf(stderr, "%s: %s%s\n", log_state.program, names[level], line);
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
