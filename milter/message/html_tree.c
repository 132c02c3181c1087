/* The rules of the standard in the few shapes they have: what a start tag ends, what an end tag
 * reaches, which formats (<b>, <font>, <a> ...) go on behind the end of what they stand in, and
 * what a table throws out. Left out is what changes nothing but the order of a tree, <head>,
 * <frameset>, and quirks mode (a <table> ends a <p>). */
#include "message/html_tree.h"

#include <glib.h>
#include <string.h>

#include "message/html_reference.h"

#define MAX_PENDING 64 /* formats that wait for a text; browsers keep three of a kind */
#define MAX_PAGES \
	16 /* <html> and <body> of one document; browsers add up what they say */

enum space { SPACE_HTML, SPACE_SVG, SPACE_MATH };

struct open_element {
	enum html_element element;
	unsigned flags;
	enum space space;
	bool holds_html;   /* SVG or MathML, but what is inside is HTML */
	unsigned markers;  /* open when it was put away */
	struct bytes name; /* as it is written */
	void *own;         /* the listener's */
};

struct tree {
	struct html_tokens tokens;
	const struct html_listener *listener;
	void *user;
	GString *decoded;
	size_t depth, n_pending;
	unsigned markers, pages;
	unsigned short count[HTML_ELEMENTS]; /* open ones of each */
	struct open_element open[HTML_MAX_OPEN];
	struct open_element pending[MAX_PENDING];
};

static const struct open_element *top(const struct tree *t)
{
	static const struct open_element page;

	return t->depth == 0 ? &page : &t->open[t->depth - 1];
}

/* directly in an element of SVG or MathML? */
static bool is_in_foreign(const struct tree *t)
{
	return top(t)->space != SPACE_HTML;
}

/* is what begins next read as SVG or MathML? */
static bool is_foreign(const struct tree *t)
{
	return is_in_foreign(t) && !top(t)->holds_html;
}

/* the table that is open and that no template hides; t->depth: none */
static size_t table_of(const struct tree *t)
{
	if (t->count[HTML_TABLE] == 0)
		return t->depth;
	for (size_t i = t->depth; i-- > 0;) {
		const struct open_element *e = &t->open[i];

		if (e->element == HTML_TABLE)
			return i;
		if (e->element == HTML_TEMPLATE && e->space == SPACE_HTML)
			break;
	}
	return t->depth;
}

/* in how many open elements a text stands: one between rows and cells stands before the table */
static size_t inside(const struct tree *t)
{
	return (top(t)->flags & HTML_IS_ROWS) ? table_of(t) : t->depth;
}

static void leave(struct tree *t, bool moved)
{
	const struct open_element *e = &t->open[--t->depth];

	t->count[e->element]--;
	t->markers -= (e->flags & HTML_IS_MARKER) != 0;
	t->listener->close(t->user, e->element, e->own, moved);
}

/* a format that waits will not be opened again */
static void drop_pending(struct tree *t, size_t i)
{
	t->listener->drop(t->user, t->pending[i].element, t->pending[i].own);
	t->n_pending--;
	memmove(t->pending + i, t->pending + i + 1,
		(t->n_pending - i) * sizeof(t->pending[0]));
}

static void enter(struct tree *t, const struct open_element *e)
{
	g_assert(t->depth < HTML_MAX_OPEN);
	t->open[t->depth++] = *e;
	t->count[e->element]++;
	t->markers += (e->flags & HTML_IS_MARKER) != 0;
}

static void reenter(struct tree *t, struct open_element e)
{
	if (t->listener->reopen != NULL)
		t->listener->reopen(t->user, e.element, e.own, inside(t));
	enter(t, &e);
}

/* The outer half is forgotten: all are closed, and the inner half is opened anew. */
static void make_room(struct tree *t)
{
	if (t->depth < HTML_MAX_OPEN)
		return;
	while (t->depth > 0)
		leave(t, t->depth > HTML_MAX_OPEN / 2);
	while (t->n_pending > 0)
		drop_pending(t, t->n_pending - 1);
	for (size_t i = HTML_MAX_OPEN / 2; i < HTML_MAX_OPEN; i++)
		reenter(t, t->open[i]);
}

static void put_away(struct tree *t, const struct open_element *e)
{
	if (t->n_pending == MAX_PENDING)
		drop_pending(t, 0);
	t->pending[t->n_pending] = *e;
	t->pending[t->n_pending++].markers = t->markers;
}

