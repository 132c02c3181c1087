/* The place before everything shown. "^" marks it in each row. */
#include "action/html_place.h"

#include <glib.h>

static const char *const rows[] = {
	/* a whole document: behind the body's tag, whatever is in it */
	"<html><head><title>x</title></head><body>^text",
	"<HTML>\r\n<HEAD>\r\n</HEAD>\r\n<BODY BGCOLOR=\"#ffffff\">^\r\ntext",
	"<!DOCTYPE html>\n<html lang=de><head><meta charset=utf-8><link rel=x href=y>"
	"</head>\n<body\nstyle='a>b' class=\"c>d\" x=y>^<p>",
	"<body onload='x(\"a>b\")'>^",
	"<body a=\"'>\" b='\">'>^",
	/* a quote that opens no value is part of a name: "attribute name state" */
	"<body it's>^text'>",
	/* 13.2.6.4.4 "in head": title, style, script hold no body */
	"<html><head><style>a > b { c: '<body>' }</style><body>^x",
	"<script>document.write('<body>')</script><body>^x",
	"<title><body></title><body>^x",
	/* with scripts off, what is no part of a head opens the body */
	"<head><noscript><meta x><style>x</style> <!-- --></noscript></head><body>^x",
	"<head><meta x>^<noscript><div>x</div></noscript></head><body>x",
	"^<noscript><body></noscript><body>x",
	"^<noscript>x",
	"^<noscript></noscript",
	/* shown in the body's place, or nested: what closes which is not looked at */
	"<html><head>^<template><template></template>x</template><body>x",
	"<html><body>^<template shadowrootmode=open>x</template>",
	"<script>x </scriptx> <body> --></SCRIPT ><body>^x",
	/* "script data double escaped state": the first end tag ends nothing */
	"^<script><!--<script></script> x --></script><body>",
	/* comments, also the odd ones of 13.2.5.43 */
	"<!-- <body> --><body>^x",
	"<!--[if mso]><xml><o:p/></xml><![endif]--><body>^x",
	"<!--><body>^x",
	"<!---><body>^x",
	"<!-- a --!><body>^x -->",
	/* for some readers this one shows nothing, or all that is in the comment */
	"^<![if !mso]><body>x",
	"<head>^<!--[if mso]><p>x<![endif]--><body>",
	"<head>^<!--[if mso]><body><![endif]--><body>",
	"<head>^<!-- [if mso]>x-->",
	"<head><!--[if mso]><noscript><xml><o:p/></xml></noscript><style>p > a {}</style>"
	"<![endif]--><body>^x",
	"<?xml version=\"1.0\"?><html><body>^x",
	/* content before the tag: a browser has opened the body there */
	"^hello <body> there",
	"<html>^<p>hello</p><body>x",
	"<html><head></head>^\n hello <body>x",
	"<html><head><style>x</style>^<div>hello</div></head><body>x",
	"^<table><tr><td><body>",
	"<html>^</p><body>x",
	"<html></head>^</body><body>x",
	"<html></title></div><body>^x",
	"^&nbsp;<body>",
	"^< body><body>",
	"^</><body>",
	/* never closed: before it, so that it does not swallow the banner */
	"<html>^<!-- x <body>",
	"<html>^<style> x <body>",
	"<html>^<script>x</scriptx><body>",
	"<html>^<title>x</title",
	"<html>^<body class=\"x>",
	"<html>^<body class=x",
	"<html>^<!doctype x",
	"<html>^<he",
	"<html>^<",
	"^<!--",
	"^<!",
	"^<",
	"^</",
	"^",
	"^ \r\n\t",
	/* a byte order mark stays at the top */
	"\xef\xbb\xbf^text",
	"\xef\xbb\xbf<html><body>^text",
	"\xef\xbb\xbf^",
	"^\xef\xbb",
};

static void finds_the_place(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const char *mark = strchr(rows[i], '^');
		size_t want = (size_t)(mark - rows[i]), n = strlen(rows[i]) - 1;
		char *exact = g_malloc(n);

		for (size_t k = 0; k < n; k++)
			exact[k] = rows[i][k < want ? k : k + 1];
		if (html_place((struct bytes){ exact, n }) != want)
			g_error("%s: %zu", rows[i],
				html_place((struct bytes){ exact, n }));
		g_free(exact);
	}
}

/* Every beginning of a document has a place, and it lies behind a ">" or at the top. */
static void survives_every_cut(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		for (size_t n = 0; n <= strlen(rows[i]); n++) {
			char *exact = g_memdup2(rows[i], n);
			size_t at = html_place((struct bytes){ exact, n });

			g_assert_cmpuint(at, <=, n);
			g_assert_true(at == 0 || at == 3 || exact[at - 1] == '>');
			g_free(exact);
		}
	}
}

/* 13.2.5: no input makes it walk twice over the same */
static void is_linear(void)
{
	static const char *const pieces[] = { "<!--",  "<a ",  "</",     "<title>",
					      "<!-->", "</x>", "<html>", "<html a='",
					      "--",    "<!" };
	gint64 start = g_get_monotonic_time();

	for (size_t i = 0; i < G_N_ELEMENTS(pieces); i++) {
		GString *text = g_string_new(NULL);

		while (text->len < 256 * 1024)
			g_string_append(text, pieces[i]);
		html_place((struct bytes){ text->str, text->len });
		g_string_free(text, TRUE);
	}
	g_assert_cmpint(g_get_monotonic_time() - start, <, 2 * G_USEC_PER_SEC);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/html_place/finds-the-place", finds_the_place);
	g_test_add_func("/html_place/survives-every-cut", survives_every_cut);
	g_test_add_func("/html_place/is-linear", is_linear);
	return g_test_run();
}
