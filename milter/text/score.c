/* In each group of tokens two models stand side by side, a logistic regression and naive
 * Bayes, each over messages of one length; what they say is bounded and added with weights
 * that are learnt, too. A frozen model holds the sum of both. */
#include "text/score.h"

#include <math.h>
#include <string.h>
#include <sys/file.h>

#include "base/compiler.h"
#include "text/map.h"

#define MOST_LOG_ODDS 12.0  /* of one model */
#define ENOUGH_LOG_ODDS 8.0 /* naive Bayes is not taught what it knows so well */
#define RATE 16.0           /* of the logistic regression, over texts of length 1 */
#define MIX_RATE 0.002      /* of the weights between models */
#define BIAS_RATE 0.01

/* ---- one model ---- */

/* log-odds of one axis, group by group */
struct opinion {
	double lr[TEXT_GROUP_COUNT], nb[TEXT_GROUP_COUNT]; /* frozen: lr is both */
	double all;
};

static double bounded(double x)
{
	return CLAMP(x, -MOST_LOG_ODDS, MOST_LOG_ODDS);
}

/* texts count as if all were of length 1 */
static double length_scale(const struct text_tokens *t, size_t group)
{
	return 1 / sqrt((double)(t->begin[group + 1] - t->begin[group]) + 1);
}

static double trusted(const struct text_axis *a, size_t group)
{
	double both = MIN(a->nb_pos[group], a->nb_neg[group]);

	return 0.5 * both / (both + 0.5);
}

/* of the axis, by how many messages naive Bayes has counted */
static double counted_odds(const struct text_axis *a, size_t group)
{
	return log((a->nb_neg[group] + 1.0) / (a->nb_pos[group] + 1.0));
}

static void ask_frozen(const struct text_model *m, const struct text_tokens *t,
		       struct opinion *o)
{
	const int8_t *cells = map_frozen(m);
	struct text_axis axes[AXIS_COUNT];

	for (enum axis a = 0; a < AXIS_COUNT; a++) {
		axes[a] = map_axis(m, a);
		o[a] = (struct opinion){ .all = axes[a].bias };
	}
	for (size_t g = 0; g < TEXT_GROUP_COUNT; g++) {
		int64_t sum[AXIS_COUNT] = { 0 };

		if ((m->head.groups >> g & 1) == 0)
			continue;
		for (size_t i = t->begin[g]; i < t->begin[g + 1]; i++) {
			const int8_t *cell = cells + map_index(m, &t->at[i]) * AXIS_COUNT;

			for (size_t a = 0; a < AXIS_COUNT; a++)
				sum[a] += cell[a];
		}
		for (enum axis a = 0; a < AXIS_COUNT; a++) {
			o[a].lr[g] = bounded((double)sum[a] * (double)axes[a].scale[g] *
					     length_scale(t, g));
			o[a].all += o[a].lr[g];
		}
	}
}

static void ask_group(const struct text_model *m, const struct text_tokens *t, size_t g,
		      struct opinion *o)
{
	int64_t weight[AXIS_COUNT] = { 0 };
	double bayes[AXIS_COUNT] = { 0 };
	size_t seen[AXIS_COUNT] = { 0 };

	for (size_t i = t->begin[g]; i < t->begin[g + 1]; i++) {
		size_t cell = map_index(m, &t->at[i]);

		for (enum axis a = 0; a < AXIS_COUNT; a++) {
			struct text_cell c = map_cell(m, cell, a);

			weight[a] += c.weight;
			if ((c.pos | c.neg) == 0)
				continue;
			bayes[a] += (double)(m->logs[c.pos] - m->logs[c.neg]);
			seen[a]++;
		}
	}
	for (enum axis a = 0; a < AXIS_COUNT; a++) {
		struct text_axis x = map_axis(m, a);
		double scale = length_scale(t, g);
		double odds = counted_odds(&x, g);

		o[a].lr[g] = bounded((double)weight[a] / TEXT_WEIGHT_ONE * scale +
				     (double)x.group_bias[g]);
		o[a].nb[g] = bounded((bayes[a] + (double)seen[a] * odds) * scale *
				     trusted(&x, g));
		o[a].all += (double)x.mix_lr[g] * o[a].lr[g] +
			    (double)x.mix_nb[g] * o[a].nb[g];
	}
}

static void ask_live(const struct text_model *m, const struct text_tokens *t,
		     struct opinion *o)
{
	for (enum axis a = 0; a < AXIS_COUNT; a++)
		o[a] = (struct opinion){ .all = (double)map_axis(m, a).bias };
	for (size_t g = 0; g < TEXT_GROUP_COUNT; g++)
		if ((m->head.groups >> g & 1) != 0)
			ask_group(m, t, g, o);
}

