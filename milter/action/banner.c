/* Which parts get a banner, what it says, and when there must be none. What is signed would
 * be broken, what is encrypted, a report or a meeting request is read by programs; what we
 * have not seen whole we do not touch. That a DKIM signature over the body no longer verifies
 * is accepted: it was verified before, and the message goes into a mailbox. */
#include "action/banner.h"

#include <glib.h>

#include "action/banner_html.h"
#include "action/banner_text.h"
#include "action/banner_words.h"
#include "action/html_place.h"
#include "action/transfer.h"

enum {
	REASONS_SHOWN = 3,       /* more is not read */
	SCAN_BYTES = 256 * 1024, /* heads of real documents end before 100 kB */
};

/* one part and what becomes of it */
struct work {
	struct arena *arena;
	const struct message *message;
	const struct part *part;
	struct coded coded;
	struct bytes text;   /* its decoded beginning */
	const char *eol;     /* of the decoded form */
	const char *why_not; /* static words, NULL: it is done */
};

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

static const char *eol_of(struct bytes text, const char *other)
{
	const char *lf = text.n == 0 ? NULL : memchr(text.at, '\n', text.n);

	if (lf == NULL)
		return other;
	return lf > text.at && lf[-1] == '\r' ? "\r\n" : "\n";
}

static struct bytes slice(struct bytes b, size_t from, size_t to)
{
	return (struct bytes){ .at = b.at + from, .n = to - from };
}

/* Does an empty line end the header before this place? Without one, what we put in would
 * become a header. */
static bool is_behind_header(struct bytes raw, size_t at)
{
	if (at == 0 || raw.at[at - 1] != '\n')
		return false;
	at -= at > 1 && raw.at[at - 2] == '\r' ? 2 : 1;
	return at == 0 || raw.at[at - 1] == '\n';
}

/* Words on why a message is left alone, or NULL. */
static const char *hands_off(const struct message *m)
{
	if (m->kind & MESSAGE_SIGNED)
		return "not done: the message is signed";
	if (m->kind & MESSAGE_ENCRYPTED)
		return "not done: the message is encrypted";
	if (m->kind & MESSAGE_REPORT)
		return "not done: the message is a report";
	if (m->kind & MESSAGE_CALENDAR)
		return "not done: the message is a meeting request";
	if (m->cut & (CUT_SIZE | CUT_HEADERS))
		return "not done: not all of the message was read";
	if (!is_behind_header(m->raw, m->body_at))
		return "not done: there is no body";
	return NULL;
}

static const struct part *first_part(const struct message *m, enum part_kind kind)
{
	for (size_t i = 0; i < m->n_parts; i++) {
		const struct part *p = &m->parts[i];

		if (p->kind == kind && !p->is_attachment && !p->in_message)
			return p;
	}
	return NULL;
}

/* Open a part: its bytes, its decoded beginning, or why not. */
static bool open_part(struct work *w)
{
	const struct part *p = w->part;
	struct bytes raw = w->message->raw, above;

	if (p->start > p->end || p->end > raw.n || p->start < w->message->body_at ||
	    !is_behind_header(raw, p->start)) {
		w->why_not = "its place is unclear";
		return false;
	}
	if (p->encoding == ENCODING_OTHER) {
		w->why_not = "unknown encoding";
		return false;
	}
	w->coded.encoding = p->encoding;
	w->coded.raw = slice(raw, p->start, p->end);
	/* a part without a line end takes that of the empty line above it */
	above = slice(raw, p->start > 1 ? p->start - 2 : 0, p->start);
	w->coded.eol = eol_of(w->coded.raw, eol_of(above, "\n"));
	w->text = transfer_decode(w->arena, &w->coded, SCAN_BYTES);
	w->eol = p->encoding == ENCODING_BASE64 ? eol_of(w->text, w->coded.eol)
						: w->coded.eol;
	return true;
}

static bool is_fit(struct work *w)
{
	if (!open_part(w))
		return false;
	if (is_strange(w->part->charset) || is_wide(w->text)) {
		w->why_not = "charset without ASCII";
		return false;
	}
	return true;
}

/* A document in ISO-2022: pieces between its shifts, where a "<" is half a letter, become
 * plain letters, so that only real tags are seen. */
static struct bytes unshifted(struct work *w)
{
	const char *charset = w->part->charset;
	struct bytes text = w->text;
	char *plain;
	bool shifted = false;

