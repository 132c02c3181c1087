/* How the message model reads messages that others wrote down with their readings: 107
 * messages as LF and as CRLF, and lists of addresses, dates, ids and unstructured fields.
 * Every disagreement is named below with its cause; one that is not named fails, and so does
 * a named one that is gone. */
#include <glib.h>
#include <jansson.h>
#include <string.h>

#include "base/limits.h"
#include "message/address.h"
#include "message/charset.h"
#include "message/content.h"
#include "message/headers.h"
#include "message/message.h"
#include "message/mime.h"

#include "10-unit/message/sane.h"

static const struct {
	const char *file; /* a pattern */
	const char *what;
	const char *cause;
} known[] = {
	{ "eml/rfc/000*", "texts", "bad base64 in audio and image parts is no text" },
	{ "eml/rfc/001*", "from", "a From without a domain keeps its word" },
	{ "eml/rfc/004*", "from", "a From without a domain keeps its word" },
	{ "eml/rfc/008*", "places", "RFC 2046 5.2.1: message/rfc822 is never base64" },
	{ "eml/rfc/008*", "texts", "RFC 2046 5.2.1: message/rfc822 is never base64" },
	{ "eml/malformed/000*", "places",
	  "a boundary right after a header: empty parts" },
	{ "eml/malformed/001*", "places", "an inner boundary means nothing outside" },
	{ "eml/malformed/001*", "texts", "an inner boundary means nothing outside" },
	{ "eml/malformed/004*", "places", "boundaries nobody declared: read as text" },
	{ "eml/malformed/004*", "texts", "boundaries nobody declared: read as text" },
	{ "eml/malformed/007*", "places", "a boundary inside of a header is none" },
	{ "eml/malformed/007*", "texts", "a boundary inside of a header is none" },
	{ "eml/malformed/009*", "places", "an outer boundary ends what is inside" },
	{ "eml/malformed/009*", "texts", "an outer boundary ends what is inside" },
	{ "eml/malformed/011*", "places", "an outer boundary ends what is inside" },
	{ "eml/malformed/011*", "texts", "an outer boundary ends what is inside" },
	{ "eml/malformed/012*", "places", "an outer boundary ends what is inside" },
	{ "eml/malformed/012*", "texts", "an outer boundary ends what is inside" },
	{ "eml/malformed/016*", "places", "an outer boundary ends what is inside" },
	{ "eml/malformed/016*", "texts", "an outer boundary ends what is inside" },
	{ "eml/malformed/019*", "date", "of two broken Date fields the first counts" },
	{ "eml/malformed/022*", "places", "a message without header is one with a body" },
	{ "eml/malformed/022*", "texts", "a message without header is one with a body" },
	{ "eml/thirdparty/000*", "texts", "NUL becomes U+FFFD; JSON in C ends there" },
	{ "eml/thirdparty/002*", "texts", "bad base64: what decodes is shown" },
	{ "eml/thirdparty/005*", "places", "a boundary starts a line or is none" },
	{ "eml/thirdparty/005*", "texts", "a boundary starts a line or is none" },
	{ "eml/legacy/010*", "subject", "raw 8-bit is read as windows-1252" },
	{ "eml/legacy/020*", "subject", "raw 8-bit is read as windows-1252" },
	{ "eml/legacy/022*", "subject", "raw 8-bit is read as windows-1252" },
	{ "eml/legacy/026*", "texts", "raw 8-bit is read as windows-1252" },
	{ "eml/legacy/027*", "subject", "raw 8-bit is read as windows-1252" },
	{ "eml/legacy/052*", "subject", "raw 8-bit is read as windows-1252" },
	{ "eml/legacy/052*", "texts", "raw 8-bit is read as windows-1252" },
	{ "eml/legacy/049", "places", "a lone CR at the end is content" },
	{ "address.json:8", "address", "comments are not part of a name" },
	{ "address.json:9", "address", "comments are not part of a name" },
	{ "address.json:10", "address", "comments are not part of a name" },
	{ "address.json:13", "address", "routes and blanks are taken out" },
	{ "address.json:14", "address", "blanks are taken out" },
	{ "address.json:22", "address", "comments are not part of a name" },
	{ "address.json:23", "address", "domains are in lower case" },
	{ "address.json:33", "address", "names are trimmed" },
	{ "address.json:55", "address", "a word after the address is not its name" },
	{ "address.json:56", "address", "comments are not part of a name" },
	{ "date.json:12", "date", "no date at all" },
	{ "date.json:14", "date", "of a date with an open comment the day is read" },
	{ "date.json:30", "date",
	  "EST5EDT is no zone of RFC 5322: taken as summer time" },
	{ "date.json:31", "date", "RFC 5322 4.3: military zones, A is one hour" },
	{ "received.json:125", "from", "a name goes on to the next blank" },
	{ "received.json:161", "from", "a comment is no trace of a host" },
	{ "received.json:162", "from", "a comment is no trace of a host" },
	{ "received.json:163", "from", "a comment is no trace of a host" },
	{ "received.json:165", "from", "a comment is no trace of a host" },
	{ "received.json:171", "from", "a comment is no trace of a host" },
	{ "id.json:10", "ids", "an id has an @" },
	{ "unstructured.json:21", "text", "no blank is made where none was" },
	{ "unstructured.json:22", "text", "no blank is made where none was" },
	{ "unstructured.json:24", "text", "a fold inside of a word is a blank" },
	{ "unstructured.json:25", "text", "a fold inside of a word is a blank" },
	{ "unstructured.json:26", "text", "a fold inside of a word is a blank" },
	{ "unstructured.json:27", "text", "no blank is made where none was" },
	{ "unstructured.json:28", "text", "no blank is made where none was" },
};

