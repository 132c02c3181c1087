/* A line: the hash of the line before, then fields between tabs, each escaped. audit.head says
 * how many lines were acknowledged and the hash of the last: who cuts lines off the end has to
 * change that, too, and what `wonted audit verify` printed elsewhere cannot be changed at all.
 * A crash may leave one line more than the head knows, or a piece of one, which goes. */
#include "audit/audit.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/seal.h"
#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/locked_file.h"

#define LOG_NAME "audit.log"
#define HEAD_NAME "audit.head"
#define KEYS_NAME "keys"
#define FILE_MODE 0600
#define FOLDER_MODE 0700
#define HASH_CHARS 64
#define FIRST_HASH "0000000000000000000000000000000000000000000000000000000000000000"
#define HEAD_BYTES 128
#define RCPTS_MOST 100 /* of one line; more are further lines */

enum {
	AT_PREVIOUS,
	AT_TIME,
	AT_WHAT,
	AT_WHO,
	AT_UID,
	AT_TOOL,
	AT_ROLE,
	AT_TENANT,
	AT_HOLD,
	AT_OUTCOME,
	AT_WHY,
	AT_RCPTS
};

struct head {
	uint64_t lines;
	char hash[HASH_CHARS + 1];
};

/* the file as it is written to, under its lock */
struct writing {
	const char *folder;
	int fd;
	struct head head;
};

static char *path_of(const char *folder, const char *name)
{
	return g_build_filename(folder, name, NULL);
}

static bool fail(GError **e, const char *path, const char *doing)
{
	g_set_error(
		e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
		"%s: cannot %s: %s; audit_dir must be writable for the user of wonted",
		path, doing, g_strerror(errno));
	return false;
}

static void hash_of(const char *line, size_t n, char *hash_r)
{
	char *hash =
		g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)line, n);

	g_strlcpy(hash_r, hash, HASH_CHARS + 1);
	g_free(hash);
}

/* ---- the head ---- */

/* none, or one that cannot be read: nothing is known */
static struct head head_read(const char *folder)
{
	struct head h = { .hash = FIRST_HASH };
	char *path = path_of(folder, HEAD_NAME), *text = NULL, *end = NULL;
	size_t n = 0;

	if (file_read(path, HEAD_BYTES, &text, &n, NULL)) {
		h.lines = g_ascii_strtoull(text, &end, 10);
		if (*end == ' ')
			g_strlcpy(h.hash, end + 1, sizeof(h.hash));
	}
	g_free(text);
	g_free(path);
	return h;
}

static bool head_write(const char *folder, const struct head *h, GError **e)
{
	char *path = path_of(folder, HEAD_NAME);
	char *text = g_strdup_printf("%" PRIu64 " %s\n", h->lines, h->hash);
	bool done = file_replace(path, bytes_of(text), FILE_MODE, e);

	g_free(text);
	g_free(path);
	return done;
}

/* ---- the end of the file ---- */

/* What was broken off was never acknowledged. */
static bool cut_broken(int fd, const char *text, size_t n, off_t from)
{
	const char *last = n == 0 ? NULL : memrchr(text, '\n', n);
	size_t good = last == NULL ? 0 : (size_t)(last + 1 - text);

	return good == n || (last == NULL && from > 0) ||
	       ftruncate(fd, from + (off_t)good) == 0;
}

/* The lines behind the head's own: none, but for a crash in between. Moves h on to the end. */
static void catch_up(struct head *h, const char *text, size_t n)
{
	char hash[HASH_CHARS + 1];

	for (const char *line = text, *end = text + n; line < end;) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));

		if (stop == NULL)
			return;
		hash_of(line, (size_t)(stop - line), hash);
		if (strncmp(line, h->hash, HASH_CHARS) == 0) {
			h->lines++;
			memcpy(h->hash, hash, sizeof(hash));
		}
		line = stop + 1;
	}
}

/* h   as the file of the head has it; moved on to what the file itself has */
static bool find_end(int fd, struct head *h)
{
	off_t end = lseek(fd, 0, SEEK_END);
	/* a head that was lost is found again by reading all */
	off_t from = h->lines == 0 ? 0 : MAX(end - (off_t)LIMIT_AUDIT_LINE_BYTES * 2, 0);
	size_t n = (size_t)(end - from);
	char *text = g_malloc(n + 1);
	bool good = end >= 0 && pread(fd, text, n, from) == (ssize_t)n &&
		    cut_broken(fd, text, n, from);

	if (good)
		catch_up(h, text, n);
	g_free(text);
	return good;
}

/* ---- writing ---- */

