/* Two files a hold: ID.eml, the message as it was received, and ID.env, its envelope and what
 * became of it. The envelope file comes second, synced: where it stands, the hold exists. The
 * index is made from it, and made again if it is lost. */
#include "quarantine/hold.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "quarantine/envelope.h"
#include "quarantine/fingerprint.h"
#include "quarantine/index.h"

#define MODE_FILE 0640
#define ID_BYTES 100
#define LOCK_TRIES 200      /* of 50 ms */
#define AGAIN_S (5 * 86400) /* an MTA tries again for 4 or 5 days, RFC 5321 4.5.4.1 */
#define LEAVING_S 3600      /* what expires sooner may be on its way out already */
#define ORPHAN_S \
	3600 /* a message without envelope is somebody's hold in the making till then */

struct quarantine {
	char *folder;
	struct index *index;
	/* one change of a hold's state at a time: */
	pthread_mutex_t lock; /* of our threads, ... */
	int lock_fd;          /* ... and of the daemon and the tool */
};

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

static bool write_envelope(const struct quarantine *q, const struct hold *h, GError **e)
{
	char *path = path_of(q, h->id, ".env");
	bool done = envelope_write(path, MODE_FILE, h, e);

	g_free(path);
	return done;
}

static struct hold *read_envelope(const struct quarantine *q, const char *id, GError **e)
{
	char *path = path_of(q, id, ".env");
	struct hold *h = envelope_read(path, id, e);

	g_free(path);
	return h;
}

/* After the row says so: what a crash leaves in between, mend() removes. */
static void remove_files(const struct quarantine *q, const char *id)
{
	char *eml = path_of(q, id, ".eml"), *env = path_of(q, id, ".env");

	unlink(env);
	unlink(eml);
	g_free(eml);
	g_free(env);
}

static bool still_held(const struct hold *h)
{
	for (size_t i = 0; i < h->n_rcpts; i++)
		if (h->rcpts[i].state == HOLD_HELD)
			return true;
	return false;
}

/* What a crash left: a hold without its row, or files that nobody is held for any more. What
 * came back from a backup is held again: the files are the truth. */
static void mend_row(struct quarantine *q, const char *id)
{
	GError *e = NULL;
	bool over = index_is_over(q->index, id);

	if (!over && index_has(q->index, id))
		return;
	struct hold *h = read_envelope(q, id, &e);

	if (h != NULL && over && !still_held(h)) {
		remove_files(q, id);
	} else if (h == NULL || !index_put(q->index, h, &e)) {
		log_line(LOG_LEVEL_ERROR, "quarantine: %s is not in the index: %s", id,
			 e->message);
		g_error_free(e);
	} else {
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

static bool mend(struct quarantine *q, GError **e)
{
	GDir *folder = g_dir_open(q->folder, 0, e);

	if (folder == NULL)
		return false;
	for (const char *name; (name = g_dir_read_name(folder)) != NULL;) {
		const char *dot = strrchr(name, '.');
		char *id =
			dot == NULL ? g_strdup("") : g_strndup(name, (gsize)(dot - name));

		if (strstr(name, ".tmp.") != NULL)
			remove_leftover(q, name);
		else if (id_is_good(id) && strcmp(dot, ".env") == 0)
			mend_row(q, id);
		else if (id_is_good(id) && strcmp(dot, ".eml") == 0)
			remove_orphan(q, id);
		g_free(id);
	}
	g_dir_close(folder);
	return true;
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
	pthread_mutex_init(&q->lock, NULL);
	q->lock_fd = open_lock(folder, e);
	q->index = q->lock_fd < 0 ? NULL : index_open(path, e);
	g_free(path);
	if (q->index == NULL || !mend(q, e)) {
		quarantine_close(q);
		return NULL;
	}
	return q;
}

void quarantine_close(struct quarantine *q)
{
	if (q == NULL)
		return;
	index_close(q->index);
	if (q->lock_fd >= 0)
		close(q->lock_fd);
	pthread_mutex_destroy(&q->lock);
	g_free(q->folder);
	g_free(q);
}

bool hold_write(struct quarantine *q, const struct hold *h, struct bytes raw, GError **e)
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
		done = file_replace(path, raw, MODE_FILE, e) && write_envelope(q, h, e) &&
		       index_put(q->index, h, e);
		/* the message will be delivered: it must not come up as held later */
		if (!done)
			remove_files(q, h->id);
	}
	g_free(path);
	return done;
}

bool hold_list(struct quarantine *q, const struct hold_filter *f,
	       bool (*each)(const struct hold *h, void *user), void *user, GError **e)
{
	return index_list(q->index, f, each, user, e);
}

