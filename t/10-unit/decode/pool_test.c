/* Real children: what they may do, and what becomes of those that die, hang, flood or lie. This program is
 * its own child. A file that begins as a winmail.dat goes to a reader of this test, which
 * does what stands behind. */
#include "decode/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "decode/child.h"
#include "make.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED true
#else
#define SANITIZED false
#endif
#define TNEF "\x78\x9f\x3e\x22"
#define MEMORY (64 << 20)
#define MEMORY_OF_SEALS 12345 /* a child that only tells what it may do to its file */

/* --- in the child --- */

static void found(const struct file_visitor *v, const char *what, bool refused)
{
	char *name = g_strdup_printf("%s %s", what, refused ? "refused" : "done");

	v->see(v->user, name, (struct bytes){ "", 0 });
	g_free(name);
}

static void try_doors(const struct file_visitor *v)
{
	char *const argv[] = { (char[]){ "x" }, NULL };

	found(v, "open", open("/etc/passwd", O_RDONLY) < 0 && errno == EPERM);
	found(v, "create",
	      open("/tmp/x", O_WRONLY | O_CREAT, 0600) < 0 && errno == EPERM);
	found(v, "socket", socket(AF_INET, SOCK_STREAM, 0) < 0 && errno == EPERM);
	found(v, "unix", socket(AF_UNIX, SOCK_STREAM, 0) < 0 && errno == EPERM);
	found(v, "fork", fork() < 0 && errno == EPERM);
	found(v, "exec", execve("/bin/true", argv, NULL) < 0 && errno == EPERM);
	found(v, "kill", kill(getppid(), 0) < 0 && errno == EPERM);
	found(v, "ptrace", ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0 && errno == EPERM);
	found(v, "memfd", memfd_create("x", 0) < 0 && errno == EPERM);
	found(v, "code",
	      mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
	found(v, "unlimit",
	      setrlimit(RLIMIT_AS, &(struct rlimit){ 0 }) < 0 && errno == EPERM);
}

static void be_rude(struct bytes file, const struct file_visitor *v)
{
	char *word = g_strndup(file.at + strlen(TNEF), file.n - strlen(TNEF));

	v->see(v->user, "before.exe", (struct bytes){ "MZ\x90", 3 });
	if (strcmp(word, "doors") == 0)
		try_doors(v);
	else if (strcmp(word, "memory") == 0)
		found(v, "memory",
		      mmap(NULL, (size_t)1 << 30, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS,
			   -1, 0) == MAP_FAILED);
	else if (strcmp(word, "die") == 0)
		_exit(7);
	else if (strcmp(word, "abort") == 0)
		abort();
	else if (strcmp(word, "garbage") == 0)
		send(0, "nonsense", 8, 0);
	while (strcmp(word, "hang") == 0)
		continue;
	while (strcmp(word, "flood") == 0)
		send(0, file.at, file.n, 0);
	g_free(word);
}

static const struct decode_openers rude = { .tnef = be_rude };

/* the seals of the file it is given, as the name of a file in it */
static int tell_seals(void)
{
	char space[CMSG_SPACE(sizeof(int))], ready = DECODE_READY;
	struct decode_request r;
	struct iovec into = { &r, sizeof(r) };
	struct msghdr m = { .msg_iov = &into,
			    .msg_iovlen = 1,
			    .msg_control = space,
			    .msg_controllen = sizeof(space) };
	GString *text = g_string_new(NULL);
	int fd;

	send(0, &ready, 1, 0);
	bool asked = recvmsg(0, &m, 0) == sizeof(r);
	const struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	if (!asked || c == NULL)
		return 1;
	memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	int seals = fcntl(fd, F_GET_SEALS);
	bool sealed =
		seals == (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) &&
		write(fd, "x", 1) < 0 && ftruncate(fd, 0) < 0;

	decode_put_entry(text,
			 &(struct decode_entry){ .name = sealed ? "sealed" : "open" });
	decode_put_end(text, DECODE_WHOLE);
	send(0, text->str, text->len, 0);
	return 0;
}

/* --- in the parent --- */

static struct decode_setup setup_of(int workers, int queue, struct metrics *m)
{
	return (struct decode_setup){ .program = "/proc/self/exe",
				      .workers = workers,
				      .queue = queue,
				      .memory_bytes = MEMORY,
				      .metrics = m };
}

static char *asked(struct decode_pool *p, const char *name, struct bytes data, int64_t ms)
{
	const struct decode_file f = { name, data, clock_mono_us() + ms * 1000 };
	struct decode_answer answer;
	GString *text = g_string_new(NULL);
	struct arena *own = arena_create();

	decode_pool_ask(p, own, &f, &answer);
	for (size_t i = 0; i < answer.n; i++)
		g_string_append_printf(text, "%s%s", answer.entries[i].name,
				       i + 1 < answer.n ? ", " : "");
	g_string_append_printf(text, ";%s", decode_why_word(answer.why));
	arena_destroy(&own);
	return g_string_free(text, FALSE);
}

static void assert_asked(struct decode_pool *p, const char *word, int64_t ms,
			 const char *want)
{
	char *file = g_strconcat(TNEF, word, NULL);
	char *is = asked(p, "a.dat", bytes_of(file), ms);

	g_assert_cmpstr(is, ==, want);
	g_free(is);
	g_free(file);
}

static uint64_t counted(struct metrics *m, enum metric_id id)
{
	return metrics_value(m, id, NULL);
}

static bool has_children(void)
{
	return waitpid(-1, NULL, WNOHANG | __WNOTHREAD) == 0 ||
	       waitpid(-1, NULL, WNOHANG) == 0;
}

static void looks(void)
{
	struct metrics *m = metrics_new(METRIC_MILTER);
	struct decode_setup s = setup_of(2, 8, m);
	struct decode_pool *p = decode_pool_new(&s);
	struct decode_state now;

	decode_pool_state(p, &now);
	g_assert_cmpint(now.alive, ==, 0); /* until somebody asks */
	GByteArray *zip = make_one("zip", NULL, "b.7z",
				   make_one("7zip", NULL, "bill.exe", make_exe()));
	char *is = asked(p, "a.zip", made_bytes(zip), 20000);

	g_assert_cmpstr(is, ==, "b.7z, b.7z/bill.exe;");
	g_free(is);
	decode_pool_state(p, &now);
	g_assert_cmpint(now.alive, ==, 1);
	g_assert_cmpint(now.busy, ==, 0);
	g_assert_cmpuint(counted(m, METRIC_DECODE_REQUESTS), ==, 1);
	g_assert_true(decode_pool_is_like(p, &s));
	s.queue++;
	g_assert_false(decode_pool_is_like(p, &s));
	decode_pool_unref(decode_pool_ref(p));
	decode_pool_unref(p);
	g_assert_false(has_children());
	g_byte_array_unref(zip);
	metrics_free(m);
}

static void all_doors_are_closed(void)
{
	struct decode_setup s = setup_of(1, 8, NULL);
	struct decode_pool *p = decode_pool_new(&s);

	assert_asked(
		p, "doors", 20000,
		"before.exe, open refused, create refused, socket refused, unix refused, "
		"fork refused, exec refused, kill refused, ptrace refused, memfd "
		"refused, "
		"code refused, unlimit refused;");
	decode_pool_unref(p);
}

static void memory_is_bounded(void)
{
	struct decode_setup s = setup_of(1, 8, NULL);
	struct decode_pool *p = decode_pool_new(&s);

	assert_asked(p, "memory", 20000, "before.exe, memory refused;");
	decode_pool_unref(p);
}

static void files_are_sealed(void)
{
	struct decode_setup s = setup_of(1, 8, NULL);

	s.memory_bytes = MEMORY_OF_SEALS;
	struct decode_pool *p = decode_pool_new(&s);

	assert_asked(p, "x", 20000, "sealed;");
	decode_pool_unref(p);
}

/* what was told until then is kept, and the next one is asked in its place */
static void bad_children(void)
{
	static const struct {
		const char *word, *want;
		int64_t ms;
		enum metric_id id;
	} rows[] = {
		{ "die", "before.exe;decoder died", 20000, METRIC_DECODE_CRASHES },
		{ "abort", "before.exe;decoder died", 20000, METRIC_DECODE_CRASHES },
		{ "garbage", "before.exe;wrong answer", 20000, METRIC_DECODE_CRASHES },
		{ "flood", "before.exe;wrong answer", 20000, METRIC_DECODE_CRASHES },
		{ "hang", "before.exe;out of time", 300, METRIC_DECODE_TIMEOUTS },
	};
	struct metrics *m = metrics_new(METRIC_MILTER);
	struct decode_setup s = setup_of(1, 8, m);
	struct decode_pool *p = decode_pool_new(&s);

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		uint64_t before = counted(m, rows[i].id);

		assert_asked(p, "well", 20000, "before.exe;");
		assert_asked(p, rows[i].word, rows[i].ms, rows[i].want);
		g_assert_cmpuint(counted(m, rows[i].id), ==, before + 1);
		assert_asked(p, "well", 20000, "before.exe;");
	}
	decode_pool_unref(p);
	g_assert_false(has_children());
	metrics_free(m);
}

