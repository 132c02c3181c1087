/* A state for each place where the bytes may end. Lengths are numbers of few digits, compared with
 * their bounds before anything is made for them; memory grows with what came. */
#include "serve/request.h"

#include <glib.h>
#include <stdint.h>

#include "base/number.h"

#define LINE_BYTES 32   /* of a line with a length; longer ones are wrong */
#define KEPT_BYTES 4096 /* of memory, from one request to the next */
#define KEPT_WORDS 64
#define INLINE_BYTES (16 * 1024) /* a line of words; people write them */

enum state {
	AT_BEGIN,
	IN_COUNT,  /* behind "*" */
	AT_LENGTH, /* where "$" must stand */
	IN_LENGTH, /* behind it */
	IN_WORD,
	AT_WORD_END, /* CR and LF */
	IN_LINE,     /* of words */
	IS_WHOLE,
	IS_BAD,
};

struct request_reader {
	enum state state;
	const char *error;
	char line[LINE_BYTES];
	size_t line_n;
	size_t words; /* that will come */
	size_t left;  /* of the word at hand, then of its end */
	GByteArray *data;
	GArray *ends; /* size_t: where in data each word ends */
};

struct request_reader *request_reader_new(void)
{
	struct request_reader *r = g_new0(struct request_reader, 1);

	r->data = g_byte_array_new();
	r->ends = g_array_new(FALSE, FALSE, sizeof(size_t));
	return r;
}

void request_reader_free(struct request_reader *r)
{
	if (r == NULL)
		return;
	g_byte_array_unref(r->data);
	g_array_unref(r->ends);
	g_free(r);
}

static enum state is_wrong(struct request_reader *r, const char *what)
{
	r->error = what;
	return IS_BAD;
}

static void end_word(struct request_reader *r)
{
	size_t end = r->data->len;

	g_array_append_val(r->ends, end);
}

/* A line with a length; r->line has it when true. */
static bool take_line(struct request_reader *r, struct bytes *input, const char *wrong,
		      enum state *state_r)
{
	while (input->n > 0) {
		char c = *input->at;

		input->at++;
		input->n--;
		if (c == '\n' && r->line_n > 0 && r->line[r->line_n - 1] == '\r') {
			r->line[r->line_n - 1] = '\0';
			r->line_n = 0;
			return true;
		}
		if (c == '\0' || r->line_n == LINE_BYTES - 1) {
			*state_r = is_wrong(r, wrong);
			return false;
		}
		r->line[r->line_n++] = c;
	}
	return false;
}

static enum state take_count(struct request_reader *r, const struct request_bounds *b,
			     struct bytes *input)
{
	static const char wrong[] = "Protocol error: invalid multibulk length";
	enum state state = IN_COUNT;
	int64_t n;

	if (!take_line(r, input, wrong, &state))
		return state;
	if (!number_parse(r->line, -1, (int64_t)b->words, &n))
		return is_wrong(r, wrong);
	if (n <= 0)
		return AT_BEGIN; /* as Redis does: no request at all */
	r->words = (size_t)n;
	return AT_LENGTH;
}

static enum state take_length(struct request_reader *r, const struct request_bounds *b,
			      struct bytes *input)
{
	static const char wrong[] = "Protocol error: invalid bulk length";
	enum state state = IN_LENGTH;
	int64_t n;

	if (!take_line(r, input, wrong, &state))
		return state;
	if (!number_parse(r->line, 0, (int64_t)b->word_bytes, &n))
		return is_wrong(r, wrong);
	if (r->data->len + (size_t)n > b->bytes)
		return is_wrong(r, "Protocol error: the request is too large");
	r->left = (size_t)n;
	return IN_WORD;
}

static enum state take_word(struct request_reader *r, struct bytes *input)
{
	size_t n = MIN(r->left, input->n);

	g_byte_array_append(r->data, (const guint8 *)input->at, (guint)n);
	input->at += n;
	input->n -= n;
	r->left -= n;
	if (r->left > 0)
		return IN_WORD;
	end_word(r);
	r->left = 2;
	return AT_WORD_END;
}

static enum state take_word_end(struct request_reader *r, struct bytes *input)
{
	while (r->left > 0 && input->n > 0) {
		if (*input->at != (r->left == 2 ? '\r' : '\n'))
			return is_wrong(r, "Protocol error: expected the end of a line");
		input->at++;
		input->n--;
		r->left--;
	}
	if (r->left > 0)
		return AT_WORD_END;
	return r->ends->len == r->words ? IS_WHOLE : AT_LENGTH;
}

/* The words of a line are cut in place: data keeps its bytes, ends those of each word. */
static enum state cut_line(struct request_reader *r, const struct request_bounds *b)
{
	guint8 *data = r->data->data;
	size_t n = 0;

