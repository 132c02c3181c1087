/* The banner: where it goes, what it says, when there is none; and that a message with it is
 * the message without it and the bytes put in, over many made messages. */
#include "action/banner.h"

#include <glib.h>
#include <malloc.h>

#include "action/banner_html.h"
#include "action/banner_text.h"
#include "base/limits.h"

static const char *const two_reasons[] = {
	"Uses the name of J\xc3\xbcrgen M\xc3\xbcller, who has never written from "
	"<ceo@example.net>",
	"The link says \"https://example.org/?a=b&c=~d\" and leads elsewhere",
};

static struct bytes exact(struct arena *a, const char *text, size_t n)
{
	char *copy = g_malloc(n);

	if (n > 0)
		memcpy(copy, text, n);
	arena_defer(a, g_free, copy);
	return (struct bytes){ .at = copy, .n = n };
}

static struct message *parse(struct arena *a, const char *text, size_t n)
{
	struct message_limits limits = { .max_bytes = 1 << 25 };

	return message_parse(a, exact(a, text, n), &limits);
}

static void make_in(struct arena *a, const struct message *m, enum language l,
		    struct banner *b_r)
{
	struct banner_setup s = { .message = m,
				  .verdict = VERDICT_SUSPICIOUS,
				  .language = l,
				  .reasons = two_reasons,
				  .n_reasons = 2 };

	banner_make(a, &s, b_r);
}

static void make(struct arena *a, const struct message *m, struct banner *b_r)
{
	make_in(a, m, LANGUAGE_EN, b_r);
}

/* What the banner says of a message. */
static void says(const char *raw, const char *want)
{
	struct arena *a = arena_create();
	struct banner b;

	make(a, parse(a, raw, strlen(raw)), &b);
	if (strcmp(b.words, want) != 0)
		g_error("%s: %s, not %s", raw, b.words, want);
	g_assert_cmpint(b.done, ==, strncmp(want, "done", 4) == 0);
	arena_destroy(&a);
}

#define HEAD "From: a@example.org\nMIME-Version: 1.0\nContent-Type: "

/* seventy bytes that begin as a signature does */
#define PGP_SIGNATURE                                                            \
	"-----BEGIN PGP SIGNATURE-----\nVersion: x\n\n"                          \
	"iHUEABYKAB0WIQTAAAAAAAAAAAAAAAAAAAAAAAAAAAUCZwAAAAAKCRAAAAAAAAAAAAAA\n" \
	"AP9AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n-----END PGP SIGNATURE-----\n"
#define CMS_SIGNATURE                                                                \
	"MIIB8AYJKoZIhvcNAQcCoIIB4TCCAd0CAQExDTALBglghkgBZQMEAgEwCwYJKoZIhvcNAQcB\n" \
	"MYIBujCCAbYCAQEwSTBBAAAAAAAAAAAAAAAAAAAAAAAA\n"
#define SIGNED(type, encoding, signature)                                   \
	HEAD "multipart/signed; protocol=\"" type                           \
	     "\"; boundary=b\n\n--b\n\nhello\n--b\n"                        \
	     "Content-Type: " type "\nContent-Transfer-Encoding: " encoding \
	     "\n\n" signature "\n--b--\n"

/* RFC 1847: "the body part ... MUST be treated as opaque". But only a signature is one, and
 * only over all of the message. */
static void spares_signatures(void)
{
	says(SIGNED("application/pgp-signature", "7bit", PGP_SIGNATURE),
	     "not done: the message is signed");
	says(SIGNED("application/pkcs7-signature", "base64", CMS_SIGNATURE),
	     "not done: the message is signed");
	says(SIGNED("application/x-pkcs7-signature", "base64", CMS_SIGNATURE),
	     "not done: the message is signed");
	says(SIGNED("application/pgp-signature", "7bit", "none\n"), "done (text)");
	says(SIGNED("application/pgp-signature", "7bit",
		    "-----BEGIN PGP SIGNATURE-----\n\n-----END PGP SIGNATURE-----\n"),
	     "done (text)");
	says(SIGNED("application/pgp-signature", "base64", CMS_SIGNATURE), "done (text)");
	says(SIGNED("application/pkcs7-signature", "7bit", PGP_SIGNATURE), "done (text)");
	says(SIGNED("application/pkcs7-signature", "base64", ""), "done (text)");
	says(SIGNED("image/png", "base64", CMS_SIGNATURE), "done (text)");
	/* a third part, a part alone, and a signature around less than all */
	says(SIGNED("application/pgp-signature", "7bit", PGP_SIGNATURE "\n--b\n\nmore\n"),
	     "done (text)");
	says(HEAD "multipart/signed; boundary=b\n\n--b\n\nhello\n--b--\n", "done (text)");
	says(HEAD "multipart/mixed; boundary=m\n\n--m\n\nhello\n--m\n"
		  "Content-Type: multipart/signed; boundary=b\n\n--b\n\nhello\n--b\n"
		  "Content-Type: application/pgp-signature\n\n" PGP_SIGNATURE
		  "\n--b--\n\n--m--\n",
	     "done (text)");
	/* signed or encrypted within a text: the banner stands outside of it */
	says(HEAD "text/plain\n\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: "
		  "SHA256\n\nhi\n" PGP_SIGNATURE,
	     "done (text)");
	says(HEAD "text/plain\n\nhello\n-----BEGIN PGP MESSAGE-----\n", "done (text)");
	says(HEAD "multipart/mixed; boundary=b\n\n--b\n\nhello\n--b\n"
		  "Content-Type: application/pkcs7-mime\n\n\n--b--\n",
	     "done (text)");
}

