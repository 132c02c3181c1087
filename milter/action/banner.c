/* Which parts get a banner, what it says, and when there must be none. A signature over all of
 * the message would be broken, so such a message is left alone; text around a signature or a
 * calendar is not. What we have not seen whole we do not touch. That a DKIM signature over the
 * body no longer verifies is accepted: it was verified before, and the message goes into a
 * mailbox. Where a reader may not see the banner, the words say so, and the plan does something
 * else instead. */
#include "action/banner.h"

#include <glib.h>

#include "action/banner_html.h"
#include "action/banner_parts.h"
#include "action/banner_text.h"
#include "action/banner_words.h"
#include "action/html_hiding.h"
#include "action/html_place.h"
#include "action/transfer.h"
#include "message/partial.h"

enum { REASONS_SHOWN = 3 }; /* more is not read */

_Static_assert((int)BANNER_SPLICES == (int)BANNER_PARTS, "a splice for each part");

/* Charsets in which our bytes would mean something else. ISO-2022 and HZ begin in ASCII,
 * but what looks like a tag may be text. */
static const char *const strange_charsets[] = {
	"utf-16", "utf16",  "utf-32",  "utf32",  "ucs-2",   "ucs-4",  "iso-10646-ucs",
	"utf-7",  "utf7",   "unicode", "ebcdic", "ibm-37",  "ibm037", "cp037",
	"ibm500", "cp500",  "ibm1026", "cp1026", "ibm1047", "cp1047", "ibm-1047",
	"ibm27",  "ibm28",  "ibm29",   "ibm42",  "ibm87",   "ibm88",  "ibm90",
	"ibm91",  "ibm114", "scsu",    "bocu",   "hz-gb",
};

static bool is_strange(const char *charset)
{
	for (size_t i = 0; charset != NULL && i < COUNT_OF(strange_charsets); i++)
		if (g_ascii_strncasecmp(charset, strange_charsets[i],
					strlen(strange_charsets[i])) == 0)
			return true;
	return charset != NULL && g_ascii_strcasecmp(charset, "unicode-1-1-utf-7") == 0;
}

/* Text of two or four bytes a character, whatever its charset is said to be. */
static bool is_wide(struct bytes text)
{
	return text.n >= 2 && (memcmp(text.at, "\xff\xfe", 2) == 0 ||
			       memcmp(text.at, "\xfe\xff", 2) == 0 ||
			       memchr(text.at, '\0', MIN(text.n, 4)) != NULL);
}

/* Words on why a message is left alone, or NULL. */
static const char *hands_off(const struct banner_setup *s)
{
	const struct message *m = s->message;

	if (message_is_partial(m))
		return "not done: not all of the message was read";
	if (!is_behind_header(m->raw, m->body_at))
		return "not done: there is no body";
	if (!s->disowned && banner_message_is_signed(m))
		return "not done: the message is signed";
	return NULL;
}

/* Words on why there is no text to put it into. */
static const char *nothing_to_read(const struct message *m)
{
	if (m->kind & MESSAGE_ENCRYPTED)
		return "not done: the message is encrypted";
	if (m->kind & MESSAGE_SIGNED)
		return "not done: the message is signed";
	return "not done: there is no text part";
}

static bool is_fit(struct arena *a, struct banner_part *p)
{
	if (!banner_part_open(a, p))
		return false;
	if (is_strange(p->part->charset) || is_wide(p->text)) {
		p->why_not = "charset without ASCII";
		return false;
	}
	return true;
}

/* A document in ISO-2022: pieces between its shifts, where a "<" is half a letter, become
 * plain letters, so that only real tags are seen. */
static struct bytes unshifted(struct arena *a, const struct banner_part *w)
{
	const char *charset = w->part->charset;
	struct bytes text = w->text;
	char *plain;
	bool shifted = false;

	if (charset == NULL || g_ascii_strncasecmp(charset, "iso-2022", 8) != 0)
		return text;
	plain = arena_strndup(a, text.at, text.n);
	for (size_t i = 0; i < text.n; i++) {
		if (text.at[i] == 0x0e ||
		    (text.at[i] == 0x1b && i + 1 < text.n && text.at[i + 1] == '$'))
			shifted = true;
		else if (text.at[i] == 0x0f ||
			 (text.at[i] == 0x1b && i + 1 < text.n && text.at[i + 1] == '('))
			shifted = false;
		if (shifted)
			plain[i] = 'x';
	}
	return (struct bytes){ .at = plain, .n = text.n };
}

static void put_in(struct arena *a, struct banner_part *p, const struct insertion *in,
		   struct banner *b_r)
{
	struct splice *s = &b_r->splices[b_r->n];
	size_t at;

	s->insert = transfer_insert(a, &p->coded, in, &at);
	if (s->insert.n == 0) {
		p->why_not = "broken encoding";
		return;
	}
	s->at = p->part->start + at;
	b_r->n++;
}

