/* One engine that writes, reads and prints records by the tables of their fields. The form
 * is: a version byte, then fields; a field is a varint of its tag and one bit, and either a
 * zigzag varint or a length and that many bytes. Records inside have no version byte. Values
 * come from disk and network: every length is checked against what is left, every list and
 * text against its row. Nothing here knows what a field means. */
#include "store/codec.h"

#include "base/json_line.h"
#include "base/limits.h"

#define KIND_NUMBER 0U
#define KIND_BYTES 1U
#define VARINT_BYTES 10U
#define FIELDS_MOST 32 /* rows of one table */

static const void *member(const void *record, size_t at)
{
	return (const char *)record + at;
}

static void *member_of(void *record, size_t at)
{
	return (char *)record + at;
}

/* --- writing --- */

static guint8 *write_varint(guint8 *to, uint64_t n)
{
	while (n > 0x7f) {
		*to++ = (guint8)(n | 0x80);
		n >>= 7;
	}
	*to++ = (guint8)n;
	return to;
}

/* A record is hundreds of numbers: both varints go in at once. */
static void put_varints(GByteArray *out, uint64_t first, uint64_t second)
{
	guint8 bytes[2 * VARINT_BYTES], *end;

	end = write_varint(write_varint(bytes, first), second);
	g_assert(end - bytes <= (ptrdiff_t)sizeof(bytes));
	g_byte_array_append(out, bytes, (guint)(end - bytes));
}

static void put_number(GByteArray *out, unsigned tag, int64_t n)
{
	if (n == 0)
		return;
	put_varints(out, ((uint64_t)tag << 1) | KIND_NUMBER,
		    ((uint64_t)n << 1) ^ (uint64_t)(n >> 63));
}

static void put_bytes(GByteArray *out, unsigned tag, const void *at, size_t n)
{
	put_varints(out, ((uint64_t)tag << 1) | KIND_BYTES, n);
	g_byte_array_append(out, at, (guint)n);
}

/* A text is cut at a whole character; one that is not UTF-8 is repaired first. */
static void put_text(GByteArray *out, const struct codec_field *f, const char *text)
{
	char *repaired = NULL;
	size_t n;

	if (!g_utf8_validate(text, -1, NULL))
		text = repaired = g_utf8_make_valid(text, -1);
	n = strlen(text);
	if (n > f->max) {
		n = f->max;
		while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
			n--;
	}
	put_bytes(out, f->tag, text, n);
	g_free(repaired);
}

static void put_record(GByteArray *out, const struct codec *c, const void *record);

static void put_inner(GByteArray *out, const struct codec_field *f, const void *record,
		      bool even_empty)
{
	GByteArray *inner = g_byte_array_new();

	put_record(inner, f->of, record);
	if (inner->len > 0 || even_empty)
		put_bytes(out, f->tag, inner->data, inner->len);
	g_byte_array_unref(inner);
}

static void put_list(GByteArray *out, const struct codec_field *f, const void *record)
{
	const size_t *count = member(record, f->count_at);
	const void *const *list = member(record, f->at);
	size_t n = MIN(*count, f->max);

	for (size_t i = 0; i < n; i++) {
		guint before = out->len;

		if (f->type == CODEC_TEXTS)
			put_text(out,
				 &(struct codec_field){ .tag = f->tag,
							.max = LIMIT_VALUE_BYTES },
				 ((const char *const *)*list)[i]);
		else
			put_inner(out, f, (const char *)*list + i * f->of->size, true);
		if (out->len >= LIMIT_VALUE_BYTES) {
			g_byte_array_set_size(out, before);
			return;
		}
	}
}

static void put_field(GByteArray *out, const struct codec_field *f, const void *record)
{
	const void *at = member(record, f->at);
	const struct bytes *blob = at;
	const char *text;

	switch (f->type) {
	case CODEC_INT:
		put_number(out, f->tag, *(const int64_t *)at);
		break;
	case CODEC_BOOL:
		put_number(out, f->tag, *(const bool *)at ? 1 : 0);
		break;
	case CODEC_TEXT:
		text = *(const char *const *)at;
		if (text != NULL)
			put_text(out, f, text);
		break;
	case CODEC_BLOB:
		if (blob->n > 0)
			put_bytes(out, f->tag, blob->at, MIN(blob->n, f->max));
		break;
	case CODEC_RECORD:
		put_inner(out, f, at, false);
		break;
	case CODEC_TEXTS:
	case CODEC_RECORDS:
		put_list(out, f, record);
		break;
	}
}

static void put_record(GByteArray *out, const struct codec *c, const void *record)
{
	for (size_t i = 0; i < c->n_fields; i++) {
		guint before = out->len;

		put_field(out, &c->fields[i], record);
		if (out->len >= LIMIT_VALUE_BYTES)
			g_byte_array_set_size(out, before);
	}
}

