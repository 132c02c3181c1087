/* wonted import --journal: the same records as wonted-learn reads, in one go. No position is
 * kept: what was learned is known by its marks, so an import that was broken off is simply
 * begun again. */
#include "cmd/import_journal.h"

#include <stdio.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/plural.h"
#include "cmd/progress.h"
#include "cmd/tenant_store.h"
#include "journal/spool_files.h"
#include "learn/follow.h"

static int64_t spool_bytes(const char *folder)
{
	GPtrArray *names = spool_closed_files(folder, NULL);
	int64_t sum = 0;

	if (names == NULL)
		return 0;
	g_ptr_array_add(names, g_strdup(SPOOL_CURRENT));
	for (guint i = 0; i < names->len; i++) {
		char *path = g_build_filename(folder, names->pdata[i], NULL);
		struct stat st;

		if (stat(path, &st) == 0)
			sum += st.st_size;
		g_free(path);
	}
	g_ptr_array_free(names, TRUE);
	return sum;
}

static void say_done(const struct follow_done *d, double seconds)
{
	printf("%zu %s read in %.1f s, %.0f a second\n", d->lines,
	       plural(d->lines, "record", "records"), seconds,
	       (double)d->lines / seconds);
	printf("  in        %zu\n  out       %zu\n", d->in, d->out);
	printf("  counted   %zu\n  known     %zu\n", d->counted, d->repeated);
	for (int i = TRAINING_LEARNED + 1; i < TRAINING_KINDS; i++)
		if (d->kinds[i] > 0)
			printf("  %-9s %zu\n", training_event_names[i], d->kinds[i]);
	if (d->damaged > 0)
		printf("  damaged   %zu\n", d->damaged);
	if (d->kinds[TRAINING_BLANK] > 0)
		printf("Records without addresses teach nothing: learning needs "
		       "journal_pii = yes\n");
}

static bool eat_all(struct follower *f, int64_t bytes, GError **e)
{
	struct progress *p = progress_create("records");
	struct follow_done d = { 0 };
	int64_t now_s = clock_now_s();
	bool more = true, good = true;

	while (good && more) {
		good = follow_some(f, now_s, &more, e);
		d = follow_done_so_far(f);
		progress_show(p, d.lines, d.bytes, bytes);
	}
	if (good && d.lines == 0) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    "there is no record in it: name the folder that journal_dir "
			    "names, with files *.jsonl");
		good = false;
	}
	if (good)
		say_done(&d, progress_seconds(p));
	progress_destroy(&p);
	return good;
}

bool import_journal(const struct options *o, const char *folder, GError **e)
{
	struct follow_setup setup = { .options = o, .folder = folder };
	struct follower *f = NULL;
	bool good = false;

	setup.store = configured_store_open(o, true, e);
	if (setup.store != NULL)
		f = follow_begin(&setup, e);
	if (f != NULL)
		good = eat_all(f, spool_bytes(folder), e);
	follow_end(&f);
	store_close(&setup.store);
	return good;
}
