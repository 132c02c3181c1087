/* Evidence is a set with one element a message, and of each only the last act counts, by its
 * time: so the same events make the same record, however often and from wherever they are
 * applied again. */
#include "preference/preference.h"

#include <glib.h>
#include <string.h>

#include "base/limits.h"
#include "config/words.h"
#include "store/keys.h"

const char *const preference_names[PREFERENCE_COUNT] = {
	[PREFERENCE_NONE] = "none",
	[PREFERENCE_WANTED] = "wanted",
	[PREFERENCE_JUNK] = "junk",
	[PREFERENCE_GRAYMAIL] = "graymail",
};

const char *const preference_strength_names[STRENGTH_COUNT] = { "weak", "strong",
								"stated" };

const struct feedback_row feedback_rows[FEEDBACK_COUNT] = {
#define FEEDBACK(id, w, l, s, c, d)                                                   \
	[FEEDBACK_##id] = {                                                           \
		.word = w, .label = PREFERENCE_##l, .strong = s, .cause = c, .doc = d \
	},
#include "preference/feedback.def"
#undef FEEDBACK
};

enum feedback feedback_find(const char *word)
{
	enum feedback f = 0;

	while (f < FEEDBACK_COUNT && strcmp(feedback_rows[f].word, word) != 0)
		f++;
	return f;
}

static const struct codec_field evidence_fields[] = {
	CODEC_INT_FIELD(preference_evidence, 1, message),
	CODEC_INT_FIELD(preference_evidence, 2, at_ms),
	CODEC_INT_FIELD(preference_evidence, 3, label),
	CODEC_INT_FIELD(preference_evidence, 4, before),
	CODEC_INT_FIELD(preference_evidence, 5, feedback),
	CODEC_INT_FIELD(preference_evidence, 6, undone),
	CODEC_INT_FIELD(preference_evidence, 7, signer),
	CODEC_INT_FIELD(preference_evidence, 8, list),
	CODEC_INT_FIELD(preference_evidence, 9, sender),
};

static const struct codec evidence_codec = {
	.name = "evidence",
	.version = 1,
	.size = sizeof(struct preference_evidence),
	.fields = evidence_fields,
	.n_fields = COUNT_OF(evidence_fields),
};

/* 3 was a count that nobody wrote */
static const struct codec_field preference_fields[] = {
	CODEC_INT_FIELD(preference, 1, kind),
	CODEC_TEXT_FIELD(preference, 2, cause, 100),
	CODEC_INT_FIELD(preference, 4, since_s),
	CODEC_INT_FIELD(preference, 5, expires_s),
	CODEC_TEXT_FIELD(preference, 6, signer, LIMIT_DNS_NAME_BYTES),
	CODEC_INT_FIELD(preference, 7, stated_ms),
	CODEC_INT_FIELD(preference, 8, forgotten_ms),
	CODEC_RECORDS_FIELD(preference, 9, evidence, n_evidence, LIMIT_EVIDENCE,
			    &evidence_codec),
};

const struct codec preference_codec = {
	.name = "preference",
	.version = 1,
	.size = sizeof(struct preference),
	.fields = preference_fields,
	.n_fields = COUNT_OF(preference_fields),
};

enum answer preference_decode(struct arena *a, struct bytes value,
			      struct preference *preference_r)
{
	enum answer answer = codec_decode(&preference_codec, value, preference_r, a);

	if (preference_r->kind < 0 || preference_r->kind >= PREFERENCE_COUNT)
		preference_r->kind = PREFERENCE_NONE;
	return answer;
}

int64_t preference_mark(const char *text)
{
	GChecksum *sum;
	guint8 digest[32];
	gsize n = sizeof(digest);
	uint64_t mark = 0;

	if (text == NULL || *text == '\0')
		return 0;
	sum = g_checksum_new(G_CHECKSUM_SHA256);
	g_checksum_update(sum, (const guchar *)text, -1);
	g_checksum_get_digest(sum, digest, &n);
	g_checksum_free(sum);
	for (size_t i = 0; i < sizeof(mark); i++)
		mark = mark << 8 | digest[i];
	mark &= INT64_MAX;
	return mark == 0 ? 1 : (int64_t)mark;
}

/* --- changes --- */

/* Is this act the way back of the one before, so soon that it was a slip of the hand? */
static bool takes_back(const struct preference_evidence *was,
		       const struct preference_evidence *act)
{
	bool wanted = act->label == PREFERENCE_WANTED;

	return act->feedback == FEEDBACK_REVOKED ||
	       (act->at_ms - was->at_ms <= LIMIT_SLIP_MS &&
		was->label != PREFERENCE_NONE && feedback_rows[act->feedback].strong &&
		(was->label == PREFERENCE_WANTED) != wanted);
}

