/* An id is the beginning of a hash in the letters of base64url. */
#include "rule/frozen.h"

#include <string.h>

#include "feature/feature.h"
#include "rule/list.h"
#include "rule/print.h"

static enum frozen_kind kind_of(const struct ruleset *rs, const struct operand *o)
{
	if (o->kind == OPERAND_HEADER || o->kind == OPERAND_EACH)
		return FROZEN_ALWAYS;
	if (o->kind != OPERAND_NAME)
		return FROZEN_NOT;
	if (o->name.table == SOURCE_FEATURE &&
	    rs->tables[SOURCE_FEATURE] == &feature_names &&
	    (feature_flags((enum feature_id)o->name.row) & FEATURE_HEAVY) != 0)
		return FROZEN_ALWAYS;
	return ruleset_row(rs, o->name)->pii ? FROZEN_PII : FROZEN_NOT;
}

static void hash_list(GChecksum *sum, struct list *list)
{
	size_t n = 0;
	const struct bytes *entries = list_entries(list, &n);

	for (size_t i = 0; i < n; i++) {
		g_checksum_update(sum, (const guchar *)entries[i].at,
				  (gssize)entries[i].n);
		g_checksum_update(sum, (const guchar *)"\n", 1);
	}
}

static void hash_operand(const struct ruleset *rs, GChecksum *sum,
			 const struct operand *o)
{
	if (o != NULL && o->kind == OPERAND_LIST && o->text != NULL)
		hash_list(sum, g_hash_table_lookup(rs->lists, o->text));
}

static void hash_lists(const struct ruleset *rs, GChecksum *sum, const struct test *test)
{
	size_t n;
	const struct test *const *tests = tests_within(&test, &n);

	for (size_t i = 0; i < n; i++) {
		hash_operand(rs, sum, &tests[i]->right);
		hash_operand(rs, sum, tests[i]->near);
	}
}

static void name_leaf(const struct ruleset *rs, const struct test *test,
		      struct frozen_leaf *leaf)
{
	GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
	GString *text = g_string_new(NULL);
	guint8 digest[32];
	gsize n = sizeof(digest);
	char *letters;

	print_test(text, test);
	g_checksum_update(sum, (const guchar *)text->str, (gssize)text->len);
	hash_lists(rs, sum, test);
	g_checksum_get_digest(sum, digest, &n);
	letters = g_base64_encode(digest, n);
	g_strdelimit(letters, "+", '.'); /* + - ? begin the answers */
	g_strlcpy(leaf->id, letters, sizeof(leaf->id));
	g_free(letters);
	g_string_free(text, TRUE);
	g_checksum_free(sum);
}

static void prepare_test(struct ruleset *rs, const struct test *test)
{
	struct frozen_leaf *leaf = &rs->frozen[test->leaf];
	enum frozen_kind left = kind_of(rs, &test->left),
			 right = test->op >= OP_IS ? kind_of(rs, &test->right)
						   : FROZEN_NOT;

	if (leaf->kind != FROZEN_NOT || MAX(left, right) == FROZEN_NOT)
		return;
	leaf->kind = MAX(left, right);
	leaf->per_rcpt = test->per_rcpt;
	name_leaf(rs, test, leaf);
	g_hash_table_insert(rs->frozen_leaves, leaf->id,
			    GSIZE_TO_POINTER(test->leaf + 1));
}

void frozen_prepare(struct ruleset *rs)
{
	rs->n_leaves = g_hash_table_size(rs->leaves);
	rs->frozen = arena_new(rs->arena, struct frozen_leaf, rs->n_leaves + 1);
	rs->frozen_leaves = g_hash_table_new(g_str_hash, g_str_equal);
	for (guint i = 0; i < rs->rules->len; i++) {
		const struct rule *rule = g_ptr_array_index(rs->rules, i);

		for (size_t k = 0; k < rule->n_tests; k++)
			prepare_test(rs, rule->tests[k]);
	}
}

size_t frozen_leaf_find(const struct ruleset *rs, const char *id)
{
	char name[FROZEN_ID_BYTES + 1];

	memcpy(name, id, FROZEN_ID_BYTES);
	name[FROZEN_ID_BYTES] = '\0';
	return GPOINTER_TO_SIZE(g_hash_table_lookup(rs->frozen_leaves, name)) - 1;
}
