/* Every detector on rows of evidence: yes with its words, no, and unknown. A row starts from
 * a message that is known in all and has nothing, and sets what matters:
 *   "name"  true   "!name"  false, or absent   "?name"  unknown   "name=text"  a value
 * separated by ";"; items of lists by ",". */
#include "detect/detect.h"

#include <glib.h>
#include <string.h>

struct row {
	const char *detector;
	const char *set;
	const char *want; /* "no", "unknown", or the words of a yes */
};

#define FROM "from.address=x@mail.example;from.domain=mail.example;from.org=mail.example;"
#define JANE                                                                   \
	FROM "from.name=Jane Roe;rcpt.address=joe@own.example;person.matched;" \
	     "person.exact;person.name=Jane Roe;person.addresses=jane@own.example;"
#define RESEMBLES                                                                 \
	FROM "from.name=Jane Roe;rcpt.address=joe@own.example;person.matched;"    \
	     "person.name=Jane Roe;person.addresses=jane@own.example;person.how=" \
	     "letters swapped;"
#define LIST \
	"list.id=dev.lists.example;list.mail;bulk;dkim.pass;dkim.domains=lists.example;"
#define REPLY                                                                         \
	FROM "reply_to.address=y@free.example;reply_to.domain=free.example;reply_to." \
	     "org=free.example;"
#define LIES "links.misleading=bank.example -> evil.example;"

