/* Records of the journal: decisions, and what was done with messages or said of wishes. */
#include <stdio.h>
#include <string.h>

#include "cmd/listing.h"
#include "cmd/privacy.h"
#include "journal/erase.h"
#include "journal/reader.h"
#include "journal/recorded.h"
#include "learn/apply.h"
#include "message/address.h"

enum { TEXT_BYTES = 200, LINE_BYTES = 2000 };

static bool is_of_tenant(const struct privacy *p, struct arena *a, const char *address)
{
	const char *key = address == NULL ? NULL : address_key(a, address);

	return options_tenant(p->options, address_domain(key)) == p->tenant;
}

/* of a decision by its addresses; other records name theirs */
static bool is_for_tenant(const struct privacy *p, struct arena *a, struct bytes line)
{
	const char *named = arena_printf(a, "\"tenant\":\"%s\"", p->tenant->name);
	struct recorded r;
	bool is;

	if (!recorded_read(a, line, &r, NULL))
		return memmem(line.at, line.n, named, strlen(named)) != NULL;
	is = is_of_tenant(p, a, r.mail_from);
	for (size_t i = 0; i < r.n_rcpts; i++)
		is |= is_of_tenant(p, a, r.rcpts[i].address);
	return is;
}

static bool is_about(struct bytes line, void *user)
{
	const struct privacy *p = user;

	if (!sought_in(&p->sought, line))
		return false;
	if (p->tenant == NULL)
		return true;
	struct arena *a = arena_create();
	bool is = is_for_tenant(p, a, line);

	arena_destroy(&a);
	return is;
}

static void print_decision(const struct recorded *r)
{
	const struct value *subject = &r->features.at[FEATURE_SUBJECT];
	char *when = listing_time(r->time_s);

	printf("  %s  from ", when);
	listing_put_text(r->mail_from, TEXT_BYTES);
	for (size_t i = 0; i < r->n_rcpts; i++) {
		const struct recorded_rcpt *to = &r->rcpts[i];

		fputs(" to ", stdout);
		listing_put_text(to->address, TEXT_BYTES);
		if (to->verdict < VERDICT_COUNT)
			printf(" (%s)", verdict_names[to->verdict]);
	}
	if (r->has_features && subject->known == ANSWER_YES) {
		fputs("  \"", stdout);
		listing_put_text(subject->text, TEXT_BYTES);
		putchar('"');
	}
	putchar('\n');
	g_free(when);
}

static void show(const struct privacy *p, struct bytes line)
{
	struct arena *a = arena_create();
	const char *text = arena_strndup(a, line.at, line.n);
	struct recorded r;
	bool decision = recorded_read(a, line, &r, NULL);

	if (decision && !p->json)
		print_decision(&r);
	else
		privacy_text(p, "line", text, LINE_BYTES);
	arena_destroy(&a);
}

static void look_at(struct bytes line, void *user)
{
	struct privacy *p = user;

	if (is_about(line, p) && privacy_found(p))
		show(p, line);
}

static bool look(struct privacy *p, const char *folder, GError **e)
{
	struct journal_reader *r = NULL;
	enum answer more = ANSWER_YES;
	struct bytes line;

	if (!g_file_test(folder, G_FILE_TEST_IS_DIR))
		return true;
	r = journal_reader_open(folder, NULL, e);
	while (r != NULL && (more = journal_reader_next(r, &line, e)) == ANSWER_YES)
		look_at(line, p);
	if (r == NULL || more == ANSWER_UNKNOWN) {
		journal_reader_close(&r);
		return false;
	}
	journal_reader_close(&r);
	return journal_set_aside(folder, look_at, p, e);
}

static char *feedback_folder(const struct privacy *p)
{
	return g_build_filename(p->options->journal_dir, FEEDBACK_FOLDER, NULL);
}

bool privacy_look_journal(struct privacy *p, GError **e)
{
	return look(p, p->options->journal_dir, e);
}

bool privacy_look_feedback(struct privacy *p, GError **e)
{
	char *folder = feedback_folder(p);
	bool good = look(p, folder, e);

	g_free(folder);
	return good;
}

bool privacy_erase_journal(struct privacy *p, GError **e)
{
	size_t n;

	return journal_erase(p->options->journal_dir, is_about, p, &n, e);
}

bool privacy_erase_feedback(struct privacy *p, GError **e)
{
	char *folder = feedback_folder(p);
	size_t n;
	bool good = journal_erase(folder, is_about, p, &n, e);

	g_free(folder);
	return good;
}