/* An act that says what was said already is no second one. */
static void lay_act(struct preference_evidence *e, const struct preference_evidence *act)
{
	const struct preference_evidence was = *e;
	bool strong = feedback_rows[act->feedback].strong;
	bool weaker = !strong && feedback_rows[was.feedback].strong &&
		      was.label != PREFERENCE_NONE;
	bool again = act->label == was.label &&
		     (!strong || feedback_rows[was.feedback].strong);

	if (act->at_ms <= was.at_ms || weaker || again)
		return;
	*e = *act;
	e->before = was.label;
	if (!takes_back(&was, act))
		return;
	e->label = was.before;
	e->before = was.before;
	e->undone = was.feedback + 1;
	e->feedback = FEEDBACK_REVOKED;
}

static int by_time(gconstpointer p, gconstpointer q)
{
	const struct preference_evidence *a = p, *b = q;

	if (a->at_ms != b->at_ms)
		return a->at_ms < b->at_ms ? -1 : 1;
	return a->message < b->message ? -1 : a->message > b->message;
}

static bool is_sane(const struct preference_evidence *e)
{
	return e->label >= 0 && e->label < PREFERENCE_COUNT && e->before >= 0 &&
	       e->before < PREFERENCE_COUNT && e->feedback >= 0 &&
	       e->feedback < FEEDBACK_COUNT && e->undone >= 0 &&
	       e->undone <= FEEDBACK_COUNT;
}

/* The newest are kept: an older one that is applied again is the first to go again. */
static void add_evidence(struct arena *a, struct preference *p,
			 const struct preference_evidence *act)
{
	struct preference_evidence *all =
		arena_new(a, struct preference_evidence, p->n_evidence + 1);
	size_t n = 0, at = SIZE_MAX;

	for (size_t i = 0; i < p->n_evidence; i++) {
		if (!is_sane(&p->evidence[i]))
			continue;
		if (p->evidence[i].message == act->message)
			at = n;
		all[n++] = p->evidence[i];
	}
	if (at != SIZE_MAX && all[at].at_ms <= p->forgotten_ms)
		all[at].label = all[at].before = PREFERENCE_NONE;
	if (at != SIZE_MAX)
		lay_act(&all[at], act);
	else if (act->feedback != FEEDBACK_REVOKED) /* there is nothing to take back */
		all[n++] = *act;
	if (n > 0)
		qsort(all, n, sizeof(*all), by_time);
	p->evidence = n > LIMIT_EVIDENCE ? all + (n - LIMIT_EVIDENCE) : all;
	p->n_evidence = MIN(n, LIMIT_EVIDENCE);
}

static bool merge(struct bytes old, struct bytes change, struct arena *a,
		  struct bytes *new_r)
{
	struct preference p = { 0 }, c;

	if (old.at != NULL && preference_decode(a, old, &p) != ANSWER_YES)
		return false;
	if (preference_decode(a, change, &c) != ANSWER_YES)
		return false;
	p.forgotten_ms = MAX(p.forgotten_ms, c.forgotten_ms);
	if (c.stated_ms > p.stated_ms) {
		p.kind = c.kind;
		p.cause = c.cause;
		p.signer = c.signer;
		p.since_s = c.since_s;
		p.expires_s = c.expires_s;
		p.stated_ms = c.stated_ms;
	}
	for (size_t i = 0; i < c.n_evidence; i++)
		if (is_sane(&c.evidence[i]))
			add_evidence(a, &p, &c.evidence[i]);
	*new_r = codec_encode(&preference_codec, &p, a);
	return true;
}

struct store_write preference_change(struct arena *a, const char *tenant,
				     const char *mailbox, const char *entry,
				     const struct preference *change)
{
	g_assert(change->n_evidence <= 1);
	return (struct store_write){
		.key = key_build(a, FAMILY_PREFERENCE, tenant, mailbox, entry),
		.kind = STORE_MERGE,
		.value = codec_encode(&preference_codec, change, a),
		.ttl_s = key_families[FAMILY_PREFERENCE].ttl_s,
		.merge = merge,
	};
}

/* --- questions --- */

void preference_entries(struct arena *a, const struct preference_subject *subject,
			const char *entries_r[ENTRY_COUNT])
{
	const char *list = subject->list_id, *sender = subject->sender;

	for (size_t i = 0; i < ENTRY_COUNT; i++)
		entries_r[i] = NULL;
	if (list != NULL && *list != '\0' && subject->n_signers > 0) {
		char *lower = g_utf8_strdown(list, -1);

		entries_r[ENTRY_LIST] = arena_printf(a, "<%s>", lower);
		g_free(lower);
	}
	if (sender != NULL && *sender != '\0')
		entries_r[ENTRY_SENDER] =
			arena_printf(a, "%s%s", subject->proven ? "" : "?", sender);
	if (subject->proven && subject->org != NULL && *subject->org != '\0')
		entries_r[ENTRY_DOMAIN] = arena_printf(a, "@%s", subject->org);
}

