/* What the parts of the index share. Nobody else includes it. */
#ifndef QUARANTINE_INDEX_DB_H
#define QUARANTINE_INDEX_DB_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>

#include "quarantine/index.h"

struct sqlite3;
struct sqlite3_stmt;

#define INDEX_VERSION 3 /* what rows hold; PRAGMA user_version, 0 before there were any */
#define INDEX_IDLE 8 /* of the statements of lists, and whoever reads at the same time */
#define INDEX_PLACES 20 /* bits: holds of one second */

/* what index_show_rows() reads, before FROM */
#define INDEX_SELECT_HOLDS                                                        \
	"SELECT h.id, h.queue_id, h.mail_from, h.header_from, h.subject,"         \
	" h.message_id, h.reasons, h.tenant, h.received_s, h.expires_s, h.bytes," \
	" c.fingerprint, c.seen, c.seen_s, d.name, d.client, k.campaign FROM "
#define INDEX_JOIN_HOLDS                                                   \
	" CROSS JOIN holds h ON h.id=k.id LEFT JOIN copies c ON c.id=h.id" \
	" LEFT JOIN details d ON d.id=h.id "
/* by id or queue id; a row that an older version left may have no place in the list yet */
#define INDEX_SELECT_ONE                                                        \
	INDEX_SELECT_HOLDS "holds h LEFT JOIN docs k ON k.id=h.id"              \
			   " LEFT JOIN copies c ON c.id=h.id LEFT JOIN details" \
			   " d ON d.id=h.id "

struct index {
	struct sqlite3 *db;
	char *path;
	pthread_mutex_t lock;  /* one transaction at a time on the one connection */
	pthread_rwlock_t gate; /* taken to write by who opens it anew */
	dev_t dev;
	ino_t ino;
	atomic_bool broken; /* what is read of it is nonsense */
	pthread_mutex_t idle_lock;
	struct sqlite3_stmt *idle[INDEX_IDLE]; /* prepared, nobody uses them now; NULL */
};

/* index_fail - what SQLite says, as an error
 * err   it is always false */
bool index_fail(const struct index *x, const char *doing, GError **e);

/* index_prepare - a statement
 * own   sqlite3_finalize()
 * err   NULL: e says why */
struct sqlite3_stmt *index_prepare(const struct index *x, const char *sql, GError **e);

/* index_take - the same, of those that are prepared already if there is one: making a plan of a
 *              list takes as long as reading a page of it
 * own   index_give()
 * err   NULL: e says why */
struct sqlite3_stmt *index_take(struct index *x, const char *sql, GError **e);

/* index_give - give a statement back, or to somebody else; NULL is allowed */
void index_give(struct index *x, struct sqlite3_stmt *s);

/* index_bind - a text, copied */
void index_bind(struct sqlite3_stmt *s, int at, const char *text);

/* index_enter - before the database is used: nobody opens it anew until index_leave() */
void index_enter(struct index *x);

/* index_leave - after it
 * out   done
 * err   what is damaged is noted */
bool index_leave(struct index *x, bool done);

/* index_place - the first place in the list of a second */
int64_t index_place(int64_t s);

/* index_place_of - the place of a hold; 0: it has none yet */
int64_t index_place_of(const struct index *x, const char *id);

/* index_show_rows - run a SELECT of whole holds
 * own   s is given back
 * err   false: e says why; that `each` ended it is no error */
bool index_show_rows(struct index *x, struct sqlite3_stmt *s,
		     bool (*each)(const struct hold *h, void *user), void *user,
		     GError **e);

#endif
