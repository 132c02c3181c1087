/* Addresses and networks on GLib's GInetAddress. IPv4-mapped IPv6 is IPv4 here: a listener
 * on [::] sees its IPv4 clients so, and "192.0.2.0/24" must mean them, too. */
#include "config/network.h"

#include <string.h>

#include "base/number.h"

#define MAPPED_PREFIX_BYTES 12 /* RFC 4291 2.5.5.2: ten of 00, two of ff */

GInetAddress *network_address(const char *text)
{
	GInetAddress *address;
	const guint8 *bytes;

	if (text == NULL)
		return NULL;
	if (g_ascii_strncasecmp(text, "IPv6:", 5) == 0)
		text += 5;
	address = g_inet_address_new_from_string(text);
	if (address == NULL || g_inet_address_get_family(address) != G_SOCKET_FAMILY_IPV6)
		return address;
	bytes = g_inet_address_to_bytes(address);
	if (memcmp(bytes, "\0\0\0\0\0\0\0\0\0\0\xff\xff", MAPPED_PREFIX_BYTES) != 0)
		return address;
	GInetAddress *v4 = g_inet_address_new_from_bytes(bytes + MAPPED_PREFIX_BYTES,
							 G_SOCKET_FAMILY_IPV4);

	g_object_unref(address);
	return v4;
}

/* the same network with what stands behind the prefix set to zero */
static GInetAddress *without_host_bits(GInetAddress *address, size_t prefix)
{
	size_t n = g_inet_address_get_native_size(address);
	guint8 bytes[16] = { 0 };

	memcpy(bytes, g_inet_address_to_bytes(address), n);
	for (size_t bit = prefix; bit < n * 8; bit++)
		bytes[bit / 8] &= (guint8) ~(0x80U >> (bit % 8));
	return g_inet_address_new_from_bytes(bytes, g_inet_address_get_family(address));
}

static char *host_bits(GInetAddress *address, size_t prefix)
{
	GInetAddress *base = without_host_bits(address, prefix);
	char *text = g_inet_address_to_string(base);
	char *why = g_strdup_printf("has bits set behind its prefix: write %s/%zu", text,
				    prefix);

	g_free(text);
	g_object_unref(base);
	return why;
}

/* prefix_text   NULL: a single address */
static GInetAddressMask *mask_of(GInetAddress *address, const char *prefix_text,
				 char **why_r)
{
	size_t bits = g_inet_address_get_native_size(address) * 8;
	int64_t prefix = (int64_t)bits;
	GInetAddressMask *mask;

	/* GLib warns of a prefix that is too long instead of refusing it */
	if (prefix_text != NULL &&
	    !number_parse(prefix_text, 0, (int64_t)bits, &prefix)) {
		*why_r = g_strdup_printf(
			"has no prefix length between 0 and %zu behind the /", bits);
		return NULL;
	}
	mask = g_inet_address_mask_new(address, (guint)prefix, NULL);
	if (mask == NULL)
		*why_r = host_bits(address, (size_t)prefix);
	return mask;
}

GInetAddressMask *network_parse(const char *text, char **why_r)
{
	char **parts = g_strsplit(text, "/", 2);
	GInetAddress *address = parts[0] == NULL ? NULL : network_address(parts[0]);
	GInetAddressMask *mask = NULL;

	if (address == NULL)
		*why_r = g_strdup(
			"is not a network: write 192.0.2.0/24, 2001:db8::/32 or a "
			"single address");
	else if (strchr(parts[0], ':') != NULL &&
		 g_inet_address_get_family(address) == G_SOCKET_FAMILY_IPV4)
		*why_r = g_strdup("is IPv4 inside of IPv6: write it as an IPv4 network");
	else
		mask = mask_of(address, parts[1], why_r);
	g_clear_object(&address);
	g_strfreev(parts);
	return mask;
}
