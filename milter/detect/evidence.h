/* Inside of the detect module: how detectors read evidence and put it into words. */
#ifndef DETECT_EVIDENCE_H
#define DETECT_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "detect/detect.h"

/* one function a detector, each in detect_NAME.c */
#define DETECTOR(name, scope, needs, since, title) \
	enum answer detect_##name(const struct evidence *e, const char **words_r);
#include "detect/detectors.def"
#undef DETECTOR

/* feature_answer - a yes-or-no feature; absent is no
 * err   UNKNOWN: it is */
static inline enum answer feature_answer(const struct evidence *e, enum feature_id id)
{
	return value_answer(&e->features->at[id]);
}

/* fact_answer - a yes-or-no fact; absent is no
 * err   UNKNOWN: it is */
static inline enum answer fact_answer(const struct evidence *e, enum fact_id id)
{
	return value_answer(&e->facts->at[id]);
}

/* feature_text - the text of a feature
 * err   NULL: absent or unknown */
static inline const char *feature_text(const struct evidence *e, enum feature_id id)
{
	const struct value *v = &e->features->at[id];

	return v->known == ANSWER_YES ? v->text : NULL;
}

/* fact_text - the text of a fact
 * err   NULL: absent or unknown */
static inline const char *fact_text(const struct evidence *e, enum fact_id id)
{
	const struct value *v = &e->facts->at[id];

	return v->known == ANSWER_YES ? v->text : NULL;
}

/* value_has_item - does a list hold this text?
 * err   false if either is absent or unknown */
bool value_has_item(const struct value *list, const char *text);

/* shown - foreign text fit to stand in words: printable, at most 80 bytes
 * in    text   NULL reads as "nothing"
 * own   e->arena */
const char *shown(const struct evidence *e, const char *text);

/* say - write words, and be the answer YES
 * own   e->arena */
enum answer say(const struct evidence *e, const char **words_r, const char *format, ...)
	PRINTF_LIKE(3, 4);

/* proven - what the memory knows of the address in From, as far as From is proven
 * out   what the memory says; its yes only as much as auth.aligned is
 * err   UNKNOWN: no fact, or DNS did not answer */
enum answer proven(const struct evidence *e, enum fact_id id);

#endif