struct asking {
	struct decode_pool *pool;
	const char *word, *want;
	int64_t ms;
};

static gpointer ask(gpointer data)
{
	const struct asking *q = data;

	assert_asked(q->pool, q->word, q->ms, q->want);
	return NULL;
}

static void until_waiting(struct decode_pool *p, int busy, int waiting)
{
	struct decode_state now;

	do {
		g_thread_yield();
		decode_pool_state(p, &now);
	} while (now.busy != busy || now.waiting != waiting);
}

static void queue_is_full(void)
{
	struct metrics *m = metrics_new(METRIC_MILTER);
	struct decode_setup s = setup_of(1, 1, m);
	struct decode_pool *p = decode_pool_new(&s);
	struct asking one = { p, "hang", "before.exe;out of time", 2000 };
	struct asking other = { p, "well", "before.exe;", 20000 };

	assert_asked(p, "well", 20000, "before.exe;");
	GThread *first = g_thread_new("first", ask, &one);

	until_waiting(p, 1, 0);
	GThread *second = g_thread_new("second", ask, &other);

	until_waiting(p, 1, 1);
	assert_asked(p, "well", 20000, ";queue full");
	g_assert_cmpuint(counted(m, METRIC_DECODE_QUEUE_FULL), ==, 1);
	g_thread_join(first);
	g_thread_join(second);
	decode_pool_unref(p);
	metrics_free(m);
}

