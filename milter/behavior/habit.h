/* Habits in few bytes: the hours at which somebody writes, and hashes of what else is usual.
 * Both are sets of counted entries; an entry of the record's newest day is marked open, and
 * stays apart until that day is over. Only files of this module include it. */
#ifndef BEHAVIOR_HABIT_H
#define BEHAVIOR_HABIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "behavior/history.h"

#define HOURS_A_DAY 24
#define HOUR_BYTES 2  /* hour and mark, count */
#define HABIT_BYTES 4 /* kind, mark and count in one, 24 bits of a hash */
#define HOURS_BYTES (2 * HOURS_A_DAY * HOUR_BYTES)
#define HABITS_BYTES (2 * USUAL_COUNT * USUAL_MOST * HABIT_BYTES)

/* one side of a merge */
struct side {
	struct bytes set;
	bool over; /* its newest day is over in the result: open entries close */
};

#define HASH_BEGIN 2166136261U

/* text_hash - of a text, by FNV-1a; what is stored depends on it
 * in    begin   HASH_BEGIN, or another number for hashes of another kind */
static inline uint32_t text_hash(uint32_t begin, const char *text)
{
	for (const char *c = text; *c != '\0'; c++)
		begin = (begin ^ (unsigned char)*c) * 16777619U;
	return begin;
}

/* hour_write - one message at an hour of the open day
 * in    hour   0..23 */
void hour_write(char to[HOUR_BYTES], int hour);

/* hours_are_sane - can they have come from counting? */
bool hours_are_sane(struct bytes hours);

/* hours_merge - both added up; counts end at 255
 * own   a
 * err   what is not sane is skipped */
struct bytes hours_merge(struct side x, struct side y, struct arena *a);

/* hours_count - messages at `hour` and up to `near` hours around it
 * in    side   over: count those of the newest day too */
int64_t hours_count(struct side hours, int hour, int near);

/* habit_write - one value, seen once on the open day */
void habit_write(char to[HABIT_BYTES], enum usual kind, const char *text);

/* habits_are_sane - can they have come from counting? */
bool habits_are_sane(struct bytes habits);

/* habits_merge - both added up; of each kind the USUAL_MOST most frequent of closed days stay,
 *                and as many of the open one
 * own   a
 * err   what is not sane is skipped */
struct bytes habits_merge(struct side x, struct side y, struct arena *a);

/* habits_have - is the value one of them?
 * in    side   over: look at those of the newest day too
 * err   UNKNOWN: nothing of this kind is known */
enum answer habits_have(struct side habits, enum usual kind, const char *text);

#endif
