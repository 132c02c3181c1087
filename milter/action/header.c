/* The headers of the house: what we found, in words that logs and pages use too, for mail
 * stores (Sieve) and people. Nothing here names a recipient, and a header never ends a line
 * early: all text passes header_fold(). X-Spam-* is the common tongue of filters; it is
 * written only for what is junk. */
#include "action/header.h"

#include <inttypes.h>

#include "auth/authres.h"
#include "base/limits.h"
#include "base/printable.h"
#include "verdict/score.h"

enum {
	COLUMNS = 76,       /* RFC 5322 2.1.1 asks for at most 78 */
	REASONS_SHOWN = 10, /* the rest stands in the journal */
	VALUE_BYTES = 1800, /* of a value before it is folded */
	REASON_BYTES = 400, /* of one reason, escaped */
	STARS = 50,         /* of X-Spam-Level; longer ones help nobody */
};

const char *points_text(struct arena *a, int64_t milli)
{
	uint64_t n = milli < 0 ? 0 - (uint64_t)milli : (uint64_t)milli;
	char *text = arena_printf(a, "%s%" PRIu64 ".%03u", milli < 0 ? "-" : "", n / 1000,
				  (unsigned)(n % 1000));
	size_t end = strlen(text);

	while (text[end - 1] == '0')
		end--;
	if (text[end - 1] == '.')
		end--;
	text[end] = '\0';
	return text;
}

static void fold_word(GString *out, size_t *column, const char *w, size_t n)
{
	if (out->len > 0 && *column + 1 + n > COLUMNS) {
		g_string_append_len(out, "\n\t", 2);
		*column = 1;
	} else if (out->len > 0) {
		g_string_append_c(out, ' ');
		++*column;
	}
	for (; *column + n > COLUMNS; *column = 1) {
		size_t fits = COLUMNS - *column;

		g_string_append_len(out, w, (gssize)fits);
		g_string_append_len(out, "\n\t", 2);
		w += fits;
		n -= fits;
	}
	g_string_append_len(out, w, (gssize)n);
	*column += n;
}

const char *header_fold(struct arena *a, size_t name_n, const char *text, size_t max)
{
	char *safe = printable_ascii(text, max);
	GString *out = g_string_sized_new(strlen(safe) + 16);
	size_t column = name_n + 2; /* and the colon and a blank */
	const char *kept;

	for (const char *w = safe; *w != '\0';) {
		size_t n = strcspn(w, " ");

		if (n > 0)
			fold_word(out, &column, w, n);
		w += n + (w[n] == ' ');
	}
	kept = arena_strndup(a, out->str, out->len);
	g_string_free(out, TRUE);
	g_free(safe);
	return kept;
}

static const char *reasons_text(struct arena *a, const struct header_story *story)
{
	GString *out = g_string_new(NULL);
	const char *kept;

	for (size_t i = 0; i < story->n_reasons && i < REASONS_SHOWN; i++) {
		const struct reason *r = story->reasons[i];
		char *text = printable_ascii(r->text, REASON_BYTES);

		g_string_append_printf(out, "%s%s (%s %s%s) %s", i == 0 ? "" : "; ",
				       r->rule, axis_names[r->axis],
				       r->milli > 0 ? "+" : "", points_text(a, r->milli),
				       text);
		g_free(text);
	}
	kept = arena_strndup(a, out->str, out->len);
	g_string_free(out, TRUE);
	return kept;
}

static void put(GPtrArray *lines, struct arena *a, const char *name, const char *text)
{
	const char **line = arena_new(a, const char *, 2);

	line[0] = name;
	line[1] = header_fold(a, strlen(name), text, VALUE_BYTES);
	g_ptr_array_add(lines, line);
}

/* The axis that made the verdict: what X-Spam-Score readers ask for. */
static void put_level(GPtrArray *lines, struct arena *a, const struct decision *d)
{
	enum axis axis = verdict_axis(d->verdict);
	int64_t milli = axis == AXIS_COUNT ? 0 : d->milli[axis];
	size_t stars = (size_t)CLAMP(milli / 1000, 0, STARS);
	char level[STARS + 1] = "";

	memset(level, '*', stars);
	put(lines, a, "X-Spam-Status",
	    arena_printf(a, "Yes, score=%s required=%s", points_text(a, milli),
			 points_text(a, score_threshold(d->verdict, d->policy))));
	if (stars > 0)
		put(lines, a, "X-Spam-Level", level);
}

