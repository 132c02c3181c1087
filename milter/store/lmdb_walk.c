/* LMDB trusts its file: a page that points outside of it, or a node that points outside of
 * its page, ends the process. So pages are read here by hand, and every number in them is
 * checked before it is used. Layout: LMDB 0.9, data format version 1, 64 bits, little
 * endian. This file must never map the file. */
#include "store/lmdb_walk.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/limits.h"
#include "store/lmdb_check.h"

#define DEPTH_MOST 32 /* LMDB's own bound */
#define NODE_HEADER 8

enum page_flag { PAGE_BRANCH = 1, PAGE_LEAF = 2, PAGE_OVERFLOW = 4 };

#define NODE_BIG 1 /* the value has pages of its own */

struct page_head {
	uint64_t number;
	uint16_t pad, flags;
	uint16_t lower, upper; /* of an overflow page: together the number of pages */
};

struct node {
	uint64_t child; /* in a branch */
	uint64_t value; /* in a leaf: its bytes */
	uint16_t flags, key;
	const char *at; /* the key; the value stands behind it */
};

struct walk {
	int fd;
	const char *path;
	size_t page_bytes;
	uint64_t last_page;
	char *page[DEPTH_MOST];
	unsigned char *used; /* a bit for each page */
	bool in_order;       /* keys of this tree are compared byte by byte */
	char key[LIMIT_KEY_BYTES];
	size_t key_n; /* of the key before, 0: none yet */
	uint64_t pages, entries;
	GError **e;
};

static bool report(const struct walk *w, uint64_t page, const char *what)
{
	g_set_error(w->e, WONTED_ERROR, WONTED_ERROR_STORE,
		    "%s: page %" G_GUINT64_FORMAT " %s; this is no sound store: put the "
		    "backup back, or move the file away and import again",
		    w->path, page, what);
	return false;
}

static bool use_page(struct walk *w, uint64_t number)
{
	unsigned char bit = (unsigned char)(1U << (number % 8));

	if (number < 2 || number > w->last_page)
		return report(w, number, "is outside of the file");
	if (w->used[number / 8] & bit)
		return report(w, number, "is used twice");
	w->used[number / 8] |= bit;
	w->pages++;
	return true;
}

static bool read_page(struct walk *w, uint64_t number, char *page,
		      struct page_head *head_r)
{
	if (!use_page(w, number))
		return false;
	if (pread(w->fd, page, w->page_bytes, (off_t)(number * w->page_bytes)) !=
	    (ssize_t)w->page_bytes)
		return report(w, number, "cannot be read");
	memcpy(head_r, page, sizeof(*head_r));
	return head_r->number == number || report(w, number, "has the number of another");
}

/* The pages of one long value. */
static bool walk_overflow(struct walk *w, const struct node *n)
{
	uint64_t first, count;
	struct page_head head;
	char *page = g_malloc(w->page_bytes);
	bool good;

	memcpy(&first, n->at + n->key, sizeof(first));
	good = read_page(w, first, page, &head);
	g_free(page);
	if (!good)
		return false;
	if (!(head.flags & PAGE_OVERFLOW))
		return report(w, first, "should hold a long value");
	count = head.lower | (uint64_t)head.upper << 16;
	if (count * w->page_bytes < n->value + LMDB_PAGE_HEADER)
		return report(w, first, "is too short for its value");
	for (uint64_t i = 1; i < count; i++)
		if (!use_page(w, first + i))
			return false;
	return true;
}

static bool read_node(const struct walk *w, const char *page, size_t i, bool leaf,
		      struct node *n_r)
{
	uint16_t at, lo, hi;
	size_t stays;

	memcpy(&at, page + LMDB_PAGE_HEADER + i * sizeof(at), sizeof(at));
	if (at < LMDB_PAGE_HEADER || (size_t)at + NODE_HEADER > w->page_bytes)
		return false;
	memcpy(&lo, page + at, sizeof(lo));
	memcpy(&hi, page + at + 2, sizeof(hi));
	memcpy(&n_r->flags, page + at + 4, sizeof(n_r->flags));
	memcpy(&n_r->key, page + at + 6, sizeof(n_r->key));
	n_r->value = lo | (uint64_t)hi << 16;
	n_r->child = n_r->value | (uint64_t)n_r->flags << 32;
	n_r->at = page + at + NODE_HEADER;
	stays = !leaf                          ? 0
		: (n_r->flags & NODE_BIG) != 0 ? sizeof(uint64_t)
					       : (size_t)n_r->value;
	return n_r->key <= LIMIT_KEY_BYTES &&
	       (size_t)at + NODE_HEADER + n_r->key + stays <= w->page_bytes;
}