static const struct row rows[] = {
	{ "person_name_from_outside", JANE "person.title=CEO",
	  "the name of Jane Roe (CEO), but the address x@mail.example" },
	{ "person_name_from_outside", JANE "",
	  "the name of Jane Roe, but the address x@mail.example" },
	{ "person_name_from_outside", JANE "!person.matched", "no" },
	{ "person_name_from_outside", JANE "!person.exact", "no" },
	{ "person_name_from_outside", JANE "pair.trusted;display.trusted;auth.aligned",
	  "no" },
	/* one message makes known; an answer to "J. R." says nothing of Jane Roe */
	{ "person_name_from_outside", JANE "pair.known;sender.known;auth.aligned",
	  "the name of Jane Roe, but the address x@mail.example" },
	{ "person_name_from_outside", JANE "pair.trusted;auth.aligned",
	  "the name of Jane Roe, but the address x@mail.example" },
	{ "person_name_from_outside", JANE "display.trusted;auth.aligned",
	  "the name of Jane Roe, but the address x@mail.example" },
	/* the address of an acquaintance costs nothing to forge */
	{ "person_name_from_outside", JANE "pair.trusted;display.trusted",
	  "the name of Jane Roe, but the address x@mail.example" },
	{ "person_name_from_outside", JANE "pair.trusted;display.trusted;?auth.aligned",
	  "unknown" },
	{ "person_name_from_outside", JANE "person.addresses=a@b.example,x@mail.example",
	  "no" },
	{ "person_name_from_outside", JANE "person.addresses=joe@own.example", "no" },
	{ "person_name_from_outside", JANE "internal", "no" },
	/* from home, answered there by her own mailbox */
	{ "person_name_from_outside", JANE "person.private;auth.aligned", "no" },
	{ "person_name_from_outside", JANE "person.private",
	  "the name of Jane Roe, but the address x@mail.example" },
	{ "person_name_from_outside", JANE "tenant.owns_from;auth.aligned", "no" },
	{ "person_name_from_outside", JANE "tenant.owns_from",
	  "the name of Jane Roe, but the address x@mail.example" },
	/* a service says so, proves itself, and is known; one of the three is not enough */
	{ "person_name_from_outside",
	  JANE "from.name=Jane Roe via Sharing;auth.aligned;domain.trusted", "no" },
	{ "person_name_from_outside",
	  JANE "from.name=Jane Roe VIA Sharing;auth.aligned;domain.trusted", "no" },
	{ "person_name_from_outside",
	  JANE "from.name=Jane Roe on behalf of Sharing;auth.aligned;domain.trusted",
	  "no" },
	{ "person_name_from_outside",
	  JANE "from.name=Jane Roe (Calendar);auth.aligned;domain.trusted", "no" },
	{ "person_name_from_outside",
	  JANE "from.name=Jane Roe via Sharing;domain.trusted",
	  "the name of Jane Roe, but the address x@mail.example" },
	{ "person_name_from_outside", JANE "auth.aligned;domain.trusted",
	  "the name of Jane Roe, but the address x@mail.example" },
	{ "person_name_from_outside",
	  JANE "from.name=Jane Roe via Sharing;auth.aligned;?domain.trusted", "unknown" },
	{ "person_name_from_outside", JANE LIST "list.trusted", "no" },
	{ "person_name_from_outside", JANE LIST "list.known;auth.aligned",
	  "the name of Jane Roe, but the address x@mail.example" },
	{ "person_name_from_outside", JANE "?pair.trusted;display.trusted;auth.aligned",
	  "unknown" },
	{ "person_name_from_outside", JANE "rcpt.kind=system", "no" },
	{ "person_name_from_outside", JANE "rcpt.kind=shared",
	  "the name of Jane Roe, but the address x@mail.example" },
	{ "person_name_from_outside", JANE "?rcpt.kind",
	  "the name of Jane Roe, but the address x@mail.example" },
	{ "person_name_from_outside", FROM "?person.matched;?person.exact", "unknown" },

	{ "person_name_resembles", RESEMBLES "person.title=CEO",
	  "\"Jane Roe\" resembles the name of Jane Roe (CEO): letters swapped, but the "
	  "address is x@mail.example" },
	{ "person_name_resembles", RESEMBLES "person.title=CEO;person.how=title",
	  "\"Jane Roe\" is the title of Jane Roe, but the address is x@mail.example" },
	{ "person_name_resembles", RESEMBLES "person.exact", "no" },
	{ "person_name_resembles", RESEMBLES "person.how=initials", "no" },
	{ "person_name_resembles", RESEMBLES "person.how=initials;?person.vip", "no" },
	{ "person_name_resembles", RESEMBLES "person.how=initials;person.vip",
	  "\"Jane Roe\" resembles the name of Jane Roe: initials, but the address is "
	  "x@mail.example" },
	{ "person_name_resembles",
	  RESEMBLES "person.how=initials;person.vip;pair.trusted;display.trusted;"
		    "auth.aligned",
	  "no" },
	{ "person_name_resembles", RESEMBLES "person.how=initial written out;person.vip",
	  "no" },
	{ "person_name_resembles", RESEMBLES "pair.trusted;display.trusted;auth.aligned",
	  "no" },
	{ "person_name_resembles", RESEMBLES "pair.known;auth.aligned",
	  "\"Jane Roe\" resembles the name of Jane Roe: letters swapped, but the address "
	  "is "
	  "x@mail.example" },
	{ "person_name_resembles", RESEMBLES "rcpt.kind=system", "no" },
	{ "person_name_resembles", RESEMBLES "?display.trusted;pair.trusted;auth.aligned",
	  "unknown" },
	{ "person_name_resembles", FROM "?person.matched;?person.exact", "unknown" },

	{ "own_domain_spoof",
	  FROM "tenant.owns_from;spf.result=fail;dkim.result=none;client.addr=192.0.2.1",
	  "claims to be x@mail.example without proof (SPF fail, DKIM none), sent by "
	  "192.0.2.1" },
	{ "own_domain_spoof", FROM "!tenant.owns_from", "no" },
	{ "own_domain_spoof", FROM "tenant.owns_from;auth.aligned", "no" },
	{ "own_domain_spoof", FROM "tenant.owns_from;internal;?auth.aligned", "no" },
	{ "own_domain_spoof", FROM LIST "tenant.owns_from;list.trusted", "no" },
	{ "own_domain_spoof", FROM LIST "tenant.owns_from;?list.trusted", "unknown" },
	{ "own_domain_spoof",
	  FROM LIST "tenant.owns_from;list.known;spf.result=none;dkim.result=pass;"
		    "client.addr=192.0.2.1",
	  "claims to be x@mail.example without proof (SPF none, DKIM pass), sent by "
	  "192.0.2.1" },
	{ "own_domain_spoof", FROM "tenant.owns_from;?auth.aligned", "unknown" },

	{ "lookalike_domain",
	  FROM "tenant.lookalike=mai1.example;tenant.lookalike_how=confusable letters",
	  "mail.example looks like mai1.example: confusable letters" },
	{ "lookalike_domain", FROM "", "no" },
	{ "lookalike_domain", FROM "?tenant.lookalike", "unknown" },

	{ "lookalike_correspondent",
	  FROM "domain.lookalike=mai1.example;domain.lookalike_how=confusable letters",
	  "mail.example looks like mai1.example, with which you have mail: confusable "
	  "letters" },
	{ "lookalike_correspondent", FROM "", "no" },
	{ "correspondent_imitated",
	  FROM "from.name=Bob;domain.lookalike=mai1.example;"
	       "display.addresses=bob@x.example,bob@eu.mai1.example",
	  "\"Bob\" has written from bob@eu.mai1.example, not from x@mail.example" },
	{ "correspondent_imitated",
	  FROM "domain.lookalike=mai1.example;display.addresses=bob@x.example", "no" },
	{ "correspondent_imitated", FROM "display.addresses=bob@x.example", "no" },
	{ "correspondent_imitated", FROM "domain.lookalike=mai1.example", "no" },
	{ "correspondent_imitated",
	  FROM "?domain.lookalike;display.addresses=bob@x.example", "unknown" },
	{ "correspondent_imitated",
	  FROM "domain.lookalike=mai1.example;?display.addresses", "unknown" },

	{ "proof_missing", FROM "sender.usually_proven",
	  "nothing proves that x@mail.example sent it, as nearly all earlier mail was" },
	{ "proof_missing", FROM "domain.usually_proven",
	  "nothing proves that x@mail.example sent it, as nearly all earlier mail was" },
	{ "proof_missing", FROM "sender.usually_proven;auth.aligned", "no" },
	{ "proof_missing", FROM "sender.usually_proven;internal", "no" },
	{ "proof_missing", FROM LIST "sender.usually_proven;list.trusted", "no" },
	{ "proof_missing", FROM LIST "sender.usually_proven;list.known",
	  "nothing proves that x@mail.example sent it, as nearly all earlier mail was" },
	{ "proof_missing", FROM "", "no" },
	{ "proof_missing", FROM "sender.usually_proven;?auth.aligned", "unknown" },
	{ "proof_missing", FROM "?sender.usually_proven", "unknown" },
	{ "proof_missing", FROM "?sender.usually_proven;domain.usually_proven",
	  "nothing proves that x@mail.example sent it, as nearly all earlier mail was" },

	{ "habits_new", FROM "sender.known;sender.new_link;sender.new_hour",
	  "new of x@mail.example: where links lead, the hour" },
	{ "habits_new", FROM "sender.known;sender.new_link", "no" },
	{ "habits_new", FROM "sender.known;sender.new_link;?sender.new_mailer",
	  "unknown" },
	{ "habits_new",
	  FROM "sender.known;sender.new_link;sender.new_dkim;?sender.new_mailer",
	  "new of x@mail.example: where links lead, the signature" },
	{ "habits_new", FROM "sender.new_link;sender.new_hour", "no" },
	{ "habits_new", FROM "?sender.known;sender.new_link;sender.new_hour", "unknown" },

	{ "lookalike_correspondent", FROM "?domain.lookalike", "unknown" },

	{ "address_in_name", FROM "from.name_address=boss@own.example",
	  "the name shows boss@own.example, but the address is x@mail.example" },
	{ "address_in_name", FROM "from.name_address=boss@mail.example", "no" },
	{ "address_in_name", FROM "from.name_address=boss@sub.mail.example", "no" },
	{ "address_in_name", FROM "from.name_address=boss@own.example;internal", "no" },
	{ "address_in_name", FROM LIST "from.name_address=boss@own.example;list.trusted",
	  "no" },
	{ "address_in_name", FROM LIST "from.name_address=boss@own.example;?list.trusted",
	  "unknown" },
	{ "address_in_name", FROM "", "no" },
	{ "address_in_name", FROM "?from.name_address", "unknown" },

	{ "reply_to_elsewhere", REPLY "",
	  "written by x@mail.example, but an answer would go to y@free.example" },
	{ "reply_to_elsewhere", FROM "", "no" },
	{ "reply_to_elsewhere", REPLY "reply_to.org=mail.example", "no" },
	{ "reply_to_elsewhere", REPLY "tenant.owns_reply_to", "no" },
	{ "reply_to_elsewhere", REPLY LIST "list.trusted", "no" },
	{ "reply_to_elsewhere", REPLY LIST "list.known;auth.aligned",
	  "written by x@mail.example, but an answer would go to y@free.example" },
	{ "reply_to_elsewhere", REPLY LIST "?list.trusted", "unknown" },
	{ "reply_to_elsewhere", REPLY "sender.trusted", "no" },
	{ "reply_to_elsewhere", REPLY "sender.trusted;sender.new_reply_to",
	  "written by x@mail.example, but an answer would go to y@free.example" },
	{ "reply_to_elsewhere", REPLY "?sender.trusted;?sender.new_reply_to", "unknown" },
	{ "reply_to_elsewhere", "?from.org;?reply_to.org", "unknown" },

	{ "new_reply_to", REPLY "sender.new_reply_to",
	  "an answer would go to free.example, which x@mail.example has never used" },
	{ "new_reply_to", REPLY "", "no" },
	{ "new_reply_to", REPLY "sender.new_reply_to;internal", "no" },
	{ "new_reply_to", REPLY "?sender.new_reply_to", "unknown" },

	{ "display_new_address",
	  FROM "from.name=Bob;display.new_address;display.addresses=bob@firm.example",
	  "\"Bob\" has written from bob@firm.example before, never from x@mail.example" },
	{ "display_new_address", FROM "from.name=Bob", "no" },
	{ "display_new_address", FROM "from.name=Bob;?display.new_address", "unknown" },

	{ "first_contact", FROM "pair.first_contact",
	  "the first message from x@mail.example to this recipient" },
	{ "first_contact", FROM "", "no" },
	{ "first_contact", FROM "pair.first_contact;internal", "no" },
	{ "first_contact", FROM "?pair.first_contact", "unknown" },

	{ "first_contact_tenant", FROM "sender.first_contact",
	  "the first message from x@mail.example to anybody here" },
	{ "first_contact_tenant", FROM "", "no" },
	{ "first_contact_tenant", FROM "sender.first_contact;internal", "no" },
	{ "first_contact_tenant", FROM "?sender.first_contact", "unknown" },

	{ "fake_thread", FROM "subject=Re: invoice;subject.reply",
	  "\"Re: invoice\" is written like an answer, but no earlier message is known" },
	{ "fake_thread", FROM "subject=invoice;references=a@b.example",
	  "refers to earlier messages that nobody here has seen" },
	{ "fake_thread", FROM "subject=invoice", "no" },
	{ "fake_thread", FROM "subject.reply;references=a@b.example;thread.known", "no" },
	{ "fake_thread", FROM "subject.reply;pair.trusted;auth.aligned", "no" },
	{ "fake_thread", FROM "subject.reply;sender.trusted;auth.aligned", "no" },
	{ "fake_thread", FROM "subject=Re: x;subject.reply;pair.trusted;sender.trusted",
	  "\"Re: x\" is written like an answer, but no earlier message is known" },
	{ "fake_thread", FROM "subject.reply;pair.trusted;?auth.aligned", "unknown" },
	{ "fake_thread", FROM "subject.forward;references=a@b.example", "no" },
	{ "fake_thread", FROM "subject=Fwd: invoice;subject.forward;sender.first_contact",
	  "\"Fwd: invoice\" is written like a forward, but the sender has never written "
	  "here" },
	{ "fake_thread",
	  FROM "subject.forward;references=a@b.example;thread.known;sender.first_contact",
	  "no" },
	{ "fake_thread", FROM "subject.forward;?sender.first_contact", "unknown" },
	{ "fake_thread", FROM "references=a@b.example;auto;message.report",
	  "refers to earlier messages that nobody here has seen" },
	{ "fake_thread", FROM LIST "subject.reply;list.trusted", "no" },
	{ "fake_thread", FROM LIST "subject=Re: x;subject.reply;list.known;auth.aligned",
	  "\"Re: x\" is written like an answer, but no earlier message is known" },
	{ "fake_thread", FROM "subject.reply;?thread.known", "unknown" },
	{ "fake_thread", FROM "subject.reply;?sender.trusted;auth.aligned", "unknown" },

	{ "dmarc_failed", FROM "dmarc.result=fail;dmarc.policy=reject",
	  "DMARC of mail.example failed; its policy for such mail is reject" },
	{ "dmarc_failed", FROM "dmarc.result=pass", "no" },
	{ "dmarc_failed", FROM "dmarc.result=none", "no" },
	{ "dmarc_failed", FROM "dmarc.result=temperror", "unknown" },
	{ "dmarc_failed", FROM "?dmarc.result", "unknown" },
	{ "dmarc_failed", FROM "internal;?dmarc.result", "no" },

	{ "link_text_misleading", FROM LIES,
	  "a link shows another site than it leads to: bank.example -> evil.example" },
	{ "link_text_misleading", FROM "", "no" },
	{ "link_text_misleading",
	  FROM "auth.aligned;links.misleading=www.mail.example -> click.example", "no" },
	{ "link_text_misleading",
	  FROM "links.misleading=www.mail.example -> click.example",
	  "a link shows another site than it leads to: www.mail.example -> "
	  "click.example" },
	{ "link_text_misleading",
	  FROM "auth.aligned;links.misleading=mail.example -> c.example,bank.example -> "
	       "c.example",
	  "a link shows another site than it leads to: bank.example -> c.example" },
	{ "link_text_misleading",
	  FROM "?auth.aligned;links.misleading=mail.example -> c.example", "unknown" },
	{ "link_text_misleading", "?links.misleading", "unknown" },

	{ "dangerous_attachment", "attachments=a.txt,b.SCR",
	  "the attached file \"b.SCR\" can run as a program" },
	{ "dangerous_attachment", "attachments=invoice.pdf.exe",
	  "the attached file \"invoice.pdf.exe\" has a second ending" },
	{ "dangerous_attachment",
	  "attachments=invoice\xE2\x80\xAE"
	  "fdp.exe",
	  "the attached file \"invoice\\u{202E}fdp.exe\" hides its ending" },
	{ "dangerous_attachment", "attachments=report.pdf               .lnk",
	  "the attached file \"report.pdf               .lnk\" hides its ending" },
	{ "dangerous_attachment", "attachments=setup.exe. .",
	  "the attached file \"setup.exe. .\" can run as a program" },
	{ "dangerous_attachment", "attachments=cd.iso",
	  "the attached file \"cd.iso\" is a disk image" },
	{ "dangerous_attachment", "attachments=a.pdf;attachments.types=exe",
	  "an attached file is, by its first bytes, of type exe" },
	{ "dangerous_attachment",
	  "attachments=a.pdf,archive.zip,exe,noending,.bashrc,a.b.c", "no" },
	{ "dangerous_attachment", "attachments=a.docm;attachments.types=pdf,zip", "no" },
	{ "dangerous_attachment", "", "no" },
	{ "dangerous_attachment", "?attachments", "unknown" },
	{ "dangerous_attachment", "?attachments.types", "unknown" },
	{ "dangerous_attachment", "?attachments.types;attachments=a.vbs",
	  "the attached file \"a.vbs\" can run as a program" },

	{ "macro_document", "attachments=a.xlsm",
	  "the attached document \"a.xlsm\" can hold macros" },
	{ "macro_document", "attachments=a.docx;attachments.inside=word/vbaProject.bin",
	  "an attached document holds macros" },
	{ "macro_document",
	  "attachments=a.xlsx;attachments.inside=xl/macrosheets/sheet1.xml",
	  "an attached document holds macros" },
	{ "macro_document", "attachments=a.doc;attachments.inside_types=macro",
	  "an attached document holds macros" },
	{ "macro_document", "attachments=a.docx", "no" },
	{ "macro_document", "?attachments", "unknown" },

	{ "html_attachment", "attachments=login.html",
	  "the attached file \"login.html\" is a web page" },
	{ "html_attachment", "attachments=login;attachments.types=html",
	  "an attached file is a web page" },
	{ "html_attachment", "attachments=a.pdf;attachments.types=pdf", "no" },
	{ "html_attachment", "?attachments.types", "unknown" },

	{ "executable_in_archive", "attachments.inside=readme.txt,folder/run.js",
	  "an attached archive holds \"folder/run.js\"" },
	{ "executable_in_archive", "attachments.locked",
	  "an attached archive is locked with a password" },
	{ "executable_in_archive", "attachments.inside=readme.txt", "no" },
	{ "executable_in_archive", "?attachments.inside", "unknown" },
	{ "executable_in_archive", "?attachments.locked", "unknown" },

	{ "hidden_text", "text.bytes=300;text.hidden_bytes=900",
	  "900 bytes of text are hidden from the reader, who sees 300" },
	{ "hidden_text", "text.bytes=100;text.hidden_bytes=399", "no" },
	{ "hidden_text", "text.bytes=9000;text.hidden_bytes=900", "no" },
	{ "hidden_text", "?text.hidden_bytes", "unknown" },
	{ "hidden_text", "?text.bytes", "unknown" },

	{ "bulk_mail", "bulk;list.unsubscribe",
	  "headers of bulk mail, with a way to unsubscribe" },
	{ "bulk_mail", "bulk", "headers of bulk mail, without a way to unsubscribe" },
	{ "bulk_mail", "", "no" },
	{ "bulk_mail", "?bulk", "unknown" },
};

