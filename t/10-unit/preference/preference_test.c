/* Evidence counts once, whatever comes again and in whatever batch; slips teach nothing; what
 * excuses needs proof. */
#include "preference/preference.h"

#include <glib.h>

#include "base/limits.h"
#include "preference/received.h"
#include "store/keys.h"

#define T0 INT64_C(1700000000000)
#define ENTRY "news@shop.example"
#define BOX "ann@acme.example"

static const char *const shop[] = { "shop.example" };
static const char *const other[] = { "else.example" };
static const struct preference_subject mail = { .sender = ENTRY,
						.org = "shop.example",
						.proven = true };

struct box {
	struct arena *a;
	struct store *s;
};

static void set_up(struct box *b, gconstpointer url)
{
	b->a = arena_create();
	b->s = store_open(url, &(struct store_setup){ .write = true }, NULL);
	g_assert_nonnull(b->s);
}

static void tear_down(struct box *b, gconstpointer url)
{
	(void)url;
	store_close(&b->s);
	arena_destroy(&b->a);
}

static void change(struct box *b, const char *entry, const struct preference *p)
{
	struct store_write w = preference_change(b->a, "acme", BOX, entry, p);

	g_assert_cmpint(store_write_many(b->s, &w, 1, NULL), ==, STORE_WROTE);
}

static struct preference_evidence act(const char *id, enum feedback f, int64_t at_ms)
{
	return (struct preference_evidence){ .message = preference_mark(id),
					     .at_ms = at_ms,
					     .label = feedback_rows[f].label,
					     .feedback = f,
					     .sender = preference_mark(ENTRY) };
}

static void did(struct box *b, const char *id, enum feedback f, int64_t at_ms)
{
	struct preference_evidence e = act(id, f, at_ms);

	change(b, ENTRY, &(struct preference){ .evidence = &e, .n_evidence = 1 });
}

static struct preference stored(struct box *b, const char *entry)
{
	struct store_read r = { .key = key_build(b->a, FAMILY_PREFERENCE, "acme", BOX,
						 entry) };
	struct preference p = { 0 };

	store_read_many(b->s, &r, 1, 0, b->a);
	if (r.answer == ANSWER_YES)
		g_assert_cmpint(preference_decode(b->a, r.value, &p), ==, ANSWER_YES);
	return p;
}

static struct preference_view look(struct box *b)
{
	struct preference p = stored(b, ENTRY);
	struct preference_view v;

	preference_look(&p, ENTRY_SENDER, &mail, T0 / 1000 + 3600, &v);
	return v;
}

static void says(struct box *b, enum preference_kind kind, int64_t count)
{
	struct preference_view v = look(b);

	g_assert_cmpint(v.kind, ==, kind);
	g_assert_cmpint(v.count, ==, count);
}

static void counts_once(struct box *b, gconstpointer url)
{
	(void)url;
	says(b, PREFERENCE_NONE, 0);
	did(b, "1", FEEDBACK_JUNK, T0);
	did(b, "2", FEEDBACK_JUNK, T0 + 90000);
	says(b, PREFERENCE_JUNK, 2);
	for (int i = 0; i < 3; i++) {
		did(b, "1", FEEDBACK_JUNK, T0);
		did(b, "2", FEEDBACK_JUNK, T0 + 90000);
	}
	says(b, PREFERENCE_JUNK, 2);
	g_assert_cmpstr(look(b).cause, ==, "moved to Junk");
	g_assert_cmpint(look(b).since_s, ==, T0 / 1000);
	g_assert_cmpint(look(b).strength, ==, STRENGTH_STRONG);
	/* the same message once more is the same message */
	did(b, "1", FEEDBACK_JUNK, T0 + 200000);
	says(b, PREFERENCE_JUNK, 2);
	did(b, "3", FEEDBACK_WANTED, T0 + 300000);
	says(b, PREFERENCE_WANTED, 1);
}

