/* Who saw, released, deleted or changed what, and why: a file that is only appended to, never
 * expires, and whose every line holds the hash of the one before. Addresses and names in it are
 * sealed (audit/seal.h): an erasure takes the person out of it, and the chain stays whole. */
#ifndef AUDIT_AUDIT_H
#define AUDIT_AUDIT_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct audit_entry {
	int64_t time_s;
	const char *what; /* "release", "delete", "view", "account" ... */
	const char *who;  /* account, login name or address; sealed */
	int64_t uid;      /* of the process; -1: it came over the network */
	const char *tool; /* "wonted quarantine", "wonted-review" */
	const char *role; /* of an account; NULL: none */
	const char *tenant;
	const char *hold;         /* id; NULL: not about a hold */
	const char *outcome;      /* "done", "begun", or why not */
	const char *why;          /* in the words of who did it; NULL: not said */
	const char *const *rcpts; /* addresses it was about, sealed; NULL: none */
};

/* audit_record - append an entry; on disk when it returns
 * in    folder   audit_dir; made if missing
 * use   any process, any thread
 * err   false: e names the file */
bool audit_record(const char *folder, const struct audit_entry *entry, GError **e);

/* What audit_verify() saw. */
struct audit_seen {
	uint64_t lines;
	char head[65];     /* hash of the last line: to be noted elsewhere */
	bool broken_off;   /* behind them stands one that was never acknowledged */
	uint64_t expected; /* lines that were acknowledged, by the file of the head */
};

/* audit_verify - is the chain whole, and does it reach as far as was acknowledged?
 * in    noted   a head that was noted elsewhere, which must be one of the chain; NULL: none
 * err   false: e says at which line and what that means */
bool audit_verify(const char *folder, const char *noted, struct audit_seen *seen_r,
		  GError **e);

/* audit_list - all entries, oldest first, opened as far as there are keys
 * in    each   what entry points to lives for the call only; false ends it
 *       most_bytes   only of the last so many bytes of the file; 0: all
 * err   false: e names the file; no file is no error */
bool audit_list(const char *folder, size_t most_bytes,
		bool (*each)(const struct audit_entry *entry, void *user), void *user,
		GError **e);

/* audit_erase - destroy the key of a person: all that is sealed under it stays closed
 * in    by     who erases, what, why; recorded, without the person
 * out   *was_there_r   something was sealed under it
 * err   false: e names the file */
bool audit_erase(const char *folder, const char *person, const struct audit_entry *by,
		 bool *was_there_r, GError **e);

#endif
