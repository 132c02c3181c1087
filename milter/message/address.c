/* Our own parser of addresses: whose name a message bears decides too much to leave it to a
 * parser that guesses. The structure is found in the raw bytes; encoded words are decoded
 * afterwards, in display names only, and so can never make, end or hide an address. */
#include "message/address.h"

#include <glib.h>
#include <string.h>

#include "base/limits.h"
#include "message/domain.h"
#include "message/encoded_words.h"
#include "message/headers.h"
#include "message/unicode.h"

#define MAX_TOKENS 256 /* of one mailbox: display name and address */

enum token_kind { TOKEN_END, TOKEN_WORD, TOKEN_QUOTED, TOKEN_LITERAL, TOKEN_SPECIAL };

struct token {
	enum token_kind kind;
	char special;      /* of TOKEN_SPECIAL */
	bool blank_before; /* blanks or a comment stand before it */
	struct bytes text; /* unquoted */
};

struct reader {
	struct arena *a;
	const char *p, *end;
	GArray *list;         /* struct mailaddr */
	struct bytes comment; /* the last one seen */
	bool strict;
	bool poisoned; /* a control character: this mailbox is none */
	bool in_group;
	bool after_at; /* the last token was "@": a "[" opens a literal */
};

struct tokens {
	struct token at[MAX_TOKENS];
	size_t n;
};

/* RFC 5322 3.2.2: comments nest, and quoted-pairs hide brackets; returns what is inside */
static struct bytes read_comment(struct reader *r)
{
	const char *start = ++r->p;
	int depth = 1;

	for (; r->p < r->end; r->p++) {
		if (*r->p == '\\' && r->p + 1 < r->end)
			r->p++;
		else if (*r->p == '(')
			depth++;
		else if (*r->p == ')' && --depth == 0)
			break;
	}
	struct bytes inside = { start, (size_t)(r->p - start) };

	if (r->p < r->end)
		r->p++;
	else
		r->strict = false;
	return inside;
}

/* "quoted-string": the text without quotes and backslashes; its end is looked for first, so
 * that no more is taken than the string needs */
static struct bytes read_quoted(struct reader *r)
{
	const char *start = ++r->p;
	size_t n = 0;

	for (; r->p < r->end && *r->p != '"'; r->p++)
		if (*r->p == '\\' && r->p + 1 < r->end)
			r->p++;
	char *out = arena_alloc(r->a, (size_t)(r->p - start) + 1);

	for (const char *p = start; p < r->p; p++) {
		if (*p == '\\' && p + 1 < r->end)
			p++;
		if (*p != '\r' && *p != '\n')
			out[n++] = *p;
	}
	if (r->p < r->end)
		r->p++;
	else
		r->strict = false;
	return (struct bytes){ out, n };
}

/* blanks and comments */
static bool skip_blanks(struct reader *r)
{
	const char *start = r->p;

	while (r->p < r->end) {
		if (*r->p == '(')
			r->comment = read_comment(r);
		else if (*r->p == ' ' || *r->p == '\t' || *r->p == '\r' || *r->p == '\n')
			r->p++;
		else
			break;
	}
	return r->p > start;
}

/* RFC 5322 3.4.1: domain-literal = "[" *([FWS] dtext) [FWS] "]"; kept with its brackets */
static struct bytes read_literal(struct reader *r)
{
	const char *start = r->p;
	size_t n = 0;

	while (r->p < r->end && strchr(",<>;", *r->p) == NULL)
		if (*r->p++ == ']')
			break;
	char *out = arena_alloc(r->a, (size_t)(r->p - start) + 1);

	for (const char *p = start; p < r->p; p++)
		if ((unsigned char)*p > 0x20)
			out[n++] = *p;
	return (struct bytes){ out, n };
}

static struct token next_token(struct reader *r)
{
	struct token t = { .blank_before = skip_blanks(r) };
	const char *start = r->p;
	bool after_at = r->after_at;

