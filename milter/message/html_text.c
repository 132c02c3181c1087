/* HTML as its reader sees it: what html_tree.h tells is weighed with a stack of what is inherited
 * (hidden or not, colours). */
#include "message/html_text.h"

#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "message/html_tree.h"
#include "message/inline_style.h"
#include "message/links.h"
#include "message/style_sheet.h"

#define MAX_SHEET 65536 /* newsletters have some 10 kB */
#define MAX_LINK_TEXT 1024
#define MAX_URL 2048

enum element_flags {
	ELEMENT_BLOCK = 1 << 0,  /* starts and ends a line */
	ELEMENT_SILENT = 1 << 1, /* its content is no text */
	ELEMENT_LINK = 1 << 2,
	ELEMENT_PLACE = 1 << 3,   /* leads somewhere, but encloses no text of its own */
	ELEMENT_CELL = 1 << 4,    /* a blank between it and the next */
	ELEMENT_SHEET = 1 << 5,   /* its content is a style sheet */
	ELEMENT_REFRESH = 1 << 6, /* leads on by itself */
	ELEMENT_LEADS = ELEMENT_LINK | ELEMENT_PLACE | ELEMENT_REFRESH,
};

static const unsigned char flags_of[HTML_ELEMENTS] = {
	[HTML_A] = ELEMENT_LINK,
	[HTML_ADDRESS] = ELEMENT_BLOCK,
	[HTML_ANIMATE] = ELEMENT_PLACE,
	[HTML_AREA] = ELEMENT_PLACE,
	[HTML_ARTICLE] = ELEMENT_BLOCK,
	[HTML_BLOCKQUOTE] = ELEMENT_BLOCK,
	[HTML_BR] = ELEMENT_BLOCK,
	[HTML_BUTTON] = ELEMENT_PLACE,
	[HTML_CENTER] = ELEMENT_BLOCK,
	[HTML_DD] = ELEMENT_BLOCK,
	[HTML_DIV] = ELEMENT_BLOCK,
	[HTML_DL] = ELEMENT_BLOCK,
	[HTML_DT] = ELEMENT_BLOCK,
	[HTML_EMBED] = ELEMENT_PLACE,
	[HTML_FIELDSET] = ELEMENT_BLOCK,
	[HTML_FOOTER] = ELEMENT_BLOCK,
	[HTML_FORM] = ELEMENT_BLOCK | ELEMENT_PLACE,
	[HTML_FRAME] = ELEMENT_PLACE,
	[HTML_H1] = ELEMENT_BLOCK,
	[HTML_H2] = ELEMENT_BLOCK,
	[HTML_H3] = ELEMENT_BLOCK,
	[HTML_H4] = ELEMENT_BLOCK,
	[HTML_H5] = ELEMENT_BLOCK,
	[HTML_H6] = ELEMENT_BLOCK,
	[HTML_HEADER] = ELEMENT_BLOCK,
	[HTML_HR] = ELEMENT_BLOCK,
	[HTML_IFRAME] = ELEMENT_SILENT | ELEMENT_PLACE,
	[HTML_INPUT] = ELEMENT_PLACE,
	[HTML_LI] = ELEMENT_BLOCK,
	[HTML_MAIN] = ELEMENT_BLOCK,
	[HTML_META] = ELEMENT_REFRESH,
	[HTML_NAV] = ELEMENT_BLOCK,
	[HTML_NOEMBED] = ELEMENT_SILENT,
	[HTML_NOFRAMES] = ELEMENT_SILENT,
	[HTML_OBJECT] = ELEMENT_PLACE,
	[HTML_OL] = ELEMENT_BLOCK,
	[HTML_OPTION] = ELEMENT_BLOCK,
	[HTML_P] = ELEMENT_BLOCK,
	[HTML_PRE] = ELEMENT_BLOCK,
	[HTML_SCRIPT] = ELEMENT_SILENT,
	[HTML_SECTION] = ELEMENT_BLOCK,
	[HTML_SET] = ELEMENT_PLACE,
	[HTML_STYLE] = ELEMENT_SILENT | ELEMENT_SHEET,
	[HTML_TABLE] = ELEMENT_BLOCK,
	[HTML_TD] = ELEMENT_CELL,
	[HTML_TEMPLATE] = ELEMENT_SILENT,
	[HTML_TH] = ELEMENT_CELL,
	[HTML_TITLE] = ELEMENT_SILENT,
	[HTML_TR] = ELEMENT_BLOCK,
	[HTML_UL] = ELEMENT_BLOCK,
	[HTML_USE] = ELEMENT_PLACE,
};

