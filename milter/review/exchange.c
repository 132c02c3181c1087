/* Answers that every handler may give, and what it may do with the session of who asks. */
#include "review/exchange.h"

#include <inttypes.h>

#include "audit/audit.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/json_line.h"
#include "base/log.h"
#include "review/layout.h"

struct session_times exchange_times(const struct exchange *x)
{
	const struct options *o = x->review->options;

	return (struct session_times){ .now_us = clock_mono_us(),
				       .idle_us = o->review_idle_ms * 1000,
				       .most_us = o->review_session_ms * 1000 };
}

static void set_cookie(struct exchange *x, const char *token)
{
	char *cookie = g_strdup_printf(
		EXCHANGE_COOKIE
		"=%s; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=%" PRId64,
		token,
		token[0] == '\0' ? INT64_C(0)
				 : x->review->options->review_session_ms / 1000);

	http_header(x->response, "Set-Cookie", cookie);
	g_free(cookie);
}

void exchange_sign_in(struct exchange *x, const struct identity *who,
		      enum session_kind kind, const char *account)
{
	const struct session_times t = exchange_times(x);

	g_free(x->token);
	session_clear(&x->session);
	x->token = sessions_begin(x->review->sessions, who, kind, account, &t);
	sessions_find(x->review->sessions, x->token, &t, &x->session);
	if (!x->api)
		set_cookie(x, x->token);
}

void exchange_sign_out(struct exchange *x)
{
	if (x->token != NULL)
		sessions_end(x->review->sessions, x->token);
	set_cookie(x, "");
}

void exchange_redirect(struct exchange *x, const char *path)
{
	g_assert(path[0] == '/' && path[1] != '/' && path[1] != '\\');
	x->response->status = 303;
	http_header(x->response, "Location", path);
	g_string_truncate(x->response->body, 0);
}

void exchange_refuse(struct exchange *x, unsigned status, const char *text)
{
	GString *body = x->response->body;

	g_string_truncate(body, 0);
	x->response->status = status;
	if (x->api) {
		json_line_open(body, '{');
		json_line_name(body, "error");
		json_line_text(body, text);
		json_line_close(body, '}');
		return;
	}
	layout_begin(x, status == 404 ? "Not found" : "This cannot be done");
	page_element(&x->page, "p", NULL, text);
	page_open(&x->page, "p", NULL);
	page_link(&x->page, "/", "Back to what is held");
	page_close(&x->page, "p");
	layout_end(x);
}

void exchange_fail(struct exchange *x, GError *e)
{
	bool input = g_error_matches(e, WONTED_ERROR, WONTED_ERROR_INPUT);

	if (!input)
		log_line(LOG_LEVEL_ERROR, "%s", e->message);
	exchange_refuse(
		x, input ? 404 : 500,
		input ? "Nothing is held here that you may see under this address."
		      : "Something failed on our side; the log says what.");
	g_error_free(e);
}

bool exchange_audit(const struct exchange *x, const char *what, const struct hold *h,
		    const char *outcome, const char *why)
{
	GPtrArray *rcpts = g_ptr_array_new();
	const struct identity *who = &x->session.who;
	GError *e = NULL;

	for (size_t i = 0; h != NULL && i < h->n_rcpts; i++)
		g_ptr_array_add(rcpts, (gpointer)(guintptr)h->rcpts[i].address);
	g_ptr_array_add(rcpts, NULL);
	const struct audit_entry entry = {
		.time_s = clock_now_s(),
		.what = what,
		.who = who->name,
		.uid = -1,
		.tool = REVIEW_TOOL,
		.role = role_names[who->role],
		.tenant = h != NULL ? h->tenant : who->tenant,
		.hold = h != NULL ? h->id : NULL,
		.outcome = outcome,
		.why = why,
		.rcpts = (const char *const *)rcpts->pdata,
	};
	bool done = audit_record(x->review->options->audit_dir, &entry, &e);

	if (!done)
		log_line(LOG_LEVEL_ERROR, "%s", e->message);
	g_clear_error(&e);
	g_ptr_array_free(rcpts, TRUE);
	return done;
}
