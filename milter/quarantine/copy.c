/* An MTA that did not hear the answer sends the message once more. */
#include "quarantine/copy.h"

#include <string.h>

#include "quarantine/fingerprint.h"

#define LEAVING_S 3600 /* what expires sooner may be on its way out already */

/* Is it whole, and the same still? The index may be older than a restored backup. */
bool copy_is_same(struct quarantine *q, const struct hold *old, const struct hold *h)
{
	char *text = NULL;
	size_t n = 0;

	if (old->expires_s < h->received_s + LEAVING_S ||
	    g_strcmp0(old->fingerprint, h->fingerprint) != 0 ||
	    g_strcmp0(old->tenant, h->tenant) != 0 || !hold_raw(q, old, &text, &n, NULL))
		return false;
	char *is = fingerprint_take(old->mail_from, (struct bytes){ text, n });
	bool same = strcmp(is, h->fingerprint) == 0;

	g_free(is);
	g_free(text);
	return same;
}

/* Marks the recipients that an older hold covers; returns whether any are left. */
bool copy_cover(const struct hold *old, const struct hold *h, bool *covered)
{
	GHashTable *held = g_hash_table_new(g_str_hash, g_str_equal);
	bool more = false;

	for (size_t i = 0; i < old->n_rcpts; i++)
		if (old->rcpts[i].state == HOLD_HELD)
			g_hash_table_add(held, (gpointer)(guintptr)old->rcpts[i].address);
	for (size_t i = 0; i < h->n_rcpts; i++) {
		if (covered[i] || !g_hash_table_contains(held, h->rcpts[i].address))
			continue;
		covered[i] = more = true;
	}
	g_hash_table_destroy(held);
	return more;
}
