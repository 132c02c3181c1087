/* What a kind of store must offer: a row of function pointers, found by its scheme. Only
 * files of this module include it. To add one: a file, an ops struct, a row in base/store_url.def,
 * and the contract of t/60-store. */
#ifndef STORE_BACKEND_H
#define STORE_BACKEND_H

#include "base/refs.h"
#include "store/manifest.h"
#include "store/stamp.h"
#include "store/store.h"

/* as store_open() */
typedef struct store *store_opener(const char *url, const struct store_setup *setup,
				   GError **e);

struct store_ops {
	/* rest is the URL behind "scheme:"; NULL and e when it cannot be opened */
	struct store *(*open)(const char *rest, const struct store_setup *setup,
			      GError **e);
	/* instead of open, for what stands over other stores: below opens those */
	struct store *(*open_over)(const char *rest, const struct store_setup *setup,
				   store_opener *below, GError **e);
	/* n is within LIMIT_BATCH_KEYS; every answer is UNKNOWN when it is called */
	void (*read_many)(struct store *s, struct store_read *r, size_t n,
			  int64_t deadline_us, struct arena *a);
	enum store_wrote (*write_many)(struct store *s, const struct store_write *w,
				       size_t n, GError **e);
	bool (*scan)(struct store *s, struct bytes prefix,
		     bool (*see)(const struct store_record *record, void *to), void *to,
		     GError **e);
	/* these may be NULL: it has no order; it is no snapshot; nothing to look at */
	bool (*scan_sorted)(struct store *s, const struct store_scan *scan, GError **e);
	bool (*generation)(struct store *s, struct store_generation *generation_r);
	enum answer (*renew)(struct store *s, GError **e);
	size_t (*applied)(struct store *s, struct manifest_applied *applied_r);
	bool (*sound)(struct store *s, struct store_sound *sound_r, GError **e);
	void (*close)(struct store *s);
	/* what rest means, however it is written; NULL: just that */
	char *(*place)(const char *rest);
	bool once; /* may be open only once in a process; its open() opens no other */
};

/* every backend's struct begins with this; open() sets ops alone, store.c the rest */
struct store {
	const struct store_ops *ops;
	char *url;
	struct refs refs;
	bool write;
	int64_t keep_s; /* as of struct store_setup */
	int64_t (*now_s)(void);
	struct store_registry *registry; /* on which it stands, or NULL */
	char *registry_key;
};

/* store_forget - the answers of a batch are not to be believed after all */
static inline void store_forget(struct store_read *r, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		r[i].answer = ANSWER_UNKNOWN;
		r[i].value = (struct bytes){ 0 };
		r[i].expires_s = 0;
	}
}

#define STORE_URL(id, ...) extern const struct store_ops store_##id;
#include "base/store_url.def"
#undef STORE_URL

#endif