struct finding {
	char *id;
	unsigned n;
};

static bool found(const struct hold *h, void *user)
{
	struct finding *f = user;

	if (f->n++ == 0)
		f->id = g_strdup(h->id);
	return true;
}

/* Somebody removed the files by hand: nothing can be released any more. */
static bool is_gone(const struct quarantine *q, const char *id)
{
	char *env = path_of(q, id, ".env");
	bool gone = access(env, F_OK) < 0 && errno == ENOENT;

	g_free(env);
	return gone;
}

bool hold_find(struct quarantine *q, const char *id, struct hold **h_r, GError **e)
{
	struct finding f = { 0 };
	GError *why = NULL;

	*h_r = NULL;
	if (!index_find(q->index, id, found, &f, e))
		return false;
	if (f.n == 1)
		*h_r = read_envelope(q, f.id, &why);
	if (f.n != 1)
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    f.n == 0 ? "nothing is held as \"%s\"; see \"wonted "
				       "quarantine list\""
				     : "\"%s\" is the queue id of several holds: give "
				       "the hold's "
				       "own id",
			    id);
	else if (*h_r == NULL && !is_gone(q, f.id))
		g_propagate_error(e, g_steal_pointer(&why));
	else if (*h_r == NULL)
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    "%s has been released to all, deleted or expired: its file "
			    "is gone",
			    f.id);
	g_clear_error(&why);
	g_free(f.id);
	return *h_r != NULL;
}

bool hold_raw(struct quarantine *q, const struct hold *h, char **text_r, size_t *n_r,
	      GError **e)
{
	char *path = path_of(q, h->id, ".eml");
	bool done = file_read(path, LIMIT_MESSAGE_BYTES, text_r, n_r, e);

	g_free(path);
	return done;
}

static bool change(struct quarantine *q, struct hold *h, const char *rcpt,
		   enum hold_state state, GError **e)
{
	struct hold_rcpt *rcpts = (struct hold_rcpt *)(uintptr_t)h->rcpts;
	bool hit = false;

	for (size_t i = 0; i < h->n_rcpts; i++) {
		if (rcpt != NULL && strcmp(rcpts[i].address, rcpt) != 0)
			continue;
		hit = true;
		if (rcpts[i].state == HOLD_HELD)
			rcpts[i].state = state;
	}
	if (!hit) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    "%s was not held for <%s>; see \"wonted quarantine show %s\"",
			    h->id, rcpt, h->id);
		return false;
	}
	if (!write_envelope(q, h, e) || !index_put(q->index, h, e))
		return false;
	if (!still_held(h))
		remove_files(q, h->id);
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
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
			    "%s is being released, deleted or expired by another process "
			    "at this moment",
			    id);
		close(fd);
		fd = -1;
	}
	g_free(path);
	return fd;
}

/* A process that was stopped with the lock in its hands must not stop us, too. */
static bool lock_changes(struct quarantine *q, GError **e)
{
	pthread_mutex_lock(&q->lock);
	for (int i = 0; i < LOCK_TRIES; i++) {
		if (flock(q->lock_fd, LOCK_EX | LOCK_NB) == 0)
			return true;
		g_usleep(50000);
	}
	pthread_mutex_unlock(&q->lock);
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
		    "%s/lock: another process has held it for %d s; is a \"wonted "
		    "quarantine\" stuck?",
		    q->folder, LOCK_TRIES / 20);
	return false;
}

static void unlock_changes(struct quarantine *q)
{
	flock(q->lock_fd, LOCK_UN);
	pthread_mutex_unlock(&q->lock);
}

bool hold_set_state(struct quarantine *q, const char *id, const char *rcpt,
		    enum hold_state state, GError **e)
{
	GError *why = NULL;
	bool done = false;

	if (!lock_changes(q, e))
		return false;
	struct hold *h = id_is_good(id) ? read_envelope(q, id, &why) : NULL;

	if (h != NULL)
		done = change(q, h, rcpt, state, e);
	else if (!index_has(q->index, id))
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    "nothing is held as \"%s\"; see \"wonted quarantine list\"",
			    id);
	else if (is_gone(q, id))
		done = index_close_hold(q->index, id, state, e);
	else
		g_propagate_error(e, g_steal_pointer(&why));
	unlock_changes(q);
	g_clear_error(&why);
	hold_free(h);
	return done;
}

