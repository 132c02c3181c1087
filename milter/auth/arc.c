/* See arc.h. A chain has sets of three fields, numbered from 1: what a host saw
 * (ARC-Authentication-Results), its signature of the message (ARC-Message-Signature), and its seal
 * of all sets so far (ARC-Seal). The newest signature and every seal must verify. What is wrong in
 * its form fails before any key is asked for, so a hostile chain costs little; the hashes of the
 * seals go on from one another, so that many sets cost no more than their bytes. */
#include "auth/arc.h"

#include <string.h>

#include "auth/authres.h"
#include "auth/base64.h"
#include "auth/canon.h"
#include "auth/dkim_field.h"
#include "auth/dkim_key.h"
#include "auth/tags.h"
#include "base/limits.h"
#include "message/domain.h"
#include "message/headers.h"
#include "message/partial.h"

enum member { SEEN, SIGNED, SEALED, MEMBERS }; /* in the order in which seals hash them */

static const char *const member_names[MEMBERS] = { "ARC-Authentication-Results",
						   "ARC-Message-Signature", "ARC-Seal" };

struct arc_set {
	struct header fields[MEMBERS];
	bool there[MEMBERS];
	struct dkim_field signature, seal;
};

struct arc_check {
	const struct dkim_tools *tools;
	struct arena *arena; /* copies of the fields */
	struct lookups *lookups;
	struct arc_set sets[LIMIT_ARC_SETS];
	size_t n;
	const char *wrong; /* static words; NULL: its form is good */
};

/* ---- reading ---- */

static bool member_of(const struct header *h, enum member *member_r)
{
	struct bytes name = bytes_trimmed(h->name, " \t");

	for (enum member m = 0; m < MEMBERS; m++) {
		if (!tag_is(name, member_names[m]))
			continue;
		*member_r = m;
		return true;
	}
	return false;
}

/* "i=1; ..." in front of what a host saw; 0: it does not begin so */
static int seen_instance(struct bytes value, struct bytes *rest_r)
{
	const char *stop = value.n == 0 ? NULL : memchr(value.at, ';', value.n);
	struct bytes begin, number;
	struct tags tags;
	long long n;

	if (stop == NULL)
		return 0;
	begin = (struct bytes){ value.at, (size_t)(stop - value.at) };
	*rest_r = (struct bytes){ stop + 1, value.n - begin.n - 1 };
	return tags_read(begin, &tags) && tags_find(&tags, "i", &number) &&
			       tag_number(number, &n) && n <= LIMIT_ARC_SETS
		       ? (int)n
		       : 0;
}

static int instance_of(const struct header *h, enum member m, struct dkim_field *f)
{
	struct bytes rest;

	if (m == SEEN)
		return seen_instance(h->value, &rest);
	dkim_field_read(h->value,
			m == SIGNED ? SIGNATURE_ARC_MESSAGE : SIGNATURE_ARC_SEAL, f);
	return f->instance;
}

static void take_field(struct arc_check *c, const struct header *h, enum member m)
{
	struct header copy = *h;
	struct dkim_field f = { 0 };
	int instance;

	copy.name.at = arena_strndup(c->arena, h->name.at, h->name.n);
	copy.value.at = arena_strndup(c->arena, h->value.at, h->value.n);
	instance = instance_of(&copy, m, &f);
	if (instance == 0) {
		c->wrong = "a field of the chain has no instance, or is broken";
		return;
	}
	struct arc_set *set = &c->sets[instance - 1];

	if (set->there[m])
		c->wrong = "a field of the chain stands twice";
	set->there[m] = true;
	set->fields[m] = copy;
	if (m == SIGNED)
		set->signature = f;
	else if (m == SEALED)
		set->seal = f;
	c->n = MAX(c->n, (size_t)instance);
}

/* what is wrong in the form of a chain whose fields are all read
 * ref   RFC 8617 5.2 2, 3 */
static const char *form_wrong(const struct arc_check *c)
{
	if (c->n > 0 && c->sets[c->n - 1].seal.cv == ARC_CV_FAIL)
		return "the newest seal says that the chain was broken";
	for (size_t i = 0; i < c->n; i++) {
		const struct arc_set *s = &c->sets[i];

		if (!s->there[SEEN] || !s->there[SIGNED] || !s->there[SEALED])
			return "a field of the chain is missing";
		if (s->seal.wrong != NULL)
			return s->seal.wrong;
		if (s->seal.cv != (i == 0 ? ARC_CV_NONE : ARC_CV_PASS))
			return "a seal says that the chain was broken (cv=)";
	}
	return c->n == 0 ? "the chain has no set" : c->sets[c->n - 1].signature.wrong;
}