enum preference_entry preference_entry_kind(const char *entry)
{
	return entry[0] == '<'   ? ENTRY_LIST
	       : entry[0] == '@' ? ENTRY_DOMAIN
				 : ENTRY_SENDER;
}

static bool is_signed(const struct preference_subject *s, int64_t signer)
{
	if (s == NULL)
		return true;
	for (size_t i = 0; i < s->n_signers; i++)
		if (preference_mark(s->signers[i]) == signer)
			return true;
	return false;
}

/* Does this piece of evidence speak of such a message? What a list brought says nothing of
 * its writer's own letters, nor of the domain. */
static bool speaks_of(const struct preference_evidence *e, enum preference_entry of,
		      const struct preference_subject *s)
{
	switch (of) {
	case ENTRY_LIST:
		return is_signed(s, e->signer);
	case ENTRY_SENDER:
		return s == NULL || e->list == preference_mark(s->list_id);
	case ENTRY_DOMAIN:
	case ENTRY_COUNT:
		break;
	}
	return e->list == 0;
}

static bool is_counted(const struct preference *p, const struct preference_evidence *e,
		       int64_t now_s)
{
	return is_sane(e) && e->label != PREFERENCE_NONE && e->at_ms > p->forgotten_ms &&
	       e->at_ms / 1000 + LIMIT_PREFERENCE_S > now_s;
}

/* several writers of one domain, all alike: else it is about them, and not about it */
static bool is_of_domain(const struct preference_evidence *const *at, size_t n)
{
	size_t writers = 0;

	for (size_t i = 0; i < n; i++) {
		bool again = false;

		if (at[i]->label != at[0]->label)
			return false;
		for (size_t k = 0; k < i && !again; k++)
			again = at[k]->sender == at[i]->sender;
		writers += !again;
	}
	return writers >= LIMIT_PREFERENCE_SENDERS;
}

static void look_inferred(const struct preference *p, enum preference_entry of,
			  const struct preference_subject *s, int64_t now_s,
			  struct preference_view *v)
{
	const struct preference_evidence *at[LIMIT_EVIDENCE], *best = NULL;
	size_t n = 0;

	for (size_t i = 0; i < p->n_evidence && n < LIMIT_EVIDENCE; i++) {
		const struct preference_evidence *e = &p->evidence[i];

		if (!is_counted(p, e, now_s) || !speaks_of(e, of, s))
			continue;
		at[n++] = e;
		if (best == NULL || feedback_rows[e->feedback].strong ||
		    !feedback_rows[best->feedback].strong)
			best = e;
	}
	if (best == NULL || (of == ENTRY_DOMAIN && !is_of_domain(at, n)))
		return;
	v->kind = (enum preference_kind)best->label;
	v->strength =
		feedback_rows[best->feedback].strong ? STRENGTH_STRONG : STRENGTH_WEAK;
	v->cause = feedback_rows[best->feedback].cause;
	v->since_s = best->at_ms / 1000;
	v->expires_s = best->at_ms / 1000 + LIMIT_PREFERENCE_S;
	for (size_t i = n; i > 0; i--) {
		v->count += at[i - 1]->label == best->label;
		if (at[i - 1]->label == best->label)
			v->since_s = MIN(v->since_s, at[i - 1]->at_ms / 1000);
	}
}

void preference_look(const struct preference *p, enum preference_entry of,
		     const struct preference_subject *subject, int64_t now_s,
		     struct preference_view *view_r)
{
	bool stated = p->kind != PREFERENCE_NONE && p->stated_ms > p->forgotten_ms &&
		      (p->expires_s == 0 || p->expires_s > now_s);

	*view_r = (struct preference_view){ .kind = PREFERENCE_NONE };
	if (stated && of == ENTRY_LIST)
		stated = p->signer != NULL &&
			 is_signed(subject, preference_mark(p->signer));
	if (!stated) {
		look_inferred(p, of, subject, now_s, view_r);
		return;
	}
	*view_r = (struct preference_view){ .kind = (enum preference_kind)p->kind,
					    .strength = STRENGTH_STATED,
					    .cause = p->cause,
					    .since_s = p->since_s,
					    .expires_s = p->expires_s };
}

bool preference_counts(const struct preference_view *v, enum preference_entry of,
		       const struct preference_subject *subject)
{
	return v->kind == PREFERENCE_JUNK ||
	       (v->kind != PREFERENCE_NONE && (of == ENTRY_LIST || subject->proven));
}