struct state {
	struct arena *arena;
	struct features features;
	struct rcpt_facts facts;
};

static struct value empty_value(enum value_type type)
{
	if (type == VALUE_BOOL)
		return VALUE_OF_BOOL(false);
	if (type == VALUE_INT)
		return VALUE_OF_INT(0);
	return type == VALUE_LIST ? value_of_list(NULL, 0) : VALUE_ABSENT;
}

static struct value *find(struct state *s, const char *name, enum value_type *type_r)
{
	for (size_t i = 0; i < FEATURE_COUNT; i++)
		if (strcmp(feature_names.rows[i].name, name) == 0) {
			*type_r = feature_names.rows[i].type;
			return &s->features.at[i];
		}
	for (size_t i = 0; i < FACT_COUNT; i++)
		if (strcmp(fact_names.rows[i].name, name) == 0) {
			*type_r = fact_names.rows[i].type;
			return &s->facts.at[i];
		}
	g_error("no such name: %s", name);
}

static struct value list_value(struct arena *a, const char *text)
{
	char **words = g_strsplit(text, ",", -1);
	size_t n = g_strv_length(words);
	const char **items = arena_new(a, const char *, n);

	for (size_t i = 0; i < n; i++)
		items[i] = arena_strdup(a, words[i]);
	g_strfreev(words);
	return value_of_list(items, n);
}

