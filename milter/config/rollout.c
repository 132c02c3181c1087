/* The file: "key HEX", then a line a setting: SCOPE, NAME or "-", percent, since, and by whom, to the
 * end of the line. Shares are cut by a keyed hash: nobody outside can choose an address that is
 * not watched yet. */
#include "config/rollout.h"

#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/number.h"
#include "base/random.h"
#include "base/sorted.h"

#define KEY_BYTES 32
#define FILE_MODE 0640

const char *const rollout_scopes[ROLLOUT_SCOPES] = {
	[ROLLOUT_ALL] = "all",           [ROLLOUT_TENANT] = "tenant",
	[ROLLOUT_DOMAIN] = "domain",     [ROLLOUT_POLICY] = "policy",
	[ROLLOUT_RULE] = "rule",         [ROLLOUT_TEXT_MODEL] = "text_model",
	[ROLLOUT_DECODERS] = "decoders", [ROLLOUT_PREFERENCES] = "preferences",
};

struct rollout {
	char *key;            /* hexadecimal digits; "": none */
	GHashTable *settings; /* "SCOPE\nNAME" -> struct kept */
};

/* ---- one set ---- */

static bool is_part(enum rollout_scope scope)
{
	return scope >= ROLLOUT_TEXT_MODEL;
}

static bool has_name(enum rollout_scope scope)
{
	return scope != ROLLOUT_ALL && !is_part(scope);
}

/* a setting, and the texts that it points to */
struct kept {
	struct rollout_setting setting; /* stands first */
	char *name, *by;
};

static void kept_free(void *data)
{
	struct kept *k = data;

	g_free(k->name);
	g_free(k->by);
	g_free(k);
}

struct rollout *rollout_new(void)
{
	struct rollout *r = g_atomic_rc_box_new0(struct rollout);

	r->key = g_strdup("");
	r->settings = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, kept_free);
	return r;
}

static void close_one(gpointer data)
{
	struct rollout *r = data;

	g_free(r->key);
	g_hash_table_unref(r->settings);
}

struct rollout *rollout_ref(struct rollout *r)
{
	return g_atomic_rc_box_acquire(r);
}

void rollout_unref(struct rollout *r)
{
	if (r != NULL)
		g_atomic_rc_box_release_full(r, close_one);
}

static char *place_of(enum rollout_scope scope, const char *name)
{
	return g_strdup_printf("%s\n%s", rollout_scopes[scope], name);
}

static void put(struct rollout *r, const struct rollout_setting *s)
{
	struct kept *k = g_new(struct kept, 1);

	k->setting = *s;
	k->setting.name = k->name = g_strdup(has_name(s->scope) ? s->name : "");
	k->setting.by = k->by = g_strdelimit(g_strdup(s->by), "\r\n", ' ');
	g_hash_table_replace(r->settings, place_of(s->scope, k->name), k);
}

static struct rollout *copy(const struct rollout *r)
{
	struct rollout *c = rollout_new();
	GHashTableIter iter;
	gpointer s;

	g_free(c->key);
	c->key = g_strdup(r->key);
	g_hash_table_iter_init(&iter, r->settings);
	while (g_hash_table_iter_next(&iter, NULL, &s))
		put(c, s);
	return c;
}

struct rollout *rollout_keyed(struct rollout *r)
{
	if (rollout_has_key(r))
		return rollout_ref(r);
	struct rollout *c = copy(r);

	g_free(c->key);
	c->key = random_hex(KEY_BYTES);
	return c;
}

bool rollout_has_key(const struct rollout *r)
{
	return r->key[0] != '\0';
}

struct rollout *rollout_with(const struct rollout *r, const struct rollout_setting *s)
{
	char *place = place_of(s->scope, has_name(s->scope) ? s->name : "");
	struct rollout *c = NULL;

	if (s->percent < 0) {
		c = copy(r);
		g_hash_table_remove(c->settings, place);
	} else if (g_hash_table_size(r->settings) < LIMIT_ROLLOUT ||
		   g_hash_table_contains(r->settings, place)) {
		c = copy(r);
		put(c, s);
	}
	g_free(place);
	return c;
}

const struct rollout_setting *rollout_find(const struct rollout *r,
					   enum rollout_scope scope, const char *name)
{
	char place[LIMIT_ADDRESS_BYTES + 64];

	if (r == NULL || name == NULL || g_hash_table_size(r->settings) == 0)
		return NULL;
	if (g_snprintf(place, sizeof(place), "%s\n%s", rollout_scopes[scope], name) >=
	    (int)sizeof(place))
		return NULL;
	return g_hash_table_lookup(r->settings, place);
}

