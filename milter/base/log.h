/* Log lines: one sink, set once before threads start. Never give message data as format. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

#include "base/compiler.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };
enum log_sink { LOG_SINK_STDERR, LOG_SINK_SYSLOG };

/* log_open - choose where lines go and how much is said
 * in    program   static text, the syslog identity (facility mail)
 * use   once, before any thread; the default is standard error, level info */
void log_open(const char *program, enum log_sink sink, enum log_level level);

/* log_buffer_begin - lines are written by a thread of their own from now on, so that nobody waits for
 *                    a sink that hangs; what is beyond 1,000 lines that wait is lost, and counted
 * use   once, before other threads that log */
void log_buffer_begin(void);

/* log_buffer_end - write what waits, for a second at most, and lines as before
 * use   when nobody else logs any more */
void log_buffer_end(void);

/* log_level_set - how much is said from now on (a reload may change it)
 * use   any thread */
void log_level_set(enum log_level level);

/* log_wants - is a line of this level said at all? to spare the work of making it */
bool log_wants(enum log_level level);

/* log_line - one line; control characters become \xNN, more than 2,000 bytes are cut
 * use   any thread
 * err   a sink that fails loses the line */
void log_line(enum log_level level, const char *format, ...) PRINTF_LIKE(2, 3);

/* log_seldom - as log_line, but the same `what` at most once a minute; the line that comes
 *              after a pause says how often it was kept back
 * in    what   static text that names the event
 * use   any thread */
void log_seldom(enum log_level level, const char *what, const char *format, ...)
	PRINTF_LIKE(3, 4);

#endif
