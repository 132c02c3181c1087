/* Answers from a zone file, for tests and demonstrations: RFC 1035's text form in small, and
 * some words for what goes wrong in the real DNS. It never asks anybody.
 *
 *	$ORIGIN example.org.     names without a last dot are below it (default: the root)
 *	$TTL 300                 of the records that follow
 *	$DELAY 100               milliseconds before each answer about the names that follow
 *	@        IN A     192.0.2.1      ; a comment
 *	mail  60    AAAA  2001:db8::1
 *	            MX    10 mail        ; no name: that of the line before
 *	            TXT   "v=spf1 " "a -all"   joined; \" \\ and \DDD are understood
 *	1.2.0.192.in-addr.arpa. PTR mail.example.org.
 *	www      CNAME mail
 *	old      SPF   "v=spf1 -all"     read, and never asked for
 *	slow     DELAY 250               milliseconds, for this name
 *	broken   SERVFAIL                what it has no record for fails, or:
 *	broken   SERVFAIL TXT            questions for this type fail
 *	silent   TIMEOUT                 the answer never comes; a type may follow too
 *
 * A name exists if it or one below it has a line. Answers with a delay come from one thread
 * that only keeps the time, so they do not hold up each other. */
#include <arpa/inet.h>
#include <pthread.h>

#include "auth/resolver_backend.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/number.h"
#include "base/wait.h"
#include "base/worker_pool.h"

#define CNAME_HOPS 8
#define TTL_DEFAULT_S 300
#define DELAY_MAX_MS 600000
#define TYPE_SPF 99

enum behaviour { BEHAVES, FAILS, SILENT };

struct record {
	int type; /* enum dns_type, or TYPE_SPF */
	uint32_t ttl_s;
	uint16_t preference;
	struct bytes data;
};

struct node {
	GArray *records;          /* struct record */
	enum behaviour behaviour; /* for types without a record */
	int special_type;         /* a type that behaves as special; 0: none */
	enum behaviour special;
	int delay_ms;
};

/* an answer whose time has not come; due_us is INT64_MAX if it never does */
struct delayed {
	int64_t due_us;
	struct dns_query *query;
	struct dns_reply *reply; /* NULL for one that never comes */
};

struct zone {
	struct resolver base;
	GHashTable *nodes; /* name -> struct node */
	GStringChunk *texts;
	bool delays; /* some answer may have to wait */
	uint64_t asked;
	pthread_mutex_t lock; /* what follows */
	pthread_cond_t changed;
	pthread_t timekeeper;
	bool running, stop;
	GSequence *delayed; /* by due_us */
};

/* ---- reading ---- */

struct reader {
	struct zone *zone;
	const char *file;
	int line;
	char *origin; /* without last dot; "" is the root */
	char *owner;
	uint32_t ttl_s;
	int delay_ms;
	GPtrArray *words; /* of one line; GString, because TXT may hold any byte */
	bool blank_start;
};

static bool zone_error(const struct reader *in, GError **e, const char *format, ...)
	PRINTF_LIKE(3, 4);
static bool zone_error(const struct reader *in, GError **e, const char *format, ...)
{
	va_list ap;
	char *what;

	va_start(ap, format);
	what = g_strdup_vprintf(format, ap);
	va_end(ap);
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT, "%s:%d: %s", in->file, in->line,
		    what);
	g_free(what);
	return false;
}

static void word_free(gpointer word)
{
	g_string_free(word, TRUE);
}

/* one character, which a backslash may give another meaning; false: nothing follows it */
static bool read_char(const char **at, const char *end, GString *word)
{
	const char *p = *at;

	if (*p != '\\') {
		g_string_append_c(word, *p);
		*at = p + 1;
		return true;
	}
	if (end - p >= 4 && g_ascii_isdigit(p[1]) && g_ascii_isdigit(p[2]) &&
	    g_ascii_isdigit(p[3])) {
		int code = (p[1] - '0') * 100 + (p[2] - '0') * 10 + (p[3] - '0');

		g_string_append_c(word, (char)code);
		*at = p + 4;
		return code <= 255;
	}
	if (end - p < 2)
		return false;
	g_string_append_c(word, p[1]);
	*at = p + 2;
	return true;
}

