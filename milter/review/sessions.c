#include "review/sessions.h"

#include "base/limits.h"
#include "base/random.h"

#define TOKEN_BYTES 32
#define CSRF_BYTES 16
#define TOLD_BYTES 4000

struct kept {
	struct session session;
	char *told;
	int64_t began_us, seen_us;
};

struct sessions {
	GMutex lock;
	GHashTable *by_hash; /* hash of the token -> struct kept */
};

void session_clear(struct session *s)
{
	identity_clear(&s->who);
	g_clear_pointer(&s->account, g_free);
	g_clear_pointer(&s->csrf, g_free);
}

static void free_kept(gpointer data)
{
	struct kept *k = data;

	session_clear(&k->session);
	g_free(k->told);
	g_free(k);
}

struct sessions *sessions_create(void)
{
	struct sessions *all = g_new0(struct sessions, 1);

	g_mutex_init(&all->lock);
	all->by_hash = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_kept);
	return all;
}

void sessions_destroy(struct sessions *all)
{
	if (all == NULL)
		return;
	g_hash_table_destroy(all->by_hash);
	g_mutex_clear(&all->lock);
	g_free(all);
}

static char *hash_of(const char *token)
{
	return g_compute_checksum_for_string(G_CHECKSUM_SHA256, token, -1);
}

static bool is_over(const struct kept *k, const struct session_times *t)
{
	return t->now_us - k->began_us > t->most_us ||
	       t->now_us - k->seen_us > t->idle_us;
}

/* under the lock: room for one more */
static void make_room(struct sessions *all, const struct session_times *t)
{
	GHashTableIter iter;
	gpointer key, value, oldest = NULL;
	int64_t oldest_us = INT64_MAX;

	if (g_hash_table_size(all->by_hash) < LIMIT_REVIEW_SESSIONS)
		return;
	g_hash_table_iter_init(&iter, all->by_hash);
	while (g_hash_table_iter_next(&iter, &key, &value)) {
		const struct kept *k = value;

		if (is_over(k, t)) {
			g_hash_table_iter_remove(&iter);
		} else if (k->seen_us < oldest_us) {
			oldest_us = k->seen_us;
			oldest = key;
		}
	}
	if (g_hash_table_size(all->by_hash) >= LIMIT_REVIEW_SESSIONS)
		g_hash_table_remove(all->by_hash, oldest);
}

char *sessions_begin(struct sessions *all, const struct identity *who,
		     enum session_kind kind, const char *account,
		     const struct session_times *t)
{
	struct kept *k = g_new0(struct kept, 1);
	char *token = random_hex(TOKEN_BYTES);

	k->session = (struct session){ .who = identity_copy(who),
				       .kind = kind,
				       .account = g_strdup(account),
				       .csrf = random_hex(CSRF_BYTES) };
	k->began_us = k->seen_us = t->now_us;
	g_mutex_lock(&all->lock);
	make_room(all, t);
	g_hash_table_insert(all->by_hash, hash_of(token), k);
	g_assert(g_hash_table_size(all->by_hash) <= LIMIT_REVIEW_SESSIONS);
	g_mutex_unlock(&all->lock);
	return token;
}

bool sessions_find(struct sessions *all, const char *token, const struct session_times *t,
		   struct session *s_r)
{
	char *hash = hash_of(token);

	g_mutex_lock(&all->lock);
	struct kept *k = g_hash_table_lookup(all->by_hash, hash);

	if (k != NULL && is_over(k, t)) {
		g_hash_table_remove(all->by_hash, hash);
		k = NULL;
	}
	if (k != NULL) {
		k->seen_us = t->now_us;
		*s_r = (struct session){ .who = identity_copy(&k->session.who),
					 .kind = k->session.kind,
					 .account = g_strdup(k->session.account),
					 .csrf = g_strdup(k->session.csrf) };
	}
	g_mutex_unlock(&all->lock);
	g_free(hash);
	return k != NULL;
}

void sessions_end(struct sessions *all, const char *token)
{
	char *hash = hash_of(token);

	g_mutex_lock(&all->lock);
	g_hash_table_remove(all->by_hash, hash);
	g_mutex_unlock(&all->lock);
	g_free(hash);
}

void sessions_tell(struct sessions *all, const char *token, const char *text)
{
	char *hash = hash_of(token);

	g_mutex_lock(&all->lock);
	struct kept *k = g_hash_table_lookup(all->by_hash, hash);

	if (k != NULL) {
		char *cut = g_strndup(text, TOLD_BYTES);

		g_free(k->told);
		k->told = g_utf8_make_valid(cut, -1);
		g_free(cut);
	}
	g_mutex_unlock(&all->lock);
	g_free(hash);
}

char *sessions_take_told(struct sessions *all, const char *token)
{
	char *hash = hash_of(token);

	g_mutex_lock(&all->lock);
	struct kept *k = g_hash_table_lookup(all->by_hash, hash);
	char *told = k == NULL ? NULL : g_steal_pointer(&k->told);

	g_mutex_unlock(&all->lock);
	g_free(hash);
	return told;
}
