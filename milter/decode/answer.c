/* Records of an answer: a letter, numbers of fixed length, then texts. */
#include "decode/answer.h"

#include <string.h>

#include "base/file_magic.h"
#include "base/limits.h"

#define ENTRY_BYTES 6 /* letter, why, locked, length of kind, length of name (2) */
#define END_BYTES 2   /* 'E', why */

static const char sort_letters[DECODE_SORT_COUNT + 1] = "FCL";

struct decode_reader {
	struct arena *arena;
	GByteArray *left; /* the beginning of a record that is not there whole */
	GArray *entries;  /* struct decode_entry */
	size_t bytes;     /* of the whole answer */
	enum decode_why why;
	bool ended;
};

const char *decode_why_word(enum decode_why why)
{
	static const char *const words[DECODE_WHY_COUNT] = {
		[DECODE_WHOLE] = "",
#define DECODE_WHY(id, word, doc) [DECODE_##id] = word,
#include "decode/why.def"
#undef DECODE_WHY
	};

	g_assert(why < DECODE_WHY_COUNT);
	return words[why];
}

void decode_put_entry(GString *to, const struct decode_entry *e)
{
	struct bytes kind = bytes_of(e->kind), name = bytes_of(e->name);

	g_assert(kind.n <= UINT8_MAX);
	if (e->sort != DECODE_FILE) {
		name.n = MIN(name.n, LIMIT_DECODE_CODE_BYTES);
	} else if (name.n > LIMIT_FILENAME_BYTES) { /* its end tells the type */
		name.at += name.n - LIMIT_FILENAME_BYTES;
		name.n = LIMIT_FILENAME_BYTES;
	}
	const unsigned char head[ENTRY_BYTES] = {
		(unsigned char)sort_letters[e->sort],
		(unsigned char)e->why,
		e->locked,
		(unsigned char)kind.n,
		(unsigned char)(name.n & 0xff),
		(unsigned char)(name.n >> 8),
	};

	g_string_append_len(to, (const char *)head, sizeof(head));
	g_string_append_len(to, kind.at, (gssize)kind.n);
	g_string_append_len(to, name.at, (gssize)name.n);
}

void decode_put_end(GString *to, enum decode_why why)
{
	g_string_append_c(to, 'E');
	g_string_append_c(to, (char)why);
}

struct decode_reader *decode_reader_new(struct arena *a)
{
	struct decode_reader *r = g_new0(struct decode_reader, 1);

	r->arena = a;
	r->left = g_byte_array_new();
	r->entries = g_array_new(FALSE, FALSE, sizeof(struct decode_entry));
	return r;
}

/* foreign names are in any charset, or in none */
static const char *sound_name(struct arena *a, const char *at, size_t n)
{
	char *valid = g_utf8_make_valid(at, (gssize)n);
	const char *kept;

	for (char *c = valid; *c != '\0'; c++)
		if (g_ascii_iscntrl(*c))
			*c = ' ';
	kept = arena_strdup(a, valid);
	g_free(valid);
	return kept;
}

/* bytes of the record that begins at rec; 0: it is not there whole */
static size_t entry_length(struct bytes rec)
{
	if (rec.n < ENTRY_BYTES)
		return 0;
	size_t n = ENTRY_BYTES + (size_t)(unsigned char)rec.at[3] +
		   (unsigned char)rec.at[4] + ((size_t)(unsigned char)rec.at[5] << 8);

	return rec.n < n ? 0 : n;
}

static bool take_entry(struct decode_reader *r, struct bytes rec)
{
	size_t kind_n = (unsigned char)rec.at[3];
	size_t name_n = rec.n - ENTRY_BYTES - kind_n;
	unsigned why = (unsigned char)rec.at[1], locked = (unsigned char)rec.at[2];
	struct bytes kind = { rec.at + ENTRY_BYTES, kind_n };
	struct decode_entry e = {
		.why = (enum decode_why)why,
		.locked = locked == 1,
		.sort = (enum decode_sort)(strchr(sort_letters, rec.at[0]) - sort_letters)
	};
	size_t most =
		e.sort != DECODE_FILE ? LIMIT_DECODE_CODE_BYTES : LIMIT_FILENAME_BYTES;

	if (why >= DECODE_WHY_COUNT || locked > 1 || name_n > most ||
	    r->entries->len >= LIMIT_DECODE_RECORDS)
		return false;
	if (kind_n > 0 && (e.kind = file_magic_known(kind)) == NULL)
		return false;
	e.name = sound_name(r->arena, kind.at + kind_n, name_n);
	g_array_append_val(r->entries, e);
	return true;
}

/* one record; 0: not there whole, or nonsense */
static size_t take_record(struct decode_reader *r, struct bytes rec, bool *nonsense_r)
{
	size_t n = 0;

	*nonsense_r = false;
	if (rec.at[0] != '\0' && strchr(sort_letters, rec.at[0]) != NULL) {
		n = entry_length(rec);
		*nonsense_r = n > 0 && !take_entry(r, (struct bytes){ rec.at, n });
	} else if (rec.at[0] == 'E') {
		n = rec.n < END_BYTES ? 0 : END_BYTES;
		r->ended = n > 0;
		*nonsense_r = n > 0 && (unsigned char)rec.at[1] >= DECODE_WHY_COUNT;
		if (n > 0 && !*nonsense_r)
			r->why = (enum decode_why)rec.at[1];
	} else {
		*nonsense_r = true;
	}
	return *nonsense_r ? 0 : n;
}

enum decode_progress decode_reader_take(struct decode_reader *r, struct bytes piece)
{
	size_t at = 0;
	bool nonsense = false;

	r->bytes += piece.n;
	if (r->bytes > LIMIT_DECODE_ANSWER_BYTES || (r->ended && piece.n > 0))
		return READER_NONSENSE;
	g_byte_array_append(r->left, (const guint8 *)piece.at, (guint)piece.n);
	while (at < r->left->len && !r->ended && !nonsense) {
		struct bytes rec = { (const char *)r->left->data + at,
				     r->left->len - at };
		size_t n = take_record(r, rec, &nonsense);

		if (n == 0)
			break;
		at += n;
	}
	if (nonsense || (r->ended && at < r->left->len))
		return READER_NONSENSE;
	if (at > 0)
		g_byte_array_remove_range(r->left, 0, (guint)at);
	return r->ended ? READER_ENDED : READER_MORE;
}

void decode_reader_answer(const struct decode_reader *r, struct decode_answer *answer_r)
{
	struct decode_entry *kept =
		arena_new(r->arena, struct decode_entry, r->entries->len);

	if (r->entries->len > 0)
		memcpy(kept, r->entries->data, sizeof(*kept) * r->entries->len);
	*answer_r = (struct decode_answer){ kept, r->entries->len, r->why };
}

void decode_reader_free(struct decode_reader *r)
{
	if (r == NULL)
		return;
	g_byte_array_free(r->left, TRUE);
	g_array_free(r->entries, TRUE);
	g_free(r);
}
