/* Many decisions, one message: plan_make() merges what the recipients' policies ask for into
 * one list of edits. The rules of merging stand in plan.h. What is done when a hold fails is
 * made beforehand, by the same merge, so that nothing has to be thought out when the disk is
 * full. Nothing here is done yet, and nothing is looked up. */
#include "action/plan.h"

#include <glib.h>

#include "action/banner.h"
#include "action/banner_words.h"
#include "action/header.h"
#include "action/plan_pass.h"
#include "action/subject_mark.h"
#include "base/printable.h"
#include "message/address.h"

enum { HOLDS_TOLD = 20 }; /* more tenants than people read of in a line */

/* One way of merging: with holds that work, or without. */
struct merge {
	struct arena *arena;
	const struct plan_setup *setup;
	const enum action *asked; /* for each recipient: never DEFER or REJECT */
	bool apart;               /* what recipients want makes their junk differ */
	const char *unheld; /* words on why QUARANTINE means junk; NULL: it is held */
	const bool *kept;   /* recipients whose hold succeeded anyway; NULL if none */
	enum action *done;
	enum action strictest; /* of those who remain and read the headers */
	const struct decision *shown;
	bool instead_of_hold;          /* the strictest action stands for one */
	const struct decision *banner; /* the strictest one that asks for a banner */
	struct banner *made;           /* what it became; NULL: nobody asks for one */
	bool marked;                   /* the subject says it, too */
	bool observe;                  /* nobody who remains is in enforce mode */
	bool observed;                 /* somebody who remains is in observe mode */
	unsigned missing;              /* enum missing bits of all who remain */
	GArray *edits;
};

static const struct decision *decision_of(const struct merge *g, size_t i)
{
	return &g->setup->decisions->at[i];
}

static bool is_held(const struct merge *g, size_t i)
{
	return g->asked[i] == ACTION_QUARANTINE &&
	       (g->unheld == NULL || (g->kept != NULL && g->kept[i]));
}

static bool is_junk(const struct merge *g, size_t i)
{
	return g->asked[i] == ACTION_JUNK ||
	       (g->asked[i] == ACTION_QUARANTINE && !is_held(g, i));
}

static bool remains(const struct merge *g, size_t i)
{
	return !is_held(g, i);
}

static bool junks_by_extension(const struct policy *p)
{
	return p->junk_by == JUNK_BY_EXTENSION && p->junk_extension[0] != '\0';
}

static bool by_extension(const struct merge *g, size_t i)
{
	const struct policy *p = decision_of(g, i)->policy;

	return is_junk(g, i) &&
	       (junks_by_extension(p) || (g->apart && p->junk_extension[0] != '\0')) &&
	       g->setup->envelope->rcpts[i].unresolved == NULL;
}

/* Would what one recipient wants become what others get? Headers are the same for all: then
 * junk is told by the recipient's own address. */
static bool is_apart(const struct merge *g)
{
	bool preferred = false, junk = false, other = false;

	for (size_t i = 0; i < g->setup->decisions->n; i++) {
		if (!remains(g, i))
			continue;
		preferred |= decision_of(g, i)->preferred;
		junk |= is_junk(g, i);
		other |= !is_junk(g, i);
	}
	return preferred && junk && other;
}

/* Does it only say what its recipient wants, and does nothing? Others are not told that. */
static bool is_own_wish(const struct decision *d, enum action done)
{
	return d->preferred && done == ACTION_PASS;
}

/* Which of two decisions do the headers tell? What is done weighs most, then what policy
 * asks for, then what it is. */
static bool is_stricter(const struct decision *a, enum action a_done,
			const struct decision *b, enum action b_done)
{
	enum axis axis = verdict_axis(a->verdict);

	if (a_done != b_done)
		return a_done > b_done;
	if (is_own_wish(a, a_done) != is_own_wish(b, b_done))
		return is_own_wish(b, b_done);
	if (a->verdict != b->verdict)
		return a->verdict > b->verdict;
	if (a->action != b->action)
		return a->action > b->action;
	return axis != AXIS_COUNT && a->milli[axis] > b->milli[axis];
}

