/* The socket that the MTA connects to, whichever engine serves it, and others of the daemons. */
#ifndef SESSION_LISTEN_SOCKET_H
#define SESSION_LISTEN_SOCKET_H

#include <glib.h>
#include <stdbool.h>

#include "config/options.h"
#include "config/socket.h"

struct listen_socket {
	int fd;
	char *path; /* of the unix socket that was made here, to be removed at the end; NULL */
	bool tcp;
};

/* what is to be listened on */
struct listen_request {
	const char *option;                 /* that asks for it, for messages */
	const char *socket;                 /* as socket_parse() takes it */
	const char *group;                  /* of a unix socket; "": as it is made */
	const char *mode;                   /* of a unix socket, octal */
	const char *group_from, *mode_from; /* the options that say so, for messages */
	int waiting; /* connections that may wait until they are taken */
};

/* listen_request_of_mta - the socket of the options */
struct listen_request listen_request_of_mta(const struct options *o);

/* listen_socket_open_at - open a socket: a stale unix socket is removed, mode and group of a new
 *                         one are set before anybody can connect
 * out   *s_r   its descriptor does not block
 * own   listen_socket_close()
 * err   false: e names the option and what to do */
bool listen_socket_open_at(const struct listen_request *want, struct listen_socket *s_r,
			   GError **e);

/* listen_socket_open - take the socket that the service manager hands over (LISTEN_FDS), or
 *                      open that of the options
 * out, own, use, err   as of listen_socket_open_at() */
bool listen_socket_open(const struct options *o, struct listen_socket *s_r, GError **e);

/* listen_socket_close - listen no more; a unix socket that was made here is removed */
void listen_socket_close(struct listen_socket *s);

/* listen_socket_handed_over - has the service manager a socket for this process? */
bool listen_socket_handed_over(void);

/* listen_socket_served - does a process serve this unix socket already? */
bool listen_socket_served(const char *path);

/* listen_socket_say_served - set e: a process serves it
 * err   false, always */
bool listen_socket_say_served(const struct listen_request *want, GError **e);

/* listen_socket_grant - give the unix socket to its group and set its mode
 * err   false: e says what to do */
bool listen_socket_grant(const char *path, const struct listen_request *want, GError **e);

/* listen_socket_error - set e from errno
 * err   false, always */
bool listen_socket_error(GError **e, const struct listen_request *want,
			 const char *doing);

#endif
