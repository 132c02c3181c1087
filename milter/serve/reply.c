/* RESP2 and nothing else: who asks for RESP3 is told that it is not spoken. */
#include "serve/reply.h"

#include <inttypes.h>
#include <stdarg.h>

void reply_status(GString *to, const char *text)
{
	g_string_append_printf(to, "+%s\r\n", text);
}

/* What a client sent may stand in it. */
void reply_error(GString *to, const char *format, ...)
{
	gsize begin = to->len + 1;
	va_list args;

	g_string_append_c(to, '-');
	va_start(args, format);
	g_string_append_vprintf(to, format, args);
	va_end(args);
	for (gsize i = begin; i < to->len; i++)
		if ((unsigned char)to->str[i] < ' ' || to->str[i] == 0x7f)
			to->str[i] = '?';
	g_string_append(to, "\r\n");
}

void reply_int(GString *to, int64_t n)
{
	g_string_append_printf(to, ":%" PRId64 "\r\n", n);
}

void reply_text(GString *to, struct bytes text)
{
	g_string_append_printf(to, "$%zu\r\n", text.n);
	if (text.n > 0)
		g_string_append_len(to, text.at, (gssize)text.n);
	g_string_append(to, "\r\n");
}

void reply_nil(GString *to)
{
	g_string_append(to, "$-1\r\n");
}

void reply_array(GString *to, size_t n)
{
	g_string_append_printf(to, "*%zu\r\n", n);
}

void reply_field(GString *to, const char *name, const char *value)
{
	reply_text(to, bytes_of(name));
	reply_text(to, bytes_of(value));
}
