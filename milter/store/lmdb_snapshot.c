/* lmdb-snapshot:PATH - a dataset that is only read: an LMDB file that "wonted store build" made
 * and put in place whole. No lock file, nothing written: a read-only file system will do.
 *
 * When another file stands at the path it is checked and opened beside the old one, and the
 * batches that run finish on the old one; the last of them unmaps it. A file that is not
 * what its manifest says never replaces a good one. Who cuts or writes over the file itself
 * has left no old one: what is read meanwhile is not believed, and all is unknown until a
 * good file stands there (base/map_guard.h keeps the process alive). */
#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/refs.h"
#include "store/backend.h"
#include "store/lmdb_check.h"
#include "store/lmdb_snapshot.h"
#include "store/lmdb_view.h"
#include "store/lmdb_walk.h"
#include "store/manifest.h"
#include "store/slot.h"

#define TRIES 8 /* between manifest and file being put in place */
#define TRY_AGAIN_US 25000
#define REFUSED_US 1000000 /* a refused file is looked at so often */
#define SETTLE_US 20000

/* one file, as long as somebody reads it */
struct generation {
	MDB_env *env;
	MDB_dbi dbi;
	struct stat was; /* when it was checked */
	struct manifest said;
	char id[STORE_GENERATION_BYTES];
	atomic_bool verified; /* each of its bytes was looked at */
	atomic_bool bad;      /* ... and some are not what its manifest says */
	struct refs refs;
	pthread_key_t escape; /* of the thread that reads: jmp_buf of guarded() */
};

struct snapshot {
	struct store base;
	char *path;
	pthread_mutex_t
		lock; /* for what follows; not GLib's, which a sanitizer can't see */
	struct generation *now;
	int64_t refused_us;             /* when another file was refused, 0: never */
	bool by_hand;                   /* snapshot_renew() alone takes another */
	struct stat refused[2];         /* by hand: what it and its manifest were then */
	unsigned first_slot, last_slot; /* that are wanted */
	bool any_slots;
	size_t batch_bytes;
};

static void generation_release(struct generation *g)
{
	if (!refs_drop(&g->refs))
		return;
	mdb_env_close(g->env);
	pthread_key_delete(g->escape);
	g_free(g);
}

/* LMDB ends the process where a page is nonsense, which is what a file shows that is written
 * over while it is read. It asks this first. */
static void on_assert(MDB_env *env, const char *what)
{
	struct generation *g = mdb_env_get_userctx(env);
	jmp_buf *escape = pthread_getspecific(g->escape);

	(void)what;
	if (escape != NULL)
		longjmp(*escape, 1);
}

/* Ends the transaction of the view, too.
 * false: LMDB met nonsense, and nothing that was read may be believed */
static bool guarded(struct generation *g, struct lmdb_view *view, void (*work)(void *to),
		    void *to)
{
	jmp_buf escape;
	volatile bool good = false;

	if (setjmp(escape) == 0) {
		pthread_setspecific(g->escape, &escape);
		work(to);
		good = true;
	}
	pthread_setspecific(g->escape, NULL);
	if (view->cursor != NULL)
		mdb_cursor_close(view->cursor);
	if (view->txn != NULL)
		mdb_txn_abort(view->txn);
	return good;
}

static void fail(const struct snapshot *s, int rc, GError **e)
{
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_STORE,
		    "%s: cannot open the snapshot: %s%s", s->path, mdb_strerror(rc),
		    rc == ENOENT ? "; make it with \"wonted store build\"" : "");
}

static int open_env(const struct snapshot *s, struct generation *g)
{
	MDB_txn *txn;
	int rc = mdb_env_create(&g->env);

	if (rc == 0)
		rc = mdb_env_set_userctx(g->env, g);
	if (rc == 0)
		rc = mdb_env_set_assert(g->env, on_assert);
	if (rc == 0)
		rc = mdb_env_open(g->env, s->path,
				  MDB_NOSUBDIR | MDB_RDONLY | MDB_NOLOCK | MDB_NOTLS |
					  (s->by_hand ? MDB_NORDAHEAD : 0U),
				  0);
	if (rc == 0)
		rc = mdb_txn_begin(g->env, NULL, MDB_RDONLY, &txn);
	if (rc == 0) {
		rc = mdb_dbi_open(txn, NULL, 0, &g->dbi);
		if (rc == 0)
			rc = mdb_txn_commit(txn);
		else
			mdb_txn_abort(txn);
	}
	if (rc != 0)
		mdb_env_close(g->env);
	return rc;
}