	r->after_at = false;
	if (r->p >= r->end)
		return t;
	size_t encoded =
		encoded_word_length((struct bytes){ start, (size_t)(r->end - start) });

	for (; encoded > 0; encoded--)
		r->strict &= address_atom_char(*r->p++);
	while (r->p < r->end && address_atom_char(*r->p))
		r->p++;
	t.text = (struct bytes){ start, (size_t)(r->p - start) };
	if (r->p > start) {
		t.kind = TOKEN_WORD;
	} else if (*r->p == '"') {
		t.kind = TOKEN_QUOTED;
		t.text = read_quoted(r);
	} else if (*r->p == '[' && after_at) {
		t.kind = TOKEN_LITERAL;
		t.text = read_literal(r);
	} else {
		t.kind = TOKEN_SPECIAL;
		t.special = *r->p++;
		t.text.n = 1;
		r->after_at = t.special == '@';
		if ((unsigned char)t.special < 0x20 || t.special == 0x7f)
			r->poisoned = true;
	}
	return t;
}

static void keep(struct reader *r, struct tokens *tokens, struct token t)
{
	if (tokens->n < MAX_TOKENS)
		tokens->at[tokens->n++] = t;
	else
		r->strict = false;
}

/* RFC 2047 5(3): an encoded word may stand in a phrase; many programs put it into a
 * quoted-string too, and readers decode it there */
static const char *display_of(struct arena *a, const struct token *at, size_t n)
{
	if (n == 0)
		return NULL;
	GString *raw = g_string_new(NULL);

	for (size_t i = 0; i < n; i++) {
		if (i > 0 && at[i].blank_before)
			g_string_append_c(raw, ' ');
		g_string_append_len(raw, at[i].text.at, (gssize)at[i].text.n);
	}
	const char *shown =
		encoded_words(a, header_unfold(a, (struct bytes){ raw->str, raw->len }));

	g_string_free(raw, TRUE);
	/* decoding may have brought blanks and controls of its own */
	struct bytes clean = header_unfold(a, bytes_of(shown));

	if (clean.n > LIMIT_DISPLAY_BYTES) {
		size_t cut = LIMIT_DISPLAY_BYTES;

		while (cut > 0 && ((unsigned char)clean.at[cut] & 0xc0) == 0x80)
			cut--;
		clean.n = cut;
	}
	return clean.n == 0 ? NULL : arena_strndup(a, clean.at, clean.n);
}

/* RFC 2047 5: "An 'encoded-word' MUST NOT appear in any portion of an 'addr-spec'"; readers
 * show what it says all the same, so that x@bank.example@evil.example seems to be another */
static const char *shown_of(struct arena *a, const char *local)
{
	struct token token = { .kind = TOKEN_WORD, .text = bytes_of(local) };

	return strstr(local, "=?") == NULL ? NULL : display_of(a, &token, 1);
}

/* in a list, most have the domain of the one before */
static const char *org_of(const struct reader *r, const char *domain)
{
	const struct mailaddr *before =
		r->list->len == 0
			? NULL
			: &g_array_index(r->list, struct mailaddr, r->list->len - 1);

	if (before != NULL && g_strcmp0(before->domain, domain) == 0)
		return before->org;
	return domain_org(domain);
}

/* the three parts are there: make it known, if it is an address */
static void emit(struct reader *r, const char *display, const char *local,
		 const char *domain)
{
	struct mailaddr m = { .display = display };

	if (domain == NULL)
		r->strict = false;
	if (r->poisoned || r->list->len >= LIMIT_ADDRESSES ||
	    !address_make(r->a, local, domain, &m)) {
		r->strict = false;
		return;
	}
	m.shown = shown_of(r->a, local);
	if (m.domain != NULL)
		m.org = org_of(r, m.domain);
	g_array_append_val(r->list, m);
}

