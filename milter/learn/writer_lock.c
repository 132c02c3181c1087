/* A lock file beside the store, not one of LMDB's own: closing those would take LMDB's locks
 * away. It is never removed, for whoever waits at it must see who comes next. */
#include "learn/writer_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"

#define LOOK_EVERY_US 20000
#define NO_LOCK (-1)
#define FILE_MODE 0660

/* NULL: there is no embedded store in it */
static char *lock_path(const char *url)
{
	const char *lmdb = strstr(url, "lmdb:");

	if (lmdb == NULL)
		return NULL;
	lmdb += strlen("lmdb:");
	return g_strdup_printf("%.*s-writer", (int)strcspn(lmdb, "|"), lmdb);
}

/* Files created as root are chowned to the directory's owner, so that the daemon can open them. */
static void give_to_folder_owner(int fd, const char *path)
{
	char *folder = g_path_get_dirname(path);
	struct stat st;

	if (geteuid() == 0 && stat(folder, &st) == 0 &&
	    fchown(fd, st.st_uid, st.st_gid) == 0)
		(void)!fchmod(fd, FILE_MODE);
	g_free(folder);
}

static bool wait_for(int fd, int64_t most_ms)
{
	int64_t until_us = clock_mono_us() + most_ms * 1000;

	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if ((errno != EWOULDBLOCK && errno != EINTR) ||
		    clock_mono_us() > until_us)
			return false;
		g_usleep(LOOK_EVERY_US);
	}
	return true;
}

bool writer_lock_acquire(const char *url, int64_t most_ms, int *lock_r, GError **e)
{
	char *path = lock_path(url);
	bool done = true;

	*lock_r = NO_LOCK;
	if (path == NULL)
		return true;
	*lock_r = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
	if (*lock_r < 0) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_STORE,
			    "%s: cannot open: %s; the user needs write permission on it "
			    "and on its folder",
			    path, g_strerror(errno));
		done = false;
	} else if (give_to_folder_owner(*lock_r, path), !wait_for(*lock_r, most_ms)) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_STORE,
			    "%s: another program holds it since %" G_GINT64_FORMAT
			    " s: is an import stopped in its midst?",
			    path, most_ms / 1000);
		writer_lock_release(*lock_r);
		*lock_r = NO_LOCK;
		done = false;
	}
	g_free(path);
	return done;
}

void writer_lock_release(int lock)
{
	if (lock != NO_LOCK)
		close(lock);
}
