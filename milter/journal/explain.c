/* A record told to a person. Everything shown comes from the record alone. */
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "base/error.h"
#include "base/printable.h"
#include "journal/journal.h"

#define KNOWN_VERSION 1

static const char *text_of(const json_t *o, const char *name)
{
	return json_string_value(json_object_get(o, name));
}

/* a short text fit to be shown; a line of a spool may hold anything */
static char *word_of(const json_t *o, const char *name)
{
	const char *text = text_of(o, name);

	return printable(text != NULL ? text : "?", 100);
}

static double points_of(const json_t *o, const char *name)
{
	return (double)json_integer_value(json_object_get(o, name)) / 1000;
}

static void say(GString *to, const char *label, const char *text)
{
	if (text == NULL)
		return;
	char *safe = printable(text, 2000);

	g_string_append_printf(to, "%-12s %s\n", label, safe);
	g_free(safe);
}

static void say_time(GString *to, int64_t s)
{
	GDateTime *t = g_date_time_new_from_unix_utc(s);
	char *text = t == NULL ? NULL : g_date_time_format(t, "%F %T UTC");

	say(to, "received", text);
	g_free(text);
	if (t != NULL)
		g_date_time_unref(t);
}

/* the sentences of verdict/missing.c, from the names in the record */
static void say_missing(GString *to, const json_t *names)
{
	struct arena *a = arena_create();
	unsigned missing = 0;
	size_t i;
	json_t *one;

	json_array_foreach(names, i, one)
	{
		missing |= missing_bit(json_string_value(one));
	}
	say(to, "missing", missing_words(a, missing));
	arena_destroy(&a);
}

static void say_reasons(GString *to, const json_t *rcpt)
{
	size_t i;
	json_t *one;

	json_array_foreach(json_object_get(rcpt, "reasons"), i, one)
	{
		const char *kept = text_of(one, "text");
		char *text = printable(kept != NULL ? kept : "(not recorded)", 600);
		char *axis = word_of(one, "axis"), *rule = word_of(one, "rule");

		g_string_append_printf(to, "    %+.3g %s  %s  [%s]\n",
				       points_of(one, "points"), axis, text, rule);
		g_free(axis);
		g_free(rule);
		g_free(text);
	}
	json_array_foreach(json_object_get(rcpt, "watched"), i, one)
	{
		char *rule = printable(json_string_value(one), 100);

		g_string_append_printf(to, "    watched only: %s\n", rule);
		g_free(rule);
	}
}

static void say_values(GString *to, const char *title, const json_t *all)
{
	const char *name;
	json_t *value;

	if (json_object_size(all) == 0)
		return;
	g_string_append_printf(to, "  %s\n", title);
	json_object_foreach((json_t *)(uintptr_t)all, name, value)
	{
		char *dumped =
			json_is_null(value) ? NULL : json_dumps(value, JSON_ENCODE_ANY);
		char *safe = printable(dumped != NULL ? dumped : "unknown", 300);

		g_string_append_printf(to, "    %-26s %s\n", name, safe);
		g_free(safe);
		free(dumped);
	}
}

/* whom it really goes to, when that is somebody else */
static void say_mailbox(GString *to, const json_t *facts)
{
	const char *address = text_of(facts, "rcpt.address");
	const char *mailbox = text_of(facts, "rcpt.canonical");

	if (address == NULL || mailbox == NULL || strcmp(address, mailbox) == 0)
		return;
	char *safe = printable(mailbox, 320);

	g_string_append_printf(to, "  an alias of %s\n", safe);
	g_free(safe);
}

