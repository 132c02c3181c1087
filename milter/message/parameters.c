/* Readers disagree about a parameter that stands twice, in pieces with a gap, in two
 * spellings, or with its quotes open. What a reader may take for a file's name is a name, so
 * nothing is decided here: each way to read it adds a value. */
#include "message/parameters.h"

#include <string.h>

#include "base/limits.h"
#include "message/charset.h"
#include "message/encoded_words.h"
#include "message/headers.h"

#define MOST_ENDING 8
#define FILE_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

/* a piece of a parameter: filename*2*=... */
struct piece {
	unsigned number;
	bool encoded;
	struct bytes text;
};

struct reading {
	struct arena *a;
	GPtrArray *all;
	GArray *pieces; /* struct piece, in the order they are written */
};

static void add(struct reading *r, const char *text)
{
	struct bytes clean = header_unfold(r->a, bytes_of(text));

	/* the end of a name tells the type, so what is too long loses its start */
	while (clean.n > LIMIT_FILENAME_BYTES ||
	       (clean.n > 0 && ((unsigned char)clean.at[0] & 0xc0) == 0x80)) {
		clean.at++;
		clean.n--;
	}
	if (clean.n == 0 || r->all->len >= LIMIT_PARAMETER_VALUES ||
	    g_ptr_array_find_with_equal_func(r->all, clean.at, g_str_equal, NULL))
		return;
	/* the array takes non-const pointers, and nobody writes through them */
	g_ptr_array_add(r->all, (gpointer)(uintptr_t)clean.at);
}

/* A NUL ends a name for some readers, and is nothing for others. */
static void add_bytes(struct reading *r, struct bytes text, const char *charset)
{
	bool sound;
	const char *nul = text.n == 0 ? NULL : memchr(text.at, '\0', text.n);

	if (nul != NULL)
		add(r, charset_decode(r->a,
				      (struct bytes){ text.at, (size_t)(nul - text.at) },
				      charset, &sound)
			       .at);
	add(r, charset_decode(r->a, text, charset, &sound).at);
}

static struct bytes percent_decoded(struct arena *a, struct bytes text)
{
	char *out = arena_alloc(a, text.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.at[i];

		if (c == '%' && i + 2 < text.n && g_ascii_isxdigit(text.at[i + 1]) &&
		    g_ascii_isxdigit(text.at[i + 2])) {
			c = (char)(g_ascii_xdigit_value(text.at[i + 1]) * 16 +
				   g_ascii_xdigit_value(text.at[i + 2]));
			i += 2;
		}
		out[n++] = c;
	}
	return (struct bytes){ out, n };
}

/* charset'language'text; without both marks it is all text */
static struct bytes split_charset(struct arena *a, struct bytes text,
				  const char **charset_r)
{
	const char *end = text.at + text.n;
	const char *one = text.n == 0 ? NULL : memchr(text.at, '\'', text.n);
	const char *two =
		one == NULL ? NULL : memchr(one + 1, '\'', (size_t)(end - one - 1));

	*charset_r = NULL;
	if (two == NULL)
		return text;
	if (one > text.at)
		*charset_r = arena_strndup(a, text.at, (size_t)(one - text.at));
	return (struct bytes){ two + 1, (size_t)(end - two - 1) };
}

static void add_extended(struct reading *r, struct bytes text)
{
	const char *charset;
	struct bytes rest = split_charset(r->a, text, &charset);

	add_bytes(r, percent_decoded(r->a, rest), charset);
}

static void add_plain(struct reading *r, struct bytes text)
{
	struct bytes flat = header_unfold(r->a, text);

	add(r, encoded_words(r->a, flat));
}

/* RFC 822 lets a backslash stand before anything; Windows means paths */
static bool is_escape(struct bytes text, size_t i)
{
	return text.at[i] == '\\' && i + 1 < text.n &&
	       (text.at[i + 1] == '"' || text.at[i + 1] == '\\');
}

/* a quoted value without its quotes and backslashes; *end_r is behind it */
static struct bytes quoted(struct arena *a, struct bytes rest, size_t *end_r)
{
	size_t n = 0, end = 1;

	while (end < rest.n && rest.at[end] != '"')
		end += is_escape(rest, end) ? 2 : 1;
	end = MIN(end, rest.n);
	char *out = arena_alloc(a, end);

	for (size_t i = 1; i < end; i++) {
		i += is_escape(rest, i);
		out[n++] = rest.at[i];
	}
	*end_r = MIN(end + 1, rest.n);
	return (struct bytes){ out, n };
}

/* what stands after "=", up to the ";" that ends it */
static struct bytes take_value(struct arena *a, struct bytes *rest)
{
	struct bytes value, left = bytes_trimmed(*rest, BLANKS_OF_MAIL);
	size_t end = 0;

	if (left.n > 0 && left.at[0] == '"') {
		value = quoted(a, left, &end);
	} else {
		const char *semicolon = left.n == 0 ? NULL : memchr(left.at, ';', left.n);

		end = semicolon == NULL ? left.n : (size_t)(semicolon - left.at);
		value = bytes_trimmed((struct bytes){ left.at, end }, BLANKS_OF_MAIL);
		if (value.n >= 2 && value.at[0] == '\'' && value.at[value.n - 1] == '\'')
			value = (struct bytes){ value.at + 1, value.n - 2 };
	}
	/* what stands between the value and the next ";" is nobody's */
	const char *next =
		end == left.n ? NULL : memchr(left.at + end, ';', left.n - end);