/* what an element says itself */
struct own {
	struct inline_style style;
	bool silent, sheet;
};

/* what it hands down */
struct frame {
	bool gone, invisible, tiny, silent, sheet;
	bool hidden; /* the sum of the above and of the colours */
	int color, background;
	size_t inside; /* whose place in the stack it inherits from */
	const struct own *own;
};

/* one place text goes to; blanks are held back until something follows */
struct sink {
	GString *out;
	size_t max;
	bool blank, line;
};

struct open_link {
	bool open;
	struct link link;
	struct sink text;
	size_t from;                /* in the visible text */
	bool seen, unseen, picture; /* visible text, hidden text, an image inside */
};

/* of the visible text */
struct stretch {
	size_t from, to;
};

struct reader {
	struct arena *a;
	struct html_text *t;
	struct sink visible, hidden;
	struct open_link link;
	GArray *linked; /* struct stretch: visible text that stands in links */
	GString *sheet; /* of the <style> that is open */
	GArray *rules;  /* struct style_rule */
	size_t depth;   /* elements open */
	struct frame stack[1 + HTML_MAX_OPEN +
			   1]; /* the page, open ones, one without content */
};

/* blanks outside ASCII, and characters without width: how many bytes, and which of both */
static size_t odd_space(const char *p, size_t left, bool *blank_r)
{
	const unsigned char *u = (const unsigned char *)p;

	*blank_r = false;
	if (left >= 2 && u[0] == 0xc2 && (u[1] == 0xa0 || u[1] == 0xad)) {
		*blank_r = u[1] == 0xa0;
		return 2;
	}
	if (left >= 2 && u[0] == 0xcd && u[1] == 0x8f) /* combining grapheme joiner */
		return 2;
	if (left < 3)
		return 0;
	if (u[0] == 0xe2 && u[1] == 0x80) { /* spaces, zero widths, directions */
		*blank_r = u[2] <= 0x8a || u[2] == 0xaf;
		return u[2] <= 0x8f || (u[2] >= 0xaa && u[2] <= 0xaf) ? 3 : 0;
	}
	if (u[0] == 0xe2 && u[1] == 0x81) {
		*blank_r = u[2] == 0x9f;
		return u[2] >= 0x9f && u[2] <= 0xaf ? 3 : 0;
	}
	if (u[0] == 0xe3 && u[1] == 0x80 && u[2] == 0x80) {
		*blank_r = true;
		return 3;
	}
	return u[0] == 0xef && u[1] == 0xbb && u[2] == 0xbf ? 3 : 0;
}

/* false: no room is left */
static bool sink_run(struct sink *s, const char *text, size_t n)
{
	if (n == 0)
		return true;
	if (s->out->len + n + 1 > s->max)
		return false;
	if (s->out->len > 0 && (s->line || s->blank))
		g_string_append_c(s->out, s->line ? '\n' : ' ');
	s->line = s->blank = false;
	g_string_append_len(s->out, text, (gssize)n);
	return true;
}

/* a blank between two letters of ASCII stays as it is */
static bool is_inner_blank(const char *text, size_t n, size_t i)
{
	return text[i] == ' ' && i + 1 < n && text[i + 1] > ' ' && text[i + 1] < 0x7f;
}

/* where letters end that are neither blank nor the begin of an odd space */
static size_t ink_end(const char *text, size_t n, size_t i)
{
	while (i < n && (unsigned char)text[i] > ' ' && (unsigned char)text[i] < 0xc2)
		i++;
	return i;
}

