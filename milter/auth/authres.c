/* Authentication-Results of others. Reading is strict, because a result that is believed must
 * not depend on how somebody's parser stumbles. Whom a field claims to be from is another
 * question: see authres_claims.c. */
#include "auth/authres.h"

#include <glib.h>
#include <string.h>

#include "base/limits.h"

struct cursor {
	const char *at, *end;
	struct arena *arena;
};

/* ---- words ---- */

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* one comment, with those inside it; false: it does not end, or lies too deep */
static bool skip_comment(struct cursor *c)
{
	int depth = 0;

	for (; c->at < c->end; c->at++) {
		if (*c->at == '\\') {
			if (++c->at == c->end)
				return false;
		} else if (*c->at == '(') {
			if (++depth > LIMIT_COMMENT_DEPTH)
				return false;
		} else if (*c->at == ')' && --depth == 0) {
			c->at++;
			return true;
		}
	}
	return false;
}

static bool skip_space(struct cursor *c)
{
	while (c->at < c->end) {
		if (is_space(*c->at))
			c->at++;
		else if (*c->at != '(')
			return true;
		else if (!skip_comment(c))
			return false;
	}
	return true;
}

/* this character, and space around it */
static bool take(struct cursor *c, char want)
{
	if (!skip_space(c) || c->at == c->end || *c->at != want)
		return false;
	c->at++;
	return skip_space(c);
}

static bool keyword_char(char c)
{
	return g_ascii_isalnum(c) || c == '-' || c == '_';
}

/* a word of letters, digits and hyphens, lower case; NULL: there is none */
static const char *read_keyword(struct cursor *c)
{
	const char *from = c->at;
	char *word;

	while (c->at < c->end && keyword_char(*c->at))
		c->at++;
	if (c->at == from)
		return NULL;
	word = arena_strndup(c->arena, from, (size_t)(c->at - from));
	for (char *p = word; *p != '\0'; p++)
		*p = g_ascii_tolower(*p);
	return word;
}

static const char *read_quoted(struct cursor *c)
{
	const char *start = ++c->at;
	size_t n = 0;

	for (; c->at < c->end && *c->at != '"'; c->at++)
		if (*c->at == '\\' && ++c->at == c->end)
			return NULL;
	if (c->at == c->end)
		return NULL;
	char *word = arena_alloc(c->arena, (size_t)(c->at - start) + 1);

	for (const char *p = start; p < c->at; p++)
		word[n++] = *p == '\\' ? *++p : *p;
	c->at++;
	return word;
}

/* Many write addresses and base64 without the quotes they need; that is no ambiguity. */
static bool value_char(char c)
{
	return !is_space(c) && strchr(";()\"\\<>,", c) == NULL;
}

static const char *read_value(struct cursor *c)
{
	const char *from = c->at;

	if (c->at < c->end && *c->at == '"')
		return read_quoted(c);
	while (c->at < c->end && value_char(*c->at))
		c->at++;
	return c->at == from ? NULL
			     : arena_strndup(c->arena, from, (size_t)(c->at - from));
}

/* ---- results ---- */

/* "=" and a value */
static const char *read_assigned(struct cursor *c)
{
	const char *value;

	if (!take(c, '='))
		return NULL;
	value = read_value(c);
	return value != NULL && skip_space(c) ? value : NULL;
}

/* method [ "/" version ] "=" result */
static bool read_method(struct cursor *c, struct authres_result *r)
{
	r->method = read_keyword(c);
	if (r->method == NULL || !skip_space(c))
		return false;
	if (c->at < c->end && *c->at == '/' && (!take(c, '/') || read_keyword(c) == NULL))
		return false;
	if (!take(c, '='))
		return false;
	r->result = read_keyword(c);
	return r->result != NULL && skip_space(c);
}

/* ptype "." property "=" value, or "reason" "=" value; some big providers write other words
 * without a dot ("action=none"), which mean nothing here */
