/* Facets are a letter for their kind and a hash, or the word itself where it is one of ours. */
#include "quarantine/search.h"

#include <string.h>

#include "base/arena.h"
#include "base/limits.h"
#include "message/message.h"
#include "quarantine/describe.h"
#include "quarantine/scope.h"

#define HASH_CHARS 16
#define CAMPAIGN_WORDS_LEAST 12
#define CAMPAIGN_LETTERS_LEAST 4

/* the kinds of facets */
#define OF_TENANT 't'
#define OF_RCPT 'o'
#define OF_SENDER 'f'
#define OF_RULE 'r'
#define OF_DECIDING 'd'
#define OF_VERDICT 'v'
#define OF_STATE 's'
#define OF_CAMPAIGN 'c'
#define OF_NOTHING "none" /* no hold has it */

static void add(GString *to, char kind, const char *text)
{
	char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);

	g_string_append_printf(to, "%s%c%.*s", to->len > 0 ? " " : "", kind, HASH_CHARS,
			       hash);
	g_free(hash);
}

/* the address, and its @domain */
static void add_address(GString *to, char kind, const char *key)
{
	const char *at = strrchr(key, '@');

	add(to, kind, key);
	if (at != NULL && at != key)
		add(to, kind, at);
}

static void add_sender(GString *to, const char *address)
{
	char *key = address == NULL ? NULL : hold_address_key(address);

	if (key != NULL && key[0] != '\0')
		add_address(to, OF_SENDER, key);
	g_free(key);
}

static void add_hits(GString *to, const struct hold_rcpt *r)
{
	const char *at = r->hits;
	struct hold_hit hit;

	while (hold_hit_next(&at, &hit))
		add(to, OF_RULE, hit.rule);
	if (r->rule != NULL)
		add(to, OF_DECIDING, r->rule);
}

static void add_rcpt(GString *to, const struct hold *h, size_t i)
{
	const struct hold_rcpt *r = &h->rcpts[i];
	char *key = hold_address_key(r->address);

	add_address(to, OF_RCPT, key);
	if (r->verdict != NULL)
		add(to, OF_VERDICT, r->verdict);
	add(to, OF_STATE, hold_state_names[r->state]);
	if (i == 0 || g_strcmp0(r->hits, r[-1].hits) != 0 ||
	    g_strcmp0(r->rule, r[-1].rule) != 0)
		add_hits(to, r);
	g_free(key);
}

char *search_facets(const struct hold *h)
{
	GString *all = g_string_new(NULL), *once = g_string_new(NULL);
	GHashTable *seen = g_hash_table_new(g_str_hash, g_str_equal);
	char **words;

	add(all, OF_TENANT, h->tenant != NULL ? h->tenant : "");
	add_sender(all, h->from);
	add_sender(all, h->mail_from);
	if (h->campaign != NULL)
		add(all, OF_CAMPAIGN, h->campaign);
	for (size_t i = 0; i < h->n_rcpts; i++)
		add_rcpt(all, h, i);
	words = g_strsplit(all->str, " ", -1);
	for (char **w = words; *w != NULL; w++)
		if (g_hash_table_add(seen, *w))
			g_string_append_printf(once, "%s%s", once->len > 0 ? " " : "",
					       *w);
	g_hash_table_destroy(seen);
	g_strfreev(words);
	g_string_free(all, TRUE);
	return g_string_free(once, FALSE);
}

char *search_sender(const struct hold *h)
{
	return g_strjoin(" ", h->name != NULL ? h->name : "",
			 h->from != NULL ? h->from : "", h->mail_from, NULL);
}

char *search_rcpts(const struct hold *h)
{
	GString *all = g_string_new(NULL);

	for (size_t i = 0; i < h->n_rcpts; i++)
		g_string_append_printf(all, "%s ", h->rcpts[i].address);
	return g_string_free(all, FALSE);
}

/* ---- the question ---- */

static void and_facet(GString *to, char kind, const char *text)
{
	GString *word = g_string_new(NULL);

	add(word, kind, text);
	g_string_append_printf(to, "%sfacets : %s", to->len > 0 ? " AND " : "",
			       word->str);
	g_string_free(word, TRUE);
}

static bool has_letters(const char *word)
{
	for (const char *c = word; *c != '\0'; c = g_utf8_next_char(c))
		if (g_unichar_isalnum(g_utf8_get_char(c)))
			return true;
	return false;
}

/* The next word, or the words between two quotes. NULL: there is none */
static char *next_word(const char **at)
{
	const char *c = *at + strspn(*at, " \t\r\n");
	bool quoted = *c == '"';
	size_t n = quoted ? strcspn(++c, "\"") : strcspn(c, " \t\r\n\"");
	char *word = n == 0 && *c == '\0' ? NULL : g_strndup(c, n);

	*at = c + n + (quoted && c[n] == '"');
	return word;
}

