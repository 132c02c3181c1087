/* lmdb:PATH - the embedded store, and the wall around LMDB: one file, written by one process
 * at a time while others read. Each batch is one read transaction that ends with the call;
 * transactions never outlive a call, because threads change between milter callbacks.
 *
 * A reader looks at the path before each batch: a store that does not exist yet is an empty
 * one, a file that was put in its place is opened instead. Batches hold the lock as readers;
 * whoever opens, closes or grows the map holds it as writer, since LMDB forbids that while
 * transactions run, and forbids one file to be open twice in a process. */
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <lmdb.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/log.h"
#include "store/backend.h"
#include "store/lmdb_check.h"
#include "store/lmdb_view.h"
#include "store/lmdb_walk.h"

#define FIRST_MAP_BYTES (256UL * 1024 * 1024) /* address space, not memory or disk */
#define READERS_MOST 1024                     /* batches at one moment, all processes */
#define TRIES 8                               /* the map may grow again in between */
#define FILE_MODE 0660
#define MERGES_AN_ARENA 256 /* what merging needs is given back so often */

struct lmdb {
	struct store base;
	char *path;
	GRWLock lock;
	MDB_env *env; /* NULL: there is no such file */
	MDB_dbi dbi;
	dev_t dev;
	ino_t ino;
	gsize seen_bytes; /* atomic: so long the file was once, and it never shrinks */
	bool write;
	size_t batch_bytes;
};

/* what a batch can count on */
enum state { STATE_OPEN, STATE_EMPTY, STATE_BROKEN };

static void fail(const struct lmdb *l, const char *what, int rc, GError **e)
{
	const char *remedy = "";

	if (rc == EACCES)
		remedy = "; the user needs read and write permission on it, on the file "
			 "beside it that ends in -lock, and on their folder";
	else if (rc == ENOSPC || rc == EDQUOT)
		remedy = "; make room on that disk";
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_STORE, "%s: %s: %s%s", l->path, what,
		    mdb_strerror(rc), remedy);
}

/* What root makes belongs to whom the folder belongs to: the daemons must get at it. */
static void give_to_folder_owner(const char *path)
{
	char *folder = g_path_get_dirname(path);
	struct stat st;

	if (geteuid() == 0 && stat(folder, &st) == 0 &&
	    chown(path, st.st_uid, st.st_gid) != 0)
		log_line(LOG_LEVEL_WARN, "%s: cannot give it to the owner of %s: %s",
			 path, folder, g_strerror(errno));
	if (chmod(path, FILE_MODE) != 0 && errno != EPERM)
		log_line(LOG_LEVEL_WARN, "%s: cannot set its permissions: %s", path,
			 g_strerror(errno));
	g_free(folder);
}

static void make_lock_file(const struct lmdb *l)
{
	char *path = g_strconcat(l->path, "-lock", NULL);
	int fd = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, FILE_MODE);

	if (fd >= 0) {
		close(fd);
		give_to_folder_owner(path);
	}
	g_free(path);
}

/* A new store is made beside its place and linked there when it is whole, so that a reader
 * never sees half of it. When somebody else was faster, theirs is as good. */
static bool make_file(struct lmdb *l, GError **e)
{
	char *path = g_strdup_printf("%s.%ld.new", l->path, (long)getpid());
	MDB_env *env = NULL;
	int rc = mdb_env_create(&env);

	unlink(path);
	if (rc == 0)
		rc = mdb_env_open(env, path, MDB_NOSUBDIR | MDB_NOLOCK, FILE_MODE);
	mdb_env_close(env);
	if (rc == 0) {
		give_to_folder_owner(path);
		rc = link(path, l->path) != 0 && errno != EEXIST ? errno : 0;
	}
	unlink(path);
	if (rc == 0)
		make_lock_file(l);
	else
		fail(l, "cannot make the store", rc, e);
	g_free(path);
	return rc == 0;
}

static void close_env(struct lmdb *l)
{
	if (l->env != NULL)
		mdb_env_close(l->env);
	l->env = NULL;
}

static bool open_dbi(struct lmdb *l, GError **e)
{
	MDB_txn *txn;
	int rc = mdb_txn_begin(l->env, NULL, l->write ? 0 : MDB_RDONLY, &txn);

	if (rc == MDB_MAP_RESIZED && (rc = mdb_env_set_mapsize(l->env, 0)) == 0)
		rc = mdb_txn_begin(l->env, NULL, l->write ? 0 : MDB_RDONLY, &txn);
	if (rc == 0) {
		rc = mdb_dbi_open(txn, NULL, 0, &l->dbi);
		if (rc == 0)
			rc = mdb_txn_commit(txn);
		else
			mdb_txn_abort(txn);
	}
	if (rc != 0)
		fail(l, "cannot begin to read", rc, e);
	return rc == 0;
}

