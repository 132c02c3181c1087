/* Everything from outside wants to be known, so the memory believes little:
 *
 * - Mail in counts for those recipients alone for whom it was judged wanted or graymail, and
 *   who got it. Spam, suspicious and malicious mail make no trust, or whoever sends enough of
 *   it would become usual. A first message that is held suspicious does so neither; an answer
 *   of ours, which is mail out, is what makes its writer known.
 * - A message that nobody judged (out of time) was passed, not wanted. One that was judged
 *   while the memory did not answer (degraded) may bear the name of one of ours, and nobody
 *   looked: else who makes the filter slow would become known. A true sender loses the
 *   messages of that time, and was known before.
 * - A message that bears an id of ours comes in again, from a queue, a Sieve script or another
 *   filter behind us. It was counted the first time, for whom it was for then.
 * - It counts as From's only when From is proven by an aligned SPF or DKIM pass. A known no
 *   is not theirs. Unknown - DNS did not answer - is not theirs either: else making DNS fail
 *   would be the way to grow somebody's trust. A true sender loses one message by that, the
 *   next one counts. Who can prove nothing at all becomes known when we write to them.
 * - Mail of our own networks and users is out, when From and the envelope's sender are the
 *   same tenant's. What programs answer by themselves is left out, in both directions: an
 *   answer on absence to a stranger would make him one whom we wrote to, and one from a
 *   stranger says that his program is there.
 *
 * Bursts are not this file's: closed days keep them off (behavior/history.h). */
#include "learn/training_event.h"

#include <glib.h>

#include "base/limits.h"
#include "message/address.h"
#include "message/domain.h"
#include "person/name.h"

#define OLDEST_S INT64_C(631152000) /* 1990, before there were milters */
#define AHEAD_S 86400               /* clocks of ours differ by less */
#define LINKS_MOST 8
#define SIGNERS_MOST 6

const char *const training_event_names[TRAINING_KINDS] = {
	[TRAINING_LEARNED] = "learned",     [TRAINING_UNWANTED] = "unwanted",
	[TRAINING_UNPROVEN] = "unproven",   [TRAINING_AUTOMATIC] = "automatic",
	[TRAINING_FOREIGN] = "foreign",     [TRAINING_NOBODY] = "no sender",
	[TRAINING_BLANK] = "no addresses",  [TRAINING_UNDATED] = "no date",
	[TRAINING_BLIND] = "facts missing", [TRAINING_AGAIN] = "judged before",
};

struct reading {
	struct arena *arena;
	const struct options *options;
	const struct recorded *r;
	const char *from;
	const struct tenant *writer; /* From's tenant; NULL: not ours */
	const char **rcpts;          /* address_key() form; NULL: is none */
};

/* mail in, gathered by tenant, in the order of the recipients */
struct readers {
	const struct tenant *tenant;
	GPtrArray *rcpts;
};

static const char *text_of(const struct reading *rd, enum feature_id id)
{
	const struct value *v = &rd->r->features.at[id];

	return v->known == ANSWER_YES ? v->text : NULL;
}

static enum answer answer_of(const struct reading *rd, enum feature_id id)
{
	return value_answer(&rd->r->features.at[id]);
}

static const struct tenant *tenant_of(const struct reading *rd, const char *key)
{
	return key == NULL ? NULL : options_tenant(rd->options, address_domain(key));
}

/* d= of the signature that passed: the one that speaks for From, if there is one */
static const char *dkim_domain(const struct reading *rd, const char *org)
{
	const struct value *v = &rd->r->features.at[FEATURE_DKIM_DOMAINS];
	size_t n = v->known == ANSWER_YES ? v->n_items : 0;

	for (size_t i = 0; i < n; i++) {
		const char *key = domain_key(rd->arena, v->items[i]);

		if (key != NULL && org != NULL && domain_has_org(key, org))
			return key;
	}
	return n > 0 ? domain_key(rd->arena, v->items[0]) : NULL;
}

/* what of a list's message is proven, whoever wrote it */
static const char *const *signers(const struct reading *rd, size_t *n_r)
{
	const struct value *dkim = &rd->r->features.at[FEATURE_DKIM_DOMAINS];
	size_t n = dkim->known == ANSWER_YES ? MIN(dkim->n_items, SIGNERS_MOST - 2) : 0;
	const char **all = arena_new(rd->arena, const char *, SIGNERS_MOST);
	const char *spf = text_of(rd, FEATURE_SPF_DOMAIN);
	const char *host = text_of(rd, FEATURE_CLIENT_ADDR);
	bool known = spf == NULL || answer_of(rd, FEATURE_SPF_PASS) != ANSWER_YES;

	for (size_t i = 0; i < n; i++) {
		all[i] = dkim->items[i];
		known = known || strcmp(all[i], spf) == 0;
	}
	if (!known)
		all[n++] = spf;
	if (host != NULL)
		all[n++] = arena_printf(rd->arena, "[%s]", host);
	*n_r = n;
	return all;
}

