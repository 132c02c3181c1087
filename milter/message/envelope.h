/* What the door knows about a message beside its bytes: RFC 5321's envelope and session. */
#ifndef MESSAGE_ENVELOPE_H
#define MESSAGE_ENVELOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct recipient {
	const char *address; /* as given by the MTA, without angle brackets */
	const char *key; /* lower case, A-label domain: what stores and policies know */
};

/* Every text may be NULL: the MTA did not say. */
struct envelope {
	const char *client_addr; /* text of an IPv4 or IPv6 address, v4-mapped unmapped */
	const char *client_name; /* verified name, or NULL */
	const char *helo;
	const char *mail_from; /* without brackets; "" is the null sender */
	const struct recipient *rcpts;
	size_t n_rcpts;
	bool rcpts_cut; /* there are more than LIMIT_RCPTS: the rest is not known */
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
