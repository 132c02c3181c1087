/* What models say of a message, and how one of them is taught. */
#ifndef TEXT_SCORE_H
#define TEXT_SCORE_H

#include "text/model.h"

struct text_models {
	const struct text_model *base;  /* NULL: none */
	const struct text_model *delta; /* NULL: none */
};

/* an axis has an opinion only if it was taught examples of both kinds */
struct text_score {
	bool known[AXIS_COUNT];
	double log_odds[AXIS_COUNT]; /* natural logarithm; 0: as likely as not */
};

/* text_score - log-odds of a message on each axis
 * in    models   both NULL: nothing is known
 *       tokens   of text_groups()
 * err   none
 * cost  one look into memory a token and model, some 20 us
 * use   any thread, while another process teaches the delta */
void text_score(const struct text_models *models, const struct text_tokens *tokens,
		struct text_score *score_r);

/* text_groups - the groups of tokens that models read
 * err   none */
unsigned text_groups(const struct text_models *models);

/* a piece of the message and what it weighs in an axis' log-odds */
struct text_weight {
	const struct text_piece *piece;
	double log_odds;
};

/* text_strongest - the pieces that weigh most
 * in    positive   for the axis; false: against it
 *       most       of them
 * out   *n_r, strongest first
 * own   a
 * err   none */
const struct text_weight *text_strongest(struct arena *a,
					 const struct text_models *models,
					 const struct text_tokens *tokens, enum axis axis,
					 bool positive, size_t most, size_t *n_r);

/* text_learn - teach one label; the next text_score() knows it
 * in    live     of text_model_open_live()
 *       base     the base that stands beside it; NULL: none
 *       tokens   of text_groups() of both
 * err   none
 * use   one process at a time: it holds a lock on the file meanwhile */
void text_learn(struct text_model *live, const struct text_model *base,
		const struct text_tokens *tokens, enum text_label label);

#endif
