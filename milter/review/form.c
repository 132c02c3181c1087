#include "review/form.h"

#include <glib.h>
#include <stdbool.h>

#include "base/limits.h"

struct field {
	char *name, *value;
};

struct form {
	GArray *fields; /* struct field */
};

static void clear_field(gpointer data)
{
	struct field *f = data;

	g_free(f->name);
	g_free(f->value);
}

static struct form *form_new(void)
{
	struct form *f = g_new0(struct form, 1);

	f->fields = g_array_new(FALSE, FALSE, sizeof(struct field));
	g_array_set_clear_func(f->fields, clear_field);
	return f;
}

void form_free(struct form *f)
{
	if (f == NULL)
		return;
	g_array_free(f->fields, TRUE);
	g_free(f);
}

/* a byte at *at, which moves on */
static char decode_one(struct bytes text, size_t *at)
{
	char c = text.at[(*at)++];

	if (c == '+')
		return ' ';
	if (c != '%' || *at + 2 > text.n)
		return c;
	int high = g_ascii_xdigit_value(text.at[*at]);
	int low = g_ascii_xdigit_value(text.at[*at + 1]);

	if (high < 0 || low < 0)
		return c;
	*at += 2;
	return (char)(high << 4 | low);
}

/* NULL: no UTF-8, or a NUL in it */
static char *decode(struct bytes text)
{
	GString *out = g_string_sized_new(text.n + 1);

	for (size_t at = 0; at < text.n;) {
		char c = decode_one(text, &at);

		if (c == '\n' && out->len > 0 && out->str[out->len - 1] == '\r')
			g_string_truncate(out, out->len - 1);
		g_string_append_c(out, c);
	}
	bool good = g_utf8_validate(out->str, (gssize)out->len, NULL);
	char *value = g_string_free(out, !good);

	return good ? value : NULL;
}

static bool add(struct form *f, char *name, char *value)
{
	struct field field = { name, value };
	bool good = name != NULL && value != NULL && f->fields->len < LIMIT_REVIEW_FIELDS;

	if (good)
		g_array_append_val(f->fields, field);
	else
		clear_field(&field);
	return good;
}

static bool add_encoded(struct form *f, struct bytes pair)
{
	const char *equals = pair.n == 0 ? NULL : memchr(pair.at, '=', pair.n);
	size_t n = equals == NULL ? pair.n : (size_t)(equals - pair.at);
	struct bytes value = { pair.at + pair.n, 0 };

	if (pair.n == 0)
		return true;
	if (equals != NULL)
		value = (struct bytes){ equals + 1, pair.n - n - 1 };
	return add(f, decode((struct bytes){ pair.at, n }), decode(value));
}

static bool add_cookie(struct form *f, struct bytes pair)
{
	pair = bytes_trimmed(pair, " \t");
	const char *equals = pair.n == 0 ? NULL : memchr(pair.at, '=', pair.n);

	if (equals == NULL)
		return true;
	size_t n = (size_t)(equals - pair.at);

	if (!g_utf8_validate(pair.at, (gssize)pair.n, NULL))
		return false;
	return add(f, g_strndup(pair.at, n), g_strndup(equals + 1, pair.n - n - 1));
}

static struct form *read_pieces(struct bytes text, char between,
				bool (*add_one)(struct form *f, struct bytes pair))
{
	struct form *f = form_new();
	const char *p = text.at, *end = text.at + text.n;

	while (f != NULL && p < end) {
		const char *stop = memchr(p, between, (size_t)(end - p));
		size_t n = stop == NULL ? (size_t)(end - p) : (size_t)(stop - p);

		if (!add_one(f, (struct bytes){ p, n })) {
			form_free(f);
			f = NULL;
		}
		p += n + 1;
	}
	return f;
}

struct form *form_read(struct bytes text)
{
	return read_pieces(text, '&', add_encoded);
}

struct form *form_read_cookies(struct bytes text)
{
	return read_pieces(text, ';', add_cookie);
}

const char *form_get(const struct form *f, const char *name)
{
	for (guint i = 0; i < f->fields->len; i++) {
		const struct field *field = &g_array_index(f->fields, struct field, i);

		if (strcmp(field->name, name) == 0)
			return field->value;
	}
	return NULL;
}

const char *form_text(const struct form *f, const char *name)
{
	const char *value = form_get(f, name);

	return value != NULL ? value : "";
}

const char **form_values(const struct form *f, const char *name, size_t *n_r)
{
	const char **all = g_new0(const char *, f->fields->len + 1);
	size_t n = 0;

	for (guint i = 0; i < f->fields->len; i++) {
		const struct field *field = &g_array_index(f->fields, struct field, i);

		if (strcmp(field->name, name) == 0)
			all[n++] = field->value;
	}
	*n_r = n;
	return all;
}
