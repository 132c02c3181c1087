/* One table of types. Numbers with units and words are read here; what is text goes through
 * config/normal.c. Every error says what was written and what is allowed, in one line. */
#include "config/type.h"

#include <inttypes.h>
#include <string.h>

#include "base/number.h"
#include "base/pieces.h"
#include "base/printable.h"
#include "base/suggest.h"
#include "config/normal.h"

#define SHOWN_BYTES 60
#define ONE_LINE_ITEMS 4
#define LIST_BLANKS ", \t"

enum kind { KIND_TEXT, KIND_LIST, KIND_NUMBER, KIND_BOOL, KIND_WORD };

struct unit {
	const char *suffix;
	int64_t factor;
};

struct type {
	const char *noun;
	const char *written;
	enum kind kind;
	char *(*normal)(const char *text, GString *why); /* text, and items of a list */
	const struct unit *units;                        /* numbers; largest first */
	const char *const *names;                        /* words */
	size_t n_names;
};

static const struct unit plain[] = { { "", 1 }, { NULL, 0 } };
static const struct unit times[] = { { "d", 86400000 }, { "h", 3600000 }, { "m", 60000 },
				     { "s", 1000 },     { "ms", 1 },      { NULL, 0 } };
static const struct unit sizes[] = {
	{ "g", 1 << 30 }, { "m", 1 << 20 }, { "k", 1 << 10 }, { "", 1 }, { NULL, 0 }
};
static const struct unit points[] = { { "", 1000 }, { NULL, 0 } };
static const char *const log_level_names[] = { "error", "warn", "info", "debug" };

_Static_assert(sizeof(enum mode) == sizeof(unsigned) &&
		       sizeof(enum action) == sizeof(unsigned) &&
		       sizeof(enum junk_by) == sizeof(unsigned) &&
		       sizeof(enum milter_engine) == sizeof(unsigned) &&
		       sizeof(enum banner_fallback) == sizeof(unsigned) &&
		       sizeof(enum digest_every) == sizeof(unsigned) &&
		       sizeof(enum headers) == sizeof(unsigned) &&
		       sizeof(enum language) == sizeof(unsigned) &&
		       sizeof(enum log_level) == sizeof(unsigned),
	       "words are kept as unsigned");

/* clang-format off */
#define TEXT(n, w, f) { .noun = n, .written = w, .kind = KIND_TEXT, .normal = f }
#define LIST(n, w, f) { .noun = n, .written = w, .kind = KIND_LIST, .normal = f }
#define NUMBER(n, w, u) { .noun = n, .written = w, .kind = KIND_NUMBER, .units = u }
#define WORD(n, t) { .noun = n, .kind = KIND_WORD, .names = t, .n_names = COUNT_OF(t) }

/* what an admin may write; mem: is named by itself, and pairs are for a move */
#define WRITTEN_PATH(form) form ", "
#define WRITTEN_SERVERS(form) form ", "
#define WRITTEN_PAIR(form)
#define WRITTEN_OVERLAY(form) form ", "
#define WRITTEN_NOTHING(form)
#define WRITTEN_TESTS(form)
#define STORE_URL(id, scheme, rest, form, full) WRITTEN_##rest(form)
static const char stores_written[] =
#include "base/store_url.def"
	"or mem: for tests";
#undef STORE_URL