static bool is_after_last(struct walk *w, const struct node *n)
{
	int order = memcmp(w->key, n->at, MIN(w->key_n, n->key));
	bool after = order < 0 || (order == 0 && w->key_n < n->key);

	memcpy(w->key, n->at, n->key);
	w->key_n = n->key;
	return after;
}

static bool walk_leaf(struct walk *w, uint64_t number, const char *page, size_t nodes)
{
	for (size_t i = 0; i < nodes; i++) {
		struct node n;

		if (!read_node(w, page, i, true, &n))
			return report(w, number, "has an entry outside of it");
		if (w->in_order && !is_after_last(w, &n))
			return report(w, number, "has keys out of order");
		if ((n.flags & NODE_BIG) != 0 && !walk_overflow(w, &n))
			return false;
		w->entries++;
	}
	return true;
}

static bool walk_page(struct walk *w, uint64_t number, unsigned depth)
{
	char *page = w->page[depth - 1];
	struct page_head head;
	size_t nodes;

	if (!read_page(w, number, page, &head))
		return false;
	if (head.lower < LMDB_PAGE_HEADER || head.lower > head.upper ||
	    head.upper > w->page_bytes || head.lower % 2 != 0)
		return report(w, number, "has impossible bounds");
	nodes = (head.lower - LMDB_PAGE_HEADER) / 2U;
	if (depth == 1)
		return (head.flags & PAGE_LEAF) != 0
			       ? walk_leaf(w, number, page, nodes)
			       : report(w, number, "should be a leaf");
	if (!(head.flags & PAGE_BRANCH))
		return report(w, number, "should be a branch");
	for (size_t i = 0; i < nodes; i++) {
		struct node n;

		if (!read_node(w, page, i, false, &n))
			return report(w, number, "has an entry outside of it");
		if (!walk_page(w, n.child, depth - 1))
			return false;
	}
	return true;
}

static bool walk_tree(struct walk *w, const struct lmdb_tree *tree, bool in_order)
{
	w->in_order = in_order;
	w->key_n = 0;
	w->entries = 0;
	if (tree->root != LMDB_NO_PAGE) {
		if (tree->depth == 0 || tree->depth > DEPTH_MOST)
			return report(w, tree->root, "has an impossible depth");
		for (unsigned i = 0; i < tree->depth; i++)
			if (w->page[i] == NULL)
				w->page[i] = g_malloc(w->page_bytes);
		if (!walk_page(w, tree->root, tree->depth))
			return false;
	}
	return w->entries == tree->entries ||
	       report(w, tree->root, "leads to more or fewer entries than it says");
}

/* The meta page of a transaction. lmdb_check() has looked at the newest only. */
static bool find_meta(const struct walk *w, uint64_t txn, struct lmdb_meta *m_r)
{
	struct lmdb_meta first, second;
	struct stat st;
	bool newest;

	if (!lmdb_meta_read(w->fd, 0, &first) ||
	    !lmdb_meta_read(w->fd, (off_t)first.trees[0].pad, &second))
		return report(w, 0, "cannot be read");
	newest = second.txn > first.txn;
	*m_r = newest ? second : first;
	if (txn != LMDB_WALK_NEWEST && m_r->txn != txn)
		*m_r = newest ? first : second;
	if (txn != LMDB_WALK_NEWEST && m_r->txn != txn)
		return report(w, 0, "was written again meanwhile: try once more");
	if (second.trees[0].pad != first.trees[0].pad || fstat(w->fd, &st) != 0 ||
	    m_r->last_page >= (uint64_t)st.st_size / first.trees[0].pad)
		return report(w, newest ? 1 : 0, "does not fit the file");
	return true;
}

bool lmdb_walk(int fd, const char *path, uint64_t txn, struct store_sound *sound_r,
	       GError **e)
{
	struct walk w = { .fd = fd, .path = path, .e = e };
	struct lmdb_meta meta;
	bool good;

	if (!lmdb_check(fd, path, e) || !find_meta(&w, txn, &meta))
		return false;
	w.page_bytes = meta.trees[0].pad;
	w.last_page = meta.last_page;
	w.used = g_malloc0(w.last_page / 8 + 1);
	good = walk_tree(&w, &meta.trees[0], false) &&
	       walk_tree(&w, &meta.trees[1], true);
	*sound_r = (struct store_sound){ .pages = w.pages + 2, .entries = w.entries };
	for (size_t i = 0; i < DEPTH_MOST; i++)
		g_free(w.page[i]);
	g_free(w.used);
	return good;
}
