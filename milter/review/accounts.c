/* NAME:ROLE:TENANT:MAILBOX:HASH - no field has a colon; TENANT "*" is all, MAILBOX may be "". */
#include "review/accounts.h"

#include <crypt.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/locked_file.h"
#include "base/random.h"
#include "config/words.h"

#define FILE_MODE 0600
#define PASSWORD_BYTES 256
#define PASSWORD_LEAST 8
#define NAME_BYTES 320
#define RANDOM_BYTES 16
/* of no password: what is checked where there is no account */
#define NOBODY "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7"

const char *const role_names[ROLE_COUNT] = { "none", "user", "reviewer", "admin" };

enum { AT_NAME, AT_ROLE, AT_TENANT, AT_MAILBOX, AT_HASH, FIELDS };

struct identity identity_copy(const struct identity *i)
{
	return (struct identity){ .role = i->role,
				  .name = g_strdup(i->name),
				  .tenant = g_strdup(i->tenant),
				  .mailbox = g_strdup(i->mailbox),
				  .holds = g_strdup(i->holds) };
}

void identity_clear(struct identity *i)
{
	g_clear_pointer(&i->name, g_free);
	g_clear_pointer(&i->tenant, g_free);
	g_clear_pointer(&i->mailbox, g_free);
	g_clear_pointer(&i->holds, g_free);
	i->role = ROLE_NONE;
}

bool identity_equal(const struct identity *a, const struct identity *b)
{
	return a->role == b->role && g_strcmp0(a->name, b->name) == 0 &&
	       g_strcmp0(a->tenant, b->tenant) == 0 &&
	       g_strcmp0(a->mailbox, b->mailbox) == 0 &&
	       g_strcmp0(a->holds, b->holds) == 0;
}

/* ---- the file ---- */

/* *text_r   "" where there is no file yet */
static bool read_all(const char *path, char **text_r, GError **e)
{
	size_t n = 0;

	*text_r = NULL;
	if (access(path, F_OK) == 0)
		return file_read(path, LIMIT_ACCOUNTS_BYTES, text_r, &n, e);
	*text_r = g_strdup("");
	return true;
}

/* the fields of a line; NULL: it is no account, and opens nothing */
static char **fields_of(const char *line)
{
	char **f = g_strsplit(line, ":", FIELDS);
	bool good = g_strv_length(f) == FIELDS && f[AT_NAME][0] != '\0';
	int role = good ? word_find(role_names, ROLE_COUNT, f[AT_ROLE]) : -1;

	good = role > ROLE_NONE &&
	       (role == ROLE_ADMIN || strcmp(f[AT_TENANT], "*") != 0) &&
	       f[AT_TENANT][0] != '\0' &&
	       (role == ROLE_USER) == (f[AT_MAILBOX][0] != '\0');
	if (good)
		return f;
	g_strfreev(f);
	return NULL;
}

static struct identity identity_of(char **f)
{
	bool all = strcmp(f[AT_TENANT], "*") == 0;
	enum role role = (enum role)word_find(role_names, ROLE_COUNT, f[AT_ROLE]);

	return (struct identity){ .role = role,
				  .name = g_strdup(f[AT_NAME]),
				  .tenant = all ? NULL : g_strdup(f[AT_TENANT]),
				  .mailbox = role == ROLE_USER ? g_strdup(f[AT_MAILBOX])
							       : NULL };
}

bool account_find(const char *path, const char *name, struct identity *i_r, char **hash_r,
		  GError **e)
{
	char *text = NULL;
	bool found = false;

	*hash_r = NULL;
	if (!read_all(path, &text, e))
		return false;
	char **lines = g_strsplit(text, "\n", -1);

	for (char **line = lines; *line != NULL && !found; line++) {
		char **f = fields_of(*line);

		found = f != NULL && strcmp(f[AT_NAME], name) == 0;
		if (found) {
			*i_r = identity_of(f);
			*hash_r = g_strdup(f[AT_HASH]);
		}
		g_strfreev(f);
	}
	g_strfreev(lines);
	g_free(text);
	return found;
}

bool account_list(const char *path, void (*each)(const struct identity *i, void *user),
		  void *user, GError **e)
{
	char *text = NULL;

	if (!read_all(path, &text, e))
		return false;
	char **lines = g_strsplit(text, "\n", -1);

	for (char **line = lines; *line != NULL; line++) {
		char **f = fields_of(*line);

		if (f != NULL) {
			struct identity i = identity_of(f);

			each(&i, user);
			identity_clear(&i);
		}
		g_strfreev(f);
	}
	g_strfreev(lines);
	g_free(text);
	return true;
}

/* ---- passwords ---- */

static bool same_text(const char *a, const char *b)
{
	size_t n = strlen(a);
	unsigned char differ = n != strlen(b);

	for (size_t i = 0; i < n && b[i] != '\0'; i++)
		differ |= (unsigned char)(a[i] ^ b[i]);
	return differ == 0;
}