/* The strictest of those who remain. Those who are told by extension count only when all
 * are: else one recipient's junk would become everybody's. */
static void find_strictest(struct merge *g)
{
	size_t n = g->setup->decisions->n;
	bool all_by_extension = true;

	g->apart = is_apart(g);
	g->shown = g->banner = NULL;
	g->strictest = ACTION_PASS;
	g->instead_of_hold = false;
	for (size_t i = 0; i < n; i++)
		all_by_extension &= !remains(g, i) || by_extension(g, i);
	g->observe = true;
	for (size_t i = 0; i < n; i++) {
		const struct decision *d = decision_of(g, i);
		enum action now = is_junk(g, i) ? ACTION_JUNK : g->asked[i];

		if (!remains(g, i))
			continue;
		g->observe &= d->mode == MODE_OBSERVE;
		g->observed |= d->mode == MODE_OBSERVE;
		g->missing |= d->missing;
		if (now == ACTION_BANNER &&
		    (g->banner == NULL || is_stricter(d, now, g->banner, now)))
			g->banner = d;
		if (by_extension(g, i) && !all_by_extension)
			continue;
		if (g->shown == NULL || is_stricter(d, now, g->shown, g->strictest)) {
			g->shown = d;
			g->strictest = now;
			g->instead_of_hold = g->asked[i] == ACTION_QUARANTINE;
		}
	}
}

static bool has_reason(const struct decision *d, const struct reason *r)
{
	for (size_t i = 0; i < d->n_reasons; i++)
		if (strcmp(d->reasons[i].rule, r->rule) == 0 &&
		    strcmp(d->reasons[i].text, r->text) == 0)
			return true;
	return false;
}

/* Reasons of one decision that hold for all who remain. */
static size_t common_reasons(const struct merge *g, const struct decision *shown,
			     const struct reason ***common_r)
{
	const struct reason **common;
	size_t n = 0;

	common = arena_new(g->arena, const struct reason *, shown->n_reasons);
	for (size_t r = 0; r < shown->n_reasons; r++) {
		bool all = true;

		for (size_t i = 0; all && i < g->setup->decisions->n; i++) {
			const struct decision *d = decision_of(g, i);

			all = !remains(g, i) ||
			      (d->reasons == shown->reasons && r < d->n_reasons) ||
			      has_reason(d, &shown->reasons[r]);
		}
		if (all)
			common[n++] = &shown->reasons[r];
	}
	*common_r = common;
	return n;
}

/* Words of those common reasons that made the verdict, and of no others. */
static size_t verdict_words(const struct merge *g, const struct decision *d,
			    const char ***words_r)
{
	const struct reason **common;
	size_t n = common_reasons(g, d, &common), n_words = 0;
	const char **words = arena_new(g->arena, const char *, n);

	for (size_t i = 0; i < n; i++)
		if (common[i]->axis == verdict_axis(d->verdict) && common[i]->milli > 0 &&
		    !common[i]->said)
			words[n_words++] = common[i]->text;
	*words_r = words;
	return n_words;
}

static enum language language_of(const struct decision *d)
{
	return banner_language(d->locale, d->tenant == NULL ? LANGUAGE_EN
							    : d->tenant->banner_language);
}

/* The one language of all who remain, for all of them read it; else their organisation's. */
static enum language language_of_all(const struct merge *g)
{
	const struct tenant *t = g->banner->tenant;
	enum language l = language_of(g->banner);

	for (size_t i = 0; i < g->setup->decisions->n; i++)
		if (remains(g, i) && language_of(decision_of(g, i)) != l)
			return t == NULL ? LANGUAGE_EN : t->banner_language;
	return l;
}