static const struct type types[OPTION_TYPES] = {
	[OPTION_HEADING] = { .noun = "a heading" },
	[OPTION_PATH] = TEXT("a path", "an absolute path", normal_path),
	[OPTION_HOST] = TEXT("a host name", "a host or domain name", normal_domain),
	[OPTION_USER] = TEXT("a user", "the name of a user of this machine", normal_account),
	[OPTION_GROUP] = TEXT("a group", "the name of a group of this machine", normal_account),
	[OPTION_OCTAL] = TEXT("permissions", "permissions in octal, as in 0660", normal_octal),
	[OPTION_SOCKET] = TEXT("a socket", "unix:/PATH, inet:PORT@HOST or inet6:PORT@HOST", normal_socket),
	[OPTION_LOCALSOCKET] = TEXT("a socket of this machine", "unix:/PATH, inet:PORT@127.0.0.1 or inet6:PORT@::1",
				    normal_localsocket),
	[OPTION_HOSTPORT] = TEXT("a host and port", "HOST:PORT, 192.0.2.1:PORT or [2001:db8::1]:PORT",
				 normal_hostport),
	[OPTION_STORE] = TEXT("a store", stores_written, normal_store),
	[OPTION_EXTENSION] = TEXT("an address extension", "the recipient delimiter of the MTA and a word, "
				  "as in +junk", normal_extension),
	[OPTION_DELIMITER] = TEXT("recipient delimiters", "one or more of + - _ . = #, or none", normal_delimiter),
	[OPTION_REPLY] = TEXT("a reply text", "one line of ASCII", normal_reply),
	[OPTION_TEXT] = TEXT("a text", "one line of text", normal_text),
	[OPTION_URL] = TEXT("an address of a page", "https://HOST/, or http://127.0.0.1:PORT/ for tests", normal_url),
	[OPTION_ADDRESS] = TEXT("a mail address", "user@example.org", normal_address),
	[OPTION_HOSTS] = LIST("a list of host names", "host or domain names", normal_domain),
	[OPTION_SERVERS] = LIST("a list of servers", "192.0.2.53, 2001:db8::53 or 192.0.2.53@5353",
				normal_server),
	[OPTION_NETWORKS] = LIST("a list of networks", "192.0.2.0/24, 2001:db8::/32 or 192.0.2.1",
				 normal_network),
	[OPTION_DOMAINS] = LIST("a list of domains", "domain names",
				normal_domain),
	[OPTION_RECIPIENTS] = LIST("a list of recipients", "user@example.org, or @example.org for "
				   "a domain", normal_recipient),
	[OPTION_FLAGS] = LIST("a list of flags", "words of letters, digits and \"-_.@\", as in pilot",
			      normal_flag),
	[OPTION_INT] = NUMBER("a whole number", "a number in digits", plain),
	[OPTION_TIME] = NUMBER("a time", "90s, 5m, 2h, 1d or 80ms", times),
	[OPTION_SIZE] = NUMBER("a size", "64k, 10m, 1g or a number of bytes", sizes),
	[OPTION_POINTS] = NUMBER("a number of points", "7 or 6.5, with up to three decimals", points),
	[OPTION_BOOL] = { .noun = "yes or no", .written = "yes or no", .kind = KIND_BOOL },
	[OPTION_MODE] = WORD("a mode", mode_names),
	[OPTION_ACTION] = WORD("an action", action_names),
	[OPTION_ENFORCEBY] = WORD("whose share it is", enforce_by_names),
	[OPTION_JUNKBY] = WORD("a way to junk", junk_by_names),
	[OPTION_ENGINE] = WORD("a milter engine", milter_engine_names),
	[OPTION_FALLBACK] = WORD("a way to warn without a banner", banner_fallback_names),
	[OPTION_DIGEST] = WORD("how often summaries come", digest_every_names),
	[OPTION_HEADERS] = WORD("how much headers tell", headers_names),
	[OPTION_LANGUAGE] = WORD("a language", language_names),
	[OPTION_LOGLEVEL] = WORD("a log level", log_level_names),
};
/* clang-format on */

const char *type_noun(enum option_type type)
{
	return types[type].noun;
}

const char *type_written(enum option_type type)
{
	return types[type].written;
}

bool type_is_list(enum option_type type)
{
	return types[type].kind == KIND_LIST;
}

static void show(GString *why, const char *text)
{
	char *shown = printable(text, SHOWN_BYTES);

	g_string_append_printf(why, "\"%s\" ", shown);
	g_free(shown);
}

/* --- numbers --- */

static void number_print(const struct type *t, int64_t n, GString *out)
{
	const struct unit *u = t->units;

	if (u == points) {
		int64_t part = n % 1000 < 0 ? -(n % 1000) : n % 1000;

		g_string_append_printf(out, "%s%" PRId64, n < 0 && n > -1000 ? "-" : "",
				       n / 1000);
		if (part != 0) {
			g_string_append_printf(out, ".%03" PRId64, part);
			while (out->str[out->len - 1] == '0')
				g_string_truncate(out, out->len - 1);
		}
		return;
	}
	while (u[1].suffix != NULL && (n % u->factor != 0 || n / u->factor == 0))
		u++;
	if (n == 0 && t->units == times)
		g_string_append(out, "0s");
	else
		g_string_append_printf(out, "%" PRId64 "%s", n / u->factor, u->suffix);
}

