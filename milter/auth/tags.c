/* See tags.h. Strict about structure, because two readers who cut a list differently see two
 * different signatures; the meaning of values is for others. */
#include "auth/tags.h"

#include <glib.h>
#include <string.h>

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct bytes between(const char *from, const char *to)
{
	struct bytes all = { .at = from, .n = (size_t)(to - from) };

	return bytes_trimmed(all, BLANKS_OF_MAIL);
}

static bool name_good(struct bytes name)
{
	if (name.n == 0 || !g_ascii_isalpha(name.at[0]))
		return false;
	for (size_t i = 1; i < name.n; i++)
		if (!g_ascii_isalnum(name.at[i]) && name.at[i] != '_')
			return false;
	return true;
}

static bool value_good(struct bytes value)
{
	for (size_t i = 0; i < value.n; i++)
		if ((value.at[i] < 0x21 || value.at[i] > 0x7e) && !is_space(value.at[i]))
			return false;
	return true;
}

static bool tag_add(struct tags *tags, const char *from, const char *to)
{
	const char *equals = memchr(from, '=', (size_t)(to - from));
	struct tag tag;

	if (equals == NULL || tags->n == LIMIT_TAGS)
		return false;
	tag.name = between(from, equals);
	tag.value = between(equals + 1, to);
	if (!name_good(tag.name) || !value_good(tag.value))
		return false;
	/* names are case sensitive, but not to every reader: "h" beside "H" means trouble */
	for (size_t i = 0; i < tags->n; i++)
		if (tags->at[i].name.n == tag.name.n &&
		    g_ascii_strncasecmp(tags->at[i].name.at, tag.name.at, tag.name.n) ==
			    0)
			return false;
	tags->at[tags->n++] = tag;
	return true;
}

bool tags_read(struct bytes text, struct tags *tags_r)
{
	const char *at = text.at, *end = text.at + text.n;

	tags_r->n = 0;
	while (at < end) {
		const char *stop = memchr(at, ';', (size_t)(end - at));

		if (stop == NULL)
			stop = end;
		/* nothing between two semicolons is read as nothing: many records end so */
		if (between(at, stop).n > 0 && !tag_add(tags_r, at, stop))
			return false;
		at = stop + 1;
	}
	return tags_r->n > 0;
}

bool tags_find(const struct tags *tags, const char *name, struct bytes *value_r)
{
	struct bytes want = bytes_of(name);

	*value_r = (struct bytes){ 0 };
	for (size_t i = 0; i < tags->n; i++) {
		if (!bytes_equal(tags->at[i].name, want))
			continue;
		*value_r = tags->at[i].value;
		return true;
	}
	return false;
}

bool tag_is(struct bytes value, const char *word)
{
	return value.n == strlen(word) &&
	       g_ascii_strncasecmp(value.at, word, value.n) == 0;
}

bool tag_next(struct bytes *rest, struct bytes *item_r)
{
	const char *end, *stop;

	if (rest->at == NULL)
		return false;
	end = rest->at + rest->n;
	stop = memchr(rest->at, ':', rest->n);
	*item_r = between(rest->at, stop == NULL ? end : stop);
	if (stop == NULL)
		*rest = (struct bytes){ 0 };
	else
		*rest = (struct bytes){ .at = stop + 1, .n = (size_t)(end - stop - 1) };
	return true;
}

bool tag_number(struct bytes value, long long *n_r)
{
	long long n = 0;

	if (value.n == 0 || value.n > 12)
		return false;
	for (size_t i = 0; i < value.n; i++) {
		if (!g_ascii_isdigit(value.at[i]))
			return false;
		n = n * 10 + (value.at[i] - '0');
	}
	*n_r = n;
	return true;
}
