/* Our own Authentication-Results. Everything that comes from a message or from DNS is written
 * as a token or as a quoted string of printable ASCII, so that no reader can find a result in
 * it that is not ours. */
#include <glib.h>
#include <string.h>

#include "auth/authres.h"
#include "base/printable.h"

#define LINE_COLUMNS 78
#define TAB_COLUMNS 8
#define VALUE_BYTES 255

struct writer {
	struct arena *arena;
	GString *out;
	size_t column;
};

/* a word; on a line of its own if asked for, or if it does not fit */
static void put(struct writer *w, const char *word, bool new_line)
{
	size_t n = strlen(word);

	if (new_line || w->column + 1 + n > LINE_COLUMNS) {
		g_string_append(w->out, "\n\t");
		w->column = TAB_COLUMNS;
	} else {
		g_string_append_c(w->out, ' ');
		w->column++;
	}
	g_string_append(w->out, word);
	w->column += n;
}

static void end_result(struct writer *w)
{
	g_string_append_c(w->out, ';');
	w->column++;
}

/* RFC 2045's token */
static bool is_token(const char *text)
{
	for (const char *p = text; *p != '\0'; p++)
		if (*p <= ' ' || *p >= 0x7f || strchr("()<>@,;:\\\"/[]?=", *p) != NULL)
			return false;
	return *text != '\0';
}

/* [local] "@" domain, both plain */
static bool is_plain_address(const char *text)
{
	const char *at = strchr(text, '@');

	if (at == NULL || !is_token(at + 1))
		return false;
	for (const char *p = text; p < at; p++)
		if (!g_ascii_isalnum(*p) && strchr(".-_+", *p) == NULL)
			return false;
	return true;
}

/* text as a value: bare where that is allowed, else quoted */
static const char *value_of(struct writer *w, const char *text)
{
	char *shown = printable_ascii(text, VALUE_BYTES);
	GString *quoted = g_string_new("\"");
	const char *value = shown;

	if (!is_token(shown) && !is_plain_address(shown)) {
		for (const char *p = shown; *p != '\0'; p++) {
			if (*p == '"' || *p == '\\')
				g_string_append_c(quoted, '\\');
			g_string_append_c(quoted, *p);
		}
		value = g_string_append_c(quoted, '"')->str;
	}
	value = arena_strdup(w->arena, value);
	g_string_free(quoted, TRUE);
	g_free(shown);
	return value;
}

static void put_result(struct writer *w, const char *method, enum auth_result result,
		       const char *why)
{
	put(w, arena_printf(w->arena, "%s=%s", method, auth_result_names[result]), true);
	if (why != NULL)
		put(w, arena_printf(w->arena, "reason=%s", value_of(w, why)), false);
}

static void put_property(struct writer *w, const char *name, const char *value)
{
	if (value != NULL && *value != '\0')
		put(w, arena_printf(w->arena, "%s=%s", name, value_of(w, value)), false);
}

static void put_spf(struct writer *w, const struct auth_spf *spf)
{
	put_result(w, "spf", spf->result, spf->why);
	put_property(w, spf->scope == SPF_HELO ? "smtp.helo" : "smtp.mailfrom",
		     spf->domain);
}

static void put_dkim(struct writer *w, const struct auth_results *r)
{
	if (r->n_dkim == 0)
		put_result(w, "dkim", AUTH_NONE, NULL);
	for (size_t i = 0; i < r->n_dkim; i++) {
		const struct auth_dkim *s = &r->dkim[i];

		if (i > 0)
			end_result(w);
		put_result(w, "dkim", s->result, s->why);
		put_property(w, "header.d", s->domain);
		put_property(w, "header.i", s->auid);
		put_property(w, "header.s", s->selector);
		put_property(w, "header.a", s->algorithm);
		put_property(w, "header.b", s->header_b);
	}
}

const char *authres_value(struct arena *a, const char *authserv_id,
			  const struct auth_results *r)
{
	struct writer w = { .arena = a, .column = strlen("Authentication-Results:") };
	const char *value;

	if (r->source != AUTH_OWN)
		return NULL;
	w.out = g_string_sized_new(512);
	put(&w, value_of(&w, authserv_id), false);
	end_result(&w);
	put_spf(&w, &r->spf);
	end_result(&w);
	put_dkim(&w, r);
	end_result(&w);
	put_result(&w, "dmarc", r->dmarc.result, r->dmarc.why);
	put_property(&w, "header.from", r->dmarc.domain);
	if (r->iprev.result != AUTH_NONE) {
		end_result(&w);
		put_result(&w, "iprev", r->iprev.result, NULL);
		put_property(&w, "policy.iprev", r->client_addr);
	}
	if (r->arc.result != AUTH_NONE) {
		end_result(&w);
		put_result(&w, "arc", r->arc.result, r->arc.why);
		put_property(&w, "header.d", r->arc.sealer);
	}
	value = arena_strndup(a, w.out->str + 1, w.out->len - 1);
	g_string_free(w.out, TRUE);
	return value;
}
