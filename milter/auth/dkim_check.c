/* See dkim_check.h. A pass here means: the whole body and the named fields are as the domain
 * signed them, with a key and algorithm that are still worth something. What verifies but
 * does not mean that (rsa-sha1, a key under 1024 bits, l= short of the body, out of its time)
 * is AUTH_POLICY. */
#include "auth/dkim_check.h"

#include <string.h>

#include "auth/base64.h"
#include "auth/canon.h"
#include "auth/dkim_field.h"
#include "auth/dkim_key.h"
#include "auth/tags.h"
#include "base/limits.h"
#include "message/domain.h"
#include "message/partial.h"

#define CLOCK_SKEW_S 3600 /* how far ahead a signer's clock may be */
#define HEADER_B_CHARS 8  /* RFC 6008 3 */

struct signature {
	struct dkim_field field;
	size_t header;      /* its index among the fields of the message */
	const char *domain; /* d= as domain_key(); NULL: unusable */
	bool aligned;
	bool chosen;
	struct dns_query *key;
};

struct dkim_check {
	const struct dkim_tools *tools;
	struct arena *arena; /* copies of the fields */
	struct signature at[LIMIT_DKIM_FIELDS];
	size_t n;
	bool truncated;
	struct dkim_hasher *hasher; /* NULL: no field can be checked */
};

/* ---- begin ---- */

/* a slice as domain_key(); NULL: it is none */
static const char *slice_key(struct arena *a, struct bytes text)
{
	return text.n == 0 ? NULL : domain_key(a, arena_strndup(a, text.at, text.n));
}

static void take_fields(struct dkim_check *c, const struct header *h, size_t n,
			const char *from_org)
{
	for (size_t i = 0; i < n; i++) {
		struct signature *s = &c->at[c->n];
		struct bytes value = h[i].value;

		if (!dkim_field_is(&h[i]))
			continue;
		if (c->n == LIMIT_DKIM_FIELDS) {
			c->truncated = true;
			return;
		}
		value.at = arena_strndup(c->arena, value.at, value.n);
		dkim_field_read(value, SIGNATURE_DKIM, &s->field);
		s->header = i;
		s->domain = slice_key(c->arena, s->field.domain);
		s->aligned = s->domain != NULL && from_org != NULL &&
			     domain_has_org(s->domain, from_org);
		c->n++;
	}
}

/* choose up to LIMIT_DKIM_SIGNATURES: those that matter for From, other good ones, the rest */
static void choose(struct dkim_check *c)
{
	size_t chosen = 0;

	for (int rank = 0; rank < 3; rank++) {
		for (size_t i = 0; i < c->n && chosen < LIMIT_DKIM_SIGNATURES; i++) {
			struct signature *s = &c->at[i];
			int own = s->field.wrong != NULL ? 2 : s->aligned ? 0 : 1;

			if (own != rank)
				continue;
			s->chosen = true;
			chosen++;
		}
	}
	c->truncated |= chosen < c->n;
}

static void ask_keys(struct dkim_check *c)
{
	for (size_t i = 0; i < c->n; i++) {
		struct signature *s = &c->at[i];
		char *name;

		if (!s->chosen || s->field.wrong != NULL)
			continue;
		name = dkim_field_key_name(&s->field);
		s->key = resolver_ask(c->tools->resolver, name, DNS_TXT);
		g_free(name);
	}
}

static void hash_headers(struct dkim_check *c, const struct header *h, size_t n)
{
	bool *wanted = g_new0(bool, n), *fed = g_new(bool, n), any = false;

	for (size_t i = 0; i < n; i++)
		fed[i] = !dkim_field_is(&h[i]);
	for (size_t i = 0; i < c->n; i++) {
		const struct signature *s = &c->at[i];

		fed[s->header] = s->field.wrong == NULL;
		wanted[s->header] = s->key != NULL;
		any |= s->key != NULL;
	}
	if (any)
		c->hasher = dkim_hasher_create(c->tools->library, h, n, wanted, fed);
	g_free(wanted);
	g_free(fed);
}

