/* How text looks and sounds: the wall around ICU. ASCII never gets to ICU: names and domains
 * mostly are, and opening an ICU service for each would cost more than the rest of a message.
 * What is opened is closed in the same call: there is no state between calls. */
#include "message/unicode.h"

#include <glib.h>
#include <string.h>
#include <unicode/ubidi.h>
#include <unicode/uchar.h>
#include <unicode/uidna.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/uspoof.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

#include "base/limits.h"

/* scratch of ICU's own kind; the caller frees `at` */
struct wide {
	UChar *at;
	int32_t n;
};

static bool is_ascii(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text >= 0x80)
			return false;
	return true;
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x7f || (c > 0 && c < 0x20);
}

/* runs of blanks become one, at the ends none */
static char *fold_blanks(char *text)
{
	char *out = text;

	for (const char *p = text; *p != '\0'; p++) {
		if (!is_space(*p))
			*out++ = *p;
		else if (out > text && out[-1] != ' ')
			*out++ = ' ';
	}
	if (out > text && out[-1] == ' ')
		out--;
	*out = '\0';
	return text;
}

static char *ascii_lower(struct arena *a, const char *text)
{
	char *out = arena_strdup(a, text);

	for (char *p = out; *p != '\0'; p++)
		*p = g_ascii_tolower(*p);
	return out;
}

/* ICU's own macro for this does not compile under -Wsign-conversion */
static UChar32 next_char(const struct wide *w, int32_t *at)
{
	UChar32 c = w->at[(*at)++];

	if (c >= 0xd800 && c < 0xdc00 && *at < w->n)
		c = 0x10000 + (c - 0xd800) * 0x400 + (w->at[(*at)++] - 0xdc00);
	return c;
}

/* Drop marks beyond LIMIT_MARKS on one character: normalization sorts the marks of a character
 * in quadratic time. A character that is ignored ends no run of marks, because case folding
 * drops it (UAX #15, 13: Stream-Safe Text Format). */
static void drop_long_runs(struct wide *w)
{
	int32_t at = 0, out = 0, marks = 0;

	while (at < w->n) {
		int32_t from = at;
		UChar32 c = next_char(w, &at);

		if (c < 0x300)
			marks = c == 0xad ? marks : 0; /* soft hyphen */
		else if (u_getCombiningClass(c) != 0)
			marks++;
		else if (!u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT))
			marks = 0;
		while (from < at && marks <= LIMIT_MARKS)
			w->at[out++] = w->at[from++];
	}
	w->n = out;
}

static struct wide widen(const char *text)
{
	size_t length = strlen(text);
	UErrorCode e = U_ZERO_ERROR;

	if (length > LIMIT_TEXT_BYTES) {
		length = LIMIT_TEXT_BYTES;
		while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
			length--;
	}
	struct wide w = { g_new(UChar, length + 1), 0 };

	/* never longer in UTF-16 units than in UTF-8 bytes */
	u_strFromUTF8WithSub(w.at, (int32_t)length + 1, &w.n, text, (int32_t)length,
			     0xfffd, NULL, &e);
	if (U_FAILURE(e))
		w.n = 0;
	drop_long_runs(&w);
	return w;
}

static char *narrow(struct arena *a, struct wide w)
{
	UErrorCode e = U_ZERO_ERROR;
	int32_t room = w.n * 3 + 1, n = 0;
	char *out = arena_alloc(a, (size_t)room);

	u_strToUTF8WithSub(out, room, &n, w.at, w.n, 0xfffd, NULL, &e);
	if (U_FAILURE(e))
		n = 0;
	out[n] = '\0';
	return out;
}

/* frees in */
static struct wide normalize(const UNormalizer2 *form, struct wide in)
{
	UErrorCode e = U_ZERO_ERROR;
	int32_t room = in.n + in.n / 2 + 16;
	struct wide out = { g_new(UChar, room), 0 };

