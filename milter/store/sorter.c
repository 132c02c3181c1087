/* External sorting. Pairs wait in one block of memory until it is full; then their places are
 * sorted (not the pairs), and they are written as one run to a file without a name. At the
 * end all runs, and what is still in memory as the last one, are merged through a heap.
 * Where two runs hold the same key, the later run wins. */
#include "store/sorter.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/error.h"
#include "base/limits.h"

#define MEMORY_BYTES (128UL * 1024 * 1024)
#define RUN_BUFFER_BYTES (256UL * 1024) /* each file reads and writes so much at once */

/* stands before each pair, in memory and in files */
struct head {
	uint32_t key, value;
};

struct run {
	FILE *file;    /* NULL: the run in memory */
	size_t number; /* later runs are newer */
	size_t at;     /* next one of the places, in memory */
	char *record;  /* of a file: the pair that key and value show */
	size_t room;
	struct bytes key, value;
};

struct sorter {
	char *folder;
	char *block;
	size_t n, room;
	GArray *places; /* size_t: where in the block each pair begins */
	GPtrArray *runs;
	struct run **heap;
	size_t n_heap;
	char last[LIMIT_KEY_BYTES];
	size_t last_n; /* 0: nothing was shown yet */
	uint64_t bytes, count;
};

static void run_free(void *p)
{
	struct run *r = p;

	if (r->file != NULL)
		fclose(r->file);
	g_free(r->record);
	g_free(r);
}

struct sorter *sorter_create(const char *folder, size_t memory_bytes)
{
	struct sorter *s = g_new0(struct sorter, 1);
	size_t least = 4 * (LIMIT_KEY_BYTES + 2 * (size_t)LIMIT_VALUE_BYTES);

	s->folder = g_strdup(folder);
	s->room = MAX(memory_bytes != 0 ? memory_bytes : MEMORY_BYTES, least);
	s->block = g_malloc(s->room);
	s->places = g_array_new(FALSE, FALSE, sizeof(size_t));
	s->runs = g_ptr_array_new_with_free_func(run_free);
	return s;
}

static bool fail(const struct sorter *s, const char *what, int why, GError **e)
{
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
		    "%s: cannot %s a temporary file: %s%s", s->folder, what,
		    g_strerror(why), why == ENOSPC ? "; make room on that disk" : "");
	return false;
}

static void pair_at(const struct sorter *s, size_t place, struct bytes *key_r,
		    struct bytes *value_r)
{
	struct head head;

	memcpy(&head, s->block + place, sizeof(head));
	*key_r = (struct bytes){ .at = s->block + place + sizeof(head), .n = head.key };
	*value_r = (struct bytes){ .at = key_r->at + head.key, .n = head.value };
}

static int compare_keys(struct bytes a, struct bytes b)
{
	int order = memcmp(a.at, b.at, MIN(a.n, b.n));

	if (order != 0)
		return order;
	return a.n < b.n ? -1 : a.n > b.n;
}

static int compare_places(const void *a, const void *b, void *sorter)
{
	struct bytes key_a, key_b, value;

	pair_at(sorter, *(const size_t *)a, &key_a, &value);
	pair_at(sorter, *(const size_t *)b, &key_b, &value);
	return compare_keys(key_a, key_b);
}

/* The sort is stable, so of equal keys the last one is the newest. */
static void sort_block(struct sorter *s)
{
	size_t *place = (size_t *)(void *)s->places->data, kept = 0;

	g_qsort_with_data(place, (int)s->places->len, sizeof(*place), compare_places, s);
	for (size_t i = 0; i < s->places->len; i++) {
		if (i + 1 < s->places->len &&
		    compare_places(&place[i], &place[i + 1], s) == 0)
			continue;
		place[kept++] = place[i];
	}
	g_array_set_size(s->places, (unsigned)kept);
}

