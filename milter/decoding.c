/* A file gets at most half of the time that is left for its message: one that takes too long does
 * not keep the next one from being looked at. */
#include "decoding.h"

#include <glib.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/file_magic.h"
#include "base/limits.h"
#include "message/files.h"
#include "message/message.h"

/* each kind once, in the order they came */
static void add_kind(const char **kinds, size_t *n, const char *kind)
{
	if (kind == NULL)
		return;
	for (size_t i = 0; i < *n; i++)
		if (strcmp(kinds[i], kind) == 0)
			return;
	kinds[(*n)++] = kind;
}

static void take_answer(struct arena *a, const struct decode_answer *answer,
			struct decoded *found_r)
{
	const char **names = arena_new(a, const char *, answer->n);
	const char **kinds = arena_new(a, const char *, answer->n);
	struct unopened *un = arena_new(a, struct unopened, answer->n + 1);
	const char **links = arena_new(a, const char *, answer->n);
	const char **codes = arena_new(a, const char *, answer->n);
	size_t n_names = 0, n_kinds = 0, n_un = 0, n_codes = 0, n_links = 0;
	bool locked = false;

	for (size_t i = 0; i < answer->n; i++) {
		const struct decode_entry *e = &answer->entries[i];

		if (e->sort == DECODE_CODE)
			codes[n_codes++] = e->name;
		if (e->sort == DECODE_LINK)
			links[n_links++] = e->name;
		if (e->sort != DECODE_FILE)
			continue;
		locked = locked || e->locked;
		if (e->why != DECODE_WHOLE)
			un[n_un++] = (struct unopened){ e->name, e->kind,
							decode_why_word(e->why) };
		if (e->why != DECODE_WHOLE || e->name[0] == '\0')
			continue;
		names[n_names++] = e->name;
		add_kind(kinds, &n_kinds, e->kind);
	}
	if (answer->why != DECODE_WHOLE)
		un[n_un++] = (struct unopened){ "", NULL, decode_why_word(answer->why) };
	*found_r = (struct decoded){ names, n_names, kinds, n_kinds, un,    n_un,
				     codes, n_codes, links, n_links, locked };
}

static void look(void *user, struct arena *a, const char *name, struct bytes file,
		 struct decoded *found_r)
{
	struct decoding *d = user;
	struct decode_answer answer = { .why = DECODE_WHOLE };
	int64_t now_us = clock_mono_us();

	if (d->pool == NULL)
		answer.why = DECODE_NOBODY;
	else if (d->files++ >= LIMIT_DECODE_FILES)
		answer.why = DECODE_MANY;
	else if (now_us >= d->until_us)
		answer.why = DECODE_TIME;
	if (answer.why == DECODE_WHOLE)
		decode_pool_ask(d->pool, a,
				&(struct decode_file){
					name, file, now_us + (d->until_us - now_us) / 2 },
				&answer);
	take_answer(a, &answer, found_r);
}

struct file_decoder decoding_begin(struct decoding *d)
{
	return (struct file_decoder){ look, d };
}

/* what children read that libarchive does not */
static const struct decode_openers openers = {
	.prepare = message_library_init,
	.mail = message_show_files,
	.tnef = tnef_show_files,
};

void decoding_child(int argc, char *const *argv)
{
	if (decode_is_child(argc, argv))
		exit(decode_child_run(argv, &openers));
}
