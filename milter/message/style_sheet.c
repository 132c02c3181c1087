/* Rules of <style> that a filter must know: what they hide is not read by people. Colours of
 * letters are taken as unknown, because the ground they stand on may come from a rule that is
 * too clever for us. */
#include "message/style_sheet.h"

#include <string.h>
#include <strings.h>

#define MAX_RULES 100 /* that hide or show; sheets of newsletters have some 20 */
#define MAX_NAME 64   /* of a class */

static bool is_name_char(char c)
{
	return g_ascii_isalnum(c) || c == '-' || c == '_' || (unsigned char)c >= 0x80;
}

static size_t name_length(const char *p, const char *end)
{
	size_t n = 0;

	while (p + n < end && n <= MAX_NAME && is_name_char(p[n]))
		n++;
	return n > MAX_NAME ? 0 : n;
}

/* tag, .class, #id, tag.class, tag#id; false: something else */
static bool read_selector(struct arena *a, const char *p, const char *end,
			  struct style_rule *rule)
{
	while (p < end && g_ascii_isspace(*p))
		p++;
	while (end > p && g_ascii_isspace(end[-1]))
		end--;
	size_t n = name_length(p, end);

	if (n > 0) {
		char *tag = arena_strndup(a, p, n);

		for (char *c = tag; *c != '\0'; c++)
			*c = g_ascii_tolower(*c);
		rule->tag = tag;
	}
	p += n;
	if (p == end)
		return n > 0;
	char mark = *p++;

	n = name_length(p, end);
	if (n == 0 || p + n != end)
		return false;
	if (mark == '.')
		rule->class = arena_strndup(a, p, n);
	else if (mark == '#')
		rule->id = arena_strndup(a, p, n);
	else
		return false;
	return true;
}

static bool matters(const struct inline_style *s)
{
	return s->gone || s->visibility != STYLE_UNSET || s->font != STYLE_UNSET ||
	       s->color != COLOR_UNSET || s->background != COLOR_UNSET;
}

/* one block for all of "a, .b, #c" */
static void add_rules(struct arena *a, struct bytes selectors, struct bytes block,
		      GArray *rules)
{
	const char *p = selectors.at, *end = p + selectors.n;
	struct inline_style style;

	style_read(block, &style);
	if (!matters(&style))
		return;
	if (style.color >= 0 && !style_colors_alike(style.color, style.background))
		style.color = COLOR_UNKNOWN;
	while (p < end && rules->len < MAX_RULES) {
		const char *comma = memchr(p, ',', (size_t)(end - p));
		const char *stop = comma == NULL ? end : comma;
		struct style_rule rule = { .style = style };

		if (read_selector(a, p, stop, &rule))
			g_array_append_val(rules, rule);
		p = stop + 1;
	}
}

/* the same bytes without comments; "<!--" and "-->" are none, but stand around old sheets */
static struct bytes without_comments(struct arena *a, struct bytes css)
{
	char *out = arena_alloc(a, css.n + 1);
	const char *p = css.at, *end = css.at + css.n;
	size_t n = 0;

	while (p < end) {
		size_t left = (size_t)(end - p);
		const char *close;

		if (left >= 2 && memcmp(p, "/*", 2) == 0) {
			close = memmem(p + 2, left - 2, "*/", 2);
			p = close == NULL ? end : close + 2;
		} else if (left >= 4 && memcmp(p, "<!--", 4) == 0) {
			p += 4;
		} else if (left >= 3 && memcmp(p, "-->", 3) == 0) {
			p += 3;
		} else {
			out[n++] = *p++;
		}
	}
	return (struct bytes){ out, n };
}

/* behind the "}" that fits the "{" at p */
static const char *skip_block(const char *p, const char *end)
{
	int depth = 0;

	for (; p < end; p++) {
		depth += *p == '{';
		if (*p == '}' && --depth == 0)
			return p + 1;
	}
	return end;
}

/* @media that holds for everybody with a screen: behind its "{"; NULL: it is another */
static const char *enter_media(const char *p, const char *end)
{
	static const char *const all[] = { "@media all", "@media screen",
					   "@media only screen" };
	const char *open = memchr(p, '{', (size_t)(end - p));
	size_t n = open == NULL ? 0 : (size_t)(open - p);

	while (n > 0 && g_ascii_isspace(p[n - 1]))
		n--;
	for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
		if (n == strlen(all[i]) && g_ascii_strncasecmp(p, all[i], n) == 0)
			return open + 1;
	return NULL;
}

/* @media and its like hold for some readers only; @import and its like end at ";" */
static const char *skip_at_rule(const char *p, const char *end)
{
	while (p < end && *p != ';' && *p != '{')
		p++;
	if (p == end)
		return end;
	return *p == ';' ? p + 1 : skip_block(p, end);
}

void style_sheet_read(struct arena *a, struct bytes css, GArray *rules)
{
	css = without_comments(a, css);
	const char *p = css.at, *end = css.at + css.n;
	size_t entered = 0; /* at-rules around */

	while (p < end && rules->len < MAX_RULES) {
		if (g_ascii_isspace(*p) || (*p == '}' && entered > 0)) {
			entered -= *p == '}';
			p++;
			continue;
		}
		if (*p == '@') {
			const char *inside = enter_media(p, end);

			entered += inside != NULL;
			p = inside != NULL ? inside : skip_at_rule(p, end);
			continue;
		}
		const char *open = memchr(p, '{', (size_t)(end - p));

		if (open == NULL)
			return;
		const char *close = memchr(open, '}', (size_t)(end - open));

		if (close == NULL)
			close = end;
		add_rules(a, (struct bytes){ p, (size_t)(open - p) },
			  (struct bytes){ open + 1, (size_t)(close - open) - 1 }, rules);
		p = close + 1;
	}
}

/* is it one of the words of a class attribute? */
static bool has_class(const char *list, const char *class)
{
	size_t n = strlen(class);

	while (list != NULL && *list != '\0') {
		size_t word = strcspn(list, " \t\r\n\f");

		if (word == n && memcmp(list, class, n) == 0)
			return true;
		list += word;
		list += strspn(list, " \t\r\n\f");
	}
	return false;
}

bool style_rule_fits(const struct style_rule *rule, const struct styled *element)
{
	if (rule->tag != NULL && strcmp(rule->tag, element->tag) != 0)
		return false;
	if (rule->class != NULL && !has_class(element->class, rule->class))
		return false;
	return rule->id == NULL ||
	       (element->id != NULL && strcmp(rule->id, element->id) == 0);
}
