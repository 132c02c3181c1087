/* One line an act, fields between tabs, each escaped: time, hold, what, who, uid, tool,
 * outcome, and the recipients. Lines are appended whole by one write, under a lock, so that a
 * reader meets no half of one but the last; old ones go when the daemon expires holds. An act
 * is written before it is made ("begun"), or a crash could hide it, and again when it ended. */
#include "quarantine/acts.h"

#include <errno.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/locked_file.h"

#define FILE_NAME "acts.log"
#define FILE_MODE 0640

const char *const operation_names[OPERATION_COUNT] = { "release", "delete", "report" };

enum { AT_TIME, AT_HOLD, AT_WHAT, AT_WHO, AT_UID, AT_TOOL, AT_OUTCOME, AT_RCPTS };

char *acts_path(const char *folder)
{
	return g_build_filename(folder, FILE_NAME, NULL);
}

static bool fail(GError **e, const char *path, const char *doing)
{
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM, "%s: cannot %s: %s", path,
		    doing, g_strerror(errno));
	return false;
}

static char *name_of(uid_t uid)
{
	struct passwd *pw = getpwuid(uid);

	return pw != NULL ? g_strdup(pw->pw_name) : NULL;
}

/* kept by the kernel from the login on; -1: nobody logged in */
static char *login_name(void)
{
	char *text = NULL, *name = NULL;

	if (g_file_get_contents("/proc/self/loginuid", &text, NULL, NULL)) {
		guint64 uid = g_ascii_strtoull(text, NULL, 10);

		name = uid < G_MAXUINT32 ? name_of((uid_t)uid) : NULL;
	}
	g_free(text);
	return name;
}

char *acts_who(void)
{
	const char *sudo = getuid() == 0 ? g_getenv("SUDO_USER") : NULL;
	char *who = login_name();

	if (who == NULL && sudo != NULL && sudo[0] != '\0')
		who = g_strdup(sudo);
	if (who == NULL)
		who = name_of(getuid());
	return who != NULL ? who : g_strdup_printf("uid %" PRIu64, (uint64_t)getuid());
}

static void append_field(GString *line, const char *text)
{
	char *safe = g_strescape(text != NULL ? text : "", NULL);

	g_string_append_printf(line, "%s%s", line->len > 0 ? "\t" : "", safe);
	g_free(safe);
}

static GString *line_of(const struct act *act)
{
	GString *line = g_string_new(NULL);

	g_string_append_printf(line, "%" PRId64, act->time_s);
	append_field(line, act->hold);
	append_field(line, act->what);
	append_field(line, act->who);
	g_string_append_printf(line, "\t%" PRId64, act->uid);
	append_field(line, act->tool);
	append_field(line, act->outcome);
	for (const char *const *r = act->rcpts; r != NULL && *r != NULL; r++)
		append_field(line, *r);
	return line;
}

bool act_record(const char *folder, const struct act *act, GError **e)
{
	char *path = acts_path(folder);
	int fd = locked_file_open(path, FILE_MODE);
	bool done = fd >= 0;

	if (done) {
		GString *line = line_of(act);

		/* what a full disk cut off must not run into the next line */
		if (!locked_file_ends_in_line(fd))
			g_string_prepend_c(line, '\n');
		g_string_append_c(line, '\n');
		done = write(fd, line->str, line->len) == (ssize_t)line->len &&
		       fdatasync(fd) == 0;
		g_string_free(line, TRUE);
	}
	if (!done)
		fail(e, path, "write down who acts");
	if (fd >= 0)
		close(fd);
	g_free(path);
	return done;
}

/* the fields of a line, in its own memory; NULL: no act */
static char **fields_of(const char *line)
{
	char **fields = g_strsplit(line, "\t", -1);

	if (g_strv_length(fields) < AT_RCPTS) {
		g_strfreev(fields);
		return NULL;
	}
	for (char **f = fields; *f != NULL; f++) {
		char *text = g_strcompress(*f);

		g_free(*f);
		*f = text;
	}
	return fields;
}

