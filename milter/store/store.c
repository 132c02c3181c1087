/* Which kinds of store there are, and what holds for all of them: bounds of a batch, one
 * owner counted per holder. Nothing here knows how a store keeps its data. */
#include "store/store.h"

#include "base/clock.h"
#include "base/compiler.h"
#include "base/error.h"
#include "base/limits.h"
#include "store/backend.h"

static const struct store_ops *const schemes[] = {
	&store_lmdb,           &store_lmdb_snapshot, &store_mem,
	&store_fault,          &store_redis,         &store_redis_unix,
	&store_redis_sentinel, &store_redis_cluster, &store_pair,
};

static void say_forms(const char *url, GError **e)
{
	GString *forms = g_string_new(NULL);

	for (size_t i = 0; i < COUNT_OF(schemes); i++)
		g_string_append_printf(forms, "%s%s", i == 0 ? "" : ", ",
				       schemes[i]->form);
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
		    "store \"%s\": no such kind of store; allowed are %s", url,
		    forms->str);
	g_string_free(forms, TRUE);
}

/* a handle that is open already; NULL: there is none */
static struct store *find_open(struct store *in, const char *url, bool write)
{
	struct store *found = NULL;

	if (in->write == write && strcmp(in->url, url) == 0)
		return store_ref(in);
	for (int i = 0; found == NULL && in->ops->half != NULL && i < 2; i++)
		found = find_open(in->ops->half(in, i), url, write);
	return found;
}

struct store *store_open(const char *url, const struct store_setup *setup, GError **e)
{
	static const struct store_setup usual = { 0 };
	struct store *s;

	setup = setup != NULL ? setup : &usual;
	s = setup->old != NULL ? find_open(setup->old, url, setup->write) : NULL;
	if (s != NULL)
		return s;
	for (size_t i = 0; i < COUNT_OF(schemes); i++) {
		size_t n = strlen(schemes[i]->scheme);

		if (strncmp(url, schemes[i]->scheme, n) != 0 || url[n] != ':')
			continue;
		s = schemes[i]->open(url + n + 1, setup, e);
		if (s == NULL)
			return NULL;
		s->url = g_strdup(url);
		s->refs = 1;
		s->write = setup->write;
		s->now_s = setup->now_s != NULL ? setup->now_s : clock_now_s;
		return s;
	}
	say_forms(url, e);
	return NULL;
}

struct store *store_ref(struct store *s)
{
	g_atomic_int_inc(&s->refs);
	return s;
}

void store_close(struct store **s)
{
	struct store *was = *s;

	*s = NULL;
	if (was == NULL || !g_atomic_int_dec_and_test(&was->refs))
		return;
	g_free(was->url);
	was->ops->close(was);
}

const char *store_url(const struct store *s)
{
	return s->url;
}

void store_read_many(struct store *s, struct store_read *r, size_t n, int64_t deadline_us,
		     struct arena *a)
{
	for (size_t i = 0; i < n; i++) {
		r[i].answer = ANSWER_UNKNOWN;
		r[i].value = (struct bytes){ 0 };
	}
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
