/* Copies of our headers that came with the message are removed, or a sender could write his
 * own verdict. X-Spam-* is the common tongue of filters: it is taken away only where we act,
 * so that watching beside another filter does not silence it. Fields are counted as the MTA
 * counts them, by name in any case. */
#include "action/header_sweep.h"

#include "action/header.h"
#include "action/plan.h"
#include "auth/authres.h"
#include "base/compiler.h"

#define OUR_NAME "X-Wonted"
#define OUR_PREFIX OUR_NAME "-"
#define CHAIN_NAME "ARC-Authentication-Results"
#define RESULTS_BYTES \
	(128 * 1024)  /* no results are so long; their host may not be seen */
#define CHAIN_WORDS 4 /* the instance comes first; nobody looks further for the host */
#define HIDDEN_MOST \
	20 /* fields of such names in one: whoever writes more means no good */

/* X-Wonted-Verdict, -Action, -Id and -Mode say how to file it, and no more. */
static const char *const ground_names[] = { HEADER_SCORE,    HEADER_REASONS,
					    HEADER_WOULD,    HEADER_BANNER,
					    HEADER_DEGRADED, "X-Spam-Status",
					    "X-Spam-Level" };
static const char *const spam_names[] = { "X-Spam-Flag", "X-Spam-Status", "X-Spam-Level",
					  "X-Spam" };

enum noted_kind { NOTED_OURS, NOTED_SPAM, NOTED_AUTHRES, NOTED_CHAIN };

struct noted {
	const char *name; /* as written, the first time */
	size_t nth;
	enum noted_kind kind;
	bool ground;
};

/* fields of a name that came before */
struct counted {
	struct bytes name;
	size_t n;
};

struct header_sweep {
	struct arena *arena;
	const char *authserv_id;
	GHashTable *counts; /* of struct counted, by its name in any case */
	GArray *noted;      /* in the order of the message */
	bool flooded;
};

static void free_all(void *p)
{
	struct header_sweep *s = p;

	g_hash_table_destroy(s->counts);
	g_array_free(s->noted, TRUE);
}

static guint name_hash(gconstpointer p)
{
	const struct counted *c = p;
	guint hash = 5381;

	for (size_t i = 0; i < c->name.n; i++)
		hash = hash * 33 + ((guchar)c->name.at[i] | ('a' - 'A'));
	return hash;
}

static gboolean name_equal(gconstpointer a, gconstpointer b)
{
	const struct counted *one = a, *other = b;

	return one->name.n == other->name.n &&
	       g_ascii_strncasecmp(one->name.at, other->name.at, one->name.n) == 0;
}

struct header_sweep *header_sweep_create(struct arena *a, const char *authserv_id)
{
	struct header_sweep *s = arena_new(a, struct header_sweep, 1);

	s->arena = a;
	s->authserv_id = authserv_id;
	s->counts = g_hash_table_new(name_hash, name_equal);
	s->noted = g_array_new(FALSE, FALSE, sizeof(struct noted));
	arena_defer(a, free_all, s);
	return s;
}

static bool is_name(struct bytes name, const char *text)
{
	return name.n == strlen(text) && g_ascii_strncasecmp(name.at, text, name.n) == 0;
}

static bool is_ours(struct bytes name)
{
	return is_name(name, OUR_NAME) ||
	       (name.n >= strlen(OUR_PREFIX) &&
		g_ascii_strncasecmp(name.at, OUR_PREFIX, strlen(OUR_PREFIX)) == 0);
}

static bool is_among(struct bytes name, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_name(name, names[i]))
			return true;
	return false;
}

/* How many fields of this name came before this one. */
static size_t count(struct header_sweep *s, struct bytes name)
{
	struct counted *c =
		g_hash_table_lookup(s->counts, &(struct counted){ .name = name, .n = 0 });

	if (c == NULL) {
		c = arena_new(s->arena, struct counted, 1);
		c->name = (struct bytes){ arena_strndup(s->arena, name.at, name.n),
					  name.n };
		g_hash_table_add(s->counts, c);
	}
	return c->n++;
}

static struct bytes trimmed(struct bytes name)
{
	while (name.n > 0 && g_ascii_isspace(name.at[name.n - 1]))
		name.n--;
	return name;
}

static bool kind_of(struct bytes name, enum noted_kind *kind_r)
{
	/* what the names of all kinds begin with */
	if (name.n == 0 || strchr("AaXx", name.at[0]) == NULL)
		return false;
	if (is_name(name, HEADER_AUTHRES))
		*kind_r = NOTED_AUTHRES;
	else if (is_name(name, CHAIN_NAME))
		*kind_r = NOTED_CHAIN;
	else if (is_among(name, spam_names, COUNT_OF(spam_names)))
		*kind_r = NOTED_SPAM;
	else if (is_ours(name))
		*kind_r = NOTED_OURS;
	else
		return false;
	return true;
}

/* Does a line begin for any reader behind this byte? C programs end at NUL; others know VT, FF,
 * the separators of ASCII, and of Unicode NEL, U+2028 and U+2029: in UTF-8, and NEL also as the
 * byte that it is in ISO 8859. */
