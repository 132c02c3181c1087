/* A scene for plans: a message, its recipients with what was decided about each, and an
 * editor that writes down what it is told and can be made to fail. */
#ifndef TEST_SCENE_H
#define TEST_SCENE_H

#include <glib.h>

#include "action/plan.h"
#include "config/snapshot.h"

enum { SCENE_RCPTS = 8, SCENE_POLICIES = 4, SCENE_TENANTS = 2 };

struct scene {
	struct arena *arena;
	struct options options;
	struct snapshot snapshot;
	struct tenant tenants[SCENE_TENANTS]; /* of example.org, example.com */
	struct policy policies[SCENE_POLICIES];
	struct envelope envelope;
	struct recipient rcpts[SCENE_RCPTS];
	struct decision decisions[SCENE_RCPTS];
	struct decisions all;
	struct auth_results auth;
	struct plan_setup setup;
	struct plan plan;
	/* the editor: what it was told, and the calls that fail by name, "hold,body" */
	GString *log;
	const char *fails;
	size_t n_calls, fail_every; /* fail_every > 0: each such call fails */
	bool held[SCENE_RCPTS];
	GPtrArray *deleted, *added; /* recipients */
};

static inline void scene_begin(struct scene *s, const char *raw)
{
	struct message_limits limits = { .max_bytes = 1 << 20 };

	*s = (struct scene){ .arena = arena_create(), .log = g_string_new(NULL) };
	s->deleted = g_ptr_array_new();
	s->added = g_ptr_array_new();
	s->options.mode = MODE_ENFORCE;
	s->options.enforce_percent = 100;
	s->options.recipient_delimiter = "+";
	s->options.observe_headers = true;
	s->options.headers = HEADERS_FULL;
	s->options.snapshot = &s->snapshot;
	s->snapshot.tenants = g_hash_table_new(g_str_hash, g_str_equal);
	for (size_t i = 0; i < SCENE_TENANTS; i++) {
		const char *domain = i == 0 ? "example.org" : "example.com";

		s->tenants[i].name = i == 0 ? "one" : "two";
		g_hash_table_insert(s->snapshot.tenants, (gpointer)(guintptr)domain,
				    &s->tenants[i]);
	}
	for (size_t i = 0; i < SCENE_POLICIES; i++)
		s->policies[i] = (struct policy){
			.name = "default",
			.enforce_percent = 100,
			.malicious_points = 9000,
			.suspicious_points = 5000,
			.spam_points = 6000,
			.graymail_points = 4000,
			.junk_extension = "+junk",
			.reject_text = "Message refused: {reasons} ({id})",
		};
	s->policies[1].junk_by = JUNK_BY_EXTENSION;
	s->options.policies = s->policies;
	s->options.n_policies = SCENE_POLICIES;
	s->envelope.rcpts = s->rcpts;
	s->all.at = s->decisions;
	s->setup = (struct plan_setup){
		.options = &s->options,
		.message = message_parse(s->arena, bytes_of(raw), &limits),
		.envelope = &s->envelope,
		.decisions = &s->all,
		.authserv_id = "mx.example.org",
		.id = "4XyZ1",
	};
}

/* What the listener would have noted. */
static inline void scene_sweep(struct scene *s)
{
	struct header_sweep *all = header_sweep_create(s->arena, s->setup.authserv_id);

	header_sweep_message(all, s->setup.message);
	s->setup.sweep = all;
}

/* One more recipient: a.example.org, b.example.org, ... */
static inline struct decision *scene_rcpt(struct scene *s, enum verdict v,
					  enum action action, const struct policy *p)
{
	size_t i = s->all.n++;
	char *address = arena_printf(s->arena, "rcpt-%c@example.org", (int)('a' + i));

	s->envelope.n_rcpts = s->all.n;
	s->rcpts[i] = (struct recipient){ .address = address, .key = address };
	s->decisions[i] = (struct decision){
		.rcpt = address,
		.verdict = v,
		.action = action,
		.mode = MODE_ENFORCE,
		.policy = p == NULL ? &s->policies[0] : p,
	};
	s->decisions[i].milli[AXIS_THREAT] = v >= VERDICT_SUSPICIOUS ? 6500 : 0;
	s->decisions[i].milli[AXIS_SPAM] = v == VERDICT_SPAM ? 7250 : 0;
	s->decisions[i].milli[AXIS_GRAYMAIL] = v == VERDICT_GRAYMAIL ? 4000 : 0;
	return &s->decisions[i];
}

