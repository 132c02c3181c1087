/* PCRE2 behind a wall, on an allowance. Its own match limit starts anew at every position of
 * a text, so that n positions cost n times the limit; therefore every step is counted here,
 * by automatic callouts, over the whole text and over the whole message. Steps and not
 * time, so that a replay ends where the first run ended. No JIT: it would neither call out
 * at each step nor run in a process that may not make code. */
#include "rule/match.h"

#include <glib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/limits.h"

#define WRONG_BYTES 120
#define HEAP_KIB 20000 /* of backtracking; reached long after the steps are used up */
#define LEAP_BYTES 16  /* text that one item runs through is charged a step for so many */

struct pattern {
	pcre2_code *code;
};

struct matcher {
	pcre2_match_data *data;
	pcre2_match_context *context;
	long left, left_all; /* steps */
	size_t last;         /* where the last step stood */
	bool overrun;
	struct bytes good; /* the last text: PCRE2 has found that it is UTF-8 */
};

static void code_free(void *p)
{
	pcre2_code_free(p);
}

static pcre2_compile_context *make_compile_context(void)
{
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);

	g_assert(context != NULL);
	pcre2_set_max_pattern_length(context, LIMIT_PATTERN_BYTES);
	pcre2_set_parens_nest_limit(context, LIMIT_RULE_DEPTH);
	return context;
}

static bool read_flags(const char *flags, uint32_t *options_r)
{
	*options_r = PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C | PCRE2_AUTO_CALLOUT;
	for (const char *f = flags == NULL ? "" : flags; *f != '\0'; f++) {
		if (*f == 'i')
			*options_r |= PCRE2_CASELESS;
		else if (*f == 'm')
			*options_r |= PCRE2_MULTILINE;
		else if (*f == 's')
			*options_r |= PCRE2_DOTALL;
		else
			return false;
	}
	return true;
}

const struct pattern *pattern_compile(struct arena *a, const char *text,
				      const char *flags, const char **wrong_r,
				      size_t *at_r)
{
	struct pattern *pattern = arena_new(a, struct pattern, 1);
	uint32_t options;
	int code = 0;

	*at_r = 0;
	if (text[0] == '\0') {
		*wrong_r = "it is empty";
		return NULL;
	}
	if (!read_flags(flags, &options)) {
		*wrong_r = "flags are i, m and s";
		return NULL;
	}
	pcre2_compile_context *context = make_compile_context();

	pattern->code = pcre2_compile((PCRE2_SPTR)text, strlen(text), options, &code,
				      at_r, context);
	pcre2_compile_context_free(context);
	if (pattern->code == NULL) {
		char *wrong = arena_alloc(a, WRONG_BYTES);

		pcre2_get_error_message(code, (PCRE2_UCHAR *)wrong, WRONG_BYTES);
		*wrong_r = wrong;
		return NULL;
	}
	arena_defer(a, code_free, pattern->code);
	return pattern;
}

static int count_step(pcre2_callout_block *block, void *p)
{
	struct matcher *m = p;
	size_t here = block->current_position;
	size_t leap = here > m->last ? here - m->last : m->last - here;

	m->left -= 1 + (long)(leap / LEAP_BYTES);
	m->last = here;
	return m->left < 0 ? PCRE2_ERROR_MATCHLIMIT : 0;
}

static void matcher_free(void *p)
{
	struct matcher *m = p;

	pcre2_match_data_free(m->data);
	pcre2_match_context_free(m->context);
}

struct matcher *matcher_create(struct arena *a)
{
	struct matcher *m = arena_new(a, struct matcher, 1);

	m->data = pcre2_match_data_create(1, NULL);
	m->context = pcre2_match_context_create(NULL);
	g_assert(m->data != NULL && m->context != NULL);
	pcre2_set_match_limit(m->context, LIMIT_MATCH_STEPS);
	pcre2_set_heap_limit(m->context, HEAP_KIB);
	pcre2_set_callout(m->context, count_step, m);
	m->left_all = LIMIT_MATCH_STEPS_ALL;
	arena_defer(a, matcher_free, m);
	return m;
}

enum answer pattern_find(const struct pattern *pattern, struct matcher *m,
			 struct bytes text, struct bytes *found_r)
{
	if (m->left_all <= 0) {
		m->overrun = true;
		return ANSWER_UNKNOWN;
	}
	long allowed = MIN(LIMIT_MATCH_STEPS, m->left_all);

	m->left = allowed;
	m->last = 0;
	bool good = m->good.at == text.at && m->good.n == text.n;
	int found = pcre2_match(pattern->code, (PCRE2_SPTR)text.at, text.n, 0,
				good ? PCRE2_NO_UTF_CHECK : 0, m->data, m->context);

	m->left_all -= allowed - m->left;
	if (found >= PCRE2_ERROR_NOMATCH)
		m->good = text;
	if (found == PCRE2_ERROR_NOMATCH)
		return ANSWER_NO;
	if (found < 0) {
		m->overrun = true;
		return ANSWER_UNKNOWN;
	}
	const PCRE2_SIZE *span = pcre2_get_ovector_pointer(m->data);

	found_r->at = text.at + span[0];
	found_r->n = span[1] < span[0] ? 0 : span[1] - span[0];
	return ANSWER_YES;
}

bool matcher_overrun(const struct matcher *m)
{
	return m->overrun;
}

long matcher_steps(const struct matcher *m)
{
	return LIMIT_MATCH_STEPS_ALL - m->left_all;
}
