/* The wall around SQLite. One connection in serialized mode, WAL, synced: a hold that is
 * indexed survives a power cut, and the tool may write beside the daemon. It is made anew where it
 * is damaged or gone. */
#include "quarantine/index_db.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/log.h"
#include "quarantine/index_schema.h"

#define BUSY_MS 5000
#define FILE_MODE 0640

static bool is_broken(const struct index *x)
{
	int code = sqlite3_errcode(x->db);

	return code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
}

bool index_fail(const struct index *x, const char *doing, GError **e)
{
	/* now: what is done next forgets it */
	if (is_broken(x))
		atomic_store(&((struct index *)(uintptr_t)x)->broken, true);
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
		    "quarantine index %s: cannot %s: %s", x->path, doing,
		    sqlite3_errmsg(x->db));
	return false;
}

/* SQLite gives its other files the mode of this one. */
static void make_file(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, FILE_MODE);

	if (fd >= 0)
		close(fd);
}

static bool open_db(struct index *x, GError **e)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX;
	struct stat st = { 0 };

	make_file(x->path);
	if (stat(x->path, &st) == 0) {
		x->dev = st.st_dev;
		x->ino = st.st_ino;
	}
	if (sqlite3_open_v2(x->path, &x->db, flags, NULL) == SQLITE_OK &&
	    sqlite3_busy_timeout(x->db, BUSY_MS) == SQLITE_OK &&
	    sqlite3_exec(x->db, index_schema, NULL, NULL, NULL) == SQLITE_OK)
		return true;
	atomic_store(&x->broken, is_broken(x));
	return index_fail(x, "open (run as the daemon's user)", e);
}

/* What SQLite keeps beside a file is of that file. */
static void remove_beside(const struct index *x, const char *suffix)
{
	char *path = g_strconcat(x->path, suffix, NULL);

	unlink(path);
	g_free(path);
}

static void move_away(struct index *x)
{
	char *to = g_strconcat(x->path, ".broken", NULL);

	log_line(LOG_LEVEL_ERROR,
		 "quarantine index %s is damaged: kept as %s, and made again from the "
		 "messages; what it knew of those that are gone is lost",
		 x->path, to);
	if (rename(x->path, to) != 0)
		log_line(LOG_LEVEL_ERROR, "%s: cannot rename it: %s", x->path,
			 g_strerror(errno));
	g_free(to);
	remove_beside(x, "-wal");
	remove_beside(x, "-shm");
	atomic_store(&x->broken, false);
}

sqlite3_stmt *index_prepare(const struct index *x, const char *sql, GError **e)
{
	sqlite3_stmt *s = NULL;

	if (sqlite3_prepare_v2(x->db, sql, -1, &s, NULL) != SQLITE_OK)
		index_fail(x, "read", e);
	return s;
}

sqlite3_stmt *index_take(struct index *x, const char *sql, GError **e)
{
	sqlite3_stmt *s = NULL;

	pthread_mutex_lock(&x->idle_lock);
	for (size_t i = 0; s == NULL && i < INDEX_IDLE; i++)
		if (x->idle[i] != NULL && strcmp(sqlite3_sql(x->idle[i]), sql) == 0)
			s = g_steal_pointer(&x->idle[i]);
	pthread_mutex_unlock(&x->idle_lock);
	return s != NULL ? s : index_prepare(x, sql, e);
}

void index_give(struct index *x, sqlite3_stmt *s)
{
	bool kept = s == NULL;

	if (s != NULL) {
		sqlite3_reset(s);
		sqlite3_clear_bindings(s);
	}
	pthread_mutex_lock(&x->idle_lock);
	for (size_t i = 0; !kept && i < INDEX_IDLE; i++)
		if (x->idle[i] == NULL) {
			x->idle[i] = s;
			kept = true;
		}
	pthread_mutex_unlock(&x->idle_lock);
	if (!kept)
		sqlite3_finalize(s);
}

/* nobody else has it now */
static void close_db(struct index *x)
{
	for (size_t i = 0; i < INDEX_IDLE; i++)
		sqlite3_finalize(g_steal_pointer(&x->idle[i]));
	sqlite3_close_v2(x->db);
	x->db = NULL;
}

