/* From a display name to words that can be compared: what is no name is cut away, the rest
 * folded, transliterated (or read by its look), and split. Foreign text comes in here: it is
 * cut to LIMIT_DISPLAY_BYTES first, and everything after is bounded by that. */
#include "person/words.h"

#include <glib.h>

#include "base/compiler.h"
#include "base/limits.h"
#include "message/unicode.h"

static const char *const titles[] = {
	"mr",        "mrs",  "ms",   "miss",      "mx",        "dr",   "prof",
	"professor", "sir",  "dame", "lord",      "lady",      "rev",  "hon",
	"herr",      "frau", "hr",   "fr",        "ing",       "dipl", "mag",
	"msc",       "bsc",  "mba",  "phd",       "md",        "jr",   "sr",
	"ii",        "iii",  "iv",   "esq",       "ceo",       "cfo",  "coo",
	"cto",       "cio",  "ciso", "m.d.",      "sra",       "dra",  "monsieur",
	"madame",    "mme",  "dott", "president", "prasident",
};

static const char *const particles[] = {
	"al",  "el",  "bin",   "ibn", "ben", "bint", "abu", "de",  "da",  "di",  "do",
	"du",  "del", "della", "des", "dos", "la",   "le",  "les", "lo",  "van", "von",
	"der", "den", "zu",    "zur", "y",   "e",    "st",  "ter", "ten", "af",  "av",
};

static const char *const cuts[] = { " via ", " on behalf of ", " im auftrag von ",
				    " through " };

static bool is_in(const char *const *list, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++) /* most differ in the first letter */
		if (list[i][0] == word[0] && strcmp(list[i], word) == 0)
			return true;
	return false;
}

/* Brackets and what stands in them become a blank, unless nothing else is there. */
static void blank_brackets(char *text)
{
	static const char open[] = "([{<", close[] = ")]}>";
	char *copy = g_strdup(text);
	bool left = false;

	for (char *c = text; *c != '\0'; c++) {
		const char *which = strchr(open, *c);
		char *end = which != NULL ? strchr(c, close[which - open]) : NULL;

		if (end != NULL) {
			memset(c, ' ', (size_t)(end - c) + 1);
			c = end;
		}
		left |= *c != ' ';
	}
	if (!left)
		g_stpcpy(text, copy);
	g_free(copy);
}

/* Words with an "@" are addresses. */
static void blank_addresses(char *text)
{
	for (char *at = strchr(text, '@'); at != NULL; at = strchr(at, '@')) {
		char *from = at;

		while (from > text && from[-1] != ' ')
			from--;
		while (*at != '\0' && *at != ' ')
			at++;
		memset(from, ' ', (size_t)(at - from));
	}
}

/* What was written, without what is no name. */
static char *name_alone(struct arena *a, const char *name)
{
	size_t n = strlen(name);
	char *text;

	if (n > LIMIT_DISPLAY_BYTES)
		n = LIMIT_DISPLAY_BYTES;
	text = arena_strdup(a, unicode_fold(a, arena_strndup(a, name, n)));
	for (size_t i = 0; i < COUNT_OF(cuts); i++) {
		char *at = strstr(text, cuts[i]);

		if (at != NULL && at > text)
			*at = '\0';
	}
	blank_brackets(text);
	blank_addresses(text);
	return text;
}

static bool is_ideograph(gunichar c)
{
	return (c >= 0x3400 && c <= 0x9fff) || (c >= 0xac00 && c <= 0xd7a3) ||
	       (c >= 0x20000 && c <= 0x3ffff);
}

/* Hebrew and Arabic leave out vowels */
static bool is_abjad(const char *text)
{
	for (const char *c = text; *c != '\0'; c = letter_next(c)) {
		gunichar letter = g_utf8_get_char(c);

		if (letter >= 0x590 && letter <= 0x77f)
			return true;
	}
	return false;
}

