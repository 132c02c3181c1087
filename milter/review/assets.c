/* The two files that pages load, compiled in. */
#include "review/handlers.h"

static const unsigned char style[] = {
#include "review/style.css.inc"
};
static const unsigned char script[] = {
#include "review/review.js.inc"
};

static void answer(struct exchange *x, const char *type, const void *at, size_t n)
{
	x->response->type = type;
	g_string_append_len(x->response->body, at, (gssize)n);
}

void page_style(struct exchange *x)
{
	answer(x, "text/css; charset=utf-8", style, sizeof(style));
}

void page_script(struct exchange *x)
{
	answer(x, "text/javascript; charset=utf-8", script, sizeof(script));
}

void page_health(struct exchange *x)
{
	answer(x, "text/plain; charset=utf-8", "ok\n", 3);
}
