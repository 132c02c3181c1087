/* Which kinds of store there are, and what holds for all of them: bounds of a batch, one
 * owner counted per holder. Nothing here knows how a store keeps its data. */
#include "store/store.h"

#include "base/clock.h"
#include "base/compiler.h"
#include "base/error.h"
#include "base/limits.h"
#include "store/backend.h"
#include "store/registry.h"

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
	struct store *s = request->ops->open(request->rest, request->setup, e);

	if (s == NULL)
		return NULL;
	s->url = g_strdup(request->url);
	refs_begin(&s->refs, 1);
	s->write = request->setup->write;
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

static void close_for_good(struct store *s)
{
	g_free(s->url);
	s->ops->close(s);
}

void store_close(struct store **s)
{
	struct store *was = *s;

	*s = NULL;
	if (was == NULL)
		return;
	if (was->registry != NULL)
		registry_close(was, close_for_good);
	else if (refs_drop(&was->refs))
		close_for_good(was);
}

const char *store_url(const struct store *s)
{
	return s->url;
}

void store_read_many(struct store *s, struct store_read *r, size_t n, int64_t deadline_us,
		     struct arena *a)
{
	store_forget(r, n);
	s->ops->read_many(s, r, MIN(n, LIMIT_BATCH_KEYS), deadline_us, a);
}

enum store_wrote store_write_many(struct store *s, const struct store_write *w, size_t n,
				  GError **e)
{
	if (!s->write) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_STORE,
			    "store \"%s\": opened for reading only", s->url);
		return STORE_FAILED;
	}
	for (size_t i = 0; i < n; i++) {
		g_assert(w[i].key.n > 0 && w[i].key.n <= LIMIT_KEY_BYTES);
		g_assert(w[i].value.n <= LIMIT_VALUE_BYTES);
		g_assert((w[i].kind == STORE_MERGE) == (w[i].merge != NULL));
	}
	return n == 0 ? STORE_WROTE : s->ops->write_many(s, w, n, e);
}

bool store_scan(struct store *s, struct bytes prefix,
		bool (*see)(const struct store_record *record, void *to), void *to,
		GError **e)
{
	return s->ops->scan(s, prefix, see, to, e);
}

bool store_sound(struct store *s, struct store_sound *sound_r, GError **e)
{
	*sound_r = (struct store_sound){ 0 };
	return s->ops->sound == NULL || s->ops->sound(s, sound_r, e);
}