/* Ends what is open from this place on. Formats go on behind it, from the place `first` on, but
 * not those that something else keeps. */
static void close_formats_from(struct tree *t, size_t from, size_t first)
{
	size_t end = t->depth, kept = from;

	for (size_t i = from; i < end && !(t->open[i].flags & HTML_IS_MARKER); i++)
		kept = i + 1;
	while (t->depth > from) {
		size_t last = t->depth - 1;

		leave(t, last >= first && last < kept &&
				 (t->open[last].flags & HTML_IS_FORMAT));
	}
	while (t->n_pending > 0 && t->pending[t->n_pending - 1].markers > t->markers)
		drop_pending(t, t->n_pending - 1);
	for (size_t i = first; i < kept; i++)
		if (t->open[i].flags & HTML_IS_FORMAT)
			put_away(t, &t->open[i]);
}

/* ends the element at this place, and all that is open in it */
static void close_from(struct tree *t, size_t from)
{
	close_formats_from(t, from, from + 1);
}

/* ends all that is open in the element at this place */
static void close_inside(struct tree *t, size_t at)
{
	close_formats_from(t, at + 1, at + 1);
}

/* Ends the element at this place alone; those in it stay open, but for what stands between it
 * and `block`, if that is no format. */
static void close_alone(struct tree *t, size_t at, size_t block)
{
	size_t end = t->depth;

	while (t->depth > at + 1)
		leave(t, t->depth - 1 >= block ||
				 (t->open[t->depth - 1].flags & HTML_IS_FORMAT));
	leave(t, false);
	for (size_t i = at + 1; i < end; i++)
		if (i >= block || (t->open[i].flags & HTML_IS_FORMAT))
			reenter(t, t->open[i]);
}

/* Formats that were put away are opened before what stands in them. */
static void reopen_formats(struct tree *t)
{
	size_t from = t->n_pending, end = t->n_pending;

	while (from > 0 && t->pending[from - 1].markers == t->markers)
		from--;
	t->n_pending = from;
	for (size_t i = from; i < end; i++) {
		make_room(t);
		reenter(t, t->pending[i]);
	}
}

/* what ends a search for an element that an end tag may reach */
#define SCOPE_OF_LIST (HTML_IS_SCOPE | HTML_IS_LIST)

static bool ends_scope(const struct open_element *e, unsigned barriers)
{
	return (e->flags & barriers) != 0 || e->holds_html;
}

/* where an element is open within reach; t->depth: nowhere */
static size_t find_open(const struct tree *t, enum html_element element,
			unsigned barriers)
{
	if (t->count[element] > 0)
		for (size_t i = t->depth; i-- > 0;) {
			if (t->open[i].element == element &&
			    t->open[i].space == SPACE_HTML)
				return i;
			if (ends_scope(&t->open[i], barriers))
				break;
		}
	return t->depth;
}

static void close_if_open(struct tree *t, enum html_element element, unsigned barriers)
{
	size_t at = find_open(t, element, barriers);

	if (at < t->depth)
		close_from(t, at);
}

/* a <button> keeps its paragraphs */
static size_t open_p(const struct tree *t)
{
	size_t p = find_open(t, HTML_P, HTML_IS_SCOPE);
	size_t button =
		p < t->depth ? find_open(t, HTML_BUTTON, HTML_IS_SCOPE) : t->depth;

	return button < t->depth && button > p ? t->depth : p;
}

static void close_p(struct tree *t)
{
	size_t at = open_p(t);

	if (at < t->depth)
		close_from(t, at);
}

/* <li>, <dd> and <dt> end their elder brother */
static void close_item(struct tree *t, enum html_element one, enum html_element other)
{
	for (size_t i = t->depth; i-- > 0;) {
		const struct open_element *e = &t->open[i];

		if (e->element == one || e->element == other) {
			close_from(t, i);
			return;
		}
		if ((e->flags & HTML_IS_SPECIAL) && e->element != HTML_ADDRESS &&
		    e->element != HTML_DIV && e->element != HTML_P)
			return;
	}
}

/* the last format of this kind */
static void close_format(struct tree *t, enum html_element element, unsigned barriers)
{
	for (size_t i = t->n_pending; i-- > 0 && t->pending[i].markers == t->markers;)
		if (t->pending[i].element == element) {
			drop_pending(t, i);
			return;
		}
	size_t at = find_open(t, element, barriers), block = at + 1;

	if (at >= t->depth)
		return;
	while (block < t->depth && !(t->open[block].flags & HTML_IS_SPECIAL))
		block++;
	if (block < t->depth)
		close_alone(t, at, block);
	else
		close_from(t, at);
}

