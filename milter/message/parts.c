/* What stands in the parts: texts become UTF-8, HTML becomes what its reader sees, and
 * attachments are asked what they really are. All under one budget for text and one for
 * links; a message within a message is an attachment, unless there is nothing else. */
#include "message/parts.h"

#include <glib.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "message/attachment.h"
#include "message/charset.h"
#include "message/content.h"
#include "message/enclosed.h"
#include "message/html_text.h"
#include "message/links.h"
#include "message/mime.h"

#define HEAD_BYTES (48 * 1024)      /* decoded for the magic: an ISO has its at 33 kB */
#define ZIP_BYTES (2 * 1024 * 1024) /* of content read for names: all of it, or its end */
#define META_BYTES 1024             /* where HTML may say its character set */

struct reading {
	struct arena *a;
	struct message *m;
	struct part *parts;
	struct bytes *texts; /* by part: UTF-8 of plain, visible text of HTML */
	size_t budget;       /* bytes of text still to be read */
	struct html_text html;
	struct enclosures enclosed;
};

static bool is_text(const struct part *p)
{
	return (p->kind == PART_TEXT_PLAIN || p->kind == PART_TEXT_HTML) &&
	       !p->is_attachment;
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
		r->m->cut |= CUT_TEXT;
	}
	struct bytes text = content_decode(r->a, content, p->encoding);

	if (text.n > r->budget) {
		text.n = r->budget;
		r->m->cut |= CUT_TEXT;
	}
	r->budget -= text.n;
	const char *charset = p->charset;

	if (charset == NULL && p->kind == PART_TEXT_HTML)
		charset = meta_charset(r->a, text);
	text = charset_decode(r->a, text, charset, &sound);
	if (!sound)
		r->m->broken |= BROKEN_CHARSET;
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

static void read_html(struct reading *r, size_t i)
{
	size_t before = r->html.visible->len;

	html_text_read(r->a, utf8_of(r, &r->parts[i]), &r->html);
	while (before < r->html.visible->len && r->html.visible->str[before] == '\n')
		before++;
	r->texts[i].n = r->html.visible->len - before;
	r->texts[i].at =
		arena_strndup(r->a, r->html.visible->str + before, r->texts[i].n);
}

