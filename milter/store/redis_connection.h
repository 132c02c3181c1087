/* One connection to a Redis, and the exchange of questions and answers over many at once
 * under one deadline. Only redis*.c of this module include it. */
#ifndef STORE_REDIS_CONNECTION_H
#define STORE_REDIS_CONNECTION_H

#include <glib.h>
#include <hiredis/hiredis.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/bytes.h"
#include "store/redis_url.h"

/* A command that was put into a link, and who takes its answer. */
struct redis_question {
	/* called once, in exchange(); the reply goes with the call */
	void (*take)(struct redis_question *q, const redisReply *reply);
	unsigned skip; /* answers before its own: of ASKING, of what MULTI queues */
	bool answered;
};

enum redis_down {
	REDIS_UP,
	REDIS_REFUSED, /* no connection: certainly nothing was done */
	REDIS_DENIED,  /* connected, but the login was not accepted */
	REDIS_BROKEN,  /* hung up, or talked nonsense */
	REDIS_LATE,    /* the deadline came first */
};

/* A link that is down is dead: it can only be closed. */
struct redis_link {
	int fd;
	bool connecting;
	GString *out;
	gsize sent;
	redisReader *reader;
	redisReplyObjectFunctions makers; /* the reader's own */
	unsigned greeting; /* answers to the login that are still to come */
	GPtrArray *asked;  /* of struct redis_question, in order */
	guint answered;
	unsigned skipped;
	enum redis_down down;
	char *why; /* words about the failure; NULL while up */
};

/* where a server was found */
struct redis_sockaddr {
	struct sockaddr_storage at;
	socklen_t n; /* 0: not known yet */
};

/* redis_sockaddr_find - look an address up; numbers and paths at once, names wait for DNS
 * err   false: there is none now */
bool redis_sockaddr_find(const struct redis_address *a, bool names,
			 struct redis_sockaddr *sockaddr_r);

/* redis_reader_new - hiredis' parser, which takes no array that would eat the memory
 * in    makers   stay as long as the reader
 * own   redisReaderFree()
 * err   out of memory ends the process */
redisReader *redis_reader_new(redisReplyObjectFunctions *makers);

/* redis_link_open - begin to connect and to log in; never waits
 * own   redis_link_close()
 * err   a link that is down at once tells why */
struct redis_link *redis_link_open(const struct redis_sockaddr *sockaddr,
				   const struct redis_login *login);

/* redis_link_close - hang up; NULL is allowed */
void redis_link_close(struct redis_link *l);

/* redis_link_quiet - has it been quiet since its last answer? One that a server has hung up
 *                    on, or that talks unasked, is not */
bool redis_link_quiet(const struct redis_link *l);

/* redis_append_command - append a command to what will be sent
 * in    word   n of them; any bytes */
void redis_append_command(GString *out, const struct bytes *word, size_t n);

/* redis_link_expect - the answer to the command that was appended last goes to q
 * own   q stays until the exchange is over */
void redis_link_expect(struct redis_link *l, struct redis_question *q);

/* redis_exchange - send all that was put into n links, and take all answers: everything is
 *                  written before anything is waited for
 * in    deadline_us  on clock_mono_us(); links that are not done by then are REDIS_LATE
 * err   see each link's `down`; a question without an answer has answered == false
 * use   one thread for each link */
void redis_exchange(struct redis_link **l, size_t n, int64_t deadline_us);

#endif
