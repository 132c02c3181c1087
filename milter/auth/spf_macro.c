/* See spf_macro.h. One reader of "%{...}" serves the check and the expansion, so that what
 * passed the first cannot surprise the second. */
#include "auth/spf_macro.h"

#include <glib.h>

#include "base/limits.h"

#define PARTS_MAX 1000 /* more than any name has; keeps the digits from overflowing */

/* where reading stands */
struct cursor {
	const char *at, *end;
};

/* one item of a macro string: a plain character (letter 0), or "%{...}" taken apart */
struct item {
	char letter;  /* lower case; '%' for %%, %_ and %- */
	char literal; /* the plain character, or what stands behind the % */
	bool escaped; /* an upper case letter: the value is URL-escaped */
	bool reversed;
	unsigned parts; /* 0: all */
	struct bytes delimiters;
};

static bool one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

/* after "%{" */
static bool item_letters(struct cursor *c, struct item *it)
{
	bool counted = false;

	if (c->at == c->end || !one_of(g_ascii_tolower(*c->at), "slodiphv"))
		return false;
	it->escaped = g_ascii_isupper(*c->at);
	it->letter = g_ascii_tolower(*c->at++);
	for (; c->at < c->end && g_ascii_isdigit(*c->at); c->at++) {
		it->parts = MIN(it->parts * 10 + (unsigned)(*c->at - '0'), PARTS_MAX);
		counted = true;
	}
	if (counted && it->parts == 0)
		return false;
	it->reversed = c->at < c->end && g_ascii_tolower(*c->at) == 'r';
	c->at += it->reversed;
	it->delimiters.at = c->at;
	while (c->at < c->end && one_of(*c->at, ".-+,/_="))
		c->at++;
	it->delimiters.n = (size_t)(c->at - it->delimiters.at);
	return c->at < c->end && *c->at++ == '}';
}

static bool item_next(struct cursor *c, struct item *it)
{
	*it = (struct item){ .literal = *c->at++ };
	if (it->literal != '%')
		return it->literal >= 0x21 && it->literal <= 0x7e;
	if (c->at == c->end)
		return false;
	it->letter = '%';
	it->literal = *c->at++;
	return one_of(it->literal, "%_-") || (it->literal == '{' && item_letters(c, it));
}

/* *ends_in_macro_r: the last item was a macro, %% and the like among them */
static bool string_ok(struct bytes text, bool *ends_in_macro_r)
{
	struct cursor c = { .at = text.at, .end = text.at + text.n };
	struct item it = { 0 };

	while (c.at < c.end)
		if (!item_next(&c, &it))
			return false;
	*ends_in_macro_r = it.letter != '\0';
	return true;
}

bool spf_macro_string_ok(struct bytes text)
{
	bool ends_in_macro;

	return string_ok(text, &ends_in_macro);
}

/* the last label of a literal end: letters, digits and inner hyphens, not all digits */
static bool top_label(const char *from, const char *to)
{
	bool letter = false;

	if (from == to || *from == '-' || to[-1] == '-')
		return false;
	for (; from < to; from++) {
		if (g_ascii_isalpha(*from) || *from == '-')
			letter = true;
		else if (!g_ascii_isdigit(*from))
			return false;
	}
	return letter;
}

bool spf_macro_domain_ok(struct bytes text)
{
	const char *end = text.at + text.n, *label;
	bool ends_in_macro;

	if (text.n == 0 || !string_ok(text, &ends_in_macro))
		return false;
	if (ends_in_macro)
		return true;
	if (end[-1] == '.')
		end--;
	label = end;
	while (label > text.at && !one_of(label[-1], ".}%"))
		label--;
	/* a top label has a dot before it, and something before the dot */
	return label - text.at >= 2 && label[-1] == '.' && top_label(label, end);
}

bool spf_macro_asks_name(struct bytes spec)
{
	struct cursor c = { .at = spec.at, .end = spec.at + spec.n };
	struct item it = { 0 };

	while (c.at < c.end && item_next(&c, &it))
		if (it.letter == 'p')
			return true;
	return false;
}

