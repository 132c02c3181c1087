/* The wall around GMime's parser. GMime finds the parts; what it finds is copied into flat
 * rows with places in the raw bytes, and its objects go at once. Nothing is ever written
 * back through it. It builds several objects for each part and each header of a part, so it
 * only gets to see as much of a body as a look beforehand has found to be bounded. */
#include "message/mime.h"

#include <glib.h>
#include <gmime/gmime.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "message/content.h"
#include "message/headers.h"
#include "message/mime_budget.h"
#include "message/parameters.h"
#include "message/unicode.h"

#define MAX_TYPE 8192   /* of the message's own Content-Type */
#define MAX_BOUNDARY 70 /* RFC 2046 5.1.1 */
#define FIELDS_MOST 4   /* of one name in one part that are read */
#define AGAIN_TIMES 2   /* the message's size: read as a part of a part, or another way */
#define AGAIN_LEAST 65536
#define MAX_PARAMETER 100 /* of a type or charset kept */

/* a boundary that ends all that stands in its multipart */
struct fence {
	const char *boundary;
	const struct fence *outer;
};

struct place {
	int depth, parent;
	bool in_message;
	const struct fence *fence; /* NULL: no multipart is around it */
};

/* what one pass of GMime reads: the message, or a message within that was encoded */
struct walk {
	struct arena *a;
	GArray *parts;
	struct mime_tree *tree;
	size_t body_at; /* in the raw message */
	size_t head;    /* of what GMime read, before the body */
	struct bytes raw;
	const struct bytes *in; /* raw, where it is not the message's own; NULL */
	size_t *again;          /* bytes that may still be read a second time */
	guint first;            /* index of its outermost part */
	struct place top;       /* and where that one stands */
};

/* the type of a multipart without a usable boundary, with the one that it seems to have: its first
 * "--" line; NULL: there is none */
static const char *guessed_type(struct arena *a, struct bytes body)
{
	size_t at = 0;

	while (at + 2 < body.n) {
		const char *line = body.at + at;
		const char *lf = memchr(line, '\n', body.n - at);
		size_t n = lf == NULL ? body.n - at : (size_t)(lf - line);

		while (n > 0 && g_ascii_isspace(line[n - 1]))
			n--;
		if (n > 2 && n <= 2 + MAX_BOUNDARY && line[0] == '-' && line[1] == '-' &&
		    memchr(line, '"', n) == NULL && memchr(line, '\\', n) == NULL)
			return arena_printf(a, " multipart/mixed; boundary=\"%.*s\"",
					    (int)(n - 2), line + 2);
		if (lf == NULL)
			break;
		at = (size_t)(lf - body.at) + 1;
	}
	return NULL;
}

static void append_text(GByteArray *out, const char *text, size_t n)
{
	if (n > 0)
		g_byte_array_append(out, (const guint8 *)text, (guint)n);
}

static void add_header(GByteArray *out, const struct message *m, const char *name)
{
	const struct header *h = headers_find(m->headers, m->n_headers, name, 0);

	if (h == NULL)
		return;
	append_text(out, name, strlen(name));
	append_text(out, ":", 1);
	append_text(out, h->value.at, MIN(h->value.n, (size_t)MAX_TYPE));
	append_text(out, "\r\n", 2);
}

/* only the fields that tell the structure, and the body: our own splitter and GMime cannot
 * disagree where the header ends */
static GByteArray *structure(const struct message *m, struct bytes type,
			     struct bytes body, size_t *head_r)
{
	GByteArray *out = g_byte_array_sized_new((guint)body.n + 1024);

	if (type.n > 0) {
		append_text(out, "Content-Type:", 13);
		append_text(out, type.at, MIN(type.n, (size_t)MAX_TYPE));
		append_text(out, "\r\n", 2);
	}
	add_header(out, m, "Content-Transfer-Encoding");
	add_header(out, m, "Content-Disposition");
	add_header(out, m, "Content-Name");
	add_header(out, m, "Content-Description");
	append_text(out, "\r\n", 2);
	*head_r = out->len;
	append_text(out, body.at, body.n);
	return out;
}

