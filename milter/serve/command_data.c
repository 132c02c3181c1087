/* Commands that read the data, on a worker. Values go out as they lie in a Redis that
 * "wonted store load" filled: with their stamp in front (store/stamp.h). */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/number.h"
#include "serve/glob.h"
#include "serve/handlers.h"
#include "serve/limits.h"
#include "serve/reply.h"
#include "store/stamp.h"

#define NUMBER_BYTES 20

#define CURSOR_MOST INT64_MAX
#define KEYS_A_PAGE 10 /* where COUNT is not said */

/* No key of ours begins as the generation's, and its value has no stamp. */
static void reply_value(const struct store_read *r, GString *out)
{
	char stamp[STAMP_BYTES];

	if (r->answer != ANSWER_YES) {
		reply_nil(out);
		return;
	}
	stamp_put(stamp, stamp_at(store_is_generation(r->key) ? 0 : r->expires_s));
	g_string_append_printf(out, "$%zu\r\n", r->value.n + STAMP_BYTES);
	g_string_append_len(out, stamp, STAMP_BYTES);
	g_string_append_len(out, r->value.at, (gssize)r->value.n);
	g_string_append(out, "\r\n");
}

void data_get(struct serving *s, const struct call *c, GString *out)
{
	(void)s;
	reply_value(&c->key[0], out);
}

void data_mget(struct serving *s, const struct call *c, GString *out)
{
	(void)s;
	reply_array(out, c->n);
	for (size_t i = 0; i < c->n; i++)
		reply_value(&c->key[i], out);
}

void data_exists(struct serving *s, const struct call *c, GString *out)
{
	int64_t there = 0;

	(void)s;
	for (size_t i = 0; i < c->n; i++)
		there += c->key[i].answer == ANSWER_YES;
	reply_int(out, there);
}

void data_strlen(struct serving *s, const struct call *c, GString *out)
{
	const struct store_read *r = &c->key[0];

	(void)s;
	reply_int(out, r->answer == ANSWER_YES ? (int64_t)r->value.n + STAMP_BYTES : 0);
}

void data_type(struct serving *s, const struct call *c, GString *out)
{
	(void)s;
	reply_status(out, c->key[0].answer == ANSWER_YES ? "string" : "none");
}

/* -2: it is not there; -1: for ever; else the second */
static int64_t expires_of(const struct call *c)
{
	const struct store_read *r = &c->key[0];

	if (r->answer != ANSWER_YES)
		return -2;
	return r->expires_s == 0 ? -1 : r->expires_s;
}

void data_ttl(struct serving *s, const struct call *c, GString *out)
{
	int64_t at_s = expires_of(c);

	(void)s;
	reply_int(out, at_s < 0 ? at_s : MAX(at_s - clock_now_s(), 0));
}

void data_pttl(struct serving *s, const struct call *c, GString *out)
{
	int64_t at_s = expires_of(c);

	(void)s;
	reply_int(out, at_s < 0 ? at_s : MAX(at_s * 1000 - g_get_real_time() / 1000, 0));
}

void data_expiretime(struct serving *s, const struct call *c, GString *out)
{
	(void)s;
	reply_int(out, expires_of(c));
}

/* --- SCAN --- */

struct page {
	struct bytes pattern; /* n 0: all */
	struct bytes prefix, from;
	uint64_t most;
	bool nothing; /* keys of another type are wanted */
	size_t steps, looks;
	GString *keys; /* as they are sent */
	size_t n;
	GString *next; /* where it goes on */
	bool more;
};

/* Page after page: that a page is empty says nothing. */
static bool see_key(const struct store_record *r, void *to)
{
	struct page *p = to;

	if (p->n == p->most || p->looks == 0 || p->steps == 0) {
		g_string_append_len(p->next, r->key.at, (gssize)r->key.n);
		p->more = true;
		return false;
	}
	p->looks--;
	if (p->nothing || (p->pattern.n > 0 && !glob_fits(p->pattern, r->key, &p->steps)))
		return true;
	reply_text(p->keys, r->key);
	p->n++;
	return true;
}

static bool read_number(struct bytes word, uint64_t most, uint64_t *n_r)
{
	char text[NUMBER_BYTES];
	int64_t n;

	if (word.n == 0 || word.n >= sizeof(text))
		return false;
	memcpy(text, word.at, word.n);
	text[word.n] = '\0';
	if (!number_parse(text, 0, (int64_t)MIN(most, (uint64_t)INT64_MAX), &n))
		return false;
	*n_r = (uint64_t)n;
	return true;
}

/* Behind the cursor. false: the error was said */
static bool parse_page(const struct call *c, struct page *p, GString *out)
{
	for (size_t i = 2; i < c->q.n; i += 2) {
		struct bytes name = c->q.word[i], value;
		bool good = i + 1 < c->q.n;

		value = good ? c->q.word[i + 1] : (struct bytes){ 0 };
		if (good && command_is(name, "match") && value.n <= 2 * LIMIT_KEY_BYTES)
			p->pattern = value;
		else if (good && command_is(name, "count"))
			good = read_number(value, INT64_MAX, &p->most) && p->most > 0;
		else if (good && command_is(name, "type"))
			p->nothing = !command_is(value, "string");
		else
			good = false;
		if (!good) {
			reply_error(out, "ERR syntax error");
			return false;
		}
	}
	p->most = MIN(p->most, LIMIT_SERVE_SCAN_KEYS);
	return true;
}

static bool find_begin(struct serving *s, const struct call *c, struct arena *a,
		       struct page *p, GString *out)
{
	uint64_t cursor;

	if (!read_number(c->q.word[1], CURSOR_MOST, &cursor)) {
		reply_error(out, "ERR invalid cursor");
		return false;
	}
	p->prefix = glob_prefix(p->pattern, a);
	if (cursor == 0)
		return true;
	if (scan_cursors_get(s->cursors, cursor, a, &p->from))
		return true;
	reply_error(out,
		    "ERR this cursor is forgotten: too many scans were begun since, or "
		    "wonted-store was started again; begin again with 0");
	return false;
}

static void reply_page(struct serving *s, const struct page *p, GString *out)
{
	struct bytes next = { p->next->str, p->next->len };
	uint64_t cursor = p->more ? scan_cursors_put(s->cursors, next) : 0;
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, cursor);
	reply_array(out, 2);
	reply_text(out, bytes_of(text));
	reply_array(out, p->n);
	g_string_append_len(out, p->keys->str, (gssize)p->keys->len);
}

void data_scan(struct serving *s, const struct call *c, GString *out)
{
	struct page p = { .most = KEYS_A_PAGE,
			  .steps = LIMIT_SERVE_SCAN_STEPS,
			  .looks = LIMIT_SERVE_SCAN_LOOKS,
			  .keys = g_string_new(NULL),
			  .next = g_string_new(NULL) };
	struct arena *a = arena_create();
	GError *e = NULL;

	if (parse_page(c, &p, out) && find_begin(s, c, a, &p, out)) {
		const struct store_scan scan = {
			.prefix = p.prefix, .from = p.from, .see = see_key, .to = &p
		};

		if (dataset_scan(s->dataset, &scan, &e))
			reply_page(s, &p, out);
		else
			reply_error(out, "LOADING %s", e->message);
		g_clear_error(&e);
	}
	arena_destroy(&a);
	g_string_free(p.keys, TRUE);
	g_string_free(p.next, TRUE);
}
