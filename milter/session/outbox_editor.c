/* What libmilter's smfi_*() check is checked here: whether the MTA grants the edit, and that
 * no text is empty which must not be. */
#include "session/outbox_editor.h"

#include <string.h>

#define REPLY_BYTES 980 /* of the text; libmilter's bound, and one line of SMTP */

static bool granted(const struct outbox_editor *e, uint32_t edit)
{
	return (e->negotiated->edits & edit) == edit;
}

/* An MTA that was asked to keep blanks after the colon puts none there itself. */
static void put_value(struct outbox_editor *e, const char *value)
{
	if ((e->negotiated->steps & STEP_HDR_LEADSPC) != 0)
		outbox_bytes(e->out, bytes_of(" "));
	outbox_text(e->out, value);
}

static bool put_indexed(struct outbox_editor *e, enum reply what, uint32_t index,
			const char *name, const char *value)
{
	size_t begin = outbox_mark(e->out);

	outbox_begin(e->out, what);
	outbox_number(e->out, index);
	outbox_text(e->out, name);
	if (value != NULL)
		put_value(e, value);
	else
		outbox_text(e->out, "");
	return outbox_end(e->out, begin);
}

static bool put_insert(void *self, int index, const char *name, const char *value)
{
	return granted(self, EDIT_ADDHDRS) && index >= 0 && *name != '\0' &&
	       put_indexed(self, REPLY_INSHEADER, (uint32_t)index, name, value);
}

static bool put_add(void *self, const char *name, const char *value)
{
	struct outbox_editor *e = self;
	size_t begin = outbox_mark(e->out);

	if (!granted(e, EDIT_ADDHDRS) || *name == '\0')
		return false;
	outbox_begin(e->out, REPLY_ADDHEADER);
	outbox_text(e->out, name);
	put_value(e, value);
	return outbox_end(e->out, begin);
}

static bool put_change(void *self, const char *name, size_t nth, const char *value)
{
	return granted(self, EDIT_CHGHDRS) && *name != '\0' && nth < INT32_MAX &&
	       put_indexed(self, REPLY_CHGHEADER, (uint32_t)nth + 1, name, value);
}

static bool put_delete(void *self, const char *name, size_t nth)
{
	return put_change(self, name, nth, NULL);
}

static bool put_body(void *self, struct bytes body)
{
	struct outbox_editor *e = self;

	if (!granted(e, EDIT_CHGBODY))
		return false;
	do {
		size_t begin = outbox_mark(e->out);
		struct bytes piece = { .at = body.at,
				       .n = MIN(body.n, e->negotiated->body_bytes) };

		outbox_begin(e->out, REPLY_REPLBODY);
		outbox_bytes(e->out, piece);
		if (!outbox_end(e->out, begin))
			return false;
		body.at += piece.n;
		body.n -= piece.n;
	} while (body.n > 0);
	return true;
}

static bool put_rcpt(struct outbox_editor *e, enum reply what, const char *address)
{
	size_t begin = outbox_mark(e->out);

	outbox_begin(e->out, what);
	outbox_text(e->out, address);
	return outbox_end(e->out, begin);
}

/* Without brackets: the MTA reads the text as it read that of RCPT, whose outer brackets it
 * had cut off, and finds the recipient, however odd the spelling. */
static bool put_delete_rcpt(void *self, const char *spelling)
{
	return granted(self, EDIT_DELRCPT) && *spelling != '\0' &&
	       put_rcpt(self, REPLY_DELRCPT, spelling);
}

static bool put_add_rcpt(void *self, const char *address)
{
	if (!granted(self, EDIT_ADDRCPT))
		return false;
	char *path = g_strdup_printf("<%s>", address);
	bool done = put_rcpt(self, REPLY_ADDRCPT, path);

	g_free(path);
	return done;
}

static bool is_code(const char *code)
{
	return strlen(code) == 3 && (code[0] == '4' || code[0] == '5') &&
	       g_ascii_isdigit(code[1]) && g_ascii_isdigit(code[2]);
}

/* up to three digits; NULL: there are none, or more */
static const char *after_digits(const char *at)
{
	size_t n = strspn(at, "0123456789");

	return n >= 1 && n <= 3 ? at + n : NULL;
}

static bool is_enhanced_code(const char *xcode, char class)
{
	if (xcode[0] != class || xcode[1] != '.')
		return false;
	const char *end = after_digits(xcode + 2);

	if (end == NULL || *end != '.')
		return false;
	end = after_digits(end + 1);
	return end != NULL && *end == '\0';
}

/* An SMTP reply as REPLY_REPLYCODE has it: per cent signs doubled, because the MTA reads a
 * format. NULL: not such a reply, or too long. */
static char *reply_text(const char *code, const char *xcode, const char *text)
{
	if (!is_code(code) || (xcode != NULL && !is_enhanced_code(xcode, code[0])) ||
	    strpbrk(text, "\r\n") != NULL)
		return NULL;
	char **pieces = g_strsplit(text, "%", -1);
	char *doubled = g_strjoinv("%%", pieces), *all = NULL;

	if (strlen(doubled) <= REPLY_BYTES)
		all = g_strdup_printf("%s %s%s%s", code, xcode != NULL ? xcode : "",
				      xcode != NULL ? " " : "", doubled);
	g_free(doubled);
	g_strfreev(pieces);
	return all;
}

static bool keep_reply(void *self, const char *code, const char *xcode, const char *text)
{
	struct outbox_editor *e = self;

	g_free(e->reply);
	e->reply = reply_text(code, xcode, text);
	return e->reply != NULL;
}

struct editor outbox_editor(struct outbox_editor *e)
{
	return (struct editor){
		.self = e,
		.insert_header = put_insert,
		.add_header = put_add,
		.change_header = put_change,
		.delete_header = put_delete,
		.replace_body = put_body,
		.delete_rcpt = put_delete_rcpt,
		.add_rcpt = put_add_rcpt,
		.set_reply = keep_reply,
	};
}