/* Letters and digits stay, apostrophes go, everything else is a blank. */
static const char *letters_alone(struct arena *a, const char *text, bool *ideographs_r)
{
	char *out = arena_alloc_raw(a, strlen(text) + 1), *to = out;

	*ideographs_r = false;
	for (const char *c = text; *c != '\0'; c = letter_next(c)) {
		gunichar letter = g_utf8_get_char(c);
		size_t n = (size_t)(letter_next(c) - c);

		*ideographs_r |= is_ideograph(letter);
		if (letter == '\'' || letter == 0x2019 || letter == 0x2bc ||
		    letter == '`')
			continue;
		if (g_unichar_isalnum(letter) || g_unichar_ismark(letter) ||
		    letter == '$' || letter == '!')
			to = (char *)memcpy(to, c, n) + n;
		else
			*to++ = ' ';
	}
	*to = '\0';
	return out;
}

/* Digits and signs inside a word of letters stand for letters. */
static char *leet(char *word)
{
	static const char from[] = "0134578!$9", to[] = "oieastbisg";
	bool letters = false;

	for (const char *c = word; *c != '\0'; c++)
		letters |= g_ascii_isalpha(*c) || (unsigned char)*c >= 0x80;
	for (char *c = word; letters && *c != '\0'; c++) {
		const char *digit = strchr(from, *c);

		if (digit != NULL)
			*c = to[digit - from];
	}
	return word;
}

static bool has_letters(const char *word)
{
	for (const char *c = word; *c != '\0'; c = letter_next(c))
		if (g_unichar_isalpha(g_utf8_get_char(c)))
			return true;
	return false;
}

static bool is_repeated(const struct name_words *w, const char *word)
{
	return w->n > 0 && strcmp(w->at[w->n - 1].text, word) == 0;
}

/* "Abd al-X" and "Abdel X" are "Abdul X". */
static bool joins_abdul(struct name_words *w, const char *word)
{
	static const char *const articles[] = { "al", "el", "ul", "ur", "ar" };
	struct name_word *last = w->n > 0 ? &w->at[w->n - 1] : NULL;
	static const char abdul[] = "abdul";

	if (last == NULL || strcmp(last->text, "abd") != 0 ||
	    !is_in(articles, COUNT_OF(articles), word))
		return false;
	last->text = abdul;
	for (last->n = 0; abdul[last->n] != '\0'; last->n++)
		last->letters[last->n] = (unsigned char)abdul[last->n];
	return true;
}

static void add_word(struct arena *a, struct name_words *w, char *word, bool abjad)
{
	struct name_word *to = &w->at[w->n];

	leet(word);
	for (char *c = word; abjad && *c != '\0'; c++)
		if (*c == 'w' && c > word)
			*c = 'u';
	if (w->n == NAME_WORDS || !has_letters(word) || is_repeated(w, word) ||
	    joins_abdul(w, word))
		return;
	*to = (struct name_word){
		.particle = is_in(particles, COUNT_OF(particles), word),
		.abjad = abjad,
	};
	for (const char *c = word; *c != '\0' && to->n < WORD_LETTERS; c = letter_next(c))
		to->letters[to->n++] = g_utf8_get_char(c);
	*g_utf8_offset_to_pointer(word, (glong)to->n) = '\0';
	to->text = arena_strdup(a, word);
	w->n++;
}

static void split(struct arena *a, struct name_words *w, const char *text,
		  bool with_titles)
{
	char **words = g_strsplit(text, " ", -1);
	bool abjad = is_abjad(w->plain);

	for (char **word = words; *word != NULL; word++) {
		bool title = is_in(titles, COUNT_OF(titles), *word);

		if (**word != '\0' && (with_titles || !title))
			add_word(a, w, *word, abjad);
		w->titled = w->titled || title;
	}
	g_strfreev(words);
}

/* The text as it is read, and in w what is known of it before it is split. */
static const char *read_text(struct arena *a, const char *name, enum reading how,
			     struct name_words *w)
{
	const char *text;

	w->plain = letters_alone(a, name_alone(a, name), &w->ideographs);
	text = how == READING_SOUND ? unicode_latin(a, w->plain)
				    : unicode_skeleton(a, w->plain);
	return letters_alone(a, text, &(bool){ false });
}

struct name_words words_of(struct arena *a, const char *name, enum reading how)
{
	struct name_words w = { 0 };

