#include "quarantine/smtp.h"

#include <gio/gio.h>
#include <string.h>

#include "base/error.h"
#include "base/printable.h"

#define PATIENCE_S 30
#define LAST_DOT_S 600  /* RFC 5321 4.5.3.2.6 */
#define LINE_BYTES 2000 /* RFC 5321 4.5.3.1.5 asks for 512 of a reply line */
#define REPLY_LINES 100

struct smtp {
	GSocketConnection *line;
	GDataInputStream *in;
	GOutputStream *out;
	const char *what, *server;
	bool utf8, eight_bit; /* what EHLO offered */
	bool replied;         /* the last reply was heard to its end */
	char *reply;          /* its last line */
};

static bool fail(const struct smtp *s, const char *doing, const char *said, GError **e)
{
	char *safe = printable(said, 300);

	g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM, "%s through %s: %s: %s",
		    s->what, s->server, doing, safe);
	g_free(safe);
	return false;
}

static bool say(struct smtp *s, const char *text, GError **e)
{
	GError *inner = NULL;

	if (g_output_stream_write_all(s->out, text, strlen(text), NULL, NULL, &inner))
		return true;
	fail(s, "cannot send", inner->message, e);
	g_error_free(inner);
	return false;
}

/* One line without its end; NULL: the connection ended, or the line has no end. */
static char *read_line(struct smtp *s, gsize *n_r, GError **e)
{
	GString *line = g_string_new(NULL);

	while (line->len < LINE_BYTES) {
		GError *inner = NULL;
		char c = (char)g_data_input_stream_read_byte(s->in, NULL, &inner);

		if (inner != NULL) {
			g_propagate_error(e, inner);
			break;
		}
		if (c == '\n') {
			if (line->len > 0 && line->str[line->len - 1] == '\r')
				g_string_truncate(line, line->len - 1);
			*n_r = line->len;
			return g_string_free(line, FALSE);
		}
		g_string_append_c(line, c);
	}
	g_string_free(line, TRUE);
	return NULL;
}

static void note_offer(struct smtp *s, const char *line)
{
	if (strstr(line, "SMTPUTF8") != NULL)
		s->utf8 = true;
	if (strstr(line, "8BITMIME") != NULL)
		s->eight_bit = true;
}

/* read one reply; true if it begins with the digit that is wanted */
static bool hear(struct smtp *s, char wanted, const char *doing, GError **e)
{
	s->replied = false;
	for (int lines = 0; lines < REPLY_LINES; lines++) {
		GError *inner = NULL;
		gsize n = 0;
		char *line = read_line(s, &n, &inner);

		if (line == NULL) {
			fail(s, doing,
			     inner != NULL ? inner->message : "a line has no end", e);
			g_clear_error(&inner);
			return false;
		}
		bool last = n < 4 || line[3] != '-';
		bool good = n >= 3 && line[0] == wanted;

		note_offer(s, line);
		if (last && !good)
			fail(s, doing, line, e);
		g_free(s->reply);
		s->reply = line;
		s->replied = last;
		if (last)
			return good;
	}
	return fail(s, doing, "the reply has no end", e);
}

/* A line end would end the command, and a bracket too many the path, so that what follows is
 * read as parameters. All else was taken by an MTA once, and is its business again. */
static bool address_is_safe(const char *address)
{
	bool quoted = false;
	int depth = 1; /* of angle brackets, in ours */

	for (const char *p = address; *p != '\0' && depth > 0; p++) {
		if (*p == '\r' || *p == '\n')
			return false;
		if (*p == '\\' && p[1] == '\0')
			return false;
		if (*p == '\\' && p[1] != '\r' && p[1] != '\n')
			p++;
		else if (*p == '"')
			quoted = !quoted;
		else if (!quoted && *p == '<')
			depth++;
		else if (!quoted && *p == '>')
			depth--;
	}
	return !quoted && depth == 1;
}

static bool command(struct smtp *s, const char *command, const char *address,
		    const char *more, GError **e)
{
	if (!address_is_safe(address))
		return fail(s, command, "the recorded address cannot be sent", e);
	char *line = g_strdup_printf("%s:<%s>%s\r\n", command, address, more);
	bool done = say(s, line, e) && hear(s, '2', command, e);

	g_free(line);
	return done;
}

