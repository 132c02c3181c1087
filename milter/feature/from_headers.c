/* Features of the header fields: who it says it is from, and what it says about itself. */
#include <glib.h>
#include <string.h>

#include "base/limits.h"
#include "feature/extract.h"
#include "feature/name_address.h"
#include "feature/subject.h"
#include "message/domain.h"
#include "message/unicode.h"

enum { TO_MOST = 50, REPLY_TO_MOST = 50, MAILER_BYTES_MOST = 64 };

static const struct mailaddr nobody = { .key = NULL };

/* the address that a name shows, or the part before the "@" where a reader sees another one */
static struct value shown_address(const struct source *s, const struct mailaddr *from,
				  const char *name)
{
	const char *found = name_address(s->arena, name);

	if (found == NULL)
		found = name_address(s->arena, from->shown);
	if (found == NULL && from->address != NULL && from->address[0] == '"')
		found = name_address(s->arena, from->address);
	return text_value(s->arena, found);
}

bool is_author_org(const struct message *m, const char *org)
{
	for (size_t i = 0; i < m->n_from && i < LIMIT_AUTHORS; i++)
		if (g_strcmp0(m->from[i].org, org) == 0)
			return true;
	return false;
}

/* An answer goes to all in Reply-To: the one to look at is the first who is no author, else who
 * is not this author. */
static const struct mailaddr *replier(const struct message *m,
				      const struct mailaddr *from)
{
	const struct mailaddr *other = NULL;

	for (size_t i = 0; i < m->n_reply_to; i++) {
		const struct mailaddr *reply = &m->reply_to[i];

		if (reply->org == NULL)
			continue;
		if (!is_author_org(m, reply->org))
			return reply;
		if (other == NULL && g_strcmp0(reply->org, from->org) != 0)
			other = reply;
	}
	return other != NULL ? other : m->n_reply_to > 0 ? &m->reply_to[0] : &nobody;
}

/* what a reader sees of it */
static struct value shown_name(const struct source *s, const struct mailaddr *from)
{
	const char *name = from->display != NULL ? from->display : from->shown;

	return text_value(s->arena, name == NULL ? NULL : unicode_visual(s->arena, name));
}

void features_of_author(const struct source *s, size_t nth, struct value *at)
{
	const struct message *m = s->message;
	const struct mailaddr *from = nth < m->n_from ? &m->from[nth] : &nobody;
	const struct mailaddr *reply = replier(m, from);
	struct value name = shown_name(s, from);

	at[FEATURE_FROM_ADDRESS] = text_value(s->arena, from->key);
	at[FEATURE_FROM_DOMAIN] = text_value(s->arena, from->domain);
	at[FEATURE_FROM_ORG] = text_value(s->arena, from->org);
	at[FEATURE_FROM_NAME] = name;
	at[FEATURE_FROM_NAME_ADDRESS] = shown_address(s, from, name.text);
	at[FEATURE_FROM_NAME_MIXED] =
		name.text == NULL ? VALUE_ABSENT
				  : VALUE_OF_BOOL(unicode_mixed_scripts(name.text));
	at[FEATURE_REPLY_TO_ADDRESS] = text_value(s->arena, reply->key);
	at[FEATURE_REPLY_TO_DOMAIN] = text_value(s->arena, reply->domain);
	at[FEATURE_REPLY_TO_ORG] = text_value(s->arena, reply->org);
}

static void take_from(const struct source *s, struct value *at)
{
	const struct message *m = s->message;
	struct collected *addresses = collect_new(s->arena, LIMIT_AUTHORS);
	struct collected *names = collect_new(s->arena, LIMIT_AUTHORS);

	for (size_t i = 0; i < m->n_from && i < LIMIT_AUTHORS; i++) {
		collect_add(addresses, m->from[i].key);
		collect_add(names, shown_name(s, &m->from[i]).text);
	}
	features_of_author(s, 0, at);
	at[FEATURE_FROM_ADDRESSES] = collect_value(addresses);
	at[FEATURE_FROM_NAMES] = collect_value(names);
	at[FEATURE_FROM_COUNT] = VALUE_OF_INT((int64_t)m->n_from);
}

static void take_others(const struct source *s, struct value *at)
{
	const struct message *m = s->message;
	const struct mailaddr *sender = m->sender != NULL ? m->sender : &nobody;
	struct collected *to = collect_new(s->arena, TO_MOST);
	struct collected *replies = collect_new(s->arena, REPLY_TO_MOST);

	for (size_t i = 0; i < m->n_to && i < LIMIT_ADDRESSES; i++)
		collect_add(to, m->to[i].key);
	for (size_t i = 0; i < m->n_reply_to && i < LIMIT_ADDRESSES; i++)
		collect_add(replies, m->reply_to[i].key);
	at[FEATURE_SENDER_ADDRESS] = text_value(s->arena, sender->key);
	at[FEATURE_REPLY_TO_ADDRESSES] = collect_value(replies);
	at[FEATURE_TO_COUNT] = VALUE_OF_INT((int64_t)m->n_to);
	at[FEATURE_TO_ADDRESSES] = collect_value(to);
}

/* RFC 5322 3.6: these stand at most once. Which of two a reader is shown is the program's
 * choice; a second MIME-Version shows nothing. */
static const char *const shown_once[] = {
	"From", "Sender",  "Reply-To",     "To",
	"Cc",   "Subject", "Content-Type", "Content-Transfer-Encoding",
	"Date",
};

