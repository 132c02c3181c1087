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

static void take_reasons(struct arena *a, const struct recorded_decision *d,
			 struct whatif_setup *s)
{
	struct hit *hits = arena_new(a, struct hit, d->n_reasons + 1);
	enum axis *axes = arena_new(a, enum axis, d->n_reasons + 1);

	for (size_t i = 0; i < d->n_reasons; i++) {
		const struct reason *r = &d->reasons[i];

		if (strcmp(r->rule, PREFERENCE_RULE) == 0)
			continue;
		hits[s->n_hits].rule = r->rule;
		hits[s->n_hits].milli[r->axis] = r->milli;
		axes[s->n_hits++] = r->axis;
	}
	s->hits = hits;
	s->axes = axes;
}

static void print_recorded(struct arena *a, const struct options *o,
			   const struct ruleset *rules, const struct endings *endings,
			   const struct recorded_decision *d)
{
	struct whatif_setup s = { .rules = rules,
				  .endings = endings,
				  .features = &d->features,
				  .facts = &d->facts,
				  .signals = d->signals,
				  .pii_hidden = !d->pii,
				  .missing = d->missing,
				  .verdict = d->verdict };

	print_head(d->address);
	s.policy = d->policy == NULL ? NULL : options_policy_named(o, d->policy);
	if (s.policy == NULL) {
		puts("  cannot be told: its policy is no more");
		return;
	}
	if (d->rules != NULL && strcmp(d->rules, ruleset_id(rules)) != 0)
		puts("  (by the rules of today, which are not those that decided)");
	take_reasons(a, d, &s);
	fputs(whatif_text(a, &s), stdout);
}

void whatif_print_record(const struct options *o, const char *line)
{
	GError *e = NULL;
	struct ruleset *rules = ruleset_load(o->rules_dir, &e);
	struct endings *endings = NULL;
	const struct bytes *at;
	bool last = false;
	size_t n;

	if (rules == NULL) {
		command_fail("wonted explain: what would have changed it", e);
		return;
	}
	if (ruleset_list(rules, "dangerous_endings", &at, &n))
		endings = endings_create(at, n);
	for (size_t i = 0; !last; i++) {
		struct arena *a = arena_create();
		struct recorded_decision d;

		if (recorded_decision(a, bytes_of(line), i, &d, &last))
			print_recorded(a, o, rules, endings, &d);
		arena_destroy(&a);
	}
	endings_free(endings);
	ruleset_free(rules);
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