struct counts {
	unsigned agreed, named, surprises;
	bool used[G_N_ELEMENTS(known)];
};

static char *folder(const char *below)
{
	const char *root = g_getenv("WONTED_CONFORMANCE");

	return g_build_filename(root == NULL ? "../shared/conformance" : root, "mime",
				below, NULL);
}

static void count(struct counts *c, const char *file, const char *what, const char *ours,
		  const char *theirs)
{
	if (g_strcmp0(ours, theirs) == 0) {
		c->agreed++;
		return;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
		if (g_pattern_match_simple(known[i].file, file) &&
		    strcmp(known[i].what, what) == 0) {
			c->named++;
			c->used[i] = true;
			return;
		}
	}
	c->surprises++;
	g_test_message("%s: %s: ours [%s] theirs [%s]", file, what, ours, theirs);
}

static const char *string_at(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

/* the first header of a name in a part of theirs: what stands under "value" */
static json_t *their_header(json_t *part, const char *name, const char *kind)
{
	size_t i;
	json_t *h;

	json_array_foreach(json_object_get(part, "headers"), i,
			   h) if (g_strcmp0(string_at(h, "name"), name) ==
				  0) return json_object_get(json_object_get(h, "value"),
							    kind);
	return NULL;
}

static void their_addresses(json_t *list, GString *out)
{
	size_t i;
	json_t *o;

	json_array_foreach(json_object_get(list, "List"), i, o)
	{
		const char *name = string_at(o, "name"),
			   *address = string_at(o, "address");

		if (address != NULL)
			g_string_append_printf(out, "%s <%s>|", name == NULL ? "" : name,
					       address);
	}
	json_array_foreach(json_object_get(list, "Group"), i, o)
	{
		json_t *flat = json_object();

		json_object_set(flat, "List", json_object_get(o, "addresses"));
		their_addresses(flat, out);
		json_decref(flat);
	}
}

static void our_addresses(const struct mailaddr *list, size_t n, GString *out)
{
	for (size_t i = 0; i < n; i++)
		g_string_append_printf(out, "%s <%s>|",
				       list[i].display == NULL ? "" : list[i].display,
				       list[i].address);
}

static int64_t their_date(const json_t *o)
{
	char text[64];
	const char *keys[] = { "year", "month", "day", "hour", "minute", "second" };
	int v[6], zone;

	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
		v[i] = (int)json_integer_value(json_object_get(o, keys[i]));
	zone = (int)json_integer_value(json_object_get(o, "tz_hour")) * 3600 +
	       (int)json_integer_value(json_object_get(o, "tz_minute")) * 60;
	if (json_is_true(json_object_get(o, "tz_before_gmt")))
		zone = -zone;
	g_snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02dZ", v[0], v[1], v[2],
		   v[3], v[4], v[5]);
	GDateTime *t = g_date_time_new_from_iso8601(text, NULL);
	int64_t s = t == NULL ? 0 : g_date_time_to_unix(t) - zone;

	if (t != NULL)
		g_date_time_unref(t);
	return s;
}

/* leaves in order: place and text */
struct leaf {
	int64_t start, end;
	const char *text; /* NULL: not a text */
};