static void says_why_not(void)
{
	says("From: a@example.org\n\nhello\n", "done (text)");
	says("From: a@example.org\n\n", "done (text)");
	says(HEAD "text/html\n\n<p>hello\n", "done (HTML)");
	says(HEAD
	     "multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=b\n\n"
	     "--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b\n"
	     "Content-Type: application/octet-stream\n\nx\n--b--\n",
	     "not done: the message is encrypted");
	says(HEAD "application/pkcs7-mime; smime-type=enveloped-data\n\nx\n",
	     "not done: the message is encrypted");
	says(HEAD "application/pkcs7-mime; smime-type=signed-data\n\nx\n",
	     "not done: the message is signed");
	/* RFC 6522 3: the first part is for people, programs read the second one */
	says(HEAD
	     "multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nhello\n"
	     "--b\nContent-Type: message/delivery-status\n\nAction: failed\n--b--\n",
	     "done (text)");
	/* RFC 5546: a calendar program shows its own text */
	says(HEAD
	     "multipart/alternative; boundary=b\n\n--b\n\nhello\n--b\n"
	     "Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\n--b--\n",
	     "done (text); not in the calendar");
	says(HEAD "text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\n",
	     "not done: there is no text part");
	says(HEAD "multipart/alternative; boundary=b\n\n--b\n\nhello\n--b\n"
		  "Content-Type: text/x-amp-html\n\n<html amp4email>\n--b--\n",
	     "done (text); not in texts of other kinds");
	says(HEAD "image/png\nContent-Transfer-Encoding: base64\n\nAAAA\n",
	     "not done: there is no text part");
	says(HEAD "multipart/mixed\n\nno boundary\n", "not done: its place is unclear");
	says(HEAD "text/plain; charset=utf-16\nContent-Transfer-Encoding: "
		  "base64\n\nAGgAaQ==\n",
	     "not done: charset without ASCII");
	says(HEAD "text/plain; charset=us-ascii\nContent-Transfer-Encoding: base64\n\n"
		  "/v8AaABp\n",
	     "not done: charset without ASCII");
	says(HEAD "text/plain; charset=UTF-7\n\n+AOQ-\n",
	     "not done: charset without ASCII");
	says(HEAD "text/plain; charset=IBM037\n\n\x88\x89\n",
	     "not done: charset without ASCII");
	says(HEAD "text/plain; charset=no-such-charset\n\nhello\n", "done (text)");
	says(HEAD "text/plain; charset=iso-2022-jp\n\n\x1b$B$3\x1b(B\n", "done (text)");
	says(HEAD "text/plain\nContent-Transfer-Encoding: x-uuencode\n\nbegin 644 x\n",
	     "not done: unknown encoding");
	/* attachments and messages within are not ours to mark */
	says(HEAD "multipart/mixed; boundary=b\n\n--b\nContent-Disposition: attachment;\n"
		  " filename=x.txt\n\nhello\n--b\nContent-Type: message/rfc822\n\n"
		  "From: b@example.org\n\nhi\n--b--\n",
	     "not done: there is no text part");
	says(HEAD "multipart/alternative; boundary=b\n\n--b\n\nhello\n--b\n"
		  "Content-Type: text/html\n\n<p>hello\n--b--\n",
	     "done (text, HTML)");
	says(HEAD "multipart/alternative; boundary=b\n\n--b\n\nhello\n--b\n"
		  "Content-Type: text/html; charset=utf-16\n\nxx\n--b--\n",
	     "done (text); HTML not done: charset without ASCII");
	says(HEAD "multipart/alternative; boundary=b\n\n--b\n"
		  "Content-Transfer-Encoding: x-uuencode\n\nhello\n--b\n"
		  "Content-Type: text/html\n\n<p>\n--b--\n",
	     "done (HTML); text not done: unknown encoding");
}

