/* See dkim_field.h. libopendkim reads the same fields again for its hashes; where the two
 * could differ, this reading is the stricter one, and only what passes here goes there. */
#include "auth/dkim_field.h"

#include <glib.h>
#include <string.h>

#include "auth/base64.h"
#include "auth/tags.h"
#include "base/limits.h"

#define NAMES_BYTES 4000 /* libopendkim silently cuts h= at 4,095 */

static const struct algorithm {
	const char *word;
	enum key_type type;
	enum key_hash hash;
} algorithms[] = {
	{ "rsa-sha256", KEY_RSA, KEY_SHA256 },
	{ "ed25519-sha256", KEY_ED25519, KEY_SHA256 },
	{ "rsa-sha1", KEY_RSA, KEY_SHA1 },
};

static bool read_algorithm(struct dkim_field *f)
{
	for (size_t i = 0; i < G_N_ELEMENTS(algorithms); i++) {
		if (!tag_is(f->algorithm, algorithms[i].word))
			continue;
		f->key_type = algorithms[i].type;
		f->hash = algorithms[i].hash;
		return true;
	}
	return false;
}

/* labels of letters, digits, "-" and "_"; min_dots of them at least */
static bool name_good(struct bytes name, int min_dots)
{
	char before = '.';

	if (name.n == 0 || name.n > LIMIT_DNS_NAME_BYTES)
		return false;
	for (size_t i = 0; i < name.n; before = name.at[i++]) {
		if (name.at[i] == '.' && before != '.')
			min_dots--;
		else if (!g_ascii_isalnum(name.at[i]) && name.at[i] != '-' &&
			 name.at[i] != '_')
			return false;
	}
	return before != '.' && min_dots <= 0;
}

static bool read_canon(struct bytes value, struct dkim_field *f)
{
	static const struct {
		const char *words;
		bool relaxed_header, relaxed_body;
	} known[] = {
		{ "simple", false, false },        { "relaxed", true, false },
		{ "simple/simple", false, false }, { "simple/relaxed", false, true },
		{ "relaxed/simple", true, false }, { "relaxed/relaxed", true, true },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
		f->relaxed_header = known[i].relaxed_header;
		f->relaxed_body = known[i].relaxed_body;
		if (tag_is(value, known[i].words))
			return true;
	}
	return false;
}

static bool query_good(struct bytes list)
{
	struct bytes method;

	while (tag_next(&list, &method))
		if (tag_is(method, "dns/txt") || tag_is(method, "dns"))
			return true;
	return false;
}

static bool header_name_good(struct bytes name)
{
	for (size_t i = 0; i < name.n; i++)
		if (name.at[i] < 0x21 || name.at[i] > 0x7e || name.at[i] == ';')
			return false;
	return name.n > 0;
}

static const char *names_wrong(struct bytes list, enum signature_kind kind)
{
	bool from = false;
	struct bytes name;

	if (list.n == 0)
		return "h= is missing";
	if (list.n > NAMES_BYTES)
		return "h= is too long";
	while (tag_next(&list, &name)) {
		bool arc = kind == SIGNATURE_ARC_MESSAGE;

		if (!header_name_good(name) && !(arc && name.n == 0))
			return "h= is broken";
		if (arc && tag_is(name, "arc-seal"))
			return "h= names ARC-Seal"; /* RFC 8617 4.1.2 */
		from |= tag_is(name, "from");
	}
	return from || kind != SIGNATURE_DKIM ? NULL : "From is not signed";
}

static int hex_at(const char *p, const char *end)
{
	if (end - p < 3)
		return -1;
	return g_ascii_isxdigit(p[1]) && g_ascii_isxdigit(p[2])
		       ? g_ascii_xdigit_value(p[1]) * 16 + g_ascii_xdigit_value(p[2])
		       : -1;
}

/* dkim-quoted-printable, RFC 6376 2.11; false: too long or broken */
static bool auid_read(struct bytes value, struct dkim_field *f)
{
	const char *end = value.at + value.n;
	size_t n = 0;

	for (const char *p = value.at; p < end; p++) {
		int c = (unsigned char)*p;

		if (g_ascii_isspace(*p))
			continue;
		if (c == '=') {
			c = hex_at(p, end);
			p += 2;
		}
		if (c <= ' ' || n == sizeof(f->auid) - 1) {
			f->auid[0] = '\0';
			return false;
		}
		f->auid[n++] = (char)c;
	}
	f->auid[n] = '\0';
	return n > 0;
}

