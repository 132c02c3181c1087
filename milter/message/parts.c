/* What stands in the parts: texts become UTF-8, HTML becomes what its reader sees, and
 * attachments are asked what they really are. All under one budget for text and one for
 * links. What a mail program shows of its own counts as text, too: calendars, and messages within
 * this one. */
#include "message/parts.h"

#include <glib.h>
#include <string.h>
#include <strings.h>

#include "base/file_magic.h"
#include "base/limits.h"
#include "message/alternatives.h"
#include "message/attachment.h"
#include "message/calendar.h"
#include "message/charset.h"
#include "message/content.h"
#include "message/decoder.h"
#include "message/enclosed.h"
#include "message/html_text.h"
#include "message/links.h"
#include "message/mime.h"
#include "message/page.h"

#define HEAD_BYTES (48 * 1024)      /* decoded for the magic: an ISO has its at 33 kB */
#define ZIP_BYTES (2 * 1024 * 1024) /* of content read for names: all of it, or its end */
#define PAGE_BYTES (4 * 1024 * 1024) /* of an attached page; a file may be built in it */
#define META_BYTES 1024              /* where HTML may say its character set */
#define WORDS_LEAST 20               /* of a text that can be told from another one */

struct reading {
	struct arena *a;
	struct message *m;
	struct part *parts;
	struct bytes *texts; /* by part: UTF-8 of plain, visible text of HTML */
	GHashTable *places;  /* "https://host" -> a link that leads there */
	GPtrArray *organizers;
	guint resolved; /* links whose hosts are known */
	size_t budget;  /* bytes of text still to be read */
	struct html_text html;
	struct enclosures enclosed;
};

enum reading_as { AS_NOTHING, AS_PLAIN, AS_HTML, AS_CALENDAR };

/* RFC 2046 4.1.4: a text of a type that is not known is read as plain text */
static enum reading_as read_as(const struct part *p)
{
	static const char *const silent[] = { "text/css", "text/javascript", "text/vcard",
					      "text/x-vcard" };

	if (p->kind == PART_CALENDAR || strcmp(p->type, "application/ics") == 0)
		return AS_CALENDAR;
	if (p->is_attachment)
		return AS_NOTHING;
	if (p->kind == PART_TEXT_PLAIN)
		return AS_PLAIN;
	if (p->kind == PART_TEXT_HTML || strcmp(p->type, "text/x-amp-html") == 0)
		return AS_HTML;
	for (size_t i = 0; i < G_N_ELEMENTS(silent); i++)
		if (strcmp(p->type, silent[i]) == 0)
			return AS_NOTHING;
	return g_str_has_prefix(p->type, "text/") ? AS_PLAIN : AS_NOTHING;
}

/* <meta charset="x"> and <meta ... content="text/html; charset=x"> */
static const char *meta_charset(struct arena *a, struct bytes html)
{
	size_t n = MIN(html.n, (size_t)META_BYTES);

	for (size_t i = 0; i + 8 < n; i++) {
		if (strncasecmp(html.at + i, "charset=", 8) != 0)
			continue;
		size_t from = i + 8, to;

		while (from < n && strchr("\"' ", html.at[from]) != NULL &&
		       html.at[from] != '\0')
			from++;
		to = from;
		while (to < n &&
		       (g_ascii_isalnum(html.at[to]) ||
			(html.at[to] != '\0' && strchr("-_.:", html.at[to]) != NULL)))
			to++;
		return to == from ? NULL : arena_strndup(a, html.at + from, to - from);
	}
	return NULL;
}

/* never more than what is left of the budget */
static struct bytes utf8_of(struct reading *r, const struct part *p)
{
	struct bytes content = part_content(r->m, p);
	bool sound;

	/* base64 shrinks to 3/4, quoted-printable to 1/3 at most */
	if (content.n > r->budget * 3) {
		content.n = r->budget * 3;
		r->m->truncated |= TRUNCATED_TEXT;
	}
	struct bytes text = content_decode(r->a, content, p->encoding);

	if (text.n > r->budget) {
		text.n = r->budget;
		r->m->truncated |= TRUNCATED_TEXT;
	}
	r->budget -= text.n;
	const char *charset = p->charset;

