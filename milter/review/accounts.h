/* Accounts that sign in with a password: a file, a line each, passwords as yescrypt hashes. The
 * wall around libcrypt. */
#ifndef REVIEW_ACCOUNTS_H
#define REVIEW_ACCOUNTS_H

#include <glib.h>
#include <stdbool.h>

#include "review/role.h"

/* Who somebody is, and what he may see. */
struct identity {
	enum role role;
	char *name;    /* of the account, or the address */
	char *tenant;  /* NULL: all tenants, of an admin alone */
	char *mailbox; /* of ROLE_USER */
	char *holds;   /* ids, "," between: only these; NULL: any */
};

/* identity_copy - all of it, on its own
 * own   identity_clear() */
struct identity identity_copy(const struct identity *i);

/* identity_clear - give back what is in it */
void identity_clear(struct identity *i);

/* identity_equal - the same person with the same rights? */
bool identity_equal(const struct identity *a, const struct identity *b);

/* account_find - the account of a name, as the file has it now
 * own   *i_r: identity_clear(); *hash_r: g_free()
 * err   false: there is none; e is set only where the file cannot be read */
bool account_find(const char *path, const char *name, struct identity *i_r, char **hash_r,
		  GError **e);

/* account_check - is this the password? Where there is no such account it takes as long
 * out   *i_r   only where it is
 * own   *i_r: identity_clear()
 * cost  some 50 ms and 16 MB
 * err   false: no; e is set only where the file cannot be read */
bool account_check(const char *path, const char *name, const char *password,
		   struct identity *i_r, GError **e);

/* account_put - add an account, or change it; the file is replaced whole
 * err   false: e names the file or the field that is wrong */
bool account_put(const char *path, const struct identity *i, const char *password,
		 GError **e);

/* account_remove - the same, and it is gone
 * err   false: there is none (WONTED_ERROR_INPUT), or e names the file */
bool account_remove(const char *path, const char *name, GError **e);

/* account_list - all accounts, in the order of the file
 * err   false: e names the file; no file is no error */
bool account_list(const char *path, void (*each)(const struct identity *i, void *user),
		  void *user, GError **e);

#endif
