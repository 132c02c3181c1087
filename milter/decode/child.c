/* It is this program, executed again: nothing of the parent's memory, threads or files
 * comes along. It believes its parent, and nothing else. */
#include "decode/child.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/limits.h"
#include "decode/sandbox.h"
#include "decode/walk.h"

#define PARENT 0 /* the socket to it */

static bool send_all(const char *at, size_t n)
{
	while (n > 0) {
		ssize_t sent = send(PARENT, at, n, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return false;
		at += sent;
		n -= (size_t)sent;
	}
	return true;
}

/* Nobody who listens: then there is nothing left to do. */
static void send_or_end(GString *text)
{
	if (!send_all(text->str, text->len))
		_exit(0);
	g_string_truncate(text, 0);
}

static void tell(void *user, const struct decode_entry *e)
{
	GString *text = user;

	decode_put_entry(text, e);
	send_or_end(text);
}

/* one request and the descriptor that belongs to it; false: there are no more */
static bool receive(struct decode_request *r, int *fd_r)
{
	char space[CMSG_SPACE(sizeof(int))];
	struct iovec into = { r, sizeof(*r) };
	struct msghdr m = { .msg_iov = &into,
			    .msg_iovlen = 1,
			    .msg_control = space,
			    .msg_controllen = sizeof(space) };
	ssize_t n;

	do
		n = recvmsg(PARENT, &m, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	const struct cmsghdr *c = n <= 0 ? NULL : CMSG_FIRSTHDR(&m);

	if (n != (ssize_t)sizeof(*r) || c == NULL || c->cmsg_level != SOL_SOCKET ||
	    c->cmsg_type != SCM_RIGHTS)
		return false;
	memcpy(fd_r, CMSG_DATA(c), sizeof(int));
	r->name[sizeof(r->name) - 1] = '\0';
	return true;
}

static void answer(const struct decode_openers *openers, const struct decode_request *r,
		   int fd)
{
	size_t n = (size_t)r->bytes;
	char *at = mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd, 0);
	GString *text = g_string_new(NULL);
	const struct decode_listener listener = { tell, text };
	struct decode_task task = { r->name, { at, n }, r->until_us };

	close(fd);
	if (at == MAP_FAILED) {
		decode_put_end(text, DECODE_BIG);
	} else {
		enum decode_why why = decode_list(openers, &task, &listener);

		munmap(at, n);
		decode_put_end(text, why);
	}
	send_or_end(text);
	g_string_free(text, TRUE);
}

bool decode_is_child(int argc, char *const *argv)
{
	return argc == 3 && strcmp(argv[1], DECODE_CHILD_ARGUMENT) == 0;
}

/* What would be read from disk later is read now. Names in archives are UTF-16 or worse;
 * libarchive turns them into what the locale says. */
static void prepare(const struct decode_openers *openers)
{
	prctl(PR_SET_NAME, "wonted-decode");
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		setlocale(LC_CTYPE, "en_US.UTF-8");
	ole_prepare();
	if (openers->prepare != NULL)
		openers->prepare();
	close_range(STDERR_FILENO + 1, ~0U, 0);
}

int decode_child_run(char *const *argv, const struct decode_openers *openers)
{
	const char ready = DECODE_READY, failed = DECODE_FAILED;
	struct decode_request r;
	int fd;

	/* it ends with its parent, and takes no signals that are meant for that one's group */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	prepare(openers);
	const char *why = sandbox_enter((size_t)g_ascii_strtoull(argv[2], NULL, 10));

	if (why != NULL) {
		if (send_all(&failed, 1))
			send_all(why, strlen(why));
		_exit(1);
	}
	if (!send_all(&ready, 1))
		_exit(0);
	while (receive(&r, &fd))
		answer(openers, &r, fd);
	_exit(0);
}
