/* Two ways through the text: first what it is written in, then word by word. Letters are looked
 * at as they were written: a capital looks like other letters than its small one. */
#include "message/disguise.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "message/unicode.h"

#define WORD_CHARS 128 /* longer rows of letters are no words that anybody reads */
#define PARTS_MAX 18   /* the longest decomposition of one character (U+FDFA) */
#define LATIN_TIMES 4  /* so many more Latin letters than others make a Latin text */
#define NO_OTHERS_LEAST \
	12 /* so many letters in a row that all look Latin are no accident */

enum disguise_kind {
	DISGUISE_NONE,
	DISGUISE_LETTER, /* of another alphabet, and looks the same */
	DISGUISE_NEARLY, /* looks the same in good company only: in a word with Latin letters */
	DISGUISE_STYLE, /* a Latin letter in another style */
};

struct look {
	gunichar c;
	char latin;
	unsigned char kind; /* enum disguise_kind */
};

/* clang-format off */
static const struct look looks[] = {
	{ 0x0251, 'a', DISGUISE_STYLE }, { 0x0261, 'g', DISGUISE_STYLE },
	{ 0x0262, 'g', DISGUISE_STYLE }, { 0x0263, 'y', DISGUISE_STYLE },
	{ 0x0269, 'i', DISGUISE_STYLE }, { 0x026a, 'i', DISGUISE_STYLE },
	{ 0x026f, 'w', DISGUISE_STYLE }, { 0x0274, 'n', DISGUISE_STYLE },
	{ 0x0280, 'r', DISGUISE_STYLE }, { 0x028b, 'u', DISGUISE_STYLE },
	{ 0x028f, 'y', DISGUISE_STYLE }, { 0x0299, 'b', DISGUISE_STYLE },
	{ 0x029c, 'h', DISGUISE_STYLE }, { 0x029f, 'l', DISGUISE_STYLE },
	{ 0x037f, 'j', DISGUISE_LETTER }, { 0x0391, 'a', DISGUISE_LETTER },
	{ 0x0392, 'b', DISGUISE_LETTER }, { 0x0395, 'e', DISGUISE_LETTER },
	{ 0x0396, 'z', DISGUISE_LETTER }, { 0x0397, 'h', DISGUISE_LETTER },
	{ 0x0399, 'i', DISGUISE_LETTER }, { 0x039a, 'k', DISGUISE_LETTER },
	{ 0x039c, 'm', DISGUISE_LETTER }, { 0x039d, 'n', DISGUISE_LETTER },
	{ 0x039f, 'o', DISGUISE_LETTER }, { 0x03a1, 'p', DISGUISE_LETTER },
	{ 0x03a4, 't', DISGUISE_LETTER }, { 0x03a5, 'y', DISGUISE_LETTER },
	{ 0x03a7, 'x', DISGUISE_LETTER }, { 0x03b1, 'a', DISGUISE_LETTER },
	{ 0x03b2, 'b', DISGUISE_NEARLY }, { 0x03b3, 'y', DISGUISE_NEARLY },
	{ 0x03b5, 'e', DISGUISE_NEARLY }, { 0x03b7, 'n', DISGUISE_NEARLY },
	{ 0x03b9, 'i', DISGUISE_LETTER }, { 0x03ba, 'k', DISGUISE_NEARLY },
	{ 0x03bd, 'v', DISGUISE_LETTER }, { 0x03bf, 'o', DISGUISE_LETTER },
	{ 0x03c1, 'p', DISGUISE_LETTER }, { 0x03c3, 'o', DISGUISE_NEARLY },
	{ 0x03c4, 't', DISGUISE_NEARLY }, { 0x03c5, 'u', DISGUISE_LETTER },
	{ 0x03c7, 'x', DISGUISE_NEARLY }, { 0x03c9, 'w', DISGUISE_NEARLY },
	{ 0x03dc, 'f', DISGUISE_LETTER }, { 0x03f3, 'j', DISGUISE_LETTER },
	{ 0x03fa, 'm', DISGUISE_LETTER }, { 0x0405, 's', DISGUISE_LETTER },
	{ 0x0406, 'i', DISGUISE_LETTER }, { 0x0408, 'j', DISGUISE_LETTER },
	{ 0x0410, 'a', DISGUISE_LETTER }, { 0x0412, 'b', DISGUISE_LETTER },
	{ 0x0415, 'e', DISGUISE_LETTER }, { 0x041a, 'k', DISGUISE_LETTER },
	{ 0x041c, 'm', DISGUISE_LETTER }, { 0x041d, 'h', DISGUISE_LETTER },
	{ 0x041e, 'o', DISGUISE_LETTER }, { 0x0420, 'p', DISGUISE_LETTER },
	{ 0x0421, 'c', DISGUISE_LETTER }, { 0x0422, 't', DISGUISE_LETTER },
	{ 0x0423, 'y', DISGUISE_LETTER }, { 0x0425, 'x', DISGUISE_LETTER },
	{ 0x042c, 'b', DISGUISE_NEARLY }, { 0x0430, 'a', DISGUISE_LETTER },
	{ 0x0432, 'b', DISGUISE_NEARLY }, { 0x0433, 'r', DISGUISE_NEARLY },
	{ 0x0435, 'e', DISGUISE_LETTER }, { 0x043a, 'k', DISGUISE_NEARLY },
	{ 0x043c, 'm', DISGUISE_NEARLY }, { 0x043d, 'h', DISGUISE_NEARLY },
	{ 0x043e, 'o', DISGUISE_LETTER }, { 0x043f, 'n', DISGUISE_NEARLY },
	{ 0x0440, 'p', DISGUISE_LETTER }, { 0x0441, 'c', DISGUISE_LETTER },
	{ 0x0442, 't', DISGUISE_NEARLY }, { 0x0443, 'y', DISGUISE_LETTER },
	{ 0x0445, 'x', DISGUISE_LETTER }, { 0x044c, 'b', DISGUISE_NEARLY },
	{ 0x0454, 'e', DISGUISE_NEARLY }, { 0x0455, 's', DISGUISE_LETTER },
	{ 0x0456, 'i', DISGUISE_LETTER }, { 0x0458, 'j', DISGUISE_LETTER },
	{ 0x0461, 'w', DISGUISE_LETTER }, { 0x0474, 'v', DISGUISE_LETTER },
	{ 0x0475, 'v', DISGUISE_LETTER }, { 0x04ae, 'y', DISGUISE_LETTER },
	{ 0x04af, 'y', DISGUISE_LETTER }, { 0x04bb, 'h', DISGUISE_LETTER },
	{ 0x04bd, 'e', DISGUISE_LETTER }, { 0x04c0, 'l', DISGUISE_LETTER },
	{ 0x04cf, 'i', DISGUISE_LETTER }, { 0x0501, 'd', DISGUISE_LETTER },
	{ 0x050c, 'g', DISGUISE_LETTER }, { 0x051b, 'q', DISGUISE_LETTER },
	{ 0x051c, 'w', DISGUISE_LETTER }, { 0x051d, 'w', DISGUISE_LETTER },
	{ 0x054d, 'u', DISGUISE_LETTER }, { 0x054f, 's', DISGUISE_LETTER },
	{ 0x0555, 'o', DISGUISE_LETTER }, { 0x0561, 'w', DISGUISE_LETTER },
	{ 0x0563, 'q', DISGUISE_LETTER }, { 0x0566, 'q', DISGUISE_LETTER },
	{ 0x0570, 'h', DISGUISE_LETTER }, { 0x0578, 'n', DISGUISE_LETTER },
	{ 0x057c, 'n', DISGUISE_LETTER }, { 0x057d, 'u', DISGUISE_LETTER },
	{ 0x0581, 'g', DISGUISE_LETTER }, { 0x0584, 'f', DISGUISE_LETTER },
	{ 0x0585, 'o', DISGUISE_LETTER }, { 0x10e7, 'y', DISGUISE_LETTER },
	{ 0x10ff, 'o', DISGUISE_LETTER }, { 0x13a0, 'd', DISGUISE_LETTER },
	{ 0x13a1, 'r', DISGUISE_LETTER }, { 0x13a2, 't', DISGUISE_LETTER },
	{ 0x13a5, 'i', DISGUISE_LETTER }, { 0x13a9, 'y', DISGUISE_LETTER },
	{ 0x13aa, 'a', DISGUISE_LETTER }, { 0x13ab, 'j', DISGUISE_LETTER },
	{ 0x13ac, 'e', DISGUISE_LETTER }, { 0x13b3, 'w', DISGUISE_LETTER },
	{ 0x13b7, 'm', DISGUISE_LETTER }, { 0x13bb, 'h', DISGUISE_LETTER },
	{ 0x13bd, 'y', DISGUISE_LETTER }, { 0x13c0, 'g', DISGUISE_LETTER },
	{ 0x13c2, 'h', DISGUISE_LETTER }, { 0x13c3, 'z', DISGUISE_LETTER },
	{ 0x13cf, 'b', DISGUISE_LETTER }, { 0x13d2, 'r', DISGUISE_LETTER },
	{ 0x13d4, 'w', DISGUISE_LETTER }, { 0x13d5, 's', DISGUISE_LETTER },
	{ 0x13d9, 'v', DISGUISE_LETTER }, { 0x13da, 's', DISGUISE_LETTER },
	{ 0x13de, 'l', DISGUISE_LETTER }, { 0x13df, 'c', DISGUISE_LETTER },
	{ 0x13e2, 'p', DISGUISE_LETTER }, { 0x13e6, 'k', DISGUISE_LETTER },
	{ 0x13e7, 'd', DISGUISE_LETTER }, { 0x13f3, 'g', DISGUISE_LETTER },
	{ 0x13f4, 'b', DISGUISE_LETTER }, { 0x1d00, 'a', DISGUISE_STYLE },
	{ 0x1d04, 'c', DISGUISE_STYLE }, { 0x1d05, 'd', DISGUISE_STYLE },
	{ 0x1d07, 'e', DISGUISE_STYLE }, { 0x1d0a, 'j', DISGUISE_STYLE },
	{ 0x1d0b, 'k', DISGUISE_STYLE }, { 0x1d0d, 'm', DISGUISE_STYLE },
	{ 0x1d0f, 'o', DISGUISE_STYLE }, { 0x1d11, 'o', DISGUISE_STYLE },
	{ 0x1d18, 'p', DISGUISE_STYLE }, { 0x1d1b, 't', DISGUISE_STYLE },
	{ 0x1d1c, 'u', DISGUISE_STYLE }, { 0x1d20, 'v', DISGUISE_STYLE },
	{ 0x1d21, 'w', DISGUISE_STYLE }, { 0x1d22, 'z', DISGUISE_STYLE },
	{ 0x1d26, 'r', DISGUISE_STYLE }, { 0x2c85, 'r', DISGUISE_LETTER },
	{ 0x2c8e, 'h', DISGUISE_LETTER }, { 0x2c92, 'i', DISGUISE_LETTER },
	{ 0x2c94, 'k', DISGUISE_LETTER }, { 0x2c98, 'm', DISGUISE_LETTER },
	{ 0x2c9a, 'n', DISGUISE_LETTER }, { 0x2c9e, 'o', DISGUISE_LETTER },
	{ 0x2c9f, 'o', DISGUISE_LETTER }, { 0x2ca2, 'p', DISGUISE_LETTER },
	{ 0x2ca3, 'p', DISGUISE_LETTER }, { 0x2ca4, 'c', DISGUISE_LETTER },
	{ 0x2ca5, 'c', DISGUISE_LETTER }, { 0x2ca6, 't', DISGUISE_LETTER },
	{ 0x2ca8, 'y', DISGUISE_LETTER }, { 0x2cac, 'x', DISGUISE_LETTER },
	{ 0x2cd0, 'l', DISGUISE_LETTER }, { 0xa4d0, 'b', DISGUISE_LETTER },
	{ 0xa4d1, 'p', DISGUISE_LETTER }, { 0xa4d2, 'd', DISGUISE_LETTER },
	{ 0xa4d3, 'd', DISGUISE_LETTER }, { 0xa4d4, 't', DISGUISE_LETTER },
	{ 0xa4d6, 'g', DISGUISE_LETTER }, { 0xa4d7, 'k', DISGUISE_LETTER },
	{ 0xa4d9, 'j', DISGUISE_LETTER }, { 0xa4da, 'c', DISGUISE_LETTER },
	{ 0xa4dc, 'z', DISGUISE_LETTER }, { 0xa4dd, 'f', DISGUISE_LETTER },
	{ 0xa4df, 'm', DISGUISE_LETTER }, { 0xa4e0, 'n', DISGUISE_LETTER },
	{ 0xa4e1, 'l', DISGUISE_LETTER }, { 0xa4e2, 's', DISGUISE_LETTER },
	{ 0xa4e3, 'r', DISGUISE_LETTER }, { 0xa4e6, 'v', DISGUISE_LETTER },
	{ 0xa4e7, 'h', DISGUISE_LETTER }, { 0xa4ea, 'w', DISGUISE_LETTER },
	{ 0xa4eb, 'x', DISGUISE_LETTER }, { 0xa4ec, 'y', DISGUISE_LETTER },
	{ 0xa4ee, 'a', DISGUISE_LETTER }, { 0xa4f0, 'e', DISGUISE_LETTER },
	{ 0xa4f2, 'i', DISGUISE_LETTER }, { 0xa4f3, 'o', DISGUISE_LETTER },
	{ 0xa4f4, 'u', DISGUISE_LETTER }, { 0xa730, 'f', DISGUISE_STYLE },
	{ 0xa731, 's', DISGUISE_STYLE }, { 0xab32, 'e', DISGUISE_STYLE },
	{ 0xab35, 'f', DISGUISE_STYLE }, { 0xab3d, 'o', DISGUISE_STYLE },
	{ 0xab47, 'r', DISGUISE_STYLE }, { 0xab48, 'r', DISGUISE_STYLE },
	{ 0xab4e, 'u', DISGUISE_STYLE }, { 0xab52, 'u', DISGUISE_STYLE },
	{ 0xab5a, 'y', DISGUISE_STYLE }, { 0xab75, 'i', DISGUISE_LETTER },
	{ 0xab81, 'r', DISGUISE_LETTER }, { 0xab83, 'w', DISGUISE_LETTER },
	{ 0xab93, 'z', DISGUISE_LETTER }, { 0xaba9, 'v', DISGUISE_LETTER },
	{ 0xabaa, 's', DISGUISE_LETTER }, { 0xabaf, 'c', DISGUISE_LETTER },
	{ 0x10404, 'o', DISGUISE_LETTER }, { 0x10415, 'c', DISGUISE_LETTER },
	{ 0x1041b, 'l', DISGUISE_LETTER }, { 0x10420, 's', DISGUISE_LETTER },
	{ 0x1042c, 'o', DISGUISE_LETTER }, { 0x1043d, 'c', DISGUISE_LETTER },
	{ 0x10448, 's', DISGUISE_LETTER },
};
/* clang-format on */