/* A reader takes the size of the map from the file; a writer begins with its own. */
static size_t map_bytes(const struct lmdb *l, const struct stat *st, size_t first)
{
	if (!l->write)
		return 0;
	first = first != 0 ? first : FIRST_MAP_BYTES;
	return MAX(first, (size_t)st->st_size + (size_t)st->st_size / 2);
}

static bool open_env(struct lmdb *l, const struct stat *st, size_t first, GError **e)
{
	unsigned flags = MDB_NOSUBDIR | MDB_NOTLS | (l->write ? 0U : MDB_RDONLY);
	size_t map = map_bytes(l, st, first);
	int rc = mdb_env_create(&l->env), dead;

	if (rc == 0)
		rc = mdb_env_set_maxreaders(l->env, READERS_MOST);
	if (rc == 0 && map != 0)
		rc = mdb_env_set_mapsize(l->env, map & ~(size_t)65535);
	if (rc == 0)
		rc = mdb_env_open(l->env, l->path, flags, FILE_MODE);
	if (rc != 0) {
		fail(l, "cannot open the store", rc, e);
		close_env(l);
		return false;
	}
	if (!open_dbi(l, e)) {
		close_env(l);
		return false;
	}
	if (l->write) /* slots of readers that died keep pages from being used again */
		mdb_reader_check(l->env, &dead);
	return true;
}

/* Opens what stands at the path now; the caller holds the lock as writer. */
static enum state open_file(struct lmdb *l, size_t first, GError **e)
{
	struct stat st = { 0 };
	bool sound;
	int fd, why;

	close_env(l);
	if (l->write && access(l->path, F_OK) != 0 && !make_file(l, e))
		return STATE_BROKEN;
	fd = open(l->path, O_RDONLY | O_CLOEXEC);
	why = errno;
	if (fd < 0 && why == ENOENT && !l->write)
		return STATE_EMPTY;
	if (fd < 0) {
		fail(l, "cannot open the store", why, e);
		return STATE_BROKEN;
	}
	sound = fstat(fd, &st) == 0 && lmdb_check(fd, l->path, e);
	close(fd);
	if (!sound || !open_env(l, &st, first, e))
		return STATE_BROKEN;
	l->dev = st.st_dev;
	l->ino = st.st_ino;
	g_atomic_pointer_set(&l->seen_bytes, (gsize)st.st_size);
	return STATE_OPEN;
}

/* Somebody cut the file, or is copying another over it: what is read of it now is nothing.
 * The lock is held. */
static bool is_cut(struct lmdb *l)
{
	gsize seen = (gsize)g_atomic_pointer_get(&l->seen_bytes);
	mdb_filehandle_t fd;
	struct stat st;

	if (mdb_env_get_fd(l->env, &fd) != 0 || fstat(fd, &st) != 0 ||
	    (gsize)st.st_size < seen)
		return true;
	if ((gsize)st.st_size > seen)
		g_atomic_pointer_set(&l->seen_bytes, (gsize)st.st_size);
	return false;
}

static void fail_as_cut(const struct lmdb *l, GError **e)
{
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_STORE,
		    "%s: somebody made it shorter while it was in use; put the backup "
		    "back, or move the file away and import again",
		    l->path);
}

/* Another file is at the path, or none. */
static bool is_away(const struct lmdb *l)
{
	struct stat st;

	return stat(l->path, &st) == 0 ? st.st_dev != l->dev || st.st_ino != l->ino
				       : errno == ENOENT;
}

/* What was written to it nobody would find. */
static void fail_as_away(const struct lmdb *l, GError **e)
{
	g_set_error(
		e, WONTED_ERROR, WONTED_ERROR_STORE,
		"%s: it was removed or replaced while it was open to be written; it is "
		"opened anew when this is tried again",
		l->path);
}

/* Takes the lock as reader; the file at the path is the one that is open. */
static enum state enter(struct lmdb *l, GError **e)
{
	struct stat st;
	bool there = stat(l->path, &st) == 0, absent = !there && errno == ENOENT, same;
	enum state state = STATE_OPEN;