/* i=: its domain is d= or below it */
static bool auid_good(struct dkim_field *f)
{
	const char *at = strrchr(f->auid, '@'), *domain;
	size_t n;

	if (at == NULL || strlen(at + 1) < f->domain.n)
		return false;
	n = strlen(at + 1);
	domain = at + 1 + n - f->domain.n;
	if (g_ascii_strncasecmp(domain, f->domain.at, f->domain.n) != 0)
		return false;
	f->auid_below = n > f->domain.n;
	return !f->auid_below || domain[-1] == '.';
}

static bool number_tag(const struct tags *tags, const char *name, int64_t *n_r)
{
	struct bytes value;
	long long n;

	if (!tags_find(tags, name, &value))
		return true;
	if (!tag_number(value, &n))
		return false;
	*n_r = n;
	return true;
}

static const char *numbers_wrong(const struct tags *tags, struct dkim_field *f)
{
	if (!number_tag(tags, "t", &f->signed_s))
		return "t= is no time";
	if (!number_tag(tags, "x", &f->expires_s))
		return "x= is no time";
	if (!number_tag(tags, "l", &f->signed_bytes))
		return "l= is no length";
	if (f->signed_s > 0 && f->expires_s > 0 && f->expires_s <= f->signed_s)
		return "it expires before it was made";
	return NULL;
}

static bool base64_good(struct bytes text)
{
	uint8_t binary[DKIM_SIGNATURE_BYTES];
	size_t n;

	return base64_read(text, binary, sizeof(binary), &n);
}

/* what all of them must have */
static const char *signer_wrong(const struct dkim_field *f, bool algorithm_known)
{
	if (!algorithm_known)
		return "a= is unknown or missing";
	if (!name_good(f->domain, 1))
		return "d= is no domain";
	if (!name_good(f->selector, 0))
		return "s= is no selector";
	if (f->signature.n == 0)
		return "b= is missing";
	return base64_good(f->signature) ? NULL : "b= is broken";
}

/* what those have that sign the message */
static const char *body_wrong(const struct tags *tags, struct dkim_field *f)
{
	struct bytes value;

	if (f->body_hash.n == 0)
		return "bh= is missing";
	if (!base64_good(f->body_hash))
		return "bh= is broken";
	if (tags_find(tags, "c", &value) && !read_canon(value, f))
		return "c= is unknown";
	if (tags_find(tags, "q", &value) && !query_good(value))
		return "q= is unknown";
	return NULL;
}

static const char *dkim_wrong(const struct tags *tags, struct dkim_field *f)
{
	const char *wrong = signer_wrong(f, read_algorithm(f));
	struct bytes value;

	if (!tags_find(tags, "v", &value) || !tag_is(value, "1"))
		return "v= is not 1";
	if (wrong == NULL)
		wrong = body_wrong(tags, f);
	if (wrong == NULL && tags_find(tags, "i", &value) &&
	    (!auid_read(value, f) || !auid_good(f)))
		wrong = "i= is not of d=";
	if (wrong == NULL)
		wrong = numbers_wrong(tags, f);
	if (wrong == NULL)
		wrong = names_wrong(f->names, SIGNATURE_DKIM);
	return wrong;
}

/* rsa-sha1 came to its end before ARC began */
static bool read_arc_algorithm(struct dkim_field *f)
{
	return read_algorithm(f) && f->hash == KEY_SHA256;
}

