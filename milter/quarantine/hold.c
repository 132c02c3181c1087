/* Two files a hold: ID.eml, the message as it was received, and ID.env, its envelope and what
 * became of it. The envelope file comes second, synced: where it stands, the hold exists. The
 * index is made from it, and made again if it is lost. */
#include "quarantine/hold_files.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/lock_holder.h"
#include "base/log.h"
#include "base/wait.h"
#include "quarantine/describe.h"
#include "quarantine/envelope.h"
#include "quarantine/forget.h"
#include "quarantine/index.h"
#include "quarantine/mark.h"
#include "quarantine/pack.h"
#include "quarantine/scope.h"
#include "quarantine/search.h"
#include "quarantine/writers.h"

#define MODE_FILE 0640
#define FOLDER_MODE 0750
#define ID_BYTES 100
#define SETTLE_US (4 * G_USEC_PER_SEC) /* that a tool waits for an answer on its way */
#define SETTLE_EVERY_US 20000
#define TEXTS_US (20 * G_USEC_PER_SEC) /* that reading the texts of old holds may take */
#define REST_US G_USEC_PER_SEC         /* that a close waits for who writes */
#define ORPHAN_S \
	3600 /* a message without envelope is somebody's hold in the making till then */

/* ids become file names: nothing but letters, digits and dashes may be in one */
static bool id_is_good(const char *id)
{
	size_t n = strlen(id);

	for (size_t i = 0; i < n; i++)
		if (!g_ascii_isalnum(id[i]) && id[i] != '-')
			return false;
	return n > 0 && n <= ID_BYTES && id[0] != '-';
}

static char *path_of(const struct quarantine *q, const char *id, const char *suffix)
{
	return g_strdup_printf("%s/%s%s", q->folder, id, suffix);
}

bool hold_write_envelope(const struct quarantine *q, const struct hold *h, GError **e)
{
	char *path = path_of(q, h->id, ".env");
	bool done = envelope_write(path, MODE_FILE, h, e);

	g_free(path);
	return done;
}

struct hold *hold_read_envelope(const struct quarantine *q, const char *id, GError **e)
{
	char *path = path_of(q, id, ".env");
	struct hold *h = envelope_read(path, id, e);

	g_free(path);
	return h;
}

/* After the row says so: what a crash leaves in between, repair() removes. */
void hold_remove_files(const struct quarantine *q, const char *id)
{
	char *eml = path_of(q, id, ".eml"), *env = path_of(q, id, ".env");

	unlink(env);
	unlink(eml);
	mark_remove_all(q->folder, id);
	g_free(eml);
	g_free(env);
}

/* of a hold that is to be put into the index; after that moment only its header is looked at */
static void fill_text(struct quarantine *q, struct hold *h, int64_t until_us)
{
	char *raw = NULL;
	size_t n = 0;

	if (clock_mono_us() < until_us && hold_raw(q, h, &raw, &n, NULL))
		h->text = search_text((struct bytes){ raw, n });
	g_free(raw);
}

/* What a crash left: a hold without its row, or files that nobody is held for any more. What
 * came back from a backup is held again: the files are the truth. */
static void repair_row(struct quarantine *q, const char *id, bool again, int64_t until_us)
{
	GError *e = NULL;
	bool over = index_is_over(q->index, id), missing = !index_has(q->index, id);

	if (!over && !missing && !again)
		return;
	struct hold *h = hold_read_envelope(q, id, &e);

	if (h != NULL)
		fill_text(q, h, until_us);
	if (h != NULL && over && !hold_is_held(h)) {
		hold_remove_files(q, id);
	} else if (h == NULL || !index_put(q->index, h, &e)) {
		log_line(LOG_LEVEL_ERROR, "quarantine: %s is not in the index: %s", id,
			 e->message);
		g_error_free(e);
	} else if (over || missing) {
		log_line(LOG_LEVEL_WARN,
			 "quarantine: %s was missing in the index and is back", id);
	}
	hold_free(h);
}

/* a message whose envelope never came: the MTA was not told that it is held */
static void remove_orphan(const struct quarantine *q, const char *id)
{
	char *env = path_of(q, id, ".env"), *eml = path_of(q, id, ".eml");
	struct stat st;

	if (access(env, F_OK) < 0 && errno == ENOENT && stat(eml, &st) == 0 &&
	    st.st_mtime < clock_now_s() - ORPHAN_S)
		unlink(eml);
	g_free(env);
	g_free(eml);
}

