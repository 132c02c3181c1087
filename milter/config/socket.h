/* Where the filter listens, in the notations of those who must know it. libmilter and
 * Sendmail write inet:PORT@HOST, Postfix writes inet:HOST:PORT; nobody writes both. */
#ifndef CONFIG_SOCKET_H
#define CONFIG_SOCKET_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct socket_spec {
	enum socket_family { SOCKET_UNIX, SOCKET_INET, SOCKET_INET6 } family;
	char *path;    /* unix */
	char *host;    /* inet, inet6; without brackets */
	uint16_t port; /* inet, inet6 */
};

/* socket_parse - unix:/PATH, inet:PORT@HOST or inet6:PORT@HOST, as libmilter takes them
 * in    text
 * out   *spec_r   socket_clear() frees what is in it
 * err   false: *why_r says what is wrong and what to write instead (g_free); for Postfix's
 *       notation it says the same address in ours */
bool socket_parse(const char *text, struct socket_spec *spec_r, char **why_r);

/* socket_is_local - can no other machine reach it? A unix socket, an address of the loopback, or
 *                   localhost */
bool socket_is_local(const struct socket_spec *spec);

/* socket_clear - free what socket_parse() put into it */
void socket_clear(struct socket_spec *spec);

/* socket_for_milter - as libmilter's smfi_setconn() and Sendmail's INPUT_MAIL_FILTER want it
 * own   the caller frees with g_free() */
char *socket_for_milter(const struct socket_spec *spec);

/* socket_for_postfix - as Postfix's smtpd_milters wants it
 * own   the caller frees with g_free() */
char *socket_for_postfix(const struct socket_spec *spec);

#endif
