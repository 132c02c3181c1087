/* The daemon's control socket: one line in, text out, then it is closed. Only who may open
 * the socket file may ask. */
#ifndef CMD_CONTROL_H
#define CMD_CONTROL_H

#include <glib.h>
#include <stdbool.h>

struct control;

/* control_open - listen on a unix socket and answer requests in threads of its own
 * in    path     a stale socket is removed; mode 0600
 *       answer   called with the request's word; appends the answer; false: unknown word.
 *                Several threads may call it at once
 * own   close with control_close()
 * err   NULL: e names the path */
struct control *control_open(const char *path,
			     bool (*answer)(const char *word, GString *to, void *user),
			     void *user, GError **e);

/* control_close - stop answering, remove the socket; NULL is allowed
 * err   none */
void control_close(struct control *c);

/* control_learn_path - where wonted-learn listens: beside wonted-milter's control_socket
 * own   g_free()
 * err   none */
char *control_learn_path(const char *control_socket);

/* control_ask - send one word to a daemon and read its answer, for 5 s; a reload's for 60 s
 * own   *answer_r: free with g_free()
 * err   false: nobody answers there, or not in time; e says so and what to do */
bool control_ask(const char *path, const char *word, char **answer_r, GError **e);

#endif
