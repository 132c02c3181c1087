/* Who is signed in: in memory alone, so that a restart signs everybody out. A token is known by
 * its hash only. */
#ifndef REVIEW_SESSIONS_H
#define REVIEW_SESSIONS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "review/accounts.h"

enum session_kind {
	SESSION_PASSWORD,
	SESSION_PROXY, /* holds only while the proxy says the same */
	SESSION_LINK,
};

/* A copy of what is known of one, for one request. */
struct session {
	struct identity who;
	enum session_kind kind;
	char *account; /* hash of the account's line: a changed one signs out; NULL: none */
	char *csrf;
};

/* session_clear - give back what is in it */
void session_clear(struct session *s);

struct sessions;

/* sessions_create - none yet
 * own   sessions_destroy() */
struct sessions *sessions_create(void);

/* sessions_destroy - give back; NULL is allowed */
void sessions_destroy(struct sessions *all);

/* How long they last. */
struct session_times {
	int64_t now_us; /* on clock_mono_us() */
	int64_t idle_us, most_us;
};

/* sessions_begin - sign in; of too many the one that rests longest ends
 * in    account   as of struct session
 * out   the token
 * own   the caller frees with g_free() */
char *sessions_begin(struct sessions *all, const struct identity *who,
		     enum session_kind kind, const char *account,
		     const struct session_times *t);

/* sessions_find - whose token is it?
 * own   *s_r: session_clear()
 * err   false: nobody's, or it has ended */
bool sessions_find(struct sessions *all, const char *token, const struct session_times *t,
		   struct session *s_r);

/* sessions_end - sign out */
void sessions_end(struct sessions *all, const char *token);

/* sessions_tell - what the next page is to say
 * err   of nobody's token nothing is kept */
void sessions_tell(struct sessions *all, const char *token, const char *text);

/* sessions_take_told - what is to be said, once
 * own   the caller frees with g_free()
 * err   NULL: nothing */
char *sessions_take_told(struct sessions *all, const char *token);

#endif
