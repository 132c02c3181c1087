/* message_parse() of a newsletter beside GMime alone on the same bytes: CPU time of each.
 * Usage: parse [FILE [ROUNDS]]; without a file, an 18 kB newsletter made here. */
#include <gmime/gmime.h>
#include <stdio.h>
#include <time.h>

#include "base/limits.h"
#include "message/message.h"

static GString *newsletter(void)
{
	GString *s = g_string_new(
		"Received: from mx.example.net by mx.example.org; Mon, 1 Jan 2024 "
		"00:00:00 +0000\r\n"
		"DKIM-Signature: v=1; a=rsa-sha256; d=news.example.net; s=k; "
		"h=from:to:subject;\r\n"
		"\tbh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; "
		"b=abcdefghijklmnopqrstuvwxyz\r\n"
		"From: =?utf-8?Q?The_Caf=C3=A9?= <news@news.example.net>\r\n"
		"To: jane@example.org\r\nSubject: =?utf-8?B?V2ludGVyIHNhbGUg4pyo?=\r\n"
		"Date: Mon, 1 Jan 2024 00:00:00 +0000\r\nMessage-ID: "
		"<1@news.example.net>\r\n"
		"List-Id: News <news.example.net>\r\n"
		"List-Unsubscribe: <https://news.example.net/u/1>\r\n"
		"MIME-Version: 1.0\r\nContent-Type: multipart/alternative; "
		"boundary=\"b\"\r\n\r\n"
		"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n");

	for (int i = 0; i < 25; i++)
		g_string_append_printf(s,
				       "Offer %d: something warm for the winter\r\n"
				       "https://click.news.example.net/c/%d?u=1\r\n\r\n",
				       i, i);
	g_string_append(
		s,
		"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
		"<html><head><title>x</title><style>p{margin:0}</style></head><body>\r\n"
		"<div style=\"display:none;font-size:1px\">Winter sale: up to "
		"half</div>\r\n");
	while (s->len < 18000)
		g_string_append_printf(
			s,
			"<table width=\"100%%\" cellpadding=\"0\" "
			"style=\"border-collapse:collapse;"
			"background-color:#ffffff\"><tr><td align=\"center\" "
			"style=\"padding:10px;"
			"font-family:Arial;font-size:14px;color:#333333\">Something "
			"<b>warm</b> for "
			"the winter, from &euro; 19 &amp; up <a style=\"color:#0066cc\" "
			"href=\"https://click.news.example.net/c/%zu?u=1&amp;x=2\">Have "
			"a look</a>"
			"<br><img src=\"https://img.news.example.net/1.png\" "
			"alt=\"\"></td></tr></table>\r\n",
			s->len);
	g_string_append(s, "</body></html>\r\n--b--\r\n");
	return s;
}

static double cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void run_ours(struct bytes raw)
{
	struct message_limits limits = { .max_bytes = LIMIT_MESSAGE_BYTES };
	struct arena *a = arena_create();

	message_parse(a, raw, &limits);
	arena_destroy(&a);
}

static void run_gmime(struct bytes raw)
{
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(raw.at, raw.n);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);

	g_mime_parser_set_persist_stream(parser, TRUE);
	GMimeMessage *m = g_mime_parser_construct_message(parser, NULL);

	if (m != NULL)
		g_object_unref(m);
	g_object_unref(parser);
	g_object_unref(stream);
}

static double measure(void (*run)(struct bytes), struct bytes raw, int rounds)
{
	run(raw);
	double start = cpu_us();

	for (int i = 0; i < rounds; i++)
		run(raw);
	return (cpu_us() - start) / rounds;
}

int main(int argc, char **argv)
{
	int rounds = argc > 2 ? (int)g_ascii_strtoll(argv[2], NULL, 10) : 2000;
	GString *made = newsletter();
	struct bytes raw = { made->str, made->len };
	char *text = NULL;
	size_t n;

	message_library_init();
	if (argc > 1 && g_file_get_contents(argv[1], &text, &n, NULL))
		raw = (struct bytes){ text, n };
	double gmime = measure(run_gmime, raw, rounds),
	       ours = measure(run_ours, raw, rounds);

	printf("%zu bytes: message_parse %.0f us, GMime alone %.0f us, ratio %.1f\n",
	       raw.n, ours, gmime, ours / gmime);
	g_free(text);
	g_string_free(made, TRUE);
	return 0;
}