	if (charset == NULL && p->kind == PART_TEXT_HTML)
		charset = meta_charset(r->a, text);
	text = charset_decode(r->a, text, charset, &sound);
	if (!sound)
		r->m->malformed |= MALFORMED_CHARSET;
	return text;
}

/* CRLF becomes LF, in place */
static void drop_cr(struct bytes *text, char *at)
{
	size_t n = 0, i = 0;

	while (i < text->n) {
		const char *cr = memchr(at + i, '\r', text->n - i);
		size_t run = cr == NULL ? text->n - i : (size_t)(cr - (at + i));

		memmove(at + n, at + i, run);
		n += run;
		i += run;
		if (i < text->n && (i + 1 == text->n || at[i + 1] != '\n'))
			at[n++] = '\r';
		i++;
	}
	at[n] = '\0';
	*text = (struct bytes){ at, n };
}

/* RFC 9580 6.2: the armor header line starts a line */
static void look_for_pgp(struct message *m, const char *text)
{
	static const char begin[] = "-----BEGIN PGP ";
	const char *p = text;

	while ((p = strstr(p, begin)) != NULL) {
		bool starts_line = p == text || p[-1] == '\n';

		p += sizeof(begin) - 1;
		if (!starts_line)
			continue;
		if (g_str_has_prefix(p, "SIGNED MESSAGE-----"))
			m->kind |= MESSAGE_SIGNED;
		else if (g_str_has_prefix(p, "MESSAGE-----"))
			m->kind |= MESSAGE_ENCRYPTED;
	}
}

static void read_plain(struct reading *r, size_t i)
{
	struct bytes text = utf8_of(r, &r->parts[i]);

	drop_cr(&text, arena_strndup(r->a, text.at, text.n));
	r->texts[i] = text;
	look_for_pgp(r->m, text.at);
}

static const char *taken(struct arena *a, GString *text)
{
	const char *out = arena_strndup(a, text->str, text->len);

	g_string_free(text, TRUE);
	return out;
}

/* "https://host" of a URL; NULL: it is no plain one */
static const char *place_of(struct arena *a, const char *url)
{
	size_t scheme = g_str_has_prefix(url, "https://")  ? 8
			: g_str_has_prefix(url, "http://") ? 7
							   : 0;
	size_t host = scheme == 0 ? 0 : strcspn(url + scheme, "/\\?#");

	return host == 0 ? NULL : arena_strndup(a, url, scheme + host);
}

static struct link *link_copy(struct arena *a, const struct link *link)
{
	struct link *copy = arena_new(a, struct link, 1);

	*copy = *link;
	return copy;
}

/* newsletters lead to few hosts over and over */
static void resolve(struct reading *r, struct link *link)
{
	const char *place = place_of(r->a, link->url);
	const struct link *known =
		place == NULL ? NULL : g_hash_table_lookup(r->places, place);

	if (known != NULL) {
		link->host = known->host;
		link->org = known->org;
		return;
	}
	links_resolve(r->a, link, r->html.base);
	/* the table takes non-const pointers, and nobody writes through them */
	if (place != NULL)
		g_hash_table_insert(r->places, (gpointer)(uintptr_t)place,
				    link_copy(r->a, link));
}

/* the links of a part, before its <base> is forgotten */
static void resolve_all(struct reading *r)
{
	GArray *links = r->html.links;

	for (; r->resolved < links->len; r->resolved++)
		resolve(r, &g_array_index(links, struct link, r->resolved));
	r->html.base = NULL;
}

static void read_calendar(struct reading *r, size_t i)
{
	struct bytes text = utf8_of(r, &r->parts[i]);
	GString *shown = g_string_new(NULL);

	calendar_read(r->a, text, &r->html, shown, r->organizers);
	resolve_all(r);
	r->texts[i].n = shown->len;
	r->texts[i].at = taken(r->a, shown);
}

static void read_html(struct reading *r, size_t i)
{
	size_t before = r->html.visible->len;

	html_text_read(r->a, utf8_of(r, &r->parts[i]), &r->html);
	resolve_all(r);
	while (before < r->html.visible->len && r->html.visible->str[before] == '\n')
		before++;
	r->texts[i].n = r->html.visible->len - before;
	r->texts[i].at =
		arena_strndup(r->a, r->html.visible->str + before, r->texts[i].n);
}

