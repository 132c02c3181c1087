/* Inside of the text module: the mapping, and one axis' numbers of it. */
#ifndef TEXT_MAP_H
#define TEXT_MAP_H

#include "text/model.h"

#define TEXT_COUNT_MOST 1023      /* of a cell; log() of all of them is one table */
#define TEXT_WEIGHT_ONE 1048576.0 /* a live weight of 1 */
#define TEXT_COUNT_FLOOR 0.05     /* how often a token was seen that never was */

struct text_model {
	char *path;
	int fd;
	bool live, writable;
	size_t bytes;
	struct text_head head; /* as it was when it was opened: sizes and groups */
	unsigned char *map;
	float logs[TEXT_COUNT_MOST + 1]; /* of counts, live */
};

/* one axis of a live cell */
struct text_cell {
	int32_t weight;
	uint16_t pos, neg;
};

/* map_axis - an axis of the head, number by number: another process may be writing
 * err   what is no number reads as 0 */
struct text_axis map_axis(const struct text_model *m, enum axis axis);

/* map_axis_store - write it, number by number */
void map_axis_store(struct text_model *m, enum axis axis, const struct text_axis *a);

/* map_cell - an axis of a live cell, whole */
struct text_cell map_cell(const struct text_model *m, size_t cell, enum axis axis);

/* map_cell_store - write it at once */
void map_cell_store(struct text_model *m, size_t cell, enum axis axis,
		    struct text_cell value);

/* map_index - the cell of a token */
static inline size_t map_index(const struct text_model *m, const struct text_token *t)
{
	return ((size_t)t->group << m->head.bits) | (t->hash >> (32 - m->head.bits));
}

/* map_frozen - the cells of a frozen model, AXIS_COUNT bytes each */
static inline const int8_t *map_frozen(const struct text_model *m)
{
	return (const int8_t *)(m->map + TEXT_CELLS_AT);
}

#endif
