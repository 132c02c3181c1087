/* One message of an archive becomes at most two events: "out" when one of the tenant's people
 * wrote it, "in" for each mailbox of the tenant that got it.
 *
 * Who wrote it is what From says, and anybody can write that. A copy that was delivered to
 * somebody (it bears Return-Path, Delivered-To or the like) therefore never counts as
 * written by us, or a forged message would make us its recipients' old friend. */
#include "learn/archived_message.h"

#include <arpa/inet.h>
#include <glib.h>
#include <string.h>

#include "auth/authres.h"
#include "base/limits.h"
#include "feature/feature.h"
#include "feature/subject.h"
#include "message/address.h"
#include "message/domain.h"
#include "message/headers.h"
#include "message/message.h"
#include "message/mime.h"
#include "person/name.h"

#define OLDEST_S INT64_C(631152000) /* 1990: no mail archive goes back further */
#define LINKS_MOST 8
#define BCC_FIELDS 10
#define SIGNERS_MOST 6
#define DELAY_S 172800 /* mail is not longer on its way, or one of the clocks is wrong */

struct reading {
	struct arena *arena;
	const struct learner_setup *setup;
	struct message *m;
	const struct mailaddr *from;
};

static bool is_own(const struct reading *r, const char *domain)
{
	return domain != NULL &&
	       options_tenant(r->setup->options, domain) == r->setup->tenant;
}

static bool was_delivered(const struct message *m)
{
	return message_header(m, "Return-Path", 0) != NULL ||
	       message_header(m, "Delivered-To", 0) != NULL ||
	       message_header(m, "X-Original-To", 0) != NULL ||
	       message_header(m, "Envelope-To", 0) != NULL;
}

static void add_once(GPtrArray *list, const char *text)
{
	for (size_t i = 0; i < list->len; i++)
		if (strcmp(g_ptr_array_index(list, i), text) == 0)
			return;
	g_ptr_array_add(list, (void *)(uintptr_t)text);
}

/* our mailbox that an address belongs to */
static const char *mailbox_of(const struct reading *r, const char *key)
{
	return options_mailbox(r->setup->options, r->arena, key);
}

static void add_header_addresses(const struct reading *r, const char *name,
				 GPtrArray *list)
{
	const struct header *h;
	const struct mailaddr *addr;
	bool strict;

	for (size_t nth = 0; nth < 10 && (h = message_header(r->m, name, nth)) != NULL;
	     nth++) {
		size_t n = address_list(r->arena, h->value, &addr, &strict);

		for (size_t i = 0; i < n; i++)
			if (is_own(r, addr[i].domain))
				add_once(list, mailbox_of(r, addr[i].key));
	}
}

/* Our mailboxes that got it. own: it is the writer's copy, which alone names in Bcc who got
 * it unseen. */
static void find_mailboxes(const struct reading *r, bool own, GPtrArray *list)
{
	if (r->setup->mailbox != NULL) {
		g_ptr_array_add(list, (void *)(uintptr_t)r->setup->mailbox);
		return;
	}
	add_header_addresses(r, "Delivered-To", list);
	add_header_addresses(r, "X-Original-To", list);
	add_header_addresses(r, "Envelope-To", list);
	if (list->len > 0)
		return;
	for (size_t i = 0; i < r->m->n_to; i++)
		if (is_own(r, r->m->to[i].domain))
			add_once(list, mailbox_of(r, r->m->to[i].key));
	if (own)
		add_header_addresses(r, "Bcc", list);
}

static size_t find_links(const struct reading *r, const char **orgs)
{
	size_t n = 0;

	for (size_t i = 0; i < r->m->n_links && n < LINKS_MOST; i++) {
		bool known = r->m->links[i].org == NULL;

		for (size_t k = 0; k < n && !known; k++)
			known = strcmp(orgs[k], r->m->links[i].org) == 0;
		if (!known)
			orgs[n++] = r->m->links[i].org;
	}
	return n;
}

/* The host that our own MTA, whose Received is on top, took it from: "from NAME (NAME [ADDR])".
 * NULL: it does not say, or it took it from itself */