static FILE *temporary_file(const struct sorter *s, GError **e)
{
	int fd = open(s->folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	FILE *file;

	if (fd < 0) { /* a file system that cannot make files without a name */
		char *path = g_build_filename(s->folder, ".sort.XXXXXX", NULL);

		fd = g_mkstemp_full(path, O_RDWR | O_CLOEXEC, 0600);
		if (fd >= 0)
			unlink(path);
		g_free(path);
	}
	file = fd < 0 ? NULL : fdopen(fd, "w+");
	if (file == NULL)
		fail(s, "make", errno, e);
	else
		setvbuf(file, NULL, _IOFBF, RUN_BUFFER_BYTES);
	return file;
}

static struct run *add_run(struct sorter *s, FILE *file)
{
	struct run *r = g_new0(struct run, 1);

	r->file = file;
	r->number = s->runs->len;
	g_ptr_array_add(s->runs, r);
	return r;
}

static bool spill(struct sorter *s, GError **e)
{
	FILE *file = temporary_file(s, e);

	if (file == NULL)
		return false;
	add_run(s, file);
	sort_block(s);
	for (size_t i = 0; i < s->places->len; i++) {
		size_t place = g_array_index(s->places, size_t, i);
		struct bytes key, value;

		pair_at(s, place, &key, &value);
		if (fwrite(s->block + place, sizeof(struct head) + key.n + value.n, 1,
			   file) != 1)
			return fail(s, "write", errno, e);
	}
	if (fflush(file) != 0)
		return fail(s, "write", errno, e);
	rewind(file);
	g_array_set_size(s->places, 0);
	s->n = 0;
	return true;
}

bool sorter_add(struct sorter *s, struct bytes key, struct bytes value, GError **e)
{
	struct head head = { .key = (uint32_t)key.n, .value = (uint32_t)value.n };
	size_t need = sizeof(head) + key.n + value.n;

	g_assert(key.n > 0 && key.n <= LIMIT_KEY_BYTES &&
		 value.n <= 2 * (size_t)LIMIT_VALUE_BYTES && s->heap == NULL);
	/* the places count as well: they and their sorting need twice their size */
	if (s->n + need + (s->places->len + 1) * 2 * sizeof(size_t) > s->room &&
	    !spill(s, e))
		return false;
	g_assert(s->n + need <= s->room);
	g_array_append_val(s->places, s->n);
	memcpy(s->block + s->n, &head, sizeof(head));
	memcpy(s->block + s->n + sizeof(head), key.at, key.n);
	if (value.n > 0)
		memcpy(s->block + s->n + sizeof(head) + key.n, value.at, value.n);
	s->n += need;
	s->bytes += key.n + value.n;
	s->count++;
	return true;
}

/* NO at the end of the run */
static enum answer run_advance(struct sorter *s, struct run *r, GError **e)
{
	struct head head;
	size_t need;

	if (r->file == NULL) {
		if (r->at == s->places->len)
			return ANSWER_NO;
		pair_at(s, g_array_index(s->places, size_t, r->at++), &r->key, &r->value);
		return ANSWER_YES;
	}
	if (fread(&head, sizeof(head), 1, r->file) != 1) {
		if (!ferror(r->file))
			return ANSWER_NO;
		fail(s, "read", errno, e);
		return ANSWER_UNKNOWN;
	}
	need = (size_t)head.key + head.value;
	if (need > r->room) {
		r->room = need * 2;
		r->record = g_realloc(r->record, r->room);
	}
	if (fread(r->record, need, 1, r->file) != 1) {
		fail(s, "read", errno, e);
		return ANSWER_UNKNOWN;
	}
	r->key = (struct bytes){ .at = r->record, .n = head.key };
	r->value = (struct bytes){ .at = r->record + head.key, .n = head.value };
	return ANSWER_YES;
}

/* Does a come before b? Of the same key the newer run comes first. */
static bool before(const struct run *a, const struct run *b)
{
	int order = compare_keys(a->key, b->key);

	return order < 0 || (order == 0 && a->number > b->number);
}

static void sift_down(struct sorter *s, size_t at)
{
	for (;;) {
		size_t least = at;

		for (size_t child = 2 * at + 1; child <= 2 * at + 2; child++)
			if (child < s->n_heap && before(s->heap[child], s->heap[least]))
				least = child;
		if (least == at)
			return;
		struct run *r = s->heap[at];

		s->heap[at] = s->heap[least];
		s->heap[least] = r;
		at = least;
	}
}

bool sorter_end(struct sorter *s, GError **e)
{
	g_assert(s->heap == NULL); /* it ends once */
	sort_block(s);
	add_run(s, NULL);
	s->heap = g_new0(struct run *, s->runs->len);
	for (size_t i = 0; i < s->runs->len; i++) {
		struct run *r = g_ptr_array_index(s->runs, i);
		enum answer more = run_advance(s, r, e);

		if (more == ANSWER_UNKNOWN)
			return false;
		if (more == ANSWER_YES)
			s->heap[s->n_heap++] = r;
	}
	for (size_t i = s->n_heap; i-- > 0;)
		sift_down(s, i);
	return true;
}

/* The run at the top of the heap goes on to its next pair. */
static bool advance_top(struct sorter *s, GError **e)
{
	enum answer more = run_advance(s, s->heap[0], e);

	if (more == ANSWER_NO)
		s->heap[0] = s->heap[--s->n_heap];
	if (more != ANSWER_UNKNOWN)
		sift_down(s, 0);
	return more != ANSWER_UNKNOWN;
}

enum answer sorter_next(struct sorter *s, struct bytes *key_r, struct bytes *value_r,
			GError **e)
{
	const struct bytes last = { .at = s->last, .n = s->last_n };

	g_assert(s->heap != NULL); /* all was added */
	while (s->n_heap > 0 && last.n > 0 && bytes_equal(s->heap[0]->key, last))
		if (!advance_top(s, e))
			return ANSWER_UNKNOWN;
	if (s->n_heap == 0)
		return ANSWER_NO;
	*key_r = s->heap[0]->key;
	*value_r = s->heap[0]->value;
	g_assert(last.n == 0 || compare_keys(last, *key_r) < 0);
	memcpy(s->last, key_r->at, key_r->n);
	s->last_n = key_r->n;
	return ANSWER_YES;
}

uint64_t sorter_bytes(const struct sorter *s)
{
	return s->bytes;
}

uint64_t sorter_count(const struct sorter *s)
{
	return s->count;
}

void sorter_destroy(struct sorter **s)
{
	struct sorter *was = *s;

	*s = NULL;
	if (was == NULL)
		return;
	g_ptr_array_free(was->runs, TRUE);
	g_array_free(was->places, TRUE);
	g_free(was->heap);
	g_free(was->block);
	g_free(was->folder);
	g_free(was);
}
