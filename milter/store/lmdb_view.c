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

enum answer lmdb_view_get(const struct lmdb_view *v, struct bytes key,
			  struct bytes *value_r)
{
	MDB_val k = { .mv_size = key.n }, found;
	int rc;

	memcpy(&k.mv_data, &key.at, sizeof(k.mv_data)); /* LMDB does not write there */
	rc = mdb_get(v->txn, v->dbi, &k, &found);
	if (rc != 0)
		return rc == MDB_NOTFOUND ? ANSWER_NO : ANSWER_UNKNOWN;
	if (found.mv_size > STAMP_BYTES + LIMIT_VALUE_BYTES)
		return ANSWER_UNKNOWN;
	return unwrap(&found, v->now_s, value_r) ? ANSWER_YES : ANSWER_NO;
}

void lmdb_view_read_many(const struct lmdb_view *v, struct store_read *r, size_t n,
			 int64_t deadline_us, struct arena *a)
{
	for (size_t i = 0; i < n; i++) {
		struct bytes value = { 0 };

		if (deadline_us != 0 && i % CLOCK_EVERY == 0 &&
		    clock_mono_us() > deadline_us)
			return;
		r[i].answer = lmdb_view_get(v, r[i].key, &value);
		if (r[i].answer == ANSWER_YES)
			r[i].value = copy_of(value, a);
	}
}

bool lmdb_view_scan(struct lmdb_view *v, struct bytes prefix,
		    bool (*see)(const struct store_record *record, void *to), void *to)
{
	MDB_val k = { .mv_size = prefix.n }, found;
	bool go_on = true;
	int rc = mdb_cursor_open(v->txn, v->dbi, &v->cursor);

	if (rc != 0)
		return false;
	memcpy(&k.mv_data, &prefix.at, sizeof(k.mv_data)); /* LMDB does not write there */
	rc = mdb_cursor_get(v->cursor, &k, &found,
			    prefix.n > 0 ? MDB_SET_RANGE : MDB_FIRST);
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
