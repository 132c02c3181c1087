/* A value holds from the step it is said with to the end of the session, message or recipient
 * that this step begins. */
#include "session/macros.h"

#include "base/limits.h"
#include "base/log.h"
#include "session/protocol.h"

static const char *const names[MACRO_COUNT] = {
#define MACRO(id, name) [MACRO_##id] = name,
#include "session/macros.def"
#undef MACRO
};

static const char *const asked[MACROS_STEPS] = {
	[MACROS_CONNECT] = "j",
	[MACROS_MAIL] = "i {auth_authen} {tls_version} {mail_addr}",
	[MACROS_RCPT] = "i {rcpt_addr} {rcpt_mailer}",
	[MACROS_EOH] = "i",
	[MACROS_EOM] = "i",
};

static const char commands[MACROS_STEPS] = {
	[MACROS_CONNECT] = COMMAND_CONNECT, [MACROS_HELO] = COMMAND_HELO,
	[MACROS_MAIL] = COMMAND_MAIL,       [MACROS_RCPT] = COMMAND_RCPT,
	[MACROS_DATA] = COMMAND_DATA,       [MACROS_EOM] = COMMAND_BODYEOB,
	[MACROS_EOH] = COMMAND_EOH,
};

/* steps with which Postfix says macros, too, though nothing is asked for there */
static const char unused[] = { COMMAND_HEADER, COMMAND_BODY, COMMAND_UNKNOWN };

const char *macros_asked(enum macro_step step)
{
	return asked[step];
}

static void forget_step(struct macros_of_step *s)
{
	if (s->text != NULL)
		g_string_truncate(s->text, 0);
	memset(s->at, 0, sizeof(s->at));
	s->fresh = false;
}

void macros_forget(struct macros *m, enum macro_step from)
{
	for (size_t i = from; i < MACROS_STEPS; i++)
		forget_step(&m->steps[i]);
}

/* "{i}" and "i" are one name */
static struct bytes without_braces(struct bytes name)
{
	if (name.n >= 2 && name.at[0] == '{' && name.at[name.n - 1] == '}')
		return (struct bytes){ .at = name.at + 1, .n = name.n - 2 };
	return name;
}

static enum macro macro_of(struct bytes name)
{
	size_t id = 0;

	name = without_braces(name);
	while (id < MACRO_COUNT && !bytes_equal(name, bytes_of(names[id])))
		id++;
	return (enum macro)id;
}

static void keep(struct macros_of_step *s, enum macro id, struct bytes value)
{
	if (id == MACRO_COUNT || s->at[id] != 0)
		return;
	if (value.n > LIMIT_MACRO_BYTES) {
		log_seldom(LOG_LEVEL_WARN, "macro-bytes",
			   "the MTA sent its macro %s with %zu bytes: it was left out",
			   names[id], value.n);
		return;
	}
	if (s->text == NULL)
		s->text = g_string_sized_new(128);
	s->at[id] = s->text->len + 1;
	g_string_append_len(s->text, value.at, (gssize)value.n);
	g_string_append_c(s->text, '\0');
}

/* false: no NUL is left */
static bool next_text(struct bytes *data, struct bytes *text_r)
{
	const char *end = data->n == 0 ? NULL : memchr(data->at, '\0', data->n);

	if (end == NULL)
		return false;
	*text_r = (struct bytes){ .at = data->at, .n = (size_t)(end - data->at) };
	data->n -= text_r->n + 1;
	data->at = end + 1;
	return true;
}

void macros_take(struct macros *m, struct bytes data)
{
	const char *step =
		data.n == 0 ? NULL : memchr(commands, data.at[0], sizeof(commands));
	struct bytes name, value;
	bool odd = false;

	if (step == NULL) {
		if (data.n > 0 && memchr(unused, data.at[0], sizeof(unused)) != NULL)
			return;
		log_seldom(LOG_LEVEL_WARN, "macro-step",
			   "the MTA sent macros for no step of a session that is known: "
			   "they were left out");
		return;
	}
	enum macro_step at = (enum macro_step)(step - commands);

	macros_forget(m, at);
	m->steps[at].fresh = true;
	data.at++;
	data.n--;
	while (!odd && next_text(&data, &name)) {
		odd = !next_text(&data, &value);
		if (!odd)
			keep(&m->steps[at], macro_of(name), value);
	}
	if (odd || data.n > 0)
		log_seldom(LOG_LEVEL_WARN, "macros",
			   "the MTA sent a macro without a value: it was left out");
}

void macros_begin(struct macros *m, enum macro_step step)
{
	if (!m->steps[step].fresh)
		forget_step(&m->steps[step]);
	m->steps[step].fresh = false;
	for (size_t i = step + 1; i < MACROS_STEPS; i++)
		forget_step(&m->steps[i]);
}

const char *macros_get(const struct macros *m, enum macro id)
{
	for (size_t i = MACROS_STEPS; i-- > 0;) {
		const struct macros_of_step *s = &m->steps[i];

		if (s->at[id] != 0) {
			const char *value = s->text->str + s->at[id] - 1;
			return value[0] != '\0' ? value : NULL;
		}
	}
	return NULL;
}

void macros_free(struct macros *m)
{
	for (size_t i = 0; i < MACROS_STEPS; i++)
		if (m->steps[i].text != NULL)
			g_string_free(m->steps[i].text, TRUE);
	*m = (struct macros){ 0 };
}