	g_rw_lock_reader_lock(&l->lock);
	same = l->env != NULL && there && st.st_dev == l->dev && st.st_ino == l->ino;
	if (same && !is_cut(l))
		return STATE_OPEN;
	if (l->env != NULL && l->write && !same) {
		fail_as_away(l, e);
		return STATE_BROKEN;
	}
	if (same && l->write) {
		fail_as_cut(l, e);
		return STATE_BROKEN;
	}
	if (l->env == NULL && absent)
		return STATE_EMPTY;
	g_rw_lock_reader_unlock(&l->lock);
	g_rw_lock_writer_lock(&l->lock);
	if (l->env == NULL || !there || st.st_dev != l->dev || st.st_ino != l->ino ||
	    is_cut(l))
		state = open_file(l, 0, e);
	g_rw_lock_writer_unlock(&l->lock);
	g_rw_lock_reader_lock(&l->lock);
	if (state == STATE_OPEN && l->env == NULL) {
		fail(l, "was taken away while it was opened", EAGAIN, e);
		return STATE_BROKEN;
	}
	return state;
}

static void leave(struct lmdb *l)
{
	g_rw_lock_reader_unlock(&l->lock);
}

/* bytes 0: as large as another process has made it */
static int grow(struct lmdb *l, size_t bytes)
{
	int rc = 0;

	g_rw_lock_writer_lock(&l->lock);
	if (l->env != NULL)
		rc = mdb_env_set_mapsize(l->env, bytes);
	g_rw_lock_writer_unlock(&l->lock);
	return rc;
}

/* A reader's transaction; the lock is held as reader when it returns 0. */
static enum state begin_read(struct lmdb *l, MDB_txn **txn_r, GError **e)
{
	int rc = 0;

	for (int i = 0; i < TRIES; i++) {
		enum state state = enter(l, e);
		int dead;

		if (state != STATE_OPEN) {
			leave(l);
			return state;
		}
		rc = mdb_txn_begin(l->env, NULL, MDB_RDONLY, txn_r);
		if (rc == 0 && is_cut(l)) { /* LMDB must not follow nonsense */
			mdb_txn_abort(*txn_r);
			rc = MDB_CORRUPTED;
		}
		if (rc == 0)
			return STATE_OPEN;
		if (rc == MDB_READERS_FULL)
			mdb_reader_check(l->env, &dead);
		leave(l);
		if (rc == MDB_MAP_RESIZED)
			grow(l, 0);
		else if (rc != MDB_READERS_FULL && rc != MDB_CORRUPTED)
			break;
	}
	fail(l, "cannot begin to read", rc, e);
	return STATE_BROKEN;
}

static struct lmdb_view view_of(const struct lmdb *l, MDB_txn *txn)
{
	return (struct lmdb_view){ .txn = txn,
				   .dbi = l->dbi,
				   .now_s = l->base.now_s(),
				   .room = l->batch_bytes };
}

static void lmdb_read_many(struct store *s, struct store_read *r, size_t n,
			   int64_t deadline_us, struct arena *a)
{
	struct lmdb *l = (struct lmdb *)s;
	GError *e = NULL;
	MDB_txn *txn;
	enum state state = begin_read(l, &txn, &e);

	if (state == STATE_BROKEN)
		log_seldom(LOG_LEVEL_ERROR, "store", "store does not answer: %s",
			   e->message);
	g_clear_error(&e);
	if (state == STATE_EMPTY)
		for (size_t i = 0; i < n; i++)
			r[i].answer = ANSWER_NO;
	if (state != STATE_OPEN)
		return;
	struct lmdb_view view = view_of(l, txn);

	lmdb_view_read_many(&view, r, n, deadline_us, a);
	mdb_txn_abort(txn);
	if (is_cut(l))
		store_forget(r, n);
	leave(l);
}

static int put(const struct lmdb *l, MDB_txn *txn, MDB_val *k,
	       const struct store_write *w, struct bytes value)
{
	uint32_t stamp = GUINT32_TO_LE(stamp_make(w, l->base.now_s()));
	MDB_val v = { .mv_size = STAMP_BYTES + value.n };
	int rc = mdb_put(txn, l->dbi, k, &v, MDB_RESERVE);

	if (rc != 0)
		return rc;
	memcpy(v.mv_data, &stamp, STAMP_BYTES);
	if (value.n > 0)
		memcpy((char *)v.mv_data + STAMP_BYTES, value.at, value.n);
	return 0;
}

static int change_one(const struct lmdb *l, MDB_txn *txn, const struct store_write *w,
		      struct arena *a)
{
	MDB_val k = { .mv_size = w->key.n };
	struct bytes value = w->value, old = { 0 };
	int rc;