static bool is_another(const struct stat *a, const struct stat *b)
{
	return a->st_dev != b->st_dev || a->st_ino != b->st_ino;
}

static bool was_written(const struct stat *a, const struct stat *b)
{
	return a->st_size != b->st_size || a->st_mtim.tv_sec != b->st_mtim.tv_sec ||
	       a->st_mtim.tv_nsec != b->st_mtim.tv_nsec;
}

/* The file system's clock stands still for some milliseconds: a file that was written just now
 * may be written once more without being told apart. */
static bool is_settled(const struct stat *st)
{
	int64_t written_us =
		st->st_mtim.tv_sec * G_USEC_PER_SEC + st->st_mtim.tv_nsec / 1000;

	return ABS(g_get_real_time() - written_us) > SETTLE_US;
}

/* the shard of another node, perhaps */
static bool has_slots(const struct snapshot *s, const struct manifest *said, GError **e)
{
	if (s->any_slots ||
	    (said->first_slot <= s->first_slot && said->last_slot >= s->last_slot))
		return true;
	g_set_error(
		e, WONTED_ERROR, WONTED_ERROR_STORE,
		"%s: it holds slots %u-%u, and %u-%u are wanted; put the file of that "
		"shard there (\"wonted store build --shards\")",
		s->path, said->first_slot, said->last_slot, s->first_slot, s->last_slot);
	return false;
}

static int open_checked(const struct snapshot *s, struct stat *st_r,
			struct manifest *said_r, GError **e)
{
	int fd = open(s->path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		fail(s, errno, e);
		return -1;
	}
	if (fstat(fd, st_r) == 0 && lmdb_check(fd, s->path, e) &&
	    manifest_check(fd, s->path, false, said_r, e) && has_slots(s, said_r, e))
		return fd;
	close(fd);
	return -1;
}

/* NULL: not there, or not what its manifest says; e */
static struct generation *generation_open(const struct snapshot *s, GError **e)
{
	struct stat checked, opened;
	struct manifest said;
	struct generation *g;
	int fd = open_checked(s, &checked, &said, e), rc;

	if (fd < 0)
		return NULL;
	g = g_new0(struct generation, 1);
	g->said = said;
	g_strlcpy(g->id, said.whole, sizeof(g->id));
	if (pthread_key_create(&g->escape, NULL) != 0) {
		close(fd);
		g_free(g);
		fail(s, EAGAIN, e);
		return NULL;
	}
	rc = open_env(s, g);
	if (rc == 0 && (stat(s->path, &opened) != 0 || is_another(&opened, &checked) ||
			was_written(&opened, &checked) || !is_settled(&opened))) {
		mdb_env_close(g->env);
		rc = EAGAIN; /* somebody is at work there */
	}
	close(fd);
	if (rc != 0) {
		fail(s, rc, e);
		pthread_key_delete(g->escape);
		g_free(g);
		return NULL;
	}
	g->was = checked;
	refs_begin(&g->refs, 1);
	return g;
}

/* Is the file that is mapped still what was checked? Asked before it is read, and after. */
static bool is_whole(const struct generation *g)
{
	mdb_filehandle_t fd;
	struct stat st;

	return mdb_env_get_fd(g->env, &fd) == 0 && fstat(fd, &st) == 0 &&
	       !was_written(&st, &g->was);
}

