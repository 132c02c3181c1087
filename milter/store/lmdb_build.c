/* Writing a snapshot: what was gathered comes back sorted, and is appended to a new LMDB file
 * page after page. The file has another name until it is whole and on disk; then the manifest
 * is put in place, then the file: who sees the new file finds its manifest. A reader that
 * begins in the moment between waits and looks again (store/lmdb_snapshot.c). */
#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "store/backend.h"
#include "store/lmdb_check.h"
#include "store/manifest.h"
#include "store/slot.h"
#include "store/snapshot.h"
#include "store/sorter.h"

#define FILE_MODE 0644
#define PAIRS_A_TRANSACTION 100000 /* dirty pages stay within memory */
#define SPARE_BYTES (64UL << 20)   /* of the map */
#define NODE_BYTES 64              /* what a pair costs beside its bytes, at most */
#define PAIRS_A_REPORT 100

struct snapshot_builder {
	struct snapshot_setup setup;
	char *path, *draft;
	struct sorter *sorter;
	GByteArray *value; /* stamp and value of the pair that is being added */
	MDB_env *env;
	MDB_dbi dbi;
	uint64_t keys;
	struct manifest manifest; /* what is not measured */
};

struct snapshot_builder *snapshot_begin(const struct snapshot_setup *setup)
{
	struct snapshot_builder *b = g_new0(struct snapshot_builder, 1);
	char *folder = g_path_get_dirname(setup->path);

	b->setup = *setup;
	slot_range(setup->shard, MAX(setup->shards, 1), &b->manifest.first_slot,
		   &b->manifest.last_slot);
	b->path = g_strdup(setup->path);
	b->draft = g_strdup_printf("%s.%ld.new", setup->path, (long)getpid());
	b->sorter = sorter_create(folder, setup->memory_bytes);
	b->value = g_byte_array_new();
	g_free(folder);
	return b;
}

bool snapshot_applied(struct snapshot_builder *b, const struct manifest_applied *applied,
		      GError **e)
{
	struct manifest *m = &b->manifest;

	for (size_t i = 0; i < m->n_applied; i++) {
		struct manifest_applied *a = &m->applied[i];

		if (strcmp(a->overlay, applied->overlay) != 0)
			continue;
		a->change = MIN(a->change, applied->change);
		return true;
	}
	if (m->n_applied == MANIFEST_APPLIED) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    "%s: it would contain the changes of more than %d overlays; "
			    "build it from a store that has them all",
			    b->path, MANIFEST_APPLIED);
		return false;
	}
	m->applied[m->n_applied++] = *applied;
	return true;
}

bool snapshot_add(struct snapshot_builder *b, const struct store_record *r, GError **e)
{
	uint32_t stamp = GUINT32_TO_LE(stamp_at(r->expires_s));
	struct bytes stamped;

	if (b->setup.shards > 1 &&
	    slot_shard(slot_of(r->key), b->setup.shards) != b->setup.shard)
		return true;
	g_byte_array_set_size(b->value, 0);
	g_byte_array_append(b->value, (const guint8 *)&stamp, STAMP_BYTES);
	if (r->value.n > 0)
		g_byte_array_append(b->value, (const guint8 *)r->value.at,
				    (guint)r->value.n);
	stamped =
		(struct bytes){ .at = (const char *)b->value->data, .n = b->value->len };
	return sorter_add(b->sorter, r->key, stamped, e);
}

static bool fail(const struct snapshot_builder *b, const char *what, int rc, GError **e)
{
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM, "%s: %s: %s%s", b->path, what,
		    mdb_strerror(rc), rc == ENOSPC ? "; make room on that disk" : "");
	return false;
}

static int open_draft(struct snapshot_builder *b)
{
	size_t map = (size_t)sorter_bytes(b->sorter) * 2 +
		     (size_t)sorter_count(b->sorter) * NODE_BYTES + SPARE_BYTES;
	MDB_txn *txn;

	g_assert(b->env == NULL); /* it is finished once */
	int rc = mdb_env_create(&b->env);

	unlink(b->draft);
	if (rc == 0)
		rc = mdb_env_set_mapsize(b->env, map & ~(size_t)65535);
	if (rc == 0)
		rc = mdb_env_open(b->env, b->draft,
				  MDB_NOSUBDIR | MDB_NOLOCK | MDB_NOSYNC, FILE_MODE);
	if (rc == 0)
		rc = mdb_txn_begin(b->env, NULL, 0, &txn);
	if (rc != 0)
		return rc;
	rc = mdb_dbi_open(txn, NULL, 0, &b->dbi);
	if (rc == 0)
		return mdb_txn_commit(txn);
	mdb_txn_abort(txn);
	return rc;
}