static void set_one(struct state *s, const char *word)
{
	const char *equal = strchr(word, '=');
	const char *name = word + strspn(word, "!?");
	enum value_type type;
	struct value *v = find(
		s,
		equal == NULL ? name
			      : arena_strndup(s->arena, name, (size_t)(equal - name)),
		&type);

	if (*word == '?')
		*v = VALUE_UNKNOWN;
	else if (equal == NULL)
		*v = type == VALUE_BOOL ? VALUE_OF_BOOL(*word != '!') : VALUE_ABSENT;
	else if (type == VALUE_INT)
		*v = VALUE_OF_INT(g_ascii_strtoll(equal + 1, NULL, 10));
	else if (type == VALUE_LIST)
		*v = list_value(s->arena, equal + 1);
	else
		*v = value_of_text(arena_strdup(s->arena, equal + 1));
}

static void state_of(struct state *s, const char *set)
{
	char **words = g_strsplit(set, ";", -1);

	for (size_t i = 0; i < FEATURE_COUNT; i++)
		s->features.at[i] = empty_value(feature_names.rows[i].type);
	for (size_t i = 0; i < FACT_COUNT; i++)
		s->facts.at[i] = empty_value(fact_names.rows[i].type);
	for (size_t i = 0; words[i] != NULL; i++)
		if (*words[i] != '\0')
			set_one(s, words[i]);
	g_strfreev(words);
}

