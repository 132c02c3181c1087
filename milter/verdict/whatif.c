/* Detectors are looked at again under each supposition, because what they see may hang on
 * what is supposed. One that does not say of the values as they are what it said then (the
 * record is not all that it saw) may say anything under a supposition that changes them. */
#include "verdict/whatif.h"

#include <glib.h>
#include <string.h>

#include "base/limits.h"
#include "base/printable.h"
#include "rule/suppose.h"
#include "verdict/preference_axes.h"
#include "verdict/score.h"
#include "verdict/suppositions.h"

struct whatif {
	const char *words; /* what would have had to be otherwise; safe to show */
	enum verdict verdict;
	enum action action; /* that policy asks for then */
	bool certain; /* false: what was not recorded could speak against it, and the verdict
			 is the mildest that is possible */
};

/* single things joined by and; verdicts are compared by the strictness of what comes of them */
#define JOINED_MOST 3

struct search {
	struct arena *arena;
	const struct whatif_setup *setup;
	const struct supposer *supposer;
	bool same[DETECTOR_COUNT]; /* says again what it said then */
	GArray *found;             /* struct whatif */
	size_t looked;
};

/* things supposed at once */
struct guess {
	size_t kinds[JOINED_MOST], n_kinds; /* of suppositions[] */
	size_t off_signal;                  /* DETECTOR_COUNT: none */
	const char *off_rule;               /* NULL: none */
	/* how it came out */
	bool applied, certain;
	const char *words;
	enum verdict verdict; /* with the most points that are possible */
	enum verdict mildest; /* with the least */
	int64_t most[AXIS_COUNT];
};

static const struct signal *look_again(struct arena *a, const struct whatif_setup *s,
				       const struct features *f,
				       const struct rcpt_facts *facts)
{
	const struct detect_setup setup = { .endings = s->endings };
	const struct facts one = { .rcpts = facts, .n_rcpts = 1 };

	return detectors_look(a, f, &one, &setup)[0].at;
}

/* ---- what comes of points ---- */

static enum verdict verdict_of(const struct search *search,
			       const struct rcpt_facts *facts, const int64_t *milli)
{
	const struct whatif_setup *s = search->setup;
	struct decision d = { .policy = s->policy };
	struct reason own;

	memcpy(d.milli, milli, sizeof(d.milli));
	preference_move(search->arena, facts, &d, &own);
	d.verdict = score_verdict(d.milli, s->policy);
	/* what was missing might have had a word in it, unless it was wanted all the same */
	if (d.verdict == VERDICT_WANTED && s->verdict != VERDICT_WANTED &&
	    (s->missing & ~(unsigned)MISSING_SENDER_DNS) != 0)
		return VERDICT_UNDECIDED;
	return d.verdict;
}

/* ---- one guess ---- */

static const char *filled(struct arena *a, const char *words, const char *with)
{
	const char *at = strstr(words, "%s");
	char *safe = printable(with, LIMIT_REASON_VALUE_BYTES);
	const char *kept;

	g_assert(at != NULL);
	kept = arena_printf(a, "%.*s%s%s", (int)(at - words), words, safe, at + 2);
	g_free(safe);
	return kept;
}

static const char *and_words(struct arena *a, const char *before, const char *words)
{
	return before == NULL ? words : arena_printf(a, "%s and %s", before, words);
}

static bool suppose_kinds(const struct search *search, struct guess *g,
			  struct supposed *to)
{
	for (size_t i = 0; i < g->n_kinds; i++) {
		const struct supposition_kind *kind = &suppositions[g->kinds[i]];
		const char *with = kind->apply(to);

		if (with == NULL)
			return false;
		g->words = and_words(search->arena, g->words,
				     filled(search->arena, kind->words, with));
	}
	return true;
}

/* signals as they would be; guessed: which are no more than that */
static void suppose_signals(const struct search *search, const struct guess *g,
			    const struct supposed *to, enum answer *signals,
			    bool *guessed)
{
	const struct whatif_setup *s = search->setup;
	const struct signal *again = NULL;

	if (g->n_kinds > 0)
		again = look_again(to->arena, s, &to->features, &to->facts);
	for (size_t i = 0; i < DETECTOR_COUNT; i++) {
		signals[i] = again == NULL || !search->same[i] ? s->signals[i]
							       : again[i].answer;
		guessed[i] = again != NULL && !search->same[i];
		if (i == g->off_signal) {
			signals[i] = ANSWER_NO;
			guessed[i] = false;
		}
	}
}