/* valid UTF-8 in lower case, cut where a name would not be that long */
static const char *lowered(struct arena *a, const char *text)
{
	if (text == NULL || text[0] == '\0')
		return NULL;
	return unicode_lower(
		a,
		unicode_valid(a, (struct bytes){ text, strnlen(text, MAX_PARAMETER) }));
}

/* raw values of all fields of a name, up to a few */
static size_t raw_values(GMimeObject *object, const char *name,
			 struct bytes value_r[FIELDS_MOST])
{
	GMimeHeaderList *list = g_mime_object_get_header_list(object);
	int n = MIN(g_mime_header_list_get_count(list), LIMIT_HEADERS);
	size_t found = 0;

	for (int i = 0; i < n && found < FIELDS_MOST; i++) {
		GMimeHeader *h = g_mime_header_list_get_header_at(list, i);
		const char *value = g_mime_header_get_raw_value(h);

		if (value != NULL &&
		    g_ascii_strcasecmp(g_mime_header_get_name(h), name) == 0)
			value_r[found++] = bytes_of(value);
	}
	return found;
}

/* Content-Disposition first, as readers prefer it; then what else readers show for a name */
static void names_of(struct arena *a, GMimeObject *object, struct part *p)
{
	static const struct {
		const char *field, *parameter;
	} places[] = {
		{ "Content-Disposition", "filename" },
		{ "Content-Type", "name" },
		{ "Content-Disposition", "name" },
		{ "Content-Type", "filename" },
		{ "Content-Name", NULL },
		{ "Content-Description", NULL },
		{ "Content-Location", NULL },
	};
	GPtrArray *all = g_ptr_array_new();
	struct bytes value[FIELDS_MOST];

	for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
		size_t n = raw_values(object, places[i].field, value);

		for (size_t k = 0; k < n; k++)
			if (places[i].parameter != NULL)
				parameters_find(a, value[k], places[i].parameter, all);
			else if (all->len == 0)
				parameters_add_text(a, value[k], all);
	}
	const char **names = arena_new(a, const char *, all->len);

	for (guint i = 0; i < all->len; i++)
		names[i] = all->pdata[i];
	p->names = names;
	p->n_names = all->len;
	p->filename = all->len == 0 ? NULL : names[0];
	g_ptr_array_free(all, TRUE);
}

