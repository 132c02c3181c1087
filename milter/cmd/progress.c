/* A bar that is drawn over itself ten times a second when somebody watches, and a line every
 * five seconds when the output goes to a file. It must never slow down what it shows: the
 * clock is read once in a hundred calls. */
#include "cmd/progress.h"

#include <glib.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"

#define BAR_LETTERS 30
#define BAR_EVERY_US 100000
#define LINE_EVERY_US 5000000
#define CALLS_A_LOOK 100

struct progress {
	const char *unit;
	int64_t began_us, shown_us;
	unsigned calls;
	bool terminal, drawn;
};

struct progress *progress_create(const char *unit)
{
	struct progress *p = g_new0(struct progress, 1);

	p->unit = unit;
	p->began_us = p->shown_us = clock_mono_us();
	p->terminal = isatty(STDERR_FILENO) == 1;
	return p;
}

double progress_seconds(const struct progress *p)
{
	return (double)MAX(clock_mono_us() - p->began_us, 1) / 1e6;
}

static void draw(struct progress *p, size_t count, int64_t part, int64_t whole)
{
	double rate = (double)count / progress_seconds(p);
	int percent = whole > 0 ? (int)(MIN(part, whole) * 100 / whole) : -1;
	char bar[BAR_LETTERS + 1];

	for (int i = 0; i < BAR_LETTERS; i++)
		bar[i] = i * 100 < percent * BAR_LETTERS ? '#' : '.';
	bar[BAR_LETTERS] = '\0';
	if (p->terminal)
		fputs("\r\033[K", stderr);
	if (percent >= 0 && p->terminal)
		fprintf(stderr, "[%s] ", bar);
	if (percent >= 0)
		fprintf(stderr, "%3d %%  ", percent);
	fprintf(stderr, "%zu %s, %.0f a second%s", count, p->unit, rate,
		p->terminal ? "" : "\n");
	fflush(stderr);
	p->drawn = true;
}

void progress_show(struct progress *p, size_t count, int64_t part, int64_t whole)
{
	int64_t now_us;

	if (p->calls++ % CALLS_A_LOOK != 0)
		return;
	now_us = clock_mono_us();
	if (now_us - p->shown_us < (p->terminal ? BAR_EVERY_US : LINE_EVERY_US))
		return;
	p->shown_us = now_us;
	draw(p, count, part, whole);
}

void progress_destroy(struct progress **p)
{
	if (*p == NULL)
		return;
	if ((*p)->terminal && (*p)->drawn)
		fputs("\r\033[K", stderr);
	g_free(*p);
	*p = NULL;
}