/* Applied again from the begin, the same events lead to the same. */
static void replays(struct box *b, gconstpointer url)
{
	static const struct {
		const char *id;
		enum feedback f;
		int64_t at;
	} all[] = { { "1", FEEDBACK_JUNK, 0 },         { "1", FEEDBACK_WANTED, 30000 },
		    { "2", FEEDBACK_GRAYMAIL, 31000 }, { "1", FEEDBACK_JUNK, 32000 },
		    { "2", FEEDBACK_REVOKED, 40000 },  { "3", FEEDBACK_FLAGGED, 50000 } };
	struct preference first;

	(void)url;
	for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
		did(b, all[i].id, all[i].f, T0 + all[i].at);
	first = stored(b, ENTRY);
	for (size_t from = 0; from < G_N_ELEMENTS(all); from++)
		for (size_t i = from; i < G_N_ELEMENTS(all); i++)
			did(b, all[i].id, all[i].f, T0 + all[i].at);
	struct preference again = stored(b, ENTRY);

	g_assert_cmpuint(first.n_evidence, ==, 3);
	g_assert_true(bytes_equal(codec_encode(&preference_codec, &first, b->a),
				  codec_encode(&preference_codec, &again, b->a)));
}

static void slips(struct box *b, gconstpointer url)
{
	(void)url;
	did(b, "1", FEEDBACK_JUNK, T0);
	did(b, "1", FEEDBACK_WANTED, T0 + LIMIT_SLIP_MS);
	says(b, PREFERENCE_NONE, 0);
	g_assert_cmpint(stored(b, ENTRY).evidence[0].undone, ==, 1 + FEEDBACK_JUNK);
	did(b, "2", FEEDBACK_JUNK, T0);
	did(b, "2", FEEDBACK_WANTED, T0 + LIMIT_SLIP_MS + 1);
	says(b, PREFERENCE_WANTED, 1);
	/* what it was before comes back */
	did(b, "2", FEEDBACK_JUNK, T0 + LIMIT_SLIP_MS * 3);
	did(b, "2", FEEDBACK_WANTED, T0 + LIMIT_SLIP_MS * 3 + 1000);
	says(b, PREFERENCE_WANTED, 1);
	/* said twice, it is still taken back */
	did(b, "4", FEEDBACK_JUNK, T0 + LIMIT_SLIP_MS * 5);
	did(b, "4", FEEDBACK_JUNK, T0 + LIMIT_SLIP_MS * 5 + 10);
	did(b, "4", FEEDBACK_WANTED, T0 + LIMIT_SLIP_MS * 5 + 1000);
	g_assert_cmpint(stored(b, ENTRY).evidence[2].label, ==, PREFERENCE_NONE);
	/* on to another folder is no way back */
	did(b, "3", FEEDBACK_JUNK, T0 + LIMIT_SLIP_MS * 6);
	did(b, "3", FEEDBACK_GRAYMAIL, T0 + LIMIT_SLIP_MS * 6 + 1000);
	says(b, PREFERENCE_GRAYMAIL, 1);
	did(b, "3", FEEDBACK_REVOKED, T0 + LIMIT_SLIP_MS * 9);
	did(b, "none", FEEDBACK_REVOKED, T0 + LIMIT_SLIP_MS * 9);
	g_assert_cmpuint(stored(b, ENTRY).n_evidence, ==, 4);
}

static void weak_hints(struct box *b, gconstpointer url)
{
	(void)url;
	did(b, "1", FEEDBACK_REPLIED, T0);
	says(b, PREFERENCE_WANTED, 1);
	g_assert_cmpint(look(b).strength, ==, STRENGTH_WEAK);
	did(b, "2", FEEDBACK_JUNK, T0 + 1000);
	says(b, PREFERENCE_JUNK, 1);
	did(b, "2", FEEDBACK_FLAGGED,
	    T0 + 2000); /* of the same message: the move stands */
	did(b, "3", FEEDBACK_REPLIED, T0 + 3000);
	says(b, PREFERENCE_JUNK, 1);
}

static void statements(struct box *b, gconstpointer url)
{
	(void)url;
	did(b, "1", FEEDBACK_JUNK, T0 + 5000);
	change(b, ENTRY,
	       &(struct preference){ .kind = PREFERENCE_WANTED,
				     .cause = "ann",
				     .since_s = T0 / 1000,
				     .stated_ms = T0 });
	g_assert_cmpint(look(b).strength, ==, STRENGTH_STATED);
	says(b, PREFERENCE_WANTED, 0);
	change(b, ENTRY, /* older than what stands there */
	       &(struct preference){ .kind = PREFERENCE_GRAYMAIL, .stated_ms = T0 - 1 });
	says(b, PREFERENCE_WANTED, 0);
	change(b, ENTRY,
	       &(struct preference){ .kind = PREFERENCE_WANTED,
				     .stated_ms = T0 + 10,
				     .expires_s = T0 / 1000 + 60 });
	says(b, PREFERENCE_JUNK, 1);
	change(b, ENTRY, &(struct preference){ .forgotten_ms = T0 + 6000 });
	says(b, PREFERENCE_NONE, 0);
	did(b, "1", FEEDBACK_JUNK, T0 + 5000);
	says(b, PREFERENCE_NONE, 0);
	did(b, "2", FEEDBACK_JUNK, T0 + 7000);
	says(b, PREFERENCE_JUNK, 1);
	did(b, "1", FEEDBACK_JUNK, T0 + 8000); /* once more, after it was forgotten */
	says(b, PREFERENCE_JUNK, 2);
}

