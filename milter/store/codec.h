/* Values: versioned binary records, the same in every store. A record is a C struct and a
 * table of its fields; one engine writes, reads and prints them all. A field that a reader
 * does not know is skipped, so adding one needs no new version; a new version is for a
 * changed meaning, and reads as UNKNOWN by those who do not know it. */
#ifndef STORE_CODEC_H
#define STORE_CODEC_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/answer.h"
#include "base/arena.h"
#include "base/bytes.h"
#include "base/compiler.h"

enum codec_type {
	CODEC_INT,     /* int64_t */
	CODEC_BOOL,    /* bool */
	CODEC_TEXT,    /* const char *, valid UTF-8; NULL is left out */
	CODEC_TEXTS,   /* const char *const *, count in a size_t */
	CODEC_BLOB,    /* struct bytes */
	CODEC_RECORD,  /* a struct inside */
	CODEC_RECORDS, /* const struct x *, count in a size_t */
};

struct codec_field {
	unsigned tag; /* 1..1000, never used again for anything else */
	const char *name;
	enum codec_type type;
	size_t at;              /* offset of the member */
	size_t count_at;        /* offset of its count */
	size_t max;             /* items of a list, bytes of a text or blob */
	const struct codec *of; /* of the records inside */
};

struct codec {
	const char *name;
	unsigned version; /* 1..255 */
	size_t size;      /* sizeof the struct */
	const struct codec_field *fields;
	size_t n_fields;
};

#define CODEC_INT_FIELD(s, t, m)                                              \
	{                                                                     \
		.tag = (t), .name = #m, .type = CODEC_INT,                    \
		.at = offsetof(struct s, m) + MEMBER_IS(struct s, m, int64_t) \
	}
#define CODEC_BOOL_FIELD(s, t, m)                                          \
	{                                                                  \
		.tag = (t), .name = #m, .type = CODEC_BOOL,                \
		.at = offsetof(struct s, m) + MEMBER_IS(struct s, m, bool) \
	}
#define CODEC_TEXT_FIELD(s, t, m, most)                                            \
	{                                                                          \
		.tag = (t), .name = #m, .type = CODEC_TEXT, .max = (most),         \
		.at = offsetof(struct s, m) + MEMBER_IS(struct s, m, const char *) \
	}
#define CODEC_TEXTS_FIELD(s, t, m, n, most)                                        \
	{                                                                          \
		.tag = (t), .name = #m, .type = CODEC_TEXTS, .max = (most),        \
		.at = offsetof(struct s, m) +                                      \
		      MEMBER_IS(struct s, m, const char *const *),                 \
		.count_at = offsetof(struct s, n) + MEMBER_IS(struct s, n, size_t) \
	}
#define CODEC_BLOB_FIELD(s, t, m, most)                                            \
	{                                                                          \
		.tag = (t), .name = #m, .type = CODEC_BLOB, .max = (most),         \
		.at = offsetof(struct s, m) + MEMBER_IS(struct s, m, struct bytes) \
	}
#define CODEC_RECORD_FIELD(s, t, m, c)                                   \
	{                                                                \
		.tag = (t), .name = #m, .type = CODEC_RECORD, .of = (c), \
		.at = offsetof(struct s, m)                              \
	}
#define CODEC_RECORDS_FIELD(s, t, m, n, most, c)                                         \
	{                                                                                \
		.tag = (t), .name = #m, .type = CODEC_RECORDS, .max = (most), .of = (c), \
		.at = offsetof(struct s, m),                                             \
		.count_at = offsetof(struct s, n) + MEMBER_IS(struct s, n, size_t)       \
	}

/* codec_encode - a record as bytes; fields that are 0, false, NULL or empty are left out
 * in    record   the struct the codec is of
 * out   the same bytes for the same record; list items and text beyond `max`, and what
 *       would make it longer than LIMIT_VALUE_BYTES, is cut (lists at the end)
 * own   a */
struct bytes codec_encode(const struct codec *c, const void *record, struct arena *a);

/* codec_decode - bytes as a record
 * out   record_r is all zero but for the fields that were there
 * own   texts and lists live in a
 * err   UNKNOWN: a newer version, or damaged; never NO
 * use   any thread */
enum answer codec_decode(const struct codec *c, struct bytes value, void *record_r,
			 struct arena *a);

/* codec_json - append a record as one JSON object; empty fields are left out */
void codec_json(const struct codec *c, const void *record, GString *out);

#endif