	for (size_t i = 0; i < r->data->len; i++) {
		bool blank = data[i] == ' ' || data[i] == '\t' || data[i] == '\r';
		size_t begin = r->ends->len == 0
				       ? 0
				       : g_array_index(r->ends, size_t, r->ends->len - 1);

		if (!blank)
			data[n++] = data[i];
		else if (n > begin)
			g_array_append_val(r->ends, n);
		if (r->ends->len > b->words)
			return is_wrong(r, "Protocol error: too many words");
	}
	if (n >
	    (r->ends->len == 0 ? 0 : g_array_index(r->ends, size_t, r->ends->len - 1)))
		g_array_append_val(r->ends, n);
	g_byte_array_set_size(r->data, (guint)n);
	return r->ends->len == 0 ? AT_BEGIN : IS_WHOLE;
}

static enum state take_inline(struct request_reader *r, const struct request_bounds *b,
			      struct bytes *input)
{
	const char *end = memchr(input->at, '\n', input->n);
	size_t n = end != NULL ? (size_t)(end - input->at) : input->n;

	if (r->data->len + n > MIN(INLINE_BYTES, b->bytes))
		return is_wrong(r, "Protocol error: too big inline request");
	g_byte_array_append(r->data, (const guint8 *)input->at, (guint)n);
	input->at += n;
	input->n -= n;
	if (end == NULL)
		return IN_LINE;
	input->at++;
	input->n--;
	return cut_line(r, b);
}

static enum state take_mark(struct request_reader *r, struct bytes *input)
{
	char c = *input->at;

	if (r->state == AT_LENGTH && c != '$')
		return is_wrong(r, "Protocol error: expected '$'");
	if (r->state == AT_BEGIN && c != '*')
		return IN_LINE;
	input->at++;
	input->n--;
	return r->state == AT_LENGTH ? IN_LENGTH : IN_COUNT;
}

static enum state take_some(struct request_reader *r, const struct request_bounds *b,
			    struct bytes *input)
{
	switch (r->state) {
	case AT_BEGIN:
	case AT_LENGTH:
		return take_mark(r, input);
	case IN_COUNT:
		return take_count(r, b, input);
	case IN_LENGTH:
		return take_length(r, b, input);
	case IN_WORD:
		return take_word(r, input);
	case AT_WORD_END:
		return take_word_end(r, input);
	case IN_LINE:
		return take_inline(r, b, input);
	case IS_WHOLE:
	case IS_BAD:
		break;
	}
	return r->state;
}

enum request_state request_feed(struct request_reader *r, const struct request_bounds *b,
				struct bytes *input)
{
	while (r->state != IS_BAD && r->state != IS_WHOLE &&
	       (input->n > 0 || (r->state == IN_WORD && r->left == 0)))
		r->state = take_some(r, b, input);
	if (r->state == IS_BAD)
		return REQUEST_BAD;
	return r->state == IS_WHOLE ? REQUEST_WHOLE : REQUEST_MORE;
}

/* What a large one needed is given back. */
static void begin_again(struct request_reader *r)
{
	bool large = r->data->len > KEPT_BYTES || r->ends->len > KEPT_WORDS;

	r->state = AT_BEGIN;
	r->words = 0;
	if (!large) {
		g_byte_array_set_size(r->data, 0);
		g_array_set_size(r->ends, 0);
		return;
	}
	g_byte_array_unref(r->data);
	g_array_unref(r->ends);
	r->data = g_byte_array_new();
	r->ends = g_array_new(FALSE, FALSE, sizeof(size_t));
}

struct request request_take(struct request_reader *r, struct arena *a)
{
	struct request q = { .n = r->ends->len };
	size_t begin = 0;
	char *copy;

	g_assert(r->state == IS_WHOLE && q.n > 0);
	q.word = arena_new(a, struct bytes, q.n);
	copy = arena_alloc_raw(a, r->data->len);
	if (r->data->len > 0)
		memcpy(copy, r->data->data, r->data->len);
	for (size_t i = 0; i < q.n; i++) {
		size_t end = g_array_index(r->ends, size_t, i);

		q.word[i] = (struct bytes){ copy + begin, end - begin };
		begin = end;
	}
	begin_again(r);
	return q;
}

struct bytes request_peek(const struct request_reader *r, size_t *words_r)
{
	g_assert(r->state == IS_WHOLE && r->ends->len > 0);
	*words_r = r->ends->len;
	return (struct bytes){ (const char *)r->data->data,
			       g_array_index(r->ends, size_t, 0) };
}

const char *request_error(const struct request_reader *r)
{
	g_assert(r->state == IS_BAD);
	return r->error;
}

size_t request_held(const struct request_reader *r)
{
	return r->data->len + r->ends->len * sizeof(size_t);
}

bool request_is_begun(const struct request_reader *r)
{
	return r->state != AT_BEGIN;
}