static int compare_settings(const void *left, const void *right)
{
	const struct rollout_setting *a = *(void *const *)left,
				     *b = *(void *const *)right;

	return a->scope != b->scope ? (int)a->scope - (int)b->scope
				    : strcmp(a->name, b->name);
}

GPtrArray *rollout_list(const struct rollout *r)
{
	return sorted_values(r->settings, compare_settings);
}

/* ---- the file ---- */

static bool read_setting(struct rollout *r, const char *line)
{
	char **part = g_strsplit(line, " ", 5);
	struct rollout_setting s = { .by = "" };
	int64_t percent = 0;
	bool good = g_strv_length(part) == 5 &&
		    g_hash_table_size(r->settings) < LIMIT_ROLLOUT;

	if (good) {
		s.scope = rollout_scope_find(part[0]);
		s.name = strcmp(part[1], "-") == 0 ? "" : part[1];
		s.by = part[4];
		good = s.scope < ROLLOUT_SCOPES &&
		       (*s.name != '\0') == has_name(s.scope) &&
		       number_parse(part[2], 0, 100, &percent) &&
		       number_parse(part[3], 0, INT64_MAX, &s.since_s);
		s.percent = (int)percent;
	}
	if (good)
		put(r, &s);
	g_strfreev(part);
	return good;
}

static bool read_key(struct rollout *r, const char *hex)
{
	if (strlen(hex) != 2 * (size_t)KEY_BYTES ||
	    strspn(hex, "0123456789abcdef") != 2 * (size_t)KEY_BYTES)
		return false;
	g_free(r->key);
	r->key = g_strdup(hex);
	return true;
}

static bool read_lines(struct rollout *r, const char *path, const char *text, GError **e)
{
	char **lines = g_strsplit(text, "\n", -1);
	bool good = true;

	for (unsigned i = 0; lines[i] != NULL && good; i++) {
		const char *line = lines[i];

		if (*line == '\0' || *line == '#')
			continue;
		good = g_str_has_prefix(line, "key ") ? read_key(r, line + strlen("key "))
						      : read_setting(r, line);
		if (!good)
			g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
				    "%s:%u: no setting of a roll-out; take the line out, "
				    "or "
				    "remove the file to go back to wonted.conf",
				    path, i + 1);
	}
	g_strfreev(lines);
	return good;
}

struct rollout *rollout_load(const char *path, GError **e)
{
	struct rollout *r = rollout_new();
	char *text = NULL;
	size_t n = 0;

	if (!g_file_test(path, G_FILE_TEST_EXISTS))
		return r;
	if (!file_read(path, LIMIT_ROLLOUT_BYTES, &text, &n, e) ||
	    !read_lines(r, path, text, e)) {
		rollout_unref(r);
		r = NULL;
	}
	g_free(text);
	return r;
}

bool rollout_save(const struct rollout *r, const char *path, GError **e)
{
	GString *text =
		g_string_new("# written by wonted-milter; wonted rollout changes it\n");
	GPtrArray *list = rollout_list(r);

	if (rollout_has_key(r))
		g_string_append_printf(text, "key %s\n", r->key);
	for (guint i = 0; i < list->len; i++) {
		const struct rollout_setting *s = list->pdata[i];

		g_string_append_printf(
			text, "%s %s %d %" PRId64 " %s\n", rollout_scopes[s->scope],
			*s->name == '\0' ? "-" : s->name, s->percent, s->since_s, s->by);
	}
	bool done = file_replace(path, bytes_of(text->str), FILE_MODE, e);

	g_ptr_array_unref(list);
	g_string_free(text, TRUE);
	return done;
}

/* ---- what it says ---- */

bool rollout_is_guarded(const struct rollout_setting *s)
{
	return g_str_has_prefix(s->by, ROLLOUT_GUARD);
}

bool rollout_is_on(const struct rollout *r, enum rollout_scope scope)
{
	const struct rollout_setting *s = rollout_find(r, scope, "");

	g_assert(is_part(scope));
	return s == NULL || s->percent > 0;
}

bool rollout_serves(const struct rollout *r, const char *what, const char *who,
		    int percent)
{
	const char *key = r == NULL ? "" : r->key;
	char *said, *hash;
	bool served;

	if (percent <= 0 || percent >= 100)
		return percent > 0;
	said = g_strdup_printf("%s\n%s", what, who);
	hash = g_compute_hmac_for_string(G_CHECKSUM_SHA256, (const guchar *)key,
					 strlen(key), said, -1);
	hash[7] = '\0'; /* 28 bits: a hundredth is met exactly enough */
	served = g_ascii_strtoull(hash, NULL, 16) % 100 < (guint64)percent;
	g_free(hash);
	g_free(said);
	return served;
}

