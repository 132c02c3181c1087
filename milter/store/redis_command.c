/* The commands for one key, as bytes. Which server gets them is decided elsewhere. */
#include "store/redis_command.h"

#include <stdio.h>

#include "base/compiler.h"
#include "base/limits.h"

#define TTL_MOST_S (100LL * 366 * 86400)

/* Redis has no "set if it is still that": a script is the only way that needs no
 * connection of its own and works for one key in a cluster. */
static const char swap_script[] =
	"if (redis.call('GET',KEYS[1]) or '')~=ARGV[1] then return 0 end "
	"if ARGV[2]=='' then redis.call('DEL',KEYS[1]) "
	"elseif ARGV[3]=='0' then redis.call('SET',KEYS[1],ARGV[2]) "
	"else redis.call('SET',KEYS[1],ARGV[2],'EX',ARGV[3]) end return 1";

static void put_set(GString *out, const struct redis_command *o, const char *ttl)
{
	struct bytes word[] = { bytes_of("SET"), o->key, o->value, bytes_of("EX"),
				bytes_of(ttl) };

	redis_append_command(out, word, o->ttl_s == 0 ? 3 : 5);
}

void redis_command_put(GString *out, const struct redis_command *o)
{
	struct bytes get[] = { bytes_of("GET"), o->key };
	struct bytes del[] = { bytes_of("DEL"), o->key };
	char ttl[24];

	snprintf(ttl, sizeof(ttl), "%lld", (long long)MIN(o->ttl_s, TTL_MOST_S));
	struct bytes swap[] = { bytes_of("EVAL"), bytes_of(swap_script),
				bytes_of("1"),    o->key,
				o->old,           o->value,
				bytes_of(ttl) };

	switch (o->kind) {
	case COMMAND_GET:
		redis_append_command(out, get, COUNT_OF(get));
		break;
	case COMMAND_SET:
		put_set(out, o, ttl);
		break;
	case COMMAND_DELETE:
		redis_append_command(out, del, COUNT_OF(del));
		break;
	case COMMAND_SWAP:
		redis_append_command(out, swap, COUNT_OF(swap));
		break;
	}
}

struct bytes redis_value_of(struct bytes raw, int64_t now_s)
{
	if (raw.n < STAMP_BYTES || stamp_over(stamp_get(raw.at), now_s))
		return (struct bytes){ 0 };
	return (struct bytes){ raw.at + STAMP_BYTES, raw.n - STAMP_BYTES };
}

void redis_value_out(struct store_read *r, const redisReply *reply, int64_t now_s,
		     struct arena *a)
{
	struct bytes raw = { reply->str, (size_t)reply->len }, value;
	char *copy;

	if (reply->type == REDIS_REPLY_NIL)
		r->answer = ANSWER_NO;
	if (reply->type != REDIS_REPLY_STRING || raw.n < STAMP_BYTES ||
	    raw.n > STAMP_BYTES + LIMIT_VALUE_BYTES)
		return;
	value = redis_value_of(raw, now_s);
	r->answer = value.at != NULL ? ANSWER_YES : ANSWER_NO;
	if (value.at == NULL)
		return;
	copy = arena_alloc(a, value.n);
	if (value.n > 0)
		memcpy(copy, value.at, value.n);
	r->value = (struct bytes){ copy, value.n };
	r->expires_s = stamp_get(raw.at);
}

int64_t redis_expires_of(struct bytes raw)
{
	return raw.n < STAMP_BYTES ? 0 : stamp_get(raw.at);
}

struct bytes redis_value_in(struct bytes value, int64_t expires_s, struct arena *a)
{
	uint32_t stamp = stamp_at(expires_s);
	char *raw = arena_alloc(a, STAMP_BYTES + value.n);

	stamp_put(raw, stamp);
	if (value.n > 0)
		memcpy(raw + STAMP_BYTES, value.at, value.n);
	return (struct bytes){ raw, STAMP_BYTES + value.n };
}

int64_t redis_limit_us(int64_t deadline_us, int64_t now_us)
{
	int64_t patience_us = now_us + REDIS_PATIENCE_US;

	return deadline_us == 0 ? patience_us : MIN(deadline_us, patience_us);
}
