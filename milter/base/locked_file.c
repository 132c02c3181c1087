#include "base/locked_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* It may be replaced while somebody waits for the lock. */
int locked_file_open(const char *path, int mode)
{
	struct stat now, mine;

	for (;;) {
		int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, mode);

		if (fd < 0)
			return -1;
		if (flock(fd, LOCK_EX) == 0 && fstat(fd, &mine) == 0 &&
		    stat(path, &now) == 0 && now.st_ino == mine.st_ino)
			return fd;
		close(fd);
	}
}

bool locked_file_ends_in_line(int fd)
{
	off_t end = lseek(fd, 0, SEEK_END);
	char last = '\n';

	return end <= 0 || pread(fd, &last, 1, end - 1) != 1 || last == '\n';
}
