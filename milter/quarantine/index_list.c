/* What is read of the index: lists, searches, single holds, numbers. */
#include <sqlite3.h>
#include <string.h>

#include "quarantine/envelope.h"
#include "quarantine/index_db.h"
#include "quarantine/scope.h"
#include "quarantine/search.h"

#define SAME_MOST 100 /* holds of one message; more are of no use to anybody */

static const char *column(sqlite3_stmt *s, int i)
{
	return (const char *)sqlite3_column_text(s, i);
}

static struct hold_rcpt read_rcpt(sqlite3_stmt *s)
{
	int state = sqlite3_column_int(s, 2);
	struct hold_rcpt r = { .address = g_strdup(column(s, 0)),
			       .verdict = g_strdup(column(s, 1)),
			       .state = state >= 0 && state < HOLD_STATE_COUNT
						? (enum hold_state)state
						: HOLD_HELD,
			       .rule = g_strdup(column(s, 3)),
			       .hits = g_strdup(column(s, 4)) };

	for (size_t axis = 0; axis < AXIS_COUNT; axis++)
		r.milli[axis] = sqlite3_column_int64(s, 5 + (int)axis);
	return r;
}

static const char rcpts_sql[] =
	"SELECT r.address, r.verdict, r.state, p.rule, p.hits, p.threat, p.spam, "
	"p.graymail"
	" FROM rcpts r LEFT JOIN points p ON p.id=r.id AND p.nr=r.nr"
	" WHERE r.id=? ORDER BY r.nr";

/* s   of rcpts_sql */
static bool read_rcpts(const struct index *x, sqlite3_stmt *s, const char *id,
		       GArray *rcpts, GError **e)
{
	int got = SQLITE_DONE;

	sqlite3_bind_text(s, 1, id, -1, SQLITE_STATIC);
	while ((got = sqlite3_step(s)) == SQLITE_ROW) {
		struct hold_rcpt r = read_rcpt(s);

		g_array_append_val(rcpts, r);
	}
	sqlite3_reset(s);
	return got == SQLITE_DONE || index_fail(x, "read", e);
}

static void clear_rcpt(gpointer data)
{
	hold_rcpt_clear(data);
}

/* whom rows are shown to */
struct showing {
	const struct index *index;
	sqlite3_stmt *rcpts; /* of rcpts_sql */
	bool (*each)(const struct hold *h, void *user);
	void *user;
};

static bool show_row(const struct showing *to, sqlite3_stmt *s, GError **e)
{
	GArray *rcpts = g_array_new(FALSE, FALSE, sizeof(struct hold_rcpt));
	struct hold h = {
		.id = column(s, 0),
		.queue_id = column(s, 1),
		.mail_from = column(s, 2),
		.from = column(s, 3),
		.subject = column(s, 4),
		.message_id = column(s, 5),
		.reasons = column(s, 6),
		.tenant = column(s, 7),
		.received_s = sqlite3_column_int64(s, 8),
		.expires_s = sqlite3_column_int64(s, 9),
		.bytes = (size_t)sqlite3_column_int64(s, 10),
		.fingerprint = column(s, 11),
		.seen = (uint64_t)sqlite3_column_int64(s, 12),
		.seen_s = sqlite3_column_int64(s, 13),
		.name = column(s, 14),
		.client = column(s, 15),
		.campaign = column(s, 16),
	};

	g_array_set_clear_func(rcpts, clear_rcpt);
	bool more = read_rcpts(to->index, to->rcpts, h.id, rcpts, e);

	h.rcpts = (const struct hold_rcpt *)(void *)rcpts->data;
	h.n_rcpts = rcpts->len;
	if (more)
		more = to->each(&h, to->user);
	g_array_free(rcpts, TRUE);
	return more;
}

/* run a SELECT of whole holds; false only for an error */
bool index_show_rows(struct index *x, sqlite3_stmt *s,
		     bool (*each)(const struct hold *h, void *user), void *user,
		     GError **e)
{
	const struct showing to = { x, index_take(x, rcpts_sql, e), each, user };
	GError *inner = NULL;
	int got = SQLITE_DONE;

	while (to.rcpts != NULL && (got = sqlite3_step(s)) == SQLITE_ROW)
		if (!show_row(&to, s, &inner))
			break;
	if (inner == NULL && got != SQLITE_DONE && got != SQLITE_ROW)
		index_fail(x, "read", &inner);
	index_give(x, s);
	index_give(x, to.rcpts);
	if (inner != NULL) {
		g_propagate_error(e, inner);
		return false;
	}
	return to.rcpts != NULL;
}