/* what a crash left of a file in the making: "ID.eml.tmp.XXXXXX" */
static void remove_leftover(const struct quarantine *q, const char *name)
{
	char *path = g_build_filename(q->folder, name, NULL);
	struct stat st;

	if (lstat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_mtime < clock_now_s() - ORPHAN_S)
		unlink(path);
	g_free(path);
}

/* An index of an older version has columns that are empty: its rows are made again from the
 * files; rows whose files are gone stay. */
static bool repair(struct quarantine *q, GError **e)
{
	GDir *folder = g_dir_open(q->folder, 0, e);
	bool again = index_is_older(q->index);
	int64_t until_us = clock_mono_us() + TEXTS_US;

	if (folder == NULL)
		return false;
	GHashTable *held = index_held(q->index);

	if (again)
		index_refill(q->index);
	for (const char *name; (name = g_dir_read_name(folder)) != NULL;) {
		const char *dot = strrchr(name, '.');
		char *id =
			dot == NULL ? g_strdup("") : g_strndup(name, (gsize)(dot - name));

		if (strstr(name, ".tmp.") != NULL)
			remove_leftover(q, name);
		else if (id_is_good(id) && strcmp(dot, ".env") == 0 &&
			 (again || !g_hash_table_contains(held, id)))
			repair_row(q, id, again, until_us);
		else if (id_is_good(id) && strcmp(dot, ".eml") == 0)
			remove_orphan(q, id);
		g_free(id);
	}
	g_dir_close(folder);
	g_hash_table_unref(held);
	return !again || index_set_version(q->index, e);
}

static int open_lock(const char *folder, GError **e)
{
	char *path = g_build_filename(folder, "lock", NULL);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, MODE_FILE);

	if (fd < 0)
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
			    "quarantine_dir: cannot open %s: %s; run as the daemon's "
			    "user, or "
			    "give the folder to it",
			    path, g_strerror(errno));
	g_free(path);
	return fd;
}

struct quarantine *quarantine_open(const char *folder, GError **e)
{
	if (g_mkdir_with_parents(folder, 0750) < 0) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
			    "quarantine_dir %s: cannot make the folder: %s; make it and "
			    "give it "
			    "to the user the daemon runs as",
			    folder, g_strerror(errno));
		return NULL;
	}
	struct quarantine *q = g_new0(struct quarantine, 1);
	char *path = g_build_filename(folder, "index.sqlite", NULL);

	q->folder = g_strdup(folder);
	writers_init(&q->writers);
	pthread_mutex_init(&q->lock, NULL);
	pthread_cond_init(&q->changed, NULL);
	q->lock_fd = open_lock(folder, e);
	q->index = q->lock_fd < 0 ? NULL : index_open(path, e);
	g_free(path);
	if (q->index == NULL || !repair(q, e)) {
		quarantine_close(q);
		return NULL;
	}
	return q;
}

/* Who waits for a disk that hangs has it still: then only the end of the process takes it
 * away. */
void quarantine_close(struct quarantine *q)
{
	if (q == NULL || !writers_rest(&q->writers, clock_mono_us() + REST_US))
		return;
	writers_clear(&q->writers);
	index_close(q->index);
	if (q->lock_fd >= 0)
		close(q->lock_fd);
	pthread_cond_destroy(&q->changed);
	pthread_mutex_destroy(&q->lock);
	g_free(q->folder);
	g_free(q);
}

struct writers *quarantine_writers(struct quarantine *q)
{
	return &q->writers;
}

const char *quarantine_folder(const struct quarantine *q)
{
	return q->folder;
}

bool quarantine_ready(struct quarantine *q, GError **e)
{
	bool anew = false;

	if (mkdir(q->folder, FOLDER_MODE) == 0)
		log_line(LOG_LEVEL_ERROR,
			 "quarantine_dir %s was removed: made again; what was held in it "
			 "is gone",
			 q->folder);
	if (!index_look(q->index, &anew, e))
		return false;
	return !(anew || atomic_exchange(&q->unindexed, false)) || repair(q, e);
}

void quarantine_look(struct quarantine *q)
{
	GError *e = NULL;

	if (quarantine_ready(q, &e))
		return;
	log_seldom(LOG_LEVEL_ERROR, "quarantine-look", "%s", e->message);
	g_error_free(e);
}

/* The files are there: it is held, whatever becomes of its row. */
static void index_new(struct quarantine *q, const struct hold *h)
{
	GError *e = NULL;

	if (index_put(q->index, h, &e))
		return;
	atomic_store(&q->unindexed, true);
	log_line(LOG_LEVEL_ERROR, "quarantine: %s is held, and not in the index yet: %s",
		 h->id, e->message);
	g_error_free(e);
}

