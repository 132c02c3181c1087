/* Habits in few bytes, for records of which there are many: what is usual between one mailbox
 * and one correspondent. A hash of 24 bits tells whether a value was seen, not which one it
 * was; that somebody makes a value of the same hash is why SENDER records keep the texts.
 * Merging is commutative: counts end at a most, they do not decay - a habit that is given up
 * is forgotten with its record. */
#include "behavior/habit.h"

#include <stdlib.h>
#include <string.h>

#define OPEN 0x80U /* of the first byte of an entry */
#define HOUR_COUNT_MOST 255U
#define KIND_SHIFT 4
#define KIND_MASK 7U
#define COUNT_MASK 15U

static unsigned byte_at(struct bytes b, size_t i)
{
	return (unsigned char)b.at[i];
}

/* --- hours --- */

void hour_write(char to[HOUR_BYTES], int hour)
{
	to[0] = (char)(OPEN | (unsigned)hour % HOURS_A_DAY);
	to[1] = 1;
}

bool hours_are_sane(struct bytes hours)
{
	unsigned before = 0;

	if (hours.n % HOUR_BYTES != 0)
		return false;
	for (size_t i = 0; i < hours.n; i += HOUR_BYTES) {
		unsigned first = byte_at(hours, i);

		if ((first & ~OPEN) >= HOURS_A_DAY || (i > 0 && first <= before))
			return false;
		before = first;
	}
	return true;
}

/* in order of the first byte: closed before open */
static size_t put_hour(char *all, size_t n, unsigned first, unsigned count)
{
	size_t i = 0;

	while (i < n && (unsigned char)all[i] < first)
		i += HOUR_BYTES;
	if (i == n || (unsigned char)all[i] != first) {
		memmove(all + i + HOUR_BYTES, all + i, n - i);
		all[i] = (char)first;
		all[i + 1] = 0;
		n += HOUR_BYTES;
	}
	count += (unsigned char)all[i + 1];
	all[i + 1] = (char)MIN(count, HOUR_COUNT_MOST);
	return n;
}

static size_t put_hours(char *all, size_t n, struct side from)
{
	if (n == 0 && from.set.n > 0 && !from.over && hours_are_sane(from.set)) {
		memcpy(all, from.set.at, from.set.n);
		return from.set.n;
	}
	for (size_t i = 0; i + HOUR_BYTES <= from.set.n; i += HOUR_BYTES) {
		unsigned first = byte_at(from.set, i) & (from.over ? ~OPEN : ~0U);

		if ((first & ~OPEN) < HOURS_A_DAY)
			n = put_hour(all, n, first, byte_at(from.set, i + 1));
	}
	return n;
}

struct bytes hours_merge(struct side x, struct side y, struct arena *a)
{
	char all[HOURS_BYTES];
	size_t n = put_hours(all, put_hours(all, 0, x), y);

	return (struct bytes){ .at = memcpy(arena_alloc(a, n), all, n), .n = n };
}

int64_t hours_count(struct side hours, int hour, int near)
{
	int64_t n = 0;

	for (size_t i = 0; i + HOUR_BYTES <= hours.set.n; i += HOUR_BYTES) {
		unsigned first = byte_at(hours.set, i);
		int away = abs((int)(first & ~OPEN) - hour);

		if (((first & OPEN) == 0 || hours.over) &&
		    MIN(away, HOURS_A_DAY - away) <= near)
			n += byte_at(hours.set, i + 1);
	}
	return n;
}

/* --- hashes of other values --- */

struct habit {
	unsigned kind, count, hash;
	bool open;
};

static unsigned hash_of(const char *text)
{
	uint32_t hash = text_hash(HASH_BEGIN, text);

	return (hash >> 24 ^ hash) & 0xffffffU;
}

