#include "quarantine/limits.h"

#include "quarantine/hold_files.h"
#include "quarantine/index.h"
#include "quarantine/request.h"

struct limit {
	int64_t keep_s, most, most_bytes; /* 0: none */
};

/* verdict   -1: none is known */
static struct limit limit_of(const struct options *o, int verdict)
{
	struct limit l = { 0 };

#define LIMIT(of)                                                                       \
	((struct limit){ o->quarantine_keep_##of##_ms / 1000, o->quarantine_count_##of, \
			 o->quarantine_size_##of##_bytes })
	if (verdict == VERDICT_GRAYMAIL)
		l = LIMIT(graymail);
	else if (verdict == VERDICT_SPAM)
		l = LIMIT(spam);
	else if (verdict == VERDICT_SUSPICIOUS)
		l = LIMIT(suspicious);
	else if (verdict == VERDICT_MALICIOUS)
		l = LIMIT(malicious);
#undef LIMIT
	return l;
}

int64_t hold_keep_s(const struct options *o, const struct hold_rcpt *rcpts, size_t n)
{
	int worst = -1;

	for (size_t i = 0; i < n; i++)
		if (rcpts[i].verdict != NULL)
			worst = MAX(worst, word_find(verdict_names, VERDICT_COUNT,
						     rcpts[i].verdict));
	int64_t most_s = o->quarantine_keep_ms / 1000, keep_s = limit_of(o, worst).keep_s;

	return keep_s > 0 ? MIN(keep_s, most_s) : most_s;
}

struct weighing {
	const struct options *options;
	GHashTable *asked;
	int64_t n[VERDICT_COUNT], bytes[VERDICT_COUNT];
	GPtrArray *over; /* newest first */
};

/* Newest first, which stays however large it is: what comes when there is no room any more is older than all that has it. */
static void weigh(const struct index_weight *w, void *user)
{
	struct weighing *g = user;
	const struct limit l = limit_of(g->options, w->verdict);

	if (l.most == 0 && l.most_bytes == 0)
		return;
	g->n[w->verdict]++;
	g->bytes[w->verdict] += (int64_t)w->bytes;
	if (g->n[w->verdict] == 1)
		return;
	if ((l.most == 0 || g->n[w->verdict] <= l.most) &&
	    (l.most_bytes == 0 || g->bytes[w->verdict] <= l.most_bytes))
		return;
	if (!g_hash_table_contains(g->asked, w->id))
		g_ptr_array_add(g->over, g_strdup(w->id));
}

static bool any_limit(const struct options *o)
{
	bool any = false;

	for (int v = 0; v < VERDICT_COUNT; v++) {
		const struct limit l = limit_of(o, v);

		any |= l.most > 0 || l.most_bytes > 0;
	}
	return any;
}

int quarantine_limit(struct quarantine *q, const struct options *o, GError **e)
{
	struct weighing g = { .options = o };
	int gone = -1;

	if (!any_limit(o))
		return 0;
	g.asked = request_ids(q);
	g.over = g_ptr_array_new_with_free_func(g_free);
	if (index_weigh(q->index, weigh, &g, e)) {
		gone = 0;
		for (guint i = g.over->len; i > 0; i--)
			gone += hold_expire(q, g.over->pdata[i - 1]);
	}
	g_ptr_array_unref(g.over);
	g_hash_table_unref(g.asked);
	return gone;
}

int quarantine_expire(struct quarantine *q, int64_t now_s, GError **e)
{
	GHashTable *asked = request_ids(q);
	char **ids = NULL;
	int gone = -1;

	if (quarantine_ready(q, e) && index_expired(q->index, now_s, &ids, e)) {
		gone = 0;
		for (char **id = ids; *id != NULL; id++)
			if (!g_hash_table_contains(asked, *id))
				gone += hold_expire(q, *id);
	}
	g_strfreev(ids);
	g_hash_table_unref(asked);
	return gone;
}
