/* A file a person: its name is a keyed hash of the address, so that the folder names nobody; in
 * it a random id, which sealed texts bear, and a key for AES-256-GCM. With the file the way from
 * the address to the id is gone as well as the key. */
#include "audit/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/random.h"
#include "message/address.h"

#define KEY_BYTES 32
#define ID_BYTES 8
#define NONCE_BYTES 12
#define TAG_BYTES 16
#define FILE_MODE 0600
#define FOLDER_MODE 0700
#define KEY_FILE_BYTES 256
#define PREFIX "p:"
#define INDEX "index" /* the key of the names */
#define SUFFIX ".key"

struct person_key {
	char id[2 * ID_BYTES + 1];
	unsigned char key[KEY_BYTES];
};

struct seal_keys {
	GHashTable *by_id; /* id -> struct person_key */
};

static bool hex_read(const char *text, unsigned char *at, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int high = g_ascii_xdigit_value(text[2 * i]);
		int low = high < 0 ? -1 : g_ascii_xdigit_value(text[2 * i + 1]);

		if (low < 0)
			return false;
		at[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

/* the key of the names; made the first time */
static char *index_key(const char *folder, GError **e)
{
	char *path = g_build_filename(folder, INDEX, NULL), *text = NULL;

	if (mkdir(folder, FOLDER_MODE) != 0 && errno != EEXIST) {
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
			    "%s: cannot make it: %s; make it and give it to the user of "
			    "wonted",
			    folder, g_strerror(errno));
	} else {
		text = random_key_file(path, RANDOM_KEY_CHARS,
				       "restore it from a backup: without it nobody can "
				       "tell which key is whose",
				       e);
	}
	g_free(path);
	return text;
}

/* where a person's key is; NULL: e says why nobody can tell */
static char *path_of(const char *folder, const char *person, GError **e)
{
	char *index = index_key(folder, e), *path = NULL;

	if (index != NULL) {
		struct arena *a = arena_create();
		const char *known = address_key(a, person);
		char *name = g_compute_hmac_for_string(
			G_CHECKSUM_SHA256, (const guchar *)index, strlen(index),
			known != NULL ? known : person, -1);

		path = g_strconcat(folder, "/", name, SUFFIX, NULL);
		g_free(name);
		arena_destroy(&a);
	}
	g_free(index);
	return path;
}

/* "ID KEY\n" in hexadecimal digits */
static bool key_read(const char *path, struct person_key *k_r, GError **e)
{
	char *text = NULL;
	size_t n = 0;
	bool good = file_read(path, KEY_FILE_BYTES, &text, &n, e);

	if (good && (n < 2 * ID_BYTES + 1 + 2 * KEY_BYTES ||
		     !hex_read(text + 2 * ID_BYTES + 1, k_r->key, KEY_BYTES))) {
		g_set_error(
			e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
			"%s: no key stands in it; restore it from a backup, or remove "
			"it: what it sealed stays closed",
			path);
		good = false;
	}
	if (good) {
		memcpy(k_r->id, text, 2 * ID_BYTES);
		k_r->id[2 * ID_BYTES] = '\0';
	}
	g_free(text);
	return good;
}

static bool key_make(const char *path, GError **e)
{
	char *id = random_hex(ID_BYTES), *key = random_hex(KEY_BYTES);
	char *text = g_strconcat(id, " ", key, "\n", NULL);
	bool done = file_make(path, bytes_of(text), FILE_MODE, e);

	g_free(text);
	g_free(key);
	g_free(id);
	return done;
}

static bool cipher(const struct person_key *k, const char *text, int n,
		   unsigned char *out /* nonce, bytes, tag */)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	unsigned char *bytes = out + NONCE_BYTES;
	int got = 0, last = 0;

	random_fill(out, NONCE_BYTES);
	bool done =
		c != NULL &&
		EVP_EncryptInit_ex(c, EVP_aes_256_gcm(), NULL, k->key, out) == 1 &&
		EVP_EncryptUpdate(c, bytes, &got, (const unsigned char *)text, n) == 1 &&
		EVP_EncryptFinal_ex(c, bytes + got, &last) == 1 &&
		EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, TAG_BYTES, bytes + n) == 1;

	EVP_CIPHER_CTX_free(c);
	return done;
}

static char *seal_by(const struct person_key *k, const char *text)
{
	size_t n = strnlen(text, LIMIT_ADDRESS_BYTES);
	unsigned char *out = g_malloc(NONCE_BYTES + n + TAG_BYTES);

	if (!cipher(k, text, (int)n, out))
		g_error("AES-256-GCM does not work");
	char *base64 = g_base64_encode(out, NONCE_BYTES + n + TAG_BYTES);
	char *sealed = g_strconcat(PREFIX, k->id, ":", base64, NULL);

	g_free(base64);
	g_free(out);
	return sealed;
}