/* Under the lock: takes the file that stands there now, or stays with the old one. */
static void renew(struct snapshot *s)
{
	GError *e = NULL;
	struct generation *g = generation_open(s, &e);

	if (g == NULL) {
		s->refused_us = clock_mono_us();
		log_seldom(LOG_LEVEL_ERROR, "snapshot", "%s: %s",
			   is_whole(s->now) ? "the old snapshot stays"
					    : "there is no snapshot to read",
			   e->message);
		g_error_free(e);
		return;
	}
	s->refused_us = 0;
	generation_release(s->now);
	s->now = g;
}

/* The newest good file, kept until generation_release(). */
static struct generation *generation_take(struct snapshot *s)
{
	struct stat st;
	bool there = !s->by_hand && stat(s->path, &st) == 0;
	struct generation *g;

	pthread_mutex_lock(&s->lock);
	if (there && is_settled(&st) &&
	    (is_another(&st, &s->now->was) || was_written(&st, &s->now->was)) &&
	    (s->refused_us == 0 || clock_mono_us() - s->refused_us > REFUSED_US))
		renew(s);
	g = s->now;
	g_assert(g != NULL); /* a refused file leaves the old one */
	refs_take(&g->refs);
	pthread_mutex_unlock(&s->lock);
	return g;
}

/* Looked at once more when the transaction has read where the tree begins: LMDB ends the
 * process where that is nonsense. */
static bool begin(const struct snapshot *s, struct generation *g,
		  struct lmdb_view *view_r)
{
	*view_r = (struct lmdb_view){ .dbi = g->dbi,
				      .now_s = s->base.now_s(),
				      .room = s->batch_bytes };
	if (atomic_load(&g->bad) || !is_whole(g) ||
	    mdb_txn_begin(g->env, NULL, MDB_RDONLY, &view_r->txn) != 0)
		return false;
	return is_whole(g);
}

struct reading {
	const struct snapshot *s;
	struct generation *g;
	struct lmdb_view view;
	struct store_read *r;
	size_t n;
	int64_t deadline_us;
	struct arena *a;
};

/* No key of ours begins so. */
static void tell_generation(const struct reading *q)
{
	struct bytes word = bytes_of(STORE_GENERATION_KEY);

	for (size_t i = 0; i < q->n; i++) {
		if (!bytes_hold(q->r[i].key, 0, word) || q->r[i].answer != ANSWER_NO)
			continue;
		q->r[i].answer = ANSWER_YES;
		q->r[i].value = bytes_of(arena_strdup(q->a, q->g->id));
	}
}

static void read_view(void *to)
{
	struct reading *q = to;

	if (!begin(q->s, q->g, &q->view))
		return;
	lmdb_view_read_many(&q->view, q->r, q->n, q->deadline_us, q->a);
	tell_generation(q);
}

static void read_of(struct reading *q)
{
	if (guarded(q->g, &q->view, read_view, q) && is_whole(q->g))
		return;
	store_forget(q->r, q->n);
	log_seldom(LOG_LEVEL_ERROR, "snapshot written over",
		   "%s was written over while it was in use, so all is unknown "
		   "until a good one is there: put it there by renaming",
		   q->s->path);
}

static void snapshot_read_many(struct store *store, struct store_read *r, size_t n,
			       int64_t deadline_us, struct arena *a)
{
	struct snapshot *s = (struct snapshot *)store;
	struct generation *g = generation_take(s);

	read_of(&(struct reading){ s, g, { 0 }, r, n, deadline_us, a });
	generation_release(g);
}

static enum store_wrote snapshot_write_many(struct store *store,
					    const struct store_write *w, size_t n,
					    GError **e)
{
	(void)w;
	(void)n;
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_STORE,
		    "store \"%s\": a snapshot is never written to", store->url);
	return STORE_FAILED;
}

struct scanning {
	const struct snapshot *s;
	struct generation *g;
	struct lmdb_view view;
	const struct store_scan *scan;
	bool done;
};

static void scan_view(void *to)
{
	struct scanning *q = to;
	const struct store_scan *scan = q->scan;

	if (!begin(q->s, q->g, &q->view))
		return;
	q->view.from = scan->from;
	q->done = lmdb_view_scan(&q->view, scan->prefix, scan->see, scan->to) &&
		  is_whole(q->g);
}