/* one word, quoted or not, from *at */
static bool read_word(struct reader *in, const char **at, const char *end, GError **e)
{
	GString *word = g_string_new(NULL);
	bool quoted = **at == '"';

	g_ptr_array_add(in->words, word);
	if (quoted)
		(*at)++;
	while (*at < end) {
		if (quoted ? **at == '"'
			   : strchr(" \t\r;\"", **at) != NULL && **at != '\0')
			break;
		if (!read_char(at, end, word))
			return zone_error(in, e,
					  "\\ must be followed by a character or by "
					  "three digits up to 255");
	}
	if (quoted && *at == end)
		return zone_error(in, e, "a quoted text does not end on its line");
	if (quoted)
		(*at)++;
	return true;
}

static bool read_words(struct reader *in, const char *at, const char *end, GError **e)
{
	g_ptr_array_set_size(in->words, 0);
	in->blank_start = at < end && (*at == ' ' || *at == '\t');
	while (at < end && *at != ';') {
		if (*at == ' ' || *at == '\t' || *at == '\r')
			at++;
		else if (!read_word(in, &at, end, e))
			return false;
	}
	return true;
}

static const char *word_text(const struct reader *in, guint i)
{
	return i < in->words->len ? ((GString *)in->words->pdata[i])->str : "";
}

/* a whole name, lower case, without last dot; allocated */
static char *full_name(const struct reader *in, const char *text)
{
	size_t n = strlen(text);
	char *name;

	if (strcmp(text, "@") == 0)
		return g_strdup(in->origin);
	if (n > 0 && text[n - 1] == '.')
		return g_ascii_strdown(text, (gssize)n - 1);
	name = g_strdup_printf("%s%s%s", text, in->origin[0] == '\0' ? "" : ".",
			       in->origin);
	for (char *p = name; *p != '\0'; p++)
		*p = g_ascii_tolower(*p);
	return name;
}

static struct node *node_at(struct zone *z, const char *name)
{
	struct node *node = g_hash_table_lookup(z->nodes, name);

	if (node == NULL) {
		node = g_new0(struct node, 1);
		node->records = g_array_new(FALSE, FALSE, sizeof(struct record));
		g_hash_table_insert(z->nodes, g_strdup(name), node);
	}
	return node;
}

/* the node of a name; its parents exist from now on */
static struct node *node_make(struct zone *z, const char *name)
{
	for (const char *dot = strchr(name, '.'); dot != NULL; dot = strchr(dot + 1, '.'))
		node_at(z, dot + 1);
	return node_at(z, name);
}

static void node_free(gpointer p)
{
	struct node *node = p;

	g_array_free(node->records, TRUE);
	g_free(node);
}

static int type_number(const char *word)
{
	static const struct {
		const char *word;
		int type;
	} types[] = { { "A", DNS_A },     { "AAAA", DNS_AAAA }, { "MX", DNS_MX },
		      { "TXT", DNS_TXT }, { "PTR", DNS_PTR },   { "CNAME", DNS_CNAME },
		      { "SPF", TYPE_SPF } };

	for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
		if (g_ascii_strcasecmp(types[i].word, word) == 0)
			return types[i].type;
	return 0;
}

static struct bytes keep(struct zone *z, const char *at, size_t n)
{
	return (struct bytes){ .at = g_string_chunk_insert_len(z->texts, at, (gssize)n),
			       .n = n };
}

static void keep_name(struct reader *in, guint i, struct record *rec)
{
	char *name = full_name(in, word_text(in, i));

	rec->data = keep(in->zone, name, strlen(name));
	g_free(name);
}

static void keep_text(struct reader *in, guint i, struct record *rec)
{
	GString *all = g_string_new(NULL);

	for (; i < in->words->len; i++) {
		const GString *word = in->words->pdata[i];

		g_string_append_len(all, word->str, (gssize)word->len);
	}
	rec->data = keep(in->zone, all->str, all->len);
	g_string_free(all, TRUE);
}

static bool keep_address(struct reader *in, guint i, struct record *rec, GError **e)
{
	char binary[16];
	int family = rec->type == DNS_A ? AF_INET : AF_INET6;

	if (inet_pton(family, word_text(in, i), binary) != 1)
		return zone_error(in, e, "\"%s\" is no IPv%d address", word_text(in, i),
				  family == AF_INET ? 4 : 6);
	rec->data = keep(in->zone, binary, family == AF_INET ? 4 : 16);
	return true;
}