/* How many texts get a banner, and is that enough for all readers? */
static void goes_into_what_may_be_first(void)
{
	static const struct {
		const char *type,
			*parts; /* t text, h HTML, p picture, between boundaries */
		size_t want;
		bool sure;
	} rows[] = {
		{ "alternative", "th", 2, true },
		{ "alternative", "hh", 2, true },
		{ "alternative", "tthh", 4, true },
		{ "related", "hh", 2, true },
		{ "related", "th", 2, true },
		{ "mixed", "th", 2, true },
		{ "mixed", "tt", 1, true },
		{ "mixed", "htht", 2, true },
		{ "mixed", "ptp", 1, true },
		{ "x-unknown", "ht", 2, true },
		{ "alternative", "thhhhhhh", 8, true },
		{ "alternative", "thhhhhhhh", 8, false },
		{ "mixed", "thhhhhhhhhhhh", 2, true },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct arena *a = arena_create();
		GString *raw = g_string_new(NULL);
		struct banner b;
		struct bytes new;

		g_string_append_printf(raw, HEAD "multipart/%s; boundary=b\n\n",
				       rows[i].type);
		for (const char *p = rows[i].parts; *p != '\0'; p++)
			g_string_append_printf(raw, "--b\nContent-Type: %s\n\n<p>x\n",
					       *p == 't'   ? "text/plain"
					       : *p == 'h' ? "text/html"
							   : "image/png");
		g_string_append(raw, "--b--\n");
		make(a, parse(a, raw->str, raw->len), &b);
		g_test_message("%s %s: %s", rows[i].type, rows[i].parts, b.words);
		g_assert_cmpuint(b.n, ==, rows[i].want);
		g_assert_cmpint(b.sure, ==, rows[i].sure);
		new = banner_apply(a, 0, &b);
		g_assert_true(bytes_equal(banner_strip(a, parse(a, new.at, new.n))->raw,
					  (struct bytes){ raw->str, raw->len }));
		g_string_free(raw, TRUE);
		arena_destroy(&a);
	}
}

static void leaves_what_it_did_not_see(void)
{
	static const char raw[] = "From: a@example.org\n\nhello\n";
	struct arena *a = arena_create();
	struct message_limits limits = { .max_bytes = 20 };
	struct message *m = message_parse(a, exact(a, raw, strlen(raw)), &limits);
	struct banner b;

	make(a, m, &b);
	g_assert_cmpstr(b.words, ==, "not done: not all of the message was read");
	g_assert_false(b.done);
	/* a header that nothing ends: what we put in would be a header */
	make(a, parse(a, raw, 20), &b);
	g_assert_cmpstr(b.words, ==, "not done: there is no body");
	g_assert_false(b.done);
	arena_destroy(&a);
}

/* A part with impossible offsets, as no parser should give, is left alone. */
static void survives_wrong_offsets(void)
{
	static const size_t wrong[][2] = { { 9, 5 }, { 0, 5 }, { 8, 5000 }, { 7, 9 } };

	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		struct arena *a = arena_create();
		struct message *m = parse(a, "From: a\n\nhello\n", 15);
		struct part p = m->parts[0];
		struct banner b;

		p.start = wrong[i][0];
		p.end = wrong[i][1];
		m->parts = &p;
		m->n_parts = 1;
		make(a, m, &b);
		g_assert_cmpstr(b.words, ==, "not done: its place is unclear");
		arena_destroy(&a);
	}
}

static const char text_golden[] =
	"----------[ wonted ]----------------------------------------------------\r\n"
	"CAUTION: This message may not be what it claims to be.\r\n"
	"- Uses the name of Jurgen Muller, who has never written from\r\n"
	"  <ceo[@]example[.]net>\r\n"
	"- The link says \"https[:]//example[.]org/?a=b&c=~d\" and leads elsewhere\r\n"
	"Before you answer, pay or open anything, ask the sender in another way.\r\n"
	"----------[ /wonted ]--------------------------------------------------\r\n"
	"\r\n";

static void reads_well(void)
{
	static const char raw[] = "From: a@example.org\r\n\r\nhello\r\n";
	struct arena *a = arena_create();
	struct banner b;

	make(a, parse(a, raw, strlen(raw)), &b);
	g_assert_cmpuint(b.n, ==, 1);
	g_assert_cmpuint(b.splices[0].at, ==, strlen(raw) - 7);
	g_assert_cmpstr(arena_strndup(a, b.splices[0].insert.at, b.splices[0].insert.n),
			==, text_golden);
	arena_destroy(&a);
}

