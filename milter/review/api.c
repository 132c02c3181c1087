/* The same as the pages, as JSON. */

#include "base/clock.h"
#include "base/json_line.h"
#include "base/number.h"
#include "quarantine/hold_json.h"
#include "quarantine/request.h"
#include "review/act.h"
#include "review/filter.h"
#include "review/handlers.h"

#define LIST_MOST 200
#define LIST_USUAL 50

struct api_list {
	GString *out;
	size_t n, most;
	char *cursor; /* of the last one */
	bool more;
};

static bool list_one(const struct hold *h, void *user)
{
	struct api_list *l = user;

	l->more = l->n == l->most;
	if (l->more)
		return false;
	l->n++;
	hold_json_append(l->out, h);
	g_free(l->cursor);
	l->cursor = filter_cursor(h);
	return true;
}

static bool count_one(const struct hold *h, void *user)
{
	size_t *n = user;

	(void)h;
	return ++*n < HOLD_LIST_MOST;
}

/* the filter of the query; false: refused */
static bool read_filter(struct exchange *x, struct list_filter *f)
{
	const char *wrong =
		filter_read(x->request->query, x->review->options, clock_now_s(), f);

	if (wrong != NULL)
		exchange_refuse(x, 400, wrong);
	return wrong == NULL;
}

void api_holds(struct exchange *x)
{
	const char *limit = form_get(x->request->query, "limit");
	GString *out = x->response->body;
	struct api_list l = { .out = out };
	struct list_filter f;
	int64_t most = LIST_USUAL;
	GError *e = NULL;

	if (!read_filter(x, &f)) {
		filter_clear(&f);
		return;
	}
	if (limit != NULL && !number_parse(limit, 1, LIST_MOST, &most)) {
		filter_clear(&f);
		exchange_refuse(x, 400, "limit is a number from 1 to 200");
		return;
	}
	l.most = (size_t)most;
	f.of.most = l.most + 1;
	g_string_append(out, "{\"holds\":[");
	if (hold_list(&x->scope, &f.of, list_one, &l, &e)) {
		g_string_append(out, "],\"cursor\":");
		if (l.more)
			json_line_text(out, l.cursor);
		else
			json_line_null(out);
		g_string_append_c(out, '}');
	} else {
		exchange_fail(x, e);
	}
	g_free(l.cursor);
	filter_clear(&f);
}

void api_count(struct exchange *x)
{
	struct list_filter f;
	size_t n = 0;
	GError *e = NULL;

	if (!read_filter(x, &f)) {
		/* refused */
	} else if (!hold_list(&x->scope, &f.of, count_one, &n, &e)) {
		exchange_fail(x, e);
	} else {
		GString *out = x->response->body;

		json_line_open(out, '{');
		json_line_name(out, "count");
		json_line_int(out, (int64_t)n);
		json_line_name(out, "more");
		json_line_bool(out, n == HOLD_LIST_MOST);
		json_line_close(out, '}');
	}
	filter_clear(&f);
}

void api_hold(struct exchange *x)
{
	struct hold *h = NULL;
	GError *e = NULL;

	if (hold_find(&x->scope, x->id, &h, &e))
		hold_json_append(x->response->body, h);
	else
		exchange_fail(x, e);
	hold_free(h);
}

void api_act(struct exchange *x)
{
	static const char *const outcomes[] = { "done", "requested", "failed" };
	struct act_request r;
	const char *wrong = act_read(x, x->request->form, &r);
	GString *out = x->response->body;
	char *words = NULL;

	if (wrong != NULL) {
		exchange_refuse(x, 400, wrong);
		return;
	}
	enum act_outcome got = act_make(x, &r, x->id, &words);

	if (got == ACT_FAILED)
		x->response->status = 409;
	json_line_open(out, '{');
	json_line_name(out, "outcome");
	json_line_text(out, outcomes[got]);
	json_line_name(out, "words");
	json_line_text(out, words);
	json_line_close(out, '}');
	g_free(words);
}

static bool request_one(const struct hold *h, const struct request_for_release *r,
			void *user)
{
	GString *out = user;

	json_line_open(out, '{');
	json_line_name(out, "time_s");
	json_line_int(out, r->time_s);
	json_line_name(out, "who");
	json_line_text(out, r->who);
	json_line_name(out, "mailbox");
	json_line_text(out, r->mailbox);
	json_line_name(out, "why");
	json_line_text(out, r->why);
	json_line_name(out, "hold");
	hold_json_append(out, h);
	json_line_close(out, '}');
	return true;
}

void api_requests(struct exchange *x)
{
	GString *out = x->response->body;

	g_string_append(out, "{\"requests\":[");
	request_list(&x->scope, request_one, out);
	g_string_append(out, "]}");
}