static void do_text(struct arena *a, struct banner_part *p,
		    const struct banner_words *words, struct banner *b_r)
{
	struct insertion in = { 0 };

	if (bytes_hold(p->text, 0, bytes_of("\xef\xbb\xbf")))
		in.at = 3;
	in.text = banner_text_block(a, words, p->eol);
	put_in(a, p, &in, b_r);
}

static void do_html(struct arena *a, struct banner_part *p,
		    const struct banner_words *words, struct banner *b_r)
{
	struct html_setting setting = { .eol = p->eol };
	struct insertion in = { 0 };
	struct bytes head = unshifted(a, p);

	/* the whole block must lie in what banner_strip() looks at */
	head.n = MIN(head.n, BANNER_SCAN_BYTES - BANNER_BLOCK_BYTES);
	in.at = html_place(head);
	setting.in_line = in.at > 0 && p->text.at[in.at - 1] == '>';
	in.text = banner_html_block(a, words, &setting);
	/* a sheet may stand behind what we look at, too */
	p->hidden = p->text.n >= BANNER_SCAN_BYTES || html_may_hide(a, p->text);
	put_in(a, p, &in, b_r);
}

static bool is_hidden(const struct banner_parts *parts)
{
	for (size_t i = 0; i < parts->n; i++)
		if (parts->at[i].hidden)
			return true;
	return false;
}

/* What became of the parts, in words, and is it enough? "done (text, HTML)",
 * "done (text); HTML not done: charset without ASCII", "not done: unknown encoding". */
static void tell(struct arena *a, const struct message *m,
		 const struct banner_parts *parts, struct banner *b_r)
{
	const char *but = parts->others                ? "; not in texts of other kinds"
			  : m->kind & MESSAGE_CALENDAR ? "; not in the calendar"
			  : is_hidden(parts) ? "; a style of the sender may hide it"
					     : "";

	const struct banner_part *failed = NULL;
	bool text = false, html = false;
	const char *done;

	for (size_t i = 0; i < parts->n; i++) {
		const struct banner_part *p = &parts->at[i];

		if (p->why_not != NULL)
			failed = failed == NULL ? p : failed;
		else if (p->part->kind == PART_TEXT_PLAIN)
			text = true;
		else
			html = true;
	}
	if (!text && !html) {
		g_assert(failed != NULL);
		b_r->words = arena_printf(a, "not done: %s", failed->why_not);
		return;
	}
	done = text && html ? "text, HTML" : text ? "text" : "HTML";
	b_r->sure = failed == NULL && but[0] == '\0';
	if (failed != NULL)
		b_r->words = arena_printf(a, "done (%s); %s not done: %s", done,
					  failed->part->kind == PART_TEXT_PLAIN ? "text"
										: "HTML",
					  failed->why_not);
	else
		b_r->words = arena_printf(a, "done (%s)%s", done, but);
}

void banner_make(struct arena *a, const struct banner_setup *s, struct banner *b_r)
{
	const struct message *m = s->message;
	struct banner_words words = { .heading = banner_heading(s->language, s->verdict),
				      .advice = banner_advice(s->language, s->verdict),
				      .reasons = s->reasons,
				      .n_reasons = MIN(s->n_reasons, REASONS_SHOWN) };
	struct banner_parts parts;

	*b_r = (struct banner){ .words = hands_off(s), .raw = m->raw };
	if (b_r->words != NULL)
		return;
	m = banner_strip(a, m);
	b_r->raw = m->raw;
	banner_parts_find(m, &parts);
	if (parts.n == 0) {
		b_r->words = nothing_to_read(m);
		return;
	}
	for (size_t i = 0; i < parts.n; i++) {
		struct banner_part *p = &parts.at[i];

		if (!is_fit(a, p))
			continue;
		if (p->part->kind == PART_TEXT_PLAIN)
			do_text(a, p, &words, b_r);
		else
			do_html(a, p, &words, b_r);
	}
	b_r->done = b_r->n > 0;
	tell(a, m, &parts, b_r);
}

struct bytes banner_apply(struct arena *a, size_t from, const struct banner *b)
{
	size_t n = b->raw.n - from, at = from;
	char *out, *end;

	for (size_t i = 0; i < b->n; i++)
		n += b->splices[i].insert.n;
	end = out = arena_alloc(a, n);
	for (size_t i = 0; i < b->n; i++) {
		const struct splice *s = &b->splices[i];

		g_assert(s->at >= at && s->at <= b->raw.n);
		end = mempcpy(end, b->raw.at + at, s->at - at);
		end = mempcpy(end, s->insert.at, s->insert.n);
		at = s->at;
	}
	if (at < b->raw.n)
		memcpy(end, b->raw.at + at, b->raw.n - at);
	return (struct bytes){ .at = out, .n = n };
}