static void open_and_close(struct tree *t, const struct html_token *tag)
{
	void *own = t->listener->open(t->user, tag, inside(t));

	t->listener->close(t->user, tag->element, own, false);
}

/* an element of SVG or MathML whose content is HTML again */
static bool holds_html(enum space space, const struct html_token *tag)
{
	enum html_element e = tag->element;

	if (space == SPACE_SVG)
		return e == HTML_FOREIGNOBJECT || e == HTML_DESC || e == HTML_TITLE;
	if (e == HTML_ANNOTATION_XML && html_has(tag, HTML_KEY_ENCODING)) {
		struct bytes encoding = tag->values[HTML_KEY_ENCODING];

		return (encoding.n == 9 &&
			g_ascii_strncasecmp(encoding.at, "text/html", 9) == 0) ||
		       (encoding.n == 21 &&
			g_ascii_strncasecmp(encoding.at, "application/xhtml+xml", 21) ==
				0);
	}
	return e == HTML_MI || e == HTML_MN || e == HTML_MO || e == HTML_MS ||
	       e == HTML_MTEXT;
}

static bool belongs_into_table(enum html_element e)
{
	return e == HTML_STYLE || e == HTML_SCRIPT || e == HTML_TEMPLATE ||
	       e == HTML_FORM || (html_element_flags(e) & HTML_IS_TABLE_PART) != 0;
}

static void open_element(struct tree *t, const struct html_token *tag, enum space space)
{
	enum html_element element = tag->element;
	struct open_element e = {
		.element = element,
		.flags = space == SPACE_HTML ? html_element_flags(element) : 0,
		.space = space,
		.holds_html = space != SPACE_HTML && holds_html(space, tag),
		.name = tag->text,
	};

	make_room(t);
	e.own = t->listener->open(t->user, tag,
				  belongs_into_table(element) ? t->depth : inside(t));
	enter(t, &e);
	if (space != SPACE_HTML && tag->self_closing)
		leave(t, false);
}

/* what a table makes itself where it is not written */
static void open_implied(struct tree *t, enum html_element element)
{
	const struct html_token tag = { .kind = HTML_TOKEN_START_TAG,
					.text = bytes_of(html_element_name(element)),
					.element = element };

	open_element(t, &tag, SPACE_HTML);
}

/* the element of a table that this part belongs into, or the table, where that is not open */
static size_t place_of_part(const struct tree *t, size_t table, enum html_element part)
{
	bool is_cell = part == HTML_TD || part == HTML_TH;
	size_t i = t->depth - 1;

	for (; i > table; i--) {
		enum html_element e = t->open[i].element;

		if ((t->open[i].flags & HTML_IS_ROWS) && e != HTML_COLGROUP &&
		    (is_cell || (part == HTML_TR && e != HTML_TR)))
			break;
	}
	return i;
}

/* <td> and its like: what of the table is open beyond what it belongs into is closed. Without a
 * table there is none. */
static void start_table_part(struct tree *t, const struct html_token *tag)
{
	enum html_element part = tag->element;
	bool is_cell = part == HTML_TD || part == HTML_TH;
	size_t table = table_of(t);

	if (table == t->depth)
		return;
	close_inside(t, place_of_part(t, table, part));
	if ((is_cell || part == HTML_TR) && top(t)->element == HTML_TABLE)
		open_implied(t, HTML_TBODY);
	if (is_cell && top(t)->element != HTML_TR)
		open_implied(t, HTML_TR);
	if (html_element_flags(part) & HTML_IS_VOID)
		open_and_close(t, tag);
	else
		open_element(t, tag, SPACE_HTML);
}

/* a table between the rows of another one ends that */
static void close_table_before(struct tree *t)
{
	size_t table = table_of(t);

	if (table == t->depth)
		return;
	for (size_t i = t->depth - 1; i > table; i--)
		if (t->open[i].flags & HTML_IS_MARKER)
			return;
	close_from(t, table);
}