#define IS_ADDRESS(column, asked)                                                \
	"(" column "=" asked " OR (substr(" asked ",1,1)='@' AND substr(" column \
	",-length(" asked "))=" asked "))"

/* what words cannot answer: parts of one and the same recipient. ?1 the least place, ?2 the one
 * behind the last, ?3 how many, ?4 only these holds, ?5 any state, ?6 state, ?7 verdict, ?8 deciding
 * rule, ?9 rule, ?10 recipient or @domain, ?11 mailbox; ?12 the question */
/* clang-format off */
#define LIST_WHERE \
	" (?4 IS NULL OR instr(','||?4||',', ','||h.id||',')>0)" \
	" AND EXISTS(SELECT 1 FROM rcpts r LEFT JOIN points p ON p.id=r.id AND p.nr=r.nr" \
	"  WHERE r.id=h.id AND (?5 OR r.state=?6) AND (?7 IS NULL OR r.verdict=?7)" \
	"   AND (?8 IS NULL OR p.rule=?8)" \
	"   AND (?9 IS NULL OR instr(char(10)||p.hits, char(10)||?9||' ')>0)" \
	"   AND (?10 IS NULL OR " IS_ADDRESS("r.address_key", "?10") ")" \
	"   AND (?11 IS NULL OR r.address_key=?11))"

/* What is asked of no recipient in particular is answered by the words alone. */
#define LIST_ANY " (?4 IS NULL OR instr(','||?4||',', ','||h.id||',')>0)"

/* newest first, until there are enough: in the order of the table, or of the words' lists */
#define LIST_SQL(where) \
	INDEX_SELECT_HOLDS "docs k" INDEX_JOIN_HOLDS "WHERE k.nr>=?1 AND k.nr<?2 AND" where \
	" ORDER BY k.nr DESC LIMIT ?3"
#define SEARCH_SQL(where) \
	INDEX_SELECT_HOLDS "texts CROSS JOIN docs k ON k.nr=texts.rowid" INDEX_JOIN_HOLDS \
	"WHERE texts MATCH ?12 AND texts.rowid>=?1 AND texts.rowid<?2 AND" where \
	" ORDER BY texts.rowid DESC LIMIT ?3"
static const char *const list_sql[2][2] = { /* [has words][of one recipient] */
	{ LIST_SQL(LIST_ANY), LIST_SQL(LIST_WHERE) },
	{ SEARCH_SQL(LIST_ANY), SEARCH_SQL(LIST_WHERE) },
};
/* clang-format on */

/* text   made by make() of what is bound; NULL: none */
static void bind_made(sqlite3_stmt *s, int at, const char *text,
		      char *(*make)(const char *text))
{
	char *made = text == NULL ? NULL : make(text);

	index_bind(s, at, made);
	g_free(made);
}

/* the place that a list goes on behind */
static int64_t place_before(const struct index *x, const struct hold_filter *f)
{
	int64_t nr = f->before_id == NULL ? INT64_MAX : index_place_of(x, f->before_id);

	return nr != 0 ? nr : index_place(f->before_s);
}

static void bind_filter(const struct index *x, sqlite3_stmt *s,
			const struct index_query *query)
{
	const struct hold_scope *scope = query->scope;
	const struct hold_filter *f = query->filter;
	bool mailbox = scope->kind == HOLD_SCOPE_MAILBOX;
	size_t most = f->most == 0 ? HOLD_LIST_MOST : f->most;

	sqlite3_bind_int64(s, 1, index_place(f->since_s));
	sqlite3_bind_int64(s, 2, place_before(x, f));
	sqlite3_bind_int64(s, 3, f->doubtful ? -1 : (int64_t)most);
	index_bind(s, 4, scope->holds);
	sqlite3_bind_int(s, 5, f->all_states);
	sqlite3_bind_int(s, 6, (int)f->state);
	index_bind(s, 7, f->parts.verdict);
	index_bind(s, 8, f->parts.decided_by);
	index_bind(s, 9, f->parts.rule);
	bind_made(s, 10, f->parts.rcpt, hold_address_key);
	bind_made(s, 11, mailbox ? scope->mailbox : NULL, hold_address_key);
}