struct dkim_check *dkim_check_begin(const struct dkim_tools *tools,
				    const struct header *h, size_t n,
				    const char *from_org)
{
	struct dkim_check *c;
	size_t first = 0;

	while (first < n && !dkim_field_is(&h[first]))
		first++;
	if (first == n)
		return NULL;
	c = g_new0(struct dkim_check, 1);
	c->tools = tools;
	c->arena = arena_create();
	take_fields(c, h, n, from_org);
	choose(c);
	ask_keys(c);
	hash_headers(c, h, n);
	return c;
}

const char *dkim_check_domain(const struct dkim_check *c, size_t i)
{
	for (size_t k = 0; k < c->n; k++)
		if (c->at[k].chosen && i-- == 0)
			return c->at[k].domain;
	return NULL;
}

void dkim_check_destroy(struct dkim_check **cp)
{
	struct dkim_check *c = *cp;

	*cp = NULL;
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->n; i++)
		dns_query_release(&c->at[i].key);
	dkim_hasher_destroy(&c->hasher);
	arena_destroy(&c->arena);
	g_free(c);
}

/* ---- judging one signature ---- */

struct judge {
	struct dkim_check *check;
	const struct dkim_end *end;
	const struct signature *s;
	size_t nth; /* among those that are hashed */
	struct auth_dkim *out;
};

static void say(const struct judge *j, enum auth_result result, const char *why)
{
	j->out->result = result;
	j->out->why = why;
}

/* is the body what bh= says? */
static bool judge_body(const struct judge *j, const struct dkim_hashes *hashes)
{
	const struct dkim_field *f = &j->s->field;
	uint8_t claimed[DKIM_SIGNATURE_BYTES];
	size_t n;

	if (f->signed_bytes > hashes->hashed_bytes) {
		say(j, AUTH_PERMERROR, "l= is longer than the body");
		return false;
	}
	if (!base64_read(f->body_hash, claimed, sizeof(claimed), &n) ||
	    n != hashes->body.n || memcmp(claimed, hashes->body.at, n) != 0) {
		say(j, AUTH_FAIL, "the body was changed");
		return false;
	}
	return true;
}

static bool judge_signature(const struct judge *j, const struct public_key *key,
			    const struct dkim_hashes *hashes)
{
	if (!dkim_key_verifies(key, &j->s->field, hashes->header)) {
		say(j, AUTH_FAIL,
		    "the header was changed, or it was signed with another key");
		return false;
	}
	return true;
}

/* it verifies; what is it worth? */
static void judge_worth(const struct judge *j)
{
	const struct dkim_field *f = &j->s->field;
	const struct message *m = j->end->message;
	struct bytes body = { .at = m->raw.at + m->body_at, .n = m->raw.n - m->body_at };
	int64_t now_s = j->end->received_s;

	if (f->signed_bytes >= 0)
		j->out->body_partly_signed =
			canon_body_bytes(body, f->relaxed_body) > f->signed_bytes;
	if (f->hash == KEY_SHA1)
		say(j, AUTH_POLICY, "rsa-sha1 is no longer safe (RFC 8301)");
	else if (f->key_type == KEY_RSA && j->out->key_bits < DKIM_KEY_BITS_MIN)
		say(j, AUTH_POLICY, "the key has less than 1024 bits");
	else if (j->out->body_partly_signed)
		say(j, AUTH_POLICY, "a part of the body is not signed (l=)");
	else if (now_s > 0 && f->expires_s > 0 && now_s > f->expires_s)
		say(j, AUTH_POLICY, "it had expired when the message came");
	else if (now_s > 0 && f->signed_s > now_s + CLOCK_SKEW_S)
		say(j, AUTH_POLICY, "it was made after the message came");
	else
		say(j, AUTH_PASS, NULL);
}