static bool sink_text(struct sink *s, const char *text, size_t n)
{
	size_t from = 0, i = 0, odd;
	bool blank, fits = true;
	/* where room ends, words go one by one */
	bool roomy = s->out->len + n + 2 <= s->max;

	while (i < n && fits) {
		i = ink_end(text, n, i);
		if (i == n)
			break;

		unsigned char c = (unsigned char)text[i];

		if (roomy && i > from && is_inner_blank(text, n, i)) {
			i += 2;
			continue;
		}
		odd = 0;
		blank = false;
		if (c <= ' ') {
			odd = 1;
			blank = c != '\0';
		} else if (c >= 0xc2 && c <= 0xef) {
			odd = odd_space(text + i, n - i, &blank);
		}
		if (odd == 0) {
			i++;
			continue;
		}
		fits = sink_run(s, text + from, i - from);
		s->blank |= blank;
		i += odd;
		from = i;
	}
	return fits && sink_run(s, text + from, n - from);
}

static bool has_ink(const char *text, size_t n)
{
	bool blank;

	for (size_t i = 0; i < n;) {
		size_t odd = (unsigned char)text[i] <= ' '
				     ? 1
				     : odd_space(text + i, n - i, &blank);

		if (odd == 0)
			return true;
		i += odd;
	}
	return false;
}

static void on_text(void *user, struct bytes text, size_t inside)
{
	struct reader *r = user;
	const struct frame *f = &r->stack[inside];
	const char *p = text.at;
	size_t n = text.n;

	if (f->sheet && r->sheet->len + n <= MAX_SHEET)
		g_string_append_len(r->sheet, p, (gssize)n);
	if (f->silent)
		return;
	if (!sink_text(f->hidden ? &r->hidden : &r->visible, p, n))
		r->t->truncated |= TRUNCATED_TEXT;
	if (!r->link.open)
		return;
	if (!f->hidden)
		sink_text(&r->link.text, p, n);
	if (has_ink(p, n))
		*(f->hidden ? &r->link.unseen : &r->link.seen) = true;
}

static void close_link(struct reader *r)
{
	struct open_link *l = &r->link;

	if (!l->open)
		return;
	l->open = false;
	if (!r->t->places_alone) {
		struct stretch in = { l->from, r->visible.out->len };

		g_array_append_val(r->linked, in);
	}
	if (l->text.out != NULL) {
		l->link.text = arena_strndup(r->a, l->text.out->str, l->text.out->len);
		l->link.hidden |= l->unseen && !l->seen && !l->picture;
		g_string_free(l->text.out, TRUE);
	}
	if (r->t->links->len < r->t->max_links)
		g_array_append_val(r->t->links, l->link);
	else
		r->t->truncated |= TRUNCATED_LINKS;
}

/* text   of a */
static const char *url_of(struct arena *a, const char *text)
{
	size_t n;

	while (*text != '\0' && (unsigned char)*text <= ' ')
		text++;
	n = strnlen(text, MAX_URL + 1);
	if (n > MAX_URL)
		for (n = MAX_URL; n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80; n--)
			;
	while (n > 0 && (unsigned char)text[n - 1] <= ' ')
		n--;
	return text[n] == '\0' ? text : arena_strndup(a, text, n);
}

static void open_link(struct reader *r, unsigned flags, const char *target)
{
	struct open_link *l = &r->link;

	if (flags & ELEMENT_LINK)
		close_link(r);
	if (target == NULL || target[0] == '\0' || target[0] == '#')
		return;
	if (r->t->links->len >= r->t->max_links) {
		r->t->truncated |= TRUNCATED_LINKS;
		return;
	}
	struct link link = { .url = url_of(r->a, target),
			     .text = "",
			     .hidden = r->stack[r->depth].hidden };

	if (flags & (ELEMENT_PLACE | ELEMENT_REFRESH)) {
		g_array_append_val(r->t->links, link);
		return;
	}
	*l = (struct open_link){ .open = true, .link = link };
	if (r->t->places_alone)
		return;
	l->from = r->visible.out->len;
	l->text = (struct sink){ .out = g_string_sized_new(64), .max = MAX_LINK_TEXT };
}

