/* Reading the spool while another process writes it. A line is taken when its end is there;
 * until then nothing of it is remembered, for the writer may cut off again what it could not
 * write whole. A file is left when it was read to its end after a newer one was seen.
 *
 * A file may be renamed at any moment, so the current one is opened before the names of the
 * closed ones are read: whatever happens in between, the file that follows ours is either
 * among these names or the one that was opened. */
#include "journal/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/limits.h"
#include "journal/spool_files.h"

#define PIECE_BYTES 262144
#define HASHED_BYTES 4096 /* of a line: its id stands in front */

struct journal_reader {
	char *folder, *name;
	int fd; /* of the file at hand; -1: none */
	dev_t dev;
	ino_t ino;
	int64_t at;         /* where the next line begins */
	int64_t line;       /* where the last one began; -1: none of this file */
	int64_t over;       /* bytes of a line that is too long, dropped already */
	GByteArray *buffer; /* what stands at `at` + `over`, from `used` on */
	size_t used, seen;  /* seen: up to here there is no line end */
	bool closed;        /* a newer file is there: nobody writes this one any more */
	struct journal_position before; /* where nothing of this file was read */
	size_t left_out;
};

static void fail(const struct journal_reader *r, const char *name, GError **e)
{
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
		    "journal %s/%s: cannot read: %s; check its owner", r->folder, name,
		    g_strerror(errno));
}

static ssize_t read_at(int fd, void *to, size_t n, int64_t at)
{
	ssize_t got;

	do
		got = pread(fd, to, n, at);
	while (got < 0 && errno == EINTR);
	return got;
}

static bool is_erased(struct bytes line)
{
	return line.n >= strlen(JOURNAL_ERASED) + JOURNAL_HASH_BYTES - 1 &&
	       memcmp(line.at, JOURNAL_ERASED, strlen(JOURNAL_ERASED)) == 0;
}

void journal_line_hash(struct bytes line, char hash_r[JOURNAL_HASH_BYTES])
{
	if (is_erased(line)) {
		g_strlcpy(hash_r, line.at + strlen(JOURNAL_ERASED), JOURNAL_HASH_BYTES);
		return;
	}
	char *all = g_compute_checksum_for_data(
		G_CHECKSUM_SHA256, (const guchar *)line.at, MIN(line.n, HASHED_BYTES));

	g_strlcpy(hash_r, all, JOURNAL_HASH_BYTES);
	g_free(all);
}

/* The beginning of a line that is whole, or of which at least so much is there; "": not. */
static void hash_line(int fd, int64_t at, char hash_r[JOURNAL_HASH_BYTES])
{
	char text[HASHED_BYTES];
	ssize_t n = read_at(fd, text, sizeof(text), at);
	const char *end = n > 0 ? memchr(text, '\n', (size_t)n) : NULL;

	hash_r[0] = '\0';
	if (end == NULL && n != HASHED_BYTES)
		return;
	journal_line_hash(
		(struct bytes){ text, end == NULL ? (size_t)n : (size_t)(end - text) },
		hash_r);
}

static bool same_file(const struct journal_reader *r, const struct stat *st)
{
	return r->fd >= 0 && st->st_dev == r->dev && st->st_ino == r->ino;
}

/* takes fd over */
static void begin_file(struct journal_reader *r, int fd, const char *name, int64_t at)
{
	struct stat st = { 0 };

	g_assert(fd >= 0 && fd != r->fd);
	if (r->fd >= 0)
		close(r->fd);
	fstat(fd, &st);
	r->fd = fd;
	r->dev = st.st_dev;
	r->ino = st.st_ino;
	g_free(r->name);
	r->name = g_strdup(name);
	r->at = at;
	r->line = -1;
	r->over = 0;
	r->closed = false;
	g_byte_array_set_size(r->buffer, 0);
	r->used = r->seen = 0;
}

static int open_in(const char *folder, const char *name)
{
	char *path = g_build_filename(folder, name, NULL);
	int fd = open(path, O_RDONLY | O_CLOEXEC), why = errno;

	g_free(path);
	errno = why;
	return fd;
}

/* -1 with errno: ENOENT is no failure, the file is gone or not there yet */
static int open_file(const struct journal_reader *r, const char *name)
{
	return open_in(r->folder, name);
}

void journal_segment_hash(const char *folder, const char *name,
			  char hash_r[JOURNAL_HASH_BYTES])
{
	int fd = open_in(folder, name);

	hash_r[0] = '\0';
	if (fd < 0)
		return;
	hash_line(fd, 0, hash_r);
	close(fd);
}

