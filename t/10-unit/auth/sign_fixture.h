/* Signs messages for tests, with keys made on the spot and a canonicalisation of its own,
 * so that what verifies does not verify by agreeing with itself. */
#ifndef SIGN_FIXTURE_H
#define SIGN_FIXTURE_H

#include <glib.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>

struct signer {
	EVP_PKEY *key;
	bool ed25519;
	char *record; /* what p= of its key record says */
};

static inline struct signer signer_rsa(unsigned bits)
{
	struct signer s = { .key = EVP_RSA_gen(bits) };
	unsigned char *der = NULL;
	int n = i2d_PUBKEY(s.key, &der);

	s.record = g_base64_encode(der, (gsize)n);
	OPENSSL_free(der);
	return s;
}

static inline struct signer signer_ed25519(void)
{
	struct signer s = { .key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"),
			    .ed25519 = true };
	unsigned char raw[32];
	size_t n = sizeof(raw);

	g_assert_cmpint(EVP_PKEY_get_raw_public_key(s.key, raw, &n), ==, 1);
	s.record = g_base64_encode(raw, n);
	return s;
}

static inline void signer_free(struct signer *s)
{
	EVP_PKEY_free(s->key);
	g_free(s->record);
}

struct signing {
	const struct signer *signer;
	const char *algorithm; /* as in a= */
	const char *canon;     /* as in c= */
	const char *names;     /* as in h= */
	const char *domain, *selector;
	const char *more; /* further tags, each with its semicolon, or "" */
	gssize length;    /* l=, -1: the whole body */
};

static inline void append_relaxed(GString *out, const char *text, gsize n)
{
	gsize start = out->len;

	for (gsize i = 0; i < n; i++) {
		if (text[i] == '\r' || text[i] == '\n')
			continue;
		if (text[i] != ' ' && text[i] != '\t')
			g_string_append_c(out, text[i]);
		else if (out->len > start && out->str[out->len - 1] != ' ')
			g_string_append_c(out, ' ');
	}
	while (out->len > start && out->str[out->len - 1] == ' ')
		g_string_truncate(out, out->len - 1);
}

/* RFC 6376 3.4.3 and 3.4.4, of a body with CRLF */
static inline char *canon_body(const char *body, bool relaxed)
{
	GString *out = g_string_new(NULL);
	char **line = g_strsplit(body, "\r\n", -1);
	guint n = g_strv_length(line);

	if (n > 0 && *line[n - 1] == '\0')
		n--;
	for (guint i = 0; i < n; i++) {
		const char *p = line[i];

		if (!relaxed) {
			g_string_append(out, p);
		} else {
			/* blanks at the start of a line are kept as one */
			gsize start = out->len;

			for (; *p != '\0'; p++) {
				if (*p != ' ' && *p != '\t')
					g_string_append_c(out, *p);
				else if (p == line[i] || (p[-1] != ' ' && p[-1] != '\t'))
					g_string_append_c(out, ' ');
			}
			if (out->len > start && out->str[out->len - 1] == ' ')
				g_string_truncate(out, out->len - 1);
		}
		g_string_append(out, "\r\n");
	}
	while (g_str_has_suffix(out->str, "\r\n\r\n") || strcmp(out->str, "\r\n") == 0)
		g_string_truncate(out, out->len - 2);
	if (out->len == 0 && !relaxed)
		g_string_append(out, "\r\n");
	g_strfreev(line);
	return g_string_free(out, FALSE);
}

/* one field: "Name: value" without its last line end */
static inline void canon_field(GString *out, const char *field, bool relaxed)
{
	const char *colon = strchr(field, ':');

	if (!relaxed) {
		g_string_append(out, field);
		return;
	}
	for (const char *p = field; p < colon; p++)
		g_string_append_c(out, g_ascii_tolower(*p));
	g_string_append_c(out, ':');
	append_relaxed(out, colon + 1, strlen(colon + 1));
}