char *seal_text(const char *folder, const char *person, GError **e)
{
	struct person_key k;
	char *path, *sealed = NULL;

	if (person == NULL || person[0] == '\0')
		return g_strdup("");
	path = path_of(folder, person, e);
	/* what is there counts, whoever made it */
	if (path != NULL && (access(path, F_OK) == 0 || key_make(path, e)) &&
	    key_read(path, &k, e))
		sealed = seal_by(&k, person);
	explicit_bzero(&k, sizeof(k));
	g_free(path);
	return sealed;
}

struct seal_keys *seal_keys_read(const char *folder)
{
	struct seal_keys *all = g_new0(struct seal_keys, 1);
	GDir *dir = g_dir_open(folder, 0, NULL);

	all->by_id = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
	for (const char *name; dir != NULL && (name = g_dir_read_name(dir)) != NULL;) {
		char *path = g_build_filename(folder, name, NULL);
		struct person_key *k = g_new0(struct person_key, 1);

		if (g_str_has_suffix(name, SUFFIX) && key_read(path, k, NULL))
			g_hash_table_replace(all->by_id, k->id, k);
		else
			g_free(k);
		g_free(path);
	}
	if (dir != NULL)
		g_dir_close(dir);
	return all;
}

void seal_keys_free(struct seal_keys *k)
{
	if (k == NULL)
		return;
	g_hash_table_destroy(k->by_id);
	g_free(k);
}

static char *open_by(const struct person_key *k, const unsigned char *in, size_t n)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	size_t n_text = n - NONCE_BYTES - TAG_BYTES;
	char *text = g_malloc0(n_text + 1);
	unsigned char *out = (unsigned char *)text, tag[TAG_BYTES];
	int got = 0, last = 0;

	memcpy(tag, in + n - TAG_BYTES, TAG_BYTES);
	bool done = c != NULL &&
		    EVP_DecryptInit_ex(c, EVP_aes_256_gcm(), NULL, k->key, in) == 1 &&
		    EVP_DecryptUpdate(c, out, &got, in + NONCE_BYTES, (int)n_text) == 1 &&
		    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, TAG_BYTES, tag) == 1 &&
		    EVP_DecryptFinal_ex(c, out + got, &last) == 1;

	EVP_CIPHER_CTX_free(c);
	if (!done)
		g_clear_pointer(&text, g_free);
	return text;
}

char *seal_open(const struct seal_keys *k, const char *sealed)
{
	char **parts = g_strsplit(sealed, ":", 3), *text = NULL;
	bool ours = g_str_has_prefix(sealed, PREFIX) && g_strv_length(parts) == 3;
	const struct person_key *key =
		ours ? g_hash_table_lookup(k->by_id, parts[1]) : NULL;
	gsize n = 0;
	guchar *bytes = key == NULL ? NULL : g_base64_decode(parts[2], &n);

	if (n > NONCE_BYTES + TAG_BYTES)
		text = open_by(key, bytes, n);
	if (sealed[0] == '\0')
		text = g_strdup("");
	else if (text == NULL && ours && key == NULL)
		text = g_strdup_printf("(erased %.16s)", parts[1]);
	else if (text == NULL)
		text = g_strdup("(damaged)");
	g_free(bytes);
	g_strfreev(parts);
	return text;
}

/* Overwritten first: a file system that writes in place keeps nothing of it. */
static bool destroy(const char *path, GError **e)
{
	char zeros[KEY_FILE_BYTES] = { 0 };
	struct stat st;
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && fstat(fd, &st) == 0 &&
		    pwrite(fd, zeros, MIN((size_t)st.st_size, sizeof(zeros)), 0) >= 0 &&
		    fsync(fd) == 0 && unlink(path) == 0;

	if (!done)
		g_set_error(e, WONTED_ERROR, WONTED_ERROR_SYSTEM,
			    "%s: cannot destroy it: %s", path, g_strerror(errno));
	if (fd >= 0)
		close(fd);
	return done;
}

bool seal_erase(const char *folder, const char *person, bool *was_there_r, GError **e)
{
	char *path = path_of(folder, person, e);
	bool done = path != NULL;

	*was_there_r = done && access(path, F_OK) == 0;
	if (*was_there_r)
		done = destroy(path, e) && folder_sync(folder, e);
	g_free(path);
	return done;
}