static enum part_kind kind_of(const char *type)
{
	static const struct {
		const char *type;
		enum part_kind kind;
	} kinds[] = {
		{ "text/plain", PART_TEXT_PLAIN },
		{ "text/html", PART_TEXT_HTML },
		{ "application/xhtml+xml", PART_TEXT_HTML },
		{ "text/calendar", PART_CALENDAR },
		{ "message/rfc822", PART_MESSAGE },
		{ "message/global", PART_MESSAGE },
		{ "message/news", PART_MESSAGE },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (strcmp(type, kinds[i].type) == 0)
			return kinds[i].kind;
	if (g_str_has_prefix(type, "text/") || g_str_has_prefix(type, "message/"))
		return PART_TEXT_OTHER;
	return g_str_has_prefix(type, "multipart/") ? PART_MULTIPART : PART_ATTACHMENT;
}

/* what a type alone tells; RFC 8551 3.2.2 for smime-type */
static unsigned kind_bits(struct arena *a, const char *type, GMimeObject *object)
{
	const char *smime, *method;

	if (strcmp(type, "multipart/signed") == 0)
		return MESSAGE_SIGNED;
	if (strcmp(type, "multipart/encrypted") == 0)
		return MESSAGE_ENCRYPTED;
	if (strcmp(type, "multipart/report") == 0)
		return MESSAGE_REPORT;
	if (strcmp(type, "text/calendar") == 0) {
		method = g_mime_object_get_content_type_parameter(object, "method");
		return method == NULL ? 0 : MESSAGE_CALENDAR;
	}
	if (strcmp(type, "application/pkcs7-mime") != 0 &&
	    strcmp(type, "application/x-pkcs7-mime") != 0)
		return 0;
	smime = lowered(a,
			g_mime_object_get_content_type_parameter(object, "smime-type"));
	if (smime == NULL)
		return MESSAGE_ENCRYPTED; /* the older use of the type */
	if (strcmp(smime, "signed-data") == 0)
		return MESSAGE_SIGNED;
	return strcmp(smime, "certs-only") == 0 ? 0 : MESSAGE_ENCRYPTED;
}

static enum part_encoding encoding_of(GMimePart *part)
{
	switch (g_mime_part_get_content_encoding(part)) {
	case GMIME_CONTENT_ENCODING_DEFAULT:
	case GMIME_CONTENT_ENCODING_7BIT:
		return ENCODING_7BIT;
	case GMIME_CONTENT_ENCODING_8BIT:
	case GMIME_CONTENT_ENCODING_BINARY:
		return ENCODING_8BIT;
	case GMIME_CONTENT_ENCODING_BASE64:
		return ENCODING_BASE64;
	case GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE:
		return ENCODING_QP;
	case GMIME_CONTENT_ENCODING_UUENCODE:
	default:
		return ENCODING_OTHER;
	}
}

/* shown in the text, and so no attachment: pictures that say they are */
static bool is_inline_picture(const char *type, const char *disposition,
			      GMimeObject *object)
{
	if (!g_str_has_prefix(type, "image/"))
		return false;
	if (disposition != NULL && strcmp(disposition, "inline") != 0)
		return false;
	return disposition != NULL || g_mime_object_get_content_id(object) != NULL;
}

static bool is_attachment(const struct part *p, GMimeObject *object)
{
	GMimeContentDisposition *d = g_mime_object_get_content_disposition(object);
	const char *said =
		d == NULL ? NULL : g_mime_content_disposition_get_disposition(d);

	if (said != NULL && g_ascii_strcasecmp(said, "attachment") == 0)
		return p->kind != PART_MULTIPART;
	if (p->kind != PART_ATTACHMENT)
		return p->kind == PART_MESSAGE && p->filename != NULL;
	return !is_inline_picture(p->type, said, object);
}

static size_t in_raw(const struct walk *w, gint64 offset)
{
	size_t at = offset < (gint64)w->head ? w->body_at
					     : w->body_at + (size_t)offset - w->head;

	return MIN(at, w->raw.n);
}

/* after the last header of an object and the empty line; without a header, where the part
 * around it starts */
static size_t content_start(const struct walk *w, GMimeObject *object, int parent)
{
	GMimeHeaderList *list = g_mime_object_get_header_list(object);
	int n = g_mime_header_list_get_count(list);

	if (n == 0)
		return parent < 0 ? w->body_at
				  : g_array_index(w->parts, struct part, parent).start;
	GMimeHeader *last = g_mime_header_list_get_header_at(list, n - 1);
	const char *value = g_mime_header_get_raw_value(last);

	return in_raw(w, g_mime_header_get_offset(last) +
				 (gint64)strlen(g_mime_header_get_raw_name(last)) + 1 +
				 (gint64)(value == NULL ? 0 : strlen(value)));
}

static void leaf_place(const struct walk *w, GMimePart *leaf, struct part *p)
{
	GMimeDataWrapper *content = g_mime_part_get_content(leaf);
	GMimeStream *stream =
		content == NULL ? NULL : g_mime_data_wrapper_get_stream(content);

	if (stream == NULL)
		return;
	gint64 end = stream->bound_end < 0
			     ? g_mime_stream_length(stream) + stream->bound_start
			     : stream->bound_end;

	p->start = in_raw(w, stream->bound_start);
	p->end = MAX(p->start, in_raw(w, end));
	/* GMime leaves half of a CRLF before a boundary that ends the file */
	if (p->end > p->start && p->end < w->raw.n && w->raw.at[p->end] == '\n' &&
	    w->raw.at[p->end - 1] == '\r')
		p->end--;
}

static void take(struct walk *w, GMimeObject *object, struct place at);

/* RFC 2046 5.1.1: the body has one or more parts, and a closing delimiter */
static void take_children(struct walk *w, GMimeMultipart *multi, struct place at)
{
	int n = g_mime_multipart_get_count(multi);

	if (n == 0 || !multi->write_end_boundary ||
	    g_mime_object_get_content_type_parameter((GMimeObject *)multi, "boundary") ==
		    NULL)
		w->tree->malformed |= MALFORMED_BOUNDARY;
	for (int i = 0; i < n; i++)
		take(w, g_mime_multipart_get_part(multi, i), at);
}

static void take_inside(struct walk *w, GMimeObject *object, struct place at)
{
	GMimeMessage *inner;

	if (GMIME_IS_MULTIPART(object)) {
		take_children(w, (GMimeMultipart *)object, at);
	} else if (GMIME_IS_MESSAGE_PART(object)) {
		inner = g_mime_message_part_get_message((GMimeMessagePart *)object);
		at.in_message = true;
		if (inner != NULL)
			take(w, g_mime_message_get_mime_part(inner), at);
	}
}

/* a container ends where the last part in it does */
static void close_container(struct walk *w, guint index)
{
	struct part *p = &g_array_index(w->parts, struct part, index);

	for (guint i = index + 1; i < w->parts->len; i++)
		if (g_array_index(w->parts, struct part, i).in == p->in)
			p->end = MAX(p->end, g_array_index(w->parts, struct part, i).end);
}

static void take_again(struct walk *w, GMimeObject *object, guint index);
static void take_guessed(struct walk *w, guint index, const struct fence *fence);

static const struct fence *fence_of(const struct walk *w, GMimeObject *object,
				    const struct fence *outer)
{
	const char *boundary =
		GMIME_IS_MULTIPART(object)
			? g_mime_object_get_content_type_parameter(object, "boundary")
			: NULL;

	if (boundary == NULL)
		return outer;
	struct fence *fence = arena_new(w->a, struct fence, 1);

	*fence = (struct fence){ arena_strdup(w->a, boundary), outer };
	return fence;
}

static void take(struct walk *w, GMimeObject *object, struct place at)
{
	struct part p = { .depth = at.depth,
			  .parent = at.parent,
			  .in_message = at.in_message,
			  .in = w->in };
	guint index = w->parts->len;

	if (object == NULL)
		return;
	if (at.depth > LIMIT_DEPTH || index >= LIMIT_PARTS) {
		w->tree->truncated |=
			at.depth > LIMIT_DEPTH ? TRUNCATED_DEPTH : TRUNCATED_PARTS;
		return;
	}
	char *type =
		g_mime_content_type_get_mime_type(g_mime_object_get_content_type(object));

	p.type = lowered(w->a, type);
	g_free(type);
	p.kind = GMIME_IS_MULTIPART(object) ? PART_MULTIPART : kind_of(p.type);
	p.charset = lowered(w->a,
			    g_mime_object_get_content_type_parameter(object, "charset"));
	names_of(w->a, object, &p);
	p.is_attachment = is_attachment(&p, object);
	p.start = p.end = content_start(w, object, at.parent);
	if (GMIME_IS_PART(object)) {
		p.encoding = encoding_of((GMimePart *)object);
		leaf_place(w, (GMimePart *)object, &p);
	}
	if (!at.in_message)
		w->tree->kind |= kind_bits(w->a, p.type, object);
	g_array_append_val(w->parts, p);
	const struct fence *fence = fence_of(w, object, at.fence);

	take_inside(w, object,
		    (struct place){ at.depth + 1, (int)index, at.in_message, fence });
	close_container(w, index);
	take_again(w, object, index);
	if (p.kind == PART_MULTIPART && w->parts->len == index + 1 && index != w->first)
		take_guessed(w, index, at.fence);
}

/* all parts of the message, as if it had this Content-Type */
static void read_as(struct walk *w, const struct message *m, struct bytes type)
{
	struct bytes body = { m->raw.at + m->body_at, m->raw.n - m->body_at };
	size_t n = mime_budget(body, type);

	w->tree->truncated |= n < body.n ? TRUNCATED_PARTS : 0;
	body.n = n;
	GMimeStream *stream =
		g_mime_stream_mem_new_with_byte_array(structure(m, type, body, &w->head));
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);