void quarantine_compress(struct quarantine *q, bool yes)
{
	atomic_store(&q->plain, !yes);
}

/* What looks as if it were compressed by us is, so that it is read as what it is. */
static bool write_message(const struct quarantine *q, const char *path, struct bytes raw,
			  GError **e)
{
	bool like_ours = pack_is(raw);
	GByteArray *small =
		atomic_load(&q->plain) && !like_ours ? NULL : pack(raw, like_ours);
	const struct bytes kept =
		small == NULL ? raw
			      : (struct bytes){ (const char *)small->data, small->len };
	bool done = file_replace(path, kept, MODE_FILE, e);

	g_clear_pointer(&small, g_byte_array_unref);
	return done;
}

bool hold_write_files(struct quarantine *q, const struct hold *h, struct bytes raw,
		      const char *by, GError **e)
{
	if (!id_is_good(h->id)) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    "\"%s\" is no id for a hold", h->id);
		return false;
	}
	char *path = path_of(q, h->id, ".eml");
	bool done = false;

	if (g_file_test(path, G_FILE_TEST_EXISTS)) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM, "%s is there already",
			    path);
	} else if (raw.n > LIMIT_MESSAGE_BYTES) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
			    "%s: the message has %zu bytes, more than are read again",
			    path, raw.n);
	} else {
		done = (by == NULL || mark_answer(q->folder, h->id, by, e)) &&
		       write_message(q, path, raw, e) && hold_write_envelope(q, h, e);
		/* the message will be delivered: it must not come up as held later */
		if (!done)
			hold_remove_files(q, h->id);
	}
	g_free(path);
	if (done)
		index_new(q, h);
	return done;
}

bool hold_write(struct quarantine *q, const struct hold *h, struct bytes raw, GError **e)
{
	quarantine_look(q);
	return hold_write_files(q, h, raw, NULL, e);
}

struct listing {
	const struct hold_scope *scope;
	const struct hold_filter *filter;
	const struct marks *marks;
	bool (*each)(const struct hold *h, void *user);
	void *user;
	size_t n; /* shown */
};

static size_t filter_most(const struct hold_filter *f)
{
	return f->most == 0 ? HOLD_LIST_MOST : f->most;
}

static bool list_one(const struct hold *row, void *user)
{
	struct listing *l = user;
	struct hold h = *row;
	struct hold_rcpt *rcpts = g_memdup2(row->rcpts, row->n_rcpts * sizeof(*rcpts));
	bool more = true;

	h.rcpts = rcpts;
	marks_apply(l->marks, &h, rcpts);
	h.n_rcpts = 0;
	for (size_t i = 0; i < row->n_rcpts; i++)
		if (hold_scope_admits_rcpt(l->scope, &rcpts[i]))
			rcpts[h.n_rcpts++] = rcpts[i];
	if (!l->filter->doubtful || hold_is_doubtful(&h))
		more = l->each(&h, l->user) && ++l->n < filter_most(l->filter);
	g_free(rcpts);
	return more;
}

bool hold_list(const struct hold_scope *scope, const struct hold_filter *f,
	       bool (*each)(const struct hold *h, void *user), void *user, GError **e)
{
	struct quarantine *q = scope->of;
	struct marks *marks = marks_read(q->folder);
	struct listing l = {
		.scope = scope, .filter = f, .marks = marks, .each = each, .user = user
	};

	const struct index_query query = { .scope = scope, .filter = f };

	g_assert(scope->kind != HOLD_SCOPE_NOTHING);
	bool done =
		quarantine_ready(q, e) && index_list(q->index, &query, list_one, &l, e);

	marks_free(marks);
	return done;
}

struct mailboxes {
	const struct hold_scope *scope;
	bool (*each)(const char *tenant, const char *address, void *user);
	void *user;
};

static bool show_mailbox(const char *tenant, const char *address, void *user)
{
	const struct mailboxes *m = user;

	return (m->scope->tenant != NULL && strcmp(tenant, m->scope->tenant) != 0) ||
	       m->each(tenant, address, m->user);
}