/* why it was decided so: nothing that filing needs */
static void put_grounds(GPtrArray *lines, struct arena *a,
			const struct header_story *story)
{
	const struct decision *d = story->shown;

	put(lines, a, HEADER_SCORE,
	    arena_printf(a, "threat=%s spam=%s graymail=%s",
			 points_text(a, d->milli[AXIS_THREAT]),
			 points_text(a, d->milli[AXIS_SPAM]),
			 points_text(a, d->milli[AXIS_GRAYMAIL])));
	if (d->differs)
		put(lines, a, HEADER_WOULD, verdict_names[d->would]);
	if (story->n_reasons > 0)
		put(lines, a, HEADER_REASONS, reasons_text(a, story));
	if (story->banner != NULL)
		put(lines, a, HEADER_BANNER, story->banner);
}

static void put_spam(GPtrArray *lines, struct arena *a, const struct decision *d,
		     bool full)
{
	put(lines, a, "X-Spam-Flag", "YES");
	put(lines, a, "X-Spam", "Yes");
	if (full)
		put_level(lines, a, d);
}

static void put_ours(GPtrArray *lines, struct arena *a, const struct header_story *story,
		     bool full)
{
	const struct decision *d = story->shown;

	put(lines, a, "X-Wonted-Verdict", verdict_names[d->verdict]);
	put(lines, a, HEADER_ACTION,
	    story->action_note == NULL
		    ? action_names[story->action]
		    : arena_printf(a, "%s (%s)", action_names[story->action],
				   story->action_note));
	if (full)
		put_grounds(lines, a, story);
	if (story->unresolved != NULL)
		put(lines, a, HEADER_RECIPIENT,
		    arena_printf(a, "unresolved (%s)", story->unresolved));
	if (story->missing != NULL)
		put(lines, a, HEADER_DEGRADED, story->missing);
	if (story->observe)
		put(lines, a, "X-Wonted-Mode", mode_names[MODE_OBSERVE]);
	put(lines, a, "X-Wonted-Id", story->id);
	if (story->action == ACTION_JUNK)
		put_spam(lines, a, d, full);
}

/* Is our own name that of a trusted upstream, whose results we go by? */
static bool is_upstream(const struct plan_setup *s)
{
	return s->auth != NULL && s->auth->source == AUTH_TRUSTED &&
	       s->auth->authserv_id != NULL &&
	       g_ascii_strcasecmp(s->auth->authserv_id, s->authserv_id) == 0;
}

/* A chain that holds shows who sealed it, whatever names stand in it: without one of its fields
 * it would fail. Where nobody could tell, it may hold. */
static bool chain_fails(const struct plan_setup *s)
{
	return s->auth != NULL && s->auth->source == AUTH_OWN &&
	       (s->auth->arc.result == AUTH_NONE || s->auth->arc.result == AUTH_FAIL);
}

void header_removals(const struct plan_setup *s, bool spam, GArray *edits)
{
	struct sweep_request request = { .ours = true,
					 .spam = spam,
					 .authres = !is_upstream(s),
					 .chain = chain_fails(s) };

	header_sweep_edits(s->sweep, request, edits);
}

static void insertion(const char *name, const char *value, GArray *edits)
{
	struct edit e = {
		.kind = EDIT_INSERT_HEADER, .index = 0, .name = name, .value = value
	};

	g_array_append_val(edits, e);
}

/* Each goes to index 0, above the Received of the MTA we run beside, so the last one made
 * stands on top. */
void header_insertions(struct arena *a, const struct plan_setup *s,
		       const struct header_story *story, GArray *edits)
{
	GPtrArray *lines = g_ptr_array_new();
	const char *authres = NULL;

	put_ours(lines, a, story, s->options->headers == HEADERS_FULL);
	for (guint i = lines->len; i-- > 0;) {
		const char **line = g_ptr_array_index(lines, i);

		insertion(line[0], line[1], edits);
	}
	g_ptr_array_free(lines, TRUE);
	if (s->auth != NULL)
		authres = authres_value(a, s->authserv_id, s->auth);
	if (authres != NULL)
		insertion(HEADER_AUTHRES, authres, edits);
}