	g_mime_parser_set_persist_stream(parser, TRUE);
	GMimeObject *top = g_mime_parser_construct_part(parser, NULL);

	g_array_set_size(w->parts, w->first);
	take(w, top, w->top);
	if (top != NULL)
		g_object_unref(top);
	g_object_unref(parser);
	g_object_unref(stream);
}

static bool mentions(struct bytes text, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= text.n; i++)
		if (strncasecmp(text.at + i, word, n) == 0)
			return true;
	return false;
}

/* RFC 2045 5.2: without these fields, the body is plain text as it stands */
static bool says_nothing(const struct message *m)
{
	static const char *const names[] = { "Content-Type", "Content-Transfer-Encoding",
					     "Content-Disposition" };

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (headers_find(m->headers, m->n_headers, names[i], 0) != NULL)
			return false;
	return true;
}

/* RFC 2046 5.2.1 forbids a message within to be encoded, and programs open it all the same:
 * as a message/rfc822 or as a file of its name */
static bool is_encoded_message(const struct part *p)
{
	if (p->kind == PART_MESSAGE)
		return true;
	for (size_t i = 0; i < p->n_names; i++)
		if (p->kind != PART_MULTIPART && g_str_has_suffix(p->names[i], ".eml"))
			return true;
	return false;
}

