/* Pages: HTML that is written in order, tag by tag. Whatever is put into it as a text, a value
 * or an address is escaped here and nowhere else; there is no way to put in HTML as it is, but
 * for what message/html_safe.h made. */
#ifndef REVIEW_PAGE_H
#define REVIEW_PAGE_H

#include <glib.h>

#include "base/compiler.h"

struct page {
	GString *out;
	const char *
		site; /* of a page that is mailed: "https://HOST/", put before paths; NULL */
};

/* page_open - a start tag; elements without an end need no page_close()
 * in    element   a name of ours
 *       ...       names and values of attributes, then NULL; a value that is NULL leaves its
 *                 attribute out, one that is "" stays. href, action and src are paths of
 *                 this site
 * err   a foreign address aborts */
void page_open(struct page *p, const char *element, ...) G_GNUC_NULL_TERMINATED;

/* page_close - an end tag */
void page_close(struct page *p, const char *element);

/* page_head - what every document begins with; <html> and <head> stay open */
void page_head(struct page *p);

/* page_text - a text; NULL reads as "" */
void page_text(struct page *p, const char *text);

/* page_printf - the same, formatted */
void page_printf(struct page *p, const char *format, ...) PRINTF_LIKE(2, 3);

/* page_element - start tag with a class, text, end tag
 * in    css    class; NULL: none */
void page_element(struct page *p, const char *element, const char *css, const char *text);

/* page_link - a link within this site
 * err   see page_open() */
void page_link(struct page *p, const char *path, const char *text);

/* page_hidden - a hidden field of a form */
void page_hidden(struct page *p, const char *name, const char *value);

/* page_button - a button that sends its form, with a name and a value
 * in    css    class; NULL: none */
void page_button(struct page *p, const char *name, const char *value, const char *css,
		 const char *text);

/* page_time - a time as <time>, in the system's zone */
void page_time(struct page *p, gint64 s);

/* path_join - a path of this site
 * in    before   "/hold/"; after: "/html" or ""
 *       segment  any text
 * own   the caller frees with g_free() */
char *path_join(const char *before, const char *segment, const char *after);

/* query_add - a field to a path's query; nothing for NULL and ""
 * in    path   "/list" or "/list?a=b" */
void query_add(GString *path, const char *name, const char *value);

#endif
