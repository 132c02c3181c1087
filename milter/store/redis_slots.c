/* Slots by arithmetic, owners by what nodes say. What they say comes from the network, so
 * every number is checked before it is an index. */
#include "store/redis_slots.h"

#include <string.h>

#include "base/number.h"

/* [host, port, id, ...]; a host that is empty, null or "?" is that of who answered */
static struct redis_address *node_address(const redisReply *node,
					  const struct redis_address *from)
{
	const redisReply *host, *port;
	const char *name;

	if (node->type != REDIS_REPLY_ARRAY || node->elements < 2)
		return NULL;
	host = node->element[0];
	port = node->element[1];
	if (port->type != REDIS_REPLY_INTEGER || port->integer < 1 ||
	    port->integer > 65535)
		return NULL;
	name = host->type == REDIS_REPLY_STRING && host->len > 0 &&
			       strcmp(host->str, "?") != 0
		       ? host->str
		       : from->host;
	return redis_address_new(name, (unsigned)port->integer);
}

static bool is_slot(const redisReply *r)
{
	return r->type == REDIS_REPLY_INTEGER && r->integer >= 0 && r->integer < SLOTS;
}

bool redis_slots_see(const redisReply *reply, const struct redis_address *from,
		     void (*see)(unsigned first, unsigned last, bool master,
				 const struct redis_address *a, void *to),
		     void *to)
{
	if (reply->type != REDIS_REPLY_ARRAY)
		return false;
	for (size_t i = 0; i < reply->elements; i++) {
		const redisReply *range = reply->element[i];

		if (range->type != REDIS_REPLY_ARRAY || range->elements < 3 ||
		    !is_slot(range->element[0]) || !is_slot(range->element[1]))
			return false;
		for (size_t k = 2; k < range->elements; k++) {
			struct redis_address *a = node_address(range->element[k], from);

			if (a != NULL)
				see((unsigned)range->element[0]->integer,
				    (unsigned)range->element[1]->integer, k == 2, a, to);
			redis_address_free(a);
		}
	}
	return true;
}

bool redis_redirect(const char *text, const struct redis_address *from, bool *ask_r,
		    unsigned *slot_r, struct redis_address **address_r)
{
	char **word = g_strsplit(text, " ", 4);
	char *colon;
	int64_t slot, port;
	bool good = g_strv_length(word) == 3 &&
		    (strcmp(word[0], "MOVED") == 0 || strcmp(word[0], "ASK") == 0) &&
		    number_parse(word[1], 0, SLOTS - 1, &slot) &&
		    (colon = strrchr(word[2], ':')) != NULL &&
		    number_parse(colon + 1, 1, 65535, &port);

	if (good) {
		*colon = '\0'; /* an IPv6 address stands there without brackets */
		*ask_r = word[0][0] == 'A';
		*slot_r = (unsigned)slot;
		*address_r = redis_address_new(*word[2] != '\0' ? word[2] : from->host,
					       (unsigned)port);
	}
	g_strfreev(word);
	return good;
}
