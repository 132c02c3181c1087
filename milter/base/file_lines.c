/* A line is only looked at when its end is there: what is behind it belongs to who appends. */
#include "base/file_lines.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

struct walk {
	const struct file_lines_choice *choice;
	void (*each)(struct bytes line, void *user);
	void *user;
	int fd;
	size_t n;
};

static bool fail(GError **e, const char *path, const char *doing)
{
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
		    "%s: cannot %s: %s; run it as root or as the daemons' user", path,
		    doing, g_strerror(errno));
	return false;
}

static bool put_nothing(const struct walk *w, struct bytes line, off_t at)
{
	char *blank = g_malloc(line.n);
	size_t put = 0;

	memset(blank, ' ', line.n);
	if (w->choice->fill != NULL)
		w->choice->fill(line, blank);
	while (put < line.n) {
		ssize_t got = pwrite(w->fd, blank + put, line.n - put, at + (off_t)put);

		if (got < 0 && errno != EINTR)
			break;
		put += got > 0 ? (size_t)got : 0;
	}
	g_free(blank);
	return put == line.n;
}

/* false: errno says why */
static bool take(struct walk *w, struct bytes line, off_t at)
{
	if (w->each != NULL)
		w->each(line, w->user);
	if (w->choice == NULL || line.n == 0 || !w->choice->pick(line, w->choice->user))
		return true;
	w->n++;
	return put_nothing(w, line, at);
}

static bool walk(struct walk *w, FILE *f)
{
	char *text = NULL;
	size_t room = 0;
	ssize_t n;
	off_t at = 0;
	bool good = true;

	while (good && (n = getline(&text, &room, f)) > 0) {
		if (text[n - 1] == '\n')
			good = take(w, (struct bytes){ text, (size_t)n - 1 }, at);
		at += n;
	}
	free(text);
	return good && !ferror(f);
}

static bool walk_file(struct walk *w, const char *path, int flags, GError **e)
{
	int fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
	bool good;

	if (f == NULL)
		return errno == ENOENT || fail(e, path, "open it");
	w->fd = fd;
	good = walk(w, f);
	if (good && w->n > 0)
		good = fdatasync(fd) == 0;
	if (!good)
		fail(e, path, w->choice != NULL ? "erase in it" : "read it");
	fclose(f);
	return good;
}

bool file_lines_read(const char *path, void (*each)(struct bytes line, void *user),
		     void *user, GError **e)
{
	struct walk w = { .each = each, .user = user };

	return walk_file(&w, path, O_RDONLY, e);
}

bool file_lines_erase(const char *path, const struct file_lines_choice *c, size_t *n_r,
		      GError **e)
{
	struct walk w = { .choice = c };
	bool good = walk_file(&w, path, O_RDWR, e);

	*n_r += w.n;
	return good;
}
