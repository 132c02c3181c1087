/* See dkim_hash.h. How the library is held (its ways were measured):
 * - It is told of no key for any signature, so it computes hashes and never verifies;
 *   dkim_sig_gethashes(), which its header leaves out, gives them.
 * - It checks t= and x= against the machine's clock. The allowed drift is set so large that
 *   it never objects; dkim_check.c compares with the time the message came. A drift beyond
 *   the value of t= would wrap around, hence thirty years and not more.
 * - BADSIGHANDLES keeps its list in the order of the fields, and keeps it from refusing
 *   messages whose From it cannot read.
 * - It wants CRLF, in headers too. */
#include "auth/dkim_hash.h"

#include <glib.h>
#include <opendkim/dkim.h>

#include "auth/dkim_field.h"
#include "base/limits.h"

#define DRIFT_S 1000000000
#define CHUNK_BYTES 65536

/* exported by the library, missing in its header */
DKIM_STAT dkim_sig_gethashes(DKIM_SIGINFO *sig, void **header, size_t *n_header,
			     void **body, size_t *n_body);

struct dkim_library {
	DKIM_LIB *lib;
};

struct dkim_hasher {
	DKIM *dkim;
	bool wanted[LIMIT_DKIM_FIELDS]; /* of the DKIM-Signature fields that were fed */
	int n_fed;
	DKIM_SIGINFO *sigs[LIMIT_DKIM_FIELDS]; /* of the wanted ones, in order */
	size_t n_sigs;
	bool ended; /* the body was taken in */
};

static DKIM_CBSTAT no_key(DKIM *dkim, DKIM_SIGINFO *sig, u_char *buf, size_t n)
{
	(void)dkim;
	(void)sig;
	(void)buf;
	(void)n;
	return DKIM_CBSTAT_NOTFOUND;
}

/* the library has listed the signatures: choose */
static DKIM_CBSTAT prescreen(DKIM *dkim, DKIM_SIGINFO **sigs, int n)
{
	struct dkim_hasher *d = dkim_get_user_context(dkim);

	for (int i = 0; i < n; i++) {
		if (n == d->n_fed && d->wanted[i])
			d->sigs[d->n_sigs++] = sigs[i];
		else
			dkim_sig_ignore(sigs[i]);
	}
	return DKIM_CBSTAT_CONTINUE;
}

struct dkim_library *dkim_library_open(void)
{
	struct dkim_library *lib = g_new0(struct dkim_library, 1);
	unsigned flags = DKIM_LIBFLAGS_BADSIGHANDLES;
	uint64_t drift_s = DRIFT_S;
	DKIM_STAT done;

	lib->lib = dkim_init(NULL, NULL);
	g_assert(lib->lib != NULL);
	done = dkim_options(lib->lib, DKIM_OP_SETOPT, DKIM_OPTS_FLAGS, &flags,
			    sizeof(flags));
	g_assert(done == DKIM_STAT_OK);
	done = dkim_options(lib->lib, DKIM_OP_SETOPT, DKIM_OPTS_CLOCKDRIFT, &drift_s,
			    sizeof(drift_s));
	g_assert(done == DKIM_STAT_OK);
	dkim_set_key_lookup(lib->lib, no_key);
	dkim_set_prescreen(lib->lib, prescreen);
	return lib;
}

void dkim_library_close(struct dkim_library **lib)
{
	if (*lib != NULL)
		dkim_close((*lib)->lib);
	g_free(*lib);
	*lib = NULL;
}

/* text with every line end as CRLF, appended */
static void append_crlf(GString *out, struct bytes text)
{
	const char *at = text.at, *end = text.at + text.n;

	while (at < end) {
		const char *lf = memchr(at, '\n', (size_t)(end - at));
		const char *stop = lf == NULL ? end : lf;

		g_string_append_len(out, at, stop - at);
		if (lf != NULL && (lf == text.at || lf[-1] != '\r'))
			g_string_append_c(out, '\r');
		if (lf != NULL)
			g_string_append_c(out, '\n');
		at = stop + 1;
	}
}

/* false: the library's list of signatures would not agree with ours */
static bool feed_header(struct dkim_hasher *d, const struct header *h, bool wanted,
			GString *line)
{
	bool signature = dkim_field_is(h), taken;

	if (signature) {
		if (d->n_fed == LIMIT_DKIM_FIELDS)
			return true;
		d->wanted[d->n_fed++] = wanted;
	}
	g_string_truncate(line, 0);
	g_string_append_len(line, h->name.at, (gssize)h->name.n);
	g_string_append_c(line, ':');
	append_crlf(line, h->value);
	taken = dkim_header(d->dkim, (u_char *)line->str, line->len) == DKIM_STAT_OK;
	/* a field that it cannot read is one that nobody signs */
	return taken || !signature;
}

