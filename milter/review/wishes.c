/* Read from the store, stated through its writer: the page itself writes nothing there. */
#include "review/wishes.h"

#include <string.h>

#include "base/clock.h"
#include "mailbox/mailbox.h"
#include "store/keys.h"

#define SEEN_TRIES 60 /* of 50 ms, until a statement is in the store */
#define SEEN_EVERY_US 50000
#define MS 1000

static enum answer read_key(const struct wishes *w, enum family family, const char *part1,
			    const char *part2, struct bytes *value_r)
{
	struct store_read r = { .key = key_build(w->arena, family, w->tenant, part1,
						 part2) };

	store_read_many(w->store, &r, 1, 0, w->arena);
	*value_r = r.value;
	return r.answer;
}

/* the mailbox that is meant, and the policy that holds for it */
static bool find_mailbox(const struct exchange *x, struct wishes *w)
{
	struct policy_seeker who = { .address = w->mailbox };
	struct mailbox box = { 0 };
	struct bytes value;
	enum answer got = read_key(w, FAMILY_MAILBOX, w->mailbox, NULL, &value);

	if (got == ANSWER_UNKNOWN)
		return false;
	if (got == ANSWER_YES && mailbox_decode(w->arena, value, &box) == ANSWER_YES) {
		who.named = box.policy;
		who.flags = box.flags;
		who.n_flags = box.n_flags;
		w->mailbox = mailbox_canonical(&box, w->mailbox);
	}
	w->policy = options_policy(x->review->options, &who);
	return true;
}

bool wishes_open(const struct exchange *x, struct wishes *w)
{
	const struct identity *who = &x->session.who;
	const struct review_memory *m = &x->review->memory;

	*w = (struct wishes){ 0 };
	if (who->role != ROLE_USER || who->mailbox == NULL || m->store == NULL)
		return false;
	w->store = m->store(m->to);
	if (w->store == NULL)
		return false;
	w->arena = arena_create();
	w->tenant = who->tenant;
	w->mailbox = options_mailbox(x->review->options, w->arena, who->mailbox);
	return find_mailbox(x, w);
}

void wishes_close(struct wishes *w)
{
	if (w->arena != NULL)
		arena_destroy(&w->arena);
}

struct scan {
	struct wishes *w;
	void (*each)(const struct wishes_entry *entry, void *user);
	void *user;
};

static bool see(const struct store_record *record, void *user)
{
	struct scan *s = user;
	struct wishes_entry one;
	struct key_parts parts;
	struct preference p;

	if (!key_split(s->w->arena, record->key, &parts) ||
	    preference_decode(s->w->arena, record->value, &p) != ANSWER_YES)
		return true;
	one.entry = parts.part2;
	one.signer = p.signer;
	preference_look(&p, preference_entry_kind(one.entry), NULL, clock_now_s(),
			&one.view);
	if (one.view.kind != PREFERENCE_NONE)
		s->each(&one, s->user);
	return true;
}

bool wishes_list(struct wishes *w,
		 void (*each)(const struct wishes_entry *entry, void *user), void *user,
		 GError **e)
{
	struct scan s = { .w = w, .each = each, .user = user };

	return store_scan(
		w->store,
		key_prefix_of(w->arena, FAMILY_PREFERENCE, w->tenant, w->mailbox), see,
		&s, e);
}

bool wishes_received(const struct wishes *w, const char *message,
		     struct received *received_r)
{
	struct bytes value;

	return read_key(w, FAMILY_RECEIVED, w->mailbox, message, &value) == ANSWER_YES &&
	       received_decode(w->arena, value, received_r) == ANSWER_YES;
}

const char *wishes_entry(const struct wishes *w, const struct received *r,
			 enum preference_entry *of_r, const char **signer_r)
{
	const struct preference_subject subject = received_subject(r);
	const char *entries[ENTRY_COUNT];

	preference_entries(w->arena, &subject, entries);
	*signer_r = entries[ENTRY_LIST] == NULL ? NULL : received_signer(r);
	*of_r = *signer_r != NULL ? ENTRY_LIST : ENTRY_SENDER;
	return entries[*of_r];
}

static enum answer read_entry(const struct wishes *w, const char *entry,
			      struct preference *p_r)
{
	struct bytes value;
	enum answer got = read_key(w, FAMILY_PREFERENCE, w->mailbox, entry, &value);

	*p_r = (struct preference){ 0 };
	return got == ANSWER_YES ? preference_decode(w->arena, value, p_r) : got;
}

void wishes_look(const struct wishes *w, const char *entry,
		 struct preference_view *view_r)
{
	struct preference p;

	read_entry(w, entry, &p);
	preference_look(&p, preference_entry_kind(entry), NULL, clock_now_s(), view_r);
}

char *wishes_words(const char *entry)
{
	size_t n = strlen(entry);

	switch (entry[0]) {
	case '<':
		return g_strdup_printf("the list %.*s", (int)n - 2, entry + 1);
	case '@':
		return g_strdup_printf("everybody at %s", entry + 1);
	case '?':
		return g_strdup_printf("mail that only says it is of %s", entry + 1);
	default:
		return g_strdup(entry);
	}
}

const char *wishes_next(const struct wishes *w, enum preference_kind kind)
{
	static const char *const met[ACTION_COUNT] = {
		[ACTION_PASS] = "is delivered, marked as spam in its header",
		[ACTION_BANNER] = "is delivered with a warning on top",
		[ACTION_JUNK] = "goes to your Junk folder",
		[ACTION_QUARANTINE] = "is held here",
		[ACTION_DEFER] = "is put off, and its sender's server tries again",
		[ACTION_REJECT] = "is refused",
	};

	if (w->policy->mode == MODE_OBSERVE)
		return "is delivered as before: nothing is done yet, only noted";
	if (kind == PREFERENCE_WANTED)
		return "goes to your inbox, unless it looks dangerous";
	return met[w->policy->on_spam];
}

/* true: what was just said is what the store says */
static bool is_seen(const struct wishes *w, const struct wish *wish, int64_t since_ms)
{
	struct preference p;

	read_entry(w, wish->entry, &p);
	return (wish->wants != NULL ? p.stated_ms : p.forgotten_ms) >= since_ms;
}

bool wishes_say(const struct exchange *x, const struct wishes *w, struct wish *wish,
		char **words_r)
{
	const struct review_memory *m = &x->review->memory;
	int64_t since_ms = g_get_real_time() / MS;
	bool seen = false;

	wish->tenant = w->tenant;
	wish->mailbox = w->mailbox;
	wish->by = x->session.who.name;
	if (!m->tell(wish, words_r, m->to))
		return false;
	for (int i = 0; i < SEEN_TRIES && !seen; i++) {
		seen = is_seen(w, wish, since_ms);
		if (!seen)
			g_usleep(SEEN_EVERY_US);
	}
	g_free(*words_r);
	*words_r = g_strdup(seen ? "it counts from the next message on"
				 : "it is written down, and counts in a moment");
	return true;
}