static void append_field(GString *line, const char *text)
{
	char *cut = g_strndup(text != NULL ? text : "", LIMIT_AUDIT_FIELD_BYTES);
	char *safe = g_strescape(cut, NULL);

	g_string_append_c(line, '\t');
	g_string_append(line, safe);
	g_free(safe);
	g_free(cut);
}

static bool append_sealed(GString *line, const char *keys, const char *person, GError **e)
{
	char *sealed = seal_text(keys, person, e);

	if (sealed != NULL)
		append_field(line, sealed);
	g_free(sealed);
	return sealed != NULL;
}

/* NULL: e says why */
static GString *line_of(const char *folder, const struct audit_entry *x,
			const char *previous, const char *const *rcpts, GError **e)
{
	GString *line = g_string_new(previous);
	char *keys = path_of(folder, KEYS_NAME);

	g_string_append_printf(line, "\t%" PRId64, x->time_s);
	append_field(line, x->what);
	bool good = append_sealed(line, keys, x->who, e);

	g_string_append_printf(line, "\t%" PRId64, x->uid);
	append_field(line, x->tool);
	append_field(line, x->role);
	append_field(line, x->tenant);
	append_field(line, x->hold);
	append_field(line, x->outcome);
	append_field(line, x->why);
	for (size_t i = 0; good && rcpts != NULL && rcpts[i] != NULL && i < RCPTS_MOST;
	     i++)
		good = append_sealed(line, keys, rcpts[i], e);
	g_free(keys);
	if (!good)
		g_string_free(line, TRUE);
	return good ? line : NULL;
}

/* the recipients from here on, and perhaps more in a further line */
static bool write_line(struct writing *w, const struct audit_entry *x,
		       const char *const *rcpts, GError **e)
{
	GString *line = line_of(w->folder, x, w->head.hash, rcpts, e);
	bool done = line != NULL;

	if (done) {
		g_assert(line->len < LIMIT_AUDIT_LINE_BYTES);
		hash_of(line->str, line->len, w->head.hash);
		g_string_append_c(line, '\n');
		done = write(w->fd, line->str, line->len) == (ssize_t)line->len;
		w->head.lines += done;
		if (!done)
			fail(e, w->folder, "write down who acts");
		g_string_free(line, TRUE);
	}
	return done;
}

static bool write_lines(const char *folder, int fd, const struct audit_entry *x,
			GError **e)
{
	struct writing w = { .folder = folder, .fd = fd, .head = head_read(folder) };
	const char *const *rcpts = x->rcpts;
	size_t left = rcpts == NULL ? 0 : g_strv_length((char **)(uintptr_t)rcpts);
	bool done = find_end(fd, &w.head) || fail(e, folder, "read the end of audit.log");

	do {
		done = done && write_line(&w, x, rcpts, e);
		rcpts = left > RCPTS_MOST ? rcpts + RCPTS_MOST : NULL;
		left = left > RCPTS_MOST ? left - RCPTS_MOST : 0;
	} while (done && left > 0);
	if (done && fdatasync(fd) != 0)
		done = fail(e, folder, "sync audit.log");
	return done && head_write(folder, &w.head, e);
}

static int open_log(const char *folder, GError **e)
{
	char *path = path_of(folder, LOG_NAME);
	int fd = -1;

	if (mkdir(folder, FOLDER_MODE) != 0 && errno != EEXIST)
		fail(e, folder, "make it");
	else if ((fd = locked_file_open(path, FILE_MODE)) < 0)
		fail(e, path, "open it");
	g_free(path);
	return fd;
}

bool audit_record(const char *folder, const struct audit_entry *entry, GError **e)
{
	int fd = open_log(folder, e);
	bool done = fd >= 0 && write_lines(folder, fd, entry, e);

	if (fd >= 0)
		close(fd);
	return done;
}

bool audit_erase(const char *folder, const char *person, const struct audit_entry *by,
		 bool *was_there_r, GError **e)
{
	char *keys = path_of(folder, KEYS_NAME);
	int fd = open_log(folder, e);
	bool done = fd >= 0 && seal_erase(keys, person, was_there_r, e) &&
		    write_lines(folder, fd, by, e);

	if (fd >= 0)
		close(fd);
	g_free(keys);
	return done;
}

/* ---- reading ---- */

/* NULL with *none_r: there is no file yet */
static FILE *open_read(const char *folder, bool *none_r, GError **e)
{
	char *path = path_of(folder, LOG_NAME);
	FILE *f = fopen(path, "re");

	*none_r = f == NULL && errno == ENOENT;
	if (f == NULL && !*none_r)
		fail(e, path, "read it");
	g_free(path);
	return f;
}

static bool broken_chain(GError **e, uint64_t line, const char *what)
{
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
		    "audit.log, line %" PRIu64 ": %s", line, what);
	return false;
}