bool snapshot_scan_pinned(struct store *store, struct generation *g,
			  const struct store_scan *scan, GError **e)
{
	struct snapshot *s = (struct snapshot *)store;
	struct scanning q = { s, g, { 0 }, scan, false };

	if (guarded(g, &q.view, scan_view, &q) && q.done)
		return true;
	fail(s, MDB_CORRUPTED, e);
	return false;
}

static bool snapshot_scan_sorted(struct store *store, const struct store_scan *scan,
				 GError **e)
{
	struct generation *g = generation_take((struct snapshot *)store);
	bool done = snapshot_scan_pinned(store, g, scan, e);

	generation_release(g);
	return done;
}

static bool snapshot_scan(struct store *store, struct bytes prefix,
			  bool (*see)(const struct store_record *record, void *to),
			  void *to, GError **e)
{
	const struct store_scan scan = { .prefix = prefix, .see = see, .to = to };

	return snapshot_scan_sorted(store, &scan, e);
}

static bool snapshot_generation(struct store *store,
				struct store_generation *generation_r)
{
	struct snapshot *s = (struct snapshot *)store;
	struct generation *g = generation_take(s);
	const struct manifest *said = &g->said;
	bool good = !atomic_load(&g->bad);

	*generation_r =
		(struct store_generation){ .keys = said->keys,
					   .bytes = said->bytes,
					   .built_s = said->built_s,
					   .first_slot = said->first_slot,
					   .last_slot = said->last_slot,
					   .verified = atomic_load(&g->verified) };
	g_strlcpy(generation_r->id, g->id, sizeof(generation_r->id));
	generation_release(g);
	return good;
}

static size_t snapshot_applied_to(struct store *store, struct manifest_applied *applied_r)
{
	struct snapshot *s = (struct snapshot *)store;
	struct generation *g = generation_take(s);
	size_t n = g->said.n_applied;

	memcpy(applied_r, g->said.applied, n * sizeof(*applied_r));
	generation_release(g);
	return n;
}

/* --- for an overlay --- */

struct generation *snapshot_pin(struct store *s)
{
	g_assert(s->ops == &store_lmdb_snapshot);
	return generation_take((struct snapshot *)s);
}

void snapshot_unpin(struct generation *g)
{
	generation_release(g);
}

const struct manifest *snapshot_manifest(const struct generation *g)
{
	return &g->said;
}

void snapshot_read_pinned(struct store *s, struct generation *g, struct store_read *r,
			  size_t n, struct arena *a)
{
	store_forget(r, n);
	read_of(&(struct reading){ (struct snapshot *)s, g, { 0 }, r, n, 0, a });
}

/* --- renewed by hand --- */

/* Each byte of the file that it maps. */
static bool verify(const struct snapshot *s, struct generation *g, GError **e)
{
	mdb_filehandle_t fd;
	bool good = mdb_env_get_fd(g->env, &fd) == 0 &&
		    manifest_check(fd, s->path, true, NULL, e);

	atomic_store(&g->verified, good);
	return good;
}

static void stat_both(const struct snapshot *s, struct stat st_r[2])
{
	char *manifest = manifest_path(s->path);

	st_r[0] = st_r[1] = (struct stat){ 0 };
	if (stat(s->path, &st_r[0]) != 0)
		st_r[0] = (struct stat){ 0 };
	if (stat(manifest, &st_r[1]) != 0)
		st_r[1] = (struct stat){ 0 };
	g_free(manifest);
}

static bool is_refused(const struct snapshot *s, const struct stat st[2])
{
	for (int i = 0; i < 2; i++)
		if (is_another(&st[i], &s->refused[i]) ||
		    was_written(&st[i], &s->refused[i]))
			return false;
	return true;
}

/* The first one was opened without: nobody waits for that. Its manifest is gone once another
 * is put in place. */
static bool verify_first(struct snapshot *s, struct generation *g, GError **e)
{
	GError *why = NULL;

	if (atomic_load(&g->verified) || atomic_load(&g->bad) || verify(s, g, &why))
		return true;
	if (!is_whole(g)) { /* it is being replaced: looked at below */
		g_error_free(why);
		return true;
	}
	atomic_store(&g->bad, true);
	g_propagate_error(e, why);
	return false;
}

