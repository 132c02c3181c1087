/* Commands that need no data: what clients say to each other's servers before and between. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "serve/glob.h"
#include "serve/handlers.h"
#include "serve/info.h"
#include "serve/limits.h"
#include "serve/reply.h"

#define NAME_BYTES 64 /* of a client */
#define CONFIG_STEPS 10000

void talk_ok(const struct talk *t)
{
	reply_status(t->out, "OK");
}

/* Who has no data is no node to be sent to: peers and supervisors ask this. */
void talk_ping(const struct talk *t)
{
	struct store_generation g;

	if (!dataset_generation(t->s->dataset, &g))
		reply_error(t->out,
			    "LOADING wonted-store has no data set that it trusts; "
			    "see its log");
	else if (t->q->n > 1)
		reply_text(t->out, t->q->word[1]);
	else
		reply_status(t->out, "PONG");
}

void talk_echo(const struct talk *t)
{
	reply_text(t->out, t->q->word[1]);
}

void talk_quit(const struct talk *t)
{
	t->client->leaves = true;
	reply_status(t->out, "OK");
}

void talk_dbsize(const struct talk *t)
{
	struct store_generation g;

	dataset_generation(t->s->dataset, &g);
	reply_int(t->out, g.keys);
}

void talk_select(const struct talk *t)
{
	if (bytes_equal(t->q->word[1], bytes_of("0")))
		reply_status(t->out, "OK");
	else
		reply_error(t->out, "ERR DB index is out of range");
}

/* Each node has all data of its shard, whoever is named first. */
void talk_role(const struct talk *t)
{
	reply_array(t->out, 3);
	reply_text(t->out, bytes_of("master"));
	reply_int(t->out, 0);
	reply_array(t->out, 0);
}

void talk_time(const struct talk *t)
{
	int64_t now_us = g_get_real_time();
	char text[24];

	reply_array(t->out, 2);
	snprintf(text, sizeof(text), "%" PRId64, now_us / G_USEC_PER_SEC);
	reply_text(t->out, bytes_of(text));
	snprintf(text, sizeof(text), "%" PRId64, now_us % G_USEC_PER_SEC);
	reply_text(t->out, bytes_of(text));
}

/* --- who it is --- */

/* Takes as long for every wrong one of the same length. */
static bool is_password(const struct serving *s, struct bytes given)
{
	size_t n = strlen(s->password);
	unsigned differ = n != given.n;

	for (size_t i = 0; i < given.n; i++)
		differ |= (unsigned char)given.at[i] ^
			  (unsigned)(unsigned char)s->password[n == 0 ? 0 : i % n];
	return differ == 0;
}

/* false: the error was said */
static bool log_in(const struct talk *t, struct bytes user, struct bytes password)
{
	if (*t->s->password == '\0') {
		reply_error(
			t->out,
			"ERR AUTH <password> called without any password configured for "
			"the default user. Are you sure your configuration is correct?");
		return false;
	}
	if (bytes_equal(user, bytes_of("default")) && is_password(t->s, password)) {
		t->client->known = true;
		return true;
	}
	t->client->leaves = ++t->client->tries >= LIMIT_SERVE_TRIES;
	log_seldom(LOG_LEVEL_WARN, "wrong password", "a client sent a wrong password");
	reply_error(t->out,
		    "WRONGPASS invalid username-password pair or user is disabled.");
	return false;
}

void talk_auth(const struct talk *t)
{
	const struct bytes *word = t->q->word;

	if (t->q->n > 3)
		reply_error(t->out, "ERR syntax error");
	else if (t->q->n == 3 ? log_in(t, word[1], word[2])
			      : log_in(t, bytes_of("default"), word[1]))
		reply_status(t->out, "OK");
}

static bool is_name(struct bytes name)
{
	for (size_t i = 0; i < name.n; i++)
		if (name.at[i] < '!' || name.at[i] > '~')
			return false;
	return name.n <= NAME_BYTES;
}

/* false: the error was said */
static bool set_name(const struct talk *t, struct bytes name)
{
	if (!is_name(name)) {
		reply_error(t->out, "ERR Client names cannot contain spaces, newlines or "
				    "special characters.");
		return false;
	}
	g_free(t->client->name);
	t->client->name = name.n == 0 ? NULL : g_strndup(name.at, name.n);
	return true;
}

static void reply_hello(const struct talk *t)
{
	reply_array(t->out, 14);
	reply_field(t->out, "server", "redis");
	reply_field(t->out, "version", INFO_REDIS_VERSION);
	reply_text(t->out, bytes_of("proto"));
	reply_int(t->out, 2);
	reply_text(t->out, bytes_of("id"));
	reply_int(t->out, (int64_t)t->client->id);
	reply_field(t->out, "mode", t->s->nodes->own != NULL ? "cluster" : "standalone");
	reply_field(t->out, "role", "master");
	reply_text(t->out, bytes_of("modules"));
	reply_array(t->out, 0);
}

