/* What is written is JSON as others read it, with commas where they belong. */
#include "base/json_line.h"

#include <jansson.h>
#include <string.h>

static char *text_as_json(const char *text)
{
	GString *out = g_string_new(NULL);

	json_line_open(out, '[');
	json_line_text(out, text);
	json_line_close(out, ']');
	return g_string_free(out, FALSE);
}

/* RFC 8259 7: "All Unicode characters may be placed within the quotation marks, except for
 * the characters that MUST be escaped: quotation mark, reverse solidus, and the control
 * characters (U+0000 through U+001F)." */
static void escapes(void)
{
	static const struct {
		const char *text, *json;
	} rows[] = {
		{ "", "[\"\"]" },
		{ "plain", "[\"plain\"]" },
		{ "a\"b\\c/d", "[\"a\\\"b\\\\c/d\"]" },
		{ "\b\t\n\f\r", "[\"\\b\\t\\n\\f\\r\"]" },
		{ "\x01x\x1f\x7f", "[\"\\u0001x\\u001F\\u007F\"]" },
		/* some readers end a line at these, and a terminal obeys them */
		{ "\xe2\x80\xa8\xc2\x85\xe2\x80\xae", "[\"\\u2028\\u0085\\u202E\"]" },
		{ "\xf3\xa0\x81\x81!", "[\"\\uDB40\\uDC41!\"]" },
		{ "f\xc3\xbcr \xf0\x9f\x92\x95", "[\"f\xc3\xbcr \xf0\x9f\x92\x95\"]" },
		{ "\"", "[\"\\\"\"]" },
		{ "bad \xff\xfe\xc3", "[\"bad \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"]" },
		{ "{", "[\"{\"]" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		char *json = text_as_json(rows[i].text);

		g_assert_cmpstr(json, ==, rows[i].json);
		g_free(json);
	}
}

/* another program's reader finds each character again */
static void all_characters_come_back(void)
{
	for (gunichar c = 1; c < 0x110000; c += c < 0x3100 ? 1 : 61) {
		char one[6], *text, *json;
		json_t *list;

		if (!g_unichar_validate(c))
			continue;
		text = g_strdup_printf("x%.*s", g_unichar_to_utf8(c, one), one);
		json = text_as_json(text);
		list = json_loads(json, 0, NULL);
		g_assert_cmpstr(json_string_value(json_array_get(list, 0)), ==, text);
		json_decref(list);
		g_free(json);
		g_free(text);
	}
}

static void commas(void)
{
	GString *out = g_string_new(NULL);

	json_line_open(out, '{');
	json_line_name(out, "none");
	json_line_open(out, '{');
	json_line_close(out, '}');
	json_line_name(out, "list");
	json_line_open(out, '[');
	json_line_int(out, 0);
	json_line_int(out, INT64_MIN);
	json_line_int(out, INT64_MAX);
	json_line_open(out, '[');
	json_line_close(out, ']');
	json_line_open(out, '{');
	json_line_close(out, '}');
	/* texts that end like structure does */
	json_line_text(out, "[");
	json_line_text(out, ":");
	json_line_close(out, ']');
	json_line_name(out, "a");
	json_line_bool(out, true);
	json_line_name(out, "b");
	json_line_bool(out, false);
	json_line_name(out, "c");
	json_line_null(out);
	json_line_close(out, '}');
	g_assert_cmpstr(out->str, ==,
			"{\"none\":{},\"list\":[0,-9223372036854775808,"
			"9223372036854775807,[],{},\"[\",\":\"],"
			"\"a\":true,\"b\":false,\"c\":null}");
	g_string_free(out, TRUE);
}

static void members(void)
{
	GString *out = g_string_new(NULL);

	json_line_open(out, '{');
	json_line_put_text(out, "left_out", NULL);
	json_line_put_int(out, "n", 0);
	json_line_put_text(out, "text", "a\"b");
	json_line_put_text(out, "empty", "");
	json_line_put_bool(out, "yes", true);
	json_line_put_bool(out, "no", false);
	json_line_put_int(out, "most", INT64_MIN);
	json_line_close(out, '}');
	g_assert_cmpstr(
		out->str, ==,
		"{\"n\":0,\"text\":\"a\\\"b\",\"empty\":\"\",\"yes\":true,\"no\":false,"
		"\"most\":-9223372036854775808}");
	g_string_free(out, TRUE);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/json_line/escapes", escapes);
	g_test_add_func("/json_line/all_characters_come_back", all_characters_come_back);
	g_test_add_func("/json_line/commas", commas);
	g_test_add_func("/json_line/members", members);
	return g_test_run();
}
