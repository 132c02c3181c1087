/* An amount of memory that many share. Who gets no more of it must do with less: there is no
 * waiting, so nobody can make others wait. */
#ifndef BASE_BUDGET_H
#define BASE_BUDGET_H

#include <stdbool.h>
#include <stddef.h>

struct budget {
	_Atomic size_t used;
};

/* budget_take - use n more
 * in    most   used by all together afterwards
 * err   false: it would be more, and nothing was taken */
bool budget_take(struct budget *b, size_t n, size_t most);

/* budget_give - use n less, of what was taken */
void budget_give(struct budget *b, size_t n);

#endif
