/* A small SMTP client over GIO: one message, its recorded envelope, one listener that does
 * not filter. A recipient counts as released only after the server has taken the message.
 * Before the last dot a mark tells that it may come to that (quarantine/mark.h): what breaks
 * off behind it is not sent again without being asked for. */
#include "quarantine/release.h"

#include <gio/gio.h>
#include <unistd.h>

#include "base/error.h"
#include "base/printable.h"
#include "quarantine/fields.h"
#include "quarantine/mark.h"
#include "quarantine/scope.h"

#define PATIENCE_S 30
#define LAST_DOT_S 600  /* RFC 5321 4.5.3.2.6 */
#define LINE_BYTES 2000 /* RFC 5321 4.5.3.1.5 asks for 512 of a reply line */
#define REPLY_LINES 100
#define REPLY_SHOWN 300

struct smtp {
	GSocketConnection *line;
	GDataInputStream *in;
	GOutputStream *out;
	const char *server;
	bool utf8, eight_bit; /* what EHLO offered */
	bool replied;         /* the last reply was heard to its end */
	char *reply;          /* its last line */
	bool *taken;          /* of the hold's recipients: named, and not refused */
};

static bool fail(const struct smtp *s, const char *doing, const char *said, GError **e)
{
	char *safe = printable(said, 300);

	g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM, "release through %s: %s: %s",
		    s->server, doing, safe);
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

/* RFC 6531 3.3: UTF-8 needs to be announced; other bytes go out as they came in */
static bool is_utf8(const char *text)
{
	return !g_str_is_ascii(text) && g_utf8_validate(text, -1, NULL);
}

static bool wanted(const struct hold_rcpt *r, const struct release *to)
{
	return hold_rcpt_is_meant(to->scope, to->parts, r);
}

static bool needs_utf8(const struct hold *h, const struct release *to)
{
	for (size_t i = 0; i < h->n_rcpts; i++)
		if (wanted(&h->rcpts[i], to) && is_utf8(h->rcpts[i].address))
			return true;
	return is_utf8(h->mail_from);
}

/* What came with it in our name is not let out: nobody filters it behind here. Fields are
 * counted by name, as when they were noted. */
static bool is_removed(GHashTable *removals, GHashTable *counts, struct bytes name)
{
	char *key = g_ascii_strdown(name.at, (gssize)name.n);
	size_t nth = GPOINTER_TO_SIZE(g_hash_table_lookup(counts, key));
	char *line = g_strdup_printf("%s %zu", key, nth);
	bool removed = g_hash_table_contains(removals, line);

	g_hash_table_insert(counts, key, GSIZE_TO_POINTER(nth + 1));
	g_free(line);
	return removed;
}