/* digits and one of the units, nothing else */
static bool number_with_unit(const struct type *t, const char *text, int64_t *n_r)
{
	size_t digits = strspn(text, "0123456789");
	int64_t n;

	if (t->units == points)
		return milli_parse(text, n_r);
	if (t->units == plain)
		return number_parse(text, INT64_MIN, INT64_MAX, n_r);
	for (const struct unit *u = t->units; u->suffix != NULL; u++) {
		if (g_ascii_strcasecmp(text + digits, u->suffix) != 0)
			continue;
		char *number = g_strndup(text, digits);
		bool ok = number_parse(number, 0, INT64_MAX / u->factor, &n);

		g_free(number);
		if (ok)
			*n_r = n * u->factor;
		return ok;
	}
	return false;
}

void type_print_range(const struct option_row *row, GString *out)
{
	const struct type *t = &types[row->type];

	if (t->kind != KIND_NUMBER || (row->min == 0 && row->max == 0))
		return;
	number_print(t, row->min, out);
	g_string_append(out, " to ");
	number_print(t, row->max, out);
}

static bool number_take(const struct type_input *in, void *to, GString *why)
{
	const struct option_row *row = in->row;
	const struct type *t = &types[row->type];
	int64_t n;

	if (!number_with_unit(t, in->items[0], &n)) {
		show(why, in->items[0]);
		g_string_append_printf(why, "is not %s: write %s", t->noun, t->written);
		if (row->max == 0)
			return false;
		g_string_append(why, "; allowed is ");
		type_print_range(row, why);
		return false;
	}
	if (row->max != 0 && (n < row->min || n > row->max)) {
		g_string_append_printf(why, "%s is too %s: allowed is ", in->items[0],
				       n < row->min ? "small" : "large");
		type_print_range(row, why);
		return false;
	}
	*(int64_t *)to = n;
	return true;
}

/* --- words --- */

static const char *name_of_word(size_t i, const void *words)
{
	return ((char *const *)words)[i];
}

void type_print_words(const struct option_row *row, GString *out)
{
	char **words = g_strsplit(row->unit, "|", -1);

	for (char **w = words; *w != NULL; w++) {
		if (w > words)
			g_string_append(out, w[1] == NULL ? " or " : ", ");
		g_string_append(out, *w);
	}
	g_strfreev(words);
}

static void word_refuse(const struct option_row *row, const char *text, GString *why)
{
	char **words = g_strsplit(row->unit, "|", -1);
	const char *near = suggest(text, name_of_word, g_strv_length(words), words);

	show(why, text);
	g_string_append_printf(why, "is not %s: ", types[row->type].noun);
	type_print_words(row, why);
	if (near != NULL)
		g_string_append_printf(why, "; did you mean \"%s\"?", near);
	g_strfreev(words);
}

static bool word_take(const struct type_input *in, void *to, GString *why)
{
	const struct type *t = &types[in->row->type];
	int i = word_find(t->names, t->n_names, in->items[0]);
	char **words = g_strsplit(in->row->unit, "|", -1);
	bool allowed =
		i >= 0 && g_strv_contains((const char *const *)words, in->items[0]);

	g_strfreev(words);
	if (!allowed) {
		word_refuse(in->row, in->items[0], why);
		return false;
	}
	*(unsigned *)to = (unsigned)i;
	return true;
}

static bool bool_take(const struct type_input *in, void *to, GString *why)
{
	bool yes = strcmp(in->items[0], "yes") == 0;

	if (!yes && strcmp(in->items[0], "no") != 0) {
		show(why, in->items[0]);
		g_string_append(why, "is neither yes nor no");
		return false;
	}
	*(bool *)to = yes;
	return true;
}

/* --- text --- */