static struct value doubled(const struct source *s)
{
	struct collected *names = collect_new(s->arena, COUNT_OF(shown_once));

	for (size_t i = 0; i < COUNT_OF(shown_once); i++)
		if (message_header(s->message, shown_once[i], 1) != NULL)
			collect_add(names, shown_once[i]);
	return collect_value(names);
}

static struct value message_id_domain(struct arena *a, const char *id)
{
	const char *at = id == NULL ? NULL : strrchr(id, '@');

	if (at == NULL || at[1] == '\0')
		return VALUE_ABSENT;

	const char *key = domain_key(a, at + 1);

	return text_value(a, key != NULL ? key : at + 1);
}

static void take_thread(const struct source *s, struct value *at)
{
	const struct message *m = s->message;
	struct collected *refs = collect_new(s->arena, LIMIT_REFERENCES);
	struct value subject = text_value(s->arena, m->subject);
	enum subject_kind kind = subject_kind(subject.text);

	for (size_t i = 0; i < m->n_references; i++)
		collect_add(refs, m->references[i]);
	at[FEATURE_SUBJECT] = subject;
	at[FEATURE_SUBJECT_REPLY] = VALUE_OF_BOOL(kind == SUBJECT_REPLY);
	at[FEATURE_SUBJECT_FORWARD] = VALUE_OF_BOOL(kind == SUBJECT_FORWARD);
	at[FEATURE_MESSAGE_ID] = text_value(s->arena, m->message_id);
	at[FEATURE_MESSAGE_ID_DOMAIN] = message_id_domain(s->arena, m->message_id);
	at[FEATURE_REFERENCES] = collect_value(refs);
	at[FEATURE_DATE_SKEW] =
		m->date_s == 0 ? VALUE_ABSENT
			       : VALUE_OF_INT(m->date_s - s->envelope->received_s);
}

/* A word that tells a version: "16.0", "v7.10", "(2.3696.120)". */
static bool is_version(const char *word)
{
	if (*word == 'v' || *word == '(')
		word++;
	return g_ascii_isdigit(*word);
}

/* The program without its version, so that an update makes no stranger of it: "Apple Mail
 * (2.3696)" is "Apple Mail". Browsers' style names the program last: "Mozilla/5.0 (X11)
 * Gecko/20100101 Thunderbird/60.0" is "Thunderbird". */
struct value feature_mailer(struct arena *a, const char *mailer)
{
	if (mailer == NULL)
		return VALUE_ABSENT;

	struct value whole = text_value(a, mailer);
	const char *begin = whole.text;
	GString *name = g_string_new(NULL);

	if (g_str_has_prefix(begin, "Mozilla/") && strrchr(begin, ' ') != NULL)
		begin = strrchr(begin, ' ') + 1;
	else if (g_str_has_prefix(begin, "Mozilla "))
		begin += strlen("Mozilla ");

	while (*begin != '\0' && name->len < MAILER_BYTES_MOST) {
		size_t word = strcspn(begin, " ");
		size_t bare = strcspn(begin, " /;,");

		if (is_version(begin) || *begin == '(')
			break;
		if (name->len > 0)
			g_string_append_c(name, ' ');
		g_string_append_len(name, begin, (gssize)bare);
		if (bare != word)
			break;
		begin += word;
		begin += strspn(begin, " ");
	}

	char *valid =
		g_utf8_make_valid(name->str, (gssize)MIN(name->len, MAILER_BYTES_MOST));
	struct value v =
		*valid == '\0' ? VALUE_ABSENT : value_of_text(arena_strdup(a, valid));

	g_free(valid);
	g_string_free(name, TRUE);
	return v;
}

void features_from_headers(const struct source *s, struct value *at)
{
	const struct message *m = s->message;

	take_from(s, at);
	take_others(s, at);
	take_thread(s, at);
	at[FEATURE_DOUBLED] = doubled(s);
	at[FEATURE_LIST_ID] = text_value(s->arena, m->list_id);
	at[FEATURE_LIST_UNSUBSCRIBE] = VALUE_OF_BOOL(m->list_unsubscribe != NULL);
	at[FEATURE_LIST_ONE_CLICK] =
		VALUE_OF_BOOL(m->list_unsubscribe != NULL && m->one_click);
	at[FEATURE_BULK] = VALUE_OF_BOOL((m->kind & MESSAGE_BULK) != 0);
	at[FEATURE_LIST_MAIL] = VALUE_OF_BOOL((m->kind & MESSAGE_LIST) != 0);
	at[FEATURE_AUTO] =
		VALUE_OF_BOOL((m->kind & (MESSAGE_AUTO | MESSAGE_REPORT)) != 0);
	at[FEATURE_AUTO_REPLY] = VALUE_OF_BOOL((m->kind & MESSAGE_AUTO_REPLY) != 0 ||
					       subject_is_absence(m->subject));
	at[FEATURE_JUDGED] = VALUE_OF_BOOL(message_header(m, "X-Wonted-Id", 0) != NULL);
	at[FEATURE_MAILER] = feature_mailer(s->arena, m->mailer);
	at[FEATURE_RECEIVED_COUNT] = VALUE_OF_INT((int64_t)m->n_received);
	at[FEATURE_SIZE] = VALUE_OF_INT((int64_t)m->raw.n);
}
