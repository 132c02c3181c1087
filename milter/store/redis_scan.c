/* Scanning a server page by page: the cursor is the server's, so nothing is held there in
 * between, and mail is answered while a tool scans. */
#include "store/redis_scan.h"

#include <string.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/error.h"
#include "store/redis_command.h"

#define KEYS_A_PAGE "500"
#define CURSOR_BYTES 24

struct page {
	struct redis_question q;
	char cursor[CURSOR_BYTES];
	GPtrArray *keys; /* of GBytes */
	char *error;
	bool good;
};

struct wanted {
	struct redis_question q;
	struct store_read r;
	int64_t expires_s;
	struct redis_scan *scan;
	struct arena *a;
};

static void free_bytes(void *b)
{
	g_bytes_unref(b);
}

static void take_page(struct redis_question *q, const redisReply *reply)
{
	struct page *p = (struct page *)q;
	const redisReply *cursor, *keys;

	if (reply->type == REDIS_REPLY_ERROR)
		p->error = g_strdup(reply->str);
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2)
		return;
	cursor = reply->element[0];
	keys = reply->element[1];
	if (cursor->type != REDIS_REPLY_STRING || (size_t)cursor->len >= CURSOR_BYTES ||
	    keys->type != REDIS_REPLY_ARRAY)
		return;
	g_strlcpy(p->cursor, cursor->str, CURSOR_BYTES);
	for (size_t i = 0; i < keys->elements; i++) {
		const redisReply *key = keys->element[i];

		if (key->type == REDIS_REPLY_STRING)
			g_ptr_array_add(p->keys, g_bytes_new(key->str, (gsize)key->len));
	}
	p->good = true;
}

static void take_value(struct redis_question *q, const redisReply *reply)
{
	struct wanted *w = (struct wanted *)q;

	redis_value_out(&w->r, reply, w->scan->now_s, w->a);
	if (w->r.answer == ANSWER_YES)
		w->expires_s = redis_expires_of(
			(struct bytes){ reply->str, (size_t)reply->len });
}

/* As a pattern that means nothing but itself, and a star. */
static GString *make_pattern(struct bytes prefix)
{
	GString *p = g_string_new(NULL);

	for (size_t i = 0; i < prefix.n; i++) {
		if (prefix.at[i] != '\0' && strchr("*?[]\\^-", prefix.at[i]) != NULL)
			g_string_append_c(p, '\\');
		g_string_append_c(p, prefix.at[i]);
	}
	return g_string_append_c(p, '*');
}

static bool fetch_page(struct redis_link *l, const GString *pattern, struct page *p)
{
	struct bytes word[] = {
		bytes_of("SCAN"),  bytes_of(p->cursor),
		bytes_of("MATCH"), { pattern->str, pattern->len },
		bytes_of("COUNT"), bytes_of(KEYS_A_PAGE),
	};

	p->good = false;
	p->q.take = take_page;
	redis_append_command(l->out, word, COUNT_OF(word));
	redis_link_expect(l, &p->q);
	redis_exchange(&l, 1, clock_mono_us() + REDIS_PATIENCE_US);
	return p->good;
}

static bool show_page(struct redis_link *l, struct redis_scan *scan,
		      const GPtrArray *keys)
{
	struct arena *a = arena_create();
	struct wanted *w = arena_new(a, struct wanted, keys->len);

	for (guint i = 0; i < keys->len; i++) {
		struct redis_command get = { .kind = COMMAND_GET };

		get.key.at = g_bytes_get_data(g_ptr_array_index(keys, i), &get.key.n);
		w[i] = (struct wanted){ .q = { .take = take_value },
					.r = { .key = get.key, .answer = ANSWER_UNKNOWN },
					.scan = scan,
					.a = a };
		redis_command_put(l->out, &get);
		redis_link_expect(l, &w[i].q);
	}
	redis_exchange(&l, 1, clock_mono_us() + REDIS_PATIENCE_US);
	for (guint i = 0; l->down == REDIS_UP && i < keys->len && !scan->stopped; i++) {
		const struct store_record record = { .key = w[i].r.key,
						     .value = w[i].r.value,
						     .expires_s = w[i].expires_s };

		if (w[i].r.answer == ANSWER_YES)
			scan->stopped = !scan->see(&record, scan->to);
	}
	arena_destroy(&a);
	return l->down == REDIS_UP;
}

bool redis_scan(struct redis_server *s, struct redis_scan *scan, GError **e)
{
	struct redis_link *l = redis_server_take(s, true);
	struct page p = { .cursor = "0" };
	GString *pattern = make_pattern(scan->prefix);
	bool good = true;

	p.keys = g_ptr_array_new_with_free_func(free_bytes);
	do {
		g_ptr_array_set_size(p.keys, 0);
		good = fetch_page(l, pattern, &p) && show_page(l, scan, p.keys);
	} while (good && !scan->stopped && strcmp(p.cursor, "0") != 0);
	if (!good)
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_STORE,
			    "store \"%s\": cannot read all keys of %s: %s", scan->url,
			    s->address->text,
			    p.error != NULL  ? p.error
			    : l->why != NULL ? l->why
					     : "it answered something odd");
	redis_server_give(s, l, REDIS_PATIENCE_US);
	g_ptr_array_unref(p.keys);
	g_string_free(pattern, TRUE);
	g_free(p.error);
	return good;
}
