/* What all formats of mailboxes share. Nothing is taken before all is checked. */
#include "mailbox/boxes.h"

#include "base/limits.h"
#include "message/address.h"

void boxes_report(struct boxes *b, size_t line, const char *format, ...)
{
	va_list args;

	if (b->n_reports++ >= LIMIT_RULE_ERRORS)
		return;
	if (b->reports->len > 0)
		g_string_append_c(b->reports, '\n');
	g_string_append_printf(b->reports, "%s:%zu: ", b->reading->name, line);
	va_start(args, format);
	g_string_append_vprintf(b->reports, format, args);
	va_end(args);
}

const char *boxes_ours(struct boxes *b, const char *text)
{
	const char *key = address_key(b->arena, text);

	return key != NULL && *key != '\0' &&
			       options_tenant(b->reading->options, address_domain(key)) ==
				       b->reading->tenant
		       ? key
		       : NULL;
}

void boxes_add(struct boxes *b, size_t line, const char *address,
	       const struct mailbox *box)
{
	struct mailbox_row row = { .address = address, .box = *box };
	size_t before = GPOINTER_TO_SIZE(g_hash_table_lookup(b->row_line, address));

	if (before != 0 && before != line + 1) {
		boxes_report(b, line, "%s stands in line %zu already", address,
			     before - 1);
		return;
	}
	if (before != 0)
		return;
	g_hash_table_insert(b->row_line, (void *)(uintptr_t)address,
			    GSIZE_TO_POINTER(line + 1));
	g_array_append_val(b->rows, row);
}