static void take_message(struct walk *w, guint index);

/* no parts in it: what GMime can tell stands in the header fields alone */
static void read_leaf(struct walk *w, const struct message *m, struct bytes type)
{
	struct message bare = *m;

	bare.raw.n = m->body_at;
	read_as(w, &bare, type);
	if (w->parts->len == w->first) /* too deep, or too many */
		return;
	g_array_index(w->parts, struct part, w->first).start = m->body_at;
	g_array_index(w->parts, struct part, w->first).end = m->raw.n;
	if (is_encoded_message(&g_array_index(w->parts, struct part, w->first)))
		take_message(w, w->first);
}

static bool found_nothing(const struct walk *w)
{
	for (guint i = w->first; i < w->parts->len; i++)
		if (g_array_index(w->parts, struct part, i).kind != PART_MULTIPART)
			return false;
	return true;
}

/* a multipart in which no part was found is shown as text by most readers */
static void read_as_text(struct walk *w, const struct message *m)
{
	struct part text = { .kind = PART_TEXT_PLAIN,
			     .type = "text/plain",
			     .in = w->in,
			     .depth = w->top.depth,
			     .parent = w->top.parent,
			     .in_message = w->top.in_message,
			     .start = m->body_at,
			     .end = m->raw.n };

	if (w->parts->len >= LIMIT_PARTS || text.depth >= LIMIT_DEPTH)
		return;
	if (w->parts->len > w->first) {
		text.depth++;
		text.parent = (int)w->first;
	}
	g_array_append_val(w->parts, text);
	g_array_index(w->parts, struct part, w->first).start = m->body_at;
	for (guint i = w->first; i + 1 < w->parts->len; i++)
		close_container(w, i);
}

/* once more, with the boundary that it seems to have */
static void read_guessing(struct walk *w, const struct message *m)
{
	struct bytes body = { m->raw.at + m->body_at, m->raw.n - m->body_at };
	const char *type = guessed_type(w->a, body);

	w->tree->malformed |= MALFORMED_BOUNDARY;
	if (type != NULL)
		read_as(w, m, bytes_of(type));
}

static void take_other_types(struct walk *w, const struct message *m);

/* all parts of the message in w->raw */
static void read_message(struct walk *w, const struct message *m)
{
	const struct header *type =
		headers_find(m->headers, m->n_headers, "Content-Type", 0);
	struct bytes said = type == NULL ? (struct bytes){ "", 0 } : type->value;

	if (says_nothing(m))
		read_as_text(w, m);
	else if (mentions(said, "multipart") || mentions(said, "message"))
		read_as(w, m, said);
	else
		read_leaf(w, m, said);
	if (found_nothing(w))
		read_guessing(w, m);
	if (found_nothing(w))
		read_as_text(w, m);
	take_other_types(w, m);
}

/* pays for reading so much once more; false: that was too much */
static bool may_read_again(struct walk *w, size_t n)
{
	if (n > *w->again || w->parts->len >= LIMIT_PARTS) {
		w->tree->truncated |=
			w->parts->len >= LIMIT_PARTS ? TRUNCATED_PARTS : TRUNCATED_DEPTH;
		return false;
	}
	*w->again -= n;
	return true;
}

/* another pass, over bytes that belong to the part at index */
static struct walk walk_within(const struct walk *w, guint index, struct bytes raw)
{
	struct bytes *in = arena_new(w->a, struct bytes, 1);
	struct walk sub = *w;