bool hold_mailboxes(const struct hold_scope *scope, int64_t since_s,
		    bool (*each)(const char *tenant, const char *address, void *user),
		    void *user, GError **e)
{
	struct quarantine *q = scope->of;
	struct mailboxes m = { scope, each, user };

	g_assert(scope->kind == HOLD_SCOPE_ALL || scope->kind == HOLD_SCOPE_TENANT);
	return quarantine_ready(q, e) &&
	       index_mailboxes(q->index, since_s, show_mailbox, &m, e);
}

void quarantine_settle(struct quarantine *q)
{
	int64_t until_us = clock_mono_us() + SETTLE_US;
	struct marks *marks =
		marks_read(q->folder); /* those of now, not of who comes later */

	while (marks_young(marks) && clock_mono_us() < until_us)
		g_usleep(SETTLE_EVERY_US);
	marks_free(marks);
}

/* what the marks tell, into what the envelope told */
static void apply_marks(const struct quarantine *q, struct hold *h)
{
	struct marks *marks = marks_read(q->folder);

	marks_apply(marks, h, (struct hold_rcpt *)(uintptr_t)h->rcpts);
	marks_free(marks);
}

struct finding {
	const struct hold_scope *scope;
	char *id;
	unsigned n;
};

static bool found(const struct hold *h, void *user)
{
	struct finding *f = user;

	if (hold_scope_admits(f->scope, h) && f->n++ == 0)
		f->id = g_strdup(h->id);
	return true;
}

static bool nothing_held(const struct hold_scope *scope, const char *id, GError **e)
{
	char *whose = hold_scope_words(scope);

	g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
		    "nothing is held%s as \"%s\"; see \"wonted quarantine list\"", whose,
		    id);
	g_free(whose);
	return false;
}

/* of a mailbox's scope: nothing of the others */
static void keep_own_part(const struct hold_scope *scope, struct hold *h)
{
	struct hold_rcpt *rcpts = (struct hold_rcpt *)(uintptr_t)h->rcpts;
	size_t n = 0;

	for (size_t i = 0; i < h->n_rcpts; i++)
		if (hold_scope_admits_rcpt(scope, &rcpts[i]))
			rcpts[n++] = rcpts[i];
		else
			hold_rcpt_clear(&rcpts[i]);
	h->n_rcpts = n;
}

/* Somebody removed the files by hand: nothing can be released any more. */
static bool is_gone(const struct quarantine *q, const char *id)
{
	char *env = path_of(q, id, ".env");
	bool gone = access(env, F_OK) < 0 && errno == ENOENT;

	g_free(env);
	return gone;
}

/* f   found one */
static struct hold *read_found(struct quarantine *q, const struct finding *f, GError **e)
{
	GError *why = NULL;
	struct hold *h = hold_read_envelope(q, f->id, &why);

	if (h != NULL && !hold_scope_admits(f->scope, h)) {
		hold_free(h); /* the file is the truth, whatever the index says */
		nothing_held(f->scope, f->id, e);
		return NULL;
	}
	if (h != NULL) {
		apply_marks(q, h);
		keep_own_part(f->scope, h);
	} else if (!is_gone(q, f->id)) {
		g_propagate_error(e, g_steal_pointer(&why));
	} else {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    "%s has been released to all, deleted or expired: its file "
			    "is gone",
			    f->id);
	}
	g_clear_error(&why);
	return h;
}

bool hold_find(const struct hold_scope *scope, const char *id, struct hold **h_r,
	       GError **e)
{
	struct quarantine *q = scope->of;
	struct finding f = { .scope = scope };

	*h_r = NULL;
	if (!index_find(q->index, id, found, &f, e))
		return false;
	if (f.n == 0)
		nothing_held(scope, id, e);
	else if (f.n == 1)
		*h_r = read_found(q, &f, e);
	else
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    "\"%s\" is the queue id of several holds: give the hold's "
			    "own id",
			    id);
	g_free(f.id);
	return *h_r != NULL;
}

bool hold_raw(struct quarantine *q, const struct hold *h, char **text_r, size_t *n_r,
	      GError **e)
{
	char *path = path_of(q, h->id, ".eml"), *packed = NULL;
	bool done = file_read(path, LIMIT_MESSAGE_BYTES, text_r, n_r, e);

	if (done && pack_is((struct bytes){ *text_r, *n_r })) {
		packed = g_steal_pointer(text_r);
		done = pack_open((struct bytes){ packed, *n_r }, LIMIT_MESSAGE_BYTES,
				 text_r, n_r, e);
		if (!done)
			g_prefix_error(e, "%s: ", path);
	}
	g_free(packed);
	g_free(path);
	return done;
}