static struct behavior_event event_in(const struct reading *rd,
				      const struct readers *readers)
{
	const struct value *links = &rd->r->features.at[FEATURE_LINKS_ORGS];
	const char *org = domain_org(address_domain(rd->from));
	size_t n_signers;
	const char *const *signed_by = signers(rd, &n_signers);

	return (struct behavior_event){
		.tenant = readers->tenant->name,
		.signers = signed_by,
		.n_signers = n_signers,
		.direction = DIRECTION_IN,
		.sender = rd->from,
		.sender_org = org,
		.rcpts = (const char *const *)readers->rcpts->pdata,
		.n_rcpts = readers->rcpts->len,
		.message_id = text_of(rd, FEATURE_MESSAGE_ID),
		.time_s = rd->r->time_s,
		.display_key = name_key(rd->arena, text_of(rd, FEATURE_FROM_NAME)),
		.reply_to_org = text_of(rd, FEATURE_REPLY_TO_ORG),
		.list_id = text_of(rd, FEATURE_LIST_ID),
		.dkim_domain = dkim_domain(rd, org),
		.proven = answer_of(rd, FEATURE_AUTH_ALIGNED) == ANSWER_YES
				  ? ANSWER_YES
				  : ANSWER_UNKNOWN,
		.mailer = text_of(rd, FEATURE_MAILER),
		.network = text_of(rd, FEATURE_CLIENT_NETWORK),
		.link_orgs = links->items,
		.n_link_orgs =
			links->known == ANSWER_YES ? MIN(links->n_items, LINKS_MOST) : 0,
	};
}

static struct behavior_event event_out(const struct reading *rd)
{
	const char **rcpts = arena_new(rd->arena, const char *, rd->r->n_rcpts);
	const char **orgs = arena_new(rd->arena, const char *, rd->r->n_rcpts);
	size_t n = 0;

	for (size_t i = 0; i < rd->r->n_rcpts; i++) {
		if (rd->rcpts[i] == NULL)
			continue;
		rcpts[n] = rd->rcpts[i];
		orgs[n++] = domain_org(address_domain(rd->rcpts[i]));
	}
	return (struct behavior_event){
		.tenant = rd->writer->name,
		.direction = DIRECTION_OUT,
		.sender = options_mailbox(rd->options, rd->arena, rd->from),
		.rcpts = rcpts,
		.rcpt_orgs = orgs,
		.n_rcpts = n,
		.message_id = text_of(rd, FEATURE_MESSAGE_ID),
		.time_s = rd->r->time_s,
	};
}

/* Did this recipient get it, and as something to be had? */
static bool was_wanted(const struct reading *rd, const struct recorded_rcpt *rcpt)
{
	if (rd->r->internal)
		return true;
	return (rcpt->verdict == VERDICT_WANTED || rcpt->verdict == VERDICT_GRAYMAIL) &&
	       rcpt->done != ACTION_QUARANTINE && rcpt->done != ACTION_REJECT &&
	       rcpt->done != ACTION_DEFER;
}

static void release(void *list)
{
	g_ptr_array_unref(list);
}

static void destroy_table(void *table)
{
	g_hash_table_destroy(table);
}

static struct readers *readers_of(const struct reading *rd, GHashTable *by_tenant,
				  GPtrArray *all, const struct tenant *t)
{
	struct readers *found = g_hash_table_lookup(by_tenant, t);

	if (found == NULL) {
		found = arena_new(rd->arena, struct readers, 1);
		found->tenant = t;
		found->rcpts = g_ptr_array_new();
		arena_defer(rd->arena, release, found->rcpts);
		g_hash_table_insert(by_tenant, (void *)(uintptr_t)t, found);
		g_ptr_array_add(all, found);
	}
	return found;
}

/* out   whether anybody of ours is among the recipients, wanted or not */
static bool gather_readers(const struct reading *rd, GPtrArray *all)
{
	GHashTable *by_tenant = g_hash_table_new(NULL, NULL);
	bool ours = false;

	arena_defer(rd->arena, destroy_table, by_tenant);
	for (size_t i = 0; i < rd->r->n_rcpts; i++) {
		const struct tenant *t = tenant_of(rd, rd->rcpts[i]);

		ours = ours || t != NULL;
		/* what one sends to oneself is no correspondence */
		if (t == NULL || !was_wanted(rd, &rd->r->rcpts[i]) ||
		    strcmp(rd->rcpts[i], rd->from) == 0)
			continue;
		g_ptr_array_add(readers_of(rd, by_tenant, all, t)->rcpts,
				(void *)(uintptr_t)rd->rcpts[i]);
	}
	return ours;
}

