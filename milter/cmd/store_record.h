/* Records of the memory as a person can read them. */
#ifndef CMD_STORE_RECORD_H
#define CMD_STORE_RECORD_H

#include <glib.h>

#include "base/answer.h"
#include "base/bytes.h"
#include "store/keys.h"
#include "store/store.h"

/* record_read - can this record be read?
 * in    out   appended: the value as JSON, "null" when it cannot; may be NULL
 * err   NO: no key of ours; UNKNOWN: damaged, or of a newer version */
enum answer record_read(struct bytes key, struct bytes value, GString *out);

/* record_print - append a line of JSON: family, tenant, parts of the key, when it expires
 *                where that is known, value
 * err   what is no key of ours is shown as "key", what cannot be read as null */
void record_print(const struct store_record *record, GString *out);

/* record_family - the family of that name
 * err   FAMILY_COUNT: there is none; e says which is near */
enum family record_family(const char *name, GError **e);

#endif
