/* A message on its way into the quarantine: held anew, or counted where it is held already. */
#include "quarantine/arrival.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "quarantine/copy.h"
#include "quarantine/fingerprint.h"
#include "quarantine/hold_files.h"
#include "quarantine/index.h"
#include "quarantine/mark.h"

#define COPY_LOCK_US G_USEC_PER_SEC /* that a hold waits, to see whether it has it */
#define AGAIN_S (5 * 86400) /* an MTA tries again for 4 or 5 days, RFC 5321 4.5.4.1 */

/* One arrival of a message on its way into the quarantine. */
struct arrival {
	const struct hold *hold;
	bool *covered; /* of its recipients: held in an older hold */
	GString *ids;
	struct bytes raw;
	struct kept *kept;
};

/* It is held there, whether or not the disk has room to count it. */
static void note_again(struct quarantine *q, struct hold *old, const struct hold *h)
{
	GError *e = NULL;

	old->seen = MAX(old->seen, 1) + 1;
	old->seen_s = h->received_s;
	old->expires_s = MAX(old->expires_s, h->expires_s);
	if (hold_write_envelope(q, old, &e) && index_put(q->index, old, &e)) {
		log_line(LOG_LEVEL_INFO,
			 "quarantine: %s came again, %" PRIu64 " times now: counted",
			 old->id, old->seen);
		return;
	}
	log_line(LOG_LEVEL_WARN,
		 "quarantine: %s came again and is held already, but cannot be counted: "
		 "%s",
		 old->id, e->message);
	g_error_free(e);
}

/* Under the lock of changes: it cannot be released or deleted in between. */
static void count_again(struct quarantine *q, const char *id, struct arrival *a)
{
	const struct hold *h = a->hold;
	struct hold *old = hold_read_envelope(q, id, NULL);
	bool *now = g_memdup2(a->covered, h->n_rcpts * sizeof(*now));
	GError *e = NULL;

	if (old != NULL && copy_cover(old, h, now) && copy_is_same(q, old, h)) {
		if (!mark_answer(q->folder, id, h->id, &e)) {
			log_line(LOG_LEVEL_WARN,
				 "quarantine: %s: should the MTA not hear that it is "
				 "held, "
				 "that will not be seen: %s",
				 id, e->message);
			g_error_free(e);
		}
		memcpy(a->covered, now, h->n_rcpts * sizeof(*now));
		note_again(q, old, h);
		g_string_append_printf(a->ids, "%s%s", a->ids->len > 0 ? "," : "", id);
	}
	hold_free(old);
	g_free(now);
}

static void look_for_same(struct quarantine *q, struct arrival *a)
{
	const struct hold *h = a->hold;
	char **same = NULL;
	GError *e = NULL;

	if (!index_same(q->index, h->fingerprint, h->received_s - AGAIN_S, &same, &e) ||
	    same[0] == NULL) {
		/* nothing to look at */
	} else if (quarantine_lock(q,
				   MIN(a->kept->until_us, clock_mono_us() + COPY_LOCK_US),
				   &e)) {
		for (char **id = same; *id != NULL; id++)
			count_again(q, *id, a);
		quarantine_unlock(q);
	}
	if (e != NULL)
		log_seldom(LOG_LEVEL_WARN, "quarantine-again",
			   "quarantine: what may be a copy of %s is held on its own: %s",
			   same != NULL && same[0] != NULL ? same[0] : h->id, e->message);
	g_clear_error(&e);
	g_strfreev(same);
}

/* those who are covered by no older hold */
static bool write_rest(struct quarantine *q, const struct arrival *a, GError **e)
{
	struct hold h = *a->hold;
	struct hold_rcpt *rest = g_new0(struct hold_rcpt, h.n_rcpts);
	bool done = true;

	h.rcpts = rest;
	h.n_rcpts = 0;
	for (size_t i = 0; i < a->hold->n_rcpts; i++)
		if (!a->covered[i])
			rest[h.n_rcpts++] = a->hold->rcpts[i];
	a->kept->fresh = h.n_rcpts > 0;
	if (a->kept->fresh) {
		done = hold_write_files(q, &h, a->raw, h.id, e);
		g_string_append_printf(a->ids, "%s%s", a->ids->len > 0 ? "," : "", h.id);
	}
	g_free(rest);
	return done;
}

bool hold_keep_whole(struct quarantine *q, const struct hold *given, struct bytes raw,
		     struct kept *kept, GError **e)
{
	char *fingerprint = fingerprint_take(given->mail_from, raw);
	struct hold h = *given;
	struct arrival a = { .hold = &h,
			     .raw = raw,
			     .covered = g_new0(bool, given->n_rcpts),
			     .ids = g_string_new(NULL),
			     .kept = kept };

	h.fingerprint = fingerprint;
	h.seen = 1;
	h.seen_s = h.received_s;
	quarantine_look(q);
	look_for_same(q, &a);
	bool done = write_rest(q, &a, e);

	kept->ids = g_string_free(a.ids, FALSE);
	g_free(a.covered);
	g_free(fingerprint);
	return done;
}

void kept_clear(struct kept *k)
{
	g_clear_pointer(&k->ids, g_free);
}

bool hold_keep(struct quarantine *q, const struct hold *h, struct bytes raw, char **ids_r,
	       GError **e)
{
	struct kept k = { .until_us = clock_mono_us() + QUARANTINE_LOCK_US };
	bool done = hold_keep_whole(q, h, raw, &k, e);

	*ids_r = done ? g_steal_pointer(&k.ids) : NULL;
	kept_clear(&k);
	return done;
}

/* Another arrival may have found it in between, and told its MTA that it is held: then it is. */
static bool is_ours_alone(struct quarantine *q, const char *id)
{
	struct hold *h = hold_read_envelope(q, id, NULL);
	bool alone = h != NULL && h->seen <= 1;

	hold_free(h);
	return alone;
}

/* true: it is as if it had never been held */
static bool withdraw(struct quarantine *q, const char *id, GError **e)
{
	if (!quarantine_lock(q, clock_mono_us() + QUARANTINE_LOCK_US, e))
		return false;
	bool gone = is_ours_alone(q, id);

	if (gone) {
		hold_remove_files(q, id);
		index_remove(q->index, id, e);
	}
	quarantine_unlock(q);
	return gone;
}

void hold_withdraw(struct quarantine *q, const struct hold *h, const struct kept *kept,
		   bool held)
{
	GError *e = NULL;
	bool stays = held && !(kept->fresh && withdraw(q, h->id, &e));

	log_line(LOG_LEVEL_WARN,
		 "quarantine: %s was on disk too late, its message was delivered: %s%s%s",
		 h->id,
		 !stays ? "it is not held"
			: "a hold of it stays, and is told as doubtful",
		 e != NULL ? "; " : "", e != NULL ? e->message : "");
	g_clear_error(&e);
}

void hold_answered(struct quarantine *q, const char *ids, const char *by)
{
	char **all = g_strsplit(ids, ",", -1);

	for (char **id = all; *id != NULL; id++)
		mark_answered(q->folder, *id, by);
	g_strfreev(all);
}
