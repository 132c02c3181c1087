/* Proofs from any bytes, run against fixed rules that read names of every type. */
#include <glib.h>
#include <stdint.h>

#include "rule/rule.h"

static const char rules[] =
	"list l \"a.example\" \"b\"\n"
	"rule a\n reason \"{from.address} {found} {pair.days_known} {first_contact}\"\n"
	" when (from.domain under l or links.hosts in l) and not pair.known\n"
	" and header \"X-A\" exists\n threat +2\n if unknown threat +1\n"
	"rule b\n reason \"b\"\n when size > 3 kB or subject mentions any of l or "
	"first_contact\n"
	" spam -1.5\n observe\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct rule_text texts[] = {
		{ "r.rules", { rules, sizeof(rules) - 1 } },
		{ "r.rtest", { (const char *)data, n } },
	};
	struct ruleset_source source = { .texts = texts, .n_texts = G_N_ELEMENTS(texts) };
	GError *e = NULL;
	struct ruleset *rs = ruleset_load_texts(&source, &e);
	char *printed = rules_format("r.rtest", texts[1].text, NULL);

	g_assert((rs == NULL) == (e != NULL));
	g_assert(e == NULL || g_utf8_validate(e->message, -1, NULL));
	if (rs != NULL) {
		texts[1].text = bytes_of(printed);
		ruleset_free(rs);
		rs = ruleset_load_texts(&source, NULL);
		g_assert(rs != NULL);
	}
	ruleset_free(rs);
	g_clear_error(&e);
	g_free(printed);
	return 0;
}
