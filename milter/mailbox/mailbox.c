/* Mailbox records: what they hold, and how a change is laid over what is
 * stored. Who may change them, and what follows from them, is decided elsewhere. */
#include "mailbox/mailbox.h"

#include <string.h>

#include "base/limits.h"
#include "store/keys.h"

const char *const mailbox_kind_names[MAILBOX_KIND_COUNT] = {
	[MAILBOX_NONE] = "none", [MAILBOX_USER] = "user",     [MAILBOX_SHARED] = "shared",
	[MAILBOX_LIST] = "list", [MAILBOX_SYSTEM] = "system",
};

static const struct codec_field mailbox_fields[] = {
	CODEC_INT_FIELD(mailbox, 1, kind),
	CODEC_TEXT_FIELD(mailbox, 2, canonical, LIMIT_ADDRESS_BYTES),
	CODEC_TEXT_FIELD(mailbox, 3, policy, 100),
	CODEC_TEXT_FIELD(mailbox, 4, locale, 35), /* RFC 5646 4.4.1 */
	CODEC_TEXTS_FIELD(mailbox, 5, flags, n_flags, 32),
	CODEC_INT_FIELD(mailbox, 6, baseline_since_s),
};

const struct codec mailbox_codec = {
	.name = "mailbox",
	.version = 1,
	.size = sizeof(struct mailbox),
	.fields = mailbox_fields,
	.n_fields = COUNT_OF(mailbox_fields),
};

enum answer mailbox_decode(struct arena *a, struct bytes value, struct mailbox *mailbox_r)
{
	enum answer answer = codec_decode(&mailbox_codec, value, mailbox_r, a);

	if (mailbox_r->kind < 0 || mailbox_r->kind >= MAILBOX_KIND_COUNT)
		mailbox_r->kind = MAILBOX_NONE; /* a kind of a newer program */
	return answer;
}

const char *mailbox_canonical(const struct mailbox *m, const char *address)
{
	return m->canonical != NULL && *m->canonical != '\0' ? m->canonical : address;
}

/* NULL leaves what is there, MAILBOX_NOTHING takes it away */
static const char *laid_over(const char *old, const char *change)
{
	if (change == NULL)
		return old;
	return strcmp(change, MAILBOX_NOTHING) == 0 ? NULL : change;
}

static void lay_flags(struct mailbox *m, const struct mailbox *c)
{
	if (c->n_flags == 0)
		return;
	m->flags = c->flags;
	m->n_flags = strcmp(c->flags[0], MAILBOX_NOTHING) == 0 ? 0 : c->n_flags;
}

static bool merge(struct bytes old, struct bytes change, struct arena *a,
		  struct bytes *new_r)
{
	struct mailbox m = { 0 }, c;

	if (old.at != NULL && codec_decode(&mailbox_codec, old, &m, a) != ANSWER_YES)
		return false;
	if (codec_decode(&mailbox_codec, change, &c, a) != ANSWER_YES)
		return false;
	m.kind = c.kind != 0 ? c.kind : m.kind;
	m.canonical = c.canonical != NULL ? c.canonical : m.canonical;
	m.policy = laid_over(m.policy, c.policy);
	m.locale = laid_over(m.locale, c.locale);
	lay_flags(&m, &c);
	if (c.baseline_since_s != 0 &&
	    (m.baseline_since_s == 0 || c.baseline_since_s < m.baseline_since_s))
		m.baseline_since_s = c.baseline_since_s;
	*new_r = codec_encode(&mailbox_codec, &m, a);
	return true;
}

struct store_write mailbox_change(struct arena *a, const char *tenant,
				  const char *address, const struct mailbox *m)
{
	return (struct store_write){
		.key = key_build(a, FAMILY_MAILBOX, tenant, address, NULL),
		.kind = STORE_MERGE,
		.value = codec_encode(&mailbox_codec, m, a),
		.ttl_s = key_families[FAMILY_MAILBOX].ttl_s,
		.merge = merge,
	};
}