/* Letters that plain text has no place for: without accents there, as entities in HTML. */
static void reads_well_elsewhere(void)
{
	static const char raw[] =
		HEAD "multipart/alternative; boundary=b\n\n--b\n"
		     "Content-Type: text/plain; charset=iso-8859-15\n\nx\n--b\n"
		     "Content-Type: text/html; charset=koi8-r\n\n<p>\n--b--\n";
	struct arena *a = arena_create();
	struct bytes new;
	struct banner b;
	struct message *m;
	const char *text;

	make_in(a, parse(a, raw, strlen(raw)), LANGUAGE_FR, &b);
	g_assert_cmpstr(b.words, ==, "done (text, HTML)");
	text = arena_strndup(a, b.splices[0].insert.at, b.splices[0].insert.n);
	g_assert_nonnull(strstr(text,
				"\nATTENTION : ce message n'est peut-etre pas ce qu'il "
				"pretend etre.\n"));
	g_assert_nonnull(strstr(text, "\nAvant de repondre, "));
	text = arena_strndup(a, b.splices[1].insert.at, b.splices[1].insert.n);
	g_assert_nonnull(strstr(text, "n&#39;est peut-&#234;tre pas"));
	new = banner_apply(a, 0, &b);
	m = parse(a, new.at, new.n);
	g_assert_nonnull(strstr(m->html_text, "n'est peut-\xc3\xaatre pas"));
	g_assert_true(bytes_equal(banner_strip(a, m)->raw, bytes_of(raw)));
	arena_destroy(&a);
}

/* HTML: no byte outside ASCII, no markup from a reason, nothing remote */
static void opens_no_tag(void)
{
	static const char *const evil[] = {
		"<script>x</script>--><img src=http://x>\"'&amp;",
		"\xd0\x9f\xd1\x91\xd1\x82\xd1\x80 \xf0\x9f\x98\x80",
		"call +1 202 555 0100 or http://help.evil.example",
	};
	static const char raw[] = HEAD "text/html\n\n<html><body>hello\n";
	struct arena *a = arena_create();
	struct banner_setup s = { .message = parse(a, raw, strlen(raw)),
				  .verdict = VERDICT_MALICIOUS,
				  .reasons = evil,
				  .n_reasons = 3 };
	struct banner b;
	const char *text;

	banner_make(a, &s, &b);
	text = arena_strndup(a, b.splices[0].insert.at, b.splices[0].insert.n);
	g_assert_true(g_str_is_ascii(text));
	g_assert_null(strstr(text, "<script"));
	g_assert_null(strstr(text, "<img"));
	g_assert_nonnull(strstr(text, "&#60;"));
	g_assert_nonnull(strstr(text, "&#1055;&#1105;&#1090;&#1088; &#128512;"));
	g_assert_null(strstr(text, "src="));
	g_assert_null(strstr(text, "http://"));
	g_assert_null(strstr(text, "help.evil"));
	g_assert_null(strstr(text, "0100"));
	g_assert_nonnull(strstr(text, "help.&#8204;evil.&#8204;example"));
	g_assert_true(g_str_has_prefix(text, "\n<!--wonted:banner-->\n<div "));
	g_assert_true(g_str_has_suffix(text, "-->"));
	arena_destroy(&a);
}

/* At most three reasons, each cut; lines of plain text that no encoding has to fold */
static void stays_short(void)
{
	char *longest = g_strnfill(5000, 'x');
	const char *reasons[10] = { longest, longest, longest, longest, longest,
				    longest, longest, longest, longest, longest };
	static const char raw[] =
		HEAD "multipart/alternative; boundary=b\n\n--b\n\nx\n--b\n"
		     "Content-Type: text/html\n\n<p>\n--b--\n";
	struct arena *a = arena_create();
	struct banner_setup s = { .message = parse(a, raw, strlen(raw)),
				  .verdict = VERDICT_SPAM,
				  .reasons = reasons,
				  .n_reasons = 10 };
	struct banner b;

	banner_make(a, &s, &b);
	g_assert_cmpuint(b.n, ==, 2);
	for (size_t i = 0; i < b.n; i++) {
		struct bytes text = b.splices[i].insert;
		size_t column = 0;

		g_assert_cmpuint(text.n, <, 4096);
		for (size_t k = 0; k < text.n; k++) {
			column = text.at[k] == '\n' ? 0 : column + 1;
			g_assert_cmpuint(column, <, 300);
		}
	}
	g_free(longest);
	arena_destroy(&a);
}

static struct bytes bannered(struct arena *a, const struct message *m,
			     const char **words_r)
{
	struct banner b;

	make(a, m, &b);
	*words_r = b.words;
	return banner_apply(a, 0, &b);
}

static size_t count(const char *text, const char *word)
{
	size_t n = 0;

	while ((text = strstr(text, word)) != NULL) {
		text++;
		n++;
	}
	return n;
}

