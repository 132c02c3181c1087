/* Files are hostile: a head is believed only when magic, version, sizes and the file's length
 * fit, and a frozen file only when its checksum does. A live one has none, because it changes
 * all the time: every number of it is bounded where it is read. */
#include "text/model.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "text/map.h"

enum { LIVE_BITS = 18, CELL_LIVE_BYTES = sizeof(struct text_cell) * AXIS_COUNT };

/* the format is what the compiler makes of the structures on the machines we run on */
G_STATIC_ASSERT(G_BYTE_ORDER == G_LITTLE_ENDIAN);
G_STATIC_ASSERT(sizeof(struct text_head) <= TEXT_CELLS_AT);
G_STATIC_ASSERT(sizeof(struct text_cell) == 8);
G_STATIC_ASSERT(sizeof(struct text_axis) == 4 * (4 + 6 * TEXT_GROUP_COUNT));

const char *const text_label_names[TEXT_LABEL_COUNT] = { "ham", "spam", "threat",
							 "graymail" };

#define CHECKED_FROM (offsetof(struct text_head, checksum) + sizeof(uint64_t))

static uint64_t checksum(const unsigned char *at, size_t n)
{
	uint64_t sum = 14695981039346656037U, word;

	for (; n >= sizeof(word); at += sizeof(word), n -= sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		sum = (sum ^ word) * 1099511628211U;
		sum ^= sum >> 29;
	}
	for (; n > 0; at++, n--)
		sum = (sum ^ *at) * 1099511628211U;
	return sum | 1; /* never 0 */
}

/* ---- reading ---- */

/* NULL: the head fits a file of so many bytes */
static const char *head_wrong(const struct text_head *h, uint64_t bytes)
{
	bool live = h->kind == TEXT_LIVE;

	if (memcmp(h->magic, TEXT_MODEL_MAGIC, sizeof(h->magic)) != 0)
		return "is no text model";
	if (h->version != TEXT_MODEL_VERSION)
		return "was made by another version of wonted";
	if ((!live && h->kind != TEXT_FROZEN) || h->bits < 8 || h->bits > 22 ||
	    (h->groups & ~TEXT_GROUPS_ALL) != 0 || h->groups == 0 ||
	    h->cells != (uint64_t)TEXT_GROUP_COUNT << h->bits ||
	    h->cell_bytes != (live ? (uint32_t)CELL_LIVE_BYTES : (uint32_t)AXIS_COUNT))
		return "is corrupt: its head contradicts itself";
	if (bytes != TEXT_CELLS_AT + h->cells * h->cell_bytes)
		return "is cut, or longer than its head says";
	return NULL;
}

static struct text_model *fail(struct text_model *m, GError **e, const char *what)
{
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
		    "%s %s; make it anew with \"wonted text train\", or install the "
		    "shipped one again",
		    m->path, what);
	text_model_close(&m);
	return NULL;
}

static struct text_model *open_model(const char *path, bool writable, GError **e)
{
	struct text_model *m = g_new0(struct text_model, 1);
	struct stat st;
	const char *wrong;

	m->path = g_strdup(path);
	m->writable = writable;
	m->fd = open(path, (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NONBLOCK);
	if (m->fd < 0 || fstat(m->fd, &st) != 0)
		return fail(m, e, g_strerror(errno));
	if (!S_ISREG(st.st_mode) || st.st_size < TEXT_CELLS_AT ||
	    st.st_size > LIMIT_TEXT_MODEL_BYTES)
		return fail(m, e, "is no file of a text model's size");
	m->bytes = (size_t)st.st_size;
	m->map = mmap(NULL, m->bytes, writable ? PROT_READ | PROT_WRITE : PROT_READ,
		      MAP_SHARED, m->fd, 0);
	if (m->map == MAP_FAILED) {
		m->map = NULL;
		return fail(m, e, g_strerror(errno));
	}
	memcpy(&m->head, m->map, sizeof(m->head));
	m->live = m->head.kind == TEXT_LIVE;
	wrong = head_wrong(&m->head, m->bytes);
	if (wrong != NULL)
		return fail(m, e, wrong);
	if (!m->live &&
	    m->head.checksum != checksum(m->map + CHECKED_FROM, m->bytes - CHECKED_FROM))
		return fail(m, e, "is corrupt: its checksum does not fit");
	for (size_t i = 0; i <= TEXT_COUNT_MOST; i++)
		m->logs[i] = (float)log((double)i + TEXT_COUNT_FLOOR);
	return m;
}

struct text_model *text_model_open(const char *path, GError **e)
{
	return open_model(path, false, e);
}

struct text_model *text_model_open_live(const char *path, GError **e)
{
	struct text_model *m = open_model(path, true, e);

