/* wonted store build: a snapshot from a store, or from people and mail archives. Archives are
 * merged record by record first, in a store of their own beside the snapshot, by the same
 * commands that an admin would use; then it is copied in order. */
#include <stdio.h>
#include <unistd.h>

#include "base/error.h"
#include "base/plural.h"
#include "cmd/progress.h"
#include "cmd/store_work.h"
#include "store/slot.h"
#include "store/snapshot.h"

struct build {
	struct snapshot_builder **builder; /* n of them, one a shard */
	unsigned n;
	struct progress *progress;
	uint64_t seen;
	GError *error;
};

static bool take(const struct store_record *record, void *to)
{
	struct build *b = to;
	unsigned shard = b->n == 1 ? 0 : slot_shard(slot_of(record->key), b->n);

	progress_show(b->progress, ++b->seen, 0, 0);
	return snapshot_add(b->builder[shard], record, &b->error);
}

static void show(uint64_t done, uint64_t all, void *to)
{
	struct build *b = to;

	progress_show(b->progress, done, (int64_t)done, (int64_t)all);
}

static bool copy_applied(struct build *b, struct store *from, GError **e)
{
	struct manifest_applied applied[MANIFEST_APPLIED];
	size_t n = store_applied(from, applied);
	bool good = true;

	for (size_t i = 0; good && i < n; i++)
		for (unsigned k = 0; good && k < b->n; k++)
			good = snapshot_applied(b->builder[k], &applied[i], e);
	return good;
}

/* What it has applied is asked first: what is written meanwhile may be in it, or not. */
static bool copy_store(struct build *b, const char *url, GError **e)
{
	struct store *from =
		store_open(url, &(struct store_setup){ .any_slots = true }, e);
	bool good = from != NULL && copy_applied(b, from, e) &&
		    store_scan(from, (struct bytes){ .at = "", .n = 0 }, take, b, e);

	store_close(&from);
	if (b->error == NULL)
		return good;
	g_propagate_error(e, b->error);
	return false;
}

static bool copy_all(struct build *b, const char *const *urls, GError **e)
{
	bool good = true;

	for (size_t i = 0; good && urls[i] != NULL; i++)
		good = copy_store(b, urls[i], e);
	return good;
}

static char *shard_path(const struct store_command *v, const char *out, unsigned shard)
{
	return v->shards <= 1 ? g_strdup(out)
			      : g_strdup_printf("%s.%u-of-%u", out, shard + 1,
						(unsigned)v->shards);
}

static void begin(const struct store_command *v, struct build *b, const char *out)
{
	b->n = (unsigned)MAX(v->shards, 1);
	b->builder = g_new0(struct snapshot_builder *, b->n);
	b->progress = progress_create("records");
	for (unsigned i = 0; i < b->n; i++) {
		char *path = shard_path(v, out, i);
		const struct snapshot_setup setup = {
			.path = path,
			.memory_bytes = (size_t)v->memory_mb * 1024 * 1024 / b->n,
			.shard = i,
			.shards = b->n,
			.progress = show,
			.to = b,
		};

		b->builder[i] = snapshot_begin(&setup);
		g_free(path);
	}
}

static bool finish(const struct store_command *v, struct build *b, const char *out,
		   GError **e)
{
	bool good = true;

	for (unsigned i = 0; good && i < b->n; i++) {
		struct snapshot_built built;
		char *path = shard_path(v, out, i);

		good = snapshot_finish(b->builder[i], &built, e);
		if (good) {
			double seconds = progress_seconds(b->progress);

			printf("%s: %" G_GUINT64_FORMAT " %s, %" G_GUINT64_FORMAT
			       " bytes, in %.1f s, %.0f records a second\n",
			       path, built.keys, plural(built.keys, "record", "records"),
			       built.bytes, seconds, (double)built.keys / seconds);
		}
		g_free(path);
	}
	return good;
}

/* in    urls   of one key, the value of the last one stays */
static bool build_from(const struct store_command *v, const char *const *urls,
		       const char *out, GError **e)
{
	struct build b = { 0 };
	bool good;

	begin(v, &b, out);
	good = copy_all(&b, urls, e) && finish(v, &b, out, e);
	for (unsigned i = 0; i < b.n; i++)
		snapshot_builder_destroy(&b.builder[i]);
	g_free(b.builder);
	progress_destroy(&b.progress);
	return good;
}

