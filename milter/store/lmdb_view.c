/* Reading inside one read transaction. Whose transaction it is, and when the map may change,
 * is the caller's business; nothing here begins or ends one. */
#include "store/lmdb_view.h"

#include <glib.h>
#include <lmdb.h>

#include "base/clock.h"
#include "base/limits.h"
#include "store/backend.h"

#define CLOCK_EVERY 16 /* keys between two looks at the clock */

static uint32_t stamp_of(const MDB_val *v)
{
	uint32_t stamp;

	memcpy(&stamp, v->mv_data, sizeof(stamp));
	return GUINT32_FROM_LE(stamp);
}

/* false: expired, or not written by us */
static bool unwrap(const MDB_val *v, int64_t now_s, struct bytes *value_r)
{
	if (v->mv_size < STAMP_BYTES || stamp_over(stamp_of(v), now_s))
		return false;
	*value_r = (struct bytes){ .at = (const char *)v->mv_data + STAMP_BYTES,
				   .n = v->mv_size - STAMP_BYTES };
	return true;
}

static struct bytes copy_of(struct bytes b, struct arena *a)
{
	char *copy = arena_alloc(a, b.n);

	if (b.n > 0)
		memcpy(copy, b.at, b.n);
	return (struct bytes){ .at = copy, .n = b.n };
}

/* the value stays in the map */
static enum answer find(const struct lmdb_view *v, struct bytes key,
			struct store_record *record_r)
{
	MDB_val k = { .mv_size = key.n }, found;
	int rc;

	memcpy(&k.mv_data, &key.at, sizeof(k.mv_data)); /* LMDB does not write there */
	rc = mdb_get(v->txn, v->dbi, &k, &found);
	if (rc != 0)
		return rc == MDB_NOTFOUND ? ANSWER_NO : ANSWER_UNKNOWN;
	if (found.mv_size > STAMP_BYTES + OVERLAY_HEAD_BYTES + LIMIT_VALUE_BYTES)
		return ANSWER_UNKNOWN;
	if (!unwrap(&found, v->now_s, &record_r->value))
		return ANSWER_NO;
	record_r->expires_s = stamp_of(&found);
	return ANSWER_YES;
}

enum answer lmdb_view_get(const struct lmdb_view *v, struct bytes key,
			  struct bytes *value_r)
{
	struct store_record record;
	enum answer answer = find(v, key, &record);

	if (answer == ANSWER_YES)
		*value_r = record.value;
	return answer;
}

void lmdb_view_read_many(const struct lmdb_view *v, struct store_read *r, size_t n,
			 int64_t deadline_us, struct arena *a)
{
	size_t used = 0;

	for (size_t i = 0; i < n; i++) {
		struct store_record found = { 0 };
		enum answer answer;

		if (deadline_us != 0 && i % CLOCK_EVERY == 0 &&
		    clock_mono_us() > deadline_us)
			return;
		answer = find(v, r[i].key, &found);
		used += found.value.n;
		if (v->room != 0 && used > v->room)
			return;
		r[i].answer = answer;
		if (answer != ANSWER_YES)
			continue;
		r[i].value = copy_of(found.value, a);
		r[i].expires_s = found.expires_s;
	}
}

bool lmdb_view_scan(struct lmdb_view *v, struct bytes prefix,
		    bool (*see)(const struct store_record *record, void *to), void *to)
{
	struct bytes first = v->from.n > 0 ? v->from : prefix;
	MDB_val k = { .mv_size = first.n }, found;
	bool go_on = true;
	int rc = mdb_cursor_open(v->txn, v->dbi, &v->cursor);

	if (rc != 0)
		return false;
	memcpy(&k.mv_data, &first.at, sizeof(k.mv_data)); /* LMDB does not write there */
	rc = mdb_cursor_get(v->cursor, &k, &found,
			    first.n > 0 ? MDB_SET_RANGE : MDB_FIRST);
	while (rc == 0 && go_on && k.mv_size >= prefix.n &&
	       (prefix.n == 0 || memcmp(k.mv_data, prefix.at, prefix.n) == 0)) {
		struct store_record r = { .key = { .at = k.mv_data, .n = k.mv_size } };

		if (unwrap(&found, v->now_s, &r.value)) {
			r.expires_s = stamp_of(&found);
			go_on = see(&r, to);
		}
		rc = mdb_cursor_get(v->cursor, &k, &found, MDB_NEXT);
	}
	mdb_cursor_close(v->cursor);
	v->cursor = NULL;
	return rc == 0 || rc == MDB_NOTFOUND;
}