static GString *without_removals(struct bytes raw, const char *removals)
{
	GString *out = g_string_sized_new(raw.n + 1);
	GHashTable *gone = g_hash_table_new(g_str_hash, g_str_equal);
	GHashTable *counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	char *low = g_ascii_strdown(removals, -1), **lines = g_strsplit(low, "\n", -1);
	struct field f;
	size_t at = 0;

	for (char **line = lines; *line != NULL; line++)
		g_hash_table_add(gone, *line);
	while (field_next(raw, &at, &f))
		if (f.name.n == 0 || !is_removed(gone, counts, f.name))
			g_string_append_len(out, f.whole.at, (gssize)f.whole.n);
	g_string_append_len(out, raw.at + at, (gssize)(raw.n - at));
	g_hash_table_destroy(gone);
	g_hash_table_destroy(counts);
	g_strfreev(lines);
	g_free(low);
	return out;
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

static bool end_data(struct smtp *s, GError **e)
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

/* RCPT for each; one the server refuses does not keep the others back */
static unsigned name_rcpts(struct smtp *s, const struct hold *h, const struct release *to,
			   bool *taken, GError **e)
{
	unsigned n = 0;

	for (size_t i = 0; i < h->n_rcpts; i++) {
		if (!wanted(&h->rcpts[i], to))
			continue;
		/* the first refusal is told */
		GError **first = *e == NULL ? e : NULL;

		taken[i] = command(s, "RCPT TO", h->rcpts[i].address, "", first);
		n += taken[i];
	}
	return n;
}

static bool converse(struct smtp *s, const struct hold *h, const struct release *to,
		     bool *taken, GError **e)
{
	bool utf8 = needs_utf8(h, to);

	if (!open_line(s, e) || !say(s, "EHLO wonted.invalid\r\n", e) ||
	    !hear(s, '2', "EHLO", e))
		return false;
	if (utf8 && !s->utf8)
		return fail(s, "MAIL",
			    "it does not offer SMTPUTF8, which these addresses need", e);
	char *more = g_strconcat(s->eight_bit ? " BODY=8BITMIME" : "",
				 utf8 ? " SMTPUTF8" : "", NULL);
	bool begun = command(s, "MAIL FROM", h->mail_from, more, e);

	g_free(more);
	return begun && name_rcpts(s, h, to, taken, e) > 0 && say(s, "DATA\r\n", e) &&
	       hear(s, '3', "DATA", e);
}

static bool note_released(struct quarantine *q, const struct hold *h, const bool *taken,
			  unsigned *n_r, GError **e)
{
	unsigned n = 0;

	for (size_t i = 0; i < h->n_rcpts; i++)
		n += taken[i];
	if (n > 0 && !hold_set_sent(q, h, taken, e)) {
		g_prefix_error(e, "the listener has taken it and it is not sent "
				  "again, but this cannot be noted: ");
		return false;
	}
	*n_r += n;
	return true;
}

/* The last dot, between a mark that it may be taken and one that it was. */
static bool hand_over(struct quarantine *q, struct smtp *s, const struct hold *h,
		      unsigned *n_r, GError **e)
{
	const char *folder = quarantine_folder(q);
	const bool *taken = s->taken;
	char *mark = NULL;
	bool done = mark_release(folder, h, taken, &mark, e);

	if (!done) {
		g_prefix_error(e, "nothing was sent, for the release could not be noted "
				  "first: ");
	} else if (end_data(s, e)) {
		mark_taken(folder, mark, s->reply);
		done = note_released(q, h, taken, n_r, e);
		if (done)
			mark_remove(folder, mark);
	} else {
		done = false;
		if (s->replied) /* it said no */
			mark_remove(folder, mark);
		else
			g_prefix_error(e, "it may have been delivered, the listener did "
					  "not answer the last dot: ");
	}
	g_free(mark);
	return done;
}

/* What was handed over and could not be noted then is noted now; nobody gets it again. */
static bool note_sent(struct quarantine *q, struct hold *h, const struct release *to,
		      unsigned *n_r, GError **e)
{
	bool *sent = g_new0(bool, h->n_rcpts), done;

	for (size_t i = 0; i < h->n_rcpts; i++)
		sent[i] = wanted(&h->rcpts[i], to) && h->rcpts[i].sent == HOLD_SENT;
	done = note_released(q, h, sent, n_r, e);
	for (size_t i = 0; i < h->n_rcpts; i++)
		if (done && sent[i])
			((struct hold_rcpt *)(uintptr_t)&h->rcpts[i])->state =
				HOLD_RELEASED;
	g_free(sent);
	return done;
}

/* Who may have it already gets it again only where that is asked for. */
static bool is_sure(const struct hold *h, const struct release *to, GError **e)
{
	bool maybe_sent = false;

	for (size_t i = 0; i < h->n_rcpts; i++)
		maybe_sent |=
			wanted(&h->rcpts[i], to) && h->rcpts[i].sent == HOLD_MAYBE_SENT;
	if (to->again || (!maybe_sent && !h->may_be_delivered))
		return true;
	g_set_error(
		e, WONTED_ERROR, WONTED_ERROR_INPUT,
		maybe_sent
			? "%s may have been delivered by a release that was broken off "
			  "at its last dot; see the log of the listener, then say "
			  "--again to send it all the same, or delete it"
			: "%s may have been delivered when it came: the MTA did not "
			  "hear that it is held; see its log for the queue id, then "
			  "say --again to send it all the same, or delete it",
		h->id);
	return false;
}

static bool still_wanted(const struct hold *h, const struct release *to)
{
	for (size_t i = 0; i < h->n_rcpts; i++)
		if (wanted(&h->rcpts[i], to))
			return true;
	return false;
}

static bool anybody(const struct hold *h, const struct release *to, GError **e)
{
	if (still_wanted(h, to))
		return true;
	const char *rcpt = to->parts == NULL ? NULL : to->parts->rcpt;

	g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
		    "%s is not held for %s%s%s any more, or never was", h->id,
		    rcpt != NULL ? "<" : "", rcpt != NULL ? rcpt : "anybody",
		    rcpt != NULL ? ">" : "");
	return false;
}

static void hang_up(struct smtp *s, bool politely)
{
	if (s->line == NULL)
		return;
	if (politely)
		say(s, "QUIT\r\n", NULL);
	g_io_stream_close(G_IO_STREAM(s->line), NULL, NULL);
	g_object_unref(s->in);
	g_object_unref(s->line);
}

/* the hold is ours alone, and h as it is now */
static bool send_reserved(struct quarantine *q, const struct hold *h,
			  const struct release *to, unsigned *n_r, GError **e)
{
	struct smtp s = { .server = to->server };
	char *raw = NULL;
	size_t n = 0;
	GError *refused = NULL;

	if (!anybody(h, to, e) || !hold_raw(q, h, &raw, &n, e))
		return false;
	GString *text = without_removals((struct bytes){ raw, n },
					 h->removals != NULL ? h->removals : "");

	g_free(raw);
	if (h->trace != NULL)
		g_string_prepend(text, h->trace);
	s.taken = g_new0(bool, h->n_rcpts);
	bool done = converse(&s, h, to, s.taken, &refused) &&
		    send_data(&s, text->str, text->len, e) && hand_over(q, &s, h, n_r, e);

	if (done && to->reply_r != NULL)
		*to->reply_r = printable(s.reply, REPLY_SHOWN);
	hang_up(&s, done);
	g_free(s.reply);
	if (refused != NULL && (e == NULL || *e == NULL)) {
		g_propagate_error(e, refused);
		done = false;
	} else {
		g_clear_error(&refused);
	}
	g_free(s.taken);
	g_string_free(text, TRUE);
	return done;
}

bool release_send(const struct hold *h, const struct release *to, unsigned *n_r,
		  GError **e)
{
	struct quarantine *q = to->scope->of;
	const struct hold_scope all = hold_scope_all(q); /* marks count all recipients */
	struct hold *now = NULL;
	int fd;

	g_assert(hold_scope_admits(to->scope, h));

	*n_r = 0;
	if (!anybody(h, to, e))
		return false;
	fd = hold_reserve(q, h->id, e);
	if (fd < 0)
		return false;
	/* another process may have been faster */
	bool done = hold_find(&all, h->id, &now, e) && note_sent(q, now, to, n_r, e) &&
		    ((*n_r > 0 && !still_wanted(now, to)) ||
		     (is_sure(now, to, e) && send_reserved(q, now, to, n_r, e)));

	close(fd);
	hold_free(now);
	return done;
}
