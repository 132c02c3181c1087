/* What is not named here is refused, not killed: libraries that ask for a file of their
 * own (a locale, a table of characters) go on without it. */
#include "decode/sandbox.h"

#include <errno.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/limits.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { MEMORY_IS_BOUNDED = 0 };
#else
enum { MEMORY_IS_BOUNDED = 1 };
#endif

/* the answers' socket, and one file at a time that is looked into */
#define OPEN_FILES 4

static const int allowed[] = {
	SCMP_SYS(read),
	SCMP_SYS(recvmsg),
	SCMP_SYS(recvfrom),
	SCMP_SYS(sendto),
	SCMP_SYS(sendmsg),
	SCMP_SYS(close),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(madvise),
	SCMP_SYS(brk),
	SCMP_SYS(futex),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(time),
	SCMP_SYS(getrandom),
	SCMP_SYS(getpid),
	SCMP_SYS(gettid),
	SCMP_SYS(fstat),
	SCMP_SYS(lseek),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(sched_yield),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
};

/* memory may be had, but not for code */
static const int allowed_unless_code[] = { SCMP_SYS(mmap), SCMP_SYS(mprotect) };

static bool add_rules(scmp_filter_ctx rules)
{
	for (size_t i = 0; i < sizeof(allowed) / sizeof(*allowed); i++)
		if (seccomp_rule_add(rules, SCMP_ACT_ALLOW, allowed[i], 0) != 0)
			return false;
	for (size_t i = 0; i < sizeof(allowed_unless_code) / sizeof(int); i++)
		if (seccomp_rule_add(rules, SCMP_ACT_ALLOW, allowed_unless_code[i], 1,
				     SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) != 0)
			return false;
	return true;
}

static bool filter_calls(void)
{
	scmp_filter_ctx rules = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	bool done = rules != NULL && add_rules(rules) && seccomp_load(rules) == 0;

	if (rules != NULL)
		seccomp_release(rules);
	return done;
}

/* bytes of address space that it has by now: libraries, and what they made */
static size_t address_space(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	unsigned long pages = 0;
	bool read = f != NULL && fscanf(f, "%lu", &pages) == 1;

	if (f != NULL)
		fclose(f);
	return read ? pages * (size_t)sysconf(_SC_PAGESIZE) : 0;
}

static bool limit(int what, rlim_t most)
{
	const struct rlimit both = { most, most };

	return setrlimit((__rlimit_resource_t)what, &both) == 0;
}

static bool limit_memory(size_t bytes)
{
	size_t now = MEMORY_IS_BOUNDED ? address_space() : 0;

	if (!MEMORY_IS_BOUNDED)
		return true;
	return now > 0 && limit(RLIMIT_AS, now + bytes);
}

const char *sandbox_enter(size_t memory_bytes)
{
	if (!limit_memory(memory_bytes))
		return "its memory can't be limited (RLIMIT_AS, /proc/self/statm)";
	if (!limit(RLIMIT_CPU, LIMIT_DECODE_CPU_S) || !limit(RLIMIT_FSIZE, 0) ||
	    !limit(RLIMIT_NOFILE, OPEN_FILES) || !limit(RLIMIT_CORE, 0))
		return "it can't be limited (setrlimit)";
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return "it can't give up privileges (prctl)";
	if (!filter_calls())
		return "system calls can't be filtered (seccomp): does the kernel have "
		       "CONFIG_SECCOMP_FILTER, and does the service's SystemCallFilter "
		       "allow seccomp and prctl?";
	return NULL;
}
