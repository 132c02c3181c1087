/* How often somebody may try: wrong passwords for a name, and for all names together. */
#ifndef REVIEW_LIMITER_H
#define REVIEW_LIMITER_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct limiter;

/* limiter_create - nobody has tried yet
 * own   limiter_destroy() */
struct limiter *limiter_create(void);

/* limiter_destroy - give back; NULL is allowed */
void limiter_destroy(struct limiter *l);

/* limiter_admits - may this name be tried now? Counts it as a try that fails, until
 *                  limiter_succeeded()
 * in    now_us   on clock_mono_us() */
bool limiter_admits(struct limiter *l, const char *name, int64_t now_us);

/* limiter_succeeded - the try was none of the wrong ones */
void limiter_succeeded(struct limiter *l, const char *name);

#endif
