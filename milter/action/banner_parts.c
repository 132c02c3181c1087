/* What is shown first is the reader's choice: of alternatives the last, the first, or the one in
 * HTML (RFC 2046 5.1.4), of related parts the one that a parameter names (RFC 2387 3.2). So the
 * banner goes into all of them. In other containers parts are shown one below the other, and the
 * first one of each kind is enough. */
#include "action/banner_parts.h"

#include <glib.h>

#include "action/banner_text.h"
#include "message/content.h"

enum {
	SIGNATURE_BYTES = 64 * 1024, /* with the certificates of a long chain */
	SIGNATURE_LEAST = 60,        /* a signature of Ed25519 has some 120 bytes */
};

static const char *eol_of(struct bytes text, const char *otherwise)
{
	const char *lf = text.n == 0 ? NULL : memchr(text.at, '\n', text.n);

	if (lf == NULL)
		return otherwise;
	return lf > text.at && lf[-1] == '\r' ? "\r\n" : "\n";
}

bool is_behind_header(struct bytes raw, size_t at)
{
	if (at == 0 || raw.at[at - 1] != '\n')
		return false;
	at -= at > 1 && raw.at[at - 2] == '\r' ? 2 : 1;
	return at == 0 || raw.at[at - 1] == '\n';
}

/* The deepest container of both. */
static const struct part *container_of_both(const struct message *m, const struct part *a,
					    const struct part *b)
{
	while (a != b) {
		const struct part **deeper = a->depth > b->depth ? &a : &b;

		if ((*deeper)->parent < 0)
			return NULL;
		*deeper = &m->parts[(*deeper)->parent];
	}
	return a;
}

/* May a reader see the one in the other's place? */
static bool are_alternatives(const struct message *m, const struct part *a,
			     const struct part *b)
{
	const struct part *both = container_of_both(m, a, b);

	return both != NULL && (strcmp(both->type, "multipart/alternative") == 0 ||
				strcmp(both->type, "multipart/related") == 0);
}

static bool is_needed(const struct banner_parts *parts, const struct message *m,
		      const struct part *p)
{
	for (size_t i = 0; i < parts->n; i++)
		if (parts->at[i].part->kind == p->kind &&
		    !are_alternatives(m, parts->at[i].part, p))
			return false;
	return true;
}

static bool is_other_text(const struct part *p)
{
	return p->kind == PART_TEXT_OTHER && g_str_has_prefix(p->type, "text/");
}

void banner_parts_find(const struct message *m, struct banner_parts *p_r)
{
	*p_r = (struct banner_parts){ 0 };
	for (size_t i = 0; i < m->n_parts; i++) {
		const struct part *p = &m->parts[i];

		if (p->is_attachment || p->in_message)
			continue;
		if (is_other_text(p))
			p_r->others = true;
		if ((p->kind != PART_TEXT_PLAIN && p->kind != PART_TEXT_HTML) ||
		    !is_needed(p_r, m, p))
			continue;
		if (p_r->n == BANNER_PARTS) {
			p_r->others = true;
			return;
		}
		p_r->at[p_r->n++] = (struct banner_part){ .message = m, .part = p };
	}
}

bool banner_part_open(struct arena *a, struct banner_part *b)
{
	const struct part *p = b->part;
	struct bytes raw = b->message->raw, above;

	/* the whole body of a multipart whose boundary nobody found: a line of ours could become
	 * one */
	bool guessed = p->parent >= 0 && p->start == b->message->body_at;

	if (guessed || p->start > p->end || p->end > raw.n ||
	    p->start < b->message->body_at || !is_behind_header(raw, p->start)) {
		b->why_not = "its place is unclear";
		return false;
	}
	if (p->encoding == ENCODING_OTHER) {
		b->why_not = "unknown encoding";
		return false;
	}
	b->coded.encoding = p->encoding;
	b->coded.raw = (struct bytes){ raw.at + p->start, p->end - p->start };
	/* a part without a line end takes that of the empty line above it */
	above.n = MIN(p->start, 2);
	above.at = raw.at + p->start - above.n;
	b->coded.eol = eol_of(b->coded.raw, eol_of(above, "\n"));
	b->text = transfer_decode(a, &b->coded, BANNER_SCAN_BYTES);
	b->eol = p->encoding == ENCODING_BASE64 ? eol_of(b->text, b->coded.eol)
						: b->coded.eol;
	return true;
}

/* RFC 9580 4.2: the first packet is a signature, in the old or the new form */
static bool is_pgp_signature(struct arena *a, struct bytes text)
{
	size_t from = bytes_find(text, 0, "-----BEGIN PGP SIGNATURE-----");
	size_t to = bytes_find(text, from, "-----END PGP SIGNATURE-----");
	size_t data = from + 1;
	struct bytes armored, packets;
	unsigned char tag;

	if (to >= text.n)
		return false;
	/* header lines of the armor end at an empty line */
	while (data < to && !is_behind_header(text, data))
		data++;
	armored = (struct bytes){ text.at + data, to - data };
	packets = content_decode(a, armored, ENCODING_BASE64);
	if (packets.n < SIGNATURE_LEAST)
		return false;
	tag = (unsigned char)packets.at[0];
	return (tag & 0xfc) == 0x88 || tag == 0xc2;
}

/* RFC 5652 5.1: a SEQUENCE that begins with the object identifier of SignedData */
static bool is_cms_signature(struct bytes der)
{
	static const char signed_data[] = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";
	struct bytes head = { der.at, MIN(der.n, 24) };

	return der.n >= SIGNATURE_LEAST && der.at[0] == 0x30 &&
	       bytes_find(head, 0, signed_data) < head.n;
}

static bool is_signature(const struct message *m, const struct part *p)
{
	struct arena *a = arena_create();
	struct bytes raw = { m->raw.at + p->start, p->end - p->start };
	struct bytes content;
	bool is = false;

	raw.n = MIN(raw.n, SIGNATURE_BYTES);
	content = content_decode(a, raw, p->encoding);
	if (strcmp(p->type, "application/pgp-signature") == 0)
		is = is_pgp_signature(a, content);
	else if (strcmp(p->type, "application/pkcs7-signature") == 0 ||
		 strcmp(p->type, "application/x-pkcs7-signature") == 0)
		is = is_cms_signature(content);
	arena_destroy(&a);
	return is;
}

bool banner_message_is_signed(const struct message *m)
{
	const struct part *last = NULL;
	size_t n = 0;

	if (m->n_parts < 3 || strcmp(m->parts[0].type, "multipart/signed") != 0)
		return false;
	for (size_t i = 1; i < m->n_parts; i++) {
		if (m->parts[i].parent != 0)
			continue;
		n++;
		last = &m->parts[i];
	}
	return n == 2 && is_signature(m, last);
}
