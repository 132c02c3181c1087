/* What is asked of a Redis about one key, and how a value lies there: behind a stamp
 * (backend.h), so that what has expired by our clock is absent at once and everywhere; the
 * server's own expiry only clears away. */
#ifndef STORE_REDIS_COMMAND_H
#define STORE_REDIS_COMMAND_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "store/backend.h"
#include "store/redis_connection.h"

#define REDIS_PATIENCE_US 5000000 /* for an exchange that has no deadline of its own */

enum redis_command_kind {
	COMMAND_GET,
	COMMAND_SET,
	COMMAND_DELETE,
	COMMAND_SWAP, /* as SET or, with an empty value, DELETE, if what is there is `old` */
};

struct redis_command {
	struct redis_question q; /* must be first; whoever asks sets it */
	struct bytes key;
	enum redis_command_kind kind;
	struct bytes value; /* raw: stamp and value */
	struct bytes old;   /* raw; empty: there must be none */
	int64_t ttl_s;
	/* sees the answer, even an error; sets done to false when it is of no use */
	void (*answer)(struct redis_command *o, const redisReply *reply);
	void *user;
	void *transport; /* of whoever asks, like the two below */
	void *to;        /* the server it was sent on to, or NULL */
	bool again;      /* it must be asked there */
	bool done;       /* out */
	bool unsure;     /* out: not done, but it may have been sent */
};

/* redis_command_put - append the command */
void redis_command_put(GString *out, const struct redis_command *o);

/* redis_value_out - what a raw value says at a moment
 * in    reply   of GET, or an element of the reply to MGET
 * out   r->answer, r->value; UNKNOWN when it is no value of ours
 * own   a */
void redis_value_out(struct store_read *r, const redisReply *reply, int64_t now_s,
		     struct arena *a);

/* redis_value_in - a value as it will lie there
 * in    expires_s   0 is never
 * own   a */
struct bytes redis_value_in(struct bytes value, int64_t expires_s, struct arena *a);

/* redis_expires_of - the second from which a raw value is absent; 0 is never */
int64_t redis_expires_of(struct bytes raw);

/* redis_value_of - the value behind a raw one; at is NULL when it is absent at now_s */
struct bytes redis_value_of(struct bytes raw, int64_t now_s);

/* redis_limit_us - until when to wait
 * in    deadline_us  0 is none */
int64_t redis_limit_us(int64_t deadline_us, int64_t now_us);

#endif