/* names inside, from the end of the file or else from its start */
static void read_zip(struct reading *r, const struct part *p, struct zip_listing *list)
{
	struct arena *scratch = arena_create();
	struct bytes content = part_content(r->m, p), end;

	end = p->encoding == ENCODING_BASE64 ? content_tail(content, ZIP_BYTES) : content;
	attachment_zip(r->a, content_decode(scratch, end, p->encoding), list);
	if (list->n == 0 && end.n < content.n) {
		content.n = MIN(content.n, (size_t)ZIP_BYTES);
		attachment_zip(r->a, content_decode(scratch, content, p->encoding), list);
	}
	r->m->truncated |= list->truncated ? TRUNCATED_ARCHIVE : 0;
	arena_destroy(&scratch);
}

static bool packs_files(const struct part *p)
{
	bool packs = file_packs(p->magic) == PACKS_FILES ||
		     file_packs(p->magic) == PACKS_CODES;

	for (size_t i = 0; i < p->n_names; i++)
		packs = packs || file_packs(file_ending(p->names[i])) == PACKS_FILES;
	return packs;
}

/* A code that says where to go is a link like those of texts. */
static void take_codes(struct reading *r, const struct decoded *d)
{
	for (size_t i = 0; d != NULL && i < d->n_codes; i++) {
		struct link link = { .url = d->codes[i], .text = "", .coded = true };

		links_resolve(r->a, &link, NULL);
		if (link.host == NULL && strchr(link.url, ':') == NULL)
			continue;
		if (r->html.links->len < LIMIT_LINKS)
			g_array_append_val(r->html.links, link);
		else
			r->m->truncated |= TRUNCATED_LINKS;
	}
}

/* What an archive holds: a zip tells its names here, all else is a decoder's. */
static void read_archive(struct reading *r, struct part *p)
{
	struct zip_listing list = { 0 };

	if (g_strcmp0(p->magic, "zip") == 0)
		read_zip(r, p, &list);
	if (r->m->decoder != NULL && packs_files(p)) {
		struct arena *scratch = arena_create();
		struct bytes file =
			content_decode(scratch, part_content(r->m, p), p->encoding);

		p->decoded = decoder_look(r->a, r->m->decoder, p->filename, file, &list);
		take_codes(r, p->decoded);
		resolve_all(r);
		arena_destroy(&scratch);
	}
	p->inside = list.names;
	p->n_inside = list.n;
	p->encrypted_archive = list.encrypted;
}

/* A text that is shown is a text, unless there are bytes in it that no text has; one with a
 * name may be opened as a file. */
static bool may_be_file(const struct part *p, struct bytes head)
{
	bool shown = !p->is_attachment && (g_str_has_prefix(p->type, "text/") ||
					   g_str_has_prefix(p->type, "message/"));

	return !shown || (p->n_names > 0 && p->kind == PART_TEXT_PLAIN) ||
	       (head.n > 0 && memchr(head.at, '\0', MIN(head.n, 512)) != NULL);
}

/* HTML or a drawing with the same means, by what it says or looks like */
static bool is_page(const struct part *p)
{
	static const char *const endings[] = { ".htm", ".html", ".xhtml", ".shtml",
					       ".svg", ".xht",  ".mht",   ".mhtml" };
	const char *dot = p->filename == NULL ? NULL : strrchr(p->filename, '.');

	if (p->kind == PART_TEXT_HTML || g_str_has_prefix(p->type, "image/svg") ||
	    g_strcmp0(p->magic, "html") == 0)
		return true;
	for (size_t i = 0; dot != NULL && i < G_N_ELEMENTS(endings); i++)
		if (g_ascii_strcasecmp(dot, endings[i]) == 0)
			return true;
	return false;
}

static void read_page(struct reading *r, struct part *p)
{
	struct arena *scratch = arena_create();
	struct bytes content = part_content(r->m, p);

	content.n = MIN(content.n, (size_t)PAGE_BYTES);
	p->page_acts = page_acts(content_decode(scratch, content, p->encoding));
	arena_destroy(&scratch);
}