static void say_rcpt(GString *to, const json_t *rcpt, bool facts)
{
	char *address = printable(text_of(rcpt, "address"), 320);
	const char *verdict = text_of(rcpt, "verdict"), *action = text_of(rcpt, "action");
	const char *done = text_of(rcpt, "done"), *mode = text_of(rcpt, "mode");
	const char *policy = text_of(rcpt, "policy");

	g_string_append_printf(to, "\nto %s\n",
			       address[0] != '\0' ? address : "(not recorded)");
	say_mailbox(to, json_object_get(rcpt, "facts"));
	if (verdict != NULL)
		g_string_append_printf(
			to,
			"  %s: threat %.3g, spam %.3g, graymail %.3g; policy \"%s\" says "
			"%s; "
			"mode %s; done: %s\n",
			verdict, points_of(rcpt, "threat"), points_of(rcpt, "spam"),
			points_of(rcpt, "graymail"), policy != NULL ? policy : "?",
			action != NULL ? action : "?", mode != NULL ? mode : "?",
			done != NULL ? done : "nothing");
	say_reasons(to, rcpt);
	if (facts) {
		say_values(to, "signals", json_object_get(rcpt, "signals"));
		say_values(to, "facts", json_object_get(rcpt, "facts"));
	}
	g_free(address);
}

static void say_times(GString *to, const json_t *all)
{
	const char *name;
	json_t *us;

	g_string_append(to, "\ntimes       ");
	json_object_foreach(json_object_get(all, "us"), name, us) g_string_append_printf(
		to, " %s %.2f ms", name, (double)json_integer_value(us) / 1000);
	g_string_append_printf(
		to, "\nstore        %" JSON_INTEGER_FORMAT " keys in %.2f ms\n",
		json_integer_value(json_object_get(all, "store_keys")),
		(double)json_integer_value(json_object_get(all, "store_us")) / 1000);
}

static void say_message(GString *to, const json_t *all)
{
	const json_t *f = json_object_get(all, "features");

	say(to, "message", text_of(all, "id"));
	say(to, "queue id", text_of(all, "queue_id"));
	say_time(to, json_integer_value(json_object_get(all, "time")));
	say(to, "client", text_of(all, "client"));
	say(to, "mail from", text_of(all, "mail_from"));
	say(to, "from", text_of(f, "from.address"));
	say(to, "shown name", text_of(f, "from.name"));
	say(to, "subject", text_of(f, "subject"));
	say(to, "message-id", text_of(f, "message_id"));
	if (json_is_true(json_object_get(all, "internal")))
		say(to, "internal", "our own mail: seen, not filtered");
	say(to, "mta told", text_of(all, "told"));
	say(to, "banner", text_of(all, "banner"));
	say(to, "remark", text_of(all, "remark"));
	say(to, "held as", text_of(all, "hold_id"));
	say(to, "failed", text_of(all, "failed"));
	say(to, "stopped", text_of(all, "stopped"));
	say(to, "slow", text_of(all, "slow"));
	if (json_is_true(json_object_get(all, "degraded")))
		say(to, "degraded", "decided without all facts");
	say_missing(to, json_object_get(all, "missing"));
	say(to, "rules", text_of(all, "rules"));
	say(to, "config", text_of(all, "config"));
}

bool record_explain(const char *json, bool facts, char **text_r, GError **e)
{
	json_error_t why;
	json_t *all = json_loads(json, 0, &why), *rcpt;
	size_t i;

	*text_r = NULL;
	if (!json_is_object(all) ||
	    json_integer_value(json_object_get(all, "v")) != KNOWN_VERSION) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT,
			    all == NULL ? "not a record: %s"
					: "a record of another version than this program "
					  "knows%.0s",
			    why.text);
		json_decref(all);
		return false;
	}
	GString *to = g_string_new(NULL);

	say_message(to, all);
	json_array_foreach(json_object_get(all, "rcpts"), i, rcpt)
		say_rcpt(to, rcpt, facts);
	if (facts) {
		g_string_append(to, "\n");
		say_values(to, "features", json_object_get(all, "features"));
	}
	say_times(to, all);
	json_decref(all);
	*text_r = g_string_free(to, FALSE);
	return true;
}
