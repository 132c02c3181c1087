/* Whose holds: no operation of the quarantine can be called without saying so. A scope that
 * was forgotten (all zero) admits nothing. */
#ifndef QUARANTINE_SCOPE_H
#define QUARANTINE_SCOPE_H

#include <glib.h>
#include <stdbool.h>

#include "quarantine/hold.h"

enum hold_scope_kind {
	HOLD_SCOPE_NOTHING,
	HOLD_SCOPE_ALL,
	HOLD_SCOPE_TENANT,
	HOLD_SCOPE_MAILBOX
};

struct hold_scope {
	struct quarantine *of; /* where they are held */
	enum hold_scope_kind kind;
	const char *tenant; /* of HOLD_SCOPE_TENANT and HOLD_SCOPE_MAILBOX */
	const char
		*mailbox; /* its address, of HOLD_SCOPE_MAILBOX: only what is held for it,
				and of that only its own part */
	const char *holds; /* ids, "," between: nothing but these; NULL: any */
};

/* hold_scope_all - what an operator of the machine may see */
struct hold_scope hold_scope_all(struct quarantine *q);

/* hold_scope_tenant - what is held for one tenant
 * own   the caller keeps the text */
struct hold_scope hold_scope_tenant(struct quarantine *q, const char *tenant);

/* hold_scope_mailbox - what is held for one mailbox of a tenant
 * own   the caller keeps the texts */
struct hold_scope hold_scope_mailbox(struct quarantine *q, const char *tenant,
				     const char *mailbox);

/* hold_scope_admits - may this hold be seen or changed at all? */
bool hold_scope_admits(const struct hold_scope *scope, const struct hold *h);

/* hold_scope_admits_id - may something of this id be seen, by its id alone? */
bool hold_scope_admits_id(const struct hold_scope *scope, const char *id);

/* hold_scope_admits_rcpt - and this recipient's part of it?
 * in    r   of a hold that the scope admits */
bool hold_scope_admits_rcpt(const struct hold_scope *scope, const struct hold_rcpt *r);

/* hold_parts_admit - is this recipient's part one of those that were asked for?
 * in    parts   NULL: any */
bool hold_parts_admit(const struct hold_parts *parts, const struct hold_rcpt *r);

/* hold_rcpt_is_meant - is an operation on these parts of a scope for this recipient: is it
 *                      still held, and do both admit it?
 * in    parts   NULL: any
 *       r       of a hold that the scope admits */
bool hold_rcpt_is_meant(const struct hold_scope *scope, const struct hold_parts *parts,
			const struct hold_rcpt *r);

/* hold_scope_words - whose holds they are, for a sentence: "", or " for tenant \"one\""
 * own   the caller frees with g_free() */
char *hold_scope_words(const struct hold_scope *scope);

/* hold_address_key - the form in which addresses of holds are compared
 * out   of what is no address, its own bytes as valid UTF-8 in lower case
 * own   the caller frees with g_free() */
char *hold_address_key(const char *address);

#endif