/* One banner, whatever the line ends became on the way, and whatever the older one said. */
static void goes_in_once(void)
{
	static const char raw[] =
		HEAD "multipart/alternative; boundary=b\n\n--b\n\nx\n--b\n"
		     "Content-Type: text/html\n\n<p>\n--b--\n";
	struct arena *a = arena_create();
	const char *words;
	struct bytes once = bannered(a, parse(a, raw, strlen(raw)), &words), again;
	GString *crlf = g_string_new_len(once.at, (gssize)once.n);
	struct banner_setup s = { .verdict = VERDICT_MALICIOUS };
	struct banner b;

	again = bannered(a, parse(a, once.at, once.n), &words);
	g_assert_true(bytes_equal(once, again));
	g_string_replace(crlf, "\n", "\r\n", 0);
	again = bannered(a, parse(a, crlf->str, crlf->len), &words);
	g_assert_cmpuint(count(arena_strndup(a, again.at, again.n), "CAUTION"), ==, 2);
	s.message = parse(a, once.at, once.n);
	banner_make(a, &s, &b);
	again = banner_apply(a, 0, &b);
	g_assert_null(strstr(arena_strndup(a, again.at, again.n), "CAUTION"));
	g_string_free(crlf, TRUE);
	arena_destroy(&a);
}

/* What a sender brings that looks like ours goes, however it is written; the text around it
 * stays, and ours is there. */
static void takes_copies_out(void)
{
	static const char *const rows[] = {
		"text/plain\n\nabove\n----------[ wonted ]-----\nAll is well.\n"
		"---[ /wonted ]---\n\nbelow\n",
		"text/plain\n\nabove\n=== Wonted ===\nAll is well.\n** / WONTED "
		"**\nbelow\n",
		"text/plain\nContent-Transfer-Encoding: "
		"quoted-printable\n\nabove=0A---=5B "
		"won=\nted ]---=0AAll is well.=0A---[ /wonted ]---=0A=0Abelow\n",
		/* "above\n---[ wonted ]---\nAll is well.\n---[ /wonted ]---\nbelow" */
		"text/plain\nContent-Transfer-Encoding: base64\n\n"
		"YWJvdmUKLS0tWyB3b250ZWQgXS0tLQpBbGwgaXMgd2VsbC4KLS0t\n"
		"WyAvd29udGVkIF0tLS0KYmVsb3c=\n",
		"text/html\n\n<p>above<!--wonted:banner--><b>All is well.</b>"
		"<!--/wonted:banner --><p>below",
		"text/html\nContent-Transfer-Encoding: base64\n\n"
		"PHA+"
		"YWJvdmU8IS0td29udGVkOmJhbm5lci0tPjxiPkFsbCBpcyB3ZWxsLjwvYj48IS0tL3dv\n"
		"bnRlZDpiYW5uZXItLT48cD5iZWxvdw==\n",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct arena *a = arena_create();
		const char *raw = arena_printf(a, HEAD "%s", rows[i]), *words;
		struct bytes new = bannered(a, parse(a, raw, strlen(raw)), &words);
		struct message *m = parse(a, new.at, new.n);

		g_test_message("%s -> %s", rows[i], m->text);
		g_assert_true(g_str_has_prefix(words, "done ("));
		g_assert_null(strstr(m->text, "All is well"));
		g_assert_nonnull(strstr(m->text, "CAUTION"));
		g_assert_cmpuint(m->malformed & MALFORMED_ENCODING, ==, 0);
		g_assert_nonnull(strstr(strstr(m->text, "above"), "below"));
		arena_destroy(&a);
	}
}

/* A copy without an end: only its mark goes, what follows is a text like any other, and ours
 * stands above it. */
static void stands_above_halves(void)
{
	static const char *const rows[] = {
		"text/plain\n\n--------[ wonted ]-----\nAll is well.\n\nbelow\n",
		"text/html\n\n<body><!--wonted:banner--><table>All is well.</table>below",
		"text/html\n\n<!-- wonted:banner --><!--wonted:banner-->All is well. "
		"below",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct arena *a = arena_create();
		const char *raw = arena_printf(a, HEAD "%s", rows[i]), *words;
		struct bytes new = bannered(a, parse(a, raw, strlen(raw)), &words);
		const char *text = parse(a, new.at, new.n)->text;
		const char *above = strstr(text, "CAUTION");

		g_assert_nonnull(above);
		g_assert_nonnull(strstr(strstr(above, "All is well"), "below"));
		arena_destroy(&a);
	}
}

/* Words about us, and what was quoted, are no banner. */
static void leaves_talk_alone(void)
{
	static const char *const rows[] = {
		"From: a\n\nhello\n",
		"From: a\n\n* Wonted *\nhello\n",
		"From: a\n\n---[ unwonted ]---\nhello\n",
		"From: a\n\n---[ wonted 2 ]---\nhello\n",
		HEAD "text/html\n\n<p title=\"wonted:banner\">wonted:banner -->\n",
		HEAD "image/png\n\n<!--wonted:banner-->",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct arena *a = arena_create();
		struct message *m = parse(a, rows[i], strlen(rows[i]));

		g_assert_true(banner_strip(a, m) == m);
		arena_destroy(&a);
	}
}