static void judge_key(const struct judge *j, const struct public_key *key)
{
	struct dkim_hashes hashes;

	j->out->key_bits = public_key_bits(key);
	if (!dkim_hasher_get(j->check->hasher, j->nth, &hashes))
		say(j, AUTH_NEUTRAL, "it cannot be checked");
	else if (judge_body(j, &hashes) && judge_signature(j, key, &hashes))
		judge_worth(j);
}

static void judge_answer(const struct judge *j, const struct dns_answer *answer)
{
	struct dkim_key key;
	const char *wrong =
		dkim_key_find(j->check->tools->keys, &j->s->field, answer, &key);

	j->out->testing = key.testing;
	if (answer->status == DNS_TEMPFAIL)
		say(j, AUTH_TEMPERROR, "DNS did not answer");
	else if (wrong != NULL)
		say(j, AUTH_PERMERROR, wrong);
	else
		judge_key(j, key.key);
	public_key_drop(&key.key);
	/* RFC 6376 3.6.1: in testing, what fails is as good as unsigned */
	if (j->out->testing && j->out->result == AUTH_FAIL)
		j->out->result = AUTH_NEUTRAL;
}

/* ---- what is told of a signature ---- */

static const char *slice_text(struct arena *a, struct bytes text)
{
	return text.n == 0 ? NULL : arena_strndup(a, text.at, text.n);
}

static const char *header_b(struct arena *a, struct bytes b)
{
	char *text = arena_alloc(a, HEADER_B_CHARS + 1);
	size_t n = 0;

	for (size_t i = 0; i < b.n && n < HEADER_B_CHARS; i++)
		if (!g_ascii_isspace(b.at[i]))
			text[n++] = b.at[i];
	return n == 0 ? NULL : text;
}

static size_t count_names(struct bytes list)
{
	struct bytes name;
	size_t n = 0;

	if (list.n == 0)
		return 0;
	while (tag_next(&list, &name))
		n++;
	return n;
}

static void tell_names(struct arena *a, struct bytes list, struct auth_dkim *out)
{
	size_t n = MIN(count_names(list), LIMIT_DKIM_NAMES), i = 0;
	const char **names = arena_new(a, const char *, n);
	struct bytes name;

	while (i < n && tag_next(&list, &name))
		names[i++] = arena_strndup(a, name.at, name.n);
	out->headers = names;
	out->n_headers = n;
}

static void tell(struct arena *a, const struct signature *s, struct auth_dkim *out)
{
	const struct dkim_field *f = &s->field;

	out->domain = slice_key(a, f->domain);
	out->selector = slice_text(a, f->selector);
	out->auid = f->auid[0] == '\0' ? NULL : arena_strdup(a, f->auid);
	if (f->algorithm.n > 0)
		out->algorithm = g_ascii_isalpha(*f->algorithm.at)
					 ? slice_text(a, f->algorithm)
					 : NULL;
	out->header_b = header_b(a, f->signature);
	out->signed_s = f->signed_s;
	out->expires_s = f->expires_s;
	out->aligned = s->aligned;
	tell_names(a, f->names, out);
}

static size_t count_fields(const struct message *m, const char *name)
{
	size_t n = 0, length = strlen(name);

	for (size_t i = 0; i < m->n_headers; i++)
		n += m->headers[i].name.n == length &&
		     g_ascii_strncasecmp(m->headers[i].name.at, name, length) == 0;
	return n;
}

/* how often h= has a name from its place i on; 0 if it stood before */
static size_t times_named(const struct auth_dkim *s, size_t i)
{
	size_t times = 0;

	for (size_t k = 0; k < s->n_headers; k++) {
		if (g_ascii_strcasecmp(s->headers[k], s->headers[i]) != 0)
			continue;
		if (k < i)
			return 0;
		times++;
	}
	return times;
}

/* h= names a field once for each copy that is signed, from the bottom of the header up, so a
 * copy added on top stays unsigned: such a field is not covered */
