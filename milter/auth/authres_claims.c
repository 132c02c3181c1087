/* Whom does an Authentication-Results field claim to be from? Readers differ in what ends a
 * comment, in what a quote or a backslash means and in what parts words. So each way to read
 * is tried, and what one of them takes for our name is a claim to be ours. Only the part
 * before the results is read: a name in a result claims nothing. */
#include <glib.h>
#include <string.h>

#include "auth/authres.h"
#include "message/encoded_words.h"
#include "message/unicode.h"

/* what a reader may know; each is a bit of a way to read */
enum way {
	WAY_NESTED = 1 << 0, /* comments lie within comments */
	WAY_PAIRS = 1 << 1,  /* a backslash in a comment hides a bracket */
	WAY_QUOTES = 1 << 2, /* brackets and semicolons in quotes are text */
	WAY_CONTROL =
		1 << 3, /* control characters part words, instead of being nothing */
	WAY_ALL = (1 << 4) - 1,
	WAY_NO_COMMENT = 1 << 4, /* brackets only part words */
};

#define LOOKED_AT \
	16 /* words whose letters are compared: no reader looks further for a name */

struct head {
	GString *text;
	unsigned way;
	unsigned depth;
	bool quoted;
	bool named; /* there is something that could be a name */
	size_t read;
};

static bool id_char(char c)
{
	return g_ascii_isalnum(c) || strchr("-_.@=", c) != NULL ||
	       (unsigned char)c >= 0x80;
}

static void in_comment(struct head *h, char c)
{
	if (c == '(' && (h->way & WAY_NESTED))
		h->depth++;
	else if (c == ')')
		h->depth--;
}

/* false: the head ends before this character */
static bool outside(struct head *h, char c)
{
	bool text = h->quoted && (h->way & WAY_QUOTES);

	if (c == ';' && !text && h->named)
		return false;
	if (c == '"') {
		h->quoted = !h->quoted;
	} else if (c == '(' && !text && !(h->way & WAY_NO_COMMENT)) {
		h->depth = 1;
	} else if (c != '\0' && id_char(c)) {
		g_string_append_c(h->text, g_ascii_tolower(c));
		h->named = h->named || (c != '.' && c != '=');
	} else if (c != '\\' && (!g_ascii_iscntrl(c) || g_ascii_isspace(c) ||
				 (h->way & WAY_CONTROL))) {
		g_string_append_c(h->text, ' ');
	}
	return true;
}

/* VT and FF are controls to one and blanks to another reader */
static bool is_nothing(char c, unsigned way)
{
	return (c == '\v' || c == '\f') && !(way & WAY_CONTROL);
}

/* what stands before the results; false: a comment does not end */
static bool read_head(struct head *h, struct bytes value)
{
	size_t i;

	g_string_truncate(h->text, 0);
	h->depth = 0;
	h->quoted = h->named = false;
	for (i = 0; i < value.n; i++) {
		char c = value.at[i];

		if (h->depth > 0 && c == '\\' && (h->way & WAY_PAIRS))
			i++;
		else if (h->depth > 0)
			in_comment(h, c);
		else if (!is_nothing(c, h->way) && !outside(h, c))
			break;
	}
	h->read = MIN(i, value.n);
	return h->depth == 0;
}

/* Is there nothing that one reader takes for something else than another? Most fields. */
static bool is_plain(struct bytes head)
{
	for (size_t i = 0; i < head.n; i++) {
		char c = head.at[i];

		if (c == '(' || c == '"' || c == '\\' ||
		    (g_ascii_iscntrl(c) && c != '\t' && c != '\r' && c != '\n'))
			return false;
	}
	return true;
}

/* RFC 5322 3.4.1: blanks may stand around the dots of a domain */
static void join_dots(GString *text)
{
	size_t n = 0;

	for (size_t i = 0; i < text->len; i++) {
		char c = text->str[i];

		while (c == '.' && n > 0 && text->str[n - 1] == ' ')
			n--;
		if (c != ' ' || n == 0 || text->str[n - 1] != '.')
			text->str[n++] = c;
	}
	g_string_truncate(text, n);
}

static bool is_ascii(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text >= 0x80)
			return false;
	return true;
}

