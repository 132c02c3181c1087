/* Requests for a release, by people who may not release such a message themselves: each waits,
 * as a small file in the folder "requests" beside the holds, until somebody who may decides, or
 * the message is gone. */
#ifndef QUARANTINE_REQUEST_H
#define QUARANTINE_REQUEST_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "quarantine/scope.h"

struct request_for_release {
	int64_t time_s;
	const char *hold;    /* id */
	const char *mailbox; /* whose part of it */
	const char *who;     /* asked */
	const char *why;     /* in his words; "" */
};

/* request_folder - where they are
 * own   the caller frees with g_free() */
char *request_folder(const char *quarantine);

/* request_make - let a request wait; one that waits already for the same part is replaced
 * in    scope   of a mailbox; what it does not admit cannot be asked for
 *       who, why
 * err   false: nothing is held like that (WONTED_ERROR_INPUT), too many wait already, or the
 *       folder cannot be written */
bool request_make(const struct hold_scope *scope, const char *id, const char *who,
		  const char *why, GError **e);

/* request_list - requests for what a scope admits and is still held, oldest first
 * in    each   what h and r point to lives for the call only; false ends it
 * err   what cannot be read is not shown */
void request_list(const struct hold_scope *scope,
		  bool (*each)(const struct hold *h, const struct request_for_release *r,
			       void *user),
		  void *user);

/* request_ids - holds that somebody waits for, whoever he is
 * out   a set of ids
 * own   the caller frees with g_hash_table_unref() */
GHashTable *request_ids(const struct quarantine *q);

/* request_end - nobody waits for this hold any more, as far as the scope reaches
 * out   how many did
 * err   a request that cannot go is seen again */
unsigned request_end(const struct hold_scope *scope, const char *id);

#endif
