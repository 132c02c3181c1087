/* Batches and positions. Before a batch is written the position says from where to where it
 * goes; the next batch's position says that it was written. So a batch that was broken off is
 * tried again as exactly the same one: a store without transactions knows it by its mark
 * (behavior/batch.c), others by the marks of its messages. */
#include "learn/follow.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/log.h"
#include "journal/cursor.h"
#include "journal/dead_letter.h"
#include "learn/canonical.h"
#include "learn/received_batch.h"
#include "learn/writer_lock.h"
#include "store/keys.h"

#define LINES_MOST 1000 /* with RCPTS_MOST: far below what one batch of behavior holds */
#define RCPTS_MOST 5000
#define WRITER_LOCK_MS 20000

struct follower {
	struct follow_setup setup;
	int folder; /* locked: one follower a spool */
	struct cursor cursor;
	struct journal_reader *reader; /* NULL: to be opened at cursor.applied */
	GPtrArray *dead;    /* pairs of texts: what could not be read, and why */
	GHashTable *oldest; /* tenant's name -> int64_t *: the baseline we wrote */
	struct follow_done done;
};

/* one batch on its way */
struct round {
	struct follower *f;
	struct behavior_batch *batch;
	struct received_batch *received; /* what hands may speak of later */
	GHashTable *oldest;              /* tenant's name -> int64_t * */
	struct follow_done done;
	size_t rcpts;
	int64_t now_s;
	bool ended; /* nothing more for now */
};

/* --- the position on disk --- */

static bool save_position(const struct follower *f, GError **e)
{
	return !f->setup.keep_position || !cursor_is_begun(&f->cursor) ||
	       cursor_save(&f->cursor, e);
}

/* A store that was removed under us, or cut to nothing, knows no tenant: what the journal has
 * still is learned again. One that does not answer, or knows one, goes on where it was. */
bool follow_store_is_empty(const struct options *o, struct store *store)
{
	struct arena *a = arena_create();
	struct store_read *reads = arena_new(a, struct store_read, o->n_tenants);
	bool empty = o->n_tenants > 0;

	for (size_t i = 0; i < o->n_tenants; i++)
		reads[i].key =
			key_build(a, FAMILY_TENANT, o->tenants[i].name, NULL, NULL);
	if (empty)
		store_read_many(store, reads, o->n_tenants, 0, a);
	for (size_t i = 0; i < o->n_tenants && empty; i++)
		empty = reads[i].answer == ANSWER_NO;
	arena_destroy(&a);
	return empty;
}

static void begin_again_if_empty(struct follower *f)
{
	const struct journal_position nowhere = { .begin = 0 };

	if (!cursor_is_begun(&f->cursor) ||
	    !follow_store_is_empty(f->setup.options, f->setup.store))
		return;
	log_line(LOG_LEVEL_WARN,
		 "store \"%s\" knows nothing, though the journal was read: it was "
		 "removed or "
		 "is new. The journal is read from its begin",
		 store_url(f->setup.store));
	f->cursor.applied = f->cursor.until = nowhere;
}

/* --- one batch --- */

static bool same_place(const struct journal_position *a, const struct journal_position *b)
{
	return strcmp(a->file, b->file) == 0 && a->end == b->end;
}

static void note_oldest(GHashTable *table, const char *tenant, int64_t time_s)
{
	int64_t *known = g_hash_table_lookup(table, tenant);

	if (known != NULL && *known <= time_s)
		return;
	known = g_new(int64_t, 1);
	*known = time_s;
	g_hash_table_replace(table, g_strdup(tenant), known);
}

static bool take_training_event(struct round *r, const struct recorded *rec,
				struct arena *a, GError **e)
{
	struct training_event l;

	training_event_take(a, r->f->setup.options, rec, r->now_s, &l);
	r->done.kinds[l.kind]++;
	r->done.in += l.in;
	r->done.out += l.out;
	if (l.kind == TRAINING_BLANK)
		log_seldom(LOG_LEVEL_WARN, "learn-blank",
			   "records without addresses teach nothing: learning needs "
			   "journal_pii = yes");
	for (size_t i = 0; i < l.n; i++) {
		note_oldest(r->oldest, l.events[i].tenant, l.events[i].time_s);
		if (!behavior_add(r->batch, &l.events[i], e))
			return false;
	}
	return true;
}