/* the whole file, line by line, against itself */
static bool walk(FILE *f, const struct head *h, const char *noted, struct audit_seen *s,
		 GError **e)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t n;
	bool met = noted == NULL, good = true;

	while (good && (n = getline(&line, &room, f)) > 0) {
		s->broken_off = line[n - 1] != '\n';
		if (s->broken_off)
			break;
		if (strncmp(line, s->head, HASH_CHARS) != 0)
			good = broken_chain(
				e, s->lines + 1,
				"it does not follow from the line before: one "
				"of them was changed, removed or put in");
		hash_of(line, (size_t)n - 1, s->head);
		s->lines += good;
		met |= noted != NULL && g_ascii_strcasecmp(noted, s->head) == 0;
		if (good && s->lines == h->lines && strcmp(h->hash, s->head) != 0)
			good = broken_chain(e, s->lines,
					    "it is not the one that audit.head "
					    "acknowledged");
	}
	free(line);
	if (good && h->lines == 0 && s->lines > 1)
		good = broken_chain(e, s->lines,
				    "audit.head is gone, which says how many lines were "
				    "acknowledged");
	if (good && s->lines < h->lines)
		good = broken_chain(
			e, s->lines,
			"more lines were acknowledged than there are: the end "
			"was cut off");
	if (good && !met)
		good = broken_chain(e, s->lines,
				    "no line has the hash that was noted: the chain is "
				    "another one");
	return good;
}

bool audit_verify(const char *folder, const char *noted, struct audit_seen *seen_r,
		  GError **e)
{
	struct head h = head_read(folder);
	bool none = false;
	FILE *f = open_read(folder, &none, e);

	*seen_r = (struct audit_seen){ .head = FIRST_HASH, .expected = h.lines };
	if (f == NULL)
		return none && ((h.lines == 0 && noted == NULL) ||
				broken_chain(e, 0, "the file is gone"));
	bool good = walk(f, &h, noted, seen_r, e);

	fclose(f);
	return good;
}

/* the fields of a line, in its own memory; NULL: no entry */
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

static void open_field(const struct seal_keys *keys, char **field)
{
	char *text = seal_open(keys, *field);

	g_free(*field);
	*field = text;
}

static bool show_line(const char *line, const struct seal_keys *keys,
		      bool (*each)(const struct audit_entry *entry, void *user),
		      void *user)
{
	char **f = fields_of(line);
	bool more = true;

	if (f == NULL)
		return true;
	open_field(keys, &f[AT_WHO]);
	for (char **r = &f[AT_RCPTS]; *r != NULL; r++)
		open_field(keys, r);
	const struct audit_entry x = {
		.time_s = g_ascii_strtoll(f[AT_TIME], NULL, 10),
		.what = f[AT_WHAT],
		.who = f[AT_WHO],
		.uid = g_ascii_strtoll(f[AT_UID], NULL, 10),
		.tool = f[AT_TOOL],
		.role = f[AT_ROLE],
		.tenant = f[AT_TENANT],
		.hold = f[AT_HOLD],
		.outcome = f[AT_OUTCOME],
		.why = f[AT_WHY],
		.rcpts = (const char *const *)&f[AT_RCPTS],
	};

	more = each(&x, user);
	g_strfreev(f);
	return more;
}

/* to the first line of the last so many bytes */
static void skip_to(FILE *f, size_t most_bytes, char **line, size_t *room)
{
	struct stat st;

	if (most_bytes > 0 && fstat(fileno(f), &st) == 0 &&
	    (size_t)st.st_size > most_bytes &&
	    fseeko(f, st.st_size - (off_t)most_bytes, SEEK_SET) == 0 &&
	    getline(line, room, f) < 0)
		clearerr(f);
}

bool audit_list(const char *folder, size_t most_bytes,
		bool (*each)(const struct audit_entry *entry, void *user), void *user,
		GError **e)
{
	bool none = false, more = true;
	FILE *f = open_read(folder, &none, e);
	char *path = path_of(folder, KEYS_NAME), *line = NULL;
	struct seal_keys *keys = f == NULL ? NULL : seal_keys_read(path);
	size_t room = 0;
	ssize_t n;

	if (f != NULL)
		skip_to(f, most_bytes, &line, &room);
	while (f != NULL && more && (n = getline(&line, &room, f)) > 0) {
		if (line[n - 1] == '\n')
			line[n - 1] = '\0';
		more = show_line(line, keys, each, user);
	}
	free(line);
	seal_keys_free(keys);
	g_free(path);
	if (f != NULL)
		fclose(f);
	return f != NULL || none;
}
