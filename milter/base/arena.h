#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/compiler.h"

/* One owner for everything a message (or a session, or a loaded config) made.
 * Memory is zeroed, is never given back piece by piece, and goes at once. */
struct arena;

/* arena_create - open an arena
 * own   the caller destroys it
 * err   out of memory ends the process */
struct arena *arena_create(void) MUST_CHECK;

/* arena_alloc - n zeroed bytes, aligned for any type
 * in    n           bytes, 0 is allowed
 * own   the arena; valid until arena_destroy()
 * err   out of memory ends the process */
void *arena_alloc(struct arena *a, size_t n)
	__attribute__((malloc, alloc_size(2), returns_nonnull));

/* arena_alloc_raw - n bytes that the caller writes before he reads them
 * in    n           bytes, 0 is allowed
 * own   the arena; valid until arena_destroy()
 * err   out of memory ends the process */
void *arena_alloc_raw(struct arena *a, size_t n)
	__attribute__((malloc, alloc_size(2), returns_nonnull));

/* arena_defer - run fn(p) when the arena goes, last registered first
 * own   p stays the caller's idea; the arena only promises the call
 * err   out of memory ends the process */
void arena_defer(struct arena *a, void (*fn)(void *), void *p);

/* arena_strndup - a NUL-terminated copy of n bytes
 * own   the arena
 * err   out of memory ends the process */
char *arena_strndup(struct arena *a, const char *text, size_t n)
	__attribute__((returns_nonnull));

/* arena_strdup - a copy; NULL gives NULL
 * own   the arena
 * err   out of memory ends the process */
char *arena_strdup(struct arena *a, const char *text);

/* arena_printf - formatted text
 * own   the arena
 * err   out of memory ends the process */
char *arena_printf(struct arena *a, const char *format, ...) PRINTF_LIKE(2, 3)
	__attribute__((returns_nonnull));

/* arena_destroy - run the deferred calls, free all, set *a to NULL
 * in    *a may be NULL */
void arena_destroy(struct arena **a);

#define arena_new(a, type, n) ((type *)arena_alloc((a), sizeof(type) * (n)))

#endif