static int compare_look(const void *key, const void *row)
{
	gunichar c = *(const gunichar *)key, other = ((const struct look *)row)->c;

	return c < other ? -1 : c > other;
}

/* negative circled and squared letters have no decomposition */
static bool is_boxed(gunichar c, char *latin_r)
{
	if (c < 0x1f150 || c > 0x1f189 || (c - 0x1f150) % 32 > 25)
		return false;
	*latin_r = (char)('a' + (c - 0x1f150) % 32);
	return true;
}

static enum disguise_kind look_of(gunichar c, char *latin_r)
{
	const struct look *row = c < looks[0].c ? NULL
						: bsearch(&c, looks, G_N_ELEMENTS(looks),
							  sizeof(looks[0]), compare_look);

	if (row == NULL)
		return is_boxed(c, latin_r) ? DISGUISE_STYLE : DISGUISE_NONE;
	*latin_r = row->latin;
	return (enum disguise_kind)row->kind;
}

/* the small letter of a script that a Latin letter looks like; 0: none */
static gunichar counterpart(char latin, GUnicodeScript script)
{
	for (size_t i = 0; i < G_N_ELEMENTS(looks); i++)
		if (looks[i].latin == latin && looks[i].kind != DISGUISE_STYLE &&
		    g_unichar_get_script(looks[i].c) == script &&
		    g_unichar_islower(looks[i].c))
			return looks[i].c;
	return 0;
}

