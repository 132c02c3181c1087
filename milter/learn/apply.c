/* The position is kept after the store has written, never before: what was written twice is
 * as if it were written once (preference/preference.c), what was not written comes again. */
#include "learn/apply.h"

#include "base/limits.h"
#include "base/log.h"
#include "journal/cursor.h"
#include "journal/dead_letter.h"
#include "journal/event.h"
#include "learn/writer_lock.h"

#define EVENTS_MOST 1000
#define WRITER_LOCK_MS 20000

struct applier {
	char *folder;
	struct store *store;
	struct cursor cursor;
	struct journal_reader *reader; /* NULL: to be opened at the cursor */
	struct apply_done done;
};

/* one batch */
struct batch {
	struct arena *arena;
	GArray *writes;  /* struct store_write */
	GPtrArray *dead; /* pairs of texts, in the arena */
	struct apply_done done;
	size_t lines;
	bool ended;
};

static void add_write(struct batch *b, const struct event *ev, const char *entry,
		      const struct preference *change)
{
	struct store_write w =
		preference_change(b->arena, ev->tenant, ev->mailbox, entry, change);

	g_array_append_val(b->writes, w);
}

static void take_feedback(struct batch *b, const struct event *ev)
{
	const struct preference_subject subject = received_subject(&ev->received);
	struct preference_evidence act = {
		.message = preference_mark(ev->message),
		.at_ms = ev->time_ms,
		.label = feedback_rows[ev->feedback].label,
		.feedback = ev->feedback,
		.sender = preference_mark(ev->received.sender),
	};
	const char *entries[ENTRY_COUNT];

	preference_entries(b->arena, &subject, entries);
	for (size_t i = 0; i < ENTRY_COUNT; i++) {
		if (entries[i] == NULL)
			continue;
		act.signer = i == ENTRY_LIST
				     ? preference_mark(received_signer(&ev->received))
				     : 0;
		act.list = i == ENTRY_LIST ? 0 : preference_mark(ev->received.list_id);
		if (i == ENTRY_DOMAIN && act.list != 0)
			continue; /* it would say nothing of the domain */
		add_write(b, ev, entries[i],
			  &(struct preference){ .evidence = &act, .n_evidence = 1 });
	}
}

static void take_preference(struct batch *b, const struct event *ev)
{
	const struct preference forget = { .forgotten_ms = ev->time_ms };
	const struct preference set = {
		.kind = ev->wants,
		.cause = ev->by,
		.signer = ev->signer,
		.since_s = ev->time_ms / 1000,
		.expires_s = ev->expires_s,
		.stated_ms = ev->time_ms,
	};

	add_write(b, ev, ev->entry, ev->said == EVENT_FORGET ? &forget : &set);
}

static void take_line(struct batch *b, struct bytes line)
{
	GError *why = NULL;
	struct event ev;

	b->lines++;
	if (!event_read(b->arena, line, &ev, &why)) {
		b->done.damaged++;
		g_ptr_array_add(b->dead,
				arena_strndup(b->arena, line.at,
					      MIN(line.n, LIMIT_DEAD_LETTER_LINE_BYTES)));
		g_ptr_array_add(b->dead, arena_strdup(b->arena, why->message));
		g_error_free(why);
		return;
	}
	b->done.mass += ev.mass;
	if (ev.mass)
		return;
	b->done.events++;
	if (ev.kind == RECORD_KIND_PREFERENCE)
		take_preference(b, &ev);
	else if (ev.feedback != FEEDBACK_COUNT)
		take_feedback(b, &ev);
}

static bool read_batch(struct applier *p, struct batch *b, GError **e)
{
	struct bytes line;
	enum answer got = ANSWER_YES;

	if (p->reader == NULL)
		p->reader = journal_reader_open(p->folder, &p->cursor.applied, e);
	while (p->reader != NULL && b->lines < EVENTS_MOST &&
	       (got = journal_reader_next(p->reader, &line, e)) == ANSWER_YES)
		take_line(b, line);
	b->ended = got == ANSWER_NO;
	return p->reader != NULL && got != ANSWER_UNKNOWN;
}

static bool write_batch(struct applier *p, const struct batch *b, GError **e)
{
	const struct store_write *w = (const struct store_write *)(void *)b->writes->data;
	int lock;

	if (b->writes->len > 0) {
		if (!writer_lock_acquire(store_url(p->store), WRITER_LOCK_MS, &lock, e))
			return false;
		bool done =
			store_write_many(p->store, w, b->writes->len, e) == STORE_WROTE;

		writer_lock_release(lock);
		if (!done)
			return false;
	}
	journal_reader_position(p->reader, &p->cursor.applied);
	return cursor_save(&p->cursor, e);
}

static void add_done(struct applier *p, const struct batch *b)
{
	p->done.events += b->done.events;
	p->done.mass += b->done.mass;
	p->done.damaged += b->done.damaged;
	p->done.keys += b->writes->len;
	for (guint i = 0; i + 1 < b->dead->len; i += 2) {
		log_seldom(LOG_LEVEL_WARN, "feedback-damaged",
			   "journal %s: an event was set aside in %s: %s", p->folder,
			   DEAD_LETTER_FILE, (const char *)b->dead->pdata[i + 1]);
		dead_letter_put(p->folder, bytes_of(b->dead->pdata[i]),
				b->dead->pdata[i + 1]);
	}
}

bool apply_some(struct applier *p, bool *more_r, GError **e)
{
	struct batch b = { .arena = arena_create(),
			   .writes =
				   g_array_new(FALSE, FALSE, sizeof(struct store_write)),
			   .dead = g_ptr_array_new() };
	bool done = read_batch(p, &b, e) && (b.lines == 0 || write_batch(p, &b, e));

	if (done)
		add_done(p, &b);
	else
		journal_reader_close(&p->reader);
	*more_r = done && !b.ended;
	g_array_free(b.writes, TRUE);
	g_ptr_array_unref(b.dead);
	arena_destroy(&b.arena);
	return done;
}

struct applier *apply_begin(const char *folder, struct store *store, bool afresh)
{
	struct applier *p = g_new0(struct applier, 1);

	p->folder = g_strdup(folder);
	p->store = store;
	p->cursor = (struct cursor){ .folder = p->folder,
				     .consumer = "learn",
				     .target = store_url(store) };
	if (!afresh)
		cursor_load(&p->cursor);
	return p;
}

struct apply_done apply_done_so_far(const struct applier *p)
{
	return p->done;
}

void apply_end(struct applier **p)
{
	if (*p == NULL)
		return;
	journal_reader_close(&(*p)->reader);
	g_free((*p)->folder);
	g_free(*p);
	*p = NULL;
}