static enum answer swap(struct snapshot *s, const struct stat st[2], GError **e)
{
	struct generation *g = generation_open(s, e), *old;

	if (g != NULL && !verify(s, g, e)) {
		generation_release(g);
		g = NULL;
	}
	if (g == NULL) {
		s->refused[0] = st[0];
		s->refused[1] = st[1];
		return ANSWER_UNKNOWN;
	}
	pthread_mutex_lock(&s->lock);
	old = s->now;
	s->now = g;
	pthread_mutex_unlock(&s->lock);
	generation_release(old);
	return ANSWER_YES;
}

static enum answer snapshot_renew(struct store *store, GError **e)
{
	struct snapshot *s = (struct snapshot *)store;
	struct generation *now = s->now; /* this thread alone takes another */
	struct stat st[2];

	stat_both(s, st);
	if (!is_another(&st[0], &now->was) && !was_written(&st[0], &now->was))
		return verify_first(s, now, e) && !atomic_load(&now->bad)
			       ? ANSWER_NO
			       : ANSWER_UNKNOWN;
	if (is_refused(s, st))
		return ANSWER_UNKNOWN;
	return is_settled(&st[0]) ? swap(s, st, e) : ANSWER_NO;
}

static bool snapshot_sound(struct store *store, struct store_sound *sound_r, GError **e)
{
	struct snapshot *s = (struct snapshot *)store;
	struct manifest said;
	struct stat st;
	int fd = open_checked(s, &st, &said, e);
	bool good;

	if (fd < 0)
		return false;
	good = manifest_check(fd, s->path, true, NULL, e) &&
	       lmdb_walk(fd, s->path, LMDB_WALK_NEWEST, sound_r, e);
	close(fd);
	return good;
}

static void snapshot_close(struct store *store)
{
	struct snapshot *s = (struct snapshot *)store;

	if (s->now != NULL)
		generation_release(s->now);
	pthread_mutex_destroy(&s->lock);
	g_free(s->path);
	g_free(s);
}

static struct store *snapshot_open(const char *rest, const struct store_setup *setup,
				   GError **e)
{
	struct snapshot *s;
	GError *why = NULL;

	if (*rest == '\0' || setup->write) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    "store \"lmdb-snapshot:%s\": %s", rest,
			    *rest == '\0' ? "a path must follow"
					  : "a snapshot is never written to; build "
					    "another with \"wonted store build\"");
		return NULL;
	}
	s = g_new0(struct snapshot, 1);
	s->base.ops = &store_lmdb_snapshot;
	s->base.now_s = clock_now_s;
	s->path = g_strdup(rest);
	s->by_hand = setup->renew_by_hand;
	s->batch_bytes = setup->batch_bytes;
	s->first_slot = setup->first_slot;
	s->last_slot = (setup->end_slot > 0 ? setup->end_slot : SLOTS) - 1;
	s->any_slots = setup->any_slots;
	pthread_mutex_init(&s->lock, NULL);
	for (int i = 0; i < TRIES && s->now == NULL; i++) {
		if (i > 0)
			g_usleep(TRY_AGAIN_US);
		g_clear_error(&why);
		s->now = generation_open(s, &why);
		if (s->now == NULL && access(s->path, F_OK) != 0)
			break;
	}
	if (s->now != NULL)
		return &s->base;
	g_propagate_error(e, why);
	snapshot_close(&s->base);
	return NULL;
}

const struct store_ops store_lmdb_snapshot = {
	.open = snapshot_open,
	.read_many = snapshot_read_many,
	.write_many = snapshot_write_many,
	.scan = snapshot_scan,
	.scan_sorted = snapshot_scan_sorted,
	.generation = snapshot_generation,
	.renew = snapshot_renew,
	.applied = snapshot_applied_to,
	.sound = snapshot_sound,
	.close = snapshot_close,
};
