/* The lines that an MTA needs. Postfix's form for one milter alone is used, because its
 * timeouts and its default action are those of this filter and nobody else's business. */
#include <string.h>

#include "config/print.h"
#include "config/socket.h"

#define QUEUE_DIRECTORY "/var/spool/postfix/"
#define CONTENT_TIMEOUT_S 30

/* Postfix's timeout must not end before our own deadline does */
static int64_t content_timeout_s(const struct options *o)
{
	int64_t deadline_s = (o->message_deadline_ms + 999) / 1000;

	return MAX(CONTENT_TIMEOUT_S, 2 * deadline_s);
}

char *print_postfix_milter(const struct options *o, const char *address)
{
	return g_strdup_printf("{ %s, connect_timeout=10s, command_timeout=30s, "
			       "content_timeout=%llds, default_action=accept }",
			       address, (long long)content_timeout_s(o));
}

char *print_sendmail_milter(const struct options *o, const char *milter)
{
	return g_strdup_printf("INPUT_MAIL_FILTER(`wonted', `S=%s, F=, "
			       "T=C:10s;S:30s;R:30s;E:%llds')",
			       milter, (long long)content_timeout_s(o));
}

static void postfix_line(const struct options *o, const char *address, GString *out)
{
	g_string_append_printf(out,
			       "    smtpd_milters = { %s,\n"
			       "        connect_timeout=10s, command_timeout=30s, "
			       "content_timeout=%llds,\n"
			       "        default_action=accept }\n",
			       address, (long long)content_timeout_s(o));
}

/* A path below the queue directory is given relative to it: that is right with a chroot
 * and without one. Any other path is right only without. */
static void postfix_unix(const struct options *o, const struct socket_spec *spec,
			 GString *out)
{
	char *address = socket_for_postfix(spec);

	if (g_str_has_prefix(spec->path, QUEUE_DIRECTORY)) {
		char *below =
			g_strconcat("unix:", spec->path + strlen(QUEUE_DIRECTORY), NULL);

		g_string_append(out, "Postfix, in main.cf:\n");
		postfix_line(o, below, out);
		g_free(below);
	} else {
		g_string_append(out,
				"Postfix, in main.cf, where smtpd runs without a chroot "
				"(\"n\" in master.cf):\n");
		postfix_line(o, address, out);
		g_string_append(
			out, "Postfix in a chroot (Debian's default) sees only what is "
			     "below " QUEUE_DIRECTORY ".\nIn wonted.conf:\n"
			     "    socket = \"unix:" QUEUE_DIRECTORY
			     "wonted/wonted.sock\"\nand in main.cf:\n");
		postfix_line(o, "unix:wonted/wonted.sock", out);
	}
	if (*o->socket_group == '\0')
		g_string_append(
			out, "The user postfix must be able to write to the socket: see "
			     "socket_group.\n");
	g_free(address);
}

static void postfix_inet(const struct options *o, const struct socket_spec *spec,
			 GString *out)
{
	char *address = socket_for_postfix(spec);

	g_string_append(out, "Postfix, in main.cf:\n");
	postfix_line(o, address, out);
	g_free(address);
}

void print_mta_lines(const struct options *o, GString *out)
{
	struct socket_spec spec;
	char *why, *milter, *postfix;

	if (!socket_parse(o->socket, &spec, &why))
		g_error("socket %s %s", o->socket, why); /* the loader has checked it */
	milter = socket_for_milter(&spec);
	postfix = socket_for_postfix(&spec);
	if (strcmp(milter, postfix) == 0)
		g_string_append_printf(
			out,
			"It listens on %s; libmilter, Sendmail and Postfix "
			"write it alike.\n",
			milter);
	else
		g_string_append_printf(
			out,
			"It listens on %s, as libmilter and Sendmail write "
			"it; Postfix writes %s.\n",
			milter, postfix);
	if (spec.family == SOCKET_UNIX)
		postfix_unix(o, &spec, out);
	else
		postfix_inet(o, &spec, out);
	g_string_append_printf(out,
			       "Sendmail, in sendmail.mc:\n"
			       "    INPUT_MAIL_FILTER(`wonted', `S=%s, "
			       "T=C:10s;S:30s;R:30s;E:%llds')\n",
			       milter, (long long)content_timeout_s(o));
	g_free(milter);
	g_free(postfix);
	socket_clear(&spec);
}