static bool is_password(const char *hash, const char *password)
{
	struct crypt_data *room = g_new0(struct crypt_data, 1);
	const char *got =
		strlen(password) > PASSWORD_BYTES ? NULL : crypt_r(password, hash, room);
	bool is = got != NULL && got[0] == '$' && same_text(got, hash);

	explicit_bzero(room, sizeof(*room));
	g_free(room);
	return is;
}

bool account_check(const char *path, const char *name, const char *password,
		   struct identity *i_r, GError **e)
{
	char *hash = NULL;
	GError *why = NULL;
	struct identity i = { 0 };
	bool there = account_find(path, name, &i, &hash, &why);
	bool is = is_password(there ? hash : NOBODY, password) && there;

	g_free(hash);
	if (is)
		*i_r = i;
	else
		identity_clear(&i);
	if (why != NULL)
		g_propagate_error(e, why);
	return is;
}

/* NULL: e says why */
static char *hash_of(const char *password, GError **e)
{
	struct crypt_data *room = g_new0(struct crypt_data, 1);
	char random[RANDOM_BYTES], salt[CRYPT_GENSALT_OUTPUT_SIZE];
	char *hash = NULL;

	random_fill(random, sizeof(random));
	if (crypt_gensalt_rn("$y$", 0, random, sizeof(random), salt, sizeof(salt)) !=
	    NULL) {
		const char *got = crypt_r(password, salt, room);

		hash = got != NULL && got[0] == '$' ? g_strdup(got) : NULL;
	}
	if (hash == NULL)
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
			    "libcrypt makes no yescrypt hash");
	explicit_bzero(room, sizeof(*room));
	g_free(room);
	return hash;
}

/* ---- changes ---- */

static bool wrong(GError **e, const char *what)
{
	g_set_error(e, WONTED_ERROR, WONTED_ERROR_INPUT, "%s", what);
	return false;
}

static bool is_field(const char *text)
{
	for (const char *p = text; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == ':' || *p == 0x7f)
			return false;
	return text[0] != '\0' && strlen(text) <= NAME_BYTES &&
	       g_utf8_validate(text, -1, NULL);
}

static bool is_good(const struct identity *i, const char *password, GError **e)
{
	if (!is_field(i->name))
		return wrong(e, "the name of an account has 1 to 320 characters, none of "
				"them a colon");
	if (i->tenant == NULL && i->role != ROLE_ADMIN)
		return wrong(e,
			     "only an admin may see all tenants: say which (--tenant)");
	if (i->role == ROLE_USER && (i->mailbox == NULL || !is_field(i->mailbox)))
		return wrong(e, "an account of a user has a mailbox (--mailbox)");
	if (strlen(password) < PASSWORD_LEAST || strlen(password) > PASSWORD_BYTES)
		return wrong(e, "a password has 8 to 256 bytes");
	return true;
}

/* the file without this account; *was_r: it had it */
static GString *without(const char *text, const char *name, bool *was_r)
{
	GString *rest = g_string_new(NULL);
	char **lines = g_strsplit(text, "\n", -1);
	size_t n = strlen(name);

	*was_r = false;
	for (char **line = lines; *line != NULL; line++) {
		bool its = strncmp(*line, name, n) == 0 && (*line)[n] == ':';

		*was_r |= its;
		if (!its && **line != '\0')
			g_string_append_printf(rest, "%s\n", *line);
	}
	g_strfreev(lines);
	return rest;
}

/* line   NULL: the account is to go */
static bool change(const char *path, const char *name, const char *line, GError **e)
{
	char *lock_path = g_strconcat(path, ".lock", NULL), *text = NULL;
	int fd = locked_file_open(lock_path, FILE_MODE);
	bool was = false, done = false;

	if (fd < 0) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
			    "%s: cannot open it; run as the user of wonted-review",
			    lock_path);
	} else if (read_all(path, &text, e)) {
		GString *rest = without(text, name, &was);

		if (line != NULL)
			g_string_append_printf(rest, "%s\n", line);
		if (line == NULL && !was)
			wrong(e, "there is no such account");
		else
			done = file_replace(path, (struct bytes){ rest->str, rest->len },
					    FILE_MODE, e);
		g_string_free(rest, TRUE);
	}
	if (fd >= 0)
		close(fd);
	g_free(text);
	g_free(lock_path);
	return done;
}

bool account_put(const char *path, const struct identity *i, const char *password,
		 GError **e)
{
	char *hash = is_good(i, password, e) ? hash_of(password, e) : NULL;

	if (hash == NULL)
		return false;
	char *line = g_strdup_printf("%s:%s:%s:%s:%s", i->name, role_names[i->role],
				     i->tenant != NULL ? i->tenant : "*",
				     i->role == ROLE_USER ? i->mailbox : "", hash);
	bool done = change(path, i->name, line, e);

	g_free(line);
	g_free(hash);
	return done;
}

bool account_remove(const char *path, const char *name, GError **e)
{
	return change(path, name, NULL, e);
}
