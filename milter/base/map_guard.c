/* The kernel ends a process with SIGBUS when it touches a page of a mapped file behind the
 * file's end. A file that an admin cuts or copies over in place must not end the filter: an
 * empty page is put there, and whoever reads it finds the file changed. It must do nothing
 * that a signal handler may not, and keep any other cause of SIGBUS as deadly as it is. */
#include "base/map_guard.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

static void put_page(int sig, siginfo_t *info, void *context)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t at = (uintptr_t)info->si_addr & ~(page - 1);
	int was = errno;

	(void)context;
	if (info->si_code != BUS_ADRERR || at == 0 ||
	    mmap((void *)at, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		 0) == MAP_FAILED)
		signal(sig, SIG_DFL); /* the same again, and this time it counts */
	errno = was;
}

void map_guard_install(void)
{
	struct sigaction guard = { .sa_sigaction = put_page, .sa_flags = SA_SIGINFO };

	sigemptyset(&guard.sa_mask);
	sigaction(SIGBUS, &guard, NULL);
}