/* the last line read stands where it stood */
static bool holds_position(int fd, const struct journal_position *p)
{
	char hash[JOURNAL_HASH_BYTES], last = '\0';
	struct stat st;

	if (p->begin < 0 || p->end <= p->begin || fstat(fd, &st) < 0 ||
	    st.st_size < p->end || read_at(fd, &last, 1, p->end - 1) != 1 || last != '\n')
		return false;
	hash_line(fd, p->begin, hash);
	return strcmp(hash, p->line) == 0;
}

/* true: it is the file of that position, and now at hand */
static bool resume_file(struct journal_reader *r, int fd, const char *name,
			const struct journal_position *p)
{
	char hash[JOURNAL_HASH_BYTES];

	hash_line(fd, 0, hash);
	if (hash[0] == '\0' || strcmp(hash, p->file) != 0 || !holds_position(fd, p))
		return false;
	begin_file(r, fd, name, p->end);
	r->before = *p;
	return true;
}

/* Newest first, because there it usually is. */
static bool resume(struct journal_reader *r, int current, const GPtrArray *closed,
		   const struct journal_position *p)
{
	if (current >= 0 && resume_file(r, current, SPOOL_CURRENT, p))
		return true;
	for (guint i = closed->len; i > 0; i--) {
		const char *name = g_ptr_array_index(closed, i - 1);
		int fd = open_file(r, name);

		if (fd >= 0 && resume_file(r, fd, name, p)) {
			if (current >= 0)
				close(current);
			return true;
		}
		if (fd >= 0)
			close(fd);
	}
	return false;
}

/* Where the file at hand stands among the closed ones; their number: it is not there. */
static guint place_of(const struct journal_reader *r, const GPtrArray *closed)
{
	for (guint i = 0; i < closed->len; i++) {
		char *path = g_build_filename(r->folder, closed->pdata[i], NULL);
		struct stat st;
		bool same = stat(path, &st) == 0 && same_file(r, &st);

		g_free(path);
		if (same)
			return i;
	}
	return closed->len;
}

/* The file that follows the one at hand, or the oldest one; takes `current` over.
 * YES: *fd_r and *name_r; NO: there is none */
static enum answer open_next(struct journal_reader *r, int current, GPtrArray *closed,
			     int *fd_r, const char **name_r)
{
	guint mine = place_of(r, closed);
	struct stat st;

	for (guint i = mine == closed->len ? 0 : mine + 1; i < closed->len; i++) {
		*name_r = g_ptr_array_index(closed, i);
		*fd_r = open_file(r, *name_r);
		if (*fd_r < 0 && errno == ENOENT)
			continue;
		if (current >= 0)
			close(current);
		return *fd_r < 0 ? ANSWER_UNKNOWN : ANSWER_YES;
	}
	*name_r = SPOOL_CURRENT;
	*fd_r = current;
	if (current < 0)
		return ANSWER_NO;
	if (fstat(current, &st) == 0 && !same_file(r, &st))
		return ANSWER_YES;
	close(current);
	return ANSWER_NO;
}

/* Still the newest file? Then its end is only the end for now. */
static bool is_current(const struct journal_reader *r)
{
	char *path = g_build_filename(r->folder, SPOOL_CURRENT, NULL);
	struct stat st;
	bool is = stat(path, &st) == 0 && same_file(r, &st);

	g_free(path);
	return is;
}

static void drop_rest(struct journal_reader *r)
{
	g_byte_array_set_size(r->buffer, 0);
	r->used = r->seen = 0;
	r->over = 0;
}

/* The end of a closed file. A line without an end was cut by a crash. */
static void leave_file(struct journal_reader *r)
{
	struct journal_position p;

	if (r->over > 0 || r->buffer->len > r->used)
		r->left_out++;
	journal_reader_position(r, &p);
	r->before = p;
}

/* At the end of what is there. YES: look again; NO: nothing more for now */
static enum answer move_on(struct journal_reader *r, GError **e)
{
	if (is_current(r))
		return ANSWER_NO;
	int current = open_file(r, SPOOL_CURRENT), fd = -1;

	if (current < 0 && errno != ENOENT) {
		fail(r, SPOOL_CURRENT, e);
		return ANSWER_UNKNOWN;
	}
	GPtrArray *closed = spool_closed_files(r->folder, e);
	const char *name = NULL;
	enum answer next = ANSWER_UNKNOWN;

	if (closed == NULL && current >= 0)
		close(current);
	if (closed == NULL)
		return ANSWER_UNKNOWN;
	next = open_next(r, current, closed, &fd, &name);
	if (next == ANSWER_UNKNOWN)
		fail(r, name, e);
	if (next == ANSWER_YES && r->fd >= 0 && !r->closed) {
		close(fd); /* what was written until a moment ago comes first */
		r->closed = true;
	} else if (next == ANSWER_YES) {
		if (r->fd >= 0)
			leave_file(r);
		begin_file(r, fd, name, 0);
	}
	g_ptr_array_free(closed, TRUE);
	return next;
}