struct bytes codec_encode(const struct codec *c, const void *record, struct arena *a)
{
	GByteArray *out = g_byte_array_new();
	guint8 version = (guint8)c->version;
	struct bytes value;
	char *copy;

	g_assert(version == c->version);
	g_byte_array_append(out, &version, 1);
	put_record(out, c, record);
	g_assert(out->len <= LIMIT_VALUE_BYTES);
	copy = arena_alloc(a, out->len);
	memcpy(copy, out->data, out->len);
	value = (struct bytes){ .at = copy, .n = out->len };
	g_byte_array_unref(out);
	return value;
}

/* --- reading --- */

struct reader {
	const unsigned char *at, *end;
	struct arena *arena;
};

/* one field as it stands in the value */
struct piece {
	uint64_t tag;
	bool is_bytes;
	int64_t number;
	const char *at;
	size_t n;
};

static bool get_varint(struct reader *r, uint64_t *n_r)
{
	uint64_t n = 0;

	for (unsigned shift = 0; shift < 64 && r->at < r->end; shift += 7) {
		unsigned char byte = *r->at++;

		n |= (uint64_t)(byte & 0x7f) << shift;
		if ((byte & 0x80) == 0) {
			*n_r = n;
			return true;
		}
	}
	return false;
}

static bool get_piece(struct reader *r, struct piece *p_r)
{
	uint64_t head, n;

	if (!get_varint(r, &head) || !get_varint(r, &n))
		return false;
	*p_r = (struct piece){ .tag = head >> 1, .is_bytes = (head & 1) == KIND_BYTES };
	if (!p_r->is_bytes) {
		p_r->number = (int64_t)((n >> 1) ^ (~(n & 1) + 1));
		return true;
	}
	if (n > (uint64_t)(r->end - r->at))
		return false;
	p_r->at = (const char *)r->at;
	p_r->n = (size_t)n;
	r->at += n;
	return true;
}

static const struct codec_field *find_field(const struct codec *c, uint64_t tag,
					    size_t *i_r)
{
	for (size_t i = 0; i < c->n_fields; i++) {
		if (c->fields[i].tag == tag) {
			*i_r = i;
			return &c->fields[i];
		}
	}
	return NULL;
}

static bool is_list(const struct codec_field *f)
{
	return f->type == CODEC_TEXTS || f->type == CODEC_RECORDS;
}

static bool wants_bytes(const struct codec_field *f)
{
	return f->type != CODEC_INT && f->type != CODEC_BOOL;
}

static const char *take_text(const struct piece *p, struct arena *a)
{
	if (memchr(p->at, '\0', p->n) != NULL ||
	    !g_utf8_validate(p->at, (gssize)p->n, NULL))
		return NULL;
	return arena_strndup(a, p->at, p->n);
}

static bool get_record(struct reader *r, const struct codec *c, void *record_r);

static bool take_inner(const struct codec_field *f, const struct piece *p, void *record_r,
		       struct arena *a)
{
	struct reader inner = {
		.at = (const unsigned char *)p->at,
		.end = (const unsigned char *)p->at + p->n,
		.arena = a,
	};

	return get_record(&inner, f->of, record_r);
}

static bool take_item(const struct codec_field *f, const struct piece *p, void *record_r,
		      struct arena *a)
{
	size_t *count = member_of(record_r, f->count_at);
	void **list = member_of(record_r, f->at);
	const char *text;

	if (f->type == CODEC_RECORDS)
		return take_inner(f, p, (char *)*list + (*count)++ * f->of->size, a);
	text = take_text(p, a);
	((const char **)*list)[(*count)++] = text;
	return text != NULL;
}

static bool take_piece(const struct codec_field *f, const struct piece *p, void *record_r,
		       struct arena *a)
{
	void *at = member_of(record_r, f->at);
	char *copy;

	switch (f->type) {
	case CODEC_INT:
		*(int64_t *)at = p->number;
		return true;
	case CODEC_BOOL:
		*(bool *)at = p->number != 0;
		return true;
	case CODEC_TEXT:
		*(const char **)at = take_text(p, a);
		return *(const char **)at != NULL;
	case CODEC_BLOB:
		copy = arena_alloc(a, p->n);
		if (p->n > 0)
			memcpy(copy, p->at, p->n);
		*(struct bytes *)at = (struct bytes){ .at = copy, .n = p->n };
		return true;
	case CODEC_RECORD:
		memset(at, 0,
		       f->of->size); /* twice the same field: the last one counts */
		return take_inner(f, p, at, a);
	case CODEC_TEXTS:
	case CODEC_RECORDS:
		return take_item(f, p, record_r, a);
	}
	return false;
}

/* How long each list is, so that it is allocated once. */
static bool count_items(struct reader r, const struct codec *c, size_t *counts_r)
{
	const struct codec_field *f;
	struct piece p;
	size_t i;

	while (r.at < r.end) {
		if (!get_piece(&r, &p))
			return false;
		f = find_field(c, p.tag, &i);
		if (f != NULL && is_list(f) && counts_r[i] < f->max)
			counts_r[i]++;
	}
	return true;
}

