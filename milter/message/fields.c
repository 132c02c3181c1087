/* The meaning of header fields. Nothing here fails: what cannot be read is missing, and a
 * bit of `broken` says so. */
#include "message/fields.h"

#include <glib.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "message/address.h"
#include "message/headers.h"
#include "message/mime.h"
#include "message/unicode.h"

static const struct header *field(const struct message *m, const char *name)
{
	return headers_find(m->headers, m->n_headers, name, 0);
}

/* the addresses of one field behind those of others; out: how many there are then */
static size_t add_addresses(struct arena *a, const struct header *h,
			    const struct mailaddr **list, size_t n, bool *strict)
{
	const struct mailaddr *more;
	bool its_strict;
	size_t n_more = address_list(a, h->value, &more, &its_strict);

	*strict = *strict && its_strict;
	n_more = MIN(n_more, LIMIT_ADDRESSES - n);
	if (n == 0)
		*list = more;
	if (n == 0 || n_more == 0)
		return n + n_more;
	struct mailaddr *all = arena_new(a, struct mailaddr, n + n_more);

	memcpy(all, *list, n * sizeof(*all));
	memcpy(all + n, more, n_more * sizeof(*all));
	*list = all;
	return n + n_more;
}

/* of all fields of a name: a reader may be shown any of them, an answer goes to all */
static size_t addresses(struct arena *a, struct message *m, const char *name,
			const struct mailaddr **list_r, bool *strict_r)
{
	size_t length = strlen(name), n = 0, fields = 0;

	*list_r = NULL;
	*strict_r = true;
	for (size_t i = 0; i < m->n_headers && fields <= LIMIT_AUTHORS; i++) {
		const struct header *h = &m->headers[i];

		if (h->name.n != length || strncasecmp(h->name.at, name, length) != 0)
			continue;
		if (fields++ < LIMIT_AUTHORS)
			n = add_addresses(a, h, list_r, n, strict_r);
	}
	if (n >= LIMIT_ADDRESSES || fields > LIMIT_AUTHORS)
		m->truncated |= TRUNCATED_ADDRESSES;
	return n;
}

static void read_from(struct arena *a, struct message *m)
{
	bool strict;

	if (field(m, "From") == NULL) {
		m->malformed |= MALFORMED_NO_FROM;
		return;
	}
	m->n_from = addresses(a, m, "From", &m->from, &strict);
	if (m->n_from > 1 || headers_find(m->headers, m->n_headers, "From", 1) != NULL)
		m->malformed |= MALFORMED_MANY_FROM;
	if (!strict || m->n_from == 0)
		m->malformed |= MALFORMED_FROM_SYNTAX;
}

static void read_recipients(struct arena *a, struct message *m)
{
	const struct mailaddr *to, *cc;
	bool strict;
	size_t n_to = addresses(a, m, "To", &to, &strict);
	size_t n_cc = addresses(a, m, "Cc", &cc, &strict);
	struct mailaddr *all = arena_new(a, struct mailaddr, n_to + n_cc);

	if (n_to > 0)
		memcpy(all, to, n_to * sizeof(*all));
	if (n_cc > 0)
		memcpy(all + n_to, cc, n_cc * sizeof(*all));
	m->to = all;
	m->n_to = n_to + n_cc;
}

static void read_addresses(struct arena *a, struct message *m)
{
	const struct mailaddr *sender;
	bool strict;

	read_from(a, m);
	if (addresses(a, m, "Sender", &sender, &strict) > 0)
		m->sender = sender;
	m->n_reply_to = addresses(a, m, "Reply-To", &m->reply_to, &strict);
	read_recipients(a, m);
}

static void add_id(struct arena *a, GPtrArray *ids, struct bytes text)
{
	const char *id = unicode_valid(a, header_unfold(a, text));

	if (id[0] == '\0' || g_ptr_array_find_with_equal_func(ids, id, g_str_equal, NULL))
		return;
	if (ids->len >= LIMIT_REFERENCES)
		g_ptr_array_remove_index(ids, 0);
	g_ptr_array_add(ids, arena_strdup(a, id));
}

/* <...> one after the other; some programs leave the brackets out */
static void add_ids(struct arena *a, GPtrArray *ids, struct bytes value)
{
	const char *p = value.at, *end = value.at + value.n;

	if (value.n > 0 && memchr(p, '<', value.n) == NULL) {
		struct bytes bare = header_unfold(a, value);

		if (memchr(bare.at, '@', bare.n) != NULL &&
		    memchr(bare.at, ' ', bare.n) == NULL)
			add_id(a, ids, bare);
		return;
	}
	while (p < end && (p = memchr(p, '<', (size_t)(end - p))) != NULL) {
		const char *close = memchr(p, '>', (size_t)(end - p));

		if (close == NULL)
			return;
		add_id(a, ids, (struct bytes){ p + 1, (size_t)(close - p) - 1 });
		p = close + 1;
	}
}

static const char *const *kept(struct arena *a, GPtrArray *texts, size_t *n_r)
{
	const char **list = arena_new(a, const char *, texts->len);

	for (guint i = 0; i < texts->len; i++)
		list[i] = texts->pdata[i];
	*n_r = texts->len;
	g_ptr_array_free(texts, TRUE);
	return list;
}

