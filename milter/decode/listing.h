/* What is inside of a file, and inside of that: archives are opened with libarchive,
 * messages and winmail.dat by those who can read them. This runs in a child; it must be
 * able to read any bytes whatever, but need not survive them. */
#ifndef DECODE_LISTING_H
#define DECODE_LISTING_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/file_visitor.h"
#include "decode/answer.h"

/* Readers of what libarchive does not know. Each shows all the files it finds to a visitor. */
struct decode_openers {
	/* what is read from disk or made once, before the door is closed; NULL */
	void (*prepare)(void);
	void (*mail)(struct bytes raw, const struct file_visitor *v); /* RFC 5322; NULL */
	void (*tnef)(struct bytes file,
		     const struct file_visitor *v); /* winmail.dat; NULL */
};

/* Where what is found is told, at once: who is killed has told all until then. */
struct decode_listener {
	void (*tell)(void *user, const struct decode_entry *e);
	void *user;
};

struct decode_task {
	const char *name; /* of the file; "" */
	struct bytes file;
	int64_t until_us; /* clock_mono_us(); then it ends by itself */
};

/* decode_list - tell what is in a file
 * out   why the answer as a whole is not all there is
 * err   what cannot be read is told
 * cost  bounded by LIMIT_DECODE_* and until_us */
enum decode_why decode_list(const struct decode_openers *openers,
			    const struct decode_task *task,
			    const struct decode_listener *listener);

#endif