/* ---- what stands in a text ---- */

struct letter {
	gunichar c; /* decomposed, marks left out */
	char latin; /* what it looks like or is, in lower case; 0: nothing Latin */
	unsigned char kind;
	bool own; /* a Latin letter itself */
};

struct word {
	struct letter at[WORD_CHARS];
	size_t n;
	size_t begin, end; /* in the text */
	size_t latin, same, nearly, style, others, digits;
	GUnicodeScript script; /* of the others, or of those that look the same */
};

struct counts {
	size_t latin, same, others, style; /* letters */
};

static void keep_letter(struct word *w, struct letter l)
{
	if (w->n < WORD_CHARS)
		w->at[w->n] = l;
	w->n++;
}

/* most characters of most texts; false: neither a letter nor a digit */
static bool add_ascii(struct word *w, char c)
{
	if (g_ascii_isalpha(c)) {
		w->latin++;
		keep_letter(w, (struct letter){ .c = (gunichar)c,
						.latin = g_ascii_tolower(c),
						.own = true });
		return true;
	}
	if (!g_ascii_isdigit(c))
		return false;
	w->digits++;
	keep_letter(w, (struct letter){ .c = (gunichar)c });
	return true;
}

static void add_letter(struct word *w, gunichar c)
{
	struct letter l = { .c = c };

	if (c < 0x80 && add_ascii(w, (char)c)) /* no lookalike is ASCII */
		return;
	l.kind = (unsigned char)look_of(c, &l.latin);
	w->latin += l.kind == DISGUISE_NONE && g_unichar_isalpha(c) &&
		    g_unichar_get_script(c) == G_UNICODE_SCRIPT_LATIN;
	w->same += l.kind == DISGUISE_LETTER;
	w->nearly += l.kind == DISGUISE_NEARLY;
	w->style += l.kind == DISGUISE_STYLE;
	w->digits += g_unichar_isdigit(c) != 0;
	if (l.kind == DISGUISE_NONE && c >= 0x80 && g_unichar_isalpha(c) &&
	    g_unichar_get_script(c) != G_UNICODE_SCRIPT_LATIN) {
		w->others++;
		w->script = g_unichar_get_script(c);
	} else if (w->others == 0 &&
		   (l.kind == DISGUISE_LETTER || l.kind == DISGUISE_NEARLY)) {
		w->script = g_unichar_get_script(c);
	}
	keep_letter(w, l);
}

