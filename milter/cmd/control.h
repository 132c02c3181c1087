/* The daemon's control socket: one line in, text out, then it is closed. Only who may open
 * the socket file may ask. */
#ifndef CMD_CONTROL_H
#define CMD_CONTROL_H

#include <glib.h>
#include <stdbool.h>

#include "base/bytes.h"

struct control;

/* control_open - control_listen() for words, on a socket of mode 0600
 * in    answer   called with the request's word; appends the answer; false: unknown word.
 *                Several threads may call it at once
 * own   close with control_close()
 * err   NULL: e names the option and the path */
struct control *control_open(const char *path,
			     bool (*answer)(const char *word, GString *to, void *user),
			     void *user, GError **e);

struct control_setup {
	const char *option; /* that says where, for messages */
	const char *path;   /* a stale socket is removed */
	const char *mode;   /* of the socket, "0600" */
	int at_once; /* requests that are answered, each on a thread of its own; 0: one */
	size_t most_bytes; /* of a request, which the asker ends by closing its side; 0: it is
			      one word, in a line */
	/* may this user of the machine ask? asked before anything is read; NULL: any who can
	 * open the socket */
	bool (*may)(unsigned uid, void *user);
	/* appends the answer; false: what is this? */
	bool (*answer)(struct bytes request, GString *to, void *user);
	void *user;
};

/* control_listen - listen on a unix socket and answer requests in threads of its own
 * own   close with control_close()
 * err   NULL: e names the option and the path */
struct control *control_listen(const struct control_setup *setup, GError **e);

/* control_close - stop answering, remove the socket; NULL is allowed */
void control_close(struct control *c);

/* control_socket_of - where the daemon of a configuration listens, even if that has mistakes
 * own   g_free() */
char *control_socket_of(const char *config);

/* control_learn_path - where wonted-learn listens: beside wonted-milter's control_socket
 * own   g_free() */
char *control_learn_path(const char *control_socket);

/* control_ask - send one word to a daemon and read its answer, for 5 s; a reload's for 60 s
 * own   *answer_r: free with g_free()
 * err   false: nobody answers there, or not in time; e says so and what to do */
bool control_ask(const char *path, const char *word, char **answer_r, GError **e);

/* control_tell - send a request of many bytes, and read its answer, for 5 s
 * own   *answer_r: free with g_free()
 * err   false: as control_ask() */
bool control_tell(const char *path, struct bytes request, char **answer_r, GError **e);

#endif