	memcpy(&k.mv_data, &w->key.at, sizeof(k.mv_data)); /* LMDB does not write there */
	if (w->kind == STORE_MERGE) {
		struct lmdb_view view = view_of(l, txn);

		if (lmdb_view_get(&view, w->key, &old) == ANSWER_UNKNOWN)
			return MDB_CORRUPTED;
		if (!w->merge(old, w->value, a, &value))
			return 0;
	}
	if (w->kind == STORE_DELETE || (w->kind == STORE_MERGE && value.n == 0)) {
		rc = mdb_del(txn, l->dbi, &k, NULL);
		return rc == MDB_NOTFOUND ? 0 : rc;
	}
	return put(l, txn, &k, w, value);
}

/* By key, and as given for the same key. */
static int compare_writes(const void *pa, const void *pb)
{
	const struct store_write *a = *(const struct store_write *const *)pa;
	const struct store_write *b = *(const struct store_write *const *)pb;
	int order = memcmp(a->key.at, b->key.at, MIN(a->key.n, b->key.n));

	if (order != 0)
		return order;
	if (a->key.n != b->key.n)
		return a->key.n < b->key.n ? -1 : 1;
	return a < b ? -1 : a > b;
}

/* Neighbours in the tree one after the other: each page is found, copied and written once.
 * In one transaction nobody can see the order. */
static const struct store_write **sort_writes(const struct store_write *w, size_t n)
{
	const struct store_write **sorted = g_new(const struct store_write *, n);

	for (size_t i = 0; i < n; i++)
		sorted[i] = &w[i];
	qsort(sorted, n, sizeof(sorted[0]), compare_writes);
	return sorted;
}

static int change_all(const struct lmdb *l, MDB_txn *txn, const struct store_write *w,
		      size_t n)
{
	const struct store_write **sorted = sort_writes(w, n);
	struct arena *a = NULL;
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++) {
		if (i % MERGES_AN_ARENA == 0) {
			arena_destroy(&a);
			a = arena_create();
		}
		rc = change_one(l, txn, sorted[i], a);
	}
	arena_destroy(&a);
	g_free(sorted);
	return rc;
}

static int try_write(struct lmdb *l, const struct store_write *w, size_t n)
{
	MDB_txn *txn;
	int rc = mdb_txn_begin(l->env, NULL, 0, &txn);

	if (rc != 0)
		return rc;
	if (!is_cut(l))
		rc = change_all(l, txn, w, n);
	if (rc == 0 && is_cut(l)) /* what was read for it was nothing */
		rc = MDB_CORRUPTED;
	if (rc == 0)
		return mdb_txn_commit(txn);
	mdb_txn_abort(txn);
	return rc;
}

static int lengthen(const struct lmdb *l, mdb_filehandle_t fd, unsigned page)
{
	MDB_envinfo info;
	struct stat st;
	off_t want;

	mdb_env_info(l->env, &info);
	want = (off_t)(info.me_last_pgno + 1) * (off_t)page;
	if (fstat(fd, &st) != 0)
		return errno;
	return st.st_size < want && ftruncate(fd, want) != 0 ? errno : 0;
}

/* Pages that a transaction took and gave back again at the end of the file are counted by
 * LMDB, but not written: the file is made as long as it says, for lmdb_check(). Another
 * transaction keeps other writers away meanwhile, or the file could be cut. */
static int fill_up(const struct lmdb *l)
{
	MDB_envinfo info;
	MDB_stat stat_of;
	mdb_filehandle_t fd;
	struct stat st;
	MDB_txn *txn;
	int rc;

	mdb_env_info(l->env, &info);
	mdb_env_stat(l->env, &stat_of);
	mdb_env_get_fd(l->env, &fd);
	if (fstat(fd, &st) != 0)
		return errno;
	if (st.st_size >= (off_t)(info.me_last_pgno + 1) * (off_t)stat_of.ms_psize)
		return 0;
	rc = mdb_txn_begin(l->env, NULL, 0, &txn);
	if (rc != 0)
		return rc;
	rc = lengthen(l, fd, stat_of.ms_psize);
	mdb_txn_abort(txn);
	return rc;
}

