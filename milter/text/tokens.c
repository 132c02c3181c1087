/* The order of the groups is the order of the tokens; what a message repeats counts once.
 * Everything here is bounded by bytes, words or tokens, so a hostile message costs no more
 * than a long one. Nothing is decoded again that the message module has decoded, but for the
 * first kilobytes of HTML, whose tags tell how it was made. */
#include "text/tokens.h"

#include <string.h>

#include "base/limits.h"
#include "message/content.h"
#include "text/collect.h"

enum {
	HEADER_BYTES = 3000,   /* of the header block */
	TEXT_BYTES = 3500,     /* of the decoded text */
	SUBJECT_BYTES = 300,   /* and of other fields */
	HTML_BYTES = 12000,    /* of the first HTML part, still encoded */
	TAGS_MOST = 400,       /* of it */
	LINKS_MOST = 40,       /* hosts that differ */
	LINK_TAIL_BYTES = 120, /* of a link behind its host */
	NAMES_MOST = 60,       /* header fields whose names are read */
	SHORT_START = 3,       /* no start that is looked for is shorter */
};

/* ---- header ---- */

static bool starts_with_any(struct bytes name, const char *const *starts, size_t n)
{
	if (name.n < SHORT_START)
		return false;
	const char first = g_ascii_tolower(name.at[0]);
	const char third = g_ascii_tolower(name.at[2]);

	/* most differ in the first letter, or in that behind "x-" */
	for (size_t i = 0; i < n; i++)
		if (first == starts[i][0] && third == starts[i][2] &&
		    name.n >= strlen(starts[i]) &&
		    g_ascii_strncasecmp(name.at, starts[i], strlen(starts[i])) == 0)
			return true;
	return false;
}

/* a filter's own verdict would be learnt before all else */
static bool is_verdict(struct bytes name)
{
	static const char *const starts[] = { "x-spam", "x-wonted", "x-virus",
					      "x-bogosity", "x-barracuda" };

	return starts_with_any(name, starts, COUNT_OF(starts));
}

/* What the receiving side and filters write says who received it, and what they thought. */
static bool is_trace(struct bytes name)
{
	static const char *const starts[] = {
		"received",   "return-path",    "delivered-to", "authentication-results",
		"arc-",       "x-received",     "x-ms-",        "x-original-",
		"x-google-",  "x-microsoft",    "x-forefront",  "envelope-",
		"x-envelope", "x-exchange",     "x-mozilla",    "x-gmail",
		"status",     "x-status",       "x-uidl",       "dkim-filter",
		"lines",      "content-length", "x-scanned",
	};

	return is_verdict(name) || starts_with_any(name, starts, COUNT_OF(starts));
}

static void take_header(struct collector *c, const struct message *m)
{
	size_t left = HEADER_BYTES;

	for (size_t i = 0; i < m->n_headers && left > 0; i++) {
		const struct header *h = &m->headers[i];
		struct bytes field = { h->name.at,
				       (size_t)(h->value.at - h->name.at) + h->value.n };

		if (is_verdict(h->name))
			continue;
		field.n = MIN(field.n, left);
		left -= field.n;
		collect_raw_grams(c, collect_piece(c, "header", h->name), field);
	}
}

/* ---- subject, names and text ---- */

static struct bytes start_of(const char *text, size_t most)
{
	struct bytes b = bytes_of(text);

	b.n = MIN(b.n, most);
	return b;
}

static void take_grams(struct collector *c, const struct message *m)
{
	collect_grams(c, "subject", start_of(m->subject, SUBJECT_BYTES));
	collect_grams(c, "text", start_of(m->text, TEXT_BYTES));
}

static void take_words(struct collector *c, const struct message *m)
{
	collect_words(c, "subject", start_of(m->subject, SUBJECT_BYTES));
	if (m->n_from > 0)
		collect_words(c, "name", start_of(m->from[0].display, SUBJECT_BYTES));
	collect_words(c, "text", start_of(m->text, TEXT_BYTES));
	collect_words(c, "hidden text", start_of(m->hidden, SUBJECT_BYTES));
}

/* ---- shape ---- */

static void take_names(struct collector *c, const struct message *m)
{
	uint32_t before = 0;
	size_t n = 0;

	for (size_t i = 0; i < m->n_headers && n < NAMES_MOST; i++) {
		struct bytes name = m->headers[i].name;
		uint32_t h;

		if (is_trace(name))
			continue;
		n++;
		h = collect_hash(name, 0x1001);
		collect_one(c, "header", name, h);
		collect_one(c, "header", name, collect_join(before, h));
		/* as it is spelled: Message-Id and Message-ID come of different programs */
		collect_one(c, "header", name, collect_hash_exact(name, 0x1002));
		before = h;
	}
}