/* until the batch was written: one that is tried again has it once more */
static void set_aside(struct follower *f, struct bytes line, const char *why)
{
	size_t n = MIN(line.n, LIMIT_DEAD_LETTER_LINE_BYTES);

	g_ptr_array_add(f->dead, g_strndup(line.at, n));
	g_ptr_array_add(f->dead, g_strdup(why));
}

/* Tools that only look at a journal leave its folder alone. */
static void bury(struct follower *f)
{
	for (guint i = 0; i + 1 < f->dead->len && f->setup.keep_position; i += 2)
		dead_letter_put(f->setup.folder, bytes_of(f->dead->pdata[i]),
				f->dead->pdata[i + 1]);
	g_ptr_array_set_size(f->dead, 0);
}

static bool take_line(struct round *r, struct bytes line, GError **e)
{
	struct arena *a = arena_create();
	struct recorded rec;
	GError *why = NULL;
	bool good = true;

	r->done.lines++;
	r->done.bytes += (int64_t)line.n + 1;
	if (recorded_read(a, line, &rec, &why)) {
		r->rcpts += rec.n_rcpts;
		good = take_training_event(r, &rec, a, e);
		received_batch_add(r->received, &rec);
	} else {
		r->done.damaged++;
		log_seldom(LOG_LEVEL_WARN, "learn-damaged",
			   "journal %s: a line was left out: %s", r->f->setup.folder,
			   why->message);
		set_aside(r->f, line, why->message);
		g_error_free(why);
	}
	arena_destroy(&a);
	return good;
}

/* true: here the batch ended that was begun before */
static bool is_at_until(const struct follower *f)
{
	struct journal_position now;

	if (f->cursor.until.file[0] == '\0')
		return false;
	journal_reader_position(f->reader, &now);
	return same_place(&now, &f->cursor.until);
}

static bool read_batch(struct round *r, GError **e)
{
	struct follower *f = r->f;
	size_t left_out = journal_reader_left_out(f->reader);
	struct bytes line;

	while (r->done.lines < LINES_MOST && r->rcpts < RCPTS_MOST) {
		enum answer got = journal_reader_next(f->reader, &line, e);

		if (got == ANSWER_UNKNOWN)
			return false;
		r->ended = got == ANSWER_NO;
		if (r->ended)
			break;
		if (!take_line(r, line, e))
			return false;
		if (is_at_until(f))
			break;
	}
	r->done.damaged += journal_reader_left_out(f->reader) - left_out;
	return true;
}

/* Since when we look: only told where it is earlier than what this process has told. */
static bool write_baselines(struct round *r, GError **e)
{
	struct arena *a = arena_create();
	struct store_write *w =
		arena_new(a, struct store_write, g_hash_table_size(r->oldest));
	GHashTableIter iter;
	void *tenant, *time_s;
	size_t n = 0;
	bool done;

	g_hash_table_iter_init(&iter, r->oldest);
	while (g_hash_table_iter_next(&iter, &tenant, &time_s)) {
		const int64_t *known = g_hash_table_lookup(r->f->oldest, tenant);

		if (known == NULL || *known > *(int64_t *)time_s)
			w[n++] = baseline_change(a, tenant, *(int64_t *)time_s);
	}
	done = n == 0 || store_write_many(r->f->setup.store, w, n, e) == STORE_WROTE;
	g_hash_table_iter_init(&iter, r->oldest);
	while (done && g_hash_table_iter_next(&iter, &tenant, &time_s))
		note_oldest(r->f->oldest, tenant, *(int64_t *)time_s);
	arena_destroy(&a);
	return done;
}

static bool write_batch(struct round *r, GError **e)
{
	struct follower *f = r->f;
	int lock;

	journal_reader_position(f->reader, &f->cursor.until);
	if (!save_position(f, e) ||
	    !writer_lock_acquire(store_url(f->setup.store), WRITER_LOCK_MS, &lock, e))
		return false;
	bool done = behavior_apply(r->batch, e) && write_baselines(r, e) &&
		    received_batch_write(r->received, e);

	writer_lock_release(lock);
	return done;
}

