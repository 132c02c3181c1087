#include "review/outgoing.h"

#include <string.h>

#include "base/random.h"
#include "quarantine/smtp.h"

#define WORD_BYTES 39 /* 52 characters of base64: a word of at most 75, RFC 2047 2 */
#define LINE_CHARS 76
#define BOUNDARY_BYTES 16

const char *outgoing_house(const struct tenant *t)
{
	return t->review_name[0] != '\0' ? t->review_name : t->name;
}

/* whole characters of a text, in at most so many bytes */
static size_t whole_characters(const char *text, size_t most)
{
	size_t n = strnlen(text, most);

	while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
		n--;
	return n;
}

/* Always encoded: then there is nothing in it that a header could be ended by. */
static void words_append(GString *out, const char *text)
{
	const char *sep = "";
	size_t n;

	for (const char *at = text; (n = whole_characters(at, WORD_BYTES)) > 0; at += n) {
		char *base64 = g_base64_encode((const guchar *)at, n);

		g_string_append_printf(out, "%s=?utf-8?B?%s?=", sep, base64);
		sep = "\n ";
		g_free(base64);
	}
}

static void date_append(GString *out, int64_t s)
{
	static const char *const days[] = { "Mon", "Tue", "Wed", "Thu",
					    "Fri", "Sat", "Sun" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	GDateTime *t = g_date_time_new_from_unix_local(s);
	char *rest = g_date_time_format(t, "%Y %H:%M:%S %z");

	g_string_append_printf(out, "%s, %d %s %s",
			       days[g_date_time_get_day_of_week(t) - 1],
			       g_date_time_get_day_of_month(t),
			       months[g_date_time_get_month(t) - 1], rest);
	g_free(rest);
	g_date_time_unref(t);
}

static void part_append(GString *out, const char *boundary, const char *type,
			const char *text)
{
	char *base64 = g_base64_encode((const guchar *)text, strlen(text));

	g_string_append_printf(out,
			       "--%s\nContent-Type: text/%s; charset=utf-8\n"
			       "Content-Transfer-Encoding: base64\n\n",
			       boundary, type);
	for (const char *at = base64; *at != '\0';) {
		size_t n = strnlen(at, LINE_CHARS);

		g_string_append_len(out, at, (gssize)n);
		g_string_append_c(out, '\n');
		at += n;
	}
	g_free(base64);
}

static char *from_of(const struct tenant *t)
{
	if (t->review_from[0] != '\0')
		return g_strdup(t->review_from);
	return g_strconcat("postmaster@", t->domains.at[0], NULL);
}

static void head_append(GString *out, const struct outgoing *m)
{
	char *from = from_of(m->tenant), *id = random_hex(BOUNDARY_BYTES);

	g_string_append(out, "Date: ");
	date_append(out, m->now_s);
	g_string_append(out, "\nFrom: ");
	words_append(out, outgoing_house(m->tenant));
	g_string_append_printf(out, "\n <%s>\nTo: <%s>\nSubject: ", from, m->to);
	words_append(out, m->subject);
	g_string_append_printf(out,
			       "\nMessage-ID: <held.%s%s>\n"
			       "Auto-Submitted: auto-generated\n"
			       "X-Auto-Response-Suppress: All\n"
			       "MIME-Version: 1.0\n",
			       id, strrchr(from, '@'));
	g_free(id);
	g_free(from);
}

char *outgoing_message(const struct outgoing *m)
{
	GString *out = g_string_new(NULL);
	char *boundary = random_hex(BOUNDARY_BYTES);

	head_append(out, m);
	g_string_append_printf(out,
			       "Content-Type: multipart/alternative; boundary=\"%s\"\n\n",
			       boundary);
	part_append(out, boundary, "plain", m->text);
	part_append(out, boundary, "html", m->html);
	g_string_append_printf(out, "--%s--\n", boundary);
	g_free(boundary);
	return g_string_free(out, FALSE);
}

static bool talk(struct smtp *s, struct outgoing_way *way, const char *to,
		 const char *message, GError **e)
{
	way->heard = true;
	return smtp_mail(s, "", smtp_is_utf8(to), e) && smtp_rcpt(s, to, e) &&
	       smtp_data(s, bytes_of(message), e) &&
	       (way->before == NULL || way->before(way->user, e));
}

enum outgoing_end outgoing_send(struct outgoing_way *way, const char *to,
				const char *message, GError **e)
{
	enum outgoing_end end = OUTGOING_REFUSED;

	way->heard = false;
	struct smtp *s = smtp_open(way->what, way->server, e);

	if (s != NULL && talk(s, way, to, message, e)) {
		if (smtp_end(s, e))
			end = OUTGOING_TAKEN;
		else if (!smtp_replied(s))
			end = OUTGOING_DOUBTFUL;
	}
	smtp_close(s, end == OUTGOING_TAKEN);
	return end;
}
