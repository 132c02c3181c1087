/* What is written into the index: a hold with its recipients and words, in one transaction. */
#include "quarantine/index.h"

#include <pthread.h>
#include <sqlite3.h>
#include <string.h>

#include "quarantine/describe.h"
#include "quarantine/index_db.h"
#include "quarantine/scope.h"
#include "quarantine/search.h"

static bool put_hold(const struct index *x, const struct hold *h, GError **e)
{
	sqlite3_stmt *s = index_prepare(
		x, "INSERT OR REPLACE INTO holds VALUES(?,?,?,?,?,?,?,?,?,?,?)", e);

	if (s == NULL)
		return false;
	index_bind(s, 1, h->id);
	index_bind(s, 2, h->queue_id);
	index_bind(s, 3, h->mail_from);
	index_bind(s, 4, h->from);
	index_bind(s, 5, h->subject);
	index_bind(s, 6, h->message_id);
	index_bind(s, 7, h->reasons);
	index_bind(s, 8, h->tenant);
	sqlite3_bind_int64(s, 9, h->received_s);
	sqlite3_bind_int64(s, 10, h->expires_s);
	sqlite3_bind_int64(s, 11, (int64_t)h->bytes);
	bool done = sqlite3_step(s) == SQLITE_DONE;

	sqlite3_finalize(s);
	return done || index_fail(x, "write", e);
}

/* A table of its own: an older version's index has none, and its holds are told apart. */
static bool put_copies(const struct index *x, const struct hold *h, GError **e)
{
	if (h->fingerprint == NULL)
		return true;
	sqlite3_stmt *s =
		index_prepare(x, "INSERT OR REPLACE INTO copies VALUES(?,?,?,?)", e);

	if (s == NULL)
		return false;
	index_bind(s, 1, h->id);
	index_bind(s, 2, h->fingerprint);
	sqlite3_bind_int64(s, 3, (int64_t)MAX(h->seen, 1));
	sqlite3_bind_int64(s, 4, h->seen_s);
	bool done = sqlite3_step(s) == SQLITE_DONE;

	sqlite3_finalize(s);
	return done || index_fail(x, "write", e);
}

/* As of copies: a table of its own. */
static bool put_details(const struct index *x, const struct hold *h, GError **e)
{
	sqlite3_stmt *s =
		index_prepare(x, "INSERT OR REPLACE INTO details VALUES(?,?,?)", e);

	if (s == NULL)
		return false;
	index_bind(s, 1, h->id);
	index_bind(s, 2, h->name);
	index_bind(s, 3, h->client);
	bool done = sqlite3_step(s) == SQLITE_DONE;

	sqlite3_finalize(s);
	return done || index_fail(x, "write", e);
}

static bool put_points(const struct index *x, const struct hold *h, GError **e)
{
	sqlite3_stmt *s = index_prepare(
		x, "INSERT OR REPLACE INTO points VALUES(?,?,?,?,?,?,?)", e);
	bool done = s != NULL;

	for (size_t i = 0; done && i < h->n_rcpts; i++) {
		const struct hold_rcpt *r = &h->rcpts[i];

		if (r->hits == NULL)
			continue;
		index_bind(s, 1, h->id);
		sqlite3_bind_int64(s, 2, (int64_t)i);
		index_bind(s, 3, r->rule);
		index_bind(s, 4, r->hits);
		for (size_t axis = 0; axis < AXIS_COUNT; axis++)
			sqlite3_bind_int64(s, 5 + (int)axis, r->milli[axis]);
		done = sqlite3_step(s) == SQLITE_DONE || index_fail(x, "write", e);
		sqlite3_reset(s);
	}
	sqlite3_finalize(s);
	return done;
}

static bool put_rcpts(const struct index *x, const struct hold *h, GError **e)
{
	sqlite3_stmt *s =
		index_prepare(x, "INSERT OR REPLACE INTO rcpts VALUES(?,?,?,?,?,?)", e);
	bool done = s != NULL;

	for (size_t i = 0; done && i < h->n_rcpts; i++) {
		char *key = hold_address_key(h->rcpts[i].address);

		index_bind(s, 1, h->id);
		sqlite3_bind_int64(s, 2, (int64_t)i);
		index_bind(s, 3, h->rcpts[i].address);
		index_bind(s, 4, key);
		index_bind(s, 5, h->rcpts[i].verdict);
		sqlite3_bind_int(s, 6, (int)h->rcpts[i].state);
		done = sqlite3_step(s) == SQLITE_DONE || index_fail(x, "write", e);
		sqlite3_reset(s);
		g_free(key);
	}
	sqlite3_finalize(s);
	return done;
}