	if (name == NULL)
		return w;
	const char *text = read_text(a, name, how, &w);

	w.comma = strchr(name, ',') != NULL;
	split(a, &w, text, false);
	if (w.n == 0)
		split(a, &w, text, true);
	return w;
}

/* an office by its letters, and what they stand for */
static const char *const offices[][2] = {
	{ "ceo", "chief executive officer" },
	{ "cfo", "chief financial officer" },
	{ "coo", "chief operating officer" },
	{ "cto", "chief technology officer" },
	{ "cio", "chief information officer" },
	{ "chro", "chief human resources officer" },
	{ "cmo", "chief marketing officer" },
	{ "cpo", "chief product officer" },
	{ "cro", "chief revenue officer" },
	{ "ciso", "chief information security officer" },
	{ "md", "managing director" },
	{ "gm", "general manager" },
	{ "vp", "vice president" },
	{ "svp", "senior vice president" },
	{ "evp", "executive vice president" },
	{ "gf", "geschaftsfuhrer" },
	{ "pdg", "president directeur general" },
};

static const char *written_out(const char *word)
{
	for (size_t i = 0; i < COUNT_OF(offices); i++)
		if (strcmp(offices[i][0], word) == 0)
			return offices[i][1];
	return word;
}

struct name_words words_of_title(struct arena *a, const char *title, enum reading how)
{
	static const char *const wrapping[] = { "the", "our", "your", "a",     "an",
						"of",  "and", "from", "office" };
	struct name_words w = { 0 };
	GString *text = g_string_new(NULL);

	if (title == NULL)
		title = "";
	char **words = g_strsplit(read_text(a, title, how, &w), " ", -1);

	for (char **word = words; *word != NULL; word++)
		if (!is_in(wrapping, COUNT_OF(wrapping), *word))
			g_string_append_printf(text, "%s ", written_out(*word));
	split(a, &w, text->str, true);
	g_strfreev(words);
	g_string_free(text, TRUE);
	return w;
}

#define BARE_LETTERS 4

static struct name_word word_of(struct arena *a, const char *text, bool abjad)
{
	struct name_word w = { .abjad = abjad };
	const char *c = text;

	for (; *c != '\0' && w.n < WORD_LETTERS; c = letter_next(c))
		w.letters[w.n++] = g_utf8_get_char(c);
	w.text = arena_strndup(a, text, (size_t)(c - text));
	return w;
}

bool words_without_s(struct arena *a, const struct name_words *w,
		     struct name_words *bare_r)
{
	*bare_r = *w;
	for (size_t i = 0; i < w->n; i++) {
		const struct name_word *word = &w->at[i];

		if (word->n < BARE_LETTERS + 1 || word->letters[word->n - 1] != 's')
			return false;
		bare_r->at[i] = word_of(
			a, arena_strndup(a, word->text, strlen(word->text) - 1), false);
	}
	return w->n >= 2;
}

struct name_words words_reversed(struct arena *a, const struct name_words *w)
{
	struct name_words back = *w;

	for (size_t i = 0; i < w->n; i++) {
		char *text = g_utf8_strreverse(w->at[i].text, -1);

		back.at[i] = word_of(a, text, w->at[i].abjad);
		g_free(text);
	}
	return back;
}

struct name_words words_join(struct arena *a, const struct name_words *w, size_t i)
{
	struct name_words joined = *w;
	const struct name_word *x = &w->at[i], *y = &w->at[i + 1];

	joined.at[i] = word_of(a, arena_printf(a, "%s%s", x->text, y->text), x->abjad);
	joined.n--;
	for (size_t k = i + 1; k < joined.n; k++)
		joined.at[k] = w->at[k + 1];
	return joined;
}

/* two or three consonants: no name has none but those */
static bool is_joined_initials(const struct name_word *w)
{
	if (w->n < 2 || w->n > 3 || w->particle)
		return false;
	for (size_t i = 0; i < w->n; i++)
		if (w->letters[i] >= 0x80 || !g_ascii_isalpha((char)w->letters[i]) ||
		    strchr("aeiou", (int)w->letters[i]) != NULL)
			return false;
	return true;
}

