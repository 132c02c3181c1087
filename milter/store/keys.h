/* The names under which things are remembered. Every key begins with its family and holds
 * its tenant, so that the data of two tenants never mix; the table is store/keys.def. */
#ifndef STORE_KEYS_H
#define STORE_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"

enum family {
#define KEY(id, ...) FAMILY_##id,
#include "store/keys.def"
#undef KEY
	FAMILY_COUNT
};

enum key_form { KEY_PLAIN, KEY_TAGGED, KEY_HASHED };

struct family_row {
	const char *name;
	const char *prefix;
	const char *part1, *part2; /* what stands there, "" where nothing does */
	enum key_form form;
	const char *codec; /* name of the value's codec */
	unsigned version;  /* of the codec; newer values read as UNKNOWN */
	int64_t ttl_s;     /* after the last write; 0 is for ever */
	const char *writer;
	const char *repeatable;
	const char *doc;
};

extern const struct family_row key_families[FAMILY_COUNT];

/* key_build - the key of one thing
 * in    tenant       name of the tenant
 *       part1,part2  as the family's row says, NULL or "" where it has none; any bytes:
 *                    what could be taken for a separator is escaped, what is long is hashed
 * out   1..LIMIT_KEY_BYTES printable bytes, different for different parts
 * own   a
 * err   a family without its part, or a part without its family, aborts */
struct bytes key_build(struct arena *a, enum family f, const char *tenant,
		       const char *part1, const char *part2);

/* key_prefix - the bytes that all keys of a family and tenant begin with, for store_scan()
 * own   a */
struct bytes key_prefix(struct arena *a, enum family f, const char *tenant);

/* key_prefix_of - the bytes that all keys of a family with that first part begin with
 * in    f   TAGGED
 * own   a */
struct bytes key_prefix_of(struct arena *a, enum family f, const char *tenant,
			   const char *part1);

/* A key taken apart; hashed parts read "#" and the hash. */
struct key_parts {
	enum family family;
	const char *tenant, *part1, *part2; /* "" where the family has none */
};

/* key_split - the parts of a key, for tools
 * own   a
 * err   false: no key of ours */
bool key_split(struct arena *a, struct bytes key, struct key_parts *parts_r);

#endif
