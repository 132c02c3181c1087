#include "base/arena.h"

#include <glib.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES 16384
#define SHORT_BYTES 256 /* most texts that are made are written only once */

struct block {
	struct block *next;
	size_t used, size;
	alignas(max_align_t) unsigned char data[];
};

struct deferred {
	struct deferred *next;
	void (*fn)(void *);
	void *p;
};

struct arena {
	struct block *blocks;
	struct deferred *deferred;
};

static NO_RETURN void out_of_memory(void)
{
	fputs("out of memory\n", stderr);
	abort();
}

/* not zeroed: most of a message's memory is written over at once */
static struct block *block_create(size_t size)
{
	struct block *b = size > SIZE_MAX - sizeof(*b) ? NULL : malloc(sizeof(*b) + size);

	if (b == NULL)
		out_of_memory();
	b->used = 0;
	b->size = size;
	return b;
}

struct arena *arena_create(void)
{
	struct arena *a = calloc(1, sizeof(*a));

	if (a == NULL)
		out_of_memory();
	return a;
}

static void *take(struct arena *a, size_t n)
{
	size_t need = (n + sizeof(max_align_t) - 1) & ~(sizeof(max_align_t) - 1);
	struct block *b = a->blocks;

	if (need < n)
		out_of_memory();
	if (b == NULL || b->size - b->used < need) {
		b = block_create(need > BLOCK_BYTES ? need : BLOCK_BYTES);
		b->next = a->blocks;
		a->blocks = b;
	}
	void *p = b->data + b->used;
	b->used += need;
	g_assert(b->used <= b->size);
	return p;
}

void *arena_alloc(struct arena *a, size_t n)
{
	return memset(take(a, n), 0, n);
}

void *arena_alloc_raw(struct arena *a, size_t n)
{
	return take(a, n);
}

void arena_defer(struct arena *a, void (*fn)(void *), void *p)
{
	struct deferred *d = arena_new(a, struct deferred, 1);

	*d = (struct deferred){ .next = a->deferred, .fn = fn, .p = p };
	a->deferred = d;
}

char *arena_strndup(struct arena *a, const char *text, size_t n)
{
	char *copy = take(a, n + 1);

	if (n > 0)
		memcpy(copy, text, n);
	copy[n] = '\0';
	return copy;
}

char *arena_strdup(struct arena *a, const char *text)
{
	return text == NULL ? NULL : arena_strndup(a, text, strlen(text));
}

char *arena_printf(struct arena *a, const char *format, ...)
{
	char short_text[SHORT_BYTES], *text;
	va_list ap, again;

	va_start(ap, format);
	va_copy(again, ap);
	int n = vsnprintf(short_text, sizeof(short_text), format, ap);
	va_end(ap);

	if (n < 0)
		out_of_memory();
	if ((size_t)n < sizeof(short_text)) {
		text = arena_strndup(a, short_text, (size_t)n);
	} else {
		text = take(a, (size_t)n + 1);
		vsnprintf(text, (size_t)n + 1, format, again);
	}
	va_end(again);
	return text;
}

void arena_destroy(struct arena **ap)
{
	struct arena *a = *ap;

	if (a == NULL)
		return;
	*ap = NULL;
	for (struct deferred *d = a->deferred; d != NULL; d = d->next)
		d->fn(d->p);
	while (a->blocks != NULL) {
		struct block *b = a->blocks;

		a->blocks = b->next;
		free(b);
	}
	free(a);
}
