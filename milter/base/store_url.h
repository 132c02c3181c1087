/* The kinds of store as their URLs name them: for the option that names a store, and for the
 * stores. The two modules know nothing of each other. */
#ifndef BASE_STORE_URL_H
#define BASE_STORE_URL_H

#include <stddef.h>

enum store_url_kind {
#define STORE_URL(id, scheme, rest, form, full) STORE_URL_##id,
#include "base/store_url.def"
#undef STORE_URL
	STORE_URL_KINDS
};

/* what follows "scheme:" */
enum store_url_rest {
	STORE_URL_PATH,
	STORE_URL_SERVERS,
	STORE_URL_PAIR,
	STORE_URL_OVERLAY, /* a snapshot and an LMDB */
	STORE_URL_NOTHING,
	STORE_URL_TESTS /* what it will; refused in wonted.conf */
};

struct store_url {
	const char *scheme;
	enum store_url_rest rest;
	const char *form; /* as an admin writes it, for messages */
	const char *full; /* with all that may stand in it */
};

extern const struct store_url store_urls[STORE_URL_KINDS];

/* store_url_kind - which kind of store does a URL name?
 * out   *rest_r   what follows the colon, if it is one
 * err   STORE_URL_KINDS: none */
enum store_url_kind store_url_kind(const char *url, const char **rest_r);

#endif