	end = next == NULL ? left.n : (size_t)(next - left.at) + 1;
	*rest = (struct bytes){ left.at + end, left.n - end };
	return value;
}

/* name, name*, name*0, name*0*: is it this one? */
static bool is_name(struct bytes said, const char *name, struct piece *p_r, bool *piece_r)
{
	size_t n = strlen(name), i;

	*p_r = (struct piece){ 0 };
	*piece_r = false;
	if (said.n < n || g_ascii_strncasecmp(said.at, name, n) != 0)
		return false;
	if (said.n == n)
		return true;
	if (said.at[n] != '*')
		return false;
	for (i = n + 1; i < said.n && g_ascii_isdigit(said.at[i]); i++) {
		*piece_r = true;
		p_r->number =
			MIN(p_r->number * 10 + (unsigned)(said.at[i] - '0'), 1000000);
	}
	p_r->encoded = i < said.n ? said.at[i] == '*' : i == n + 1;
	return i == said.n || (i + 1 == said.n && said.at[i] == '*');
}

static void take_parameter(struct reading *r, struct bytes said, struct bytes value,
			   const char *name)
{
	struct piece p;
	bool piece;

	if (!is_name(said, name, &p, &piece))
		return;
	p.text = value;
	if (piece)
		g_array_append_val(r->pieces, p);
	else if (p.encoded)
		add_extended(r, value);
	else
		add_plain(r, value);
}

static gint by_number(gconstpointer left, gconstpointer right)
{
	const struct piece *a = left, *b = right;

	return a->number < b->number ? -1 : a->number > b->number;
}

/* pieces one after the other, percents decoded where the piece says so or everywhere */
static void add_joined(struct reading *r, size_t n, bool all_encoded)
{
	GString *out = g_string_new(NULL);
	const char *charset = NULL;
	bool plain = true;

	for (size_t i = 0; i < n; i++) {
		const struct piece *p = &g_array_index(r->pieces, struct piece, i);
		struct bytes text = p->text;

		if (p->encoded || all_encoded) {
			if (i == 0)
				text = split_charset(r->a, text, &charset);
			text = percent_decoded(r->a, text);
			plain = false;
		}
		g_string_append_len(out, text.at, (gssize)text.n);
	}
	struct bytes joined = { arena_strndup(r->a, out->str, out->len), out->len };

	if (plain)
		add_plain(r, joined);
	else
		add_bytes(r, joined, charset);
	g_string_free(out, TRUE);
}

static void join_twice(struct reading *r, size_t n)
{
	add_joined(r, n, false);
	add_joined(r, n, true);
}

/* In the order of their numbers, as written, and up to the first gap. */
static void add_pieces(struct reading *r)
{
	size_t n = r->pieces->len, whole = 0;

	if (n == 0)
		return;
	join_twice(r, n);
	g_array_sort(r->pieces, by_number);
	join_twice(r, n);
	while (whole < n && g_array_index(r->pieces, struct piece, whole).number == whole)
		whole++;
	if (whole > 0 && whole < n)
		join_twice(r, whole);
}

/* what stands up to "=" is the parameter's name; NULL there: up to the next ";" is none */
static bool take_name(struct bytes *rest, struct bytes *name_r)
{
	size_t i = 0;

	while (i < rest->n && rest->at[i] != '=' && rest->at[i] != ';')
		i++;
	*name_r = bytes_trimmed((struct bytes){ rest->at, i }, BLANKS_OF_MAIL);
	bool found = i < rest->n && rest->at[i] == '=';

	i += i < rest->n;
	*rest = (struct bytes){ rest->at + i, rest->n - i };
	return found;
}

void parameters_find(struct arena *a, struct bytes value, const char *name,
		     GPtrArray *all)
{
	struct reading r = { .a = a, .all = all };
	struct bytes rest = value, said;

	rest.n = MIN(rest.n, (size_t)LIMIT_PARAMETER_BYTES);
	r.pieces = g_array_new(FALSE, FALSE, sizeof(struct piece));
	for (int i = 0; i < LIMIT_PARAMETERS && rest.n > 0; i++)
		if (take_name(&rest, &said))
			take_parameter(&r, said, take_value(a, &rest), name);
	add_pieces(&r);
	g_array_free(r.pieces, TRUE);
}

/* "minutes.pdf", and no prose and no address of a page */
static bool is_file_name(const char *text)
{
	const char *dot = strrchr(text, '.');
	size_t n = dot == NULL ? 0 : strspn(dot + 1, FILE_LETTERS);

	return n > 0 && n <= MOST_ENDING && dot[1 + n] == '\0' &&
	       strstr(text, "://") == NULL;
}

void parameters_add_text(struct arena *a, struct bytes text, GPtrArray *all)
{
	struct reading r = { .a = a, .all = all };

	text.n = MIN(text.n, (size_t)LIMIT_PARAMETER_BYTES);
	const char *plain = encoded_words(a, header_unfold(a, text));

	if (is_file_name(plain))
		add(&r, plain);
}
