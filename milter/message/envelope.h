/* What the listener knows about a message beside its bytes: RFC 5321's envelope and session. */
#ifndef MESSAGE_ENVELOPE_H
#define MESSAGE_ENVELOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct recipient {
	const char
		*address; /* who it is, as the MTA resolved it: what a release goes to */
	const char *
		key; /* of its mailbox, address_key() form: what stores and policies know;
			    NULL: unresolved */
	const char
		*spelling; /* by which the MTA knows it when it is to be taken off; NULL:
				   by its address */
	const char *unresolved; /* why nobody knows who it is; NULL: it is known */
};

/* Every text may be NULL: the MTA did not say. */
struct envelope {
	const char *client_addr; /* text of an IPv4 or IPv6 address, v4-mapped unmapped */
	const char *client_name; /* verified name, or NULL */
	const char *helo;
	const char *mail_from; /* as the MTA resolved it; "" is the null sender */
	const struct recipient *rcpts;
	size_t n_rcpts;
	bool rcpts_truncated; /* there are more than LIMIT_RCPTS: the rest is not known */
	const char *auth_user; /* SMTP AUTH login */
	const char *tls_version;
	const char *queue_id;
	const char
		*session_id;  /* ours, always set, for lines before there is a queue id */
	const char *mta_name; /* macro j: the MTA's own host name */
	int64_t received_s;   /* when MAIL FROM was heard */
	bool internal;        /* from our own networks or an authenticated user */
};

#endif
