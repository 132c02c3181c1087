/* What the operator, or the guard, has set while the daemon runs: who is enforced and who is only
 * observed, and which parts are asked at all. A set of settings is immutable; a change makes
 * another one, which the next message begins with. It lies in a file of its own (rollout_file), so
 * that it outlives the daemon and no mistake in wonted.conf can stand in its way. */
#ifndef CONFIG_ROLLOUT_H
#define CONFIG_ROLLOUT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "config/options.h"

enum rollout_scope {
	ROLLOUT_ALL,
	ROLLOUT_TENANT,
	ROLLOUT_DOMAIN,
	ROLLOUT_POLICY,
	ROLLOUT_RULE,
	ROLLOUT_TEXT_MODEL,
	ROLLOUT_DECODERS,
	ROLLOUT_PREFERENCES,
	ROLLOUT_SCOPES
};

extern const char *const rollout_scopes[ROLLOUT_SCOPES];

struct rollout_setting {
	enum rollout_scope scope;
	const char *name; /* "" where the scope is the whole */
	int percent;      /* 0: observe, or off; 100: enforce, or on */
	int64_t since_s;
	const char *by; /* "operator", or why the guard set it: "guard: ..." */
};

#define ROLLOUT_OPERATOR "operator"
#define ROLLOUT_GUARD "guard: "

struct rollout;

/* rollout_new - nothing is set
 * own   one reference for the caller: rollout_unref() */
struct rollout *rollout_new(void);

/* rollout_load - read the file
 * own   one reference for the caller; a file that is not there is no settings
 * err   NULL: it cannot be read, or is damaged; e names file, line and what to do */
struct rollout *rollout_load(const char *path, GError **e);

/* rollout_save - write the file whole
 * err   false: it is as it was; e names it */
bool rollout_save(const struct rollout *r, const char *path, GError **e);

/* rollout_ref - one more owner
 * use   any thread */
struct rollout *rollout_ref(struct rollout *r);

/* rollout_unref - one owner less; NULL is allowed
 * use   any thread */
void rollout_unref(struct rollout *r);

/* rollout_keyed - the same with a secret key, where it has none
 * own   one reference for the caller */
struct rollout *rollout_keyed(struct rollout *r);

/* rollout_has_key - is there a key, so that nobody outside knows who is in which share? */
bool rollout_has_key(const struct rollout *r);

/* rollout_with - the same with one setting in the place of what stood there
 * in    s   percent below 0: what wonted.conf and the rules say holds again
 * own   one reference for the caller
 * err   NULL: there are LIMIT_ROLLOUT settings already */
struct rollout *rollout_with(const struct rollout *r, const struct rollout_setting *s);

/* rollout_find - the setting for one thing
 * own   r
 * err   NULL: it is not set; r may be NULL */
const struct rollout_setting *rollout_find(const struct rollout *r,
					   enum rollout_scope scope, const char *name);

/* rollout_list - all settings by scope and name
 * out   pointers to struct rollout_setting
 * own   the list is the caller's, g_ptr_array_unref(); what it points to is r's */
GPtrArray *rollout_list(const struct rollout *r);

/* rollout_is_guarded - was it the guard that set it? */
bool rollout_is_guarded(const struct rollout_setting *s);

/* rollout_is_on - is a part that can be switched off in use?
 * in    scope   ROLLOUT_TEXT_MODEL and those behind it
 *       true if nothing is said; r may be NULL */
bool rollout_is_on(const struct rollout *r, enum rollout_scope scope);

/* rollout_serves - does a share reach somebody? The same one always gets the same answer, and
 *                  stays within when the share grows
 * in    what   that is rolled out: each has a share of its own
 *       who    a recipient or a domain
 *       r may be NULL */
bool rollout_serves(const struct rollout *r, const char *what, const char *who,
		    int percent);

/* rollout_tag - a text as twelve digits that nobody outside can turn back
 * in    r may be NULL
 * own   the caller frees with g_free() */
char *rollout_tag(const struct rollout *r, const char *text);

/* the recipient whose mode is asked for */
struct rollout_seeker {
	const struct policy *policy;
	const struct tenant *tenant; /* NULL: nobody's */
	const char *address;         /* address_key() form; NULL */
};

/* rollout_mode - observe or enforce for a recipient. Observe that is set for the domain, the
 *                tenant, the policy or all holds, whatever else is set: a stop stops at once. Else
 *                the domain's setting stands before the tenant's, that before the policy's, and
 *                that before all
 * in    r   NULL: the options alone
 * err   never MODE_INHERIT */
enum mode rollout_mode(const struct rollout *r, const struct options *o,
		       const struct rollout_seeker *who);

/* rollout_acts - can anybody be in enforce mode?
 * in    r may be NULL */
bool rollout_acts(const struct rollout *r, const struct options *o);

/* rollout_scope_find - a scope by its word
 * err   ROLLOUT_SCOPES: there is none */
enum rollout_scope rollout_scope_find(const char *word);

/* rollout_value - "observe", "enforce" or "10%" for a share, "on" or "off" for a part, "default"
 * out   *percent_r   -1: default
 * err   false: it is none of those that the scope has */
bool rollout_value(enum rollout_scope scope, const char *word, int *percent_r);

/* rollout_words - a setting's value as people write it
 * own   the caller frees with g_free() */
char *rollout_words(enum rollout_scope scope, int percent);

/* The place where the present settings stand, shared by all runtimes. */
struct rollout_slot;

/* rollout_slot_new - in    r   the slot takes the caller's reference
 * own   one reference for the caller: rollout_slot_unref() */
struct rollout_slot *rollout_slot_new(struct rollout *r);

/* rollout_slot_ref - one more owner */
struct rollout_slot *rollout_slot_ref(struct rollout_slot *slot);

/* rollout_slot_unref - one owner less; NULL is allowed */
void rollout_slot_unref(struct rollout_slot *slot);

/* rollout_current - the present settings
 * own   one reference for the caller
 * use   any thread
 * err   a slot that is NULL has no settings */
struct rollout *rollout_current(struct rollout_slot *slot);

/* rollout_change - set one thing: on disk first, then for the next message
 * in    s   as of rollout_with()
 * use   any thread; changes wait for each other, messages never for one
 * err   false: nothing changed; e says why */
bool rollout_change(struct rollout_slot *slot, const char *path,
		    const struct rollout_setting *s, GError **e);

/* rollout_replace - the next message begins with r
 * in    r   the slot takes the caller's reference
 * use   any thread */
void rollout_replace(struct rollout_slot *slot, struct rollout *r);

#endif