static enum training_event_kind take_events(const struct reading *rd,
					    struct training_event *l)
{
	GPtrArray *readers = g_ptr_array_new();
	bool ours = gather_readers(rd, readers);
	struct behavior_event *events =
		arena_new(rd->arena, struct behavior_event, readers->len + 1);

	arena_defer(rd->arena, release, readers);
	l->events = events;
	if (rd->r->internal) {
		events[l->n] = event_out(rd);
		l->out = events[l->n].n_rcpts > 0;
		l->n += l->out;
	}
	for (guint i = 0; i < readers->len; i++)
		events[l->n++] = event_in(rd, g_ptr_array_index(readers, i));
	l->in = readers->len;
	if (l->n > 0)
		return TRAINING_LEARNED;
	return ours ? TRAINING_UNWANTED : TRAINING_FOREIGN;
}

/* Of ours the mailbox, without an extension; of others the address. NULL: is none */
static const char *mailbox_of(const struct reading *rd, const char *address)
{
	const char *key = address == NULL ? NULL : address_key(rd->arena, address);

	return address_domain(key) == NULL ? NULL
					   : options_mailbox(rd->options, rd->arena, key);
}

static bool read_addresses(struct reading *rd)
{
	const char *from = text_of(rd, FEATURE_FROM_ADDRESS);
	bool any = false;

	rd->rcpts = arena_new(rd->arena, const char *, rd->r->n_rcpts);
	for (size_t i = 0; i < rd->r->n_rcpts; i++) {
		const char *address = rd->r->rcpts[i].address;

		any = any || address != NULL;
		rd->rcpts[i] = mailbox_of(rd, address);
	}
	rd->from = from == NULL ? NULL : address_key(rd->arena, from);
	if (address_domain(rd->from) == NULL)
		rd->from = NULL;
	rd->writer = tenant_of(rd, rd->from);
	return any;
}

static bool is_one_sender(const struct reading *rd)
{
	const struct value *count = &rd->r->features.at[FEATURE_FROM_COUNT];

	return rd->from != NULL && (count->known != ANSWER_YES || count->number <= 1);
}

/* Our own mail, written by one of us: the envelope says the same tenant as From. */
static bool is_written_by_us(const struct reading *rd)
{
	const char *sender = rd->r->mail_from == NULL
				     ? NULL
				     : address_key(rd->arena, rd->r->mail_from);

	return rd->writer != NULL && tenant_of(rd, sender) == rd->writer;
}

/* Programs of others may write on their own: orders, notices. What they answer to ours they
 * answer to anybody. */
static bool is_automatic(const struct reading *rd)
{
	return (rd->r->internal && answer_of(rd, FEATURE_AUTO) == ANSWER_YES) ||
	       answer_of(rd, FEATURE_AUTO_REPLY) == ANSWER_YES ||
	       answer_of(rd, FEATURE_REPORT) == ANSWER_YES ||
	       g_strcmp0(rd->r->mail_from, "") == 0;
}

static enum training_event_kind judge(struct reading *rd, int64_t now_s,
				      struct training_event *l)
{
	const struct recorded *r = rd->r;

	if (!read_addresses(rd) && r->n_rcpts > 0)
		return TRAINING_BLANK;
	if (r->time_s < OLDEST_S || r->time_s > now_s + AHEAD_S)
		return TRAINING_UNDATED;
	if (g_strcmp0(r->told, "accept") != 0 || r->stopped != NULL)
		return TRAINING_UNWANTED;
	if (!is_one_sender(rd))
		return TRAINING_NOBODY;
	if (answer_of(rd, FEATURE_JUDGED) == ANSWER_YES)
		return TRAINING_AGAIN;
	if (is_automatic(rd))
		return TRAINING_AUTOMATIC;
	if (r->internal && !is_written_by_us(rd))
		return TRAINING_FOREIGN;
	enum training_event_kind kind = take_events(rd, l);

	/* told last, so that spam is counted as spam */
	if (kind != TRAINING_LEARNED || r->internal)
		return kind;
	if (answer_of(rd, FEATURE_AUTH_ALIGNED) != ANSWER_YES)
		return TRAINING_UNPROVEN;
	return r->degraded ? TRAINING_BLIND : TRAINING_LEARNED;
}

void training_event_take(struct arena *a, const struct options *o,
			 const struct recorded *r, int64_t now_s,
			 struct training_event *l_r)
{
	struct reading rd = { .arena = a, .options = o, .r = r };

	*l_r = (struct training_event){ 0 };
	l_r->kind = judge(&rd, now_s, l_r);
	if (l_r->kind != TRAINING_LEARNED)
		*l_r = (struct training_event){ .kind = l_r->kind };
}