	if (m != NULL && !m->live)
		return fail(m, e, "is a base, which is never taught: name a delta");
	return m;
}

void text_model_close(struct text_model **mp)
{
	struct text_model *m = *mp;

	if (m == NULL)
		return;
	*mp = NULL;
	if (m->map != NULL)
		munmap(m->map, m->bytes);
	if (m->fd >= 0)
		close(m->fd);
	g_free(m->path);
	g_free(m);
}

struct text_head text_model_head(const struct text_model *m)
{
	struct text_head h = m->head;

	memcpy(h.labels, m->map + offsetof(struct text_head, labels), sizeof(h.labels));
	for (enum axis a = 0; a < AXIS_COUNT; a++)
		h.axes[a] = map_axis(m, a);
	return h;
}

/* ---- numbers that another process may be changing ---- */

enum { AXIS_WORDS = sizeof(struct text_axis) / sizeof(uint32_t) };

static uint32_t *axis_words(const struct text_model *m, enum axis axis)
{
	return (uint32_t *)(void *)(m->map + offsetof(struct text_head, axes) +
				    (size_t)axis * sizeof(struct text_axis));
}

struct text_axis map_axis(const struct text_model *m, enum axis axis)
{
	uint32_t words[AXIS_WORDS];
	const uint32_t *from = axis_words(m, axis);
	struct text_axis a;
	float *numbers = &a.bias;

	for (size_t i = 0; i < AXIS_WORDS; i++)
		words[i] = __atomic_load_n(&from[i], __ATOMIC_RELAXED);
	memcpy(&a, words, sizeof(a));
	/* the first are numbers with a point, the rest counts */
	for (size_t i = 0; i < offsetof(struct text_axis, nb_pos) / sizeof(float); i++)
		if (!isfinite(numbers[i]) || fabsf(numbers[i]) > LIMIT_TEXT_NUMBER)
			numbers[i] = 0;
	return a;
}

void map_axis_store(struct text_model *m, enum axis axis, const struct text_axis *a)
{
	uint32_t words[AXIS_WORDS];
	uint32_t *to = axis_words(m, axis);

	g_assert(m->writable);
	memcpy(words, a, sizeof(words));
	for (size_t i = 0; i < AXIS_WORDS; i++)
		__atomic_store_n(&to[i], words[i], __ATOMIC_RELAXED);
}

static uint64_t *cell_word(const struct text_model *m, size_t cell, enum axis axis)
{
	g_assert(m->live && cell < m->head.cells);
	return (uint64_t *)(void *)(m->map + TEXT_CELLS_AT) + cell * AXIS_COUNT + axis;
}

struct text_cell map_cell(const struct text_model *m, size_t cell, enum axis axis)
{
	uint64_t word = __atomic_load_n(cell_word(m, cell, axis), __ATOMIC_RELAXED);
	struct text_cell c;

	memcpy(&c, &word, sizeof(c));
	c.pos = MIN(c.pos, TEXT_COUNT_MOST);
	c.neg = MIN(c.neg, TEXT_COUNT_MOST);
	return c;
}

void map_cell_store(struct text_model *m, size_t cell, enum axis axis,
		    struct text_cell value)
{
	uint64_t word;