static bool open_anew(struct index *x, GError **e)
{
	GError *why = NULL;

	close_db(x);
	if (atomic_load(&x->broken))
		move_away(x);
	if (open_db(x, &why))
		return true;
	if (!atomic_load(&x->broken)) {
		g_propagate_error(e, why);
		return false;
	}
	g_error_free(why);
	close_db(x);
	move_away(x);
	return open_db(x, e);
}

/* -1: it cannot be read */
static int version_of(const struct index *x)
{
	sqlite3_stmt *s = index_prepare(x, "PRAGMA user_version", NULL);
	int version = s != NULL && sqlite3_step(s) == SQLITE_ROW
			      ? sqlite3_column_int(s, 0)
			      : -1;

	sqlite3_finalize(s);
	return version;
}

static bool is_readable(const struct index *x, GError **e)
{
	int version = version_of(x);

	if (version <= INDEX_VERSION)
		return true;
	g_set_error(
		e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
		"quarantine index %s is of version %d, made by a later wonted: this one "
		"reads up to %d. Run that again, or move the index away: it is made "
		"again from the messages",
		x->path, version, INDEX_VERSION);
	return false;
}

struct index *index_open(const char *path, GError **e)
{
	struct index *x = g_new0(struct index, 1);

	x->path = g_strdup(path);
	pthread_mutex_init(&x->lock, NULL);
	pthread_mutex_init(&x->idle_lock, NULL);
	pthread_rwlock_init(&x->gate, NULL);
	if (!open_anew(x, e) || !is_readable(x, e)) {
		index_close(x);
		return NULL;
	}
	return x;
}

void index_close(struct index *x)
{
	if (x == NULL)
		return;
	close_db(x);
	pthread_mutex_destroy(&x->idle_lock);
	pthread_mutex_destroy(&x->lock);
	pthread_rwlock_destroy(&x->gate);
	g_free(x->path);
	g_free(x);
}

/* Somebody removed the file, or put another in its place; or it is damaged. */
static bool is_away(const struct index *x)
{
	struct stat st;

	return atomic_load(&x->broken) || stat(x->path, &st) != 0 ||
	       st.st_dev != x->dev || st.st_ino != x->ino;
}

bool index_look(struct index *x, bool *anew_r, GError **e)
{
	bool good = true;

	*anew_r = false;
	pthread_rwlock_rdlock(&x->gate);
	bool away = is_away(x);

	pthread_rwlock_unlock(&x->gate);
	if (!away)
		return true;
	pthread_rwlock_wrlock(&x->gate);
	if (is_away(x)) { /* still: others look, too */
		if (!atomic_load(&x->broken))
			log_line(LOG_LEVEL_ERROR,
				 "quarantine index %s was removed or replaced: opened "
				 "anew",
				 x->path);
		good = open_anew(x, e);
		*anew_r = good;
	}
	pthread_rwlock_unlock(&x->gate);
	return good;
}

void index_enter(struct index *x)
{
	pthread_rwlock_rdlock(&x->gate);
}

bool index_leave(struct index *x, bool done)
{
	if (!done && is_broken(x))
		atomic_store(&x->broken, true);
	pthread_rwlock_unlock(&x->gate);
	return done;
}

void index_bind(sqlite3_stmt *s, int at, const char *text)
{
	sqlite3_bind_text(s, at, text, -1, SQLITE_TRANSIENT);
}

int64_t index_place(int64_t s)
{
	return s <= 0 ? 1 : s << INDEX_PLACES; /* 0 is none */
}

bool index_is_older(struct index *x)
{
	index_enter(x);
	int version = version_of(x);

	return index_leave(x, version >= 0) && version < INDEX_VERSION;
}

int64_t index_place_of(const struct index *x, const char *id)
{
	sqlite3_stmt *s = index_prepare(x, "SELECT nr FROM docs WHERE id=?", NULL);
	int64_t nr = 0;

	if (s != NULL) {
		index_bind(s, 1, id);
		if (sqlite3_step(s) == SQLITE_ROW)
			nr = sqlite3_column_int64(s, 0);
	}
	sqlite3_finalize(s);
	return nr;
}
