/* The decoders and the message are wired together here, for neither knows the other: a child
 * is given the readers of mail, and a message the pool of children. */
#ifndef DECODING_H
#define DECODING_H

#include <stdint.h>

#include "decode/child.h"
#include "decode/pool.h"
#include "message/decoder.h"

/* the program that runs, to be executed again */
#define DECODING_PROGRAM "/proc/self/exe"

/* One message's files on their way to the pool. */
struct decoding {
	struct decode_pool *pool; /* NULL: all stays unchecked */
	int64_t until_us;         /* of all its files together */
	int files;                /* that were handed over */
};

/* decoding_begin - make a decoder for one message
 * in    d   lives as long as the decoder, and is used by one thread */
struct file_decoder decoding_begin(struct decoding *d);

/* decoding_child - be a child, if this program was started to be one
 * use   first of all in main()
 * out   does not return when it was */
void decoding_child(int argc, char *const *argv);

#endif