static void put_habit(char *to, const struct habit *h)
{
	to[0] = (char)((h->open ? OPEN : 0) | h->kind << KIND_SHIFT |
		       MIN(h->count, COUNT_MASK));
	to[1] = (char)(h->hash & 0xff);
	to[2] = (char)(h->hash >> 8 & 0xff);
	to[3] = (char)(h->hash >> 16 & 0xff);
}

static struct habit read_habit(struct side from, size_t i)
{
	unsigned first = byte_at(from.set, i);

	return (struct habit){
		.open = (first & OPEN) != 0 && !from.over,
		.kind = first >> KIND_SHIFT & KIND_MASK,
		.count = first & COUNT_MASK,
		.hash = byte_at(from.set, i + 1) | byte_at(from.set, i + 2) << 8 |
			byte_at(from.set, i + 3) << 16,
	};
}

void habit_write(char to[HABIT_BYTES], enum usual kind, const char *text)
{
	put_habit(to, &(struct habit){ .kind = (unsigned)kind,
				       .count = 1,
				       .hash = hash_of(text),
				       .open = true });
}

bool habits_are_sane(struct bytes habits)
{
	if (habits.n % HABIT_BYTES != 0)
		return false;
	for (size_t i = 0; i < habits.n; i += HABIT_BYTES)
		if ((byte_at(habits, i) >> KIND_SHIFT & KIND_MASK) >= USUAL_COUNT)
			return false;
	return true;
}

struct habits {
	struct habit at[2 * HABITS_BYTES / HABIT_BYTES];
	size_t n;
};

static void add_habits(struct side from, struct habits *sum)
{
	for (size_t i = 0; i + HABIT_BYTES <= from.set.n; i += HABIT_BYTES) {
		struct habit one = read_habit(from, i);
		size_t k = 0;

		while (k < sum->n &&
		       (sum->at[k].kind != one.kind || sum->at[k].open != one.open ||
			sum->at[k].hash != one.hash))
			k++;
		if (k < sum->n)
			sum->at[k].count += one.count;
		else if (sum->n < COUNT_OF(sum->at) && one.kind < USUAL_COUNT)
			sum->at[sum->n++] = one;
	}
}

/* by kind, closed before open, frequent before seldom */
static int compare_habits(const void *pa, const void *pb)
{
	const struct habit *a = pa, *b = pb;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->open != b->open)
		return a->open ? 1 : -1;
	if (MIN(a->count, COUNT_MASK) != MIN(b->count, COUNT_MASK))
		return a->count > b->count ? -1 : 1;
	return a->hash < b->hash ? -1 : a->hash > b->hash;
}

struct bytes habits_merge(struct side x, struct side y, struct arena *a)
{
	struct habits sum; /* 3 kB: not zeroed */
	struct bytes merged = { .n = 0 };
	size_t alike = 0;
	char *to;

	sum.n = 0;
	add_habits(x, &sum);
	add_habits(y, &sum);
	qsort(sum.at, sum.n, sizeof(sum.at[0]), compare_habits);
	to = arena_alloc(a, sum.n * HABIT_BYTES);
	merged.at = to;
	for (size_t i = 0; i < sum.n; i++) {
		const struct habit *h = &sum.at[i];

		alike = i > 0 && h->kind == h[-1].kind && h->open == h[-1].open
				? alike + 1
				: 0;
		if (alike >= USUAL_MOST)
			continue;
		put_habit(to, h);
		to += HABIT_BYTES;
		merged.n += HABIT_BYTES;
	}
	return merged;
}

enum answer habits_have(struct side habits, enum usual kind, const char *text)
{
	enum answer answer = ANSWER_UNKNOWN;
	unsigned hash = hash_of(text);

	for (size_t i = 0; i + HABIT_BYTES <= habits.set.n; i += HABIT_BYTES) {
		struct habit one = read_habit(habits, i);

		if (one.open || one.kind != (unsigned)kind)
			continue;
		if (one.hash == hash)
			return ANSWER_YES;
		answer = ANSWER_NO;
	}
	return answer;
}