/* the values that programs choose, not people */
static void take_values(struct collector *c, const struct message *m)
{
	static const char *const of_interest[] = {
		"X-Mailer",         "User-Agent",
		"Content-Type",     "Content-Transfer-Encoding",
		"MIME-Version",     "Precedence",
		"X-Priority",       "Importance",
		"Auto-Submitted",   "Feedback-ID",
		"Content-Language",
	};

	for (size_t i = 0; i < COUNT_OF(of_interest); i++) {
		const struct header *h = message_header(m, of_interest[i], 0);

		if (h == NULL)
			continue;
		collect_marked_words(
			c, "header",
			(struct bytes){ h->value.at, MIN(h->value.n, (size_t)100) },
			0x1100 + (uint32_t)i);
	}
}

static void take_address(struct collector *c, const char *where, const struct mailaddr *a,
			 uint32_t salt)
{
	const char *dot;

	if (a->domain == NULL)
		return;
	collect_one(c, where, bytes_of(a->org), collect_hash(bytes_of(a->org), salt));
	dot = strrchr(a->domain, '.');
	if (dot != NULL)
		collect_one(c, where, bytes_of(dot),
			    collect_hash(bytes_of(dot), salt + 1));
	collect_marked_words(c, where, bytes_of(a->domain), salt + 2);
}

/* how long, how many: by powers of two */
static void take_count(struct collector *c, const char *what, size_t n)
{
	uint32_t log = 0;

	for (; n > 0; n >>= 1)
		log++;
	collect_one(c, "form", bytes_of(what),
		    collect_join(collect_hash(bytes_of(what), 0x1200), log));
}

static void take_flag(struct collector *c, const char *what, bool holds)
{
	if (holds)
		collect_one(c, "form", bytes_of(what),
			    collect_hash(bytes_of(what), 0x1201));
}

static void take_form(struct collector *c, const struct message *m)
{
	const char *from_org = m->n_from > 0 ? m->from[0].org : NULL;
	const char *id_at = m->message_id == NULL ? NULL : strrchr(m->message_id, '@');
	const char *reply_org = m->n_reply_to > 0 ? m->reply_to[0].org : NULL;
	size_t to_own = 0;

	for (size_t i = 0; i < m->n_to && i < NAMES_MOST; i++)
		to_own += m->to[i].display != NULL;
	take_count(c, "addresses in To", m->n_to);
	take_count(c, "bytes of text", strlen(m->text));
	take_count(c, "bytes of hidden text", strlen(m->hidden));
	take_count(c, "links", m->n_links);
	take_count(c, "parts", m->n_parts);
	take_count(c, "references", m->n_references);
	take_flag(c, "no subject", m->subject == NULL);
	take_flag(c, "no Message-ID", m->message_id == NULL);
	take_flag(c, "no display name", m->n_from > 0 && m->from[0].display == NULL);
	take_flag(c, "names in To", to_own > 0);
	take_flag(c, "List-Unsubscribe", m->list_unsubscribe != NULL);
	take_flag(c, "one-click", m->one_click);
	take_flag(c, "List-Id", m->list_id != NULL);
	take_flag(c, "Reply-To elsewhere",
		  reply_org != NULL && g_strcmp0(reply_org, from_org) != 0);
	take_flag(c, "Reply-To of From",
		  reply_org != NULL && g_strcmp0(reply_org, from_org) == 0);
	take_flag(c, "Message-ID of From",
		  id_at != NULL && from_org != NULL && g_str_has_suffix(id_at, from_org));
	for (unsigned bit = 0; bit < 12; bit++) {
		if ((m->kind >> bit & 1) != 0)
			collect_one(c, "form", bytes_of("kind of message"), 0x1300 + bit);
		if ((m->malformed >> bit & 1) != 0)
			collect_one(c, "form", bytes_of("malformed"), 0x1320 + bit);
	}
}

static void take_parts(struct collector *c, const struct message *m)
{
	uint32_t before = 0x1400;

	for (size_t i = 0; i < m->n_parts && i < NAMES_MOST; i++) {
		const struct part *p = &m->parts[i];
		uint32_t h = collect_hash(bytes_of(p->type), 0x1401 + p->encoding);
		const char *dot = p->filename == NULL ? NULL : strrchr(p->filename, '.');

		collect_one(c, "part", bytes_of(p->type), h);
		collect_one(c, "part", bytes_of(p->type), collect_join(before, h));
		collect_one(c, "part", bytes_of(p->charset),
			    collect_join(h, collect_hash(bytes_of(p->charset), 0x1410)));
		if (dot != NULL)
			collect_one(c, "attachment", bytes_of(dot),
				    collect_hash(bytes_of(dot), 0x1411));
		if (p->is_attachment)
			collect_marked_words(c, "attachment", bytes_of(p->filename),
					     0x1412);
		before = h;
	}
}

