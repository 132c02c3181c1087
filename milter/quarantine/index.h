/* The index of holds: what is found by recipient, text or time without opening a file. The
 * files are the truth; the index can be made again from them. */
#ifndef QUARANTINE_INDEX_H
#define QUARANTINE_INDEX_H

#include <glib.h>
#include <stdbool.h>

#include "quarantine/hold.h"

struct index;

/* index_open - open or make the index
 * own   index_close()
 * use   one handle, any thread
 * err   NULL: e names the file. A damaged file is no error, see index_look() */
struct index *index_open(const char *path, GError **e);

/* index_close - give back; NULL is allowed */
void index_close(struct index *x);

/* index_put - put a hold in, or in the place of an older row of its id; durable when it returns,
 *             but for index_refill()
 * err   false: e says why; nothing was changed */
bool index_put(struct index *x, const struct hold *h, GError **e);

/* index_has - is there a row of this id?
 * err   false too when the index cannot be read: putting it again is harmless */
bool index_has(struct index *x, const char *id);

/* index_is_over - is there a row of this id, and nobody it is still held for?
 * err   false too when the index cannot be read */
bool index_is_over(struct index *x, const char *id);

/* index_held - ids of all that is held for somebody, at once: asking for each would take longer
 *              than looking at them
 * out   a set
 * own   the caller frees with g_hash_table_unref()
 * err   what cannot be read is not in it */
GHashTable *index_held(struct index *x);

/* index_look - is it still the file at its path, and sound? If not, it is opened anew; a
 *              damaged one is kept under another name
 * out   *anew_r   it was opened anew: rows may be missing
 * err   false: it cannot be opened; e says why */
bool index_look(struct index *x, bool *anew_r, GError **e);

/* index_remove - as if there had never been a hold of this id
 * err   false: e says why */
bool index_remove(struct index *x, const char *id, GError **e);

/* index_tidy - what was removed is in no unused room of its files either
 * cost  reads and writes all of its words
 * err   false: e says why */
bool index_tidy(struct index *x, GError **e);

/* index_newest - when the newest hold came; 0: there is none
 * err   0 too when it cannot be read */
int64_t index_newest(struct index *x);

/* index_count_held - how many messages somebody is still held for
 * cost  looks at all of them
 * err   0 too when it cannot be read */
int64_t index_count_held(struct index *x);

/* index_close_hold - a hold whose files are gone: who was still held gets this state
 * err   false: e says why */
bool index_close_hold(struct index *x, const char *id, enum hold_state state, GError **e);

/* index_is_older - was it made by a version that kept less of a hold?
 * err   false too when it cannot be read */
bool index_is_older(struct index *x);

/* index_refill - all rows will be put in again: until index_set_version() they are not waited
 *                for one by one
 * err   then they are waited for */
void index_refill(struct index *x);

/* index_set_version - all rows are as this version makes them, and on disk; from now on each
 *                     is again when index_put() returns
 * err   false: e says why */
bool index_set_version(struct index *x, GError **e);

/* What a list is asked for. */
struct index_query {
	const struct hold_scope *scope;
	const struct hold_filter *filter;
};

/* index_list - as hold_list(), but for `doubtful`, which no index knows, and then for `most`
 * err   false: e says why */
bool index_list(struct index *x, const struct index_query *query,
		bool (*each)(const struct hold *h, void *user), void *user, GError **e);

/* index_find - holds with this id, or else with this queue id
 * in    each   as of index_list()
 * err   false: e says why; finding none is no error */
bool index_find(struct index *x, const char *id,
		bool (*each)(const struct hold *h, void *user), void *user, GError **e);

/* index_same - ids of holds of this fingerprint received since then, newest first, some 100
 * own   *ids_r: free with g_strfreev()
 * err   false: e says why */
bool index_same(struct index *x, const char *fingerprint, int64_t since_s, char ***ids_r,
		GError **e);

/* index_mailboxes - whom anything is still held for that came since then
 * in    each   called once for a mailbox of a tenant; address as the newest of its holds has it;
 *              false ends it
 * err   false: e says why */
bool index_mailboxes(struct index *x, int64_t since_s,
		     bool (*each)(const char *tenant, const char *address, void *user),
		     void *user, GError **e);

/* What a hold weighs against the limits. */
struct index_weight {
	const char *id;
	size_t bytes;
	int verdict; /* the worst of its recipients', enum verdict; -1: none is known */
};

/* index_weigh - all that is held for somebody, newest first
 * err   false: e says why */
bool index_weigh(struct index *x, void (*each)(const struct index_weight *w, void *user),
		 void *user, GError **e);

/* index_expired - ids of holds past their time that still have a held recipient
 * own   *ids_r: free with g_strfreev()
 * err   false: e says why */
bool index_expired(struct index *x, int64_t now_s, char ***ids_r, GError **e);

#endif