static void ask(const struct text_model *m, const struct text_tokens *t,
		struct opinion *o)
{
	if (m->live)
		ask_live(m, t, o);
	else
		ask_frozen(m, t, o);
}

static bool has_both(const struct text_axis *a)
{
	return a->pos > 0 && a->neg > 0;
}

/* ---- both ---- */

unsigned text_groups(const struct text_models *models)
{
	return (models->base == NULL ? 0 : models->base->head.groups) |
	       (models->delta == NULL ? 0 : models->delta->head.groups);
}

void text_score(const struct text_models *models, const struct text_tokens *tokens,
		struct text_score *score_r)
{
	const struct text_model *both[] = { models->base, models->delta };
	double mix[AXIS_COUNT] = { 1, 1, 1 };

	*score_r = (struct text_score){ 0 };
	for (enum axis a = 0; models->delta != NULL && a < AXIS_COUNT; a++)
		mix[a] = (double)map_axis(models->delta, a).mix_base;
	for (size_t i = 0; i < COUNT_OF(both); i++) {
		struct opinion o[AXIS_COUNT];

		if (both[i] == NULL)
			continue;
		ask(both[i], tokens, o);
		for (enum axis a = 0; a < AXIS_COUNT; a++) {
			struct text_axis x = map_axis(both[i], a);

			score_r->known[a] |= has_both(&x);
			score_r->log_odds[a] += i == 0 ? mix[a] * o[a].all : o[a].all;
		}
	}
}

/* ---- pieces ---- */

/* one token's part in what ask() says of its group */
static void weigh_group(const struct text_model *m, const struct text_tokens *t, size_t g,
			enum axis axis, struct text_weight *all)
{
	const struct text_axis x = map_axis(m, axis);
	double scale = length_scale(t, g), odds = counted_odds(&x, g);
	double trust = trusted(&x, g);

	for (size_t i = t->begin[g]; i < t->begin[g + 1]; i++) {
		size_t cell = map_index(m, &t->at[i]);
		double *sum = &all[t->at[i].piece].log_odds, nb = 0;

		if (!m->live) {
			*sum += map_frozen(m)[cell * AXIS_COUNT + axis] *
				(double)x.scale[g] * scale;
			continue;
		}
		struct text_cell c = map_cell(m, cell, axis);

		if ((c.pos | c.neg) != 0)
			nb = (double)(m->logs[c.pos] - m->logs[c.neg]) + odds;
		*sum += ((double)x.mix_lr[g] * c.weight / TEXT_WEIGHT_ONE +
			 (double)x.mix_nb[g] * nb * trust) *
			scale;
	}
}

struct text_weight *text_weigh(struct arena *a, const struct text_models *models,
			       const struct text_tokens *t, enum axis axis)
{
	const struct text_model *both[] = { models->base, models->delta };
	struct text_weight *all = arena_new(a, struct text_weight, t->n_pieces + 1);

	for (size_t i = 0; i < t->n_pieces; i++)
		all[i].piece = &t->pieces[i];
	for (size_t k = 0; k < COUNT_OF(both); k++)
		for (size_t g = 0; both[k] != NULL && g < TEXT_GROUP_COUNT; g++)
			if ((both[k]->head.groups >> g & 1) != 0)
				weigh_group(both[k], t, g, axis, all);
	return all;
}

static bool same_words(const struct text_piece *a, const struct text_piece *b)
{
	return strcmp(a->where, b->where) == 0 && bytes_equal(a->text, b->text);
}

/* Those found so far, strongest first; of equals the first that came stands first. */
struct strongest {
	struct text_weight *at;
	size_t n, most;
};

static void strongest_add(struct strongest *s, const struct text_weight *one)
{
	double weight = fabs(one->log_odds);
	size_t place = s->n, gone = 0;

	while (place > 0 && weight > fabs(s->at[place - 1].log_odds))
		place--;
	for (size_t i = 0; i < place; i++)
		if (same_words(s->at[i].piece, one->piece))
			return;
	for (gone = place; gone < s->n; gone++)
		if (same_words(s->at[gone].piece, one->piece))
			break;
	if (gone == s->most)
		gone--;
	else if (gone == s->n)
		s->n++;
	memmove(&s->at[place + 1], &s->at[place], (gone - place) * sizeof(s->at[0]));
	s->at[place] = *one;
}

size_t text_strongest(const struct text_weight *all, size_t n, bool positive,
		      struct text_weight *kept_r, size_t most)
{
	struct strongest s = { .at = kept_r, .most = most };