/* Whoever sends a signed message on may give it another Content-Type, if that is not covered. */
static bool is_disowned(const struct plan_setup *s)
{
	static const char name[] = "Content-Type";
	const struct auth_results *r = s->auth;

	if (message_header(s->message, name, 1) != NULL)
		return true;
	for (size_t i = 0; r != NULL && r->source == AUTH_OWN && i < r->n_dkim; i++)
		if (r->dkim[i].result == AUTH_PASS && r->dkim[i].aligned)
			return auth_dkim_covers(r, name) == ANSWER_NO;
	return false;
}

static struct banner *make_banner(const struct merge *g)
{
	struct banner *made = arena_new(g->arena, struct banner, 1);
	const char **words;
	struct banner_setup setup = { .message = g->setup->message,
				      .verdict = g->banner->verdict,
				      .language = language_of_all(g) };

	if (setup.message == NULL) {
		made->words = "not done: the message was not read";
		return made;
	}
	setup.n_reasons = verdict_words(g, g->banner, &words);
	setup.reasons = words;
	setup.disowned = is_disowned(g->setup);
	banner_make(g->arena, &setup, made);
	return made;
}

/* Does anybody who asks for a banner want this where it may not be seen? */
static bool falls_back_on(const struct merge *g, enum banner_fallback f)
{
	for (size_t i = 0; i < g->setup->decisions->n; i++)
		if (remains(g, i) && g->asked[i] == ACTION_BANNER &&
		    decision_of(g, i)->policy->banner_fallback == f)
			return true;
	return false;
}

/* Those who want junk instead of a banner that may not be seen ask for that. */
static void ask_for_junk(struct merge *g)
{
	size_t n = g->setup->decisions->n;
	enum action *asked = arena_new(g->arena, enum action, n);

	for (size_t i = 0; i < n; i++) {
		bool junk = g->asked[i] == ACTION_BANNER &&
			    decision_of(g, i)->policy->banner_fallback == FALLBACK_JUNK;

		asked[i] = junk ? ACTION_JUNK : g->asked[i];
	}
	g->asked = asked;
}

/* Body first, then the subject: if the MTA refuses them, the headers that follow can still say
 * so. The subject is marked where the banner may not be seen, and where it cannot be put in. */
static const char *put_banner(struct merge *g)
{
	const struct banner *b = g->made;
	guint before = g->edits->len;

	if (b->done) {
		struct edit e = { .kind = EDIT_REPLACE_BODY };

		e.body = banner_apply(g->arena, g->setup->message->body_at, b);
		g_array_append_val(g->edits, e);
		before++;
	}
	if (g->banner == NULL || g->setup->message == NULL ||
	    !falls_back_on(g, FALLBACK_SUBJECT))
		return b->words;
	subject_mark_edits(g->arena, g->setup->message,
			   banner_mark(g->arena, language_of_all(g), g->banner->verdict),
			   g->edits);
	for (guint i = before; i < g->edits->len; i++)
		g_array_index(g->edits, struct edit, i).if_no_body = b->sure;
	g->marked = !b->sure;
	return b->sure ? b->words
		       : arena_printf(g->arena, "%s; subject marked", b->words);
}

static enum action asked_of(const struct merge *g, const struct decision *d)
{
	return g->asked[d - g->setup->decisions->at];
}

static const char *action_note(const struct merge *g, enum action action)
{
	if (g->instead_of_hold) {
		g_assert(g->unheld != NULL);
		return g->unheld;
	}
	if (action == ACTION_BANNER && !g->made->done)
		return "in the subject";
	if (asked_of(g, g->shown) == ACTION_PASS && g->shown->action > action)
		return arena_printf(g->arena, "would %s", action_names[g->shown->action]);
	return NULL;
}

static const char *header_id(struct arena *a, const char *id)
{
	char *safe = arena_strndup(a, id, strnlen(id, 100));

	return g_strcanon(safe,
			  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
			  "-._@+",
			  '-');
}

