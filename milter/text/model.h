/* A text model as a file: a base, frozen and small, that is shipped; and a delta, live, that
 * one machine's learner changes in place while filters read it. Both begin with the same head,
 * are mapped, and are only ever replaced as a whole (rename). All numbers are little-endian. */
#ifndef TEXT_MODEL_H
#define TEXT_MODEL_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/words.h"
#include "text/tokens.h"

#define TEXT_MODEL_VERSION 1
#define TEXT_MODEL_MAGIC "WONTEXT\n"

enum text_kind {
	TEXT_FROZEN = 1, /* a cell is one int8 an axis */
	TEXT_LIVE = 2,   /* a cell is a weight and two counts an axis: 8 bytes */
};

enum text_label { TEXT_HAM, TEXT_SPAM, TEXT_THREAT, TEXT_GRAYMAIL, TEXT_LABEL_COUNT };

/* spellings in an index: ham, spam, threat, graymail */
extern const char *const text_label_names[TEXT_LABEL_COUNT];

/* one axis of a model, as it stands in the file; in a frozen one only bias, scale, pos and neg
 * say anything. All members are 4 bytes, each read and written at once. */
struct text_axis {
	float bias;                         /* of all */
	float mix_base;                     /* weight of the base's log-odds */
	float scale[TEXT_GROUP_COUNT];      /* frozen: a step of its int8 */
	float group_bias[TEXT_GROUP_COUNT]; /* of its logistic regression */
	float mix_lr[TEXT_GROUP_COUNT]; /* weight of the logistic regression's log-odds */
	float mix_nb[TEXT_GROUP_COUNT]; /* weight of naive Bayes' log-odds */
	uint32_t nb_pos[TEXT_GROUP_COUNT]; /* messages naive Bayes has counted */
	uint32_t nb_neg[TEXT_GROUP_COUNT];
	uint32_t pos, neg; /* labels it was taught */
};

struct text_head {
	char magic[8];
	uint32_t version; /* of this format and of how tokens are made */
	uint32_t kind;    /* enum text_kind */
	uint32_t groups;  /* bits 1 << enum text_group */
	uint32_t bits;    /* a group has 1 << bits cells */
	uint32_t cell_bytes;
	uint32_t unused;
	uint64_t cells;    /* of all groups */
	uint64_t checksum; /* of all behind it; 0 in a live one */
	uint32_t labels[TEXT_LABEL_COUNT];
	struct text_axis axes[AXIS_COUNT];
};

#define TEXT_CELLS_AT 1024 /* offset of the cells: head, then zeros */

/* One mapped file. */
struct text_model;

/* text_model_open - map a model to read
 * own   text_model_close()
 * err   NULL: missing, cut, corrupt, of a foreign version; e names the file and the remedy */
struct text_model *text_model_open(const char *path, GError **e);

/* text_model_open_live - map a delta to teach it
 * own   text_model_close()
 * err   NULL: as text_model_open(), or it is a frozen one */
struct text_model *text_model_open_live(const char *path, GError **e);

/* text_model_create - write an empty delta, whole or not at all
 * in    groups   of tokens
 * err   false: e names the path */
bool text_model_create(const char *path, unsigned groups, GError **e);

/* text_model_freeze - write a live model as a base, whole or not at all
 * cost  the same labels in the same order give the same bytes
 * err   false: e names the path */
bool text_model_freeze(const struct text_model *m, const char *path, GError **e);

/* text_model_head - what it says of itself, as it stands now */
struct text_head text_model_head(const struct text_model *m);

/* text_model_close - unmap; sets *m to NULL
 * in    *m may be NULL */
void text_model_close(struct text_model **m);

#endif
