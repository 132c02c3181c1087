/* Who has a lock that we wait for: an admin can only end what has a name. */
#ifndef BASE_LOCK_HOLDER_H
#define BASE_LOCK_HOLDER_H

#include <stdbool.h>
#include <stdint.h>

/* lock_by - take flock() of an open file, alone, and leave our process id in it
 * in    until_us   on clock_mono_us(); in the past: only one try
 * out   false: somebody else has it still, errno EWOULDBLOCK; or errno says why not
 * err   see out */
bool lock_by(int fd, int64_t until_us);

/* lock_holder - the process that has the flock() of a file, told to people
 * in    fd   of the file; what was locked by lock_by() is known even where /proc/locks is hidden
 * out   "process 1234 (name), which is stopped", or "another process"
 * own   g_free() */
char *lock_holder(int fd);

#endif