static void their_leaves(json_t *message, GArray *out)
{
	size_t i;
	json_t *part;

	json_array_foreach(json_object_get(message, "parts"), i, part)
	{
		json_t *body = json_object_get(part, "body");
		json_t *inner = json_object_get(body, "Message");

		if (json_object_get(body, "Multipart") != NULL)
			continue;
		struct leaf l = {
			.start = json_integer_value(json_object_get(part, "offset_body")),
			.end = json_integer_value(json_object_get(part, "offset_end")),
		};
		l.text = string_at(body, "Text");
		if (l.text == NULL)
			l.text = string_at(body, "Html");
		if (inner != NULL)
			their_leaves(inner, out);
		else
			g_array_append_val(out, l);
	}
}

static void our_leaves(struct arena *a, const struct message *m, GArray *out)
{
	for (size_t i = 0; i < m->n_parts; i++) {
		const struct part *p = &m->parts[i];
		if (p->in != NULL) /* theirs read each thing one way */
			continue;
		struct leaf l = { .start = (int64_t)p->start, .end = (int64_t)p->end };
		bool sound;

		/* theirs read each thing one way */
		if (p->kind == PART_MULTIPART || p->kind == PART_MESSAGE || p->in != NULL)
			continue;
		if (g_str_has_prefix(p->type, "text/")) {
			struct bytes raw = { m->raw.at + p->start, p->end - p->start };

			raw = content_decode(a, raw, p->encoding);
			l.text = charset_decode(a, raw, p->charset, &sound).at;
		}
		g_array_append_val(out, l);
	}
}

static char *places(const GArray *leaves)
{
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < leaves->len; i++)
		g_string_append_printf(out, "[%ld,%ld)",
				       (long)g_array_index(leaves, struct leaf, i).start,
				       (long)g_array_index(leaves, struct leaf, i).end);
	return g_string_free(out, FALSE);
}

/* without CR: both readings come with and without */
static char *texts(const GArray *leaves, const GArray *which)
{
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < leaves->len; i++) {
		const char *text = g_array_index(leaves, struct leaf, i).text;

		if (i >= which->len || g_array_index(which, struct leaf, i).text == NULL)
			continue;
		for (const char *p = text == NULL ? "(none)" : text; *p != '\0'; p++)
			if (*p != '\r')
				g_string_append_c(out, *p);
		g_string_append(out, "|");
	}
	return g_string_free(out, FALSE);
}

static void compare_leaves(struct counts *c, const char *file, const struct message *m,
			   json_t *want)
{
	struct arena *a = arena_create();
	GArray *ours = g_array_new(FALSE, FALSE, sizeof(struct leaf));
	GArray *theirs = g_array_new(FALSE, FALSE, sizeof(struct leaf));

	our_leaves(a, m, ours);
	their_leaves(want, theirs);
	char *at[] = { places(ours), places(theirs) };
	char *text[] = { texts(ours, theirs), texts(theirs, theirs) };

	count(c, file, "places", at[0], at[1]);
	count(c, file, "texts", text[0], text[1]);
	for (size_t i = 0; i < 2; i++) {
		g_free(at[i]);
		g_free(text[i]);
	}
	g_array_free(ours, TRUE);
	g_array_free(theirs, TRUE);
	arena_destroy(&a);
}

static void compare_fields(struct counts *c, const char *file, const struct message *m,
			   json_t *want)
{
	json_t *top = json_array_get(json_object_get(want, "parts"), 0), *value;
	GString *ours = g_string_new(NULL), *theirs = g_string_new(NULL);

	value = their_header(top, "from", "Address");
	if (value != NULL) {
		their_addresses(value, theirs);
		our_addresses(m->from, m->n_from, ours);
		count(c, file, "from", ours->str, theirs->str);
	}
	value = their_header(top, "subject", "Text");
	if (value != NULL)
		count(c, file, "subject", m->subject, json_string_value(value));
	value = their_header(top, "date", "DateTime");
	if (value != NULL) {
		g_string_printf(ours, "%ld", (long)m->date_s);
		g_string_printf(theirs, "%ld", (long)their_date(value));
		count(c, file, "date", ours->str, theirs->str);
	}
	g_string_free(ours, TRUE);
	g_string_free(theirs, TRUE);
}

/* theirs were made from the one or the other, whatever the file has */
static char *with_line_ends(const char *text, size_t *n, bool crlf)
{
	GString *out = g_string_sized_new(*n + *n / 20);

	for (size_t i = 0; i < *n; i++) {
		if (text[i] == '\r' && i + 1 < *n && text[i + 1] == '\n')
			continue;
		if (text[i] == '\n' && crlf)
			g_string_append_c(out, '\r');
		g_string_append_c(out, text[i]);
	}
	*n = out->len;
	return g_string_free(out, FALSE);
}

