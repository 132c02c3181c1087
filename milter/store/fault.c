/* fault:N:URL and fault:N+MS:URL - a store that fails or is late on purpose, over another
 * one: for tests and rehearsals. Every Nth question stays UNKNOWN and every Nth write fails;
 * MS milliseconds go by before each call, but never past its deadline. What it does answer
 * is the truth of the store below. */
#include <glib.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/number.h"
#include "store/backend.h"

#define DELAY_MOST_MS 60000

struct fault {
	struct store base;
	struct store *below;
	int64_t every; /* 0: never fails */
	int64_t delay_ms;
	gsize asked; /* atomic */
	gsize wrote; /* atomic */
};

static bool parse_spec(char *spec, struct fault *f)
{
	char *plus = strchr(spec, '+');

	if (plus != NULL) {
		*plus++ = '\0';
		if (!number_parse(plus, 0, DELAY_MOST_MS, &f->delay_ms))
			return false;
	}
	return number_parse(spec, 0, 1000000, &f->every);
}

static struct store *fault_open(const char *rest, const struct store_setup *setup,
				store_opener *below, GError **e)
{
	struct fault *f = g_new0(struct fault, 1);
	char **part = g_strsplit(rest, ":", 2);
	bool good = g_strv_length(part) == 2 && parse_spec(part[0], f);

	f->base.ops = &store_fault;
	if (!good)
		g_set_error(
			e, WONTED_ERROR, WONTED_ERROR_INPUT,
			"store \"fault:%s\": expected fault:N:URL or fault:N+MS:URL with "
			"N up to 1000000 and MS up to %d",
			rest, DELAY_MOST_MS);
	else
		f->below = below(part[1], setup, e);
	g_strfreev(part);
	if (f->below != NULL)
		return &f->base;
	g_free(f);
	return NULL;
}

static bool is_due(struct fault *f, gsize *counter)
{
	return f->every > 0 &&
	       (int64_t)(g_atomic_pointer_add(counter, 1) + 1) % f->every == 0;
}

/* true: the deadline came first */
static bool be_late(const struct fault *f, int64_t deadline_us)
{
	int64_t left_us = deadline_us - clock_mono_us(), want_us = f->delay_ms * 1000;
	bool late = deadline_us != 0 && left_us < want_us;

	if (late)
		want_us = MAX(left_us, 0);
	if (want_us > 0)
		g_usleep((gulong)want_us);
	return late;
}

static void fault_read_many(struct store *s, struct store_read *r, size_t n,
			    int64_t deadline_us, struct arena *a)
{
	struct fault *f = (struct fault *)s;

	if (be_late(f, deadline_us))
		return;
	store_read_many(f->below, r, n, deadline_us, a);
	for (size_t i = 0; i < n; i++) {
		if (is_due(f, &f->asked))
			store_forget(&r[i], 1);
	}
}

static enum store_wrote fault_write_many(struct store *s, const struct store_write *w,
					 size_t n, GError **e)
{
	struct fault *f = (struct fault *)s;

	be_late(f, 0);
	if (is_due(f, &f->wrote)) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_STORE,
			    "store \"%s\": failed as asked", s->url);
		return STORE_FAILED;
	}
	return store_write_many(f->below, w, n, e);
}

static bool fault_scan(struct store *s, struct bytes prefix,
		       bool (*see)(const struct store_record *record, void *to), void *to,
		       GError **e)
{
	return store_scan(((struct fault *)s)->below, prefix, see, to, e);
}

static void fault_close(struct store *s)
{
	struct fault *f = (struct fault *)s;

	store_close(&f->below);
	g_free(f);
}

const struct store_ops store_fault = {
	.open_over = fault_open,
	.read_many = fault_read_many,
	.write_many = fault_write_many,
	.scan = fault_scan,
	.close = fault_close,
};
