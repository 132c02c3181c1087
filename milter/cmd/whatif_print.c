/* The end of "wonted explain". Of a record it is told by the rules of today: where they are not
 * those that decided, they must at least come to the same. */
#include "cmd/whatif_print.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/printable.h"
#include "cmd/command.h"
#include "detect/file_kind.h"
#include "journal/recorded.h"
#include "verdict/preference_axes.h"
#include "verdict/whatif.h"

static void print_head(const char *address)
{
	char *safe = printable(address, LIMIT_ADDRESS_BYTES);

	printf("\nwhat would have changed it for %s\n",
	       safe[0] != '\0' ? safe : "(not recorded)");
	g_free(safe);
}

/* ---- of a record ---- */

static void take_reasons(struct arena *a, const struct recorded_rcpt *rcpt,
			 struct whatif_setup *s)
{
	struct hit *hits = arena_new(a, struct hit, rcpt->n_reasons + 1);
	enum axis *axes = arena_new(a, enum axis, rcpt->n_reasons + 1);

	for (size_t i = 0; i < rcpt->n_reasons; i++) {
		const struct reason *r = &rcpt->reasons[i];

		if (r->axis == AXIS_COUNT || strcmp(r->rule, PREFERENCE_RULE) == 0)
			continue;
		hits[s->n_hits].rule = r->rule;
		hits[s->n_hits].milli[r->axis] = r->milli;
		axes[s->n_hits++] = r->axis;
	}
	s->hits = hits;
	s->axes = axes;
}

/* what a record is read again by */
struct today {
	const struct options *options;
	struct ruleset *rules;
	struct endings *endings;
};

static void print_recorded(struct arena *a, const struct today *today,
			   const struct recorded *r, const struct recorded_rcpt *rcpt)
{
	enum answer signals[DETECTOR_COUNT];
	struct whatif_setup s = {
		.rules = today->rules,
		.endings = today->endings,
		.features = &r->features,
		.facts = &rcpt->facts,
		.signals = signals,
		/* the sender stands there whenever personal data does, if only as "" */
		.pii_hidden = r->mail_from == NULL && rcpt->address == NULL,
		.missing = r->missing,
		.verdict = rcpt->verdict,
	};

	for (size_t i = 0; i < DETECTOR_COUNT; i++)
		signals[i] = rcpt->signals[i].answer;
	print_head(rcpt->address);
	s.policy = rcpt->policy == NULL
			   ? NULL
			   : options_policy_named(today->options, rcpt->policy);
	if (s.policy == NULL) {
		puts("  cannot be told: its policy is no more");
		return;
	}
	if (r->rules != NULL && strcmp(r->rules, ruleset_id(today->rules)) != 0)
		puts("  (by the rules of today, which are not those that decided)");
	take_reasons(a, rcpt, &s);
	fputs(whatif_text(a, &s), stdout);
}

static void print_decided(const struct today *today, struct bytes line)
{
	struct arena *a = arena_create();
	struct recorded r;

	if (!recorded_read_all(a, line, &r, NULL) || !r.has_features)
		r.n_rcpts = 0;
	for (size_t i = 0; i < r.n_rcpts; i++) {
		const struct recorded_rcpt *rcpt = &r.rcpts[i];

		if (rcpt->has_evidence && rcpt->verdict != VERDICT_COUNT &&
		    rcpt->action != ACTION_COUNT)
			print_recorded(a, today, &r, rcpt);
	}
	arena_destroy(&a);
}

void whatif_print_record(const struct options *o, const char *line)
{
	GError *e = NULL;
	struct today today = { .options = o, .rules = ruleset_load(o->rules_dir, &e) };
	const struct bytes *at;
	size_t n;

	if (today.rules == NULL) {
		command_fail("wonted explain: what would have changed it", e);
		return;
	}
	if (ruleset_list(today.rules, "dangerous_endings", &at, &n))
		today.endings = endings_create(at, n);
	print_decided(&today, bytes_of(line));
	endings_free(today.endings);
	ruleset_free(today.rules);
}

/* ---- of a message ---- */

static const struct hit *counted(struct arena *a, const struct rcpt_hits *hits,
				 size_t *n_r)
{
	struct hit *kept = arena_new(a, struct hit, hits->n + 1);

	*n_r = 0;
	for (size_t i = 0; i < hits->n; i++)
		if (!hits->at[i].observed)
			kept[(*n_r)++] = hits->at[i];
	return kept;
}

void whatif_print(const struct transaction *p)
{
	for (size_t i = 0; i < p->decisions.n && p->hits != NULL; i++) {
		const struct decision *d = &p->decisions.at[i];
		enum answer signals[DETECTOR_COUNT];
		struct whatif_setup s = { .rules = p->runtime->rules,
					  .policy = d->policy,
					  .endings = p->runtime->endings,
					  .features = &p->features,
					  .facts = &p->facts.rcpts[i],
					  .signals = signals,
					  .missing = d->missing,
					  .verdict = d->verdict };

		for (size_t k = 0; k < DETECTOR_COUNT; k++)
			signals[k] = p->signals[i].at[k].answer;
		s.hits = counted(p->arena, &p->hits[i], &s.n_hits);
		print_head(d->rcpt);
		fputs(whatif_text(p->arena, &s), stdout);
	}
}