static void apply_style(struct frame *f, const struct inline_style *s)
{
	f->gone |= s->gone;
	if (s->visibility != STYLE_UNSET)
		f->invisible = s->visibility == STYLE_HIDDEN;
	if (s->font != STYLE_UNSET)
		f->tiny = s->font == STYLE_HIDDEN;
	if (s->color != COLOR_UNSET)
		f->color = s->color;
	if (s->background != COLOR_UNSET && s->background != COLOR_NONE)
		f->background = s->background;
}

/* what an element in this one hands down */
static struct frame frame_in(const struct frame *outer, const struct own *own)
{
	struct frame f = *outer;

	f.own = own;
	f.sheet = own != NULL && own->sheet;
	if (own == NULL)
		return f;
	f.silent |= own->silent;
	apply_style(&f, &own->style);
	f.hidden = f.gone || f.invisible || f.tiny ||
		   style_colors_alike(f.color, f.background);
	return f;
}

static void add_style(struct inline_style *to, const struct inline_style *s)
{
	to->gone |= s->gone;
	if (s->visibility != STYLE_UNSET)
		to->visibility = s->visibility;
	if (s->font != STYLE_UNSET)
		to->font = s->font;
	if (s->color != COLOR_UNSET)
		to->color = s->color;
	if (s->background != COLOR_UNSET && s->background != COLOR_NONE)
		to->background = s->background;
}

static void add_attributes(struct arena *a, struct inline_style *to,
			   const struct html_token *tag)
{
	to->gone |= html_has(tag, HTML_KEY_HIDDEN);
	if (html_has(tag, HTML_KEY_BACKGROUND))
		to->background = COLOR_UNKNOWN;
	else if (html_has(tag, HTML_KEY_BGCOLOR))
		to->background = style_color(html_value(a, tag, HTML_KEY_BGCOLOR));
	if (html_has(tag, HTML_KEY_COLOR))
		to->color = style_color(html_value(a, tag, HTML_KEY_COLOR));
	else if (html_has(tag, HTML_KEY_TEXT))
		to->color = style_color(html_value(a, tag, HTML_KEY_TEXT));
}

/* what the page's sheets say */
static void add_rules(struct reader *r, struct inline_style *to,
		      const struct html_token *tag)
{
	char *other = tag->element != HTML_OTHER
			      ? NULL
			      : g_ascii_strdown(tag->text.at, (gssize)tag->text.n);
	struct styled element = { .tag = other != NULL ? other
						       : html_element_name(tag->element),
				  .class = html_string(r->a, tag, HTML_KEY_CLASS),
				  .id = html_string(r->a, tag, HTML_KEY_ID) };

	for (guint i = 0; i < r->rules->len; i++) {
		const struct style_rule *rule =
			&g_array_index(r->rules, struct style_rule, i);

		if (style_rule_fits(rule, &element))
			add_style(to, &rule->style);
	}
	g_free(other);
}

#define STYLING_KEYS                                                                \
	(1U << HTML_KEY_STYLE | 1U << HTML_KEY_HIDDEN | 1U << HTML_KEY_BACKGROUND | \
	 1U << HTML_KEY_BGCOLOR | 1U << HTML_KEY_COLOR | 1U << HTML_KEY_TEXT)

/* what an element says of how it looks: what it is, its attributes, the page's sheets, and last
 * its own style; NULL: nothing */
static struct own *read_own(struct reader *r, const struct html_token *tag)
{
	unsigned flags = flags_of[tag->element];
	struct inline_style style;

	if ((tag->has & STYLING_KEYS) == 0 && r->rules->len == 0 &&
	    (flags & (ELEMENT_LINK | ELEMENT_SILENT)) == 0)
		return NULL;
	struct own *own = arena_new(r->a, struct own, 1);