static void tell_covered(struct arena *a, const struct message *m, struct auth_dkim *s)
{
	const char **covered = arena_new(a, const char *, s->n_headers);
	size_t n = 0;

	for (size_t i = 0; i < s->n_headers; i++) {
		size_t times = times_named(s, i), there;

		if (times == 0)
			continue;
		there = count_fields(m, s->headers[i]);
		if (there > 0 && times >= there) {
			char *name = arena_strdup(a, s->headers[i]);

			for (char *p = name; *p != '\0'; p++)
				*p = g_ascii_tolower(*p);
			covered[n++] = name;
		}
	}
	s->covered = covered;
	s->n_covered = n;
}

/* RFC 6376 8.15: a reader who is shown a copy that is not signed takes it for signed; the
 * first such field, NULL: there is none */
static const char *half_signed(const struct message *m, const struct auth_dkim *s)
{
	static const char *const shown[] = {
		"From", "Sender",  "Reply-To", "To",
		"Cc",   "Subject", "Date",     "Content-Type"
	};

	for (size_t i = 0; i < G_N_ELEMENTS(shown); i++) {
		size_t there = count_fields(m, shown[i]), named = 0;

		for (size_t k = 0; there > 1 && k < s->n_headers; k++)
			named += g_ascii_strcasecmp(s->headers[k], shown[i]) == 0;
		if (named > 0 && named < there)
			return shown[i];
	}
	return NULL;
}

static void judge_copies(struct arena *a, const struct message *m, struct auth_dkim *s)
{
	const char *field = s->result == AUTH_PASS ? half_signed(m, s) : NULL;

	if (field == NULL)
		return;
	s->result = AUTH_POLICY;
	s->why = arena_printf(a, "%s stands more than once, and not every copy is signed",
			      field);
}

/* ---- finish ---- */

/* is there a key, or may one still come? otherwise the body need not be read */
static bool key_hoped_for(const struct dkim_check *c)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct dns_answer *answer =
			c->at[i].key == NULL ? NULL : dns_query_peek(c->at[i].key);

		if (c->at[i].key != NULL && (answer == NULL || answer->n > 0))
			return true;
	}
	return false;
}

static void hash_body(struct dkim_check *c, const struct message *m)
{
	struct bytes body = { .at = m->raw.at + m->body_at, .n = m->raw.n - m->body_at };

	if (c->hasher == NULL || message_is_partial(m) || !key_hoped_for(c))
		return;
	if (!dkim_hasher_body(c->hasher, body))
		dkim_hasher_destroy(&c->hasher);
}

static void judge_one(const struct judge *j)
{
	if (j->s->field.wrong != NULL)
		say(j, AUTH_NEUTRAL, j->s->field.wrong);
	else if (message_is_partial(j->end->message))
		say(j, AUTH_TEMPERROR, "the message is too large to be read whole");
	else if (j->check->hasher == NULL)
		say(j, AUTH_NEUTRAL, "it cannot be checked");
	else
		judge_answer(j, dns_wait_for(j->end->wait, j->s->key));
}

void dkim_check_finish(struct dkim_check *c, const struct dkim_end *end,
		       struct auth_results *r)
{
	struct auth_dkim *results = arena_new(end->arena, struct auth_dkim, c->n);
	size_t n = 0, hashed = 0;

	hash_body(c, end->message);
	for (size_t i = 0; i < c->n; i++) {
		struct signature *s = &c->at[i];
		struct judge j = {
			.check = c, .end = end, .s = s, .nth = hashed, .out = &results[n]
		};

		if (!s->chosen)
			continue;
		hashed += s->key != NULL;
		tell(end->arena, s, &results[n]);
		judge_one(&j);
		judge_copies(end->arena, end->message, &results[n]);
		if (results[n].result == AUTH_PASS)
			tell_covered(end->arena, end->message, &results[n]);
		n++;
	}
	r->dkim = results;
	r->n_dkim = n;
	r->dkim_truncated = c->truncated;
}
