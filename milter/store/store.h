/* The memory: keys and values in a store that a URL names, asked in one batch a message.
 * What a value means is not known here (see store/codec.h and the modules above). */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/answer.h"
#include "base/arena.h"
#include "base/bytes.h"
#include "base/compiler.h"

struct store;
struct store_registry;

struct store_setup {
	bool write;             /* the one writer (the tool, wonted-learn); else reader */
	int64_t (*now_s)(void); /* for what expires; NULL is clock_now_s() */
	struct store_registry *registry; /* stores in it are shared; or NULL */
	int64_t keep_s; /* what is written for a time is kept no longer than this; 0: as it says */
	size_t first_map_bytes; /* lmdb: first size of the map, 0 is the usual one */
	size_t batch_bytes; /* lmdb-snapshot: of the values answered in one batch; what
				   is beyond is UNKNOWN. 0: no bound */
	bool renew_by_hand; /* lmdb-snapshot: store_renew() alone takes another file */
	/* lmdb-snapshot: it must hold the keys of these slots, up to the end; 0, 0: of all */
	unsigned first_slot, end_slot;
	bool any_slots; /* whatever shard it is */
};

/* one question of a batch */
struct store_read {
	struct bytes key;   /* in: 1..LIMIT_KEY_BYTES bytes, as key_build() makes them */
	struct bytes value; /* out: only with YES; a copy in the caller's arena */
	enum answer
		answer; /* out: YES found, NO certainly absent, UNKNOWN could not ask */
	int64_t expires_s; /* out: only with YES; the second since 1970, 0 is never */
};

enum store_write_kind {
	STORE_PUT,    /* the value as it is */
	STORE_MERGE,  /* what merge() makes of the old value and this one */
	STORE_DELETE, /* absent afterwards; absent before is fine */
};

/* one change of a batch */
struct store_write {
	struct bytes key;
	enum store_write_kind kind;
	struct bytes value;
	int64_t ttl_s;     /* seconds from now until it is absent by itself; 0 is never */
	int64_t expires_s; /* the second since 1970 instead, of what is copied; or 0 */
	/* Must be a pure function: a store may call it again when somebody else was
	 * faster. old.at is NULL when there is none. false leaves the old value (it is of
	 * a newer version than we know). The result lives in a; an empty one means absent. */
	bool (*merge)(struct bytes old, struct bytes change, struct arena *a,
		      struct bytes *new_r);
};

enum store_wrote {
	STORE_WROTE = 1,
	STORE_FAILED = -1,    /* certainly nothing was written */
	STORE_UNCERTAIN = -2, /* something may have been; repeating it must be harmless */
};

/* store_open - open the store a URL names: "lmdb:PATH", "lmdb-snapshot:PATH" (only read, made by
 *              "wonted store build"), "mem:", "fault:N:URL" (every Nth
 *              answer and write fails, 0 none), "fault:N+MS:URL" (and every call takes MS
 *              milliseconds longer)
 * in    setup   NULL is a reader with the usual settings
 * own   the caller gives it back with store_close()
 * err   NULL: unknown scheme, unusable path, or a file that is damaged; e names it. A
 *       reader's store that does not exist yet is no error: it is empty until it does
 * use   an lmdb path must not be open twice in one process (POSIX locks): whoever opens
 *       stores that may overlap gives them one setup.registry */
struct store *store_open(const char *url, const struct store_setup *setup, GError **e);

/* A registry: the stores that a process has open, so that none is opened a second time, alone
 * or in a pair, by whatever configuration. */

/* store_registry_new - an empty one
 * own   store_registry_unref(); stores in it keep it, too */
struct store_registry *store_registry_new(void);

/* store_registry_ref - one more owner
 * out   registry */
struct store_registry *store_registry_ref(struct store_registry *registry);

/* store_registry_unref - one owner less; sets *registry to NULL
 * in    *registry may be NULL */
void store_registry_unref(struct store_registry **registry);

/* store_close - one owner less; the last one closes it; sets *s to NULL
 * in    *s may be NULL */
void store_close(struct store **s);