	out.n = unorm2_normalize(form, in.at, in.n, out.at, room, &e);
	if (e == U_BUFFER_OVERFLOW_ERROR) {
		e = U_ZERO_ERROR;
		room = out.n + 1;
		out.at = g_renew(UChar, out.at, room);
		out.n = unorm2_normalize(form, in.at, in.n, out.at, room, &e);
	}
	if (U_FAILURE(e))
		out.n = 0;
	g_free(in.at);
	return out;
}

/* scripts whose marks are ornaments; in others (Thai, Devanagari) they are vowels */
static bool marks_are_ornaments(UScriptCode script)
{
	return script == USCRIPT_LATIN || script == USCRIPT_GREEK ||
	       script == USCRIPT_CYRILLIC || script == USCRIPT_ARABIC ||
	       script == USCRIPT_HEBREW || script == USCRIPT_COMMON;
}

static UScriptCode script_of(UChar32 c)
{
	UErrorCode e = U_ZERO_ERROR;

	return uscript_getScript(c, &e);
}

/* in place, on decomposed text; blanks of all kinds become ' ' */
static void drop_marks(struct wide *w)
{
	int32_t at = 0, out = 0;
	bool ornaments = true;

	while (at < w->n) {
		int32_t from = at;
		UChar32 c = next_char(w, &at);
		int8_t type = u_charType(c);

		if (type == U_NON_SPACING_MARK || type == U_ENCLOSING_MARK) {
			if (ornaments)
				continue;
		} else {
			ornaments = marks_are_ornaments(script_of(c));
		}
		if (u_isUWhiteSpace(c) || u_iscntrl(c))
			w->at[out++] = ' ';
		else
			while (from < at)
				w->at[out++] = w->at[from++];
	}
	w->n = out;
}

const char *unicode_fold(struct arena *a, const char *text)
{
	UErrorCode e = U_ZERO_ERROR;

	if (is_ascii(text))
		return fold_blanks(ascii_lower(a, text));
	/* singletons of ICU: never closed, free to ask for */
	struct wide w = normalize(unorm2_getNFKCCasefoldInstance(&e), widen(text));

	w = normalize(unorm2_getNFDInstance(&e), w);
	drop_marks(&w);
	w = normalize(unorm2_getNFCInstance(&e), w);
	char *out = narrow(a, w);

	g_free(w.at);
	return fold_blanks(out);
}

/* Letters that need no transliterator, which costs half a millisecond to open: Latin ones
 * that no decomposition takes apart, Greek as ELOT 743 writes it, Cyrillic as in passports
 * (zh, kh, ts ...): that is how people spell their names. Folding comes first, so there
 * are small letters without marks only. */
static const struct letter {
	UChar from;
	char to[5];
} letters[] = {
	/* clang-format off */
	{ 0x00e6, "ae" }, { 0x00f0, "d" },  { 0x00f8, "o" },  { 0x00fe, "th" },
	{ 0x0111, "d" },  { 0x0127, "h" },  { 0x0131, "i" },  { 0x0138, "q" },
	{ 0x0142, "l" },  { 0x014b, "n" },  { 0x0153, "oe" }, { 0x0167, "t" },
	{ u'α', "a" },  { u'β', "v" },  { u'γ', "g" },   { u'δ', "d" },
	{ u'ε', "e" },  { u'ζ', "z" },  { u'η', "i" },   { u'θ', "th" },
	{ u'ι', "i" },  { u'κ', "k" },  { u'λ', "l" },   { u'μ', "m" },
	{ u'ν', "n" },  { u'ξ', "x" },  { u'ο', "o" },   { u'π', "p" },
	{ u'ρ', "r" },  { u'σ', "s" },  { u'τ', "t" },   { u'υ', "y" },
	{ u'φ', "f" },  { u'χ', "ch" }, { u'ψ', "ps" },  { u'ω', "o" },
	{ u'а', "a" },  { u'б', "b" },  { u'в', "v" },   { u'г', "g" },
	{ u'д', "d" },  { u'е', "e" },  { u'ж', "zh" },  { u'з', "z" },
	{ u'и', "i" },  { u'й', "i" },  { u'к', "k" },   { u'л', "l" },
	{ u'м', "m" },  { u'н', "n" },  { u'о', "o" },   { u'п', "p" },
	{ u'р', "r" },  { u'с', "s" },  { u'т', "t" },   { u'у', "u" },
	{ u'ф', "f" },  { u'х', "kh" }, { u'ц', "ts" },  { u'ч', "ch" },
	{ u'ш', "sh" }, { u'щ', "shch" }, { u'ъ', "" },  { u'ы', "y" },
	{ u'ь', "" },   { u'э', "e" },  { u'ю', "yu" },  { u'я', "ya" },
	{ u'ђ', "dj" }, { u'є', "ye" }, { u'ѕ', "dz" },  { u'і', "i" },
	{ u'ј', "j" },  { u'љ', "lj" }, { u'њ', "nj" },  { u'ћ', "c" },
	{ u'џ', "dz" }, { u'ґ', "g" },
	/* clang-format on */
};