/* letters of another width or alphabet that are taken for those of the name */
static bool looks_like(struct arena *a, const char *word, const char *id)
{
	const char *domain = is_ascii(word) ? NULL : unicode_domain(a, word);

	if (is_ascii(word) || strlen(word) > 4 * strlen(id))
		return false;
	return g_strcmp0(domain, id) == 0 ||
	       strcmp(unicode_skeleton(a, word), unicode_skeleton(a, id)) == 0;
}

/* is one of the words before the first with "=" the name? */
static bool has_word(struct arena *a, char *text, const char *id)
{
	size_t n, words = 0;

	for (char *word = text; *word != '\0'; word += n) {
		word += strspn(word, " .=");
		n = strcspn(word, " ");
		bool last = word[n] == '\0';

		word[n] = '\0';
		if (strchr(word, '=') != NULL)
			return false;
		for (size_t k = n; k > 0 && word[k - 1] == '.'; k--)
			word[k - 1] = '\0';
		if (strcmp(word, id) == 0 ||
		    (++words <= LOOKED_AT && looks_like(a, word, id)))
			return true;
		n += !last;
	}
	return false;
}

/* "mx.example.org. 1" and "mx . example . org" are names of the same host */
static bool head_has(struct arena *a, GString *head, const char *id)
{
	char *apart = g_strdup(head->str);
	bool has = has_word(a, apart, id);

	g_free(apart);
	if (has || head->len == 0)
		return has;
	join_dots(head);
	return has_word(a, head->str, id);
}

/* RFC 8601 2.2: authserv-id = value; lower case, without last dots, in A-labels */
static const char *id_of(struct arena *a, const char *authserv_id)
{
	char *id = g_ascii_strdown(authserv_id, -1);
	const char *kept;

	for (size_t n = strlen(id); n > 0 && id[n - 1] == '.'; n--)
		id[n - 1] = '\0';
	kept = is_ascii(id) ? NULL : unicode_domain(a, id);
	kept = kept == NULL ? arena_strdup(a, id) : kept;
	g_free(id);
	return kept;
}

/* each way to read; brackets that do not close are no brackets to some */
static bool any_way(struct arena *a, struct bytes value, const char *id)
{
	struct head h = { .text = g_string_new(NULL) };
	bool ours = false;

	for (h.way = 0; h.way <= WAY_ALL && !ours; h.way++) {
		unsigned way = h.way;
		bool closed = read_head(&h, value);

		ours = head_has(a, h.text, id);
		if (!ours && !closed) {
			h.way |= WAY_NO_COMMENT;
			read_head(&h, value);
			ours = head_has(a, h.text, id);
		}
		h.way = way;
		if (way == 0 && is_plain((struct bytes){ value.at, h.read }))
			break; /* the other ways read the same */
	}
	g_string_free(h.text, TRUE);
	return ours;
}

/* as a reader sees it who decodes first: encoded words, other widths, blanks of all kinds */
static struct bytes decoded(struct arena *a, struct bytes value)
{
	const char *text = encoded_words(a, value);
	GString *out = g_string_new(NULL);

	for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);
		bool blank =
			g_unichar_isspace(c) || g_unichar_type(c) == G_UNICODE_CONTROL;

		if (blank)
			g_string_append_c(out, ' ');
		else if (g_unichar_type(c) != G_UNICODE_FORMAT)
			g_string_append_unichar(out, c);
	}
	const char *folded = unicode_fold(a, out->str);

	g_string_free(out, TRUE);
	return bytes_of(folded);
}

static bool needs_decoding(struct bytes value)
{
	for (size_t i = 0; i < value.n; i++)
		if ((unsigned char)value.at[i] >= 0x80)
			return true;
	return value.n > 1 && memmem(value.at, value.n, "=?", 2) != NULL;
}

bool authres_claims(struct bytes value, const char *authserv_id)
{
	struct arena *a = arena_create();
	const char *id = id_of(a, authserv_id);
	bool ours = *id != '\0' &&
		    (any_way(a, value, id) ||
		     (needs_decoding(value) && any_way(a, decoded(a, value), id)));

	arena_destroy(&a);
	return ours;
}