/* Is it asked what one and the same recipient's part is like? Which state one of them has, the
 * words know. */
static bool is_of_one(const struct index_query *query)
{
	const struct hold_parts *p = &query->filter->parts;

	return query->scope->kind == HOLD_SCOPE_MAILBOX || p->verdict != NULL ||
	       p->decided_by != NULL || p->rule != NULL || p->rcpt != NULL;
}

static bool list(struct index *x, const struct index_query *query,
		 bool (*each)(const struct hold *h, void *user), void *user, GError **e)
{
	char *question = search_question(query);
	sqlite3_stmt *s = index_take(x, list_sql[question != NULL][is_of_one(query)], e);

	if (s != NULL) {
		bind_filter(x, s, query);
		if (question != NULL)
			index_bind(s, 12, question);
	}
	g_free(question);
	return s != NULL && index_show_rows(x, s, each, user, e);
}

bool index_list(struct index *x, const struct index_query *query,
		bool (*each)(const struct hold *h, void *user), void *user, GError **e)
{
	index_enter(x);
	return index_leave(x, list(x, query, each, user, e));
}

bool index_find(struct index *x, const char *id,
		bool (*each)(const struct hold *h, void *user), void *user, GError **e)
{
	bool own = index_has(x, id);

	index_enter(x);
	sqlite3_stmt *s =
		index_prepare(x,
			      own ? INDEX_SELECT_ONE "WHERE h.id=?"
				  : INDEX_SELECT_ONE "WHERE h.queue_id=? LIMIT 2",
			      e);

	if (s == NULL)
		return index_leave(x, false);
	index_bind(s, 1, id);
	return index_leave(x, index_show_rows(x, s, each, user, e));
}

/* s   is finalized; NULL: e says why there is none. ids_r is never NULL */
static bool take_ids(struct index *x, sqlite3_stmt *s, char ***ids_r, GError **e)
{
	GPtrArray *ids = g_ptr_array_new();
	int got = SQLITE_ERROR;

	while (s != NULL && (got = sqlite3_step(s)) == SQLITE_ROW)
		g_ptr_array_add(ids, g_strdup(column(s, 0)));
	sqlite3_finalize(s);
	g_ptr_array_add(ids, NULL);
	*ids_r = (char **)g_ptr_array_free(ids, FALSE);
	return got == SQLITE_DONE || (s != NULL && index_fail(x, "read", e));
}

bool index_same(struct index *x, const char *fingerprint, int64_t since_s, char ***ids_r,
		GError **e)
{
	index_enter(x);
	sqlite3_stmt *s =
		index_prepare(x,
			      "SELECT c.id FROM copies c JOIN holds h ON h.id=c.id"
			      " WHERE c.fingerprint=? AND h.received_s >= ?"
			      " ORDER BY h.received_s DESC, c.id DESC LIMIT ?",
			      e);

	if (s != NULL) {
		index_bind(s, 1, fingerprint);
		sqlite3_bind_int64(s, 2, since_s);
		sqlite3_bind_int64(s, 3, SAME_MOST);
	}
	return index_leave(x, take_ids(x, s, ids_r, e));
}

GHashTable *index_held(struct index *x)
{
	GHashTable *ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	index_enter(x);
	sqlite3_stmt *s =
		index_prepare(x, "SELECT DISTINCT id FROM rcpts WHERE state=0", NULL);

	while (s != NULL && sqlite3_step(s) == SQLITE_ROW)
		g_hash_table_add(ids, g_strdup(column(s, 0)));
	sqlite3_finalize(s);
	index_leave(x, s != NULL);
	return ids;
}

