/* A child gets a socket as its standard input, nothing else of ours, and no environment
 * but what sanitizers are told. */
#include "decode/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "decode/child.h"

#define START_US (10 * (int64_t)G_USEC_PER_SEC) /* on a busy machine */
#define GREETING_BYTES 512
#define PIECE_BYTES 4096

/* only what the caller waits for; false: time is up, or the descriptor is dead */
static bool wait_readable(int fd, int64_t until_us)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int64_t left_us;

	while ((left_us = until_us - clock_mono_us()) > 0) {
		int n = poll(&p, 1, (int)(left_us / 1000) + 1);

		if (n > 0)
			return true;
		if (n < 0 && errno != EINTR)
			return false;
	}
	return false;
}

/* what was sent until now: > 0; 0: the other side is gone; -1: nothing until then */
static ssize_t receive(int fd, char *at, size_t n, int64_t until_us)
{
	ssize_t got;

	do {
		if (!wait_readable(fd, until_us))
			return -1;
		got = recv(fd, at, n, MSG_DONTWAIT);
	} while (got < 0 && (errno == EINTR || errno == EAGAIN));
	return got < 0 ? 0 : got;
}

static bool fail(GError **e, const char *what, int number)
{
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM, "%s: %s", what,
		    g_strerror(number));
	return false;
}

/* variables that sanitizers read; a child needs no others */
static char **environment(void)
{
	static const char *const kept[] = { "ASAN_OPTIONS", "UBSAN_OPTIONS",
					    "TSAN_OPTIONS", "LD_LIBRARY_PATH" };
	GPtrArray *all = g_ptr_array_new();

	for (size_t i = 0; i < G_N_ELEMENTS(kept); i++)
		if (g_getenv(kept[i]) != NULL)
			g_ptr_array_add(
				all, g_strconcat(kept[i], "=", g_getenv(kept[i]), NULL));
	g_ptr_array_add(all, NULL);
	return (char **)g_ptr_array_free(all, FALSE);
}

/* no threads of ours are copied: the program is executed before anything else happens */
static int spawn(pid_t *pid_r, const struct decode_setup *setup, int socket)
{
	char *memory = g_strdup_printf("%zu", setup->memory_bytes);
	char name[] = "wonted-decode", argument[] = DECODE_CHILD_ARGUMENT;
	char *const argv[] = { name, argument, memory, NULL };
	char **env = environment();
	posix_spawn_file_actions_t files;
	posix_spawnattr_t as;
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, socket, STDIN_FILENO);
	posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
	posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
	posix_spawnattr_init(&as);
	posix_spawnattr_setflags(&as, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&as, &none);
	posix_spawnattr_setsigdefault(&as, &all);
	int failed = posix_spawn(pid_r, setup->program, &files, &as, argv, env);

	posix_spawnattr_destroy(&as);
	posix_spawn_file_actions_destroy(&files);
	g_strfreev(env);
	g_free(memory);
	return failed;
}

/* its first words */
static bool is_ready(const struct worker *w, GError **e)
{
	char text[GREETING_BYTES];
	ssize_t n =
		receive(w->socket, text, sizeof(text) - 1, clock_mono_us() + START_US);

	if (n == 1 && text[0] == DECODE_READY)
		return true;
	text[MAX(n, 0)] = '\0';
	if (n > 1 && text[0] == DECODE_FAILED)
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM, "%s", text + 1);
	else if (n < 0)
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
			    "it did not say within %d s that it is ready",
			    (int)(START_US / G_USEC_PER_SEC));
	else
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
			    "it ended before it was ready");
	return false;
}

bool worker_start(struct worker *w, const struct decode_setup *setup, GError **e)
{
	int pair[2];

	g_assert(w->pid == 0);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return fail(e, "socketpair", errno);
	int failed = spawn(&w->pid, setup, pair[1]);

	close(pair[1]);
	w->socket = pair[0];
	if (failed != 0) {
		w->pid = 0;
		close(w->socket);
		return fail(e, setup->program, failed);
	}
	if (is_ready(w, e))
		return true;
	worker_kill(w);
	return false;
}

static bool send_request(int socket, const struct decode_request *r, int fd)
{
	char space[CMSG_SPACE(sizeof(int))] = { 0 };
	struct decode_request copy = *r;
	struct iovec from = { &copy, sizeof(copy) };
	struct msghdr m = { .msg_iov = &from,
			    .msg_iovlen = 1,
			    .msg_control = space,
			    .msg_controllen = sizeof(space) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(int));
	return sendmsg(socket, &m, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)sizeof(copy);
}

static enum decode_why read_answer(int socket, struct decode_reader *r, int64_t until_us)
{
	char piece[PIECE_BYTES];

	for (;;) {
		ssize_t n = receive(socket, piece, sizeof(piece), until_us);

		if (n <= 0)
			return n == 0 ? DECODE_DIED : DECODE_TIME;
		switch (decode_reader_take(r, (struct bytes){ piece, (size_t)n })) {
		case READER_MORE:
			break;
		case READER_ENDED:
			return DECODE_WHOLE;
		case READER_NONSENSE:
			return DECODE_NONSENSE;
		}
	}
}

enum decode_why worker_ask(struct worker *w, struct arena *a,
			   const struct decode_file *file, int fd,
			   struct decode_answer *answer_r)
{
	/* it stops by itself a little before it would be killed */
	int64_t now_us = clock_mono_us();
	struct decode_request r = { .bytes = file->data.n,
				    .until_us =
					    now_us + (file->until_us - now_us) / 8 * 7 };
	struct decode_reader *reader = decode_reader_new(a);

	g_strlcpy(r.name, file->name, sizeof(r.name));
	enum decode_why failed = send_request(w->socket, &r, fd)
					 ? read_answer(w->socket, reader, file->until_us)
					 : DECODE_DIED;

	decode_reader_answer(reader, answer_r);
	decode_reader_free(reader);
	if (failed != DECODE_WHOLE)
		answer_r->why = failed;
	return failed;
}

bool worker_is_alive(const struct worker *w)
{
	char c;

	/* nobody asked, so whatever it says now is wrong, too */
	return w->pid != 0 && recv(w->socket, &c, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
	       (errno == EAGAIN || errno == EINTR);
}

void worker_kill(struct worker *w)
{
	kill(w->pid, SIGKILL);
	while (waitpid(w->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	close(w->socket);
	*w = (struct worker){ 0 };
}
