/* The banner: a warning at the top of each text that a reader may see first. Every byte that was
 * there stays where it was: the new message is the old one with bytes put in between, in the
 * part's own charset, transfer encoding and line ending. It is marked, so that it can be taken
 * out again; what looks like one of ours and came in with the message is taken out before. */
#ifndef ACTION_BANNER_H
#define ACTION_BANNER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "config/words.h"
#include "message/message.h"

/* bytes put into the message */
struct splice {
	size_t at; /* offset in the raw message before which they go */
	struct bytes insert;
};

struct banner_setup {
	const struct message *message;
	enum verdict verdict;
	enum language language;
	const char *const *reasons; /* valid UTF-8; the first few are shown */
	size_t n_reasons;
	bool disowned; /* its Content-Type is not what its signature (DKIM) proves, or stands
			  twice: no form that it gives the message is a reason to spare it */
};

enum { BANNER_SPLICES = 8 }; /* parts that a reader may see first */

struct banner {
	bool done;         /* there is something to put in */
	bool sure;         /* whoever reads the message sees it */
	const char *words; /* for X-Wonted-Banner: "done (text, HTML)", "not done: ..." */
	struct bytes
		raw; /* the message without older banners: what the splices go into; its
			      header is as it was */
	struct splice splices[BANNER_SPLICES]; /* rising offsets */
	size_t n;
};

/* banner_make - find out where the banner goes, and what bytes that takes
 * own   a
 * cost  decodes the beginning of a few parts, at most 256 KiB each
 * err   what must not or cannot be changed is left alone and b_r->words say why */
void banner_make(struct arena *a, const struct banner_setup *s, struct banner *b_r);

/* banner_apply - a banner's raw message from an offset on, with the splices put in
 * in    from   at most the offset of the first splice: the body, or 0 for all of it
 * own   a */
struct bytes banner_apply(struct arena *a, size_t from, const struct banner *b);

/* banner_strip - a message without the banners in it, and without what looks much like them
 * out   m itself if there is none; else with header fields and parts, without texts. What
 *       banner_make() put in is gone byte by byte; anything else leaves a line end
 * own   a
 * err   of many copies in a part some may stay */
const struct message *banner_strip(struct arena *a, const struct message *m);

#endif