static void ask(struct arc_check *c, const struct dkim_field *f)
{
	char *name = dkim_field_key_name(f);

	lookups_get(c->lookups, name, DNS_TXT);
	g_free(name);
}

struct arc_check *arc_begin(const struct dkim_tools *tools, const struct header *h,
			    size_t n)
{
	struct arc_check *c = NULL;

	for (size_t i = 0; i < n; i++) {
		enum member m;

		if (!member_of(&h[i], &m))
			continue;
		if (c == NULL) {
			c = g_new0(struct arc_check, 1);
			c->tools = tools;
			c->arena = arena_create();
			c->lookups = lookups_create(tools->resolver, LIMIT_ARC_KEYS);
		}
		if (c->wrong == NULL)
			take_field(c, &h[i], m);
	}
	if (c == NULL)
		return NULL;
	if (c->wrong == NULL)
		c->wrong = form_wrong(c);
	if (c->wrong != NULL)
		return c;
	ask(c, &c->sets[c->n - 1].signature);
	for (size_t i = c->n; i > 0; i--)
		ask(c, &c->sets[i - 1].seal);
	return c;
}

void arc_destroy(struct arc_check **cp)
{
	struct arc_check *c = *cp;

	*cp = NULL;
	if (c == NULL)
		return;
	lookups_destroy(&c->lookups);
	arena_destroy(&c->arena);
	g_free(c);
}

/* ---- verifying ---- */

struct judge {
	struct arc_check *check;
	const struct dkim_end *end;
	struct auth_arc *out;
};

static bool say(const struct judge *j, enum auth_result result, const char *why)
{
	j->out->result = result;
	j->out->why = why;
	return false;
}

/* false: it is said why not */
static bool verifies(const struct judge *j, const struct dkim_field *f,
		     const struct digest *sum, const char *why)
{
	char *name = dkim_field_key_name(f);
	const struct dns_answer *answer =
		lookups_wait(j->check->lookups, j->end->wait, name, DNS_TXT);
	uint8_t digest[DIGEST_BYTES];
	struct dkim_key key;
	const char *wrong = dkim_key_find(j->check->tools->keys, f, answer, &key);
	bool good = false;

	g_free(name);
	if (answer->status == DNS_TEMPFAIL)
		say(j, AUTH_TEMPERROR, "DNS did not answer");
	else if (wrong != NULL)
		say(j, AUTH_FAIL, wrong);
	else if (f->key_type == KEY_RSA && public_key_bits(key.key) < DKIM_KEY_BITS_MIN)
		say(j, AUTH_FAIL, "the key has less than 1024 bits");
	else if (!dkim_key_verifies(key.key, f, digest_get(sum, digest)))
		say(j, AUTH_FAIL, why);
	else
		good = true;
	public_key_drop(&key.key);
	return good;
}

/* the nth field of a name from the bottom, counted from 0; NULL: there is none */
static const struct header *from_bottom(const struct message *m, struct bytes name,
					size_t nth)
{
	for (size_t i = m->n_headers; i > 0; i--) {
		struct bytes its = bytes_trimmed(m->headers[i - 1].name, " \t");

		if (its.n == name.n &&
		    g_ascii_strncasecmp(its.at, name.at, name.n) == 0 && nth-- == 0)
			return &m->headers[i - 1];
	}
	return NULL;
}

static size_t times_before(struct bytes list, struct bytes name)
{
	struct bytes other;
	size_t n = 0;

	while (tag_next(&list, &other) && other.at < name.at)
		n += other.n == name.n &&
		     g_ascii_strncasecmp(other.at, name.at, name.n) == 0;
	return n;
}

static void add_signed_fields(struct digest *sum, const struct message *m,
			      const struct dkim_field *f)
{
	struct bytes rest = f->names, name;
	size_t n = 0;

	while (f->names.n > 0 && n++ < LIMIT_DKIM_NAMES && tag_next(&rest, &name)) {
		const struct header *h =
			from_bottom(m, name, times_before(f->names, name));

		if (h != NULL)
			canon_add_field(sum, h, f->relaxed_header);
	}
}