/* names inside, from the end of the file or else from its start */
static void read_zip(struct reading *r, struct part *p)
{
	struct arena *scratch = arena_create();
	struct bytes content = part_content(r->m, p), end;
	struct zip_listing list = { 0 };

	end = p->encoding == ENCODING_BASE64 ? content_tail(content, ZIP_BYTES) : content;
	attachment_zip(r->a, content_decode(scratch, end, p->encoding), &list);
	if (list.n == 0 && end.n < content.n) {
		content.n = MIN(content.n, (size_t)ZIP_BYTES);
		attachment_zip(r->a, content_decode(scratch, content, p->encoding),
			       &list);
	}
	p->inside = list.names;
	p->n_inside = list.n;
	p->encrypted_archive = list.encrypted;
	r->m->cut |= list.cut ? CUT_ARCHIVE : 0;
	arena_destroy(&scratch);
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

static void read_magic(struct reading *r, struct part *p)
{
	struct arena *scratch = arena_create();
	struct bytes head = part_content(r->m, p);

	head.n = MIN(head.n, (size_t)HEAD_BYTES);
	head = content_decode(scratch, head, p->encoding);
	if (may_be_file(p, head))
		p->magic = attachment_magic(head);
	arena_destroy(&scratch);
	if (p->magic != NULL && strcmp(p->magic, "zip") == 0)
		read_zip(r, p);
}

/* RFC 2046 5.1.4: of alternatives a reader sees one; we take the plain one if it says
 * anything */
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

static const char *taken(struct arena *a, GString *text)
{
	const char *out = arena_strndup(a, text->str, text->len);

	g_string_free(text, TRUE);
	return out;
}

static void join_texts(struct reading *r)
{
	GString *plain = g_string_new(NULL), *text = g_string_new(NULL);

	for (size_t i = 0; i < r->m->n_parts; i++) {
		if (r->texts[i].at == NULL)
			continue;
		if (r->parts[i].kind == PART_TEXT_PLAIN) {
			join(plain, r->texts[i]);
			join(text, r->texts[i]);
		} else if (!has_plain_sibling(r, i)) {
			join(text, r->texts[i]);
		}
	}
	r->m->plain_text = taken(r->a, plain);
	r->m->text = taken(r->a, text);
	r->m->html_text = taken(r->a, r->html.visible);
	r->m->hidden = taken(r->a, r->html.hidden);
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

/* newsletters lead to few hosts over and over */
static void resolve(struct reading *r, GHashTable *places, struct link *link)
{
	const char *place = place_of(r->a, link->url);
	const struct link *known =
		place == NULL ? NULL : g_hash_table_lookup(places, place);

	if (known != NULL) {
		link->host = known->host;
		link->org = known->org;
		return;
	}
	links_resolve(r->a, link, r->html.base);
	/* the table takes non-const pointers, and nobody writes through them */
	if (place != NULL)
		g_hash_table_insert(places, (gpointer)(uintptr_t)place, link);
}

static void read_links(struct reading *r)
{
	GArray *links = r->html.links;
	GHashTable *places = g_hash_table_new(g_str_hash, g_str_equal);

	for (size_t i = 0; i < r->m->n_parts; i++)
		if (r->texts[i].at != NULL && r->parts[i].kind == PART_TEXT_PLAIN &&
		    links_in_text(r->a, r->texts[i], links, LIMIT_LINKS))
			r->m->cut |= CUT_LINKS;
	struct link *copy = arena_new(r->a, struct link, links->len);

	for (guint i = 0; i < links->len; i++) {
		copy[i] = g_array_index(links, struct link, i);
		resolve(r, places, &copy[i]);
	}
	r->m->links = copy;
	r->m->n_links = links->len;
	g_hash_table_destroy(places);
	g_array_free(links, TRUE);
}

/* the texts as far as links stand in them */
static void read_places(struct reading *r, bool inner)
{
	for (size_t i = 0; i < r->m->n_parts; i++) {
		const struct part *p = &r->parts[i];

		if (!is_text(p) || p->in_message != inner)
			continue;
		struct bytes text = utf8_of(r, p);

		if (p->kind == PART_TEXT_PLAIN)
			r->texts[i] = text;
		else
			html_text_read(r->a, text, &r->html);
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

static void read_contents(struct reading *r, bool inner)
{
	for (size_t i = 0; i < r->m->n_parts; i++) {
		struct part *p = &r->parts[i];

		if (p->kind == PART_MULTIPART || p->kind == PART_MESSAGE)
			continue;
		struct content_scan scan =
			content_look(part_content(r->m, p), p->encoding);

		p->bytes = scan.bytes;
		if (!scan.sound)
			r->m->broken |= BROKEN_ENCODING;
		read_magic(r, p);
		if (!is_text(p))
			; /* shown as a file */
		else if (p->in_message == inner && p->kind == PART_TEXT_PLAIN)
			read_plain(r, i);
		else if (p->in_message == inner)
			read_html(r, i);
		read_enclosed(r, i);
	}
}

/* nothing but a message within: then that one is what is read */
static bool only_inner_text(const struct mime_tree *tree)
{
	bool inner = false;

	for (size_t i = 0; i < tree->n; i++) {
		if (!is_text(&tree->parts[i]))
			continue;
		if (!tree->parts[i].in_message)
			return false;
		inner = true;
	}
	return inner;
}

static void read_texts(struct reading *r, const struct mime_tree *tree, bool all)
{
	struct html_text *html = &r->html;

	r->texts = arena_new(r->a, struct bytes, tree->n);
	*html = (struct html_text){ .links = g_array_new(FALSE, FALSE,
							 sizeof(struct link)),
				    .places_alone = !all,
				    .max_bytes = LIMIT_TEXT_BYTES,
				    .max_links = LIMIT_LINKS };
	if (all) {
		html->visible = g_string_new(NULL);
		html->hidden = g_string_new(NULL);
		enclosures_begin(r->a, &r->enclosed);
		read_contents(r, only_inner_text(tree));
		enclosures_end(&r->enclosed, r->m);
	} else {
		read_places(r, only_inner_text(tree));
	}
	read_links(r);
	if (all)
		join_texts(r);
	r->m->cut |= html->cut;
}

void parts_read(struct arena *a, struct message *m, enum message_body depth)
{
	struct mime_tree tree;

	mime_read(a, m, &tree);
	m->parts = tree.parts;
	m->n_parts = tree.n;
	m->kind |= tree.kind;
	m->broken |= tree.broken;
	m->cut |= tree.cut;
	struct reading r = {
		.a = a, .m = m, .parts = tree.parts, .budget = LIMIT_TEXT_BYTES
	};

	if (depth > BODY_PARTS)
		read_texts(&r, &tree, depth == BODY_ALL);
}
