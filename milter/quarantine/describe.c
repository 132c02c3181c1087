#include "quarantine/describe.h"

#include <string.h>

#define ID_FIELD "X-Wonted-Id: "

const char *const hold_state_names[HOLD_STATE_COUNT] = { "held", "released", "deleted",
							 "expired" };

const char *hold_doubt(const struct hold *h, const struct hold_rcpt *r)
{
	if (r->state != HOLD_HELD)
		return NULL;
	if (r->sent == HOLD_SENT)
		return "handed over by a release that could not be noted";
	if (r->sent == HOLD_MAYBE_SENT)
		return "may have been delivered by a release that was broken off";
	return h->may_be_delivered ? "may have been delivered when it came" : NULL;
}

bool hold_is_held(const struct hold *h)
{
	for (size_t i = 0; i < h->n_rcpts; i++)
		if (h->rcpts[i].state == HOLD_HELD)
			return true;
	return false;
}

bool hold_is_doubtful(const struct hold *h)
{
	bool held = false, sent = false;

	for (size_t i = 0; i < h->n_rcpts; i++) {
		held |= h->rcpts[i].state == HOLD_HELD;
		sent |= h->rcpts[i].state == HOLD_HELD &&
			h->rcpts[i].sent != HOLD_NOT_SENT;
	}
	return sent || (held && h->may_be_delivered);
}

static bool read_hit(const char *line, size_t n, struct hold_hit *hit_r)
{
	char **words, *text = g_strndup(line, n);
	bool good;

	words = g_strsplit(text, " ", 3);
	good = g_strv_length(words) == 3;
	if (good) {
		g_strlcpy(hit_r->rule, words[0], sizeof(hit_r->rule));
		g_strlcpy(hit_r->axis, words[1], sizeof(hit_r->axis));
		hit_r->milli = g_ascii_strtoll(words[2], NULL, 10);
	}
	g_strfreev(words);
	g_free(text);
	return good;
}

bool hold_hit_next(const char **at, struct hold_hit *hit_r)
{
	while (*at != NULL && **at != '\0') {
		size_t n = strcspn(*at, "\n");
		const char *line = *at;

		*at += n + (line[n] == '\n');
		if (read_hit(line, n, hit_r))
			return true;
	}
	return false;
}

/* Several holds of one message have ids of their own; the message's stands in the trace. */
char *hold_message(const struct hold *h)
{
	const char *at = h->trace == NULL ? NULL : strstr(h->trace, ID_FIELD);

	if (at == NULL)
		return g_strdup(h->id);
	at += strlen(ID_FIELD);
	return g_strndup(at, strcspn(at, "\r\n"));
}
