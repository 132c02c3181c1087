/* Who owns the slots of a cluster. */
#ifndef STORE_REDIS_SLOTS_H
#define STORE_REDIS_SLOTS_H

#include <glib.h>
#include <hiredis/hiredis.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "store/redis_url.h"
#include "store/slot.h"

/* redis_slots_see - see who owns what, in the answer to CLUSTER SLOTS
 * in    from   who answered: a node may leave out its own host
 *       see    master is false for a replica of the range; the address goes with the call
 * err   false: it is no such answer; some may have been seen */
bool redis_slots_see(const redisReply *reply, const struct redis_address *from,
		     void (*see)(unsigned first, unsigned last, bool master,
				 const struct redis_address *a, void *to),
		     void *to);

/* redis_redirect - take "MOVED 3999 192.0.2.1:6381" or "ASK ..." apart
 * in    from   who said it
 * own   *address_r: redis_address_free()
 * err   false: it is neither */
bool redis_redirect(const char *text, const struct redis_address *from, bool *ask_r,
		    unsigned *slot_r, struct redis_address **address_r);

#endif