/* the data of a record from word i on */
static bool read_data(struct reader *in, guint i, struct record *rec, GError **e)
{
	int64_t preference;

	if (i >= in->words->len)
		return zone_error(in, e, "the record has no data");
	switch (rec->type) {
	case DNS_A:
	case DNS_AAAA:
		return keep_address(in, i, rec, e);
	case DNS_MX:
		if (!number_parse(word_text(in, i), 0, 65535, &preference) ||
		    i + 1 >= in->words->len)
			return zone_error(in, e,
					  "an MX needs a number up to 65535 and a name");
		rec->preference = (uint16_t)preference;
		keep_name(in, i + 1, rec);
		return true;
	case DNS_PTR:
	case DNS_CNAME:
		keep_name(in, i, rec);
		return true;
	default:
		keep_text(in, i, rec);
		return true;
	}
}

/* SERVFAIL, TIMEOUT, DELAY; *known_r: it was one of them */
static bool read_trouble(struct reader *in, guint i, struct node *node, bool *known_r,
			 GError **e)
{
	const char *word = word_text(in, i), *next = word_text(in, i + 1);
	bool silent = strcmp(word, "TIMEOUT") == 0;
	int64_t ms;

	*known_r = silent || strcmp(word, "SERVFAIL") == 0 || strcmp(word, "DELAY") == 0;
	if (!*known_r)
		return true;
	if (strcmp(word, "DELAY") == 0) {
		if (!number_parse(next, 0, DELAY_MAX_MS, &ms))
			return zone_error(in, e, "DELAY needs milliseconds up to %d",
					  DELAY_MAX_MS);
		node->delay_ms = (int)ms;
		in->zone->delays |= ms > 0;
		return true;
	}
	in->zone->delays |= silent;
	if (*next == '\0') {
		node->behaviour = silent ? SILENT : FAILS;
		return true;
	}
	node->special_type = type_number(next);
	node->special = silent ? SILENT : FAILS;
	if (node->special_type == 0)
		return zone_error(in, e, "\"%s\" is no record type known here", next);
	return true;
}

static bool read_record(struct reader *in, guint i, GError **e)
{
	struct node *node = node_make(in->zone, in->owner);
	struct record rec = { .ttl_s = in->ttl_s };
	int64_t ttl_s;
	bool trouble;

	if (in->delay_ms > 0)
		node->delay_ms = in->delay_ms;
	for (; i < in->words->len; i++) {
		if (number_parse(word_text(in, i), 0, INT32_MAX, &ttl_s))
			rec.ttl_s = (uint32_t)ttl_s;
		else if (g_ascii_strcasecmp(word_text(in, i), "IN") != 0)
			break;
	}
	if (!read_trouble(in, i, node, &trouble, e))
		return false;
	if (trouble)
		return true;
	rec.type = type_number(word_text(in, i));
	if (rec.type == 0)
		return zone_error(
			in, e,
			"\"%s\" is no record type known here; they are A, AAAA, "
			"MX, TXT, PTR, CNAME, SPF, DELAY, SERVFAIL, TIMEOUT",
			word_text(in, i));
	if (!read_data(in, i + 1, &rec, e))
		return false;
	g_array_append_val(node->records, rec);
	return true;
}

static bool read_order(struct reader *in, GError **e)
{
	const char *order = word_text(in, 0), *value = word_text(in, 1);
	int64_t n;

	if (strcmp(order, "$ORIGIN") == 0) {
		char *origin = full_name(in, value);

		g_free(in->origin);
		in->origin = origin;
		return true;
	}
	if (strcmp(order, "$TTL") == 0 && number_parse(value, 0, INT32_MAX, &n)) {
		in->ttl_s = (uint32_t)n;
		return true;
	}
	if (strcmp(order, "$DELAY") == 0 && number_parse(value, 0, DELAY_MAX_MS, &n)) {
		in->delay_ms = (int)n;
		in->zone->delays |= n > 0;
		return true;
	}
	return zone_error(in, e,
			  "write $ORIGIN NAME, $TTL SECONDS or $DELAY MILLISECONDS");
}

static bool read_line(struct reader *in, const char *at, const char *end, GError **e)
{
	if (!read_words(in, at, end, e))
		return false;
	if (in->words->len == 0)
		return true;
	if (word_text(in, 0)[0] == '$')
		return read_order(in, e);
	if (in->blank_start) {
		if (in->owner == NULL)
			return zone_error(in, e, "the first record needs a name");
		return read_record(in, 0, e);
	}
	g_free(in->owner);
	in->owner = full_name(in, word_text(in, 0));
	/* each label is a node with a name of its own */
	if (strlen(in->owner) > LIMIT_DNS_NAME_BYTES)
		return zone_error(in, e, "the name is longer than %d bytes",
				  LIMIT_DNS_NAME_BYTES);
	return read_record(in, 1, e);
}