static int compare_letter(const void *key, const void *letter)
{
	return *(const UChar32 *)key - ((const struct letter *)letter)->from;
}

/* glib's own macro casts const away */
static const char *next_utf8(const char *p)
{
	return p + g_utf8_skip[(unsigned char)*p];
}

static const char *letter_latin(UChar32 c)
{
	const struct letter *found = bsearch(&c, letters, G_N_ELEMENTS(letters),
					     sizeof(letters[0]), compare_letter);

	return found == NULL ? NULL : found->to;
}

/* ICU leaves them as they are, after 100 us; spam has them in every other name */
static bool is_picture(UChar32 c)
{
	return (c >= 0x1f300 && c <= 0x1faff) || (c >= 0x2600 && c <= 0x2767);
}

/* what the table knows; *rest_r: something is left for ICU */
static const char *latin_by_table(struct arena *a, const char *folded, bool *rest_r)
{
	char *out = arena_alloc(a, strlen(folded) * 2 + 1), *to = out;
	UChar32 before = 0;

	*rest_r = false;
	for (const char *p = folded; *p != '\0'; p = next_utf8(p)) {
		UChar32 c = (UChar32)g_utf8_get_char(p);
		const char *letter = c < 0x80 ? NULL : letter_latin(c);

		/* ELOT 743: ou, av and ev */
		if (c == u'υ' && (before == u'ο' || before == u'α' || before == u'ε'))
			letter = before == u'ο' ? "u" : "v";
		before = c;
		if (letter != NULL) {
			to = g_stpcpy(to, letter);
			continue;
		}
		*rest_r |= c >= 0x80 && !is_picture(c);
		for (const char *q = p; q < next_utf8(p); q++)
			*to++ = *q;
	}
	*to = '\0';
	return out;
}

static const char *latin_by_icu(struct arena *a, const char *folded)
{
	static const UChar id[] = u"Any-Latin; Latin-ASCII; Lower";
	UErrorCode e = U_ZERO_ERROR;
	UTransliterator *t = utrans_openU(id, -1, UTRANS_FORWARD, NULL, 0, NULL, &e);

	if (U_FAILURE(e))
		return folded;
	struct wide w = widen(folded);
	int32_t n = w.n, limit = w.n, room = w.n * 8 + 64;

	w.at = g_renew(UChar, w.at, room);
	utrans_transUChars(t, w.at, &n, room, 0, &limit, &e);
	utrans_close(t);
	w.n = n;
	char *out = U_FAILURE(e) ? NULL : narrow(a, w);

	g_free(w.at);
	return out == NULL ? folded : fold_blanks(out);
}

const char *unicode_latin(struct arena *a, const char *text)
{
	const char *folded = unicode_fold(a, text), *latin;
	bool rest;

	if (is_ascii(folded))
		return folded;
	latin = latin_by_table(a, folded, &rest);
	return rest ? latin_by_icu(a, latin) : latin;
}