/* ---- what it is found by ---- */

static bool put_place(const struct index *x, const struct hold *h, int64_t *nr_r,
		      GError **e)
{
	sqlite3_stmt *s =
		index_prepare(x,
			      "INSERT INTO docs(nr, id, campaign) VALUES("
			      "coalesce((SELECT max(nr)+1 FROM docs WHERE nr>=?1 AND "
			      "nr<?2), ?1), ?3, ?4)",
			      e);

	if (s == NULL)
		return false;
	sqlite3_bind_int64(s, 1, index_place(h->received_s));
	sqlite3_bind_int64(s, 2, index_place(h->received_s) + (1 << INDEX_PLACES));
	index_bind(s, 3, h->id);
	index_bind(s, 4, h->campaign);
	bool done = sqlite3_step(s) == SQLITE_DONE;

	*nr_r = sqlite3_last_insert_rowid(x->db);
	sqlite3_finalize(s);
	return done || index_fail(x, "write", e);
}

/* What a change of states changes; the text of what nobody is held for any more is forgotten. */
static bool put_facets(const struct index *x, const struct hold *h, int64_t nr,
		       GError **e)
{
	sqlite3_stmt *s = index_prepare(
		x,
		hold_is_held(h) ? "UPDATE texts SET facets=?2 WHERE rowid=?1 AND "
				  "facets<>?2"
				: "UPDATE texts SET facets=?2, body='' WHERE "
				  "rowid=?1 AND facets<>?2",
		e);
	char *facets = search_facets(h);

	if (s != NULL) {
		sqlite3_bind_int64(s, 1, nr);
		index_bind(s, 2, facets);
	}
	bool done = s != NULL &&
		    (sqlite3_step(s) == SQLITE_DONE || index_fail(x, "write", e));

	sqlite3_finalize(s);
	g_free(facets);
	return done;
}

static bool put_words(const struct index *x, const struct hold *h, int64_t nr, GError **e)
{
	sqlite3_stmt *s =
		index_prepare(x,
			      "INSERT INTO texts(rowid, sender, rcpts, subject, "
			      "reasons, body, facets) VALUES(?,?,?,?,?,?,?)",
			      e);
	char *const made[] = { search_sender(h), search_rcpts(h), search_facets(h) };
	bool done = s != NULL;

	if (done) {
		sqlite3_bind_int64(s, 1, nr);
		index_bind(s, 2, made[0]);
		index_bind(s, 3, made[1]);
		index_bind(s, 4, h->subject);
		index_bind(s, 5, h->reasons);
		index_bind(s, 6, hold_is_held(h) ? h->text : NULL);
		index_bind(s, 7, made[2]);
		done = sqlite3_step(s) == SQLITE_DONE || index_fail(x, "write", e);
	}
	sqlite3_finalize(s);
	for (size_t i = 0; i < G_N_ELEMENTS(made); i++)
		g_free(made[i]);
	return done;
}

static bool put_searchable(const struct index *x, const struct hold *h, GError **e)
{
	int64_t nr = index_place_of(x, h->id);

	if (nr != 0)
		return put_facets(x, h, nr, e);
	return put_place(x, h, &nr, e) && put_words(x, h, nr, e);
}

