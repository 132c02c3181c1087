/* The spool: append-only files of JSON lines. current.jsonl is written; at its size it is
 * renamed after the second it was closed in and a new one begun. A line is there whole or
 * not at all: what could not be written to its end is cut off again. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json_line.h"
#include "base/log.h"
#include "base/wait.h"
#include "journal/cursor.h"
#include "journal/journal.h"
#include "journal/spool_files.h"

#define SYNC_EVERY_US G_USEC_PER_SEC
#define FOLDER_MODE 0750

struct journal {
	char *folder, *current;
	struct journal_bounds bounds;
	size_t dropped;
	pthread_mutex_t lock; /* not GLib's, which a sanitizer can't see */
	pthread_cond_t wake;
	int fd;
	dev_t dev;
	ino_t ino;
	int64_t size;
	bool dirty, stopping;
	GThread *syncer;
};

static bool fail(GError **e, const char *path, const char *doing)
{
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
		    "journal %s: cannot %s: %s; check the folder's owner and the disk",
		    path, doing, g_strerror(errno));
	return false;
}

/* A crash may have cut the last line: it is closed, and reading skips it. */
static bool close_last_line(int fd, int64_t size)
{
	char last = '\n';

	if (size == 0)
		return true;
	if (pread(fd, &last, 1, size - 1) != 1)
		return false;
	return last == '\n' || write(fd, "\n", 1) == 1;
}