/* what a start tag ends, beyond paragraphs */
static void close_before(struct tree *t, enum html_element element)
{
	enum html_element last = top(t)->element;

	if (top(t)->flags & html_element_flags(element) & HTML_IS_HEADING)
		close_from(t, t->depth - 1);
	else if (element == HTML_LI)
		close_item(t, HTML_LI, HTML_LI);
	else if (element == HTML_DD || element == HTML_DT)
		close_item(t, HTML_DD, HTML_DT);
	else if (element == HTML_A)
		close_format(t, element, HTML_IS_MARKER);
	else if (element == HTML_NOBR)
		close_format(t, element, HTML_IS_SCOPE);
	else if (element == HTML_BUTTON)
		close_if_open(t, HTML_BUTTON, HTML_IS_SCOPE);
	else if (last == HTML_OPTION &&
		 (element == HTML_OPTION || element == HTML_OPTGROUP))
		close_from(t, t->depth - 1);
	else if (last >= HTML_RB && last <= HTML_RTC && element >= HTML_RB &&
		 element <= HTML_RTC)
		close_from(t, t->depth - 1);
	else if (element == HTML_TABLE)
		close_table_before(t);
}

static void start_page(struct tree *t, const struct html_token *tag)
{
	if (t->listener->page != NULL && t->count[HTML_TEMPLATE] == 0 &&
	    t->pages++ < MAX_PAGES)
		t->listener->page(t->user, tag);
}

static void start_other(struct tree *t, const struct html_token *tag)
{
	unsigned flags = html_element_flags(tag->element);
	bool formats = !(flags & (HTML_IS_QUIET | HTML_IS_ENDS_P));

	if (flags & HTML_IS_ENDS_P)
		close_p(t);
	close_before(t, tag->element);
	if (formats)
		reopen_formats(t);
	if (flags & HTML_IS_VOID) {
		open_and_close(t, tag);
		return;
	}
	open_element(t, tag,
		     tag->element == HTML_SVG    ? SPACE_SVG
		     : tag->element == HTML_MATH ? SPACE_MATH
						 : SPACE_HTML);
	t->tokens.content = html_element_content(tag->element);
	t->tokens.ended_by = tag->text;
}

static void start_html(struct tree *t, struct html_token *tag)
{
	switch ((int)tag->element) {
	case HTML_HTML:
	case HTML_BODY:
		start_page(t, tag);
		return;
	case HTML_HEAD:
	case HTML_FRAMESET:
		return;
	case HTML_IMAGE:
		tag->element = HTML_IMG;
		break;
	default:
		break;
	}
	if (html_element_flags(tag->element) & HTML_IS_TABLE_PART)
		start_table_part(t, tag);
	else
		start_other(t, tag);
}

static bool breaks_out(const struct html_token *tag)
{
	return (html_element_flags(tag->element) & HTML_IS_BREAKOUT) ||
	       (tag->element == HTML_FONT &&
		(html_has(tag, HTML_KEY_COLOR) || html_has(tag, HTML_KEY_FACE) ||
		 html_has(tag, HTML_KEY_SIZE)));
}

static void leave_foreign(struct tree *t)
{
	while (is_foreign(t))
		leave(t, false);
}

/* an <svg> in <annotation-xml> is HTML's */
static bool is_html_tag(const struct tree *t, const struct html_token *tag)
{
	return !is_foreign(t) ||
	       (tag->element == HTML_SVG && top(t)->element == HTML_ANNOTATION_XML &&
		top(t)->space == SPACE_MATH);
}

static void on_start(struct tree *t, struct html_token *tag)
{
	if (is_foreign(t) && breaks_out(tag))
		leave_foreign(t);
	if (is_html_tag(t, tag))
		start_html(t, tag);
	else
		open_element(t, tag, top(t)->space);
}

static bool is_named(const struct open_element *e, const struct html_token *tag)
{
	return e->element == tag->element &&
	       (e->element != HTML_OTHER ||
		(e->name.n == tag->text.n &&
		 g_ascii_strncasecmp(e->name.at, tag->text.at, e->name.n) == 0));
}

/* in SVG and MathML; false: what is open there is none of it */
static bool end_foreign(struct tree *t, const struct html_token *tag)
{
	for (size_t i = t->depth; i-- > 0 && t->open[i].space != SPACE_HTML;)
		if (is_named(&t->open[i], tag)) {
			close_from(t, i);
			return true;
		}
	return false;
}

/* what the standard calls any other end tag */
static void end_other(struct tree *t, const struct html_token *tag)
{
	if (t->count[tag->element] == 0)
		return;
	for (size_t i = t->depth; i-- > 0;) {
		const struct open_element *e = &t->open[i];

		if (e->space == SPACE_HTML && is_named(e, tag)) {
			close_from(t, i);
			return;
		}
		if ((e->flags & HTML_IS_SPECIAL) || e->holds_html)
			return;
	}
}