bool store_merge(struct store_command *v, char **argument, GError **e)
{
	GPtrArray *urls = g_ptr_array_new_with_free_func(g_free);
	bool good;

	for (char **part = argument + 1; *part != NULL; part++)
		g_ptr_array_add(urls,
				strchr(*part, ':') != NULL
					? g_strdup(*part)
					: g_strconcat("lmdb-snapshot:", *part, NULL));
	g_ptr_array_add(urls, NULL);
	good = build_from(v, (const char *const *)urls->pdata, argument[0], e);
	g_ptr_array_free(urls, TRUE);
	return good;
}

/* --- from people and archives --- */

/* One command of an admin, given another store. */
static bool run_command(const struct store_command *v, command_run command,
			const char *store, const char *const *words)
{
	GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);
	char **copy;
	int status;

	g_ptr_array_add(argv, g_strdup(*words++)); /* how the command is called */
	for (; *words != NULL; words++)
		g_ptr_array_add(argv, g_strdup(*words));
	for (const char *const *word = (const char *const[]){ "-c", v->args->config,
							      "--store", store, NULL };
	     *word != NULL; word++)
		g_ptr_array_add(argv, g_strdup(*word));
	if (v->tenant_name != NULL) {
		g_ptr_array_add(argv, g_strdup("--tenant"));
		g_ptr_array_add(argv, g_strdup(v->tenant_name));
	}
	/* the option parser moves the words about: what is freed is another list */
	copy = g_memdup2(argv->pdata, (argv->len + 1) * sizeof(char *));
	copy[argv->len] = NULL;
	status = command((int)argv->len, copy);
	g_free(copy);
	g_ptr_array_free(argv, TRUE);
	return status == EXIT_DONE;
}

static bool import_all(const struct store_command *v, const char *store, GError **e)
{
	const struct {
		char **paths;
		const char *option;
	} archives[] = { { v->maildirs, "--maildir" },
			 { v->mboxes, "--mbox" },
			 { v->messages, "--messages" } };
	bool good = true;

	for (size_t i = 0; good && v->people != NULL && v->people[i] != NULL; i++)
		good = run_command(v, command_people, store,
				   (const char *const[]){ "wonted people", "import",
							  v->people[i], NULL });
	for (size_t k = 0; k < G_N_ELEMENTS(archives); k++)
		for (size_t i = 0;
		     good && archives[k].paths != NULL && archives[k].paths[i] != NULL;
		     i++)
			good = run_command(v, command_import, store,
					   (const char *const[]){
						   "wonted import", archives[k].option,
						   archives[k].paths[i], NULL });
	if (!good)
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    "nothing was built, because an import failed");
	return good;
}

/* The store of the imports, and what stands beside it. */
static void remove_store(const char *path)
{
	static const char *const ends[] = { "", "-lock", "-writer" };

	for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
		char *file = g_strconcat(path, ends[i], NULL);

		unlink(file);
		g_free(file);
	}
}

static bool build_from_archives(const struct store_command *v, const char *out,
				GError **e)
{
	char *path = g_strconcat(out, ".import", NULL);
	char *url = g_strconcat("lmdb:", path, NULL);
	bool good;

	remove_store(path); /* of an import that was broken off */
	good = import_all(v, url, e) &&
	       build_from(v, (const char *const[]){ url, NULL }, out, e);
	remove_store(path);
	g_free(url);
	g_free(path);
	return good;
}

bool store_build(struct store_command *v, char **argument, GError **e)
{
	bool archives = v->people != NULL || v->maildirs != NULL || v->mboxes != NULL ||
			v->messages != NULL;

	if (archives == (v->from != NULL)) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    "say what it is built from: --from URL, or any of --people, "
			    "--maildir, --mbox and --messages");
		return false;
	}
	return archives ? build_from_archives(v, argument[0], e)
			: build_from(v, (const char *const[]){ v->from, NULL },
				     argument[0], e);
}
