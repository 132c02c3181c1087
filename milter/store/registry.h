/* How a store gets into a registry (store/store.h), for store.c alone. */
#ifndef STORE_REGISTRY_H
#define STORE_REGISTRY_H

#include "base/store_url.h"
#include "store/backend.h"

struct store_request {
	const struct store_ops *ops;
	enum store_url_kind kind;
	const char *url, *rest; /* as open() of the ops wants it */
	const struct store_setup *setup;
};

/* registry_open - the store that stands there already, or a new one that is put there
 * in    request   its setup has a registry
 *       open   makes a new one; where the ops say "once" it must not use the registry
 * own   one reference for the caller: store_close()
 * err   NULL: open() failed, or what is open for reading was to be written; e says so
 * use   any thread */
struct store *registry_open(const struct store_request *request,
			    struct store *(*open)(const struct store_request *request,
						  GError **e),
			    GError **e);

/* registry_close - give back one reference to a store that is in a registry
 * in    close   does away with it after the last one
 * use   any thread */
void registry_close(struct store *s, void (*close)(struct store *s));

#endif
