/* A plan made true, edit by edit. It must never lose mail: nobody is taken off the envelope
 * who is not held on disk, or added under another address just before; and what could not be
 * done is not claimed by a header. */
#include <glib.h>

#include "action/header.h"
#include "action/plan.h"

enum { BANNER_VALUE_BYTES = 400 }; /* of what X-Wonted-Banner says */

static bool make_edit(const struct edit *e, const struct editor *ed)
{
	switch (e->kind) {
	case EDIT_INSERT_HEADER:
		return ed->insert_header(ed->self, e->index, e->name, e->value);
	case EDIT_ADD_HEADER:
		return ed->add_header(ed->self, e->name, e->value);
	case EDIT_CHANGE_HEADER:
		return ed->change_header(ed->self, e->name, e->nth, e->value);
	case EDIT_DELETE_HEADER:
		return ed->delete_header(ed->self, e->name, e->nth);
	case EDIT_REPLACE_BODY:
		return ed->replace_body(ed->self, e->body);
	case EDIT_DELETE_RCPT:
		return ed->delete_rcpt(ed->self, e->name);
	case EDIT_ADD_RCPT:
		return ed->add_rcpt(ed->self, e->name);
	}
	g_assert_not_reached();
}

static const char *failure(enum edit_kind kind)
{
	switch (kind) {
	case EDIT_INSERT_HEADER:
	case EDIT_ADD_HEADER:
		return "a header could not be added";
	case EDIT_CHANGE_HEADER:
		return "the subject could not be marked";
	case EDIT_DELETE_HEADER:
		return "a header could not be removed";
	case EDIT_REPLACE_BODY:
		return "the banner could not be put in";
	case EDIT_DELETE_RCPT:
		return "a recipient could not be taken off";
	case EDIT_ADD_RCPT:
		return "a recipient could not be added";
	}
	g_assert_not_reached();
}

/* What became of the warning: of the banner in the body, and of the mark in the subject. */
struct warning {
	bool body_failed, body_done;
	bool mark_failed, mark_done;
};

static const char *warning_words(struct arena *a, const struct plan *p,
				 const struct warning *w)
{
	if (w->body_failed)
		return w->mark_done
			       ? "not done: the MTA did not take the new body; subject "
				 "marked"
			       : "not done: the MTA did not take the new body";
	return w->body_done
		       ? arena_printf(a, "%s, but the MTA did not take it", p->banner)
		       : "not done: the MTA did not take the new subject";
}

/* The message goes out without its banner or mark: its header and the record must not claim
 * one. */
static void warning_failed(struct arena *a, struct plan *p, struct edit *edits,
			   const struct warning *w)
{
	enum action *done = arena_new(a, enum action, p->n_done);
	bool warned = w->body_done || w->mark_done;

	p->banner = warning_words(a, p, w);
	for (size_t i = 0; i < p->n_done; i++)
		done[i] =
			p->done[i] == ACTION_BANNER && !warned ? ACTION_PASS : p->done[i];
	p->done = done;
	for (size_t i = 0; i < p->n_edits; i++) {
		if (edits[i].kind != EDIT_INSERT_HEADER)
			continue;
		if (strcmp(edits[i].name, HEADER_BANNER) == 0)
			edits[i].value = header_fold(a, strlen(HEADER_BANNER), p->banner,
						     BANNER_VALUE_BYTES);
		else if (strcmp(edits[i].name, HEADER_ACTION) == 0 && !warned &&
			 g_str_has_prefix(edits[i].value, action_names[ACTION_BANNER]))
			edits[i].value = action_names[ACTION_PASS];
	}
}

/* Edits that warn come before all headers that tell of them. */
static size_t make_warning(struct arena *a, struct plan *p, struct edit *edits,
			   const struct editor *ed, const char **failed_r)
{
	struct warning w = { 0 };
	size_t i = 0;

	for (; i < p->n_edits; i++) {
		const struct edit *e = &edits[i];
		bool body = e->kind == EDIT_REPLACE_BODY, made;

		if (!body && e->kind != EDIT_CHANGE_HEADER && e->kind != EDIT_ADD_HEADER)
			break;
		if (e->if_no_body && !w.body_failed)
			continue;
		made = make_edit(e, ed);
		*(body   ? made ? &w.body_done : &w.body_failed
		  : made ? &w.mark_done
			 : &w.mark_failed) = true;
		if (!made && *failed_r == NULL)
			*failed_r = failure(e->kind);
	}
	if (w.body_failed || w.mark_failed)
		warning_failed(a, p, edits, &w);
	return i;
}

static void make_edits(struct arena *a, struct plan *p, const struct editor *ed,
		       const char **failed_r)
{
	struct edit *edits = arena_new(a, struct edit, p->n_edits);
	bool previous = true;

	if (p->n_edits > 0)
		memcpy(edits, p->edits, sizeof(*edits) * p->n_edits);
	for (size_t i = make_warning(a, p, edits, ed, failed_r); i < p->n_edits; i++) {
		g_assert(edits[i].kind != EDIT_REPLACE_BODY && !edits[i].if_no_body);
		g_assert(!edits[i].needs_previous ||
			 (i > 0 && edits[i - 1].kind == EDIT_ADD_RCPT));
		if (edits[i].needs_previous && !previous)
			continue;
		previous = make_edit(&edits[i], ed);
		if (!previous && *failed_r == NULL)
			*failed_r = failure(edits[i].kind);
	}
	p->edits = edits;
}

/* All are safe before anything is told to the MTA: a crash in between makes it try again. */
static bool make_holds(struct arena *a, struct plan *p, const struct editor *ed)
{
	bool *failed = arena_new(a, bool, p->n_holds), all = true;

	for (size_t i = 0; i < p->n_holds; i++) {
		failed[i] = !ed->hold(ed->self, p, &p->holds[i]);
		all &= !failed[i];
	}
	if (!all)
		plan_unhold(a, p, failed);
	return all;
}

enum disposition plan_carry_out(struct arena *a, struct plan *p, const struct editor *ed,
				const char **failed_r)
{
	*failed_r = NULL;
	if (p->n_holds > 0 && !make_holds(a, p, ed))
		*failed_r = "the message could not be held";
	g_assert(p->disposition != DISPOSE_DISCARD || p->n_held > 0);
	g_assert((p->reply_code != NULL) ==
		 (p->disposition == DISPOSE_REJECT || p->disposition == DISPOSE_DEFER));
	make_edits(a, p, ed, failed_r);
	if (p->reply_code != NULL &&
	    !ed->set_reply(ed->self, p->reply_code, p->reply_xcode, p->reply_text) &&
	    *failed_r == NULL)
		*failed_r = "the reply's text could not be set";
	return p->disposition;
}