static bool ends_line(struct bytes value, size_t i)
{
	unsigned char c = (unsigned char)value.at[i];

	if (c == 0xa8 || c == 0xa9)
		return i >= 2 && memcmp(value.at + i - 2, "\xe2\x80", 2) == 0;
	return c == '\0' || (c >= '\n' && c <= '\r') || (c >= 0x1c && c <= 0x1e) ||
	       c == 0x85;
}

/* "i=1; host; results", and whatever a reader of today leaves out before the host */
static bool chain_claims(struct bytes value, const char *authserv_id)
{
	for (int i = 0; i < CHAIN_WORDS; i++) {
		const char *semicolon = memchr(value.at, ';', value.n);

		if (authres_claims(value, authserv_id))
			return true;
		if (semicolon == NULL)
			return false;
		value.n -= (size_t)(semicolon - value.at) + 1;
		value.at = semicolon + 1;
	}
	return false;
}

static bool claims(const struct header_sweep *s, enum noted_kind kind, struct bytes value)
{
	if ((kind == NOTED_AUTHRES || kind == NOTED_CHAIN) && value.n > RESULTS_BYTES)
		return true;
	if (kind == NOTED_AUTHRES)
		return authres_claims(value, s->authserv_id);
	return kind != NOTED_CHAIN || chain_claims(value, s->authserv_id);
}

/* Is a line a field of ours? One that begins with a blank continues what is before it. */
static bool line_is_ours(const struct header_sweep *s, struct bytes line, size_t *named_r)
{
	const char *colon = line.n == 0 ? NULL : memchr(line.at, ':', line.n);
	struct bytes name = line;
	enum noted_kind kind;

	if (colon == NULL)
		return false;
	name.n = (size_t)(colon - line.at);
	line.n -= name.n + 1;
	line.at = colon + 1;
	return kind_of(trimmed(name), &kind) &&
	       (++*named_r > HIDDEN_MOST || claims(s, kind, line));
}

/* is a field of ours hidden in another one, behind what a reader takes for a line end? */
static bool hides_ours(const struct header_sweep *s, struct bytes value)
{
	size_t begin = 0, named = 0;

	for (size_t i = 0; i <= value.n; i++) {
		if (i < value.n && !ends_line(value, i))
			continue;
		/* before the first line end it is the value itself */
		if (begin > 0 &&
		    line_is_ours(s, (struct bytes){ value.at + begin, i - begin },
				 &named))
			return true;
		begin = i + 1;
	}
	return false;
}

void header_sweep_field(struct header_sweep *s, struct bytes name, struct bytes value)
{
	struct noted one = { .kind = NOTED_OURS };
	bool hides = hides_ours(s, value);

	name = trimmed(name);
	one.nth = count(s, name);
	if (!kind_of(name, &one.kind) && !hides)
		return;
	if (s->noted->len >= SWEEP_MOST) {
		s->flooded = true;
		return;
	}
	if (hides)
		one.kind = NOTED_OURS;
	else if (!claims(s, one.kind, value))
		return;
	one.ground = is_among(name, ground_names, COUNT_OF(ground_names));
	one.name = arena_strndup(s->arena, name.at, name.n);
	g_array_append_val(s->noted, one);
}

/* Behind the field that begins at a place: its line and those that continue it. */
static size_t field_end(struct bytes raw, size_t at, size_t most)
{
	do {
		const char *lf = memchr(raw.at + at, '\n', most - at);

		if (lf == NULL)
			return most;
		at = (size_t)(lf - raw.at) + 1;
	} while (at < most && (raw.at[at] == ' ' || raw.at[at] == '\t'));
	return at;
}

/* All fields of a header of which the model has only some. */
static void sweep_raw(struct header_sweep *s, const struct message *m)
{
	for (size_t at = 0, end; at < m->body_at; at = end) {
		struct bytes name = { .at = m->raw.at + at };
		const char *colon;

		end = field_end(m->raw, at, m->body_at);
		colon = memchr(name.at, ':', end - at);
		if (colon == NULL)
			continue;
		name.n = (size_t)(colon - name.at);
		header_sweep_field(
			s, name,
			(struct bytes){ .at = colon + 1,
					.n = (size_t)(m->raw.at + end - colon - 1) });
	}
}

void header_sweep_message(struct header_sweep *s, const struct message *m)
{
	if ((m->truncated & TRUNCATED_HEADERS) != 0) {
		sweep_raw(s, m);
		return;
	}
	for (size_t i = 0; i < m->n_headers; i++)
		header_sweep_field(s, m->headers[i].name, m->headers[i].value);
}

static bool goes(const struct noted *one, struct sweep_request w)
{
	return (one->kind == NOTED_OURS && w.ours) ||
	       (one->kind == NOTED_SPAM && w.spam) || (one->ground && w.grounds) ||
	       (one->kind == NOTED_AUTHRES && w.authres) ||
	       (one->kind == NOTED_CHAIN && w.chain);
}

void header_sweep_edits(const struct header_sweep *s, struct sweep_request w,
			GArray *edits)
{
	for (guint i = s->noted->len; i-- > 0;) {
		const struct noted *one = &g_array_index(s->noted, struct noted, i);
		struct edit e = { .kind = EDIT_DELETE_HEADER,
				  .name = one->name,
				  .nth = one->nth };

		if (goes(one, w))
			g_array_append_val(edits, e);
	}
}

bool header_sweep_flooded(const struct header_sweep *s)
{
	return s->flooded;
}