static bool open_current(struct journal *j, GError **e)
{
	struct stat st;

	j->fd = open(j->current, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	if (j->fd < 0 || fstat(j->fd, &st) < 0)
		return fail(e, j->current, "open");
	if (!close_last_line(j->fd, st.st_size) || fstat(j->fd, &st) < 0)
		return fail(e, j->current, "write");
	j->size = st.st_size;
	j->dev = st.st_dev;
	j->ino = st.st_ino;
	return folder_sync(j->folder, e);
}

/* Somebody removed the file or its folder, or put another in its place: what we wrote there
 * nobody finds. With the lock held. */
static bool is_away(const struct journal *j)
{
	struct stat st;

	return stat(j->current, &st) < 0 ? errno == ENOENT
					 : st.st_dev != j->dev || st.st_ino != j->ino;
}

static void begin_anew(struct journal *j)
{
	GError *e = NULL;
	int old = j->fd;

	log_line(LOG_LEVEL_ERROR,
		 "journal %s was removed or replaced while it was written: begun anew; "
		 "what "
		 "wonted-learn had not read of it may be lost",
		 j->current);
	if (g_mkdir_with_parents(j->folder, FOLDER_MODE) == 0 && open_current(j, &e)) {
		close(old);
		return;
	}
	log_seldom(LOG_LEVEL_ERROR, "journal-anew", "%s",
		   e != NULL ? e->message : g_strerror(errno));
	g_clear_error(&e);
	if (j->fd >= 0 && j->fd != old)
		close(j->fd);
	j->fd = old;
}

/* with the lock held, which is given away while the disk works */
static void sync_file(struct journal *j)
{
	int fd = fcntl(j->fd, F_DUPFD_CLOEXEC, 0);

	j->dirty = false;
	pthread_mutex_unlock(&j->lock);
	if (fd < 0 || fdatasync(fd) < 0)
		log_seldom(LOG_LEVEL_ERROR, "journal-sync", "journal %s: cannot sync: %s",
			   j->current, g_strerror(errno));
	if (fd >= 0)
		close(fd);
	pthread_mutex_lock(&j->lock);
}

/* Records are synced in groups, at most a second after they were written. */
static gpointer sync_groups(gpointer data)
{
	struct journal *j = data;

	pthread_mutex_lock(&j->lock);
	while (!j->stopping) {
		wait_until(&j->wake, &j->lock, clock_mono_us() + SYNC_EVERY_US);
		if (j->dirty)
			sync_file(j);
	}
	pthread_mutex_unlock(&j->lock);
	return NULL;
}

void journal_sync(struct journal *j)
{
	pthread_mutex_lock(&j->lock);
	sync_file(j);
	pthread_mutex_unlock(&j->lock);
}

void journal_bound(struct journal *j, const struct journal_bounds *bounds)
{
	pthread_mutex_lock(&j->lock);
	j->bounds = *bounds;
	pthread_mutex_unlock(&j->lock);
}

size_t journal_dropped(struct journal *j)
{
	pthread_mutex_lock(&j->lock);
	size_t n = j->dropped;

	pthread_mutex_unlock(&j->lock);
	return n;
}

struct journal *journal_open(const char *folder, int64_t rotate_bytes, GError **e)
{
	if (g_mkdir_with_parents(folder, FOLDER_MODE) < 0) {
		fail(e, folder, "make the folder");
		return NULL;
	}
	struct journal *j = g_new0(struct journal, 1);

	pthread_mutex_init(&j->lock, NULL);
	pthread_cond_init(&j->wake, NULL);
	j->folder = g_strdup(folder);
	j->current = g_build_filename(folder, SPOOL_CURRENT, NULL);
	j->bounds.rotate_bytes = rotate_bytes;
	j->fd = -1;
	if (!open_current(j, e)) {
		journal_close(j);
		return NULL;
	}
	j->syncer = g_thread_new("journal", sync_groups, j);
	return j;
}

void journal_close(struct journal *j)
{
	if (j == NULL)
		return;
	if (j->syncer != NULL) {
		pthread_mutex_lock(&j->lock);
		j->stopping = true;
		pthread_cond_signal(&j->wake);
		pthread_mutex_unlock(&j->lock);
		g_thread_join(j->syncer);
	}
	if (j->fd >= 0) {
		fdatasync(j->fd);
		close(j->fd);
	}
	pthread_cond_destroy(&j->wake);
	pthread_mutex_destroy(&j->lock);
	g_free(j->current);
	g_free(j->folder);
	g_free(j);
}

/* The next name is behind all that there are, whatever the clock did in between: readers go
 * by names. NULL: the folder cannot be read */
static char *next_name(const struct journal *j)
{
	GPtrArray *names = spool_closed_files(j->folder, NULL);
	int64_t now_s = clock_now_s(), last_s = 0;
	unsigned n = 0;

	if (names == NULL)
		return NULL;
	if (names->len > 0)
		sscanf(names->pdata[names->len - 1], "decisions-%" SCNd64 "-%u", &last_s,
		       &n);
	g_ptr_array_free(names, TRUE);
	if (last_s < now_s)
		n = 0;
	return g_strdup_printf("%s/decisions-%" PRId64 "-%u.jsonl", j->folder,
			       MAX(now_s, last_s), n + 1);
}

/* A file that cannot be followed by a new one gets its name back: the next record tries
 * again. */
static void rotate(struct journal *j)
{
	char *name = next_name(j);
	int old = j->fd;
	int64_t size = j->size;
	GError *e = NULL;

	fdatasync(old);
	if (name == NULL || g_file_test(name, G_FILE_TEST_EXISTS) ||
	    rename(j->current, name) < 0) {
		log_seldom(LOG_LEVEL_ERROR, "journal-rotate",
			   "journal %s: cannot rename: %s", j->current,
			   g_strerror(errno));
	} else if (open_current(j, &e)) {
		close(old);
	} else {
		log_seldom(LOG_LEVEL_ERROR, "journal-rotate", "%s", e->message);
		g_error_free(e);
		if (j->fd >= 0)
			close(j->fd);
		j->fd = old;
		j->size = size;
		rename(name, j->current);
	}
	g_free(name);
}

/* false: errno says why */
static bool append_line(struct journal *j, const char *line, size_t n)
{
	size_t put = 0;

	g_assert(j->fd >= 0 &&
		 memchr(line, '\n', n) == line + n - 1); /* one whole line */
	while (put < n) {
		ssize_t got = write(j->fd, line + put, n - put);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			break;
		put += (size_t)got;
	}
	if (put == n) {
		j->size += (int64_t)n;
		j->dirty = true;
		return true;
	}
	int why = errno;

	if (put > 0 && ftruncate(j->fd, j->size) < 0)
		j->size += (int64_t)put;
	errno = why;
	return false;
}

static bool remove_segment(const struct journal *j, const char *name)
{
	char *path = g_build_filename(j->folder, name, NULL);
	bool done = unlink(path) == 0 || errno == ENOENT;

	if (!done)
		log_line(LOG_LEVEL_WARN, "journal %s: cannot remove: %s", path,
			 g_strerror(errno));
	g_free(path);
	return done;
}

static int64_t segment_bytes(const struct journal *j, const char *name)
{
	char *path = g_build_filename(j->folder, name, NULL);
	struct stat st = { .st_size = 0 };
	bool there = stat(path, &st) == 0;

	g_free(path);
	return there ? st.st_size : 0;
}

/* The oldest segment goes to make room. With the lock held. */
static bool drop_oldest(struct journal *j, const GPtrArray *closed, size_t nth,
			size_t passed)
{
	g_assert(nth < closed->len);
	const char *name = g_ptr_array_index(closed, nth);

	if (!remove_segment(j, name))
		return false;
	if (nth < passed)
		return true;
	j->dropped++;
	log_line(LOG_LEVEL_ERROR,
		 "journal %s/%s: dropped for want of room, though wonted-learn has not "
		 "read it: what it would have taught is lost. Is wonted-learn running? "
		 "Give the disk room, or raise journal_limit",
		 j->folder, name);
	return true;
}

/* With the lock held: all segments together are kept under the bound. */
static void keep_bound(struct journal *j)
{
	GPtrArray *closed =
		j->bounds.most_bytes <= 0 ? NULL : spool_closed_files(j->folder, NULL);
	int64_t sum = j->size;
	size_t passed;

	if (closed == NULL)
		return;
	for (guint i = 0; i < closed->len; i++)
		sum += segment_bytes(j, closed->pdata[i]);
	passed = sum <= j->bounds.most_bytes ? 0 : cursors_passed(j->folder, closed);
	for (guint i = 0; i < closed->len && sum > j->bounds.most_bytes; i++) {
		sum -= segment_bytes(j, closed->pdata[i]);
		if (!drop_oldest(j, closed, i, passed))
			break;
	}
	g_ptr_array_free(closed, TRUE);
}

/* With the lock held. true: there may be room now */
static bool make_room(struct journal *j)
{
	GPtrArray *closed =
		j->bounds.most_bytes <= 0 ? NULL : spool_closed_files(j->folder, NULL);
	bool done = closed != NULL && closed->len > 0 &&
		    drop_oldest(j, closed, 0, cursors_passed(j->folder, closed));

	if (closed != NULL)
		g_ptr_array_free(closed, TRUE);
	return done;
}

bool journal_append_line(struct journal *j, const char *json, bool sync)
{
	char *line = g_strconcat(json, "\n", NULL);

	pthread_mutex_lock(&j->lock);
	if (is_away(j))
		begin_anew(j);
	if (j->size >= j->bounds.rotate_bytes) {
		rotate(j);
		keep_bound(j);
	}
	bool done = append_line(j, line, strlen(line));

	while (!done && (errno == ENOSPC || errno == EDQUOT) && make_room(j))
		done = append_line(j, line, strlen(line));
	if (!done)
		log_seldom(LOG_LEVEL_ERROR, "journal-write",
			   "journal %s: cannot write: %s; records are lost", j->current,
			   g_strerror(errno));
	if (done && sync)
		done = fdatasync(j->fd) == 0;
	pthread_mutex_unlock(&j->lock);
	g_free(line);
	return done;
}

bool journal_append(struct journal *j, const struct record *r)
{
	char *json = record_json(r);
	bool done = journal_append_line(j, json, false);

	g_free(json);
	return done;
}

void journal_expire(struct journal *j, int64_t before_s)
{
	GPtrArray *closed = spool_closed_files(j->folder, NULL);
	size_t passed = closed == NULL ? 0 : cursors_passed(j->folder, closed);

	for (size_t i = 0; i < passed; i++) {
		const char *name = g_ptr_array_index(closed, i);
		int64_t closed_s;

		if (sscanf(name, "decisions-%" SCNd64 "-", &closed_s) == 1 &&
		    closed_s < before_s)
			remove_segment(j, name);
	}
	if (closed != NULL)
		g_ptr_array_free(closed, TRUE);
}

/* is this line the record of that message? */
static bool is_about(const char *line, size_t n, const char *id)
{
	json_t *all = json_loadb(line, n, 0, NULL);
	const char *queue = json_string_value(json_object_get(all, "queue_id"));
	const char *own = json_string_value(json_object_get(all, "id"));
	const char *mid = json_string_value(
		json_object_get(json_object_get(all, "features"), "message_id"));
	bool found = g_strcmp0(queue, id) == 0 || g_strcmp0(own, id) == 0 ||
		     g_strcmp0(mid, id) == 0;

	json_decref(all);
	return found;
}

/* an id as it stands in a line of JSON, without the quotes */
static char *as_in_json(const char *id)
{
	GString *out = g_string_new("[");
	char *bare;

	json_line_text(out, id);
	bare = g_strndup(out->str + 2, out->len - 3); /* of ["..." */
	g_string_free(out, TRUE);
	return bare;
}

/* The newest line of a file that is about the message: ids stand in it as text, so only
 * lines that hold the text are read as JSON. */
static char *find_in_file(const char *path, const char *id, const char *in_json)
{
	GMappedFile *file = g_mapped_file_new(path, FALSE, NULL);

	if (file == NULL)
		return NULL;
	const char *begin = g_mapped_file_get_contents(file);
	size_t left = g_mapped_file_get_length(file);
	char *found = NULL;

	for (const char *p = begin; left > 0 && p != NULL;) {
		const char *hit = memmem(p, left, in_json, strlen(in_json));

		if (hit == NULL)
			break;
		const char *line = memrchr(begin, '\n', (size_t)(hit - begin));
		const char *end = memchr(hit, '\n', left - (size_t)(hit - p));

		line = line == NULL ? begin : line + 1;
		if (end == NULL)
			break;
		if (is_about(line, (size_t)(end - line), id)) {
			g_free(found);
			found = g_strndup(line, (size_t)(end - line));
		}
		left -= (size_t)(end - p);
		p = end;
	}
	g_mapped_file_unref(file);
	return found;
}

bool journal_find(const char *folder, const char *id, char **json_r, GError **e)
{
	GPtrArray *names = spool_closed_files(folder, e);
	char *found = NULL, *bare = g_strdup(id);
	size_t n = strlen(bare);
	char *in_json;

	if (n >= 2 && bare[0] == '<' && bare[n - 1] == '>') {
		bare[n - 1] = '\0';
		memmove(bare, bare + 1, n - 1);
	}
	in_json = as_in_json(bare);
	if (names != NULL)
		g_ptr_array_add(names, g_strdup(SPOOL_CURRENT));
	for (guint i = names == NULL ? 0 : names->len; i > 0 && found == NULL && *bare;
	     i--) {
		char *path = g_build_filename(folder, names->pdata[i - 1], NULL);

		found = find_in_file(path, bare, in_json);
		g_free(path);
	}
	if (names != NULL && found == NULL)
		g_set_error(
			e, WONTED_ERROR, WONTED_ERROR_INPUT,
			"no record of \"%s\" in %s: give a queue id, the id of "
			"X-Wonted-Id, or a Message-ID; records are kept for journal_keep",
			bare, folder);
	if (names != NULL)
		g_ptr_array_free(names, TRUE);
	g_free(in_json);
	g_free(bare);
	*json_r = found;
	return found != NULL;
}