char *rollout_tag(const struct rollout *r, const char *text)
{
	const char *key = r == NULL ? "" : r->key;
	char *hash = g_compute_hmac_for_string(G_CHECKSUM_SHA256, (const guchar *)key,
					       strlen(key), text, -1);

	hash[12] = '\0';
	return hash;
}

static int of_all(const struct rollout *r, const struct options *o)
{
	const struct rollout_setting *s = rollout_find(r, ROLLOUT_ALL, "");

	if (s != NULL)
		return s->percent;
	return o->mode == MODE_ENFORCE ? (int)o->enforce_percent : 0;
}

static int of_policy(const struct rollout *r, const struct options *o,
		     const struct policy *p)
{
	const struct rollout_setting *s = rollout_find(r, ROLLOUT_POLICY, p->name);

	if (s != NULL)
		return s->percent;
	if (p->mode == MODE_INHERIT)
		return MIN(of_all(r, o), (int)p->enforce_percent);
	return p->mode == MODE_ENFORCE ? (int)p->enforce_percent : 0;
}

static const char *domain_of(const char *address)
{
	const char *at = address == NULL ? NULL : strrchr(address, '@');

	return at == NULL ? NULL : at + 1;
}

static bool is_stopped(const struct rollout_setting *s)
{
	return s != NULL && s->percent <= 0;
}

enum mode rollout_mode(const struct rollout *r, const struct options *o,
		       const struct rollout_seeker *who)
{
	const char *domain = domain_of(who->address);
	const struct rollout_setting *of_domain = rollout_find(r, ROLLOUT_DOMAIN, domain);
	const struct rollout_setting *of_tenant =
		who->tenant == NULL ? NULL
				    : rollout_find(r, ROLLOUT_TENANT, who->tenant->name);
	const char *sticky = who->address == NULL ? "" : who->address;
	int percent = of_domain != NULL   ? of_domain->percent
		      : of_tenant != NULL ? of_tenant->percent
					  : of_policy(r, o, who->policy);

	if (is_stopped(of_domain) || is_stopped(of_tenant) ||
	    is_stopped(rollout_find(r, ROLLOUT_POLICY, who->policy->name)) ||
	    is_stopped(rollout_find(r, ROLLOUT_ALL, "")))
		return MODE_OBSERVE;
	if (o->enforce_by == ENFORCE_BY_DOMAIN && domain != NULL)
		sticky = domain;
	return rollout_serves(r, "mode", sticky, percent) ? MODE_ENFORCE : MODE_OBSERVE;
}

bool rollout_acts(const struct rollout *r, const struct options *o)
{
	GPtrArray *list = r == NULL ? NULL : rollout_list(r);
	bool acts = false, stopped = is_stopped(rollout_find(r, ROLLOUT_ALL, ""));

	for (guint i = 0; list != NULL && i < list->len; i++) {
		const struct rollout_setting *s = list->pdata[i];

		acts |= s->scope < ROLLOUT_RULE && s->percent > 0;
	}
	for (size_t i = 0; i < o->n_policies && !acts; i++)
		acts = of_policy(r, o, &o->policies[i]) > 0;
	if (list != NULL)
		g_ptr_array_unref(list);
	return acts && !stopped;
}

/* ---- words ---- */

enum rollout_scope rollout_scope_find(const char *word)
{
	int i = word_find(rollout_scopes, ROLLOUT_SCOPES, word);

	return i < 0 ? ROLLOUT_SCOPES : (enum rollout_scope)i;
}

bool rollout_value(enum rollout_scope scope, const char *word, int *percent_r)
{
	const char *const none = is_part(scope) ? "off" : mode_names[MODE_OBSERVE];
	const char *const all = is_part(scope) ? "on" : mode_names[MODE_ENFORCE];
	size_t n = strlen(word);
	int64_t percent = -1;
	bool good = true;

	if (strcmp(word, none) == 0) {
		percent = 0;
	} else if (strcmp(word, all) == 0) {
		percent = 100;
	} else if (strcmp(word, "default") != 0) {
		char *digits =
			n > 0 && word[n - 1] == '%' ? g_strndup(word, n - 1) : NULL;

		good = digits != NULL && !is_part(scope) &&
		       number_parse(digits, 0, 100, &percent);
		g_free(digits);
	}
	*percent_r = (int)percent;
	return good;
}

char *rollout_words(enum rollout_scope scope, int percent)
{
	if (percent <= 0)
		return g_strdup(is_part(scope) ? "off" : mode_names[MODE_OBSERVE]);
	if (percent >= 100)
		return g_strdup(is_part(scope) ? "on" : mode_names[MODE_ENFORCE]);
	return g_strdup_printf("%d%%", percent);
}
