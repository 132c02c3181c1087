/* A child that looks into files: one request at a time, until its parent closes the
 * socket or kills it. */
#ifndef DECODE_CHILD_H
#define DECODE_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "decode/listing.h"

#define DECODE_CHILD_ARGUMENT "--decode-child"

#define DECODE_NAME_BYTES 256 /* of a file, with its NUL */

/* What is asked, beside the file itself, which comes as a descriptor. Both are one program, so
 * it goes over as it lies in memory. */
struct decode_request {
	uint64_t bytes;
	int64_t until_us; /* clock_mono_us() is one for all processes */
	char name[DECODE_NAME_BYTES];
};

/* the first byte that a child sends: the doors are closed; or they could not be, and text
 * that says why follows */
enum decode_greeting { DECODE_READY = 'R', DECODE_FAILED = 'X' };

/* decode_is_child - was this program started to be one? */
bool decode_is_child(int argc, char *const *argv);

/* decode_child_run - be one, on standard input, which is a socket
 * out   exit status
 * err   the parent is told why it could not begin
 * use   instead of everything else in main(); never returns to other work */
int decode_child_run(char *const *argv, const struct decode_openers *openers);

#endif
