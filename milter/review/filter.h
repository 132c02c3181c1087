/* Which holds a page, a bulk act or the API is about: the fields of a query or form. */
#ifndef REVIEW_FILTER_H
#define REVIEW_FILTER_H

#include "quarantine/hold.h"
#include "review/form.h"
#include "review/page.h"

/* A filter with the texts that it points to. */
struct list_filter {
	struct hold_filter of;
	char *cursor_id;
};

/* filter_read - fields q, verdict, rule, decided_by, only_because, from, to, since, state,
 *               campaign, cursor
 * in    f   outlives it
 * own   filter_clear()
 * err   NULL: good; else static words on what is wrong */
const char *filter_read(const struct form *f, const struct options *o, int64_t now_s,
			struct list_filter *filter_r);

/* filter_clear - give back what is in it */
void filter_clear(struct list_filter *filter);

/* filter_fields - names of the fields, without cursor; NULL-terminated */
const char *const *filter_fields(void);

/* filter_query - a path with the fields that a form has
 * own   the caller frees with g_free() */
char *filter_query(const char *path, const struct form *f);

/* filter_cursor - where the list goes on behind a hold
 * own   the caller frees with g_free() */
char *filter_cursor(const struct hold *h);

#endif
