/* Maildirs, mbox files and folders of messages. Files may vanish while they are read (a mail
 * client is at work): that is told, and never stops the others. Links are not followed out
 * of the archive: only regular files and folders are looked at. */
#include "learn/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/compiler.h"
#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/sorted.h"
#include "learn/mbox.h"

#define DEPTH_MOST 20 /* of folders in folders */
#define PIECE_BYTES 65536

struct walk {
	const struct archive_reading *reading;
	struct archive_done *done;
	bool maildir;
	bool counting; /* only how many files there are */
	bool stopped;
};

static void tell_failed(struct walk *w, const char *path, GError *e)
{
	w->done->failed += !w->counting;
	if (w->reading->failed != NULL && !w->counting)
		w->reading->failed(path, e, w->reading->to);
	g_error_free(e);
}

static void read_message(struct walk *w, const char *path)
{
	GError *e = NULL;
	char *text;
	size_t n;

	if (!file_read(path, LIMIT_MESSAGE_BYTES, &text, &n, &e)) {
		tell_failed(w, path, e);
		return;
	}
	w->done->messages++;
	w->done->bytes += (int64_t)n;
	w->stopped = !w->reading->take(path, (struct bytes){ .at = text, .n = n },
				       w->reading->to);
	g_free(text);
}

/* What was never sent, or is not wanted, tells nothing about habits. */
static bool is_left_out(const char *name)
{
	static const char *const folders[] = {
		"junk", "spam", "trash", "drafts", "deleted messages", "deleted items"
	};
	const char *last = strrchr(name, '.');

	name = last != NULL ? last + 1 : name;
	for (size_t i = 0; i < COUNT_OF(folders); i++)
		if (g_ascii_strcasecmp(folders[i], name) == 0)
			return true;
	return false;
}

/* In a Maildir messages lie in cur and new alone; its folders begin with a dot. */
static bool is_wanted_folder(const struct walk *w, const char *name)
{
	if (!w->maildir)
		return name[0] != '.';
	return strcmp(name, "tmp") != 0 && !is_left_out(name);
}

static bool is_wanted_file(const struct walk *w, const char *folder, const char *name)
{
	if (name[0] == '.')
		return false;
	return !w->maildir || g_str_has_suffix(folder, "/cur") ||
	       g_str_has_suffix(folder, "/new");
}

static void walk_folder(struct walk *w, const char *folder, int depth);

static void walk_name(struct walk *w, const char *folder, const char *name, int depth)
{
	char *path = g_build_filename(folder, name, NULL);
	struct stat st;

	if (lstat(path, &st) != 0)
		tell_failed(w, path,
			    g_error_new(WONTED_ERROR, WONTED_ERROR_SYSTEM, "%s: %s", path,
					g_strerror(errno)));
	else if (S_ISDIR(st.st_mode) && is_wanted_folder(w, name))
		walk_folder(w, path, depth + 1);
	else if (S_ISREG(st.st_mode) && is_wanted_file(w, folder, name) && w->counting)
		w->done->of_messages++;
	else if (S_ISREG(st.st_mode) && is_wanted_file(w, folder, name))
		read_message(w, path);
	g_free(path);
}

static bool unreadable(const char *path, int error, GError **e)
{
	const char *what =
		error == EACCES || error == EPERM
			? "; run as a user that may read it, or give that right "
			  "to this one"
		: error == ENOENT ? "; is the name right?"
				  : "";

	g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT, "%s: cannot be read: %s%s", path,
		    g_strerror(error), what);
	return false;
}