/* Of no tenant, and so judged by the policy "default" and without what is known of people:
 * whoever wonders why reads it here. */
static const char *unresolved_note(const struct merge *g)
{
	for (size_t i = 0; i < g->setup->decisions->n; i++)
		if (remains(g, i) && g->setup->envelope->rcpts[i].unresolved != NULL)
			return g->setup->envelope->rcpts[i].unresolved;
	return NULL;
}

static bool is_warned(const struct merge *g)
{
	return g->made != NULL && (g->made->done || g->marked);
}

static const char *tell_all(struct merge *g)
{
	g_assert(g->shown != NULL);
	const struct reason **common;
	struct header_story story = { .shown = g->shown,
				      .missing = missing_words(g->arena, g->missing),
				      .observe = g->observe };

	if (g->observe && !g->setup->options->observe_headers)
		return NULL;
	if (g->made != NULL)
		story.banner = put_banner(g);
	if (g->strictest == ACTION_BANNER && !is_warned(g))
		g->strictest = ACTION_PASS;
	story.action = g->strictest;
	story.n_reasons = common_reasons(g, g->shown, &common);
	story.reasons = common;
	story.action_note = action_note(g, story.action);
	story.unresolved = unresolved_note(g);
	story.id = header_id(g->arena, g->setup->id);
	header_removals(g->setup, !g->observed || g->strictest == ACTION_JUNK, g->edits);
	header_insertions(g->arena, g->setup, &story, g->edits);
	return story.banner;
}

/* user@example.org -> user+junk@example.org, and user+x@example.org as well; NULL: the
 * message goes there already */
static const char *junk_address(const struct merge *g, size_t i)
{
	const char *address = g->setup->envelope->rcpts[i].address;
	const char *junk = address_extended(g->arena, address,
					    g->setup->options->recipient_delimiter,
					    decision_of(g, i)->policy->junk_extension);

	return g_ascii_strcasecmp(junk, address) == 0 ? NULL : junk;
}

static void edit_rcpts(struct merge *g)
{
	const struct recipient *rcpts = g->setup->envelope->rcpts;

	for (size_t i = 0; i < g->setup->decisions->n; i++) {
		struct edit on = { .kind = EDIT_ADD_RCPT };
		struct edit off = { .kind = EDIT_DELETE_RCPT,
				    .name = rcpts[i].spelling != NULL
						    ? rcpts[i].spelling
						    : rcpts[i].address };

		if (by_extension(g, i)) {
			on.name = junk_address(g, i);
			if (on.name == NULL)
				continue;
			off.needs_previous = true;
			g_array_append_val(g->edits, on);
		}
		if (by_extension(g, i) || !remains(g, i))
			g_array_append_val(g->edits, off);
	}
}

static void set_done(struct merge *g)
{
	for (size_t i = 0; i < g->setup->decisions->n; i++) {
		enum action own = is_junk(g, i) ? ACTION_JUNK : g->asked[i];

		if (own == ACTION_BANNER && !is_warned(g))
			own = ACTION_PASS;
		g->done[i] = remains(g, i) ? MAX(own, g->strictest) : own;
	}
}

static bool is_refusal(enum action action)
{
	return action == ACTION_DEFER || action == ACTION_REJECT;
}

/* One way of merging, whole: edits, banner, done and disposition of *p_r. */
static void merge_all(struct merge g, struct plan *p_r)
{
	struct arena *a = g.arena;
	size_t n = g.setup->decisions->n;

	for (size_t i = 0; i < n; i++)
		g_assert(!is_refusal(g.asked[i]));
	g.done = arena_new(a, enum action, n);
	g.edits = g_array_new(FALSE, FALSE, sizeof(struct edit));
	find_strictest(&g);
	if (g.banner != NULL)
		g.made = make_banner(&g);
	if (g.made != NULL && !g.made->sure && falls_back_on(&g, FALLBACK_JUNK)) {
		ask_for_junk(&g);
		find_strictest(&g);
	}
	if (g.shown != NULL) {
		p_r->banner = tell_all(&g);
		edit_rcpts(&g);
	} else {
		g_assert(n > 0 && p_r->n_held == n); /* or mail would be lost */
		p_r->disposition = DISPOSE_DISCARD;
	}
	set_done(&g);
	p_r->done = g.done;
	p_r->n_done = n;
	plan_keep_edits(a, g.edits, p_r);
}

