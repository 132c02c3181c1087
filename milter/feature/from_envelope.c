/* Features of the session and the envelope: what the listener saw. */
#include "base/limits.h"
#include "feature/extract.h"
#include "message/address.h"
#include "message/domain.h"

#include <arpa/inet.h>
#include <glib.h>
#include <string.h>

/* The part of an address that one holder usually has: hosts of one sender change, their
 * networks seldom do. */
enum { V4_BITS = 24, V6_BITS = 48 };

static struct value client_network(struct arena *a, const char *addr)
{
	unsigned char raw[16];
	char text[INET6_ADDRSTRLEN];

	if (addr == NULL)
		return VALUE_ABSENT;

	int family = strchr(addr, ':') == NULL ? AF_INET : AF_INET6;
	size_t bytes = family == AF_INET ? 4 : 16;
	size_t kept_bits = family == AF_INET ? V4_BITS : V6_BITS;

	if (inet_pton(family, addr, raw) != 1)
		return VALUE_ABSENT;
	memset(raw + kept_bits / 8, 0, bytes - kept_bits / 8);
	if (inet_ntop(family, raw, text, sizeof(text)) == NULL)
		return VALUE_ABSENT;
	return value_of_text(arena_printf(a, "%s/%zu", text, kept_bits));
}

/* What is no address is still what the MTA accepted as sender: shown, but without a domain,
 * and never as "", which is the sender of bounces. */
static const char *odd_sender(struct arena *a, const char *text)
{
	size_t n = strlen(text);
	char *valid = g_utf8_make_valid(text, (gssize)MIN(n, LIMIT_ADDRESS_BYTES));
	char *lower = g_utf8_strdown(valid, -1);
	const char *kept = arena_strdup(a, lower);

	g_free(valid);
	g_free(lower);
	return kept;
}

static void take_mail_from(const struct source *s, struct value *at)
{
	const char *text = s->envelope->mail_from;
	const char *key = text == NULL ? NULL : address_key(s->arena, text);
	const char *domain = key == NULL ? NULL : address_domain(key);

	if (text != NULL && key == NULL)
		key = odd_sender(s->arena, text);
	at[FEATURE_MAIL_FROM_ADDRESS] = text_value(s->arena, key);
	at[FEATURE_MAIL_FROM_DOMAIN] = text_value(s->arena, domain);
	at[FEATURE_MAIL_FROM_ORG] =
		text_value(s->arena, domain == NULL ? NULL : domain_org(domain));
}

void features_from_envelope(const struct source *s, struct value *at)
{
	const struct envelope *e = s->envelope;

	at[FEATURE_INTERNAL] = VALUE_OF_BOOL(e->internal);
	at[FEATURE_CLIENT_ADDR] = text_value(s->arena, e->client_addr);
	at[FEATURE_CLIENT_NAME] = text_value(s->arena, e->client_name);
	at[FEATURE_CLIENT_NETWORK] = client_network(s->arena, e->client_addr);
	at[FEATURE_HELO] = text_value(s->arena, e->helo);
	take_mail_from(s, at);
	at[FEATURE_RCPT_COUNT] = VALUE_OF_INT((int64_t)e->n_rcpts);
}
