/* What somebody may do; each may what those before may. */
#ifndef REVIEW_ROLE_H
#define REVIEW_ROLE_H

enum role {
	ROLE_NONE,     /* not signed in */
	ROLE_USER,     /* one mailbox */
	ROLE_REVIEWER, /* a tenant */
	ROLE_ADMIN,    /* a tenant, or all */
	ROLE_COUNT
};

/* "none", "user", "reviewer", "admin" */
extern const char *const role_names[ROLE_COUNT];

#endif
