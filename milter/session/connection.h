/* One connection from the MTA, from its negotiation to its end, on a thread of its own. */
#ifndef SESSION_CONNECTION_H
#define SESSION_CONNECTION_H

#include <stdbool.h>
#include <stdint.h>

#include "session/listener.h"

struct connection_setup {
	int fd; /* stays the caller's to close */
	struct listener *listener;
	int64_t idle_ms; /* most time between packets */
	int64_t packet_ms; /* most time from a packet's first byte to its last, and for the MTA to
			      take what is written */
};

enum connection_end {
	CONNECTION_OVER,      /* the MTA ended it */
	CONNECTION_TIMED_OUT, /* it was silent for too long, or slow */
	CONNECTION_MALFORMED, /* what it said cannot be understood: logged */
	CONNECTION_RESTS, /* not over: it has been silent since it last said something */
};

struct connection;

/* connection_open - the MTA has connected
 * in    setup   must live as long
 * own   connection_close() */
struct connection *connection_open(const struct connection_setup *setup);

/* connection_serve - answer the MTA until one of both has enough
 * out   CONNECTION_RESTS: after packet_ms of silence, once for each time that something was
 *       said: it has no buffer now. Call again, from whichever thread
 * err   see out */
enum connection_end connection_serve(struct connection *c);

/* connection_close - close its session; the descriptor stays */
void connection_close(struct connection *c);

#endif