/* Is it whole, and the same still? The index may be older than a restored backup. */
static bool is_same(struct quarantine *q, const struct hold *old, const struct hold *h)
{
	char *text = NULL;
	size_t n = 0;

	if (old->expires_s < h->received_s + LEAVING_S ||
	    g_strcmp0(old->fingerprint, h->fingerprint) != 0 ||
	    g_strcmp0(old->tenant, h->tenant) != 0 || !hold_raw(q, old, &text, &n, NULL))
		return false;
	char *is = fingerprint_take(old->mail_from, (struct bytes){ text, n });
	bool same = strcmp(is, h->fingerprint) == 0;

	g_free(is);
	g_free(text);
	return same;
}

/* whom of h an older hold is for; says whether anybody more */
static bool cover(const struct hold *old, const struct hold *h, bool *covered)
{
	GHashTable *held = g_hash_table_new(g_str_hash, g_str_equal);
	bool more = false;

	for (size_t i = 0; i < old->n_rcpts; i++)
		if (old->rcpts[i].state == HOLD_HELD)
			g_hash_table_add(held, (gpointer)(guintptr)old->rcpts[i].address);
	for (size_t i = 0; i < h->n_rcpts; i++) {
		if (covered[i] || !g_hash_table_contains(held, h->rcpts[i].address))
			continue;
		covered[i] = more = true;
	}
	g_hash_table_destroy(held);
	return more;
}

/* Under the lock of changes: it cannot be released or deleted in between. */
static bool count_again(struct quarantine *q, const char *id, const struct hold *h,
			bool *covered)
{
	struct hold *old = read_envelope(q, id, NULL);
	bool *now = g_memdup2(covered, h->n_rcpts * sizeof(*covered)), done = false;

	if (old != NULL && cover(old, h, now) && is_same(q, old, h)) {
		old->seen = MAX(old->seen, 1) + 1;
		old->seen_s = h->received_s;
		old->expires_s = MAX(old->expires_s, h->expires_s);
		done = write_envelope(q, old, NULL) && index_put(q->index, old, NULL);
	}
	if (done) {
		memcpy(covered, now, h->n_rcpts * sizeof(*covered));
		log_line(LOG_LEVEL_INFO,
			 "quarantine: %s came again, %" PRIu64 " times now: counted",
			 old->id, old->seen);
	}
	hold_free(old);
	g_free(now);
	return done;
}

static void look_for_same(struct quarantine *q, const struct hold *h, bool *covered,
			  GString *ids)
{
	char **same = NULL;

	if (index_same(q->index, h->fingerprint, h->received_s - AGAIN_S, &same, NULL) &&
	    same[0] != NULL && lock_changes(q, NULL)) {
		for (char **id = same; *id != NULL; id++)
			if (count_again(q, *id, h, covered))
				g_string_append_printf(ids, "%s%s",
						       ids->len > 0 ? "," : "", *id);
		unlock_changes(q);
	}
	g_strfreev(same);
}

bool hold_keep(struct quarantine *q, const struct hold *given, struct bytes raw,
	       char **ids_r, GError **e)
{
	char *fingerprint = fingerprint_take(given->mail_from, raw);
	bool *covered = g_new0(bool, given->n_rcpts), done = true;
	struct hold_rcpt *rest = g_new0(struct hold_rcpt, given->n_rcpts);
	GString *ids = g_string_new(NULL);
	struct hold h = *given;

	h.fingerprint = fingerprint;
	h.seen = 1;
	h.seen_s = h.received_s;
	look_for_same(q, &h, covered, ids);
	h.rcpts = rest;
	h.n_rcpts = 0;
	for (size_t i = 0; i < given->n_rcpts; i++)
		if (!covered[i])
			rest[h.n_rcpts++] = given->rcpts[i];
	if (h.n_rcpts > 0) {
		done = hold_write(q, &h, raw, e);
		g_string_append_printf(ids, "%s%s", ids->len > 0 ? "," : "", h.id);
	}
	*ids_r = g_string_free(ids, !done);
	g_free(rest);
	g_free(covered);
	g_free(fingerprint);
	return done;
}

static bool expire_one(struct quarantine *q, const char *id)
{
	GError *e = NULL;
	int fd = is_gone(q, id) ? -1 : hold_reserve(q, id, &e);
	bool done = e == NULL && hold_set_state(q, id, NULL, HOLD_EXPIRED, &e);

	if (fd >= 0)
		close(fd);
	if (e != NULL)
		log_line(LOG_LEVEL_WARN,
			 "quarantine: %s has passed its time and stays: %s", id,
			 e->message);
	g_clear_error(&e);
	return done;
}

int quarantine_expire(struct quarantine *q, int64_t now_s, GError **e)
{
	char **ids = NULL;
	int gone = -1;

	if (index_expired(q->index, now_s, &ids, e)) {
		gone = 0;
		for (char **id = ids; *id != NULL; id++)
			gone += expire_one(q, *id);
	}
	g_strfreev(ids);
	return gone;
}