	for (size_t i = 0; i < n; i++) {
		double weight = positive ? all[i].log_odds : -all[i].log_odds;
		double least =
			s.n < most || most == 0 ? 0 : fabs(kept_r[most - 1].log_odds);

		if (most > 0 && weight > least && all[i].piece->text.n > 0)
			strongest_add(&s, &all[i]);
	}
	return s.n;
}

/* ---- teaching ---- */

/* is this label an example of the axis, of its contrary, or of neither? */
static int target(enum axis axis, enum text_label label)
{
	if (axis == AXIS_THREAT)
		return label == TEXT_THREAT;
	if (axis == AXIS_SPAM)
		return label == TEXT_SPAM || label == TEXT_THREAT;
	if (label == TEXT_SPAM || label == TEXT_THREAT)
		return -1;
	return label == TEXT_GRAYMAIL;
}

static double sigmoid(double x)
{
	return 1 / (1 + exp(-x));
}

/* a label on its way into one axis of a model */
struct label_step {
	struct text_model *m;
	enum axis axis;
	const struct text_tokens *tokens;
	bool yes;
};

/* step: of the weights; count: also one more for naive Bayes */
static void teach_group(const struct label_step *l, size_t g, double step, bool count)
{
	const struct text_tokens *t = l->tokens;

	for (size_t i = t->begin[g]; i < t->begin[g + 1]; i++) {
		size_t cell = map_index(l->m, &t->at[i]);
		struct text_cell c = map_cell(l->m, cell, l->axis);
		double weight = (double)c.weight + step * TEXT_WEIGHT_ONE;
		uint16_t *counted = l->yes ? &c.pos : &c.neg;

		c.weight = (int32_t)lround(
			CLAMP(weight, -(double)G_MAXINT32 / 2, (double)G_MAXINT32 / 2));
		if (count && *counted < TEXT_COUNT_MOST)
			(*counted)++;
		map_cell_store(l->m, cell, l->axis, c);
	}
}

/* of the weights between the models, by what all of them said together */
static void teach_mix(struct text_axis *x, const struct opinion *o, double base,
		      double error)
{
	for (size_t g = 0; g < TEXT_GROUP_COUNT; g++) {
		x->mix_lr[g] =
			(float)MAX(0, (double)x->mix_lr[g] + MIX_RATE * error * o->lr[g]);
		x->mix_nb[g] =
			(float)MAX(0, (double)x->mix_nb[g] + MIX_RATE * error * o->nb[g]);
	}
	x->mix_base =
		(float)MAX(0, (double)x->mix_base + MIX_RATE * error * bounded(base));
	x->bias = (float)((double)x->bias + BIAS_RATE * error);
}

static void teach_axis(const struct label_step *l, const struct opinion *o, double base)
{
	struct text_axis x = map_axis(l->m, l->axis);
	double y = l->yes ? 1 : 0;
	double error = y - sigmoid(o->all + (double)x.mix_base * base);

	for (size_t g = 0; g < TEXT_GROUP_COUNT; g++) {
		double e = y - sigmoid(o->lr[g]);
		bool count = (l->yes ? o->nb[g] : -o->nb[g]) < ENOUGH_LOG_ODDS;

		if ((l->m->head.groups >> g & 1) == 0)
			continue;
		teach_group(l, g, RATE * e * length_scale(l->tokens, g), count);
		x.group_bias[g] = (float)((double)x.group_bias[g] + BIAS_RATE * e);
		x.nb_pos[g] += count && l->yes;
		x.nb_neg[g] += count && !l->yes;
	}
	teach_mix(&x, o, base, error);
	x.pos += l->yes;
	x.neg += !l->yes;
	map_axis_store(l->m, l->axis, &x);
}

void text_learn(struct text_model *live, const struct text_model *base,
		const struct text_tokens *tokens, enum text_label label)
{
	struct opinion mine[AXIS_COUNT], its[AXIS_COUNT] = { 0 };
	uint32_t *labels =
		(uint32_t *)(void *)(live->map + offsetof(struct text_head, labels));

	g_assert(live->writable && label < TEXT_LABEL_COUNT);
	flock(live->fd, LOCK_EX);
	ask(live, tokens, mine);
	if (base != NULL)
		ask(base, tokens, its);
	for (enum axis a = 0; a < AXIS_COUNT; a++) {
		int yes = target(a, label);

		if (yes >= 0)
			teach_axis(&(struct label_step){ live, a, tokens, yes == 1 },
				   &mine[a], its[a].all);
	}
	__atomic_store_n(&labels[label], labels[label] + 1, __ATOMIC_RELAXED);
	flock(live->fd, LOCK_UN);
}