/* The last recipient is of another domain. */
static inline void scene_move(struct scene *s, const char *domain)
{
	char *address =
		arena_printf(s->arena, "rcpt-%c@%s", (int)('a' + s->all.n - 1), domain);

	s->rcpts[s->all.n - 1] = (struct recipient){ .address = address, .key = address };
	s->decisions[s->all.n - 1].rcpt = address;
}

static inline bool scene_call(struct scene *s, const char *name, const char *text)
{
	bool fails = s->fails != NULL && strstr(s->fails, name) != NULL;

	if (s->fail_every > 0 && ++s->n_calls % s->fail_every == 0)
		fails = true;
	g_string_append_printf(s->log, "%s%s %s\n", fails ? "FAILED " : "", name, text);
	return !fails;
}

static inline bool scene_insert(void *self, int index, const char *name,
				const char *value)
{
	struct scene *s = self;

	g_assert_cmpint(index, ==, 0);
	return scene_call(s, "insert", arena_printf(s->arena, "%s: %s", name, value));
}

static inline bool scene_add(void *self, const char *name, const char *value)
{
	struct scene *s = self;

	return scene_call(s, "append", arena_printf(s->arena, "%s: %s", name, value));
}

static inline bool scene_change(void *self, const char *name, size_t nth,
				const char *value)
{
	struct scene *s = self;

	return scene_call(s, "change",
			  arena_printf(s->arena, "%s %zu: %s", name, nth, value));
}

static inline bool scene_delete(void *self, const char *name, size_t nth)
{
	struct scene *s = self;

	return scene_call(s, "remove", arena_printf(s->arena, "%s %zu", name, nth));
}

static inline bool scene_body(void *self, struct bytes body)
{
	struct scene *s = self;

	return scene_call(s, "body", arena_printf(s->arena, "%zu", body.n));
}

static inline bool scene_hold(void *self, const struct plan *p, struct plan_hold *h)
{
	struct scene *s = self;
	GString *who = g_string_new(h->id);
	bool held;

	g_assert_true(h >= p->holds && h < p->holds + p->n_holds);
	for (size_t i = 0; i < h->n_rcpts; i++)
		g_string_append_printf(who, " %zu", h->rcpts[i]);
	held = scene_call(s, "hold", who->str);
	for (size_t i = 0; i < h->n_rcpts; i++)
		s->held[h->rcpts[i]] |= held;
	g_string_free(who, TRUE);
	return held;
}

static inline bool scene_delete_rcpt(void *self, const char *address)
{
	struct scene *s = self;
	bool done = scene_call(s, "off", address);

	if (done)
		g_ptr_array_add(s->deleted, (gpointer)(guintptr)address);
	return done;
}

static inline bool scene_add_rcpt(void *self, const char *address)
{
	struct scene *s = self;
	bool done = scene_call(s, "on", address);

	if (done)
		g_ptr_array_add(s->added, (gpointer)(guintptr)address);
	return done;
}

static inline bool scene_reply(void *self, const char *code, const char *xcode,
			       const char *text)
{
	struct scene *s = self;

	return scene_call(s, "reply",
			  arena_printf(s->arena, "%s %s %s", code, xcode, text));
}

/* Make the plan and carry it out; *failed_r may be NULL. */
static inline enum disposition scene_play(struct scene *s, const char **failed_r)
{
	struct editor ed = {
		.self = s,
		.insert_header = scene_insert,
		.add_header = scene_add,
		.change_header = scene_change,
		.delete_header = scene_delete,
		.replace_body = scene_body,
		.hold = scene_hold,
		.delete_rcpt = scene_delete_rcpt,
		.add_rcpt = scene_add_rcpt,
		.set_reply = scene_reply,
	};
	const char *failed;

	plan_make(s->arena, &s->setup, &s->plan);
	return plan_carry_out(s->arena, &s->plan, &ed,
			      failed_r == NULL ? &failed : failed_r);
}

static inline void scene_end(struct scene *s)
{
	g_hash_table_destroy(s->snapshot.tenants);
	g_ptr_array_free(s->deleted, TRUE);
	g_ptr_array_free(s->added, TRUE);
	g_string_free(s->log, TRUE);
	arena_destroy(&s->arena);
}

static inline bool scene_has(const struct scene *s, const char *line)
{
	return strstr(s->log->str, line) != NULL;
}

#endif