/* No more than a bounded number of looks, whatever a sender repeats. */
static void strips_in_linear_time(void)
{
	static const char *const pieces[] = { "wonted:banner", "<!--wonted:banner-->",
					      "-----[ wonted ]\n", "<!--wonted:banner",
					      "-----\n" };

	for (size_t i = 0; i < G_N_ELEMENTS(pieces) * 2; i++) {
		struct arena *a = arena_create();
		GString *raw = g_string_new(i & 1 ? HEAD "text/html\n\n" : "From: a\n\n");
		struct banner b;

		while (raw->len < 1000 * 1000)
			g_string_append(raw, pieces[i / 2]);
		make(a, parse(a, raw->str, raw->len), &b);
		g_assert_true(b.done);
		g_string_free(raw, TRUE);
		arena_destroy(&a);
	}
}

/* what malloc() has given; 0 under sanitizers, which have an allocator of their own */
static size_t bytes_in_use(void)
{
	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
}

/* Many copies in many parts: of the messages in between none is kept. */
static void keeps_the_last_message_only(void)
{
	enum { PARTS = 8, COPIES = 8 };

	struct arena *a = arena_create();
	GString *raw = g_string_new(HEAD "multipart/alternative; boundary=b\n\n");

	for (int i = 0; i < PARTS; i++) {
		g_string_append(raw, "--b\nContent-Type: text/html\n\n");
		for (int k = 0; k < COPIES; k++)
			g_string_append(raw, "<!--wonted:banner-->All is well."
					     "<!--/wonted:banner-->");
		g_string_append(raw, "<p>below\n");
	}
	g_string_append(raw, "--b\nContent-Type: image/png\n\n");
	for (int i = 0; i < 10 * 1000; i++)
		g_string_append(raw,
				"a picture of which there are many bytes, in lines\n");
	g_string_append(raw, "--b--\n");
	const struct message *m = parse(a, raw->str, raw->len);
	size_t before = bytes_in_use();
	struct bytes left = banner_strip(a, m)->raw;

	g_assert_cmpuint(left.n, <, raw->len);
	g_assert_null(g_strstr_len(left.at, (gssize)left.n, "All is well"));
	g_assert_cmpuint(bytes_in_use(), <, before + 2 * raw->len);
	g_string_free(raw, TRUE);
	arena_destroy(&a);
}

/* However long a head is, the banner lies in what is looked at when it is taken out. */
static void comes_out_of_a_long_head(void)
{
	static const char *const pieces[] = { "</div>", "<!-- x -->", "<base href=\"x\">",
					      "<style>.a{}</style>" };

	for (size_t i = 0; i < G_N_ELEMENTS(pieces); i++) {
		struct arena *a = arena_create();
		GString *raw = g_string_new(HEAD "text/html\n\n");
		struct banner b;
		struct bytes new;

		while (raw->len < 300 * 1000)
			g_string_append(raw, pieces[i]);
		make(a, parse(a, raw->str, raw->len), &b);
		g_assert_true(b.done);
		new = banner_apply(a, 0, &b);
		g_assert_true(bytes_equal(banner_strip(a, parse(a, new.at, new.n))->raw,
					  (struct bytes){ raw->str, raw->len }));
		g_string_free(raw, TRUE);
		arena_destroy(&a);
	}
}

/* In ISO-2022-JP two letters may look like "<b": only between shifts to ASCII is a tag. */
static void sees_no_tag_in_kanji(void)
{
	static const char raw[] =
		HEAD "text/html; charset=iso-2022-jp\n\n"
		     "<html><title>\x1b$B<body>\x1b(B</title><body>\x1b$B!!\x1b(B";
	struct arena *a = arena_create();
	struct banner b;

	make(a, parse(a, raw, strlen(raw)), &b);
	g_assert_cmpuint(b.n, ==, 1);
	g_assert_cmpuint(b.splices[0].at, ==,
			 (size_t)(strstr(raw, "</title><body>") + 14 - raw));
	arena_destroy(&a);
}

/* --- made messages --- */

static const char *const charsets[] = { NULL,           "us-ascii",    "utf-8",
					"iso-8859-1",   "shift_jis",   "gb2312",
					"big5",         "euc-kr",      "iso-2022-jp",
					"windows-1251", "unknown-8bit" };
static const char *const documents[] = {
	"<html><head><title>t</title></head><body bgcolor=\"#fff\">",
	"<!DOCTYPE html>\n<html>\n<head>\n<style>p > a { x: y "
	"}</style>\n</head>\n<body>\n",
	"<p>",
	"",
	"<html><!-- <body> --><table><tr><td>",
	"\xef\xbb\xbf<html><body>",
	"\xef\xbb\xbfplain",
};