struct dkim_hasher *dkim_hasher_create(struct dkim_library *lib, const struct header *h,
				       size_t n, const bool *wanted, const bool *fed)
{
	struct dkim_hasher *d = g_new0(struct dkim_hasher, 1);
	GString *line = g_string_sized_new(1024);
	DKIM_STAT state;
	bool agree = true;

	d->dkim = dkim_verify(lib->lib, (const u_char *)"-", NULL, &state);
	g_assert(d->dkim != NULL);
	dkim_set_user_context(d->dkim, d);
	for (size_t i = 0; i < n && agree; i++)
		if (fed[i])
			agree = feed_header(d, &h[i], wanted[i], line);
	g_string_free(line, TRUE);
	state = agree ? dkim_eoh(d->dkim) : DKIM_STAT_SYNTAX;
	if (state != DKIM_STAT_OK || d->n_sigs == 0)
		dkim_hasher_destroy(&d);
	return d;
}

static bool feed_body(struct dkim_hasher *d, struct bytes part)
{
	/* the library takes it as its own to write, and never writes */
	union {
		const char *in;
		u_char *out;
	} at = { .in = part.at };

	return part.n == 0 || dkim_body(d->dkim, at.out, part.n) == DKIM_STAT_OK;
}

/* is there a line end of LF alone? */
static bool has_bare_lf(struct bytes text)
{
	const char *end = text.at + text.n, *at = text.at;

	while (at < end && (at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		if (at == text.at || at[-1] != '\r')
			return true;
		at++;
	}
	return false;
}

/* in pieces, so that a large body is not held twice */
static bool feed_mended(struct dkim_hasher *d, struct bytes body)
{
	GString *part = g_string_sized_new(CHUNK_BYTES + CHUNK_BYTES / 8);
	bool good = true;

	while (good && body.n > 0) {
		size_t n = MIN(body.n, CHUNK_BYTES);

		/* a CRLF is never cut in two */
		if (n < body.n && body.at[n - 1] == '\r')
			n++;
		g_string_truncate(part, 0);
		append_crlf(part, (struct bytes){ .at = body.at, .n = n });
		good = feed_body(d, (struct bytes){ .at = part->str, .n = part->len });
		body = (struct bytes){ .at = body.at + n, .n = body.n - n };
	}
	g_string_free(part, TRUE);
	return good;
}

bool dkim_hasher_body(struct dkim_hasher *d, struct bytes body)
{
	bool open = body.n > 0 && body.at[body.n - 1] != '\n', testing;

	if (!(has_bare_lf(body) ? feed_mended(d, body) : feed_body(d, body)))
		return false;
	/* the library forgets the line end that a relaxed body gets, too */
	if (open && !feed_body(d, bytes_of("\r\n")))
		return false;
	/* its verdict is about keys, which it has not */
	(void)dkim_eom(d->dkim, &testing);
	d->ended = true;
	return true;
}

/* Is there anything to get? The library aborts when asked for hashes of a signature that it
 * could not set up. */
static bool has_hashes(DKIM_SIGINFO *sig)
{
	int error = dkim_sig_geterror(sig);

	return error == DKIM_SIGERROR_UNKNOWN || error == DKIM_SIGERROR_NOKEY ||
	       error == DKIM_SIGERROR_TOOLARGE_L;
}

bool dkim_hasher_get(struct dkim_hasher *d, size_t nth, struct dkim_hashes *hashes_r)
{
	void *header = NULL, *body = NULL;
	ssize_t given = 0, hashed = 0, limit = 0;
	DKIM_SIGINFO *sig;

	*hashes_r = (struct dkim_hashes){ 0 };
	if (!d->ended || nth >= d->n_sigs)
		return false;
	sig = d->sigs[nth];
	if (!has_hashes(sig))
		return false;
	if (dkim_sig_gethashes(sig, &header, &hashes_r->header.n, &body,
			       &hashes_r->body.n) != DKIM_STAT_OK ||
	    dkim_sig_getcanonlen(d->dkim, sig, &given, &hashed, &limit) != DKIM_STAT_OK)
		return false;
	hashes_r->header.at = header;
	hashes_r->body.at = body;
	hashes_r->hashed_bytes = hashed;
	return header != NULL && body != NULL;
}

void dkim_hasher_destroy(struct dkim_hasher **d)
{
	if (*d != NULL)
		dkim_free((*d)->dkim);
	g_free(*d);
	*d = NULL;
}
