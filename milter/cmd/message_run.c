/* What the headers remember of an envelope stands for what nobody has told. */
#include "cmd/message_run.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "message/address.h"
#include "message/headers.h"
#include "message/mime.h"
#include "session/recipient.h"

/* The first address of the first of these headers that has one. */
static const char *address_in(struct arena *a, const struct header_block *block,
			      const char *const *names)
{
	for (; *names != NULL; names++) {
		const struct header *h = headers_find(block->fields, block->n, *names, 0);
		const struct mailaddr *list;
		bool strict;

		if (h != NULL && address_list(a, h->value, &list, &strict) > 0)
			return list[0].address;
	}
	return NULL;
}

static const struct recipient *recipients(struct arena *a, const struct runtime *w,
					  const struct message_told *told,
					  const char *found, size_t *n_r)
{
	const char *none[] = { found, NULL };
	const char *const *from = told->rcpts != NULL ? told->rcpts : none;
	size_t n = g_strv_length((char **)(uintptr_t)from);
	struct recipient *r = arena_new(a, struct recipient, n);

	for (size_t i = 0; i < n; i++) {
		struct recipient_told one = { .path = from[i] };

		recipient_resolve(a, w->options, &one, &r[i]);
	}
	*n_r = n;
	return r;
}

static int64_t received_at(struct arena *a, const struct message_told *told,
			   const struct header_block *block)
{
	const struct header *date = headers_find(block->fields, block->n, "Date", 0);
	int64_t time_s = told->time_s;

	if (told->dated && time_s == 0 && date != NULL)
		time_s = mime_date(a, date->value);
	return time_s != 0 ? time_s : clock_now_s();
}

/* What a milter would have been told: options first, else what the headers remember. */
static struct envelope *make_envelope(struct arena *a, const struct runtime *w,
				      const struct message_told *told,
				      const struct header_block *block)
{
	static const char *const senders[] = { "Return-Path", "From", NULL };
	static const char *const rcpts[] = { "Delivered-To", "X-Original-To",
					     "Envelope-To", "To", NULL };
	struct envelope *e = arena_new(a, struct envelope, 1);
	const char *from =
		told->mail_from != NULL ? told->mail_from : address_in(a, block, senders);

	*e = (struct envelope){
		.client_addr = told->client,
		.client_name = told->client_name,
		.helo = told->helo,
		.mail_from = sender_resolve(a, from != NULL ? from : "", NULL),
		.session_id = "scan",
		.received_s = received_at(a, told, block),
		.internal = options_is_internal(w->options, told->client),
	};
	e->rcpts = recipients(a, w, told, address_in(a, block, rcpts), &e->n_rcpts);
	return e;
}

/* The filter would have heard of them from earlier mail. */
static void hear_of_aliases(const struct runtime *w, struct arena *a,
			    const struct envelope *env)
{
	const struct options *o = w->options;
	const struct lookup_setup setup = {
		.options = o,
		.store = w->store,
		.aliases = w->aliases,
		.now_s = env->received_s,
		.deadline_us = clock_mono_us() + o->store_deadline_ms * 1000,
	};

	if ((w->needs & NEED_PAIR) == NEED_PAIR)
		lookup_aliases(a, &setup, env);
}

/* an mbox line before the first header belongs to the archive, not to the message */
static struct bytes without_from_line(struct bytes raw)
{
	const char *end;

	if (raw.n <= 5 || memcmp(raw.at, "From ", 5) != 0)
		return raw;
	end = memchr(raw.at, '\n', raw.n);
	if (end == NULL)
		return (struct bytes){ .at = raw.at, .n = 0 };
	return (struct bytes){ .at = end + 1, .n = raw.n - (size_t)(end + 1 - raw.at) };
}

struct transaction *message_run(struct runtime *w, struct arena *a,
				const struct message_told *told, struct bytes raw)
{
	struct header_block block;
	struct transaction *p;

	raw = without_from_line(raw);
	headers_split(a, raw, &block);
	p = transaction_begin(w, a, make_envelope(a, w, told, &block), "scan");
	transaction_headers(p, block.fields, block.n);
	hear_of_aliases(w, a, p->envelope);
	transaction_run(p, raw, 0);
	return p;
}

static void see_file(const char *path, const struct message_visitor *v)
{
	GError *e = NULL;
	char *text;
	size_t n;

	if (!file_read(path, LIMIT_MESSAGE_BYTES, &text, &n, &e)) {
		v->failed(e, v->user);
		return;
	}
	v->see(path, (struct bytes){ .at = text, .n = n }, v->user);
	g_free(text);
}

void message_each(const char *path, const struct message_visitor *v)
{
	GError *e = NULL;
	GDir *folder;

	if (!g_file_test(path, G_FILE_TEST_IS_DIR)) {
		see_file(path, v);
		return;
	}
	folder = g_dir_open(path, 0, &e);
	if (folder == NULL) {
		v->failed(e, v->user);
		return;
	}
	for (const char *name; (name = g_dir_read_name(folder)) != NULL;) {
		char *below = g_build_filename(path, name, NULL);

		/* a link below could lead in a circle; one that is named is followed */
		if (!g_file_test(below, G_FILE_TEST_IS_SYMLINK))
			message_each(below, v);
		g_free(below);
	}
	g_dir_close(folder);
}
