/* People from files: read and checked whole, then written to a store. */
#ifndef PERSON_PEOPLE_H
#define PERSON_PEOPLE_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "person/person.h"
#include "store/store.h"

struct people_list {
	const struct person *at;
	size_t n;
	size_t skipped; /* LDIF entries that are no person with an address */
};

/* people_read - all persons of a CSV (a header line with name, addresses, title, vip; several
 *               addresses separated by ";") or LDIF file (*.ldif)
 * own   a
 * err   false: e holds up to 20 lines "FILE:LINE: what is wrong"; nothing is taken
 * ref   RFC 4180, RFC 2849 */
bool people_read(const char *path, struct arena *a, struct people_list *list_r,
		 GError **e);

/* people_read_text - the same from memory
 * in    name   stands for the path in messages; its ending tells the format
 * own   a
 * err   as people_read() */
bool people_read_text(const char *name, struct bytes text, struct arena *a,
		      struct people_list *list_r, GError **e);

struct people_import {
	struct store *store; /* opened for writing */
	const char *tenant;
	int64_t now_s;
	bool remove; /* who is not in the list goes */
	unsigned
		max_removed_percent; /* of those stored; if more would go, nothing is done */
	/* each difference, before anything is written: before is NULL for who is added,
	 * after for who goes; may be NULL */
	void (*differs)(const struct person *before, const struct person *after,
			void *to);
	/* one more write for each address, or key.n == 0: none; may be NULL */
	struct store_write (*also)(struct arena *a, const struct person *p,
				   const char *address, void *to);
	/* called now and then; may be NULL */
	void (*progress)(size_t done, size_t all, void *to);
	void *to;
};

struct people_imported {
	size_t added, changed, same, gone;
	size_t stored; /* before; counted with remove only */
};

/* people_write - write persons, each under all addresses and name keys; names and addresses
 *                they had before are taken away
 * in    dry_run   only look what would change
 * out   done_r    with an error, too, as far as it got
 * err   false: up to 100,000 persons are written all or not at all; of more, those before the
 *       failure stay, and repeating it is harmless; e says why. Asked to remove too many:
 *       nothing is written, and e is WONTED_ERROR_INPUT */
bool people_write(const struct people_import *im, const struct people_list *list,
		  bool dry_run, struct people_imported *done_r, GError **e);

#endif
