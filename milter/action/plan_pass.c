/* Mail that is not judged: our own, and messages that carry more X-Wonted fields than we can
 * remove. Nothing of it is read but its header; nobody's verdict may stand in it but ours, and
 * ours tells nobody outside why. */
#include "action/plan_pass.h"

#include "action/header.h"
#include "message/address.h"

/* Of our own hosts we believe it. */
static bool may_write_our_words(const struct envelope *e)
{
	return e->internal && e->auth_user == NULL;
}

void plan_keep_edits(struct arena *a, GArray *edits, struct plan *p_r)
{
	struct edit *kept = arena_new(a, struct edit, edits->len);

	if (edits->len > 0)
		memcpy(kept, edits->data, sizeof(*kept) * edits->len);
	p_r->edits = kept;
	p_r->n_edits = edits->len;
	g_array_free(edits, TRUE);
}

static void set_done(struct arena *a, const struct plan_setup *s, enum action action,
		     struct plan *p_r)
{
	enum action *done;

	p_r->n_done = s->decisions == NULL ? 0 : s->decisions->n;
	done = arena_new(a, enum action, p_r->n_done);
	for (size_t i = 0; i < p_r->n_done; i++)
		done[i] = action;
	p_r->done = done;
}

void plan_refuse_flood(struct arena *a, const struct plan_setup *s, struct plan *p_r)
{
	*p_r = (struct plan){
		.disposition = DISPOSE_REJECT,
		.reply_code = "550",
		.reply_xcode = "5.7.1",
		.reply_text = "Message refused: too many header fields that only this "
			      "site may write",
		.remark = "refused: more header fields in our name than can be removed",
	};
	set_done(a, s, ACTION_REJECT, p_r);
}

/* Does it go to anybody but our own people? */
static bool leaves(const struct plan_setup *s)
{
	const struct envelope *e = s->envelope;

	for (size_t i = 0; i < e->n_rcpts; i++)
		if (options_tenant(s->options, address_domain(e->rcpts[i].key)) == NULL)
			return true;
	return e->rcpts_truncated;
}

/* Mail that a hop of ours has judged goes out again, by an alias or a user's redirect: how to
 * file it may stay in it, why we decided so may not. */
static void keep_grounds_here(struct arena *a, const struct plan_setup *s,
			      struct plan *p_r)
{
	GArray *edits = g_array_new(FALSE, FALSE, sizeof(struct edit));

	header_sweep_edits(s->sweep, (struct sweep_request){ .grounds = true }, edits);
	plan_keep_edits(a, edits, p_r);
}

void plan_pass(struct arena *a, const struct plan_setup *s, struct plan *p_r)
{
	bool internal = s->envelope->internal, act = rollout_acts(s->rollout, s->options);
	GArray *edits;

	*p_r = (struct plan){ .disposition = DISPOSE_ACCEPT };
	set_done(a, s, ACTION_PASS, p_r);
	if (may_write_our_words(s->envelope)) {
		if (leaves(s))
			keep_grounds_here(a, s, p_r);
		return;
	}
	if (!act && !s->options->observe_headers)
		return;
	if (act && header_sweep_flooded(s->sweep)) {
		plan_refuse_flood(a, s, p_r);
		return;
	}
	edits = g_array_new(FALSE, FALSE, sizeof(struct edit));
	header_removals(s, !internal && act, edits);
	plan_keep_edits(a, edits, p_r);
}