static void add_done(struct follow_done *sum, const struct round *r)
{
	struct behavior_done applied = behavior_batch_done(r->batch);

	sum->lines += r->done.lines;
	sum->damaged += r->done.damaged;
	sum->in += r->done.in;
	sum->out += r->done.out;
	sum->bytes += r->done.bytes;
	for (size_t i = 0; i < TRAINING_KINDS; i++)
		sum->kinds[i] += r->done.kinds[i];
	sum->counted += applied.counted;
	sum->repeated += applied.repeated;
	sum->keys += applied.keys;
}

static bool open_reader(struct follower *f, GError **e)
{
	if (f->reader == NULL)
		f->reader = journal_reader_open(f->setup.folder, &f->cursor.applied, e);
	return f->reader != NULL;
}

/* Whoever removed the folder took our lock along. */
static bool is_same_folder(const struct follower *f, GError **e)
{
	struct stat ours, there;

	if (fstat(f->folder, &ours) == 0 && stat(f->setup.folder, &there) == 0 &&
	    ours.st_dev == there.st_dev && ours.st_ino == there.st_ino)
		return true;
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
		    "journal %s: the folder was removed or replaced; it is opened anew",
		    f->setup.folder);
	return false;
}

bool follow_some(struct follower *f, int64_t now_s, bool *more_r, GError **e)
{
	struct canonical_source canonical = { .options = f->setup.options,
					      .store = f->setup.store };
	struct round r = { .f = f, .now_s = now_s };
	bool done;

	*more_r = false;
	if (!is_same_folder(f, e) || !open_reader(f, e))
		return false;
	r.batch = behavior_batch_create(&(struct behavior_setup){
		.store = f->setup.store, .canonical = canonical_find, .to = &canonical });
	r.received = received_batch_create(&canonical);
	r.oldest = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	g_ptr_array_set_size(f->dead, 0);
	done = read_batch(&r, e) && (r.done.lines == 0 || write_batch(&r, e));
	if (done && r.done.lines > 0) {
		add_done(&f->done, &r);
		bury(f);
		f->cursor.applied = f->cursor.until;
	}
	if (done)
		f->cursor.until = (struct journal_position){ .begin = 0 };
	else /* from there again */
		journal_reader_close(&f->reader);
	*more_r = done && !r.ended;
	g_hash_table_destroy(r.oldest);
	behavior_batch_destroy(&r.batch);
	received_batch_destroy(&r.received);
	return done;
}

/* --- from begin to end --- */

static bool lock_folder(struct follower *f, GError **e)
{
	f->folder = open(f->setup.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->folder < 0) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    "journal %s: cannot open: %s; journal_dir names it, and "
			    "wonted-milter makes it",
			    f->setup.folder, g_strerror(errno));
		return false;
	}
	if (!f->setup.keep_position || flock(f->folder, LOCK_EX | LOCK_NB) == 0)
		return true;
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
		    "journal %s: another wonted-learn reads it already", f->setup.folder);
	return false;
}

struct follower *follow_begin(const struct follow_setup *setup, GError **e)
{
	struct follower *f = g_new0(struct follower, 1);

	f->setup = *setup;
	f->cursor = (struct cursor){ .folder = setup->folder,
				     .consumer = FOLLOW_CONSUMER,
				     .target = store_url(setup->store) };
	f->dead = g_ptr_array_new_with_free_func(g_free);
	f->oldest = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	if (!lock_folder(f, e)) {
		f->setup.keep_position = false;
		follow_end(&f);
		return NULL;
	}
	if (setup->keep_position) {
		cursor_load(&f->cursor);
		begin_again_if_empty(f);
	}
	return f;
}

struct follow_done follow_done_so_far(const struct follower *f)
{
	return f->done;
}

char *follow_where(const struct follower *f)
{
	const char *name = f->reader != NULL ? journal_reader_file(f->reader) : NULL;

	return g_strdup_printf("%s:%" PRId64, name != NULL ? name : "nowhere",
			       f->cursor.applied.end);
}

void follow_end(struct follower **f)
{
	struct follower *was = *f;
	GError *e = NULL;

	*f = NULL;
	if (was == NULL)
		return;
	if (!save_position(was, &e)) {
		log_seldom(LOG_LEVEL_WARN, "position",
			   "the journal's position cannot be kept: %s", e->message);
		g_error_free(e);
	}
	journal_reader_close(&was->reader);
	g_hash_table_destroy(was->oldest);
	if (was->folder >= 0)
		close(was->folder);
	g_ptr_array_unref(was->dead);
	g_free(was);
}
