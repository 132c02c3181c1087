/* How a store comes to stand on a shelf (store/store.h), for store.c alone. */
#ifndef STORE_SHELF_H
#define STORE_SHELF_H

#include "store/backend.h"

struct store_wish {
	const struct store_ops *ops;
	const char *url, *rest; /* as open() of the ops wants it */
	const struct store_setup *setup;
};

/* shelf_open - the store that stands there already, or a new one that is put there
 * in    wish   its setup has a shelf
 *       open   makes a new one; where the ops say "once" it must not use the shelf
 * own   one reference for the caller: store_close()
 * err   NULL: open() failed, or what is open for reading was to be written; e says so
 * use   any thread */
struct store *shelf_open(const struct store_wish *wish,
			 struct store *(*open)(const struct store_wish *wish, GError **e),
			 GError **e);

/* shelf_close - give back one reference to a store that stands on a shelf
 * in    close   does away with it after the last one
 * err   none
 * use   any thread */
void shelf_close(struct store *s, void (*close)(struct store *s));

#endif
