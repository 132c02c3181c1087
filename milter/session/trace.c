#include "session/trace.h"

#include "action/header.h"

#define NAME_BYTES 255

/* a client's words: nothing that could end a comment, a line or a token */
static const char *word(struct arena *a, const char *text)
{
	char *w = arena_strndup(a, text, strnlen(text, NAME_BYTES));

	for (char *p = w; *p != '\0'; p++)
		if (!g_ascii_isalnum(*p) && strchr("._-:[]", *p) == NULL)
			*p = '?';
	return w;
}

static const char *date_text(struct arena *a, int64_t s)
{
	GDateTime *t = g_date_time_new_from_unix_utc(s);
	static const char *const days[] = { "Mon", "Tue", "Wed", "Thu",
					    "Fri", "Sat", "Sun" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

	if (t == NULL)
		return "Thu, 1 Jan 1970 00:00:00 +0000";
	const char *text = arena_printf(
		a, "%s, %d %s %04d %02d:%02d:%02d +0000",
		days[g_date_time_get_day_of_week(t) - 1], g_date_time_get_day_of_month(t),
		months[g_date_time_get_month(t) - 1], g_date_time_get_year(t),
		g_date_time_get_hour(t), g_date_time_get_minute(t),
		g_date_time_get_second(t));

	g_date_time_unref(t);
	return text;
}

static const char *received(const struct transaction *way, const struct plan_setup *setup)
{
	const struct envelope *e = way->envelope;
	struct arena *a = way->arena;
	const char *name = e->client_name != NULL ? word(a, e->client_name) : "unknown";
	bool six = e->client_addr != NULL && strchr(e->client_addr, ':') != NULL;
	const char *from = e->client_addr == NULL ? "local"
						  : arena_printf(a, "%s [%s%s]", name,
								 six ? "IPv6:" : "",
								 word(a, e->client_addr));

	return arena_printf(
		a, "Received: from %s (%s)\n\tby %s (held by wonted) id %s;\n\t%s\n",
		e->helo != NULL && e->helo[0] != '\0' ? word(a, e->helo) : "unknown",
		from, word(a, e->mta_name != NULL ? e->mta_name : setup->authserv_id),
		way->id, date_text(a, e->received_s));
}

/* the strictest decision of those it is held for */
static const struct decision *strictest(const struct transaction *way,
					const struct plan_hold *h)
{
	const struct decision *most = &way->decisions.at[h->rcpts[0]];

	for (size_t i = 1; i < h->n_rcpts; i++)
		if (way->decisions.at[h->rcpts[i]].verdict > most->verdict)
			most = &way->decisions.at[h->rcpts[i]];
	return most;
}

const char *trace_text(const struct transaction *way, const struct plan_setup *setup,
		       const struct plan_hold *h)
{
	const struct decision *shown = strictest(way, h);
	const struct header_story story = {
		.shown = shown,
		.action = ACTION_QUARANTINE,
		.id = way->id,
		.missing = missing_words(way->arena, shown->missing),
	};
	GArray *edits = g_array_new(FALSE, FALSE, sizeof(struct edit));
	GString *all = g_string_new(NULL);

	header_insertions(way->arena, setup, &story, edits);
	for (guint i = edits->len; i-- > 0;) { /* the last one put in stands on top */
		const struct edit *e = &g_array_index(edits, struct edit, i);

		g_string_append_printf(all, "%s: %s\n", e->name, e->value);
	}
	g_string_append(all, received(way, setup));
	g_array_free(edits, TRUE);
	const char *text = arena_strndup(way->arena, all->str, all->len);

	g_string_free(all, TRUE);
	return text;
}