static const char *find_host(const struct reading *r)
{
	const struct header *h = message_header(r->m, "Received", 0);
	const char *value = h == NULL ? "" : header_unfold(r->arena, h->value).at;
	const char *by = strstr(value, " by ");
	const char *open = by == NULL ? NULL : strchr(value, '[');
	size_t n = open == NULL || open > by ? 0 : strcspn(open, "]");

	if (n < 3 || n > INET6_ADDRSTRLEN + strlen("[IPv6:"))
		return NULL;
	if (g_str_has_prefix(open, "[IPv6:"))
		return arena_printf(r->arena, "[%.*s]", (int)(n - strlen("[IPv6:")),
				    open + strlen("[IPv6:"));
	return arena_printf(r->arena, "[%.*s]", (int)(n - 1), open + 1);
}

/* What our own MTA, on top, says was proven: domains of signatures that passed, and the
 * envelope sender's. */
static size_t find_signers(const struct reading *r, const char **dkim_r,
			   const char **signers)
{
	const struct header *h = message_header(r->m, "Authentication-Results", 0);
	const struct authres *ar = h == NULL ? NULL : authres_parse(r->arena, h->value);
	const char *host = find_host(r);
	size_t n = 0;

	*dkim_r = NULL;
	for (size_t i = 0; ar != NULL && i < ar->n_results && n < SIGNERS_MOST - 1; i++) {
		const struct authres_result *one = &ar->results[i];
		bool dkim = strcmp(one->method, "dkim") == 0;
		const char *domain =
			dkim ? authres_domain(r->arena, one, "header", "d")
			: strcmp(one->method, "spf") == 0
				? authres_domain(r->arena, one, "smtp", "mailfrom")
				: NULL;

		if (dkim && domain == NULL)
			domain = authres_domain(r->arena, one, "header", "i");
		if (domain == NULL || strcmp(one->result, "pass") != 0)
			continue;
		if (dkim && *dkim_r == NULL)
			*dkim_r = domain;
		signers[n++] = domain;
	}
	if (host != NULL)
		signers[n++] = host;
	return n;
}

/* Did one of them prove From's organisation? The last one may be a host. */
static enum answer find_proof(const struct reading *r, const char *const *signers,
			      size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *key = domain_key(r->arena, signers[i]);

		if (key != NULL && r->from->org != NULL &&
		    domain_has_org(key, r->from->org))
			return ANSWER_YES;
	}
	return message_header(r->m, "Authentication-Results", 0) == NULL ? ANSWER_UNKNOWN
									 : ANSWER_NO;
}

/* When our own MTA, whose Received is on top, took it. Date is when its writer says. */
static int64_t arrival(const struct reading *r)
{
	const struct header *h = message_header(r->m, "Received", 0);
	const char *date = h == NULL ? NULL : memrchr(h->value.at, ';', h->value.n);
	int64_t s = 0;

	if (date != NULL)
		s = mime_date(r->arena,
			      (struct bytes){ .at = date + 1,
					      .n = h->value.n -
						   (size_t)(date + 1 - h->value.at) });
	return llabs(s - r->m->date_s) <= DELAY_S ? s : r->m->date_s;
}

static struct behavior_event event_in(const struct reading *r, const GPtrArray *rcpts)
{
	const char **links = arena_new(r->arena, const char *, LINKS_MOST);
	const char **signers = arena_new(r->arena, const char *, SIGNERS_MOST);
	const char *dkim;
	size_t n_signers = find_signers(r, &dkim, signers);

	return (struct behavior_event){
		.tenant = r->setup->tenant->name,
		.direction = DIRECTION_IN,
		.sender = r->from->key,
		.sender_org = r->from->org,
		.rcpts = (const char *const *)rcpts->pdata,
		.n_rcpts = rcpts->len,
		.message_id = r->m->message_id,
		.time_s = r->m->date_s,
		.arrived_s = arrival(r),
		.display_key = name_key(r->arena, r->from->display),
		.reply_to_org = r->m->n_reply_to > 0 ? r->m->reply_to[0].org : NULL,
		.list_id = r->m->list_id,
		.dkim_domain = dkim,
		.proven = find_proof(r, signers, n_signers),
		.signers = signers,
		.n_signers = n_signers,
		.mailer = feature_mailer(r->arena, r->m->mailer).text,
		.link_orgs = links,
		.n_link_orgs = find_links(r, links),
	};
}

/* Those who are named in a copy that we kept, also without a trace for the others. */
struct addressees {
	const char **keys, **orgs;
	size_t n;
};

static void add_addressees(struct addressees *to, const struct mailaddr *addr, size_t n)
{
	for (size_t i = 0; i < n && to->n < LIMIT_RCPTS; i++) {
		if (addr[i].key == NULL)
			continue;
		to->keys[to->n] = addr[i].key;
		to->orgs[to->n++] = addr[i].org;
	}
}