/* takes the lock that end() gives back; false: nothing is taken */
static bool begin(struct index *x, GError **e)
{
	pthread_mutex_lock(&x->lock);
	if (sqlite3_exec(x->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK)
		return true;
	index_fail(x, "lock", e);
	pthread_mutex_unlock(&x->lock);
	return false;
}

/* done   whether all of the transaction went well; else it is as if it had never begun */
static bool end(struct index *x, bool done, GError **e)
{
	const char *sql = done ? "COMMIT" : "ROLLBACK";

	if (sqlite3_exec(x->db, sql, NULL, NULL, NULL) != SQLITE_OK && done) {
		index_fail(x, "write", e);
		sqlite3_exec(x->db, "ROLLBACK", NULL, NULL, NULL);
		done = false;
	}
	pthread_mutex_unlock(&x->lock);
	return done;
}

static bool put_all(struct index *x, const struct hold *h, GError **e)
{
	return put_hold(x, h, e) && put_rcpts(x, h, e) && put_copies(x, h, e) &&
	       put_details(x, h, e) && put_points(x, h, e) && put_searchable(x, h, e);
}

bool index_put(struct index *x, const struct hold *h, GError **e)
{
	index_enter(x);
	bool done = begin(x, e) && end(x, put_all(x, h, e), e);

	return index_leave(x, done);
}

/* state   bound as the second parameter, if the statement has one */
static bool run(const struct index *x, const char *sql, const char *id, int state,
		GError **e)
{
	sqlite3_stmt *s = index_prepare(x, sql, e);

	if (s == NULL)
		return false;
	index_bind(s, 1, id);
	if (sqlite3_bind_parameter_count(s) > 1)
		sqlite3_bind_int(s, 2, state);
	bool done = sqlite3_step(s) == SQLITE_DONE;

	sqlite3_finalize(s);
	return done || index_fail(x, "write", e);
}

/* of a statement that shows holds */
struct refreshing {
	struct index *index;
	GError *error;
};

static bool refresh(const struct hold *h, void *user)
{
	struct refreshing *r = user;
	int64_t nr = index_place_of(r->index, h->id);

	return nr == 0 || put_facets(r->index, h, nr, &r->error);
}

/* s   shows whole holds; is finalized. What each does is told in its `error` */
static bool refresh_each(struct index *x, sqlite3_stmt *s,
			 bool (*each)(const struct hold *h, void *user), GError **e)
{
	struct refreshing r = { .index = x };
	bool done = s != NULL && index_show_rows(x, s, each, &r, e);

	if (r.error == NULL)
		return done;
	if (done)
		g_propagate_error(e, r.error);
	else
		g_error_free(r.error);
	return false;
}

static bool refresh_words(struct index *x, const char *id, GError **e)
{
	sqlite3_stmt *s = index_prepare(x, INDEX_SELECT_ONE "WHERE h.id=?", e);

	if (s != NULL)
		index_bind(s, 1, id);
	return refresh_each(x, s, refresh, e);
}

bool index_close_hold(struct index *x, const char *id, enum hold_state state, GError **e)
{
	index_enter(x);
	bool done = begin(x, e) &&
		    end(x,
			run(x, "UPDATE rcpts SET state=?2 WHERE id=?1 AND state=0", id,
			    (int)state, e) &&
				refresh_words(x, id, e),
			e);

	return index_leave(x, done);
}

bool index_remove(struct index *x, const char *id, GError **e)
{
	index_enter(x);
	bool done =
		begin(x, e) &&
		end(x,
		    run(x,
			"DELETE FROM texts WHERE rowid=(SELECT nr FROM docs WHERE id=?)",
			id, 0, e) &&
			    run(x, "DELETE FROM docs WHERE id=?", id, 0, e) &&
			    run(x, "DELETE FROM holds WHERE id=?", id, 0, e),
		    e);

	return index_leave(x, done);
}

/* SQLite refuses a change of "synchronous" inside of a transaction. */
static bool run_alone(struct index *x, const char *sql)
{
	pthread_mutex_lock(&x->lock);
	bool done = sqlite3_exec(x->db, sql, NULL, NULL, NULL) == SQLITE_OK;

	pthread_mutex_unlock(&x->lock);
	return done;
}

/* Words of what was deleted stand in FTS5's older lists until these are merged. */
bool index_tidy(struct index *x, GError **e)
{
	index_enter(x);
	return index_leave(x, run_alone(x, "INSERT INTO texts(texts) VALUES('optimize');"
					   "PRAGMA wal_checkpoint(TRUNCATE)") ||
				      index_fail(x, "tidy", e));
}

void index_refill(struct index *x)
{
	index_enter(x);
	index_leave(x, run_alone(x, "PRAGMA synchronous=NORMAL"));
}

/* A hold whose files were gone when an older version's index was made again. */
static bool place_old(const struct hold *h, void *user)
{
	struct refreshing *r = user;

	return put_searchable(r->index, h, &r->error);
}

static bool place_all(struct index *x, GError **e)
{
	return refresh_each(x, index_prepare(x, INDEX_SELECT_ONE "WHERE k.id IS NULL", e),
			    place_old, e);
}

/* What syncs the version syncs all that stands before it in the log of SQLite. Until then the
 * version is an old one, and a power cut means that all is made from the files again. */
bool index_set_version(struct index *x, GError **e)
{
	index_enter(x);
	char *sql = sqlite3_mprintf("PRAGMA synchronous=FULL; PRAGMA user_version=%d",
				    INDEX_VERSION);
	bool done = begin(x, e) && end(x, place_all(x, e), e) &&
		    (run_alone(x, sql) || index_fail(x, "write", e));

	sqlite3_free(sql);
	return index_leave(x, done);
}