/* pid of a child of this process, 0: there is none */
static pid_t some_child(void)
{
	GDir *tasks = g_dir_open("/proc/self/task", 0, NULL);
	const char *task;
	pid_t pid = 0;

	while ((task = g_dir_read_name(tasks)) != NULL) {
		char *path = g_strdup_printf("/proc/self/task/%s/children", task), *text;

		if (g_file_get_contents(path, &text, NULL, NULL)) {
			pid = pid != 0 ? pid : (pid_t)g_ascii_strtoll(text, NULL, 10);
			g_free(text);
		}
		g_free(path);
	}
	g_dir_close(tasks);
	return pid;
}

static void killed_while_idle(void)
{
	struct metrics *m = metrics_new(METRIC_MILTER);
	struct decode_setup s = setup_of(1, 8, m);
	struct decode_pool *p = decode_pool_new(&s);

	assert_asked(p, "well", 20000, "before.exe;");
	pid_t pid = some_child();
	siginfo_t how;

	g_assert_cmpint(pid, >, 0);
	kill(pid, SIGKILL);
	g_assert_cmpint(waitid(P_PID, (id_t)pid, &how, WEXITED | WNOWAIT), ==, 0);
	assert_asked(p, "well", 20000, "before.exe;");
	g_assert_cmpuint(counted(m, METRIC_DECODE_CRASHES), ==, 1);
	decode_pool_unref(p);
	metrics_free(m);
}

/* whoever took one over sees no more than that many files */
static void children_are_replaced(void)
{
	struct metrics *m = metrics_new(METRIC_MILTER);
	struct decode_setup s = setup_of(1, 8, m);
	struct decode_pool *p = decode_pool_new(&s);

	assert_asked(p, "well", 20000, "before.exe;");
	pid_t first = some_child();

	for (int i = 0; i < LIMIT_DECODE_REQUESTS; i++)
		assert_asked(p, "well", 20000, "before.exe;");
	g_assert_cmpint(some_child(), !=, first);
	g_assert_cmpuint(counted(m, METRIC_DECODE_CRASHES), ==, 0);
	decode_pool_unref(p);
	metrics_free(m);
}

static void cannot_start(void)
{
	struct metrics *m = metrics_new(METRIC_MILTER);
	struct decode_setup s = setup_of(1, 8, m);
	GError *e = NULL;

	s.program = "/no/such/program";
	struct decode_pool *p = decode_pool_new(&s);

	assert_asked(p, "well", 400, ";no decoder");
	g_assert_cmpuint(counted(m, METRIC_DECODE_UNAVAILABLE), ==, 1);
	decode_pool_unref(p);
	g_assert_false(decode_try(&s, &e));
	g_assert_nonnull(strstr(e->message, "/no/such/program"));
	g_assert_nonnull(strstr(e->message, "decode_workers"));
	g_clear_error(&e);
	s.program = "/bin/true";
	g_assert_false(decode_try(&s, &e));
	g_assert_nonnull(strstr(e->message, "ended before it was ready"));
	g_clear_error(&e);
	s.program = "/proc/self/exe";
	g_assert_true(decode_try(&s, &e));
	g_assert_false(has_children());
	metrics_free(m);
}

int main(int argc, char **argv)
{
	if (decode_is_child(argc, argv))
		return strcmp(argv[2], G_STRINGIFY(MEMORY_OF_SEALS)) == 0
			       ? tell_seals()
			       : decode_child_run(argv, &rude);
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/pool/looks", looks);
	g_test_add_func("/pool/all-doors-are-closed", all_doors_are_closed);
	if (!SANITIZED) /* sanitizers need address space without bound */
		g_test_add_func("/pool/memory-is-bounded", memory_is_bounded);
	g_test_add_func("/pool/files-are-sealed", files_are_sealed);
	g_test_add_func("/pool/bad-children", bad_children);
	g_test_add_func("/pool/queue-is-full", queue_is_full);
	g_test_add_func("/pool/killed-while-idle", killed_while_idle);
	g_test_add_func("/pool/children-are-replaced", children_are_replaced);
	g_test_add_func("/pool/cannot-start", cannot_start);
	return g_test_run();
}