/* the look of folded ASCII; UTS 39 has 0 1 I | m, the others are what people fall for */
static const char *ascii_look(char c)
{
	switch (c) {
	case '0':
		return "o";
	case '1':
	case 'i':
	case '|':
		return "l";
	case 'm':
		return "rn";
	case 'w':
		return "vv";
	case '"':
		return "''";
	case '`':
		return "'";
	case '%':
		return "o/o";
	default:
		return NULL;
	}
}

static const char *ascii_skeleton(struct arena *a, const char *folded)
{
	char *out = arena_alloc(a, strlen(folded) * 2 + 1), *to = out;

	for (const char *p = folded; *p != '\0'; p++) {
		const char *look = ascii_look(*p);

		if (look == NULL)
			*to++ = *p;
		else
			to = g_stpcpy(to, look);
	}
	*to = '\0';
	return out;
}

/* UTS 39's own skeleton of what is not ASCII */
static const char *looked_up(struct arena *a, const char *folded)
{
	UErrorCode e = U_ZERO_ERROR;
	USpoofChecker *checker = uspoof_open(&e);
	struct wide w = widen(folded);
	int32_t room = w.n * 4 + 64;
	struct wide out = { g_new(UChar, room), 0 };

	out.n = uspoof_getSkeleton(checker, 0, w.at, w.n, out.at, room, &e);
	if (e == U_BUFFER_OVERFLOW_ERROR) {
		e = U_ZERO_ERROR;
		room = out.n + 1;
		out.at = g_renew(UChar, out.at, room);
		out.n = uspoof_getSkeleton(checker, 0, w.at, w.n, out.at, room, &e);
	}
	const char *text = U_FAILURE(e) ? folded : narrow(a, out);

	uspoof_close(checker);
	g_free(w.at);
	g_free(out.at);
	return text;
}

const char *unicode_skeleton(struct arena *a, const char *text)
{
	const char *folded = unicode_fold(a, text);

	if (!is_ascii(folded))
		folded = unicode_fold(a, looked_up(a, folded));
	return ascii_skeleton(a, folded);
}

/* scripts that one word may mix: Japanese and Korean writing do */
static bool may_mix(UScriptCode one, UScriptCode other)
{
	static const UScriptCode east[] = { USCRIPT_HAN, USCRIPT_HIRAGANA,
					    USCRIPT_KATAKANA, USCRIPT_HANGUL,
					    USCRIPT_BOPOMOFO };
	int found = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(east); i++)
		found += (one == east[i]) + (other == east[i]);
	return one == other || found == 2;
}

bool unicode_mixed_scripts(const char *text)
{
	UScriptCode word = USCRIPT_COMMON;
	bool mixed = false;
	int32_t at = 0;

	if (is_ascii(text))
		return false;
	struct wide w = widen(text);

	while (at < w.n && !mixed) {
		UChar32 c = next_char(&w, &at);
		UScriptCode script = script_of(c);

		if (script == USCRIPT_COMMON || script == USCRIPT_INHERITED) {
			if (!u_isalnum(c) && c != 0x200b && c != 0x200d)
				word = USCRIPT_COMMON;
			continue;
		}
		mixed = word != USCRIPT_COMMON && !may_mix(word, script);
		word = script;
	}
	g_free(w.at);
	return mixed;
}

const char *unicode_lower(struct arena *a, const char *text)
{
	UErrorCode e = U_ZERO_ERROR;

	if (is_ascii(text))
		return ascii_lower(a, text);
	struct wide w = widen(text);
	int32_t room = w.n * 3 + 1;
	struct wide out = { g_new(UChar, room), 0 };

	out.n = u_strToLower(out.at, room, w.at, w.n, "", &e);
	const char *lower = U_FAILURE(e) ? arena_strdup(a, text) : narrow(a, out);

	g_free(w.at);
	g_free(out.at);
	return lower;
}

size_t unicode_ascii_end(struct bytes text, size_t at)
{
	uint64_t word;

	for (; at + sizeof(word) <= text.n; at += sizeof(word)) {
		memcpy(&word, text.at + at, sizeof(word));
		if ((word & 0x8080808080808080) != 0)
			break;
	}
	while (at < text.n && (unsigned char)text.at[at] < 0x80)
		at++;
	return at;
}