static struct addressees find_addressees(const struct reading *r)
{
	const struct mailaddr *bcc[BCC_FIELDS];
	size_t n[BCC_FIELDS] = { 0 }, all = r->m->n_to;
	const struct header *h;
	bool strict;

	for (size_t i = 0; i < BCC_FIELDS; i++)
		if ((h = message_header(r->m, "Bcc", i)) != NULL)
			all += n[i] = address_list(r->arena, h->value, &bcc[i], &strict);
	struct addressees to = { .keys = arena_new(r->arena, const char *, all),
				 .orgs = arena_new(r->arena, const char *, all) };

	add_addressees(&to, r->m->to, r->m->n_to);
	for (size_t i = 0; i < BCC_FIELDS; i++)
		add_addressees(&to, bcc[i], n[i]);
	return to;
}

static struct behavior_event event_out(const struct reading *r,
				       const struct addressees *to)
{
	return (struct behavior_event){
		.tenant = r->setup->tenant->name,
		.direction = DIRECTION_OUT,
		.sender = mailbox_of(r, r->from->key),
		.rcpts = to->keys,
		.rcpt_orgs = to->orgs,
		.n_rcpts = to->n,
		.message_id = r->m->message_id,
		.time_s = r->m->date_s,
	};
}

static void release(void *list)
{
	g_ptr_array_unref(list);
}

/* our mailboxes that got it; none: it is no mail in */
static const GPtrArray *find_readers(const struct reading *r, bool out)
{
	GPtrArray *rcpts = g_ptr_array_new();
	const char *mailbox = r->setup->mailbox;

	arena_defer(r->arena, release, rcpts);
	/* mail within the tenant: the readers' side; the writer's own copy is no mail in */
	if (!out || mailbox == NULL || strcmp(mailbox, mailbox_of(r, r->from->key)) != 0)
		find_mailboxes(r, out, rcpts);
	return rcpts;
}

/* An answer on absence, a report or a bounce makes nobody a correspondent, whoever got it. */
static bool is_answer_of_program(const struct reading *r)
{
	const struct header *path = message_header(r->m, "Return-Path", 0);

	return (r->m->kind & (MESSAGE_AUTO_REPLY | MESSAGE_REPORT)) != 0 ||
	       subject_is_absence(r->m->subject) ||
	       (path != NULL &&
		bytes_equal(header_unfold(r->arena, path->value), bytes_of("<>")));
}

static enum archived_message_kind tell(const struct reading *r,
				       struct archived_message *l)
{
	bool own = is_own(r, r->from->domain) && !was_delivered(r->m), automatic;
	const GPtrArray *readers = find_readers(r, own);
	const struct addressees to =
		own ? find_addressees(r) : (struct addressees){ .n = 0 };

	/* only what is asked below is read, and most of the time goes into bodies */
	if (readers->len > 0)
		message_read_body(r->arena, r->m, BODY_LINKS);
	else if (own)
		message_read_body(r->arena, r->m, BODY_PARTS);
	automatic = is_answer_of_program(r);
	l->out = to.n > 0 && !automatic && (r->m->kind & MESSAGE_AUTO) == 0;
	if (l->out)
		l->events[l->n++] = event_out(r, &to);
	l->in = readers->len > 0 && !automatic;
	if (l->in)
		l->events[l->n++] = event_in(r, readers);
	if (l->n > 0)
		return ARCHIVED_TELLS;
	if (!own && readers->len == 0)
		return ARCHIVED_FOREIGN;
	return own && to.n == 0 ? ARCHIVED_UNADDRESSED : ARCHIVED_AUTOMATIC;
}

void archived_message_read(struct arena *a, const struct learner_setup *setup,
			   struct bytes raw, struct archived_message *l_r)
{
	static const struct message_limits limits = { .max_bytes = LIMIT_MESSAGE_BYTES };
	struct message *m = message_parse_header(a, raw, &limits);
	struct reading r = { .arena = a, .setup = setup, .m = m, .from = m->from };

	*l_r = (struct archived_message){ .date_s = m->date_s };
	if (m->n_from == 0 || m->from[0].key == NULL || m->from[0].domain == NULL)
		l_r->kind = ARCHIVED_NOBODY;
	else if (m->date_s < OLDEST_S || m->date_s > setup->now_s)
		l_r->kind = ARCHIVED_UNDATED;
	else
		l_r->kind = tell(&r, l_r);
}