static size_t detector_of(const char *name)
{
	for (size_t i = 0; i < DETECTOR_COUNT; i++)
		if (strcmp(detectors[i].name, name) == 0)
			return i;
	g_error("no such detector: %s", name);
}

static struct signal look(struct state *s, size_t d)
{
	const struct facts facts = { .rcpts = &s->facts, .n_rcpts = 1 };

	return detectors_look(s->arena, &s->features, &facts, NULL)[0].at[d];
}

static const char *told(struct signal s)
{
	if (s.answer == ANSWER_YES)
		return s.words;
	g_assert_null(s.words);
	return s.answer == ANSWER_NO ? "no" : "unknown";
}

static void check(const struct row *row, const char *got)
{
	if (strcmp(got, row->want) != 0)
		g_test_message("%s: %s", row->detector, row->set);
	g_assert_cmpstr(got, ==, row->want);
}

static void test_rows(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct state s = { .arena = arena_create() };

		state_of(&s, rows[i].set);
		check(&rows[i], told(look(&s, detector_of(rows[i].detector))));
		arena_destroy(&s.arena);
	}
}

/* A detector that reads a fact it does not declare gets it in the test, and on a real system
 * only while another one happens to need it. */
static void test_needs(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct state s = { .arena = arena_create() };
		size_t d = detector_of(rows[i].detector);

		state_of(&s, rows[i].set);
		for (size_t k = 0; k < FACT_COUNT; k++)
			if ((fact_names.rows[k].needs & ~detectors[d].needs) != 0 ||
			    detectors[d].scope == SCOPE_MESSAGE)
				s.facts.at[k] = VALUE_UNKNOWN;
		for (size_t k = 0; k < FEATURE_COUNT; k++)
			if ((detectors[d].needs & NEED_AUTH) == 0 &&
			    (feature_flags((enum feature_id)k) & FEATURE_AUTH) != 0)
				s.features.at[k] = VALUE_UNKNOWN;
		check(&rows[i], told(look(&s, d)));
		arena_destroy(&s.arena);
	}
}