	own->silent = (flags & ELEMENT_SILENT) != 0;
	own->sheet = (flags & ELEMENT_SHEET) != 0;
	own->style =
		(struct inline_style){ .color = COLOR_UNSET, .background = COLOR_UNSET };
	if (flags & ELEMENT_LINK)
		own->style.color =
			0x0000ee; /* browsers' own blue, unless said otherwise */
	add_attributes(r->a, &own->style, tag);
	if (r->rules->len > 0)
		add_rules(r, &own->style, tag);
	if (html_has(tag, HTML_KEY_STYLE)) {
		style_read(html_value(r->a, tag, HTML_KEY_STYLE), &style);
		add_style(&own->style, &style);
	}
	return own;
}

/* Which attribute leads somewhere, in which elements (HTML_OTHER: all that lead at all); the
 * first that is there counts. */
static const struct {
	enum html_key key;
	enum html_element element;
} target_keys[] = {
	{ HTML_KEY_ACTION, HTML_FORM },      { HTML_KEY_FORMACTION, HTML_BUTTON },
	{ HTML_KEY_FORMACTION, HTML_INPUT }, { HTML_KEY_SRC, HTML_IFRAME },
	{ HTML_KEY_SRC, HTML_FRAME },        { HTML_KEY_SRC, HTML_EMBED },
	{ HTML_KEY_DATA, HTML_OBJECT },      { HTML_KEY_VALUES, HTML_ANIMATE },
	{ HTML_KEY_TO, HTML_ANIMATE },       { HTML_KEY_TO, HTML_SET },
	{ HTML_KEY_HREF, HTML_OTHER },       { HTML_KEY_XLINK_HREF, HTML_OTHER },
};

/* "0; url='https://...'", https://html.spec.whatwg.org/ 4.2.5.3; NULL: it stays here */
static const char *refresh_url(struct arena *a, const char *content)
{
	static const char blanks[] = " \t\r\n\f";
	const char *p = content + strspn(content, blanks);

	p += strspn(p, "0123456789.");
	p += strspn(p, ";, \t\r\n\f");
	if (g_ascii_strncasecmp(p, "url", 3) == 0) {
		const char *equals = p + 3 + strspn(p + 3, blanks);

		if (*equals == '=')
			p = equals + 1 + strspn(equals + 1, blanks);
	}
	if (*p == '"' || *p == '\'')
		return arena_strndup(a, p + 1, strcspn(p + 1, *p == '"' ? "\"" : "'"));
	return *p == '\0' ? NULL : p;
}

/* <meta http-equiv=refresh> */
static const char *refresh_of(struct arena *a, const struct html_token *tag)
{
	const char *means = html_string(a, tag, HTML_KEY_HTTP_EQUIV);
	const char *content = html_string(a, tag, HTML_KEY_CONTENT);

	if (means == NULL || content == NULL || g_ascii_strcasecmp(means, "refresh") != 0)
		return NULL;
	return refresh_url(a, content);
}

/* where an element leads to; NULL: nowhere */
static const char *target_of(struct reader *r, const struct html_token *tag)
{
	if (tag->element == HTML_META)
		return refresh_of(r->a, tag);
	for (size_t i = 0; i < G_N_ELEMENTS(target_keys); i++)
		if (html_has(tag, target_keys[i].key) &&
		    (target_keys[i].element == HTML_OTHER ||
		     tag->element == target_keys[i].element))
			return html_string(r->a, tag, target_keys[i].key);
	return NULL;
}

static void take_base(struct reader *r, const struct html_token *tag)
{
	const char *target = html_string(r->a, tag, HTML_KEY_HREF);

	if (target != NULL && r->t->base == NULL)
		r->t->base = url_of(r->a, target);
}

