/* Addresses under a key of their own person: whoever has the key reads them, and when it is
 * destroyed nobody does, though every line that has them stays as it is. The wall around
 * OpenSSL's ciphers. */
#ifndef AUDIT_SEAL_H
#define AUDIT_SEAL_H

#include <glib.h>
#include <stdbool.h>

/* seal_text - a person's address or name, sealed under that person's key
 * in    folder   of the keys; made if missing, as is the key
 *       person   any text; two spellings of one address are one person
 * out   "p:ID:BASE64", without blanks; "" for NULL and ""
 * own   the caller frees with g_free()
 * use   one at a time: under the lock of the audit file
 * err   NULL: e names the folder or file */
char *seal_text(const char *folder, const char *person, GError **e);

struct seal_keys;

/* seal_keys_read - all keys that are there
 * own   seal_keys_free()
 * err   what has no key cannot be opened */
struct seal_keys *seal_keys_read(const char *folder);

/* seal_keys_free - give back; NULL is allowed */
void seal_keys_free(struct seal_keys *k);

/* seal_open - what was sealed
 * out   "(erased ID)" where the key was destroyed, "(damaged)" where it is none of ours
 * own   the caller frees with g_free()
 * err   , see out */
char *seal_open(const struct seal_keys *k, const char *sealed);

/* seal_erase - destroy the key of a person
 * out   *was_there_r   there was one
 * use   one at a time: under the lock of the audit file
 * err   false: e names the file; the key may still be there */
bool seal_erase(const char *folder, const char *person, bool *was_there_r, GError **e);

#endif