	*in = raw;
	sub.raw = raw;
	sub.in = in;
	sub.body_at = 0;
	sub.first = w->parts->len;
	sub.top = (struct place){
		.depth = g_array_index(w->parts, struct part, index).depth + 1,
		.parent = (int)index,
		.in_message = true,
	};
	return sub;
}

static struct bytes decoded(const struct walk *w, guint index)
{
	const struct part *p = &g_array_index(w->parts, struct part, index);

	return content_decode(w->a,
			      (struct bytes){ w->raw.at + p->start, p->end - p->start },
			      p->encoding);
}

static void take_message(struct walk *w, guint index)
{
	struct bytes raw = decoded(w, index);
	struct header_block block;

	if (raw.n == 0 || !may_read_again(w, raw.n))
		return;
	headers_split(w->a, raw, &block);
	struct message inner = { .raw = raw,
				 .body_at = block.body_at,
				 .headers = block.fields,
				 .n_headers = block.n };
	struct walk sub = walk_within(w, index, raw);

	sub.body_at = inner.body_at;
	w->tree->truncated |= block.truncated;
	read_message(&sub, &inner);
}

/* what a Content-Type says first, as "text/html" */
static const char *type_said(struct arena *a, struct bytes value)
{
	struct bytes flat = header_unfold(a, value);
	size_t n = 0;

	while (n < flat.n && flat.at[n] != ';' && flat.at[n] != ' ')
		n++;
	return lowered(a, arena_strndup(a, flat.at, n));
}

static void take_view(struct walk *w, guint index, struct bytes content,
		      struct bytes type)
{
	struct message inner = { .raw = content };
	struct walk sub = walk_within(w, index, content);

	if (!may_read_again(w, content.n))
		return;
	if (mentions(type, "multipart") || mentions(type, "message"))
		read_as(&sub, &inner, type);
	else
		read_leaf(&sub, &inner, type);
	if (found_nothing(&sub))
		g_array_set_size(w->parts, sub.first);
}

static bool is_fence(struct bytes text, size_t at, const struct fence *fence)
{
	if (!bytes_hold(text, at, bytes_of("--")))
		return false;
	for (; fence != NULL; fence = fence->outer)
		if (bytes_hold(text, at + 2, bytes_of(fence->boundary)))
			return true;
	return false;
}

/* what stands before the next line that is a boundary of a multipart around it */
static struct bytes before_fence(struct bytes text, const struct fence *fence)
{
	size_t at = 0;

	while (at < text.n && !is_fence(text, at, fence)) {
		const char *lf = memchr(text.at + at, '\n', text.n - at);

		at = lf == NULL ? text.n : (size_t)(lf - text.at) + 1;
	}
	return (struct bytes){ text.at, at };
}

/* A multipart in which nothing was found: its boundary is missing, or written so that it cannot
 * be read. Mail programs that are more generous show its parts. */
static void take_guessed(struct walk *w, guint index, const struct fence *fence)
{
	const struct part *p = &g_array_index(w->parts, struct part, index);
	struct bytes rest = { w->raw.at + p->start, w->raw.n - p->start };
	struct bytes content = before_fence(rest, fence);
	const char *type = guessed_type(w->a, content);

	if (type != NULL)
		take_view(w, index, content, bytes_of(type));
}

/* The ways to read a part that its fields leave open. Readers take the first Content-Type
 * or the last one, the first boundary or the last one. */
struct views {
	guint index;
	struct bytes content;
	const char *used; /* the boundary that was read; NULL */
	struct bytes type[FIELDS_MOST];
	size_t n;
};

static void take_boundaries(struct walk *w, const struct views *v, const char *said,
			    const GPtrArray *boundaries)
{
	for (guint i = 0; i < boundaries->len; i++) {
		const char *boundary = boundaries->pdata[i];

		if (g_strcmp0(boundary, v->used) == 0 ||
		    strpbrk(boundary, "\"\\") != NULL)
			continue;
		w->tree->malformed |= MALFORMED_DUPLICATE;
		take_view(w, v->index, v->content,
			  bytes_of(arena_printf(w->a, " %s; boundary=\"%s\"", said,
						boundary)));
	}
}

