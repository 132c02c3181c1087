/* Which kinds of store there are, and how one is opened. Those that stand over other stores are
 * told how to open them, and know no kind. */
#include "base/clock.h"
#include "base/compiler.h"
#include "base/error.h"
#include "store/registry.h"
#include "store/store.h"

static const struct store_ops *const kinds[STORE_URL_KINDS] = {
#define STORE_URL(id, ...) [STORE_URL_##id] = &store_##id,
#include "base/store_url.def"
#undef STORE_URL
};

static void say_forms(const char *url, GError **e)
{
	GString *forms = g_string_new(NULL);

	for (size_t i = 0; i < STORE_URL_KINDS; i++)
		g_string_append_printf(forms, "%s%s", i == 0 ? "" : ", ",
				       store_urls[i].form);
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
		    "store \"%s\": no such kind of store; allowed are %s", url,
		    forms->str);
	g_string_free(forms, TRUE);
}

static struct store *open_new(const struct store_request *request, GError **e)
{
	const struct store_ops *ops = request->ops;
	g_assert((ops->open != NULL) != (ops->open_over != NULL));
	g_assert(!ops->once ||
		 ops->open_over == NULL); /* it would lock the registry twice */
	struct store *s =
		ops->open_over != NULL
			? ops->open_over(request->rest, request->setup, store_open, e)
			: ops->open(request->rest, request->setup, e);

	if (s == NULL)
		return NULL;
	g_assert(s->ops == ops && s->url == NULL && s->registry == NULL);
	s->url = g_strdup(request->url);
	refs_begin(&s->refs, 1);
	s->write = request->setup->write;
	s->keep_s = request->setup->keep_s;
	s->now_s = request->setup->now_s != NULL ? request->setup->now_s : clock_now_s;
	return s;
}

struct store *store_open(const char *url, const struct store_setup *setup, GError **e)
{
	static const struct store_setup usual = { 0 };
	struct store_request request = { .url = url,
					 .setup = setup != NULL ? setup : &usual };

	request.kind = store_url_kind(url, &request.rest);
	if (request.kind == STORE_URL_KINDS) {
		say_forms(url, e);
		return NULL;
	}
	request.ops = kinds[request.kind];
	return request.setup->registry != NULL ? registry_open(&request, open_new, e)
					       : open_new(&request, e);
}
