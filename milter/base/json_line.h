/* JSON written from its beginning to its end into one text, without a tree of it first: for
 * lines that are written once a message. Commas are set where they belong. */
#ifndef BASE_JSON_LINE_H
#define BASE_JSON_LINE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* json_line_open - begin an object or a list
 * in    bracket   '{' or '['
 * use   what is inside, then json_line_close() */
void json_line_open(GString *out, char bracket);

/* json_line_close - end an object or a list
 * in    bracket   '}' or ']' */
void json_line_close(GString *out, char bracket);

/* json_line_name - the name of a member; its value is to follow
 * in    name   UTF-8 that needs no escapes */
void json_line_name(GString *out, const char *name);

/* json_line_text - a text as value
 * in    text   any bytes
 * err   what is not UTF-8 is made so
 * ref   RFC 8259 7 */
void json_line_text(GString *out, const char *text);

/* json_line_int - a whole number as value */
void json_line_int(GString *out, int64_t n);

/* json_line_bool - true or false as value */
void json_line_bool(GString *out, bool yes);

/* json_line_put_text - a member whose value is a text
 * in    text   NULL: there is no such member */
void json_line_put_text(GString *out, const char *name, const char *text);

/* json_line_put_int - a member whose value is a whole number */
void json_line_put_int(GString *out, const char *name, int64_t n);

/* json_line_put_bool - a member whose value is true or false */
void json_line_put_bool(GString *out, const char *name, bool yes);

/* json_line_null - null as value */
void json_line_null(GString *out);

#endif
