/* Answers in RESP2, appended to what a client is sent. */
#ifndef SERVE_REPLY_H
#define SERVE_REPLY_H

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/compiler.h"

/* reply_status - one line, "+OK"
 * in    text   ours: without a line end */
void reply_status(GString *to, const char *text);

/* reply_error - one line; control characters become "?"
 * in    format   begins with the word that clients look at, "ERR" and others */
void reply_error(GString *to, const char *format, ...) PRINTF_LIKE(2, 3);

/* reply_int - a whole number */
void reply_int(GString *to, int64_t n);

/* reply_text - any bytes */
void reply_text(GString *to, struct bytes text);

/* reply_nil - there is none */
void reply_nil(GString *to);

/* reply_array - so many answers follow, which are its members */
void reply_array(GString *to, size_t n);

/* reply_field - a name and its value, two elements of an array */
void reply_field(GString *to, const char *name, const char *value);

#endif