static void test_each_way(void)
{
	for (size_t d = 0; d < DETECTOR_COUNT; d++) {
		unsigned yes = 0, no = 0, unknown = 0;

		for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
			if (strcmp(rows[i].detector, detectors[d].name) != 0)
				continue;
			if (strcmp(rows[i].want, "no") == 0)
				no++;
			else if (strcmp(rows[i].want, "unknown") == 0)
				unknown++;
			else
				yes++;
		}
		if (yes == 0 || no == 0 || unknown == 0)
			g_test_message("%s lacks a row", detectors[d].name);
		g_assert_true(yes > 0 && no > 0 && unknown > 0);
	}
}

/* When nothing is known, nothing is accused; when all is known and empty, nothing either. */
static void test_nothing(void)
{
	struct state s = { .arena = arena_create() };

	state_of(&s, "");
	for (size_t d = 0; d < DETECTOR_COUNT; d++)
		g_assert_cmpstr(told(look(&s, d)), ==, "no");
	for (size_t i = 0; i < FEATURE_COUNT; i++)
		s.features.at[i] = VALUE_UNKNOWN;
	for (size_t i = 0; i < FACT_COUNT; i++)
		s.facts.at[i] = VALUE_UNKNOWN;
	for (size_t d = 0; d < DETECTOR_COUNT; d++)
		g_assert_cmpstr(told(look(&s, d)), ==, "unknown");
	arena_destroy(&s.arena);
}

