/* Signing in and out. Who is not signed in has no session, so the form to sign in proves itself
 * by a random value in a cookie and its keyed hash in the form. */
#include <string.h>

#include "base/clock.h"
#include "base/json_line.h"
#include "base/log.h"
#include "base/plural.h"
#include "base/printable.h"
#include "base/random.h"
#include "review/digest_state.h"
#include "review/handlers.h"
#include "review/layout.h"

#define FORM_COOKIE "__Host-wonted-form"
#define RANDOM_BYTES 16
#define NAME_BYTES 320

/* a hidden field that only a form of ours has, with its cookie */
static void own_form(struct exchange *x)
{
	const char *had = form_get(x->request->cookies, FORM_COOKIE);
	char *value = had != NULL && strlen(had) == 2 * RANDOM_BYTES
			      ? g_strdup(had)
			      : random_hex(RANDOM_BYTES);
	char *proof = link_proof(x->review->form_key, value);

	if (had == NULL || strcmp(had, value) != 0) {
		char *cookie =
			g_strconcat(FORM_COOKIE "=", value,
				    "; Path=/; Secure; HttpOnly; SameSite=Strict", NULL);

		http_header(x->response, "Set-Cookie", cookie);
		g_free(cookie);
	}
	page_hidden(&x->page, "form", proof);
	g_free(proof);
	g_free(value);
}

static bool is_own_form(const struct exchange *x)
{
	const char *value = form_get(x->request->cookies, FORM_COOKIE);

	return value != NULL && link_proves(x->review->form_key, value,
					    form_text(x->request->form, "form"));
}

/* a page of this site, or the first one */
static const char *next_of(const struct form *f)
{
	const char *next = form_text(f, "next");
	bool own = next[0] == '/' && next[1] != '/' && next[1] != '\\' &&
		   g_str_is_ascii(next) && strpbrk(next, "\r\n\t\\") == NULL;

	for (const char *p = next; own && *p != '\0'; p++)
		own = *p > ' ' && *p < 0x7f;
	return own ? next : "/";
}

static void field(struct page *p, const char *name, const char *text, const char *type)
{
	page_open(p, "label", "for", name, NULL);
	page_text(p, text);
	page_close(p, "label");
	page_open(p, "input", "type", type, "id", name, "name", name, "required", "",
		  "autocomplete",
		  strcmp(type, "password") == 0 ? "current-password" : "username",
		  "maxlength", "256", NULL);
}

static void form(struct exchange *x, const struct form *f, const char *wrong)
{
	struct page *p = &x->page;

	layout_begin(x, "Sign in");
	if (wrong != NULL) {
		page_open(p, "p", "class", "flash wrong", "role", "alert", NULL);
		page_text(p, wrong);
		page_close(p, "p");
	}
	page_open(p, "form", "method", "post", "action", "/login", "class", "login",
		  NULL);
	own_form(x);
	page_hidden(p, "next", next_of(f));
	field(p, "name", "Name", "text");
	field(p, "password", "Password", "password");
	page_button(p, "in", "1", "main", "Sign in");
	page_close(p, "form");
	layout_end(x);
}

void page_login(struct exchange *x)
{
	if (exchange_role(x) > ROLE_NONE)
		exchange_redirect(x, next_of(x->request->query));
	else
		form(x, x->request->query, NULL);
}

/* NULL: signed in; else static words on why not */
static const char *sign_in(struct exchange *x)
{
	const struct review *r = x->review;
	const char *name = form_text(x->request->form, "name");
	const char *password = form_text(x->request->form, "password");
	struct identity who = { 0 };
	char *hash = NULL;
	GError *e = NULL;
	const char *wrong = NULL;

	if (strlen(name) > NAME_BYTES ||
	    !limiter_admits(r->limiter, name, clock_mono_us()))
		return "Too many tries. Wait a quarter of an hour.";
	if (account_check(r->options->review_accounts, name, password, &who, &e)) {
		identity_clear(&who);
		if (account_find(r->options->review_accounts, name, &who, &hash, &e)) {
			limiter_succeeded(r->limiter, name);
			exchange_sign_in(x, &who, SESSION_PASSWORD, hash);
			exchange_audit(x, "sign-in", NULL, "done", NULL);
		}
		g_free(hash);
	} else {
		char *safe = printable(name, NAME_BYTES);

		log_line(LOG_LEVEL_WARN, "sign-in of \"%s\" refused", safe);
		g_free(safe);
		wrong = "Name or password is wrong.";
	}
	if (e != NULL)
		log_line(LOG_LEVEL_ERROR, "%s", e->message);
	g_clear_error(&e);
	identity_clear(&who);
	return x->token == NULL && wrong == NULL ? "Nobody can sign in now." : wrong;
}