static bool is_ignored(gunichar c)
{
	GUnicodeType type = g_unichar_type(c);

	return type == G_UNICODE_FORMAT || type == G_UNICODE_NON_SPACING_MARK ||
	       type == G_UNICODE_ENCLOSING_MARK;
}

/* true: it belongs to a word */
static bool add_char(struct word *w, gunichar c)
{
	gunichar parts[PARTS_MAX];
	char latin;
	gsize n;

	if (c < 0x80)
		return add_ascii(w, (char)c);
	if (is_ignored(c))
		return w->n > 0;
	if (!g_unichar_isalnum(c) && !is_boxed(c, &latin))
		return false;
	n = g_unichar_fully_decompose(c, TRUE, parts, PARTS_MAX);
	for (gsize i = 0; i < n; i++)
		if (!is_ignored(parts[i]))
			add_letter(w, parts[i]);
	return true;
}

/* the character at i, its length in *bytes_r; false: it is none */
static bool char_at(struct bytes text, size_t i, gunichar *c_r, size_t *bytes_r)
{
	*c_r = (unsigned char)text.at[i];
	*bytes_r = 1;
	if (*c_r < 0x80)
		return true;
	*c_r = g_utf8_get_char_validated(text.at + i, (gssize)(text.n - i));
	if (*c_r == (gunichar)-1 || *c_r == (gunichar)-2)
		return false;
	*bytes_r = (size_t)g_unichar_to_utf8(*c_r, NULL);
	return true;
}