/* Each word as a string of FTS5, which cannot be anything else; a star at its end stays one.
 * What has no letters is no word there. */
static void append_words(GString *to, const char *columns, const char *text)
{
	char *valid = g_utf8_make_valid(text, -1), *word;
	const char *at = valid;
	bool any = false;

	g_string_append_printf(to, "%s : (", columns);
	for (; (word = next_word(&at)) != NULL; g_free(word)) {
		bool star = g_str_has_suffix(word, "*");

		if (!has_letters(word))
			continue;
		g_string_append_printf(to, "%s\"%.*s\"%s", any ? " AND " : "",
				       (int)strlen(word) - star, word, star ? " *" : "");
		any = true;
	}
	g_string_append(to, any ? ")" : OF_NOTHING ")");
	g_free(valid);
}

static void and_from(GString *to, const char *from)
{
	char *key = hold_address_key(from);

	g_string_append(to, to->len > 0 ? " AND (facets : " : "(facets : ");
	GString *word = g_string_new(NULL);

	add(word, OF_SENDER, key);
	g_string_append_printf(to, "%s OR ", word->str);
	append_words(to, "sender", from);
	g_string_append_c(to, ')');
	g_string_free(word, TRUE);
	g_free(key);
}

static void and_parts(GString *to, const struct hold_parts *p)
{
	if (p->rcpt != NULL) {
		char *key = hold_address_key(p->rcpt);

		and_facet(to, OF_RCPT, key);
		g_free(key);
	}
	if (p->rule != NULL)
		and_facet(to, OF_RULE, p->rule);
	if (p->decided_by != NULL)
		and_facet(to, OF_DECIDING, p->decided_by);
	if (p->verdict != NULL)
		and_facet(to, OF_VERDICT, p->verdict);
}

char *search_question(const struct index_query *query)
{
	const struct hold_scope *scope = query->scope;
	const struct hold_filter *f = query->filter;
	bool mailbox = scope->kind == HOLD_SCOPE_MAILBOX;
	GString *to = g_string_new(NULL);

	if (mailbox) {
		char *key = hold_address_key(scope->mailbox);

		and_facet(to, OF_RCPT, key);
		g_free(key);
	}
	if (scope->kind != HOLD_SCOPE_ALL)
		and_facet(to, OF_TENANT, scope->tenant);
	and_parts(to, &f->parts);
	if (f->campaign != NULL)
		and_facet(to, OF_CAMPAIGN, f->campaign);
	if (f->from != NULL)
		and_from(to, f->from);
	if (f->text != NULL) {
		g_string_append(to, to->len > 0 ? " AND " : "");
		append_words(to,
			     mailbox ? "{sender subject reasons body}"
				     : "{sender rcpts subject reasons body}",
			     f->text);
	}
	if (!f->all_states)
		and_facet(to, OF_STATE, hold_state_names[f->state]);
	if (to->len > 0)
		return g_string_free(to, FALSE);
	g_string_free(to, TRUE);
	return NULL;
}

/* ---- of a message ---- */

/* Names begin with a capital; so does what begins a sentence. */
static bool is_plain_word(const char *word)
{
	size_t n = 0;

	if (g_unichar_isupper(g_utf8_get_char(word)))
		return false;
	for (const char *c = word; *c != '\0'; c = g_utf8_next_char(c), n++)
		if (!g_unichar_isalpha(g_utf8_get_char(c)))
			return false;
	return n >= CAMPAIGN_LETTERS_LEAST;
}

char *search_campaign(const char *text)
{
	size_t n = MIN(strlen(text), LIMIT_HOLD_TEXT_BYTES), words = 0;
	char *part = g_strndup(text, n), *valid = g_utf8_make_valid(part, -1);
	char **all = g_strsplit_set(valid, " \t\r\n.,;:!?()\"'", -1), *id = NULL;
	GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);

	for (char **w = all; *w != NULL; w++) {
		if (!is_plain_word(*w))
			continue;
		g_checksum_update(sum, (const guchar *)*w, (gssize)strlen(*w) + 1);
		words++;
	}
	if (words >= CAMPAIGN_WORDS_LEAST)
		id = g_strndup(g_checksum_get_string(sum), HASH_CHARS);
	g_checksum_free(sum);
	g_strfreev(all);
	g_free(valid);
	g_free(part);
	return id;
}

char *search_text(struct bytes raw)
{
	const struct message_limits limits = { .max_bytes = LIMIT_MESSAGE_BYTES };
	struct arena *a = arena_create();
	const struct message *m = message_parse(a, raw, &limits);
	char *cut = g_strndup(m->text, MIN(strlen(m->text), LIMIT_HOLD_TEXT_BYTES));
	char *text = g_utf8_make_valid(cut, -1);

	g_free(cut);
	arena_destroy(&a);
	return text;
}
