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
 * cost  one look into memory a token and model: a full message some 10 us in a base, 60 in a
 *       delta
 * use   any thread, while another process teaches the delta */
void text_score(const struct text_models *models, const struct text_tokens *tokens,
		struct text_score *score_r);

/* text_groups - the groups of tokens that models read */
unsigned text_groups(const struct text_models *models);

/* a piece of the message and what it weighs in an axis' log-odds */
struct text_weight {
	const struct text_piece *piece;
	double log_odds;
};

/* text_weigh - what the pieces of a message weigh in an axis
 * in    tokens   of text_groups()
 * out   one a piece, in their order
 * own   a */
struct text_weight *text_weigh(struct arena *a, const struct text_models *models,
			       const struct text_tokens *tokens, enum axis axis);

/* text_strongest - of them, those for the axis or those against it; the same words in the
 *                  same place once
 * in    all[n]   of text_weigh(), tokens->n_pieces of them
 *       kept_r   room for most
 * out   how many were found; strongest first
 * cost  looks once at each; at most of those that are strong */
size_t text_strongest(const struct text_weight *all, size_t n, bool positive,
		      struct text_weight *kept_r, size_t most);

/* text_learn - teach one label; the next text_score() knows it
 * in    live     of text_model_open_live()
 *       base     the base that stands beside it; NULL: none
 *       tokens   of text_groups() of both
 * use   one process at a time: it holds a lock on the file meanwhile */
void text_learn(struct text_model *live, const struct text_model *base,
		const struct text_tokens *tokens, enum text_label label);

#endif