/* HTML 4.10.5: a type that is not known is a text, but many need no reader's hand */
static unsigned field_of(struct arena *a, const struct html_token *tag)
{
	static const char *const others[] = { "hidden", "submit",   "button",
					      "image",  "checkbox", "radio",
					      "reset",  "range",    "color" };

	const char *type = html_string(a, tag, HTML_KEY_TYPE);

	if (tag->element == HTML_TEXTAREA)
		return HTML_FIELD_TEXT;
	for (size_t i = 0; type != NULL && i < G_N_ELEMENTS(others); i++)
		if (g_ascii_strcasecmp(type, others[i]) == 0)
			return 0;
	if (type != NULL && g_ascii_strcasecmp(type, "password") == 0)
		return HTML_FIELD_PASSWORD;
	return type != NULL && g_ascii_strcasecmp(type, "file") == 0 ? HTML_FIELD_FILE
								     : HTML_FIELD_TEXT;
}

static void end_line(struct reader *r, unsigned flags)
{
	if (flags & ELEMENT_BLOCK)
		r->visible.line = r->hidden.line = true;
	if (flags & (ELEMENT_CELL | ELEMENT_BLOCK))
		r->visible.blank = r->hidden.blank = r->link.text.blank = true;
}

static void *on_open(void *user, const struct html_token *tag, size_t inside)
{
	struct reader *r = user;
	enum html_element element = tag->element;
	unsigned flags = flags_of[element];
	struct own *own = read_own(r, tag);
	struct frame *f = &r->stack[++r->depth];

	*f = frame_in(&r->stack[inside], own);
	f->inside = inside;
	end_line(r, flags);
	if (flags & ELEMENT_LEADS)
		open_link(r, flags, target_of(r, tag));
	if (element == HTML_IMG)
		r->link.picture |= !f->gone;
	else if (element == HTML_INPUT || element == HTML_TEXTAREA)
		r->t->fields |= field_of(r->a, tag);
	else if (element == HTML_BASE)
		take_base(r, tag);
	return own;
}

static void on_reopen(void *user, enum html_element element, void *own, size_t inside)
{
	struct reader *r = user;
	struct frame *f = &r->stack[++r->depth];

	(void)element;
	*f = frame_in(&r->stack[inside], own);
	f->inside = inside;
}

static void end_sheet(struct reader *r)
{
	style_sheet_read(r->a, (struct bytes){ r->sheet->str, r->sheet->len }, r->rules);
	g_string_truncate(r->sheet, 0);
}

static void on_close(void *user, enum html_element element, void *own, bool moved)
{
	struct reader *r = user;
	unsigned flags = flags_of[element];

	(void)own;
	r->depth--;
	if (moved)
		return;
	if (flags & ELEMENT_LINK)
		close_link(r);
	if (flags & ELEMENT_SHEET)
		end_sheet(r);
	end_line(r, flags);
}

static void on_drop(void *user, enum html_element element, void *own)
{
	(void)own;
	if (flags_of[element] & ELEMENT_LINK)
		close_link(user);
}

/* <body> and <html>: what is open already stands in it, too */
static void on_page(void *user, const struct html_token *tag)
{
	struct reader *r = user;
	const struct own *own = read_own(r, tag);

	if (own == NULL)
		return;
	r->stack[0] = frame_in(&r->stack[0], own);
	for (size_t i = 1; i <= r->depth; i++) {
		size_t inside = r->stack[i].inside;

		r->stack[i] = frame_in(&r->stack[inside], r->stack[i].own);
		r->stack[i].inside = inside;
	}
}

/* the same, when nobody asks what a reader sees */
static void *on_place(void *user, const struct html_token *tag, size_t inside)
{
	struct reader *r = user;
	unsigned flags = flags_of[tag->element];

	(void)inside;
	if (flags & ELEMENT_LEADS)
		open_link(r, flags, target_of(r, tag));
	else if (tag->element == HTML_BASE)
		take_base(r, tag);
	return NULL;
}

static void on_place_end(void *user, enum html_element element, void *own, bool moved)
{
	(void)own;
	if (!moved && (flags_of[element] & ELEMENT_LINK))
		close_link(user);
}

/* Some readers read on inside of a comment that is a condition: its links count, its texts are not
 * looked at. A link that everybody sees there, too, is one. */