static bool body_good(const struct judge *j, const struct dkim_field *f)
{
	const struct message *m = j->end->message;
	struct bytes body = { m->raw.at + m->body_at, m->raw.n - m->body_at };
	struct digest *sum = digest_create();
	bool whole = canon_add_body(sum, body, f->relaxed_body, f->signed_bytes);
	uint8_t digest[DIGEST_BYTES], claimed[DKIM_SIGNATURE_BYTES];
	struct bytes is = digest_get(sum, digest);
	size_t n;

	digest_free(&sum);
	if (!whole || !base64_read(f->body_hash, claimed, sizeof(claimed), &n) ||
	    n != is.n || memcmp(claimed, is.at, n) != 0)
		return say(j, AUTH_FAIL, "the body was changed behind the newest sealer");
	return true;
}

static bool signature_good(const struct judge *j)
{
	const struct arc_set *newest = &j->check->sets[j->check->n - 1];
	const struct dkim_field *f = &newest->signature;
	struct digest *sum;
	bool good;

	if (!body_good(j, f))
		return false;
	sum = digest_create();
	add_signed_fields(sum, j->end->message, f);
	canon_add_signature(sum, &newest->fields[SIGNED], f->relaxed_header);
	good = verifies(j, f, sum, "the header was changed behind the newest sealer");
	digest_free(&sum);
	return good;
}

static bool seals_good(const struct judge *j)
{
	struct digest *sum = digest_create();
	bool good = true;

	for (size_t i = 0; i < j->check->n && good; i++) {
		const struct arc_set *s = &j->check->sets[i];
		struct digest *sealed;

		canon_add_field(sum, &s->fields[SEEN], true);
		canon_add_field(sum, &s->fields[SIGNED], true);
		sealed = digest_copy(sum);
		canon_add_signature(sealed, &s->fields[SEALED], true);
		good = verifies(j, &s->seal, sealed, "a seal does not hold");
		digest_free(&sealed);
		canon_add_field(sum, &s->fields[SEALED], true);
	}
	digest_free(&sum);
	return good;
}

/* ---- what it is worth ---- */

static bool is_trusted(const struct strings *trusted, const char *domain)
{
	for (size_t i = 0; domain != NULL && i < trusted->n; i++)
		if (domain_within(domain, trusted->at[i]))
			return true;
	return false;
}

static const char *sealer_of(struct arena *a, const struct arc_set *s)
{
	const struct bytes d = s->seal.domain;

	return d.n == 0 ? NULL : domain_key(a, arena_strndup(a, d.at, d.n));
}

static bool saw_dmarc_pass(struct arena *a, const struct arc_set *s, const char *from)
{
	const struct authres *seen;
	struct bytes rest;

	if (seen_instance(s->fields[SEEN].value, &rest) == 0)
		return false;
	seen = authres_parse(a, rest);
	for (size_t i = 0; seen != NULL && i < seen->n_results; i++) {
		const struct authres_result *one = &seen->results[i];
		const char *domain = authres_domain(a, one, "header", "from");

		if (strcmp(one->method, "dmarc") == 0 &&
		    strcmp(one->result, "pass") == 0 && domain != NULL &&
		    strcmp(domain, from) == 0)
			return true;
	}
	return false;
}

/* What a sealer wrote can be believed if all who could change it afterwards can. */
static void tell_trust(const struct judge *j, const struct strings *trusted,
		       const char *from)
{
	struct arena *a = j->end->arena;

	j->out->trusted = is_trusted(trusted, j->out->sealer);
	for (size_t i = j->check->n; i > 0 && from != NULL; i--) {
		const struct arc_set *s = &j->check->sets[i - 1];

		if (!is_trusted(trusted, sealer_of(a, s)))
			return;
		if (saw_dmarc_pass(a, s, from))
			j->out->saw_dmarc_pass = true;
	}
}

void arc_finish(struct arc_check *c, const struct dkim_end *end,
		const struct strings *trusted, const char *from, struct auth_results *r)
{
	const struct judge j = { .check = c, .end = end, .out = &r->arc };
	const struct message *m = end->message;

	r->arc.n_sets = (unsigned)c->n;
	if (c->n > 0)
		r->arc.sealer = sealer_of(end->arena, &c->sets[c->n - 1]);
	if (c->wrong != NULL) {
		say(&j, AUTH_FAIL, c->wrong);
		return;
	}
	if (message_is_partial(m)) {
		say(&j, AUTH_TEMPERROR, "the message is too large to be read whole");
		return;
	}
	if (!signature_good(&j) || !seals_good(&j))
		return;
	if (c->sets[c->n - 1].signature.signed_bytes >= 0) {
		say(&j, AUTH_POLICY, "a part of the body may be unsigned (l=)");
		return;
	}
	r->arc.result = AUTH_PASS;
	tell_trust(&j, trusted, from);
}
