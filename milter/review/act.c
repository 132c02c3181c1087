/* Spam and graymail people release themselves; of what may harm them they ask for it. */
#include "review/act.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/plural.h"
#include "base/printable.h"
#include "quarantine/acts.h"
#include "quarantine/hold_event.h"
#include "quarantine/request.h"

#define WHY_BYTES 500
#define WORDS_BYTES 400

const char *const act_names[ACT_COUNT] = { "release", "delete", "report", "deny" };

static const enum role least_roles[ACT_COUNT] = {
	[ACT_RELEASE] = ROLE_USER,
	[ACT_DELETE] = ROLE_USER,
	[ACT_REPORT] = ROLE_USER,
	[ACT_DENY] = ROLE_REVIEWER,
};

const char *act_read(const struct exchange *x, const struct form *f,
		     struct act_request *r_r)
{
	int kind = word_find(act_names, ACT_COUNT, form_text(f, "act"));
	const char *rcpt = form_text(f, "rcpt");

	if (kind < 0)
		return "act is release, delete, report or deny";
	*r_r = (struct act_request){ .kind = (enum act_kind)kind,
				     .why = form_text(f, "why"),
				     .rcpt = rcpt[0] == '\0' ? NULL : rcpt,
				     .again = form_text(f, "again")[0] == '1' };
	if (exchange_role(x) < least_roles[kind])
		return "Your account may not do this.";
	if (strlen(r_r->why) > WHY_BYTES)
		return "why has at most 500 bytes";
	return NULL;
}

bool act_needs_approver(const struct exchange *x, const struct hold *h)
{
	bool harmless = true;

	for (size_t i = 0; i < h->n_rcpts; i++) {
		const struct hold_rcpt *r = &h->rcpts[i];

		if (r->state == HOLD_HELD && hold_scope_admits_rcpt(&x->scope, r))
			harmless &=
				g_strcmp0(r->verdict, verdict_names[VERDICT_SPAM]) == 0 ||
				g_strcmp0(r->verdict, verdict_names[VERDICT_GRAYMAIL]) ==
					0;
	}
	return exchange_role(x) < ROLE_REVIEWER && !harmless;
}

static char *words_of(GError *e)
{
	char *words = printable(e->message, WORDS_BYTES);

	g_error_free(e);
	return words;
}

/* what is no operation of the quarantine, in its logs and in the journal */
static bool note(const struct exchange *x, const struct act_request *r,
		 const struct hold *h, const char *what)
{
	const char *rcpts[] = { h->n_rcpts > 0 ? h->rcpts[0].address : NULL, NULL };
	const char *folder = quarantine_folder(x->scope.of);
	const struct act act = { .time_s = clock_now_s(),
				 .hold = h->id,
				 .what = what,
				 .who = x->session.who.name,
				 .uid = -1,
				 .tool = REVIEW_TOOL,
				 .outcome = "done",
				 .rcpts = rcpts };
	const struct hold_event event = { .time_ms = g_get_real_time() / 1000,
					  .what = what,
					  .who = act.who,
					  .owner = exchange_role(x) == ROLE_USER,
					  .rcpts = rcpts };

	hold_event_end(hold_event_begin(folder, h, &event, NULL), true);
	act_record(folder, &act, NULL);
	return exchange_audit(x, what, h, "done", r->why);
}

/* of those acts that are operations of the quarantine */
static const enum operation_kind operations[] = { [ACT_RELEASE] = OPERATION_RELEASE,
						  [ACT_DELETE] = OPERATION_DELETE,
						  [ACT_REPORT] = OPERATION_REPORT };

static char *words_done(enum act_kind kind, const struct operation_done *made)
{
	static const char *const words[] = {
		[ACT_RELEASE] = "released before",
		[ACT_DELETE] = "deleted",
		[ACT_REPORT] = "reported as judged wrong",
	};

	if (made->reply == NULL)
		return g_strdup(words[kind]);
	return g_strdup_printf("handed to the mail server for %u %s: %s", made->rcpts,
			       plural(made->rcpts, "recipient", "recipients"),
			       made->reply);
}

static enum act_outcome operate(const struct exchange *x, const struct act_request *r,
				const struct hold *h, char **words_r)
{
	struct operation_done made = { 0 };
	GError *e = NULL;
	struct operation o = {
		.kind = operations[r->kind],
		.scope = x->scope,
		.parts = r->parts,
		.server = x->review->options->release_smtp,
		.again = r->again,
		.who = x->session.who.name,
		.uid = -1,
		.tool = REVIEW_TOOL,
		.audit_dir = x->review->options->audit_dir,
		.role = role_names[exchange_role(x)],
		.why = r->why,
		.owner = exchange_role(x) == ROLE_USER,
		.many = r->many,
	};

	if (r->rcpt != NULL)
		o.parts.rcpt = r->rcpt;
	bool done = operation_make(&o, h->id, &made, &e);

	if (done) {
		if (r->kind != ACT_REPORT)
			request_end(&x->scope, h->id);
		*words_r = words_done(r->kind, &made);
	} else {
		*words_r = words_of(e);
	}
	operation_done_clear(&made);
	return done ? ACT_DONE : ACT_FAILED;
}

static enum act_outcome ask(const struct exchange *x, const struct act_request *r,
			    const struct hold *h, char **words_r)
{
	GError *e = NULL;

	if (!request_make(&x->scope, h->id, x->session.who.name, r->why, &e)) {
		*words_r = words_of(e);
		return ACT_FAILED;
	}
	note(x, r, h, "request");
	*words_r = g_strdup("asked for; somebody looks at it first");
	return ACT_REQUESTED;
}

static enum act_outcome deny(const struct exchange *x, const struct act_request *r,
			     const struct hold *h, char **words_r)
{
	bool waits = request_end(&x->scope, h->id) > 0;
	bool done = waits && note(x, r, h, act_names[r->kind]);

	if (!waits)
		*words_r = g_strdup("nobody waits for it");
	else
		*words_r = g_strdup(done ? "denied; it stays held"
					 : "it could not be written down");
	return done ? ACT_DONE : ACT_FAILED;
}

enum act_outcome act_make(const struct exchange *x, const struct act_request *r,
			  const char *id, char **words_r)
{
	struct hold *h = NULL;
	GError *e = NULL;
	enum act_outcome got;

	if (!hold_find(&x->scope, id, &h, &e)) {
		bool input = g_error_matches(e, WONTED_ERROR, WONTED_ERROR_INPUT);

		*words_r = input ? g_strdup("is not held any more, or never was")
				 : words_of(e);
		if (input)
			g_error_free(e);
		return ACT_FAILED;
	}
	if (r->kind == ACT_DENY)
		got = deny(x, r, h, words_r);
	else if (r->kind == ACT_RELEASE && act_needs_approver(x, h))
		got = ask(x, r, h, words_r);
	else
		got = operate(x, r, h, words_r);
	hold_free(h);
	return got;
}