/* Of max() SQLite gives the other columns of the row that has it. */
bool index_mailboxes(struct index *x, int64_t since_s,
		     bool (*each)(const char *tenant, const char *address, void *user),
		     void *user, GError **e)
{
	index_enter(x);
	sqlite3_stmt *s = index_prepare(
		x,
		"SELECT h.tenant, r.address, max(h.received_s) FROM holds h"
		" CROSS JOIN rcpts r ON r.id=h.id WHERE h.received_s>=? AND r.state=0"
		" GROUP BY r.address_key, h.tenant",
		e);
	int got = SQLITE_ERROR;

	if (s != NULL)
		sqlite3_bind_int64(s, 1, since_s);
	while (s != NULL && (got = sqlite3_step(s)) == SQLITE_ROW)
		if (!each(column(s, 0), column(s, 1), user))
			break;
	sqlite3_finalize(s);
	bool done = got == SQLITE_DONE || got == SQLITE_ROW ||
		    (s != NULL && index_fail(x, "read", e));

	return index_leave(x, done);
}

/* s   of index_weigh(): rows of one hold stand together */
static int weigh_rows(sqlite3_stmt *s,
		      void (*each)(const struct index_weight *w, void *user), void *user)
{
	struct index_weight w = { .id = NULL };
	char *id = NULL;
	int got;

	while ((got = sqlite3_step(s)) == SQLITE_ROW) {
		const char *verdict = column(s, 2);
		int rank = verdict == NULL
				   ? -1
				   : word_find(verdict_names, VERDICT_COUNT, verdict);

		if (id == NULL || strcmp(id, column(s, 0)) != 0) {
			if (id != NULL)
				each(&w, user);
			g_free(id);
			w.id = id = g_strdup(column(s, 0));
			w.bytes = (size_t)sqlite3_column_int64(s, 1);
			w.verdict = -1;
		}
		w.verdict = MAX(w.verdict, rank);
	}
	if (id != NULL)
		each(&w, user);
	g_free(id);
	return got;
}

bool index_weigh(struct index *x, void (*each)(const struct index_weight *w, void *user),
		 void *user, GError **e)
{
	index_enter(x);
	sqlite3_stmt *s = index_prepare(
		x,
		"SELECT h.id, h.bytes, r.verdict FROM holds h CROSS JOIN rcpts r"
		" ON r.id=h.id WHERE EXISTS(SELECT 1 FROM rcpts o WHERE o.id=h.id AND"
		" o.state=0) ORDER BY h.received_s DESC, h.id DESC",
		e);
	bool done = s != NULL && (weigh_rows(s, each, user) == SQLITE_DONE ||
				  index_fail(x, "read", e));

	sqlite3_finalize(s);
	return index_leave(x, done);
}

bool index_expired(struct index *x, int64_t now_s, char ***ids_r, GError **e)
{
	index_enter(x);
	sqlite3_stmt *s =
		index_prepare(x,
			      "SELECT id FROM holds h WHERE expires_s < ? AND EXISTS"
			      "(SELECT 1 FROM rcpts r WHERE r.id=h.id AND r.state=0)",
			      e);

	if (s != NULL)
		sqlite3_bind_int64(s, 1, now_s);
	return index_leave(x, take_ids(x, s, ids_r, e));
}

/* the one number that a statement gives; 0 when it cannot be read */
static int64_t ask_number(struct index *x, const char *sql)
{
	int64_t n = 0;

	index_enter(x);
	sqlite3_stmt *s = index_prepare(x, sql, NULL);

	if (s != NULL && sqlite3_step(s) == SQLITE_ROW)
		n = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	index_leave(x, s != NULL);
	return n;
}

int64_t index_newest(struct index *x)
{
	return ask_number(x, "SELECT max(received_s) FROM holds");
}

int64_t index_count_held(struct index *x)
{
	return ask_number(x, "SELECT count(DISTINCT id) FROM rcpts WHERE state=0");
}

static bool has_row(struct index *x, const char *sql, const char *id)
{
	index_enter(x);
	sqlite3_stmt *s = index_prepare(x, sql, NULL);
	bool has = false;

	if (s != NULL) {
		index_bind(s, 1, id);
		has = sqlite3_step(s) == SQLITE_ROW;
	}
	sqlite3_finalize(s);
	return index_leave(x, has);
}

bool index_has(struct index *x, const char *id)
{
	return has_row(x, "SELECT 1 FROM holds WHERE id=?", id);
}

bool index_is_over(struct index *x, const char *id)
{
	return has_row(x,
		       "SELECT 1 FROM holds h WHERE id=? AND NOT EXISTS"
		       "(SELECT 1 FROM rcpts r WHERE r.id=h.id AND r.state=0)",
		       id);
}