static bool read_property(struct cursor *c, struct authres_result *r,
			  struct authres_property *p, bool *is_property_r)
{
	p->ptype = read_keyword(c);
	if (p->ptype == NULL || !skip_space(c))
		return false;
	*is_property_r = c->at < c->end && *c->at == '.';
	if (!*is_property_r) {
		bool reason = strcmp(p->ptype, "reason") == 0;
		const char *value = read_assigned(c);

		if (reason && r->reason != NULL)
			return false;
		if (reason)
			r->reason = value;
		return value != NULL;
	}
	if (!take(c, '.'))
		return false;
	p->name = read_keyword(c);
	if (p->name == NULL)
		return false;
	p->value = read_assigned(c);
	return p->value != NULL;
}

static bool read_result(struct cursor *c, struct authres_result *r)
{
	struct authres_property *list =
		arena_new(c->arena, struct authres_property, LIMIT_AUTHRES_PROPERTIES);
	bool is_property;

	r->properties = list;
	if (!read_method(c, r))
		return false;
	while (c->at < c->end && *c->at != ';') {
		if (r->n_properties == LIMIT_AUTHRES_PROPERTIES ||
		    !read_property(c, r, &list[r->n_properties], &is_property))
			return false;
		r->n_properties += is_property;
	}
	return true;
}

/* "none", and nothing else */
static bool read_none(struct cursor *c)
{
	struct cursor ahead = *c;
	const char *word = read_keyword(&ahead);

	return word != NULL && strcmp(word, "none") == 0 && skip_space(&ahead) &&
	       ahead.at == ahead.end;
}

static bool read_results(struct cursor *c, struct authres *out)
{
	struct authres_result *list =
		arena_new(c->arena, struct authres_result, LIMIT_AUTHRES_RESULTS);

	out->results = list;
	do {
		if (!take(c, ';'))
			return false;
		if (c->at == c->end) /* many end with one semicolon more */
			return out->n_results > 0;
		if (out->n_results == 0 && read_none(c))
			return true;
		if (out->n_results == LIMIT_AUTHRES_RESULTS ||
		    !read_result(c, &list[out->n_results]))
			return false;
		out->n_results++;
	} while (c->at < c->end);
	return true;
}

/* lower case, without last dots */
static const char *id_key(struct arena *a, const char *at, size_t n)
{
	char *id;

	while (n > 0 && at[n - 1] == '.')
		n--;
	id = arena_strndup(a, at, n);
	for (char *p = id; *p != '\0'; p++)
		*p = g_ascii_tolower(*p);
	return id;
}

static bool text_good(struct bytes text)
{
	if (text.n > LIMIT_AUTHRES_BYTES || !g_utf8_validate_len(text.at, text.n, NULL))
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (g_ascii_iscntrl(text.at[i]) && !is_space(text.at[i]))
			return false;
	return true;
}

const struct authres *authres_parse(struct arena *a, struct bytes value)
{
	struct cursor c = { .at = value.at, .end = value.at + value.n, .arena = a };
	struct authres *out = arena_new(a, struct authres, 1);
	const char *id;

	if (value.n == 0 || !text_good(value) || !skip_space(&c))
		return NULL;
	id = read_value(&c);
	if (id == NULL || !skip_space(&c))
		return NULL;
	out->authserv_id = id_key(a, id, strlen(id));
	if (c.at < c.end && g_ascii_isdigit(*c.at)) {
		const char *version = read_keyword(&c);

		if (strcmp(version, "1") != 0 || !skip_space(&c))
			return NULL;
	}
	return read_results(&c, out) ? out : NULL;
}

bool authres_plain(struct bytes value, const char *authserv_id)
{
	const char *at = value.at, *end = value.at + value.n;
	size_t n = strlen(authserv_id);

	while (at < end && is_space(*at))
		at++;
	if (n == 0 || (size_t)(end - at) <= n ||
	    g_ascii_strncasecmp(at, authserv_id, n) != 0)
		return false;
	return at[n] == ';' || is_space(at[n]);
}

bool authres_is(const struct header *h)
{
	static const char name[] = "Authentication-Results";
	size_t n = h->name.n;

	while (n > 0 && is_space(h->name.at[n - 1]))
		n--;
	return n == strlen(name) && g_ascii_strncasecmp(h->name.at, name, n) == 0;
}