/* What each recipient's policy asks for, in enforce mode. */
static enum action *asked_for(struct arena *a, const struct decisions *all)
{
	enum action *asked = arena_new(a, enum action, all->n);

	for (size_t i = 0; i < all->n; i++)
		if (all->at[i].mode == MODE_ENFORCE)
			asked[i] = all->at[i].action;
	return asked;
}

/* In observe mode only headers may change. So the one body, and the headers that file mail, stay
 * as they are for all recipients. */
static void spare_observed(const struct decisions *all, enum action *asked,
			   struct plan *p_r)
{
	bool observed = false;

	for (size_t i = 0; i < all->n; i++)
		observed |= all->at[i].mode == MODE_OBSERVE;
	for (size_t i = 0; observed && i < all->n; i++) {
		bool by_header =
			asked[i] == ACTION_JUNK && !junks_by_extension(all->at[i].policy);

		if (asked[i] != ACTION_BANNER && !by_header)
			continue;
		p_r->remark = "no banner or junk mark: a recipient is only observed";
		asked[i] = ACTION_PASS;
	}
}

/* May the reply speak for all? Then the milder of the two refusals is given: a deferred sender
 * retries; a rejected one does not. */
static enum action refusal_of_all(const enum action *asked, size_t n)
{
	enum action mildest = ACTION_REJECT;

	for (size_t i = 0; i < n; i++) {
		if (!is_refusal(asked[i]))
			return ACTION_PASS;
		mildest = MIN(mildest, asked[i]);
	}
	return n == 0 ? ACTION_PASS : mildest;
}

/* One line of at most 512 octets with its codes, RFC 5321 4.5.3.1.5. */
static const char *reply_line(struct arena *a, const GString *text)
{
	char *safe = printable_ascii(text->str, 400);
	const char *kept = arena_strdup(a, safe);

	g_free(safe);
	return kept;
}

static const char *reject_text(const struct merge *g, const struct decision *d)
{
	GString *text = g_string_new(d->policy->reject_text);
	const char **words, *line;
	size_t n = verdict_words(g, d, &words);
	GString *reasons = g_string_new(NULL);

	for (size_t i = 0; i < n && i < 3; i++)
		g_string_append_printf(reasons, "%s%s", i == 0 ? "" : "; ", words[i]);
	if (reasons->len == 0)
		g_string_assign(reasons, "policy");
	g_string_replace(text, "{id}", header_id(g->arena, g->setup->id), 0);
	g_string_replace(text, "{reasons}", reasons->str, 0);
	line = reply_line(g->arena, text);
	g_string_free(reasons, TRUE);
	g_string_free(text, TRUE);
	return line;
}

static void refuse(struct arena *a, const struct plan_setup *s, const enum action *asked,
		   struct plan *p_r)
{
	size_t n = s->decisions->n, *about = arena_new(a, size_t, n);
	enum action said = refusal_of_all(asked, n);

	g_assert(is_refusal(said));
	enum action *done = arena_new(a, enum action, n);
	const struct decision *strictest = &s->decisions->at[0];
	struct merge g = { .arena = a, .setup = s, .asked = asked };

