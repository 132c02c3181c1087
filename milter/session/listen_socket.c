/* systemd's way to hand sockets over is an environment variable with our process id and one
 * with their number; they begin at descriptor 3 (sd_listen_fds(3)). */
#include "session/listen_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.h"
#include "base/number.h"

#define FIRST_HANDED 3
#define GROUP_BYTES (1024 * 1024)

bool listen_socket_error(GError **e, const struct listen_request *want, const char *doing)
{
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM, "%s %s: cannot %s%s%s",
		    want->option, want->socket, doing, errno != 0 ? ": " : "",
		    errno != 0 ? g_strerror(errno) : "");
	return false;
}

static bool find_group(const struct listen_request *want, gid_t *gid_r, GError **e)
{
	struct group found, *g = NULL;
	char *text = g_malloc(GROUP_BYTES); /* a group may have many members */

	getgrnam_r(want->group, &found, text, GROUP_BYTES, &g);
	if (g != NULL)
		*gid_r = g->gr_gid;
	else
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    "%s: there is no group \"%s\"", want->group_from,
			    want->group);
	g_free(text);
	return g != NULL;
}

static bool cannot_grant(GError **e, const struct listen_request *want, const char *doing,
			 const char *from)
{
	char *what = g_strconcat(doing, " ", from, NULL);

	listen_socket_error(e, want, what);
	g_free(what);
	return false;
}

bool listen_socket_grant(const char *path, const struct listen_request *want, GError **e)
{
	gid_t gid = (gid_t)-1;

	if (want->group[0] != '\0' && !find_group(want, &gid, e))
		return false;
	if (gid != (gid_t)-1 && chown(path, (uid_t)-1, gid) < 0)
		return cannot_grant(e, want, "give it to the group of", want->group_from);
	if (chmod(path, (mode_t)strtoul(want->mode, NULL, 8)) < 0)
		return cannot_grant(e, want, "set", want->mode_from);
	return true;
}

static bool unix_address(const char *path, struct sockaddr_un *to)
{
	*to = (struct sockaddr_un){ .sun_family = AF_UNIX };
	return g_strlcpy(to->sun_path, path, sizeof(to->sun_path)) < sizeof(to->sun_path);
}

/* A file in the way is removed; a socket that somebody still serves is not stale. */
bool listen_socket_served(const char *path)
{
	struct sockaddr_un to;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool served = fd >= 0 && unix_address(path, &to) &&
		      connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0;

	if (fd >= 0)
		close(fd);
	return served;
}

bool listen_socket_say_served(const struct listen_request *want, GError **e)
{
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
		    "%s %s: another process serves it; stop that one first, or "
		    "choose another socket",
		    want->option, want->socket);
	return false;
}

static bool remove_stale(const char *path, const struct listen_request *want, GError **e)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return true;
	errno = 0;
	if (!S_ISSOCK(st.st_mode))
		return listen_socket_error(
			e, want,
			"make it: a file of that name is there, which is no socket; "
			"remove it, or choose another name");
	if (listen_socket_served(path))
		return listen_socket_say_served(want, e);
	return unlink(path) == 0 ||
	       listen_socket_error(e, want, "remove what an earlier start left");
}

/* Nobody may connect before the socket has its owner and mode. The kernel gives a socket's file
 * the mode of the descriptor; the umask is that of other threads, too. */
static bool bind_private(int fd, const struct sockaddr_un *to)
{
	return fchmod(fd, 0600) == 0 &&
	       bind(fd, (const struct sockaddr *)to, sizeof(*to)) == 0;
}

static bool open_unix(const char *path, const struct listen_request *want,
		      struct listen_socket *s, GError **e)
{
	struct sockaddr_un to;

	if (!unix_address(path, &to) || !remove_stale(path, want, e))
		return false;
	s->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->fd < 0 || !bind_private(s->fd, &to))
		return listen_socket_error(
			e, want,
			"open it (is the folder there, and may this user write in it?)");
	s->path = g_strdup(path);
	if (!listen_socket_grant(path, want, e))
		return false;
	return listen(s->fd, want->waiting) == 0 ||
	       listen_socket_error(e, want, "listen on it");
}