static void look(struct search *search, struct guess *g)
{
	struct arena *a = arena_create();
	struct supposed *to = arena_new(a, struct supposed, 1);
	enum answer signals[DETECTOR_COUNT];
	bool guessed[DETECTOR_COUNT];
	struct points_range range;
	const struct supposition what = { .features = &to->features,
					  .facts = &to->facts,
					  .signals = signals,
					  .guessed = guessed,
					  .off = &g->off_rule,
					  .n_off = g->off_rule != NULL };

	*to = (struct supposed){ .arena = a,
				 .rules = search->setup->rules,
				 .features = *search->setup->features,
				 .facts = *search->setup->facts };
	search->looked++;
	g->applied = suppose_kinds(search, g, to);
	if (g->applied) {
		suppose_signals(search, g, to, signals, guessed);
		range = suppose(search->supposer, &what);
		g->verdict = verdict_of(search, &to->facts, range.most);
		g->mildest = verdict_of(search, &to->facts, range.least);
		g->certain = g->verdict == g->mildest;
		memcpy(g->most, range.most, sizeof(g->most));
	}
	arena_destroy(&a);
}

static bool is_new(const struct search *search, const struct guess *g)
{
	return g->applied && g->certain && g->verdict != search->setup->verdict;
}

/* milder, unless the text or a header that is not recorded speaks against it */
static bool may_help(const struct search *search, const struct guess *g)
{
	return g->applied && !g->certain && g->mildest < search->setup->verdict;
}

static void keep(struct search *search, const struct guess *g)
{
	struct whatif w = { .words = g->words,
			    .verdict = g->mildest,
			    .certain = g->certain };

	w.action = score_action(g->mildest, search->setup->policy);
	g_array_append_val(search->found, w);
}

/* ---- all guesses ---- */

static bool is_milder(const struct search *search)
{
	for (guint i = 0; i < search->found->len; i++)
		if (g_array_index(search->found, struct whatif, i).certain &&
		    g_array_index(search->found, struct whatif, i).verdict <
			    search->setup->verdict)
			return true;
	return false;
}

static void look_at_kinds(struct search *search, struct guess *singles)
{
	for (size_t i = 0; i < WHATIF_COUNT; i++) {
		singles[i] = (struct guess){ .kinds = { i },
					     .n_kinds = 1,
					     .off_signal = DETECTOR_COUNT };
		look(search, &singles[i]);
		if (is_new(search, &singles[i]) ||
		    (suppositions[i].excuses && may_help(search, &singles[i])))
			keep(search, &singles[i]);
	}
}

static void look_at_signals(struct search *search)
{
	for (size_t i = 0; i < DETECTOR_COUNT; i++) {
		struct guess g = { .off_signal = i };

		if (search->setup->signals[i] != ANSWER_YES)
			continue;
		g.words = arena_printf(search->arena, "signal %s off", detectors[i].name);
		look(search, &g);
		if (is_new(search, &g))
			keep(search, &g);
	}
}

static void look_at_rules(struct search *search)
{
	size_t n = MIN(search->setup->n_hits, LIMIT_WHATIF_RULES);

	for (size_t i = 0; i < n; i++) {
		struct guess g = { .off_signal = DETECTOR_COUNT,
				   .off_rule = search->setup->hits[i].rule };

		g.words = arena_printf(search->arena, "rule %s off", g.off_rule);
		look(search, &g);
		if (is_new(search, &g))
			keep(search, &g);
	}
}

/* of the axis that decides: the fewest points that are left */
static int64_t left(const struct search *search, const struct guess *g)
{
	enum axis axis = verdict_axis(search->setup->verdict);

	return !g->applied || axis == AXIS_COUNT ? INT64_MAX : g->most[axis];
}

/* the best guess with one more thing than `from` has */
static struct guess add_best(struct search *search, const struct guess *from)
{
	struct guess best = *from;

	for (size_t i = 0; i < WHATIF_COUNT && search->looked < LIMIT_WHATIFS; i++) {
		struct guess g = *from;

		if (!suppositions[i].excuses)
			continue;
		g.words = NULL;
		g.kinds[g.n_kinds++] = i;
		look(search, &g);
		if (is_new(search, &g) && g.verdict < search->setup->verdict)
			keep(search, &g);
		if (left(search, &g) < left(search, &best))
			best = g;
	}
	return best;
}