/* words that belong together, as one text: "john . doe" is obsolete for "john.doe" */
static const char *joined(struct reader *r, const struct token *at, size_t n)
{
	GString *text = g_string_new(NULL);

	for (size_t i = 0; i < n; i++) {
		bool dot = i == 0 || (text->len > 0 && text->str[text->len - 1] == '.') ||
			   (at[i].text.n > 0 && at[i].text.at[0] == '.');

		if (!dot) {
			r->strict = false;
			if (at[i].blank_before)
				g_string_append_c(text, ' ');
		}
		g_string_append_len(text, at[i].text.at, (gssize)at[i].text.n);
	}
	const char *out = arena_strndup(r->a, text->str, text->len);

	if (strlen(out) != text->len)
		r->poisoned = true;
	g_string_free(text, TRUE);
	return out;
}

static bool is_special(const struct token *t, char c)
{
	return t->kind == TOKEN_SPECIAL && t->special == c;
}

/* how many tokens from `at` make one domain: [literal], or words bound by dots */
static size_t domain_length(const struct token *at, size_t n)
{
	size_t k = 0;

	if (n > 0 && at[0].kind == TOKEN_LITERAL)
		return 1;
	while (k < n && at[k].kind == TOKEN_WORD) {
		bool dot = k == 0 || at[k].text.at[0] == '.' ||
			   at[k - 1].text.at[at[k - 1].text.n - 1] == '.';

		if (!dot)
			break;
		k++;
	}
	return k;
}

/* the domain's tokens as one text */
static const char *domain_text(struct reader *r, const struct token *at, size_t n)
{
	GString *text = g_string_new(NULL);

	for (size_t i = 0; i < n; i++)
		g_string_append_len(text, at[i].text.at, (gssize)at[i].text.n);
	const char *out = arena_strndup(r->a, text->str, text->len);

	g_string_free(text, TRUE);
	return out;
}

/* what stood between the angle brackets, without them */
static void take_angle(struct reader *r, const char *display, struct tokens *in)
{
	size_t first = 0, at, used;

	/* RFC 5322 4.4: obs-route = obs-domain-list ":" */
	if (in->n > 0 && is_special(&in->at[0], '@')) {
		while (first < in->n && !is_special(&in->at[first], ':'))
			first++;
		first = first < in->n ? first + 1 : 0;
	}
	for (at = in->n; at > first && !is_special(&in->at[at - 1], '@'); at--)
		;
	if (at == first) {
		if (in->n == first + 1 && in->at[first].kind == TOKEN_WORD)
			emit(r, display, joined(r, in->at + first, 1), NULL);
		r->strict = false;
		return;
	}
	used = domain_length(in->at + at, in->n - at);
	if (used == 0 || at + used < in->n || at - 1 == first)
		r->strict = false;
	for (size_t i = first; i + 1 < at; i++)
		if (in->at[i].kind == TOKEN_SPECIAL)
			r->strict = false;
	if (used > 0 && at - 1 > first)
		emit(r, display, joined(r, in->at + first, at - 1 - first),
		     domain_text(r, in->at + at, used));
}

/* after "<": up to ">", or to where a list goes on without one */
static void read_angle(struct reader *r, const char *display)
{
	struct tokens *in = g_new(struct tokens, 1);
	const char *before = r->p;
	struct token t = next_token(r);
	bool route = is_special(&t, '@');

	in->n = 0;
	for (;; before = r->p, t = next_token(r)) {
		if (is_special(&t, '>'))
			break;
		if (t.kind == TOKEN_END || is_special(&t, '<') ||
		    (is_special(&t, ',') && !route)) {
			r->p = before;
			r->strict = false;
			break;
		}
		keep(r, in, t);
	}
	take_angle(r, display, in);
	g_free(in);
}