	if (charset == NULL || g_ascii_strncasecmp(charset, "iso-2022", 8) != 0)
		return text;
	plain = arena_strndup(w->arena, text.at, text.n);
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

static void put_in(struct work *w, const struct insertion *in, struct banner *b_r)
{
	struct splice *s = &b_r->splices[b_r->n];
	size_t at;

	s->insert = transfer_insert(w->arena, &w->coded, in, &at);
	if (s->insert.n == 0) {
		w->why_not = "broken encoding";
		return;
	}
	s->at = w->part->start + at;
	b_r->n++;
}

static void do_text(struct work *w, const struct banner_words *words, struct banner *b_r)
{
	struct insertion in = { 0 };

	if (!is_fit(w))
		return;
	if (w->text.n >= 3 && memcmp(w->text.at, "\xef\xbb\xbf", 3) == 0)
		in.at = 3;
	if (banner_text_begins(w->arena, slice(w->text, in.at, w->text.n),
			       words->heading)) {
		w->why_not = "already there";
		return;
	}
	in.text = banner_text_block(w->arena, words, w->eol);
	put_in(w, &in, b_r);
}

static void do_html(struct work *w, const struct banner_words *words, struct banner *b_r)
{
	struct insertion in = { 0 };

	if (!is_fit(w))
		return;
	in.at = html_place(unshifted(w));
	if (banner_html_begins(slice(w->text, in.at, w->text.n), words->heading)) {
		w->why_not = "already there";
		return;
	}
	in.text = banner_html_block(w->arena, words, w->eol,
				    in.at > 0 && w->text.at[in.at - 1] == '>');
	put_in(w, &in, b_r);
}

/* "done (text, HTML)", "done (text); HTML not done: already there", "not done: ..." */
static const char *result_words(struct arena *a, const struct work *text,
				const struct work *html)
{
	bool text_done = text->part != NULL && text->why_not == NULL;
	const struct work *done = text_done ? text : html;
	const struct work *not = text_done ? html : text;
	const char *done_name = done == text ? "text" : "HTML";

	if (text->part == NULL && html->part == NULL)
		return "not done: there is no text part";
	if (done->part != NULL && done->why_not == NULL) {
		if (not ->part == NULL)
			return arena_printf(a, "done (%s)", done_name);
		if (not ->why_not == NULL)
			return "done (text, HTML)";
		return arena_printf(a, "done (%s); %s not done: %s", done_name,
				    done == text ? "HTML" : "text", not ->why_not);
	}
	done = text->part != NULL ? text : html;
	return arena_printf(a, "not done: %s", done->why_not);
}

void banner_make(struct arena *a, const struct banner_setup *s, struct banner *b_r)
{
	const struct message *m = s->message;
	struct banner_words words = { .heading = banner_heading(s->language, s->verdict),
				      .advice = banner_advice(s->language, s->verdict),
				      .reasons = s->reasons,
				      .n_reasons = MIN(s->n_reasons, REASONS_SHOWN) };
	struct work text = { .arena = a, .message = m };
	struct work html = text;

	*b_r = (struct banner){ .words = hands_off(m) };
	if (b_r->words != NULL)
		return;
	text.part = first_part(m, PART_TEXT_PLAIN);
	html.part = first_part(m, PART_TEXT_HTML);
	if (text.part != NULL)
		do_text(&text, &words, b_r);
	if (html.part != NULL)
		do_html(&html, &words, b_r);
	if (b_r->n == 2 && b_r->splices[0].at > b_r->splices[1].at) {
		struct splice first = b_r->splices[1];

		b_r->splices[1] = b_r->splices[0];
		b_r->splices[0] = first;
	}
	b_r->done = b_r->n > 0;
	b_r->words = result_words(a, &text, &html);
}

struct bytes banner_apply(struct arena *a, struct bytes raw, size_t from,
			  const struct banner *b)
{
	size_t n = raw.n - from, at = from;
	char *out, *end;

	for (size_t i = 0; i < b->n; i++)
		n += b->splices[i].insert.n;
	end = out = arena_alloc(a, n);
	for (size_t i = 0; i < b->n; i++) {
		const struct splice *s = &b->splices[i];

		end = mempcpy(end, raw.at + at, s->at - at);
		end = mempcpy(end, s->insert.at, s->insert.n);
		at = s->at;
	}
	if (at < raw.n)
		memcpy(end, raw.at + at, raw.n - at);
	return (struct bytes){ .at = out, .n = n };
}

/* A part that was empty gave its empty line as the line end before the boundary; with a
 * banner in it, the banner's last line end has become that. And where line ends are mixed, a
 * parser may take two bytes for a line end of one. So the part is looked at with some of the
 * bytes behind it. */
static void look_behind(struct work *w)
{
	size_t end = (size_t)(w->coded.raw.at - w->message->raw.at) + w->coded.raw.n;

	if (end < w->message->raw.n)
		w->coded.raw.n++;
	w->text = transfer_decode(w->arena, &w->coded, SCAN_BYTES);
}

/* What of one part is our banner: raw offset and length. */
static struct block find_ours(struct work *w)
{
	if (w->part == NULL || !open_part(w))
		return (struct block){ 0 };
	for (int more = 0; more <= 4; more++) {
		struct block b = w->part->kind == PART_TEXT_PLAIN
					 ? banner_text_find(w->text)
					 : banner_html_find(w->text);
		struct insertion in = { .at = b.at };
		size_t at, n;

		in.text = slice(w->text, b.at, b.at + b.n);
		if (b.n > 0 && transfer_remove(w->arena, &w->coded, &in, &at, &n))
			return (struct block){ .at = w->part->start + at, .n = n };
		look_behind(w);
	}
	return (struct block){ 0 };
}

struct bytes banner_strip(struct arena *a, const struct message *m)
{
	struct work text = { .arena = a,
			     .message = m,
			     .part = first_part(m, PART_TEXT_PLAIN) };
	struct work html = { .arena = a,
			     .message = m,
			     .part = first_part(m, PART_TEXT_HTML) };
	struct block ours[2] = { find_ours(&text), find_ours(&html) };
	size_t first = ours[0].at <= ours[1].at ? 0 : 1, at = 0;
	char *out, *end;

	if (ours[0].n + ours[1].n == 0)
		return m->raw;
	end = out = arena_alloc(a, m->raw.n);
	for (size_t i = 0; i < 2; i++) {
		const struct block *b = &ours[first ^ i];

		if (b->n == 0)
			continue;
		end = mempcpy(end, m->raw.at + at, b->at - at);
		at = b->at + b->n;
	}
	end = mempcpy(end, m->raw.at + at, m->raw.n - at);
	return (struct bytes){ .at = out, .n = (size_t)(end - out) };
}