/* HELLO [2 [AUTH user password] [SETNAME name]] */
void talk_hello(const struct talk *t)
{
	const struct request *q = t->q;

	if (q->n > 1 && !bytes_equal(q->word[1], bytes_of("2"))) {
		reply_error(t->out, "NOPROTO unsupported protocol version");
		return;
	}
	for (size_t i = 2; i < q->n;) {
		bool auth = command_is(q->word[i], "auth"),
		     name = command_is(q->word[i], "setname");
		size_t left = q->n - i;

		if ((!auth || left < 3) && (!name || left < 2)) {
			reply_error(t->out, "ERR Syntax error in HELLO");
			return;
		}
		if (auth ? !log_in(t, q->word[i + 1], q->word[i + 2])
			 : !set_name(t, q->word[i + 1]))
			return;
		i += auth ? 3 : 2;
	}
	if (!t->client->known)
		reply_error(t->out,
			    "NOAUTH HELLO must be called with the client already "
			    "authenticated, otherwise the HELLO <proto> AUTH <user> "
			    "<pass> option can be used to authenticate the client");
	else
		reply_hello(t);
}

void talk_client(const struct talk *t)
{
	const struct request *q = t->q;
	const struct client *c = t->client;
	struct bytes what = q->word[1];

	if (command_is(what, "id") && q->n == 2) {
		reply_int(t->out, (int64_t)c->id);
	} else if (command_is(what, "setname") && q->n == 3) {
		if (set_name(t, q->word[2]))
			reply_status(t->out, "OK");
	} else if (command_is(what, "getname") && q->n == 2) {
		if (c->name == NULL)
			reply_nil(t->out);
		else
			reply_text(t->out, bytes_of(c->name));
	} else if ((command_is(what, "setinfo") && q->n == 4) ||
		   (command_is(what, "no-evict") && q->n == 3) ||
		   (command_is(what, "no-touch") && q->n == 3)) {
		reply_status(t->out, "OK");
	} else if ((command_is(what, "info") || command_is(what, "list")) && q->n == 2) {
		char *text = g_strdup_printf("id=%" PRIu64 " name=%s db=0 resp=2\n",
					     c->id, c->name != NULL ? c->name : "");

		reply_text(t->out, bytes_of(text));
		g_free(text);
	} else {
		reply_error(t->out, "ERR Unknown subcommand or wrong number of arguments "
				    "for CLIENT");
	}
}

/* --- what it is --- */

void talk_info(const struct talk *t)
{
	GString *text = g_string_new(NULL);

	for (size_t i = 1; i < t->q->n || i == 1; i++)
		info_print(t->s, i < t->q->n ? t->q->word[i] : bytes_of("default"), text);
	reply_text(t->out, (struct bytes){ text->str, text->len });
	g_string_free(text, TRUE);
}

static void reply_row(const struct command_row *row, GString *out)
{
	reply_array(out, 6);
	reply_text(out, bytes_of(row->name));
	reply_int(out, row->arity);
	reply_array(out, row->data ? 1 : 2);
	if (row->data) {
		reply_status(out, "readonly");
	} else {
		reply_status(out, "loading");
		reply_status(out, "fast");
	}
	reply_int(out, row->first);
	reply_int(out, row->last);
	reply_int(out, row->first > 0 ? 1 : 0);
}

void talk_command(const struct talk *t)
{
	const struct request *q = t->q;

	if (q->n == 1) {
		reply_array(t->out, COMMAND_COUNT);
		for (size_t i = 0; i < COMMAND_COUNT; i++)
			reply_row(&command_rows[i], t->out);
	} else if (command_is(q->word[1], "count") && q->n == 2) {
		reply_int(t->out, COMMAND_COUNT);
	} else if (command_is(q->word[1], "docs")) {
		reply_array(t->out, 0);
	} else if (command_is(q->word[1], "list") && q->n == 2) {
		reply_array(t->out, COMMAND_COUNT);
		for (size_t i = 0; i < COMMAND_COUNT; i++)
			reply_text(t->out, bytes_of(command_rows[i].name));
	} else if (command_is(q->word[1], "info")) {
		reply_array(t->out, q->n - 2);
		for (size_t i = 2; i < q->n; i++) {
			const struct command_row *row = command_find(q->word[i]);

			if (row != NULL)
				reply_row(row, t->out);
			else
				reply_nil(t->out);
		}
	} else {
		reply_error(t->out, "ERR unknown subcommand of COMMAND");
	}
}

/* What clients ask before they begin; none of it is an option here. */
static const struct {
	const char *name, *value;
} configured[] = {
	{ "save", "" },
	{ "appendonly", "no" },
	{ "databases", "1" },
	{ "maxmemory", "0" },
	{ "maxmemory-policy", "noeviction" },
	{ "replica-read-only", "yes" },
	{ "proto-max-bulk-len", G_STRINGIFY(131072) },
};

static bool is_asked(const struct request *q, const char *name)
{
	size_t steps = CONFIG_STEPS;

	for (size_t i = 2; i < q->n && steps > 0; i++)
		if (glob_fits(q->word[i], bytes_of(name), &steps))
			return true;
	return false;
}

void talk_config(const struct talk *t)
{
	const struct request *q = t->q;
	bool asked[G_N_ELEMENTS(configured)];
	size_t n = 0;

	if (!command_is(q->word[1], "get") || q->n < 3) {
		reply_error(t->out,
			    "ERR wonted-store is configured by wonted.conf alone");
		return;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(configured); i++)
		n += asked[i] = is_asked(q, configured[i].name);
	reply_array(t->out, 2 * n);
	for (size_t i = 0; i < G_N_ELEMENTS(configured); i++)
		if (asked[i])
			reply_field(t->out, configured[i].name, configured[i].value);
}