/* store_url - the URL it was opened with */
const char *store_url(const struct store *s);

/* store_read_many - ask all questions at once
 * in    r[n].key     what is beyond LIMIT_BATCH_KEYS is answered UNKNOWN
 *       deadline_us  on clock_mono_us(); 0 is none
 * out   r[n].answer, r[n].value
 * own   values belong to a
 * err   never fails as a whole: what was not answered in time is UNKNOWN
 * cost  one read transaction (lmdb), one round trip to each server
 * use   any thread */
void store_read_many(struct store *s, struct store_read *r, size_t n, int64_t deadline_us,
		     struct arena *a);

/* store_write_many - change all keys at once, in order
 * in    s   opened with setup.write; several writes of one key see each other
 * err   STORE_FAILED, STORE_UNCERTAIN: e says what to repair
 * cost  one transaction, synced to disk when it returns (lmdb)
 * use   one thread at a time */
enum store_wrote store_write_many(struct store *s, const struct store_write *w, size_t n,
				  GError **e) MUST_CHECK;

/* what a scan sees */
struct store_record {
	struct bytes key, value;
	int64_t expires_s; /* the second since 1970 from which it is absent; 0 is never */
};

/* store_scan - see every record whose key begins with a prefix, in no promised order
 * in    see   false stops the scan; must not call the store; the bytes go with the call
 * err   false: the store failed in between; e says why. Being stopped is no failure
 * use   tools only: it may hold up the writer's reuse of space */
bool store_scan(struct store *s, struct bytes prefix,
		bool (*see)(const struct store_record *record, void *to), void *to,
		GError **e);

struct store_scan {
	struct bytes prefix;
	struct bytes from; /* the first key that is seen, or empty */
	bool (*see)(const struct store_record *record, void *to);
	void *to;
};

/* store_scan_sorted - store_scan() from any key on, in the order of the keys' bytes
 * err   false: the store failed in between, or has no order (a server); e says which */
bool store_scan_sorted(struct store *s, const struct store_scan *scan, GError **e);

#define STORE_GENERATION_BYTES 17
/* Asked for like a key, in a batch: the generation of a snapshot that answers that batch. What
 * follows decides the slot of a cluster, as in any key. Others than snapshots have no such key. */
#define STORE_GENERATION_KEY "!generation"

/* store_is_generation - is it that key, of whatever slot? */
static inline bool store_is_generation(struct bytes key)
{
	return bytes_hold(key, 0, bytes_of(STORE_GENERATION_KEY));
}

/* what is known of a snapshot that is open */
struct store_generation {
	char id[STORE_GENERATION_BYTES]; /* 16 hexadecimal digits of its sum */
	int64_t keys, bytes, built_s;    /* built_s: 0 where its manifest does not say */
	unsigned first_slot, last_slot;  /* whose keys it holds */
	bool verified;                   /* each of its bytes was looked at */
};

/* store_generation - of which snapshot does a store answer now?
 * err   false: of none; also of a store of another kind */
bool store_generation(struct store *s, struct store_generation *generation_r);

/* store_renew - take the file that stands at the path of a snapshot now, after each of its bytes
 *               was compared with its manifest; batches go on meanwhile, on the old one. The
 *               file that was open from the beginning is compared, too
 * out   YES: another one is answered from now; NO: there is nothing new
 * err   UNKNOWN: what stands there is no good, or not there; the old one stays, and where that
 *       is the one that is no good, all is unknown. e says why when it was found out, and is
 *       NULL as long as it stays so
 * cost  reads all of a new file
 * use   one thread; of stores opened with renew_by_hand */
enum answer store_renew(struct store *s, GError **e);

struct store_sound {
	uint64_t pages;   /* looked at; 0: this kind of store has none */
	uint64_t entries; /* found in them */
};

/* store_sound - is what carries the store sound? For files: every page that is in use, and
 *               of a snapshot every byte against its manifest
 * err   false: no; e says what is wrong and what to do
 * cost  reads the whole file
 * use   tools only */
bool store_sound(struct store *s, struct store_sound *sound_r, GError **e);

#endif