/* an item without angle brackets: local@domain, a bare word, or nothing of use */
static void take_bare(struct reader *r, const struct tokens *in, bool done)
{
	const struct token comment = { .kind = TOKEN_WORD, .text = r->comment };
	const char *display = in->n == 0 ? NULL : display_of(r->a, &comment, 1);
	size_t first = 0, used;
	bool found = false;

	for (size_t at = 0; at < in->n; at++) {
		if (!is_special(&in->at[at], '@'))
			continue;
		size_t local = at;

		while (local > first && in->at[local - 1].kind != TOKEN_SPECIAL &&
		       (local == at || in->at[local].text.at[0] == '.' ||
			(in->at[local - 1].text.n > 0 &&
			 in->at[local - 1].text.at[in->at[local - 1].text.n - 1] == '.')))
			local--;
		used = domain_length(in->at + at + 1, in->n - at - 1);
		if (local == at || used == 0) {
			r->strict = false;
			continue;
		}
		if (local > first || found)
			r->strict = false;
		emit(r, display, joined(r, in->at + local, at - local),
		     domain_text(r, in->at + at + 1, used));
		found = true;
		first = at + 1 + used;
		at = first - 1;
	}
	if (!found && !done && in->n == 1 && in->at[0].kind == TOKEN_WORD)
		emit(r, display, joined(r, in->at, 1), NULL);
	if (found ? first < in->n : in->n > 0)
		r->strict = false;
}

/* a delimiter closes the item; true: the list goes on */
static bool close_item(struct reader *r, struct tokens *in, struct token t, bool done)
{
	if (!done || in->n > 0)
		take_bare(r, in, done);
	if (is_special(&t, ';')) {
		if (!r->in_group)
			r->strict = false;
		r->in_group = false;
	}
	r->comment = (struct bytes){ NULL, 0 };
	r->poisoned = false;
	in->n = 0;
	return t.kind != TOKEN_END && r->list->len < LIMIT_ADDRESSES;
}

/* RFC 5322 3.2.5: words only; "boss@example.com <x@y>" must be quoted */
static bool is_phrase(const struct tokens *in)
{
	for (size_t i = 0; i < in->n; i++)
		if (in->at[i].kind != TOKEN_WORD && in->at[i].kind != TOKEN_QUOTED)
			return false;
	return true;
}

static void read_list(struct reader *r, struct tokens *in)
{
	bool done = false; /* this item already had its angle brackets */

	for (;;) {
		struct token t = next_token(r);

		if (t.kind == TOKEN_END || is_special(&t, ',') || is_special(&t, ';')) {
			if (!close_item(r, in, t, done))
				return;
			done = false;
		} else if (is_special(&t, '<')) {
			/* what is wrong with a name is not wrong with the address */
			if (done || r->poisoned || !is_phrase(in))
				r->strict = false;
			r->poisoned = false;
			read_angle(r, display_of(r->a, in->at, in->n));
			in->n = 0;
			done = true;
		} else if (is_special(&t, ':')) {
			/* RFC 5322 3.4: group = display-name ":" [group-list] ";" */
			if (r->in_group || done)
				r->strict = false;
			r->in_group = true;
			in->n = 0;
			done = false;
		} else {
			if (done)
				r->strict = false;
			if (t.kind == TOKEN_SPECIAL && strchr("@[]", t.special) == NULL)
				r->strict = false;
			else
				keep(r, in, t);
		}
	}
}

size_t address_list(struct arena *a, struct bytes value, const struct mailaddr **list_r,
		    bool *strict_r)
{
	struct reader r = {
		.a = a, .p = value.at, .end = value.at + value.n, .strict = true
	};
	struct tokens *in = g_new(struct tokens, 1);

	in->n = 0;
	r.list = g_array_new(FALSE, FALSE, sizeof(struct mailaddr));
	read_list(&r, in);
	size_t n = MIN(r.list->len, (guint)LIMIT_ADDRESSES);
	struct mailaddr *list = arena_new(a, struct mailaddr, n);

	if (n > 0)
		memcpy(list, r.list->data, n * sizeof(*list));
	g_array_free(r.list, TRUE);
	g_free(in);
	*list_r = list;
	*strict_r = r.strict && !r.in_group;
	return n;
}