bool words_spell(struct arena *a, const struct name_words *w, struct name_words *apart_r)
{
	struct name_words apart = *w;
	bool any = false;

	apart.n = 0;
	for (size_t i = 0; i < w->n; i++) {
		size_t n = is_joined_initials(&w->at[i]) && w->n > 1 ? w->at[i].n : 1;

		any = any || n > 1;
		if (apart.n + n > NAME_WORDS)
			return false;
		if (n == 1)
			apart.at[apart.n++] = w->at[i];
		for (size_t k = 0; n > 1 && k < n; k++)
			apart.at[apart.n++] =
				word_of(a, arena_strndup(a, w->at[i].text + k, 1), false);
	}
	*apart_r = apart;
	return any;
}

/* --- how far apart --- */

static bool is_vowel(unsigned c)
{
	return c < 0x80 && c != 0 && strchr("aeiouy", (int)c) != NULL;
}

/* What sounds or looks alike. */
static bool is_near(unsigned a, unsigned b)
{
	static const char *const pairs =
		"ck cq kq gq gk sz vw ij yj il lj bp dt uv uw fv";

	if (is_vowel(a) && is_vowel(b))
		return true;
	for (const char *p = pairs; a < 0x80 && b < 0x80; p += 3) {
		if (((unsigned)p[0] == a && (unsigned)p[1] == b) ||
		    ((unsigned)p[0] == b && (unsigned)p[1] == a))
			return true;
		if (p[2] == '\0')
			break;
	}
	return false;
}

/* of leaving out letter i */
static unsigned drop_cost(const struct name_word *w, size_t i)
{
	unsigned c = w->letters[i];
	bool doubled = (i > 0 && w->letters[i - 1] == c) ||
		       (i + 1 < w->n && w->letters[i + 1] == c);

	return doubled || (i > 0 && (is_vowel(c) || c == 'h')) ? 1 : 2;
}

unsigned word_distance(const struct name_word *a, const struct name_word *b)
{
	unsigned d[WORD_LETTERS + 1][WORD_LETTERS + 1];

	d[0][0] = 0;
	for (size_t i = 1; i <= a->n; i++)
		d[i][0] = d[i - 1][0] + drop_cost(a, i - 1);
	for (size_t k = 1; k <= b->n; k++)
		d[0][k] = d[0][k - 1] + drop_cost(b, k - 1);
	for (size_t i = 1; i <= a->n; i++) {
		for (size_t k = 1; k <= b->n; k++) {
			unsigned x = a->letters[i - 1], y = b->letters[k - 1];
			unsigned change = x == y ? 0 : is_near(x, y) ? 1 : 2;
			unsigned best = d[i - 1][k - 1] + change;

			best = MIN(best, d[i - 1][k] + drop_cost(a, i - 1));
			best = MIN(best, d[i][k - 1] + drop_cost(b, k - 1));
			if (i > 1 && k > 1 && x == b->letters[k - 2] &&
			    y == a->letters[i - 2] && x != y)
				best = MIN(best, d[i - 2][k - 2] + 2);
			d[i][k] = best;
		}
	}
	return d[a->n][b->n];
}

/* --- sound --- */

/* one letter for all that sound alike; vowels and h have none */
static char sound_class(char c)
{
	static const char *const classes[] = { "bp", "ckqgx", "dt", "fvw", "sz" };

	for (size_t i = 0; i < COUNT_OF(classes); i++)
		if (strchr(classes[i], c) != NULL)
			return classes[i][0];
	return strchr("aeiouyhj", c) != NULL ? '\0' : c;
}

const char *word_sound(struct arena *a, const char *word)
{
	char *out = arena_alloc(a, strlen(word) + 1), *to = out;
	char last = '\0';

	for (const char *c = word; *c != '\0'; c++) {
		char sound = g_ascii_isalpha(*c) ? sound_class(*c) : *c;

		if (c == word && sound == '\0')
			sound = *c == 'j' || *c == 'y' ? 'j' : 'a';
		if (sound == '\0' || sound == last)
			continue;
		*to++ = sound;
		last = sound;
	}
	*to = '\0';
	return out;
}