static void end_heading(struct tree *t)
{
	for (size_t i = t->depth; i-- > 0 && !ends_scope(&t->open[i], HTML_IS_SCOPE);)
		if (t->open[i].flags & HTML_IS_HEADING) {
			close_from(t, i);
			return;
		}
}

static void end_table_part(struct tree *t, enum html_element element)
{
	size_t table = table_of(t);

	for (size_t i = t->depth; i-- > table;)
		if (t->open[i].element == element) {
			close_from(t, i);
			return;
		}
}

static void end_form(struct tree *t)
{
	size_t at = find_open(t, HTML_FORM, HTML_IS_SCOPE);

	if (at < t->depth)
		close_alone(t, at, at + 1);
}

/* an end tag that stands for a whole element: </p> where none is open, </br> */
static void end_as_start(struct tree *t, struct html_token *tag)
{
	tag->has = 0;
	start_html(t, tag);
	if (tag->element == HTML_P)
		close_p(t);
}

static void end_html(struct tree *t, struct html_token *tag)
{
	enum html_element e = tag->element;
	unsigned flags = html_element_flags(e);

	if (e == HTML_BR || (e == HTML_P && open_p(t) == t->depth))
		end_as_start(t, tag);
	else if (e == HTML_P)
		close_p(t);
	else if (e == HTML_FORM)
		end_form(t);
	else if (flags & HTML_IS_HEADING)
		end_heading(t);
	else if (flags & HTML_IS_FORMAT)
		close_format(t, e, HTML_IS_SCOPE);
	else if (e == HTML_LI)
		close_if_open(t, e, SCOPE_OF_LIST);
	else if (e == HTML_TABLE || (flags & HTML_IS_TABLE_PART))
		end_table_part(t, e);
	else if ((flags & HTML_IS_SPECIAL) && e != HTML_NOSCRIPT)
		close_if_open(t, e, HTML_IS_SCOPE);
	else
		end_other(t, tag);
}

static void on_end(struct tree *t, struct html_token *tag)
{
	if (!is_in_foreign(t))
		end_html(t, tag);
	else if (tag->element == HTML_BR || tag->element == HTML_P) {
		leave_foreign(t);
		end_html(t, tag);
	} else if (!end_foreign(t, tag))
		end_html(t, tag);
}

/* a text that is no content of its own kind, and not of SVG or MathML */
static bool is_data(const struct tree *t)
{
	return !is_foreign(t) &&
	       html_element_content(top(t)->element) == HTML_CONTENT_DATA;
}

static void on_text(struct tree *t, const struct html_token *token)
{
	struct bytes text = token->text;

	if (t->n_pending > 0 && is_data(t))
		reopen_formats(t);
	if (t->listener->text == NULL)
		return;
	if (token->coded) {
		g_string_truncate(t->decoded, 0);
		html_decode(t->decoded, text, false);
		text = (struct bytes){ t->decoded->str, t->decoded->len };
	}
	t->listener->text(t->user, text, inside(t));
}

static void on_token(struct tree *t, struct html_token *token)
{
	switch (token->kind) {
	case HTML_TOKEN_END:
		return;
	case HTML_TOKEN_TEXT:
		on_text(t, token);
		return;
	case HTML_TOKEN_START_TAG:
		on_start(t, token);
		return;
	case HTML_TOKEN_END_TAG:
		on_end(t, token);
		return;
	case HTML_TOKEN_COMMENT:
		if (t->listener->comment != NULL)
			t->listener->comment(t->user, token->text);
		return;
	}
	g_assert_not_reached();
}

void html_tree_read(struct bytes html, const struct html_listener *listener, void *user)
{
	struct tree *t = g_malloc(sizeof(*t));
	struct html_token token;

	memset(t, 0, offsetof(struct tree, open));
	t->tokens.html = html;
	t->listener = listener;
	t->user = user;
	t->decoded = g_string_new(NULL);
	do {
		t->tokens.foreign = is_in_foreign(t);
		html_next(&t->tokens, &token);
		on_token(t, &token);
	} while (token.kind != HTML_TOKEN_END);
	while (t->depth > 0)
		leave(t, false);
	while (t->n_pending > 0)
		drop_pending(t, t->n_pending - 1);
	g_string_free(t->decoded, TRUE);
	g_free(t);
}