static void random_body(GRand *r, GString *out, const char *eol)
{
	for (int n = g_rand_int_range(r, 0, 300); n > 0; n--) {
		int c = g_rand_int_range(r, 0, 40);

		if (c == 0)
			g_string_append(out, eol);
		else if (c == 1)
			g_string_append_c(out, (char)g_rand_int_range(r, 0xa1, 0xf0));
		else
			g_string_append_c(out, (char)g_rand_int_range(r, 32, 127));
	}
}

static void append_coded(GRand *r, GString *out, const GString *text,
			 const char *encoding, const char *eol)
{
	size_t width = (size_t)g_rand_int_range(r, 4, 77), column = 0;
	char *chars = g_base64_encode((const guchar *)text->str, text->len);

	if (strcmp(encoding, "base64") == 0) {
		for (size_t i = 0; chars[i] != '\0'; i++) {
			g_string_append_c(out, chars[i]);
			if (++column % width == 0)
				g_string_append(out, eol);
		}
	} else if (strcmp(encoding, "quoted-printable") == 0) {
		for (size_t i = 0; i < text->len; i++) {
			char c = text->str[i];

			if (c == '=' || c == ' ' || (c & 0x80))
				g_string_append_printf(out, "=%02X", (unsigned char)c);
			else
				g_string_append_c(out, c);
			column = c == '\n' ? 0 : column + 1;
			if (column > 20 && c != '\r') {
				g_string_append_printf(out, "=%s", eol);
				column = 0;
			}
		}
	} else {
		g_string_append_len(out, text->str, (gssize)text->len);
	}
	g_free(chars);
}

static void append_part(GRand *r, GString *out, const char *eol, bool html)
{
	static const char *const encodings[] = { "7bit", "8bit", "quoted-printable",
						 "base64" };
	const char *encoding = encodings[g_rand_int_range(r, 0, 4)];
	const char *charset = charsets[g_rand_int_range(r, 0, G_N_ELEMENTS(charsets))];
	GString *text = g_string_new(NULL);

	if (html)
		g_string_append(
			text, documents[g_rand_int_range(r, 0, G_N_ELEMENTS(documents))]);
	random_body(r, text, eol);
	g_string_append_printf(out, "Content-Type: text/%s", html ? "html" : "plain");
	if (charset != NULL)
		g_string_append_printf(out, "; charset=%s", charset);
	g_string_append_printf(out, "%sContent-Transfer-Encoding: %s%s%s", eol, encoding,
			       eol, eol);
	append_coded(r, out, text, encoding, eol);
	g_string_free(text, TRUE);
}

static GString *random_message(GRand *r)
{
	const char *eol = g_rand_boolean(r) ? "\n" : "\r\n";
	GString *out = g_string_new(NULL);
	int kind = g_rand_int_range(r, 0, 5);

	g_string_append_printf(out, "From: a@example.org%sMIME-Version: 1.0%s", eol, eol);
	if (kind < 2) {
		append_part(r, out, eol, kind == 1);
		return out;
	}
	g_string_append_printf(out, "Content-Type: multipart/%s; boundary=b%s%s",
			       kind == 2 ? "alternative" : "mixed", eol, eol);
	if (g_rand_boolean(r))
		g_string_append_printf(out, "preamble%s", eol);
	for (int i = 0; i < 2; i++) {
		g_string_append_printf(out, "--b%s", eol);
		append_part(r, out, eol, i == 1);
		g_string_append(out, eol);
	}
	if (kind == 3)
		g_string_append_printf(out,
				       "--b%sContent-Type: application/pdf; name=a.pdf%s"
				       "Content-Transfer-Encoding: base64%s%sJVBERi0=%s",
				       eol, eol, eol, eol, eol);
	if (kind != 4)
		g_string_append_printf(out, "--b--%s", eol);
	return out;
}

/* The old message is the new one without the bytes put in. */
static void assert_only_inserted(struct bytes old, struct bytes new,
				 const struct banner *b)
{
	size_t at = 0, skipped = 0;

	for (size_t i = 0; i < b->n; i++) {
		const struct splice *s = &b->splices[i];

		g_assert_cmpuint(s->at, >=, at);
		g_assert_cmpint(memcmp(old.at + at, new.at + at + skipped, s->at - at),
				==, 0);
		g_assert_cmpint(
			memcmp(s->insert.at, new.at + s->at + skipped, s->insert.n), ==,
			0);
		skipped += s->insert.n;
		at = s->at;
	}
	g_assert_cmpuint(old.n + skipped, ==, new.n);
	g_assert_cmpint(memcmp(old.at + at, new.at + at + skipped, old.n - at), ==, 0);
}

