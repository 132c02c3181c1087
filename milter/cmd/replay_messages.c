/* Raw messages decided by the rules in force and by others: nothing is undecidable, and nothing is
 * known of what people did with them. */
#include <stdio.h>

#include "base/json_line.h"
#include "cmd/command.h"
#include "cmd/listing.h"
#include "cmd/replay.h"

static void print_side(GString *out, const char *name, const struct decision *d)
{
	const char *rule = decision_rule(d);

	json_line_name(out, name);
	json_line_open(out, '{');
	listing_json_text(out, "verdict", verdict_names[d->verdict]);
	listing_json_text(out, "action", action_names[d->action]);
	listing_json_text(out, "rule", rule);
	json_line_close(out, '}');
}

static void print_changed(const char *path, const struct decision *was,
			  const struct decision *now)
{
	GString *out = listing_json_begin();

	listing_json_text(out, "file", path);
	listing_json_text(out, "address", now->rcpt);
	print_side(out, "was", was);
	print_side(out, "now", now);
	listing_json_print(out);
}

static void compare(struct replay_messages *m, const char *path,
		    const struct decision *was, const struct decision *now)
{
	static const bool nothing[2] = { false, false };
	const struct replay_was before = { was->verdict, was->action,
					   decision_rule(was) };

	m->done->rcpts++;
	if (was->verdict == now->verdict && was->action == now->action) {
		m->done->same++;
		return;
	}
	replay_count_change(m->done, &before, now, nothing);
	if (m->json)
		print_changed(path, was, now);
}

static void see(const char *path, struct bytes raw, void *user)
{
	struct replay_messages *m = user;
	struct transaction *was = message_run(m->was, arena_create(), m->told, raw);
	struct transaction *now = message_run(m->now, arena_create(), m->told, raw);
	bool whole = was->stopped == NULL && now->stopped == NULL &&
		     was->decisions.n == now->decisions.n;

	m->done->messages++;
	if (!whole)
		m->done->incomplete++;
	for (size_t i = 0; whole && i < now->decisions.n; i++)
		compare(m, path, &was->decisions.at[i], &now->decisions.at[i]);
	transaction_end(&was);
	transaction_end(&now);
}

static void failed(GError *e, void *user)
{
	struct replay_messages *m = user;

	m->failed++;
	command_fail("wonted replay", e);
}

void replay_messages(struct replay_messages *m, const char *path)
{
	message_each(path, &(struct message_visitor){ see, failed, m });
}
