/* Addresses and networks, IPv4 and IPv6. */
#ifndef CONFIG_NETWORK_H
#define CONFIG_NETWORK_H

#include <gio/gio.h>

/* network_address - an address from text; an IPv4 address inside IPv6 becomes IPv4
 * in    text   "192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1", "IPv6:2001:db8::1"; or NULL
 * own   the caller: g_object_unref()
 * err   NULL: it is no address */
GInetAddress *network_address(const char *text);

/* network_parse - a network from text
 * in    text   "192.0.2.0/24", "2001:db8::/32", or a single address
 * own   the caller: g_object_unref()
 * err   NULL: *why_r says what is wrong and what to write instead; g_free() */
GInetAddressMask *network_parse(const char *text, char **why_r);

#endif