static void on_comment(void *user, struct bytes comment)
{
	struct reader *r = user;
	struct bytes inside = bytes_trimmed(comment, BLANKS_OF_MAIL);

	if (!bytes_hold(inside, 0, bytes_of("[if")))
		return;
	const char *p = arena_strndup(r->a, inside.at, inside.n);

	while ((p = strcasestr(p, "href")) != NULL) {
		p += 4;
		p += strspn(p, " \t\r\n");
		if (*p != '=')
			continue;
		p += 1 + strspn(p + 1, " \t\r\n");
		const char *end = *p == '"' || *p == '\'' ? strchr(p + 1, *p) : NULL;

		if (end == NULL)
			continue;
		open_link(
			r, ELEMENT_PLACE,
			arena_strndup(r->a, p + 1, MIN((size_t)(end - p - 1), MAX_URL)));
		p = end;
	}
}

/* Addresses in the running text, which mail programs make links of. What stands in a link leads
 * where that one does. */
static void read_bare_links(struct reader *r, size_t from)
{
	const struct bytes all = { r->visible.out->str, r->visible.out->len };

	for (guint i = 0; i <= r->linked->len; i++) {
		bool last = i == r->linked->len;
		struct stretch in = last ? (struct stretch){ all.n, all.n }
					 : g_array_index(r->linked, struct stretch, i);
		struct bytes gap = { all.at + from, in.from - from };

		if (in.from < from)
			continue;
		if (links_in_text(r->a, gap, r->t->links, r->t->max_links))
			r->t->truncated |= TRUNCATED_LINKS;
		from = in.to;
	}
}

static const struct html_listener all_of_it = {
	.open = on_open,
	.reopen = on_reopen,
	.close = on_close,
	.drop = on_drop,
	.text = on_text,
	.comment = on_comment,
	.page = on_page,
};

static const struct html_listener only_places = {
	.open = on_place,
	.close = on_place_end,
	.drop = on_drop,
	.comment = on_comment,
};

static bool ends_in(const char *at, size_t n, const char *word)
{
	size_t k = strlen(word);

	return n >= k && strncasecmp(at + n - k, word, k) == 0;
}

/* does it hold anything that leads somewhere? Not to be missed: a name and "=" */
static bool may_lead(struct bytes html)
{
	static const char *const leading[] = { "href", "action", "src", "content",
					       "data" };
	const char *end = html.at + html.n, *p = html.at;

	for (; p < end && (p = memchr(p, '=', (size_t)(end - p))) != NULL; p++) {
		size_t n = (size_t)(p - html.at);

		while (n > 0 && (unsigned char)html.at[n - 1] <= ' ')
			n--;
		for (size_t i = 0; i < G_N_ELEMENTS(leading); i++)
			if (ends_in(html.at, n, leading[i]))
				return true;
	}
	return false;
}

typedef void html_teller(struct bytes html, const struct html_listener *l, void *user);

static void read_from(struct arena *a, struct bytes html, struct html_text *t,
		      html_teller *tell)
{
	struct reader *r = g_malloc(sizeof(*r));

	memset(r, 0, offsetof(struct reader, stack));
	r->stack[0] = (struct frame){ .color = 0x000000, .background = 0xffffff };
	r->a = a;
	r->t = t;
	r->visible =
		(struct sink){ .out = t->visible, .max = t->max_bytes, .line = true };
	r->hidden = (struct sink){ .out = t->hidden, .max = t->max_bytes, .line = true };
	r->sheet = g_string_new(NULL);
	r->rules = g_array_new(FALSE, FALSE, sizeof(struct style_rule));
	r->linked = g_array_new(FALSE, FALSE, sizeof(struct stretch));
	size_t before = t->places_alone ? 0 : t->visible->len;

	tell(html, t->places_alone ? &only_places : &all_of_it, r);
	close_link(r);
	if (!t->places_alone)
		read_bare_links(r, before);
	g_array_free(r->linked, TRUE);
	g_string_free(r->sheet, TRUE);
	g_array_free(r->rules, TRUE);
	g_free(r);
}

void html_text_read(struct arena *a, struct bytes html, struct html_text *t)
{
	if (!t->places_alone || may_lead(html))
		read_from(a, html, t, html_tree_read);
}