/* Which parts of a hold are to be changed. */
struct choice {
	const struct hold_scope *scope;
	const struct hold_parts *parts; /* as of hold_set_state() */
	const bool *taken;              /* of [n] recipients; NULL: not by number */
	size_t n;
};

static bool is_chosen(const struct choice *c, const struct hold *h, size_t i)
{
	if (c->taken != NULL)
		return i < c->n && c->taken[i];
	return hold_scope_admits_rcpt(c->scope, &h->rcpts[i]) &&
	       hold_parts_admit(c->parts, &h->rcpts[i]);
}

static bool change(struct quarantine *q, struct hold *h, const struct choice *c,
		   enum hold_state state, GError **e)
{
	struct hold_rcpt *rcpts = (struct hold_rcpt *)(uintptr_t)h->rcpts;
	const char *rcpt = c->parts == NULL ? NULL : c->parts->rcpt;
	bool hit = false;

	for (size_t i = 0; i < h->n_rcpts; i++) {
		if (!is_chosen(c, h, i))
			continue;
		hit = true;
		if (rcpts[i].state == HOLD_HELD)
			rcpts[i].state = state;
	}
	if (!hit) {
		g_set_error(
			e, WONTED_ERROR, WONTED_ERROR_INPUT,
			"%s was not held for %s%s%s; see \"wonted quarantine show %s\"",
			h->id, rcpt != NULL ? "<" : "",
			rcpt != NULL ? rcpt : "anybody like that",
			rcpt != NULL ? ">" : "", h->id);
		return false;
	}
	if (!hold_write_envelope(q, h, e) || !index_put(q->index, h, e))
		return false;
	if (!hold_is_held(h))
		hold_remove_files(q, h->id);
	return true;
}

int hold_reserve(struct quarantine *q, const char *id, GError **e)
{
	char *path = path_of(q, id, ".eml");
	int fd = id_is_good(id) ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;

	if (fd < 0) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    "nothing is held as \"%s\"; see \"wonted quarantine list\"",
			    id);
	} else if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		char *holder = lock_holder(fd);

		g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
			    "%s is being released, deleted or expired by another process "
			    "at this moment: %s",
			    id, holder);
		g_free(holder);
		close(fd);
		fd = -1;
	}
	g_free(path);
	return fd;
}

/* The folder may have been removed and made again: the lock is the file that stands there. */
static bool same_lock(struct quarantine *q, GError **e)
{
	char *path = g_build_filename(q->folder, "lock", NULL);
	struct stat here, there;
	bool same = fstat(q->lock_fd, &here) == 0 && stat(path, &there) == 0 &&
		    here.st_dev == there.st_dev && here.st_ino == there.st_ino;

	g_free(path);
	if (same)
		return true;
	int fd = open_lock(q->folder, e);

	if (fd < 0)
		return false;
	close(q->lock_fd);
	q->lock_fd = fd;
	return true;
}

static bool locked_out(const struct quarantine *q, GError **e)
{
	char *holder = lock_holder(q->lock_fd);

	g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
		    "%s/lock is taken by %s; end that process if it does not go on",
		    q->folder, holder);
	g_free(holder);
	return false;
}

static void end_change(struct quarantine *q)
{
	pthread_mutex_lock(&q->lock);
	g_assert(q->changing);
	q->changing = false;
	pthread_cond_signal(&q->changed);
	pthread_mutex_unlock(&q->lock);
}

bool quarantine_lock(struct quarantine *q, int64_t until_us, GError **e)
{
	pthread_mutex_lock(&q->lock);
	while (q->changing && wait_until(&q->changed, &q->lock, until_us))
		;
	bool ours = !q->changing;

	q->changing = true;
	pthread_mutex_unlock(&q->lock);
	if (!ours)
		return locked_out(q, e);
	if (same_lock(q, e)) {
		if (lock_by(q->lock_fd, until_us))
			return true;
		locked_out(q, e);
	}
	end_change(q);
	return false;
}

void quarantine_unlock(struct quarantine *q)
{
	flock(q->lock_fd, LOCK_UN);
	end_change(q);
}

/* Of what is gone only all can be closed, by who may see all of it. */
static bool close_gone(struct quarantine *q, const struct choice *c, const char *id,
		       enum hold_state state, GError **e)
{
	struct finding f = { .scope = c->scope };
	bool seen = c->scope->kind != HOLD_SCOPE_MAILBOX &&
		    index_find(q->index, id, found, &f, NULL) && f.n == 1;

	g_free(f.id);
	return seen ? index_close_hold(q->index, id, state, e)
		    : nothing_held(c->scope, id, e);
}

