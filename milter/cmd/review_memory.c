/* The page works without a store: what needs one is missing then, and it is tried again. */
#include "cmd/review_memory.h"

#include <pthread.h>

#include "base/clock.h"
#include "base/log.h"
#include "cmd/control.h"
#include "cmd/feedback_ask.h"
#include "cmd/tenant_store.h"

#define AGAIN_US (5 * (int64_t)G_USEC_PER_SEC)

struct review_store {
	const struct options *options;
	pthread_mutex_t lock; /* not GLib's, which a sanitizer can't see */
	struct store *store;  /* NULL: not open */
	int64_t tried_us;     /* 0: never */
};

static struct store *open_store(void *to)
{
	struct review_store *s = to;
	int64_t now_us = clock_mono_us();
	GError *e = NULL;

	pthread_mutex_lock(&s->lock);
	if (s->store == NULL && (s->tried_us == 0 || now_us - s->tried_us >= AGAIN_US)) {
		s->tried_us = now_us;
		s->store = configured_store_open(s->options, false, &e);
	}
	struct store *store = s->store;

	pthread_mutex_unlock(&s->lock);
	if (e != NULL) {
		log_seldom(LOG_LEVEL_WARN, "review-store",
			   "%s; the page does not show what mailboxes want", e->message);
		g_error_free(e);
	}
	return store;
}

static bool tell(const struct wish *w, char **words_r, void *to)
{
	const struct review_store *s = to;
	GString *request = feedback_ask_begin(w->wants != NULL ? "set" : "forget",
					      w->mailbox, w->tenant);
	GError *e = NULL;
	bool taken;

	feedback_ask_word(request, "entry", w->entry);
	feedback_ask_word(request, "wants", w->wants);
	feedback_ask_word(request, "signer", w->wants != NULL ? w->signer : NULL);
	feedback_ask_word(request, "by", w->by);
	g_string_append_c(request, '\n');
	taken = control_tell(s->options->feedback_socket,
			     (struct bytes){ .at = request->str, .n = request->len },
			     words_r, &e) &&
		g_str_has_prefix(*words_r, "taken");
	if (e != NULL) {
		log_seldom(LOG_LEVEL_WARN, "review-tell", "%s", e->message);
		*words_r =
			g_strdup("wonted-learn, which writes it down, does not run; try "
				 "again later");
		g_error_free(e);
	}
	g_strchomp(*words_r);
	g_string_free(request, TRUE);
	return taken;
}

struct review_store *review_memory_open(const struct options *o,
					struct review_memory *memory_r)
{
	struct review_store *s = g_new0(struct review_store, 1);

	s->options = o;
	pthread_mutex_init(&s->lock, NULL);
	*memory_r = (struct review_memory){ .store = open_store, .tell = tell, .to = s };
	return s;
}

void review_memory_close(struct review_store *s)
{
	store_close(&s->store);
	pthread_mutex_destroy(&s->lock);
	g_free(s);
}
