/* What a text model sees of a message: a bounded set of hashed tokens, each once. */
#ifndef TEXT_TOKENS_H
#define TEXT_TOKENS_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "message/message.h"

/* A model is trained on some of the groups; its file says which. */
enum text_group {
	TEXT_HEADER, /* 4-grams of the header block as it came */
	TEXT_GRAM,   /* 4-grams of subject and decoded text */
	TEXT_WORD,   /* words and pairs of words, marked by their field */
	TEXT_SHAPE,  /* header names, parts, HTML tags, hosts of links */
	TEXT_GROUP_COUNT
};

#define TEXT_GROUPS_ALL ((1U << TEXT_GROUP_COUNT) - 1)
/* without what tells where a message was received: for a model that goes elsewhere */
#define TEXT_GROUPS_CONTENT (TEXT_GROUPS_ALL & ~(1U << TEXT_HEADER))

struct text_token {
	uint32_t hash;
	uint16_t piece; /* the piece of the message it was taken from */
	uint8_t group;  /* enum text_group */
};

/* what a reader can be shown of where a token stands */
struct text_piece {
	const char *where; /* "subject", "text", "link", ... */
	struct bytes text;
};

struct text_tokens {
	const struct text_token *at; /* by group, in the order of enum text_group */
	size_t n;
	size_t begin[TEXT_GROUP_COUNT + 1]; /* of each group in at */
	const struct text_piece *pieces;
	size_t n_pieces;
};

/* text_tokens_take - the tokens of a message
 * in    groups   bits 1 << enum text_group: which are wanted
 * own   a; pieces point into m as well
 * cost  linear in what is read, which is bounded: at most LIMIT_TEXT_TOKENS, some 40 us */
void text_tokens_take(struct arena *a, const struct message *m, unsigned groups,
		      struct text_tokens *tokens_r);

#endif