static void compare_message(struct counts *c, const char *path, bool crlf)
{
	struct message_limits limits = { .max_bytes = LIMIT_MESSAGE_BYTES };
	struct arena *a = arena_create();
	char *stem = g_strndup(path, strlen(path) - 4), *text;
	char *json = g_strconcat(stem, crlf ? ".crlf.json" : ".json", NULL);
	char *name = g_strconcat(strstr(stem, "eml/"), crlf ? ".crlf" : "", NULL);
	json_t *want = json_load_file(json, JSON_ALLOW_NUL, NULL);
	size_t n;

	if (want != NULL && g_file_get_contents(path, &text, &n, NULL)) {
		char *raw = with_line_ends(text, &n, crlf);
		const struct message *m =
			message_parse(a, (struct bytes){ raw, n }, &limits);

		sane_message(m);
		compare_fields(c, name, m, want);
		compare_leaves(c, name, m, want);
		g_free(raw);
		g_free(text);
	}
	json_decref(want);
	g_free(stem);
	g_free(json);
	g_free(name);
	arena_destroy(&a);
}

static void walk(struct counts *c, const char *path,
		 void (*each)(struct counts *, const char *))
{
	GDir *d = g_dir_open(path, 0, NULL);
	const char *name;

	if (d == NULL) {
		each(c, path);
		return;
	}
	while ((name = g_dir_read_name(d)) != NULL) {
		char *below = g_build_filename(path, name, NULL);

		walk(c, below, each);
		g_free(below);
	}
	g_dir_close(d);
}

static void each_mail_parser(struct counts *c, const char *path)
{
	if (!g_str_has_suffix(path, ".eml"))
		return;
	compare_message(c, path, false);
	compare_message(c, path, true);
}

static bool present(const char *path)
{
	if (g_file_test(path, G_FILE_TEST_EXISTS))
		return true;
	g_test_skip("its data is not here: put "
		    "https://github.com/stalwartlabs/mail-parser into "
		    "DIR/mime/mail-parser, the messages of the tests of Python's email "
		    "package into "
		    "DIR/mime/python-email and set WONTED_CONFORMANCE=DIR");
	return false;
}

static void settle(struct counts *c, const char *start)
{
	for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
		if (g_str_has_prefix(known[i].file, start) && !c->used[i]) {
			g_test_message("%s %s agrees now", known[i].file, known[i].what);
			c->surprises++;
		}
	}
	g_test_message("%u agreed, %u disagreements named", c->agreed, c->named);
	g_assert_cmpuint(c->surprises, ==, 0);
	g_assert_cmpuint(c->agreed, >, 0);
}

static void test_messages(void)
{
	char *path = folder("mail-parser/resources/eml");
	struct counts c = { 0 };

	if (present(path)) {
		walk(&c, path, each_mail_parser);
		settle(&c, "eml/");
	}
	g_free(path);
}

/* rows of {"header": ..., "expected": ...} */
static void each_row(const char *file,
		     void (*compare)(struct counts *, const char *, json_t *))
{
	char *below = g_strconcat("mail-parser/resources/", file, NULL);
	char *path = folder(below);
	struct counts c = { 0 };
	json_t *rows, *row;
	size_t i;

	if (present(path)) {
		rows = json_load_file(path, JSON_ALLOW_NUL, NULL);
		json_array_foreach(rows, i, row)
		{
			char *name = g_strdup_printf("%s:%zu", file, i);

			compare(&c, name, row);
			g_free(name);
		}
		json_decref(rows);
		settle(&c, file);
	}
	g_free(below);
	g_free(path);
}

static struct bytes header_value(json_t *row)
{
	json_t *h = json_object_get(row, "header");
	struct bytes value = { json_string_value(h), json_string_length(h) };

	/* some rows go on with another header */
	for (size_t i = 0; i < value.n; i++)
		if (value.at[i] == '\n' &&
		    (i + 1 == value.n || strchr(" \t", value.at[i + 1]) == NULL))
			value.n = i;
	return value;
}

static void compare_address(struct counts *c, const char *name, json_t *row)
{
	struct arena *a = arena_create();
	GString *ours = g_string_new(NULL), *theirs = g_string_new(NULL);
	const struct mailaddr *list;
	bool strict;
	size_t n = address_list(a, header_value(row), &list, &strict);

	their_addresses(json_object_get(row, "expected"), theirs);
	/* rows of List-* fields hold URLs, which are no business of an address parser */
	if (strstr(theirs->str, "://") != NULL || strstr(theirs->str, "mailto:") != NULL)
		g_string_truncate(theirs, n = 0);
	our_addresses(list, n, ours);
	count(c, name, "address", ours->str, theirs->str);
	g_string_free(ours, TRUE);
	g_string_free(theirs, TRUE);
	arena_destroy(&a);
}