/* No single thing is enough: what helps most, with another, and with a third. */
static void look_at_more(struct search *search, const struct guess *singles)
{
	struct guess best = { .applied = false };

	for (size_t i = 0; i < WHATIF_COUNT; i++)
		if (suppositions[i].excuses &&
		    left(search, &singles[i]) < left(search, &best))
			best = singles[i];
	while (best.applied && best.n_kinds < JOINED_MOST && !is_milder(search)) {
		size_t before = best.n_kinds;

		best = add_best(search, &best);
		if (best.n_kinds == before)
			return;
	}
}

static void compare_detectors(struct search *search)
{
	const struct whatif_setup *s = search->setup;
	const struct signal *again = look_again(search->arena, s, s->features, s->facts);

	for (size_t i = 0; i < DETECTOR_COUNT; i++)
		search->same[i] = again[i].answer == s->signals[i];
}

/* n_r of them, each alone enough, if it is certain; where nothing alone makes it milder, two or
 * three together may stand there. false: with these rules the message would not have come out as
 * it did */
static bool find(struct arena *a, const struct whatif_setup *s,
		 const struct whatif **at_r, size_t *n_r)
{
	const struct suppose_setup setup = { .features = s->features,
					     .facts = s->facts,
					     .signals = s->signals,
					     .pii_hidden = s->pii_hidden,
					     .hits = s->hits,
					     .n_hits = s->n_hits,
					     .axes = s->axes };
	struct search search = { .arena = a, .setup = s };
	const struct supposition as_it_was = { .features = s->features,
					       .facts = s->facts,
					       .signals = s->signals };
	struct guess singles[WHATIF_COUNT];
	struct points_range range;
	struct whatif *kept;

	*at_r = NULL;
	*n_r = 0;
	search.supposer = supposer_create(a, s->rules, &setup);
	if (search.supposer == NULL)
		return false;
	range = suppose(search.supposer, &as_it_was);
	if (verdict_of(&search, s->facts, range.most) != s->verdict)
		return false;
	search.found = g_array_new(FALSE, TRUE, sizeof(struct whatif));
	compare_detectors(&search);
	look_at_kinds(&search, singles);
	look_at_signals(&search);
	look_at_rules(&search);
	if (s->verdict != VERDICT_WANTED && !is_milder(&search))
		look_at_more(&search, singles);
	*n_r = search.found->len;
	kept = arena_new(a, struct whatif, *n_r + 1);
	if (*n_r > 0)
		memcpy(kept, search.found->data, *n_r * sizeof(*kept));
	*at_r = kept;
	g_array_unref(search.found);
	return true;
}

/* ---- in words ---- */

static const char *const done_words[ACTION_COUNT] = {
	[ACTION_PASS] = "delivered", [ACTION_BANNER] = "delivered with a banner",
	[ACTION_JUNK] = "junk",      [ACTION_QUARANTINE] = "held",
	[ACTION_DEFER] = "deferred", [ACTION_REJECT] = "rejected",
};

static void say_verdict(GString *to, bool certain, enum verdict v,
			const struct whatif *all, size_t n)
{
	size_t told = 0;

	for (size_t i = 0; i < n; i++) {
		if (all[i].verdict != v || all[i].certain != certain)
			continue;
		if (told == 0)
			g_string_append_printf(
				to, "  %s%s (%s), if: ",
				certain ? "" : "perhaps (the text is not recorded) ",
				done_words[all[i].action], verdict_names[v]);
		if (told < LIMIT_WHATIFS_TOLD)
			g_string_append_printf(to, "%s%s", told == 0 ? "" : " | ",
					       all[i].words);
		told++;
	}
	if (told > LIMIT_WHATIFS_TOLD)
		g_string_append_printf(to, " | and %zu more", told - LIMIT_WHATIFS_TOLD);
	if (told > 0)
		g_string_append_c(to, '\n');
}

const char *whatif_text(struct arena *a, const struct whatif_setup *s)
{
	GString *to = g_string_new(NULL);
	const struct whatif *all;
	const char *kept;
	size_t n;

	if (!find(a, s, &all, &n))
		g_string_append(to,
				"  cannot be told: by the rules of today this would not "
				"have been decided so\n");
	else if (n == 0)
		g_string_append(to,
				"  nothing that is known would alone have changed it\n");
	for (int v = VERDICT_WANTED; v < VERDICT_COUNT; v++) {
		say_verdict(to, true, (enum verdict)v, all, n);
		say_verdict(to, false, (enum verdict)v, all, n);
	}
	kept = arena_strndup(a, to->str, to->len);
	g_string_free(to, TRUE);
	return kept;
}
