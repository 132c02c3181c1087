/* A request finds its row in the table of routes; then who asks is found out, whether he may,
 * and, where something is changed, whether the form is one of ours. Only then a handler runs. */
#include "review/review.h"

#include <pwd.h>
#include <string.h>

#include "base/compiler.h"
#include "base/error.h"
#include "base/random.h"
#include "message/address.h"
#include "review/handlers.h"

#define BEARER "Bearer "
#define FORM_KEY_BYTES 32

struct route {
	const char *method, *path;
	enum role role;
	void (*handle)(struct exchange *x);
	const char *doc;
};

static const struct route routes[] = {
#define ROUTE(method, path, role, handler, doc) { method, path, role, handler, doc },
#include "review/route.def"
#undef ROUTE
};

char *review_routes(void)
{
	GString *all = g_string_new(NULL);

	for (size_t i = 0; i < COUNT_OF(routes); i++)
		g_string_append_printf(all, "%s\t%s\t%s\t%s\n", routes[i].method,
				       routes[i].path, role_names[routes[i].role],
				       routes[i].doc);
	return g_string_free(all, FALSE);
}

/* ---- who asks ---- */

/* The scope is made of the session and of nothing else. */
static struct hold_scope scope_of(const struct exchange *x)
{
	const struct identity *who = &x->session.who;
	struct quarantine *q = x->review->quarantine;
	struct hold_scope scope = { 0 };

	if (who->role == ROLE_ADMIN && who->tenant == NULL)
		return hold_scope_all(q);
	if (who->role == ROLE_ADMIN || who->role == ROLE_REVIEWER)
		return hold_scope_tenant(q, who->tenant);
	if (who->role == ROLE_USER)
		scope = hold_scope_mailbox(q, who->tenant, who->mailbox);
	scope.holds = who->holds;
	return scope;
}

/* What the proxy says: the name of an account, or an address of ours. */
static bool identity_of_proxy(const struct exchange *x, struct identity *i_r)
{
	const struct review *r = x->review;
	const char *name = x->request->proxy_user;
	char *hash = NULL;
	struct arena *a = NULL;
	bool found = false;

	if (name == NULL || name[0] == '\0' || r->proxy_uid < 0 ||
	    x->request->peer_uid != r->proxy_uid)
		return false;
	if (account_find(r->options->review_accounts, name, i_r, &hash, NULL)) {
		g_free(hash);
		return true;
	}
	a = arena_create();
	const char *key = address_key(a, name);
	const struct tenant *t =
		key == NULL ? NULL : options_tenant(r->options, address_domain(key));

	if (t != NULL) {
		*i_r = (struct identity){ .role = ROLE_USER,
					  .name = g_strdup(key),
					  .tenant = g_strdup(t->name),
					  .mailbox = g_strdup(key) };
		found = true;
	}
	arena_destroy(&a);
	return found;
}

/* Is what the session was begun with still so? */
static bool still_holds(const struct exchange *x)
{
	const struct session *s = &x->session;
	struct identity now = { 0 };
	char *hash = NULL;
	bool holds = true;

	if (s->kind == SESSION_PROXY) {
		holds = identity_of_proxy(x, &now) && identity_equal(&now, &s->who);
	} else if (s->kind == SESSION_PASSWORD) {
		holds = account_find(x->review->options->review_accounts, s->who.name,
				     &now, &hash, NULL) &&
			identity_equal(&now, &s->who) && g_strcmp0(hash, s->account) == 0;
	}
	identity_clear(&now);
	g_free(hash);
	return holds;
}

static void find_session(struct exchange *x)
{
	const char *authorization = x->request->authorization;
	const char *token = form_get(x->request->cookies, EXCHANGE_COOKIE);
	const struct session_times t = exchange_times(x);

	if (authorization != NULL && g_str_has_prefix(authorization, BEARER)) {
		token = authorization + strlen(BEARER);
		x->bearer = true;
	}
	if (token == NULL || !sessions_find(x->review->sessions, token, &t, &x->session))
		return;
	x->token = g_strdup(token);
	if (still_holds(x))
		return;
	sessions_end(x->review->sessions, token);
	session_clear(&x->session);
	g_clear_pointer(&x->token, g_free);
}

static void find_out(struct exchange *x)
{
	struct identity i = { 0 };

	find_session(x);
	if (x->token == NULL && identity_of_proxy(x, &i))
		exchange_sign_in(x, &i, SESSION_PROXY, NULL);
	identity_clear(&i);
	x->scope = scope_of(x);
}