	for (size_t i = 0; i < n; i++) {
		const struct decision *d = &s->decisions->at[i];

		about[i] = i;
		done[i] = said;
		if (is_stricter(d, said, strictest, said))
			strictest = d;
	}
	p_r->done = done;
	p_r->n_done = n;
	p_r->rejected_or_deferred = about;
	p_r->n_rejected_or_deferred = n;
	p_r->disposition = said == ACTION_REJECT ? DISPOSE_REJECT : DISPOSE_DEFER;
	p_r->reply_code = said == ACTION_REJECT ? "550" : "451";
	p_r->reply_xcode = said == ACTION_REJECT ? "5.7.1" : "4.7.1";
	p_r->reply_text =
		said == ACTION_REJECT
			? reject_text(&g, strictest)
			: arena_printf(a, "Message deferred, please try again later (%s)",
				       header_id(a, s->id));
}

static const char *hold_id(struct arena *a, const char *id)
{
	char *safe = arena_strndup(a, id, strnlen(id, 100));

	return g_strcanon(safe,
			  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
			  "-",
			  '-');
}

static const struct tenant *tenant_of(const struct plan_setup *s, size_t rcpt)
{
	return options_tenant(s->options, address_domain(s->envelope->rcpts[rcpt].key));
}

static void add_hold(struct arena *a, const struct plan_setup *s, GPtrArray *rcpts,
		     struct plan *p_r)
{
	struct plan_hold *h = &p_r->holds[p_r->n_holds++];
	size_t *all = arena_new(a, size_t, rcpts->len);
	const char *id = hold_id(a, s->id);

	for (guint i = 0; i < rcpts->len; i++)
		all[i] = GPOINTER_TO_SIZE(g_ptr_array_index(rcpts, i));
	*h = (struct plan_hold){
		.id = p_r->n_holds == 1 ? id
					: arena_printf(a, "%s-%zu", id, p_r->n_holds),
		.tenant = tenant_of(s, all[0]),
		.rcpts = all,
		.n_rcpts = rcpts->len,
	};
	p_r->n_held += rcpts->len;
}

/* One hold a tenant, in the order of their first recipients. */
static void plan_holds(struct arena *a, const struct plan_setup *s,
		       const enum action *asked, struct plan *p_r)
{
	GHashTable *by_tenant = g_hash_table_new_full(NULL, NULL, NULL,
						      (GDestroyNotify)g_ptr_array_unref);
	GPtrArray *order = g_ptr_array_new();
	size_t n = 0;

	for (size_t i = 0; i < s->decisions->n; i++) {
		if (asked[i] != ACTION_QUARANTINE)
			continue;
		n++;
		gpointer tenant = (gpointer)(guintptr)tenant_of(s, i);
		GPtrArray *rcpts = g_hash_table_lookup(by_tenant, tenant);

		if (rcpts == NULL) {
			rcpts = g_ptr_array_new();
			g_hash_table_insert(by_tenant, tenant, rcpts);
			g_ptr_array_add(order, rcpts);
		}
		g_ptr_array_add(rcpts, GSIZE_TO_POINTER(i));
	}
	p_r->holds = arena_new(a, struct plan_hold, order->len);
	for (guint i = 0; i < order->len; i++)
		add_hold(a, s, g_ptr_array_index(order, i), p_r);
	g_assert(p_r->n_holds == order->len && p_r->n_held == n);
	g_ptr_array_free(order, TRUE);
	g_hash_table_destroy(by_tenant);
}

/* Why nothing can be held, or NULL. A truncated message cannot be held: the rest would be lost;
 * nor for recipients of whom not all are known: a discard would be for the others as well. */
static const char *cannot_hold(const struct plan_setup *s)
{
	if (s->message == NULL)
		return "not read, and so not held";
	if (s->envelope->rcpts_truncated)
		return "too many recipients to hold";
	if ((s->message->truncated & TRUNCATED_MEMORY) != 0)
		return "no memory to hold it";
	return (s->message->truncated & TRUNCATED_SIZE) != 0 ? "too long to hold" : NULL;
}

