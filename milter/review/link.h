/* Signed links: each opens one held message, or those of one summary, for one mailbox until a
 * date, and shows a page; what is done is done from there, by a form. */
#ifndef REVIEW_LINK_H
#define REVIEW_LINK_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct link_claim {
	char *mailbox, *tenant;
	char *hold; /* id; "@SERIAL": all of a summary of this mailbox */
	int64_t until_s;
};

/* link_key_read - the key that signs; made at its path when it is not there
 * own   the caller frees with g_free()
 * err   NULL: e names the file */
char *link_key_read(const char *path, GError **e);

/* link_sign - a token for a link
 * out   letters, digits, "-", "_", "~" and "."
 * own   the caller frees with g_free() */
char *link_sign(const char *key, const struct link_claim *claim);

/* link_open - what a token was signed for
 * own   *claim_r: link_claim_clear()
 * err   false: it is not ours, or its time is over */
bool link_open(const char *key, const char *token, int64_t now_s,
	       struct link_claim *claim_r);

/* link_is_digest - is it for all of a summary?
 * out   *serial_r   of which */
bool link_is_digest(const struct link_claim *claim, int64_t *serial_r);

/* link_claim_clear - give back what is in it */
void link_claim_clear(struct link_claim *claim);

/* link_proof - a keyed hash of a text, in hexadecimal digits
 * own   the caller frees with g_free() */
char *link_proof(const char *key, const char *text);

/* link_proves - is it the proof of this text? Takes as long whatever differs */
bool link_proves(const char *key, const char *text, const char *proof);

#endif