static void assert_same_shape(const struct message *old, const struct message *new)
{
	g_assert_cmpuint(old->n_parts, ==, new->n_parts);
	for (size_t i = 0; i < old->n_parts; i++) {
		g_assert_cmpint(old->parts[i].kind, ==, new->parts[i].kind);
		g_assert_cmpint(old->parts[i].encoding, ==, new->parts[i].encoding);
	}
	g_assert_true(g_str_has_suffix(new->plain_text, old->plain_text));
	/* an unknown charset is noticed only where there is text */
	g_assert_cmpuint(old->malformed | MALFORMED_CHARSET, ==,
			 new->malformed | MALFORMED_CHARSET);
}

static void keeps_every_byte(void)
{
	GRand *r = g_rand_new_with_seed(20260818);

	for (int i = 0; i < 6000; i++) {
		struct arena *a = arena_create();
		GString *text = random_message(r);
		struct message *m = parse(a, text->str, text->len), *new_m;
		enum language l = (enum language)(i % LANGUAGE_COUNT);
		struct banner b;
		struct bytes new, back;

		make_in(a, m, l, &b);
		new = banner_apply(a, 0, &b);
		assert_only_inserted(m->raw, new, &b);
		if (b.done) {
			new_m = parse(a, new.at, new.n);
			assert_same_shape(m, new_m);
			back = banner_strip(a, new_m)->raw;
			g_assert_true(bytes_equal(back, m->raw));
			make_in(a, new_m, l, &b);
			g_assert_true(bytes_equal(b.raw, m->raw));
			g_assert_true(bytes_equal(banner_apply(a, 0, &b), new));
			make_in(a, m, l, &b);
		}
		back = banner_apply(a, m->body_at, &b);
		g_assert_true(b.done || back.n == m->raw.n - m->body_at);
		g_string_free(text, TRUE);
		arena_destroy(&a);
	}
	g_rand_free(r);
}

/* RFC 2046 5.1.1: the line end before a boundary belongs to it. An empty part shares its
 * empty line with it, and the boundary must stay one. */
static void fills_empty_parts(void)
{
	static const char *const encodings[] = { "7bit", "8bit", "quoted-printable",
						 "base64" };

	for (size_t i = 0; i < 16; i++) {
		struct arena *a = arena_create();
		const char *eol = i & 8 ? "\n" : "\r\n";
		const char *raw =
			arena_printf(a,
				     "Content-Type: multipart/mixed; "
				     "boundary=b%s%s--b%sContent-Type: text/%s%s"
				     "Content-Transfer-Encoding: "
				     "%s%s%s--b%sContent-Type: image/png%s%sx%s--b--",
				     eol, eol, eol, i & 4 ? "html" : "plain", eol,
				     encodings[i % 4], eol, eol, eol, eol, eol, eol);
		struct message *m = parse(a, raw, strlen(raw)), *new_m;
		struct banner b;
		struct bytes new;

		make(a, m, &b);
		g_assert_true(b.done);
		new = banner_apply(a, 0, &b);
		new_m = parse(a, new.at, new.n);
		assert_same_shape(m, new_m);
		g_assert_cmpuint(new_m->n_parts, ==, 3);
		g_assert_nonnull(strstr(new_m->text, "CAUTION"));
		g_assert_true(bytes_equal(banner_strip(a, new_m)->raw, m->raw));
		arena_destroy(&a);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	message_library_init();
	g_test_add_func("/banner/says-why-not", says_why_not);
	g_test_add_func("/banner/spares-signatures", spares_signatures);
	g_test_add_func("/banner/goes-into-what-may-be-first",
			goes_into_what_may_be_first);
	g_test_add_func("/banner/leaves-what-it-did-not-see", leaves_what_it_did_not_see);
	g_test_add_func("/banner/survives-wrong-offsets", survives_wrong_offsets);
	g_test_add_func("/banner/reads-well", reads_well);
	g_test_add_func("/banner/reads-well-elsewhere", reads_well_elsewhere);
	g_test_add_func("/banner/opens-no-tag", opens_no_tag);
	g_test_add_func("/banner/stays-short", stays_short);
	g_test_add_func("/banner/goes-in-once", goes_in_once);
	g_test_add_func("/banner/sees-no-tag-in-kanji", sees_no_tag_in_kanji);
	g_test_add_func("/banner/keeps-every-byte", keeps_every_byte);
	g_test_add_func("/banner/fills-empty-parts", fills_empty_parts);
	g_test_add_func("/banner/takes-copies-out", takes_copies_out);
	g_test_add_func("/banner/stands-above-halves", stands_above_halves);
	g_test_add_func("/banner/leaves-talk-alone", leaves_talk_alone);
	g_test_add_func("/banner/strips-in-linear-time", strips_in_linear_time);
	g_test_add_func("/banner/keeps-the-last-message-only",
			keeps_the_last_message_only);
	g_test_add_func("/banner/comes-out-of-a-long-head", comes_out_of_a_long_head);
	return g_test_run();
}
