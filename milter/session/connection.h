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
};

/* connection_serve - answer the MTA until one of both has enough
 * cost  while the MTA says nothing: no buffer
 * err   see out; whatever comes, the session is closed */
enum connection_end connection_serve(const struct connection_setup *setup);

#endif