static void test_off(void)
{
	struct state s = { .arena = arena_create() };
	const struct facts facts = { .rcpts = &s.facts, .n_rcpts = 1 };
	bool off[DETECTOR_COUNT] = { false };
	const struct detect_setup setup = { .off = off };
	size_t bulk = detector_of("bulk_mail"), first = detector_of("first_contact");

	state_of(&s, "bulk;pair.first_contact");
	off[bulk] = true;

	const struct rcpt_signals *all =
		detectors_look(s.arena, &s.features, &facts, &setup);

	g_assert_cmpint(all[0].at[bulk].answer, ==, ANSWER_UNKNOWN);
	g_assert_cmpint(all[0].at[first].answer, ==, ANSWER_YES);
	off[first] = true;
	off[bulk] = false;
	all = detectors_look(s.arena, &s.features, &facts, &setup);
	g_assert_cmpint(all[0].at[bulk].answer, ==, ANSWER_YES);
	g_assert_cmpint(all[0].at[first].answer, ==, ANSWER_UNKNOWN);
	arena_destroy(&s.arena);
}

static void test_recipients_apart(void)
{
	struct state known = { .arena = arena_create() }, strange = known;

	state_of(&known, FROM "bulk");
	state_of(&strange, FROM "bulk;pair.first_contact");

	const struct rcpt_facts both[] = { known.facts, strange.facts };
	const struct facts facts = { .rcpts = both, .n_rcpts = 2 };
	const struct rcpt_signals *all =
		detectors_look(known.arena, &known.features, &facts, NULL);
	size_t first = detector_of("first_contact"), bulk = detector_of("bulk_mail");

	g_assert_cmpint(all[0].at[first].answer, ==, ANSWER_NO);
	g_assert_cmpint(all[1].at[first].answer, ==, ANSWER_YES);
	g_assert_cmpint(all[0].at[bulk].answer, ==, ANSWER_YES);
	g_assert_cmpint(all[1].at[bulk].answer, ==, ANSWER_YES);
	arena_destroy(&known.arena);
}

