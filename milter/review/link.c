/* BASE64URL("UNTIL\nTENANT\nMAILBOX\nHOLD\nRANDOM") "." HMAC-SHA256 of it. */
#include "review/link.h"

#include <inttypes.h>
#include <string.h>

#include "base/number.h"
#include "base/random.h"

#define KEY_CHARS 32
#define TOKEN_BYTES 2000
#define RANDOM_BYTES 8

enum { AT_UNTIL, AT_TENANT, AT_MAILBOX, AT_HOLD, AT_RANDOM, FIELDS };

char *link_key_read(const char *path, GError **e)
{
	char *key = random_key_file(path, KEY_CHARS, "remove it, a new one is made", e);

	if (key == NULL)
		g_prefix_error(e, "review_key ");
	return key;
}

char *link_proof(const char *key, const char *text)
{
	return g_compute_hmac_for_string(G_CHECKSUM_SHA256, (const guchar *)key,
					 strlen(key), text, -1);
}

bool link_proves(const char *key, const char *text, const char *proof)
{
	char *want = link_proof(key, text);
	size_t n = strlen(want);
	unsigned char differ = strlen(proof) != n;

	for (size_t i = 0; i < n && proof[i] != '\0'; i++)
		differ |= (unsigned char)(want[i] ^ proof[i]);
	g_free(want);
	return differ == 0;
}

/* base64 as it may stand in an address, RFC 4648 5 */
static void translate(char *text, const char *from, const char *to)
{
	for (char *p = text; *p != '\0'; p++) {
		const char *at = strchr(from, *p);

		if (at != NULL)
			*p = to[at - from];
	}
}

char *link_sign(const char *key, const struct link_claim *claim)
{
	char *random = random_hex(RANDOM_BYTES);
	char *text = g_strdup_printf("%" PRId64 "\n%s\n%s\n%s\n%s", claim->until_s,
				     claim->tenant, claim->mailbox, claim->hold, random);
	char *base64 = g_base64_encode((const guchar *)text, strlen(text));

	translate(base64, "+/=", "-_~");
	char *proof = link_proof(key, base64);
	char *token = g_strconcat(base64, ".", proof, NULL);

	g_free(proof);
	g_free(base64);
	g_free(text);
	g_free(random);
	return token;
}

bool link_is_digest(const struct link_claim *claim, int64_t *serial_r)
{
	return claim->hold[0] == '@' &&
	       number_parse(claim->hold + 1, 0, INT64_MAX, serial_r);
}

void link_claim_clear(struct link_claim *claim)
{
	g_clear_pointer(&claim->mailbox, g_free);
	g_clear_pointer(&claim->tenant, g_free);
	g_clear_pointer(&claim->hold, g_free);
}

/* base64   proven */
static bool read_claim(const char *base64, int64_t now_s, struct link_claim *claim_r)
{
	char *plain = g_strdup(base64);
	gsize n = 0;

	translate(plain, "-_~", "+/=");
	char *bytes = (char *)g_base64_decode(plain, &n);
	char *text = g_strndup(bytes, n), **f = g_strsplit(text, "\n", -1);
	bool good = g_strv_length(f) == FIELDS &&
		    g_ascii_strtoll(f[AT_UNTIL], NULL, 10) >= now_s;

	if (good)
		*claim_r = (struct link_claim){
			.until_s = g_ascii_strtoll(f[AT_UNTIL], NULL, 10),
			.tenant = g_strdup(f[AT_TENANT]),
			.mailbox = g_strdup(f[AT_MAILBOX]),
			.hold = g_strdup(f[AT_HOLD]),
		};
	g_strfreev(f);
	g_free(text);
	g_free(bytes);
	g_free(plain);
	return good;
}

bool link_open(const char *key, const char *token, int64_t now_s,
	       struct link_claim *claim_r)
{
	const char *dot = strlen(token) > TOKEN_BYTES ? NULL : strchr(token, '.');
	char *base64 = dot == NULL ? NULL : g_strndup(token, (gsize)(dot - token));
	bool good = base64 != NULL && link_proves(key, base64, dot + 1) &&
		    read_claim(base64, now_s, claim_r);

	g_free(base64);
	return good;
}