static bool read_zone(struct zone *z, const char *file, struct bytes text, GError **e)
{
	struct reader in = { .zone = z, .file = file, .ttl_s = TTL_DEFAULT_S };
	const char *at = text.at, *end = text.at + text.n;
	bool ok = true;

	in.origin = g_strdup("");
	in.words = g_ptr_array_new_with_free_func(word_free);
	while (ok && at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));

		if (stop == NULL)
			stop = end;
		in.line++;
		ok = read_line(&in, at, stop, e);
		at = stop + 1;
	}
	g_ptr_array_free(in.words, TRUE);
	g_free(in.origin);
	g_free(in.owner);
	return ok;
}

/* ---- answering ---- */

/* the end of a chain of CNAMEs for a type; NULL: it leads to a name that is not there */
static const struct node *node_follow(const struct zone *z, const char *name, int type)
{
	const struct node *node = g_hash_table_lookup(z->nodes, name);

	for (int hops = 0; node != NULL && hops < CNAME_HOPS; hops++) {
		const struct record *alias = NULL;

		for (guint i = 0; i < node->records->len; i++) {
			const struct record *rec =
				&g_array_index(node->records, struct record, i);

			if (rec->type == type)
				return node;
			if (rec->type == DNS_CNAME)
				alias = rec;
		}
		if (alias == NULL)
			return node;
		node = g_hash_table_lookup(z->nodes, alias->data.at);
	}
	return node;
}

static enum behaviour node_behaves(const struct node *node, int type)
{
	if (node == NULL)
		return BEHAVES;
	if (node->special_type == type)
		return node->special;
	for (guint i = 0; i < node->records->len; i++)
		if (g_array_index(node->records, struct record, i).type == type)
			return BEHAVES;
	return node->behaviour;
}

static struct dns_reply *zone_reply(const struct node *node, enum dns_type type)
{
	struct dns_rr rrs[LIMIT_DNS_RRS];
	uint32_t ttl_s = TTL_DEFAULT_S;
	size_t n = 0;

	if (node == NULL)
		return dns_reply_make(type, DNS_NXDOMAIN, ttl_s, NULL, 0);
	for (guint i = 0; i < node->records->len && n < LIMIT_DNS_RRS; i++) {
		const struct record *rec =
			&g_array_index(node->records, struct record, i);

		if (rec->type != (int)type)
			continue;
		rrs[n++] = (struct dns_rr){ .data = rec->data,
					    .preference = rec->preference };
		ttl_s = rec->ttl_s;
	}
	return dns_reply_make(type, DNS_OK, ttl_s, rrs, n);
}

static gint by_due(gconstpointer a, gconstpointer b, gpointer unused)
{
	const struct delayed *x = a, *y = b;

	(void)unused;
	return (x->due_us > y->due_us) - (x->due_us < y->due_us);
}

static void zone_delay(struct zone *z, struct dns_query *q, int64_t due_us,
		       struct dns_reply *reply)
{
	struct delayed *d = g_new(struct delayed, 1);

	*d = (struct delayed){ .due_us = due_us, .query = q, .reply = reply };
	pthread_mutex_lock(&z->lock);
	g_sequence_insert_sorted(z->delayed, d, by_due, NULL);
	pthread_cond_signal(&z->changed);
	pthread_mutex_unlock(&z->lock);
}

static void zone_start(struct resolver *r, struct dns_query *q)
{
	struct zone *z = (struct zone *)r;
	enum dns_type type = dns_query_type(q);
	const struct node *asked = g_hash_table_lookup(z->nodes, dns_query_name(q));
	const struct node *node = node_follow(z, dns_query_name(q), (int)type);
	int delay_ms = asked == NULL ? 0 : asked->delay_ms;
	struct dns_reply *reply = NULL;

	__atomic_add_fetch(&z->asked, 1, __ATOMIC_RELAXED);
	switch (node_behaves(node, (int)type)) {
	case BEHAVES:
		reply = zone_reply(node, type);
		break;
	case FAILS:
		reply = dns_reply_make(type, DNS_TEMPFAIL, 0, NULL, 0);
		break;
	case SILENT:
		zone_delay(z, q, INT64_MAX, NULL);
		return;
	}
	if (delay_ms == 0)
		dns_query_answer(q, reply);
	else
		zone_delay(z, q, clock_mono_us() + (int64_t)delay_ms * 1000, reply);
}