static const char *arc_message_wrong(const struct tags *tags, struct dkim_field *f)
{
	const char *wrong = signer_wrong(f, read_arc_algorithm(f));
	struct bytes names;

	/* RFC 8617 leaves the default of DKIM, which nobody uses who leaves c= out; the test
	 * suite of ARC expects relaxed, too */
	if (!tags_find(tags, "c", &names))
		f->relaxed_header = f->relaxed_body = true;
	if (f->instance == 0)
		return "i= is no instance";
	if (wrong == NULL)
		wrong = body_wrong(tags, f);
	if (wrong == NULL)
		wrong = numbers_wrong(tags, f);
	if (wrong == NULL && !tags_find(tags, "h", &names))
		wrong = "h= is missing";
	if (wrong == NULL && f->names.n > 0)
		wrong = names_wrong(f->names, SIGNATURE_ARC_MESSAGE);
	return wrong;
}

static const char *arc_seal_wrong(const struct tags *tags, struct dkim_field *f)
{
	const char *wrong = signer_wrong(f, read_arc_algorithm(f));
	struct bytes value;

	if (f->instance == 0)
		return "i= is no instance";
	if (f->cv == ARC_CV_UNREAD)
		return "cv= is missing or unknown";
	if (tags_find(tags, "h", &value))
		return "it has h=";
	if (wrong == NULL)
		wrong = numbers_wrong(tags, f);
	return wrong;
}

static enum arc_validation read_cv(const struct tags *tags)
{
	struct bytes value;

	if (!tags_find(tags, "cv", &value))
		return ARC_CV_UNREAD;
	return tag_is(value, "none")   ? ARC_CV_NONE
	       : tag_is(value, "fail") ? ARC_CV_FAIL
	       : tag_is(value, "pass") ? ARC_CV_PASS
				       : ARC_CV_UNREAD;
}

static int read_instance(const struct tags *tags)
{
	struct bytes value;
	long long n;

	return tags_find(tags, "i", &value) && tag_number(value, &n) &&
			       n <= LIMIT_ARC_SETS
		       ? (int)n
		       : 0;
}

/* A semicolon with nothing before it: many DKIM records have one at the end, and RFC 6376 3.2
 * allows no other. */
static bool has_empty_tag(struct bytes value)
{
	bool empty = true;

	for (size_t i = 0; i < value.n; i++) {
		if (value.at[i] == ';' && empty)
			return true;
		if (strchr(BLANKS_OF_MAIL, value.at[i]) == NULL)
			empty = value.at[i] == ';';
	}
	return false;
}

void dkim_field_read(struct bytes value, enum signature_kind kind, struct dkim_field *f_r)
{
	static const char *(*const wrong[])(const struct tags *, struct dkim_field *) = {
		[SIGNATURE_DKIM] = dkim_wrong,
		[SIGNATURE_ARC_MESSAGE] = arc_message_wrong,
		[SIGNATURE_ARC_SEAL] = arc_seal_wrong,
	};
	struct tags tags;
	bool whole = value.n <= LIMIT_DKIM_FIELD_BYTES && tags_read(value, &tags);

	*f_r = (struct dkim_field){ .signed_bytes = -1 };
	if (value.n > LIMIT_DKIM_FIELD_BYTES) {
		f_r->wrong = "the field is too long";
		return;
	}
	tags_find(&tags, "a", &f_r->algorithm);
	tags_find(&tags, "d", &f_r->domain);
	tags_find(&tags, "s", &f_r->selector);
	tags_find(&tags, "h", &f_r->names);
	tags_find(&tags, "b", &f_r->signature);
	tags_find(&tags, "bh", &f_r->body_hash);
	if (kind != SIGNATURE_DKIM) {
		f_r->instance = read_instance(&tags);
		f_r->cv = read_cv(&tags);
	}
	if (kind != SIGNATURE_DKIM)
		whole = whole && !has_empty_tag(value);
	f_r->wrong = whole ? wrong[kind](&tags, f_r) : "the tag list is broken";
}

bool dkim_field_is(const struct header *h)
{
	static const char name[] = "DKIM-Signature";
	size_t n = h->name.n;

	while (n > 0 && (h->name.at[n - 1] == ' ' || h->name.at[n - 1] == '\t'))
		n--;
	return n == strlen(name) && g_ascii_strncasecmp(h->name.at, name, n) == 0;
}

char *dkim_field_key_name(const struct dkim_field *f)
{
	return g_strdup_printf("%.*s._domainkey.%.*s", (int)f->selector.n, f->selector.at,
			       (int)f->domain.n, f->domain.at);
}