/* the fields of a header with CRLF, folds kept inside them */
static inline GPtrArray *split_fields(const char *header)
{
	GPtrArray *fields = g_ptr_array_new_with_free_func(g_free);
	char **line = g_strsplit(header, "\r\n", -1);

	for (int i = 0; line[i] != NULL; i++) {
		if (*line[i] == ' ' || *line[i] == '\t') {
			char *before = fields->pdata[fields->len - 1];

			fields->pdata[fields->len - 1] =
				g_strconcat(before, "\r\n", line[i], NULL);
			g_free(before);
		} else if (*line[i] != '\0') {
			g_ptr_array_add(fields, g_strdup(line[i]));
		}
	}
	g_strfreev(line);
	return fields;
}

static inline void canon_named(GString *out, GPtrArray *fields, const char *names,
			       bool relaxed)
{
	char **name = g_strsplit(names, ":", -1);

	for (int i = 0; name[i] != NULL; i++) {
		gsize n = strlen(g_strstrip(name[i]));

		for (guint k = fields->len; k > 0; k--) {
			const char *field = fields->pdata[k - 1];

			if (g_ascii_strncasecmp(field, name[i], n) != 0 ||
			    field[n] != ':')
				continue;
			canon_field(out, field, relaxed);
			g_string_append(out, "\r\n");
			g_ptr_array_remove_index(fields, k - 1);
			break;
		}
	}
	g_strfreev(name);
}

static inline char *digest64(const EVP_MD *md, const char *text, gsize n)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned length;

	g_assert_cmpint(EVP_Digest(text, n, hash, &length, md, NULL), ==, 1);
	return g_base64_encode(hash, length);
}

static inline char *sign64(const struct signer *s, const EVP_MD *md, const char *text,
			   gsize n)
{
	unsigned char hash[EVP_MAX_MD_SIZE], out[1024];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t length = sizeof(out);
	unsigned n_hash;

	EVP_Digest(text, n, hash, &n_hash, md, NULL);
	g_assert_cmpint(
		EVP_DigestSignInit(ctx, NULL, s->ed25519 ? NULL : md, NULL, s->key), ==,
		1);
	g_assert_cmpint(EVP_DigestSign(ctx, out, &length,
				       s->ed25519 ? hash : (const unsigned char *)text,
				       s->ed25519 ? n_hash : n),
			==, 1);
	EVP_MD_CTX_free(ctx);
	return g_base64_encode(out, length);
}

/* a message with a DKIM-Signature on top
 * in header with CRLF at each field's end, body with CRLF; the caller frees the result */
static inline char *signed_message(const struct signing *how, const char *header,
				   const char *body)
{
	bool sha1 = strcmp(how->algorithm, "rsa-sha1") == 0;
	const EVP_MD *md = sha1 ? EVP_sha1() : EVP_sha256();
	bool relaxed = g_str_has_prefix(how->canon, "relaxed");
	char *canonical = canon_body(body, g_str_has_suffix(how->canon, "/relaxed"));
	gsize n = how->length >= 0 ? (gsize)how->length : strlen(canonical);
	char *bh = digest64(md, canonical, n), *b, *field, *message;
	char *l =
		how->length >= 0 ? g_strdup_printf(" l=%zd;", how->length) : g_strdup("");
	GPtrArray *fields = split_fields(header);
	GString *hashed = g_string_new(NULL);

	field = g_strdup_printf("DKIM-Signature: v=1; a=%s; c=%s; d=%s;\r\n\ts=%s;%s%s"
				" h=%s;\r\n\tbh=%s;\r\n\tb=",
				how->algorithm, how->canon, how->domain, how->selector, l,
				how->more, how->names, bh);
	canon_named(hashed, fields, how->names, relaxed);
	canon_field(hashed, field, relaxed);
	b = sign64(how->signer, md, hashed->str, hashed->len);
	message = g_strdup_printf("%s%s\r\n%s\r\n%s", field, b, header, body);
	g_ptr_array_free(fields, TRUE);
	g_string_free(hashed, TRUE);
	g_free(canonical);
	g_free(field);
	g_free(bh);
	g_free(b);
	g_free(l);
	return message;
}

#endif