static bool listen_at(const struct addrinfo *a, int waiting, struct listen_socket *s)
{
	const int on = 1;

	s->fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->fd < 0)
		return false;
	setsockopt(s->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(s->fd, a->ai_addr, a->ai_addrlen) == 0 && listen(s->fd, waiting) == 0)
		return true;
	close(s->fd);
	s->fd = -1;
	return false;
}

static bool open_inet(const struct socket_spec *spec, const struct listen_request *want,
		      struct listen_socket *s, GError **e)
{
	const struct addrinfo hints = {
		.ai_family = spec->family == SOCKET_INET6 ? AF_INET6 : AF_INET,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_PASSIVE | AI_NUMERICSERV,
	};
	struct addrinfo *all = NULL;
	char port[8];

	g_snprintf(port, sizeof(port), "%u", spec->port);
	int failed = getaddrinfo(spec->host, port, &hints, &all);

	if (failed != 0) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
			    "%s %s: the host has no address: %s", want->option,
			    want->socket, gai_strerror(failed));
		return false;
	}
	s->tcp = true;
	for (const struct addrinfo *a = all; a != NULL && s->fd < 0; a = a->ai_next)
		listen_at(a, want->waiting, s);
	freeaddrinfo(all);
	return s->fd >= 0 ||
	       listen_socket_error(e, want,
				   "open it (is the address of this machine, and does "
				   "nobody else listen there?)");
}

static int64_t variable(const char *name)
{
	const char *text = g_getenv(name);
	int64_t n = 0;

	return text != NULL && number_parse(text, 0, INT32_MAX, &n) ? n : 0;
}

bool listen_socket_handed_over(void)
{
	return variable("LISTEN_PID") == getpid() && variable("LISTEN_FDS") > 0;
}

static int socket_option(int fd, int name)
{
	int value = 0;
	socklen_t n = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, name, &value, &n) == 0 ? value : -1;
}

static bool take_handed_over(struct listen_socket *s, GError **e)
{
	bool one = variable("LISTEN_FDS") == 1;
	int family = socket_option(FIRST_HANDED, SO_DOMAIN);

	g_unsetenv("LISTEN_PID");
	g_unsetenv("LISTEN_FDS");
	g_unsetenv("LISTEN_FDNAMES");
	if (!one || socket_option(FIRST_HANDED, SO_TYPE) != SOCK_STREAM ||
	    socket_option(FIRST_HANDED, SO_ACCEPTCONN) != 1) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
			    "the service manager must hand over exactly one socket, "
			    "which listens for streams: write one ListenStream= in the "
			    "socket unit, and Accept=no");
		return false;
	}
	s->fd = FIRST_HANDED;
	s->tcp = family == AF_INET || family == AF_INET6;
	fcntl(s->fd, F_SETFD, FD_CLOEXEC);
	fcntl(s->fd, F_SETFL, fcntl(s->fd, F_GETFL) | O_NONBLOCK);
	return true;
}

struct listen_request listen_request_of_mta(const struct options *o)
{
	return (struct listen_request){ .option = "socket",
					.socket = o->socket,
					.group = o->socket_group,
					.mode = o->socket_mode,
					.group_from = "socket_group",
					.mode_from = "socket_mode",
					.waiting = (int)o->milter_queue };
}

bool listen_socket_open_at(const struct listen_request *want, struct listen_socket *s_r,
			   GError **e)
{
	struct socket_spec spec;
	char *why = NULL;

	*s_r = (struct listen_socket){ .fd = -1 };
	if (!socket_parse(want->socket, &spec, &why)) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT, "%s: %s", want->option,
			    why);
		g_free(why);
		return false;
	}
	bool done = spec.family == SOCKET_UNIX ? open_unix(spec.path, want, s_r, e)
					       : open_inet(&spec, want, s_r, e);

	socket_clear(&spec);
	if (!done)
		listen_socket_close(s_r);
	return done;
}

bool listen_socket_open(const struct options *o, struct listen_socket *s_r, GError **e)
{
	const struct listen_request want = listen_request_of_mta(o);

	*s_r = (struct listen_socket){ .fd = -1 };
	return listen_socket_handed_over() ? take_handed_over(s_r, e)
					   : listen_socket_open_at(&want, s_r, e);
}

void listen_socket_close(struct listen_socket *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	if (s->path != NULL)
		unlink(s->path);
	g_clear_pointer(&s->path, g_free);
}