static void take_link(struct collector *c, const struct message *m, const struct link *l)
{
	const char *behind = strstr(l->url, l->host);
	const char *dot = strrchr(l->host, '.');
	struct bytes host = bytes_of(l->host);

	collect_one(c, "link", host, collect_hash(bytes_of(l->org), 0x1500));
	collect_one(c, "link", host, collect_hash(host, 0x1501));
	if (dot != NULL)
		collect_one(c, "link", host, collect_hash(bytes_of(dot), 0x1502));
	collect_marked_words(c, "link", host, 0x1503);
	if (behind != NULL)
		collect_marked_words(c, "link",
				     start_of(behind + host.n, LINK_TAIL_BYTES), 0x1504);
	take_flag(c, "link to another site than From",
		  m->n_from > 0 && g_strcmp0(m->from[0].org, l->org) != 0);
	take_flag(c, "link to the site of From",
		  m->n_from > 0 && g_strcmp0(m->from[0].org, l->org) == 0);
	take_flag(c, "link without https", g_str_has_prefix(l->url, "http:"));
}

static void take_links(struct collector *c, const struct message *m)
{
	const char *before = NULL;
	size_t n = 0;

	for (size_t i = 0; i < m->n_links && n < LINKS_MOST; i++) {
		const struct link *l = &m->links[i];

		if (l->host == NULL || l->org == NULL || g_strcmp0(l->host, before) == 0)
			continue;
		before = l->host;
		n++;
		take_link(c, m, l);
	}
}

/* three tags in a row, and the names of attributes */
static void take_tags(struct collector *c, struct bytes html)
{
	uint32_t one = 0, two = 0;
	const char *at = html.at, *end = html.at + html.n;

	for (size_t n = 0; n < TAGS_MOST && at < end; n++) {
		const char *open = memchr(at, '<', (size_t)(end - at)), *stop;
		uint32_t h;

		if (open == NULL)
			break;
		for (stop = ++open;
		     stop < end && stop - open < 16 &&
		     (g_ascii_isalnum(*stop) || *stop == '/' || *stop == '!');)
			stop++;
		struct bytes tag = { open, (size_t)(stop - open) };

		h = collect_hash(tag, 0x1600);
		collect_one(c, "HTML", tag, h);
		collect_one(c, "HTML", tag, collect_join(collect_join(two, one), h));
		two = one;
		one = h;
		at = memchr(stop, '>', (size_t)(end - stop));
		if (at == NULL)
			break;
		collect_attributes(c, tag, (struct bytes){ stop, (size_t)(at - stop) });
	}
}

static void take_html(struct collector *c, const struct message *m)
{
	for (size_t i = 0; i < m->n_parts; i++) {
		const struct part *p = &m->parts[i];
		struct bytes content;

		if (p->kind != PART_TEXT_HTML || p->is_attachment)
			continue;
		content = part_content(m, p);
		content.n = MIN(content.n, (size_t)HTML_BYTES);
		take_tags(c, content_decode(collect_arena(c), content, p->encoding));
		return;
	}
}

static void take_shape(struct collector *c, const struct message *m)
{
	take_names(c, m);
	take_values(c, m);
	if (m->n_from > 0)
		take_address(c, "from", &m->from[0], 0x1700);
	if (m->n_reply_to > 0)
		take_address(c, "reply-to", &m->reply_to[0], 0x1710);
	take_form(c, m);
	take_parts(c, m);
	take_links(c, m);
	take_html(c, m);
}

/* ---- all ---- */

void text_tokens_take(struct arena *a, const struct message *m, unsigned groups,
		      struct text_tokens *tokens_r)
{
	static void (*const takers[TEXT_GROUP_COUNT])(struct collector *,
						      const struct message *) = {
		[TEXT_HEADER] = take_header,
		[TEXT_GRAM] = take_grams,
		[TEXT_WORD] = take_words,
		[TEXT_SHAPE] = take_shape,
	};
	struct collector *c = collect_create(a);

	for (unsigned g = 0; g < TEXT_GROUP_COUNT; g++) {
		collect_group(c, (enum text_group)g);
		if ((groups >> g & 1) != 0)
			takers[g](c, m);
	}
	collect_done(c, tokens_r);
}
