/* Values that are text: each function checks one and gives the form in which it is kept. */
#ifndef CONFIG_NORMAL_H
#define CONFIG_NORMAL_H

#include <glib.h>

/* normal_path - an absolute path
 * own   the caller frees with g_free()
 * err   NULL: appended to why, behind the quoted value: "is not ...; write ..." */
char *normal_path(const char *text, GString *why);

/* normal_domain - a host or domain name in lower case A-labels, without a dot at its end
 * own   the caller frees with g_free()
 * err   NULL: appended to why
 * ref   RFC 1123 2.1, RFC 5890 */
char *normal_domain(const char *text, GString *why);

/* normal_account - the name of a user or group; whether it exists is config/check.c's
 * own   the caller frees with g_free()
 * err   NULL: appended to why */
char *normal_account(const char *text, GString *why);

/* normal_octal - permissions, three or four octal digits
 * own   the caller frees with g_free()
 * err   NULL: appended to why */
char *normal_octal(const char *text, GString *why);

/* normal_socket - a socket in libmilter's notation
 * own   the caller frees with g_free()
 * err   NULL: appended to why */
char *normal_socket(const char *text, GString *why);

/* normal_localsocket - a socket in libmilter's notation that only this machine can reach
 * own   the caller frees with g_free()
 * err   NULL: appended to why: what is wrong */
char *normal_localsocket(const char *text, GString *why);

/* normal_hostport - HOST:PORT, an IPv6 address in brackets
 * own   the caller frees with g_free()
 * err   NULL: appended to why */
char *normal_hostport(const char *text, GString *why);

/* normal_store - where data lie: a scheme we have, and what it needs
 * own   the caller frees with g_free()
 * err   NULL: appended to why */
char *normal_store(const char *text, GString *why);

/* normal_extension - what may stand behind a local part
 * own   the caller frees with g_free()
 * err   NULL: appended to why */
char *normal_extension(const char *text, GString *why);

/* normal_delimiter - what may begin an address extension
 * own   the caller frees with g_free()
 * err   NULL: appended to why */
char *normal_delimiter(const char *text, GString *why);

/* normal_reply - text of an SMTP reply, its {names} checked
 * own   the caller frees with g_free()
 * err   NULL: appended to why
 * ref   RFC 5321 4.2, 4.5.3.1.5 */
char *normal_reply(const char *text, GString *why);

/* normal_text - one line for people to read
 * own   the caller frees with g_free()
 * err   NULL: appended to why */
char *normal_text(const char *text, GString *why);

/* normal_url - where a page is, with "/" at its end
 * own   the caller frees with g_free()
 * err   NULL: appended to why */
char *normal_url(const char *text, GString *why);

/* normal_server - ADDRESS or ADDRESS@PORT
 * own   the caller frees with g_free()
 * err   NULL: appended to why */
char *normal_server(const char *text, GString *why);

/* normal_network - a network or a single address
 * own   the caller frees with g_free()
 * err   NULL: appended to why */
char *normal_network(const char *text, GString *why);

/* normal_recipient - user@domain or @domain, as address_key() and domain_key() have them
 * own   the caller frees with g_free()
 * err   NULL: appended to why */
char *normal_recipient(const char *text, GString *why);

/* normal_address - user@domain, as address_key() has it
 * own   the caller frees with g_free()
 * err   NULL: appended to why */
char *normal_address(const char *text, GString *why);

/* normal_flag - a flag of mailboxes, in lower case: what an import of them takes
 * own   the caller frees with g_free()
 * err   NULL: appended to why */
char *normal_flag(const char *text, GString *why);

#endif
