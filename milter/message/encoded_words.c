/* RFC 2047, read as generously as readers do: long words, blanks and raw 8-bit bytes inside,
 * characters cut in two by the end of a word. It must never be asked before the structure of
 * a field is known, because what it gives back looks like anything. */
#include "message/encoded_words.h"

#include <glib.h>
#include <string.h>

#include "message/charset.h"
#include "message/content.h"
#include "message/headers.h"

#define MAX_WORD 2000 /* RFC 2047 2 says 75; some programs write whole subjects */
#define MAX_CHARSET 40

struct word {
	struct bytes charset, text;
	char encoding; /* 'b' or 'q' */
	size_t n;      /* of the whole word */
};

/* words of one set that stand side by side are converted together */
struct run {
	char charset[MAX_CHARSET + 1];
	GString *bytes;
};

/* =?charset*language?encoding?text?= */
static bool parse_word(struct bytes at, struct word *w_r)
{
	size_t limit = MIN(at.n, (size_t)MAX_WORD), i = 2, text;

	while (i < limit && i < MAX_CHARSET + 2 && at.at[i] != '?' && at.at[i] > ' ')
		i++;
	if (i == 2 || i + 3 >= limit || at.at[i] != '?' || at.at[i + 2] != '?')
		return false;
	w_r->charset = (struct bytes){ at.at + 2, i - 2 };
	const char *language = memchr(w_r->charset.at, '*', w_r->charset.n);

	if (language != NULL)
		w_r->charset.n = (size_t)(language - w_r->charset.at);
	w_r->encoding = g_ascii_tolower(at.at[i + 1]);
	text = i + 3;
	const char *end = memmem(at.at + text, limit - text, "?=", 2);

	if (end == NULL || (w_r->encoding != 'b' && w_r->encoding != 'q'))
		return false;
	w_r->text = (struct bytes){ at.at + text, (size_t)(end - at.at) - text };
	w_r->n = (size_t)(end - at.at) + 2;
	return w_r->charset.n > 0;
}

/* RFC 2047 4.2: "_" is a blank, "=XX" a byte */
static void append_q(GString *out, struct bytes text)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.at[i];

		if (c == '=' && i + 2 < text.n && g_ascii_isxdigit(text.at[i + 1]) &&
		    g_ascii_isxdigit(text.at[i + 2])) {
			c = (char)(g_ascii_xdigit_value(text.at[i + 1]) * 16 +
				   g_ascii_xdigit_value(text.at[i + 2]));
			i += 2;
		} else if (c == '_') {
			c = ' ';
		}
		g_string_append_c(out, c);
	}
}

static void end_run(struct arena *a, struct run *r, GString *out)
{
	bool sound;

	if (r->bytes->len == 0)
		return;
	struct bytes utf8 = charset_decode(
		a, (struct bytes){ r->bytes->str, r->bytes->len }, r->charset, &sound);

	g_string_append_len(out, utf8.at, (gssize)utf8.n);
	g_string_truncate(r->bytes, 0);
}

static void add_word(struct arena *a, struct run *r, const struct word *w, GString *out)
{
	struct bytes charset = w->charset;

	if (charset.n != strlen(r->charset) ||
	    g_ascii_strncasecmp(r->charset, charset.at, charset.n) != 0) {
		end_run(a, r, out);
		memcpy(r->charset, charset.at, charset.n);
		r->charset[charset.n] = '\0';
	}
	if (w->encoding == 'q') {
		append_q(r->bytes, w->text);
		return;
	}
	struct bytes bytes = content_decode(a, w->text, ENCODING_BASE64);

	g_string_append_len(r->bytes, bytes.at, (gssize)bytes.n);
}

static void add_plain(struct arena *a, struct bytes text, GString *out)
{
	bool sound;
	struct bytes utf8 = charset_decode(a, text, NULL, &sound);

	g_string_append_len(out, utf8.at, (gssize)utf8.n);
}

static bool is_blank(struct bytes text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.at[i] != ' ' && text.at[i] != '\t')
			return false;
	return true;
}

static void decode(struct arena *a, struct bytes text, struct run *r, GString *out)
{
	size_t from = 0, at = 0;
	bool after_word = false;
	struct word w;

	while (at < text.n) {
		struct bytes rest = { text.at + at, text.n - at };
		const char *mark = memmem(rest.at, rest.n, "=?", 2);

		if (mark == NULL)
			break;
		at = (size_t)(mark - text.at);
		if (!parse_word((struct bytes){ mark, text.n - at }, &w)) {
			at += 2;
			continue;
		}
		struct bytes between = { text.at + from, at - from };

		/* 6.2: blanks between two words are not shown */
		if (!after_word || !is_blank(between)) {
			end_run(a, r, out);
			add_plain(a, between, out);
		}
		add_word(a, r, &w, out);
		after_word = true;
		at += w.n;
		from = at;
	}
	end_run(a, r, out);
	add_plain(a, (struct bytes){ text.at + from, text.n - from }, out);
}

const char *encoded_words(struct arena *a, struct bytes text)
{
	bool sound;

	if (text.n < 8 || memmem(text.at, text.n, "=?", 2) == NULL)
		return charset_decode(a, text, NULL, &sound).at;
	struct run r = { .bytes = g_string_new(NULL) };
	GString *out = g_string_sized_new(text.n);

	decode(a, text, &r, out);
	const char *copy = arena_strndup(a, out->str, out->len);

	g_string_free(out, TRUE);
	g_string_free(r.bytes, TRUE);
	return copy;
}

size_t encoded_word_length(struct bytes text)
{
	struct word w;

	if (text.n < 8 || text.at[0] != '=' || text.at[1] != '?' || !parse_word(text, &w))
		return 0;
	for (size_t i = 0; i < w.n; i++)
		if ((unsigned char)text.at[i] <= ' ' || text.at[i] == 0x7f)
			return 0;
	return w.n;
}

const char *header_text(struct arena *a, const struct header *h)
{
	struct bytes clean =
		header_unfold(a, bytes_of(encoded_words(a, header_unfold(a, h->value))));

	return clean.at;
}
