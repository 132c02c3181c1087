/* What holds for all kinds of store: bounds of a batch, one owner counted per holder. Nothing
 * here knows how a store keeps its data, nor which kinds there are (store/open.c). */
#include "store/store.h"

#include "base/error.h"
#include "base/limits.h"
#include "store/backend.h"
#include "store/registry.h"
#include "store/snapshot.h"

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

/* NULL: none is kept for longer than it may be. What is for ever has no time */
static struct store_write *keep_shorter(const struct store *s,
					const struct store_write *w, size_t n)
{
	struct store_write *kept = NULL;

	for (size_t i = 0; i < n && s->keep_s > 0; i++) {
		if (w[i].ttl_s <= s->keep_s)
			continue;
		if (kept == NULL)
			kept = g_memdup2(w, n * sizeof(*w));
		kept[i].ttl_s = s->keep_s;
	}
	return kept;
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
	if (n == 0)
		return STORE_WROTE;
	struct store_write *kept = keep_shorter(s, w, n);
	enum store_wrote wrote = s->ops->write_many(s, kept != NULL ? kept : w, n, e);

	g_free(kept);
	return wrote;
}

bool store_scan(struct store *s, struct bytes prefix,
		bool (*see)(const struct store_record *record, void *to), void *to,
		GError **e)
{
	return s->ops->scan(s, prefix, see, to, e);
}

bool store_scan_sorted(struct store *s, const struct store_scan *scan, GError **e)
{
	if (s->ops->scan_sorted != NULL)
		return s->ops->scan_sorted(s, scan, e);
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_STORE,
		    "store \"%s\": its keys have no order", s->url);
	return false;
}

bool store_generation(struct store *s, struct store_generation *generation_r)
{
	*generation_r = (struct store_generation){ 0 };
	return s->ops->generation != NULL && s->ops->generation(s, generation_r);
}

enum answer store_renew(struct store *s, GError **e)
{
	return s->ops->renew != NULL ? s->ops->renew(s, e) : ANSWER_NO;
}

size_t store_applied(struct store *s, struct manifest_applied *applied_r)
{
	return s->ops->applied != NULL ? s->ops->applied(s, applied_r) : 0;
}

bool store_sound(struct store *s, struct store_sound *sound_r, GError **e)
{
	*sound_r = (struct store_sound){ 0 };
	return s->ops->sound == NULL || s->ops->sound(s, sound_r, e);
}
