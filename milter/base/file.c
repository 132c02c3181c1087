#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

static bool fail(GError **e, const char *path, const char *doing)
{
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM, "%s: cannot %s: %s", path,
		    doing, g_strerror(errno));
	return false;
}

static bool read_all(int fd, const char *path, char *to, size_t n, GError **e)
{
	size_t have = 0;

	while (have < n) {
		ssize_t got = read(fd, to + have, n - have);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail(e, path, "read");
		if (got == 0)
			break;
		have += (size_t)got;
	}
	to[have] = '\0';
	return true;
}

bool file_read(const char *path, size_t max_bytes, char **text_r, size_t *n_r, GError **e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return fail(e, path, "open");
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT, "%s: not a regular file",
			    path);
		close(fd);
		return false;
	}
	if ((size_t)st.st_size > max_bytes) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    "%s: %lld bytes, more than the %zu that are read", path,
			    (long long)st.st_size, max_bytes);
		close(fd);
		return false;
	}
	char *text = g_malloc((size_t)st.st_size + 1);

	if (!read_all(fd, path, text, (size_t)st.st_size, e)) {
		g_free(text);
		close(fd);
		return false;
	}
	close(fd);
	*text_r = text;
	*n_r = (size_t)st.st_size;
	return true;
}

bool folder_sync(const char *path, GError **e)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return fail(e, path, "open the folder");
	if (fsync(fd) < 0) {
		fail(e, path, "sync the folder");
		close(fd);
		return false;
	}
	close(fd);
	return true;
}

static bool write_all(int fd, struct bytes content)
{
	while (content.n > 0) {
		ssize_t put = write(fd, content.at, content.n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return false;
		content.at += put;
		content.n -= (size_t)put;
	}
	return true;
}

static bool take_place(const char *temp, const char *path)
{
	return rename(temp, path) == 0;
}

static bool take_free_place(const char *temp, const char *path)
{
	bool done = link(temp, path) == 0 || errno == EEXIST;

	if (done)
		unlink(temp);
	return done;
}

static bool put_file(const char *path, struct bytes content, int mode,
		     bool (*place)(const char *temp, const char *path), GError **e)
{
	char *temp = g_strdup_printf("%s.tmp.XXXXXX", path);
	int fd = g_mkstemp_full(temp, O_WRONLY | O_CLOEXEC, mode);
	bool done = false;

	if (fd < 0) {
		fail(e, path, "make a temporary file beside it");
		g_free(temp);
		return false;
	}
	if (!write_all(fd, content))
		fail(e, path, "write");
	else if (fchmod(fd, (mode_t)mode) < 0 || fsync(fd) < 0)
		fail(e, path, "sync");
	else if (!place(temp, path))
		fail(e, path, "put the new file in place");
	else
		done = true;
	close(fd);
	if (!done)
		unlink(temp);
	else {
		char *folder = g_path_get_dirname(path);

		done = folder_sync(folder, e);
		g_free(folder);
	}
	g_free(temp);
	return done;
}

bool file_replace(const char *path, struct bytes content, int mode, GError **e)
{
	return put_file(path, content, mode, take_place, e);
}

bool file_make(const char *path, struct bytes content, int mode, GError **e)
{
	return put_file(path, content, mode, take_free_place, e);
}