static bool set_state(struct quarantine *q, const char *id, const struct choice *c,
		      enum hold_state state, GError **e)
{
	GError *why = NULL;
	bool done = false;

	if (!quarantine_lock(q, clock_mono_us() + QUARANTINE_LOCK_US, e))
		return false;
	struct hold *h = id_is_good(id) ? hold_read_envelope(q, id, &why) : NULL;

	if (h != NULL && hold_scope_admits(c->scope, h))
		done = change(q, h, c, state, e);
	else if (h != NULL || !index_has(q->index, id))
		nothing_held(c->scope, id, e);
	else if (is_gone(q, id))
		done = close_gone(q, c, id, state, e);
	else
		g_propagate_error(e, g_steal_pointer(&why));
	quarantine_unlock(q);
	g_clear_error(&why);
	hold_free(h);
	return done;
}

bool hold_set_state(const struct hold_scope *scope, const char *id,
		    const struct hold_parts *parts, enum hold_state state, GError **e)
{
	const struct choice c = { .scope = scope, .parts = parts };

	return set_state(scope->of, id, &c, state, e);
}

bool hold_set_sent(struct quarantine *q, const struct hold *h, const bool *taken,
		   GError **e)
{
	const struct hold_scope all = hold_scope_all(q);
	const struct choice c = { .scope = &all, .taken = taken, .n = h->n_rcpts };

	return set_state(q, h->id, &c, HOLD_RELEASED, e);
}

bool hold_expire(struct quarantine *q, const char *id)
{
	GError *e = NULL;
	int fd = is_gone(q, id) ? -1 : hold_reserve(q, id, &e);
	const struct hold_scope all = hold_scope_all(q);
	bool done = e == NULL && hold_set_state(&all, id, NULL, HOLD_EXPIRED, &e);

	if (fd >= 0)
		close(fd);
	if (e != NULL)
		log_line(LOG_LEVEL_WARN,
			 "quarantine: %s has passed its time and stays: %s", id,
			 e->message);
	g_clear_error(&e);
	return done;
}

/* ---- what is erased on somebody's request ---- */

static bool copy_row(const struct hold *h, void *copy_r)
{
	*(struct hold **)copy_r = hold_copy(h);
	return false;
}

/* forgotten   of its recipients, which are h's own */
static bool forget(struct quarantine *q, struct hold *h, const bool *forgotten, bool gone,
		   GError **e)
{
	struct hold_rcpt *rcpts = (struct hold_rcpt *)(uintptr_t)h->rcpts;
	size_t n = 0;

	for (size_t i = 0; i < h->n_rcpts; i++)
		if (!forgotten[i])
			rcpts[n++] = rcpts[i];
		else
			hold_rcpt_clear(&rcpts[i]);
	h->n_rcpts = n;
	if (n == 0 || (!gone && !hold_is_held(h)))
		hold_remove_files(q, h->id);
	else if (!gone && !hold_write_envelope(q, h, e))
		return false;
	if (n > 0 && !gone)
		fill_text(q, h, clock_mono_us() + TEXTS_US);
	return index_remove(q->index, h->id, e) && (n == 0 || index_put(q->index, h, e));
}

bool hold_forget(struct quarantine *q, const struct hold *of, const bool *forgotten,
		 GError **e)
{
	bool gone = is_gone(q, of->id), done = false;
	int busy = gone ? -1 : hold_reserve(q, of->id, e);
	struct hold *h = NULL;

	if ((!gone && busy < 0) ||
	    !quarantine_lock(q, clock_mono_us() + QUARANTINE_LOCK_US, e))
		goto out;
	done = gone ? index_find(q->index, of->id, copy_row, &h, e)
		    : (h = hold_read_envelope(q, of->id, e)) != NULL;
	if (h != NULL && h->n_rcpts != of->n_rcpts) {
		done = false;
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
			    "quarantine: %s has changed at this moment: run it again",
			    of->id);
	} else if (h != NULL) {
		done = forget(q, h, forgotten, gone, e);
	}
	quarantine_unlock(q);
	hold_free(h);
out:
	if (busy >= 0)
		close(busy);
	return done;
}

bool quarantine_tidy(struct quarantine *q, GError **e)
{
	return index_tidy(q->index, e);
}

int64_t quarantine_newest(struct quarantine *q)
{
	return index_newest(q->index);
}

int64_t quarantine_count_held(struct quarantine *q)
{
	return index_count_held(q->index);
}