static enum store_wrote lmdb_write_many(struct store *s, const struct store_write *w,
					size_t n, GError **e)
{
	struct lmdb *l = (struct lmdb *)s;
	bool cut = false, away = false;
	int rc = 0;

	for (int i = 0; i < 40; i++) { /* doublings: more than an address has bits left */
		MDB_envinfo info;

		g_rw_lock_reader_lock(&l->lock);
		away = is_away(l);
		cut = is_cut(l);
		rc = away ? ENOENT : cut ? MDB_CORRUPTED : try_write(l, w, n);
		mdb_env_info(l->env, &info);
		g_rw_lock_reader_unlock(&l->lock);
		if (rc == MDB_MAP_FULL)
			rc = grow(l, info.me_mapsize * 2);
		else if (rc == MDB_MAP_RESIZED)
			rc = grow(l, 0);
		else
			break;
		if (rc != 0)
			break;
	}
	if (rc == 0)
		rc = fill_up(l);
	if (rc == 0)
		return STORE_WROTE;
	if (away)
		fail_as_away(l, e);
	else if (cut)
		fail_as_cut(l, e);
	else
		fail(l, "cannot write", rc, e);
	return STORE_FAILED;
}

static bool lmdb_scan_sorted(struct store *s, const struct store_scan *scan, GError **e)
{
	struct lmdb *l = (struct lmdb *)s;
	MDB_txn *txn;
	enum state state = begin_read(l, &txn, e);
	bool done;

	if (state != STATE_OPEN)
		return state == STATE_EMPTY;
	struct lmdb_view view = view_of(l, txn);

	view.from = scan->from;
	done = lmdb_view_scan(&view, scan->prefix, scan->see, scan->to) && !is_cut(l);
	mdb_txn_abort(txn);
	leave(l);
	if (!done)
		fail(l, "cannot read on", MDB_CORRUPTED, e);
	return done;
}

static bool lmdb_scan(struct store *s, struct bytes prefix,
		      bool (*see)(const struct store_record *record, void *to), void *to,
		      GError **e)
{
	const struct store_scan scan = { .prefix = prefix, .see = see, .to = to };

	return lmdb_scan_sorted(s, &scan, e);
}

static bool lmdb_sound(struct store *s, struct store_sound *sound_r, GError **e)
{
	struct lmdb *l = (struct lmdb *)s;
	MDB_txn *txn;
	enum state state = begin_read(l, &txn, e);
	bool good = false;
	int fd;

	if (state != STATE_OPEN)
		return state == STATE_EMPTY;
	fd = open(l->path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		fail(l, "cannot read", errno, e);
	} else {
		good = lmdb_walk(fd, l->path, mdb_txn_id(txn), sound_r, e);
		close(fd);
	}
	mdb_txn_abort(txn);
	leave(l);
	return good;
}

static void lmdb_close(struct store *s)
{
	struct lmdb *l = (struct lmdb *)s;

	close_env(l);
	g_rw_lock_clear(&l->lock);
	g_free(l->path);
	g_free(l);
}

/* A file that is just being made, or written to, may look damaged for a moment. */
static enum state open_patiently(struct lmdb *l, size_t first, GError **e)
{
	enum state state = STATE_BROKEN;

	for (int i = 0; i < TRIES && state == STATE_BROKEN; i++) {
		if (i > 0)
			g_usleep(20000);
		g_clear_error(e);
		state = open_file(l, first, e);
	}
	return state;
}

static struct store *lmdb_open(const char *rest, const struct store_setup *setup,
			       GError **e)
{
	struct lmdb *l;
	GError *why = NULL;

	if (*rest == '\0') {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    "store \"lmdb:\": a path must follow, as in "
			    "lmdb:/var/lib/wonted/store");
		return NULL;
	}
	l = g_new0(struct lmdb, 1);
	l->base.ops = &store_lmdb;
	l->base.now_s = clock_now_s;
	l->path = g_strdup(rest);
	l->write = setup->write;
	l->batch_bytes = setup->batch_bytes;
	g_rw_lock_init(&l->lock);
	if (open_patiently(l, setup->first_map_bytes, &why) != STATE_BROKEN)
		return &l->base;
	g_propagate_error(e, why);
	lmdb_close(&l->base);
	return NULL;
}

/* The path without links and dots; a file that does not exist yet has at least a folder. */
static char *lmdb_place(const char *rest)
{
	char *real = realpath(rest, NULL), *folder, *name, *place;

	if (real != NULL) {
		place = g_strdup(real);
		free(real);
		return place;
	}
	folder = g_path_get_dirname(rest);
	name = g_path_get_basename(rest);
	real = realpath(folder, NULL);
	place = g_build_filename(real != NULL ? real : folder, name, NULL);
	free(real);
	g_free(folder);
	g_free(name);
	return place;
}

const struct store_ops store_lmdb = {
	.open = lmdb_open,
	.read_many = lmdb_read_many,
	.write_many = lmdb_write_many,
	.scan = lmdb_scan,
	.scan_sorted = lmdb_scan_sorted,
	.sound = lmdb_sound,
	.close = lmdb_close,
	.place = lmdb_place,
	.once = true,
};
