/* Domain names, look-alikes, URLs in text, and what Unicode does to names. Two names in one
 * input are parted by a line end. */
#include <stdint.h>

#include "10-unit/message/sane.h"
#include "message/domain.h"
#include "message/links.h"
#include "message/unicode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void try_text(struct arena *a, const char *text)
{
	const char *folded = unicode_fold(a, text);

	sane_text(folded);
	/* folding a folded text changes nothing */
	g_assert_cmpstr(unicode_fold(a, folded), ==, folded);
	sane_text(unicode_skeleton(a, text));
	sane_text(unicode_lower(a, text));
	unicode_mixed_scripts(text);
	if (strlen(text) < 40) /* opens a transliterator: slow */
		sane_text(unicode_latin(a, text));
}

static const char *try_domain(struct arena *a, const char *text)
{
	const char *key = domain_key(a, text);

	if (key == NULL)
		return NULL;
	g_assert_cmpstr(domain_key(a, key), ==, key);
	g_assert_true(g_str_has_suffix(key, domain_org(key)));
	g_assert_true(domain_within(key, domain_org(key)));
	sane_text(unicode_domain_shown(a, key));
	return key;
}

static void try_links(struct arena *a, struct bytes text)
{
	GArray *links = g_array_new(FALSE, FALSE, sizeof(struct link));

	links_in_text(a, text, links, 20);
	for (guint i = 0; i < links->len; i++) {
		struct link *l = &g_array_index(links, struct link, i);

		links_resolve(a, l, NULL);
		sane_text(l->url);
		g_assert_true(l->host == NULL || g_str_has_suffix(l->host, l->org));
	}
	g_array_free(links, TRUE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a = arena_create();
	const char *valid = unicode_valid(a, (struct bytes){ (const char *)data, n });
	char **line = g_strsplit(arena_strndup(a, (const char *)data, n), "\n", 3);
	const char *how, *one, *other;

	try_text(a, valid);
	try_text(a, arena_strndup(a, (const char *)data, n));
	try_links(a, bytes_of(valid));
	if (line[0] != NULL && line[1] != NULL) {
		one = try_domain(a, line[0]);
		other = try_domain(a, line[1]);
		if (one != NULL && other != NULL)
			g_assert_true(domain_lookalike(one, other, &how) == ANSWER_NO ||
				      how != NULL);
	}
	g_strfreev(line);
	arena_destroy(&a);
	return 0;
}