static void bounded(struct box *b, gconstpointer url)
{
	char id[20];

	(void)url;
	for (int i = 0; i < 3 * LIMIT_EVIDENCE; i++) {
		g_snprintf(id, sizeof(id), "%d", i);
		did(b, id, FEEDBACK_JUNK, T0 + i);
	}
	says(b, PREFERENCE_JUNK, LIMIT_EVIDENCE);
	did(b, "0", FEEDBACK_WANTED, T0 + 1); /* forgotten long ago, and stays so */
	says(b, PREFERENCE_JUNK, LIMIT_EVIDENCE);
	g_assert_cmpint(stored(b, ENTRY).evidence[0].at_ms, ==, T0 + 2 * LIMIT_EVIDENCE);
}

static struct preference_view look_at(const struct preference *p,
				      enum preference_entry of,
				      const struct preference_subject *s)
{
	struct preference_view v;

	preference_look(p, of, s, T0 / 1000, &v);
	return v;
}

static void lists_need_their_signature(void)
{
	struct preference_evidence e = act("1", FEEDBACK_WANTED, T0);
	struct preference p = { .evidence = &e, .n_evidence = 1 };
	struct preference_subject s = { .sender = "a@b.example",
					.list_id = "news.shop",
					.signers = shop,
					.n_signers = 1 };
	struct preference_view v;

	e.signer = preference_mark("shop.example");
	v = look_at(&p, ENTRY_LIST, &s);
	g_assert_cmpint(v.kind, ==, PREFERENCE_WANTED);
	g_assert_true(preference_counts(&v, ENTRY_LIST, &s));
	s.signers = other;
	g_assert_cmpint(look_at(&p, ENTRY_LIST, &s).kind, ==, PREFERENCE_NONE);
	s.n_signers = 0;
	g_assert_cmpint(look_at(&p, ENTRY_LIST, &s).kind, ==, PREFERENCE_NONE);
	p = (struct preference){ .kind = PREFERENCE_WANTED, .stated_ms = 1 };
	s.n_signers = 1;
	g_assert_cmpint(look_at(&p, ENTRY_LIST, &s).kind, ==, PREFERENCE_NONE);
	p.signer = "else.example";
	g_assert_cmpint(look_at(&p, ENTRY_LIST, &s).kind, ==, PREFERENCE_WANTED);
	s.signers = shop;
	g_assert_cmpint(look_at(&p, ENTRY_LIST, &s).kind, ==, PREFERENCE_NONE);
}

/* By a list somebody wrote: his letters are another matter, and his domain, too. */
static void lists_say_nothing_of_writers(void)
{
	struct preference_evidence e = act("1", FEEDBACK_JUNK, T0);
	struct preference p = { .evidence = &e, .n_evidence = 1 };
	struct preference_subject s = mail;

	e.list = preference_mark("club.example");
	g_assert_cmpint(look_at(&p, ENTRY_SENDER, &s).kind, ==, PREFERENCE_NONE);
	s.list_id = "club.example";
	g_assert_cmpint(look_at(&p, ENTRY_SENDER, &s).kind, ==, PREFERENCE_JUNK);
	g_assert_cmpint(look_at(&p, ENTRY_SENDER, NULL).kind, ==, PREFERENCE_JUNK);
}

static void domains_need_several(void)
{
	struct preference_evidence e[4];
	struct preference p = { .evidence = e, .n_evidence = 4 };

	for (int i = 0; i < 4; i++) {
		e[i] = act("1", FEEDBACK_JUNK, T0 + i);
		e[i].sender = i / 2 + 1;
	}
	g_assert_cmpint(look_at(&p, ENTRY_DOMAIN, &mail).kind, ==, PREFERENCE_NONE);
	e[3].sender = 9;
	g_assert_cmpint(look_at(&p, ENTRY_DOMAIN, &mail).kind, ==, PREFERENCE_JUNK);
	e[0].label = PREFERENCE_WANTED;
	g_assert_cmpint(look_at(&p, ENTRY_DOMAIN, &mail).kind, ==, PREFERENCE_NONE);
}