/* ---- expansion ---- */

static void append_address(const struct spf_who *who, GString *out)
{
	if (!who->ipv6) {
		g_string_append(out, who->text);
		return;
	}
	for (int i = 0; i < 16; i++)
		g_string_append_printf(out, "%s%x.%x", i == 0 ? "" : ".",
				       who->address.s6_addr[i] >> 4,
				       who->address.s6_addr[i] & 15);
}

static void append_value(char letter, const struct spf_macros *m, GString *out)
{
	const char *sender = m->who->sender, *at = strrchr(sender, '@');

	g_assert(at != NULL);
	switch (letter) {
	case 's':
		g_string_append(out, sender);
		break;
	case 'l':
		g_string_append_len(out, sender, at - sender);
		break;
	case 'o':
		g_string_append(out, at + 1);
		break;
	case 'd':
		g_string_append(out, m->domain);
		break;
	case 'i':
		append_address(m->who, out);
		break;
	case 'p':
		g_string_append(out, m->name == NULL ? "unknown" : m->name);
		break;
	case 'v':
		g_string_append(out, m->who->ipv6 ? "ip6" : "in-addr");
		break;
	case 'h':
		g_string_append(out, m->who->helo);
		break;
	default:
		g_assert_not_reached();
	}
}

static GArray *value_split(const GString *value, struct bytes delimiters)
{
	GArray *parts = g_array_new(FALSE, FALSE, sizeof(struct bytes));
	struct bytes part = { .at = value->str };

	if (delimiters.n == 0)
		delimiters = bytes_of(".");
	for (const char *c = value->str; c <= value->str + value->len; c++) {
		if (*c != '\0' && memchr(delimiters.at, *c, delimiters.n) == NULL)
			continue;
		part.n = (size_t)(c - part.at);
		g_array_append_val(parts, part);
		part.at = c + 1;
	}
	return parts;
}

/* cut, turn round, shorten, join with dots */
static void value_transform(const struct item *it, GString *value)
{
	GArray *parts = value_split(value, it->delimiters);
	guint n = it->parts == 0 ? parts->len : MIN(it->parts, parts->len);
	GString *out = g_string_new(NULL);

	for (guint i = parts->len - n; i < parts->len; i++) {
		guint from = it->reversed ? parts->len - 1 - i : i;
		const struct bytes *part = &g_array_index(parts, struct bytes, from);

		if (i > parts->len - n)
			g_string_append_c(out, '.');
		g_string_append_len(out, part->at, (gssize)part->n);
	}
	g_string_assign(value, out->str);
	g_string_free(out, TRUE);
	g_array_free(parts, TRUE);
}

static void append_item(const struct item *it, const struct spf_macros *m, GString *out)
{
	GString *value;

	if (it->letter == '\0') {
		g_string_append_c(out, it->literal);
		return;
	}
	if (it->letter == '%') {
		g_string_append(out, it->literal == '%'   ? "%"
				     : it->literal == '_' ? " "
							  : "%20");
		return;
	}
	value = g_string_new(NULL);
	append_value(it->letter, m, value);
	value_transform(it, value);
	if (it->escaped)
		g_string_append_uri_escaped(out, value->str, NULL, FALSE);
	else
		g_string_append(out, value->str);
	g_string_free(value, TRUE);
}

char *spf_macro_expand(struct bytes spec, const struct spf_macros *m)
{
	struct cursor c = { .at = spec.at, .end = spec.at + spec.n };
	GString *out = g_string_new(NULL);
	struct item it;
	const char *from;

	while (c.at < c.end) {
		bool good = item_next(&c, &it);

		g_assert(good);
		append_item(&it, m, out);
	}
	if (out->len > 0 && out->str[out->len - 1] == '.')
		g_string_truncate(out, out->len - 1);
	from = out->str;
	while (strlen(from) > LIMIT_DNS_NAME_BYTES && strchr(from, '.') != NULL)
		from = strchr(from, '.') + 1;
	g_string_erase(out, 0, from - out->str);
	return g_string_free(out, FALSE);
}