/* Those who ask for a refusal that cannot be said to all are held. */
static void accept_for_some(struct arena *a, const struct plan_setup *s,
			    enum action *asked, struct plan *p_r)
{
	const char *unheld_words = cannot_hold(s);
	bool any = false;

	for (size_t i = 0; i < s->decisions->n; i++) {
		if (is_refusal(asked[i])) {
			p_r->remark =
				"held instead of refused: not all recipients refuse it";
			asked[i] = ACTION_QUARANTINE;
		}
		any |= asked[i] == ACTION_QUARANTINE;
	}
	if (any && unheld_words != NULL) {
		p_r->remark =
			s->envelope->rcpts_truncated
				? "not held but junk: not all recipients are known"
				: "not held but junk: not all of the message was read";
	} else if (any) {
		plan_holds(a, s, asked, p_r);
		p_r->setup = s;
		p_r->asked = asked;
	}
	merge_all(
		(struct merge){
			.arena = a, .setup = s, .asked = asked, .unheld = unheld_words },
		p_r);
}

void plan_unhold(struct arena *a, struct plan *p, const bool *failed)
{
	g_assert(p->setup != NULL && p->asked != NULL);
	bool *kept = arena_new(a, bool, p->setup->decisions->n);
	struct plan again = { .disposition = DISPOSE_ACCEPT,
			      .remark = p->remark,
			      .holds = arena_new(a, struct plan_hold, p->n_holds) };

	for (size_t i = 0; i < p->n_holds; i++) {
		const struct plan_hold *h = &p->holds[i];

		g_assert(h->n_rcpts > 0);
		if (failed[i])
			continue;
		again.holds[again.n_holds++] = *h;
		again.n_held += h->n_rcpts;
		for (size_t k = 0; k < h->n_rcpts; k++)
			kept[h->rcpts[k]] = true;
	}
	merge_all((struct merge){ .arena = a,
				  .setup = p->setup,
				  .asked = p->asked,
				  .unheld = "hold failed",
				  .kept = kept },
		  &again);
	*p = again;
}

char *plan_hold_ids(const struct plan *p)
{
	GString *ids = g_string_new(NULL);

	for (size_t i = 0; i < p->n_holds && i < HOLDS_TOLD; i++)
		g_string_append_printf(ids, "%s%s", i > 0 ? "," : "", p->holds[i].id);
	if (p->n_holds > HOLDS_TOLD)
		g_string_append(ids, ",...");
	return g_string_free(ids, ids->len == 0);
}

static bool anybody_acts(const struct decisions *all)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->at[i].mode == MODE_ENFORCE)
			return true;
	return false;
}

static const struct header_sweep *sweep_of(struct arena *a, const struct plan_setup *s)
{
	struct header_sweep *sweep = header_sweep_create(a, s->authserv_id);

	header_sweep_message(sweep, s->message);
	return sweep;
}

void plan_make(struct arena *a, const struct plan_setup *given, struct plan *p_r)
{
	struct plan_setup *s = arena_new(a, struct plan_setup, 1);
	enum action *asked;

	g_assert(given->message != NULL || given->sweep != NULL);
	g_assert(given->authserv_id != NULL && given->authserv_id[0] != '\0');
	*p_r = (struct plan){ .disposition = DISPOSE_ACCEPT };
	*s = *given;
	if (s->sweep == NULL)
		s->sweep = sweep_of(a, s);
	if (s->envelope->internal || s->envelope->n_rcpts == 0) {
		plan_pass(a, s, p_r);
		return;
	}
	g_assert(s->decisions->n == s->envelope->n_rcpts);
	asked = asked_for(a, s->decisions);
	spare_observed(s->decisions, asked, p_r);
	if (refusal_of_all(asked, s->decisions->n) != ACTION_PASS)
		refuse(a, s, asked, p_r);
	else if (header_sweep_flooded(s->sweep) && anybody_acts(s->decisions))
		plan_refuse_flood(a, s, p_r);
	else
		accept_for_some(a, s, asked, p_r);
}