static void take_views(struct walk *w, const struct views *v)
{
	for (size_t i = 0; i < v->n; i++) {
		GPtrArray *boundaries = g_ptr_array_new();
		const char *said = type_said(w->a, v->type[i]);
		const char *known = g_array_index(w->parts, struct part, v->index).type;
		bool same = i > 0 && bytes_equal(v->type[i], v->type[0]);

		parameters_find(w->a, v->type[i], "boundary", boundaries);
		if (said == NULL || same || (v->n == 1 && boundaries->len < 2))
			; /* there is only one way */
		else if (g_str_has_prefix(said, "multipart/"))
			take_boundaries(w, v, said, boundaries);
		else if (g_strcmp0(said, known) != 0) {
			w->tree->malformed |= MALFORMED_DUPLICATE;
			take_view(w, v->index, v->content, v->type[i]);
		}
		g_ptr_array_free(boundaries, TRUE);
	}
}

static void take_again(struct walk *w, GMimeObject *object, guint index)
{
	struct views v = { .index = index };
	const struct part *p = &g_array_index(w->parts, struct part, index);
	bool leaf = GMIME_IS_PART(object);

	v.n = raw_values(object, "Content-Type", v.type);
	v.used = g_mime_object_get_content_type_parameter(object, "boundary");
	v.content = (struct bytes){ w->raw.at + p->start, w->raw.n - p->start };
	if (leaf && v.n > 1)
		v.content = decoded(w, index);
	if (leaf && is_encoded_message(p))
		take_message(w, index);
	take_views(w, &v);
}

/* GMime gets to see the first Content-Type of the message alone */
static void take_other_types(struct walk *w, const struct message *m)
{
	struct views v = { .index = w->first };
	const struct header *type;

	if (w->parts->len == w->first)
		return;
	v.content = (struct bytes){ m->raw.at + m->body_at, m->raw.n - m->body_at };
	while (v.n < FIELDS_MOST && (type = headers_find(m->headers, m->n_headers,
							 "Content-Type", v.n)) != NULL)
		v.type[v.n++] = type->value;
	if (v.n < 2)
		return;
	GPtrArray *boundaries = g_ptr_array_new();

	parameters_find(w->a, v.type[0], "boundary", boundaries);
	v.used = boundaries->len == 0 ? NULL : boundaries->pdata[0];
	g_ptr_array_free(boundaries, TRUE);
	take_views(w, &v);
}

void mime_read(struct arena *a, const struct message *m, struct mime_tree *tree_r)
{
	size_t again = MAX(m->raw.n * AGAIN_TIMES, (size_t)AGAIN_LEAST);
	struct walk w = { .a = a,
			  .tree = tree_r,
			  .body_at = m->body_at,
			  .raw = m->raw,
			  .again = &again,
			  .top = { .parent = -1 } };

	*tree_r = (struct mime_tree){ 0 };
	w.parts = g_array_new(FALSE, FALSE, sizeof(struct part));
	read_message(&w, m);
	tree_r->n = w.parts->len;
	tree_r->parts = arena_new(a, struct part, tree_r->n);
	memcpy(tree_r->parts, w.parts->data, tree_r->n * sizeof(struct part));
	g_array_free(w.parts, TRUE);
}

/* RFC 5322 3.2.2: comments may stand between the parts of a date */
static const char *without_comments(struct arena *a, struct bytes value)
{
	char *out = arena_alloc(a, value.n + 1);
	size_t n = 0;
	int depth = 0;

	for (size_t i = 0; i < value.n; i++) {
		char c = value.at[i];

		depth += c == '(';
		if (depth == 0)
			out[n++] = c == '\0' ? ' ' : c;
		else if (c == '\\')
			i++;
		if (c == ')' && depth > 0)
			depth--;
	}
	return header_unfold(a, (struct bytes){ out, n }).at;
}

int64_t mime_date(struct arena *a, struct bytes value)
{
	GDateTime *date = g_mime_utils_header_decode_date(without_comments(a, value));
	int64_t s = date == NULL ? 0 : g_date_time_to_unix(date);

	if (date != NULL)
		g_date_time_unref(date);
	return s;
}

void mime_library_init(void)
{
	g_mime_init();
}