static void excuses_need_proof(void)
{
	struct preference_subject s = { .sender = ENTRY };
	struct preference_view v = { .kind = PREFERENCE_WANTED };

	g_assert_false(preference_counts(&v, ENTRY_SENDER, &s));
	g_assert_false(preference_counts(&v, ENTRY_DOMAIN, &s));
	v.kind = PREFERENCE_GRAYMAIL;
	g_assert_false(preference_counts(&v, ENTRY_SENDER, &s));
	v.kind = PREFERENCE_JUNK;
	g_assert_true(preference_counts(&v, ENTRY_SENDER, &s));
	v.kind = PREFERENCE_WANTED;
	s.proven = true;
	g_assert_true(preference_counts(&v, ENTRY_SENDER, &s));
	v.kind = PREFERENCE_NONE;
	g_assert_false(preference_counts(&v, ENTRY_SENDER, &s));
}

static void grows_old(void)
{
	struct preference_evidence e = act("1", FEEDBACK_JUNK, T0);
	struct preference p = { .evidence = &e, .n_evidence = 1 };
	struct preference_view v;

	preference_look(&p, ENTRY_SENDER, &mail, T0 / 1000 + LIMIT_PREFERENCE_S - 1, &v);
	g_assert_cmpint(v.kind, ==, PREFERENCE_JUNK);
	g_assert_cmpint(v.expires_s, ==, T0 / 1000 + LIMIT_PREFERENCE_S);
	preference_look(&p, ENTRY_SENDER, &mail, T0 / 1000 + LIMIT_PREFERENCE_S, &v);
	g_assert_cmpint(v.kind, ==, PREFERENCE_NONE);
	e.label = 77; /* of a store that anybody wrote */
	preference_look(&p, ENTRY_SENDER, &mail, T0 / 1000, &v);
	g_assert_cmpint(v.kind, ==, PREFERENCE_NONE);
}

static void entries(void)
{
	struct arena *a = arena_create();
	struct received r = { .sender = "a@x.shop.example",
			      .org = "shop.example",
			      .list_id = "News.Shop",
			      .signers = shop,
			      .n_signers = 1 };
	struct preference_subject s = received_subject(&r);
	const char *e[ENTRY_COUNT];

	preference_entries(a, &s, e);
	g_assert_cmpstr(e[ENTRY_LIST], ==, "<news.shop>");
	g_assert_cmpstr(e[ENTRY_SENDER], ==, "?a@x.shop.example");
	g_assert_null(e[ENTRY_DOMAIN]);
	s.proven = true;
	s.n_signers = 0;
	preference_entries(a, &s, e);
	g_assert_null(e[ENTRY_LIST]);
	g_assert_cmpstr(e[ENTRY_SENDER], ==, "a@x.shop.example");
	g_assert_cmpstr(e[ENTRY_DOMAIN], ==, "@shop.example");
	preference_entries(a, &(struct preference_subject){ .list_id = "" }, e);
	for (size_t i = 0; i < ENTRY_COUNT; i++)
		g_assert_null(e[i]);
	arena_destroy(&a);
}

static void words(void)
{
	for (enum feedback f = 0; f < FEEDBACK_COUNT; f++)
		g_assert_cmpint(feedback_find(feedback_rows[f].word), ==, f);
	g_assert_cmpint(feedback_find("jun"), ==, FEEDBACK_COUNT);
	g_assert_cmpint(preference_mark(NULL), ==, 0);
	g_assert_cmpint(preference_mark(""), ==, 0);
	g_assert_cmpint(preference_mark("a"), >, 0);
	g_assert_cmpint(preference_mark("a"), !=, preference_mark("b"));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define STORED(name, test) \
	g_test_add("/preference/" name, struct box, "mem:", set_up, test, tear_down)
	STORED("counts once", counts_once);
	STORED("applied again", replays);
	STORED("slips", slips);
	STORED("weak hints", weak_hints);
	STORED("statements", statements);
	STORED("bounded", bounded);
	g_test_add_func("/preference/lists", lists_need_their_signature);
	g_test_add_func("/preference/writers", lists_say_nothing_of_writers);
	g_test_add_func("/preference/domains", domains_need_several);
	g_test_add_func("/preference/proof", excuses_need_proof);
	g_test_add_func("/preference/grows old", grows_old);
	g_test_add_func("/preference/entries", entries);
	g_test_add_func("/preference/words", words);
	return g_test_run();
}
