/* Any bytes as what a Redis server says: parsed by hiredis, then read as values, roles, maps
 * and redirections. */
#include <glib.h>

#include "base/arena.h"
#include "store/redis_command.h"
#include "store/redis_server.h"
#include "store/redis_slots.h"
#include "store/redis_trouble.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void see(unsigned first, unsigned last, bool master, const struct redis_address *a,
		void *to)
{
	(void)master;
	g_assert(first < SLOTS && last < SLOTS && a->text != NULL);
	(*(size_t *)to)++;
}

static void look_at(const redisReply *reply, const struct redis_address *from)
{
	struct arena *a = arena_create();
	struct store_read r = { .answer = ANSWER_UNKNOWN };
	struct redis_address *to;
	size_t seen = 0;
	unsigned slot;
	bool ask;

	redis_value_out(&r, reply, 1700000000, a);
	for (size_t i = 0; reply->type == REDIS_REPLY_ARRAY && i < reply->elements; i++)
		redis_value_out(&r, reply->element[i], 1700000000, a);
	redis_role_fits(REDIS_MASTER, reply);
	redis_role_fits(REDIS_REPLICA, reply);
	redis_slots_see(reply, from, see, &seen);
	if (reply->str != NULL) {
		redis_trouble_of(reply->str);
		slot_of((struct bytes){ reply->str, (size_t)reply->len });
		if (redis_redirect(reply->str, from, &ask, &slot, &to)) {
			g_assert(slot < SLOTS);
			redis_address_free(to);
		}
	}
	arena_destroy(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct redis_address *from = redis_address_new("192.0.2.1", 7000);
	redisReplyObjectFunctions makers;
	redisReader *reader = redis_reader_new(&makers);
	void *reply = NULL;

	redisReaderFeed(reader, (const char *)data, size);
	while (redisReaderGetReply(reader, &reply) == REDIS_OK && reply != NULL) {
		look_at(reply, from);
		freeReplyObject(reply);
		reply = NULL;
	}
	redisReaderFree(reader);
	redis_address_free(from);
	return 0;
}
