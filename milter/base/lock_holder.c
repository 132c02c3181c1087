#include "base/lock_holder.h"

#include <errno.h>
#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/printable.h"

#define TRY_EVERY_US 10000
#define PID_BYTES 24

/* The number stands there as long as the lock, and longer: a holder that died left it. */
static void leave_pid(int fd)
{
	char text[PID_BYTES];
	int n = snprintf(text, sizeof(text), "%ld\n", (long)getpid());

	if (pwrite(fd, text, (size_t)n, 0) == n && ftruncate(fd, n) != 0)
		errno = 0; /* a longer number's rest is behind the line's end */
}

bool lock_by(int fd, int64_t until_us)
{
	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return false;
		if (clock_mono_us() >= until_us) {
			errno = EWOULDBLOCK;
			return false;
		}
		g_usleep(TRY_EVERY_US);
	}
	leave_pid(fd);
	return true;
}

/* "1: FLOCK  ADVISORY  WRITE 1234 fe:01:5678 0 EOF" */
static long pid_in_locks(int fd)
{
	char *all = NULL;
	struct stat st;
	long pid = 0;

	if (fstat(fd, &st) != 0 || !g_file_get_contents("/proc/locks", &all, NULL, NULL))
		return 0;
	char *file = g_strdup_printf(" %02x:%02x:%" PRIu64 " ", major(st.st_dev),
				     minor(st.st_dev), (uint64_t)st.st_ino);
	char **lines = g_strsplit(all, "\n", -1);

	for (char **l = lines; *l != NULL && pid == 0; l++)
		if (strstr(*l, "FLOCK") != NULL && strstr(*l, "->") == NULL &&
		    strstr(*l, file) != NULL &&
		    sscanf(*l, "%*s %*s %*s %*s %ld", &pid) != 1)
			pid = 0;
	g_strfreev(lines);
	g_free(file);
	g_free(all);
	return pid;
}

static long pid_in_file(int fd)
{
	char text[PID_BYTES] = "";
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	return n > 0 ? strtol(text, NULL, 10) : 0;
}

/* its name and letter of state, as in /proc/PID/stat: "1234 (name) T 1 ..." */
static char *tell(long pid)
{
	char *path = g_strdup_printf("/proc/%ld/stat", pid), *stat = NULL, *told = NULL;

	if (pid > 0 && g_file_get_contents(path, &stat, NULL, NULL)) {
		char *begin = strchr(stat, '('), *end = strrchr(stat, ')');
		char state = end != NULL && end[1] == ' ' ? end[2] : '?';

		if (begin != NULL && end != NULL)
			end[1] = '\0';
		char *name = printable(begin != NULL ? begin : "", 40);

		told = g_strdup_printf("process %ld %s%s", pid, name,
				       state == 'T'   ? ", which is stopped"
				       : state == 'D' ? ", which waits for a disk"
						      : "");
		g_free(name);
	}
	g_free(stat);
	g_free(path);
	return told;
}

char *lock_holder(int fd)
{
	char *told = tell(pid_in_locks(fd));

	if (told == NULL)
		told = tell(pid_in_file(fd));
	return told != NULL ? told : g_strdup("another process");
}