static bool text_take(const struct type_input *in, void *to, GString *why)
{
	const struct type *t = &types[in->row->type];
	char *normal;

	if (in->items[0][0] == '\0') {
		if (in->row->fallback[0] != '\0') {
			g_string_append_printf(why, "must not be empty: write %s",
					       t->written);
			return false;
		}
		*(const char **)to = "";
		return true;
	}
	show(why, in->items[0]);
	normal = t->normal(in->items[0], why);
	if (normal == NULL)
		return false;
	*(const char **)to = arena_strdup(in->arena, normal);
	g_free(normal);
	return true;
}

/* one written item may hold several, as in "a, b" */
static bool items_take(const struct type_input *in, GPtrArray *taken, GString *why)
{
	const struct type *t = &types[in->row->type];

	for (size_t i = 0; i < in->n; i++) {
		char **parts = pieces_split(in->items[i], LIST_BLANKS);
		bool ok = true;

		for (char **p = parts; *p != NULL && ok; p++) {
			g_string_truncate(why, 0);
			show(why, *p);
			char *normal = t->normal(*p, why);

			ok = normal != NULL;
			if (ok)
				g_ptr_array_add(taken, arena_strdup(in->arena, normal));
			g_free(normal);
		}
		g_strfreev(parts);
		if (!ok)
			return false;
	}
	return true;
}

static bool list_take(const struct type_input *in, void *to, GString *why)
{
	GPtrArray *taken = g_ptr_array_new();
	bool ok = items_take(in, taken, why);

	if (ok) {
		const char **at = arena_new(in->arena, const char *, taken->len + 1);

		for (guint i = 0; i < taken->len; i++)
			at[i] = taken->pdata[i];
		*(struct strings *)to = (struct strings){ .at = at, .n = taken->len };
	}
	g_ptr_array_free(taken, TRUE);
	return ok;
}

/* --- all --- */

bool type_parse(const struct type_input *in, void *to, GString *why)
{
	static bool (*const takes[])(const struct type_input *, void *, GString *) = {
		[KIND_TEXT] = text_take,     [KIND_LIST] = list_take,
		[KIND_NUMBER] = number_take, [KIND_BOOL] = bool_take,
		[KIND_WORD] = word_take,
	};
	enum kind kind = types[in->row->type].kind;
	size_t before = why->len;

	if (kind != KIND_LIST && in->n != 1) {
		g_string_append_printf(why, "takes one value, not a list of %zu", in->n);
		return false;
	}
	bool ok = takes[kind](in, to, why);

	if (ok)
		g_string_truncate(why, before);
	return ok;
}

void type_fallback(const struct option_row *row, struct arena *a, void *to)
{
	GString *why = g_string_new(NULL);
	bool ok = type_parse(&(struct type_input){ row, &row->fallback, 1, a }, to, why);

	if (!ok)
		g_error("default of %s: %s", row->name, why->str);
	g_string_free(why, TRUE);
}

static void list_print(const struct strings *list, GString *out)
{
	const char *between = list->n > ONE_LINE_ITEMS ? ",\n\t\t" : ", ";

	if (list->n <= 1) {
		quoted_append(out, list->n == 0 ? "" : list->at[0]);
		return;
	}
	g_string_append(out, list->n > ONE_LINE_ITEMS ? "{\n\t\t" : "{ ");
	for (size_t i = 0; i < list->n; i++) {
		g_string_append(out, i == 0 ? "" : between);
		quoted_append(out, list->at[i]);
	}
	g_string_append(out, list->n > ONE_LINE_ITEMS ? "\n\t}" : " }");
}

void type_print(const struct option_row *row, const void *from, GString *out)
{
	const struct type *t = &types[row->type];

	switch (t->kind) {
	case KIND_TEXT:
		quoted_append(out, *(const char *const *)from);
		break;
	case KIND_LIST:
		list_print(from, out);
		break;
	case KIND_NUMBER:
		number_print(t, *(const int64_t *)from, out);
		break;
	case KIND_BOOL:
		g_string_append(out, *(const bool *)from ? "yes" : "no");
		break;
	case KIND_WORD:
		g_string_append(out, t->names[*(const unsigned *)from]);
		break;
	}
}

void type_print_fallback(const struct option_row *row, GString *out)
{
	enum kind kind = types[row->type].kind;

	if (kind == KIND_TEXT || kind == KIND_LIST)
		quoted_append(out, row->fallback);
	else
		g_string_append(out, row->fallback);
}