static void read_ids(struct arena *a, struct message *m)
{
	static const char *const names[] = { "References", "In-Reply-To" };
	GPtrArray *ids = g_ptr_array_new();
	const struct header *h = field(m, "Message-ID");
	size_t n;

	if (h != NULL) {
		add_ids(a, ids, h->value);
		const char *const *own = kept(a, ids, &n);

		m->message_id =
			n > 0 ? own[0] : unicode_valid(a, header_unfold(a, h->value));
		ids = g_ptr_array_new();
	}
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		h = field(m, names[i]);
		if (h != NULL)
			add_ids(a, ids, h->value);
	}
	m->references = kept(a, ids, &m->n_references);
}

/* RFC 2919 2: List-Id: phrase <list-label.namespace> */
static void read_list(struct arena *a, struct message *m)
{
	const struct header *h = field(m, "List-Id");

	if (h != NULL || field(m, "List-Post") != NULL)
		m->kind |= MESSAGE_LIST;
	if (h != NULL) {
		struct bytes id = header_unfold(a, h->value);
		const char *open = id.n == 0 ? NULL : memrchr(id.at, '<', id.n);
		size_t n = open == NULL ? 0 : strcspn(open + 1, ">");

		if (open != NULL)
			id = (struct bytes){ open + 1, n };
		m->list_id = id.n == 0 ? NULL : unicode_lower(a, unicode_valid(a, id));
	}
	h = field(m, "List-Unsubscribe");
	if (h != NULL)
		m->list_unsubscribe = unicode_valid(a, header_unfold(a, h->value));
	m->one_click = field(m, "List-Unsubscribe-Post") != NULL;
}

static bool value_is(struct arena *a, const struct header *h, const char *word)
{
	return h != NULL && strcasecmp(header_unfold(a, h->value).at, word) == 0;
}

static bool value_begins(struct arena *a, const struct header *h, const char *word)
{
	return h != NULL &&
	       strncasecmp(header_unfold(a, h->value).at, word, strlen(word)) == 0;
}

/* Fields that stand twice all count: one that is put before another hides nothing. */
static bool says(struct arena *a, const struct message *m, const char *name,
		 const char *word)
{
	for (size_t i = 0; i < m->n_headers; i++) {
		const struct header *h = &m->headers[i];

		if (h->name.n == strlen(name) &&
		    strncasecmp(h->name.at, name, h->name.n) == 0 && value_is(a, h, word))
			return true;
	}
	return false;
}

/* RFC 3834 5, and what programs wrote before there was one */
static bool is_auto_reply(struct arena *a, const struct message *m)
{
	static const char *const fields[] = { "X-Autoreply",     "X-Autorespond",
					      "X-Autoresponder", "X-Autoresponse",
					      "X-Auto-Response", "X-Autoreply-From",
					      "X-Auto-Reply",    "X-Mail-Autoreply" };
	static const char *const words[] = { "auto_reply", "auto-reply", "autoreply" };

	for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
		const struct header *h = field(m, fields[i]);

		if (h != NULL && !value_is(a, h, "no") && !value_is(a, h, "false"))
			return true;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		if (says(a, m, "Precedence", words[i]))
			return true;
	return value_begins(a, field(m, "Auto-Submitted"), "auto-replied") ||
	       value_begins(a, field(m, "X-Autogenerated"), "reply") ||
	       value_begins(a, field(m, "X-FC-MachineGenerated"), "true");
}

static void read_kind(struct arena *a, struct message *m)
{
	const struct header *automatic = field(m, "Auto-Submitted");

	if (m->list_unsubscribe != NULL || field(m, "Feedback-ID") != NULL ||
	    says(a, m, "Precedence", "bulk") || says(a, m, "Precedence", "list") ||
	    says(a, m, "Precedence", "junk"))
		m->kind |= MESSAGE_BULK;
	if ((automatic != NULL && !value_is(a, automatic, "no")) ||
	    field(m, "X-Auto-Response-Suppress") != NULL)
		m->kind |= MESSAGE_AUTO;
	if (is_auto_reply(a, m))
		m->kind |= MESSAGE_AUTO | MESSAGE_AUTO_REPLY;
}

/* RFC 5321 4.4: From-domain = "FROM" FWS Extended-Domain */
static void read_received(struct arena *a, struct message *m)
{
	const struct header *oldest = NULL;

	for (size_t i = 0; i < m->n_headers; i++) {
		if (m->headers[i].name.n == 8 &&
		    strncasecmp(m->headers[i].name.at, "Received", 8) == 0) {
			oldest = &m->headers[i];
			m->n_received++;
		}
	}
	if (oldest == NULL)
		return;
	struct bytes value = header_unfold(a, oldest->value);

	if (value.n < 6 || strncasecmp(value.at, "from ", 5) != 0)
		return;
	const char *host = value.at + 5 + strspn(value.at + 5, " ");
	size_t n = strcspn(host, " ;(");

	if (n > 0)
		m->first_received_from =
			unicode_lower(a, unicode_valid(a, (struct bytes){ host, n }));
}

static void read_rest(struct arena *a, struct message *m)
{
	const struct header *h = field(m, "Subject");

	if (h != NULL)
		m->subject = header_text(a, h);
	h = field(m, "User-Agent");
	if (h == NULL)
		h = field(m, "X-Mailer");
	if (h != NULL)
		m->mailer = header_text(a, h);
	h = field(m, "Date");
	if (h != NULL)
		m->date_s = mime_date(a, h->value);
	if (m->date_s == 0)
		m->malformed |= MALFORMED_DATE;
}

void fields_read(struct arena *a, struct message *m)
{
	read_addresses(a, m);
	read_ids(a, m);
	read_list(a, m);
	read_kind(a, m);
	read_received(a, m);
	read_rest(a, m);
}