	g_assert(m->writable);
	memcpy(&word, &value, sizeof(word));
	__atomic_store_n(cell_word(m, cell, axis), word, __ATOMIC_RELAXED);
}

/* ---- writing ---- */

static bool write_model(const char *path, const struct text_head *h,
			unsigned char *content, int mode, GError **e)
{
	size_t n = TEXT_CELLS_AT + h->cells * h->cell_bytes;

	memcpy(content, h, sizeof(*h));
	if (h->kind == TEXT_FROZEN) {
		uint64_t sum = checksum(content + CHECKED_FROM, n - CHECKED_FROM);

		memcpy(content + offsetof(struct text_head, checksum), &sum, sizeof(sum));
	}
	return file_replace(path, (struct bytes){ (const char *)content, n }, mode, e);
}

bool text_model_create(const char *path, unsigned groups, GError **e)
{
	struct text_head h = { .version = TEXT_MODEL_VERSION,
			       .kind = TEXT_LIVE,
			       .groups = groups & TEXT_GROUPS_ALL,
			       .bits = LIVE_BITS,
			       .cell_bytes = CELL_LIVE_BYTES,
			       .cells = (uint64_t)TEXT_GROUP_COUNT << LIVE_BITS };
	unsigned char *content;
	float n = (float)__builtin_popcount(h.groups);
	bool done;

	memcpy(h.magic, TEXT_MODEL_MAGIC, sizeof(h.magic));
	for (enum axis a = 0; a < AXIS_COUNT; a++) {
		h.axes[a].mix_base = 1;
		for (size_t g = 0; g < TEXT_GROUP_COUNT; g++) {
			h.axes[a].mix_lr[g] = 1 / n;
			h.axes[a].mix_nb[g] = 0.4F / n;
		}
	}
	content = g_malloc0(TEXT_CELLS_AT + h.cells * h.cell_bytes);
	done = write_model(path, &h, content, 0640, e);
	g_free(content);
	return done;
}

/* the share of both models of a live cell in the log-odds */
static double cell_share(const struct text_axis *a, size_t group, struct text_cell c)
{
	double nb = 0, odds = log((a->nb_neg[group] + 1.0) / (a->nb_pos[group] + 1.0));
	double both = MIN(a->nb_pos[group], a->nb_neg[group]);

	/* what one message had once is chance, and nobody's business */
	if (c.pos + c.neg < 2)
		return 0;
	nb = (log((c.pos + TEXT_COUNT_FLOOR) / (c.neg + TEXT_COUNT_FLOOR)) + odds) * 0.5 *
	     both / (both + 0.5);
	return (double)a->mix_lr[group] * c.weight / TEXT_WEIGHT_ONE +
	       (double)a->mix_nb[group] * nb;
}

static void freeze_group(const struct text_model *m, enum axis axis, size_t group,
			 struct text_axis *to, int8_t *cells)
{
	struct text_axis a = map_axis(m, axis);
	size_t n = (size_t)1 << m->head.bits, first = group << m->head.bits;
	double *share = g_new(double, n), most = 0;

	for (size_t i = 0; i < n; i++) {
		share[i] = cell_share(&a, group, map_cell(m, first + i, axis));
		most = MAX(most, fabs(share[i]));
	}
	to->scale[group] = (float)(most / 127);
	for (size_t i = 0; i < n; i++)
		cells[(first + i) * AXIS_COUNT + axis] =
			(int8_t)(most > 0 ? lround(share[i] / most * 127) : 0);
	to->bias += a.mix_lr[group] * a.group_bias[group];
	g_free(share);
}

bool text_model_freeze(const struct text_model *m, const char *path, GError **e)
{
	struct text_head h = text_model_head(m);
	unsigned char *content;
	bool done;

	g_assert(m->live);
	h.kind = TEXT_FROZEN;
	h.cell_bytes = AXIS_COUNT;
	content = g_malloc0(TEXT_CELLS_AT + h.cells * h.cell_bytes);
	for (enum axis a = 0; a < AXIS_COUNT; a++) {
		struct text_axis to = { .bias = h.axes[a].bias,
					.pos = h.axes[a].pos,
					.neg = h.axes[a].neg };

		for (size_t g = 0; g < TEXT_GROUP_COUNT; g++)
			if ((h.groups >> g & 1) != 0)
				freeze_group(m, a, g, &to,
					     (int8_t *)(content + TEXT_CELLS_AT));
		h.axes[a] = to;
	}
	done = write_model(path, &h, content, 0644, e);
	g_free(content);
	return done;
}
