/* A virus scanner beside us: clamd, over its socket. The message goes there whole, as it came.
 * It is asked beside DNS, on a thread of its own, and has its own deadline; what it could not
 * say is "unchecked", never "clean", and mail goes on. */
#ifndef CLAMD_CLAMD_H
#define CLAMD_CLAMD_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "clamd/answer.h"

struct clamd_setup {
	const char *socket;  /* as option clamd: unix:PATH, inet:PORT@ADDRESS */
	size_t max_bytes;    /* what is longer is not sent */
	int64_t deadline_us; /* on clock_mono_us() */
};

struct clamd_scan;

/* clamd_begin - start to ask; never blocks
 * in    s      read now, not kept
 *       raw    must live until clamd_finish()
 * own   clamd_finish()
 * err   see the answer */
struct clamd_scan *clamd_begin(const struct clamd_setup *s, struct bytes raw);

/* clamd_finish - wait for the answer, at most to the deadline; sets *s to NULL
 * in    *s   NULL is allowed, if nobody wants the answer
 * out   answer_r   NULL: it does not matter any more
 * own   a
 * err   see the answer */
void clamd_finish(struct clamd_scan **s, struct arena *a, struct clamd_answer *answer_r);

#endif