/* out: YES there may be more, NO it was all, UNKNOWN: e says why */
static enum answer append_some(struct snapshot_builder *b, MDB_txn *txn, GError **e)
{
	for (size_t i = 0; i < PAIRS_A_TRANSACTION; i++) {
		struct bytes key, value;
		enum answer more = sorter_next(b->sorter, &key, &value, e);
		MDB_val k = { .mv_size = key.n }, v = { .mv_size = value.n };
		int rc;

		if (more != ANSWER_YES)
			return more;
		memcpy(&k.mv_data, &key.at, sizeof(k.mv_data)); /* only read */
		memcpy(&v.mv_data, &value.at, sizeof(v.mv_data));
		rc = mdb_put(txn, b->dbi, &k, &v, MDB_APPEND);
		if (rc != 0) {
			fail(b, "cannot write", rc, e);
			return ANSWER_UNKNOWN;
		}
		g_assert(b->keys < sorter_count(b->sorter));
		if (++b->keys % PAIRS_A_REPORT == 0 && b->setup.progress != NULL)
			b->setup.progress(b->keys, sorter_count(b->sorter), b->setup.to);
	}
	return ANSWER_YES;
}

static bool append_all(struct snapshot_builder *b, GError **e)
{
	enum answer more = ANSWER_YES;

	while (more == ANSWER_YES) {
		MDB_txn *txn;
		int rc = mdb_txn_begin(b->env, NULL, 0, &txn);

		if (rc != 0)
			return fail(b, "cannot write", rc, e);
		more = append_some(b, txn, e);
		if (more == ANSWER_UNKNOWN) {
			mdb_txn_abort(txn);
			return false;
		}
		rc = mdb_txn_commit(txn);
		if (rc != 0)
			return fail(b, "cannot write", rc, e);
	}
	return true;
}

/* Pages that LMDB counts, but gave back before writing them, are filled up for
 * lmdb_check(). */
static bool close_draft(struct snapshot_builder *b, GError **e)
{
	MDB_envinfo info;
	MDB_stat stat_of;
	struct stat st;
	off_t want;
	int rc = mdb_env_sync(b->env, 1);

	mdb_env_info(b->env, &info);
	mdb_env_stat(b->env, &stat_of);
	mdb_env_close(b->env);
	b->env = NULL;
	want = (off_t)(info.me_last_pgno + 1) * (off_t)stat_of.ms_psize;
	if (rc == 0 && stat(b->draft, &st) != 0)
		rc = errno;
	if (rc == 0 && st.st_size < want && truncate(b->draft, want) != 0)
		rc = errno;
	return rc == 0 || fail(b, "cannot write", rc, e);
}

static bool put_in_place(struct snapshot_builder *b, struct snapshot_built *built_r,
			 GError **e)
{
	struct manifest m, *told = &b->manifest;
	int fd = open(b->draft, O_RDWR | O_CLOEXEC);
	bool good;

	if (fd < 0)
		return fail(b, "cannot read back", errno, e);
	good = lmdb_check(fd, b->draft, e) && manifest_measure(fd, b->draft, true, &m, e);
	if (good && fsync(fd) != 0)
		good = fail(b, "cannot write", errno, e);
	close(fd);
	if (!good)
		return false;
	told->bytes = m.bytes;
	told->keys = (int64_t)b->keys;
	told->built_s = clock_now_s();
	memcpy(told->ends, m.ends, sizeof(m.ends));
	memcpy(told->whole, m.whole, sizeof(m.whole));
	*built_r = (struct snapshot_built){ .keys = b->keys, .bytes = (uint64_t)m.bytes };
	if (!manifest_write(b->path, told, e))
		return false;
	if (rename(b->draft, b->path) != 0)
		return fail(b, "cannot put it in place", errno, e);
	char *folder = g_path_get_dirname(b->path);

	good = folder_sync(folder, e);
	g_free(folder);
	return good;
}

bool snapshot_finish(struct snapshot_builder *b, struct snapshot_built *built_r,
		     GError **e)
{
	int rc;

	if (!sorter_end(b->sorter, e))
		return false;
	rc = open_draft(b);
	if (rc != 0)
		return fail(b, "cannot make the snapshot", rc, e);
	return append_all(b, e) && close_draft(b, e) && put_in_place(b, built_r, e);
}

void snapshot_builder_destroy(struct snapshot_builder **b)
{
	struct snapshot_builder *was = *b;

	*b = NULL;
	if (was == NULL)
		return;
	if (was->env != NULL)
		mdb_env_close(was->env);
	unlink(was->draft);
	sorter_destroy(&was->sorter);
	g_byte_array_free(was->value, TRUE);
	g_free(was->draft);
	g_free(was->path);
	g_free(was);
}