static void word_clear(struct word *w)
{
	memset(&w->n, 0,
	       sizeof(*w) - offsetof(struct word, n)); /* letters below n only count */
}

/* Is there a letter beyond ASCII that looks Latin, or is of another alphabet? Most texts that are
 * not ASCII have marks and accents alone. */
static bool has_strange_letters(struct bytes text)
{
	struct word w;
	size_t at = 0, bytes;
	gunichar c;

	word_clear(&w);
	while ((at = unicode_ascii_end(text, at)) < text.n) {
		if (char_at(text, at, &c, &bytes))
			add_char(&w, c);
		if (w.same + w.nearly + w.others + w.style > 0)
			return true;
		w.n = 0;
		at += bytes;
	}
	return false;
}

/* the next word from *at on; false: there is none */
static bool next_word(struct bytes text, size_t *at, struct word *w)
{
	word_clear(w);
	w->begin = *at;
	for (size_t i = *at; i < text.n;) {
		gunichar c;
		size_t bytes;
		bool good = char_at(text, i, &c, &bytes);

		if (good && w->n == 0)
			w->begin = i;
		if (!good || !add_char(w, c)) {
			if (w->n > 0)
				break;
			i += bytes;
			*at = i;
			continue;
		}
		i += bytes;
		*at = w->end = i;
	}
	return w->n > 0;
}