static void read_magic(struct reading *r, struct part *p)
{
	struct arena *scratch = arena_create();
	struct bytes head = part_content(r->m, p);

	head.n = MIN(head.n, (size_t)HEAD_BYTES);
	head = content_decode(scratch, head, p->encoding);
	if (may_be_file(p, head))
		p->magic = file_magic(head);
	arena_destroy(&scratch);
	if (p->is_attachment && is_page(p))
		read_page(r, p);
	read_archive(r, p);
}

/* RFC 2046 5.1.4: of alternatives a reader sees one. Does a plain one say anything? */
static bool has_plain_sibling(const struct reading *r, size_t i)
{
	int group = r->parts[i].parent;

	while (group >= 0 && strcmp(r->parts[group].type, "multipart/alternative") != 0)
		group = r->parts[group].parent;
	if (group < 0)
		return false;
	for (size_t k = (size_t)group + 1; k < r->m->n_parts; k++) {
		if (r->parts[k].depth <= r->parts[group].depth)
			break;
		if (r->parts[k].kind == PART_TEXT_PLAIN && r->texts[k].n > 0 &&
		    strspn(r->texts[k].at, " \t\r\n") < r->texts[k].n)
			return true;
	}
	return false;
}

static void join(GString *all, struct bytes text)
{
	if (text.n == 0)
		return;
	if (all->len > 0 && all->str[all->len - 1] != '\n')
		g_string_append_c(all, '\n');
	g_string_append_len(all, text.at, (gssize)text.n);
}

/* Of HTML that stands beside a plain text only what that one does not say. */
static void join_news(struct reading *r, GString *text, const bool *beside)
{
	struct alternatives *said = alternatives_begin();
	GString *news = g_string_new(NULL);

	alternatives_say(said, (struct bytes){ text->str, text->len });
	for (size_t i = 0; i < r->m->n_parts; i++) {
		if (!beside[i])
			continue;
		int shared = alternatives_shared(said, r->texts[i], WORDS_LEAST);
		int *least = &r->m->alternatives_shared;

		*least = shared >= 0 && (*least < 0 || shared < *least) ? shared : *least;
		alternatives_news(said, r->texts[i], news);
	}
	join(text, (struct bytes){ news->str, news->len });
	g_string_free(news, TRUE);
	alternatives_end(said);
}

static void join_texts(struct reading *r)
{
	GString *plain = g_string_new(NULL), *text = g_string_new(NULL);
	bool *beside = arena_new(r->a, bool, r->m->n_parts), any = false;

	for (size_t i = 0; i < r->m->n_parts; i++) {
		bool html = read_as(&r->parts[i]) == AS_HTML;

		if (r->texts[i].at == NULL)
			continue;
		if (!html)
			join(plain, r->texts[i]);
		any |= beside[i] = html && has_plain_sibling(r, i);
		if (!beside[i])
			join(text, r->texts[i]);
	}
	if (any)
		join_news(r, text, beside);
	r->m->plain_text = taken(r->a, plain);
	r->m->text = taken(r->a, text);
	r->m->html_text = taken(r->a, r->html.visible);
	r->m->hidden = taken(r->a, r->html.hidden);
}

static void read_links(struct reading *r)
{
	GArray *links = r->html.links;

	for (size_t i = 0; i < r->m->n_parts; i++)
		if (r->texts[i].at != NULL && read_as(&r->parts[i]) == AS_PLAIN &&
		    links_in_text(r->a, r->texts[i], links, LIMIT_LINKS))
			r->m->truncated |= TRUNCATED_LINKS;
	resolve_all(r);
	struct link *copy = arena_new(r->a, struct link, links->len);

	if (links->len > 0)
		memcpy(copy, links->data, links->len * sizeof(*copy));
	r->m->links = copy;
	r->m->n_links = links->len;
	g_array_free(links, TRUE);
}

/* the texts as far as links stand in them */
static void read_places(struct reading *r)
{
	for (size_t i = 0; i < r->m->n_parts; i++) {
		const struct part *p = &r->parts[i];
		enum reading_as as = read_as(p);

		if (as == AS_NOTHING)
			continue;
		struct bytes text = utf8_of(r, p);

		if (as == AS_PLAIN)
			r->texts[i] = text;
		else if (as == AS_HTML)
			html_text_read(r->a, text, &r->html);
		else
			calendar_read(r->a, text, &r->html, NULL, r->organizers);
		resolve_all(r);
	}
}

