/* Keys as text that a person can read in redis-cli, and that still cannot be confused: the
 * signs that separate never stand in a part (they are escaped as %XX), and a part that is
 * too long stands as its hash. Nothing here knows what a value means. */
#include "store/keys.h"

#include <glib.h>
#include <string.h>

#include "base/compiler.h"
#include "base/limits.h"

/* three parts of this, prefix and separators stay under LIMIT_KEY_BYTES */
#define PART_MOST 150
#define HASH_HEX 40 /* 160 bits: nobody finds two names for one key */

const struct family_row key_families[FAMILY_COUNT] = {
#define KEY(id, n, p, p1, p2, f, c, v, t, w, r, d) \
	[FAMILY_##id] = { .name = n,               \
			  .prefix = p,             \
			  .part1 = p1,             \
			  .part2 = p2,             \
			  .form = KEY_##f,         \
			  .codec = c,              \
			  .version = v,            \
			  .ttl_s = t,              \
			  .writer = w,             \
			  .repeatable = r,         \
			  .doc = d },
#include "store/keys.def"
#undef KEY
};

/* a key being built: a part of at most PART_MOST bytes, and the escape of one more, fit */
struct draft {
	char at[LIMIT_KEY_BYTES + 4];
	size_t n;
};

static void append_text(struct draft *key, const char *text, size_t n)
{
	g_assert(n <= sizeof(key->at) - key->n);
	memcpy(key->at + key->n, text, n);
	key->n += n;
}

static void append_hash(struct draft *key, const char *part)
{
	char *hex = g_compute_checksum_for_string(G_CHECKSUM_SHA256, part, -1);

	append_text(key, "#", 1);
	append_text(key, hex, HASH_HEX);
	g_free(hex);
}

static bool is_special(unsigned char c)
{
	return c < 0x20 || c == 0x7f || c == '|' || c == '{' || c == '}' || c == '%';
}

static void append_part(struct draft *key, const char *part)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t before = key->n;

	for (const char *c = part; *c != '\0'; c++) {
		unsigned char byte = (unsigned char)*c;

		if (is_special(byte) || (byte == '#' && c == part)) {
			char escaped[3] = { '%', hex[byte >> 4], hex[byte & 15] };

			append_text(key, escaped, sizeof(escaped));
		} else {
			append_text(key, c, 1);
		}
		if (key->n - before > PART_MOST) {
			key->n = before;
			append_hash(key, part);
			return;
		}
	}
}

static struct bytes key_done(struct arena *a, const struct draft *key)
{
	g_assert(key->n <= LIMIT_KEY_BYTES);
	return (struct bytes){ .at = arena_strndup(a, key->at, key->n), .n = key->n };
}

static void key_begin(struct draft *key, const struct family_row *row, const char *tenant)
{
	key->n = 0;
	append_text(key, row->prefix, strlen(row->prefix));
	if (row->form == KEY_TAGGED)
		append_text(key, "|{", 2);
	else
		append_text(key, "|", 1);
	append_part(key, tenant);
}

struct bytes key_build(struct arena *a, enum family f, const char *tenant,
		       const char *part1, const char *part2)
{
	const struct family_row *row = &key_families[f];
	struct draft key;

	g_assert((part1 != NULL && *part1 != '\0') == (row->part1[0] != '\0'));
	g_assert((part2 != NULL && *part2 != '\0') == (row->part2[0] != '\0'));
	key_begin(&key, row, tenant);
	if (row->part1[0] != '\0') {
		append_text(&key, "|", 1);
		if (row->form == KEY_HASHED)
			append_hash(&key, part1);
		else
			append_part(&key, part1);
	}
	if (row->form == KEY_TAGGED)
		append_text(&key, "}", 1);
	if (row->part2[0] != '\0') {
		append_text(&key, "|", 1);
		append_part(&key, part2);
	}
	return key_done(a, &key);
}

struct bytes key_prefix(struct arena *a, enum family f, const char *tenant)
{
	const struct family_row *row = &key_families[f];
	struct draft key;

	key_begin(&key, row, tenant);
	if (row->part1[0] != '\0')
		append_text(&key, "|", 1);
	return key_done(a, &key);
}

struct bytes key_prefix_of(struct arena *a, enum family f, const char *tenant,
			   const char *part1)
{
	struct draft key;

	g_assert(key_families[f].form == KEY_TAGGED);
	key_begin(&key, &key_families[f], tenant);
	append_text(&key, "|", 1);
	append_part(&key, part1);
	append_text(&key, "}|", 2);
	return key_done(a, &key);
}

static bool find_family(const char *prefix, enum family *f_r)
{
	for (size_t i = 0; i < FAMILY_COUNT; i++) {
		if (strcmp(key_families[i].prefix, prefix) == 0) {
			*f_r = (enum family)i;
			return true;
		}
	}
	return false;
}

static const char *unescape(struct arena *a, const char *part)
{
	char *plain = arena_strdup(a, part), *to = plain;

	for (const char *c = part; *c != '\0'; c++) {
		if (*c == '%' && g_ascii_isxdigit(c[1]) && g_ascii_isxdigit(c[2])) {
			*to++ = (char)(g_ascii_xdigit_value(c[1]) * 16 +
				       g_ascii_xdigit_value(c[2]));
			c += 2;
		} else {
			*to++ = *c;
		}
	}
	*to = '\0';
	return plain;
}

bool key_split(struct arena *a, struct bytes key, struct key_parts *parts_r)
{
	char *part[5];
	size_t n = 0;
	const struct family_row *row;
	char *rest;

	if (key.n == 0 || key.n > LIMIT_KEY_BYTES || memchr(key.at, '\0', key.n) != NULL)
		return false;
	rest = arena_strndup(a, key.at, key.n);
	while (rest != NULL && n < COUNT_OF(part)) {
		part[n++] = rest;
		rest = strchr(rest, '|');
		if (rest != NULL)
			*rest++ = '\0';
	}
	if (!find_family(part[0], &parts_r->family))
		return false;
	row = &key_families[parts_r->family];
	if (rest != NULL || n != 2U + (row->part1[0] != '\0') + (row->part2[0] != '\0'))
		return false;
	if (row->form == KEY_TAGGED) {
		size_t tag_end = strlen(part[2]);

		if (part[1][0] != '{' || tag_end == 0 || part[2][tag_end - 1] != '}')
			return false;
		part[1]++;
		part[2][tag_end - 1] = '\0';
	}
	parts_r->tenant = unescape(a, part[1]);
	parts_r->part1 = n > 2 ? unescape(a, part[2]) : "";
	parts_r->part2 = n > 3 ? unescape(a, part[3]) : "";
	return true;
}
