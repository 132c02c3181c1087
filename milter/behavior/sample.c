/* Counting what is different by the smallest of many hashes (Bar-Yossef and others, 2002): of
 * n hashes spread over 0..1 the k-th smallest lies near k/n. */
#include "behavior/sample.h"

#include <string.h>

#define HASH_BITS 23
#define HASH_MOST ((1U << HASH_BITS) - 1)

/* mixed, because the bits of text_hash() are not even enough */
static uint32_t hash_of(const char *text)
{
	uint32_t hash = text_hash(HASH_BEGIN, text);

	hash = (hash ^ hash >> 16) * 0x85ebca6bU;
	hash = (hash ^ hash >> 13) * 0xc2b2ae35U;
	return (hash ^ hash >> 16) & HASH_MOST;
}

static void insert(struct sample *s, bool open, uint32_t hash)
{
	uint32_t *at = s->hash[open];
	size_t n = s->n[open], i = n;

	if (n == SAMPLE_MOST && hash >= at[n - 1])
		return;
	while (i > 0 && at[i - 1] > hash)
		i--;
	if (i > 0 && at[i - 1] == hash)
		return;
	if (n == SAMPLE_MOST)
		n--;
	memmove(&at[i + 1], &at[i], (n - i) * sizeof(*at));
	at[i] = hash;
	s->n[open] = n + 1;
}

void sample_add(struct sample *s, const char *text)
{
	insert(s, true, hash_of(text));
}

static uint32_t read_entry(struct bytes b, size_t i)
{
	const unsigned char *at = (const unsigned char *)b.at + i;

	return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16;
}

static void add_all(struct side from, struct sample *sum)
{
	for (size_t i = 0; i + SAMPLE_ENTRY_BYTES <= from.set.n;
	     i += SAMPLE_ENTRY_BYTES) {
		uint32_t entry = read_entry(from.set, i);

		insert(sum, (entry & 1) != 0 && !from.over, entry >> 1);
	}
}

/* Will it make a difference when the open day is over? */
static bool is_news(const struct sample *s, uint32_t hash)
{
	size_t i = 0;

	while (i < s->n[0] && s->hash[0][i] < hash)
		i++;
	return i < s->n[0] ? s->hash[0][i] != hash : i < SAMPLE_MOST;
}

struct bytes sample_bytes(const struct sample *s, struct arena *a)
{
	unsigned char *at = arena_alloc(a, (s->n[0] + s->n[1]) * SAMPLE_ENTRY_BYTES);
	unsigned char *to = at;

	for (unsigned open = 0; open < 2; open++)
		for (size_t i = 0; i < s->n[open]; i++) {
			uint32_t entry = s->hash[open][i] << 1 | open;

			if (open != 0 && !is_news(s, s->hash[open][i]))
				continue;
			*to++ = entry & 0xff;
			*to++ = entry >> 8 & 0xff;
			*to++ = entry >> 16 & 0xff;
		}
	return (struct bytes){ .at = (const char *)at, .n = (size_t)(to - at) };
}

bool sample_is_sane(struct bytes sample)
{
	return sample.n % SAMPLE_ENTRY_BYTES == 0;
}

static void unite(struct side x, struct side y, struct sample *sum)
{
	sum->n[0] = sum->n[1] = 0;
	add_all(x, sum);
	add_all(y, sum);
}

/* the first of entries [from, to), in their order, that is not below `entry` */
static size_t find(struct bytes set, size_t from, size_t to, uint32_t entry)
{
	while (from < to) {
		size_t mid = (from + to) / 2;

		if (read_entry(set, mid * SAMPLE_ENTRY_BYTES) < entry)
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

static size_t count_closed(struct bytes set, size_t n)
{
	size_t from = 0, to = n;

	while (from < to) {
		size_t mid = (from + to) / 2;

		if ((read_entry(set, mid * SAMPLE_ENTRY_BYTES) & 1) == 0)
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

/* Would this entry change nothing? */
static bool has(struct bytes set, uint32_t entry)
{
	size_t n = set.n / SAMPLE_ENTRY_BYTES, closed = count_closed(set, n), at;

	at = find(set, 0, closed, entry & ~1U);
	if (at == SAMPLE_MOST)
		return true;
	if (at < closed && read_entry(set, at * SAMPLE_ENTRY_BYTES) == (entry & ~1U))
		return true;
	at = find(set, closed, n, entry);
	return at < n && read_entry(set, at * SAMPLE_ENTRY_BYTES) == entry;
}

static bool has_all(struct bytes set, struct side more)
{
	if (set.n > SAMPLE_BYTES || set.n % SAMPLE_ENTRY_BYTES != 0)
		return false;
	for (size_t i = 0; i + SAMPLE_ENTRY_BYTES <= more.set.n; i += SAMPLE_ENTRY_BYTES)
		if (!has(set, read_entry(more.set, i) & (more.over ? ~1U : ~0U)))
			return false;
	return true;
}

struct bytes sample_merge(struct side x, struct side y, struct arena *a)
{
	struct sample sum;

	if (!x.over && has_all(x.set, y)) /* as mostly */
		return x.set;
	unite(x, y, &sum);
	return sample_bytes(&sum, a);
}

int64_t sample_count(struct side sample)
{
	struct sample sum;

	unite(sample, (struct side){ .over = false }, &sum);
	if (sum.n[0] < SAMPLE_MOST)
		return (int64_t)sum.n[0];
	return (SAMPLE_MOST - 1) * (INT64_C(1) << HASH_BITS) /
	       ((int64_t)sum.hash[0][SAMPLE_MOST - 1] + 1);
}
