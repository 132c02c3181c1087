/* The line that clamd answers with. */
#ifndef CLAMD_ANSWER_H
#define CLAMD_ANSWER_H

#include "base/arena.h"
#include "base/bytes.h"

struct clamd_answer {
	enum clamd_result { CLAMD_CLEAN, CLAMD_FOUND, CLAMD_UNCHECKED } result;
	const char *name; /* FOUND: what; printable */
	const char *why;  /* UNCHECKED: why, in words; printable */
};

/* clamd_read_answer - what a line of clamd says
 * in    line   any bytes
 * own   a
 * err   UNCHECKED: it is an error, or nothing that clamd says */
struct clamd_answer clamd_read_answer(struct arena *a, struct bytes line);

#endif