/* nobody waits for it any more: only one that never comes has to be looked for */
static void zone_cancel(struct resolver *r, struct dns_query *q)
{
	struct zone *z = (struct zone *)r;
	struct delayed *found = NULL;

	pthread_mutex_lock(&z->lock);
	for (GSequenceIter *at = g_sequence_get_begin_iter(z->delayed);
	     !g_sequence_iter_is_end(at); at = g_sequence_iter_next(at)) {
		struct delayed *d = g_sequence_get(at);

		if (d->query != q || d->reply != NULL)
			continue;
		found = d;
		g_sequence_remove(at);
		break;
	}
	pthread_mutex_unlock(&z->lock);
	if (found != NULL)
		dns_query_forget(q);
	g_free(found);
}

/* wait until the first answer is due, or something changes; under the lock */
static void timekeeper_sleep(struct zone *z, const struct delayed *first)
{
	if (first == NULL || first->due_us == INT64_MAX) {
		pthread_cond_wait(&z->changed, &z->lock);
		return;
	}
	wait_until(&z->changed, &z->lock, first->due_us);
}

static void *timekeeper(void *arg)
{
	struct zone *z = arg;

	pthread_mutex_lock(&z->lock);
	while (!z->stop) {
		GSequenceIter *at = g_sequence_get_begin_iter(z->delayed);
		struct delayed *first =
			g_sequence_iter_is_end(at) ? NULL : g_sequence_get(at);

		if (first == NULL || first->due_us > clock_mono_us()) {
			timekeeper_sleep(z, first);
			continue;
		}
		g_sequence_remove(at);
		pthread_mutex_unlock(&z->lock);
		dns_query_answer(first->query, first->reply);
		g_free(first);
		pthread_mutex_lock(&z->lock);
	}
	pthread_mutex_unlock(&z->lock);
	return NULL;
}

static void zone_count(struct resolver *r, struct resolver_stats *stats_r)
{
	struct zone *z = (struct zone *)r;

	stats_r->asked = __atomic_load_n(&z->asked, __ATOMIC_RELAXED);
}

static void zone_close(struct resolver *r)
{
	struct zone *z = (struct zone *)r;
	GSequenceIter *at;

	pthread_mutex_lock(&z->lock);
	z->stop = true;
	pthread_cond_signal(&z->changed);
	pthread_mutex_unlock(&z->lock);
	if (z->running)
		pthread_join(z->timekeeper, NULL);
	while (!g_sequence_iter_is_end(at = g_sequence_get_begin_iter(z->delayed))) {
		struct delayed *d = g_sequence_get(at);

		g_sequence_remove(at);
		dns_query_fail(d->query);
		if (d->reply != NULL)
			dns_reply_drop(d->reply);
		g_free(d);
	}
	g_sequence_free(z->delayed);
	g_hash_table_destroy(z->nodes);
	g_string_chunk_free(z->texts);
	pthread_cond_destroy(&z->changed);
	pthread_mutex_destroy(&z->lock);
	g_free(z);
}

static const struct resolver_backend zone_backend = {
	.start = zone_start,
	.cancel = zone_cancel,
	.close = zone_close,
	.count = zone_count,
};

static struct zone *zone_make(void)
{
	struct zone *z = g_new0(struct zone, 1);

	z->base.backend = &zone_backend;
	z->nodes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, node_free);
	z->texts = g_string_chunk_new(4096);
	z->delayed = g_sequence_new(NULL);
	pthread_mutex_init(&z->lock, NULL);
	pthread_cond_init(&z->changed, NULL);
	return z;
}

struct resolver *resolver_zone_text(const char *name, struct bytes text, GError **e)
{
	struct zone *z = zone_make();
	struct resolver *r = &z->base;

	if (!read_zone(z, name, text, e)) {
		resolver_close(&r);
		return NULL;
	}
	if (z->delays) {
		thread_start(&z->timekeeper, timekeeper, z);
		z->running = true;
	}
	return r;
}

struct resolver *resolver_zone(const char *path, GError **e)
{
	struct resolver *r;
	char *text;
	size_t n;

	if (!file_read(path, LIMIT_ZONE_BYTES, &text, &n, e)) {
		g_prefix_error(e, "dns_zone_file: ");
		return NULL;
	}
	r = resolver_zone_text(path, (struct bytes){ .at = text, .n = n }, e);
	g_free(text);
	return r;
}
