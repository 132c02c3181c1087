/* What is served is answered from even while the next one is looked at, which for a large file takes
 * minutes. One that is refused leaves the old one, a line in the log, and a metric that alerts. */
#include "serve/dataset.h"

#include <pthread.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/store_url.h"
#include "base/wait.h"

#define LOOK_EVERY_US G_USEC_PER_SEC

struct dataset {
	struct dataset_setup setup;
	char *url;
	pthread_mutex_t lock; /* of all below */
	pthread_cond_t wake;
	struct store *store; /* NULL: none yet; then it stays until the end */
	struct store_generation told;
	bool good; /* told is what is answered from */
	bool look, stop;
	GThread *thread;
};

static struct store *current(struct dataset *d)
{
	struct store *s;

	pthread_mutex_lock(&d->lock);
	s = d->store;
	pthread_mutex_unlock(&d->lock);
	return s;
}

/* For whoever must not wait: kept beside the store. */
static void tell(struct dataset *d)
{
	struct store_generation now = { 0 };
	bool good = d->store != NULL && store_generation(d->store, &now);

	pthread_mutex_lock(&d->lock);
	d->told = now;
	d->good = good;
	pthread_mutex_unlock(&d->lock);
	metrics_set(d->setup.metrics, METRIC_SERVE_KEYS, NULL, (uint64_t)now.keys);
	metrics_set(d->setup.metrics, METRIC_SERVE_BYTES, NULL, (uint64_t)now.bytes);
	metrics_tell(d->setup.metrics, METRIC_SERVE_GENERATION, NULL,
		     good ? now.id : "none");
}

static void say_taken(const struct dataset *d)
{
	log_line(LOG_LEVEL_INFO,
		 "%s: generation %s, %" G_GINT64_FORMAT " keys, slots %u-%u", d->url,
		 d->told.id, d->told.keys, d->told.first_slot, d->told.last_slot);
}

static void say_refused(const struct dataset *d, const GError *why)
{
	metrics_add(d->setup.metrics, METRIC_SERVE_REFUSED, 1);
	metrics_set(d->setup.metrics, METRIC_SERVE_STALE, NULL, 1);
	log_seldom(LOG_LEVEL_ERROR, "data set", "%s: %s",
		   d->good ? "the generation before is served on" : "nothing is answered",
		   why->message);
}

static struct store *open_store(const struct dataset *d, GError **e)
{
	const struct store_setup setup = { .renew_by_hand = true,
					   .batch_bytes = d->setup.batch_bytes,
					   .first_slot = d->setup.first_slot,
					   .end_slot = d->setup.end_slot };

	return store_open(d->url, &setup, e);
}

static void open_first(struct dataset *d)
{
	GError *e = NULL;
	struct store *s = open_store(d, &e);

	if (s == NULL) {
		say_refused(d, e);
		g_error_free(e);
		return;
	}
	pthread_mutex_lock(&d->lock);
	d->store = s;
	pthread_mutex_unlock(&d->lock);
	tell(d);
	say_taken(d);
}

/* on the thread that looks */
static void look(struct dataset *d)
{
	GError *e = NULL;
	enum answer renewed;

	if (d->store == NULL) {
		open_first(d);
		return;
	}
	renewed = store_renew(d->store, &e);
	tell(d);
	if (renewed == ANSWER_YES) {
		metrics_add(d->setup.metrics, METRIC_SERVE_SWAPS, 1);
		say_taken(d);
	}
	if (e != NULL) {
		say_refused(d, e);
		g_error_free(e);
	}
	metrics_set(d->setup.metrics, METRIC_SERVE_STALE, NULL,
		    renewed == ANSWER_UNKNOWN);
}

static void *look_on(void *data)
{
	struct dataset *d = data;

	pthread_mutex_lock(&d->lock);
	while (!d->stop) {
		int64_t until_us = clock_mono_us() + LOOK_EVERY_US;

		d->look = false;
		pthread_mutex_unlock(&d->lock);
		look(d);
		pthread_mutex_lock(&d->lock);
		while (!d->stop && !d->look && wait_until(&d->wake, &d->lock, until_us))
			;
	}
	pthread_mutex_unlock(&d->lock);
	return NULL;
}

static bool can_be_served(const char *url, GError **e)
{
	const char *rest;
	enum store_url_kind kind = store_url_kind(url, &rest);

	if (kind == STORE_URL_lmdb_snapshot || kind == STORE_URL_overlay)
		return true;
	g_set_error(
		e, WONTED_ERROR, WONTED_ERROR_INPUT,
		"serve_store \"%s\": only a data set that \"wonted store build\" made "
		"can be served: write %s",
		url, store_urls[STORE_URL_lmdb_snapshot].form);
	return false;
}

struct dataset *dataset_open(const struct dataset_setup *setup, GError **e)
{
	struct dataset *d;

	if (!can_be_served(setup->url, e))
		return NULL;
	d = g_new0(struct dataset, 1);
	d->setup = *setup;
	d->url = g_strdup(setup->url);
	pthread_mutex_init(&d->lock, NULL);
	pthread_cond_init(&d->wake, NULL);
	open_first(d);
	d->thread = g_thread_new("look", look_on, d);
	return d;
}

void dataset_close(struct dataset *d)
{
	if (d == NULL)
		return;
	pthread_mutex_lock(&d->lock);
	d->stop = true;
	pthread_cond_signal(&d->wake);
	pthread_mutex_unlock(&d->lock);
	g_thread_join(d->thread);
	store_close(&d->store);
	pthread_cond_destroy(&d->wake);
	pthread_mutex_destroy(&d->lock);
	g_free(d->url);
	g_free(d);
}

void dataset_look(struct dataset *d)
{
	pthread_mutex_lock(&d->lock);
	d->look = true;
	pthread_cond_signal(&d->wake);
	pthread_mutex_unlock(&d->lock);
}

bool dataset_generation(struct dataset *d, struct store_generation *generation_r)
{
	bool good;

	pthread_mutex_lock(&d->lock);
	*generation_r = d->told;
	good = d->good;
	pthread_mutex_unlock(&d->lock);
	return good;
}

void dataset_read(struct dataset *d, struct store_read *r, size_t n, struct arena *a)
{
	struct store *s = current(d);

	for (size_t i = 0; s == NULL && i < n; i++)
		r[i].answer = ANSWER_UNKNOWN;
	if (s != NULL)
		store_read_many(s, r, n, 0, a);
}

bool dataset_scan(struct dataset *d, const struct store_scan *scan, GError **e)
{
	struct store *s = current(d);

	if (s != NULL)
		return store_scan_sorted(s, scan, e);
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_STORE, "there is no data set");
	return false;
}
