/* Mailboxes from files: read and checked whole, then laid over what a store knows.
 *
 * An alias and its mailbox share what they know of correspondents. Histories are written
 * under the mailbox to which `canonical` leads (behavior/alias_map.h). Who judges a message
 * cannot follow it without a second batch; so he keeps where aliases lead, and asks the
 * mailbox in the batch of the next message, whose answer says whether that still holds
 * (lookup/aliases.h). What an address learned before it was an alias stays its own and is
 * added to what its mailbox knows. One step is followed, no chain: files resolve theirs. */
#ifndef MAILBOX_MAILBOXES_H
#define MAILBOX_MAILBOXES_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "config/options.h"
#include "mailbox/mailbox.h"
#include "store/store.h"

enum mailbox_format {
	MAILBOX_CSV, /* a header line with address, kind, canonical, locale, policy, flags */
	MAILBOX_LDIF, /* as ldapsearch prints it */
	MAILBOX_MAP, /* virtual, alias or mailbox map of Postfix, as text or as "postmap -s"
			 prints it */
};

struct mailbox_reading {
	const char *name; /* for messages */
	struct bytes text;
	enum mailbox_format format;
	const struct options *options;
	const struct tenant *tenant; /* of options; addresses of others are not taken */
	const char *domain; /* maps: of names without one; NULL: such names are skipped */
};

struct mailbox_row {
	const char *address; /* address_key() form */
	struct mailbox box;
};

struct mailbox_list {
	const struct mailbox_row *at;
	size_t n;
	size_t skipped; /* LDIF and maps: what is no address of the tenant */
	size_t local;   /* of them: names without a domain */
};

/* mailboxes_read - all mailboxes of a file; chains of aliases lead to their end
 * own   a
 * err   false: e holds up to 20 lines "FILE:LINE: what is wrong"; nothing is taken
 * ref   RFC 4180, RFC 2849, virtual(5), aliases(5) */
bool mailboxes_read(const struct mailbox_reading *r, struct arena *a,
		    struct mailbox_list *list_r, GError **e);

/* mailboxes_write - lay the rows over what is stored: an empty field leaves what is there
 * err   false: up to 50,000 rows are written all or not at all; repeating it is harmless;
 *       e says why */
bool mailboxes_write(struct store *s, const char *tenant, const struct mailbox_list *list,
		     GError **e);

/* mailboxes_share - lay what the store has of mailboxes over the aliases that lead to them,
 *                   where one of the two is in the list
 * err   false: e says why; repeating it is harmless
 * cost  two scans of the tenant's mailboxes; memory for those that have aliases
 * use   after mailboxes_write() of the list */
bool mailboxes_share(struct store *s, const char *tenant, const struct mailbox_list *list,
		     GError **e);

#endif
