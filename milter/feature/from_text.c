/* What the text model says: log-odds as points, in thousandths, and the pieces of the message that
 * weigh most, so that who reads the verdict can see why. The model has no points of its own
 * and decides nothing. */
#include <glib.h>
#include <math.h>

#include "base/compiler.h"
#include "base/limits.h"
#include "base/printable.h"
#include "feature/extract.h"

enum {
	PIECES_MOST = 5, /* for, and as many against */
	PIECE_BYTES = 60,
	SAYS_SOMETHING = 0, /* log-odds above which pieces are told */
};

static const enum feature_id of_axis[AXIS_COUNT] = {
	[AXIS_THREAT] = FEATURE_TEXT_THREAT,
	[AXIS_SPAM] = FEATURE_TEXT_SPAM,
	[AXIS_GRAYMAIL] = FEATURE_TEXT_GRAYMAIL,
};

static void add_pieces(struct arena *a, struct collected *c, enum axis axis,
		       const struct text_weight *kept, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct text_piece *p = kept[i].piece;
		char *text = g_strndup(p->text.at, p->text.n);
		char *safe = printable(text, PIECE_BYTES);

		collect_add(c, arena_printf(a, "%+.1f %s \"%s\" (%s)", kept[i].log_odds,
					    p->where, safe, axis_names[axis]));
		g_free(safe);
		g_free(text);
	}
}

static struct value pieces(struct arena *a, const struct text_models *models,
			   const struct text_tokens *tokens, enum axis axis)
{
	struct collected *c = collect_new(a, 2 * PIECES_MOST);
	struct text_weight kept[PIECES_MOST];
	const struct text_weight *all = text_weigh(a, models, tokens, axis);

	add_pieces(a, c, axis, kept,
		   text_strongest(all, tokens->n_pieces, true, kept, PIECES_MOST));
	add_pieces(a, c, axis, kept,
		   text_strongest(all, tokens->n_pieces, false, kept, PIECES_MOST));
	return collect_value(c);
}

static void take(struct arena *a, const struct text_models *models,
		 const struct message *m, struct value *at)
{
	struct text_tokens tokens;
	struct text_score score;
	enum axis loudest = AXIS_COUNT;

	text_tokens_take(a, m, text_groups(models), &tokens);
	text_score(models, &tokens, &score);
	for (enum axis x = 0; x < AXIS_COUNT; x++) {
		if (!score.known[x])
			continue;
		at[of_axis[x]] = VALUE_OF_INT(lround(score.log_odds[x] * 1000));
		if (score.log_odds[x] > SAYS_SOMETHING &&
		    (loudest == AXIS_COUNT ||
		     score.log_odds[x] > score.log_odds[loudest]))
			loudest = x;
	}
	at[FEATURE_TEXT_PIECES] = loudest == AXIS_COUNT
					  ? VALUE_ABSENT
					  : pieces(a, models, &tokens, loudest);
}

void features_ask_models(struct arena *a, const struct text_models *models,
			 struct features *f)
{
	static const enum feature_id ours[] = { FEATURE_TEXT_THREAT, FEATURE_TEXT_SPAM,
						FEATURE_TEXT_GRAYMAIL,
						FEATURE_TEXT_PIECES };

	if (text_groups(models) == 0)
		return;
	take(a, models, f->message, f->at);
	for (size_t i = 0; i < f->n_authors; i++)
		for (size_t k = 0; k < COUNT_OF(ours); k++)
			f->authors[i].at[ours[k]] = f->at[ours[k]];
}