static void test_addresses(void)
{
	each_row("address.json", compare_address);
}

static void compare_date(struct counts *c, const char *name, json_t *row)
{
	struct arena *a = arena_create();
	int64_t s = mime_date(a, header_value(row));
	int64_t want = their_date(json_object_get(row, "expected"));
	char *text[] = { g_strdup_printf("%ld", (long)s),
			 g_strdup_printf("%ld", (long)want) };

	count(c, name, "date", text[0], text[1]);
	g_free(text[0]);
	g_free(text[1]);
	arena_destroy(&a);
}

static void test_dates(void)
{
	each_row("date.json", compare_date);
}

static void compare_text(struct counts *c, const char *name, json_t *row)
{
	struct arena *a = arena_create();
	struct header h = { .value = header_value(row) };
	json_t *want = json_object_get(row, "expected");

	count(c, name, "text", header_text(a, &h),
	      json_is_string(want) ? json_string_value(want) : "");
	arena_destroy(&a);
}

static void test_texts(void)
{
	each_row("unstructured.json", compare_text);
}

/* a message of one header field */
static const struct message *with_field(struct arena *a, const char *name, json_t *row)
{
	struct message_limits limits = { .max_bytes = LIMIT_MESSAGE_BYTES };
	struct bytes value = header_value(row);
	const char *raw =
		arena_printf(a, "%s: %.*s\r\n\r\n", name, (int)value.n, value.at);

	return message_parse(a, bytes_of(raw), &limits);
}

static void compare_received(struct counts *c, const char *name, json_t *row)
{
	struct arena *a = arena_create();
	json_t *from = json_object_get(json_object_get(row, "expected"), "from");
	const char *theirs = string_at(from, "Name");
	const struct message *m = with_field(a, "Received", row);

	/* theirs tells addresses apart from names, ours does not */
	if (theirs != NULL) {
		char *lower = g_ascii_strdown(theirs, -1);

		count(c, name, "from", m->first_received_from, lower);
		g_free(lower);
	}
	arena_destroy(&a);
}

static void test_received(void)
{
	each_row("received.json", compare_received);
}

static void compare_ids(struct counts *c, const char *name, json_t *row)
{
	struct arena *a = arena_create();
	const struct message *m = with_field(a, "References", row);
	GString *ours = g_string_new(NULL), *theirs = g_string_new(NULL);
	size_t i;
	json_t *id;

	json_array_foreach(json_object_get(row, "expected"), i, id)
		g_string_append_printf(theirs, "<%s>", json_string_value(id));
	for (size_t k = 0; k < m->n_references; k++)
		g_string_append_printf(ours, "<%s>", m->references[k]);
	count(c, name, "ids", ours->str, theirs->str);
	g_string_free(ours, TRUE);
	g_string_free(theirs, TRUE);
	arena_destroy(&a);
}

static void test_ids(void)
{
	each_row("id.json", compare_ids);
}

static void each_python(struct counts *c, const char *path)
{
	struct message_limits limits = { .max_bytes = LIMIT_MESSAGE_BYTES };
	struct arena *a = arena_create();
	char *text;
	size_t n;

	if (g_file_get_contents(path, &text, &n, NULL)) {
		char *exact = g_memdup2(text, n); /* without the NUL behind it */

		sane_message(message_parse(a, (struct bytes){ exact, n }, &limits));
		c->agreed++;
		g_free(exact);
		g_free(text);
	}
	arena_destroy(&a);
}

static void test_python(void)
{
	char *path = folder("python-email/data");
	struct counts c = { 0 };

	if (present(path)) {
		walk(&c, path, each_python);
		settle(&c, "python");
	}
	g_free(path);
}

int main(int argc, char **argv)
{
	message_library_init();
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/conformance/messages", test_messages);
	g_test_add_func("/conformance/addresses", test_addresses);
	g_test_add_func("/conformance/dates", test_dates);
	g_test_add_func("/conformance/unstructured", test_texts);
	g_test_add_func("/conformance/received", test_received);
	g_test_add_func("/conformance/ids", test_ids);
	g_test_add_func("/conformance/python-email", test_python);
	return g_test_run();
}
