/* The banner: a warning at the top of the text and of the HTML part. Every byte that was
 * there stays where it was: the new message is the old one with bytes put in between, in the
 * part's own charset, transfer encoding and line ending. It is marked, so that it is never
 * put in twice and can be taken out again. */
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
};

enum { BANNER_SPLICES = 2 }; /* one text part, one HTML part */

struct banner {
	bool done;         /* there is something to put in */
	const char *words; /* for X-Wonted-Banner: "done (text, HTML)", "not done: ..." */
	struct splice splices[BANNER_SPLICES]; /* rising offsets */
	size_t n;
};

/* banner_make - find out where the banner goes, and what bytes that takes
 * own   a
 * cost  decodes the beginning of two parts, at most 256 KiB each
 * err   none: what must not or cannot be changed is left alone and b_r->words say why */
void banner_make(struct arena *a, const struct banner_setup *s, struct banner *b_r);

/* banner_apply - the raw message from an offset on, with the splices put in
 * in    from   at most the offset of the first splice: the body, or 0 for all of it
 * own   a
 * err   none */
struct bytes banner_apply(struct arena *a, struct bytes raw, size_t from,
			  const struct banner *b);

/* banner_strip - the raw message without the banners that banner_make() put into it
 * out   m->raw itself if there is none that was put in byte by byte so
 * own   a
 * err   none */
struct bytes banner_strip(struct arena *a, const struct message *m);

#endif