static bool get_record(struct reader *r, const struct codec *c, void *record_r)
{
	size_t counts[FIELDS_MOST] = { 0 }, i;
	const struct codec_field *f;
	struct piece p;

	g_assert(c->n_fields <= FIELDS_MOST);
	if (!count_items(*r, c, counts))
		return false;
	for (i = 0; i < c->n_fields; i++) {
		f = &c->fields[i];
		if (counts[i] > 0)
			*(void **)member_of(record_r, f->at) = arena_alloc(
				r->arena, counts[i] * (f->of != NULL ? f->of->size
								     : sizeof(char *)));
	}
	while (r->at < r->end) {
		if (!get_piece(r, &p))
			return false;
		f = find_field(c, p.tag, &i);
		if (f == NULL)
			continue;
		if (p.is_bytes != wants_bytes(f))
			return false;
		if (is_list(f) &&
		    *(size_t *)member_of(record_r, f->count_at) >= counts[i])
			continue;
		if ((f->type == CODEC_TEXT || f->type == CODEC_BLOB) && p.n > f->max)
			return false;
		if (!take_piece(f, &p, record_r, r->arena))
			return false;
	}
	return true;
}

enum answer codec_decode(const struct codec *c, struct bytes value, void *record_r,
			 struct arena *a)
{
	struct reader r = { .arena = a };

	memset(record_r, 0, c->size);
	if (value.n == 0 || value.n > LIMIT_VALUE_BYTES ||
	    (unsigned char)value.at[0] != c->version)
		return ANSWER_UNKNOWN;
	r.at = (const unsigned char *)value.at + 1;
	r.end = (const unsigned char *)value.at + value.n;
	if (get_record(&r, c, record_r))
		return ANSWER_YES;
	memset(record_r, 0, c->size);
	return ANSWER_UNKNOWN;
}

/* --- printing --- */

static void json_blob(GString *out, const struct bytes *blob)
{
	GString *hex = g_string_sized_new(2 * blob->n + 1);

	for (size_t i = 0; i < blob->n; i++)
		g_string_append_printf(hex, "%02x", (unsigned char)blob->at[i]);
	json_line_text(out, hex->str);
	g_string_free(hex, TRUE);
}

static bool is_empty(const struct codec_field *f, const void *record);

static bool record_is_empty(const struct codec *c, const void *record)
{
	for (size_t i = 0; i < c->n_fields; i++)
		if (!is_empty(&c->fields[i], record))
			return false;
	return true;
}

static bool is_empty(const struct codec_field *f, const void *record)
{
	const void *at = member(record, f->at);

	switch (f->type) {
	case CODEC_INT:
		return *(const int64_t *)at == 0;
	case CODEC_BOOL:
		return !*(const bool *)at;
	case CODEC_TEXT:
		return *(const char *const *)at == NULL;
	case CODEC_BLOB:
		return ((const struct bytes *)at)->n == 0;
	case CODEC_RECORD:
		return record_is_empty(f->of, at);
	case CODEC_TEXTS:
	case CODEC_RECORDS:
		return *(const size_t *)member(record, f->count_at) == 0;
	}
	return true;
}

static void json_list(GString *out, const struct codec_field *f, const void *record)
{
	size_t n = *(const size_t *)member(record, f->count_at);
	const void *const *list = member(record, f->at);

	json_line_open(out, '[');
	for (size_t i = 0; i < n; i++) {
		if (f->type == CODEC_TEXTS)
			json_line_text(out, ((const char *const *)*list)[i]);
		else
			codec_json(f->of, (const char *)*list + i * f->of->size, out);
	}
	json_line_close(out, ']');
}

static void json_value(GString *out, const struct codec_field *f, const void *record)
{
	const void *at = member(record, f->at);

	switch (f->type) {
	case CODEC_INT:
		json_line_int(out, *(const int64_t *)at);
		break;
	case CODEC_BOOL:
		json_line_bool(out, true); /* what is empty is left out */
		break;
	case CODEC_TEXT:
		json_line_text(out, *(const char *const *)at);
		break;
	case CODEC_BLOB:
		json_blob(out, at);
		break;
	case CODEC_RECORD:
		codec_json(f->of, at, out);
		break;
	case CODEC_TEXTS:
	case CODEC_RECORDS:
		json_list(out, f, record);
		break;
	}
}

void codec_json(const struct codec *c, const void *record, GString *out)
{
	json_line_open(out, '{');
	for (size_t i = 0; i < c->n_fields; i++) {
		if (is_empty(&c->fields[i], record))
			continue;
		json_line_name(out, c->fields[i].name);
		json_value(out, &c->fields[i], record);
	}
	json_line_close(out, '}');
}