void page_login_post(struct exchange *x)
{
	const char *wrong =
		is_own_form(x) ? sign_in(x) : "The form was too old. Please try again.";

	if (wrong == NULL) {
		exchange_redirect(x, next_of(x->request->form));
	} else {
		x->response->status = 403;
		form(x, x->request->form, wrong);
	}
}

void page_logout(struct exchange *x)
{
	exchange_sign_out(x);
	exchange_redirect(x, "/login");
}

/* ---- signed links ---- */

/* holds_r   ids of what it opens: one message, or those of a whole summary */
static bool open_link(struct exchange *x, struct link_claim *c, char **holds_r)
{
	int64_t serial = 0;

	*holds_r = NULL;
	if (!link_open(x->review->link_key, x->id, clock_now_s(), c)) {
		exchange_refuse(x, 404, "This link is not valid, or its time is over.");
		return false;
	}
	if (!link_is_digest(c, &serial))
		*holds_r = g_strdup(c->hold);
	else
		*holds_r = digest_holds(x->review->quarantine, c->mailbox, serial);
	if (*holds_r != NULL)
		return true;
	exchange_refuse(x, 404,
			"That summary is not known any more; open its messages by their "
			"own links, or take the last link of a newer one.");
	return false;
}

static size_t count_of(const char *holds)
{
	size_t n = 1;

	for (const char *at = holds; (at = strchr(at, ',')) != NULL; at++)
		n++;
	return n;
}

static void link_form(struct exchange *x, const struct link_claim *c, size_t n)
{
	char *path = path_join("/link/", x->id, "");
	struct page *p = &x->page;

	layout_begin(x, plural(n, "A held message", "Held messages"));
	page_open(p, "p", NULL);
	page_printf(p, "This link opens %zu %s held for %s.", n,
		    plural(n, "message", "messages"), c->mailbox);
	page_close(p, "p");
	page_open(p, "form", "method", "post", "action", path, "class", "login", NULL);
	own_form(x);
	page_button(p, "open", "1", "main",
		    plural(n, "Open the message", "Open the messages"));
	page_close(p, "form");
	layout_end(x);
	g_free(path);
}

/* Programs follow links in mail: so nothing is done here, and nobody is signed in. */
void page_link_open(struct exchange *x)
{
	struct link_claim c = { 0 };
	char *holds = NULL;

	if (open_link(x, &c, &holds))
		link_form(x, &c, count_of(holds));
	g_free(holds);
	link_claim_clear(&c);
}

void page_link_post(struct exchange *x)
{
	struct link_claim c = { 0 };
	char *holds = NULL;
	int64_t serial;

	if (!is_own_form(x)) {
		exchange_refuse(x, 403, "The form was too old. Open the link again.");
	} else if (open_link(x, &c, &holds)) {
		const struct identity who = { .role = ROLE_USER,
					      .name = c.mailbox,
					      .tenant = c.tenant,
					      .mailbox = c.mailbox,
					      .holds = holds };
		char *path = link_is_digest(&c, &serial) ? g_strdup("/")
							 : path_join("/hold/", holds, "");

		exchange_sign_in(x, &who, SESSION_LINK, NULL);
		exchange_redirect(x, path);
		g_free(path);
	}
	g_free(holds);
	link_claim_clear(&c);
}

/* ---- the API ---- */

void api_session(struct exchange *x)
{
	const char *wrong = sign_in(x);
	GString *out = x->response->body;

	if (wrong != NULL) {
		exchange_refuse(x, 403, wrong);
		return;
	}
	json_line_open(out, '{');
	json_line_name(out, "token");
	json_line_text(out, x->token);
	json_line_name(out, "role");
	json_line_text(out, role_names[exchange_role(x)]);
	json_line_close(out, '}');
}

void api_session_end(struct exchange *x)
{
	exchange_sign_out(x);
	x->response->status = 204;
}
