/* Files are shown, not kept: whoever sees one decides what becomes of it. */
#include "message/files.h"

#include "base/limits.h"
#include "message/content.h"
#include "message/enclosed.h"
#include "message/message.h"

static void show_part(struct arena *a, const struct message *m, const struct part *p,
		      const struct file_visitor *v)
{
	struct bytes data = content_decode(a, part_content(m, p), p->encoding);

	if (p->n_names == 0 && p->is_attachment)
		v->see(v->user, "", data);
	for (size_t i = 0; i < p->n_names; i++)
		v->see(v->user, p->names[i], data);
}

void message_show_files(struct bytes raw, const struct file_visitor *v)
{
	struct arena *a = arena_create();
	const struct message_limits limits = { .max_bytes = LIMIT_MESSAGE_BYTES };
	struct message *m = message_parse_header(a, raw, &limits);

	message_read_body(a, m, BODY_ALL);
	for (size_t i = 0; i < m->n_parts; i++) {
		const struct part *p = &m->parts[i];
		struct arena *scratch = arena_create();

		if (p->kind != PART_MULTIPART && p->kind != PART_MESSAGE)
			show_part(scratch, m, p, v);
		arena_destroy(&scratch);
	}
	for (size_t i = 0; i < m->n_enclosed; i++)
		if (m->enclosed[i].filename != NULL)
			v->see(v->user, m->enclosed[i].filename, (struct bytes){ "", 0 });
	arena_destroy(&a);
}

void tnef_show_files(struct bytes file, const struct file_visitor *v)
{
	struct arena *a = arena_create();
	struct enclosures all;
	struct message none = { 0 };

	enclosures_begin(a, &all);
	all.visitor = v;
	tnef_find(file, &all);
	enclosures_end(&all, &none);
	arena_destroy(&a);
}
