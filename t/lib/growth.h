/* How work on foreign bytes grows from 10 kB over 100 kB to 1,000 kB of one thing repeated: CPU
 * time of the calling thread, and the most memory that the process had. Ten times the bytes may
 * take some ten times of both; what grows with the square takes a hundred times. */
#ifndef WONTED_T_GROWTH_H
#define WONTED_T_GROWTH_H

#include <fcntl.h>
#include <glib.h>
#include <malloc.h>
#include <stdbool.h>
#include <unistd.h>

#include "lib/effort.h"

enum {
	GROWTH_LEAST = 10 * 1000, /* bytes; then ten and a hundred times as many */
	GROWTH_SIZES = 3,
	GROWTH_TRIES = 3,
	GROWTH_TIMES_MOST = 25,     /* for ten times the bytes */
	GROWTH_NOISE_KB = 8 * 1024, /* what an allocator keeps, and libraries load once */
};

/* one way to be hostile: head, so often the unit that the size is full, tail */
struct growth_row {
	char *what;
	GBytes *head, *unit, *tail;
};

typedef int (*growth_entry)(const uint8_t *data, size_t n);

struct growth_input {
	growth_entry entry;
	const GByteArray *bytes;
};

static inline void growth_append(GByteArray *to, GBytes *more)
{
	g_byte_array_append(to, g_bytes_get_data(more, NULL),
			    (guint)g_bytes_get_size(more));
}

static inline GByteArray *growth_fill(const struct growth_row *r, size_t n)
{
	GByteArray *all = g_byte_array_new();

	growth_append(all, r->head);
	while (all->len + g_bytes_get_size(r->tail) < n)
		growth_append(all, r->unit);
	growth_append(all, r->tail);
	return all;
}

static inline void growth_run(const void *of, size_t n)
{
	const struct growth_input *in = of;

	in->entry(in->bytes->data, n);
}

/* The most memory since the last growth_forget_peak(), or 0 where the system does not say. */
static inline long growth_peak_kb(void)
{
	char *text = NULL, *at;
	long kb = 0;

	if (g_file_get_contents("/proc/self/status", &text, NULL, NULL) &&
	    (at = strstr(text, "VmHWM:")) != NULL)
		kb = strtol(at + strlen("VmHWM:"), NULL, 10);
	g_free(text);
	return kb;
}

static inline void growth_forget_peak(void)
{
	int fd = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);

	malloc_trim(0);
	if (fd >= 0 && write(fd, "5", 1) != 1)
		g_printerr("# the peak of memory stays\n");
	if (fd >= 0)
		close(fd);
}

struct growth_cost {
	int64_t us;
	long kb;
};

static inline struct growth_cost growth_measure(growth_entry entry,
						const struct growth_row *r, size_t n)
{
	struct growth_input in = { .entry = entry, .bytes = growth_fill(r, n) };
	struct growth_cost cost;
	long before_kb;

	growth_forget_peak();
	before_kb = growth_peak_kb();
	cost.us = effort_us(growth_run, &in, in.bytes->len);
	cost.kb = growth_peak_kb() - before_kb;
	g_byte_array_unref((GByteArray *)(uintptr_t)in.bytes);
	return cost;
}

static inline bool growth_step_is_linear(const struct growth_cost *less,
					 const struct growth_cost *more)
{
	if (EFFORT_TIMES_MOST > GROWTH_TIMES_MOST)
		return true;
	return more->us < GROWTH_TIMES_MOST * less->us + EFFORT_NOISE_US &&
	       more->kb < GROWTH_TIMES_MOST * less->kb + GROWTH_NOISE_KB;
}

static inline bool growth_try(growth_entry entry, const struct growth_row *r)
{
	size_t n = GROWTH_LEAST;
	struct growth_cost last = growth_measure(entry, r, n), now;

	for (int k = 1; k < GROWTH_SIZES; k++, last = now) {
		now = growth_measure(entry, r, n *= 10);
		printf("# %s: %zu kB: %d us, %ld kB; %zu kB: %d us, %ld kB\n", r->what,
		       n / 10000, (int)last.us, last.kb, n / 1000, (int)now.us, now.kb);
		if (!growth_step_is_linear(&last, &now))
			return false;
	}
	return true;
}

/* growth_is_linear - does a row's cost grow with its size? A size whose cost does not is not
 *                    followed by a greater one, which could take hours
 * err   none: true when one of three tries says so */
static inline bool growth_is_linear(growth_entry entry, const struct growth_row *r)
{
	for (int i = 0; i < GROWTH_TRIES; i++)
		if (growth_try(entry, r))
			return true;
	return false;
}

#endif