/* In the order of names, so that the same archive is read the same way twice. */
static void walk_folder(struct walk *w, const char *folder, int depth)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	GError *e = NULL;
	GDir *dir = NULL;
	const char *name;

	errno = 0;
	if (depth <= DEPTH_MOST && (dir = g_dir_open(folder, 0, NULL)) == NULL)
		unreadable(folder, errno, &e);
	else if (dir == NULL)
		g_set_error(&e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    "%s: folders are nested more than %d deep", folder,
			    DEPTH_MOST);
	if (dir == NULL) {
		tell_failed(w, folder, e);
		g_ptr_array_unref(names);
		return;
	}
	while ((name = g_dir_read_name(dir)) != NULL)
		g_ptr_array_add(names, g_strdup(name));
	g_dir_close(dir);
	g_ptr_array_sort(names, sorted_by_text);
	for (size_t i = 0; i < names->len && !w->stopped; i++)
		walk_name(w, folder, g_ptr_array_index(names, i), depth);
	g_ptr_array_unref(names);
}

struct mbox_walk {
	struct walk *walk;
	const char *path;
};

static bool take_from_mbox(struct bytes raw, void *to)
{
	struct mbox_walk *m = to;

	m->walk->done->messages++;
	m->walk->stopped = !m->walk->reading->take(m->path, raw, m->walk->reading->to);
	return !m->walk->stopped;
}

static bool read_mbox(struct walk *w, const char *path, GError **e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct mbox_walk m = { .walk = w, .path = path };
	struct mbox *mbox;
	char piece[PIECE_BYTES];
	struct stat st;
	ssize_t n = -1;

	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		if (fd < 0)
			unreadable(path, errno, e);
		else
			g_set_error(
				e, WONTED_ERROR, WONTED_ERROR_INPUT,
				"%s: not a regular file; for a folder use --maildir or "
				"--messages",
				path);
		if (fd >= 0)
			close(fd);
		return false;
	}
	w->done->of_bytes = st.st_size;
	mbox = mbox_create(LIMIT_MESSAGE_BYTES, take_from_mbox, &m);
	while (!w->stopped && (n = read(fd, piece, sizeof(piece))) > 0) {
		w->done->bytes += n;
		mbox_feed(mbox, (struct bytes){ .at = piece, .n = (size_t)n });
	}
	if (n < 0)
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM, "%s: cannot read: %s",
			    path, g_strerror(errno));
	else
		mbox_end(mbox);
	mbox_destroy(&mbox);
	close(fd);
	return n >= 0;
}

/* It is a folder, and we may look into it: else it seems to be empty. */
static bool is_folder(const char *path, GError **e)
{
	struct stat st;

	if (stat(path, &st) != 0 ||
	    (S_ISDIR(st.st_mode) &&
	     faccessat(AT_FDCWD, path, R_OK | X_OK, AT_EACCESS) != 0))
		return unreadable(path, errno, e);
	if (S_ISDIR(st.st_mode))
		return true;
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
		    "%s: not a folder; for a file with all messages in it use --mbox",
		    path);
	return false;
}

static bool is_maildir(const char *path, GError **e)
{
	char *cur = g_build_filename(path, "cur", NULL);
	bool good = is_folder(path, e), is = good && g_file_test(cur, G_FILE_TEST_IS_DIR);

	good = good && (!is || is_folder(cur, e));

	g_free(cur);
	if (!good)
		return false;
	if (!is)
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    "%s: not a Maildir: there is no folder \"cur\" in it; for a "
			    "folder "
			    "of message files use --messages",
			    path);
	return is;
}

bool archive_read(enum archive_kind kind, const char *path,
		  const struct archive_reading *r, struct archive_done *now_r, GError **e)
{
	struct walk w = { .reading = r,
			  .done = now_r,
			  .maildir = kind == ARCHIVE_MAILDIR };

	*now_r = (struct archive_done){ 0 };
	switch (kind) {
	case ARCHIVE_MBOX:
		return read_mbox(&w, path, e);
	case ARCHIVE_MAILDIR:
		if (!is_maildir(path, e))
			return false;
		break;
	case ARCHIVE_FOLDER:
		if (!is_folder(path, e))
			return false;
		break;
	}
	w.counting = true;
	walk_folder(&w, path, 0);
	w.counting = false;
	walk_folder(&w, path, 0);
	return true;
}