/* what a sender writes cannot fill a page, turn a line, or steer a terminal */
static void test_hostile_words(void)
{
	struct state s = { .arena = arena_create() };
	char *name = g_strnfill(5000, 'x');

	state_of(&s, JANE "person.title=a\nb\x1b[0m");
	g_assert_cmpstr(told(look(&s, detector_of("person_name_from_outside"))), ==,
			"the name of Jane Roe (a\\x0Ab\\x1B[0m), but the address "
			"x@mail.example");
	state_of(&s, RESEMBLES "");
	s.features.at[FEATURE_FROM_NAME] = value_of_text(name);
	s.features.at[FEATURE_FROM_ADDRESS] = value_of_text(name);
	g_assert_cmpuint(strlen(told(look(&s, detector_of("person_name_resembles")))), <,
			 400);
	arena_destroy(&s.arena);
	g_free(name);
}

static void test_names(void)
{
	const struct name_table *names = detector_names();

	g_assert_cmpuint(names->n, ==, DETECTOR_COUNT);
	for (size_t d = 0; d < DETECTOR_COUNT; d++) {
		const struct name_row *row = &names->rows[d];
		size_t n = strlen(row->doc);

		g_assert_cmpstr(row->name, ==, detectors[d].name);
		g_assert_cmpstr(row->doc, ==, detectors[d].title);
		g_assert_cmpuint(row->needs, ==, detectors[d].needs);
		g_assert_cmpint(row->type, ==, VALUE_BOOL);
		g_assert_cmpint(row->scope, ==, detectors[d].scope);
		g_assert_true(n > 20 && row->doc[n - 1] == '.');
		g_assert_cmpuint(strspn(row->name, "abcdefghijklmnopqrstuvwxyz_"), ==,
				 strlen(row->name));
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/detect/rows", test_rows);
	g_test_add_func("/detect/needs", test_needs);
	g_test_add_func("/detect/each-way", test_each_way);
	g_test_add_func("/detect/nothing", test_nothing);
	g_test_add_func("/detect/off", test_off);
	g_test_add_func("/detect/recipients-apart", test_recipients_apart);
	g_test_add_func("/detect/hostile-words", test_hostile_words);
	g_test_add_func("/detect/names", test_names);
	return g_test_run();
}