/* ---- which words are disguised ---- */

enum meant { MEANT_AS_IS, MEANT_LATIN, MEANT_OTHER };

static bool is_latin_text(const struct counts *c)
{
	return c->latin > LATIN_TIMES * c->others ||
	       (c->others == 0 && c->latin == 0 && c->same >= NO_OTHERS_LEAST);
}

static bool all_have_counterparts(const struct word *w)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->at[i].own && counterpart(w->at[i].latin, w->script) == 0)
			return false;
	return true;
}

static enum meant meant_by(const struct word *w, const struct counts *c)
{
	if (w->n > WORD_CHARS)
		return MEANT_AS_IS;
	if (w->others == 0 && (w->latin > 0 || w->style > 0) &&
	    w->same + w->nearly + w->style > 0)
		return MEANT_LATIN;
	if (w->others == 0 && w->same > 0 && w->nearly == 0 && w->digits == 0 &&
	    is_latin_text(c))
		return MEANT_LATIN;
	if (w->others > 0 && w->latin > 0 &&
	    (w->script == G_UNICODE_SCRIPT_CYRILLIC ||
	     w->script == G_UNICODE_SCRIPT_GREEK) &&
	    all_have_counterparts(w))
		return MEANT_OTHER;
	return MEANT_AS_IS;
}

static bool is_mixed(const struct word *w)
{
	return w->latin > 0 && w->same + w->nearly + w->others > 0;
}

static void write_word(GString *out, const struct word *w, enum meant meant)
{
	for (size_t i = 0; i < w->n; i++) {
		const struct letter *l = &w->at[i];

		if (meant == MEANT_LATIN && l->latin != 0)
			g_string_append_c(out, l->latin);
		else if (meant == MEANT_OTHER && l->own)
			g_string_append_unichar(out, counterpart(l->latin, w->script));
		else
			g_string_append_unichar(out, l->c);
	}
}

static struct counts count_letters(struct bytes text)
{
	struct counts c = { 0 };
	struct word w;

	for (size_t at = 0; next_word(text, &at, &w);) {
		c.latin += w.latin;
		c.same += w.same;
		c.others += w.others + w.nearly;
		c.style += w.style;
	}
	return c;
}

struct disguise disguise_look(struct arena *a, struct bytes text)
{
	struct disguise d = { .mixed = 0 };

	if (!has_strange_letters(text))
		return d;
	const struct counts counts = count_letters(text);
	GString *out = NULL;
	size_t copied = 0;
	struct word w;

	for (size_t at = 0; next_word(text, &at, &w);) {
		enum meant meant = meant_by(&w, &counts);

		if (meant == MEANT_AS_IS)
			continue;
		if (out == NULL)
			out = g_string_sized_new(text.n);
		g_string_append_len(out, text.at + copied, (gssize)(w.begin - copied));
		write_word(out, &w, meant);
		copied = w.end;
		d.mixed += is_mixed(&w);
	}
	if (out == NULL)
		return d;
	g_string_append_len(out, text.at + copied, (gssize)(text.n - copied));
	d.plain = (struct bytes){ arena_strndup(a, out->str, out->len), out->len };
	g_string_free(out, TRUE);
	return d;
}