bool smtp_is_utf8(const char *address)
{
	return !g_str_is_ascii(address) && g_utf8_validate(address, -1, NULL);
}

bool smtp_mail(struct smtp *s, const char *address, bool utf8, GError **e)
{
	if (utf8 && !s->utf8)
		return fail(s, "MAIL",
			    "it does not offer SMTPUTF8, which these addresses need", e);
	char *more = g_strconcat(s->eight_bit ? " BODY=8BITMIME" : "",
				 utf8 ? " SMTPUTF8" : "", NULL);
	bool done = command(s, "MAIL FROM", address, more, e);

	g_free(more);
	return done;
}

bool smtp_rcpt(struct smtp *s, const char *address, GError **e)
{
	return command(s, "RCPT TO", address, "", e);
}

/* the message with CRLF line ends and its dots doubled, RFC 5321 4.5.2, but for the last dot:
 * what ends before it is no message */
static bool send_data(struct smtp *s, const char *raw, size_t n, GError **e)
{
	GString *out = g_string_sized_new(n + n / 50 + 16);

	for (size_t at = 0; at < n;) {
		const char *end = memchr(raw + at, '\n', n - at);
		size_t stop = end == NULL ? n : (size_t)(end - raw);
		size_t text_end = stop > at && raw[stop - 1] == '\r' ? stop - 1 : stop;

		if (raw[at] == '.')
			g_string_append_c(out, '.');
		g_string_append_len(out, raw + at, (gssize)(text_end - at));
		g_string_append(out, "\r\n");
		at = stop + 1;
	}
	GError *inner = NULL;
	bool done =
		g_output_stream_write_all(s->out, out->str, out->len, NULL, NULL, &inner);

	g_string_free(out, TRUE);
	if (!done) {
		fail(s, "cannot send", inner->message, e);
		g_error_free(inner);
	}
	return done;
}

bool smtp_data(struct smtp *s, struct bytes raw, GError **e)
{
	return say(s, "DATA\r\n", e) && hear(s, '3', "DATA", e) &&
	       send_data(s, raw.at, raw.n, e);
}

bool smtp_end(struct smtp *s, GError **e)
{
	g_socket_set_timeout(g_socket_connection_get_socket(s->line), LAST_DOT_S);
	s->replied = false;
	return say(s, ".\r\n", e) && hear(s, '2', "the message was not taken", e);
}

static bool open_line(struct smtp *s, GError **e)
{
	GSocketClient *client = g_socket_client_new();
	GError *inner = NULL;

	g_socket_client_set_timeout(client, PATIENCE_S);
	g_socket_client_set_enable_proxy(client, FALSE);
	s->line = g_socket_client_connect_to_host(client, s->server, 25, NULL, &inner);
	g_object_unref(client);
	if (s->line == NULL) {
		fail(s, "cannot connect (release_smtp)", inner->message, e);
		g_error_free(inner);
		return false;
	}
	s->in = g_data_input_stream_new(
		g_io_stream_get_input_stream(G_IO_STREAM(s->line)));
	s->out = g_io_stream_get_output_stream(G_IO_STREAM(s->line));
	return hear(s, '2', "greeting", e);
}

struct smtp *smtp_open(const char *what, const char *server, GError **e)
{
	struct smtp *s = g_new0(struct smtp, 1);

	s->what = what;
	s->server = server;
	if (open_line(s, e) && say(s, "EHLO wonted.invalid\r\n", e) &&
	    hear(s, '2', "EHLO", e))
		return s;
	smtp_close(s, false);
	return NULL;
}

bool smtp_replied(const struct smtp *s)
{
	return s->replied;
}

const char *smtp_reply(const struct smtp *s)
{
	return s->reply;
}

void smtp_close(struct smtp *s, bool politely)
{
	if (s == NULL)
		return;
	if (s->line != NULL) {
		if (politely)
			say(s, "QUIT\r\n", NULL);
		g_io_stream_close(G_IO_STREAM(s->line), NULL, NULL);
		g_object_unref(s->in);
		g_object_unref(s->line);
	}
	g_free(s->reply);
	g_free(s);
}