/* Files that are no parts: of a text what is read, of a winmail.dat all. */
static void read_enclosed(struct reading *r, size_t i)
{
	const struct part *p = &r->parts[i];
	bool coded = p->encoding == ENCODING_QP || p->encoding == ENCODING_BASE64;
	struct bytes content = part_content(r->m, p);

	if (p->magic != NULL && strcmp(p->magic, "tnef") == 0) {
		struct arena *scratch = arena_create();

		tnef_find(content_decode(scratch, content, p->encoding), &r->enclosed);
		arena_destroy(&scratch);
	} else if (p->encoding == ENCODING_OTHER ||
		   (!coded && p->kind == PART_TEXT_PLAIN && r->texts[i].at != NULL)) {
		uuencode_find(content, &r->enclosed);
	} else if (p->kind == PART_TEXT_PLAIN && r->texts[i].at != NULL) {
		uuencode_find(r->texts[i], &r->enclosed);
	}
}

static void read_text(struct reading *r, size_t i)
{
	switch (read_as(&r->parts[i])) {
	case AS_NOTHING:
		return;
	case AS_PLAIN:
		read_plain(r, i);
		return;
	case AS_HTML:
		read_html(r, i);
		return;
	case AS_CALENDAR:
		read_calendar(r, i);
		return;
	}
	g_assert_not_reached();
}

static void read_contents(struct reading *r)
{
	for (size_t i = 0; i < r->m->n_parts; i++) {
		struct part *p = &r->parts[i];

		if (p->kind == PART_MULTIPART || p->kind == PART_MESSAGE)
			continue;
		struct content_scan scan =
			content_look(part_content(r->m, p), p->encoding);

		p->bytes = scan.bytes;
		if (!scan.sound)
			r->m->malformed |= MALFORMED_ENCODING;
		read_magic(r, p);
		read_text(r, i);
		read_enclosed(r, i);
	}
}

static void keep_organizers(struct reading *r)
{
	const char **kept = arena_new(r->a, const char *, r->organizers->len);

	for (guint i = 0; i < r->organizers->len; i++)
		kept[i] = r->organizers->pdata[i];
	r->m->organizers = kept;
	r->m->n_organizers = r->organizers->len;
	g_ptr_array_free(r->organizers, TRUE);
}

static void read_texts(struct reading *r, const struct mime_tree *tree, bool all)
{
	struct html_text *html = &r->html;

	r->texts = arena_new(r->a, struct bytes, tree->n);
	r->places = g_hash_table_new(g_str_hash, g_str_equal);
	r->organizers = g_ptr_array_new();
	*html = (struct html_text){ .links = g_array_new(FALSE, FALSE,
							 sizeof(struct link)),
				    .places_alone = !all,
				    .max_bytes = LIMIT_TEXT_BYTES,
				    .max_links = LIMIT_LINKS };
	if (all) {
		html->visible = g_string_new(NULL);
		html->hidden = g_string_new(NULL);
		enclosures_begin(r->a, &r->enclosed);
		r->enclosed.decoder = r->m->decoder;
		r->enclosed.tnef = tnef_find;
		read_contents(r);
		enclosures_end(&r->enclosed, r->m);
		for (size_t i = 0; i < r->m->n_enclosed; i++)
			take_codes(r, r->m->enclosed[i].decoded);
	} else {
		read_places(r);
	}
	read_links(r);
	if (all)
		join_texts(r);
	r->m->truncated |= html->truncated;
	r->m->html_fields = html->fields;
	keep_organizers(r);
	g_hash_table_destroy(r->places);
}

void parts_read(struct arena *a, struct message *m, enum message_body depth)
{
	struct mime_tree tree;

	mime_read(a, m, &tree);
	m->parts = tree.parts;
	m->n_parts = tree.n;
	m->kind |= tree.kind;
	m->malformed |= tree.malformed;
	m->truncated |= tree.truncated;
	struct reading r = {
		.a = a, .m = m, .parts = tree.parts, .budget = LIMIT_TEXT_BYTES
	};

	if (depth > BODY_PARTS)
		read_texts(&r, &tree, depth == BODY_ALL);
}
