/* Zone files: either read, or refused with the line; what is read can be asked. */
#include <glib.h>
#include <stdint.h>

#include "auth/dmarc_record.h"
#include "auth/resolver_backend.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const enum dns_type types[] = { DNS_A, DNS_MX, DNS_TXT, DNS_PTR,
					       DNS_AAAA };
	struct bytes text = { .at = (const char *)data, .n = n };
	GError *e = NULL;
	struct resolver *r = resolver_zone_text("zone", text, &e);

	g_assert((r == NULL) == (e != NULL));
	for (size_t i = 0; r != NULL && i < G_N_ELEMENTS(types); i++) {
		struct dns_query *q = resolver_ask(r, "a.example", types[i]);
		const struct dns_answer *a = resolver_wait(q, 0);

		for (size_t k = 0; k < a->n; k++) {
			struct dmarc_record record;

			if (dmarc_record_is(a->rrs[k].data))
				dmarc_record_read(a->rrs[k].data, &record);
		}
		dns_query_release(&q);
	}
	g_clear_error(&e);
	resolver_close(&r);
	return 0;
}