/* as g_utf8_validate_len() tells, which looks at each byte of ASCII by itself */
static bool is_valid(struct bytes text)
{
	size_t at = 0;

	if (memchr(text.at, '\0', text.n) != NULL)
		return false;
	while ((at = unicode_ascii_end(text, at)) < text.n) {
		gunichar c =
			g_utf8_get_char_validated(text.at + at, (gssize)(text.n - at));

		if (c == (gunichar)-1 || c == (gunichar)-2)
			return false;
		at += (size_t)g_unichar_to_utf8(c, NULL);
	}
	return true;
}

const char *unicode_valid(struct arena *a, struct bytes text)
{
	if (text.n == 0)
		return "";
	if (is_valid(text))
		return arena_strndup(a, text.at, text.n);
	char *valid = g_utf8_make_valid(text.at, (gssize)text.n);
	char *out = arena_strdup(a, valid);

	g_free(valid);
	return out;
}

static UIDNA *idna_open(void)
{
	UErrorCode e = U_ZERO_ERROR;

	return uidna_openUTS46(
		UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_NONTRANSITIONAL_TO_UNICODE, &e);
}

const char *unicode_domain(struct arena *a, const char *name)
{
	UErrorCode e = U_ZERO_ERROR;
	UIDNAInfo info = UIDNA_INFO_INITIALIZER;
	size_t length = strlen(name);
	char out[256];

	if (length > 4 * 255)
		return NULL;
	UIDNA *idna = idna_open();
	int32_t n = uidna_nameToASCII_UTF8(idna, name, (int32_t)length, out,
					   (int32_t)sizeof(out), &info, &e);

	uidna_close(idna);
	if (U_FAILURE(e) || info.errors != 0 || n <= 0 || n >= (int32_t)sizeof(out))
		return NULL;
	return arena_strndup(a, out, (size_t)n);
}

const char *unicode_domain_shown(struct arena *a, const char *key)
{
	UErrorCode e = U_ZERO_ERROR;
	UIDNAInfo info = UIDNA_INFO_INITIALIZER;
	size_t length = strlen(key);
	char out[1024];

	if (strstr(key, "xn--") == NULL || length > 255)
		return key;
	UIDNA *idna = idna_open();
	int32_t n = uidna_nameToUnicodeUTF8(idna, key, (int32_t)length, out,
					    (int32_t)sizeof(out), &info, &e);

	uidna_close(idna);
	if (U_FAILURE(e) || n <= 0 || n >= (int32_t)sizeof(out))
		return key;
	return arena_strndup(a, out, (size_t)n);
}

/* U+202A to U+202E and U+2066 to U+2069, in UTF-8 */
static bool has_turns(const char *text)
{
	for (const char *p = text; (p = strchr(p, '\xe2')) != NULL; p++) {
		unsigned char second = (unsigned char)p[1];
		unsigned char third = second == 0 ? 0 : (unsigned char)p[2];

		if (second == 0x80 && third >= 0xaa && third <= 0xae)
			return true;
		if (second == 0x81 && third >= 0xa6 && third <= 0xa9)
			return true;
	}
	return false;
}

const char *unicode_visual(struct arena *a, const char *text)
{
	UErrorCode e = U_ZERO_ERROR;

	if (!has_turns(text))
		return text;
	struct wide in = widen(text), out = { g_new(UChar, in.n + 1), 0 };
	UBiDi *bidi = ubidi_open();

	ubidi_setPara(bidi, in.at, in.n, UBIDI_DEFAULT_LTR, NULL, &e);
	out.n = ubidi_writeReordered(
		bidi, out.at, in.n + 1,
		UBIDI_REMOVE_BIDI_CONTROLS | UBIDI_KEEP_BASE_COMBINING, &e);
	ubidi_close(bidi);
	const char *shown = U_FAILURE(e) ? text : narrow(a, out);

	g_free(in.at);
	g_free(out.at);
	return shown;
}
