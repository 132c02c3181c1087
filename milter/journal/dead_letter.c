/* The dead-letter file has one earlier generation, so it is bounded whatever comes. */
#include "journal/dead_letter.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json_line.h"
#include "base/limits.h"
#include "base/log.h"

#define FILE_MODE 0640

static GString *line_of(struct bytes line, const char *why)
{
	GString *out = g_string_new(NULL);
	char *text = g_strndup(line.at, MIN(line.n, LIMIT_DEAD_LETTER_LINE_BYTES));

	json_line_open(out, '{');
	json_line_put_int(out, "time", clock_now_s());
	json_line_put_text(out, "why", why);
	json_line_put_text(out, "record", text);
	json_line_close(out, '}');
	g_string_append_c(out, '\n');
	g_free(text);
	return out;
}

static int open_file(const char *folder, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW,
		      FILE_MODE);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || st.st_size < LIMIT_DEAD_LETTER_BYTES)
		return fd;
	char *old = g_build_filename(folder, DEAD_LETTER_OLD_FILE, NULL);
	bool moved = rename(path, old) == 0;

	g_free(old);
	close(fd);
	return moved ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW,
			    FILE_MODE)
		     : -1;
}

bool dead_letter_put(const char *folder, struct bytes line, const char *why)
{
	char *path = g_build_filename(folder, DEAD_LETTER_FILE, NULL);
	GString *out = line_of(line, why);
	int fd = open_file(folder, path);
	bool done = fd >= 0 && write(fd, out->str, out->len) == (ssize_t)out->len;

	if (!done)
		log_seldom(
			LOG_LEVEL_ERROR, "dead-letter",
			"%s: cannot write: %s; a record that could not be read (%s) is "
			"lost",
			path, g_strerror(errno), why);
	if (fd >= 0)
		close(fd);
	g_string_free(out, TRUE);
	g_free(path);
	return done;
}