static struct act act_of(char **fields)
{
	return (struct act){
		.time_s = g_ascii_strtoll(fields[AT_TIME], NULL, 10),
		.hold = fields[AT_HOLD],
		.what = fields[AT_WHAT],
		.who = fields[AT_WHO],
		.uid = g_ascii_strtoll(fields[AT_UID], NULL, 10),
		.tool = fields[AT_TOOL],
		.outcome = fields[AT_OUTCOME],
		.rcpts = (const char *const *)&fields[AT_RCPTS],
	};
}

/* Is this the end of what was begun in the other line? */
static bool is_end_of(char **begun, char **end)
{
	return strcmp(begun[AT_OUTCOME], ACT_BEGUN) == 0 &&
	       strcmp(end[AT_OUTCOME], ACT_BEGUN) != 0 &&
	       strcmp(begun[AT_HOLD], end[AT_HOLD]) == 0 &&
	       strcmp(begun[AT_WHAT], end[AT_WHAT]) == 0 &&
	       strcmp(begun[AT_WHO], end[AT_WHO]) == 0;
}

static void tell(char **fields, void (*each)(const struct act *act, void *user),
		 void *user)
{
	if (fields != NULL) {
		struct act act = act_of(fields);

		each(&act, user);
	}
	g_strfreev(fields);
}

/* bytes of all lines; NULL without an error: there is no file yet */
static char *read_all(const char *path, GError **e)
{
	char *text = NULL;
	size_t n;

	if (access(path, F_OK) != 0 && errno == ENOENT)
		return NULL;
	return file_read(path, LIMIT_ACTS_BYTES * 2, &text, &n, e) ? text : NULL;
}

bool acts_list(const char *folder, const char *hold,
	       void (*each)(const struct act *act, void *user), void *user, GError **e)
{
	GError *inner = NULL;
	char *path = acts_path(folder), *text = read_all(path, &inner), **last = NULL;
	char **lines = g_strsplit(text != NULL ? text : "", "\n", -1);

	for (char **line = lines; *line != NULL; line++) {
		char **fields = fields_of(*line);

		if (fields == NULL ||
		    (hold != NULL && strcmp(fields[AT_HOLD], hold) != 0)) {
			g_strfreev(fields);
			continue;
		}
		if (last != NULL && is_end_of(last, fields)) {
			g_strfreev(last);
			last = NULL;
		}
		tell(last, each, user);
		last = fields;
	}
	tell(last, each, user);
	g_strfreev(lines);
	g_free(text);
	g_free(path);
	if (inner == NULL)
		return true;
	g_propagate_error(e, inner);
	return false;
}

/* where the first line begins that stays */
static const char *first_kept(const char *text, int64_t before_s)
{
	size_t n = strlen(text);
	const char *at = text, *next;

	while (*at != '\0' && (g_ascii_strtoll(at, NULL, 10) < before_s ||
			       n - (size_t)(at - text) > LIMIT_ACTS_BYTES)) {
		next = strchr(at, '\n');
		at = next == NULL ? text + n : next + 1;
	}
	return at;
}

bool acts_expire(const char *folder, int64_t before_s, GError **e)
{
	char *path = acts_path(folder), *text;
	GError *inner = NULL;
	bool done = true;
	int fd = access(path, F_OK) == 0 ? locked_file_open(path, FILE_MODE) : -1;

	if (fd < 0) {
		g_free(path);
		return true;
	}
	text = read_all(path, &inner);
	if (text != NULL && first_kept(text, before_s) > text)
		done = file_replace(path, bytes_of(first_kept(text, before_s)), FILE_MODE,
				    &inner);
	close(fd);
	g_free(text);
	g_free(path);
	if (inner != NULL)
		g_propagate_error(e, inner);
	return done && inner == NULL;
}