struct journal_reader *
journal_reader_open(const char *folder, const struct journal_position *from, GError **e)
{
	struct journal_reader *r = g_new0(struct journal_reader, 1);

	r->folder = g_strdup(folder);
	r->fd = -1;
	r->line = -1;
	r->buffer = g_byte_array_new();
	int current = open_file(r, SPOOL_CURRENT);
	GPtrArray *closed = spool_closed_files(folder, e);
	bool found = closed != NULL && from != NULL && from->file[0] != '\0' &&
		     resume(r, current, closed, from);

	if (!found && current >= 0)
		close(current);
	if (closed == NULL)
		journal_reader_close(&r);
	else
		g_ptr_array_free(closed, TRUE);
	return r;
}

/* YES: more bytes; NO: the end */
static enum answer read_more(struct journal_reader *r, GError **e)
{
	size_t had;
	ssize_t n;

	g_assert(r->used <= r->seen && r->seen == r->buffer->len); /* no end in it */
	if (r->used > 0)
		g_byte_array_remove_range(r->buffer, 0, (guint)r->used);
	r->seen -= r->used;
	r->used = 0;
	had = r->buffer->len;
	if (had > LIMIT_RECORD_LINE_BYTES) {
		r->over += (int64_t)had;
		r->seen = had = 0;
	}
	g_byte_array_set_size(r->buffer, (guint)(had + PIECE_BYTES));
	n = read_at(r->fd, r->buffer->data + had, PIECE_BYTES,
		    r->at + r->over + (int64_t)had);
	g_byte_array_set_size(r->buffer, (guint)(had + (n > 0 ? (size_t)n : 0)));
	if (n < 0)
		fail(r, r->name, e);
	return n < 0 ? ANSWER_UNKNOWN : n == 0 ? ANSWER_NO : ANSWER_YES;
}

/* A line that ends in the buffer; true: it is one to be shown. */
static bool take_line(struct journal_reader *r, struct bytes *line_r)
{
	g_assert(r->used <= r->seen && r->seen < r->buffer->len);
	const char *begin = (const char *)r->buffer->data + r->used;
	size_t n = r->seen - r->used;
	bool whole = r->over == 0 && n <= LIMIT_RECORD_LINE_BYTES;

	*line_r = (struct bytes){ .at = begin, .n = n };
	r->line = r->at;
	r->at += r->over + (int64_t)n + 1;
	r->over = 0;
	r->used = r->seen = r->seen + 1;
	r->left_out += !whole;
	return whole && !is_erased(*line_r);
}

static bool find_end(struct journal_reader *r)
{
	const char *text = (const char *)r->buffer->data;
	const char *end = r->seen < r->buffer->len
				  ? memchr(text + r->seen, '\n', r->buffer->len - r->seen)
				  : NULL;

	r->seen = end != NULL ? (size_t)(end - text) : r->buffer->len;
	return end != NULL;
}

enum answer journal_reader_next(struct journal_reader *r, struct bytes *line_r,
				GError **e)
{
	for (;;) {
		enum answer more = ANSWER_NO;

		if (r->fd >= 0 && find_end(r)) {
			if (take_line(r, line_r))
				return ANSWER_YES;
			continue;
		}
		if (r->fd >= 0)
			more = read_more(r, e);
		if (more == ANSWER_NO) {
			more = move_on(r, e);
			if (more == ANSWER_NO)
				drop_rest(r);
		}
		if (more != ANSWER_YES)
			return more;
	}
}

void journal_reader_position(const struct journal_reader *r,
			     struct journal_position *position_r)
{
	*position_r = r->before;
	if (r->fd < 0 || r->line < 0)
		return;
	position_r->begin = r->line;
	position_r->end = r->at;
	g_assert(position_r->begin < position_r->end);
	hash_line(r->fd, 0, position_r->file);
	hash_line(r->fd, r->line, position_r->line);
}

size_t journal_reader_left_out(const struct journal_reader *r)
{
	return r->left_out;
}

const char *journal_reader_file(const struct journal_reader *r)
{
	return r->name;
}

void journal_reader_close(struct journal_reader **r)
{
	if (*r == NULL)
		return;
	if ((*r)->fd >= 0)
		close((*r)->fd);
	g_byte_array_unref((*r)->buffer);
	g_free((*r)->folder);
	g_free((*r)->name);
	g_free(*r);
	*r = NULL;
}