/* A form of another site's page has no token of ours; new browsers say as much themselves. */
static bool is_own_form(const struct exchange *x)
{
	const char *site = x->request->fetch_site;
	const char *csrf = x->request->csrf != NULL ? x->request->csrf
						    : form_text(x->request->form, "csrf");

	if (site != NULL && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0)
		return false;
	return x->bearer || x->token == NULL || strcmp(csrf, x->session.csrf) == 0;
}

/* ---- the table ---- */

static bool matches(const char *pattern, const char *path, char **id_r)
{
	const char *hole = strstr(pattern, "{id}");
	size_t n = hole == NULL ? 0 : (size_t)(hole - pattern);

	*id_r = NULL;
	if (hole == NULL)
		return strcmp(pattern, path) == 0;
	if (strncmp(pattern, path, n) != 0)
		return false;
	size_t length = strcspn(path + n, "/");

	if (length == 0 || strcmp(path + n + length, hole + strlen("{id}")) != 0)
		return false;
	*id_r = g_strndup(path + n, length);
	return true;
}

/* *known_r: there is such an address, perhaps with another method */
static const struct route *find_route(struct exchange *x, bool *known_r)
{
	const char *method =
		strcmp(x->request->method, "HEAD") == 0 ? "GET" : x->request->method;

	*known_r = false;
	for (size_t i = 0; i < COUNT_OF(routes); i++) {
		char *id = NULL;

		if (!matches(routes[i].path, x->request->path, &id))
			continue;
		*known_r = true;
		if (strcmp(routes[i].method, method) == 0) {
			x->id = id;
			return &routes[i];
		}
		g_free(id);
	}
	return NULL;
}

static void refuse_stranger(struct exchange *x)
{
	GString *path = g_string_new("/login");

	if (x->api) {
		exchange_refuse(x, 401, "sign in first: POST /api/session");
	} else {
		if (strcmp(x->request->method, "GET") == 0)
			query_add(path, "next", x->request->path);
		exchange_redirect(x, path->str);
	}
	g_string_free(path, TRUE);
}

static void dispatch(struct exchange *x)
{
	bool known = false;
	const struct route *route = find_route(x, &known);

	find_out(x);
	if (route == NULL)
		exchange_refuse(x, known ? 405 : 404,
				known ? "This cannot be done with this address."
				      : "There is no such page.");
	else if (route->role > ROLE_NONE && exchange_role(x) == ROLE_NONE)
		refuse_stranger(x);
	else if (exchange_role(x) < route->role)
		exchange_refuse(x, 403, "Your account may not do this.");
	else if (strcmp(route->method, "GET") != 0 && !is_own_form(x))
		exchange_refuse(x, 403,
				"The form was not one of this session: go back, load the "
				"page again and repeat it.");
	else
		route->handle(x);
}

void review_answer(const struct http_request *request, struct http_response *response,
		   void *review)
{
	struct exchange x = { .review = review,
			      .request = request,
			      .response = response,
			      .page = { response->body },
			      .api = g_str_has_prefix(request->path, "/api/") };

	if (x.api)
		response->type = "application/json";
	http_header(response, "Cache-Control", "no-store");
	dispatch(&x);
	session_clear(&x.session);
	g_free(x.token);
	g_free(x.id);
}

/* ---- begin and end ---- */

static bool find_proxy(struct review *r, GError **e)
{
	const char *user = r->options->review_proxy_user;
	struct passwd room, *found = NULL;
	char text[16384];

	r->proxy_uid = -1;
	if (user[0] == '\0')
		return true;
	getpwnam_r(user, &room, text, sizeof(text), &found);
	if (found == NULL) {
		g_set_error(
			e, WONTED_ERROR, WONTED_ERROR_INPUT,
			"review_proxy_user: there is no user \"%s\"; leave it empty if "
			"the proxy signs nobody in",
			user);
		return false;
	}
	r->proxy_uid = (int64_t)found->pw_uid;
	return true;
}

struct review *review_open(const struct options *o, struct quarantine *q,
			   const struct review_memory *memory, GError **e)
{
	struct review *r = g_new0(struct review, 1);

	r->options = o;
	r->quarantine = q;
	r->memory = *memory;
	r->sessions = sessions_create();
	r->limiter = limiter_create();
	r->form_key = random_hex(FORM_KEY_BYTES);
	r->link_key = link_key_read(o->review_key, e);
	if (r->link_key == NULL || !find_proxy(r, e)) {
		review_close(r);
		return NULL;
	}
	return r;
}

void review_close(struct review *r)
{
	if (r == NULL)
		return;
	sessions_destroy(r->sessions);
	limiter_destroy(r->limiter);
	g_free(r->link_key);
	g_free(r->form_key);
	g_free(r);
}
